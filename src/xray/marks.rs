//! Bytes that cannot stand in a JSON string as they are, sixteen at a time: this room's door to `wide`.

use wide::u8x16;

/// Bytes of a vector.
const VECTOR: usize = 16;

/// Half of them.
const HALF: usize = VECTOR / 2;

/// Offset of the first byte that cannot stand in a JSON string as it is: a control, a quote or a backslash.
///
/// The last vector overlaps the one before it, in which nothing was found.
#[inline]
pub(super) fn next_escape(bytes: &[u8]) -> Option<usize> {
    let Some(last) = bytes.last_chunk::<VECTOR>() else { return next_escape_of_few(bytes) };
    for (number, block) in bytes.as_chunks::<VECTOR>().0.iter().enumerate() {
        if let Some(at) = first_escape(block) {
            return Some(VECTOR * number + at);
        }
    }
    first_escape(last).map(|at| bytes.len() - VECTOR + at)
}

/// As [`next_escape`], of fewer bytes than a vector has. Its halves overlap, too.
fn next_escape_of_few(bytes: &[u8]) -> Option<usize> {
    let (Some(first), Some(last)) = (bytes.first_chunk::<HALF>(), bytes.last_chunk::<HALF>()) else {
        return bytes.iter().position(|byte| is_escaped(*byte));
    };
    let mut block = [0; VECTOR];
    block[..HALF].copy_from_slice(first);
    block[HALF..].copy_from_slice(last);
    first_escape(&block).map(|at| if at < HALF { at } else { bytes.len() + at - VECTOR })
}

#[inline]
fn first_escape(block: &[u8; VECTOR]) -> Option<usize> {
    let block = u8x16::new(*block);
    let control = block.min(u8x16::splat(0x1F)).simd_eq(block);
    let quote = block.simd_eq(u8x16::splat(b'"'));
    let backslash = block.simd_eq(u8x16::splat(b'\\'));
    let bits = (control | quote | backslash).to_bitmask();
    (bits != 0).then(|| bits.trailing_zeros() as usize)
}

#[inline]
fn is_escaped(byte: u8) -> bool {
    byte < 0x20 || byte == b'"' || byte == b'\\'
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_byte_is_told_apart_at_every_place() {
        for length in [1, 7, 8, 9, 15, 16, 17, 31, 32, 33, 50] {
            for byte in 0..=u8::MAX {
                for place in 0..length {
                    let mut bytes = vec![b'a'; length];
                    bytes[place] = byte;
                    let expected = is_escaped(byte).then_some(place);
                    assert_eq!(next_escape(&bytes), expected, "byte {byte} at {place} of {length}");
                }
            }
        }
    }

    #[test]
    fn the_first_of_several_is_found() {
        let mut bytes = [b'a'; 40];
        bytes[39] = b'"';
        assert_eq!(next_escape(&bytes), Some(39));
        bytes[17] = b'\n';
        assert_eq!(next_escape(&bytes), Some(17));
    }
}
