//! The quirks of spec xunit.md section (d), each under its number, the fixtures, and the corpus.
//!
//! Elsewhere are X24 and X25 (mapping: keys and labels), X31 (recognition) and X32 (mapping: one identity twice).

mod broken;
mod names;
mod results;

use crate::format::Attachments;
use std::ops::ControlFlow;

use super::*;
use crate::format::corpus;
use crate::format::encoding;
use crate::model::{Content, DetailKind, Outcome, StatedExecution, Timestamp};

#[derive(Default)]
struct Findings {
    cases: Vec<TestCase>,
    problems: Vec<Problem>,
    producer: String,
    /// When the report says that its runs began and ended.
    spans: Vec<String>,
}

impl ReportVisitor for Findings {
    fn case(&mut self, case: &mut Box<TestCase>) -> ControlFlow<()> {
        self.cases.push(TestCase::clone(case));
        ControlFlow::Continue(())
    }
    fn problem(&mut self, problem: Problem) {
        self.problems.push(problem);
    }
    fn execution(&mut self, stated: &StatedExecution) {
        let text = |time: Option<Timestamp>| time.map_or_else(|| "-".to_owned(), |time| time.to_string());
        self.spans.push(format!("{} {}", text(stated.start), text(stated.finish)));
    }
    fn producer(&mut self, name: &str) {
        self.producer = name.to_owned();
    }
}

impl Findings {
    /// One line a case: outcome and qualified name.
    fn lines(&self) -> Vec<String> {
        self.cases.iter().map(|case| format!("{} {}", case.outcome.name(), case.qualified_name)).collect()
    }

    fn kinds(&self) -> Vec<ProblemKind> {
        self.problems.iter().map(|problem| problem.kind).collect()
    }

    #[track_caller]
    fn only(&self) -> &TestCase {
        assert_eq!(self.cases.len(), 1, "{:?}", self.lines());
        &self.cases[0]
    }
}

struct SingleBytes<'b>(&'b [u8]);

impl std::io::Read for SingleBytes<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let length = self.0.len().min(buffer.len()).min(1);
        buffer[..length].copy_from_slice(&self.0[..length]);
        self.0 = &self.0[length..];
        Ok(length)
    }
}

fn read_with(report: &str, options: &ReadOptions) -> Findings {
    let mut whole = Findings::default();
    parse(Body::Bytes(report.as_bytes()), options, &mut whole).unwrap();
    // The same report through a stream of single bytes must say the same.
    let mut bytes = SingleBytes(report.as_bytes());
    let mut streamed = Findings::default();
    parse(Body::Stream(&mut bytes), options, &mut streamed).unwrap();
    assert_eq!(whole.lines(), streamed.lines());
    // Where a text is mended inside, the place is that of the piece, and pieces differ.
    let said = |found: &Findings| found.problems.iter().map(|p| (p.kind, p.message.clone())).collect::<Vec<_>>();
    assert_eq!(said(&whole), said(&streamed));
    whole
}

fn read(report: &str) -> Findings {
    read_with(report, &ReadOptions { attachments: crate::format::Attachments::All, ..ReadOptions::default() })
}

/// One test `N.C.M` that passed, with these further attributes and this content.
fn test_with(attributes: &str, inside: &str) -> Findings {
    let result = if attributes.contains("result=") { "" } else { "result='Pass'" };
    let names = if attributes.contains("name=") { "" } else { "name='N.C.M' type='N.C' method='M'" };
    read(&format!(
        "<assemblies><assembly><collection><test {names} {result} {attributes}>{inside}</test></collection></assembly></assemblies>"
    ))
}

fn named(name: &str, type_name: &str, method: &str) -> Findings {
    test_with(&format!("name='{name}' type='{type_name}' method='{method}'"), "")
}

fn check(report: &str, lines: &[&str], problems: &[ProblemKind]) {
    let found = read(report);
    assert_eq!(found.lines(), lines, "{report}");
    assert_eq!(found.kinds(), problems, "{report}: {:?}", found.problems);
}

fn parameters(case: &TestCase) -> Vec<(&str, &str)> {
    case.parameters.iter().map(|parameter| (parameter.name.as_str(), parameter.value.as_str())).collect()
}

fn properties(case: &TestCase) -> Vec<(&str, &str)> {
    case.properties.iter().map(|property| (property.name.as_str(), property.value.as_str())).collect()
}

