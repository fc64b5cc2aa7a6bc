//! The runs of a Test Execution while its reports are read.

use std::collections::VecDeque;
use std::sync::Arc;

use super::ahead::{Ahead, AheadFrame};
use super::contents::{Contents, MergedAhead, Repeated};
use super::error::{WriteError, WriteErrorKind};
use super::frame::FrameLengths;
use super::index::{Added, Index, IndexEntry, Repeat, StoredRun};
use super::merging::OneResult;
use super::places::{Places, RunPlace};
use super::plan::{BundleLimits, BundlePlan, Cutter};
use super::store::RunStore;
use crate::model::ReportId;

/// All runs of one Test Execution while they arrive, in order: that of their reports, and within a report its own.
#[derive(Debug)]
pub struct ExecutionIndex {
    index: Index,
    places: Places,
    separator: &'static [u8],
    ahead: Option<(Cutter, Arc<AheadFrame>)>,
    /// Bundles that can be written ahead and need not be yet.
    ready: VecDeque<Arc<Ahead>>,
    /// Further results that are merged when all have come, those of one Test in order.
    late: Vec<Repeat>,
}

/// All runs of a Test Execution when the last one has come.
pub(super) struct AllArrived {
    pub(super) index: Index,
    pub(super) places: Places,
    pub(super) separator: &'static [u8],
    /// Further results that are not merged yet, those of one Test in order.
    pub(super) repeats: Vec<Repeat>,
    /// Those that are, in order.
    pub(super) ahead: Vec<MergedAhead>,
}

/// What became of a run that was added.
#[derive(Debug)]
pub enum Arrived {
    /// It is the first result of its Test. A bundle of runs before it is to be written ahead now.
    First(Option<Arc<Ahead>>),
    /// It will be merged into the first result of its Test.
    Repeat {
        /// Number of that result.
        of: u32,
    },
}

impl ExecutionIndex {
    /// An index without runs. In the store, each run is followed by `separator`, as in a bundle. Of what it knows of the
    /// runs, up to `ceiling` bytes stay in memory, and beside them fifteen bytes or less of each.
    pub fn new(separator: &'static [u8], ceiling: u64) -> ExecutionIndex {
        let (index, places) = (Index::new(ceiling), Places::new(separator.len()));
        ExecutionIndex { index, places, separator, ahead: None, ready: VecDeque::new(), late: Vec::new() }
    }

    /// As [`ExecutionIndex::new`], with bundles that are written ahead. `first_head` is how long the head of the first
    /// one is going to be, as far as that is known.
    pub fn writing_ahead(limits: BundleLimits, first_head: u64, frame: AheadFrame, ceiling: u64) -> ExecutionIndex {
        let lengths = FrameLengths {
            first_head,
            later_head: frame.head.len() as u64,
            separator: frame.separator.len() as u64,
            tail: frame.tail.len() as u64,
        };
        let ahead = Some((Cutter::new(limits, lengths), Arc::new(frame)));
        let separator = ahead.as_ref().map_or(&[][..], |(_, frame)| frame.separator);
        ExecutionIndex { ahead, ..ExecutionIndex::new(separator, ceiling) }
    }

    /// How many runs are best announced at once.
    pub const BATCH: usize = Index::BATCH;

    /// These runs are going to be added: to say so first makes that cheaper, and is all that it does.
    pub fn approach(&self, entries: &[IndexEntry]) {
        self.index.approach(entries);
    }

