//! What a case tells of its result, whichever Test it is of: outcome and times, lists, what tells it from others.

use super::rows;
use super::summary::summary_line;
use crate::model::{TestCase, TestRun, key};

/// Outcome and times.
pub(super) fn take_result(case: &mut TestCase, run: &mut TestRun) {
    run.outcome = case.outcome;
    std::mem::swap(&mut run.status_name, &mut case.status_name);
    run.start = case.start;
    let finish = case.finish.or_else(|| Some(case.start?.plus(case.duration?)));
    // Xray refuses a run that ends before it begins.
    run.finish = match (run.start, finish) {
        (Some(start), Some(finish)) => Some(finish.max(start)),
        (_, finish) => finish,
    };
    run.is_example = case.is_example;
    if case.is_example {
        rows::name_example(case, run);
    }
    run.attempt_group = case.attempt_group;
    run.superseded = case.superseded;
}

/// Leaves a result that did not pass the name that tells it from others of its Test, if it has one.
pub(super) fn name_beside_others(case: &TestCase, run: &mut TestRun) {
    if !case.setting.is_empty() {
        run.row_name.push_str(" in ");
        run.row_name.push_str(&summary_line(&case.setting));
    } else if !has_name_beside_others(case, run) {
        run.row_name.clear();
    }
}

/// Whether results of the same Test may be called otherwise: data rows, all of a Test that a key names, and those whose
/// name for people is not the end of what names the Test.
fn has_name_beside_others(case: &TestCase, run: &TestRun) -> bool {
    case.row_group != 0
        || !case.parameters.is_empty()
        || run.identity.key().is_some()
        || !run.identity.as_str().ends_with(&run.row_name)
}

/// Steps, parameters, fields and what only Xray JSON states change hands.
pub(super) fn take_lists(case: &mut TestCase, run: &mut TestRun) {
    std::mem::swap(&mut run.steps, &mut case.steps);
    for step in run.steps.iter_mut() {
        step.defects.retain(|defect| key::is_issue_key(defect));
    }
    std::mem::swap(&mut run.parameters, &mut case.parameters);
    std::mem::swap(&mut run.stated, &mut case.stated);
    if let Some(stated) = run.stated.existing_mut()
        && run.identity.key().is_none()
    {
        // Only a Test that exists has versions.
        stated.test_version.clear();
    }
    case.custom_fields.iter_mut().for_each(|field| std::mem::swap(run.custom_fields.add(), field));
}
