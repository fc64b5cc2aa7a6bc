//! CDATA whose end has lost its `>` (J44): it goes on to the next such end, with all test cases between the two. What comes of that
//! is well-formed, so it shows only by what the text holds: `]]` right before the end tag of an element of the report, then
//! a test case, then the beginning of other CDATA. A report that is quoted in a log has no `]]` there: its `]]>` would
//! have ended the log.

use std::sync::LazyLock;

use memchr::memmem::{self, Finder};

use super::cursor::XmlCursor;
use super::scan::{self, CDATA_START};
use super::unsure::Names;
use crate::model::Position;

static BRACKETS: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new("]]"));

/// What was found in a part of CDATA.
#[derive(Debug, Clone, Copy)]
pub(super) struct Ended {
    /// Where its `]]>` is.
    pub(super) end: Option<usize>,
    /// Where one may be meant, before that.
    pub(super) torn: Option<usize>,
    /// Where it takes more bytes to know.
    pub(super) undecided: Option<usize>,
}

/// Looks for the end of CDATA. Hardly any text has two brackets that end none, so that nothing is searched twice.
#[inline]
pub(super) fn end_of_cdata(bytes: &[u8], names: &Names) -> Ended {
    let mut ended = Ended { end: None, torn: None, undecided: None };
    let mut from = 0;
    while let Some(step) = BRACKETS.find(&bytes[from..]) {
        let at = from + step;
        match bytes.get(at + 2) {
            Some(b'>') => return Ended { end: Some(at), ..ended },
            Some(b'<') if ended.torn.is_none() => match ends_known(&bytes[at + 2..], names) {
                Some(true) => ended.torn = Some(at),
                Some(false) => {}
                None => ended.undecided = ended.undecided.or(Some(at)),
            },
            _ => {}
        }
        from = at + 1;
    }
    ended
}

/// Whether the end tag of an element that the format knows begins here; `None` when more bytes are needed.
#[cold]
fn ends_known(bytes: &[u8], names: &Names) -> Option<bool> {
    match bytes.get(1) {
        Some(b'/') => names.begin(bytes, false),
        Some(_) => Some(false),
        None => None,
    }
}

/// CDATA that may have lost its end.
#[derive(Debug, Clone, Copy)]
pub(super) struct Torn {
    at: Position,
    has_case: bool,
    /// Whether other CDATA begins behind the case.
    has_cdata: bool,
}

/// Bytes behind a `<` by which it is known what begins there.
const MARKUP: usize = 64;

impl XmlCursor<'_> {
    /// How much of `length` bytes, in which CDATA does not end, may be handed out: nothing is parted that is looked for.
    #[inline]
    pub(super) fn whole_part(&self, ended: Ended, bytes: &[u8], length: usize) -> usize {
        let length = ended.undecided.map_or(length, |at| at.min(length));
        if ended.torn.is_none() && self.torn.is_none() {
            return length;
        }
        let near = length.saturating_sub(MARKUP);
        memchr::memrchr(b'<', &bytes[near..length]).map_or(length, |at| near + at)
    }

    /// Looks on in a part of `length` bytes of such CDATA; at its end, when that is here, says what it was.
    #[cold]
    #[inline(never)]
    pub(super) fn look_at_torn_cdata(&mut self, torn: Option<usize>, length: usize, closed: bool) {
        let mut rest = &self.window.bytes()[self.next..self.next + length];
        if self.torn.is_none() {
            let Some(at) = torn.filter(|at| *at < length) else { return };
            self.torn = Some(Torn { at: self.window.position(self.next + at), has_case: false, has_cdata: false });
            rest = &rest[at..];
        }
        let Some(torn) = &mut self.torn else { return };
        if !torn.has_case
            && let Some(case) = first_case(rest, self.names)
        {
            torn.has_case = true;
            rest = &rest[case..];
        }
        torn.has_cdata |= torn.has_case && memmem::find(rest, CDATA_START).is_some();
        let (at, is_sure) = (torn.at, torn.has_cdata);
        if closed {
            self.torn = None;
            if is_sure {
                self.tallies.torn_cdata(|| at);
            }
        }
    }
}

/// Where the start tag of a test case begins.
fn first_case(bytes: &[u8], names: &Names) -> Option<usize> {
    let is_case = |at: &usize| {
        let name = &bytes[at + 1..];
        let length = name.iter().position(|byte| !scan::is_in_name(*byte)).unwrap_or(name.len());
        names.cases.contains(&&name[..length])
    };
    memchr::memchr_iter(b'<', bytes).find(is_case)
}
