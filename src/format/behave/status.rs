//! What Behave's status words mean (spec behave.md section 2, decision 12).

use super::feature::{Element, Step};
use crate::model::Outcome;

/// What a status word says. `None`: nothing, or nothing that is known.
pub(super) fn outcome(word: &str) -> Option<Outcome> {
    Some(match word {
        "passed" | "xfailed" | "pending_warn" => Outcome::Passed,
        "failed" | "xpassed" => Outcome::Failed,
        "error" | "hook_error" | "cleanup_error" => Outcome::Errored,
        "undefined" => Outcome::Undefined,
        "pending" => Outcome::Pending,
        "skipped" => Outcome::Skipped,
        "untested" | "untested_pending" | "untested_undefined" | "executing" => Outcome::NotRun,
        _ => return None,
    })
}

/// Whether a word that says nothing is one that Behave writes itself.
pub(super) fn says_nothing(word: &str) -> bool {
    matches!(word, "" | "unknown")
}

/// What the steps say of a scenario that says nothing itself (B1): the first of failed, undefined, pending, not run,
/// skipped, passed. A scenario with an undefined step failed, as Behave itself has it.
pub(super) fn of_steps(element: &Element) -> Outcome {
    const ORDER: [Outcome; 7] = [
        Outcome::Failed,
        Outcome::Errored,
        Outcome::Undefined,
        Outcome::Pending,
        Outcome::NotRun,
        Outcome::Skipped,
        Outcome::Passed,
    ];
    let said = |wanted: Outcome| element.steps.iter().any(|step| of_step(step) == wanted);
    match ORDER.into_iter().find(|wanted| said(*wanted)) {
        Some(Outcome::Undefined) => Outcome::Failed,
        Some(outcome) => outcome,
        None => Outcome::NotRun,
    }
}

/// What became of a step; one without a result was not reached (B5).
pub(super) fn of_step(step: &Step) -> Outcome {
    outcome(&step.result.status).unwrap_or(Outcome::NotRun)
}
