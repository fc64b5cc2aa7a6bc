//! Text in front of a report that looks like markup: `Usage: run <file>`, the `<br />` of a PHP warning, `at Foo.<init>`.
//!
//! What begins there is no element of the report, and its end may never come: the report begins behind it.

use super::cursor::XmlCursor;
use super::scan::{self, Name};
use super::tag::local_name;
use crate::format::ParseError;

/// Bytes that are looked at for the report: who recognises it looks no further, either.
const REACH: usize = 64 * 1024;

/// What came before something that looks like markup.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Before {
    /// Nothing but blanks.
    Nothing,
    /// Text outside of any element.
    Text,
}

/// Where the report begins, if what begins `bytes` like an element is none and stands before it: at an XML declaration or
/// at what `is_root` says is the name of a root, on a line of its own or on that of `bytes`. A root may stand in a wrapper,
/// too: it is none of that when other text came `before`, or when the wrapper has ended.
pub fn report_behind(bytes: &[u8], before: Before, is_root: impl Fn(&[u8]) -> bool) -> Option<usize> {
    let bytes = &bytes[..bytes.len().min(REACH)];
    for at in memchr::memchr_iter(b'<', bytes).skip(1) {
        let (passed, rest) = bytes.split_at(at);
        if rest.starts_with(b"<!") {
            // No line of a log: a wrapper's content, or a page that shows a report.
            return None;
        }
        let name = name_of_tag(rest);
        let is_declaration = name == b"?xml";
        if is_declaration || is_root(local_name(name)) {
            let is_apart = is_declaration || before == Before::Text || is_ended(passed);
            return (is_apart && begins_line(passed)).then_some(at);
        }
    }
    None
}

/// The name of the tag that begins here; nothing where its end is not in sight.
fn name_of_tag(bytes: &[u8]) -> &[u8] {
    let name = &bytes[1..];
    let ends = |byte: &u8| byte.is_ascii_whitespace() || matches!(byte, b'>' | b'/');
    name.iter().position(ends).map_or(b"", |length| &name[..length])
}

/// Whether nothing stands before it on its line, or its line is the first one.
fn begins_line(before: &[u8]) -> bool {
    memchr::memrchr(b'\n', before).is_none_or(|end| scan::is_blank_or_mark(&before[end..]))
}

/// Whether the element that begins here ends here.
fn is_ended(bytes: &[u8]) -> bool {
    let Some(tag) = memchr::memchr(b'>', bytes) else { return false };
    let end = [b"</", name_of_tag(bytes)].concat();
    bytes[..tag].ends_with(b"/") || memchr::memmem::find(&bytes[tag..], &end).is_some()
}

impl XmlCursor<'_> {
    /// Passes over what begins here like an element called `name`, if it stands in front of the report; tells whether it did.
    #[cold]
    pub(super) fn pass_banner(&mut self, name: Name) -> Result<bool, ParseError> {
        let local = &self.window.bytes()[self.next + 1..][name.prefix()..name.length()];
        if self.seen_root || self.roots.is_empty() || self.roots.contains(&local) {
            return Ok(false);
        }
        let may_be_fragment = self.fragments.contains(&local);
        while self.window.bytes().len() - self.next < REACH && !self.window.is_last() {
            self.widen()?;
        }
        let bytes = &self.window.bytes()[self.next..];
        if may_be_fragment && has_attributes(bytes) {
            return Ok(false);
        }
        let before = if self.tallies.has_outside_text() { Before::Text } else { Before::Nothing };
        let Some(length) = report_behind(bytes, before, |name| self.roots.contains(&name)) else {
            return Ok(false);
        };
        let event = self.event;
        self.tallies.outside_text(|| self.window.position(event));
        self.behind_banner = true;
        self.next += length;
        Ok(true)
    }
}

/// Whether the tag that begins here has attributes, as every tag of a report at the root of a fragment.
fn has_attributes(bytes: &[u8]) -> bool {
    let end = memchr::memchr(b'>', bytes).unwrap_or(bytes.len());
    memchr::memchr(b'=', &bytes[..end]).is_some()
}
