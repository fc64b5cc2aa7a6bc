//! Looking around in an archive: its bytes a window at a time, without more of it in memory.

use std::io::{self, Read, Seek, SeekFrom};

use super::mapped::ArchiveBytes;

/// Bytes that are read at once, unless more are asked for.
const WINDOW: usize = 64 << 10;

/// A reader that goes back and forth over the bytes of an archive. What is in its window already is not read again.
#[derive(Debug)]
pub(super) struct Looking {
    bytes: ArchiveBytes,
    window: Vec<u8>,
    /// Where the window begins.
    from: usize,
    /// Where the next [`Read::read`] reads.
    at: u64,
}

impl Looking {
    pub(super) fn new(bytes: &ArchiveBytes) -> Looking {
        Looking { bytes: bytes.clone(), window: Vec::new(), from: 0, at: 0 }
    }

    /// How many bytes there are.
    pub(super) fn len(&self) -> usize {
        self.bytes.len()
    }

    /// The `most` bytes from `at` on, fewer at the archive's end.
    pub(super) fn at(&mut self, at: usize, most: usize) -> io::Result<&[u8]> {
        let end = at.saturating_add(most).min(self.len());
        let at = at.min(end);
        // Bytes that are in memory are looked at in place.
        if self.bytes.in_place(at..at).is_some() {
            return Ok(self.bytes.in_place(at..end).unwrap_or_default());
        }
        if at < self.from || end > self.from + self.window.len() {
            let length = (end - at).max(WINDOW).min(self.len() - at);
            self.window.resize(length, 0);
            self.from = at;
            if let Err(error) = self.bytes.read_into(at, &mut self.window) {
                self.window.clear();
                return Err(error);
            }
        }
        Ok(&self.window[at - self.from..end - self.from])
    }

    /// The `length` bytes at `at`; nothing when the archive ends before, or was cut meanwhile.
    pub(super) fn exactly(&mut self, at: usize, length: usize) -> Option<&[u8]> {
        self.at(at, length).ok().filter(|found| found.len() == length)
    }
}

impl Read for Looking {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let at = usize::try_from(self.at).unwrap_or(usize::MAX);
        let found = self.at(at, buffer.len().min(WINDOW))?;
        let length = found.len();
        buffer[..length].copy_from_slice(found);
        self.at += length as u64;
        Ok(length)
    }
}

impl Seek for Looking {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let target = match to {
            SeekFrom::Start(at) => Some(at),
            SeekFrom::End(by) => (self.len() as u64).checked_add_signed(by),
            SeekFrom::Current(by) => self.at.checked_add_signed(by),
        };
        self.at = target.ok_or_else(|| io::Error::from(io::ErrorKind::InvalidInput))?;
        Ok(self.at)
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;
    use crate::source::Mapping;

    /// The same bytes in memory, in a file, and mapped.
    fn all_kinds(bytes: &[u8]) -> Vec<ArchiveBytes> {
        let file = || {
            let mut file = tempfile::tempfile().unwrap();
            file.write_all(bytes).unwrap();
            file
        };
        let own = |mapping| ArchiveBytes::of_own_file(file(), mapping).unwrap();
        vec![ArchiveBytes::held(bytes.to_vec()), own(Mapping::Never), own(Mapping::Allowed)]
    }

    #[test]
    fn every_place_is_seen_whatever_was_looked_at_before() {
        let bytes: Vec<u8> = (0..3 * WINDOW + 100).map(|number| (number / 3 % 251) as u8).collect();
        for archive in all_kinds(&bytes) {
            for archive in [archive.clone(), archive.slice(0..archive.len())] {
                let mut looking = Looking::new(&archive);
                for (at, most) in
                    [(0, 10), (WINDOW - 5, 10), (20, 4), (100, 2 * WINDOW), (bytes.len() - 3, 10), (WINDOW, 1)]
                {
                    let end = (at + most).min(bytes.len());
                    assert_eq!(looking.at(at, most).unwrap(), &bytes[at..end]);
                    assert_eq!(looking.exactly(at, most).is_some(), end == at + most);
                }
                assert_eq!(looking.at(bytes.len() + 5, 10).unwrap(), b"");
                let mut read = Vec::new();
                looking.seek(SeekFrom::End(-70_000)).unwrap();
                looking.read_to_end(&mut read).unwrap();
                assert_eq!(read, &bytes[bytes.len() - 70_000..]);
                assert!(looking.seek(SeekFrom::Current(-(bytes.len() as i64) - 1)).is_err());
            }
            let part = archive.slice(10..20);
            assert_eq!(Looking::new(&part).at(2, 99).unwrap(), &bytes[12..20]);
        }
    }

    #[test]
    fn a_file_that_was_cut_is_an_error_and_not_the_end_of_the_process() {
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(&[7; 4 * WINDOW]).unwrap();
        let writer = file.try_clone().unwrap();
        let archive = ArchiveBytes::of_file(file).unwrap();
        let mut looking = Looking::new(&archive);
        assert_eq!(looking.at(0, 5).unwrap(), [7; 5]);
        writer.set_len(100).unwrap();
        assert_eq!(looking.at(3 * WINDOW, 5).unwrap_err().kind(), io::ErrorKind::UnexpectedEof);
        assert_eq!(looking.at(3 * WINDOW, 5).unwrap_err().kind(), io::ErrorKind::UnexpectedEof);
        assert_eq!(looking.exactly(0, 5), None, "a whole window is not there any more");
    }
}
