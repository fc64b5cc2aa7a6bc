//! However a report is parted, and whoever converts the parts, it comes to what one thread makes of it.

use std::cell::{Cell, RefCell};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64};
use std::sync::mpsc::channel;

use proptest::prelude::*;

use super::*;
use crate::bundle::{RunMemory, Sidecar, StoredChunk, WaitingEntries};
use crate::format::{Attachments, Format, ParseError, ReadOptions, Signs};
use crate::mapping::{EnvironmentFrom, Evidence, EvidencePolicy, KeyPattern, KeyRules, Rules};
use crate::model::{Attachment, Body, Content, DataRows, Dialect, Limit, Outcome, ProblemKind, StatedExecution};
use crate::pipeline::at_hand::{ReportAtHand, ReportScratch, Work};
use crate::pipeline::early::{EarlyRuns, TakeEarly};
use crate::pipeline::group::GroupBy;
use crate::pipeline::grouping::Grouping;
use crate::pipeline::outcome::RunChunk;
use crate::pipeline::purpose::{Context, Names, Purpose, Reading};
use crate::pipeline::stop::Stop;
use crate::pipeline::visitor::{Ended, FALLS, Fallen};
use crate::source::{self, Found, Input};
use crate::xray::{self, EncodeOptions, Encoder, Target};

/// How a report is converted.
#[derive(Debug, Clone)]
struct Way {
    names: Names,
    has_project: bool,
    has_pattern: bool,
    rows: DataRows,
    evidence: Evidence,
    sidecar: bool,
    host_is_environment: bool,
    fixed: bool,
    cases: u64,
    texts: u64,
    format: Option<&'static Format>,
}

fn way() -> impl Strategy<Value = Way> {
    let rows = prop_oneof![Just(DataRows::Merged), Just(DataRows::Apart), Just(DataRows::Kept)];
    let flags = (any::<bool>(), 0..4_u8, any::<bool>(), any::<bool>(), any::<bool>(), any::<bool>(), any::<bool>());
    (rows, flags, 0..8_u64, 0..4_u64).prop_map(|(rows, flags, cases, texts)| Way {
        names: if flags.0 { Names::Kept } else { Names::Forgotten },
        has_project: flags.1 > 0,
        has_pattern: flags.2,
        rows,
        evidence: if flags.3 { Evidence::All } else { Evidence::Failed },
        sidecar: flags.4,
        host_is_environment: flags.5,
        fixed: flags.6,
        // Mostly as many as there are.
        cases: if cases == 0 { 7 } else { u64::MAX },
        texts: if texts == 0 { 20 } else { Limit::TextLength.default() },
        format: None,
    })
}

