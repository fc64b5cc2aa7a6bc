//! Several results of one Test into one run: what is read for that, and what comes of it.

use std::ops::Range;

use super::error::{WriteError, WriteErrorKind};
use super::index::{IndexEntry, Repeat};
use super::places::RunPlace;
use super::segment::HeldBytes;
use super::store::{RunStore, Whereabouts};
use crate::model::{Contrary, Outcome, ReportId};

/// One of several results of a Test.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct MergePart<'a> {
    /// The encoded run.
    pub bytes: &'a [u8],
    /// The report it came from.
    pub report: ReportId,
    /// What became of it.
    pub outcome: Outcome,
    /// See [`TestCase::attempt_group`](crate::model::TestCase::attempt_group).
    pub attempt_group: u64,
    /// Whether a later attempt counts instead.
    pub superseded: bool,
    /// What was noted for merging; may be empty.
    pub note: &'a [u8],
}

/// What stands for all results of a Test beside the bytes of their run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct MergedFacts {
    /// What became of all together.
    pub outcome: Outcome,
    /// What must still be known of the run; may be empty.
    pub note: Vec<u8>,
    /// What the results had and the run has not.
    pub evidence: EvidenceLost,
    /// Reports that tell opposite things of the Test, if that is to be told.
    pub dispute: Option<Dispute>,
}

/// Two reports that tell opposite things of one Test.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Dispute {
    /// One in which it passed.
    pub passed: ReportId,
    /// One that tells otherwise.
    pub other: ReportId,
    /// What that one tells.
    pub contrary: Contrary,
}

/// Pieces of evidence that results had and that are in no merged run.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct EvidenceLost {
    /// All of them: several results had the same, or a limit left them out.
    pub gone: u64,
    /// Those that a limit left out.
    pub over_limit: u64,
}

impl EvidenceLost {
    pub(super) fn add(&mut self, other: EvidenceLost) {
        self.gone += other.gone;
        self.over_limit += other.over_limit;
    }
}

/// Makes one run of all results of a Test, which come in order, and appends it to the buffer. On failure it says why,
/// in a sentence that reads well after "failed to merge".
pub(crate) type Merge<'m> = dyn Fn(&[MergePart<'_>], &mut Vec<u8>) -> Result<MergedFacts, String> + Sync + 'm;

/// What came out of merging all results of a Test.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Merged {
    /// Number of the Test's first result.
    pub(super) run: usize,
    pub(super) place: RunPlace,
    pub(super) outcome: Outcome,
    pub(super) note: Option<RunPlace>,
    pub(super) evidence: EvidenceLost,
    pub(super) dispute: Option<Dispute>,
}

/// A result in the store, with all that is known of it.
#[derive(Debug, Clone, Copy)]
pub(super) struct OneResult {
    pub(super) place: RunPlace,
    pub(super) entry: IndexEntry,
    pub(super) report: ReportId,
    pub(super) note: Option<RunPlace>,
}

impl From<&Repeat> for OneResult {
    fn from(Repeat { report, run, .. }: &Repeat) -> OneResult {
        let place = RunPlace { location: run.location, length: run.entry.length };
        OneResult { place, entry: run.entry, report: *report, note: run.note }
    }
}

impl OneResult {
    pub(super) fn load(&self, store: &RunStore) -> Result<Loaded, WriteError> {
        let note = self.note.map_or(Ok(Bytes::Read(Vec::new())), |note| Bytes::of(note, store));
        Ok(Loaded { run: Bytes::of(self.place, store)?, note: note?, entry: self.entry, report: self.report })
    }
}

/// A result that was read to be merged.
pub(super) struct Loaded {
    run: Bytes,
    note: Bytes,
    entry: IndexEntry,
    pub(super) report: ReportId,
}

impl Loaded {
    fn part(&self) -> MergePart<'_> {
        MergePart {
            bytes: self.run.as_ref(),
            report: self.report,
            outcome: self.entry.outcome(),
            attempt_group: self.entry.attempt_group(),
            superseded: self.entry.is_superseded(),
            note: self.note.as_ref(),
        }
    }
}

/// Bytes in the store's memory, or read back.
enum Bytes {
    Held(HeldBytes),
    Read(Vec<u8>),
}

impl Bytes {
    fn of(place: RunPlace, store: &RunStore) -> Result<Bytes, WriteError> {
        match store.find(place.location, place.length as usize)? {
            Whereabouts::Held(held) => Ok(Bytes::Held(held)),
            elsewhere => {
                let mut bytes = Vec::new();
                store.copy(&elsewhere, &mut bytes)?;
                Ok(Bytes::Read(bytes))
            }
        }
    }
}

impl AsRef<[u8]> for Bytes {
    fn as_ref(&self) -> &[u8] {
        match self {
            Bytes::Held(held) => held,
            Bytes::Read(bytes) => bytes,
        }
    }
}

/// Merged runs that are not in the store yet.
#[derive(Default)]
pub(super) struct MergedBatch {
    /// Runs, each followed by a separator and its note.
    bytes: Vec<u8>,
    merged: Vec<InBatch>,
}

/// A [`Merged`] whose places are spans of the batch.
struct InBatch {
    run: usize,
    bytes: Range<usize>,
    outcome: Outcome,
    note: Range<usize>,
    evidence: EvidenceLost,
    dispute: Option<Dispute>,
}

