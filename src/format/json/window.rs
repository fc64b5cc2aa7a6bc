//! The part of a document that is held at a time.

use std::io::{self, Read};

use crate::format::ParseError;
use crate::model::{Body, Position};

/// Bytes that are read at a time, at least.
const CHUNK: usize = 64 * 1024;

/// A window that slides over a document: what is consumed is forgotten, what is not is kept in one piece.
pub(super) struct Window<'s> {
    source: Source<'s>,
    start: usize,
    position: Position,
    /// Bytes that were cut out behind `start`; they count when the window slides over their place.
    cut: u64,
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
        Window { source, start: 0, position: Position { offset: 0, line: 1, column: 1 }, cut: 0 }
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
            buffer.resize(buffer.len() * 2, 0);
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
        let passed = &self.bytes()[..length];
        let lines = memchr::memchr_iter(b'\n', passed).count() as u64;
        let after_break = memchr::memrchr(b'\n', passed).map(|at| (length - at) as u64);
        self.position.offset += length as u64 + std::mem::take(&mut self.cut);
        self.position.line += lines;
        self.position.column = after_break.unwrap_or(self.position.column + length as u64);
        self.start += length;
    }

    /// Drops what is held behind `kept` bytes: the rest of a text that nobody wants. Only a stream needs it.
    pub(super) fn cut_to(&mut self, kept: usize) -> bool {
        let Source::Stream { end, .. } = &mut self.source else { return false };
        let length = *end - self.start;
        self.cut += (length - kept) as u64;
        *end = self.start + kept;
        true
    }
}
