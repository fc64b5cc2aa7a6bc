//! Where a zip really ends: its comment may hold what looks like an end (quirk Z14).

use std::io::{self, Read, Seek, SeekFrom};

use super::look::Looking;

/// Length of the record at the end, without the comment behind it.
const RECORD: usize = 22;

/// What it begins with.
const MARK: &[u8] = b"PK\x05\x06";

/// Longest comment.
const COMMENT: usize = u16::MAX as usize;

/// Where the end record stands, when a comment behind it would lead a search from the end astray.
pub(super) fn behind_which_others_seem_to_end(archive: &mut Looking) -> Option<usize> {
    let from = archive.len().saturating_sub(RECORD + COMMENT);
    let last = archive.at(from, RECORD + COMMENT).ok()?;
    let ends: Vec<usize> = memchr::memmem::find_iter(last, MARK).map(|at| from + at).collect();
    let end = ends.iter().rev().copied().find(|at| is_end(archive, *at))?;
    ends.iter().any(|at| *at > end).then_some(end)
}

/// Whether these bytes end as a zip, whatever they begin with and whatever follows.
pub(super) fn is_zip(archive: &mut Looking) -> bool {
    let from = archive.len().saturating_sub(RECORD + COMMENT);
    let Ok(last) = archive.at(from, RECORD + COMMENT) else { return false };
    let ends: Vec<usize> = memchr::memmem::find_iter(last, MARK).map(|at| from + at).collect();
    ends.into_iter().rev().any(|at| end_of(archive, at).is_some())
}

/// Whether the record at `at` is followed by its comment and nothing else, and preceded by its directory.
fn is_end(archive: &mut Looking, at: usize) -> bool {
    end_of(archive, at) == Some(archive.len())
}

/// Where the comment of the record at `at` ends, when its directory stands before it.
fn end_of(archive: &mut Looking, at: usize) -> Option<usize> {
    let record = archive.exactly(at, RECORD)?;
    let short = |place: usize| usize::from(u16::from_le_bytes([record[place], record[place + 1]]));
    let long = |place: usize| short(place) | short(place + 2) << 16;
    let (entries, size, offset, comment) = (short(10), long(12), long(16), short(20));
    // What zip64 says elsewhere is not checked here.
    let is_zip64 = size == u32::MAX as usize || offset == u32::MAX as usize;
    let mut is_directory = |start| archive.exactly(start, 4).is_some_and(|mark| mark == b"PK\x01\x02");
    let has_directory = at.checked_sub(size).is_some_and(|start| entries == 0 || is_directory(start));
    (is_zip64 || offset.saturating_add(size) <= at && has_directory).then_some(at + RECORD + comment)
}

/// The archive without its comment: reads as if its end record said that there is none.
#[derive(Debug)]
pub(super) struct Uncommented {
    archive: Looking,
    /// Length of what is read.
    length: u64,
    at: u64,
}

impl Uncommented {
    /// The archive whose end record stands at `end`.
    pub(super) fn new(archive: Looking, end: usize) -> Uncommented {
        Uncommented { archive, length: (end + RECORD) as u64, at: 0 }
    }
}

impl Read for Uncommented {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let rest = usize::try_from(self.length.saturating_sub(self.at)).unwrap_or(usize::MAX).min(buffer.len());
        self.archive.seek(SeekFrom::Start(self.at))?;
        let length = self.archive.read(&mut buffer[..rest])?;
        // The last two bytes are the length of the comment.
        let comment = self.length.saturating_sub(2).saturating_sub(self.at);
        buffer[..length].iter_mut().skip(usize::try_from(comment).unwrap_or(usize::MAX)).for_each(|byte| *byte = 0);
        self.at += length as u64;
        Ok(length)
    }
}

impl Seek for Uncommented {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let target = match to {
            SeekFrom::Start(at) => Some(at),
            SeekFrom::End(by) => self.length.checked_add_signed(by),
            SeekFrom::Current(by) => self.at.checked_add_signed(by),
        };
        self.at = target.ok_or_else(|| io::Error::from(io::ErrorKind::InvalidInput))?;
        Ok(self.at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::mapped::ArchiveBytes;

    #[test]
    fn the_comment_is_gone_and_so_is_its_length() {
        let bytes = [&b"directory"[..], b"PK\x05\x06", &[0; 16], &[3, 0], b"abc"].concat();
        let mut reader = Uncommented::new(Looking::new(&ArchiveBytes::held(bytes.clone())), 9);
        let mut read = Vec::new();
        reader.read_to_end(&mut read).unwrap();
        assert_eq!(read, [&bytes[..29], &[0, 0]].concat());
        assert_eq!(reader.seek(SeekFrom::End(-1)).unwrap(), 30);
        let mut last = [7];
        reader.read_exact(&mut last).unwrap();
        assert_eq!(last, [0]);
        assert!(reader.seek(SeekFrom::Current(-99)).is_err());
    }
}
