//! Which of the steps that a report writes are steps of the attempt that counts.

use crate::format::gherkin::status::Status;
use crate::format::json::Spelled;

use super::element::{Part, Reported};
use super::scenario::has_failed;

/// Where the last attempt begins in steps that hold several: cucumber-rs appends a retry to the same scenario (42).
///
/// The first step comes again, on the same line. Either what follows repeats what was before, line for line; or each time a
/// failure stands before it, behind which one attempt would have run nothing. Otherwise a step occurs twice: Ruby's rows of
/// outlines give all steps one line.
pub(super) fn start_of_last_attempt(steps: &[Part], words: &Spelled<'_>) -> usize {
    let same = |a: &Part, b: &Part| {
        a.line == b.line && words.raw(a.keyword) == words.raw(b.keyword) && words.raw(a.name) == words.raw(b.name)
    };
    let Some(first) = steps.first().filter(|first| first.line.is_some_and(|line| line > 0)) else { return 0 };
    let Some(start) = steps.iter().rposition(|step| same(first, step)).filter(|start| *start > 0) else { return 0 };
    let (before, again) = steps.split_at(start);
    let repeats = again.iter().zip(before).all(|(again, before)| same(again, before));
    let increases = again.windows(2).all(|pair| pair[0].line < pair[1].line);
    let is_second_walk = repeats && increases && again.len() >= 2 && before.len() >= 2;
    let failed = |step: &Part| matches!(step.status, Some(Reported::Known(status)) if has_failed(status));
    let passed = |step: &Part| matches!(step.status, Some(Reported::Known(Status::Passed)));
    let mut restarts = (1..=start).filter(|at| same(first, &steps[*at]));
    let is_retry = (passed(&again[0]) || failed(&again[0])) && restarts.all(|at| failed(&steps[at - 1]));
    if is_second_walk || is_retry { start } else { 0 }
}

/// Whether a step is no step but the row that Karate writes over the steps of a feature that was called: always passed, and
/// for a keyword one `>` for each call around it, of which the steps below it have one more (40). Without steps below it, it is
/// one: TestCafe's reporter gives all steps a bare `>`.
pub(super) fn heads_a_call(step: &Part, next: Option<&Part>, words: &Spelled<'_>) -> bool {
    let calls = |part: &Part| words.raw(part.keyword).iter().take_while(|byte| **byte == b'>').count();
    let own = calls(step);
    let is_bare = words.raw(step.keyword).trim_ascii().len() == own;
    let is_over_steps = next.is_some_and(|next| calls(next) == own + 1);
    is_bare && is_over_steps && matches!(step.status, Some(Reported::Known(Status::Passed)))
}
