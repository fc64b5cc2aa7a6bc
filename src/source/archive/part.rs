//! The bytes of an entry as they lie in its archive.

use std::io::{self, Read};
use std::ops::Range;

use crate::source::mapped::ArchiveBytes;

/// Some of an archive's bytes. They are read when they are asked for, at their place.
#[derive(Debug)]
pub(in crate::source) struct Part<'a> {
    pub(super) archive: &'a ArchiveBytes,
    pub(super) range: Range<usize>,
}

impl<'a> Part<'a> {
    /// How many there are.
    pub(in crate::source) fn len(&self) -> usize {
        self.range.len()
    }

    /// All of them, perhaps in `buffer`.
    pub(in crate::source) fn whole<'b>(&self, buffer: &'b mut Vec<u8>) -> io::Result<&'b [u8]>
    where
        'a: 'b,
    {
        self.archive.read(self.range.clone(), buffer)
    }

    /// The first `most` of them, or all.
    pub(in crate::source) fn first<'b>(&self, most: usize, buffer: &'b mut Vec<u8>) -> io::Result<&'b [u8]>
    where
        'a: 'b,
    {
        let end = self.range.end.min(self.range.start.saturating_add(most));
        self.archive.read(self.range.start..end, buffer)
    }
}

/// One after the other.
impl Read for Part<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let length = self.range.len().min(buffer.len());
        self.archive.read_into(self.range.start, &mut buffer[..length])?;
        self.range.start += length;
        Ok(length)
    }
}
