//! XML as a stream of events: the one door to it.
//!
//! The cursor reads what test tools really write. It checks structure, keeps its own stack of open elements and always
//! gives balanced events, mending what can be mended and counting each repair ([`XmlCursor::finish`] reports them). It
//! knows no document type: no entity but the predefined five is ever expanded, nothing named by a DTD is opened (J16).
//! Memory is bound by one tag; text comes in pieces.

mod repairs;
mod scan;
mod tag;
mod text;
mod window;

use std::io;

use crate::format::ParseError;
use crate::model::{Body, Position, Problem, ProblemKind, ReportVisitor};

use repairs::{RepairLog, Tallies};
use scan::Markup;
use text::RawKind;
use window::Window;

pub use tag::{Attributes, RawValue, Tag};

/// Elements that may be open at once. Reports of real tools stay below fifty; the bound keeps hostile ones harmless.
pub const MAX_DEPTH: usize = 1024;

/// Longest tag, comment-free, in bytes.
pub const MAX_TAG: usize = 4 * 1024 * 1024;

/// How much is kept of the first comment before the root element, its `<!--` included.
const PROLOG_COMMENT: usize = 300;

/// What comes next in a report.
#[derive(Debug)]
pub enum XmlEvent<'t> {
    /// An element begins; its [`XmlEvent::End`] always follows, for an empty element at once.
    Start(Tag<'t>),
    /// The innermost open element ends: its local name, and how many elements are open around it.
    End(&'t [u8], usize),
    /// A piece of text inside an element.
    Text(Text<'t>),
    /// The report is over.
    Eof,
}

/// A piece of character data or of a CDATA section.
#[derive(Debug, Clone, Copy)]
pub struct Text<'t> {
    raw: &'t [u8],
    kind: RawKind,
    log: &'t RepairLog,
}

impl<'t> Text<'t> {
    /// Appends the text to `out`, its references resolved.
    #[inline]
    pub fn push_into(self, out: &mut String) {
        self.log.text(|repairs| text::decode(self.raw, self.kind, out, repairs));
    }

    /// The bytes as they stand in the report, references unresolved.
    pub fn raw(self) -> &'t [u8] {
        self.raw
    }

    /// Whether it stands in a CDATA section.
    pub fn is_cdata(self) -> bool {
        self.kind == RawKind::CData
    }

    /// Whether there is nothing in it but blanks and line ends.
    pub fn is_blank(self) -> bool {
        self.raw.iter().all(u8::is_ascii_whitespace)
    }
}

/// Reads one report from its first byte to its last.
pub struct XmlCursor<'s> {
    window: Window<'s>,
    /// Index in the window of the first byte that no event has covered.
    next: usize,
    /// Index in the window where the event now lent out begins.
    event: usize,
    open: OpenElements,
    /// End events still owed: of an empty element, or of elements whose end tags are missing.
    owed_ends: usize,
    /// How many of them, the first ones, have no end tag in the report.
    owed_implied: usize,
    /// Whether the end lent out last has no end tag in the report.
    implied_end: bool,
    /// The start tag lent out last, as a range of the window, and the length of its name.
    started: (std::ops::Range<usize>, usize),
    /// The first comment before the root element, cut to a few hundred bytes: some producers sign there.
    prolog_comment: String,
    /// Inside a CDATA section whose end is not in the window yet.
    in_cdata: bool,
    seen_root: bool,
    /// Name of an element that its producer is known to leave open at times.
    pardoned: &'static [u8],
    truncated: Option<Position>,
    log: RepairLog,
    tallies: Tallies,
}

/// Names of the open elements, end to end in one buffer.
#[derive(Default)]
struct OpenElements {
    names: Vec<u8>,
    starts: Vec<usize>,
    /// Bytes of `names` in use; a name stays readable behind them until the next one is opened.
    used: usize,
}

impl OpenElements {
    fn depth(&self) -> usize {
        self.starts.len()
    }

    #[inline]
    fn open(&mut self, name: &[u8]) {
        self.names.truncate(self.used);
        self.starts.push(self.used);
        self.names.extend_from_slice(name);
        self.used = self.names.len();
    }

    /// Closes the innermost element and gives the range of its name.
    #[inline]
    fn close(&mut self) -> std::ops::Range<usize> {
        let end = self.used;
        let start = self.starts.pop().unwrap_or(0);
        self.used = start;
        start..end
    }

