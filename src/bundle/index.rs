//! What is known of each run: who it is, and what became of it. Where its bytes are is known elsewhere (`places`).

use std::collections::HashMap;

use super::entries::Entries;
use super::error::{WriteError, WriteErrorKind};
use super::known::Known;
use super::lengths::Lengths;
use super::location::Location;
use super::places::RunPlace;
use super::store::RunStore;
use crate::model::{Outcome, ReportId, RunFacts};

/// One run in the index.
///
/// There is one for every Test of a Test Execution, of 24 bytes, and they go to the temporary file when there are many.
/// What stays in memory of each is its length, in two bytes, twelve to fifteen bytes in the table of what is known and, until
/// its bundle is written, a location.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct IndexEntry {
    /// Hash of the identity, in two halves: equal for all results of one Test.
    pub identity: [u64; 2],
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
                | flag(facts.has_key, PackedFacts::HAS_KEY),
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
}

impl std::fmt::Debug for PackedFacts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PackedFacts")
            .field("outcome", &self.outcome())
            .field("attempt_group", &self.attempt_group())
            .field("superseded", &self.is_superseded())
            .field("has_key", &self.has_key())
            .finish()
    }
}

/// A run whose bytes are in the store, on its way to the index.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StoredRun {
    /// Where its bytes are.
    pub location: Location,
    /// What is known of it.
    pub entry: IndexEntry,
    /// Where its note is: what must be known of it to merge it with others and no bundle may hold. Nearly no run has one,
    /// and what it says is as opaque here as the run itself.
    pub note: Option<RunPlace>,
}

impl IndexEntry {
    pub(super) const BYTES: usize = 24;

    pub(super) fn to_bytes(self) -> [u8; IndexEntry::BYTES] {
        let mut bytes = [0; IndexEntry::BYTES];
        bytes[..8].copy_from_slice(&self.identity[0].to_le_bytes());
        bytes[8..16].copy_from_slice(&self.identity[1].to_le_bytes());
        bytes[16..20].copy_from_slice(&self.length.to_le_bytes());
        bytes[20..].copy_from_slice(&self.facts.0.to_le_bytes());
        bytes
    }

    pub(super) fn from_bytes(bytes: &[u8; IndexEntry::BYTES]) -> IndexEntry {
        let number = |at: usize| u64::from_le_bytes(std::array::from_fn(|n| bytes[at + n]));
        let last = number(16);
        IndexEntry { identity: [number(0), number(8)], length: last as u32, facts: PackedFacts((last >> 32) as u32) }
    }

    /// What is known of a run of `length` bytes.
    ///
    /// # Errors
    /// When it is longer than 4 GiB.
    pub fn new(length: u64, facts: &RunFacts) -> Result<IndexEntry, WriteError> {
        Ok(IndexEntry {
            identity: [(facts.identity >> 64) as u64, facts.identity as u64],
            length: u32::try_from(length).map_err(|_| WriteErrorKind::RunTooLong(length))?,
            facts: PackedFacts::of(facts),
        })
    }
}

/// A further result of a Test that has one already.
#[derive(Debug, Clone, Copy)]
pub(super) struct Repeat {
    /// Number of the Test's first result.
    pub(super) first: u32,
    pub(super) report: ReportId,
    pub(super) run: StoredRun,
}

/// What a run turned out to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Added {
    /// The first result of its Test.
    First,
    /// A further one.
    Repeat {
        /// Number of the first result.
        of: u32,
    },
}

/// The runs of one Test Execution, numbered in the order in which they are to be written: that of their reports, and
/// within a report that of the report.
#[derive(Debug)]
pub(super) struct Index {
    /// Of first results.
    entries: Entries,
    lengths: Lengths,
    known: Known,
    /// Of how many known Tests the store has been told.
    told: usize,
    /// Further results that have come since they were taken last.
    repeats: Vec<Repeat>,
    /// Of first results.
    notes: HashMap<u32, RunPlace>,
    /// Reports that have first results, with the number of the first of these.
    reports: Vec<(u32, ReportId)>,
}

impl Index {
    /// Identities that are looked for together.
    pub(super) const BATCH: usize = 64;

    /// An index whose entries take up to `ceiling` bytes of memory.
    pub(super) fn new(ceiling: u64) -> Index {
        Index {
            entries: Entries::new(ceiling),
            lengths: Lengths::default(),
            known: Known::default(),
            told: 0,
            repeats: Vec::new(),
            notes: HashMap::new(),
            reports: Vec::new(),
        }
    }

    /// Adds a run of `report`, which is not before those that were added already.
    ///
    /// # Errors
    /// When the temporary file cannot be written or read.
    pub(super) fn add(&mut self, report: ReportId, run: StoredRun, store: &RunStore) -> Result<Added, WriteError> {
        if self.known.is_full() {
            self.grow(store);
        }
        let number = self.len() as u32;
        let Index { entries, known, .. } = self;
        let identity_of = |number: u32| entries.get(number as usize, store).map(|entry| entry.identity);
        if let Some(first) = known.first_or(run.entry.identity, number, identity_of)? {
            self.repeats.push(Repeat { first, report, run });
            return Ok(Added::Repeat { of: first });
        }
        self.entries.push(run.entry, store)?;
        self.lengths.push(run.entry.length);
        if let Some(note) = run.note {
            self.notes.insert(number, note);
        }
        if self.reports.last().is_none_or(|(_, last)| *last != report) {
            self.reports.push((number, report));
        }
        Ok(Added::First)
    }

