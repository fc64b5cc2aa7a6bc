//! The whole conversion, from a folder and from its archive to bundles on disk, on all cores.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a bench that fails should panic")]

mod support;

use std::path::Path;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use support::Shape;
use xraypack::bundle::{Budget, Compression, Opening, manifest};
use xraypack::mapping::Rules;
use xraypack::pipeline::{self, Damaged, GroupBy, Job, Observer, Reading, Report};
use xraypack::source::{self, Input};
use xraypack::xray::{EncodeOptions, ExecutionInfo, Merge, Target};

const BYTES: u64 = 30_000_000;

fn throughput(criterion: &mut Criterion) {
    let workshop = tempfile::tempdir().unwrap();
    let (folder, archive) = (workshop.path().join("night"), workshop.path().join("night.zip"));
    let (bytes, _) = Shape::called("junit").unwrap().fill(&folder, 1, BYTES).unwrap();
    support::pack(&folder, &archive).unwrap();
    let mut group = criterion.benchmark_group("throughput");
    group.throughput(Throughput::Bytes(bytes));
    group.sample_size(10).warm_up_time(Duration::from_millis(500)).measurement_time(Duration::from_secs(4));
    for (name, input) in [("folder", &folder), ("zip", &archive)] {
        let out = workshop.path().join("out");
        group.bench_function(name, |bencher| bencher.iter(|| convert(input, &out)));
    }
    group.finish();
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
        execution: ExecutionInfo { project: "DEMO".to_owned(), ..ExecutionInfo::default() },
        execution_key: None,
        damaged: Damaged::Keep,
        prefer: Vec::new(),
        budget: Budget::default(),
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
