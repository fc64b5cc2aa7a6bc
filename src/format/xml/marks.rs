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

/// Bytes that [`usual_attribute`] looks at: most attributes are shorter.
pub(super) const ATTRIBUTE_BLOCK: usize = 4 * VECTOR;

/// Looks for ` name="value"` at the start of these bytes, where the name is short and nothing in it could make it another one:
/// the length of the name, and the index of the quote that ends the value, unless something odd or the block's end comes
/// first.
#[inline(always)]
pub(super) fn usual_attribute(block: &[u8; ATTRIBUTE_BLOCK]) -> Option<(usize, Option<usize>)> {
    let (vectors, _) = block.as_chunks::<VECTOR>();
    let marks = vectors.iter().enumerate().fold(0, |marks, (number, vector)| {
        marks | u64::from(in_value(u8x16::new(*vector)).to_bitmask()) << (VECTOR * number)
    });
    let end = (marks & marks.wrapping_sub(1)).trailing_zeros() as usize;
    let name = name_before_quote(vectors[0])?;
    let quote = name + 2;
    let is_usual = marks.trailing_zeros() as usize == quote && block[quote] == b'"';
    is_usual.then(|| (name, (end < ATTRIBUTE_BLOCK && block[end] == b'"').then_some(end)))
}

/// The length of a name that stands between a blank and `="`. White space, `=`, `:`, quotes, `<` and `>` are in none.
#[inline(always)]
fn name_before_quote(bytes: [u8; VECTOR]) -> Option<usize> {
    let block = u8x16::new(bytes);
    let blank = block.min(u8x16::splat(b' ')).simd_eq(block);
    let equals = block.simd_eq(u8x16::splat(b'='));
    let colon = block.simd_eq(u8x16::splat(b':'));
    let ends = blank | equals | colon | is_angle(block) | is_quote_or_ampersand(block);
    // The blank before the name is the first of them.
    let behind_blank = ends.to_bitmask() & !1;
    let end = behind_blank.trailing_zeros() as usize;
    let is_name = bytes[0] == b' ' && (2..VECTOR).contains(&end) && bytes[end] == b'=';
    is_name.then(|| end - 1)
}

/// `"`, and what does not stand for itself between two of them: `&`, `<`, control characters.
#[inline(always)]
fn in_value(block: u8x16) -> u8x16 {
    // `"` and `&` differ in one bit.
    let quote_or_ampersand = (block | u8x16::splat(b'"' ^ b'&')).simd_eq(u8x16::splat(b'&'));
    quote_or_ampersand | block.simd_eq(u8x16::splat(b'<')) | is_control(block)
}

/// Whether any byte between two quotes does not stand for itself.
pub(super) fn is_odd_in_value(bytes: &[u8]) -> bool {
    find_odd::<InAttribute>(bytes).is_some() || memchr::memchr(b'<', bytes).is_some()
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

#[inline]
fn padded<const N: usize>(bytes: &[u8]) -> [u8; N] {
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

    fn usual(text: &str) -> Option<(usize, Option<usize>)> {
        let filled = format!("{text}{}", "-".repeat(ATTRIBUTE_BLOCK));
        usual_attribute(filled.as_bytes().first_chunk().unwrap())
    }

    #[test]
    fn attributes_of_the_usual_form() {
        assert_eq!(usual(" name=\"a > b\" c"), Some((4, Some(12))));
        assert_eq!(usual(" n=\"\"/>"), Some((1, Some(4))));
        assert_eq!(usual(" a2345678901234=\"\""), Some((14, Some(17))), "the longest name");
        for value in ["a&amp;\"", "\u{1}\"", "a\n\"", "<\"", "it has no end"] {
            assert_eq!(usual(&format!(" name=\"{value}")), Some((4, None)), "{value:?}");
        }
        for long in 50..70 {
            let end = 7 + long;
            let value = "v".repeat(long);
            let seen = (end < ATTRIBUTE_BLOCK).then_some(end);
            assert_eq!(usual(&format!(" name=\"{value}\"")), Some((4, seen)));
        }
    }

    #[test]
    fn attributes_of_other_forms() {
        let others = [
            "name=\"1\"",
            "\nname=\"1\"",
            "  name=\"1\"",
            " =\"1\"",
            " name='1'",
            " name=1",
            " name =\"1\"",
            " name= \"1\"",
            " xsi:name=\"1\"",
            " na>me=\"1\"",
            " na<me=\"1\"",
            " na'me=\"1\"",
            " na\"me=\"1\"",
            " na&me=\"1\"",
            " na\u{1}me=\"1\"",
            " name==\"1\"",
            " name=&\"1\"",
            " name=<\"1\"",
            " a23456789012345=\"1\"",
            "/><a name=\"1\"",
            ">",
        ];
        for text in others {
            assert_eq!(usual(text), None, "{text:?}");
        }
    }

    #[test]
    fn the_near_less_than() {
        each_place(b'<', |bytes, place| assert_eq!(near_less_than(bytes), (place < VECTOR).then_some(place)));
    }
}
