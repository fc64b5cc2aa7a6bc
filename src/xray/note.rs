//! What merging must know of a run and no bundle may hold: the file of an outline, the name of a data row.

use serde::Deserialize;

use crate::model::{DataRows, TestRun};

use super::decode::DecodeError;
use super::encode::EncodeOptions;
use super::json::Object;
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
    /// See [`TestRun::row_name`].
    #[serde(borrow)]
    pub(super) row: Option<Text<'n>>,
    /// Parameters that the run's own bytes do not hold.
    #[serde(borrow, default)]
    pub(super) parameters: Vec<RowParameter<'n>>,
}

/// Appends what merging must know of `run` beyond its bytes: nothing for nearly every run.
pub fn note(run: &TestRun, options: &EncodeOptions, out: &mut Vec<u8>) {
    if run.outline == 0 && options.rows == DataRows::Merged {
        return;
    }
    let mut object = Object::open(out);
    for (name, number) in [("outline", run.outline), ("id", run.row)] {
        if number != 0 {
            object.name(name).extend_from_slice(number.to_string().as_bytes());
        }
    }
    if options.rows == DataRows::Kept && !run.is_example {
        object.filled("row", &run.row_name);
        if !rows::are_written(run, options) {
            object.array("parameters", rows::parameters(&run.parameters), |out, parameter| parameter.write(out));
        }
    }
    object.close();
}

/// The note in `bytes`; one that says nothing when there are none.
pub(super) fn read(bytes: &[u8]) -> Result<Note<'_>, DecodeError> {
    if bytes.is_empty() {
        return Ok(Note::default());
    }
    serde_json::from_slice(bytes).map_err(DecodeError::from)
}