    #[inline]
    fn innermost(&self) -> &[u8] {
        &self.names[self.starts.last().copied().unwrap_or(self.used)..self.used]
    }

    /// Whether the innermost `count` elements are all called `name`.
    fn are_innermost(&self, count: usize, name: &[u8]) -> bool {
        let mut end = self.used;
        self.starts.iter().rev().take(count).all(|start| {
            let found = &self.names[*start..end];
            end = *start;
            found == name
        })
    }

    /// How many elements must be closed to close the innermost one called `name`.
    fn distance(&self, name: &[u8]) -> Option<usize> {
        let mut end = self.used;
        for (distance, start) in self.starts.iter().rev().enumerate() {
            if &self.names[*start..end] == name {
                return Some(distance + 1);
            }
            end = *start;
        }
        None
    }
}

/// What lies at the cursor, as offsets into the window.
enum Found {
    Start,
    End(std::ops::Range<usize>),
    Text { raw: std::ops::Range<usize>, kind: RawKind },
    Eof,
}

impl<'s> XmlCursor<'s> {
    /// A cursor at the start of `body`, which must be UTF-8 or nearly so (see [`crate::format::encoding`]).
    pub fn new(body: Body<'s>) -> XmlCursor<'s> {
        let window = match body {
            Body::Bytes(bytes) => Window::over_slice(bytes),
            Body::Stream(reader) => Window::over_stream(reader),
        };
        XmlCursor {
            window,
            next: 0,
            event: 0,
            open: OpenElements::default(),
            owed_ends: 0,
            owed_implied: 0,
            implied_end: false,
            started: (0..0, 0),
            prolog_comment: String::new(),
            in_cdata: false,
            seen_root: false,
            pardoned: b"",
            truncated: None,
            log: RepairLog::default(),
            tallies: Tallies::default(),
        }
    }

    /// The next event. Comments, processing instructions and the document type are passed over.
    ///
    /// # Errors
    /// When the bytes cannot be read, or a limit of this module is reached.
    #[inline]
    #[allow(clippy::should_implement_trait, reason = "an iterator cannot lend what it holds")]
    pub fn next(&mut self) -> Result<XmlEvent<'_>, ParseError> {
        match self.advance(true)? {
            Found::Start => Ok(XmlEvent::Start(self.started_tag())),
            Found::End(name) => Ok(XmlEvent::End(tag::local_name(&self.open.names[name]), self.open.depth())),
            Found::Text { raw, kind } => {
                Ok(XmlEvent::Text(Text { raw: &self.window.bytes()[raw], kind, log: &self.log }))
            }
            Found::Eof => Ok(XmlEvent::Eof),
        }
    }

