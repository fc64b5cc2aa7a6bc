//! What the user named.

use std::fs::{File, FileType};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use super::{SourceError, expand};

/// One INPUT of the command line.
pub enum Input {
    /// A file, a folder or an archive.
    Path(PathBuf),
    /// A stream, which can be read once: one report, or one archive.
    Stream {
        /// How it is shown: `-`, or the name of a pipe.
        name: String,
        /// What comes, until somebody has taken it.
        bytes: Mutex<Option<Box<dyn Read + Send>>>,
    },
}

impl std::fmt::Debug for Input {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Input::Path(path) => f.debug_tuple("Path").field(path).finish(),
            Input::Stream { name, .. } => f.debug_tuple("Stream").field(name).finish(),
        }
    }
}

impl Input {
    /// The input that reads from `stream`. Shown as `-`.
    pub fn stream(stream: impl Read + Send + 'static) -> Input {
        Input::named("-", stream)
    }

    fn named(name: impl Into<String>, stream: impl Read + Send + 'static) -> Input {
        Input::Stream { name: name.into(), bytes: Mutex::new(Some(Box::new(stream))) }
    }

    fn standard() -> Input {
        Input::stream(io::stdin())
    }

    /// What is at a path that somebody named.
    fn at(path: &Path) -> Result<Input, SourceError> {
        let kind = path.metadata().map_err(SourceError::input(path))?.file_type();
        if kind.is_file() || kind.is_dir() {
            return Ok(Input::Path(path.to_path_buf()));
        }
        if !is_pipe(kind) {
            return Err(SourceError::Special(path.to_path_buf()));
        }
        let name = path.file_name().map_or_else(|| "-".into(), |name| name.to_string_lossy());
        Ok(Input::named(name, Pipe { path: path.to_path_buf(), opened: None }))
    }
}

#[cfg(unix)]
fn is_pipe(kind: FileType) -> bool {
    std::os::unix::fs::FileTypeExt::is_fifo(&kind)
}

#[cfg(not(unix))]
fn is_pipe(_: FileType) -> bool {
    false
}

/// A pipe, opened when its turn has come: that waits for whoever writes.
struct Pipe {
    path: PathBuf,
    opened: Option<File>,
}

impl Read for Pipe {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match &mut self.opened {
            Some(pipe) => pipe.read(buffer),
            None => self.opened.insert(File::open(&self.path)?).read(buffer),
        }
    }
}

/// The INPUTs of a command line: `-` is standard input, a pipe is read like it, and patterns that no shell expanded are
/// expanded, in order.
///
/// # Errors
/// When a path does not exist, cannot be looked at, is a socket or a device, or a pattern matches nothing: nobody names an
/// input in vain on purpose.
pub fn inputs(arguments: &[PathBuf]) -> Result<Vec<Input>, SourceError> {
    let mut inputs = Vec::new();
    for argument in arguments {
        if argument.as_os_str() == "-" {
            inputs.push(Input::standard());
            continue;
        }
        match argument.symlink_metadata() {
            Ok(_) => inputs.push(Input::at(argument)?),
            Err(error) if is_of_no_file(&error) => {
                inputs.extend(expand::expand(argument)?.into_iter().map(Input::Path));
            }
            Err(error) => return Err(SourceError::input(argument)(error)),
        }
    }
    Ok(inputs)
}

/// Whether there is nothing at a path, or can be nothing: most patterns are no good names.
fn is_of_no_file(error: &io::Error) -> bool {
    use io::ErrorKind::{InvalidFilename, NotADirectory, NotFound};
    matches!(error.kind(), NotFound | NotADirectory | InvalidFilename)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(unix)]
    #[test]
    fn a_pipe_is_a_stream_and_what_cannot_be_read_is_named() {
        use std::os::unix::fs::symlink;
        let folder = tempfile::tempdir().unwrap();
        let refused = |name: &str| inputs(&[folder.path().join(name)]).unwrap_err().to_string();
        let pipe = folder.path().join("a.xml");
        assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
        let found = inputs(&[pipe]).unwrap();
        let [Input::Stream { name, .. }] = found.as_slice() else { panic!("a stream was expected") };
        assert_eq!(name, "a.xml");
        let _listener = std::os::unix::net::UnixListener::bind(folder.path().join("socket")).unwrap();
        assert!(refused("socket").ends_with("socket is neither a file, a folder nor a pipe"));
        symlink("nothing", folder.path().join("void")).unwrap();
        let told = refused("void");
        assert!(told.contains("void cannot be read: "), "{told}");
        symlink("round", folder.path().join("round")).unwrap();
        for below in ["round/a.xml", "round/*.xml"] {
            let told = refused(below);
            assert!(told.contains(&format!("{below} cannot be read: ")), "what the system says: {told}");
        }
    }

    #[test]
    fn what_does_not_exist_is_an_error() {
        assert!(matches!(inputs(&[PathBuf::from("no/such/file")]), Err(SourceError::Missing(_))));
        assert!(matches!(inputs(&[PathBuf::from("no/such/*.xml")]), Err(SourceError::NothingMatches(_))));
        let long = PathBuf::from(format!("no/{{{}}}.xml", "such,".repeat(100)));
        assert!(matches!(inputs(&[long]), Err(SourceError::NothingMatches(_))));
    }
}
