//! What the readers are asked for.

use super::Limits;
use super::time::Zone;
use crate::model::Outcome;

/// How reports are read. Every format takes the parts that concern it.
#[derive(Debug, Clone)]
pub struct ReadOptions {
    /// Zone of timestamps that carry none. Default: UTC.
    pub zone: Zone,
    /// Read the steps of each case. Default: no.
    pub steps: bool,
    /// Which cases' standard output and standard error are kept. Default: nobody's.
    pub output: Attachments,
    /// Name of a property of suites that cases are to carry, where their suites have it. Default: none.
    pub suite_property: Option<String>,
    /// Which cases' attachments are worth copying. Default: those of failed cases.
    pub attachments: Attachments,
    /// Bytes of one attachment, at most: what is longer is told of, and nothing of it has to be kept. Readers of JSON keep
    /// nothing of it; readers of XML have a limit of their own. Default: 10 MiB.
    pub attachment_bytes: u64,
    /// Bytes of all attachments of one case, at most: readers hold about as much, those of XML never less than 64 MiB.
    /// Default: 20 MiB.
    pub case_attachment_bytes: u64,
    /// Nanoseconds in one unit of JUnit's `time`. Default: a second.
    pub junit_time_unit: i64,
    /// Bounds on what is taken from a report.
    pub limits: Limits,
}

/// Which cases' attachments, or outputs, are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Attachments {
    /// No attachment is read.
    None,
    /// Those of failed, errored and aborted cases.
    #[default]
    OfFailed,
    /// All.
    All,
}

impl Attachments {
    /// Whether those of a case with this outcome are wanted.
    pub fn are_of(self, outcome: Outcome) -> bool {
        match self {
            Attachments::None => false,
            Attachments::OfFailed => outcome.is_failure(),
            Attachments::All => true,
        }
    }
}

impl Default for ReadOptions {
    fn default() -> ReadOptions {
        ReadOptions {
            zone: Zone::utc(),
            steps: false,
            output: Attachments::None,
            suite_property: None,
            attachments: Attachments::default(),
            attachment_bytes: 10 << 20,
            case_attachment_bytes: 20 << 20,
            junit_time_unit: 1_000_000_000,
            limits: Limits::default(),
        }
    }
}
