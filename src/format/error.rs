//! Why a report could not be read to its end.

use std::fmt;
use std::io;

use crate::model::{LimitReached, Position, Problem, ProblemKind};

/// The reading of one report ended early. Cases pushed before it stay valid.
///
/// One pointer, so that the results of the hot path stay in a register.
#[derive(Debug)]
pub struct ParseError(Box<Inner>);

#[derive(Debug)]
struct Inner {
    kind: ParseErrorKind,
    position: Position,
}

/// What ended it.
#[derive(Debug)]
#[non_exhaustive]
pub enum ParseErrorKind {
    /// The bytes stopped coming: an I/O error, a bad checksum, a damaged deflate stream.
    Read(io::Error),
    /// A limit of the reader, in words.
    Limit(String),
    /// A limit that the user may move.
    Over(LimitReached),
    /// The structure cannot be read any further, in words.
    Malformed(String),
    /// The report ends too early, in words.
    Truncated(String),
}

impl ParseError {
    #[cold]
    fn new(kind: ParseErrorKind, position: Position) -> ParseError {
        ParseError(Box::new(Inner { kind, position }))
    }

    /// The bytes stopped coming at `position`.
    pub fn read(error: io::Error, position: Position) -> ParseError {
        ParseError::new(ParseErrorKind::Read(error), position)
    }

    /// The report holds `what`, which is more than the reader takes.
    pub fn limit(what: impl Into<String>, position: Position) -> ParseError {
        ParseError::new(ParseErrorKind::Limit(what.into()), position)
    }

    /// The report goes beyond a limit that the user may move.
    pub fn over(reached: LimitReached, position: Position) -> ParseError {
        ParseError::new(ParseErrorKind::Over(reached), position)
    }

    /// The structure is broken beyond recovery.
    pub fn malformed(what: impl Into<String>, position: Position) -> ParseError {
        ParseError::new(ParseErrorKind::Malformed(what.into()), position)
    }

    /// The report ends too early.
    pub fn truncated(what: impl Into<String>, position: Position) -> ParseError {
        ParseError::new(ParseErrorKind::Truncated(what.into()), position)
    }

    /// What ended the reading.
    pub fn kind(&self) -> &ParseErrorKind {
        &self.0.kind
    }

    /// Where it ended.
    pub fn position(&self) -> Position {
        self.0.position
    }

    /// The problem to note for the report.
    pub fn to_problem(&self) -> Problem {
        let kind = match &self.0.kind {
            ParseErrorKind::Read(error) => {
                return Problem::of_reading(error, "its bytes cannot be read any further").at(self.0.position);
            }
            ParseErrorKind::Limit(_) | ParseErrorKind::Over(_) => ProblemKind::LimitReached,
            ParseErrorKind::Malformed(_) => ProblemKind::Malformed,
            ParseErrorKind::Truncated(_) => ProblemKind::Truncated,
        };
        Problem::new(kind, self.0.kind.to_string()).at(self.0.position)
    }
}

impl fmt::Display for ParseErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ParseErrorKind::Read(error) => write!(f, "its bytes cannot be read any further: {error}"),
            ParseErrorKind::Limit(what) => write!(f, "it holds {what}, which is over the limit"),
            ParseErrorKind::Over(reached) => reached.fmt(f),
            ParseErrorKind::Malformed(what) | ParseErrorKind::Truncated(what) => f.write_str(what),
        }
    }
}

impl fmt::Display for ParseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Inner { kind, position } = &*self.0;
        write!(f, "{}:{}: {kind}", position.line, position.column)
    }
}

impl std::error::Error for ParseError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match &self.0.kind {
            ParseErrorKind::Read(error) => Some(error),
            _ => None,
        }
    }
}
