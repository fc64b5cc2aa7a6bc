//! Why output could not be written.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use crate::model::{ReportId, is_of_open_files};

/// The output could not be written. It ends the run; what has its final name by then is whole.
///
/// The kind is boxed so that results stay small.
#[derive(Debug)]
pub struct WriteError(Box<WriteErrorKind>);

/// What went wrong.
#[derive(Debug)]
#[non_exhaustive]
pub enum WriteErrorKind {
    /// The file system refused.
    Io {
        /// What was being done: a verb, such as "write".
        doing: &'static str,
        /// To which file or folder.
        path: PathBuf,
        /// What it answered.
        error: io::Error,
    },
    /// The output folder holds an earlier output, and nobody asked to replace it.
    EarlierOutput(PathBuf),
    /// The output folder holds something that this program did not write.
    NotOurs {
        /// The output folder.
        folder: PathBuf,
        /// What was found in it.
        found: PathBuf,
    },
    /// Something that is no folder is in the output folder's place.
    NoFolder(PathBuf),
    /// The folder holds no complete output.
    NoManifest(PathBuf),
    /// Another process writes into the output folder.
    InUse(PathBuf),
    /// The output folder holds the output of a conversion that was asked for something else.
    AnotherPurpose {
        /// The output folder.
        folder: PathBuf,
        /// In what it differed, in words.
        differences: Vec<String>,
    },
    /// The output folder holds a complete output whose bundles have got a key since.
    KeyBound {
        /// The output folder.
        folder: PathBuf,
        /// The key.
        key: String,
    },
    /// A run is longer than the index can say (4 GiB).
    RunTooLong(u64),
    /// A run was asked for that is not in the store: a defect of the caller.
    NotStored,
    /// Results of one Test could not be merged.
    Merge {
        /// Report of the Test's first result.
        report: ReportId,
        /// What the merge function said.
        message: String,
    },
    /// Tests whose results nobody merged: a defect of the caller.
    Unmerged(usize),
    /// A bundle did not come out as long as it was planned: a defect.
    Length {
        /// The bundle's file name.
        file: String,
        /// Bytes in the plan.
        planned: u64,
        /// Bytes that came out.
        written: u64,
    },
}

impl WriteError {
    /// What went wrong.
    pub fn kind(&self) -> &WriteErrorKind {
        &self.0
    }

    /// Turns the file system's answer into an error that says what was being done to which file.
    pub(crate) fn io(doing: &'static str, path: &Path) -> impl FnOnce(io::Error) -> WriteError {
        move |error| WriteErrorKind::Io { doing, path: path.to_path_buf(), error }.into()
    }
}

impl From<WriteErrorKind> for WriteError {
    fn from(kind: WriteErrorKind) -> WriteError {
        WriteError(Box::new(kind))
    }
}

impl fmt::Display for WriteError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &*self.0 {
            WriteErrorKind::Io { doing, path, error } => {
                write!(f, "{doing} {}: {error}{}", path.display(), advice(error))
            }
            WriteErrorKind::EarlierOutput(folder) => {
                write!(f, "write into {}: it holds an earlier output", folder.display())
            }
            WriteErrorKind::NotOurs { folder, found } => {
                write!(f, "write into {}: {} is not from an earlier output", folder.display(), found.display())
            }
            WriteErrorKind::NoManifest(folder) => {
                write!(f, "open {}: it holds no manifest.json of a complete output", folder.display())
            }
            WriteErrorKind::InUse(folder) => write!(f, "write into {}: another run is using it", folder.display()),
            WriteErrorKind::AnotherPurpose { folder, differences } => {
                write!(f, "go on in {}: the earlier run differed: {}", folder.display(), differences.join(", "))
            }
            WriteErrorKind::NoFolder(path) => write!(f, "write into {}: it is no folder", path.display()),
            WriteErrorKind::KeyBound { folder, key } => write!(
                f,
                "go on in {}: it is complete, and its bundles have got the Test Execution {key}, which they would wait for \
                 again",
                folder.display()
            ),
            WriteErrorKind::RunTooLong(bytes) => write!(f, "keep a run of {bytes} bytes: the limit is 4 GiB"),
            WriteErrorKind::NotStored => f.write_str("read back a run: it is not in the store"),
            WriteErrorKind::Merge { report, message } => {
                write!(f, "merge results of one test (the first is in report {}): {message}", report.0)
            }
            WriteErrorKind::Unmerged(groups) => write!(f, "settle a test execution: {groups} groups were not merged"),
            WriteErrorKind::Length { file, planned, written } => {
                write!(f, "write {file}: {written} bytes came out where {planned} were planned")
            }
        }
    }
}

/// What can be done about it, where the answer of the file system does not say.
fn advice(error: &io::Error) -> &'static str {
    if is_of_open_files(error) {
        "; the limit of open files, of the process (ulimit -n) or of all, must be higher"
    } else {
        ""
    }
}

impl std::error::Error for WriteError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match &*self.0 {
            WriteErrorKind::Io { error, .. } => Some(error),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn says_what_was_being_done_to_which_file() {
        let error = WriteError::io("write", Path::new("out/bundles/nightly.0001.json"))(io::Error::other("disk full"));
        assert_eq!(error.to_string(), "write out/bundles/nightly.0001.json: disk full");
        assert_eq!(size_of::<WriteError>(), size_of::<usize>());
        #[cfg(unix)]
        {
            let error = WriteError::io("create", Path::new("a"))(rustix::io::Errno::MFILE.into());
            assert!(error.to_string().contains("(ulimit -n)"), "{error}");
        }
    }
}
