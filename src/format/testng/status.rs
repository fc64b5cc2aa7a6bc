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
            other => Status::of_foreign(other),
        }
    }

    /// What other writers of the format put there.
    fn of_foreign(word: &[u8]) -> Status {
        const WORDS: &[(Status, &[&[u8]])] = &[
            (Status::Passed, &[b"pass", b"passed", b"success"]),
            (Status::FailedWithinPercentage, &[b"success_percentage_failure"]),
            (Status::Failed, &[b"fail", b"failed", b"failure"]),
            (Status::Skipped, &[b"skip", b"skipped"]),
        ];
        let is = |known: &&[u8]| known.eq_ignore_ascii_case(word);
        WORDS.iter().find(|(_, words)| words.iter().any(is)).map_or(Status::Unknown, |(status, _)| *status)
    }

    pub(super) fn outcome(self) -> Outcome {
        match self {
            Status::Passed | Status::FailedWithinPercentage => Outcome::Passed,
            Status::Failed => Outcome::Failed,
            Status::Skipped | Status::Unknown => Outcome::Skipped,
        }
    }
}
