//! Status words and what a scenario makes of those of its parts (cucumber.md section 3).

use crate::model::{DetailKind, Outcome, TestCase};

/// Status of a step, a hook or a scenario; the later one decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub(in crate::format) enum Status {
    #[default]
    Passed,
    Skipped,
    /// It did not run, or nobody knows.
    Unknown,
    Pending,
    Undefined,
    Ambiguous,
    Failed,
}

impl Status {
    /// The status called `word`, in any case.
    pub(in crate::format) fn from_word(word: &[u8]) -> Option<Status> {
        const WORDS: [(&[u8], Status); 9] = [
            (b"passed", Status::Passed),
            (b"failed", Status::Failed),
            (b"skipped", Status::Skipped),
            (b"pending", Status::Pending),
            (b"undefined", Status::Undefined),
            (b"ambiguous", Status::Ambiguous),
            (b"unknown", Status::Unknown),
            (b"untested", Status::Unknown),
            (b"error", Status::Failed),
        ];
        // As nearly every writer has it.
        if word == b"passed" {
            return Some(Status::Passed);
        }
        let word = word.trim_ascii();
        WORDS.iter().find(|(known, _)| known.eq_ignore_ascii_case(word)).map(|(_, status)| *status)
    }

    /// What it is called in a comment.
    pub(in crate::format) fn word(self) -> &'static str {
        match self {
            Status::Passed => "passed",
            Status::Skipped => "skipped",
            Status::Unknown => "not run",
            Status::Pending => "pending",
            Status::Undefined => "undefined",
            Status::Ambiguous => "ambiguous",
            Status::Failed => "failed",
        }
    }

    /// The same in the words of all formats. An ambiguous step broke before it could decide (decision 12).
    pub(in crate::format) fn outcome(self) -> Outcome {
        match self {
            Status::Passed => Outcome::Passed,
            Status::Skipped => Outcome::Skipped,
            Status::Unknown => Outcome::NotRun,
            Status::Pending => Outcome::Pending,
            Status::Undefined => Outcome::Undefined,
            Status::Ambiguous => Outcome::Errored,
            Status::Failed => Outcome::Failed,
        }
    }
}

/// Tells why a scenario did not run, unless a part of it does.
pub(in crate::format) fn tell_why_not_run(case: &mut TestCase, parts: usize, has_results: bool) {
    if case.outcome != Outcome::NotRun || case.details.iter().any(|detail| detail.kind == DetailKind::Skip) {
        return;
    }
    let detail = case.details.add();
    detail.kind = DetailKind::Skip;
    detail.message.push_str(match (parts, has_results) {
        (0, _) => "it has no steps",
        (_, false) => "none of its steps ran",
        _ => "some of its steps did not run",
    });
}
