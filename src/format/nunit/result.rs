//! Result words of both generations (spec nunit.md, status table).

use crate::model::{Outcome, trimmed};

/// What a result word says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    /// The outcome.
    Known(Outcome),
    /// There is no word.
    Missing,
    /// A word that no generation defines.
    Unknown,
}

/// The word without what Unity puts behind it: `Failed` of `Failed(Child)` (N8).
pub(super) fn word(result: &str) -> &str {
    let end = result.bytes().position(|byte| byte == b'(').unwrap_or(result.len());
    trimmed(&result[..end])
}

/// The outcome by `result` and, for version 3, `label`.
pub(super) fn of_words(result: &str, label: &str) -> Verdict {
    const WORDS: &[(&str, Outcome)] = &[
        ("Passed", Outcome::Passed),
        ("Success", Outcome::Passed),
        ("Warning", Outcome::Passed),
        ("Failed", Outcome::Failed),
        ("Failure", Outcome::Failed),
        ("Error", Outcome::Errored),
        ("Cancelled", Outcome::Errored),
        ("NotRunnable", Outcome::Errored),
        ("Skipped", Outcome::Skipped),
        ("Ignored", Outcome::Skipped),
        ("Inconclusive", Outcome::Inconclusive),
        // No NUnit writes these; other writers of its format do.
        ("Pass", Outcome::Passed),
        ("Fail", Outcome::Failed),
        ("Skip", Outcome::Skipped),
        ("NotRun", Outcome::NotRun),
    ];
    let word = word(result);
    if word.is_empty() {
        return Verdict::Missing;
    }
    let as_written = WORDS.iter().find(|(known, _)| *known == word);
    match as_written.or_else(|| WORDS.iter().find(|(known, _)| known.eq_ignore_ascii_case(word))) {
        Some((_, Outcome::Failed)) if is_error_label(label) => Verdict::Known(Outcome::Errored),
        Some((_, outcome)) => Verdict::Known(*outcome),
        None => Verdict::Unknown,
    }
}

fn is_error_label(label: &str) -> bool {
    ["Error", "Cancelled", "Invalid"].iter().any(|known| known.eq_ignore_ascii_case(trimmed(label)))
}

/// What to put before a failure's text: the label of version 3, the result word of version 2 where it is a special one.
pub(super) fn label_of_failure<'w>(result: &'w str, label: &'w str) -> &'w str {
    let label = trimmed(label);
    if !label.is_empty() {
        return label;
    }
    match word(result) {
        word if ["Failed", "Failure", "Fail"].iter().any(|plain| plain.eq_ignore_ascii_case(word)) => "",
        word => word,
    }
}

/// `True` or `False`, whatever its case (N28).
pub(super) fn truth(text: &str) -> Option<bool> {
    match trimmed(text) {
        text if text.eq_ignore_ascii_case("true") => Some(true),
        text if text.eq_ignore_ascii_case("false") => Some(false),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn n08_what_follows_the_word_is_ignored() {
        assert_eq!(of_words("Failed(Child)", ""), Verdict::Known(Outcome::Failed));
        assert_eq!(of_words("Failed:Error(TearDown)", ""), Verdict::Unknown);
    }

    #[test]
    fn labels_tell_errors_from_failures() {
        assert_eq!(of_words("Failed", ""), Verdict::Known(Outcome::Failed));
        for label in ["Error", "Cancelled", "Invalid"] {
            assert_eq!(of_words("Failed", label), Verdict::Known(Outcome::Errored));
        }
        assert_eq!(of_words("Skipped", "Invalid"), Verdict::Known(Outcome::Skipped));
        assert_eq!(of_words("", "Error"), Verdict::Missing);
        assert_eq!(of_words("Exploded", ""), Verdict::Unknown);
        assert_eq!(of_words("failed", ""), Verdict::Known(Outcome::Failed));
        assert_eq!(of_words("fail", "error"), Verdict::Known(Outcome::Errored));
    }

    #[test]
    fn special_words_are_shown() {
        assert_eq!(label_of_failure("Failed", "Error"), "Error");
        assert_eq!(label_of_failure("Failure", ""), "");
        assert_eq!(label_of_failure("NotRunnable", ""), "NotRunnable");
    }
}
