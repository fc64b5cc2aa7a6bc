//! Text behind a report that looks like markup: `see <https://ci/1>`, `<done`.
//!
//! Nothing is lost with it, since the report has ended. What may be an element, or the beginning of a further report that
//! breaks off, is none of this.

use super::cursor::XmlCursor;
use super::scan;
use super::tag::local_name;
use crate::format::ParseError;

/// Bytes that are looked at: behind a report that is followed by more, elements stay elements.
const REACH: usize = 64 * 1024;

impl XmlCursor<'_> {
    /// Passes over the `<` that begins something like a tag here, if it stands behind the report and is text; tells whether
    /// it did.
    #[cold]
    pub(super) fn pass_afterword(&mut self) -> Result<bool, ParseError> {
        if !self.seen_root || self.roots.is_empty() {
            return Ok(false);
        }
        while self.window.bytes().len() - self.next < REACH && !self.window.is_last() {
            self.widen()?;
        }
        if !is_text(&self.window.bytes()[self.next..], self.roots) {
            return Ok(false);
        }
        let event = self.event;
        self.tallies.outside_text(|| self.window.position(event));
        self.next += 1;
        Ok(true)
    }
}

/// Whether `rest`, all that follows the report, or the first of it, begins with no tag: what stands there is no name, or a
/// word without attributes, behind which nothing ends.
fn is_text(rest: &[u8], roots: &[&[u8]]) -> bool {
    let ends = |byte: &u8| byte.is_ascii_whitespace() || matches!(byte, b'>' | b'/' | b'<' | b'=');
    let word = &rest[1..];
    let name = local_name(&word[..word.iter().position(ends).unwrap_or(word.len())]);
    if name.is_empty() || !name.iter().all(|byte| scan::is_in_name(*byte) && *byte != b':') {
        return true;
    }
    let tag = &rest[..memchr::memchr(b'>', rest).unwrap_or(rest.len())];
    rest.len() < REACH
        && memchr::memchr(b'=', tag).is_none()
        && !roots.iter().any(|root| root.starts_with(name))
        && !["</", "/>"].iter().any(|end| memchr::memmem::find(rest, end.as_bytes()).is_some())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_cannot_be_an_element_is_text() {
        let is_text = |rest: &str| is_text(rest.as_bytes(), &[b"testsuite"]);
        for text in ["<https://ci/1>\n", "<joe@example.org> wrote </b>", "<bye\n", "<init>(Foo.java:3)\n", "<"] {
            assert!(is_text(text), "{text}");
        }
        for element in
            ["<b>done</b>", "<br/>", "<testsui", "<testsuite name='b'>", "<test-case result='Failed'><failure>"]
        {
            assert!(!is_text(element), "{element}");
        }
        assert!(!is_text(&format!("<bye {}", "x".repeat(REACH))));
    }
}
