//! Whole elements: passed over, read as text, given up.

use super::cursor::{Found, Texts, XmlCursor};
use super::tag::Tag;
use super::text::{Raw, RawKind, Text};
use crate::format::ParseError;

/// What comes next inside an element.
#[derive(Debug)]
pub enum Inside<'t> {
    /// An element begins in it, at whatever depth.
    Child(Tag<'t>),
    /// It is over.
    End,
    /// The report is over, and the element is not.
    Cut,
}

/// What an element holds that has both texts and elements inside it.
#[derive(Debug)]
pub enum Mixed<'t> {
    /// An element begins in it, at whatever depth.
    Child(Tag<'t>),
    /// A piece of text.
    Text(Text<'t>),
}

impl XmlCursor<'_> {
    /// The next element that begins inside the one that made [`XmlCursor::depth`] `depth`. Texts are passed over unread, and so
    /// are the ends of what the caller has entered. One of `stops` shows that the end tag is missing: the element then ends
    /// before it.
    ///
    /// # Errors
    /// As [`XmlCursor::next`].
    // A tag that is handed on goes through memory otherwise.
    #[inline(always)]
    pub fn next_child(&mut self, depth: usize, stops: &[&[u8]]) -> Result<Inside<'_>, ParseError> {
        loop {
            match self.advance(Texts::PassedOver)? {
                Found::Start if stops.contains(&self.started_tag().name()) => self.retreat(depth - 1),
                Found::Start => return Ok(Inside::Child(self.started_tag())),
                Found::End if self.open.depth() < depth => return Ok(Inside::End),
                Found::Eof => return Ok(Inside::Cut),
                _ => {}
            }
        }
    }

    /// As [`XmlCursor::next_child`], with the texts between the elements; `None` when the element is over, or the report.
    ///
    /// # Errors
    /// As [`XmlCursor::next`].
    pub fn next_mixed(&mut self, depth: usize, stops: &[&[u8]]) -> Result<Option<Mixed<'_>>, ParseError> {
        loop {
            match self.advance(Texts::Wanted)? {
                Found::Start if stops.contains(&self.started_tag().name()) => self.retreat(depth - 1),
                Found::Start => return Ok(Some(Mixed::Child(self.started_tag()))),
                Found::Text => return Ok(Some(Mixed::Text(self.found_text()))),
                Found::End if self.open.depth() < depth => return Ok(None),
                Found::Eof => return Ok(None),
                Found::End => {}
            }
        }
    }

    /// Passes over the rest of the element that was started last, without looking at its text.
    ///
    /// # Errors
    /// As [`XmlCursor::next`].
    pub fn skip_element(&mut self) -> Result<(), ParseError> {
        let around = self.open.depth().saturating_sub(1);
        loop {
            match self.advance(Texts::PassedOver)? {
                Found::End if self.open.depth() == around => return Ok(()),
                // What its producer leaves open holds text only: it ends where an element begins.
                Found::Start if self.open.is_inside(self.pardoned) => self.retreat(self.open.depth() - 2),
                Found::Eof => return Ok(()),
                _ => {}
            }
        }
    }

    /// Gives every piece of text inside the element that was started last to `piece`, its descendants' included, and
    /// passes its end. A tag below it was text that somebody forgot to escape (J44): it is given as text, too. Only
    /// one of `stops` shows that the end tag is missing: the element then ends before it.
    ///
    /// # Errors
    /// As [`XmlCursor::next`].
    pub fn element_text(&mut self, stops: &[&[u8]], mut piece: impl FnMut(Text<'_>)) -> Result<(), ParseError> {
        let around = self.open.depth().saturating_sub(1);
        loop {
            match self.advance(Texts::Wanted)? {
                Found::Text => piece(self.found_text()),
                Found::Start if stops.contains(&self.started_tag().name()) => self.retreat(around),
                Found::Start => {
                    let tag = self.started_tag();
                    let end = if self.owed_ends > 0 { "/>" } else { ">" };
                    for raw in [Raw::Text("<"), tag.as_text(), Raw::Text(end)] {
                        piece(Text::new(raw, RawKind::Markup, tag.log()));
                    }
                }
                Found::End if self.open.depth() == around => return Ok(()),
                Found::End => {
                    if let Some(tag) = self.end_tag() {
                        piece(Text::new(tag, RawKind::Markup, &self.log));
                    }
                }
                Found::Eof => return Ok(()),
            }
        }
    }

    /// The end tag of the event lent out last, if it stands in the report.
    fn end_tag(&self) -> Option<Raw<'_>> {
        let raw = self.window.raw(self.event..self.next);
        (!self.end_was_implied() && raw.bytes().starts_with(b"</")).then_some(raw)
    }

    /// Takes back the start event lent out last and ends open elements until `keep` are left: the way out of an
    /// element whose end tag is missing. The ends come next, then the start again.
    pub fn retreat(&mut self, keep: usize) {
        self.open.close();
        self.next = self.event;
        self.owed_ends = self.open.depth().saturating_sub(keep);
        self.owed_implied = self.owed_ends;
        if self.owed_ends > 0 {
            self.count_missing_ends(self.owed_ends);
        }
    }

    /// Says that the producer is known to leave elements called `name` open without losing anything else: to close
    /// them is a repair, no damage.
    pub fn pardon_open(&mut self, name: &'static [u8]) {
        self.pardoned = name;
    }

    /// Counts that the innermost `count` elements have no end tags.
    pub(super) fn count_missing_ends(&mut self, count: usize) {
        let event = self.event;
        if !self.pardoned.is_empty() && self.open.are_innermost(count, self.pardoned) {
            self.tallies.pardoned_end(|| self.window.position(event));
        } else {
            self.tallies.missing_end(|| self.window.position(event));
        }
    }
}