#[test]
fn x1_x2_x29_durations() {
    for (attributes, nanos) in [
        ("time='0,014'", Some(14_000_000)),
        ("time='1,244.415'", Some(1_244_415_000_000)),
        ("time='90061.5' time-rtf='01:01:01.5000000'", Some(90_061_500_000_000)),
        ("time='0.0636741'", Some(63_674_100)),
        ("time-rtf='00:00:01.5000000'", Some(1_500_000_000)),
        ("", None),
    ] {
        assert_eq!(test_with(attributes, "").only().duration, nanos, "{attributes}");
    }
}

#[test]
fn x3_a_date_that_is_none_is_told_once() {
    check(
        "<assembly run-date='2018-38-06' run-time='02:38:04'><collection><test name='a' result='Pass'/></collection></assembly>",
        &["passed a"],
        &[ProblemKind::UnreadableTime],
    );
}

#[test]
fn x3_the_start_of_an_assembly_is_that_of_tests_without_times() {
    let assembly = |attributes: &str, test: &str| {
        let inside =
            format!("<collection><test name='a' result='Pass' {test}/><test name='b' result='Pass'/></collection>");
        read(&format!("<assembly {attributes}>{inside}</assembly>"))
    };
    let found = assembly("run-date='2024-05-01' run-time='10:00:00' time='90.25'", "time='0.5'");
    assert_eq!(found.spans, ["2024-05-01T10:00:00Z 2024-05-01T10:01:30Z"]);
    assert_eq!(found.kinds(), [ProblemKind::NaiveTimestamp]);
    assert!(found.cases.iter().all(|case| case.start.is_none() && case.finish.is_none()), "no time is invented");
    assert_eq!(assembly("run-date='2024-05-01' run-time='10:00:00'", "").spans, ["2024-05-01T10:00:00Z -"]);
    let span = "start-rtf='2024-05-01T10:00:00.5+02:00' finish-rtf='2024-05-01T10:00:05+02:00'";
    let found = assembly(&format!("{span} run-date='2024-05-01' run-time='10:00:00' time='60'"), "");
    assert_eq!((&*found.spans, found.kinds()), (&["2024-05-01T08:00:00Z 2024-05-01T08:00:05Z".to_owned()][..], vec![]));
    let inside = "<assembly name='a' run-date='2024-05-01' run-time='10:00:00'><collection name='c'><test name='N.C.M' type='N.C' method='M' result='Pass'/></collection></assembly>";
    let found = read(&format!("<assemblies {span}>{inside}</assemblies>"));
    assert_eq!((found.spans.len(), found.kinds()), (1, vec![]));

    let own = assembly("run-date='2024-05-01' run-time='10:00:00'", "start-rtf='2024-05-01T08:00:00+00:00'");
    assert_eq!((own.spans.len(), own.kinds()), (0, vec![]));
    for without in ["run-date='1970-01-01' run-time='00:00:00'", "run-time='10:00:00'"] {
        assert_eq!((assembly(without, "").spans.len(), assembly(without, "").kinds()), (0, vec![]), "{without}");
    }
}

#[test]
fn x4_x15_an_assembly_without_tests() {
    check("<assemblies><assembly name='a.dll'><errors/></assembly></assemblies>", &[], &[]);
    check("<assemblies><assembly name='a.dll'/></assemblies>", &[], &[]);
}

#[test]
fn x8_names_of_assemblies() {
    for (path, name) in [
        ("C:\\b\\My.Tests.DLL", "My.Tests"),
        ("/b/My.Tests.dll", "My.Tests"),
        ("Test.exe", "Test"),
        ("/b/My.Tests", "My.Tests"),
    ] {
        assert_eq!(base_name(path), name);
    }
}

#[test]
fn x9_rows_with_equal_names_are_two_cases() {
    let test = "<test name='N.C.M(a: { ID = 2, ... })' type='N.C' method='M' result='Pass'/>";
    let found = read(&format!("<assembly><collection>{test}{test}</collection></assembly>"));
    assert_eq!(found.lines(), ["passed N.C.M", "passed N.C.M"]);
    assert_eq!(parameters(&found.cases[0]), [("a", "{ ID = 2, ... }")]);
    assert!(found.cases[0].row_group != 0 && found.cases[0].row_group == found.cases[1].row_group);
}