    /// The start tag of the event lent out last, once more: to be read while the cursor is asked for positions.
    /// Any other event makes it empty.
    #[inline]
    pub fn started_tag(&self) -> Tag<'_> {
        let (raw, name_length) = &self.started;
        let raw = &self.window.bytes()[raw.clone()];
        Tag::new(raw, *name_length, self.open.depth().saturating_sub(1), &self.log)
    }

    /// Passes over the rest of the element that was started last, without looking at its text.
    ///
    /// # Errors
    /// As [`XmlCursor::next`].
    pub fn skip_element(&mut self) -> Result<(), ParseError> {
        let around = self.open.depth().saturating_sub(1);
        loop {
            match self.advance(false)? {
                Found::End(_) if self.open.depth() == around => return Ok(()),
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
            match self.next()? {
                XmlEvent::Text(text) => piece(text),
                XmlEvent::Start(tag) if stops.contains(&tag.name()) => self.retreat(around),
                XmlEvent::Start(tag) => {
                    let log = tag.log();
                    for raw in [b"<".as_slice(), tag.raw(), b">"] {
                        piece(Text { raw, kind: RawKind::CData, log });
                    }
                }
                XmlEvent::End(_, depth) if depth == around => return Ok(()),
                XmlEvent::End(..) => {}
                XmlEvent::Eof => return Ok(()),
            }
        }
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
    fn count_missing_ends(&mut self, count: usize) {
        let event = self.event;
        if !self.pardoned.is_empty() && self.open.are_innermost(count, self.pardoned) {
            self.tallies.pardoned_end(|| self.window.position(event));
        } else {
            self.tallies.missing_end(|| self.window.position(event));
        }
    }

    /// Whether the end lent out last stands nowhere in the report: the element was left open.
    pub fn end_was_implied(&self) -> bool {
        self.implied_end
    }

    /// The first comment before the root element (its first few hundred bytes), where some producers sign.
    pub fn prolog_comment(&self) -> &str {
        &self.prolog_comment
    }

    /// Where the event lent out last begins.
    pub fn position(&self) -> Position {
        self.window.position(self.event)
    }

    /// Elements that are open now.
    pub fn depth(&self) -> usize {
        self.open.depth()
    }

    /// Where the report broke off, once its end has been reached and was no end.
    pub fn truncation(&self) -> Option<Position> {
        self.truncated
    }

    /// Tells the visitor what was mended and what is broken. To be called once, at the end.
    pub fn finish(&mut self, visitor: &mut dyn ReportVisitor) {
        self.tallies.collect(&self.log, || self.window.position(self.event));
        self.tallies.report(visitor);
        if let Some(position) = self.truncated {
            let message = match self.open.innermost() {
                [] => "the report ends inside a tag".to_owned(),
                name => format!("the report ends inside <{}>", String::from_utf8_lossy(name)),
            };
            visitor.problem(Problem::new(ProblemKind::Truncated, message).at(position));
        }
    }

    /// Moves to the next event.
    fn advance(&mut self, with_text: bool) -> Result<Found, ParseError> {
        if !self.log.is_clean() {
            self.tallies.collect(&self.log, || self.window.position(self.event));
        }
        if self.owed_ends > 0 {
            self.owed_ends -= 1;
            self.implied_end = self.owed_implied > 0;
            self.owed_implied = self.owed_implied.saturating_sub(1);
            return Ok(Found::End(self.open.close()));
        }
        self.implied_end = false;
        loop {
            self.event = self.next;
            let bytes = &self.window.bytes()[self.next..];
            if self.in_cdata {
                if let Some(found) = self.cdata_piece(with_text)? {
                    return Ok(found);
                }
                continue;
            }
            let markup = if bytes.first() == Some(&b'<') {
                scan::markup(bytes, self.window.is_last())
            } else {
                if let Some(found) = self.text_piece(with_text)? {
                    return Ok(found);
                }
                continue;
            };
            match markup {
                Markup::Start { length, name_length, empty } => return self.start(length, name_length, empty),
                Markup::End { length, name } => {
                    if let Some(found) = self.end(length, name) {
                        return Ok(found);
                    }
                }
                Markup::CData => {
                    self.next += scan::CDATA_START.len();
                    self.in_cdata = true;
                }
                Markup::Skip { length } => self.next += length,
                Markup::SkipTo { .. } if self.prolog_comment_is_cut() => self.slide()?,
                Markup::SkipTo { length, terminator } => {
                    self.keep_prolog_comment();
                    self.next += length;
                    self.skip_past(terminator)?;
                }
                Markup::Literal { unclosed_quote } => {
                    let event = self.event;
                    if unclosed_quote {
                        self.tallies.open_quote(|| self.window.position(event));
                    } else {
                        self.tallies.text_less_than(|| self.window.position(event));
                    }
                    self.next += 1;
                    if with_text && self.open.depth() > 0 {
                        return Ok(Found::Text { raw: event..event + 1, kind: RawKind::CData });
                    }
                }
                Markup::Incomplete => {
                    if self.window.is_last() {
                        self.cut_off();
                        return Ok(Found::Eof);
                    }
                    if bytes.len() > MAX_TAG {
                        return Err(ParseError::limit("a tag of more than 4 MiB", self.position()));
                    }
                    self.slide()?;
                }
            }
        }
    }

    fn start(&mut self, length: usize, name_length: usize, empty: bool) -> Result<Found, ParseError> {
        if self.open.depth() == MAX_DEPTH {
            return Err(ParseError::limit("more than 1024 nested elements", self.position()));
        }
        if self.open.depth() == 0 && std::mem::replace(&mut self.seen_root, true) {
            let event = self.event;
            self.tallies.further_document(|| self.window.position(event));
        }
        let inside = self.event + 1;
        let bytes = self.window.bytes();
        self.open.open(&bytes[inside..inside + name_length]);
        self.owed_ends = usize::from(empty);
        self.next += length;
        self.started = (inside..self.event + length - 1 - usize::from(empty), name_length);
        Ok(Found::Start)
    }

    /// An end tag: closes one element, or several whose own end tags are missing, or none.
    fn end(&mut self, length: usize, name: std::ops::Range<usize>) -> Option<Found> {
        let event = self.event;
        let name = &self.window.bytes()[event + name.start..event + name.end];
        self.next += length;
        if self.open.depth() > 0 && self.open.innermost() == name {
            return Some(Found::End(self.open.close()));
        }
        match self.open.distance(name) {
            Some(distance) => {
                self.count_missing_ends(distance - 1);
                self.owed_ends = distance - 1;
                self.owed_implied = distance - 2;
                self.implied_end = true;
                Some(Found::End(self.open.close()))
            }
            None => {
                self.tallies.stray_end(|| self.window.position(event));
                None
            }
        }
    }

    /// Character data from the cursor to the next `<`, or as much of it as is in the window.
    fn text_piece(&mut self, with_text: bool) -> Result<Option<Found>, ParseError> {
        let bytes = &self.window.bytes()[self.next..];
        let length = match memchr::memchr(b'<', bytes) {
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
        Ok(with_text.then_some(Found::Text { raw: event..event + length, kind: RawKind::Characters }))
    }

    /// The content of a CDATA section from the cursor on, or as much of it as is in the window.
    fn cdata_piece(&mut self, with_text: bool) -> Result<Option<Found>, ParseError> {
        let bytes = &self.window.bytes()[self.next..];
        let (length, closed) = match memchr::memmem::find(bytes, b"]]>") {
            Some(length) => (length, true),
            None if self.window.is_last() && bytes.is_empty() => {
                self.cut_off();
                self.in_cdata = false;
                return Ok(Some(Found::Eof));
            }
            None if self.window.is_last() => (bytes.len(), false),
            None => (text::safe_cut(&bytes[..bytes.len().saturating_sub(2)], RawKind::CData), false),
        };
        if length == 0 && !closed {
            self.slide()?;
            return Ok(None);
        }
        let event = self.event;
        self.next += length + if closed { 3 } else { 0 };
        self.in_cdata = !closed;
        let wanted = with_text && length > 0 && self.open.depth() > 0;
        Ok(wanted.then_some(Found::Text { raw: event..event + length, kind: RawKind::CData }))
    }

    /// Passes over everything up to and including `terminator`, however far it is.
    fn skip_past(&mut self, terminator: &[u8]) -> Result<(), ParseError> {
        loop {
            let bytes = &self.window.bytes()[self.next..];
            if let Some(found) = memchr::memmem::find(bytes, terminator) {
                self.next += found + terminator.len();
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
    fn prolog_comment_is_cut(&self) -> bool {
        let bytes = &self.window.bytes()[self.next..];
        self.is_at_prolog_comment()
            && bytes.len() < PROLOG_COMMENT
            && !self.window.is_last()
            && memchr::memmem::find(bytes, b"-->").is_none()
    }

    fn keep_prolog_comment(&mut self) {
        if !self.is_at_prolog_comment() {
            return;
        }
        let bytes = &self.window.bytes()[self.next..];
        let kept = &bytes[4..bytes.len().min(PROLOG_COMMENT)];
        let length = memchr::memmem::find(kept, b"-->").unwrap_or(kept.len());
        self.prolog_comment = String::from_utf8_lossy(&kept[..length]).trim().to_owned();
    }

    fn end_of_report(&mut self) -> Found {
        if self.open.depth() > 0 {
            self.cut_off();
        }
        Found::Eof
    }

    fn cut_off(&mut self) {
        let end = self.window.bytes().len();
        self.truncated.get_or_insert(self.window.position(end));
        self.next = end;
    }

    fn slide(&mut self) -> Result<(), ParseError> {
        self.started = (0..0, 0);
        let result = self.window.slide(self.next);
        self.next = 0;
        self.event = 0;
        result.map_err(|error| self.unreadable(error))
    }

    fn unreadable(&self, error: io::Error) -> ParseError {
        ParseError::read(error, self.window.position(self.window.bytes().len()))
    }
}

#[cfg(test)]
mod tests;