    fn grow(&mut self, store: &RunStore) {
        store.know((self.known.len() - self.told) as u64);
        self.told = self.known.len();
        self.known.grow();
    }

    /// These runs are going to be added.
    pub(super) fn approach(&self, entries: &[IndexEntry]) {
        self.known.approach(entries.iter().map(|entry| entry.identity));
    }

    /// How many first results there are.
    pub(super) fn len(&self) -> usize {
        self.entries.len()
    }

    /// What is known of a first result.
    ///
    /// # Errors
    /// When the temporary file cannot be read, or there is no such result.
    pub(super) fn get(&self, number: usize, store: &RunStore) -> Result<IndexEntry, WriteError> {
        self.entries.get(number, store)
    }

    /// Shows what is known of each first result, in order.
    ///
    /// # Errors
    /// When the temporary file cannot be read.
    pub(super) fn for_each(&self, store: &RunStore, see: impl FnMut(&IndexEntry)) -> Result<(), WriteError> {
        self.entries.for_each(store, see)
    }

    /// The further results that have come since they were taken last, in order.
    pub(super) fn take_repeats(&mut self) -> Vec<Repeat> {
        std::mem::take(&mut self.repeats)
    }

    /// A first result became another run, of this length.
    pub(super) fn set_length(&mut self, number: usize, length: u32) {
        self.lengths.set(number, length);
    }

    /// How long the first results are, from number `from` on.
    pub(super) fn lengths(&self, from: usize) -> impl Iterator<Item = u32> {
        self.lengths.from(from)
    }

    /// The note of a first result.
    pub(super) fn note_of(&self, number: usize) -> Option<RunPlace> {
        self.notes.get(&(number as u32)).copied()
    }

    /// The notes of all first results, out of the index.
    pub(super) fn take_notes(&mut self) -> HashMap<u32, RunPlace> {
        std::mem::take(&mut self.notes)
    }

    /// The report of a first result.
    pub(super) fn report_of(&self, number: usize) -> ReportId {
        let after = self.reports.partition_point(|(first, _)| *first as usize <= number);
        after.checked_sub(1).and_then(|at| self.reports.get(at)).map_or(ReportId(0), |(_, report)| *report)
    }

    /// Forgets what is needed to add runs only.
    pub(super) fn close(&mut self) {
        self.known = Known::default();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FACTS: RunFacts = RunFacts {
        identity: 1,
        outcome: Outcome::Passed,
        attempt_group: 0,
        superseded: false,
        has_key: true,
        evidence: 0,
    };

    #[test]
    fn an_entry_is_24_bytes() {
        assert_eq!(size_of::<IndexEntry>(), IndexEntry::BYTES);
    }

    #[test]
    fn packed_facts_are_the_facts() {
        for outcome in Outcome::ALL {
            let facts = RunFacts { outcome, attempt_group: 7, superseded: true, ..FACTS };
            let packed = PackedFacts::of(&facts);
            assert_eq!((packed.outcome(), packed.attempt_group()), (outcome, 7));
            assert!(packed.is_superseded() && packed.has_key());
        }
        assert_eq!(PackedFacts::of(&FACTS).attempt_group(), 0);
        let large = RunFacts { attempt_group: 1 << 63, ..FACTS };
        assert_ne!(PackedFacts::of(&large).attempt_group(), 0);
    }

    #[test]
    fn a_run_has_no_more_than_4_gib() {
        assert_eq!(IndexEntry::new(u64::from(u32::MAX), &FACTS).unwrap().length, u32::MAX);
        let error = IndexEntry::new(1 << 32, &FACTS).unwrap_err();
        assert!(matches!(error.kind(), WriteErrorKind::RunTooLong(_)));
    }

    #[test]
    fn numbers_first_results_and_knows_their_reports() {
        let folder = tempfile::tempdir().unwrap();
        let store = RunStore::new(folder.path(), 100);
        let chunk = store.put(b"x").unwrap();
        let mut index = Index::new(0);
        let run = |identity: u32| {
            let entry = IndexEntry::new(1, &RunFacts { identity: u128::from(identity) << 40, ..FACTS }).unwrap();
            StoredRun { location: chunk.begin(), entry, note: None }
        };
        // Report 2 has nothing new.
        for (report, identities) in [(0, 0..10_000), (2, 50..60), (3, 9_999..10_005)] {
            identities.for_each(|identity| {
                index.add(ReportId(report), run(identity), &store).unwrap();
            });
        }
        assert_eq!((index.len(), index.repeats.len()), (10_005, 11));
        assert_eq!([0, 9_999, 10_000, 10_004].map(|number| index.report_of(number).0), [0, 0, 3, 3]);
        assert_eq!((index.lengths(4095).count(), index.lengths(10_005).count()), (5_910, 0));
        assert_eq!(index.get(9_000, &store).unwrap(), run(9_000).entry);
        assert_eq!(index.repeats.iter().map(|repeat| repeat.first).collect::<Vec<_>>()[9..], [59, 9_999]);
    }
}
