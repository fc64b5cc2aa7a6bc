//! What holds for any input: how the bytes arrive makes no difference, and nothing that arrives makes the program
//! panic, hang or lose count.
//!
//! The broken inputs are fixtures that were damaged by dice with a fixed seed; `XRAYPACK_FUZZ_INPUTS` sets how many, and
//! `XRAYPACK_SEED` another seed.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write;
use std::ops::ControlFlow;
use std::path::Path;
use std::time::{Duration, Instant};

use proptest::prelude::*;
use serde_json::Value;
use xraypack::format::encoding::{detect, to_utf8};
use xraypack::format::head::HEAD;
use xraypack::format::{self, Attachments, FORMATS, Format, Head, ReadOptions, Recognition};
use xraypack::model::{Body, CaseCounts, Outcome, Problem, ProblemKind, ReportVisitor, TestCase};
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use crate::differential::{Grains, told};
use crate::generated::{Dice, SHAPES};
use crate::support::{Workshop, json_lines, repository, wrong_but_shared};

/// Damaged inputs when nobody asks for another number.
const INPUTS: usize = 3000;

/// What one report came to.
#[derive(Debug, Default)]
struct Read {
    cases: Vec<TestCase>,
    counts: CaseCounts,
    problems: Vec<Problem>,
    producer: String,
    /// Why it ended early.
    error: Option<String>,
}

impl Read {
    /// Whether both are the same, but for the places of problems (see [`told`]).
    fn agrees_with(&self, other: &Read) -> bool {
        self.cases == other.cases
            && told(&self.problems) == told(&other.problems)
            && (&self.producer, &self.error) == (&other.producer, &other.error)
    }
}

impl Read {
    /// Which cases there are and what went wrong: all that has to be the same for damaged reports, where blanks before
    /// a missing end tag are kept or not depending on how the bytes arrive. So are the repairs of a report that breaks
    /// off: a text that runs on to the end is mended as far as it is taken, which is up to a piece more than is kept.
    fn outline(&self) -> (Vec<(&str, Outcome)>, Vec<ProblemKind>, bool) {
        let cases = self.cases.iter().map(|case| (case.qualified_name.as_str(), case.outcome)).collect();
        let kinds = || self.problems.iter().map(|problem| problem.kind);
        let breaks_off = kinds().any(|kind| kind == ProblemKind::Truncated);
        let told = kinds().filter(|kind| !(breaks_off && *kind == ProblemKind::Repaired)).collect();
        (cases, told, self.error.is_some())
    }
}

struct Visitor<'r> {
    read: &'r mut Read,
    /// Cases that so many bytes can hold.
    most: usize,
}

impl ReportVisitor for Visitor<'_> {
    fn case(&mut self, case: &mut Box<TestCase>) -> ControlFlow<()> {
        assert!(self.read.cases.len() < self.most, "more cases than bytes");
        self.read.counts.add(case.outcome);
        self.read.cases.push(TestCase::clone(case));
        ControlFlow::Continue(())
    }

    fn problem(&mut self, problem: Problem) {
        self.read.problems.push(problem);
    }

    fn producer(&mut self, name: &str) {
        name.clone_into(&mut self.read.producer);
    }
}

fn read(format: &Format, body: Body<'_>, length: usize) -> Read {
    let options = ReadOptions { steps: true, output: Attachments::All, ..ReadOptions::default() };
    let mut read = Read::default();
    let result = (format.parse)(body, &options, &mut Visitor { read: &mut read, most: length + 1 });
    read.error = result.err().map(|error| error.to_string());
    let CaseCounts { seen, passed, failed, errored, skipped } = read.counts;
    assert_eq!(seen, passed + failed + errored + skipped);
    read
}

fn read_whole(format: &Format, bytes: &[u8]) -> Read {
    read(format, Body::Bytes(bytes), bytes.len())
}

fn read_in_grains(format: &Format, bytes: &[u8], most: usize, seed: u64) -> Read {
    read(format, Body::Stream(&mut Grains::new(bytes, most, seed)), bytes.len())
}

