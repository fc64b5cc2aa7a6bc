//! Where a zip really ends: its comment may hold what looks like an end (quirk Z14).

use std::io::{self, Read, Seek, SeekFrom};

use super::mapped::ArchiveBytes;

/// Length of the record at the end, without the comment behind it.
const RECORD: usize = 22;

/// Longest comment.
const COMMENT: usize = u16::MAX as usize;

/// Where the end record stands, when a comment behind it would lead a search from the end astray.
pub(super) fn behind_which_others_seem_to_end(bytes: &[u8]) -> Option<usize> {
    let from = bytes.len().saturating_sub(RECORD + COMMENT);
    let ends: Vec<usize> = memchr::memmem::find_iter(&bytes[from..], b"PK\x05\x06").map(|at| from + at).collect();
    let end = ends.iter().rev().copied().find(|at| is_end(bytes, *at))?;
    ends.iter().any(|at| *at > end).then_some(end)
}

/// Whether the record at `at` is followed by its comment and nothing else, and preceded by its directory.
fn is_end(bytes: &[u8], at: usize) -> bool {
    let Some(record) = bytes.get(at..at + RECORD) else { return false };
    let short = |place: usize| usize::from(u16::from_le_bytes([record[place], record[place + 1]]));
    let long = |place: usize| short(place) | short(place + 2) << 16;
    let (entries, size, offset, comment) = (short(10), long(12), long(16), short(20));
    // What zip64 says elsewhere is not checked here.
    let is_zip64 = size == u32::MAX as usize || offset == u32::MAX as usize;
    let directory = at.checked_sub(size).map(|start| &bytes[start..at]);
    at + RECORD + comment == bytes.len()
        && (is_zip64
            || offset.saturating_add(size) <= at
                && directory.is_some_and(|directory| entries == 0 || directory.starts_with(b"PK\x01\x02")))
}

/// The archive without its comment: reads as if its end record said that there is none.
#[derive(Debug)]
pub(super) struct Uncommented {
    bytes: ArchiveBytes,
    /// Length of what is read.
    length: u64,
    at: u64,
}

impl Uncommented {
    /// The archive whose end record stands at `end`.
    pub(super) fn new(bytes: ArchiveBytes, end: usize) -> Uncommented {
        Uncommented { bytes, length: (end + RECORD) as u64, at: 0 }
    }
}

impl Read for Uncommented {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let start = usize::try_from(self.at.min(self.length)).unwrap_or(usize::MAX);
        let rest = self.bytes.as_ref().get(start..self.length as usize).unwrap_or_default();
        let length = rest.len().min(buffer.len());
        buffer[..length].copy_from_slice(&rest[..length]);
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

    #[test]
    fn the_comment_is_gone_and_so_is_its_length() {
        let bytes = [&b"directory"[..], b"PK\x05\x06", &[0; 16], &[3, 0], b"abc"].concat();
        let mut reader = Uncommented::new(ArchiveBytes::held(bytes.clone()), 9);
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