#[test]
fn x10_x11_arguments_behind_custom_names() {
    let found = named("MyName(p1: \"x\")", "N.C", "M");
    assert_eq!((&*found.only().title, parameters(found.only())), ("MyName", vec![("p1", "x")]));
    let found = named("Adds (fast path)", "N.C", "M");
    assert_eq!((&*found.only().title, parameters(found.only())), ("Adds (fast path)", vec![]));
    let other = named("Adds", "N.C", "M");
    assert!(found.only().row_group != 0 && found.only().row_group == other.only().row_group, "rows may have titles");
    assert_eq!(named("M", "N.C", "M").only().row_group, 0);
}

#[test]
fn x12_control_characters_and_cut_reports() {
    let found = test_with("", "<output>a\u{8}b</output><failure><message>\u{1b}[31mred</message></failure>");
    assert_eq!((found.lines(), found.kinds()), (vec!["passed N.C.M".to_owned()], vec![ProblemKind::Repaired]));
    check(
        "<assembly total='3'><collection><test name='a' result='Pass'/><test name='b' result='Fail'><failure><mess",
        &["passed a"],
        &[ProblemKind::Truncated, ProblemKind::CountMismatch, ProblemKind::Truncated],
    );
}

#[test]
fn x13_escapes_stay_in_messages() {
    let found = test_with("result='Fail'", "<failure><message>got \\x1b[0m and \\xd83d</message></failure>");
    assert_eq!(found.only().details[0].message, "got \\x1b[0m and \\xd83d");
}

#[test]
fn x14_errors_beside_tests_are_problems() {
    let found = read(
        "<assembly name='b/My.dll'><errors><error type='test-class-cleanup' name='N.C'><failure exception-type='E'>\
         <message>boom</message></failure></error><error type='fatal'/></errors><collection><test name='a' result='Pass'/>\
         </collection></assembly>",
    );
    assert_eq!(found.lines(), ["passed a"]);
    let messages: Vec<_> = found.problems.iter().map(|problem| &*problem.message).collect();
    assert_eq!(messages, ["test class cleanup in 'N.C': E: boom", "fatal in 'My'"]);
}

#[test]
fn x16_a_failed_fixture_is_a_problem() {
    let found = read(
        "<assembly><class name='N.C'><failure exception-type='E'><message>boom</message></failure>\
         <test name='N.C.M' type='N.C' method='M' result='Pass' time='0'/></class></assembly>",
    );
    assert_eq!(found.lines(), ["passed N.C.M"]);
    assert_eq!(found.problems[0].message, "the fixture of 'N.C' failed: E: boom");
    assert_eq!(found.kinds(), [ProblemKind::ContainerFailure]);
}

#[test]
fn x17_x18_skips_of_both_generations() {
    for reason in [
        "<reason>\n  <message><![CDATA[later]]></message>\n</reason>",
        "<reason>later</reason>",
        "<reason><![CDATA[later]]></reason>",
    ] {
        let found = test_with("result='Skip'", reason);
        let case = found.only();
        assert_eq!((case.outcome, case.duration), (Outcome::Skipped, None));
        assert_eq!((case.details[0].kind, &*case.details[0].message), (DetailKind::Skip, "later"), "{reason}");
    }
}

#[test]
fn x19_x20_v1_content_below_assemblies() {
    check(
        "<assemblies><assembly configFile='x'><class name='Outer+Inner'><test name='Outer+Inner.M' type='Outer+Inner' method='M' result='Pass'/>\
         </class></assembly></assemblies>",
        &["passed Outer+Inner.M"],
        &[],
    );
}

#[test]
fn x21_the_unknown_type_is_no_type() {
    let found = named("UnknownNamespace.UnknownType.Add(a: 1)", "UnknownNamespace.UnknownType", "Add(a: 1)");
    assert_eq!(found.lines(), ["passed Add"]);
    let found = named("UnknownNamespace.UnknownType.Add(a: 1)", "UnknownNamespace.UnknownType", "");
    assert_eq!(found.lines(), ["passed Add"]);
    assert_eq!((parameters(found.only()), &*found.only().title), (vec![("a", "1")], "Add"));
}

#[test]
fn x22_x23_x24_x25_x30_children_and_ids() {
    let found = test_with(
        "id='8f14e45f' source-file='a.cs'",
        "<source-file>a.cs</source-file><source-line>3</source-line><traits/><traits><trait name='requirement' value='S-1'/>\
         <trait name='requirement' value='S-2'/><trait name='labels' value='core UI'/></traits>",
    );
    let expected = [("requirement", "S-1"), ("requirement", "S-2"), ("labels", "core UI")];
    assert_eq!(properties(found.only()), expected);
    assert_eq!(found.lines(), ["passed N.C.M"]);
}

