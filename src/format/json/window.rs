//! The part of a document that is held at a time.

use std::cell::Cell;
use std::io::{self, Read};
use std::ops::Range;

use super::fault::position;
use crate::format::ParseError;
use crate::model::{Body, Position};

/// Bytes that are read at a time, at least: an item that does not end in what is held is looked at again.
const CHUNK: usize = 256 * 1024;

/// A window that slides over a document: what is consumed is forgotten, what is not is kept in one piece.
pub(super) struct Window<'s> {
    source: Source<'s>,
    start: usize,
    /// A place at `start` or before, and which one that is. Of a document that is held as a whole lines are counted only up to a place
    /// that somebody asks for.
    known: Cell<Known>,
    /// Bytes that were cut out behind `start`, and line ends in them; they count when the window slides over their place.
    cut: u64,
    cut_lines: u64,
}

/// An index of what is held, and the place in the document that is there.
#[derive(Debug, Clone, Copy)]
struct Known {
    index: usize,
    position: Position,
}

/// A place to which one can come back.
#[derive(Debug, Clone, Copy)]
pub(super) struct Mark {
    /// A place there or before.
    known: Known,
    index: usize,
}

/// A place in a document, whose lines are counted when somebody asks for it.
#[derive(Debug, Clone, Copy)]
pub struct Place<'w> {
    mark: Mark,
    /// What `mark` is an index of, unless the place is known.
    bytes: &'w [u8],
    /// What others asked for, which may lie nearer.
    asked: Option<&'w Cell<Known>>,
}

impl Place<'_> {
    /// A place that is known.
    pub(in crate::format) fn known(position: Position) -> Place<'static> {
        let known = Known { index: 0, position };
        Place { mark: Mark { known, index: 0 }, bytes: &[], asked: None }
    }

    /// Offset, line and column.
    pub fn position(&self) -> Position {
        let Mark { known, index } = self.mark;
        let asked = self.asked.map_or(known, Cell::get);
        let nearest = if (known.index..=index).contains(&asked.index) { asked } else { known };
        let passed = self.bytes.get(nearest.index..).unwrap_or_default();
        let position = position(index - nearest.index, passed, nearest.position);
        if let Some(cell) = self.asked.filter(|_| asked.index <= index) {
            cell.set(Known { index, position });
        }
        position
    }
}

enum Source<'s> {
    Bytes(&'s [u8]),
    Stream { reader: &'s mut dyn Read, buffer: Vec<u8>, end: usize, ended: bool },
}

impl<'s> Window<'s> {
    pub(super) fn new(body: Body<'s>) -> Window<'s> {
        let source = match body {
            Body::Bytes(bytes) => Source::Bytes(bytes),
            Body::Stream(reader) => Source::Stream { reader, buffer: vec![0; CHUNK], end: 0, ended: false },
        };
        let known = Known { index: 0, position: Position { offset: 0, line: 1, column: 1 } };
        Window { source, start: 0, known: Cell::new(known), cut: 0, cut_lines: 0 }
    }

    /// What is held and not consumed.
    pub(super) fn bytes(&self) -> &[u8] {
        match &self.source {
            Source::Bytes(bytes) => &bytes[self.start..],
            Source::Stream { buffer, end, .. } => &buffer[self.start..*end],
        }
    }

    /// Where the window begins.
    pub(super) fn position(&self) -> Position {
        self.here().position()
    }

    /// The same, told when somebody asks.
    pub(super) fn here(&self) -> Place<'_> {
        self.place(self.mark())
    }

    /// Whether nothing was consumed yet.
    pub(super) fn is_at_start(&self) -> bool {
        self.start == 0 && self.known.get().position.offset == 0
    }

    /// A mark where the window begins.
    pub(super) fn mark(&self) -> Mark {
        Mark { known: self.known.get(), index: self.start }
    }

    /// The place of a mark.
    pub(super) fn place(&self, mark: Mark) -> Place<'_> {
        let bytes = match self.source {
            Source::Bytes(bytes) => bytes,
            // What is consumed goes away, and its lines are counted before.
            Source::Stream { .. } => return Place::known(mark.known.position),
        };
        Place { mark, bytes, asked: Some(&self.known) }
    }

    /// Reads on; whether anything came.
    pub(super) fn more(&mut self) -> Result<bool, ParseError> {
        let Source::Stream { reader, buffer, end, ended } = &mut self.source else { return Ok(false) };
        if *ended {
            return Ok(false);
        }
        if self.start > 0 {
            buffer.copy_within(self.start..*end, 0);
            *end -= self.start;
            self.start = 0;
            self.known.get_mut().index = 0;
        }
        if buffer.len() - *end < CHUNK / 2 {
            let more = (buffer.len() / 2).max(CHUNK);
            buffer.resize(buffer.len() + more, 0);
        }
        loop {
            match reader.read(&mut buffer[*end..]) {
                Ok(0) => {
                    *ended = true;
                    return Ok(false);
                }
                Ok(length) => {
                    *end += length;
                    return Ok(true);
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(ParseError::read(error, self.known.get().position)),
            }
        }
    }

    /// The first byte, read if need be.
    pub(super) fn first(&mut self) -> Result<Option<u8>, ParseError> {
        while self.bytes().is_empty() {
            if !self.more()? {
                return Ok(None);
            }
        }
        Ok(self.bytes().first().copied())
    }

    /// Slides over `length` bytes.
    pub(super) fn consume(&mut self, length: usize) {
        if let Source::Stream { .. } = self.source {
            let Known { position: start, .. } = self.known.get();
            let start = Position {
                offset: start.offset + self.cut,
                line: start.line + self.cut_lines,
                column: start.column + self.cut,
            };
            (self.cut, self.cut_lines) = (0, 0);
            let position = position(length, self.bytes(), start);
            self.known.set(Known { index: self.start + length, position });
        }
        self.start += length;
    }

    /// Drops the bytes of `range` from what is held: the middle of a text that is too long to be of use. Only a stream
    /// needs it; whether anything was dropped.
    pub(super) fn cut(&mut self, range: Range<usize>) -> bool {
        let Source::Stream { buffer, end, .. } = &mut self.source else { return false };
        let (from, to) = (self.start + range.start, self.start + range.end);
        self.cut += range.len() as u64;
        self.cut_lines += memchr::memchr_iter(b'\n', &buffer[from..to]).count() as u64;
        buffer.copy_within(to..*end, from);
        *end -= range.len();
        true
    }
}
