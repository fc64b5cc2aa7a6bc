//! Runs of a large report that are collected while it is being read.
//!
//! What comes of a report counts when its last byte is known: until then it may turn out to be a copy, not to be what was
//! archived, or nothing that is wanted. Of a giant that would be much to keep. So whoever reads one offers its runs as
//! they come, and where nothing can take them back the collector takes them, as soon as all reports before it have been
//! collected ([`Collected::is_sure_of`](super::collect)). Everything else that it knows of the report it learns at the
//! end, as of any other, so that nothing shows when the runs were taken.

use std::sync::Arc;

use xxhash_rust::xxh3::xxh3_64;

use super::grouping::Group;
use super::outcome::{ReportOutcome, RunChunk};
use crate::format::Format;
use crate::model::ReportId;

/// Runs of a report that is being read.
pub(super) struct EarlyRuns {
    pub(super) report: ReportId,
    pub(super) group: Arc<Group>,
    pub(super) format: &'static str,
    pub(super) beginning: Beginning,
    /// Where the report lies, if it is one that may be told once more.
    pub(super) told_again: Option<Arc<Place>>,
    /// Whether runs before these were taken. Then these can be, whenever somebody has time.
    pub(super) have_begun: bool,
    /// The runs, in order, behind those that were taken. Whoever takes them leaves none.
    pub(super) chunks: Vec<RunChunk>,
}

/// Where a report lies: the number of its INPUT, and its folder there.
#[derive(Debug)]
pub(super) struct Place {
    pub(super) input: u32,
    pub(super) folder: String,
}

impl EarlyRuns {
    /// The runs, out of this.
    pub(super) fn take(&mut self) -> EarlyRuns {
        let EarlyRuns { report, format, beginning, have_begun, .. } = *self;
        let chunks = std::mem::take(&mut self.chunks);
        let (group, told_again) = (Arc::clone(&self.group), self.told_again.clone());
        EarlyRuns { report, group, format, beginning, told_again, have_begun, chunks }
    }
}

/// Takes runs, or leaves them: their report's turn has not come, or something may take them back.
pub(super) type TakeEarly<'c> = dyn Fn(&mut EarlyRuns) + 'c;

/// Hash of how a long file begins: two files that begin otherwise are no copies of each other, however far they are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Beginning(u64);

impl Beginning {
    /// Bytes that a file has at least whose beginning is known. Of a stream no less than that is ever read.
    pub(super) const SHORTEST: usize = 64 * 1024;

    /// Bytes that are hashed.
    const LENGTH: usize = 4096;

    /// How `bytes` begin, unless they are few.
    pub(super) fn of(bytes: &[u8]) -> Option<Beginning> {
        let first = bytes.get(..Beginning::LENGTH).filter(|_| bytes.len() >= Beginning::SHORTEST)?;
        Some(Beginning(xxh3_64(first)))
    }
}

/// Where the runs of one report are offered as they come.
pub(super) struct Early<'c> {
    runs: EarlyRuns,
    take: &'c TakeEarly<'c>,
}

impl<'c> Early<'c> {
    /// For the runs of a report of which nothing but its beginning has been read.
    pub(super) fn new(
        outcome: &ReportOutcome,
        group: &Arc<Group>,
        format: &'static str,
        take: &'c TakeEarly<'c>,
    ) -> Option<Early<'c>> {
        let beginning = outcome.likeness.beginning?;
        let (report, group) = (outcome.id, Arc::clone(group));
        let place = || Place { input: outcome.surroundings.input, folder: outcome.origin.folder().to_owned() };
        let may_be_told_again = Format::may_be_told_again(format, outcome.origin.as_str());
        let told_again = may_be_told_again.then(|| Arc::new(place()));
        let runs = EarlyRuns { report, group, format, beginning, told_again, have_begun: false, chunks: Vec::new() };
        Some(Early { runs, take })
    }

    /// Offers `chunks`, which are gone when they were taken.
    pub(super) fn offer(&mut self, chunks: &mut Vec<RunChunk>) {
        if chunks.is_empty() {
            return;
        }
        std::mem::swap(chunks, &mut self.runs.chunks);
        (self.take)(&mut self.runs);
        std::mem::swap(chunks, &mut self.runs.chunks);
        self.runs.have_begun |= chunks.is_empty();
    }

    /// Whether runs of the report were taken. Then those that follow are, too.
    pub(super) fn has_begun(&self) -> bool {
        self.runs.have_begun
    }
}

#[cfg(test)]
mod tests;
