//! Each format's reader over reports in memory, on one thread: to test cases, and on to runs as they stand in a bundle,
//! with all evidence.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a bench that fails should panic")]

mod support;

use std::hint::black_box;
use std::ops::ControlFlow;
use std::time::Duration;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use support::SHAPES;
use xraypack::format::{self, Attachments, Format, ReadOptions};
use xraypack::mapping::{Evidence, EvidencePolicy, Mapped, Mapper, Rules};
use xraypack::model::{Body, Problem, ReportVisitor, TestCase, TestRun};
use xraypack::xray::{EncodeOptions, Encoder, LastRun, Target};

const BYTES: usize = 2_000_000;

fn formats(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("formats");
    group.sample_size(10).warm_up_time(Duration::from_millis(500)).measurement_time(Duration::from_secs(2));
    for shape in SHAPES {
        let Some(format) = format::by_name(shape.format) else { continue };
        let reports = shape.reports(1, BYTES);
        group.throughput(Throughput::Bytes(reports.iter().map(|report| report.len() as u64).sum()));
        assert!(read(format, &reports) > 0, "{}", shape.name);
        group.bench_function(shape.name, |bencher| bencher.iter(|| read(format, black_box(&reports))));
    }
    group.finish();
}

/// Cases of all reports.
fn read(format: &Format, reports: &[String]) -> usize {
    let options = ReadOptions::default();
    let mut cases = Cases(0);
    for report in reports {
        (format.parse)(Body::Bytes(report.as_bytes()), &options, &mut cases).unwrap();
    }
    cases.0
}

struct Cases(usize);

impl ReportVisitor for Cases {
    fn case(&mut self, case: &mut Box<TestCase>) -> ControlFlow<()> {
        black_box(case);
        self.0 += 1;
        ControlFlow::Continue(())
    }

    fn problem(&mut self, _: Problem) {}

    fn producer(&mut self, _: &str) {}
}

fn encoded(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("encoded");
    group.sample_size(10).warm_up_time(Duration::from_millis(500)).measurement_time(Duration::from_secs(2));
    let evidence = EvidencePolicy { of: Evidence::All, ..EvidencePolicy::default() };
    let rules = Rules { project: Some("DEMO".to_owned()), evidence, ..Rules::default() };
    let options = EncodeOptions::new(Target::Server, "DEMO");
    for shape in SHAPES {
        let Some(format) = format::by_name(shape.format) else { continue };
        let reports = shape.reports(1, BYTES);
        group.throughput(Throughput::Bytes(reports.iter().map(|report| report.len() as u64).sum()));
        let mut encoder = Encoding {
            mapper: Mapper::new(&rules),
            encoder: Encoder::new(&options),
            last: LastRun::default(),
            run: TestRun::default(),
            bytes: Vec::new(),
        };
        assert!(encode(format, &reports, &mut encoder) > 0, "{}", shape.name);
        group.bench_function(shape.name, |bencher| bencher.iter(|| encode(format, black_box(&reports), &mut encoder)));
    }
    group.finish();
}

/// Bytes of the runs of all reports.
fn encode(format: &Format, reports: &[String], encoder: &mut Encoding<'_>) -> usize {
    let options = ReadOptions { attachments: Attachments::All, ..ReadOptions::default() };
    let mut total = 0;
    for report in reports {
        encoder.bytes.clear();
        encoder.mapper.begin(&format.dialect);
        (format.parse)(Body::Bytes(report.as_bytes()), &options, encoder).unwrap();
        total += encoder.bytes.len();
    }
    total
}

struct Encoding<'r> {
    mapper: Mapper<'r>,
    encoder: Encoder<'r>,
    last: LastRun,
    run: TestRun,
    bytes: Vec<u8>,
}

impl ReportVisitor for Encoding<'_> {
    fn case(&mut self, case: &mut Box<TestCase>) -> ControlFlow<()> {
        if self.mapper.map(case, &mut self.run, &mut |_| {}) == Mapped::Run {
            black_box(self.encoder.encode(&self.run, &mut self.last, &mut self.bytes));
        }
        ControlFlow::Continue(())
    }

    fn problem(&mut self, _: Problem) {}

    fn producer(&mut self, _: &str) {}
}

criterion_group!(benches, formats, encoded);
criterion_main!(benches);
