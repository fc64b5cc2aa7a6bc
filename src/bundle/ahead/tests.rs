//! Tests of writing ahead.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use proptest::prelude::*;

use super::*;
use crate::bundle::hashing::Hashing;
use crate::bundle::name::TEMPORARY_SUFFIX;
use crate::bundle::settle::Disagreements;
use crate::bundle::settle::tests::{Fixture, Run, SEPARATOR, join, settle};
use crate::bundle::{
    Assembly, BundleLimits, Compression, EvidenceLost, ExecutionIndex, ExecutionKey, Frame, MergePart, Opening,
    RunPlace, plan,
};
use crate::model::Outcome;

const FIRST: &[u8] = b"{info[";
const LATER: &[u8] = b"{key[";
const TAIL: &[u8] = b"]}\n";

/// An index of bundles that begin as those of a Test Execution without a key do.
fn writing_ahead(limits: BundleLimits) -> ExecutionIndex {
    let frame = AheadFrame { head: LATER.to_vec(), separator: SEPARATOR, tail: TAIL };
    ExecutionIndex::writing_ahead(limits, FIRST.len() as u64, frame, 0)
}

/// Runs that have come, and bundles of them that nobody has begun.
struct Collected {
    fixture: Fixture,
    folder: Folder,
    index: ExecutionIndex,
    bundles: Vec<Arc<Ahead>>,
}

impl Collected {
    /// Writes all bundles, two at once.
    fn write_all(&self) {
        self.bundles.chunks(2).for_each(|bundles| write(bundles, &self.fixture.store, &self.folder, &join).unwrap());
    }
}

/// Writes bundles, one or two at once.
fn write(bundles: &[Arc<Ahead>], store: &RunStore, folder: &Folder, merge: &Merge<'_>) -> Result<(), WriteError> {
    let bundles: Vec<_> = bundles.iter().map(|bundle| (&**bundle, store)).collect();
    Ahead::write(&bundles, folder, merge)
}

fn collect(ceiling: u64, runs: &[Run], max_bytes: u64, max_runs: u32) -> Collected {
    let fixture = Fixture::new(ceiling);
    let folder = Folder::open(&fixture.folder.path().join("out"), Opening::Fresh).unwrap();
    let (index, bundles) = fixture.add_all(runs, writing_ahead(BundleLimits { max_bytes, max_runs }));
    Collected { fixture, folder, index, bundles }
}

/// What comes of runs.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Come {
    files: Vec<String>,
    notes: Vec<(usize, String)>,
    outcomes: Vec<Outcome>,
    evidence: EvidenceLost,
    disputes: Disagreements,
}

/// What comes of `runs`, with those bundles written ahead, as soon as they are ready, that `writes` chooses by their
/// number, and how many of them came out as they had been written.
fn come_to(ceiling: u64, runs: &[Run], max_bytes: u64, writes: &dyn Fn(usize) -> bool) -> (Come, usize) {
    come_to_in(&Fixture::new(ceiling), runs, max_bytes, writes)
}

