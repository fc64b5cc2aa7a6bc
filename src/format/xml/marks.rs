//! Where the bytes that matter stand, a block at a time: the one door to `wide`.
//!
//! A tag, a name or a text is looked at in vectors of sixteen bytes that every processor has; what comes out is a bit
//! for each byte, and nobody goes from byte to byte any more. Twice to three times as fast as loops over bytes.

use wide::u8x16;

/// Bytes that [`of_tag`] looks at.
pub(super) const TAG_BLOCK: usize = 32;

/// Bytes of a vector.
pub(super) const VECTOR: usize = 16;

/// Fills blocks that the end of the bytes cuts: a byte that never is a mark.
const FILLER: u8 = b'a';

/// Bits for the bytes among the first [`TAG_BLOCK`] that may mean something inside a tag: quotes, `<`, `>`, `&` and
/// control characters; now and then another byte, which means nothing.
#[inline]
pub(super) fn of_tag(bytes: &[u8]) -> u32 {
    let (first, second) = match bytes.first_chunk::<TAG_BLOCK>() {
        Some(block) => halves(block),
        None => halves(&padded(bytes)),
    };
    odd_in_tag(first).to_bitmask() | odd_in_tag(second).to_bitmask() << VECTOR
}

#[inline]
fn halves(block: &[u8; TAG_BLOCK]) -> (u8x16, u8x16) {
    let (mut first, mut second) = ([0; VECTOR], [0; VECTOR]);
    first.copy_from_slice(&block[..VECTOR]);
    second.copy_from_slice(&block[VECTOR..]);
    (u8x16::new(first), u8x16::new(second))
}

#[inline]
fn odd_in_tag(block: u8x16) -> u8x16 {
    is_angle(block) | is_quote_or_ampersand(block) | is_control(block)
}

/// `<` and `>`, which differ in one bit.
#[inline]
fn is_angle(block: u8x16) -> u8x16 {
    (block | u8x16::splat(0x02)).simd_eq(u8x16::splat(b'>'))
}

/// `"`, `&`, `'` and, since they differ in two bits, `#`.
#[inline]
fn is_quote_or_ampersand(block: u8x16) -> u8x16 {
    (block | u8x16::splat(0x05)).simd_eq(u8x16::splat(b'\''))
}

#[inline]
fn is_control(block: u8x16) -> u8x16 {
    block.min(u8x16::splat(0x1F)).simd_eq(block)
}

/// Index of the first byte that may end the name at the start of `bytes`, as far as their first sixteen tell, and the
/// length of the prefix before it, its colon included.
#[inline]
pub(super) fn name_end(bytes: &[u8]) -> Option<(usize, usize)> {
    let block = vector(bytes);
    let blank = block.min(u8x16::splat(b' ')).simd_eq(block);
    let slash = block.simd_eq(u8x16::splat(b'/'));
    let equals = block.simd_eq(u8x16::splat(b'='));
    let end = first(blank | slash | equals | is_angle(block) | is_quote_or_ampersand(block))?;
    let prefix = first(block.simd_eq(u8x16::splat(b':'))).filter(|colon| *colon < end);
    Some((end, prefix.map_or(0, |colon| colon + 1)))
}

/// Length of the attribute's name behind the blank at the start of these bytes, if `=` ends it and nothing in it could make it
/// another one.
#[inline(always)]
pub(super) fn attribute_name(bytes: &[u8; VECTOR]) -> Option<usize> {
    let block = u8x16::new(*bytes);
    let blank = block.min(u8x16::splat(b' ')).simd_eq(block);
    let ends = blank | block.simd_eq(u8x16::splat(b'=')) | block.simd_eq(u8x16::splat(b':'));
    let end = (ends.to_bitmask() & !1).trailing_zeros() as usize;
    let is_name = bytes[0] == b' ' && (2..VECTOR).contains(&end) && bytes[end] == b'=';
    is_name.then(|| end - 1)
}

/// Index of the first `<` among the first sixteen bytes: indentation is rarely longer.
#[inline]
pub(super) fn near_less_than(bytes: &[u8]) -> Option<usize> {
    first(vector(bytes).simd_eq(u8x16::splat(b'<')))
}

/// What stands for something else, or is to be counted, in a sort of text.
pub(super) trait Odd {
    /// Marks such bytes of a block.
    fn marks(block: u8x16) -> u8x16;
}

/// Character data: `&`, CR, control characters that XML forbids.
pub(super) struct InCharacters;

/// A CDATA section: CR, control characters that XML forbids.
pub(super) struct InCData;

/// An attribute's value: `&`, white space that is no blank, control characters that XML forbids.
pub(super) struct InAttribute;

impl Odd for InCharacters {
    #[inline]
    fn marks(block: u8x16) -> u8x16 {
        InCData::marks(block) | block.simd_eq(u8x16::splat(b'&'))
    }
}

