//! What was not understood, and what was read by a guess: a case of which that is true never passes (J44).

use super::cursor::{Found, Texts, XmlCursor};
use super::scan;
use super::tag::local_name;
use super::text::RawKind;
use crate::format::ParseError;

/// Names of elements that a format knows. What begins like one of them and does not end like a tag was meant to be one all the
/// same.
#[derive(Debug)]
pub struct Names {
    /// Its test cases.
    pub cases: &'static [&'static [u8]],
    /// Elements that hold cases, and no text.
    pub around: &'static [&'static [u8]],
    /// Elements that are found in cases.
    pub inside: &'static [&'static [u8]],
}

impl Names {
    /// Of a document of which nobody knows more.
    pub const NONE: Names = Names { cases: &[], around: &[], inside: &[] };

    /// Whether an element is called so.
    pub(super) fn know(&self, name: &[u8]) -> bool {
        [self.cases, self.around, self.inside].iter().any(|names| names.contains(&local_name(name)))
    }

    /// Whether the tag of such an element begins with `bytes`, which begin with `<`; `None` when more of them are needed.
    pub(super) fn begin(&self, bytes: &[u8], is_last: bool) -> Option<bool> {
        /// No name that a format knows is longer, its prefix included.
        const LONGEST: usize = 64;
        let name = bytes.strip_prefix(b"</").unwrap_or(&bytes[1..]);
        let name = &name[..name.len().min(LONGEST)];
        match name.iter().position(|byte| !scan::is_in_name(*byte)) {
            Some(length) => Some(self.know(&name[..length])),
            None if name.len() == LONGEST || is_last => Some(false),
            None => None,
        }
    }
}

impl<'s> XmlCursor<'s> {
    /// The same cursor of a format whose elements have these names.
    pub fn of_elements(mut self, names: &'static Names) -> XmlCursor<'s> {
        self.names = names;
        self
    }
}

impl XmlCursor<'_> {
    /// Whether something directly inside the element that was open at `depth`, since that was asked for to be noted, looked
    /// like a tag and was not understood.
    pub fn was_misread(&self, depth: usize) -> bool {
        self.misread & bit_of(depth) != 0
    }

    /// Whether the tag of that element, or one directly inside of it, was read by a guess.
    pub fn was_guessed(&self, depth: usize) -> bool {
        self.guessed & bit_of(depth) != 0
    }

    /// Whether either is true.
    pub fn is_doubtful(&self, depth: usize) -> bool {
        self.was_misread(depth) || self.was_guessed(depth)
    }

    /// Forgets what was not understood, or a guess, in earlier elements at the depth of the innermost one, whose start was lent
    /// out last.
    #[inline]
    pub fn note_misread(&mut self) {
        let bit = bit_of(self.open.depth());
        self.misread &= !bit;
        self.guessed &= !bit;
        if self.guessed_at == Some(self.window.offset(self.event)) {
            self.guessed |= bit;
        }
    }

    /// Notes that the tag at the cursor is read by a guess.
    pub(super) fn note_guess(&mut self) {
        self.guessed |= bit_of(self.open.depth());
        self.guessed_at = Some(self.window.offset(self.event));
    }

    /// Notes that something inside the innermost element was not understood.
    pub(super) fn note_not_understood(&mut self) {
        self.misread |= bit_of(self.open.depth());
    }

    /// A `<` that should have been escaped, or begins a tag that nobody can read.
    pub(super) fn literal_less_than(&mut self, texts: Texts) -> Result<Option<Found>, ParseError> {
        if self.pass_conflict()? {
            return Ok(None);
        }
        let event = self.event;
        if self.is_lost_case() {
            self.tallies.lost_case(|| self.window.position(event));
        } else {
            self.tallies.text_less_than(|| self.window.position(event));
        }
        if self.window.bytes().get(event + 1).is_some_and(|next| *next == b'/' || scan::starts_name(*next)) {
            self.note_not_understood();
        }
        self.next += 1;
        let wanted = texts == Texts::Wanted && self.open.depth() > 0;
        Ok(self.text(event..event + 1, RawKind::Markup, wanted))
    }

    /// Whether a case begins at the cursor, where no text is expected.
    fn is_lost_case(&self) -> bool {
        let bytes = &self.window.bytes()[self.event + 1..];
        let length = bytes.iter().position(|byte| !scan::is_in_name(*byte)).unwrap_or(bytes.len());
        self.names.cases.contains(&local_name(&bytes[..length]))
            && self.names.around.contains(&local_name(self.open.innermost()))
    }
}

/// The bit for a depth; very deep elements share one.
fn bit_of(depth: usize) -> u64 {
    1 << depth.min(63)
}
