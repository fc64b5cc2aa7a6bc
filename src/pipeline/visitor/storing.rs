//! Encoded runs that wait are handed to the store in chunks, and offered to the collector.

use std::ops::Range;

use super::{Conversion, ConversionFailure, RunScratch};
use crate::bundle::{IndexEntry, RunPlace, WaitingEntries, WriteError};
use crate::format::Format;
use crate::model::RunFacts;
use crate::pipeline::outcome::RunChunk;

/// Bytes of encoded runs that are handed to the store at once: large reports come in several chunks.
pub(super) const CHUNK: usize = 1024 * 1024;

/// Chunks of one report whose entries wait in memory. Those of a giant would be more than the index itself keeps.
pub(super) const CHUNKS_HELD: usize = 4;

/// A run that is encoded and not stored.
pub(super) struct WaitingRun {
    pub(super) share: usize,
    pub(super) length: u64,
    /// Its place in `notes`.
    pub(super) note: Range<usize>,
    pub(super) facts: RunFacts,
}

impl Conversion<'_> {
    pub(super) fn store(&mut self) {
        if self.scratch.waiting.is_empty() || self.failure.is_some() {
            return;
        }
        if let Err(error) = self.try_store() {
            self.failure = Some(ConversionFailure::Store(error));
        }
        self.scratch.empty();
        self.offer();
    }

    /// Offers what is stored.
    pub(super) fn offer(&mut self) {
        if let Some(early) = &mut self.early
            && Format::better_than(&self.findings.outcome.told.producer).is_none()
        {
            early.offer(&mut self.findings.outcome.runs.chunks);
        }
    }

    fn try_store(&mut self) -> Result<(), WriteError> {
        let stored = self.group.store.put(&self.scratch.bytes)?;
        let notes = self.store_notes()?;
        let executions = self.executions();
        let mut entries = Vec::with_capacity(self.scratch.waiting.len());
        for run in &self.scratch.waiting {
            entries.push(IndexEntry::new(run.length, &run.facts)?);
        }
        let chunks = &mut self.findings.outcome.runs.chunks;
        let entries = match chunks.len() < self.chunks_held {
            true => WaitingEntries::held(entries),
            false => WaitingEntries::spilled(&entries, &self.group.store)?,
        };
        if chunks.is_empty() {
            // Small reports have one.
            chunks.reserve_exact(1);
        }
        chunks.push(RunChunk { stored, entries, executions, notes });
        Ok(())
    }

    /// Stores the notes of the runs that wait, and gives the place of each with the number of its run.
    fn store_notes(&self) -> Result<Vec<(usize, RunPlace)>, WriteError> {
        let RunScratch { waiting, notes, .. } = &*self.scratch;
        if notes.is_empty() {
            return Ok(Vec::new());
        }
        let stored = self.group.store.put_to_stay(notes)?;
        let noted = waiting.iter().enumerate().filter(|(_, run)| !run.note.is_empty());
        noted.map(|(number, run)| Ok((number, RunPlace::within(&stored, &run.note)?))).collect()
    }

    /// The Test Executions of the runs that wait, each with the end of its runs; most chunks have one.
    fn executions(&self) -> Vec<(u32, usize)> {
        let mut executions: Vec<(u32, usize)> = Vec::with_capacity(1);
        for (number, run) in self.scratch.waiting.iter().enumerate() {
            let execution = self.findings.outcome.runs.shares[run.share].execution;
            match executions.last_mut() {
                Some((last, end)) if *last == execution => *end = number + 1,
                _ => executions.push((execution, number + 1)),
            }
        }
        executions
    }
}
