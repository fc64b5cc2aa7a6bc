//! Data rows: results of one Test that differ in their data, kept apart as its `iterations` (decision 11).
//!
//! The target takes them for Tests that are known by key, whatever they are there, and for Manual ones (spec
//! xray-json.md section 2.4: for Generic Tests it is not confirmed). Name, log and duration of a row exist for Cloud
//! only, a comment for neither: what a row has to say goes into the comment of the run, behind the row's name.

use std::borrow::Cow;
use std::collections::HashMap;

use crate::model::{DataRows, Parameter, TestRun, shorten};

use super::encode::EncodeOptions;
use super::note::Note;
use super::wire::{IterationResult, RowParameter, Run, Text};

/// Type of the Tests that have steps and, with them, data rows.
const MANUAL: &str = "Manual";

/// UTF-16 units of a row's name at most.
const LONGEST_NAME: usize = 255;

/// Whether a run is written as the data row that it is.
pub(super) fn are_written(run: &TestRun, options: &EncodeOptions) -> bool {
    let takes_rows = run.identity.key().is_some() || (run.stated.test.given && run.stated.test.type_name == MANUAL);
    options.rows == DataRows::Kept && takes_rows && !run.is_example && parameters(&run.parameters).next().is_some()
}

/// Parameters with a name; others get their number as one.
pub(super) fn parameters(parameters: &[Parameter]) -> impl Iterator<Item = RowParameter<'_>> {
    parameters.iter().enumerate().map(|(index, parameter)| {
        let name = match parameter.name.trim() {
            "" => Text(Cow::Owned(format!("arg{}", index + 1))),
            name => name.into(),
        };
        RowParameter { name, value: parameter.value.as_str().into() }
    })
}

/// Whether the Test of an encoded run takes data rows.
pub(super) fn are_taken(run: &Run<'_>) -> bool {
    run.test_key.is_some() || run.test_info.as_ref().is_some_and(|info| info.test_type.as_str() == MANUAL)
}

/// What tells a result from its neighbours: its name, or else its parameters. Empty when it has neither.
pub(super) fn label<'n>(run: &'n Run<'_>, note: &'n Note<'_>) -> Cow<'n, str> {
    let own = run.iterations.first().filter(|_| run.iterations.len() == 1);
    let name = own.and_then(|row| row.name.as_ref()).or(note.row.as_ref()).map_or("", Text::as_str).trim();
    if !name.is_empty() {
        return shorten::one_line(name, LONGEST_NAME);
    }
    let parameters = own.map_or(&note.parameters, |row| &row.parameters);
    let listed: Vec<String> = parameters
        .iter()
        .map(|parameter| format!("{}={}", parameter.name.as_str(), parameter.value.as_str()))
        .collect();
    Cow::Owned(shorten::one_line(&listed.join(", "), LONGEST_NAME).into_owned())
}

/// Makes labels differ: numbers instead of those that are all alike (TestNG names rows after their method), `[2]` behind
/// the second of two (nunit.md).
pub(super) fn distinct(labels: Vec<Cow<'_, str>>) -> Vec<String> {
    let is_alike = labels.iter().all(|label| *label == labels[0]);
    let mut met: HashMap<&str, usize> = HashMap::new();
    let label = |(index, label)| {
        let label: &Cow<'_, str> = label;
        let count = met.entry(label).or_default();
        *count += 1;
        match *count {
            _ if is_alike || label.is_empty() => format!("iteration {}", index + 1),
            1 => label.to_string(),
            count => format!("{label} [{count}]"),
        }
    };
    labels.iter().enumerate().map(label).collect()
}

/// The data rows that stand for one result: its own, or one made of it.
pub(super) fn of_result<'r>(run: &Run<'r>, note: &Note<'r>, label: &str) -> Vec<IterationResult<'r>> {
    let name = || Some(Text(Cow::Owned(label.to_owned())));
    match run.iterations.as_slice() {
        [] => {
            let mut parameters = note.parameters.clone();
            if parameters.is_empty() {
                // A row without parameters is refused (spec section 2.4).
                parameters.push(RowParameter { name: "iteration".into(), value: Text(Cow::Owned(label.to_owned())) });
            }
            let (status, steps) = (run.status.clone(), run.steps.clone());
            vec![IterationResult { parameters, status, steps, name: name(), log: None, duration: None }]
        }
        [row] => vec![IterationResult { name: name(), ..row.clone() }],
        rows => rows.to_vec(),
    }
}
