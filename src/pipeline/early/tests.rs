//! When runs are offered early, and when they are taken.

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::path::Path;
use std::sync::atomic::AtomicBool;

use super::*;
use crate::bundle::RunMemory;
use crate::mapping::Rules;
use crate::model::Origin;
use crate::pipeline::Error;
use crate::pipeline::collect::Collected;
use crate::pipeline::dispatch::{Arrival, BundleAhead, Collect, Workers};
use crate::pipeline::group::GroupBy;
use crate::pipeline::grouping::{Grouping, Walk};
use crate::pipeline::purpose::{Context, Names, Purpose, Reading};
use crate::pipeline::stop::Stop;
use crate::source::{self, Input};
use crate::xray::{EncodeOptions, Encoder, Target};

/// Counts the runs of each report: those that came early, and those that came with its end.
#[derive(Default)]
struct Counting {
    takes: bool,
    offers: usize,
    collected: u32,
    runs: BTreeMap<u32, [usize; 2]>,
}

impl Counting {
    fn count(&mut self, report: ReportId, when: usize, chunks: Vec<RunChunk>) {
        let runs = chunks.iter().flat_map(|chunk| chunk.executions.last()).map(|(_, end)| *end).sum::<usize>();
        self.runs.entry(report.0).or_default()[when] += runs;
    }
}

impl Collect for Counting {
    fn report(&mut self, arrival: Arrival, _: &mut Vec<BundleAhead>) -> Result<(), Error> {
        assert_eq!(arrival.outcome.id.0, self.collected);
        self.collected += 1;
        self.count(arrival.outcome.id, 1, arrival.outcome.runs.chunks);
        Ok(())
    }

    fn early(&mut self, runs: &mut EarlyRuns, _: &mut Vec<BundleAhead>) -> Result<(), Error> {
        assert_eq!(runs.report.0, self.collected, "its turn has not come, or is over");
        self.offers += 1;
        if self.takes {
            self.count(runs.report, 0, std::mem::take(&mut runs.chunks));
        }
        Ok(())
    }
}

const CASES: usize = 8000;

fn giant(name: &str) -> String {
    let case = |number| format!("<testcase classname='shop.{name}.Cart' name='adds item number {number}' time='1'/>");
    format!("<testsuite name='{name}'>{}</testsuite>", (0..CASES).map(case).collect::<String>())
}

/// Reads all of `folder`. What is longer than the shortest that can be is a giant.
fn read(folder: &Path, threads: usize, takes: bool) -> Counting {
    let (reading, rules) = (Reading::default(), Rules { project: Some("DEMO".to_owned()), ..Rules::default() });
    let limits = source::Limits { in_memory: Beginning::SHORTEST as u64, ..source::Limits::default() };
    let options = source::Options { limits, ..source::Options::default() };
    let encoding = EncodeOptions::new(Target::Server, "DEMO");
    let never = AtomicBool::new(false);
    let stop = Stop::new(&never);
    let context = Context {
        reading: &reading,
        limits: &options.limits,
        names: Names::Forgotten,
        prefers: false,
        rules: &rules,
        encoder: &Encoder::new(&encoding),
        ahead: None,
        sidecar: None,
        stop: &stop,
    };
    let inputs = [Input::Path(folder.to_path_buf())];
    let walk = Walk { inputs: &inputs, options: &options, group_by: GroupBy::Input, execution_key: None };
    let mut grouping = walk.grouping(std::env::temp_dir(), RunMemory::of(1 << 30));
    let mut counting = Counting { takes, ..Counting::default() };
    let workers = Workers { threads, purpose: &Purpose::Convert(&context), stop: &stop };
    workers.run(walk, &mut grouping, &mut counting).unwrap();
    counting
}

#[test]
fn runs_of_a_giant_are_handed_in_while_it_is_read_when_its_turn_has_come() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["a", "b", "c"] {
        let report = if name == "b" { "<testsuite/>".to_owned() } else { giant(name) };
        std::fs::write(folder.path().join(name).with_extension("xml"), report).unwrap();
    }
    for threads in [1, 2, 4] {
        let counting = read(folder.path(), threads, true);
        let [early, late] = counting.runs[&0];
        assert!(early > 0 && early + late == CASES, "{threads} threads: {early} and {late}");
        assert_eq!((counting.runs[&1], counting.runs[&2].iter().sum::<usize>()), ([0, 0], CASES));
        // What nobody takes comes with the end.
        let counting = read(folder.path(), threads, false);
        assert!(counting.offers > 0);
        assert_eq!((counting.runs[&0], counting.runs[&2]), ([0, CASES], [0, CASES]));
    }
}

#[test]
fn runs_that_may_yet_turn_out_not_to_count_are_not_handed_in() {
    let folder = tempfile::tempdir().unwrap();
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    std::io::Write::write_all(&mut packed, giant("a").as_bytes()).unwrap();
    std::fs::write(folder.path().join("a.xml.gz"), packed.finish().unwrap()).unwrap();
    let mut archive = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    archive.start_file("b.xml", zip::write::SimpleFileOptions::default()).unwrap();
    std::io::Write::write_all(&mut archive, giant("b").as_bytes()).unwrap();
    std::fs::write(folder.path().join("b.zip"), archive.finish().unwrap().into_inner()).unwrap();
    for threads in [1, 2] {
        let counting = read(folder.path(), threads, true);
        assert_eq!((counting.offers, counting.runs[&0], counting.runs[&1]), (0, [0, CASES], [0, CASES]));
    }
}

#[test]
fn a_copy_a_twin_and_what_follows_an_undecided_report_are_taken_at_the_end() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("a.xml"), giant("a")).unwrap();
    let mut group = None;
    let mut grouping = Grouping::new(GroupBy::Input, None, std::env::temp_dir(), RunMemory::of(0));
    source::walk(&[Input::Path(folder.path().to_path_buf())], &source::Options::default(), &mut |found| {
        group.get_or_insert(grouping.enter(&found).group);
        ControlFlow::Continue(())
    })
    .unwrap();
    let [first, other] = ["a", "b"].map(|name| Beginning::of(giant(name).as_bytes()).unwrap());
    let runs = |format, beginning| {
        let (report, group) = (ReportId(1), Arc::clone(group.as_ref().unwrap()));
        EarlyRuns { report, group, format, beginning, told_again: None, have_begun: false, chunks: Vec::new() }
    };
    let mut collected = Collected::default();
    assert!(collected.is_sure_of(&runs("junit", first), &[]));
    assert!(!collected.is_sure_of(&runs("cucumber", first), &[]), "messages may stand for it");
    assert!(!collected.is_sure_of(&runs("junit", first), &["junit"]));
    collected.beginnings.insert(first);
    assert!(!collected.is_sure_of(&runs("junit", first), &[]), "it may be a copy");
    assert!(collected.is_sure_of(&runs("junit", other), &[]));
    collected.hold(ReportOutcome::new(ReportId(0), Origin::new("night/a.xml"), 0));
    assert!(!collected.is_sure_of(&runs("junit", other), &[]));
}

#[test]
fn what_begins_otherwise_is_no_copy() {
    let long = vec![b'a'; Beginning::SHORTEST];
    let longer = vec![b'a'; Beginning::SHORTEST + 1];
    let other = [b"b", &long[1..]].concat();
    assert!(Beginning::of(&long).is_some() && Beginning::of(&long) == Beginning::of(&longer));
    assert_ne!(Beginning::of(&long), Beginning::of(&other));
    assert_eq!(Beginning::of(&long[1..]), None);
}
