//! Tests of settling, and the fixture that tests of later steps use too.

use std::sync::Arc;

use super::*;
use crate::bundle::{Ahead, Arrived, IndexEntry, MergePart, MergedFacts, StoredRun};
use crate::model::RunFacts;

/// Groups and merges on the calling thread.
pub(crate) fn settle(index: ExecutionIndex, store: &RunStore, merge: &Merge<'_>) -> Result<Settled, WriteError> {
    let index = index.find_repeats();
    let merged = index.merge(index.repeated(), store, merge)?;
    index.finish(merged)
}

/// What follows each run in the store.
pub(crate) const SEPARATOR: &[u8] = b",\n";

/// A store, in a folder of its own.
pub(crate) struct Fixture {
    pub(crate) store: RunStore,
    pub(crate) folder: tempfile::TempDir,
}

/// Identity, report, sequence, bytes.
pub(crate) type Run = (u128, u32, u32, String);

impl Fixture {
    pub(crate) fn new(ceiling: u64) -> Fixture {
        let folder = tempfile::tempdir().unwrap();
        Fixture { store: RunStore::new(folder.path(), ceiling), folder }
    }

    /// The index of `runs`, each its own chunk, which come into the store in the order given.
    pub(crate) fn index(&self, runs: &[Run]) -> ExecutionIndex {
        self.add_all(runs, ExecutionIndex::new(SEPARATOR, 0)).0
    }

    /// Puts the runs into the store in the order given and adds them to the index in theirs. Gives the bundles that could
    /// be written ahead.
    pub(crate) fn add_all(&self, runs: &[Run], index: ExecutionIndex) -> (ExecutionIndex, Vec<Arc<Ahead>>) {
        let mut bundles = Vec::new();
        (self.add_each(runs, index, &mut |bundle| bundles.push(bundle)), bundles)
    }

    /// As [`Fixture::add_all`], with bundles given to `write` as soon as they are ready.
    pub(crate) fn add_each(
        &self,
        runs: &[Run],
        mut index: ExecutionIndex,
        write: &mut dyn FnMut(Arc<Ahead>),
    ) -> ExecutionIndex {
        let stored = |(identity, report, sequence, bytes): &Run| {
            let place = keep(&self.store, bytes.clone().into_bytes(), SEPARATOR).unwrap();
            let outcome = if bytes.contains('!') { Outcome::Failed } else { Outcome::Passed };
            let facts = RunFacts { identity: *identity, outcome, attempt_group: 7, superseded: false, evidence: 0 };
            let entry = IndexEntry::new(u64::from(place.length), &facts).unwrap();
            // A note says what the run does.
            let note = bytes.contains('?').then(|| keep(&self.store, bytes.clone().into_bytes(), &[]).unwrap());
            ((*report, *sequence), StoredRun { location: place.location, entry, note })
        };
        let mut stored: Vec<_> = runs.iter().map(stored).collect();
        stored.sort_by_key(|(order, _)| *order);
        for ((report, _), run) in stored {
            if let Arrived::First(Some(bundle)) = index.add(ReportId(report), run, &self.store).unwrap() {
                write(bundle);
            }
        }
        index
    }

    pub(crate) fn settle(&self, runs: &[Run], merge: &Merge<'_>) -> Result<Settled, WriteError> {
        settle(self.index(runs), &self.store, merge)
    }

    fn texts(&self, settled: &Settled) -> Vec<String> {
        let text = |run: RunPlace| {
            let mut bytes = Vec::new();
            self.store.read(run.location, run.length as usize, &mut bytes).unwrap();
            String::from_utf8(bytes).unwrap()
        };
        settled.places(0).map(text).collect()
    }
}

