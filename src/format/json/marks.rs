//! Where the bytes that matter stand, sixteen at a time: this room's door to `wide`.

use wide::u8x16;

/// Bytes of a vector.
pub(super) const VECTOR: usize = 16;

/// How many blanks there are at the start: a line end and its indentation mostly go in one step.
#[inline]
pub(super) fn leading_blanks(bytes: &[u8; VECTOR]) -> usize {
    let block = u8x16::new(*bytes);
    let is = |byte: u8| block.simd_eq(u8x16::splat(byte));
    let usual = is(b' ') | is(b'\n');
    let count = (!usual.to_bitmask()).trailing_zeros() as usize;
    if bytes.get(count).is_none_or(|next| *next > b' ') {
        return count;
    }
    let blanks = usual | is(b'\r') | is(b'\t') | is(0x0C);
    (!blanks.to_bitmask()).trailing_zeros() as usize
}

/// Index of the first quote, unless a backslash stands before it.
#[inline]
pub(super) fn near_quote(bytes: &[u8; VECTOR]) -> Option<usize> {
    let block = u8x16::new(*bytes);
    let is = |byte: u8| block.simd_eq(u8x16::splat(byte));
    let at = (is(b'"') | is(b'\\')).to_bitmask().trailing_zeros() as usize;
    (bytes.get(at) == Some(&b'"')).then_some(at)
}

/// Index of the first quote or bracket, or of a byte that looks like one (`Y`, `_`, `y`, DEL).
#[inline]
pub(super) fn near_structure(bytes: &[u8; VECTOR]) -> Option<usize> {
    let block = u8x16::new(*bytes);
    let bits = (is_bracket(block) | block.simd_eq(u8x16::splat(b'"'))).to_bitmask();
    (bits != 0).then(|| bits.trailing_zeros() as usize)
}

/// Bits for the bytes that may end a text, quotes and backslashes, and for those that are neither plain ASCII nor one of
/// them.
#[inline]
pub(super) fn in_text(bytes: &[u8; VECTOR]) -> (u32, u32) {
    let block = u8x16::new(*bytes);
    let is = |byte: u8| block.simd_eq(u8x16::splat(byte));
    let control = block.min(u8x16::splat(0x1F)).simd_eq(block);
    let high = block.max(u8x16::splat(0x80)).simd_eq(block);
    ((is(b'"') | is(b'\\')).to_bitmask(), (control | high).to_bitmask())
}

/// Index of the first byte that may end a number or word: a blank, a sign of structure, or a byte that looks like one.
#[inline]
pub(super) fn near_word_end(bytes: &[u8; VECTOR]) -> Option<usize> {
    let block = u8x16::new(*bytes);
    let is = |byte: u8| block.simd_eq(u8x16::splat(byte));
    let blank = block.min(u8x16::splat(b' ')).simd_eq(block);
    let bits = (blank | is(b',') | is(b':') | is(b'"') | is_bracket(block)).to_bitmask();
    (bits != 0).then(|| bits.trailing_zeros() as usize)
}

/// Brackets, which differ in these bits alone, and `Y`, `_`, `y`, DEL.
#[inline]
fn is_bracket(block: u8x16) -> u8x16 {
    (block | u8x16::splat(0x26)).simd_eq(u8x16::splat(0x7F))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_byte_is_told() {
        for byte in 0..=u8::MAX {
            let mut bytes = [b'x'; VECTOR];
            bytes[3] = byte;
            let expected =
                (u32::from(byte == b'"' || byte == b'\\') << 3, u32::from(!(0x20..0x80).contains(&byte)) << 3);
            assert_eq!(in_text(&bytes), expected, "{byte}");
            assert_eq!(near_quote(&bytes), (byte == b'"').then_some(3), "{byte}");
            let is_structure = b"\"{}[]Y_y\x7f".contains(&byte);
            assert_eq!(near_structure(&bytes), is_structure.then_some(3), "{byte}");
            let may_end = is_structure || byte <= b' ' || byte == b',' || byte == b':';
            assert_eq!(near_word_end(&bytes), may_end.then_some(3), "{byte}");
            let mut bytes = [b' '; VECTOR];
            bytes[5] = byte;
            assert_eq!(leading_blanks(&bytes), if byte.is_ascii_whitespace() { VECTOR } else { 5 }, "{byte}");
        }
        assert_eq!((near_quote(b"\\\"xxxxxxxxxxxxx\""), near_quote(b"\"\\xxxxxxxxxxxxx\"")), (None, Some(0)));
    }
}
