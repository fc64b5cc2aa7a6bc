//! Bundles that are written before all runs are known.
//!
//! While reports are still read, runs in order are cut into bundles as if no result would change any more, and these
//! are written under temporary names by whoever has time. When everything is known the real plan is made. A bundle that
//! comes out as it was written ahead only gets its name; the others serve as the store of their runs and are written
//! anew. So nothing depends on what was written ahead but time: most nights are written once, and while they are read.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use super::body::{BundleBody, Sums};
use super::error::{WriteError, WriteErrorKind};
use super::folder::Folder;
use super::gather::gather;
use super::new_file::ClosedFile;
use super::places::Stretch;
use super::plan::BundlePlan;
use super::store::{Location, RunStore};

/// What stands around the runs of bundles that are written ahead. The first bundle of a Test Execution is none of
/// them: it begins with times that are not known before the last run is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AheadFrame {
    /// Before the runs.
    pub head: Vec<u8>,
    /// Between two runs, in the bundle as in the store.
    pub separator: &'static [u8],
    /// After the runs.
    pub tail: &'static [u8],
}

/// A bundle that may be written ahead.
#[derive(Debug)]
pub struct Ahead {
    plan: BundlePlan,
    frame: Arc<AheadFrame>,
    state: Mutex<State>,
    settled: Condvar,
}

#[derive(Debug)]
enum State {
    /// Nobody has begun: its runs are still in the store.
    Waiting(Vec<Stretch>),
    Writing,
    Written {
        begin: Location,
        file: ClosedFile,
        sums: Sums,
    },
    /// It was taken back, it could not be written, or it has its name.
    Gone,
}

impl State {
    fn take_unbegun(&mut self) -> Option<Vec<Stretch>> {
        let State::Waiting(runs) = self else { return None };
        let runs = std::mem::take(runs);
        *self = State::Gone;
        Some(runs)
    }
}

impl Ahead {
    pub(super) fn new(plan: BundlePlan, frame: Arc<AheadFrame>, runs: Vec<Stretch>) -> Ahead {
        Ahead { plan, frame, state: Mutex::new(State::Waiting(runs)), settled: Condvar::new() }
    }

    /// Writes the bundle, unless somebody has begun to or it was taken back, and frees the store of its runs.
    ///
    /// # Errors
    /// When the file cannot be written, or the runs cannot be read back.
    pub fn write(&self, store: &RunStore, folder: &Folder) -> Result<(), WriteError> {
        let Some(runs) = self.begin() else { return Ok(()) };
        let written = self.try_write(&runs, store, folder);
        let (state, result) = match written {
            Ok(state) => (state, Ok(())),
            Err(error) => (State::Gone, Err(error)),
        };
        *self.state() = state;
        self.settled.notify_all();
        let separator = self.frame.separator.len() as u64;
        runs.iter().for_each(|run| store.release(run.at, run.bytes + separator));
        result
    }

    /// Takes the runs, unless that has been done.
    fn begin(&self) -> Option<Vec<Stretch>> {
        let mut state = self.state();
        match std::mem::replace(&mut *state, State::Writing) {
            State::Waiting(runs) => Some(runs),
            other => {
                *state = other;
                None
            }
        }
    }

    fn try_write(&self, runs: &[Stretch], store: &RunStore, folder: &Folder) -> Result<State, WriteError> {
        let mut body = BundleBody::create(folder, &Folder::name_ahead())?;
        let AheadFrame { head, separator, tail } = &*self.frame;
        gather(runs.iter().copied(), [head, separator, tail], store, &mut body)?;
        let (file, sums) = body.finish()?;
        if sums.body.bytes != self.plan.bytes {
            let file = "a bundle written ahead".to_owned();
            return Err(WriteErrorKind::Length { file, planned: self.plan.bytes, written: sums.body.bytes }.into());
        }
        let on_disk = folder.begin_writeback(&file);
        let file = file.close(on_disk);
        // More bundles than have a number: this one is not needed, but its runs would be lost with it.
        let begin = store.written_ahead(file.path().to_path_buf()).ok_or(WriteErrorKind::NotStored)?;
        Ok(State::Written { begin, file, sums })
    }

    /// Waits for whoever writes it. When nobody has begun, the places of its runs are given back and it will not be
    /// written.
    pub(super) fn take_back(&self) -> Option<Vec<Stretch>> {
        let state = self.state();
        let is_writing = |state: &mut State| matches!(state, State::Writing);
        let mut state = self.settled.wait_while(state, is_writing).unwrap_or_else(PoisonError::into_inner);
        state.take_unbegun()
    }

