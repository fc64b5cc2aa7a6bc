//! What the machine lacks: no fault of the file at hand, and no property of it either.

use std::fmt;
use std::fs::File;
use std::io::{self, Write};
use std::path::PathBuf;

use crate::model::is_of_open_files;

/// Something that reading needs and the machine does not give. It ends the run: what is written must not depend on the machine.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Shortage {
    /// The folder of temporary files is full, is not there, or cannot be written to; and what the system says of that.
    TemporaryFolder(PathBuf, String),
    /// No more files can be open at a time.
    OpenFiles(String),
    /// There is no more memory.
    Memory(String),
}

impl Shortage {
    /// What is lacking where an error says that something is.
    pub fn of(error: &io::Error) -> Option<Shortage> {
        if let Some(shortage) = error.get_ref().and_then(|inner| inner.downcast_ref::<Shortage>()) {
            return Some(shortage.clone());
        }
        if is_of_open_files(error) {
            return Some(Shortage::OpenFiles(error.to_string()));
        }
        (error.kind() == io::ErrorKind::OutOfMemory).then(|| Shortage::Memory(error.to_string()))
    }

    fn of_temporary_file(error: &io::Error) -> Shortage {
        Shortage::of(error).unwrap_or_else(|| Shortage::TemporaryFolder(std::env::temp_dir(), error.to_string()))
    }
}

impl fmt::Display for Shortage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Shortage::TemporaryFolder(folder, why) => write!(
                f,
                "the temporary folder {} cannot be used ({why}): what is packed needs room there; the variable {} names \
                 another folder",
                folder.display(),
                if cfg!(windows) { "TMP" } else { "TMPDIR" },
            ),
            Shortage::OpenFiles(why) => write!(
                f,
                "the system opens no further file ({why}): its limit of open files, of the process (ulimit -n) or of all, \
                 must be higher"
            ),
            Shortage::Memory(why) => write!(f, "the system gives no more memory ({why})"),
        }
    }
}

impl std::error::Error for Shortage {}

impl From<Shortage> for io::Error {
    /// The form in which it passes through readers.
    fn from(shortage: Shortage) -> io::Error {
        io::Error::other(shortage)
    }
}

/// A temporary file without a name. Whatever it refuses is a [`Shortage`].
pub(super) struct Temporary(File);

impl Temporary {
    pub(super) fn new() -> io::Result<Temporary> {
        tempfile::tempfile().map(Temporary).map_err(|error| Shortage::of_temporary_file(&error).into())
    }

    pub(super) fn into_file(self) -> File {
        self.0
    }
}

impl Write for Temporary {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.write(bytes).map_err(|error| match error.kind() {
            io::ErrorKind::Interrupted => error,
            _ => Shortage::of_temporary_file(&error).into(),
        })
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(unix)]
    #[test]
    fn what_the_machine_lacks_is_told_from_what_a_file_is() {
        use rustix::io::Errno;
        let of = |errno: Errno| Shortage::of(&errno.into());
        for errno in [Errno::MFILE, Errno::NFILE] {
            assert!(matches!(of(errno), Some(Shortage::OpenFiles(_))));
        }
        assert!(matches!(of(Errno::NOMEM), Some(Shortage::Memory(_))));
        for errno in [Errno::IO, Errno::ACCESS, Errno::NOENT, Errno::NOSPC] {
            assert_eq!(of(errno), None);
        }
    }

    #[test]
    fn it_passes_through_readers() {
        let full = io::Error::from(io::ErrorKind::StorageFull);
        let shortage = Shortage::of_temporary_file(&full);
        assert_eq!(Shortage::of(&shortage.clone().into()), Some(shortage.clone()));
        assert!(shortage.to_string().starts_with(&format!("the temporary folder {} ", std::env::temp_dir().display())));
    }
}
