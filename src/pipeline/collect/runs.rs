//! The runs of a report on their way into the index of their Test Executions.

use std::iter::Peekable;
use std::sync::Arc;
use std::vec;

use super::Collected;
use crate::bundle::{Ahead, Arrived, ExecutionIndex, IndexEntry, Location, RunPlace, RunStore, StoredRun, WriteError};
use crate::model::{ReportId, RunCounts};
use crate::pipeline::outcome::{ReportOutcome, RunChunk};
use crate::xray;

/// What became of runs that were added.
#[derive(Default)]
pub(super) struct Added {
    pub(super) counts: RunCounts,
    /// The reports whose results the first and the last of them repeat, if any does.
    repeated: Option<[ReportId; 2]>,
}

/// Runs of one chunk, in order; those that were taken are gone.
struct ChunkRuns {
    entries: Vec<IndexEntry>,
    notes: Peekable<vec::IntoIter<(usize, RunPlace)>>,
    taken: usize,
    /// Where the next one is.
    location: Location,
}

impl ChunkRuns {
    /// Those of the next that are announced at once; none beyond the one before `end`.
    fn batch(&self, end: usize) -> &[IndexEntry] {
        let end = end.min(self.taken + ExecutionIndex::BATCH).min(self.entries.len());
        self.entries.get(self.taken..end).unwrap_or_default()
    }
}

impl Iterator for ChunkRuns {
    type Item = StoredRun;

    #[inline]
    fn next(&mut self) -> Option<StoredRun> {
        let (number, location) = (self.taken, self.location);
        let entry = *self.entries.get(number)?;
        let note = self.notes.next_if(|(at, _)| *at == number).map(|(_, note)| note);
        self.taken += 1;
        self.location = location.forward(u64::from(entry.length) + xray::SEPARATOR.len() as u64);
        Some(StoredRun { location, entry, note })
    }
}

impl Collected {
    /// Moves the runs, as far as that has not been done, into the index of their Test Execution. Where none of them is
    /// the first result of its Test, as far as a look at the first and the last of them tells all those are of the
    /// report that is given.
    pub(super) fn add_runs(
        &mut self,
        outcome: &mut ReportOutcome,
        store: &RunStore,
        ahead: &mut dyn FnMut(Arc<Ahead>),
    ) -> Result<Option<ReportId>, WriteError> {
        let chunks = std::mem::take(&mut outcome.runs.chunks);
        outcome.told.runs.merge(&std::mem::take(&mut self.early));
        let Added { counts, repeated } = self.add_chunks(outcome.id, chunks, store, ahead)?;
        outcome.told.runs.merge(&counts);
        let of_one = repeated.filter(|[first, last]| first == last && outcome.told.runs.written == 0);
        Ok(of_one.map(|[first, _]| first))
    }

    /// Moves runs of one report into the indexes.
    pub(super) fn add_chunks(
        &mut self,
        report: ReportId,
        chunks: Vec<RunChunk>,
        store: &RunStore,
        ahead: &mut dyn FnMut(Arc<Ahead>),
    ) -> Result<Added, WriteError> {
        let mut adding = Adding { report, store, ahead, added: Added::default() };
        for RunChunk { stored, entries, executions, notes } in chunks {
            let notes = notes.into_iter().peekable();
            let mut runs = ChunkRuns { entries: entries.take(store)?, notes, taken: 0, location: stored.begin() };
            for (number, end) in executions {
                let execution = self.executions.get_mut(number as usize);
                let Some(index) = execution.and_then(|execution| execution.index.as_mut()) else { continue };
                adding.add(&mut runs, end, index)?;
            }
        }
        Ok(adding.added)
    }
}

/// The runs of one report are moved into the indexes.
struct Adding<'a> {
    report: ReportId,
    store: &'a RunStore,
    /// Takes bundles that become complete.
    ahead: &'a mut dyn FnMut(Arc<Ahead>),
    added: Added,
}

impl Adding<'_> {
    /// Moves the next runs of a chunk, those before the one at `end`, into the index of their Test Execution.
    fn add(&mut self, runs: &mut ChunkRuns, end: usize, index: &mut ExecutionIndex) -> Result<(), WriteError> {
        let Added { counts, repeated } = &mut self.added;
        let mut last = None;
        loop {
            let batch = runs.batch(end);
            if batch.is_empty() {
                break;
            }
            index.approach(batch);
            let count = batch.len();
            for run in runs.by_ref().take(count) {
                match index.add(self.report, run, self.store)? {
                    Arrived::First(complete) => {
                        counts.written += 1;
                        complete.into_iter().for_each(&mut *self.ahead);
                    }
                    Arrived::Repeat { of } => {
                        counts.merged += 1;
                        repeated.get_or_insert_with(|| [index.report_of(of); 2]);
                        last = Some(of);
                    }
                }
            }
        }
        if let (Some(of), Some([_, last])) = (last, repeated) {
            *last = index.report_of(of);
        }
        Ok(())
    }
}
