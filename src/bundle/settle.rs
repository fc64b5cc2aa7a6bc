//! From the runs that arrived to the runs that will be written: one per Test, in order of first appearance.

use std::collections::HashMap;
use std::ops::Range;

use super::arriving::{AllArrived, ExecutionIndex};
use super::body::Sums;
use super::contents::MergedAhead;
use super::error::{WriteError, WriteErrorKind};
use super::index::{Index, Repeat};
use super::merging::{Dispute, EvidenceLost, Loaded, Merge, Merged, MergedBatch, OneResult, unpack};
use super::new_file::Nameless;
use super::places::{Places, RunPlace, Stretch};
use super::plan::BundlePlan;
use super::store::RunStore;
use crate::model::{Contrary, Outcome, ReportId};

/// A Test with more than one result.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct RepeatedTest {
    first: usize,
    repeats: Range<usize>,
}

/// The runs of one Test Execution, with results of the same Test found but not merged yet.
#[derive(Debug)]
pub(crate) struct Unsettled {
    index: Index,
    places: Places,
    separator: &'static [u8],
    /// Results behind the first ones, those of one Test side by side and in order.
    repeats: Vec<Repeat>,
    repeated: Vec<RepeatedTest>,
    /// Tests whose results are merged in a bundle that was written ahead, in order.
    ahead: Vec<MergedAhead>,
}

impl ExecutionIndex {
    /// Ends the collecting and finds the results that belong to the same Test and are not merged yet.
    pub(crate) fn find_repeats(self) -> Unsettled {
        let AllArrived { mut index, places, separator, mut repeats, ahead } = self.close();
        // Stable: results of one Test stay in their order.
        repeats.sort_by_key(|repeat| repeat.first);
        let mut repeated = Vec::new();
        let mut at = 0;
        for results in repeats.chunk_by(|one, next| one.first == next.first) {
            repeated.push(RepeatedTest { first: results[0].first as usize, repeats: at..at + results.len() });
            at += results.len();
        }
        // In the bundle they are as long as that.
        ahead.iter().for_each(|merged| index.set_length(merged.run as usize, merged.length));
        Unsettled { index, places, separator, repeats, repeated, ahead }
    }
}

impl Unsettled {
    /// The Tests with several results. [`merge`](Unsettled::merge) must be called for each, in any order and on any
    /// thread, [some](Unsettled::AT_ONCE) at a time.
    pub(crate) fn repeated(&self) -> &[RepeatedTest] {
        &self.repeated
    }

    /// Tests whose results are best merged in one call.
    pub(crate) const AT_ONCE: usize = 64;

    /// Merges the results of each of these Tests and puts what comes of them into the store, many at once. Those of one
    /// Test are in memory at a time.
    ///
    /// # Errors
    /// When the store fails, or `merge` does.
    pub(crate) fn merge(
        &self,
        tests: &[RepeatedTest],
        store: &RunStore,
        merge: &Merge<'_>,
    ) -> Result<Vec<Merged>, WriteError> {
        let mut all = Vec::with_capacity(tests.len());
        let mut batch = MergedBatch::default();
        for test in tests {
            batch.merge(test.first, &self.results(test, store)?, self.separator, merge)?;
            if batch.is_enough() {
                batch.put(store, &mut all)?;
            }
        }
        batch.put(store, &mut all)?;
        Ok(all)
    }

    fn results(&self, test: &RepeatedTest, store: &RunStore) -> Result<Vec<Loaded>, WriteError> {
        let mut results = match self.merged_ahead(test.first) {
            Some(merged) => unpack(merged.results, store)?,
            None => vec![self.first_result(test.first, store)?.load(store)?],
        };
        for further in self.repeats.get(test.repeats.clone()).ok_or(WriteErrorKind::NotStored)? {
            results.push(OneResult::from(further).load(store)?);
        }
        Ok(results)
    }

    fn merged_ahead(&self, run: usize) -> Option<&MergedAhead> {
        let at = self.ahead.binary_search_by_key(&run, |merged| merged.run as usize).ok()?;
        self.ahead.get(at)
    }