/// Everything that a conversion hands on, as text, and what is left in the store when it is taken back; which Test
/// Executions have which numbers depends on the threads.
fn come_to(file: &Path, bytes: &[u8], way: &Way, batch: Size, threads: usize, parser_falls: bool) -> (String, u64) {
    let folder = tempfile::tempdir().unwrap();
    let options =
        ReadOptions { steps: true, output: Attachments::All, attachments: Attachments::All, ..read_options(way) };
    let reading = Reading { options, format: way.format };
    let limits = source::Limits::default();
    let rules = rules(way);
    let project = if way.has_project { "DEMO" } else { "" };
    let encoding = EncodeOptions { rows: way.rows, ..EncodeOptions::new(Target::Server, project) };
    let sidecar = way.sidecar.then(|| Sidecar::new(None));
    let never = AtomicBool::new(false);
    let stop = Stop::new(&never);
    let context = Context {
        reading: &reading,
        limits: &limits,
        names: way.names,
        prefers: false,
        rules: &rules,
        encoder: &Encoder::new(&encoding),
        ahead: None,
        sidecar: sidecar.as_ref(),
        stop: &stop,
    };
    let fixed = way.fixed.then_some("DEMO-99");
    let memory = RunMemory::of(if way.sidecar { 0 } else { 1 << 20 });
    let mut grouping = Grouping::new(GroupBy::Input, fixed, folder.path().to_path_buf(), memory);
    let found = found(file);
    let group = grouping.enter(&found).group;
    let Found::Entry(entry) = found else { return ("no entry".to_owned(), 0) };
    let entry = Arc::new(entry);
    let mut outcome = ReportOutcome::new(ReportId(0), entry.origin.clone(), 0);
    outcome.basis = Basis::File(Default::default());
    let purpose = Purpose::Convert(&context);
    let (asked, questions) = channel::<Arc<Giant>>();
    let questions = Mutex::new(questions);
    let number = AtomicU64::new(0);
    let (offers, taken) = (Cell::new(0), RefCell::new(Vec::new()));
    let read = {
        // Some find somebody idle and some do not.
        let ask = move |giant: &Arc<Giant>| {
            let _ = asked.send(Arc::clone(giant));
            match number.fetch_add(1, Ordering::Relaxed) % 3 {
                0 => Asked::Busy,
                _ => Asked::Idle,
            }
        };
        let helpers = Helpers { batch, ..Helpers::new(threads, &ask) };
        let next = || questions.lock().unwrap().recv_timeout(std::time::Duration::from_millis(1));
        let is_read = AtomicBool::new(false);
        let (next, helpers, is_read, context) = (&next, &helpers, &is_read, &context);
        std::thread::scope(|scope| {
            for _ in 1..threads {
                scope.spawn(move || {
                    let mut scratch = RunScratch::default();
                    while !is_read.load(Ordering::Relaxed) {
                        if let Ok(giant) = next() {
                            giant.help(helpers, context, &mut scratch);
                        }
                    }
                });
            }
            // Runs are taken from some moment on, if at all.
            let take = |runs: &mut EarlyRuns| {
                if offers.replace(offers.get() + 1) >= bytes.len() % 7 {
                    taken.borrow_mut().append(&mut runs.chunks);
                }
            };
            let early: Option<&TakeEarly<'_>> = if threads > 1 { Some(&take) } else { None };
            let work = Work { purpose: &purpose, group: &group, helpers, early };
            let mut scratch = ReportScratch::default();
            let mut reader = bytes;
            let mut falling = Falling { rest: bytes };
            let body = match parser_falls {
                true => Body::Stream(&mut falling),
                false => Body::Stream(&mut reader),
            };
            let read = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
                ReportAtHand { entry: &entry, work, scratch: &mut scratch, outcome: &mut outcome }.read(body)
            }));
            is_read.store(true, Ordering::Relaxed);
            read
        })
    };
    outcome.runs.chunks.splice(..0, taken.into_inner());
    let text = match read {
        // That ends the conversion: only why it ends is told.
        Ok(Ended { failure: Some(failure), .. }) => return (format!("{failure:?}"), 0),
        Ok(Ended { failure: None, read: Ok(()) }) => told(&mut outcome, &group),
        Ok(Ended { failure: None, read: Err(Fallen) }) => format!("fell\n{}", told(&mut outcome, &group)),
        // Before anybody knew what it is.
        Err(_) => format!("fell at once\n{}", told(&mut outcome, &group)),
    };
    outcome.leave_out_runs(&group.store);
    (text, group.store.in_memory())
}

/// Falls over where the bytes end.
struct Falling<'b> {
    rest: &'b [u8],
}

impl std::io::Read for Falling<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let read = std::io::Read::read(&mut self.rest, buffer)?;
        assert!(read > 0 || buffer.is_empty(), "what a defect would do");
        Ok(read)
    }
}

fn read_options(way: &Way) -> ReadOptions {
    let mut options = ReadOptions::default();
    options.limits.cases = way.cases;
    options.limits.text_length = way.texts;
    options
}

fn rules(way: &Way) -> Rules {
    let pattern = way.has_pattern.then(|| "([A-Z]+-[0-9]+)".parse::<KeyPattern>().unwrap());
    Rules {
        project: way.has_project.then(|| "DEMO".to_owned()),
        evidence: EvidencePolicy {
            of: way.evidence,
            output: way.evidence,
            max_file: 4000,
            ..EvidencePolicy::default()
        },
        environment_from: if way.host_is_environment { EnvironmentFrom::Host } else { EnvironmentFrom::Report },
        keys: KeyRules { pattern, ..KeyRules::default() },
        rows: way.rows,
        ..Rules::default()
    }
}

fn found(file: &Path) -> Found {
    let mut first = None;
    source::walk(&[Input::Path(file.to_path_buf())], &source::Options::default(), &mut |found| {
        first.get_or_insert(found);
        ControlFlow::Continue(())
    })
    .unwrap();
    first.unwrap()
}

