//! What one thread does at a time, however many there are: each stage alone, so that its rate says how many threads it
//! can serve.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a bench that fails should panic")]

use std::hint::black_box;
use std::ops::ControlFlow;
use std::path::Path;
use std::time::Duration;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use xraypack::bundle::{
    AheadFrame, Arrived, BundleLimits, Cases, ExecutionIndex, IndexEntry, LineSpool, ReportLine, RunStore, Runs,
    StoredRun,
};
use xraypack::model::{Outcome, ReportId, ReportState, RunFacts};
use xraypack::source::{self, Input};

const FILES: usize = 20_000;
/// As many runs has a report of 20 KB.
const RUNS_OF_A_REPORT: usize = 24;

fn serial(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("serial");
    group.sample_size(10).warm_up_time(Duration::from_millis(500)).measurement_time(Duration::from_secs(2));
    let workshop = tempfile::tempdir().unwrap();
    fill(workshop.path());
    group.throughput(Throughput::Elements(FILES as u64));
    group.bench_function("walk, files", |bencher| bencher.iter(|| assert_eq!(walk(workshop.path()), FILES)));
    group.bench_function("lines, files", |bencher| bencher.iter(|| keep_and_read_lines(workshop.path())));
    for runs in [100_000, 2_400_000] {
        let entries: Vec<_> = (0..runs as u64).map(entry).collect();
        let store = RunStore::new(workshop.path(), 100);
        group.throughput(Throughput::Elements(runs as u64));
        group.bench_function(BenchmarkId::new("index, runs", runs), |bencher| {
            bencher.iter(|| assert_eq!(index(&entries, &store), runs));
        });
    }
    group.finish();
}

/// Two files to a folder, as build tools leave them.
fn fill(folder: &Path) {
    for number in 0..FILES {
        let folder = folder.join(format!("module-{:05}/build/reports", number / 2));
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(folder.join(format!("TEST-org.example.Number{number}Test.xml")), "").unwrap();
    }
}

fn walk(folder: &Path) -> usize {
    let mut files = 0;
    let inputs = [Input::Path(folder.to_path_buf())];
    source::walk(&inputs, &source::Options::default(), &mut |found| {
        black_box(found);
        files += 1;
        ControlFlow::Continue(())
    })
    .unwrap();
    files
}

/// A hash, as identities are (splitmix64).
fn hash(number: u64) -> u64 {
    let mut mixed = number.wrapping_mul(0x9E37_79B9_7F4A_7C15);
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    mixed ^ (mixed >> 31)
}

fn entry(number: u64) -> IndexEntry {
    let facts = RunFacts {
        identity: u128::from(hash(2 * number)) << 64 | u128::from(hash(2 * number + 1)),
        outcome: Outcome::Passed,
        attempt_group: 0,
        superseded: false,
        evidence: 0,
    };
    IndexEntry::new(300 + number % 100, &facts).unwrap()
}

/// Adds the runs as the collector does, with bundles cut on the way.
fn index(entries: &[IndexEntry], store: &RunStore) -> usize {
    let frame = AheadFrame { head: vec![b' '; 40], separator: b",\n", tail: b"]}\n" };
    let mut index = ExecutionIndex::writing_ahead(BundleLimits::default(), 200, frame, 16 << 20);
    let chunk = store.put(b"x").unwrap();
    let mut bundles = 0;
    for (report, entries) in (0..).zip(entries.chunks(RUNS_OF_A_REPORT)) {
        index.approach(entries);
        for entry in entries {
            let run = StoredRun { location: chunk.begin(), entry: *entry, note: None };
            if let Arrived::First(Some(_)) = index.add(ReportId(report), run, store).unwrap() {
                bundles += 1;
            }
        }
    }
    assert!(bundles > 0);
    index.len()
}

fn keep_and_read_lines(folder: &Path) {
    let spool = LineSpool::new(folder);
    let mut line = ReportLine {
        input: None,
        report: String::new(),
        format: Some("junit".into()),
        producer: Some("surefire".to_owned()),
        state: ReportState::Converted,
        reason: None,
        bytes: 20_000,
        cases: Cases { seen: 24, passed: 22, failed: 1, errored: 0, skipped: 1 },
        runs: Some(Runs { written: 24, merged: 0, left_out: 0 }),
        execution: None,
        problems: Vec::new(),
    };
    let keep = |number: usize| {
        line.report = format!("module-{number:05}/build/reports/TEST-org.example.Number{number}Test.xml");
        spool.put(&line, &number).unwrap()
    };
    let kept: Vec<_> = (0..FILES).map(keep).collect();
    let (mut reader, mut text) = (spool.reader(), Vec::new());
    for line in &kept {
        text.clear();
        reader.line(line, Some("night"), &mut text).unwrap();
        black_box(&text);
    }
}

criterion_group!(benches, serial);
criterion_main!(benches);
