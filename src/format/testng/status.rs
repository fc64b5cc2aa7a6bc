//! The status words of TestNG, which are those of its `XMLReporterConfig` (spec testng.md B, C2).

use crate::model::Outcome;

/// What `status` says of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Status {
    Passed,
    /// It failed, within the percentage that `successPercentage` allows (T07).
    FailedWithinPercentage,
    Failed,
    Skipped,
    /// Missing, or a word that TestNG does not write.
    #[default]
    Unknown,
}

impl Status {
    pub(super) fn of(word: &[u8]) -> Status {
        match word.trim_ascii() {
            b"PASS" => Status::Passed,
            b"SUCCESS_PERCENTAGE_FAILURE" => Status::FailedWithinPercentage,
            b"FAIL" => Status::Failed,
            b"SKIP" => Status::Skipped,
            _ => Status::Unknown,
        }
    }

    pub(super) fn outcome(self) -> Outcome {
        match self {
            Status::Passed | Status::FailedWithinPercentage => Outcome::Passed,
            Status::Failed => Outcome::Failed,
            Status::Skipped | Status::Unknown => Outcome::Skipped,
        }
    }
}
