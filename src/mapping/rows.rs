//! What stands for the data row, or the row of an outline, that a result is of.

use xxhash_rust::xxh3::{Xxh3Default, xxh3_64, xxh3_64_with_seed};

use crate::model::{Identity, TestCase, TestRun};

/// Notes of which outline's file, and which row in it, the result of a row is.
pub(super) fn name_example(case: &TestCase, run: &mut TestRun) {
    run.outline = outline_file(definition_of(case, run));
    if case.example.id != 0 {
        run.row = xxh3_64_with_seed(&case.example.id.to_le_bytes(), run.outline).max(1);
        run.row_line = case.example.line;
    }
}

/// Stands for the test and its data. A row of an outline of which nothing more is known is known by its place among the
/// attempts of its feature, or else by its `number` in the report.
pub(super) fn data_row(case: &TestCase, run: &TestRun, number: u64) -> u64 {
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

/// The definition, which the identity has taken over unless there is a key.
fn definition_of<'c>(case: &'c TestCase, run: &'c TestRun) -> &'c str {
    match &run.identity {
        Identity::Key(_) => &case.qualified_name,
        Identity::Definition(definition) => definition,
    }
}
