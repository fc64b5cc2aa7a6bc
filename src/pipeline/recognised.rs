//! A report whose format is known, and how its bytes come to the reader of that format: in UTF-8, in one piece where it
//! wants that.

use std::borrow::Cow;
use std::io::Read;

use super::aside::{self, Looked};
use super::early::Beginning;
use super::outcome::ReportOutcome;
use super::purpose::Purpose;
use crate::format::encoding::{self, Detected, Transcoder};
use crate::format::{self, Format, Head, ParseError, ReadOptions, Recognition};
use crate::model::{Body, Position, Problem, ProblemKind, ReportVisitor};
use crate::source::{self, Entry};

/// Bytes that are looked at first to recognise a file.
pub(super) const HEAD: usize = Beginning::SHORTEST;

/// What the first bytes of a file say.
pub(super) struct Glance<'h> {
    encoding: Detected,
    /// The bytes, in UTF-8.
    decoded: Cow<'h, [u8]>,
    recognition: Recognition,
    is_undecided: bool,
}

impl<'h> Glance<'h> {
    /// Looks at the first bytes of a file, unless the user says what all files are.
    pub(super) fn at(head: &'h [u8], entry: &Entry, purpose: &Purpose<'_>) -> Glance<'h> {
        let encoding = encoding::detect(head);
        let decoded = encoding::to_utf8(head, encoding);
        let (recognition, is_undecided) = match purpose.reading().format {
            Some(format) => (Recognition::Report(format), false),
            None => {
                let head = Head::new(&decoded, entry.origin.as_str());
                let recognition = format::detect(&head);
                let is_undecided = !matches!(recognition, Recognition::Report(_)) && head.breaks_off();
                (recognition, is_undecided)
            }
        };
        Glance { encoding, decoded, recognition, is_undecided }
    }

    /// Whether more bytes may say more.
    pub(super) fn is_undecided(&self) -> bool {
        self.is_undecided
    }
}

/// A file of which it is known what it is.
pub(super) struct Recognised<'h> {
    pub(super) format: &'static Format,
    encoding: Detected,
    /// Its head, in UTF-8.
    decoded: Cow<'h, [u8]>,
    /// What was looked at for that.
    looked: Looked<'h>,
}

impl<'h> Recognised<'h> {
    /// What a glance at a file has recognised. One that is no report is set aside.
    pub(super) fn of(looked: Looked<'h>, glance: Glance<'h>, outcome: &mut ReportOutcome) -> Option<Recognised<'h>> {
        let Glance { encoding, decoded, recognition, .. } = glance;
        let format = match recognition {
            Recognition::Report(format) => format,
            other => {
                aside::set_aside(outcome, other, looked);
                return None;
            }
        };
        outcome.told.format = Some(format.name);
        if let Some(declaration) = encoding.false_declaration(&decoded) {
            outcome.told.problems.push(Problem::new(ProblemKind::Repaired, declaration.to_string()));
        }
        Some(Recognised { format, encoding, decoded, looked })
    }

    /// Has its format's reader make test cases of it.
    pub(super) fn parse(
        &self,
        body: Body<'_>,
        options: &ReadOptions,
        visitor: &mut dyn ReportVisitor,
    ) -> Result<(), ParseError> {
        let wanted = if (self.format.wants_all_bytes)(&self.decoded) { Wanted::InOnePiece } else { Wanted::AsItComes };
        Reader { parse: self.format.parse, wanted }.read(body, self.encoding, options, visitor)
    }

    /// Has it taken apart, and nothing made of it.
    pub(super) fn tokenise(
        &self,
        body: Body<'_>,
        options: &ReadOptions,
        visitor: &mut dyn ReportVisitor,
    ) -> Result<(), ParseError> {
        let parse = format::tokens::reader(&self.decoded);
        Reader { parse, wanted: Wanted::AsItComes }.read(body, self.encoding, options, visitor)
    }

    /// Says so where it was read as the user wanted, holds no case, and looks like something else.
    pub(super) fn review_forced(&self, outcome: &mut ReportOutcome) {
        let recognised = format::detect(&Head::new(&self.decoded, self.looked.origin.as_str()));
        aside::review_forced(outcome, self.format, recognised, self.looked);
    }
}

/// What reads a whole report: [`Format::parse`], or what stands in for it.
type Parse = fn(Body<'_>, &ReadOptions, &mut dyn ReportVisitor) -> Result<(), ParseError>;

/// A reader, and how it wants a long report.
#[derive(Clone, Copy)]
struct Reader {
    parse: Parse,
    wanted: Wanted,
}

/// How a reader wants a long report.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Wanted {
    AsItComes,
    InOnePiece,
}

impl Reader {
    /// Reads a body in any encoding.
    fn read(
        self,
        body: Body<'_>,
        encoding: Detected,
        options: &ReadOptions,
        visitor: &mut dyn ReportVisitor,
    ) -> Result<(), ParseError> {
        match body {
            Body::Bytes(_) if encoding.is_utf8() => (self.parse)(body, options, visitor),
            Body::Stream(stream) if encoding.is_utf8() => self.read_stream(stream, options, visitor),
            Body::Bytes(mut bytes) => self.transcode(&mut bytes, encoding, options, visitor),
            Body::Stream(stream) => self.transcode(stream, encoding, options, visitor),
        }
    }

    /// Reads a stream in another encoding than UTF-8.
    fn transcode(
        self,
        stream: &mut dyn Read,
        encoding: Detected,
        options: &ReadOptions,
        visitor: &mut dyn ReportVisitor,
    ) -> Result<(), ParseError> {
        let mut transcoder = Transcoder::new(stream, encoding);
        let result = self.read_stream(&mut transcoder, options, visitor);
        let replaced = transcoder.replaced();
        if replaced > 0 {
            let message = format!("{replaced} sequences that are not valid {} were replaced", encoding.name());
            visitor.problem(Problem::new(ProblemKind::Repaired, message));
        }
        result
    }

    /// Reads a stream, in one piece if that is wanted: what came before it failed is read, then.
    fn read_stream(
        self,
        stream: &mut dyn Read,
        options: &ReadOptions,
        visitor: &mut dyn ReportVisitor,
    ) -> Result<(), ParseError> {
        if self.wanted == Wanted::AsItComes {
            return (self.parse)(Body::Stream(stream), options, visitor);
        }
        let failed = |error| ParseError::read(error, Position { offset: 0, line: 1, column: 1 });
        let spooled = source::Spooled::of(stream).map_err(failed)?;
        let parsed = (self.parse)(Body::Bytes(spooled.bytes()), options, visitor);
        match spooled.failed {
            Some(error) => Err(failed(error)),
            None => parsed,
        }
    }
}