#[test]
fn x26_x27_attachments() {
    let inside = "<attachments><attachment name='p' media-type='image/png'>iVBO\n Rw0=</attachment>\
                  <attachment name='n'>a &amp; b</attachment></attachments>";
    let found = test_with("result='Fail'", inside);
    let shown: Vec<_> =
        found.only().attachments.iter().map(|a| (&*a.name, &*a.media_type, a.content, &*a.data)).collect();
    assert_eq!(shown, [("p", "image/png", Content::Base64, "iVBORw0="), ("n", "text/plain", Content::Text, "a & b")]);
    let passed = format!("<collection name='c'><test name='a' result='Pass'>{inside}</test></collection>");
    assert!(read_with(&passed, &ReadOptions::default()).only().attachments.is_empty());
}

#[test]
fn x28_zero_times_are_absent() {
    let found =
        test_with("start-rtf='0001-01-01T00:00:00.0000000+00:00' finish-rtf='0001-01-01T00:00:00.0000000Z'", "");
    assert_eq!((found.only().start, found.only().finish), (None, None));
    assert_eq!(found.kinds(), []);
    let found = test_with("start-rtf='2026-03-20T15:23:59.1234567+02:00' finish-rtf='2026-03-20T13:24:00Z'", "");
    assert_eq!(found.only().start.unwrap().to_string(), "2026-03-20T13:23:59Z");
    assert_eq!(found.only().finish.unwrap().to_string(), "2026-03-20T13:24:00Z");
}

#[test]
fn x33_listed_tests_win_over_counters() {
    let report =
        |total: &str| format!("<assembly {total}><collection><test name='a' result='Pass'/></collection></assembly>");
    check(&report("total='3'"), &["passed a"], &[ProblemKind::CountMismatch]);
    check(&report("total='2' not-run='1'"), &["passed a"], &[]);
    check(&report("total='1'"), &["passed a"], &[]);
    let two = format!("<assemblies>{}</assemblies>", report("total='1'").repeat(2));
    check(&two, &["passed a"; 2], &[]);
}

#[test]
fn fragments_are_read() {
    check(
        "<class name='N.C'><test name='N.C.M' type='N.C' method='M' result='Pass'/></class>",
        &["passed N.C.M"],
        &[ProblemKind::Unusual],
    );
    check("<assembly><collection><test name='a' result='Pass'/></collection></assembly>", &["passed a"], &[]);
}

#[test]
fn a_test_without_end_does_not_pass() {
    check(
        "<assembly><collection><test name='a' result='Pass'><traits><test name='b' result='Pass'/></collection></assembly>",
        &["passed b"],
        &[ProblemKind::Truncated, ProblemKind::Malformed],
    );
}

#[test]
fn output_is_kept_only_when_asked_for() {
    let report =
        "<collection name='c'><test name='a' result='Pass'><output><![CDATA[said]]></output></test></collection>";
    assert_eq!(read(report).only().stdout.text, "");
    assert_eq!(
        read_with(report, &ReadOptions { output: Attachments::All, ..ReadOptions::default() }).only().stdout.text,
        "said"
    );
}

fn fixture(name: &str) -> Findings {
    let bytes = std::fs::read(format!("{}/fixtures/xunit/{name}", env!("CARGO_MANIFEST_DIR"))).unwrap();
    let text = encoding::to_utf8(&bytes, encoding::detect(&bytes));
    assert!(recognises(&Head::new(&text, name)), "{name}");
    read(std::str::from_utf8(&text).unwrap())
}

#[test]
fn fixture_v1() {
    let found = fixture("v1-class.xml");
    assert_eq!(
        found.lines(),
        [
            "passed Shop.Tests.BasketTests.StartsEmpty",
            "failed Shop.Tests.BasketTests.CountsItems",
            "skipped Shop.Tests.BasketTests.Expires"
        ]
    );
    assert_eq!(found.kinds(), [ProblemKind::ContainerFailure, ProblemKind::NaiveTimestamp]);
    assert_eq!(found.producer, "xUnit.net 1.9.1.1600");
    assert_eq!(fixture("v1-under-assemblies.xml").lines(), ["passed Shop.Tests.SumTests.Adds"]);
}

