//! Data rows: results of one Test that differ in their data, kept apart as its `iterations` (decision 11).
//!
//! The target takes them for Tests that are known by key, whatever they are there, and for Manual ones (spec
//! xray-json.md section 2.4: for Generic Tests it is not confirmed). Name, log and duration of a row exist for Cloud
//! only, a comment for neither: what a row has to say goes into the comment of the run, behind the row's name.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

use crate::model::{DataRows, Outcome, Parameter, TestRun, shorten};

use super::encode::EncodeOptions;
use super::note::Note;
use super::wire::{IterationResult, RowParameter, Run, Text};

/// Type of the Tests that have steps and, with them, data rows.
const MANUAL: &str = "Manual";

/// What stands before the number of a row that has no name of its own.
const NUMBERED: &str = "iteration ";

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

/// Whether a framework has cut what it shows of a row's data, as xUnit.net and NUnit do with objects and long texts.
pub(super) fn are_cut(parameters: &[Parameter]) -> bool {
    const MARKS: [&str; 3] = ["...", "\u{b7}\u{b7}\u{b7}", "\u{2026}"];
    parameters.iter().any(|parameter| MARKS.iter().any(|mark| parameter.value.contains(mark)))
}

/// Whether the Test of an encoded run takes data rows.
pub(super) fn are_taken(run: &Run<'_>) -> bool {
    run.test_key.is_some() || run.test_info.as_ref().is_some_and(|info| info.test_type.as_str() == MANUAL)
}

/// What tells a result from its neighbours, as far as it is known; either may be empty.
pub(super) struct Noted<'n> {
    pub(super) name: Cow<'n, str>,
    /// Its parameters, as one line.
    data: String,
}

/// What is known of a result as a data row.
pub(super) fn noted<'n>(run: &'n Run<'_>, note: &'n Note<'_>) -> Noted<'n> {
    let own = run.iterations.first().filter(|_| run.iterations.len() == 1);
    let name = own.and_then(|row| row.name.as_ref()).or(note.row.as_ref()).map_or("", Text::as_str).trim();
    let parameters = own.map_or(&note.parameters, |row| &row.parameters).iter();
    let data = parameters.map(|parameter| (parameter.name.as_str(), parameter.value.as_str()));
    Noted { name: shorten::one_line(name, LONGEST_NAME), data: listed(data) }
}

impl<'n> Noted<'n> {
    /// Its name, or else its parameters.
    pub(super) fn label(self) -> Cow<'n, str> {
        if self.name.is_empty() { Cow::Owned(self.data) } else { self.name }
    }
}

/// Parameters as one line: `x=2, y=a`.
fn listed<'p>(parameters: impl Iterator<Item = (&'p str, &'p str)>) -> String {
    let one = |(name, value): (&str, &str)| if name.is_empty() { value.to_owned() } else { format!("{name}={value}") };
    let all: Vec<String> = parameters.map(one).collect();
    shorten::one_line(&all.join(", "), LONGEST_NAME).into_owned()
}

/// The label of a row for people: where that is only a number, with its parameters.
pub(super) fn with_data<'l>(label: &'l str, noted: &Noted<'_>) -> Cow<'l, str> {
    let is_number = label.strip_prefix(NUMBERED).is_some_and(|number| number.bytes().all(|byte| byte.is_ascii_digit()));
    if is_number && !noted.data.is_empty() { format!("{label} ({})", noted.data).into() } else { label.into() }
}

/// What a result that did not pass is called beside others of its Test, where these are not told apart otherwise: by its
/// name and its parameters. Empty unless it has some, or the Test is known by a key that says nothing of the name.
pub(super) fn name_beside_others(run: &TestRun) -> String {
    let is_nameless = run.row_name.is_empty() && run.parameters.is_empty();
    if run.outcome == Outcome::Passed || run.is_example || is_nameless {
        return String::new();
    }
    let data = listed(run.parameters.iter().map(|parameter| (parameter.name.trim(), parameter.value.as_str())));
    match (run.row_name.trim(), data.as_str()) {
        (name, "") => name.to_owned(),
        ("", data) => data.to_owned(),
        (name, data) => shorten::one_line(&format!("{name} ({data})"), LONGEST_NAME).into_owned(),
    }
}

/// Makes labels differ: numbers instead of those that are all alike (TestNG names rows after their method), `[2]` behind
/// the second of two (nunit.md), or the next number that no other label has.
pub(super) fn distinct(labels: Vec<Cow<'_, str>>) -> Vec<String> {
    let is_alike = labels.iter().all(|label| *label == labels[0]);
    let given: HashSet<&str> = labels.iter().map(|label| &**label).collect();
    let mut met: HashMap<&str, usize> = HashMap::new();
    let label = |(index, label)| {
        let label: &Cow<'_, str> = label;
        if is_alike || label.is_empty() {
            return format!("{NUMBERED}{}", index + 1);
        }
        let count = met.entry(label).or_default();
        *count += 1;
        let mut numbered = label.to_string();
        while *count > 1 {
            numbered = format!("{label} [{count}]");
            if !given.contains(&*numbered) {
                break;
            }
            *count += 1;
        }
        numbered
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_labels_are_alike() {
        let labels = |given: &[&'static str]| distinct(given.iter().map(|label| Cow::Borrowed(*label)).collect());
        assert_eq!(labels(&["a", "b", "a"]), ["a", "b", "a [2]"]);
        assert_eq!(labels(&["a", "a", "a [2]", "a"]), ["a", "a [3]", "a [2]", "a [4]"]);
        assert_eq!(labels(&["a", "a"]), [format!("{NUMBERED}1"), format!("{NUMBERED}2")]);
        assert_eq!(labels(&["a", ""]), ["a".to_owned(), format!("{NUMBERED}2")]);
    }
}
