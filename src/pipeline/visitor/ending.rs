//! How the conversion of a report, or of a part of one, ends: with its last case, or with a panic.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::thread;

use super::{Conversion, ConversionFailure};
use crate::xray;

/// A panic ended the reading of a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::pipeline) struct Fallen;

/// What came of reading a report.
pub(in crate::pipeline) struct Ended<T = ()> {
    /// What must end the whole conversion with it.
    pub(in crate::pipeline) failure: Option<ConversionFailure>,
    /// What its reader came to.
    pub(in crate::pipeline) read: Result<T, Fallen>,
}

impl Ended {
    /// It was read, and conversion goes on.
    pub(in crate::pipeline) const WELL: Ended = Ended { failure: None, read: Ok(()) };

    /// Nothing may go on.
    pub(in crate::pipeline) fn failed(failure: ConversionFailure) -> Ended {
        Ended { failure: Some(failure), read: Ok(()) }
    }
}

impl Conversion<'_> {
    /// Stores what is still waiting, and tells what ended the conversion, if anything did, beside what the reader came
    /// to.
    ///
    /// A panic, which is a defect of ours, ends a report as damage does: the cases before it count, whoever converts them
    /// and whatever of them has been collected by then.
    pub(in crate::pipeline) fn finish<T>(mut self, read: thread::Result<T>) -> Ended<T> {
        let completed = self.complete();
        self.findings.finish();
        let read = read.map_err(|_| Fallen).and_then(|read| completed.map(|()| read));
        Ended { failure: self.failure, read }
    }

    /// Stores what is still waiting. What a panic left half done is left out.
    pub(super) fn complete(&mut self) -> Result<(), Fallen> {
        let fell = self.is_at_work || catch_unwind(AssertUnwindSafe(|| self.release_held_rows())).is_err();
        if fell {
            self.leave_out_half_done();
        }
        self.store();
        self.findings.outcome.runs.row_keys = std::mem::take(self.rows.keys());
        self.scratch.texts = self.mapper.take_room();
        self.scratch.usual_cases = usize::try_from(self.encoded).unwrap_or(usize::MAX);
        let outcome = &self.findings.outcome;
        debug_assert!(
            self.failure.is_some() || self.encoded + outcome.told.left_out == outcome.told.cases.seen,
            "{} cases of {} were not encoded",
            outcome.told.cases.seen - outcome.told.left_out - self.encoded,
            self.entry.origin
        );
        if fell { Err(Fallen) } else { Ok(()) }
    }

    /// Only runs that are whole stay.
    fn leave_out_half_done(&mut self) {
        self.rows.release();
        let whole = self.scratch.waiting.iter().map(|run| run.length as usize + xray::SEPARATOR.len()).sum();
        self.scratch.bytes.truncate(whole);
        let outcome = &mut *self.findings.outcome;
        outcome.told.left_out = outcome.told.cases.seen - self.encoded;
    }
}