#[test]
fn fixture_v2_theories() {
    let found = fixture("v2-theories.xml");
    assert_eq!(
        found.lines(),
        [
            "passed Shop.Tests.SumTests.Add",
            "failed Shop.Tests.SumTests.Add",
            "passed Shop.Tests.SumTests.Joins",
            "passed Shop.Tests.SumTests.Parse",
            "passed Shop.Tests.SumTests+Fast.Adds",
            "skipped Shop.Tests.SumTests.Later"
        ]
    );
    assert_eq!(found.kinds(), [ProblemKind::ContainerFailure, ProblemKind::NaiveTimestamp]);
    assert_eq!(parameters(&found.cases[0]), [("a", "1"), ("b", "2"), ("expected", "3")]);
    assert_eq!(parameters(&found.cases[2]), [("parts", "[\"a, b\", \"c\"]"), ("glue", "-")]);
    let titles: Vec<_> = found.cases.iter().map(|case| &*case.title).collect();
    assert_eq!(titles, ["Add", "Add", "Joins texts", "Parse", "Adds (fast path)", "Later"]);
    assert_eq!(found.cases[1].duration, Some(14_000_000));
}

#[test]
fn fixture_v3_attachments() {
    let found = fixture("v3-attachments.xml");
    let outcomes: Vec<_> = found.cases.iter().map(|case| case.outcome).collect();
    assert_eq!(outcomes, [Outcome::Failed, Outcome::Passed, Outcome::Skipped, Outcome::NotRun]);
    assert_eq!(found.kinds(), []);
    let opens = &found.cases[0];
    assert_eq!(parameters(opens), [("path", "/"), ("width", "800")]);
    assert_eq!(opens.host, "BUILD-7");
    assert_eq!(opens.attachments.len(), 2);
    let kinds: Vec<_> = opens.details.iter().map(|detail| detail.kind).collect();
    assert_eq!(kinds, [DetailKind::Failure, DetailKind::Note]);
    assert_eq!(opens.start.unwrap().nanos() % 1_000_000_000, 123_456_700);
}

#[test]
fn fixture_v2_utf_16() {
    let found = fixture("v2-utf-16le.xml");
    assert_eq!(found.lines(), ["passed Läden.Tests.KasseTests.Öffnet"]);
    assert_eq!(parameters(found.only()), [("betrag", "5 €")]);
}

#[test]
fn corpus_agrees_with_the_independent_count() {
    for report in corpus::reports(&["xunit"]) {
        let found = read(std::str::from_utf8(&report.bytes).unwrap());
        assert_eq!(corpus::count(&found.cases), report.cases, "{}: {:?}", report.file, found.problems);
        assert!(found.cases.iter().all(|case| case.outcome != Outcome::Errored), "{}", report.file);
        assert!(found.problems.iter().all(|problem| !problem.is_damage()), "{}: {:?}", report.file, found.problems);
    }
}

#[test]
fn the_machine_and_attributes_of_the_assembly_tell_the_environment() {
    let report = "<assemblies computer='build-7'><assembly name='a.dll' target-framework='net8.0' environment='64-bit'>\
        <collection><test type='A' method='b' result='Pass'/></collection></assembly></assemblies>";
    assert_eq!(read(report).only().host, "build-7");
    assert_eq!(read(&report.replace(" computer='build-7'", "")).only().host, "net8.0");
    let wanted = ReadOptions { suite_property: Some("target-framework".to_owned()), ..ReadOptions::default() };
    assert_eq!(read_with(report, &wanted).only().suite_property, "net8.0");
}

#[test]
fn what_is_more_than_is_held_of_one_test_is_told() {
    let found = test_with("name='n' type='T' method='m' result='Fail'", &"<failure/>".repeat(10_001));
    assert_eq!((found.only().details.len(), found.kinds()), (10_000, vec![ProblemKind::TextShortened]));
    let traits = "<trait name='a' value='b'/>".repeat(10_001);
    let found = test_with("name='n' type='T' method='m' result='Pass'", &format!("<traits>{traits}</traits>"));
    assert_eq!((found.only().properties.len(), found.kinds()), (10_000, vec![ProblemKind::LimitReached]));
    let files = "<attachment name='a'>b</attachment>".repeat(10_001);
    let found = test_with("name='n' type='T' method='m' result='Fail'", &format!("<attachments>{files}</attachments>"));
    assert_eq!((found.only().attachments.len(), found.kinds()), (10_000, vec![ProblemKind::EvidenceDropped]));
}
