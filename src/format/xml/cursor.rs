//! The cursor: from one event to the next.

use std::ops::Range;

use super::XmlEvent;
use super::marks;
use super::open::OpenElements;
use super::repairs::{RepairLog, Tallies};
use super::scan::{self, Markup, Name, Quoted};
use super::tag::Tag;
use super::text::{RawKind, Text};
use super::torn::Torn;
use super::unsure::Names;
use super::window::Window;
use crate::format::spare::Spare;
use crate::format::{Limits, ParseError};
use crate::model::{Body, Limit, LimitReached, Position, Problem, ProblemKind, ReportVisitor};

/// Values of a usual tag: room for them is made at once, since most reports are short.
const USUAL_QUOTED: usize = 16;

/// Bytes behind tags in doubt that are looked at for their sake, in all of a report: more are the work of somebody who means to
/// keep us busy.
const DOUBTS: u64 = 64 << 20;

/// Bytes that end the tag of an empty element.
const EMPTY_TAIL: usize = 2;

/// What a cursor fills again and again. It serves the next one of the same thread: a small report is looked at by three.
struct Buffers {
    open: OpenElements,
    quoted: Vec<Quoted>,
}

impl Default for Buffers {
    fn default() -> Buffers {
        Buffers { open: OpenElements::new(), quoted: Vec::with_capacity(USUAL_QUOTED) }
    }
}

thread_local! {
    static SPARE: Spare<Buffers> = const { Spare::new() };
}

/// Reads one report from its first byte to its last.
pub struct XmlCursor<'s> {
    pub(super) window: Window<'s>,
    /// Index in the window of the first byte that no event has covered.
    pub(super) next: usize,
    /// Index in the window where the event now lent out begins.
    pub(super) event: usize,
    pub(super) open: OpenElements,
    /// End events still owed: of an empty element, or of elements whose end tags are missing.
    pub(super) owed_ends: usize,
    /// How many of them, the first ones, have no end tag in the report.
    pub(super) owed_implied: usize,
    /// Whether the end lent out last has no end tag in the report.
    implied_end: bool,
    /// The start tag lent out last, as a range of the window, and its name.
    pub(super) started: (Range<usize>, Name),
    /// Its values.
    pub(super) quoted: Vec<Quoted>,
    /// The name of the element that ended last.
    ended: Range<usize>,
    /// The piece of text lent out last, as a range of the window.
    piece: (Range<usize>, RawKind),
    /// The first comment before the root element, cut to a few hundred bytes: some producers sign there.
    pub(super) prolog_comment: String,
    /// Inside a CDATA section whose end is not in the window yet.
    pub(super) in_cdata: bool,
    /// The CDATA at hand, where it may have lost its end.
    pub(super) torn: Option<Torn>,
    pub(super) seen_root: bool,
    /// Roots of documents that may follow the first one; any, where there are none.
    pub(super) roots: &'static [&'static [u8]],
    /// Roots of parts of such documents.
    pub(super) fragments: &'static [&'static [u8]],
    /// Elements that the format knows.
    pub(super) names: &'static Names,
    /// Whether something in front of the report looked like markup.
    pub(super) behind_banner: bool,
    /// Name of an element that its producer is known to leave open at times.
    pub(super) pardoned: &'static [u8],
    pub(super) truncated: Option<Position>,
    pub(super) log: RepairLog,
    pub(super) tallies: Tallies,
    pub(super) limits: Limits,
    /// A bit for each depth at which something looked like markup and was not understood.
    pub(super) misread: u64,
    /// The same, where a tag was read by a guess.
    pub(super) guessed: u64,
    /// Where the last such tag stands.
    pub(super) guessed_at: Option<u64>,
    /// Bytes that may still be looked at behind tags in doubt.
    pub(super) doubts_left: u64,
    /// Tags up to this length need no look at their limits.
    short_tag: usize,
}

/// What becomes of texts on the way to the next event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Texts {
    /// Each piece is an event.
    Wanted,
    /// Nobody looks at them.
    PassedOver,
}

