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
/// What stays in memory of each is its length, in two bytes, twelve to fifteen bytes in the table of what is known and,
/// until its bundle is written, a location.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct IndexEntry {
    /// Who it is; in the low half of the first number, 32 bits of its attempt group.
    hashes: [u64; 2],
    /// How many bytes it has.
    pub length: u32,
    /// What else must be known of it to merge it with others: 26 further bits of its attempt group, its outcome, a flag.
    ///
    /// Attempt groups are compared within one Test and one report, where a night's largest outline has some ten
    /// thousand: two of them that look alike would make a result an attempt of another one, which then no longer
    /// counts.
    facts: u32,
}

/// Bits of the attempt group in [`IndexEntry::hashes`].
const GROUP_IN_HASHES: u64 = u32::MAX as u64;
const OUTCOME_SHIFT: u32 = 26;
/// Bits of it in [`IndexEntry::facts`].
const GROUP_IN_FACTS: u32 = (1 << OUTCOME_SHIFT) - 1;
const SUPERSEDED: u32 = 1 << 31;

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

    /// What is known of a run of `length` bytes.
    ///
    /// # Errors
    /// When it is longer than 4 GiB.
    pub fn new(length: u64, facts: &RunFacts) -> Result<IndexEntry, WriteError> {
        let [first, second] = IndexEntry::identity_of(facts.identity);
        let group = facts.attempt_group;
        let upper = (group >> 32) as u32 & GROUP_IN_FACTS;
        // Zero means none, and no other number may become it.
        let upper = if group != 0 && upper == 0 && group & GROUP_IN_HASHES == 0 { 1 } else { upper };
        let outcome = Outcome::ALL.iter().position(|outcome| *outcome == facts.outcome).unwrap_or(0) as u32;
        let superseded = if facts.superseded { SUPERSEDED } else { 0 };
        Ok(IndexEntry {
            hashes: [first | group & GROUP_IN_HASHES, second],
            length: u32::try_from(length).map_err(|_| WriteErrorKind::RunTooLong(length))?,
            facts: upper | outcome << OUTCOME_SHIFT | superseded,
        })
    }

    /// What is kept of the hash of an identity: 96 bits in two numbers.
    pub fn identity_of(identity: u128) -> [u64; 2] {
        [(identity >> 64) as u64 & !GROUP_IN_HASHES, identity as u64]
    }

    /// As [`identity_of`](IndexEntry::identity_of): equal for all results of one Test.
    pub fn identity(&self) -> [u64; 2] {
        [self.hashes[0] & !GROUP_IN_HASHES, self.hashes[1]]
    }

    /// A number that attempts of one run share, zero for none; see
    /// [`TestCase::attempt_group`](crate::model::TestCase::attempt_group).
    pub fn attempt_group(&self) -> u64 {
        u64::from(self.facts & GROUP_IN_FACTS) << 32 | self.hashes[0] & GROUP_IN_HASHES
    }

    /// What became of the run.
    pub fn outcome(&self) -> Outcome {
        let number = (self.facts >> OUTCOME_SHIFT & 0xF) as usize;
        Outcome::ALL.get(number).copied().unwrap_or(Outcome::Errored)
    }

    /// Whether a later attempt counts instead.
    pub fn is_superseded(&self) -> bool {
        self.facts & SUPERSEDED != 0
    }

    pub(super) fn to_bytes(self) -> [u8; IndexEntry::BYTES] {
        let mut bytes = [0; IndexEntry::BYTES];
        bytes[..8].copy_from_slice(&self.hashes[0].to_le_bytes());
        bytes[8..16].copy_from_slice(&self.hashes[1].to_le_bytes());
        bytes[16..20].copy_from_slice(&self.length.to_le_bytes());
        bytes[20..].copy_from_slice(&self.facts.to_le_bytes());
        bytes
    }

    pub(super) fn from_bytes(bytes: &[u8; IndexEntry::BYTES]) -> IndexEntry {
        let number = |at: usize| u64::from_le_bytes(std::array::from_fn(|n| bytes[at + n]));
        let last = number(16);
        IndexEntry { hashes: [number(0), number(8)], length: last as u32, facts: (last >> 32) as u32 }
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
        let identity_of = |number: u32| entries.get(number as usize, store).map(|entry| entry.identity());
        if let Some(first) = known.first_or(run.entry.identity(), number, identity_of)? {
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
        self.known.approach(entries.iter().map(|entry| entry.identity()));
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

    const FACTS: RunFacts =
        RunFacts { identity: 1, outcome: Outcome::Passed, attempt_group: 0, superseded: false, evidence: 0 };

    #[test]
    fn an_entry_is_24_bytes() {
        assert_eq!(size_of::<IndexEntry>(), IndexEntry::BYTES);
    }

    #[test]
    fn an_entry_holds_the_facts() {
        for outcome in Outcome::ALL {
            let facts = RunFacts { outcome, attempt_group: 7, superseded: true, ..FACTS };
            let entry = IndexEntry::new(1, &facts).unwrap();
            assert_eq!((entry.outcome(), entry.attempt_group(), entry.is_superseded()), (outcome, 7, true));
        }
        let plain = IndexEntry::new(1, &FACTS).unwrap();
        assert_eq!((plain.attempt_group(), plain.is_superseded()), (0, false));
    }

    #[test]
    fn attempt_groups_that_differ_anywhere_but_in_six_bits_stay_apart() {
        let of = |attempt_group: u64| {
            let facts = RunFacts { identity: u128::MAX, attempt_group, ..FACTS };
            IndexEntry::new(1, &facts).unwrap()
        };
        let groups = (0..58).map(|bit| of(1 << bit).attempt_group());
        assert_eq!(groups.collect::<std::collections::HashSet<_>>().len(), 58);
        assert_ne!(of(1 << 63).attempt_group(), 0);
        assert!((0..64).all(|bit| of(1 << bit).identity() == IndexEntry::identity_of(u128::MAX)));
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
