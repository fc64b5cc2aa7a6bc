//! What a bundle that is written before all runs are known consists of.
//!
//! Several results of a Test mostly come from one report, one behind the other: data rows, and attempts of one case. So
//! they are merged when their bundle is written, and what they were is kept for the case that a further one comes.

use super::error::WriteError;
use super::index::{Repeat, StoredRun};
use super::merging::{Dispute, EvidenceLost, Loaded, Merge, Merged, MergedBatch, OneResult, pack};
use super::places::{RunPlace, Stretch};
use super::store::RunStore;
use crate::model::Outcome;

/// The runs of a bundle, in the store.
#[derive(Debug, Default)]
pub(super) struct Contents {
    /// First results of all Tests. One that is to be merged stands alone.
    pub(super) runs: Vec<Stretch>,
    /// The Tests that have further ones.
    pub(super) repeated: Vec<Repeated>,
}

/// A Test of which several results have come.
#[derive(Debug)]
pub(super) struct Repeated {
    /// Number of the first one.
    pub(super) run: u32,
    /// Its place in [`Contents::runs`].
    pub(super) at: usize,
    /// All of them, in order.
    pub(super) results: Vec<OneResult>,
}

/// What is known of a Test whose results were merged into a bundle written ahead.
#[derive(Debug, Clone, Copy)]
pub(super) struct MergedAhead {
    /// Number of its first result.
    pub(super) run: u32,
    /// Of the merged run.
    pub(super) length: u32,
    pub(super) outcome: Outcome,
    pub(super) note: Option<RunPlace>,
    pub(super) evidence: EvidenceLost,
    pub(super) dispute: Option<Dispute>,
    /// Where the results are that were merged, packed.
    pub(super) results: RunPlace,
}

/// The runs of a bundle as they are written.
pub(super) struct ToWrite {
    pub(super) runs: Vec<Stretch>,
    pub(super) merged: Vec<MergedAhead>,
    /// Bytes that merging added, or took away.
    pub(super) growth: i64,
    /// What is of no use once the bundle is written.
    temporary: Vec<Merged>,
}

impl Contents {
    /// Merges what is to be merged, and keeps what it was.
    pub(super) fn merge(&self, separator: &[u8], store: &RunStore, merge: &Merge<'_>) -> Result<ToWrite, WriteError> {
        let mut batch = MergedBatch::default();
        let (mut temporary, mut packed, mut ends) = (Vec::new(), Vec::new(), Vec::new());
        for Repeated { run, results, .. } in &self.repeated {
            let results = results.iter().map(|one| one.load(store)).collect::<Result<Vec<Loaded>, _>>()?;
            batch.merge(*run as usize, &results, separator, merge)?;
            pack(&results, &mut packed)?;
            ends.push(packed.len());
        }
        batch.put(store, &mut temporary)?;
        let mut to_write = ToWrite { runs: self.runs.clone(), merged: Vec::new(), growth: 0, temporary };
        if packed.is_empty() {
            return Ok(to_write);
        }
        let packed = store.put_to_stay(&packed)?;
        let starts = std::iter::once(0).chain(ends.iter().copied());
        for ((merged, repeated), span) in to_write.temporary.iter().zip(&self.repeated).zip(starts.zip(&ends)) {
            let Merged { place, outcome, note, evidence, dispute, .. } = *merged;
            if let Some(run) = to_write.runs.get_mut(repeated.at) {
                to_write.growth += i64::from(place.length) - run.bytes as i64;
                *run = place.into();
            }
            let results = RunPlace::within(&packed, &(span.0..*span.1))?;
            let (run, length) = (repeated.run, place.length);
            to_write.merged.push(MergedAhead { run, length, outcome, note, evidence, dispute, results });
        }
        Ok(to_write)
    }

    /// Nobody will ask for any of it any more.
    pub(super) fn release(&self, separator: &[u8], store: &RunStore) {
        let between = separator.len() as u64;
        self.runs.iter().for_each(|run| store.release(run.at, run.bytes + between));
        for Repeated { results, .. } in &self.repeated {
            let further = results.iter().skip(1).map(|one| one.place);
            further.for_each(|place| store.release(place.location, u64::from(place.length) + between));
            let notes = results.iter().filter_map(|one| one.note);
            notes.for_each(|note| store.release(note.location, u64::from(note.length)));
        }
    }

    /// The further results, as they came.
    pub(super) fn repeats(&self) -> impl Iterator<Item = Repeat> {
        self.repeated.iter().flat_map(|Repeated { run: first, results, .. }| {
            results.iter().skip(1).map(|&OneResult { place, entry, report, note }| Repeat {
                first: *first,
                report,
                run: StoredRun { location: place.location, entry, note },
            })
        })
    }
}

impl ToWrite {
    /// The bundle is written.
    pub(super) fn release(&self, separator: &[u8], store: &RunStore) {
        let runs = self.temporary.iter().map(|merged| merged.place);
        runs.for_each(|run| store.release(run.location, u64::from(run.length) + separator.len() as u64));
    }

    /// The bundle is not written after all.
    pub(super) fn discard(&self, separator: &[u8], store: &RunStore) {
        self.release(separator, store);
        let kept = self.merged.iter().flat_map(|merged| merged.note.into_iter().chain([merged.results]));
        kept.for_each(|place| store.release(place.location, u64::from(place.length)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_little_is_kept_of_further_results_as_is_said() {
        // One is kept for each further result of a night: the chapter on memory in docs/internals.md says that it takes
        // no more.
        assert!(size_of::<Repeat>() <= 64 && size_of::<MergedAhead>() <= 80);
    }
}
