//! The quirks of spec junit.md section G, each under its number, and the examples of section H.

use std::ops::ControlFlow;

use super::*;
use crate::model::{DetailKind, Outcome};

#[derive(Default)]
struct Findings {
    cases: Vec<TestCase>,
    problems: Vec<Problem>,
    producer: String,
}

impl ReportVisitor for Findings {
    fn case(&mut self, case: &mut TestCase) -> ControlFlow<()> {
        self.cases.push(case.clone());
        ControlFlow::Continue(())
    }
    fn problem(&mut self, problem: Problem) {
        self.problems.push(problem);
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

    fn only(&self) -> &TestCase {
        assert_eq!(self.cases.len(), 1, "{:?}", self.lines());
        &self.cases[0]
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
    assert_eq!(whole.problems, streamed.problems);
    whole
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

fn read(report: &str) -> Findings {
    read_with(report, &ReadOptions { attachments: crate::format::Attachments::All, ..ReadOptions::default() })
}

/// A report with one case that has this inside.
fn case_with(inside: &str) -> Findings {
    read(&format!("<testsuite name='s'><testcase classname='c' name='t'>{inside}</testcase></testsuite>"))
}

fn check(report: &str, lines: &[&str], problems: &[ProblemKind]) {
    let found = read(report);
    assert_eq!(found.lines(), lines, "{report}");
    assert_eq!(found.kinds(), problems, "{report}: {:?}", found.problems);
}

#[test]
fn j01_root_testsuite() {
    check("<testsuite name='s'><testcase classname='c' name='a'/></testsuite>", &["passed c.a"], &[]);
}

#[test]
fn j02_j03_nested_suites_beside_cases() {
    check(
        "<testsuites><testsuite name='s'><testcase name='a'/><testsuite name='t'><testcase name='b'/></testsuite>\
         <testcase name='c'/></testsuite></testsuites>",
        &["passed s.a", "passed t.b", "passed s.c"],
        &[],
    );
}

#[test]
fn j04_empty_suites() {
    check("<testsuites><testsuite name='s'/><testsuite name='t'></testsuite></testsuites>", &[], &[]);
    check("<testsuites/>", &[], &[]);
}

#[test]
fn j05_self_closing_cases() {
    check(
        "<testsuite name='s'><testcase name='a'/><testcase name='b'></testcase></testsuite>",
        &["passed s.a", "passed s.b"],
        &[],
    );
}

#[test]
fn j06_a_suite_without_name_has_its_parents() {
    check("<testsuites name='r'><testsuite><testcase name='a'/></testsuite></testsuites>", &["passed r.a"], &[]);
    check("<testsuite><testcase name='a'/></testsuite>", &["passed a"], &[]);
}

#[test]
fn j07_cases_below_any_root() {
    check("<testsuites><testcase classname='c' name='a'/></testsuites>", &["passed c.a"], &[]);
    check("<testcase classname='c' name='a'/>", &["passed c.a"], &[]);
    check("<nothing><testsuite name='s'><testcase name='a'/></testsuite></nothing>", &["passed s.a"], &[]);
}

#[test]
fn j08_j09_prefixes_and_quotes() {
    check(
        "<j:testsuite xmlns:j='urn:x' name=\"s\" xsi:y='z'><j:testcase  name = 'a' unknown='1'\n/></j:testsuite>",
        &["passed s.a"],
        &[],
    );
}

#[test]
fn j10_the_first_of_two_equal_attributes_counts() {
    check("<testsuite name='s'><testcase name='a' name='b'/></testsuite>", &["passed s.a"], &[ProblemKind::Repaired]);
}

#[test]
fn j11_j12_j13_properties_of_every_shape() {
    let found = case_with(
        "<failure/><properties><property name='a' value='1'/><property name='a'>2</property></properties>\
         <properties/><properties><property name='b' value=''><![CDATA[ x\ny ]]></property>\
         <property name='c'><item name='i'>v</item></property></properties>",
    );
    let case = found.only();
    let shown: Vec<_> = case.properties.iter().map(|p| (p.name.as_str(), p.value.as_str(), p.items.len())).collect();
    assert_eq!(shown, [("a", "1", 0), ("a", "2", 0), ("b", "x\ny", 0), ("c", "", 1)]);
    assert_eq!((&*case.properties[3].items[0].name, &*case.properties[3].items[0].value), ("i", "v"));
}

#[test]
fn j14_several_documents_in_one_file() {
    check(
        "<?xml version='1.0'?><testsuite name='s'><testcase name='a'/></testsuite>\n\
         <?xml version='1.0'?><testsuite name='t'><testcase name='b'/></testsuite>",
        &["passed s.a", "passed t.b"],
        &[ProblemKind::Repaired],
    );
}

#[test]
fn j15_comments_do_not_break_text() {
    let found = case_with("<failure message='m'>one <!-- <testcase> -->two</failure><!-- skipped in re-run -->");
    assert_eq!(found.only().details[0].text, "one two");
}

#[test]
fn j16_entities_of_a_dtd_stay_text() {
    let found = read(
        "<!DOCTYPE r [<!ENTITY x SYSTEM 'file:///etc/hostname'><!ENTITY l '&l;&l;'>]>\
         <testsuite name='s'><testcase name='a'><failure>&x;&l;</failure></testcase></testsuite>",
    );
    assert_eq!(found.only().details[0].text, "&x;&l;");
}

#[test]
fn j17_all_failures_are_kept() {
    let found = case_with("<failure message='1'/><failure message='2'>x</failure>");
    assert_eq!(found.lines(), ["failed c.t"]);
    assert_eq!(found.only().details.len(), 2);
}

#[test]
fn j18_j19_failure_and_error_together() {
    let found = case_with("<failure/><error message='boom'/>");
    assert_eq!(found.lines(), ["errored c.t"]);
    assert_eq!(
        found.only().details.iter().map(|d| d.kind).collect::<Vec<_>>(),
        [DetailKind::Failure, DetailKind::Error]
    );
}

#[test]
fn j22_skipped_beside_failure() {
    assert_eq!(case_with("<failure message='x'/><skipped/>").lines(), ["failed c.t"]);
    assert_eq!(case_with("<failure message='Skipped: no db'/><skipped/>").lines(), ["skipped c.t"]);
    assert_eq!(
        case_with("<skipped message='TEST_CASE tagged with !mayfail'/><failure message='x'/>").lines(),
        ["skipped c.t"]
    );
}

#[test]
fn j23_j24_status_attributes() {
    for (attributes, expected) in [
        ("status='notrun'", "skipped"),
        ("status='disabled'", "skipped"),
        ("status='run' result='suppressed'", "skipped"),
        ("status='notrun' result='completed'", "skipped"),
        ("status='run' result='completed'", "passed"),
        ("status='fail'", "failed"),
        ("status='Failed'", "failed"),
        ("result='xfail'", "passed"),
        ("result='crashed'", "errored"),
    ] {
        let found = read(&format!("<testsuite name='s'><testcase name='a' {attributes}/></testsuite>"));
        assert_eq!(found.lines(), [format!("{expected} s.a")], "{attributes}");
    }
    check(
        "<testsuite name='s'><testcase name='a' status='odd'/></testsuite>",
        &["passed s.a"],
        &[ProblemKind::UnknownStatus],
    );
}

#[test]
fn j25_j26_j27_j28_attempts() {
    let found = case_with(
        "<flakyFailure message='boom' type='E'><stackTrace>t</stackTrace><system-out>o</system-out></flakyFailure>",
    );
    assert_eq!(found.lines(), ["passed c.t"]);
    let detail = &found.only().details[0];
    assert_eq!(
        (detail.kind, &*detail.message, &*detail.type_name, &*detail.text),
        (DetailKind::Attempt, "boom", "E", "t")
    );
    let found = case_with("<failure/><rerunFailure>plain</rerunFailure><rerunFailure/>");
    assert_eq!(found.lines(), ["failed c.t"]);
    assert_eq!(found.only().details[1].text, "plain");
    assert_eq!(case_with("<failure/><flakyFailure/>").lines(), ["failed c.t"]);
    assert_eq!(case_with("<rerunError/>").lines(), ["failed c.t"]);
}

#[test]
fn j29_container_failures() {
    for inside in [
        "<testcase classname='c' name=''><error/></testcase>",
        "<testcase classname='c' name='initializationError'><failure/></testcase>",
        "<testcase classname='Test suite failed to run' name='a'><error/></testcase>",
        "<testcase classname='' name='pkg'><error message='Build error'/></testcase>",
    ] {
        let found = read(&format!("<testsuite name='s'>{inside}</testsuite>"));
        assert!(found.only().container_failure, "{inside}");
    }
    let found = read(
        "<testsuites><testsuite name='pytest'><testcase classname='' name='test_x'>\
         <error message='collection failure'>E</error></testcase></testsuite></testsuites>",
    );
    assert!(found.only().container_failure);
    assert!(!case_with("<failure/>").only().container_failure);
    let passed = read("<testsuite name='s'><testcase classname='c' name=''/></testsuite>");
    assert_eq!(passed.lines(), ["passed c"]);
    check("<testsuite name='s'><error message='x'>boom</error></testsuite>", &[], &[ProblemKind::ContainerFailure]);
}

#[test]
fn j30_declared_errors_without_a_failing_case() {
    check(
        "<testsuites><testsuite name='s' errors='1'><testcase name='a'/><system-err>x</system-err></testsuite></testsuites>",
        &["passed s.a"],
        &[ProblemKind::ContainerFailure],
    );
}

#[test]
fn j32_declared_cases_are_not_invented() {
    check("<testsuite name='s' tests='9'><testcase name='a'/></testsuite>", &["passed s.a"], &[]);
}

#[test]
fn j37_text_in_pieces() {
    let found = case_with("<failure>a<![CDATA[<b>]]>&lt;c&gt;<![CDATA[]]]]><![CDATA[>]]></failure>");
    assert_eq!(found.only().details[0].text, "a<b><c>]]>");
}

#[test]
fn j39_j40_references_in_output() {
    let found = case_with(
        "<system-out>x [[ATTACHMENT|a.png]] <![CDATA[[[ATTACH]]>MENT|b &amp; c.txt]]</system-out>\
         <system-out>[[ATTACHMENT| ]] [[ATTACHMENT|a.png]]</system-out><system.out>[[ATTACHMENT|d]]</system.out>",
    );
    let paths: Vec<_> = found.only().attachments.iter().map(|a| a.data.as_str()).collect();
    assert_eq!(paths, ["a.png", "b & c.txt", "d"]);
}

#[test]
fn j42_a_cut_report_keeps_complete_cases() {
    check(
        "<testsuites><testsuite name='s' tests='3'><testcase classname='c' name='a'/>\
         <testcase classname='c' name='b'><system-out>log\n",
        &["passed c.a"],
        &[ProblemKind::Truncated, ProblemKind::CountMismatch, ProblemKind::Truncated],
    );
    check(
        "<testsuite name='s'><testcase classname='c' name='a'/><testcase classna",
        &["passed c.a"],
        &[ProblemKind::Truncated],
    );
}

#[test]
fn j43_junk_around_the_report() {
    check(
        "> npm test\n<testsuite name='s'><testcase name='a'/></testsuite>\n>",
        &["passed s.a"],
        &[ProblemKind::Repaired],
    );
}

#[test]
fn j44_recovery_at_the_next_case() {
    check(
        "<testsuite name='s'><testcase name='a'><failure>no <end> here<testcase name='b'/></testsuite>",
        &["failed s.a", "passed s.b"],
        &[ProblemKind::Malformed],
    );
    check(
        "<testsuite name='s'><testcase name='a'><testcase name='b'/></testsuite>",
        &["passed s.b"],
        &[ProblemKind::Truncated, ProblemKind::Malformed],
    );
    let found = case_with("<failure>expected <unknown> but 1 < 2 </  failure>");
    assert_eq!(found.only().details[0].text, "expected <unknown> but 1 < 2 ");
}

#[test]
fn j61_j62_names_are_kept_as_they_are() {
    let found = read(
        "<testsuite name='s'><testcase classname=' a::b$C[1] ' name='x › y &gt; \u{1F600}&#10;z\tq'/></testsuite>",
    );
    assert_eq!(found.only().qualified_name, "a::b$C[1].x › y > \u{1F600}\nz q");
}

#[test]
fn j64_j65_class_and_name_as_written() {
    let found = read(
        "<testsuite name='s'><testcase classname='t' name='t'/><testcase class='a\\B' classname='a.B' name='u'/></testsuite>",
    );
    assert_eq!(found.lines(), ["passed t.t", "passed a.B.u"]);
    assert_eq!(read("<testsuite name='s'><testcase class='K' name='u'/></testsuite>").lines(), ["passed K.u"]);
}

#[test]
fn attachment_properties() {
    let found = case_with(
        "<properties><property name='attachment' value='x/y.png'/><property name='attachment2'>data:image/png;base64,AAAA</property>\
         <property name='attachment:log' value='https://ci/log'/><property name='_dummy_' value=''/></properties>",
    );
    let case = found.only();
    assert!(case.properties.is_empty());
    use crate::model::Content;
    let shown: Vec<_> = case.attachments.iter().map(|a| (a.content, a.data.as_str(), a.media_type.as_str())).collect();
    assert_eq!(
        shown,
        [(Content::Path, "x/y.png", ""), (Content::Base64, "AAAA", "image/png"), (Content::Link, "https://ci/log", "")]
    );
}

#[test]
fn output_is_kept_only_when_asked_for() {
    let report = "<testsuite name='s'><testcase name='a'><system-out>o</system-out><system-err>e</system-err></testcase></testsuite>";
    assert_eq!(read(report).only().stdout, "");
    let found = read_with(report, &ReadOptions { output: true, ..ReadOptions::default() });
    assert_eq!((&*found.only().stdout, &*found.only().stderr), ("o", "e"));
}

#[test]
fn h2_flaky_disabled_and_expected_failure() {
    let found = read(
        "<testsuites><testsuite name='s'><testcase classname='c' name='flaky' time='0.2'>\
         <flakyFailure message='boom' type='E'><stackTrace>t</stackTrace></flakyFailure></testcase>\
         <testcase classname='c' name='off' status='disabled'/>\
         <testcase classname='c' name='xf'><skipped type='pytest.xfail' message='bug 7'/></testcase></testsuite></testsuites>",
    );
    assert_eq!(found.lines(), ["passed c.flaky", "skipped c.off", "skipped c.xf"]);
    assert_eq!(found.cases[1].outcome, Outcome::Skipped);
    assert_eq!(found.cases[2].details[0].message, "bug 7");
}
