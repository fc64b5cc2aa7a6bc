//! What a case tells of its result, whichever Test it is of: outcome and times, lists, what tells it from others.

use xxhash_rust::xxh3::{Xxh3Default, xxh3_64};

use super::summary::summary_line;
use crate::model::{Identity, TestCase, TestRun, key};

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
        run.outline = outline_file(definition_of(case, run));
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

/// The definition, which the identity has taken over unless there is a key.
fn definition_of<'c>(case: &'c TestCase, run: &'c TestRun) -> &'c str {
    match &run.identity {
        Identity::Key(_) => &case.qualified_name,
        Identity::Definition(definition) => definition,
    }
}

/// Stands for the test and its data. A row of an outline is known by its place in the feature, or else by its number in
/// the report.
pub(super) fn row_of(case: &TestCase, run: &TestRun, number: u64) -> u64 {
    let mut hasher = Xxh3Default::new();
    let texts = [definition_of(case, run), &case.title];
    let parameters = run.parameters.iter().flat_map(|parameter| [parameter.name.as_str(), &parameter.value]);
    for text in texts.into_iter().chain(parameters) {
        hasher.update(text.as_bytes());
        hasher.update(&[0x1f]);
    }
    if case.is_example {
        let place = if case.attempt_group == 0 { number } else { case.attempt_group };
        hasher.update(&place.to_le_bytes());
    }
    hasher.digest().max(1)
}

/// Stands for the file in which an outline is: the part of its definition before the `#` (decision 7).
fn outline_file(definition: &str) -> u64 {
    let file = definition.split_once('#').map_or(definition, |(file, _)| file);
    xxh3_64(file.as_bytes()).max(1)
}
