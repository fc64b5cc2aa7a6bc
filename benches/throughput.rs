//! The whole conversion on all cores, of nights of different make to bundles on disk; and how far it is to each stage of
//! it: bytes read, unpacked, taken apart, made into test cases.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a bench that fails should panic")]

mod support;

use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use support::Shape;
use xraypack::bundle::{BundleLimits, Compression, Opening, manifest};
use xraypack::mapping::Rules;
use xraypack::model::StatedExecution;
use xraypack::pipeline::{self, Damaged, Depth, GroupBy, Intake, Job, Measured, Observer, Reading, Report};
use xraypack::source::{self, Input};
use xraypack::xray::{EncodeOptions, ExecutionInfo, Merge, Target};

const BYTES: u64 = 30_000_000;

/// Of reports with a few cases each, which cost most by their number.
const BYTES_OF_SMALL: u64 = 6_000_000;

/// What is converted.
struct Night {
    name: &'static str,
    input: PathBuf,
    /// Of the reports, unpacked.
    bytes: u64,
}

/// Nights as they come: a folder, its archive, one giant report, very many small ones, all formats in one archive.
fn nights(workshop: &Path) -> io::Result<Vec<Night>> {
    let place = |name: &str| workshop.join(name);
    let junit = Shape::called("junit").ok_or(io::ErrorKind::NotFound)?;
    let (bytes, _) = junit.fill(&place("folder"), 1, BYTES)?;
    support::pack(&place("folder"), &place("night.zip"))?;
    let giant = junit.fill_with_one(&place("giant"), 1, BYTES)?;
    let (small, _) = junit.fill_with_small(&place("small"), 1, BYTES_OF_SMALL)?;
    let (mixed, _) = support::fill_with_all(&place("mixed"), 1, BYTES)?;
    support::pack(&place("mixed"), &place("mixed.zip"))?;
    let night = |name, file: &str, bytes| Night { name, input: workshop.join(file), bytes };
    Ok(vec![
        night("folder", "folder", bytes),
        night("zip", "night.zip", bytes),
        night("giant", "giant", giant),
        night("small", "small", small),
        night("mixed-zip", "mixed.zip", mixed),
    ])
}

fn throughput(criterion: &mut Criterion) {
    let workshop = tempfile::tempdir().unwrap();
    let nights = nights(workshop.path()).unwrap();
    let mut group = criterion.benchmark_group("throughput");
    group.sample_size(10).warm_up_time(Duration::from_millis(500)).measurement_time(Duration::from_secs(4));
    for night in &nights {
        let out = workshop.path().join("out");
        group.throughput(Throughput::Bytes(night.bytes));
        group.bench_function(night.name, |bencher| bencher.iter(|| convert(&night.input, &out)));
    }
    group.finish();
    stages(criterion, &nights);
}

/// Each stage includes those before it.
fn stages(criterion: &mut Criterion, nights: &[Night]) {
    let mut group = criterion.benchmark_group("stages");
    group.sample_size(10).warm_up_time(Duration::from_millis(500)).measurement_time(Duration::from_secs(2));
    let depths =
        [("read", Depth::Read), ("inflate", Depth::Inflate), ("tokenise", Depth::Tokenise), ("parse", Depth::Parse)];
    for night in nights {
        group.throughput(Throughput::Bytes(night.bytes));
        for (name, depth) in depths {
            group.bench_function(format!("{}/{name}", night.name), |bencher| bencher.iter(|| take(night, depth)));
        }
    }
    group.finish();
}

/// Takes a night so far, and tells how many bytes that were.
fn take(night: &Night, depth: Depth) -> u64 {
    let inputs = [Input::Path(night.input.clone())];
    let mut bytes = 0;
    let mut each = |measured: Measured| bytes += measured.bytes;
    let (source, reading) = (source::Options::default(), Reading::default());
    let intake = Intake { inputs: &inputs, source: &source, reading: &reading, threads: 0 };
    pipeline::measure(intake, depth, &AtomicBool::new(false), &mut each).unwrap();
    assert!(bytes > 0);
    bytes
}

/// Converts with the defaults of the command line and tells how many bundles came out.
fn convert(input: &Path, out: &Path) -> usize {
    let job = Job {
        inputs: vec![Input::Path(input.to_path_buf())],
        source: source::Options::default(),
        reading: Reading::default(),
        rules: Rules { project: Some("DEMO".to_owned()), ..Rules::default() },
        encoding: EncodeOptions::new(Target::Server, "DEMO"),
        merge: Merge::Worst,
        group_by: GroupBy::default(),
        execution: ExecutionInfo {
            stated: StatedExecution { project: "DEMO".to_owned(), ..StatedExecution::default() },
            ..ExecutionInfo::default()
        },
        execution_key: None,
        damaged: Damaged::Keep,
        prefer: Vec::new(),
        bundle_limits: BundleLimits::default(),
        multipart_info: None,
        compression: Compression::default(),
        output: out.to_path_buf(),
        opening: Opening::Replace,
        threads: 0,
        memory: pipeline::Memory::DEFAULT,
        recorded: manifest::Options::default(),
    };
    let manifest = pipeline::convert(&job, &Silent, &AtomicBool::new(false)).unwrap();
    assert!(!manifest.executions.is_empty());
    manifest.executions.len()
}

struct Silent;

impl Observer for Silent {
    fn report(&self, _: &Report<'_>) {}
}

criterion_group!(benches, throughput);
criterion_main!(benches);