    /// Adds a run of `report`, which is not before those that were added already. Its bytes are in `store`, as those of
    /// all others.
    ///
    /// # Errors
    /// When the temporary file of the store cannot be written or read.
    pub fn add(&mut self, report: ReportId, run: StoredRun, store: &RunStore) -> Result<Arrived, WriteError> {
        if let Added::Repeat { of } = self.index.add(report, run, store)? {
            self.late.extend(self.places.touch(of as usize));
            return Ok(Arrived::Repeat { of });
        }
        let complete = match &mut self.ahead {
            Some((cutter, _)) => cutter.push(u64::from(run.entry.length)),
            None => None,
        };
        if let Some(plan) = complete
            && let Some(ahead) = self.cut(plan, store)?
        {
            self.ready.push_back(ahead);
        }
        self.places.push(RunPlace { location: run.location, length: run.entry.length });
        let next =
            if !self.ready.is_empty() && self.fills_the_waiting_room(store) { self.ready.pop_front() } else { None };
        Ok(Arrived::First(next))
    }

    /// The report of a first result.
    pub fn report_of(&self, run: u32) -> ReportId {
        self.index.report_of(run as usize)
    }

    /// Whether runs fill the part of their memory in which bundles wait. Where a merge may still touch one it had
    /// better wait; where none does, what is written soon is still in the processor's cache, and the disk has less to
    /// do in the end.
    fn fills_the_waiting_room(&self, store: &RunStore) -> bool {
        let (held, ceiling) = store.memory();
        held >= if self.places.are_often_touched() { ceiling / 2 } else { (ceiling / 8).min(1 << 20) }
    }

    fn cut(&mut self, plan: BundlePlan, store: &RunStore) -> Result<Option<Arc<Ahead>>, WriteError> {
        let repeats = self.take_repeats();
        let Some((cutter, frame)) = &self.ahead else { return Ok(None) };
        // Merging changes lengths, and what depends on them comes out in the end.
        let is_sure = repeats.is_empty() || cutter.is_full_of_runs(&plan);
        if plan.part == 1 || !is_sure || !self.places.pays_to_write_ahead() {
            self.late.extend(repeats);
            self.places.cut();
            return Ok(None);
        }
        let (frame, most) = (Arc::clone(frame), cutter.most_bytes());
        let contents = self.contents(repeats, store)?;
        Ok(Some(self.places.cut_ahead(Ahead::new(plan, frame, most, contents))))
    }

    /// The further results of runs behind the last cut; those of others are late.
    fn take_repeats(&mut self) -> Vec<Repeat> {
        let mut repeats = self.index.take_repeats();
        let from = self.places.open_from() as u32;
        self.late.extend(repeats.extract_if(.., |repeat| repeat.first < from));
        repeats
    }

    /// The runs behind the last cut, with these further results of some of them.
    fn contents(&self, mut repeats: Vec<Repeat>, store: &RunStore) -> Result<Contents, WriteError> {
        // Stable: results of one Test stay in their order.
        repeats.sort_by_key(|repeat| repeat.first);
        let tests = || repeats.chunk_by(|one, next| one.first == next.first);
        let firsts = tests().map(|results| results[0].first as usize);
        let (runs, places) = self.places.open_with(firsts, &self.index);
        let mut repeated = Vec::with_capacity(places.len());
        for (further, at) in tests().zip(places) {
            let (run, stretch) = (further[0].first, runs.get(at).ok_or(WriteErrorKind::NotStored)?);
            let number = run as usize;
            let mut results = Vec::with_capacity(1 + further.len());
            results.push(OneResult {
                place: stretch.of_one(),
                entry: self.index.get(number, store)?,
                report: self.index.report_of(number),
                note: self.index.note_of(number),
            });
            results.extend(further.iter().map(OneResult::from));
            repeated.push(Repeated { run, at, results });
        }
        Ok(Contents { runs, repeated })
    }

    /// How many Tests there are.
    pub fn len(&self) -> usize {
        self.index.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Ends the collecting.
    pub(super) fn close(mut self) -> AllArrived {
        self.index.close();
        // What comes back from a bundle came before all that is late for it.
        let (mut repeats, ahead) = self.places.close();
        repeats.append(&mut self.late);
        repeats.extend(self.index.take_repeats());
        let ExecutionIndex { index, places, separator, .. } = self;
        AllArrived { index, places, separator, repeats, ahead }
    }
}
