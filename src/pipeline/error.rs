//! Why a conversion ended.

use std::fmt;
use std::path::PathBuf;

use super::outcome::ReportOutcome;
use super::visitor::ConversionFailure;
use crate::bundle::WriteError;
use crate::model::{Origin, shorten};
use crate::source::SourceError;

/// UTF-16 units of a test's name in a message.
const NAME: usize = 100;

/// What ends a conversion. Whatever concerns one report alone is a problem of that report instead.
#[derive(Debug)]
#[non_exhaustive]
pub enum Error {
    /// An INPUT that cannot be read, or what the machine lacks to read any.
    Source(SourceError),
    /// The output cannot be written.
    Output(WriteError),
    /// An INPUT that lies where the output is to be written.
    InputInOutput {
        /// The INPUT.
        input: PathBuf,
        /// The output folder.
        output: PathBuf,
    },
    /// A case without a Test key, and no project in which its Test could be found or created.
    NoProject {
        /// The report that holds it.
        origin: Origin,
        /// Its name.
        case: String,
    },
    /// A run that cannot be made small enough for a bundle.
    RunTooLarge {
        /// The Test.
        test: String,
        /// Bytes that a run may have.
        allowed: u64,
        /// Bytes that it has at least.
        length: u64,
        /// The limit of a bundle that it would fit into.
        max_bytes: u64,
    },
    /// What was written before it showed that the conversion should not have begun could not be taken back.
    NotWithdrawn {
        /// Why it should not have begun.
        cause: Box<Error>,
        /// Why it is still there.
        left: WriteError,
    },
    /// Somebody asked the work to stop. What has been finished stays.
    Interrupted,
    /// An input was exchanged while an earlier conversion was being taken over.
    Changing(String),
    /// Inputs have changed in such a way that a finished Test Execution of an earlier conversion has another id now.
    Renamed(String),
    /// A run that cannot be read back: a defect, or a disk that fails.
    Run(String),
    /// The system gives not even the threads without which nothing is read.
    NoThread(std::io::Error),
    /// A pool of threads cannot be made, or a thread of ours died.
    Threads(String),
}

impl Error {
    pub(super) fn threads(error: rayon::ThreadPoolBuildError) -> Error {
        Error::Threads(error.to_string())
    }

    pub(super) fn run(error: crate::xray::DecodeError) -> Error {
        Error::Run(error.to_string())
    }

    /// Of a run that has `length` bytes when all was left out that may be, and `around` it the frame of a bundle, which
    /// alone may be more than what is allowed.
    pub(super) fn run_too_large(test: &str, length: u64, allowed: u64, around: u64) -> Error {
        let max_bytes = length.saturating_add(around);
        Error::RunTooLarge { test: test.to_owned(), allowed, length, max_bytes }
    }

    /// Whether the conversion should not have begun: wrong usage writes nothing, also when it shows late.
    pub fn is_wrong_usage(&self) -> bool {
        match self {
            // Nobody's fault but the machine's.
            Error::Source(SourceError::Shortage(_)) => false,
            Error::Source(_) | Error::NoProject { .. } | Error::RunTooLarge { .. } | Error::InputInOutput { .. } => {
                true
            }
            // No file was opened.
            Error::NoThread(_) => true,
            Error::NotWithdrawn { cause, .. } => cause.is_wrong_usage(),
            _ => false,
        }
    }

    pub(super) fn finisher() -> Error {
        Error::Threads("the thread that finishes Test Executions died".to_owned())
    }

    pub(super) fn conversion(outcome: &ReportOutcome, failure: ConversionFailure) -> Error {
        match failure {
            ConversionFailure::Store(error) => Error::Output(error),
            ConversionFailure::Stopped => Error::Interrupted,
            ConversionFailure::Shortage(shortage) => Error::Source(SourceError::Shortage(shortage)),
            ConversionFailure::NoProject(case) => Error::NoProject { origin: outcome.origin.clone(), case },
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Error::Source(error) => error.fmt(f),
            Error::Output(error) => error.fmt(f),
            Error::InputInOutput { input, output } => write!(
                f,
                "the INPUT {} lies in the output folder {}, which is written anew: give another --out",
                input.display(),
                output.display()
            ),
            Error::NoProject { origin, case } => {
                write!(
                    f,
                    "the test '{case}' in {origin} has no Test key, so its Jira project must be given (--project)"
                )
            }
            Error::RunTooLarge { test, allowed, length, max_bytes } => write!(
                f,
                "the test '{}' needs {length} bytes even without its evidence, and only {allowed} fit into a \
                 bundle: --max-bytes must be {max_bytes} at least",
                shorten::one_line(test, NAME)
            ),
            Error::NotWithdrawn { cause, left } => {
                write!(f, "{cause}; what was written by then could not be taken back: {left}")
            }
            Error::Interrupted => f.write_str("the work was interrupted"),
            Error::Changing(report) => write!(f, "{report} was exchanged while it was being read"),
            Error::Renamed(id) => write!(
                f,
                "the inputs have changed since the run that was stopped, so that its Test Execution {id} is called \
                 differently now"
            ),
            Error::Run(why) => f.write_str(why),
            Error::NoThread(why) => write!(
                f,
                "the system gives no further thread ({why}), and two are needed: its limit of processes and threads, of \
                 the user or the container, must be higher"
            ),
            Error::Threads(why) => write!(f, "worker threads failed: {why}"),
        }
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Error::Source(error) => Some(error),
            Error::Output(error) => Some(error),
            Error::NoThread(error) => Some(error),
            Error::NotWithdrawn { cause, .. } => Some(cause),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::source::Shortage;

    #[test]
    fn a_full_disk_is_no_wrong_usage() {
        let missing = std::io::ErrorKind::NotFound.into();
        assert!(Error::Source(SourceError::Input("-".into(), missing)).is_wrong_usage());
        let full = Shortage::TemporaryFolder("/tmp".into(), "it is full".to_owned());
        assert!(!Error::Source(SourceError::Shortage(full)).is_wrong_usage(), "what is finished stays");
        assert!(!Error::Interrupted.is_wrong_usage());
    }

    #[test]
    fn the_cause_comes_before_what_could_not_be_taken_back() {
        let cause = Error::NoProject { origin: Origin::new("a.xml"), case: "pays".to_owned() };
        let told = cause.to_string();
        let left = WriteError::io("remove", Path::new("out/bundles"))(std::io::ErrorKind::PermissionDenied.into());
        let error = Error::NotWithdrawn { cause: Box::new(cause), left };
        assert!(error.is_wrong_usage());
        let both =
            format!("{told}; what was written by then could not be taken back: remove out/bundles: permission denied");
        assert_eq!(error.to_string(), both);
    }
}
