//! Why something cannot be read.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

/// A file, folder or archive that cannot be read.
///
/// From [`walk`](super::walk) it concerns an INPUT that the user named and ends the run; from an entry it concerns that
/// entry alone.
#[derive(Debug)]
#[non_exhaustive]
pub enum SourceError {
    /// An INPUT that does not exist.
    Missing(PathBuf),
    /// A pattern among the INPUTs that matches nothing.
    NothingMatches(String),
    /// A pattern among the INPUTs that cannot be read.
    Pattern(String, String),
    /// The operating system refuses.
    Io(PathBuf, io::Error),
    /// An entry of an archive is damaged or not what it says it is.
    Entry(String),
}

impl SourceError {
    pub(super) fn io(path: &Path) -> impl FnOnce(io::Error) -> SourceError + '_ {
        |error| SourceError::Io(path.to_path_buf(), error)
    }
}

impl fmt::Display for SourceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            SourceError::Missing(path) => write!(f, "there is no file or folder {}", path.display()),
            SourceError::NothingMatches(pattern) => write!(f, "no file matches {pattern}"),
            SourceError::Pattern(pattern, why) => write!(f, "the pattern {pattern} cannot be read: {why}"),
            SourceError::Io(_, error) => write!(f, "it cannot be read: {error}"),
            SourceError::Entry(what) => f.write_str(what),
        }
    }
}

impl std::error::Error for SourceError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            SourceError::Io(_, error) => Some(error),
            _ => None,
        }
    }
}