    fn first_result(&self, run: usize, store: &RunStore) -> Result<OneResult, WriteError> {
        let place = self.places.from(run, &self.index).next_run().ok_or(WriteErrorKind::NotStored)?;
        let (report, note) = (self.index.report_of(run), self.index.note_of(run));
        Ok(OneResult { place, entry: self.index.get(run, store)?, report, note })
    }

    /// Puts the merged runs in their places.
    ///
    /// # Errors
    /// When the results of a Test were not merged, or a bundle could not be written ahead: results would be lost.
    pub(crate) fn finish(mut self, merged: impl IntoIterator<Item = Merged>) -> Result<Settled, WriteError> {
        if !self.places.is_whole() {
            return Err(WriteErrorKind::NotStored.into());
        }
        let mut merged: Vec<_> = merged.into_iter().collect();
        merged.sort_unstable_by_key(|merged| merged.run);
        merged.dedup_by_key(|merged| merged.run);
        let replaced: Vec<_> = merged.iter().map(|merged| (merged.run, merged.place)).collect();
        if replaced.len() != self.repeated.len() {
            return Err(WriteErrorKind::Unmerged(self.repeated.len().saturating_sub(replaced.len())).into());
        }
        let notes = self.index.take_notes();
        let Unsettled { index, places, separator, ahead, .. } = self;
        let (outcomes, evidence, disputes) = (Vec::new(), EvidenceLost::default(), Disagreements::default());
        let mut settled = Settled { index, places, separator, replaced, outcomes, notes, evidence, disputes };
        // What was merged anew has all its results in `merged`.
        for MergedAhead { run, outcome, note, evidence, dispute, .. } in ahead {
            if merged.binary_search_by_key(&(run as usize), |merged| merged.run).is_err() {
                settled.note_merged(run as usize, outcome, note, evidence);
                settled.disputes.add(run as usize, dispute);
            }
        }
        for Merged { run, outcome, note, evidence, dispute, .. } in merged {
            settled.note_merged(run, outcome, note, evidence);
            settled.disputes.add(run, dispute);
        }
        settled.outcomes.sort_unstable_by_key(|(run, _)| *run);
        Ok(settled)
    }
}

/// Puts a run into the store, followed by a separator like all others.
fn keep(store: &RunStore, mut run: Vec<u8>, separator: &[u8]) -> Result<RunPlace, WriteError> {
    let length = u32::try_from(run.len()).map_err(|_| WriteErrorKind::RunTooLong(run.len() as u64))?;
    run.extend_from_slice(separator);
    Ok(RunPlace { location: store.put(&run)?.start, length })
}

/// The runs of one Test Execution as they will be written: one per Test, in order of first appearance.
#[derive(Debug)]
pub(crate) struct Settled {
    index: Index,
    places: Places,
    separator: &'static [u8],
    /// Runs that are no longer what the report said, or was written ahead, by number: merged, given a picture, or cut
    /// down.
    replaced: Vec<(usize, RunPlace)>,
    /// What became of those that were merged.
    outcomes: Vec<(usize, Outcome)>,
    /// What was noted of runs, by their number.
    notes: HashMap<u32, RunPlace>,
    evidence: EvidenceLost,
    disputes: Disagreements,
}

/// Tests of which reports tell opposite things, apart by what they tell.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Disagreements {
    /// Passed in one and failed in another.
    pub failed: Disputes,
    /// Passed in one and did not run in another.
    pub did_not_run: Disputes,
}

impl Disagreements {
    fn add(&mut self, run: usize, dispute: Option<Dispute>) {
        let Some(dispute) = dispute else { return };
        match dispute.contrary {
            Contrary::Failed => self.failed.add(run, dispute),
            Contrary::DidNotRun => self.did_not_run.add(run, dispute),
        }
    }
}

/// Tests of which reports tell opposite things of one kind.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Disputes {
    /// How many there are.
    pub tests: u64,
    /// Number of the first one's run, and two of its reports.
    pub first: Option<(usize, Dispute)>,
}

impl Disputes {
    fn add(&mut self, run: usize, dispute: Dispute) {
        self.tests += 1;
        if self.first.is_none_or(|(first, _)| run < first) {
            self.first = Some((run, dispute));
        }
    }
}

