//! From the runs that arrived to the runs that will be written: one per Test, in order of first appearance.

use std::collections::{BTreeMap, HashSet};
use std::ops::Range;

use super::error::{WriteError, WriteErrorKind};
use super::index::{ExecutionIndex, IndexEntry};
use super::note::read_note;
use super::store::{Location, RunStore};
use crate::model::{Outcome, ReportId, RunCounts};

/// One of several results of a Test.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MergePart<'a> {
    /// The encoded run.
    pub bytes: &'a [u8],
    /// The report it came from.
    pub report: ReportId,
    /// Its number within the report.
    pub sequence: u32,
    /// What became of it.
    pub outcome: Outcome,
    /// See [`TestCase::attempt_group`](crate::model::TestCase::attempt_group).
    pub attempt_group: u64,
    /// Whether a later attempt counts instead.
    pub superseded: bool,
    /// What was noted for merging; may be empty.
    pub note: &'a [u8],
}

/// Makes one run of all results of a Test, which come in order of (report, sequence), and appends it to the buffer. On
/// failure it says why, in a sentence that reads well after "failed to merge".
pub type Merge<'m> = dyn Fn(&[MergePart<'_>], &mut Vec<u8>) -> Result<(), String> + Sync + 'm;

/// A Test with more than one result.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    parts: Range<usize>,
}

impl Group {
    /// How many results there are; at least two.
    pub fn results(&self) -> usize {
        self.parts.len()
    }
}

/// What came out of merging a [`Group`].
#[derive(Debug, Clone, Copy)]
pub struct Merged {
    /// Place of the group's first result.
    first: usize,
    location: Location,
    length: u32,
}

/// The runs of one Test Execution, with results of the same Test found but not merged yet.
#[derive(Debug)]
pub struct Grouped {
    /// All results, those of one Test side by side, in order of (report, sequence).
    runs: Vec<IndexEntry>,
    groups: Vec<Group>,
}

impl ExecutionIndex {
    /// Finds the results that belong to the same Test. The outcome does not depend on the order of arrival, and no
    /// second list of all runs is made: the index is by far the largest thing in memory.
    pub fn group(self) -> Grouped {
        let mut runs = self.entries;
        runs.sort_unstable_by_key(|entry| (entry.identity, entry.report, entry.sequence));
        let mut groups = Vec::new();
        let mut at = 0;
        for results in runs.chunk_by(|one, next| one.identity == next.identity) {
            if results.len() > 1 {
                groups.push(Group { parts: at..at + results.len() });
            }
            at += results.len();
        }
        Grouped { runs, groups }
    }
}

impl Grouped {
    /// The Tests with several results. [`merge`](Grouped::merge) must be called for each, in any order and on any thread.
    pub fn groups(&self) -> &[Group] {
        &self.groups
    }

    /// Merges one group and puts the result into the store. Only this group's results are in memory meanwhile.
    ///
    /// # Errors
    /// When the store fails, or `merge` does.
    pub fn merge(&self, group: &Group, store: &RunStore, merge: &Merge<'_>) -> Result<Merged, WriteError> {
        let entries = self.runs.get(group.parts.clone()).unwrap_or_default();
        let first = entries.first().ok_or(WriteErrorKind::NotStored)?;
        let spilled = read_spilled(entries, store)?;
        let notes = entries.iter().map(|entry| read_note(entry, store)).collect::<Result<Vec<_>, _>>()?;
        let mut merged = Vec::new();
        merge(&merge_parts(entries, store, &spilled, &notes), &mut merged)
            .map_err(|message| WriteErrorKind::Merge { report: first.report, sequence: first.sequence, message })?;
        let (location, length) = keep(store, &merged)?;
        Ok(Merged { first: group.parts.start, location, length })
    }

