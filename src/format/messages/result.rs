//! What became of a step, a hook or a whole run, and what it says of its failure.

use crate::format::json::{Fault, JsonCursor};

use super::{nanos, text};

/// What became of a step or a hook.
#[derive(Debug, Default)]
pub(super) struct StepResult {
    pub(super) status: String,
    pub(super) duration: Option<i64>,
    pub(super) message: String,
}

impl StepResult {
    pub(super) fn read(json: &mut JsonCursor<'_>) -> Result<StepResult, Fault> {
        let (mut result, mut failure) = (StepResult::default(), Failure::default());
        if !json.begin_object()? {
            return Ok(result);
        }
        while let Some(key) = json.key()? {
            match key {
                b"status" => result.status = text(json)?,
                b"duration" => result.duration = nanos(json)?,
                b"message" => failure.message = text(json)?,
                b"exception" => failure.read_exception(json)?,
                _ => json.skip()?,
            }
        }
        result.message = failure.text();
        Ok(result)
    }
}

/// A message, and the exception that it came from. Most producers put the whole exception into the message; Reqnroll puts no more
/// than the exception's own message there, or nothing.
#[derive(Debug, Default)]
pub(super) struct Failure {
    pub(super) message: String,
    kind: String,
    own_message: String,
    trace: String,
}

impl Failure {
    pub(super) fn read_exception(&mut self, json: &mut JsonCursor<'_>) -> Result<(), Fault> {
        if !json.begin_object()? {
            return Ok(());
        }
        while let Some(key) = json.key()? {
            match key {
                b"type" => self.kind = text(json)?,
                b"message" => self.own_message = text(json)?,
                b"stackTrace" => self.trace = text(json)?,
                _ => json.skip()?,
            }
        }
        Ok(())
    }

    /// The message, with type and trace of the exception where it lacks them.
    pub(super) fn text(self) -> String {
        let Failure { message, kind, own_message, trace } = self;
        let (kind, trace) = (kind.trim(), trace.trim());
        let mut told = if message.trim().is_empty() { own_message } else { message };
        if told.contains(kind) && told.contains(trace) {
            return told;
        }
        if begins_with(trace, kind, told.trim()) {
            told.clear();
        } else if !told.contains(kind) {
            let separator = if told.trim().is_empty() { "" } else { ": " };
            told = format!("{kind}{separator}{told}");
        }
        if !told.contains(trace) {
            if !told.is_empty() {
                told.push('\n');
            }
            told.push_str(trace);
        }
        told
    }
}

/// Whether a trace begins with the type of its exception and what it says, as most languages print it.
fn begins_with(trace: &str, kind: &str, message: &str) -> bool {
    let rest = trace.strip_prefix(kind).unwrap_or(trace);
    !kind.is_empty() && rest.len() < trace.len() && rest.trim_start_matches([':', ' ']).starts_with(message)
}