/// The format of a report, and what a file with these bytes is recognised as.
fn recognised(bytes: &[u8]) -> Option<&'static Format> {
    let head = &bytes[..bytes.len().min(HEAD)];
    match format::detect(&Head::new(&to_utf8(head, detect(head)), "report.xml")) {
        Recognition::Report(format) => Some(format),
        _ => None,
    }
}

/// Every report among the fixtures, with its format.
fn fixtures() -> Vec<(&'static Format, Vec<u8>)> {
    let mut found = Vec::new();
    for folder in fs::read_dir(repository().join("fixtures")).unwrap() {
        let folder = folder.unwrap().path();
        if folder.is_dir() {
            reports_of(&folder, &mut found);
        }
    }
    found.sort_by(|left, right| left.1.cmp(&right.1));
    found
}

fn reports_of(folder: &Path, found: &mut Vec<(&'static Format, Vec<u8>)>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_file() && !path.to_string_lossy().ends_with(".expected.json") {
            let bytes = fs::read(&path).unwrap();
            found.extend(recognised(&bytes).map(|format| (format, bytes)));
        }
    }
}

#[test]
fn every_format_has_fixtures_to_damage() {
    let fixtures = fixtures();
    for format in FORMATS {
        assert!(fixtures.iter().any(|(found, _)| found.name == format.name), "{}", format.name);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(40) })]

    #[test]
    fn how_a_report_is_cut_makes_no_difference(shape in 0..SHAPES.len(), seed: u64, cases in 1_usize..30, most in 1_usize..5000) {
        let report = SHAPES[shape].report(seed, cases);
        let Some(format) = format::by_name(SHAPES[shape].format) else { return Ok(()) };
        let whole = read_whole(format, report.as_bytes());
        prop_assert_eq!(whole.cases.len(), cases);
        prop_assert!(read_in_grains(format, report.as_bytes(), most, seed).agrees_with(&whole));
    }
}

#[test]
fn made_reports_are_what_they_claim_to_be() {
    for shape in SHAPES {
        let Some(format) = format::by_name(shape.format) else { continue };
        let report = shape.report(7, 50);
        assert_eq!(recognised(report.as_bytes()).map(|found| found.name), Some(format.name), "{}", shape.name);
        let read = read_whole(format, report.as_bytes());
        assert_eq!((read.cases.len(), &read.error), (50, &None), "{}: {:?}", shape.name, read.problems);
        assert!(!read.problems.iter().any(Problem::is_damage), "{}: {:?}", shape.name, read.problems);
        assert!(read.counts.failed + read.counts.errored > 0, "{}: {:?}", shape.name, read.counts);
    }
}

/// Damages a report a few times over, with help from another one.
fn damaged(dice: &mut Dice, report: &[u8], other: &[u8]) -> Vec<u8> {
    let mut bytes = report.to_vec();
    for _ in 0..=dice.below(4) {
        if bytes.is_empty() {
            break;
        }
        let (from, to) = span(dice, bytes.len());
        match dice.below(8) {
            0 => bytes[from] ^= 1 << dice.below(8),
            1 => bytes[from] = b"<>&\"'/=[]{}:, \0\r\n\xFF"[dice.below(18)],
            2 => bytes.truncate(from),
            3 => drop(bytes.drain(from..to)),
            4 => {
                let again = bytes[from..to].to_vec();
                bytes.splice(to..to, again);
            }
            5 => {
                let (start, end) = span(dice, other.len().max(1));
                bytes.splice(from..from, other[start.min(other.len())..end.min(other.len())].iter().copied());
            }
            6 => bytes.truncate(to.max(1)),
            _ => {
                bytes.splice(from..from, SPANNERS[dice.below(SPANNERS.len())].iter().copied());
            }
        }
    }
    bytes
}

