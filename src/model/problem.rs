//! What went wrong, or was mended, in one report.

use std::fmt;
use std::io;

use super::LimitReached;

/// A place in a report. Lines and columns start at one; columns count bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Position {
    /// Bytes before the place, from the start of the report (after decoding, where it is not UTF-8).
    pub offset: u64,
    /// Line of the place.
    pub line: u64,
    /// Column of the place, in bytes.
    pub column: u64,
}

/// How much a problem matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Worth knowing; nothing was lost and nothing guessed.
    Note,
    /// Something was mended, guessed or left aside; no result was lost.
    Warning,
    /// Something was, or may have been, lost.
    Error,
}

impl Severity {
    /// The word shown to people and written to `reports.jsonl`.
    pub const fn name(self) -> &'static str {
        match self {
            Severity::Note => "note",
            Severity::Warning => "warning",
            Severity::Error => "error",
        }
    }

    /// The severity with this name.
    pub fn by_name(name: &str) -> Option<Severity> {
        [Severity::Note, Severity::Warning, Severity::Error].into_iter().find(|severity| severity.name() == name)
    }
}

macro_rules! problem_kinds {
    ($($(#[$doc:meta])* $variant:ident = $name:literal, $severity:ident;)*) => {
        /// What sort of problem it is: a stable word for scripts, with its usual severity.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[non_exhaustive]
        pub enum ProblemKind {
            $($(#[$doc])* $variant,)*
        }

        impl ProblemKind {
            /// Every kind.
            pub const ALL: &'static [ProblemKind] = &[$(ProblemKind::$variant,)*];

            /// The word written to `reports.jsonl`.
            pub const fn name(self) -> &'static str {
                match self { $(ProblemKind::$variant => $name,)* }
            }

            /// The kind with this name.
            pub fn by_name(name: &str) -> Option<ProblemKind> {
                match name {
                    $($name => Some(ProblemKind::$variant),)*
                    _ => None,
                }
            }

            /// Severity of a problem of this kind.
            pub const fn severity(self) -> Severity {
                match self { $(ProblemKind::$variant => Severity::$severity,)* }
            }
        }
    };
}

problem_kinds! {
    /// The report ends before it is complete.
    Truncated = "truncated", Error;
    /// The report's structure is broken in the middle.
    Malformed = "malformed", Error;
    /// A parser panicked: a defect of this program.
    Panicked = "panicked", Error;
    /// The bytes could not be read: an I/O error, a bad checksum, an encrypted entry.
    Unreadable = "unreadable", Error;
    /// A limit on size, depth or number was reached.
    LimitReached = "limit-reached", Error;
    /// The file is empty where a report was expected.
    EmptyReport = "empty-report", Error;
    /// XML, JSON or an archive that is no supported report.
    Unsupported = "unsupported", Note;
    /// Read whole after a repair that lost nothing.
    Repaired = "repaired", Warning;
    /// Timestamps without a zone; the assumed one is named.
    NaiveTimestamp = "naive-timestamp", Warning;
    /// A timestamp or duration that cannot be read.
    UnreadableTime = "unreadable-time", Warning;
    /// A duration that can be read in two ways.
    AmbiguousTime = "ambiguous-time", Warning;
    /// A status word that the format does not define.
    UnknownStatus = "unknown-status", Warning;
    /// Tests that passed without running: a dry run.
    DryRun = "dry-run", Warning;
    /// A failure of a suite, a set-up or a tear-down that is no test case.
    ContainerFailure = "container-failure", Warning;
    /// A test case with nothing to name it.
    NoIdentity = "no-identity", Warning;
    /// A test case without a key in a conversion without a project: no Test could be found or created for it.
    NoProject = "no-project", Error;
    /// Several Test keys on one case.
    SeveralKeys = "several-keys", Warning;
    /// A Test key that no Jira project could have.
    MalformedKey = "malformed-key", Warning;
    /// Rows of the user's key map that name different keys for one test.
    AmbiguousKey = "ambiguous-key", Warning;
    /// A key-shaped tag whose role cannot be told.
    BareKey = "bare-key", Warning;
    /// A numeric issue id, which Xray JSON cannot express.
    TestId = "test-id", Warning;
    /// A name that will be another one next night.
    UnstableIdentity = "unstable-identity", Warning;
    /// The same bytes as an earlier report of the same Test Execution.
    DuplicateOf = "duplicate-of", Note;
    /// Two reports that tell of the same tests.
    SameTestsTwice = "same-tests-twice", Warning;
    /// An entry of an archive whose name comes again: the later one counts.
    ReplacedEntry = "replaced-entry", Warning;
    /// The report declares more results than it holds.
    CountMismatch = "count-mismatch", Warning;
    /// An attachment that cannot be found, read or used.
    MissingAttachment = "missing-attachment", Warning;
    /// Evidence left out by a limit.
    EvidenceDropped = "evidence-dropped", Warning;
    /// A text was shortened.
    TextShortened = "text-shortened", Note;
    /// Two reports of one Test Execution say different things of it.
    ConflictingInfo = "conflicting-info", Warning;
    /// A name in the report that is suspicious or not known.
    UnknownProperty = "unknown-property", Warning;
    /// A shape that is accepted although no format describes it.
    Unusual = "unusual", Note;
}

/// One problem of one report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// How much it matters.
    pub severity: Severity,
    /// What sort of problem it is.
    pub kind: ProblemKind,
    /// A sentence for people: a lower-case fragment that reads well after "failed to read …:".
    pub message: String,
    /// Where, when the place is known.
    pub position: Option<Position>,
    /// What it is about, of a warning that a report gets once: where several threads convert parts of one report, one
    /// of a kind and topic is kept. `None`: each is told.
    pub topic: Option<Box<str>>,
}

impl Problem {
    /// A problem of the kind's usual severity, without a place.
    #[cold]
    #[inline(never)]
    pub fn new(kind: ProblemKind, message: impl Into<String>) -> Problem {
        Problem { severity: kind.severity(), kind, message: message.into(), position: None, topic: None }
    }

    /// What a reader's error means for the report that is read. `what` was not possible.
    pub fn of_reading(error: &io::Error, what: &str) -> Problem {
        if let Some(reached) = error.get_ref().and_then(|inner| inner.downcast_ref::<LimitReached>()) {
            return reached.clone().into();
        }
        let kind = match error.kind() {
            io::ErrorKind::UnexpectedEof => ProblemKind::Truncated,
            _ => ProblemKind::Unreadable,
        };
        Problem::new(kind, format!("{what}: {error}"))
    }

    /// The same problem at a place.
    pub fn at(mut self, position: Position) -> Problem {
        self.position = Some(position);
        self
    }

    /// The same problem, as the one that a report gets about `topic`.
    pub fn about(mut self, topic: &str) -> Problem {
        self.topic = Some(topic.into());
        self
    }

    /// Whether results were, or may have been, lost: such a report is `damaged`.
    pub fn is_damage(&self) -> bool {
        self.severity == Severity::Error
    }
}

impl From<LimitReached> for Problem {
    fn from(reached: LimitReached) -> Problem {
        Problem::new(ProblemKind::LimitReached, reached.to_string())
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(place) = self.position {
            write!(f, "{}:{}: ", place.line, place.column)?;
        }
        write!(f, "{} [{}]", self.message, self.kind.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shows_the_place_before_the_complaint() {
        let problem = Problem::new(ProblemKind::Truncated, "the report ends inside <testcase>").at(Position {
            offset: 311,
            line: 2,
            column: 14,
        });
        assert_eq!(problem.to_string(), "2:14: the report ends inside <testcase> [truncated]");
        assert!(problem.is_damage());
        assert_eq!(ProblemKind::by_name("truncated"), Some(ProblemKind::Truncated));
        assert_eq!((ProblemKind::by_name("cut"), Severity::by_name("note")), (None, Some(Severity::Note)));
    }
}