fn come_to_in(fixture: &Fixture, runs: &[Run], max_bytes: u64, writes: &dyn Fn(usize) -> bool) -> (Come, usize) {
    let store = &fixture.store;
    let folder = Folder::open(&fixture.folder.path().join("out"), Opening::Fresh).unwrap();
    let limits = BundleLimits { max_bytes, max_runs: 4 };
    let (mut number, mut chosen) = (0, Vec::new());
    let index = fixture.add_each(runs, writing_ahead(limits), &mut |bundle| {
        if writes(number) {
            chosen.push(bundle);
        }
        number += 1;
        // Often two at once, sometimes one, and one that nobody comes to.
        if chosen.len() == 2 || number % 3 == 0 {
            write(&std::mem::take(&mut chosen), store, &folder, &join).unwrap();
        }
    });
    drop(chosen);
    let settled = settle(index, store, &join).unwrap();
    let text = |place: RunPlace| {
        let mut bytes = Vec::new();
        store.read(place.location, place.length as usize, &mut bytes).unwrap();
        String::from_utf8(bytes).unwrap()
    };
    let notes = settled.notes().map(|(run, place)| (run, text(place))).collect();
    let outcomes = (0..settled.len()).map(|run| settled.outcome(run, store).unwrap()).collect();
    let (evidence, disputes) = (settled.evidence_lost(), settled.disputes());
    let key = ExecutionKey::Awaited;
    let frame = Frame { first_head: FIRST, later_head: LATER, separator: SEPARATOR, tail: TAIL, key };
    let plans = plan(&settled, &limits, &frame.lengths()).unwrap();
    let out = folder.path().to_path_buf();
    let files =
        || -> Vec<PathBuf> { fs::read_dir(out.join("bundles")).unwrap().map(|file| file.unwrap().path()).collect() };
    files().iter().for_each(|file| age(file));
    let compression = Compression::None;
    let assembly = Assembly { id: "a", settled: &settled, store, frame, folder: &folder, compression };
    let records: Vec<_> = plans.chunks(2).flat_map(|plans| assembly.write(plans).unwrap()).collect();
    drop(settled);
    drop(folder);
    let mut after = files();
    if cfg!(not(unix)) {
        // There a file that was removed may have its name until nobody has it open, and the store does.
        after.retain(|file| !file.to_string_lossy().ends_with(TEMPORARY_SUFFIX));
    }
    assert_eq!(after.len(), records.len(), "what was written in vain is gone: {after:?}");
    let texts = records.iter().map(|record| {
        let text = fs::read_to_string(out.join(&record.file)).unwrap();
        let mut sum = Hashing::new(std::io::sink());
        std::io::Write::write_all(&mut sum, text.as_bytes()).unwrap();
        assert_eq!((record.bytes, &record.sha256), (text.len() as u64, &sum.finish().1.sha256));
        text
    });
    let come = Come { files: texts.collect(), notes, outcomes, evidence, disputes };
    (come, after.iter().filter(|file| is_aged(file)).count())
}

/// Makes a file older than any that is written now.
fn age(file: &Path) {
    File::options().write(true).open(file).unwrap().set_modified(SystemTime::UNIX_EPOCH).unwrap();
}

fn is_aged(file: &Path) -> bool {
    file.metadata().unwrap().modified().unwrap() == SystemTime::UNIX_EPOCH
}

