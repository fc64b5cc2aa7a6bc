//! Starts of elements that are no everyday ones: tags in doubt, and what stands behind the end of a document.

use super::cursor::{Found, Texts, XmlCursor};
use super::doubt::{Doubt, Verdict};
use super::scan::Name;
use crate::format::{ParseError, conflict};

/// How far behind the first quote inside a value in doubt its end is looked for.
const REACH: u64 = 1 << 20;

impl XmlCursor<'_> {
    /// Takes what began like a start tag called `name`, with a careful look.
    #[cold]
    pub(super) fn doubtful(&mut self, name: Name, texts: Texts) -> Result<Option<Found>, ParseError> {
        if self.open.depth() == 0 && (self.pass_banner(name)? || self.is_strange(name) && self.pass_afterword()?) {
            return Ok(None);
        }
        let reach = self.limits.tag_bytes.min(self.doubts_left).min(REACH);
        let doubt = Doubt {
            bytes: &self.window.bytes()[self.next..],
            is_last: self.window.is_last(),
            name,
            around: self.open.innermost(),
            names: self.names,
            reach: usize::try_from(reach).unwrap_or(usize::MAX),
        };
        match doubt.look(&mut self.quoted) {
            Verdict::Literal => {
                self.quoted.clear();
                self.literal_less_than(texts)
            }
            Verdict::Incomplete => self.incomplete(self.limits.tag_bytes.saturating_add(reach)),
            Verdict::Tag { length, tail, mends, looked } => {
                if mends.are_guesses() {
                    self.note_guess();
                }
                self.doubts_left = self.doubts_left.saturating_sub((looked - length) as u64);
                let event = self.event;
                self.tallies.mended_tag(mends, self.window.offset(event), || self.window.position(event));
                self.start_with_care(length, name, tail)
            }
        }
    }

    /// Passes over the marker of a merge conflict, if one begins here; tells whether it did.
    pub(super) fn pass_conflict(&mut self) -> Result<bool, ParseError> {
        let is_known =
            |cursor: &Self, bytes: usize| cursor.window.bytes().len() - cursor.next >= bytes || cursor.window.is_last();
        while !is_known(self, 2) {
            self.widen()?;
        }
        if !self.window.bytes()[self.next..].starts_with(b"<<") {
            return Ok(false);
        }
        while !is_known(self, conflict::REACH) {
            self.widen()?;
        }
        let (event, bytes) = (self.event, &self.window.bytes()[self.next..]);
        let bytes = &bytes[..bytes.len().min(conflict::REACH)];
        if !conflict::begins_in_markup(bytes) || self.window.position(event).column != 1 {
            return Ok(false);
        }
        self.next += memchr::memchr(b'\n', bytes).unwrap_or(bytes.len());
        self.tallies.conflict(|| self.window.position(event));
        Ok(true)
    }

    /// Whether an element that stands in no other one has no name of a root that is looked for.
    pub(super) fn is_strange(&self, name: Name) -> bool {
        let local = &self.window.bytes()[self.next + 1..][name.prefix()..name.length()];
        !self.roots.contains(&local)
    }

    /// Takes note of an element that stands in no other one; whether it is none of a document that is read.
    pub(super) fn begin_document(&mut self, name: Name) -> bool {
        let event = self.event;
        let local = &self.window.bytes()[event + 1..][name.prefix()..name.length()];
        let is_root = self.roots.is_empty() || self.roots.contains(&local);
        let place = || self.window.position(event);
        let is_further = std::mem::replace(&mut self.seen_root, true);
        match (is_further, is_root) {
            (false, true) => {}
            // A fragment, behind which others may follow.
            (false, false) => self.roots = &[],
            (true, true) => self.tallies.further_document(place),
            (true, false) => self.tallies.strange_document(place),
        }
        is_further && !is_root
    }
}