/// What is thrown into the works.
const SPANNERS: &[&[u8]] = &[
    b"<![CDATA[",
    b"]]>",
    b"<!--",
    b"-->",
    b"<!DOCTYPE a [",
    b"</",
    b"<testcase name='x'>",
    b"</testsuite>",
    b"<?xml version='1.0'?>",
    b"&#0;",
    b"&#xFFFFFFFFFF;",
    b"time='-1e309'",
    b"timestamp='0000-99-99T99:99:99'",
    b"99999999999999999999",
    b"[[[[[[[[[[[[[[[[",
    b"{\"a\":",
    b"\\ud800",
    b"\xEF\xBB\xBF",
    b"\xFF\xFE<\0",
    b"\xF0\x9F",
];

/// Usually a short piece of `length` bytes, sometimes a long one.
fn span(dice: &mut Dice, length: usize) -> (usize, usize) {
    let from = dice.below(length);
    let most = if dice.below(4) == 0 { length } else { 64 };
    (from, (from + 1 + dice.below(most)).min(length))
}

fn wished_inputs() -> usize {
    std::env::var("XRAYPACK_FUZZ_INPUTS").ok().map_or(INPUTS, |number| number.parse().unwrap())
}

fn seed(usual: u64) -> u64 {
    std::env::var("XRAYPACK_SEED").ok().map_or(usual, |number| number.parse().unwrap())
}

/// Reads a report and keeps nothing of it.
struct Forgetful;

impl ReportVisitor for Forgetful {
    fn case(&mut self, _: &mut Box<TestCase>) -> ControlFlow<()> {
        ControlFlow::Continue(())
    }

    fn problem(&mut self, _: Problem) {}

    fn producer(&mut self, _: &str) {}
}

/// What reading one input cost.
#[derive(Clone, Copy)]
struct Cost {
    took: Duration,
    /// Most bytes that were allocated at one time.
    memory: u64,
}

impl Cost {
    /// Longest for an input of `length` bytes: a second for each MB, and something for the clock of a busy machine. A build
    /// without optimisation may take ten times as long.
    fn longest(length: usize) -> Duration {
        let unhurried = if cfg!(debug_assertions) { 10 } else { 1 };
        Duration::from_millis(50) + unhurried * Duration::from_micros(length as u64)
    }

    /// Most memory for an input of `length` bytes: windows and scratch of a reader, and what it may hold of the input.
    fn most_memory(length: usize) -> u64 {
        (512 << 10) + 4 * length as u64
    }

    fn of(format: &Format, input: &[u8]) -> Cost {
        let options = ReadOptions { steps: true, output: Attachments::All, ..ReadOptions::default() };
        let begun = Instant::now();
        let allocated = allocation_counter::measure(|| {
            let _ = (format.parse)(Body::Bytes(input), &options, &mut Forgetful);
        });
        Cost { took: begun.elapsed(), memory: allocated.bytes_max }
    }

    /// The cost, looked at again where the first time it took long: somebody else may have had the machine.
    fn fair(format: &Format, input: &[u8]) -> Cost {
        let tries = std::iter::repeat_with(|| Cost::of(format, input)).take(4);
        let mut cost = Cost::of(format, input);
        for again in tries {
            if cost.took <= Cost::longest(input.len()) {
                break;
            }
            cost.took = cost.took.min(again.took);
        }
        cost
    }
}

/// What the inputs of one format came to.
#[derive(Default)]
struct Tally {
    inputs: usize,
    bytes: usize,
    took: Duration,
    memory: u64,
}