impl Settled {
    fn note_merged(&mut self, run: usize, outcome: Outcome, note: Option<RunPlace>, evidence: EvidenceLost) {
        self.outcomes.push((run, outcome));
        match note {
            Some(note) => self.notes.insert(run as u32, note),
            None => self.notes.remove(&(run as u32)),
        };
        self.evidence.add(evidence);
    }

    /// What became of evidence when results were merged.
    pub(crate) fn evidence_lost(&self) -> EvidenceLost {
        self.evidence
    }

    /// Merged Tests of which reports tell opposite things.
    pub(crate) fn disputes(&self) -> Disagreements {
        self.disputes
    }

    /// How many runs there are.
    pub(crate) fn len(&self) -> usize {
        self.index.len()
    }

    /// Where the runs are, from number `from` on.
    pub(crate) fn places(&self, from: usize) -> impl Iterator<Item = RunPlace> {
        let mut replaced = self.replaced_from(from).iter().peekable();
        let mut walk = self.places.from(from, &self.index);
        (from..self.len()).map_while(move |run| {
            let place = walk.next_run();
            replaced.next_if(|(replaced, _)| *replaced == run).map(|(_, new)| *new).or(place)
        })
    }

    /// Where these runs are, side by side as far as they lie so.
    pub(super) fn stretches(&self, runs: Range<usize>) -> impl Iterator<Item = Stretch> {
        let mut replaced = self.replaced_from(runs.start).iter().peekable();
        let mut walk = self.places.from(runs.start, &self.index);
        let mut run = runs.start;
        std::iter::from_fn(move || {
            let as_they_were = replaced.peek().map_or(runs.end, |(replaced, _)| *replaced).min(runs.end) - run;
            let mut next = walk.take(as_they_were.max(1)).filter(|_| run < runs.end)?;
            if as_they_were == 0 {
                next = replaced.next()?.1.into();
            }
            run += next.runs as usize;
            Some(next)
        })
    }

    /// How long the runs are, in order.
    pub(super) fn lengths(&self) -> impl Iterator<Item = u32> {
        let mut replaced = self.replaced.iter().peekable();
        self.index.lengths(0).enumerate().map(move |(run, length)| {
            replaced.next_if(|(replaced, _)| *replaced == run).map_or(length, |(_, new)| new.length)
        })
    }

    fn replaced_from(&self, run: usize) -> &[(usize, RunPlace)] {
        let at = self.replaced.partition_point(|(replaced, _)| *replaced < run);
        &self.replaced[at..]
    }

    /// What was noted of runs, with their numbers, in order.
    pub(crate) fn notes(&self) -> impl Iterator<Item = (usize, RunPlace)> {
        let mut notes: Vec<_> = self.notes.iter().map(|(run, place)| (*run as usize, *place)).collect();
        notes.sort_unstable_by_key(|(run, _)| *run);
        notes.into_iter()
    }

    /// The report of the first result of run number `run`.
    pub(crate) fn report_of(&self, run: usize) -> ReportId {
        self.index.report_of(run)
    }

    /// Shows the hashes of the identities of all runs, in order, as in
    /// [`IndexEntry::identity`](super::IndexEntry::identity).
    ///
    /// # Errors
    /// When the store fails.
    pub(crate) fn each_identity(
        &self,
        store: &RunStore,
        mut see: impl FnMut(usize, [u64; 2]),
    ) -> Result<(), WriteError> {
        let mut run = 0;
        self.index.for_each(store, |entry| {
            see(run, entry.identity());
            run += 1;
        })
    }

    /// What became of run number `run`, all its results taken together.
    ///
    /// # Errors
    /// When the store fails, or there is no such run.
    pub(crate) fn outcome(&self, run: usize, store: &RunStore) -> Result<Outcome, WriteError> {
        match self.outcomes.binary_search_by_key(&run, |(run, _)| *run) {
            Ok(at) => Ok(self.outcomes[at].1),
            Err(_) => Ok(self.index.get(run, store)?.outcome()),
        }
    }

