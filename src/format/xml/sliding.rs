//! Where the window ends: more is read, or there is no more.

use std::io;

use super::cursor::{Found, XmlCursor};
use super::scan::{self, Name};
use crate::format::ParseError;
use crate::model::Limit;

impl XmlCursor<'_> {
    /// Moves on to where more of the markup at the cursor can be seen, unless it is longer than `most` bytes.
    pub(super) fn incomplete(&mut self, most: u64) -> Result<Option<Found>, ParseError> {
        if self.window.is_last() {
            if self.open.depth() == 0 && self.is_tag_begun() && self.pass_afterword()? {
                return Ok(None);
            }
            self.cut_off();
            return Ok(Some(Found::Eof));
        }
        if (self.window.bytes().len() - self.next) as u64 > most {
            return Err(self.over(Limit::TagBytes, self.limits.tag_bytes, "a tag is longer"));
        }
        self.slide()?;
        Ok(None)
    }

    /// Whether what stands at the cursor begins like a start tag.
    fn is_tag_begun(&self) -> bool {
        self.window.bytes().get(self.next + 1).is_some_and(|next| scan::starts_name(*next))
    }

    pub(super) fn end_of_report(&mut self) -> Found {
        if self.open.depth() > 0 {
            self.cut_off();
        }
        Found::Eof
    }

    pub(super) fn cut_off(&mut self) {
        let end = self.window.bytes().len();
        self.truncated.get_or_insert(self.window.position(end));
        self.next = end;
    }

    pub(super) fn slide(&mut self) -> Result<(), ParseError> {
        self.started = (0..0, Name::default());
        self.quoted.clear();
        self.widen()
    }

    /// Reads on behind the markup at the cursor.
    pub(super) fn widen(&mut self) -> Result<(), ParseError> {
        let result = self.window.slide(self.next);
        self.next = 0;
        self.event = 0;
        result.map_err(|error| self.unreadable(error))
    }

    fn unreadable(&self, error: io::Error) -> ParseError {
        ParseError::read(error, self.window.position(self.window.bytes().len()))
    }
}