impl MergedBatch {
    /// Bytes that are put into the store at once.
    const ENOUGH: usize = 256 << 10;

    pub(super) fn is_enough(&self) -> bool {
        self.bytes.len() >= MergedBatch::ENOUGH
    }

    /// Merges all results of the Test whose first one is run number `run`.
    pub(super) fn merge(
        &mut self,
        run: usize,
        results: &[Loaded],
        separator: &[u8],
        merge: &Merge<'_>,
    ) -> Result<(), WriteError> {
        let parts: Vec<_> = results.iter().map(Loaded::part).collect();
        let start = self.bytes.len();
        let report = results.first().map_or(ReportId(0), |first| first.report);
        let facts = merge(&parts, &mut self.bytes).map_err(|message| WriteErrorKind::Merge { report, message })?;
        let bytes = start..self.bytes.len();
        self.bytes.extend_from_slice(separator);
        let note = self.bytes.len()..self.bytes.len() + facts.note.len();
        self.bytes.extend_from_slice(&facts.note);
        let MergedFacts { outcome, evidence, dispute, .. } = facts;
        self.merged.push(InBatch { run, bytes, outcome, note, evidence, dispute });
        Ok(())
    }

    pub(super) fn put(&mut self, store: &RunStore, all: &mut Vec<Merged>) -> Result<(), WriteError> {
        if self.merged.is_empty() {
            return Ok(());
        }
        let chunk = store.put(&self.bytes)?;
        for InBatch { run, bytes, outcome, note, evidence, dispute } in self.merged.drain(..) {
            let note = (!note.is_empty()).then(|| RunPlace::within(&chunk, &note)).transpose()?;
            all.push(Merged { run, place: RunPlace::within(&chunk, &bytes)?, outcome, note, evidence, dispute });
        }
        self.bytes.clear();
        Ok(())
    }
}

/// Appends results, with all that is known of them, so that [`unpack`] finds them again.
pub(super) fn pack(results: &[Loaded], out: &mut Vec<u8>) -> Result<(), WriteError> {
    for Loaded { run, note, entry, report } in results {
        let note = note.as_ref();
        let length = u32::try_from(note.len()).map_err(|_| WriteErrorKind::RunTooLong(note.len() as u64))?;
        out.extend_from_slice(&entry.to_bytes());
        out.extend_from_slice(&report.0.to_le_bytes());
        out.extend_from_slice(&length.to_le_bytes());
        out.extend_from_slice(run.as_ref());
        out.extend_from_slice(note);
    }
    Ok(())
}

/// The results that were packed at this place.
pub(super) fn unpack(packed: RunPlace, store: &RunStore) -> Result<Vec<Loaded>, WriteError> {
    let bytes = Bytes::of(packed, store)?;
    let mut rest = bytes.as_ref();
    let mut results = Vec::new();
    while !rest.is_empty() {
        results.push(unpack_one(&mut rest).ok_or(WriteErrorKind::NotStored)?);
    }
    Ok(results)
}

fn unpack_one(rest: &mut &[u8]) -> Option<Loaded> {
    let (entry, behind) = rest.split_first_chunk()?;
    let entry = IndexEntry::from_bytes(entry);
    let (report, behind) = behind.split_first_chunk()?;
    let (length, behind) = behind.split_first_chunk()?;
    let (run, behind) = behind.split_at_checked(entry.length as usize)?;
    let (note, behind) = behind.split_at_checked(u32::from_le_bytes(*length) as usize)?;
    *rest = behind;
    let report = ReportId(u32::from_le_bytes(*report));
    Some(Loaded { run: Bytes::Read(run.to_vec()), note: Bytes::Read(note.to_vec()), entry, report })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::RunFacts;

    fn result(store: &RunStore, run: &[u8], note: &[u8], report: u32) -> OneResult {
        let facts = RunFacts {
            identity: 7 << 70 | 3,
            outcome: Outcome::Skipped,
            attempt_group: 5,
            superseded: true,
            evidence: 0,
        };
        let place = |bytes: &[u8]| RunPlace { location: store.put(bytes).unwrap().begin(), length: bytes.len() as u32 };
        let entry = IndexEntry::new(run.len() as u64, &facts).unwrap();
        OneResult { place: place(run), entry, report: ReportId(report), note: (!note.is_empty()).then(|| place(note)) }
    }

    #[test]
    fn what_was_packed_is_found_again() {
        let folder = tempfile::tempdir().unwrap();
        let store = RunStore::new(folder.path(), 100);
        let results =
            [result(&store, b"one", b"", 4), result(&store, b"", b"a note", 4), result(&store, b"two", b"n", 9)];
        let loaded = results.iter().map(|one| one.load(&store)).collect::<Result<Vec<_>, _>>().unwrap();
        let mut packed = Vec::new();
        pack(&loaded, &mut packed).unwrap();
        for ceiling in [0, 1 << 20] {
            let store = RunStore::new(folder.path(), ceiling);
            let place =
                |length: usize| RunPlace { location: store.put(&packed).unwrap().begin(), length: length as u32 };
            let again = unpack(place(packed.len()), &store).unwrap();
            assert!(again.iter().map(Loaded::part).eq(loaded.iter().map(Loaded::part)));
            let cut = unpack(place(packed.len() - 1), &store).err().unwrap();
            assert!(matches!(cut.kind(), WriteErrorKind::NotStored), "{cut}");
        }
    }
}
