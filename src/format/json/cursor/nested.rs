//! Passes over objects and arrays that nobody asks for: brackets are counted, texts jumped over.
//!
//! Where a quote is missing, texts and what stands between them change places until another one puts them in step again, and
//! what was swallowed by then may be half a report. It shows by letters outside of texts. So these are looked for on the
//! way, and looked at where there are any.

use super::super::marks::{self, Structure};
use super::super::text;
use super::super::words::{self, Word};
use super::{Fault, JsonCursor, Oddities};

const OUT_OF_STEP: &str = "words stand where texts are to be, so that a quote must be missing before them";

impl JsonCursor<'_> {
    #[inline(never)]
    pub(super) fn skip_nested(&mut self) -> Result<(), Fault> {
        let Some((mut depth, mut deepest)) = self.skip_nested_by_blocks()? else { return Ok(()) };
        while let Some(byte) = self.bytes.get(self.at) {
            match byte {
                b'"' => {
                    self.skip_text()?;
                    self.pass_to_structure()?;
                    continue;
                }
                b'{' | b'[' => {
                    depth += 1;
                    deepest = deepest.max(depth);
                }
                b'}' | b']' => depth -= 1,
                byte if marks::is_letter(*byte) => {
                    self.at = self.pass_word(self.at)?;
                    continue;
                }
                _ => {}
            }
            self.at += 1;
            if depth == 0 {
                self.deepest = self.deepest.max(self.depth + deepest);
                return Ok(());
            }
            self.pass_to_structure()?;
        }
        Err(self.fault("it ends inside an object or an array"))
    }

    /// Passes over an object or array, or over as much of it as has no backslash and is not within a block of the end. Then it gives
    /// how many are open, and how many were at most, and stops outside a text.
    fn skip_nested_by_blocks(&mut self) -> Result<Option<(usize, usize)>, Fault> {
        let (mut depth, mut deepest) = (0usize, 0usize);
        let (mut at, mut is_inside) = (self.at, 0u64);
        while let Some(block) = self.bytes.get(at..).and_then(<[u8]>::first_chunk::<{ marks::BLOCK }>) {
            let Structure { quotes, has_backslashes, opening, closing, letters } = marks::structure(block);
            if has_backslashes {
                break;
            }
            let texts = marks::between(quotes) ^ is_inside;
            let mut brackets = (opening | closing) & !texts;
            let letters = letters & !(opening | closing | texts);
            while brackets != 0 {
                let bit = brackets & brackets.wrapping_neg();
                brackets ^= bit;
                if opening & bit != 0 {
                    depth += 1;
                    deepest = deepest.max(depth);
                } else {
                    depth -= 1;
                }
                if depth == 0 {
                    self.pass_letters(at, letters & (bit - 1))?;
                    self.at = at + bit.trailing_zeros() as usize + 1;
                    self.deepest = self.deepest.max(self.depth + deepest);
                    return Ok(None);
                }
            }
            self.pass_letters(at, letters)?;
            // All bits, or none.
            is_inside = 0u64.wrapping_sub(texts >> 63);
            at += marks::BLOCK;
            match is_inside {
                0 => self.at = at,
                // A text that is open is read once more from its first quote on, should it come to that.
                _ if quotes != 0 => self.at = at - 1 - quotes.leading_zeros() as usize,
                _ => {}
            }
        }
        Ok(Some((depth, deepest)))
    }

    /// Looks at the letters outside of texts in the block at `at`, a bit for each.
    #[inline(always)]
    fn pass_letters(&mut self, at: usize, letters: u64) -> Result<(), Fault> {
        if letters == 0 { Ok(()) } else { self.pass_words_of_block(at, letters) }
    }

    #[cold]
    fn pass_words_of_block(&mut self, at: usize, mut letters: u64) -> Result<(), Fault> {
        while letters != 0 {
            let end = self.pass_word(at + letters.trailing_zeros() as usize)?;
            let passed = u32::try_from(end - at).unwrap_or(u64::BITS);
            letters &= u64::MAX.checked_shl(passed).unwrap_or(0);
        }
        Ok(())
    }

    /// Passes over what is neither text nor bracket.
    fn pass_to_structure(&mut self) -> Result<(), Fault> {
        let (end, has_letters) = text::to_structure(self.bytes, self.at);
        if has_letters {
            self.pass_words(end)?;
        }
        self.at = self.at.max(end);
        Ok(())
    }

    #[cold]
    fn pass_words(&mut self, end: usize) -> Result<(), Fault> {
        while self.at < end {
            match marks::is_letter(self.bytes[self.at]) {
                true => self.at = self.pass_word(self.at)?,
                false => self.at += 1,
            }
        }
        Ok(())
    }

    /// Looks at the word in which the letter at `at` stands, and gives its end. One between separators has no quotes at all.
    fn pass_word(&mut self, at: usize) -> Result<usize, Fault> {
        let (start, end) = words::around(self.bytes, at);
        let is_alone = || words::stands_alone(self.bytes, start, end);
        match words::judge(&self.bytes[start..end]) {
            Word::Known => {}
            // The bytes end within it, and the value does not end.
            _ if end == self.bytes.len() => {}
            Word::Foreign if is_alone() => self.oddities.note(Oddities::FOREIGN),
            Word::Unknown if is_alone() => self.oddities.note(Oddities::DOUBTFUL),
            _ => return Err(Fault::wrong(OUT_OF_STEP, start)),
        }
        Ok(end)
    }
}
