//! What merging must know of a run and no bundle may hold: the file of an outline, the name of a data row.

use serde::Deserialize;

use crate::model::{DataRows, TestRun};

use super::apart::Apart;
use super::decode::DecodeError;
use super::encode::EncodeOptions;
use super::json::{self, Object};
use super::rows;
use super::wire::{RowParameter, Text};

/// What was noted of a run.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Note<'n> {
    /// See [`TestRun::outline`].
    #[serde(default)]
    pub(super) outline: u64,
    /// See [`TestRun::row`].
    #[serde(default)]
    pub(super) id: u64,
    /// See [`TestRun::row_line`].
    #[serde(default)]
    pub(super) line: u64,
    /// Whether its data were cut, so that another row may look the same (quirk X9).
    #[serde(default)]
    pub(super) cut: bool,
    /// See [`TestRun::row_name`].
    #[serde(borrow)]
    pub(super) row: Option<Text<'n>>,
    /// Parameters that the run's own bytes do not hold.
    #[serde(borrow, default)]
    pub(super) parameters: Vec<RowParameter<'n>>,
    /// Key of the Test, where it has evidence in files.
    #[serde(borrow)]
    pub(super) key: Option<Text<'n>>,
    /// What the Test is found by, where it has such evidence and no key.
    #[serde(borrow)]
    pub(super) test: Option<Text<'n>>,
    /// Evidence in files of its own.
    #[serde(borrow, default)]
    pub(super) evidence: Vec<Apart<'n>>,
    /// Names of the evidence in the run that only passed results have, beside failed ones that were merged with them.
    #[serde(borrow, default)]
    pub(super) passed: Vec<Text<'n>>,
    /// Whether its steps and rows are what a report in the target's own format states, and no account of ours.
    #[serde(default)]
    pub(super) stated: bool,
}

/// Appends what must be known of `run` beyond its bytes: nothing for nearly every run. `evidence` is what
/// `set_apart` gave.
pub fn note(run: &TestRun, options: &EncodeOptions, evidence: &[Apart<'_>], out: &mut Vec<u8>) {
    let name = if options.rows == DataRows::Kept { String::new() } else { rows::name_beside_others(run) };
    let is_stated = run.evidence_is_stated && has_parts(run);
    if run.outline == 0 && options.rows == DataRows::Merged && evidence.is_empty() && name.is_empty() && !is_stated {
        return;
    }
    let mut object = Object::open(out);
    for (name, number) in [("outline", run.outline), ("id", run.row), ("line", run.row_line)] {
        if number != 0 {
            object.name(name).extend_from_slice(number.to_string().as_bytes());
        }
    }
    if run.row != 0 && rows::are_cut(&run.parameters) {
        object.name("cut").extend_from_slice(b"true");
    }
    if is_stated {
        object.name("stated").extend_from_slice(b"true");
    }
    object.filled("row", &name);
    if options.rows == DataRows::Kept && !run.is_example {
        object.filled("row", &run.row_name);
        if !rows::are_written(run, options) {
            object.array("parameters", rows::parameters(&run.parameters), |out, parameter| parameter.write(out));
        }
    }
    if !evidence.is_empty() {
        write_evidence(&mut object, run.identity.key(), name_of(run), evidence);
    }
    object.close();
}

fn has_parts(run: &TestRun) -> bool {
    let rows = run.stated.existing().map_or(0, |stated| stated.examples.len() + stated.iterations.len());
    rows > 0 || !run.steps.is_empty()
}

/// What finds a Test without a key.
fn name_of(run: &TestRun) -> &str {
    if run.stated.test.given && !run.stated.test.definition.is_empty() {
        return &run.stated.test.definition;
    }
    run.identity.as_str()
}

/// The note of a merged run, of which only its evidence must still be known: what lies in files, with the Test as it
/// stands in `note`, and what is in the run and of passed results only.
pub(super) fn of_evidence(note: &Note<'_>, evidence: &[Apart<'_>], passed: &[Text<'_>]) -> Vec<u8> {
    let mut out = Vec::new();
    if evidence.is_empty() && passed.is_empty() {
        return out;
    }
    let mut object = Object::open(&mut out);
    if !evidence.is_empty() {
        let test = note.test.as_ref().map_or("", Text::as_str);
        write_evidence(&mut object, note.key.as_ref().map(Text::as_str), test, evidence);
    }
    object.array("passed", passed, |out, name| json::string(out, name.as_str()));
    object.close();
    out
}

fn write_evidence(object: &mut Object<'_>, key: Option<&str>, test: &str, evidence: &[Apart<'_>]) {
    match key {
        Some(key) => object.string("key", key),
        None => object.string("test", test),
    }
    object.array("evidence", evidence, |out, one| one.write(out));
}

/// The note in `bytes`; one that says nothing when there are none.
pub(super) fn read(bytes: &[u8]) -> Result<Note<'_>, DecodeError> {
    if bytes.is_empty() {
        return Ok(Note::default());
    }
    serde_json::from_slice(bytes).map_err(DecodeError::from)
}
