//! What is known of each run while its bytes wait in the store.

use std::ops::Range;

use super::error::{WriteError, WriteErrorKind};
use super::store::{Location, StoredChunk};
use crate::model::{Outcome, ReportId, RunFacts};

/// One run in the index: who it is, whose place in the order it has, where its bytes are.
///
/// There is one for every run of a conversion and nothing else grows with their number, so it is kept at 40 bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct IndexEntry {
    /// Hash of the identity, in two halves: equal for all results of one Test.
    pub identity: [u64; 2],
    /// Where the bytes are.
    pub location: Location,
    /// The report it came from.
    pub report: ReportId,
    /// Its number within the report; no other run of the report has the same.
    pub sequence: u32,
    /// How many bytes it has.
    pub length: u32,
    /// What else must be known of it to merge it with others.
    pub facts: PackedFacts,
}

/// Outcome, attempt group and three flags in four bytes.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct PackedFacts(u32);

impl PackedFacts {
    const SUPERSEDED: u32 = 1 << 31;
    const HAS_KEY: u32 = 1 << 30;
    const HAS_NOTE: u32 = 1 << 29;
    const OUTCOME_SHIFT: u32 = 25;
    const ATTEMPT_MASK: u32 = (1 << PackedFacts::OUTCOME_SHIFT) - 1;

    fn of(facts: &RunFacts) -> PackedFacts {
        let outcome = Outcome::ALL.iter().position(|outcome| *outcome == facts.outcome).unwrap_or(0) as u32;
        // Attempt groups are compared within one Test and one report only, so that 25 bits of a hash tell them apart;
        // zero means none and must stay zero, any other number must not become it.
        let folded = (facts.attempt_group ^ (facts.attempt_group >> 32)) as u32 & PackedFacts::ATTEMPT_MASK;
        let attempt = if facts.attempt_group == 0 { 0 } else { folded.max(1) };
        let flag = |is_set: bool, bit: u32| if is_set { bit } else { 0 };
        PackedFacts(
            attempt
                | outcome << PackedFacts::OUTCOME_SHIFT
                | flag(facts.superseded, PackedFacts::SUPERSEDED)
                | flag(facts.has_key, PackedFacts::HAS_KEY)
                | flag(facts.has_note, PackedFacts::HAS_NOTE),
        )
    }

    /// What became of the run.
    pub fn outcome(self) -> Outcome {
        let number = (self.0 >> PackedFacts::OUTCOME_SHIFT & 0xF) as usize;
        Outcome::ALL.get(number).copied().unwrap_or(Outcome::Errored)
    }

    /// A number that attempts of one run share; see [`TestCase::attempt_group`](crate::model::TestCase::attempt_group).
    pub fn attempt_group(self) -> u64 {
        u64::from(self.0 & PackedFacts::ATTEMPT_MASK)
    }

    /// Whether a later attempt counts instead.
    pub fn is_superseded(self) -> bool {
        self.0 & PackedFacts::SUPERSEDED != 0
    }

    /// Whether the Test is known by key.
    pub fn has_key(self) -> bool {
        self.0 & PackedFacts::HAS_KEY != 0
    }

    /// Whether a note follows the run's bytes in the store.
    pub(super) fn has_note(self) -> bool {
        self.0 & PackedFacts::HAS_NOTE != 0
    }
}

impl std::fmt::Debug for PackedFacts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PackedFacts")
            .field("outcome", &self.outcome())
            .field("attempt_group", &self.attempt_group())
            .field("superseded", &self.is_superseded())
            .field("has_key", &self.has_key())
            .field("has_note", &self.has_note())
            .finish()
    }
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
            identity: [(facts.identity >> 64) as u64, facts.identity as u64],
            location: chunk.start.forward(span.start),
            report,
            sequence,
            length: u32::try_from(length).map_err(|_| WriteErrorKind::RunTooLong(length))?,
            facts: PackedFacts::of(facts),
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

    const FACTS: RunFacts = RunFacts {
        identity: 1,
        outcome: Outcome::Passed,
        attempt_group: 0,
        superseded: false,
        has_key: true,
        has_note: false,
    };

    #[test]
    fn an_entry_is_40_bytes() {
        assert_eq!(size_of::<IndexEntry>(), 40);
    }

    #[test]
    fn packed_facts_are_the_facts() {
        for outcome in Outcome::ALL {
            let facts = RunFacts { outcome, attempt_group: 7, superseded: true, ..FACTS };
            let packed = PackedFacts::of(&facts);
            assert_eq!((packed.outcome(), packed.attempt_group()), (outcome, 7));
            assert!(packed.is_superseded() && packed.has_key() && !packed.has_note());
            assert!(PackedFacts::of(&RunFacts { has_note: true, ..facts }).has_note());
        }
        assert_eq!(PackedFacts::of(&FACTS).attempt_group(), 0);
        let large = RunFacts { attempt_group: 1 << 63, ..FACTS };
        assert_ne!(PackedFacts::of(&large).attempt_group(), 0);
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
