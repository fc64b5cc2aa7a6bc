//! What became of a case: its children first, then its status words (spec junit.md C1).

use crate::model::{Outcome, trimmed};

/// The result children of one case, by kind.
#[derive(Debug, Default, Clone, Copy)]
pub(super) struct Children {
    /// `error`, `internalError`, `compromised`.
    pub(super) error: bool,
    /// `failure`.
    pub(super) failure: bool,
    /// `skipped`, `skip`, `ignored`, `disabled`, `todo`, `aborted`.
    pub(super) skipped: bool,
    /// `rerunFailure`, `rerunError`.
    pub(super) rerun: bool,
    /// `flakyFailure`, `flakyError`.
    pub(super) flaky: bool,
    /// `warning`.
    pub(super) warning: bool,
    /// A failure that its producer takes back by the `skipped` beside it.
    pub(super) pardoned: bool,
    /// Attachments, of which there were too many to hold them.
    pub(super) left_out: bool,
}

impl Children {
    /// Whether a counter of failures may count this case, whatever became of it: some count attempts (Gradle), warnings
    /// (Codeception), and failures that are taken back.
    pub(super) fn tell_of_failure(self) -> bool {
        self.error || self.failure || self.rerun || self.flaky || self.warning
    }

    /// The outcome, when the children decide it.
    pub(super) fn outcome(self) -> Option<Outcome> {
        if self.skipped && self.pardoned && !self.error {
            return Some(Outcome::Skipped);
        }
        if self.error {
            return Some(Outcome::Errored);
        }
        if self.failure || self.rerun {
            return Some(Outcome::Failed);
        }
        self.skipped.then_some(Outcome::Skipped)
    }
}

/// What a status word means, whatever its case; `None` for a word that no producer is known to write.
pub(super) fn of_word(word: &str) -> Option<Outcome> {
    const WORDS: &[(Outcome, &[&str])] = &[
        (
            Outcome::Passed,
            &[
                "pass",
                "passed",
                "success",
                "successful",
                "succeeded",
                "ok",
                "run",
                "completed",
                "xfail",
                "bpass",
                "bxpass",
                "warning",
                "warned",
                "risky",
                "no asserts",
            ],
        ),
        (Outcome::Failed, &["fail", "failed", "failure", "xpass"]),
        (
            Outcome::Errored,
            &[
                "error",
                "errored",
                "crashed",
                "timeout",
                "timedout",
                "interrupted",
                "hook_error",
                "aborted",
                "broken",
                "canceled",
                "cancelled",
                "killed",
                "panicked",
                "stopped",
            ],
        ),
        (
            Outcome::Skipped,
            &[
                "skip",
                "skipped",
                "pending",
                "ignored",
                "disabled",
                "notrun",
                "not_run",
                "not-run",
                "suppressed",
                "todo",
                "untested",
                "undefined",
                "filtered",
                "inconclusive",
                "incomplete",
                "blocked",
                "bskip",
            ],
        ),
    ];
    let word = trimmed(word);
    WORDS
        .iter()
        .find(|(_, words)| words.iter().any(|known| known.eq_ignore_ascii_case(word)))
        .map(|(outcome, _)| *outcome)
}

/// Whether an element that nobody is known to write is called like a result other than a pass: `<failed>`, `<Failure>`.
pub(super) fn is_result_like(name: &[u8]) -> bool {
    const NAMES: &[&str] = &["assertion", "crash", "exception", "fatal"];
    let Ok(name) = std::str::from_utf8(name) else { return false };
    of_word(name).is_some_and(|outcome| outcome != Outcome::Passed)
        || NAMES.iter().any(|known| known.eq_ignore_ascii_case(name))
}

/// The outcome by the attributes `result` and `status`: the first one that is no pass decides, since GoogleTest writes
/// `status="notrun" result="completed"`. An unknown word is given back.
pub(super) fn of_attributes<'w>(result: &'w str, status: &'w str) -> (Outcome, Option<&'w str>) {
    let mut unknown = None;
    // Most cases have neither.
    for word in [result, status].into_iter().filter(|word| !word.is_empty()) {
        match of_word(word) {
            Some(Outcome::Passed) => {}
            Some(outcome) => return (outcome, None),
            None if trimmed(word).is_empty() => {}
            None => unknown = unknown.or(Some(word)),
        }
    }
    (Outcome::Passed, unknown)
}

/// Whether a `failure` with this message is taken back by the `skipped` beside it (J22): Catch2's `!mayfail` writes the
/// remark on the `skipped`, an old minitest reporter on the `failure`.
pub(super) fn is_pardon(failure_message: &str, skip_message: &str) -> bool {
    skip_message.starts_with("TEST_CASE tagged with !mayfail")
        || (failure_message.starts_with("Skipped:") && skip_message.is_empty())
}
