//! What a name holds, found out in one pass, sixteen bytes at a time: this room's door to `wide`.

use wide::u8x16;

/// Bytes of a vector.
const VECTOR: usize = 16;

/// Sorts of bytes that a text holds. Nearly no name has any but digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct TextMarks {
    /// A byte below the blank, or the one above the printable ones.
    pub(super) controls: bool,
    /// An ASCII digit.
    pub(super) digits: bool,
    /// A slash or a backslash.
    pub(super) slashes: bool,
    /// Two blanks, one behind the other.
    pub(super) gaps: bool,
    /// A blank or an opening bracket, which names of classes and methods do not have.
    pub(super) parts: bool,
}

impl TextMarks {
    /// Of all of `text`.
    #[inline]
    pub(super) fn of(text: &str) -> TextMarks {
        let bytes = text.as_bytes();
        let mut found = Found::default();
        let Some(last) = bytes.last_chunk::<VECTOR>() else {
            let mut block = [FILLER; VECTOR];
            block[..bytes.len()].copy_from_slice(bytes);
            found.add(&block, 0);
            return found.marks();
        };
        // The blank before a block may be the first of two.
        let mut before = 0;
        for block in bytes.as_chunks::<VECTOR>().0 {
            before = found.add(block, before);
        }
        // Overlaps what has been looked at; a gap cannot begin before it that was not found.
        if !bytes.len().is_multiple_of(VECTOR) {
            found.add(last, 0);
        }
        found.marks()
    }
}

/// A byte that is no mark.
const FILLER: u8 = b'a';

/// A bit or more wherever something was found.
struct Found {
    controls: u8x16,
    digits: u8x16,
    slashes: u8x16,
    parts: u8x16,
    gaps: u32,
}

impl Default for Found {
    fn default() -> Found {
        let none = u8x16::splat(0);
        Found { controls: none, digits: none, slashes: none, parts: none, gaps: 0 }
    }
}

impl Found {
    /// Looks at a block; `before` is 1 where the byte before it is a blank. Gives the same for the block behind it.
    #[inline]
    fn add(&mut self, block: &[u8; VECTOR], before: u32) -> u32 {
        let block = u8x16::new(*block);
        let is = |byte: u8| block.simd_eq(u8x16::splat(byte));
        let at_most = |byte: u8| block.min(u8x16::splat(byte)).simd_eq(block);
        let at_least = |byte: u8| block.max(u8x16::splat(byte)).simd_eq(block);
        self.controls |= at_most(0x1F) | is(0x7F);
        self.digits |= at_most(b'9') & at_least(b'0');
        self.slashes |= is(b'/') | is(b'\\');
        let blanks = is(b' ');
        self.parts |= blanks | is(b'(');
        let blanks = blanks.to_bitmask();
        self.gaps |= blanks & (blanks << 1 | before);
        blanks >> (VECTOR - 1)
    }

    #[inline]
    fn marks(&self) -> TextMarks {
        TextMarks {
            controls: self.controls.to_bitmask() != 0,
            digits: self.digits.to_bitmask() != 0,
            slashes: self.slashes.to_bitmask() != 0,
            gaps: self.gaps != 0,
            parts: self.parts.to_bitmask() != 0,
        }
    }
}

/// Hexadecimal digits in a row that a [block](hexadecimal_run) shows.
pub(super) const RUN: usize = 4;

/// Where the first [`RUN`] hexadecimal digits in a row begin, or more of them. `from` is none of these, or the beginning.
pub(super) fn hexadecimal_run(text: &[u8], from: usize) -> Option<usize> {
    let mut at = from;
    while let Some(block) = text.get(at..).and_then(|rest| rest.first_chunk()) {
        let runs = runs_of(block);
        if runs != 0 {
            return Some(at + runs.trailing_zeros() as usize);
        }
        // Each block begins in the one before, so that every row of these lies in one of them.
        at += VECTOR + 1 - RUN;
    }
    let (at, runs) = match text.last_chunk() {
        Some(last) => (text.len() - VECTOR, runs_of(last)),
        None => {
            let mut block = [0; VECTOR];
            block[..text.len()].copy_from_slice(text);
            (0, runs_of(&block))
        }
    };
    let runs = runs & u32::MAX << from.saturating_sub(at);
    (runs != 0).then(|| at + runs.trailing_zeros() as usize)
}