/// The outcome without what says where things are.
fn told(outcome: &mut ReportOutcome, group: &Group) -> String {
    let mut text = String::new();
    let chunks = std::mem::take(&mut outcome.runs.chunks);
    for chunk in chunks {
        let mut location = chunk.stored.begin();
        let mut from = 0;
        let entries = chunk.entries.take(&group.store).unwrap();
        // Only that it can be taken back is of interest from here on.
        outcome.runs.chunks.push(taken_from(chunk.stored));
        for (execution, end) in chunk.executions {
            for (number, entry) in entries.iter().enumerate().take(end).skip(from) {
                let mut run = Vec::new();
                group.store.read(location, entry.length as usize, &mut run).unwrap();
                for (_, place) in chunk.notes.iter().filter(|(at, _)| *at == number) {
                    group.store.read(place.location, place.length as usize, &mut run).unwrap();
                }
                let key = group.key_of(execution);
                text.push_str(&format!("{key:?} {entry:?} {}\n", String::from_utf8_lossy(&run)));
                location = location.forward(u64::from(entry.length) + xray::SEPARATOR.len() as u64);
            }
            from = end;
        }
    }
    for share in outcome.runs.shares.iter_mut() {
        text.push_str(&format!("{:?}\n", group.key_of(share.execution)));
        (share.execution, share.stated_behind) = (0, 0);
    }
    let chunks = std::mem::take(&mut outcome.runs.chunks);
    text.push_str(&format!("{outcome:#?}"));
    outcome.runs.chunks = chunks;
    text
}

fn taken_from(stored: StoredChunk) -> RunChunk {
    let entries = WaitingEntries::held(Vec::new());
    RunChunk { stored, entries, executions: Vec::new(), notes: Vec::new() }
}

/// All fixtures that are reports.
fn reports() -> Vec<PathBuf> {
    let mut files = Vec::new();
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let is_report = path.extension().is_some_and(|end| ["xml", "json", "ndjson"].iter().any(|one| end == *one));
            if path.is_dir() {
                folders.push(path);
            } else if is_report && !path.to_string_lossy().contains(".expected") {
                files.push(path);
            }
        }
    }
    files.sort();
    files
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]
    #[test]
    fn parts_come_to_the_same_as_the_whole(
        number: prop::sample::Index, way in way(), cases in 1_usize..6, weight in 50_usize..2000, threads in 2_usize..4,
        cut in prop::option::weighted(0.2, any::<prop::sample::Index>()), falls in prop::bool::weighted(0.1),
    ) {
        let files = reports();
        let file = number.get(&files);
        let bytes = std::fs::read(file).unwrap();
        let bytes = cut.map_or(&bytes[..], |cut| &bytes[..cut.index(bytes.len().max(1))]);
        let batch = Size { cases, weight };
        let (whole, _) = come_to(file, bytes, &way, batch, 1, falls);
        let (parts, _) = come_to(file, bytes, &way, batch, threads, falls);
        prop_assert!(whole == parts, "{}\n{way:?}\n{}", file.display(), difference(&whole, &parts));
    }
}

/// A JUnit report of cases that a mapper has something to say about, of each kind and topic more than are kept.
fn junit(cases: &[u16], falls: Option<usize>) -> String {
    let mut report = "<testsuite name='s'>".to_owned();
    for (number, case) in cases.iter().enumerate() {
        let class = if falls == Some(number) { FALLS } else { "shop.Cart" };
        let host = case % 7;
        let inside = match case % 5 {
            0 => format!("<property name='testrun_customfields'><item name='f{}'>v</item></property>", case % 1500),
            1 => "<property name='test_key' value='no key'/>".to_owned(),
            2 => format!("<property name='{}' value='DEMO-{host}'/>", ["TEST_KEY", "Test_Key", "test_key"][number % 3]),
            3 => format!("<property name='tags' value='OTHER-{host}'/><property name='test_id' value='{case}'/>"),
            _ => format!("<property name='test_key' value='DEMO-1,DEMO-{case}'/>"),
        };
        let name = if case % 11 == 0 { String::new() } else { format!("test {}", case % 300) };
        let properties = format!("<properties>{inside}</properties>");
        report.push_str(&format!("<testcase classname='{class}' name='{name}' time='x'>{properties}</testcase>"));
        if case % 13 == 0 {
            report.push_str("<unknown/><testcase name='open'><properties/></testsuite>");
        }
    }
    report + "</testsuite>"
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]
    #[test]
    fn warnings_of_parts_come_to_those_of_the_whole(
        cases in prop::collection::vec(any::<u16>(), 1..4000), way in way(), batch in 1_usize..200,
        threads in 2_usize..4, falls in prop::option::weighted(0.3, any::<prop::sample::Index>()),
    ) {
        let way = Way { has_project: true, cases: u64::MAX, ..way };
        let report = junit(&cases, falls.map(|falls| falls.index(cases.len())));
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/junit");
        let batch = Size { cases: batch, weight: 1 << 20 };
        let (whole, _) = come_to(&file, report.as_bytes(), &way, batch, 1, false);
        let (parts, left) = come_to(&file, report.as_bytes(), &way, batch, threads, false);
        prop_assert!(whole == parts, "{way:?}\n{}", difference(&whole, &parts));
        prop_assert!(falls.is_none() || whole.starts_with("fell"));
        // Parts behind one that fell are no longer there, either. Notes are no runs.
        prop_assert!(left == 0 || way.sidecar || way.rows != DataRows::Merged, "{left} bytes are left");
    }
}

