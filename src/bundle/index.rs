//! What is known of each run while its bytes wait in the store.

use std::ops::Range;

use super::error::{WriteError, WriteErrorKind};
use super::store::{Location, StoredChunk};
use crate::model::{Outcome, ReportId, RunFacts};

/// One run in the index: who it is, whose place in the order it has, where its bytes are.
///
/// There is one for every run of a conversion, so it is kept at 48 bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct IndexEntry {
    /// Hash of the identity: equal for all results of one Test.
    pub identity: u128,
    /// Where the bytes are.
    pub location: Location,
    /// See [`TestCase::attempt_group`](crate::model::TestCase::attempt_group).
    pub attempt_group: u64,
    /// The report it came from.
    pub report: ReportId,
    /// Its number within the report; no other run of the report has the same.
    pub sequence: u32,
    /// How many bytes it has.
    pub length: u32,
    /// What became of it.
    pub outcome: Outcome,
    /// Whether a later attempt counts instead.
    pub superseded: bool,
    /// Whether the Test is known by key.
    pub has_key: bool,
}

impl IndexEntry {
    /// The entry of run number `sequence` of `report`, whose bytes are the `span` of `chunk`.
    ///
    /// # Errors
    /// When the run is longer than 4 GiB, or the span is not inside the chunk.
    pub fn new(
        report: ReportId,
        sequence: u32,
        chunk: &StoredChunk,
        span: Range<u64>,
        facts: &RunFacts,
    ) -> Result<IndexEntry, WriteError> {
        if span.start > span.end || span.end > chunk.length {
            return Err(WriteErrorKind::NotStored.into());
        }
        let length = span.end - span.start;
        Ok(IndexEntry {
            identity: facts.identity,
            location: chunk.start.forward(span.start),
            attempt_group: facts.attempt_group,
            report,
            sequence,
            length: u32::try_from(length).map_err(|_| WriteErrorKind::RunTooLong(length))?,
            outcome: facts.outcome,
            superseded: facts.superseded,
            has_key: facts.has_key,
        })
    }
}

/// All runs of one Test Execution, in the order in which they arrived, which means nothing.
#[derive(Debug, Default)]
pub struct ExecutionIndex {
    pub(super) entries: Vec<IndexEntry>,
}

impl ExecutionIndex {
    /// An index without runs.
    pub fn new() -> ExecutionIndex {
        ExecutionIndex::default()
    }

    /// Adds the runs of a chunk.
    pub fn push(&mut self, entries: &[IndexEntry]) {
        self.entries.extend_from_slice(entries);
    }

    /// Takes back the runs of reports that `keep` refuses.
    pub fn retain(&mut self, mut keep: impl FnMut(ReportId) -> bool) {
        self.entries.retain(|entry| keep(entry.report));
    }

    /// How many runs there are.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bundle::RunStore;

    const FACTS: RunFacts =
        RunFacts { identity: 1, outcome: Outcome::Passed, attempt_group: 0, superseded: false, has_key: true };

    #[test]
    fn an_entry_is_48_bytes() {
        assert_eq!(size_of::<IndexEntry>(), 48);
    }

    #[test]
    fn a_span_must_lie_in_its_chunk() {
        let folder = tempfile::tempdir().unwrap();
        let chunk = RunStore::new(folder.path(), 100).put(b"0123456789").unwrap();
        let entry = |span| IndexEntry::new(ReportId(0), 0, &chunk, span, &FACTS);
        assert_eq!(entry(4..10).unwrap().length, 6);
        assert!(matches!(entry(4..11).unwrap_err().kind(), WriteErrorKind::NotStored));
    }
}