/// The files that come of `runs`, and how many of them came out as they had been written ahead.
fn files(ceiling: u64, runs: &[Run], max_bytes: u64, writes: &dyn Fn(usize) -> bool) -> (Vec<String>, usize) {
    let (come, kept) = come_to(ceiling, runs, max_bytes, writes);
    (come.files, kept)
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
fn beyond_the_last_number_bundles_are_written_in_the_end() {
    for (at, of) in [(&[][..], 0), (&[30, 31], 5)] {
        let runs = with_repeats(at, of);
        let (expected, _) = come_to(1 << 20, &runs, 1000, &|_| false);
        for most in 0..4 {
            let Fixture { store, folder } = Fixture::new(100);
            let fixture = Fixture { store: store.with_most_ahead(most), folder };
            let (come, kept) = come_to_in(&fixture, &runs, 1000, &|_| true);
            assert_eq!(come, expected);
            assert!(kept <= most, "{kept} of {most}");
        }
    }
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
    let runs = with_repeats(&[7, 8], 9);
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
    let mut written = 0;
    fixture.add_each(runs, writing_ahead(BundleLimits { max_bytes: 1000, max_runs: 4 }), &mut |bundle| {
        write(&[bundle], &fixture.store, &folder, &join).unwrap();
        written += 1;
    });
    written
}

/// A run of a Test that has a result already.
fn again(of: u32, at: u32) -> Run {
    (u128::from(of) << 64 | u128::from(of), at / 3, at, "again!".to_owned())
}

/// Twenty runs with further results of some Tests: of which, and behind which run it comes.
fn with_further(further: &[(u32, u32)]) -> Vec<Run> {
    let mut runs = runs(20);
    for (number, &(of, behind)) in further.iter().enumerate() {
        let at = runs.iter().rposition(|run| run.2 == behind).unwrap() + 1;
        let (identity, report, sequence, _) = again(of, behind);
        runs.insert(at, (identity, report, sequence, format!("again{number}!?")));
    }
    runs
}

#[test]
fn results_that_come_before_their_bundle_is_cut_are_merged_in_it() {
    // Of runs in the second and third bundle, and of one that stands last in the fourth.
    let runs = with_further(&[(5, 6), (9, 9), (10, 11), (9, 11), (15, 15)]);
    let (expected, _) = come_to(1 << 20, &runs, 1000, &|_| false);
    assert_eq!(expected.files[2], "{key[run8,\n+run9-again1!?-again3!?,\n+run10-again2!?,\nrun11]}\n");
    assert_eq!(expected.notes[1], (9, "again1!?again3!?".to_owned()));
    assert_eq!(expected.evidence, EvidenceLost { gone: 9, over_limit: 4 });
    for ceiling in [0, 100] {
        assert_eq!(come_to(ceiling, &runs, 1000, &|_| true), (expected.clone(), 3));
        assert_eq!(come_to(ceiling, &runs, 1000, &|number| number == 1), (expected.clone(), 1));
    }
}

#[test]
fn what_was_merged_ahead_is_merged_anew_when_a_further_result_comes() {
    let runs = with_further(&[(5, 6), (9, 9), (10, 11), (9, 18), (8, 19)]);
    let (expected, _) = come_to(1 << 20, &runs, 1000, &|_| false);
    assert_eq!(expected.files[2], "{key[+run8-again4!?,\n+run9-again1!?-again3!?,\n+run10-again2!?,\nrun11]}\n");
    for ceiling in [0, 100] {
        assert_eq!(come_to(ceiling, &runs, 1000, &|_| true), (expected.clone(), 2));
    }
}

#[test]
fn a_bundle_that_merging_makes_too_long_is_not_written_ahead() {
    let runs = with_further(&[(9, 9), (9, 10)]);
    let most = LATER.len() + 4 * "run10".len() + 3 * SEPARATOR.len() + TAIL.len();
    let Collected { fixture, folder, bundles, .. } = collect(0, &runs, most as u64, 4);
    let before = fixture.store.spilled();
    write(&bundles[1..=1], &fixture.store, &folder, &join).unwrap();
    assert!(bundles[1].first_run().is_none() && fixture.store.spilled() > before, "it was begun");
    assert_eq!(fs::read_dir(folder.path().join("bundles")).unwrap().count(), 0);
    assert_eq!(bundles[1].take_back().unwrap().repeats().count(), 2);
    // What comes later is merged with what has come back.
    let runs = with_further(&[(9, 9), (9, 10), (9, 19)]);
    let (expected, _) = come_to(1 << 20, &runs, most as u64 + 20, &|_| false);
    assert!(expected.files.concat().contains("+run9-again0!?-again1!?-again2!?"));
    assert_eq!(come_to(0, &runs, most as u64 + 20, &|_| true).0, expected);
}

#[test]
fn bundles_wait_as_long_as_there_is_memory() {
    // All runs are some hundred and thirty bytes, in segments of a few of them.
    assert_eq!([1400, 1080, 0].map(|ceiling| written_ahead(ceiling, &runs(20))), [0, 1, 3]);
    // The first bundle is touched when it has been cut, so that others may be, and wait longer.
    let mut touched = runs(20);
    touched.insert(5, again(0, 4));
    assert_eq!([320, 240, 0].map(|ceiling| written_ahead(ceiling, &touched)), [0, 1, 3]);
}

#[test]
fn a_bundle_that_waits_goes_back_when_a_merge_touches_it() {
    let mut runs = runs(20);
    runs.push(again(5, 20));
    let collected = collect(0, &runs, 1000, 4);
    collected.write_all();
    let written = collected.bundles.iter().map(|bundle| bundle.first_run().is_some());
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
    let Collected { fixture, folder, index, bundles } = collect(0, &runs(6), 1000, 2);
    write(&bundles[0..=0], &fixture.store, &folder, &join).unwrap();
    let settled = settle(index, &fixture.store, &join).unwrap();
    let second = BundlePlan { part: 2, runs: 2..4, bytes: 0 };
    assert!(settled.take_ahead(&second, b"other").is_none());
    assert!(settled.take_ahead(&BundlePlan { runs: 2..3, ..second.clone() }, LATER).is_none());
    assert!(settled.take_ahead(&second, LATER).is_some());
    assert!(settled.take_ahead(&second, LATER).is_none(), "a file has one name");
}

#[test]
fn writing_frees_the_store() {
    let collected = collect(42, &runs(7), 1000, 2);
    let before = collected.fixture.store.wanted_in_memory();
    collected.write_all();
    // Of seven runs four went with the second and third bundle.
    assert_eq!((collected.bundles.len(), collected.fixture.store.wanted_in_memory()), (2, before / 7 * 3));
}

#[test]
fn a_bundle_that_could_not_be_written_is_no_silent_loss() {
    let Collected { fixture, folder, index, bundles } = collect(0, &runs(7), 1000, 2);
    fs::remove_dir(folder.path().join("bundles")).unwrap();
    let error = write(&bundles, &fixture.store, &folder, &join).unwrap_err();
    assert!(matches!(error.kind(), WriteErrorKind::Io { .. }));
    assert!(bundles[0].take_back().is_none() && bundles[1].take_back().is_some(), "the other one had not begun");
    let error = settle(index, &fixture.store, &join).unwrap_err();
    assert!(matches!(error.kind(), WriteErrorKind::NotStored));
}

#[test]
fn two_that_are_written_at_once_fail_together() {
    let Collected { fixture, folder, bundles, .. } = collect(0, &runs(7), 1000, 2);
    // The runs of the second one cannot be read.
    let elsewhere = Fixture::new(0);
    let both = [(&*bundles[0], &fixture.store), (&*bundles[1], &elsewhere.store)];
    let error = Ahead::write(&both, &folder, &join).unwrap_err();
    assert!(matches!(error.kind(), WriteErrorKind::NotStored));
    assert!(bundles.iter().all(|bundle| bundle.take_back().is_none() && bundle.first_run().is_none()));
    assert_eq!(fs::read_dir(folder.path().join("bundles")).unwrap().count(), 0);
}

#[test]
fn what_was_taken_back_or_written_is_not_written_again() {
    let collected = collect(0, &runs(7), 1000, 2);
    let [first, second] = &*collected.bundles else { panic!("two bundles") };
    assert_eq!(first.take_back().unwrap().runs.iter().map(|stretch| stretch.runs).sum::<u32>(), 2);
    collected.write_all();
    collected.write_all();
    assert!(first.first_run().is_none() && second.take_back().is_none());
    assert_eq!(fs::read_dir(collected.folder.path().join("bundles")).unwrap().count(), 1);
}

#[test]
fn what_comes_while_a_bundle_is_written_stays_behind_what_comes_back_from_it() {
    let most = LATER.len() + 4 * "run10".len() + 3 * SEPARATOR.len() + TAIL.len();
    let Collected { fixture, folder, index, bundles } = collect(0, &with_further(&[(9, 9)]), most as u64, 4);
    let index = Mutex::new(Some(index));
    let merge = |parts: &[MergePart<'_>], out: &mut Vec<u8>| {
        let mut index = index.lock().unwrap();
        // With enough behind it that another bundle is cut.
        let mut more = runs(30).split_off(20);
        more.insert(0, again(9, 20));
        *index = index.take().map(|index| fixture.add_all(&more, index).0);
        join(parts, out)
    };
    write(&bundles[1..=1], &fixture.store, &folder, &merge).unwrap();
    let settled = settle(index.into_inner().unwrap().unwrap(), &fixture.store, &join).unwrap();
    let mut bytes = Vec::new();
    settled.read(9, &fixture.store, &mut bytes).unwrap();
    assert_eq!(String::from_utf8(bytes).unwrap(), "+run9-again0!?-again!");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn nothing_depends_on_what_was_written_ahead(
        tests in proptest::collection::vec((0..12_u32, any::<bool>()), 1..60),
        writes in proptest::collection::vec(any::<bool>(), 20),
        ceiling in prop_oneof![Just(0), 100..1500_u64],
        max_bytes in 150..400_u64,
    ) {
        // Most results are of Tests that came just before, and some have a note.
        let runs: Vec<Run> = tests.iter().zip(0..).map(|(&(back, noted), number)| {
            let of = if back > 4 { number } else { u128::from((number as u32).saturating_sub(back * back)) };
            let mark = if noted { "?" } else { "!" };
            (of << 64 | of, number as u32 / 7, number as u32, format!("run{number}{mark}"))
        }).collect();
        let (expected, _) = come_to(1 << 20, &runs, max_bytes, &|_| false);
        let (found, _) = come_to(ceiling, &runs, max_bytes, &|number| writes.get(number).copied().unwrap_or(true));
        prop_assert_eq!(found, expected);
    }
}