    /// The bundle as it was written ahead, when it came out just like that.
    pub(super) fn take_ahead(&self, plan: &BundlePlan, head: &[u8]) -> Option<(Nameless, Sums)> {
        let ahead = self.places.ahead(plan.runs.start, plan.runs.len())?;
        let is_changed = self.replaced_from(plan.runs.start).first().is_some_and(|(run, _)| *run < plan.runs.end);
        if is_changed { None } else { ahead.take(head) }
    }

    /// Appends the bytes of run number `run` to `out`.
    ///
    /// # Errors
    /// When the store fails, or there is no such run.
    pub(crate) fn read(&self, run: usize, store: &RunStore, out: &mut Vec<u8>) -> Result<(), WriteError> {
        let place = self.places(run).next().ok_or(WriteErrorKind::NotStored)?;
        store.read(place.location, place.length as usize, out)
    }

    /// Shows the bytes of these runs, in order. Those that lie side by side are read together.
    ///
    /// # Errors
    /// When the store fails.
    pub(crate) fn each_run(
        &self,
        runs: Range<usize>,
        store: &RunStore,
        mut see: impl FnMut(&[u8]),
    ) -> Result<(), WriteError> {
        let mut together = Together::new(self.places.separator());
        for place in self.places(runs.start).take(runs.len()) {
            if !together.join(place) {
                together.read(store, &mut see)?;
                together.begin(place);
            }
        }
        together.read(store, &mut see)
    }

    /// What was noted of run number `run`.
    pub(crate) fn note_of(&self, run: usize) -> Option<RunPlace> {
        self.notes.get(&(run as u32)).copied()
    }

    /// Notes something else of run number `run`.
    ///
    /// # Errors
    /// When the store fails.
    pub(crate) fn replace_note(&mut self, run: usize, note: Vec<u8>, store: &RunStore) -> Result<(), WriteError> {
        self.notes.insert(run as u32, keep(store, note, &[])?);
        Ok(())
    }

    /// Gives run number `run` other bytes: it was given evidence, or cut down to fit.
    ///
    /// # Errors
    /// When the store fails, or there is no such run.
    pub(crate) fn replace(&mut self, run: usize, bytes: &[u8], store: &RunStore) -> Result<(), WriteError> {
        if run >= self.len() {
            return Err(WriteErrorKind::NotStored.into());
        }
        let place = keep(store, bytes.to_vec(), self.separator)?;
        match self.replaced.binary_search_by_key(&run, |(run, _)| *run) {
            Ok(at) => self.replaced[at].1 = place,
            Err(at) => self.replaced.insert(at, (run, place)),
        }
        Ok(())
    }
}

/// Runs side by side in the store, to be read in one go.
struct Together {
    separator: usize,
    stretch: Option<Stretch>,
    lengths: Vec<u32>,
    bytes: Vec<u8>,
}

impl Together {
    /// Bytes that are enough to be read in one go.
    const ENOUGH: u64 = 256 << 10;

    fn new(separator: usize) -> Together {
        Together { separator, stretch: None, lengths: Vec::new(), bytes: Vec::new() }
    }

    /// Begins with a run.
    fn begin(&mut self, run: RunPlace) {
        self.stretch = Some(run.into());
        self.lengths.push(run.length);
    }

    /// Takes in a run, when it lies behind those that are in and there are not enough.
    fn join(&mut self, run: RunPlace) -> bool {
        let separator = self.separator;
        let joins = |stretch: &mut Stretch| stretch.bytes < Together::ENOUGH && stretch.join(&run.into(), separator);
        let joined = self.stretch.as_mut().is_some_and(joins);
        if joined {
            self.lengths.push(run.length);
        }
        joined
    }

    /// Reads what is in, shows it run by run, and is empty again.
    fn read(&mut self, store: &RunStore, see: &mut impl FnMut(&[u8])) -> Result<(), WriteError> {
        let Some(stretch) = self.stretch.take() else { return Ok(()) };
        self.bytes.clear();
        store.read(stretch.at, stretch.bytes as usize, &mut self.bytes)?;
        let mut begin = 0;
        for length in self.lengths.drain(..) {
            let end = begin + length as usize;
            see(self.bytes.get(begin..end).ok_or(WriteErrorKind::NotStored)?);
            begin = end + self.separator;
        }
        Ok(())
    }
}

#[cfg(test)]
pub(crate) mod tests;
