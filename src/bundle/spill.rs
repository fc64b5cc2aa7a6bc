//! The temporary file of a run store: written and read by many threads at once, each at its place.

use std::fs::{self, File, OpenOptions};
use std::io::IoSlice;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};

use super::error::{WriteError, WriteErrorKind};
use super::name::TEMPORARY_SUFFIX;
use super::positioned;

/// A file without a name that only grows; it is made when it is first needed.
#[derive(Debug)]
pub(super) struct SpillFile {
    folder: PathBuf,
    file: OnceLock<File>,
    end: AtomicU64,
    /// Where those writes begin that have not ended.
    being_written: Mutex<Vec<u64>>,
}

impl SpillFile {
    /// A file inside `folder`.
    pub(super) fn new(folder: &Path) -> SpillFile {
        let (file, end) = (OnceLock::new(), AtomicU64::new(0));
        SpillFile { folder: folder.to_path_buf(), file, end, being_written: Mutex::default() }
    }

    /// Appends these pieces, one behind the other, and gives the offset of the first.
    ///
    /// # Errors
    /// When the file cannot be made or written.
    pub(super) fn put(&self, pieces: &mut [IoSlice<'_>]) -> Result<u64, WriteError> {
        let file = self.file()?;
        let offset = self.begin(pieces.iter().map(|piece| piece.len() as u64).sum());
        positioned::write_all_pieces_at(file, pieces, offset)
            .map_err(WriteError::io("write a temporary file in", &self.folder))?;
        self.written(offset);
        Ok(offset)
    }

    fn begin(&self, length: u64) -> u64 {
        let mut being_written = self.being_written();
        let offset = self.end.fetch_add(length, Ordering::AcqRel);
        being_written.push(offset);
        offset
    }

    /// One write that began there has ended: another one may have begun at the same place, where there was nothing to
    /// write.
    fn written(&self, offset: u64) {
        let mut being_written = self.being_written();
        if let Some(place) = being_written.iter().position(|begin| *begin == offset) {
            being_written.swap_remove(place);
        }
    }

    /// Appends what is at this place to `out`.
    ///
    /// # Errors
    /// When it cannot be read, or ends before.
    pub(super) fn read(&self, place: &Range<u64>, out: &mut Vec<u8>) -> Result<(), WriteError> {
        let file = self.file.get().ok_or(WriteErrorKind::NotStored)?;
        positioned::append(file, place, out).map_err(self.unreadable())
    }

    /// Fills `out` with what is at `offset`.
    ///
    /// # Errors
    /// As [`SpillFile::read`].
    pub(super) fn read_exact(&self, offset: u64, out: &mut [u8]) -> Result<(), WriteError> {
        let file = self.file.get().ok_or(WriteErrorKind::NotStored)?;
        positioned::read_exact_at(file, out, offset).map_err(self.unreadable())
    }

    fn unreadable(&self) -> impl FnOnce(std::io::Error) -> WriteError {
        WriteError::io("read back a temporary file in", &self.folder)
    }

    /// Bytes that went into it so far.
    pub(super) fn end(&self) -> u64 {
        self.end.load(Ordering::Acquire)
    }

    /// It is as it will stay up to this offset: nobody writes before it any more.
    pub(super) fn settled(&self) -> u64 {
        let being_written = self.being_written();
        being_written.iter().min().copied().unwrap_or_else(|| self.end())
    }

    fn being_written(&self) -> MutexGuard<'_, Vec<u64>> {
        self.being_written.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Two threads may make a file at the same time; the one that comes second is dropped, and gone with that.
    fn file(&self) -> Result<&File, WriteError> {
        if let Some(file) = self.file.get() {
            return Ok(file);
        }
        let file = nameless_file(&self.folder)?;
        Ok(self.file.get_or_init(|| file))
    }
}

/// A file inside `folder` that has lost its name already: the system frees it however the process ends. Some systems
/// keep the name until then.
pub(super) fn nameless_file(folder: &Path) -> Result<File, WriteError> {
    static NUMBER: AtomicU64 = AtomicU64::new(0);
    let number = NUMBER.fetch_add(1, Ordering::Relaxed);
    let path = folder.join(format!(".spill-{}-{number}{TEMPORARY_SUFFIX}", std::process::id()));
    let file = OpenOptions::new()
        .read(true)
        .write(true)
        .create_new(true)
        .open(&path)
        .map_err(WriteError::io("create", &path))?;
    fs::remove_file(&path).map_err(WriteError::io("unlink", &path))?;
    Ok(file)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_behind_what_is_still_being_written_is_settled() {
        let folder = tempfile::tempdir().unwrap();
        let spill = SpillFile::new(folder.path());
        spill.put(&mut [IoSlice::new(b"0123456789")]).unwrap();
        assert_eq!(spill.settled(), 10);
        let slow = spill.begin(5);
        spill.put(&mut [IoSlice::new(b"abc")]).unwrap();
        assert_eq!((slow, spill.settled(), spill.end()), (10, 10, 18));
        // Nothing at all is written where the slow one began.
        spill.being_written().push(slow);
        spill.written(slow);
        assert_eq!(spill.settled(), 10);
        spill.written(slow);
        assert_eq!(spill.settled(), 18);
    }

    #[test]
    fn the_spill_file_has_no_name() {
        let folder = tempfile::tempdir().unwrap();
        let spill = SpillFile::new(folder.path());
        spill.put(&mut [IoSlice::new(b"spil"), IoSlice::new(b"led")]).unwrap();
        let mut out = b"was ".to_vec();
        spill.read(&(2..7), &mut out).unwrap();
        assert_eq!((spill.end(), out.as_slice()), (7, &b"was illed"[..]));
        if cfg!(unix) {
            assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
        }
        drop(spill);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    }

    #[test]
    fn a_folder_that_cannot_be_written_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let gone = folder.path().join("gone");
        let error = SpillFile::new(&gone).put(&mut [IoSlice::new(b"x")]).unwrap_err();
        assert!(error.to_string().starts_with("create ") && error.to_string().contains("gone"), "{error}");
    }
}