/// A bit for each byte at which a row begins or goes on that is long enough from there.
#[inline]
fn runs_of(block: &[u8; VECTOR]) -> u32 {
    let block = u8x16::new(*block);
    let within = |block: u8x16, first: u8, last: u8| {
        block.max(u8x16::splat(first)).simd_eq(block) & block.min(u8x16::splat(last)).simd_eq(block)
    };
    let lower = block | u8x16::splat(0x20);
    let digits = (within(block, b'0', b'9') | within(lower, b'a', b'f')).to_bitmask();
    digits & digits >> 1 & digits >> 2 & digits >> 3
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn one_by_one(text: &str) -> TextMarks {
        TextMarks {
            controls: text.bytes().any(|byte| byte < 0x20 || byte == 0x7F),
            digits: text.bytes().any(|byte| byte.is_ascii_digit()),
            slashes: text.contains(['/', '\\']),
            gaps: text.contains("  "),
            parts: text.contains([' ', '(']),
        }
    }

    #[test]
    fn every_byte_is_told_apart_at_every_place() {
        for length in [1_usize, 15, 16, 17, 40] {
            for (place, byte) in (0..length).flat_map(|place| (0..0x80_u8).map(move |byte| (place, byte))) {
                let mut bytes = vec![b'a'; length];
                bytes[place] = byte;
                let text = String::from_utf8(bytes).unwrap();
                assert_eq!(TextMarks::of(&text), one_by_one(&text), "{byte} at {place} of {length}");
            }
        }
    }

    #[test]
    fn gaps_are_found_across_blocks() {
        for place in 0..39 {
            let mut bytes = [b'a'; 40];
            bytes[place..place + 2].fill(b' ');
            assert!(TextMarks::of(std::str::from_utf8(&bytes).unwrap()).gaps, "{place}");
        }
    }

    #[test]
    fn hexadecimal_runs_are_found_at_every_place() {
        for length in RUN..60 {
            for run in [b"0000", b"9999", b"aFfA", b"09AF"] {
                for place in 0..=length - RUN {
                    let mut bytes = vec![b'g'; length];
                    bytes[place..place + RUN].copy_from_slice(run);
                    assert_eq!(hexadecimal_run(&bytes, 0), Some(place), "{run:?} at {place} of {length}");
                    assert!((0..place).all(|from| hexadecimal_run(&bytes, from) == Some(place)));
                    assert!((place + RUN..=length).all(|from| hexadecimal_run(&bytes, from).is_none()));
                    for stranger in *b"/:@G`g\x10\xe1" {
                        bytes[place + 1] = stranger;
                        assert_eq!(hexadecimal_run(&bytes, 0), None, "{stranger} at {place} of {length}");
                    }
                }
            }
        }
    }

    proptest! {
        #[test]
        fn every_run_is_found(text in "[afgz]{0,70}") {
            let bytes = text.as_bytes();
            let (mut found, mut from) = (Vec::new(), 0);
            while let Some(begin) = hexadecimal_run(bytes, from) {
                let length = bytes[begin..].iter().take_while(|byte| byte.is_ascii_hexdigit()).count();
                found.push(&text[begin..begin + length]);
                from = begin + length;
            }
            let runs: Vec<_> = text.split(['g', 'z']).filter(|run| run.len() >= RUN).collect();
            prop_assert_eq!(found, runs);
        }

        #[test]
        fn any_text_is_read_alike(text in "[ -~é\u{a0}\t]{0,70}") {
            prop_assert_eq!(TextMarks::of(&text), one_by_one(&text));
        }
    }
}
