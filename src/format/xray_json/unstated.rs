//! Tests, rows and steps without a status, which Xray requires: what nobody says has passed has not (spec xray-json.md
//! section 5.1).

use crate::model::{Iteration, Outcome, Step, TestCase};

/// Gives an outcome to all of `case` that states none; how many there are.
pub(super) fn settle(case: &mut TestCase) -> usize {
    let mut count = settle_steps(&mut case.steps);
    for row in case.stated.existing_mut().into_iter().flat_map(|stated| stated.iterations.iter_mut()) {
        count += settle_row(row);
    }
    if is_unstated(&case.status_name) {
        count += 1;
        case.outcome = outcome_of(parts_of(case));
    }
    count
}

fn settle_row(row: &mut Iteration) -> usize {
    let count = settle_steps(&mut row.steps);
    if !is_unstated(&row.status_name) {
        return count;
    }
    row.outcome = outcome_of(row.steps.iter().map(|step| step.outcome));
    count + 1
}

fn settle_steps(steps: &mut [Step]) -> usize {
    let unstated = steps.iter_mut().filter(|step| is_unstated(&step.status_name));
    unstated.map(|step| step.outcome = Outcome::Skipped).count()
}

fn is_unstated(word: &str) -> bool {
    word.trim().is_empty()
}

fn parts_of(case: &TestCase) -> impl Iterator<Item = Outcome> {
    let stated = case.stated.existing();
    let examples = stated.into_iter().flat_map(|stated| stated.examples.iter().copied());
    let rows = stated.into_iter().flat_map(|stated| stated.iterations.iter().map(|row| row.outcome));
    case.steps.iter().map(|step| step.outcome).chain(examples).chain(rows)
}

/// A failure of its parts is one of the whole. That they passed says nothing of the rest of it.
fn outcome_of(parts: impl Iterator<Item = Outcome>) -> Outcome {
    parts.fold(Outcome::Skipped, |worst, part| match (worst, part) {
        (_, Outcome::Failed) | (Outcome::Failed, _) => Outcome::Failed,
        (_, Outcome::Aborted) => Outcome::Aborted,
        _ => worst,
    })
}
