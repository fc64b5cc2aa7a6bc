//! The runs of a report, and what is known of them, on their way to their Test Executions.

use crate::bundle::{RunPlace, RunStore, StoredChunk, WaitingEntries};
use crate::pipeline::naming::KeyedName;
use crate::pipeline::rows::RowKeys;
use crate::pipeline::share::Shares;

/// The runs of one report.
#[derive(Debug, Default)]
pub(in crate::pipeline) struct ReportRuns {
    /// Their Test Executions.
    pub(in crate::pipeline) shares: Shares,
    /// Where they are stored, in order.
    pub(in crate::pipeline) chunks: Vec<RunChunk>,
    /// Names of those that have a key, with their share; empty unless a plan is made.
    pub(in crate::pipeline) names: Vec<(usize, KeyedName)>,
    /// Tests with neither key nor project; empty unless a plan is made.
    pub(in crate::pipeline) unmapped: Vec<String>,
    /// Keys of rows, until the report has been read.
    pub(in crate::pipeline) row_keys: RowKeys,
}

/// Runs that follow each other in the store, on their way to the index of their Test Execution.
#[derive(Debug)]
pub(in crate::pipeline) struct RunChunk {
    pub(in crate::pipeline) stored: StoredChunk,
    /// What is known of each. Where it is follows from the lengths of those before it.
    pub(in crate::pipeline) entries: WaitingEntries,
    /// Numbers of their Test Executions, each with the place of the first run that belongs to another one.
    pub(in crate::pipeline) executions: Vec<(u32, usize)>,
    /// Notes, by the number of their run in the chunk.
    pub(in crate::pipeline) notes: Vec<(usize, RunPlace)>,
}

impl ReportRuns {
    /// Takes in those of the next part of the same report, all but the keys of their rows. Gives where its shares are
    /// now.
    pub(in crate::pipeline) fn take_in(&mut self, part: &mut ReportRuns) -> Vec<usize> {
        self.unmapped.append(&mut part.unmapped);
        self.chunks.append(&mut part.chunks);
        let places: Vec<usize> = part.shares.iter().map(|share| self.shares.place_in(share.execution)).collect();
        for (share, place) in part.shares.iter().zip(&places) {
            self.shares[*place].take_in(share);
        }
        self.names.extend(part.names.drain(..).map(|(share, name)| (places[share], name)));
        places
    }

    /// Forgets them, and takes them out of the store.
    pub(super) fn discard(&mut self, store: &RunStore) {
        self.shares.clear();
        self.names.clear();
        self.unmapped.clear();
        self.chunks.drain(..).for_each(|chunk| store.discard(&chunk.stored));
    }
}
