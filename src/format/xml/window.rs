//! The part of a report that is in memory: all of it, or a window that slides over a stream.

use std::cell::Cell;
use std::io::{self, Read};
use std::ops::Range;

use super::text::Raw;
use crate::model::Position;

/// How much a stream's window holds before anything makes it grow.
const WINDOW: usize = 256 * 1024;

/// Bytes of a report, seen through a window whose start only moves forward.
pub(super) struct Window<'s> {
    bytes: Bytes<'s>,
    /// Bytes of the report before the window.
    base: u64,
    /// Line feeds before the window.
    lines: u64,
    /// Offset of the last line feed before the window, plus one.
    line_start: u64,
    /// The place that was asked for last, so that asking for many places in order counts no line twice.
    asked: Cell<Asked>,
}

/// An index of the window with the line feeds before it, counted from the window's start.
#[derive(Clone, Copy, Default)]
struct Asked {
    index: usize,
    lines: u64,
}

enum Bytes<'s> {
    /// The whole report, and as much of it from its start as is known to be text.
    Whole {
        bytes: &'s [u8],
        text: &'s str,
    },
    Sliding {
        reader: &'s mut dyn Read,
        buffer: Vec<u8>,
        filled: usize,
        ended: bool,
    },
}

impl<'s> Window<'s> {
    pub(super) fn over_slice(bytes: &'s [u8]) -> Window<'s> {
        let bytes = Bytes::Whole { bytes, text: valid_start(bytes) };
        Window { bytes, base: 0, lines: 0, line_start: 0, asked: Cell::default() }
    }

    /// As [`over_slice`](Window::over_slice), for a look at a few bytes of many: each is looked at when it is read.
    pub(super) fn over_unseen_slice(bytes: &'s [u8]) -> Window<'s> {
        let bytes = Bytes::Whole { bytes, text: "" };
        Window { bytes, base: 0, lines: 0, line_start: 0, asked: Cell::default() }
    }

    pub(super) fn over_stream(reader: &'s mut dyn Read) -> Window<'s> {
        let bytes = Bytes::Sliding { reader, buffer: Vec::new(), filled: 0, ended: false };
        Window { bytes, base: 0, lines: 0, line_start: 0, asked: Cell::default() }
    }

    /// What is in memory.
    #[inline]
    pub(super) fn bytes(&self) -> &[u8] {
        match &self.bytes {
            Bytes::Whole { bytes, .. } => bytes,
            Bytes::Sliding { buffer, filled, .. } => &buffer[..*filled],
        }
    }

    /// A part of what is in memory.
    #[inline]
    pub(super) fn raw(&self, range: Range<usize>) -> Raw<'_> {
        match &self.bytes {
            Bytes::Whole { bytes, text } => match text.get(range.clone()) {
                Some(text) => Raw::Text(text),
                None => Raw::Bytes(&bytes[range]),
            },
            Bytes::Sliding { buffer, filled, .. } => Raw::Bytes(&buffer[..*filled][range]),
        }
    }

    /// As [`raw`](Window::raw), for what is read in several parts: one look tells whether all of them are text, which in a stream
    /// would be asked of each.
    #[inline(always)]
    pub(super) fn raw_of_parts(&self, range: Range<usize>) -> Raw<'_> {
        match self.raw(range) {
            Raw::Bytes(bytes) => match text_of(bytes) {
                Some(text) => Raw::Text(text),
                None => Raw::Bytes(bytes),
            },
            text => text,
        }
    }

    /// Whether nothing follows what is in memory.
    #[inline]
    pub(super) fn is_last(&self) -> bool {
        match &self.bytes {
            Bytes::Whole { .. } => true,
            Bytes::Sliding { ended, .. } => *ended,
        }
    }

    /// Drops the first `used` bytes and reads more behind the rest, making room when the window is full.
    ///
    /// Afterwards the window holds more bytes than before, or [`Window::is_last`] is true.
    pub(super) fn slide(&mut self, used: usize) -> io::Result<()> {
        self.leave_behind(used);
        let Bytes::Sliding { reader, buffer, filled, ended } = &mut self.bytes else {
            return Ok(());
        };
        buffer.copy_within(used..*filled, 0);
        *filled -= used;
        if *filled == buffer.len() {
            buffer.resize((buffer.len() * 2).max(WINDOW), 0);
        }
        let read = read_some(*reader, &mut buffer[*filled..])?;
        *filled += read;
        *ended = read == 0;
        Ok(())
    }

    /// Counts the lines of the first `used` bytes, which are about to leave a sliding window.
    fn leave_behind(&mut self, used: usize) {
        let Bytes::Sliding { buffer, .. } = &self.bytes else {
            return;
        };
        let gone = &buffer[..used];
        self.lines += memchr::memchr_iter(b'\n', gone).count() as u64;
        if let Some(last) = memchr::memrchr(b'\n', gone) {
            self.line_start = self.base + last as u64 + 1;
        }
        self.base += used as u64;
        self.asked.set(Asked::default());
    }

    /// Where the byte at `index` of the window stands in the report.
    pub(super) fn offset(&self, index: usize) -> u64 {
        self.base + index as u64
    }

    /// Line and column of the byte at `index` of the window.
    pub(super) fn position(&self, index: usize) -> Position {
        let bytes = self.bytes();
        let before = &bytes[..index.min(bytes.len())];
        let offset = self.base + before.len() as u64;
        let line_start = match memchr::memrchr(b'\n', before) {
            Some(last) => self.base + last as u64 + 1,
            None => self.line_start,
        };
        let line = self.lines + self.lines_before(before) + 1;
        Position { offset, line, column: offset - line_start + 1 }
    }

    fn lines_before(&self, before: &[u8]) -> u64 {
        let last = self.asked.get();
        let known = if last.index <= before.len() { last } else { Asked::default() };
        let lines = known.lines + memchr::memchr_iter(b'\n', &before[known.index..]).count() as u64;
        self.asked.set(Asked { index: before.len(), lines });
        lines
    }
}

/// The text at the start of `bytes`, up to the first byte that is no UTF-8. One look at a whole report costs a
/// fraction of a look at each of its values.
fn valid_start(bytes: &[u8]) -> &str {
    match simdutf8::compat::from_utf8(bytes) {
        Ok(text) => text,
        Err(error) => std::str::from_utf8(&bytes[..error.valid_up_to()]).unwrap_or_default(),
    }
}

fn read_some(reader: &mut dyn Read, buffer: &mut [u8]) -> io::Result<usize> {
    loop {
        match reader.read(buffer) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            result => return result,
        }
    }
}

/// These bytes as text, if that is what they are.
#[inline(never)]
fn text_of(bytes: &[u8]) -> Option<&str> {
    simdutf8::basic::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_survive_sliding() {
        let text = b"one\ntwo\nthree";
        let mut stream: &[u8] = text;
        let mut window = Window::over_stream(&mut stream);
        window.slide(0).unwrap();
        window.slide(6).unwrap();
        let whole = Window::over_slice(text).position(9);
        assert_eq!(window.position(3), whole);
        assert_eq!((whole.line, whole.column, whole.offset), (3, 2, 9));
        assert_eq!(window.position(0).line, 2);
        assert_eq!(window.position(0).column, 3);
    }
}
