//! Each format's reader over reports in memory, on one thread.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a bench that fails should panic")]

mod support;

use std::hint::black_box;
use std::ops::ControlFlow;
use std::time::Duration;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use support::SHAPES;
use xraypack::format::{self, Format, ReadOptions};
use xraypack::model::{Body, Problem, ReportVisitor, TestCase};

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
    fn case(&mut self, case: &mut TestCase) -> ControlFlow<()> {
        black_box(case);
        self.0 += 1;
        ControlFlow::Continue(())
    }

    fn problem(&mut self, _: Problem) {}

    fn producer(&mut self, _: &str) {}
}

criterion_group!(benches, formats);
criterion_main!(benches);
