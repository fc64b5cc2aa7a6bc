//! Cases at which a report breaks off.

use crate::model::{Problem, ProblemKind};

/// Tells of a case, of which `word` says what it is called in its format, that a report breaks off in it. Its result is
/// not known, and so it is not taken.
pub(super) fn incomplete(word: &str, name: &str) -> Problem {
    Problem::new(ProblemKind::Truncated, format!("the {word} '{name}' is incomplete and was not taken"))
}