/// A format whose reports say what its reader does, in four bytes each time: whatever readers may do comes up.
static SCRIPT: Format = Format {
    name: "script",
    title: "",
    recognised_by: "",
    taken: "",
    recognises: |_| false,
    parse: play,
    wants_all_bytes: |_| false,
    signs: Signs::XML,
    dialect: Dialect::PLAIN,
    stands_for: &[],
    tells_more_than: &[],
    told_again_as: None,
};

fn play(body: Body<'_>, _: &ReadOptions, visitor: &mut dyn ReportVisitor) -> Result<(), ParseError> {
    let mut script = Vec::new();
    if let Body::Stream(stream) = body {
        stream.read_to_end(&mut script).unwrap();
    }
    let mut case = Box::<TestCase>::default();
    let mut group = 0;
    for &[what, one, other, third] in script.as_chunks().0 {
        match what % 32 {
            0 => visitor.problem(Problem::new(ProblemKind::Repaired, format!("mended {one}"))),
            1 => visitor.producer(&format!("runner {one}")),
            2 => visitor.execution(&StatedExecution {
                summary: format!("night {}", one % 3),
                user: if other % 2 == 0 { "ann".to_owned() } else { String::new() },
                ..StatedExecution::default()
            }),
            3..8 => group = u64::from(one % 4),
            _ => {
                case.reset();
                case.qualified_name.push_str(&format!("test {}", one % 50));
                case.outcome = Outcome::ALL[usize::from(other) % Outcome::ALL.len()];
                case.row_group = group;
                case.is_example = third % 5 == 0;
                if third % 7 == 0 {
                    case.add_property("test_key", &format!("DEMO-{}", one % 9));
                }
                if third % 11 == 0 {
                    case.container_tags.add().push_str(&format!("RUN-{}", one % 3));
                }
                if third % 3 == 0 {
                    case.attachments.push(Attachment {
                        content: Content::Path,
                        data: format!("missing-{one}.png"),
                        ..Attachment::default()
                    });
                }
                if visitor.case(&mut case).is_break() {
                    break;
                }
            }
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]
    #[test]
    fn whatever_a_reader_does_parts_come_to_the_same(
        script in prop::collection::vec(any::<[u8; 4]>(), 1..400), way in way(), batch in 1_usize..12,
        threads in 2_usize..4,
    ) {
        let way = Way { format: Some(&SCRIPT), ..way };
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/junit");
        let batch = Size { cases: batch, weight: 1 << 20 };
        let script = script.concat();
        let (whole, _) = come_to(&file, &script, &way, batch, 1, false);
        let (parts, _) = come_to(&file, &script, &way, batch, threads, false);
        prop_assert!(whole == parts, "{way:?}\n{}", difference(&whole, &parts));
    }
}

/// Rows that wait for a key are converted behind the limit, where one thread comes to them, too.
#[test]
fn a_limit_is_told_before_rows_that_still_wait() {
    let case = |third: u8| [8, 0, 0, third];
    let group = |number: u8| [3, number, 0, 0];
    let plain = (0..5).map(|_| case(1));
    let script: Vec<_> = plain.chain([group(1), case(3), case(1), group(2), case(1)]).collect();
    let way = Way {
        names: Names::Forgotten,
        has_project: true,
        has_pattern: false,
        rows: DataRows::Merged,
        evidence: Evidence::All,
        sidecar: false,
        host_is_environment: false,
        fixed: false,
        cases: 7,
        texts: 20,
        format: Some(&SCRIPT),
    };
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/junit");
    let batch = Size { cases: 1, weight: 1 << 20 };
    let come_to = |threads| come_to(&file, &script.concat(), &way, batch, threads, false).0;
    let whole = come_to(1);
    assert!(whole.contains("missing-0.png") && whole.contains("it holds more cases"), "{whole}");
    assert_eq!(whole, come_to(2));
}

fn difference(one: &str, other: &str) -> String {
    let lines = one.lines().zip(other.lines()).filter(|(one, other)| one != other);
    lines.take(5).map(|(one, other)| format!("- {one}\n+ {other}\n")).collect()
}
