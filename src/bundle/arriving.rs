//! The runs of a Test Execution while its reports are read.

use std::sync::Arc;

use super::ahead::{Ahead, AheadFrame};
use super::frame::FrameLengths;
use super::index::{Added, Index, StoredRun};
use super::places::{Place, Places};
use super::plan::{Budget, BundlePlan, Cutter};
use crate::model::ReportId;

/// All runs of one Test Execution while they arrive, in order: that of their reports, and within a report its own.
#[derive(Debug)]
pub struct ExecutionIndex {
    index: Index,
    places: Places,
    separator: &'static [u8],
    ahead: Option<(Cutter, Arc<AheadFrame>)>,
}

/// What became of a run that was added.
#[derive(Debug)]
pub enum Arrived {
    /// It is the first result of its Test. A bundle that it did not fit into any more can be written ahead now.
    First(Option<Arc<Ahead>>),
    /// It will be merged into the first result of its Test.
    Repeat,
}

impl ExecutionIndex {
    /// An index without runs. In the store, each run is followed by `separator`, as in a bundle.
    pub fn new(separator: &'static [u8]) -> ExecutionIndex {
        ExecutionIndex { index: Index::default(), places: Places::default(), separator, ahead: None }
    }

    /// As [`ExecutionIndex::new`], with bundles that are written ahead. `first_head` is how long the head of the first one
    /// is going to be, as far as that is known.
    pub fn writing_ahead(budget: Budget, first_head: u64, frame: AheadFrame) -> ExecutionIndex {
        let lengths = FrameLengths {
            first_head,
            later_head: frame.head.len() as u64,
            separator: frame.separator.len() as u64,
            tail: frame.tail.len() as u64,
        };
        let ahead = Some((Cutter::new(budget, lengths), Arc::new(frame)));
        let separator = ahead.as_ref().map_or(&[][..], |(_, frame)| frame.separator);
        ExecutionIndex { ahead, ..ExecutionIndex::new(separator) }
    }

    /// Adds a run of `report`, which is not before those that were added already.
    pub fn add(&mut self, report: ReportId, run: StoredRun) -> Arrived {
        if self.index.add(report, run) == Added::Repeat {
            return Arrived::Repeat;
        }
        let complete = match &mut self.ahead {
            Some((cutter, frame)) => cutter.push(u64::from(run.entry.length)).map(|plan| (plan, Arc::clone(frame))),
            None => None,
        };
        let ahead = complete.and_then(|(plan, frame)| self.cut(plan, frame));
        self.places.push(run.location);
        Arrived::First(ahead)
    }

    fn cut(&mut self, plan: BundlePlan, frame: Arc<AheadFrame>) -> Option<Arc<Ahead>> {
        if plan.part == 1 {
            self.places.cut();
            return None;
        }
        let lengths = self.index.from(plan.runs.start).map(|entry| entry.length);
        Some(self.places.cut_ahead(|locations| {
            let runs =
                locations.into_iter().zip(lengths).map(|(location, length)| Place { location, length }).collect();
            Ahead::new(plan, frame, runs)
        }))
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