/// What lies at the cursor. Where it stands is kept in the cursor: what several functions hand on, one to the other, stays
/// in a register.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Found {
    Start,
    End,
    Text,
    Eof,
}

impl Drop for XmlCursor<'_> {
    fn drop(&mut self) {
        let (open, mut quoted) = (std::mem::take(&mut self.open), std::mem::take(&mut self.quoted));
        let room = open.room() + quoted.capacity() * size_of::<Quoted>();
        quoted.clear();
        // A thread that ends keeps nothing.
        let _ = SPARE.try_with(|spare| spare.keep(room, || Buffers { open: open.emptied(), quoted }));
    }
}

impl<'s> XmlCursor<'s> {
    /// A cursor at the start of `body`, which must be UTF-8 or nearly so (see [`crate::format::encoding`]).
    pub fn new(body: Body<'s>) -> XmlCursor<'s> {
        XmlCursor::through(match body {
            Body::Bytes(bytes) => Window::over_slice(bytes),
            Body::Stream(reader) => Window::over_stream(reader),
        })
    }

    /// A cursor that is going to see the first elements of `bytes` only.
    pub fn at_head_of(bytes: &'s [u8]) -> XmlCursor<'s> {
        XmlCursor::through(Window::over_unseen_slice(bytes))
    }

    fn through(window: Window<'s>) -> XmlCursor<'s> {
        let Buffers { open, quoted } = SPARE.try_with(Spare::take).unwrap_or_default();
        XmlCursor {
            window,
            next: 0,
            event: 0,
            open,
            owed_ends: 0,
            owed_implied: 0,
            implied_end: false,
            started: (0..0, Name::default()),
            quoted,
            ended: 0..0,
            piece: (0..0, RawKind::Characters),
            prolog_comment: String::new(),
            in_cdata: false,
            torn: None,
            seen_root: false,
            roots: &[],
            fragments: &[],
            names: &Names::NONE,
            behind_banner: false,
            pardoned: b"",
            truncated: None,
            log: RepairLog::default(),
            tallies: Tallies::default(),
            limits: Limits::default(),
            misread: 0,
            guessed: 0,
            guessed_at: None,
            doubts_left: DOUBTS,
            short_tag: 0,
        }
        .within(&Limits::default())
    }

    /// The same cursor under these limits.
    pub fn within(mut self, limits: &Limits) -> XmlCursor<'s> {
        /// Length of the shortest attribute.
        const SHORTEST: u64 = 3;
        let short = limits.tag_bytes.min(limits.attributes.saturating_mul(SHORTEST));
        self.short_tag = usize::try_from(short).unwrap_or(usize::MAX);
        self.limits = *limits;
        self
    }

    /// The same cursor of a format whose documents have these roots. Behind the first document, if that has one of them, only
    /// such a one is read: anything else is what is left of an older and longer report, or a report of another kind.
    pub fn of_roots(mut self, roots: &'static [&'static [u8]]) -> XmlCursor<'s> {
        self.roots = roots;
        self
    }