impl Odd for InCData {
    #[inline]
    fn marks(block: u8x16) -> u8x16 {
        let usual = block.simd_eq(u8x16::splat(b'\n')) | block.simd_eq(u8x16::splat(b'\t'));
        is_control(block) & !usual
    }
}

impl Odd for InAttribute {
    #[inline]
    fn marks(block: u8x16) -> u8x16 {
        is_control(block) | block.simd_eq(u8x16::splat(b'&'))
    }
}

/// Index of the first odd byte.
#[inline]
pub(super) fn find_odd<O: Odd>(bytes: &[u8]) -> Option<usize> {
    let mut at = 0;
    while let Some(block) = bytes[at..].first_chunk::<VECTOR>() {
        if let Some(found) = first(O::marks(u8x16::new(*block))) {
            return Some(at + found);
        }
        at += VECTOR;
    }
    match &bytes[at..] {
        [] => None,
        rest => first(O::marks(u8x16::new(padded(rest)))).map(|found| at + found),
    }
}

#[inline]
fn first(marks: u8x16) -> Option<usize> {
    let bits = marks.to_bitmask();
    (bits != 0).then(|| bits.trailing_zeros() as usize)
}

/// The first sixteen bytes, or fewer and filler.
#[inline]
fn vector(bytes: &[u8]) -> u8x16 {
    match bytes.first_chunk::<VECTOR>() {
        Some(block) => u8x16::new(*block),
        None => u8x16::new(padded(bytes)),
    }
}

/// All of the bytes and filler behind them, or the first of many.
#[inline]
pub(super) fn padded<const N: usize>(bytes: &[u8]) -> [u8; N] {
    let mut block = [FILLER; N];
    let length = bytes.len().min(N);
    block[..length].copy_from_slice(&bytes[..length]);
    block
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Texts of every length around a block's, with `byte` at every place.
    fn each_place(byte: u8, mut check: impl FnMut(&[u8], usize)) {
        for length in 1..70 {
            for place in 0..length {
                let mut bytes = vec![b'x'; length];
                bytes[place] = byte;
                check(&bytes, place);
            }
        }
    }

    #[test]
    fn odd_bytes_are_found_wherever_they_stand() {
        for byte in 0..=255u8 {
            let control = byte < 0x20;
            let in_text = control && !matches!(byte, b'\n' | b'\t');
            each_place(byte, |bytes, place| {
                let expect = |odd: bool| odd.then_some(place);
                assert_eq!(find_odd::<InCData>(bytes), expect(in_text), "{byte}");
                assert_eq!(find_odd::<InCharacters>(bytes), expect(in_text || byte == b'&'), "{byte}");
                assert_eq!(find_odd::<InAttribute>(bytes), expect(control || byte == b'&'), "{byte}");
            });
        }
        assert_eq!(find_odd::<InAttribute>(b""), None);
    }

    #[test]
    fn every_byte_that_means_something_in_a_tag_is_marked() {
        for byte in [b'"', b'\'', b'<', b'>', b'&', 0, b'\n', 0x1F] {
            each_place(byte, |bytes, place| {
                assert_eq!(of_tag(bytes), if place < TAG_BLOCK { 1 << place } else { 0 }, "{byte} at {place}");
            });
        }
        for byte in (b'a'..=b'z').chain([b' ', b'=', b'/', 0x7F, 0x80, 0xFF]) {
            each_place(byte, |bytes, _| assert_eq!(of_tag(bytes), 0, "{byte}"));
        }
    }

    #[test]
    fn names_end_where_they_may() {
        for byte in [b' ', b'\t', b'\n', b'/', b'>', b'<', b'"', b'\'', b'='] {
            each_place(byte, |bytes, place| {
                assert_eq!(name_end(bytes), (place < VECTOR).then_some((place, 0)), "{byte}");
            });
        }
        assert_eq!(name_end(b"ns:suite name"), Some((8, 3)));
        assert_eq!(name_end(b"suite a:b"), Some((5, 0)));
        assert_eq!(name_end(b"n\xC3\xA4me.of-one:x"), None);
    }

    #[test]
    fn names_of_attributes() {
        let length = |text: &str| attribute_name(format!("{text:_<16}").as_bytes().first_chunk().unwrap());
        assert_eq!(length(" name=\"1\""), Some(4));
        assert_eq!(length(" n=''"), Some(1));
        assert_eq!(length(" a2345678901234=\"\""), Some(14), "the longest");
        for other in
            ["name=", "  name=", "\nname=", " =", " name =", " xsi:name=", " na\tme=", " name", " a23456789012345="]
        {
            assert_eq!(length(other), None, "{other:?}");
        }
    }

    #[test]
    fn the_near_less_than() {
        each_place(b'<', |bytes, place| assert_eq!(near_less_than(bytes), (place < VECTOR).then_some(place)));
    }
}