    /// The places of its runs, unless somebody has begun to write it; then it will not be written.
    pub(super) fn take_back_unbegun(&self) -> Option<Vec<Stretch>> {
        self.state().take_unbegun()
    }

    /// The written file and its sum, when it begins with `head`; it can be taken once.
    pub(super) fn take(&self, head: &[u8]) -> Option<(ClosedFile, Sums)> {
        if self.frame.head != head {
            return None;
        }
        let mut state = self.state();
        match std::mem::replace(&mut *state, State::Gone) {
            State::Written { file, sums, .. } => Some((file, sums)),
            other => {
                *state = other;
                None
            }
        }
    }

    /// Where its first run is, once it is written.
    pub(super) fn first_run(&self) -> Option<Location> {
        match &*self.state() {
            State::Written { begin, .. } => Some(begin.forward(self.frame.head.len() as u64)),
            _ => None,
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::bundle::hashing::Hashing;
    use crate::bundle::settle::tests::{Fixture, Run, SEPARATOR, join};
    use crate::bundle::{Assembly, Budget, Compression, ExecutionIndex, ExecutionKey, Frame, Opening, plan};

    const FIRST: &[u8] = b"{info[";
    const LATER: &[u8] = b"{key[";
    const TAIL: &[u8] = b"]}\n";

    /// The files that come of `runs`, with those bundles written ahead that `writes` chooses by their number, and how many
    /// of them came out as they had been written.
    fn files(ceiling: u64, runs: &[Run], max_bytes: u64, writes: &dyn Fn(usize) -> bool) -> (Vec<String>, usize) {
        let fixture = Fixture::new(ceiling);
        let folder = Folder::open(&fixture.folder.path().join("out"), Opening::Fresh).unwrap();
        let budget = Budget { max_bytes, max_runs: 4 };
        let frame = AheadFrame { head: LATER.to_vec(), separator: SEPARATOR, tail: TAIL };
        let index = ExecutionIndex::writing_ahead(budget, FIRST.len() as u64, frame, 0);
        let (index, bundles) = fixture.add_all(runs, index);
        for (_, bundle) in bundles.iter().enumerate().filter(|(number, _)| writes(*number)) {
            bundle.write(&fixture.store, &folder).unwrap();
        }
        drop(bundles);
        let settled = crate::bundle::settle(index, &fixture.store, &join).unwrap();
        let key = ExecutionKey::Awaited;
        let frame = Frame { first_head: FIRST, later_head: LATER, separator: SEPARATOR, tail: TAIL, key };
        let plans = plan(&settled, &budget, &frame.lengths()).unwrap();
        let inodes = |folder: &Folder| -> Vec<_> {
            let files = fs::read_dir(folder.path().join("bundles")).unwrap();
            files.map(|file| std::os::unix::fs::DirEntryExt::ino(&file.unwrap())).collect()
        };
        let before = inodes(&folder);
        let assembly = Assembly {
            id: "a",
            settled: &settled,
            store: &fixture.store,
            frame,
            folder: &folder,
            compression: Compression::None,
        };
        let records: Vec<_> = plans.iter().map(|plan| assembly.write(plan).unwrap()).collect();
        drop(settled);
        let after = inodes(&folder);
        assert_eq!(after.len(), records.len(), "what was written in vain is gone");
        let texts = records.iter().map(|record| {
            let text = fs::read_to_string(folder.path().join(&record.file)).unwrap();
            let mut sum = Hashing::new(std::io::sink());
            std::io::Write::write_all(&mut sum, text.as_bytes()).unwrap();
            assert_eq!((record.bytes, &record.sha256), (text.len() as u64, &sum.finish().1.sha256));
            text
        });
        (texts.collect(), before.iter().filter(|inode| after.contains(inode)).count())
    }

    fn runs(count: u32) -> Vec<Run> {
        (0..count).map(|n| (u128::from(n) << 64 | u128::from(n), n / 3, n, format!("run{n}"))).collect()
    }

    fn with_repeats(at: &[u32], of: u128) -> Vec<Run> {
        let mut runs = runs(20);
        runs.extend(at.iter().map(|&n| (of << 64 | of, n, n, "again!".to_owned())));
        runs
    }

    #[test]
    fn most_bundles_are_written_once() {
        let (expected, none) = files(1 << 20, &runs(20), 1000, &|_| false);
        assert_eq!((expected.len(), none), (5, 0));
        // The first is never written ahead, and the last is complete only in the end.
        for ceiling in [0, 100] {
            assert_eq!(files(ceiling, &runs(20), 1000, &|_| true), (expected.clone(), 3));
            assert_eq!(files(ceiling, &runs(20), 1000, &|number| number == 1), (expected.clone(), 1));
        }
    }

    #[test]
    fn only_what_a_merge_touches_is_written_again() {
        // A further result of run 9, which is in the third bundle.
        let runs = with_repeats(&[5, 6], 9);
        let (expected, _) = files(1 << 20, &runs, 1000, &|_| false);
        assert!(expected[2].contains("-again!"));
        assert_eq!(files(0, &runs, 1000, &|_| true), (expected.clone(), 2));
        // With memory for all nothing was written before that was known.
        assert_eq!(files(1 << 20, &runs, 1000, &|_| true), (expected, 0));
    }

    #[test]
    fn all_behind_a_run_that_grew_out_of_its_bundle_is_written_again() {
        // As many bytes as four runs need: the merged one pushes all others on.
        let runs = with_repeats(&[5], 9);
        let max = |bundle: &str| bundle.len() as u64;
        let (plain, _) = files(1 << 20, &self::runs(10), 1000, &|_| false);
        let (expected, _) = files(1 << 20, &runs, max(&plain[0]), &|_| false);
        assert!(expected.iter().all(|file| max(file) <= max(&plain[0])));
        for ceiling in [0, 150, 1 << 20] {
            let (found, kept) = files(ceiling, &runs, max(&plain[0]), &|_| true);
            assert_eq!(found, expected);
            assert!(kept <= 2, "{kept}");
        }
    }

    /// How many of the bundles of these runs, four in each, are written ahead while they come.
    fn written_ahead(ceiling: u64, runs: &[Run]) -> usize {
        let fixture = Fixture::new(ceiling);
        let folder = Folder::open(&fixture.folder.path().join("out"), Opening::Fresh).unwrap();
        let frame = AheadFrame { head: LATER.to_vec(), separator: SEPARATOR, tail: TAIL };
        let budget = Budget { max_bytes: 1000, max_runs: 4 };
        let mut written = 0;
        fixture.add_each(runs, ExecutionIndex::writing_ahead(budget, 0, frame, 0), &mut |bundle| {
            bundle.write(&fixture.store, &folder).unwrap();
            written += 1;
        });
        written
    }

    /// A run of a Test that has a result already.
    fn again(of: u32, at: u32) -> Run {
        (u128::from(of) << 64 | u128::from(of), at / 3, at, "again!".to_owned())
    }

    #[test]
    fn what_is_to_be_merged_is_not_written_in_vain() {
        assert_eq!(written_ahead(0, &runs(20)), 3);
        // The further result of run 9 comes before its bundle is full.
        let mut runs = runs(20);
        runs.insert(11, again(9, 10));
        assert_eq!(written_ahead(0, &runs), 2);
    }

    #[test]
    fn bundles_wait_as_long_as_there_is_memory() {
        // A run and what its keeping costs are some seventy bytes.
        let all = 20 * 70;
        assert_eq!(written_ahead(8 * all + 400, &runs(20)), 0);
        assert_eq!(written_ahead(8 * all - 1200, &runs(20)), 1);
        assert_eq!(written_ahead(0, &runs(20)), 3);
        // The first bundle is touched, so that others may be, and wait longer.
        let mut touched = runs(20);
        touched.insert(1, again(0, 0));
        let all = all + 70;
        assert_eq!(written_ahead(2 * all + 100, &touched), 0);
        assert_eq!(written_ahead(2 * all - 300, &touched), 1);
    }

    #[test]
    fn a_bundle_that_waits_goes_back_when_a_merge_touches_it() {
        let fixture = Fixture::new(0);
        let frame = AheadFrame { head: LATER.to_vec(), separator: SEPARATOR, tail: TAIL };
        let budget = Budget { max_bytes: 1000, max_runs: 4 };
        let mut runs = runs(20);
        runs.push(again(5, 20));
        let (_, bundles) = fixture.add_all(&runs, ExecutionIndex::writing_ahead(budget, 0, frame, 0));
        let folder = Folder::open(&fixture.folder.path().join("out"), Opening::Fresh).unwrap();
        bundles.iter().for_each(|bundle| bundle.write(&fixture.store, &folder).unwrap());
        let written = bundles.iter().map(|bundle| bundle.first_run().is_some());
        assert_eq!(written.collect::<Vec<_>>(), [false, true, true]);
    }

    #[test]
    fn a_night_of_merges_is_not_written_ahead() {
        // Each bundle is touched as soon as it is cut.
        let mut all = Vec::new();
        for run in runs(400) {
            let number = run.2;
            all.push(run);
            if number % 4 == 0 && number >= 8 {
                all.push(again(number - 4, number));
            }
        }
        let ahead = written_ahead(0, &all);
        assert!((2..8).contains(&ahead), "{ahead}");
        assert_eq!(written_ahead(0, &runs(400)), 98);
    }

    #[test]
    fn a_bundle_with_another_head_is_written_again() {
        let fixture = Fixture::new(0);
        let folder = Folder::open(&fixture.folder.path().join("out"), Opening::Fresh).unwrap();
        let frame = AheadFrame { head: LATER.to_vec(), separator: SEPARATOR, tail: TAIL };
        let budget = Budget { max_bytes: 1000, max_runs: 2 };
        let (index, bundles) = fixture.add_all(&runs(6), ExecutionIndex::writing_ahead(budget, 0, frame, 0));
        bundles[0].write(&fixture.store, &folder).unwrap();
        let settled = crate::bundle::settle(index, &fixture.store, &join).unwrap();
        let second = BundlePlan { part: 2, runs: 2..4, bytes: 0 };
        assert!(settled.take_ahead(&second, b"other").is_none());
        assert!(settled.take_ahead(&BundlePlan { runs: 2..3, ..second.clone() }, LATER).is_none());
        assert!(settled.take_ahead(&second, LATER).is_some());
        assert!(settled.take_ahead(&second, LATER).is_none(), "a file has one name");
    }

    #[test]
    fn writing_frees_the_store() {
        let fixture = Fixture::new(500);
        let folder = Folder::open(&fixture.folder.path().join("out"), Opening::Fresh).unwrap();
        let frame = AheadFrame { head: LATER.to_vec(), separator: SEPARATOR, tail: TAIL };
        let budget = Budget { max_bytes: 1000, max_runs: 2 };
        let (_, bundles) = fixture.add_all(&runs(7), ExecutionIndex::writing_ahead(budget, 0, frame, 0));
        let before = fixture.store.in_memory();
        bundles.iter().for_each(|bundle| bundle.write(&fixture.store, &folder).unwrap());
        // Of seven runs four went with the second and third bundle.
        assert_eq!((bundles.len(), fixture.store.in_memory()), (2, before / 7 * 3));
    }

    #[test]
    fn a_bundle_that_could_not_be_written_is_no_silent_loss() {
        let fixture = Fixture::new(0);
        let folder = Folder::open(&fixture.folder.path().join("out"), Opening::Fresh).unwrap();
        let frame = AheadFrame { head: LATER.to_vec(), separator: SEPARATOR, tail: TAIL };
        let budget = Budget { max_bytes: 1000, max_runs: 2 };
        let (index, bundles) = fixture.add_all(&runs(7), ExecutionIndex::writing_ahead(budget, 0, frame, 0));
        fs::remove_dir_all(folder.path()).unwrap();
        assert!(matches!(bundles[0].write(&fixture.store, &folder).unwrap_err().kind(), WriteErrorKind::Io { .. }));
        let error = crate::bundle::settle(index, &fixture.store, &join).unwrap_err();
        assert!(matches!(error.kind(), WriteErrorKind::NotStored));
    }

    #[test]
    fn what_was_taken_back_or_written_is_not_written_again() {
        let fixture = Fixture::new(0);
        let folder = Folder::open(&fixture.folder.path().join("out"), Opening::Fresh).unwrap();
        let frame = AheadFrame { head: LATER.to_vec(), separator: SEPARATOR, tail: TAIL };
        let budget = Budget { max_bytes: 1000, max_runs: 2 };
        let (_, bundles) = fixture.add_all(&runs(7), ExecutionIndex::writing_ahead(budget, 0, frame, 0));
        assert_eq!(bundles[0].take_back().unwrap().iter().map(|stretch| stretch.runs).sum::<u32>(), 2);
        bundles[1].write(&fixture.store, &folder).unwrap();
        bundles.iter().for_each(|bundle| bundle.write(&fixture.store, &folder).unwrap());
        assert!(bundles[0].first_run().is_none() && bundles[1].take_back().is_none());
        assert_eq!(fs::read_dir(folder.path().join("bundles")).unwrap().count(), 1);
    }
}
