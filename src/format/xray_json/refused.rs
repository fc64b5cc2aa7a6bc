//! What Xray would refuse in a document, and is left out or written otherwise: each is told once for each report.

use crate::format::Remarks;
use crate::model::{Position, ProblemKind, TestCase, Timestamp, key};

use super::record::{Document, Test};

/// The key and the environments of the Test Execution.
pub(super) fn tell_of_document(document: &Document, at: Position, remarks: &mut Remarks) {
    let given = document.execution_key.trim();
    if given == key::PLACEHOLDER {
        let topic = "a bundle that still waits for its key: `xraypack bind` writes it where this stands; its results go into a \
                     new Test Execution unless --execution names one";
        remarks.add_word(ProblemKind::MalformedKey, topic, given, || at);
    } else if document.states_key && !key::is_issue_key(given) {
        let topic = "a testExecutionKey that is no key was left out; its results go into a new Test Execution unless \
                     --execution names one";
        remarks.add_word(ProblemKind::MalformedKey, topic, given, || at);
    }
    for name in document.environments.iter().map(|name| name.trim()) {
        if name.is_empty() {
            let topic = "a test environment without a name was left out";
            remarks.add(ProblemKind::Unusual, topic, String::new, || at);
        } else if name.contains(|c: char| c.is_whitespace() || c == ';') {
            let topic = "a test environment is written otherwise: blanks become `_`, a semicolon parts two of them";
            remarks.add_word(ProblemKind::Unusual, topic, name, || at);
        }
    }
}

/// The keys that a test names beside its own.
pub(super) fn tell_of_test(test: &Test, at: Position, remarks: &mut Remarks) {
    for part in lists_in(&test.defects) {
        tell_of_defect(part, at, remarks);
    }
    for part in lists_in(&test.info.requirements).filter(|part| !key::is_issue_key(part)) {
        let topic = "a requirement that is no key was left out";
        remarks.add_word(ProblemKind::MalformedKey, topic, part, || at);
    }
    // Of a step, each is one key.
    for defect in defects_of_steps(&test.case).filter(|defect| !defect.is_empty()) {
        tell_of_defect(defect, at, remarks);
    }
}

/// A finish that lies before the start. Whoever cuts it to whole seconds means none.
pub(super) fn tell_of_times(start: Option<Timestamp>, finish: Option<Timestamp>, at: Position, remarks: &mut Remarks) {
    if let (Some(start), Some(finish)) = (start, finish)
        && finish < start.floor_to_second()
    {
        let topic = "a finish before its start counts as the start";
        remarks.add(ProblemKind::UnreadableTime, topic, || format!("{finish} before {start}"), || at);
    }
}

fn tell_of_defect(defect: &str, at: Position, remarks: &mut Remarks) {
    if !key::is_issue_key(defect) {
        remarks.add_word(ProblemKind::MalformedKey, "a defect that is no key was left out", defect, || at);
    }
}

/// The parts of values that may be lists of keys.
fn lists_in(values: &[String]) -> impl Iterator<Item = &str> {
    let parts = values.iter().flat_map(|value| value.split(|c: char| c == ',' || c == ';' || c.is_whitespace()));
    parts.filter(|part| !part.is_empty())
}

fn defects_of_steps(case: &TestCase) -> impl Iterator<Item = &str> {
    let rows = case.stated.existing().into_iter().flat_map(|stated| stated.iterations.iter());
    let steps = case.steps.iter().chain(rows.flat_map(|row| row.steps.iter()));
    steps.flat_map(|step| step.defects.iter()).map(String::as_str)
}
