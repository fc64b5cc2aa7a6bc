//! Why something cannot be read.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use super::Shortage;

/// A file, folder or archive that cannot be read.
///
/// From [`walk`](super::walk) it concerns an INPUT that the user named and ends the run; from an entry it concerns that
/// entry alone. A [`Shortage`] concerns the machine, and ends the run wherever it comes from.
#[derive(Debug)]
#[non_exhaustive]
pub enum SourceError {
    /// An INPUT that does not exist.
    Missing(PathBuf),
    /// A pattern among the INPUTs that matches nothing.
    NothingMatches(String),
    /// A pattern among the INPUTs that cannot be read.
    Pattern(String, String),
    /// An INPUT that is a socket or a device.
    Special(PathBuf),
    /// An INPUT that the operating system refuses to read.
    Input(PathBuf, io::Error),
    /// The operating system refuses to read an entry.
    Io(PathBuf, io::Error),
    /// An entry of an archive is damaged or not what it says it is.
    Entry(String),
    /// The machine does not give what reading needs.
    Shortage(Shortage),
}

impl SourceError {
    pub(super) fn io(path: &Path) -> impl FnOnce(io::Error) -> SourceError + '_ {
        |error| SourceError::unless_lacking(error, |error| SourceError::Io(path.to_path_buf(), error))
    }

    pub(super) fn input(path: &Path) -> impl FnOnce(io::Error) -> SourceError + '_ {
        |error| SourceError::unless_lacking(error, |error| SourceError::Input(path.to_path_buf(), error))
    }

    pub(super) fn entry(error: io::Error) -> SourceError {
        SourceError::unless_lacking(error, |error| SourceError::Entry(error.to_string()))
    }

    fn unless_lacking(error: io::Error, otherwise: impl FnOnce(io::Error) -> SourceError) -> SourceError {
        Shortage::of(&error).map_or_else(|| otherwise(error), SourceError::Shortage)
    }
}

impl fmt::Display for SourceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            SourceError::Missing(path) => write!(f, "there is no file or folder {}", path.display()),
            SourceError::NothingMatches(pattern) => write!(f, "no file matches {pattern}"),
            SourceError::Pattern(pattern, why) => write!(f, "the pattern {pattern} cannot be read: {why}"),
            SourceError::Special(path) => write!(f, "{} is neither a file, a folder nor a pipe", path.display()),
            SourceError::Input(path, error) if path.as_os_str() == "-" => {
                write!(f, "standard input cannot be read: {error}")
            }
            SourceError::Input(path, error) => write!(f, "{} cannot be read: {error}", path.display()),
            // It becomes a problem of that entry, whose line says where it is, on whatever machine.
            SourceError::Io(_, error) => write!(f, "it cannot be read: {error}"),
            SourceError::Entry(what) => f.write_str(what),
            SourceError::Shortage(shortage) => shortage.fmt(f),
        }
    }
}

impl std::error::Error for SourceError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            SourceError::Input(_, error) | SourceError::Io(_, error) => Some(error),
            SourceError::Shortage(shortage) => Some(shortage),
            _ => None,
        }
    }
}
