//! The quirks of spec testng.md section F, each under its number, and the examples of section G.
//!
//! Elsewhere are T09, T10, T23, T24, T29 and T32 (mapping, assembly), T30's opening of files (the walk of the input),
//! and the zones of T34 (times).

mod attempts;
mod broken;
mod conformance;
mod statuses;
mod times;

use crate::format::Attachments;
use std::ops::ControlFlow;

use super::*;
use crate::model::{Content, DetailKind, Outcome, StatedExecution, Timestamp};
use times::times;

#[derive(Default)]
struct Findings {
    cases: Vec<TestCase>,
    problems: Vec<Problem>,
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
        assert_eq!(name, "testng");
    }
}

impl Findings {
    /// One line a case: outcome and qualified name, `~` before a superseded one.
    fn lines(&self) -> Vec<String> {
        let line = |case: &TestCase| {
            let mark = if case.superseded { "~" } else { "" };
            format!("{mark}{} {}", case.outcome.name(), case.qualified_name)
        };
        self.cases.iter().map(line).collect()
    }

    fn kinds(&self) -> Vec<ProblemKind> {
        self.problems.iter().map(|problem| problem.kind).collect()
    }

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

/// A report whose one class `c` holds these rows.
fn class_with(rows: &str) -> Findings {
    read(&format!(
        "<testng-results><suite name='s'><test name='t'><class name='c'>{rows}</class></test></suite></testng-results>"
    ))
}

/// One row `c.m` with this status and content.
fn row_with(status: &str, inside: &str) -> Findings {
    class_with(&format!("<test-method name='m' status='{status}'>{inside}</test-method>"))
}

fn check(report: &str, lines: &[&str], problems: &[ProblemKind]) {
    let found = read(report);
    assert_eq!(found.lines(), lines, "{report}");
    assert_eq!(found.kinds(), problems, "{report}: {:?}", found.problems);
}

fn param(value: &str) -> String {
    format!("<params><param index='0'><value>\n   <![CDATA[{value}]]>\n  </value></param></params>")
}

fn parameters(case: &TestCase) -> Vec<(&str, &str)> {
    case.parameters.iter().map(|parameter| (parameter.name.as_str(), parameter.value.as_str())).collect()
}

fn properties(case: &TestCase) -> Vec<(&str, &str)> {
    case.properties.iter().map(|property| (property.name.as_str(), property.value.as_str())).collect()
}

const EXCEPTION: &str = "<exception class='java.net.SocketException'><message><![CDATA[reset]]></message></exception>";

#[test]
fn t01_configuration_methods_are_no_cases() {
    let found = class_with(
        "<test-method name='pay' status='SKIP' started-at='2024-05-02T10:00:02 UTC'/>\
         <test-method name='open' is-config='true' status='FAIL' started-at='2024-05-02T10:00:01 UTC'>\
         <exception class='E'><message><![CDATA[no db]]></message></exception></test-method>\
         <test-method name='close' is-config='true' status='SKIP'/>\
         <test-method name='early' status='SKIP' started-at='2024-05-02T09:00:00 UTC'/>",
    );
    assert_eq!(found.lines(), ["skipped c.early", "skipped c.pay"]);
    assert_eq!(found.kinds(), [ProblemKind::ContainerFailure; 2]);
    assert_eq!(found.problems[0].message, "the configuration method 'c.open' failed: E: no db");
    let pay = &found.cases[1].details[0];
    assert_eq!((pay.kind, &*pay.message), (DetailKind::Skip, "the configuration method 'open' failed: E: no db"));
    assert!(found.cases[0].details.is_empty(), "a row that was skipped before has another cause");
}

#[test]
fn t01_a_row_that_has_the_exception_of_its_set_up_names_it() {
    let row = |name: &str, class: &str| {
        format!(
            "<test-method name='{name}' status='SKIP'><exception class='{class}'><message><![CDATA[gone]]></message>\
             </exception></test-method>"
        )
    };
    let set_up = "<test-method name='open' is-config='true' status='FAIL'><exception class='E'>\
        <message><![CDATA[gone]]></message></exception></test-method>";
    let found = class_with(&[set_up, &row("pay", "E"), &row("other", "F")].concat());
    let told = |case: &TestCase| case.details.iter().map(|detail| detail.message.clone()).collect::<Vec<_>>();
    assert_eq!(told(&found.cases[0]), ["gone", "the configuration method 'open' failed: E: gone"]);
    assert_eq!(told(&found.cases[1]), ["gone"], "another exception is its own");
}

#[test]
fn t01_the_cause_does_not_reach_another_class() {
    let found = read(
        "<suite><test><class name='a'><test-method name='open' is-config='true' status='FAIL'/></class>\
         <class name='b'><test-method name='m' status='SKIP'/></class></test></suite>",
    );
    assert!(found.only().details.is_empty());
}

#[test]
fn t02_an_expected_exception_is_no_failure() {
    let found = row_with("PASS", EXCEPTION);
    assert_eq!(found.lines(), ["passed c.m"]);
    assert!(found.only().details.is_empty());
}

#[test]
fn t07_success_percentage_failure_passed() {
    let found = row_with("SUCCESS_PERCENTAGE_FAILURE", EXCEPTION);
    assert_eq!(found.lines(), ["passed c.m"]);
    assert!(found.only().details.iter().all(|detail| detail.kind == DetailKind::Note));
    assert_eq!(found.only().details.len(), 2);
}

#[test]
fn t08_invocation_count_gives_rows() {
    let found = class_with(&"<test-method name='m' status='PASS'/>".repeat(3));
    assert_eq!(found.lines(), ["passed c.m"; 3]);
}

#[test]
fn t11_t12_overloads_share_a_definition_and_no_identity_hash() {
    let found = class_with(&format!(
        "<test-method name='pay' status='PASS' signature='pay(int)[pri:0, instance:c@36d4b5c]'>{0}</test-method>\
         <test-method name='pay' status='PASS' signature='pay(int)[pri:0, instance:c@11111111]'>{0}</test-method>\
         <test-method name='pay' status='PASS' signature='pay(String)[pri:0, instance:c@36d4b5c]'>{0}</test-method>",
        param("5")
    ));
    assert_eq!(found.lines(), ["passed c.pay"; 3]);
    let groups: Vec<_> = found.cases.iter().map(|case| case.row_group).collect();
    assert!(groups[0] == groups[1] && groups[0] != groups[2]);
    assert!(found.cases.iter().all(|case| case.details.is_empty() && case.properties.is_empty()));
}

#[test]
fn t13_the_instance_name_is_not_part_of_the_name() {
    let found = class_with("<test-method name='m' test-instance-name='fast' status='PASS'/>");
    assert_eq!((found.lines(), &*found.only().title), (vec!["passed c.m".to_owned()], "m"));
}

#[test]
fn t14_split_class_and_package_are_one_name() {
    for (attributes, expected) in [
        ("name='PayTest' package='shop'", "passed shop.PayTest.m"),
        ("package='[default]' name='PayTest'", "passed PayTest.m"),
        ("name='shop.PayTest'", "passed shop.PayTest.m"),
    ] {
        let report = format!("<test><class {attributes}><test-method name='m' status='PASS'/></class></test>");
        check(&report, &[expected], &[]);
    }
}

#[test]
fn t15_names_stay_as_they_are() {
    check(
        "<test><class name='shop.Outer$Inner'><test-method name='`adds two` numbers' status='PASS'/></class></test>",
        &["passed shop.Outer$Inner.`adds two` numbers"],
        &[],
    );
}

#[test]
fn t16_t17_t18_t19_values() {
    let found = row_with(
        "PASS",
        "<params><param index='0'><value>\n   <![CDATA[5]]>\n  </value></param>\
         <param index='1'><value is-null='true'/></param>\
         <param index='2'><value><![CDATA[null]]></value></param>\
         <param index='3'><value>\n <![CDATA[a]]]]><![CDATA[>b]]>\n</value></param>\
         <param index='4'><value>\n plain text\n</value></param>\
         <param><value><![CDATA[ ]]></value></param></params>",
    );
    let expected = [
        ("param1", "5"),
        ("param2", "null"),
        ("param3", "null"),
        ("param4", "a]]>b"),
        ("param5", "plain text"),
        ("param6", " "),
    ];
    assert_eq!(parameters(found.only()), expected);
}

#[test]
fn t20_empty_messages() {
    let found = row_with(
        "FAIL",
        "<exception class='java.lang.AssertionError'><message>\n <![CDATA[]]>\n</message>\
         <full-stacktrace><![CDATA[java.lang.AssertionError\n\tat c.m(c.java:1)]]></full-stacktrace></exception>",
    );
    let detail = &found.only().details[0];
    assert_eq!((&*detail.type_name, &*detail.message), ("java.lang.AssertionError", ""));
    assert_eq!(detail.text, "java.lang.AssertionError\n\tat c.m(c.java:1)");
}

#[test]
fn t21_stack_traces_of_every_kind() {
    let trace = |inside: &str| {
        row_with("FAIL", &format!("<exception class='E'>{inside}</exception>")).only().details[0].text.clone()
    };
    assert_eq!(trace("<short-stacktrace><![CDATA[s]]></short-stacktrace>"), "s");
    assert_eq!(trace("<short-stacktrace>s</short-stacktrace><full-stacktrace>f</full-stacktrace>"), "f");
    assert_eq!(trace("<full-stacktrace>f</full-stacktrace><short-stacktrace>s</short-stacktrace>"), "f");
    assert_eq!(trace("<stack-trace>o</stack-trace>"), "o");
    assert_eq!(trace(""), "");
}

#[test]
fn t22_empty_attributes_are_absent() {
    let found = row_with(
        "PASS",
        "<attributes><attribute name='test'>\n <![CDATA[SHOP-40]]>\n</attribute><attribute name='labels'><![CDATA[]]></attribute>\
         <attribute name='summary' is-null='true'/><attribute name='attachments'><![CDATA[[Ljava.io.File;@1b2c3d]]></attribute>\
         </attributes>",
    );
    assert_eq!(properties(found.only()), [("test", "SHOP-40")]);
    assert_ne!(found.only().row_group, 0, "another row of the method may lack the key");
}

#[test]
fn t25_reporter_output_is_kept_only_when_asked_for() {
    let report = "<test><class name='c'><test-method name='m' status='PASS'><reporter-output>\n<line>\n <![CDATA[one]]>\n</line>\
                  <line><![CDATA[two]]></line></reporter-output></test-method></class></test>";
    assert_eq!(read(report).only().stdout.text, "");
    let found = read_with(report, &ReadOptions { output: Attachments::All, ..ReadOptions::default() });
    assert_eq!(found.only().stdout.text, "one\ntwo\n");
}

#[test]
fn t26_t27_empty_containers() {
    check("<testng-results/>", &[], &[]);
    check(
        "<testng-results><suite name='s'/><suite><test/><test><class name='c'/></test></suite></testng-results>",
        &[],
        &[],
    );
    check(
        "<suite duration-ms='0'><test duration-ms='0'><class name='c'><test-method name='m' status='PASS'/></class></test></suite>",
        &["passed c.m"],
        &[],
    );
}

#[test]
fn t28_t40_rows_win_over_counters() {
    check(
        "<testng-results total='9' passed='7' ignored='2'><class name='c'><test-method name='m' status='PASS'/></class></testng-results>",
        &["passed c.m"],
        &[],
    );
}

#[test]
fn t30_t31_references_are_told_and_fragments_are_read() {
    let found =
        read("<testng-results><suite url='S\\testng-results.xml'/><suite><test url='T.xml'/></suite></testng-results>");
    assert_eq!((found.lines(), found.kinds()), (vec![], vec![ProblemKind::Unusual]));
    assert!(found.problems[0].message.contains("(2 times"), "{:?}", found.problems);
    check(
        "<suite name='s'><test name='t'><class name='c'><test-method name='m' status='PASS'/></class></test></suite>",
        &["passed c.m"],
        &[],
    );
}

#[test]
fn t37_complete_rows_of_a_cut_report_are_kept() {
    check(
        "<testng-results total='3' ignored='0'><suite><test><class name='c'><test-method name='a' status='PASS'/>\
         <test-method name='b' status='FAIL'><exception class='E'>",
        &["passed c.a"],
        &[ProblemKind::Truncated, ProblemKind::CountMismatch, ProblemKind::Truncated],
    );
    let found = read("<test><class name='c'><test-method name='a' status='SKIP'/><test-method name='b' status='PA");
    assert_eq!(found.lines(), ["skipped c.a"], "what waited for its cause is not lost");
}

#[test]
fn t37_counters_that_no_number_holds() {
    let report = "<testng-results total='18446744073709551615' ignored='0'><suite><test><class name='c'>\
                  <test-method name='a' status='PASS'/></class></test></suite></testng-results>";
    let found = read(&[report, report, "<testng-results><suite>"].concat());
    assert_eq!(found.lines(), ["passed c.a", "passed c.a"]);
    let told = "declares 18446744073709551615 test methods";
    assert!(found.problems.iter().any(|problem| problem.message.contains(told)), "{:?}", found.problems);
}

#[test]
fn t37_a_row_without_end_does_not_pass() {
    check(
        "<test><class name='c'><test-method name='a' status='PASS'><params>\
         <test-method name='b' status='PASS'/></class></test>",
        &["passed c.b"],
        &[ProblemKind::Truncated, ProblemKind::Malformed],
    );
}

#[test]
fn t38_t39_old_files() {
    let found = read(&format!(
        "<test><class name='c'><test-method name='m' status='PASS'>{}</test-method><!-- a -- b --></class></test>",
        param("a\u{b}b")
    ));
    assert_eq!(found.lines(), ["passed c.m"]);
    assert_eq!(found.kinds(), [ProblemKind::Repaired]);
}

#[test]
fn t41_the_reason_of_a_skip_is_kept() {
    let found = row_with(
        "SKIP",
        "<exception class='java.lang.Throwable'><message><![CDATA[depends on x]]></message></exception>",
    );
    let detail = &found.only().details[0];
    assert_eq!((detail.kind, &*detail.message), (DetailKind::Skip, "depends on x"));
}

#[test]
fn t42_description_is_title_and_description() {
    let found = class_with("<test-method name='m' status='PASS' description='first&#10;second'/>");
    assert_eq!(found.only().title, "first\nsecond");
    assert_eq!(properties(found.only()), [("description", "first\nsecond")]);
    let found = class_with(
        "<test-method name='m' status='PASS' description='d'><attributes><attribute name='description'>by attribute</attribute>\
         </attributes></test-method>",
    );
    assert_eq!(found.only().title, "by attribute");
    assert_eq!(properties(found.only()), [("description", "by attribute")]);
}

#[test]
fn groups_are_tags_and_the_test_tag_is_the_host() {
    let found = class_with("<test-method name='m' status='PASS' groups='smoke, slow ,'/>");
    assert_eq!(found.only().tags.to_vec(), ["smoke", "slow"]);
    assert_eq!(found.only().host, "t");
    assert_eq!(found.only().container, "c");
}

#[test]
fn attachments_carry_their_content_or_point_to_it() {
    let inside = "<attachments><attachment filename='s.png' src='/x/s.png'><rawcontent>\n<![CDATA[iVBO\nRw0=]]></rawcontent></attachment>\
                  <attachment src='C:\\out\\log.txt'><rawcontent><![CDATA[YQ==]]></rawcontent></attachment>\
                  <attachment src='shots/a.png'/><attachment/></attachments>";
    let found = row_with("FAIL", inside);
    let shown: Vec<_> = found.only().attachments.iter().map(|a| (&*a.name, a.content, &*a.data)).collect();
    assert_eq!(
        shown,
        [
            ("s.png", Content::Base64, "iVBORw0="),
            ("log.txt", Content::Base64, "YQ=="),
            ("", Content::Path, "shots/a.png")
        ]
    );
    assert!(!found.kinds().contains(&ProblemKind::EvidenceDropped), "{:?}", found.problems);
    let report = format!("<class name='c'><test-method name='m' status='PASS'>{inside}</test-method></class>");
    assert!(read_with(&report, &ReadOptions::default()).only().attachments.is_empty(), "only failed ones by default");
}

#[test]
fn a_visitor_that_breaks_hears_no_more_cases() {
    struct Once(usize);
    impl ReportVisitor for Once {
        fn case(&mut self, _case: &mut Box<TestCase>) -> ControlFlow<()> {
            self.0 += 1;
            ControlFlow::Break(())
        }
        fn problem(&mut self, _problem: Problem) {}
        fn producer(&mut self, _name: &str) {}
    }
    let report = format!("<class name='c'>{}</class>", "<test-method name='m' status='SKIP'/>".repeat(600));
    let mut once = Once(0);
    parse(Body::Bytes(report.as_bytes()), &ReadOptions::default(), &mut once).unwrap();
    assert_eq!(once.0, 1);
}

#[test]
fn g1_the_example_of_the_specification() {
    let attempt = format!(
        "<test-method name='pay' status='SKIP' retried='true' data-provider='d' duration-ms='10' \
         started-at='2024-05-02T10:00:01 CEST' finished-at='2024-05-02T10:00:01 CEST'>{}{EXCEPTION}</test-method>",
        param("5")
    );
    let pay = format!(
        "<test-method name='pay' status='PASS' data-provider='d' duration-ms='12' started-at='2024-05-02T10:00:02 CEST' \
         finished-at='2024-05-02T10:00:02 CEST'>{}<attributes><attribute name='test'><![CDATA[SHOP-40]]></attribute>\
         <attribute name='requirement'><![CDATA[SHOP-1,SHOP-2]]></attribute></attributes></test-method>",
        param("5")
    );
    let groups = "<groups><group name='smoke'><method name='pay' class='shop.PayTest'/></group></groups>";
    let found = read(&format!(
        "<testng-results><suite name='Nightly'>{groups}<test name='chrome'><class name='shop.PayTest'>\
         <test-method name='open' is-config='true' status='PASS'/>{attempt}{pay}</class></test></suite></testng-results>"
    ));
    assert_eq!(found.lines(), ["~skipped shop.PayTest.pay", "passed shop.PayTest.pay"]);
    assert_eq!(found.kinds(), []);
    let pay = &found.cases[1];
    assert_eq!(times(pay), ("08:00:02Z".to_owned(), "08:00:03Z".to_owned(), Some(12)));
    assert_eq!(properties(pay), [("test", "SHOP-40"), ("requirement", "SHOP-1,SHOP-2")]);
    assert_eq!(parameters(pay), [("param1", "5")]);
    assert_eq!((pay.row_group, pay.tags.len()), (found.cases[0].row_group, 0));
}

#[test]
fn what_is_more_than_is_held_of_one_row_is_told() {
    let parts = |part: &str| row_with("FAIL", &part.repeat(10_001));
    let found = parts("<exception class='E'><message>m</message></exception>");
    assert_eq!((found.only().details.len(), found.kinds()), (10_000, vec![ProblemKind::TextShortened]));
    let found = parts("<param index='0'><value>v</value></param>");
    assert_eq!((found.only().parameters.len(), found.kinds()), (10_000, vec![ProblemKind::LimitReached]));
    let found = parts("<attribute name='a'>v</attribute>");
    assert_eq!((found.only().properties.len(), found.kinds()), (10_000, vec![ProblemKind::LimitReached]));
    let found = parts("<attachment src='a.png'/>");
    assert_eq!((found.only().attachments.len(), found.kinds()), (10_000, vec![ProblemKind::EvidenceDropped]));
}
