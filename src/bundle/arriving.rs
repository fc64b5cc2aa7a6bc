//! The runs of a Test Execution while its reports are read.

use std::collections::VecDeque;
use std::sync::Arc;

use super::ahead::{Ahead, AheadFrame};
use super::error::WriteError;
use super::frame::FrameLengths;
use super::index::{Added, Index, IndexEntry, StoredRun};
use super::places::{Place, Places};
use super::plan::{Budget, BundlePlan, Cutter};
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
}

/// What became of a run that was added.
#[derive(Debug)]
pub enum Arrived {
    /// It is the first result of its Test. A bundle of runs before it is to be written ahead now.
    First(Option<Arc<Ahead>>),
    /// It will be merged into the first result of its Test.
    Repeat,
}

impl ExecutionIndex {
    /// An index without runs. In the store, each run is followed by `separator`, as in a bundle. Of what it knows of the
    /// runs, up to `ceiling` bytes stay in memory, and beside them ten bytes or less of each.
    pub fn new(separator: &'static [u8], ceiling: u64) -> ExecutionIndex {
        let (index, places) = (Index::new(ceiling), Places::new(separator.len()));
        ExecutionIndex { index, places, separator, ahead: None, ready: VecDeque::new() }
    }

    /// As [`ExecutionIndex::new`], with bundles that are written ahead. `first_head` is how long the head of the first one
    /// is going to be, as far as that is known.
    pub fn writing_ahead(budget: Budget, first_head: u64, frame: AheadFrame, ceiling: u64) -> ExecutionIndex {
        let lengths = FrameLengths {
            first_head,
            later_head: frame.head.len() as u64,
            separator: frame.separator.len() as u64,
            tail: frame.tail.len() as u64,
        };
        let ahead = Some((Cutter::new(budget, lengths), Arc::new(frame)));
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
            self.places.touch(of as usize);
            return Ok(Arrived::Repeat);
        }
        let complete = match &mut self.ahead {
            Some((cutter, frame)) => cutter.push(u64::from(run.entry.length)).map(|plan| (plan, Arc::clone(frame))),
            None => None,
        };
        if let Some((plan, frame)) = complete
            && let Some(ahead) = self.cut(plan, frame)
        {
            self.ready.push_back(ahead);
        }
        self.places.push(Place { location: run.location, length: run.entry.length });
        let next = if !self.ready.is_empty() && store.is_filled_to(self.waiting_room()) {
            self.ready.pop_front()
        } else {
            None
        };
        Ok(Arrived::First(next))
    }

    /// The part of the memory for runs that bundles may fill while they wait. Where a merge may still touch one it had better
    /// wait; where none does, what is written soon is still in the processor's cache, and the disk has less to do in the end.
    fn waiting_room(&self) -> u64 {
        if self.places.are_often_touched() { 2 } else { 8 }
    }

    fn cut(&mut self, plan: BundlePlan, frame: Arc<AheadFrame>) -> Option<Arc<Ahead>> {
        if plan.part == 1 || !self.places.pays_to_write_ahead() {
            self.places.cut();
            return None;
        }
        Some(self.places.cut_ahead(|runs| Ahead::new(plan, frame, runs)))
    }

    /// How many Tests there are.
    pub fn len(&self) -> usize {
        self.index.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Ends the collecting: index, places, separator.
    pub(super) fn close(mut self) -> (Index, Places, &'static [u8]) {
        self.index.close();
        self.places.close();
        (self.index, self.places, self.separator)
    }
}
