//! What Behave's status words mean (spec behave.md section 2, decision 12).

use super::element::{Element, Step};
use crate::format::json::Spelled;
use crate::model::Outcome;

/// What a status word says. `None`: nothing, or nothing that is known.
pub(super) fn outcome(word: &[u8]) -> Option<Outcome> {
    Some(match word {
        b"passed" | b"xfailed" | b"pending_warn" => Outcome::Passed,
        b"failed" | b"xpassed" => Outcome::Failed,
        b"error" | b"hook_error" | b"cleanup_error" => Outcome::Errored,
        b"undefined" => Outcome::Undefined,
        b"pending" => Outcome::Pending,
        b"skipped" => Outcome::Skipped,
        b"untested" | b"untested_pending" | b"untested_undefined" | b"executing" => Outcome::NotRun,
        _ => return None,
    })
}

/// Whether a word that says nothing is one that Behave writes itself.
pub(super) fn says_nothing(word: &[u8]) -> bool {
    matches!(word, b"" | b"unknown")
}

/// What the steps say of a scenario that says nothing itself (B1): the first of failed, undefined, pending, not run,
/// skipped, passed. A scenario with an undefined step failed, as Behave itself has it.
pub(super) fn of_steps(element: &Element, words: &Spelled<'_>) -> Outcome {
    const ORDER: [Outcome; 7] = [
        Outcome::Failed,
        Outcome::Errored,
        Outcome::Undefined,
        Outcome::Pending,
        Outcome::NotRun,
        Outcome::Skipped,
        Outcome::Passed,
    ];
    let said = |wanted: Outcome| element.steps.iter().any(|step| of_step(step, words) == wanted);
    match ORDER.into_iter().find(|wanted| said(*wanted)) {
        Some(Outcome::Undefined) => Outcome::Failed,
        Some(outcome) => outcome,
        None => Outcome::NotRun,
    }
}

/// What became of a step; one without a result was not reached (B5).
pub(super) fn of_step(step: &Step, words: &Spelled<'_>) -> Outcome {
    outcome(words.raw(step.status)).unwrap_or(Outcome::NotRun)
}
