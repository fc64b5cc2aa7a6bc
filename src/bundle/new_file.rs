//! A file that gets its name only when it is whole.

use std::fs::{self, File, OpenOptions};
use std::io::{self, IoSlice, Write};
use std::path::{Path, PathBuf};

use super::error::WriteError;
use super::name::{temporary_of, told_of};
use super::uncached;
use super::writeback::OnDisk;

/// A file under a temporary name in its folder. It gets its own name by [`commit`](NewFile::commit); dropped before, it
/// vanishes.
#[derive(Debug)]
pub(crate) struct NewFile {
    file: Option<File>,
    cached: Cached,
    temporary: PathBuf,
    path: PathBuf,
}

/// Whether the system keeps what was written at hand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Cached {
    Yes,
    /// Not where there is a way to avoid it.
    No,
}

impl NewFile {
    /// A file that will be read again soon, or is small.
    pub(super) fn create(path: PathBuf) -> Result<NewFile, WriteError> {
        let temporary = temporary_of(&path);
        let file = OpenOptions::new().write(true).create_new(true).open(&temporary);
        let file = file.map_err(WriteError::io("create", &told_of(&path)))?;
        Ok(NewFile { file: Some(file), cached: Cached::Yes, temporary, path })
    }

    /// A file that nobody will read soon, and that is written in large pieces: each goes to the disk at once where the
    /// system knows how ([`uncached`]). It is going to have about `length` bytes.
    pub(super) fn create_uncached(path: PathBuf, length: u64) -> Result<NewFile, WriteError> {
        let mut file = NewFile::create(path)?;
        file.cached = Cached::No;
        if let Some(file) = &file.file {
            uncached::make_room(file, length);
        }
        Ok(file)
    }

    /// Gives the file its name, in place of an earlier file of that name. It is whole, and will be on the disk when the
    /// folder is sealed: many small files are brought there together much faster than one by one.
    ///
    /// # Errors
    /// When the file system refuses; the file is removed then.
    pub(crate) fn commit(self) -> Result<(), WriteError> {
        self.take_name()
    }

    /// As [`commit`](NewFile::commit), and brings the file to the disk first.
    ///
    /// # Errors
    /// As there.
    pub(crate) fn commit_to_disk(self) -> Result<(), WriteError> {
        self.sync()?;
        self.take_name()
    }

    /// Brings the file to the disk and closes it; it keeps its temporary name until it is given another.
    ///
    /// # Errors
    /// When the file system refuses; the file is removed then.
    pub(super) fn close_to_disk(self) -> Result<Nameless, WriteError> {
        self.sync()?;
        Ok(self.close(OnDisk::already()))
    }

    /// Another way to the same file.
    pub(super) fn another(&self) -> Option<File> {
        self.file.as_ref().and_then(|file| file.try_clone().ok())
    }

    /// Closes the file; it is whole and keeps its temporary name until it is given another.
    pub(super) fn close(mut self, on_disk: OnDisk) -> Nameless {
        self.file = None;
        Nameless { temporary: Some(std::mem::take(&mut self.temporary)), on_disk }
    }

    fn sync(&self) -> Result<(), WriteError> {
        let synced = self.file.as_ref().map_or(Ok(()), File::sync_all);
        synced.map_err(WriteError::io("sync", &told_of(&self.path)))
    }

    fn take_name(mut self) -> Result<(), WriteError> {
        fs::rename(&self.temporary, &self.path).map_err(WriteError::io("rename a temporary file to", &self.path))?;
        self.file = None;
        Ok(())
    }

    /// The error that says that writing this file failed.
    pub(crate) fn failed(&self, error: io::Error) -> WriteError {
        WriteError::io("write", &told_of(&self.path))(error)
    }
}

/// A whole file under a temporary name. Dropped before it is given another one, it vanishes.
#[derive(Debug)]
pub(super) struct Nameless {
    temporary: Option<PathBuf>,
    on_disk: OnDisk,
}

impl Nameless {
    /// Where it lies.
    pub(super) fn path(&self) -> &Path {
        self.temporary.as_deref().unwrap_or(Path::new(""))
    }

    /// Gives the file its name, in place of an earlier file of that name, and tells whether the disk has it.
    ///
    /// # Errors
    /// When the file system refuses; the file is removed then.
    pub(super) fn commit_as(mut self, path: &Path) -> Result<OnDisk, WriteError> {
        fs::rename(self.path(), path).map_err(WriteError::io("rename a temporary file to", path))?;
        self.temporary = None;
        Ok(self.on_disk.clone())
    }
}

impl Drop for Nameless {
    fn drop(&mut self) {
        if let Some(temporary) = self.temporary.take() {
            // Nothing can be done about a failure here; the next run removes what is left.
            let _ = fs::remove_file(temporary);
        }
    }
}

impl Write for NewFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.write_vectored(&[IoSlice::new(bytes)])
    }

    fn write_vectored(&mut self, pieces: &[IoSlice<'_>]) -> io::Result<usize> {
        let Some(file) = &mut self.file else { return Ok(0) };
        if self.cached == Cached::No {
            match uncached::write(file, pieces) {
                Some(written) => return written,
                None => self.cached = Cached::Yes,
            }
        }
        file.write_vectored(pieces)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Drop for NewFile {
    fn drop(&mut self) {
        if self.file.take().is_some() {
            // Nothing can be done about a failure here; the next run removes what is left.
            let _ = fs::remove_file(&self.temporary);
        }
    }
}