    /// The same cursor of a format that is read in parts, too: elements with these names may be roots as well.
    pub fn or_fragments(mut self, fragments: &'static [&'static [u8]]) -> XmlCursor<'s> {
        self.fragments = fragments;
        self
    }

    /// The next event. Comments, processing instructions and the document type are passed over.
    ///
    /// # Errors
    /// When the bytes cannot be read, or a limit of this module is reached.
    #[allow(clippy::should_implement_trait, reason = "an iterator cannot lend what it holds")]
    pub fn next(&mut self) -> Result<XmlEvent<'_>, ParseError> {
        let found = self.advance(Texts::Wanted)?;
        Ok(self.event_of(found))
    }

    /// The next event that is no text: texts are passed over unread.
    ///
    /// # Errors
    /// As [`XmlCursor::next`].
    #[inline(always)]
    pub fn next_tag(&mut self) -> Result<XmlEvent<'_>, ParseError> {
        let found = self.advance(Texts::PassedOver)?;
        Ok(self.event_of(found))
    }

    // What is made in one function and looked at in another goes through memory, in parts of two sizes.
    #[inline(always)]
    pub(super) fn event_of(&self, found: Found) -> XmlEvent<'_> {
        match found {
            Found::Start => XmlEvent::Start(self.started_tag()),
            Found::End => XmlEvent::End(self.open.local_name(self.ended.clone()), self.open.depth()),
            Found::Text => XmlEvent::Text(self.found_text()),
            Found::Eof => XmlEvent::Eof,
        }
    }

    /// The piece of text that was found last.
    #[inline(always)]
    pub(super) fn found_text(&self) -> Text<'_> {
        Text::new(self.window.raw(self.piece.0.clone()), self.piece.1, &self.log)
    }

    /// The start tag of the event lent out last, once more: to be read while the cursor is asked for positions.
    /// Any other event makes it empty.
    #[inline(always)]
    pub fn started_tag(&self) -> Tag<'_> {
        let (raw, name) = &self.started;
        let raw = self.window.raw_of_parts(raw.clone());
        Tag::new(raw, *name, self.open.depth().saturating_sub(1), &self.quoted, &self.log)
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

    /// Moves to the next event; a text is one only where it is wanted.
    #[inline(always)]
    pub(super) fn advance(&mut self, texts: Texts) -> Result<Found, ParseError> {
        if !self.log.is_clean() {
            self.tallies.collect(&self.log, || self.window.position(self.event));
        }
        if self.owed_ends > 0 {
            return Ok(self.owed_end());
        }
        self.implied_end = false;
        loop {
            self.event = self.next;
            let bytes = &self.window.bytes()[self.next..];
            let found = match bytes {
                _ if self.in_cdata => self.cdata_piece(texts)?,
                [b'<', b'/', name @ ..] if self.open.is_closed_by(name) => {
                    let found = self.close();
                    self.next += self.ended.len() + 3;
                    Some(found)
                }
                [b'<', ..] => self.markup(texts)?,
                _ if texts == Texts::Wanted => self.text_piece(texts)?,
                _ => self.pass_text()?,
            };
            if let Some(found) = found {
                return Ok(found);
            }
        }
    }

    /// Passes a text that nobody wants: as a rule a line end and a few blanks.
    #[inline(always)]
    fn pass_text(&mut self) -> Result<Option<Found>, ParseError> {
        match marks::near_less_than(&self.window.bytes()[self.next..]) {
            Some(length) if self.open.depth() > 0 => {
                self.next += length;
                Ok(None)
            }
            _ => self.text_piece(Texts::PassedOver),
        }
    }

    fn owed_end(&mut self) -> Found {
        self.owed_ends -= 1;
        self.implied_end = self.owed_implied > 0;
        self.owed_implied = self.owed_implied.saturating_sub(1);
        self.close()
    }

    /// Closes the innermost element.
    #[inline]
    fn close(&mut self) -> Found {
        self.ended = self.open.close();
        Found::End
    }

    /// The text in this range, if it is wanted.
    #[inline]
    pub(super) fn text(&mut self, range: Range<usize>, kind: RawKind, is_wanted: bool) -> Option<Found> {
        self.piece = (range, kind);
        is_wanted.then_some(Found::Text)
    }

    /// Takes the markup at the cursor, or moves on to where there is more to see of it.
    #[inline(always)]
    fn markup(&mut self, texts: Texts) -> Result<Option<Found>, ParseError> {
        self.quoted.clear();
        let bytes = &self.window.bytes()[self.next..];
        match scan::markup(bytes, self.window.is_last(), &mut self.quoted) {
            Markup::Start { length, name, tail } => self.start(length, name, tail),
            other => self.other_markup(other, texts),
        }
    }

    #[inline(never)]
    fn other_markup(&mut self, markup: Markup, texts: Texts) -> Result<Option<Found>, ParseError> {
        // What looked like a tag and is none has no values.
        self.quoted.clear();
        match markup {
            Markup::Start { .. } => {}
            Markup::Doubtful { name } => return self.doubtful(name, texts),
            Markup::End { length, name } => return Ok(self.end(length, name)),
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
            Markup::Literal => return self.literal_less_than(texts),
            Markup::Incomplete => return self.incomplete(self.limits.tag_bytes),
        }
        Ok(None)
    }

    /// Begins the element whose start tag is this long.
    #[inline(always)]
    fn start(&mut self, length: usize, name: Name, tail: usize) -> Result<Option<Found>, ParseError> {
        let depth = self.open.depth();
        if depth == 0 || depth as u64 >= self.limits.xml_depth || length > self.short_tag {
            return self.start_with_care(length, name, tail);
        }
        self.open_element(length, name, tail);
        Ok(Some(Found::Start))
    }

    /// As [`start`](XmlCursor::start), for a root, or a tag that may be one too many.
    #[cold]
    pub(super) fn start_with_care(
        &mut self,
        length: usize,
        name: Name,
        tail: usize,
    ) -> Result<Option<Found>, ParseError> {
        let depth = self.open.depth();
        if depth as u64 >= self.limits.xml_depth {
            return Err(self.over(Limit::XmlDepth, self.limits.xml_depth, "elements lie deeper inside each other"));
        }
        if length > self.short_tag {
            self.check_long_tag(length, name, tail)?;
        }
        if depth == 0 && (self.pass_banner(name)? || self.is_strange(name) && self.pass_afterword()?) {
            return Ok(None);
        }
        let is_strange = depth == 0 && self.begin_document(name);
        self.open_element(length, name, tail);
        if is_strange {
            self.skip_element()?;
            return Ok(None);
        }
        Ok(Some(Found::Start))
    }

    #[inline(always)]
    fn open_element(&mut self, length: usize, name: Name, tail: usize) {
        let inside = self.event + 1;
        let bytes = self.window.bytes();
        self.open.open(&bytes[inside..inside + name.length()], name.prefix() > 0);
        self.owed_ends = usize::from(tail == EMPTY_TAIL);
        self.next += length;
        self.started = (inside..self.event + length - tail, name);
    }

    fn check_long_tag(&self, length: usize, name: Name, tail: usize) -> Result<(), ParseError> {
        if length as u64 > self.limits.tag_bytes {
            return Err(self.over(Limit::TagBytes, self.limits.tag_bytes, "a tag is longer"));
        }
        let inside = self.event + 1..self.event + length - tail;
        let tag = Tag::new(self.window.raw(inside), name, 0, &self.quoted, &self.log);
        if tag.attributes().count() as u64 > self.limits.attributes {
            return Err(self.over(Limit::Attributes, self.limits.attributes, "a tag has more attributes"));
        }
        Ok(())
    }

    pub(super) fn over(&self, limit: Limit, value: u64, what: &str) -> ParseError {
        ParseError::over(LimitReached::new(limit, value, what), self.position())
    }

    /// An end tag: closes one element, or several whose own end tags are missing, or none.
    fn end(&mut self, length: usize, name: Range<usize>) -> Option<Found> {
        let event = self.event;
        let name = &self.window.bytes()[event + name.start..event + name.end];
        self.next += length;
        if self.open.depth() > 0 && self.open.innermost() == name {
            return Some(self.close());
        }
        match self.open.distance(name) {
            Some(distance) => {
                self.count_missing_ends(distance - 1);
                self.owed_ends = distance - 1;
                self.owed_implied = distance - 2;
                self.implied_end = true;
                Some(self.close())
            }
            // What was passed over in front of the report ends behind that.
            None if self.open.depth() == 0 && self.behind_banner && !self.roots.contains(&name) => {
                self.tallies.outside_text(|| self.window.position(event));
                None
            }
            None => {
                self.note_not_understood();
                self.tallies.stray_end(|| self.window.position(event));
                None
            }
        }
    }
}