/// A merge that shows what it was given.
pub(crate) fn join(parts: &[MergePart<'_>], out: &mut Vec<u8>) -> Result<MergedFacts, String> {
    for part in parts {
        out.push(if part.outcome == Outcome::Failed { b'-' } else { b'+' });
        out.extend_from_slice(part.bytes);
    }
    // What was noted of any of them.
    let note = parts.iter().flat_map(|part| part.note).copied().collect();
    let evidence = EvidenceLost { gone: parts.len() as u64, over_limit: 1 };
    let outcomes = [Outcome::Passed, Outcome::Failed].map(|told| parts.iter().find(|part| part.outcome == told));
    let dispute = match outcomes {
        [Some(passed), Some(failed)] => {
            Some(Dispute { passed: passed.report, other: failed.report, contrary: Contrary::Failed })
        }
        _ => None,
    };
    Ok(MergedFacts { outcome: Outcome::Errored, note, evidence, dispute })
}

fn run(identity: u128, report: u32, sequence: u32, text: &str) -> Run {
    (identity, report, sequence, text.to_owned())
}

fn sample() -> Vec<Run> {
    vec![
        run(50, 0, 0, "a"),
        run(3, 0, 1, "b"),
        run(50, 0, 2, "a!"),
        run(20, 1, 0, "c"),
        run(3, 1, 1, "b2"),
        run(9, 2, 0, "d"),
        run(50, 2, 1, "a3"),
    ]
}

#[test]
fn one_run_per_test_in_order_of_first_appearance() {
    let fixture = Fixture::new(1 << 20);
    let settled = fixture.settle(&sample(), &join).unwrap();
    assert_eq!(fixture.texts(&settled), ["+a-a!+a3", "+b+b2", "c", "d"]);
}

#[test]
fn the_order_of_arrival_means_nothing() {
    let mut runs = sample();
    // A fixed shuffle: every rotation, forwards and backwards, spilled and not.
    for ceiling in [0, 150, 1 << 20] {
        for turn in 0..2 * runs.len() {
            runs.rotate_left(1);
            if turn == runs.len() {
                runs.reverse();
            }
            let fixture = Fixture::new(ceiling);
            let settled = fixture.settle(&runs, &join).unwrap();
            assert_eq!(fixture.texts(&settled), ["+a-a!+a3", "+b+b2", "c", "d"], "{runs:?}");
        }
    }
}

#[test]
fn runs_are_shown_in_order_however_they_lie() {
    let long = "x".repeat(100_000);
    // Of so many some are read together, and not all at once.
    let mut runs: Vec<_> = (0..9).map(|number| run(number.into(), 0, number, &format!("{number}{long}"))).collect();
    runs.push(run(3, 1, 0, "!"));
    for ceiling in [0, 350_000, 1 << 21] {
        let fixture = Fixture::new(ceiling);
        let settled = fixture.settle(&runs, &join).unwrap();
        for range in [0..9, 2..5, 3..4, 8..9, 4..4] {
            let mut shown = Vec::new();
            let see = |bytes: &[u8]| shown.push(String::from_utf8(bytes.to_vec()).unwrap());
            settled.each_run(range.clone(), &fixture.store, see).unwrap();
            assert!(shown == fixture.texts(&settled)[range.clone()], "{range:?} with {ceiling}");
        }
    }
}

#[test]
fn tests_with_one_result_never_see_the_merge_function() {
    let fixture = Fixture::new(0);
    let runs = [run(1, 0, 0, "a"), run(2, 0, 1, "b")];
    let settled = fixture.settle(&runs, &|_, _| Err("called".to_owned())).unwrap();
    assert_eq!(fixture.texts(&settled), ["a", "b"]);
}

#[test]
fn parts_carry_their_facts() {
    let fixture = Fixture::new(0);
    let merge = |parts: &[MergePart<'_>], _: &mut Vec<u8>| {
        let facts: Vec<_> = parts.iter().map(|part| (part.report.0, part.attempt_group)).collect();
        assert_eq!(facts, [(0, 7), (3, 7)]);
        Ok(MergedFacts {
            outcome: Outcome::Aborted,
            note: Vec::new(),
            evidence: EvidenceLost::default(),
            dispute: None,
        })
    };
    let runs = [run(1, 3, 1, "b"), run(1, 0, 4, "a"), run(2, 4, 0, "c")];
    let settled = fixture.settle(&runs, &merge).unwrap();
    assert_eq!([0, 1].map(|run| settled.outcome(run, &fixture.store).unwrap()), [Outcome::Aborted, Outcome::Passed]);
    let mut identities = Vec::new();
    settled.each_identity(&fixture.store, |run, identity| identities.push((run, identity[1]))).unwrap();
    assert_eq!(identities, [(0, 1), (1, 2)]);
}

#[test]
fn says_which_test_could_not_be_merged() {
    let fixture = Fixture::new(0);
    let runs = [run(1, 3, 1, "b"), run(1, 2, 4, "a")];
    let error = fixture.settle(&runs, &|_, _| Err("two evidences".to_owned())).unwrap_err();
    assert_eq!(error.to_string(), "merge results of one test (the first is in report 2): two evidences");
}

#[test]
fn unmerged_results_are_an_error_not_a_loss() {
    let fixture = Fixture::new(0);
    let index = fixture.index(&sample()).find_repeats();
    assert_eq!(index.repeated().iter().map(|test| 1 + test.repeats.len()).sum::<usize>(), 5);
    let one = index.merge(&index.repeated()[..1], &fixture.store, &join).unwrap();
    assert!(matches!(index.finish(one).unwrap_err().kind(), WriteErrorKind::Unmerged(1)));
}

#[test]
fn results_are_merged_on_many_threads() {
    let fixture = Fixture::new(100);
    let index = fixture.index(&sample()).find_repeats();
    let (unsettled, store) = (&index, &fixture.store);
    let merged: Vec<Merged> = std::thread::scope(|scope| {
        let merge = |tests| scope.spawn(move || unsettled.merge(tests, store, &join).unwrap());
        let threads: Vec<_> = unsettled.repeated().chunks(1).map(merge).collect();
        threads.into_iter().rev().flat_map(|thread| thread.join().unwrap()).collect()
    });
    assert_eq!(fixture.texts(&index.finish(merged).unwrap()), ["+a-a!+a3", "+b+b2", "c", "d"]);
}

#[test]
fn parts_carry_their_notes() {
    for ceiling in [0, 1 << 20] {
        let fixture = Fixture::new(ceiling);
        let merge = |parts: &[MergePart<'_>], _: &mut Vec<u8>| {
            let notes: Vec<_> = parts.iter().map(|part| String::from_utf8(part.note.to_vec()).unwrap()).collect();
            assert_eq!(notes, ["a?", "", "c?"]);
            Ok(MergedFacts {
                outcome: Outcome::Passed,
                note: Vec::new(),
                evidence: EvidenceLost::default(),
                dispute: None,
            })
        };
        fixture.settle(&[run(1, 0, 0, "a?"), run(1, 1, 0, "b"), run(1, 2, 0, "c?")], &merge).unwrap();
    }
}

#[test]
fn notes_of_merged_runs_replace_those_of_their_results() {
    for ceiling in [0, 1 << 20] {
        let fixture = Fixture::new(ceiling);
        let runs = [run(1, 0, 0, "a?"), run(2, 0, 1, "b?"), run(1, 1, 0, "c?"), run(3, 1, 1, "d"), run(4, 2, 0, "e?")];
        let settled = fixture.settle(&runs, &join).unwrap();
        let mut notes = Vec::new();
        for (run, place) in settled.notes() {
            let mut bytes = Vec::new();
            fixture.store.read(place.location, place.length as usize, &mut bytes).unwrap();
            notes.push((run, String::from_utf8(bytes).unwrap()));
        }
        assert_eq!(notes, [(0, "a?c?".to_owned()), (1, "b?".to_owned()), (3, "e?".to_owned())]);
    }
}

#[test]
fn stretches_are_the_places_of_any_runs() {
    let fixture = Fixture::new(0);
    // Some lie side by side, some are merged, and some of these again lie side by side.
    let runs: Vec<_> =
        (0..12).map(|n| run(n, 0, n as u32, "run")).chain([3, 4, 9].map(|n| run(n, 1, 0, "again"))).collect();
    let settled = fixture.settle(&runs, &join).unwrap();
    let places: Vec<_> = settled.places(0).collect();
    assert!(settled.lengths().eq(places.iter().map(|place| place.length)));
    for from in 0..=places.len() {
        assert!(settled.places(from).eq(places[from..].iter().copied()));
        for to in from..=places.len() {
            let mut run = from;
            for stretch in settled.stretches(from..to) {
                let mut joined = Stretch::from(places[run]);
                assert!((1..stretch.runs as usize).all(|n| joined.join(&places[run + n].into(), SEPARATOR.len())));
                assert_eq!(joined, stretch);
                run += stretch.runs as usize;
            }
            assert_eq!(run, to);
        }
    }
    assert!(settled.stretches(0..3).count() < 3, "what lies side by side comes in one piece");
}

#[test]
fn results_that_are_not_there_are_told_and_not_left_out() {
    let fixture = Fixture::new(u64::MAX);
    let index = fixture.index(&[run(1, 0, 0, "a"), run(1, 1, 0, "b")]).find_repeats();
    let beyond = RepeatedTest { first: 0, repeats: 0..2 };
    let error = index.merge(&[beyond], &fixture.store, &join).unwrap_err();
    assert!(matches!(error.kind(), WriteErrorKind::NotStored), "{error}");
}
