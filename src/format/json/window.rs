//! The part of a document that is held at a time.

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
    position: Position,
    /// Bytes that were cut out behind `start`, and line ends in them; they count when the window slides over their place.
    cut: u64,
    cut_lines: u64,
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
        Window { source, start: 0, position: Position { offset: 0, line: 1, column: 1 }, cut: 0, cut_lines: 0 }
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
        self.position
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
                Err(error) => return Err(ParseError::read(error, self.position)),
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
        let start = Position {
            offset: self.position.offset + self.cut,
            line: self.position.line + self.cut_lines,
            column: self.position.column + self.cut,
        };
        (self.cut, self.cut_lines) = (0, 0);
        self.position = position(length, self.bytes(), start);
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
