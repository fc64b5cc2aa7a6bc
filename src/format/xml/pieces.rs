//! What stands between tags: character data and CDATA sections, in pieces.

use super::cursor::{Found, Texts, XmlCursor};
use super::text::{self, RawKind};
use super::torn;
use super::{marks, scan};
use crate::format::ParseError;

impl XmlCursor<'_> {
    /// Character data from the cursor to the next `<`, or as much of it as is in the window.
    #[inline]
    pub(super) fn text_piece(&mut self, texts: Texts) -> Result<Option<Found>, ParseError> {
        let bytes = &self.window.bytes()[self.next..];
        let length = match less_than(bytes) {
            Some(length) => length,
            None if self.window.is_last() && bytes.is_empty() => return Ok(Some(self.end_of_report())),
            None if self.window.is_last() => bytes.len(),
            None => text::safe_cut(bytes, RawKind::Characters),
        };
        if length == 0 {
            self.slide()?;
            return Ok(None);
        }
        let event = self.event;
        self.next += length;
        if self.open.depth() == 0 {
            if !scan::is_blank_or_mark(&self.window.bytes()[event..event + length]) {
                self.tallies.outside_text(|| self.window.position(event));
            }
            return Ok(None);
        }
        Ok(self.text(event..event + length, RawKind::Characters, texts == Texts::Wanted))
    }

    /// The content of a CDATA section from the cursor on, or as much of it as is in the window.
    pub(super) fn cdata_piece(&mut self, texts: Texts) -> Result<Option<Found>, ParseError> {
        let bytes = &self.window.bytes()[self.next..];
        let ended = torn::end_of_cdata(bytes, self.names);
        let (length, closed) = match ended.end {
            Some(length) => (length, true),
            None if self.window.is_last() && bytes.is_empty() => {
                self.cut_off();
                self.in_cdata = false;
                return Ok(Some(Found::Eof));
            }
            None if self.window.is_last() => (bytes.len(), false),
            None => {
                let length = text::safe_cut(&bytes[..bytes.len().saturating_sub(2)], RawKind::CData);
                (self.whole_part(ended, bytes, length), false)
            }
        };
        if length == 0 && !closed {
            self.slide()?;
            return Ok(None);
        }
        if ended.torn.is_some() || self.torn.is_some() {
            self.look_at_torn_cdata(ended.torn, length, closed);
        }
        let event = self.event;
        self.next += length + if closed { 3 } else { 0 };
        self.in_cdata = !closed;
        let wanted = texts == Texts::Wanted && length > 0 && self.open.depth() > 0;
        Ok(self.text(event..event + length, RawKind::CData, wanted))
    }
}

/// Index of the first `<`.
#[inline]
fn less_than(bytes: &[u8]) -> Option<usize> {
    marks::near_less_than(bytes).or_else(|| memchr::memchr(b'<', bytes))
}
