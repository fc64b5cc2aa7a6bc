//! What is passed over: comments and instructions, of which only the first comment before the root is kept.

use super::cursor::XmlCursor;
use crate::format::ParseError;

/// How much is kept of that comment, its `<!--` included.
const PROLOG_COMMENT: usize = 300;

impl XmlCursor<'_> {
    /// Passes over everything up to and including `terminator`, which ends with `>`, however far it is.
    pub(super) fn skip_past(&mut self, terminator: &[u8]) -> Result<(), ParseError> {
        loop {
            let bytes = &self.window.bytes()[self.next..];
            // Most comments are short, and to prepare a search for several bytes costs more than to search them.
            let ends = |at: &usize| bytes[..=*at].ends_with(terminator);
            if let Some(last) = memchr::memchr_iter(b'>', bytes).find(ends) {
                self.next += last + 1;
                return Ok(());
            }
            if self.window.is_last() {
                self.next += bytes.len();
                self.cut_off();
                return Ok(());
            }
            self.next += bytes.len().saturating_sub(terminator.len() - 1);
            self.slide()?;
        }
    }

    /// Whether a comment begins here that is to be kept.
    fn is_at_prolog_comment(&self) -> bool {
        let bytes = &self.window.bytes()[self.next..];
        !self.seen_root && self.prolog_comment.is_empty() && bytes.starts_with(b"<!--")
    }

    /// Whether more of it is kept than is in the window.
    pub(super) fn prolog_comment_is_cut(&self) -> bool {
        let bytes = &self.window.bytes()[self.next..];
        self.is_at_prolog_comment()
            && bytes.len() < PROLOG_COMMENT
            && !self.window.is_last()
            && memchr::memmem::find(bytes, b"-->").is_none()
    }

    pub(super) fn keep_prolog_comment(&mut self) {
        if !self.is_at_prolog_comment() {
            return;
        }
        let bytes = &self.window.bytes()[self.next..];
        let kept = &bytes[4..bytes.len().min(PROLOG_COMMENT)];
        let length = memchr::memmem::find(kept, b"-->").unwrap_or(kept.len());
        self.prolog_comment = String::from_utf8_lossy(&kept[..length]).trim().to_owned();
    }
}