#[test]
fn damaged_reports_are_read_to_an_end() {
    let fixtures = fixtures();
    let seed = seed(0xD1CE);
    let mut dice = Dice::new(seed);
    let mut recognised_still = 0;
    let mut tallies: BTreeMap<&str, Tally> = BTreeMap::new();
    for number in 0..wished_inputs() {
        // Of each format as many: some have two fixtures and some a hundred.
        let wanted = &FORMATS[dice.below(FORMATS.len())];
        let of_format: Vec<_> = fixtures.iter().filter(|(format, _)| format.name == wanted.name).collect();
        let (format, report) = of_format[dice.below(of_format.len())];
        let other = &fixtures[dice.below(fixtures.len())].1;
        let input = damaged(&mut dice, report, other);
        recognised_still += usize::from(recognised(&input).is_some());
        let cost = Cost::fair(format, &input);
        assert!(
            cost.took <= Cost::longest(input.len()) && cost.memory <= Cost::most_memory(input.len()),
            "input {number} of seed {seed} ({}, {} bytes) took {:?} and {} bytes of memory",
            format.name,
            input.len(),
            cost.took,
            cost.memory
        );
        let tally = tallies.entry(format.name).or_default();
        tally.inputs += 1;
        tally.bytes += input.len();
        tally.took += cost.took;
        tally.memory = tally.memory.max(cost.memory);
        let whole = read_whole(format, &input);
        let most = 1 + dice.below(600);
        let streamed = read_in_grains(format, &input, most, number as u64);
        assert!(
            streamed.outline() == whole.outline(),
            "input {number} of seed {seed} ({}) in pieces of up to {most} bytes: {:?}\nthe whole: {:?}\n{}",
            format.name,
            streamed.outline(),
            whole.outline(),
            String::from_utf8_lossy(&input)
        );
    }
    assert!(recognised_still > 0, "every input was damaged beyond recognition");
    for (format, Tally { inputs, bytes, took, memory }) in tallies {
        eprintln!(
            "seed {seed}: {inputs} inputs of {format}, {bytes} bytes, {took:.1?}, at most {memory} bytes of memory"
        );
    }
}

#[test]
fn damaged_reports_are_accounted_for() {
    let fixtures = fixtures();
    let mut dice = Dice::new(seed(0xACC0));
    let workshop = Workshop::new();
    let count = (wished_inputs() / 10).clamp(100, 5000);
    for number in 0..count {
        let (_, report) = &fixtures[dice.below(fixtures.len())];
        let other = &fixtures[dice.below(fixtures.len())].1;
        workshop.write(&format!("in/{}/{number}.xml", number % 7), damaged(&mut dice, report, other));
    }
    let ran = workshop.run(["convert", "-q", "in", "--out", "out", "--project", "DEMO", "--group-by", "directory"]);
    assert!(matches!(ran.code, Some(0 | 3)), "{:?}: {}", ran.code, ran.stderr);
    let lines = json_lines(&fs::read_to_string(workshop.path().join("out/reports.jsonl")).unwrap());
    assert_eq!(lines.len(), count);
    for line in &lines {
        assert!(balances(line), "{line}");
        assert!(!line.to_string().contains("\"panicked\""), "{line}");
    }
    assert_eq!(wrong_but_shared(&workshop), [""; 0]);
}

/// Whether every case seen became something.
fn balances(line: &Value) -> bool {
    let count = |place: &str| line.pointer(place).and_then(Value::as_u64).unwrap();
    let seen = count("/cases/seen");
    seen == count("/runs/written") + count("/runs/merged") + count("/runs/left_out")
        && seen
            == ["passed", "failed", "errored", "skipped"]
                .iter()
                .map(|name| count(&format!("/cases/{name}")))
                .sum::<u64>()
}

#[test]
fn damaged_archives_are_opened_without_harm() {
    let fixtures = fixtures();
    let mut dice = Dice::new(seed(0x21B));
    let archive = archive(&fixtures[..fixtures.len().min(6)]);
    let workshop = Workshop::new();
    let count = (wished_inputs() / 30).clamp(50, 1000);
    for number in 0..count {
        workshop.write(&format!("in/{number}.zip"), damaged(&mut dice, &archive, &archive));
    }
    let ran = workshop.run(["inspect", "-q", "--format", "json", "in"]);
    assert!(matches!(ran.code, Some(0 | 3)), "{:?}: {}", ran.code, ran.stderr);
    assert!(json_lines(&ran.stdout).len() >= count, "an archive was passed over in silence");
    assert!(!ran.stdout.contains("\"panicked\""), "{}", ran.stdout);
}

fn archive(reports: &[(&Format, Vec<u8>)]) -> Vec<u8> {
    let mut zip = ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (number, (format, report)) in reports.iter().enumerate() {
        zip.start_file(format!("{}/{number}.xml", format.name), SimpleFileOptions::default()).unwrap();
        zip.write_all(report).unwrap();
    }
    zip.finish().unwrap().into_inner()
}
