//! The words of `result`, those of xUnit.net and what other writers of its format put there (spec xunit.md (b)).

use crate::model::{Outcome, trimmed};

/// What `result` says; `None` for a word that nobody is known to write, and for none at all.
pub(super) fn of_word(result: &str) -> Option<Outcome> {
    match result {
        "Pass" => Some(Outcome::Passed),
        "Fail" => Some(Outcome::Failed),
        "Skip" => Some(Outcome::Skipped),
        "NotRun" => Some(Outcome::NotRun),
        other => of_foreign_word(trimmed(other)),
    }
}

fn of_foreign_word(word: &str) -> Option<Outcome> {
    const WORDS: &[(Outcome, &[&str])] = &[
        (Outcome::Passed, &["pass", "passed", "success"]),
        (Outcome::Failed, &["fail", "failed", "failure"]),
        (Outcome::Errored, &["error"]),
        (Outcome::Skipped, &["skip", "skipped", "ignored"]),
        (Outcome::NotRun, &["notrun", "notexecuted"]),
    ];
    let is = |known: &&str| known.eq_ignore_ascii_case(word);
    WORDS.iter().find(|(_, words)| words.iter().any(is)).map(|(outcome, _)| *outcome)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_other_writers_mean_what_they_say() {
        for (word, outcome) in [
            ("Pass", Some(Outcome::Passed)),
            (" fail ", Some(Outcome::Failed)),
            ("Failure", Some(Outcome::Failed)),
            ("PASSED", Some(Outcome::Passed)),
            ("Error", Some(Outcome::Errored)),
            ("Skipped", Some(Outcome::Skipped)),
            ("notrun", Some(Outcome::NotRun)),
            ("Unknown", None),
            ("", None),
        ] {
            assert_eq!(of_word(word), outcome, "{word}");
        }
    }
}