    /// Puts the merged runs in their places.
    ///
    /// # Errors
    /// When a group was not merged: its results would be lost.
    pub fn finish(mut self, merged: impl IntoIterator<Item = Merged>) -> Result<Settled, WriteError> {
        let counts = self.counts();
        let mut awaited: HashSet<_> = self.groups.iter().map(|group| group.parts.start).collect();
        for result in merged {
            awaited.remove(&result.first);
            if let Some(run) = self.runs.get_mut(result.first) {
                (run.location, run.length) = (result.location, result.length);
            }
        }
        if !awaited.is_empty() {
            return Err(WriteErrorKind::Unmerged(awaited.len()).into());
        }
        self.runs.dedup_by_key(|run| run.identity);
        self.runs.sort_unstable_by_key(|run| (run.report, run.sequence));
        Ok(Settled { runs: self.runs, counts })
    }

    /// The first result of a Test is written, all others are merged into it.
    fn counts(&self) -> BTreeMap<ReportId, RunCounts> {
        let mut counts: BTreeMap<ReportId, RunCounts> = BTreeMap::new();
        let mut last = None;
        for run in &self.runs {
            let of_report = counts.entry(run.report).or_default();
            match last.replace(run.identity) == Some(run.identity) {
                true => of_report.merged += 1,
                false => of_report.written += 1,
            }
        }
        counts
    }
}

/// The bytes of those entries that are not in memory, back to back.
fn read_spilled(entries: &[IndexEntry], store: &RunStore) -> Result<Vec<u8>, WriteError> {
    let mut spilled = Vec::new();
    for entry in entries {
        if store.slice(entry.location, entry.length as usize).is_none() {
            store.read(entry.location, entry.length as usize, &mut spilled)?;
        }
    }
    Ok(spilled)
}

fn merge_parts<'a>(
    entries: &[IndexEntry],
    store: &'a RunStore,
    mut spilled: &'a [u8],
    notes: &'a [Vec<u8>],
) -> Vec<MergePart<'a>> {
    let part = |(entry, note): (&IndexEntry, &'a Vec<u8>)| {
        let length = entry.length as usize;
        let bytes = store.slice(entry.location, length).unwrap_or_else(|| {
            let (bytes, rest) = spilled.split_at_checked(length).unwrap_or((spilled, &[]));
            spilled = rest;
            bytes
        });
        MergePart {
            bytes,
            report: entry.report,
            sequence: entry.sequence,
            outcome: entry.facts.outcome(),
            attempt_group: entry.facts.attempt_group(),
            superseded: entry.facts.is_superseded(),
            note,
        }
    };
    entries.iter().zip(notes).map(part).collect()
}

fn keep(store: &RunStore, bytes: &[u8]) -> Result<(Location, u32), WriteError> {
    let length = u32::try_from(bytes.len()).map_err(|_| WriteErrorKind::RunTooLong(bytes.len() as u64))?;
    Ok((store.put(bytes)?.start, length))
}

/// Groups and merges on the calling thread.
///
/// # Errors
/// When the store fails, or `merge` does.
pub fn settle(index: ExecutionIndex, store: &RunStore, merge: &Merge<'_>) -> Result<Settled, WriteError> {
    let grouped = index.group();
    let merged: Result<Vec<Merged>, WriteError> =
        grouped.groups().iter().map(|group| grouped.merge(group, store, merge)).collect();
    grouped.finish(merged?)
}

/// The runs of one Test Execution as they will be written: one per Test, in order of first appearance.
#[derive(Debug)]
pub struct Settled {
    runs: Vec<IndexEntry>,
    counts: BTreeMap<ReportId, RunCounts>,
}

impl Settled {
    /// The runs in order.
    pub fn runs(&self) -> &[IndexEntry] {
        &self.runs
    }

    /// For each report with a run in this Test Execution: how many were written, how many merged into an earlier one.
    /// What was left out is not known here.
    pub fn counts(&self) -> &BTreeMap<ReportId, RunCounts> {
        &self.counts
    }

    /// Gives run number `run` other bytes, after it was cut down to fit.
    ///
    /// # Errors
    /// When the store fails, or there is no such run.
    pub fn replace(&mut self, run: usize, bytes: &[u8], store: &RunStore) -> Result<(), WriteError> {
        let run = self.runs.get_mut(run).ok_or(WriteErrorKind::NotStored)?;
        (run.location, run.length) = keep(store, bytes)?;
        Ok(())
    }
}

#[cfg(test)]
pub(crate) mod tests;
