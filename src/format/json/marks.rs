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

/// A place in a vector where something ends.
pub(super) struct Near {
    /// Its index, if there is one.
    pub(super) at: Option<usize>,
    /// Whether letters stand before it.
    pub(super) has_letters: bool,
}

impl Near {
    #[inline(always)]
    fn first_of(stops: u32, block: u8x16) -> Near {
        let before = stops.wrapping_sub(1) & !stops;
        let at = (stops != 0).then(|| stops.trailing_zeros() as usize);
        Near { at, has_letters: letters(block) & before != 0 }
    }
}

/// The first quote or bracket, or a byte that looks like one (`Y`, `_`, `y`, DEL).
#[inline]
pub(super) fn near_structure(bytes: &[u8; VECTOR]) -> Near {
    let block = u8x16::new(*bytes);
    Near::first_of((is_bracket(block) | block.simd_eq(u8x16::splat(b'"'))).to_bitmask(), block)
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

/// Bytes of a block.
pub(super) const BLOCK: usize = 4 * VECTOR;

/// Where in a block structure may begin or end; a bit for each byte.
pub(super) struct Structure {
    pub(super) quotes: u64,
    /// Whether there are backslashes: quotes behind them are none.
    pub(super) has_backslashes: bool,
    pub(super) opening: u64,
    pub(super) closing: u64,
    /// Letters, and the brackets among them.
    pub(super) letters: u64,
}

/// What a block is made of, inside texts and outside.
#[inline]
pub(super) fn structure(bytes: &[u8; BLOCK]) -> Structure {
    let mut found = Structure { quotes: 0, has_backslashes: false, opening: 0, closing: 0, letters: 0 };
    let mut backslashes = u8x16::splat(0);
    for (number, bytes) in bytes.as_chunks::<VECTOR>().0.iter().enumerate() {
        let block = u8x16::new(*bytes);
        // Brackets and braces differ in this bit alone.
        let folded = block | u8x16::splat(0x20);
        let bits = |mask: u8x16| u64::from(mask.to_bitmask()) << (number * VECTOR);
        found.quotes |= bits(block.simd_eq(u8x16::splat(b'"')));
        backslashes |= block.simd_eq(u8x16::splat(b'\\'));
        found.opening |= bits(folded.simd_eq(u8x16::splat(b'{')));
        found.closing |= bits(folded.simd_eq(u8x16::splat(b'}')));
        found.letters |= u64::from(letters(block)) << (number * VECTOR);
    }
    found.has_backslashes = backslashes.to_bitmask() != 0;
    found
}

/// Bits from each odd quote up to the next one: texts, with their first quotes and without their last.
#[inline]
pub(super) fn between(quotes: u64) -> u64 {
    [1, 2, 4, 8, 16, 32].iter().fold(quotes, |bits, step| bits ^ bits << step)
}

/// Brackets, which differ in these bits alone, and `Y`, `_`, `y`, DEL.
#[inline]
fn is_bracket(block: u8x16) -> u8x16 {
    (block | u8x16::splat(0x26)).simd_eq(u8x16::splat(0x7F))
}

/// Whether a byte is a letter, or another one that no number has and no sign of structure is but brackets: from `@` on.
pub(super) fn is_letter(byte: u8) -> bool {
    byte >= b'@'
}

/// Bits for letters: for bytes whose highest bit or the one below it is set.
#[inline(always)]
fn letters(block: u8x16) -> u32 {
    (block | (block + block)).to_bitmask()
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
            assert_eq!(near_structure(&bytes).at, is_structure.then_some(3), "{byte}");
            let may_end = is_structure || byte <= b' ' || byte == b',' || byte == b':';
            assert_eq!(near_word_end(&bytes), may_end.then_some(3), "{byte}");
            let bytes = [b"1234\"....".as_slice(), &[b' '; 7]].concat().try_into().map(|mut bytes: [u8; VECTOR]| {
                bytes[2] = byte;
                bytes
            });
            let near = near_structure(&bytes.unwrap());
            assert_eq!(near.has_letters, is_letter(byte) && near.at == Some(4), "{byte}");
            let mut bytes = [b' '; VECTOR];
            bytes[5] = byte;
            assert_eq!(leading_blanks(&bytes), if byte.is_ascii_whitespace() { VECTOR } else { 5 }, "{byte}");
        }
        for byte in 0..=u8::MAX {
            let mut bytes = [b'x'; BLOCK];
            bytes[37] = byte;
            let Structure { quotes, has_backslashes, opening, closing, letters } = structure(&bytes);
            let bit = |is: bool| u64::from(is) << 37;
            assert_eq!(letters, !bit(true) | bit(is_letter(byte)), "{byte}");
            assert_eq!((quotes, has_backslashes), (bit(byte == b'"'), byte == b'\\'), "{byte}");
            assert_eq!((opening, closing), (bit(b"{[".contains(&byte)), bit(b"}]".contains(&byte))), "{byte}");
        }
        assert_eq!((between(0b1001_0001_0100), between(1 << 60)), (0b0111_0000_1100, 0b1111 << 60));
        assert_eq!((near_quote(b"\\\"xxxxxxxxxxxxx\""), near_quote(b"\"\\xxxxxxxxxxxxx\"")), (None, Some(0)));
    }
}
