//! The quirks of spec robot.md section (d), each under its number, and the examples of section (e).

mod broken;
mod conformance;
mod dry_runs;
mod steps;
mod times;

use std::ops::ControlFlow;

use super::*;
use crate::format::Attachments;
use crate::model::{Attachment, Content, DetailKind, Outcome};

#[derive(Default)]
pub(super) struct Findings {
    pub(super) cases: Vec<TestCase>,
    problems: Vec<Problem>,
    producer: String,
}

impl ReportVisitor for Findings {
    fn case(&mut self, case: &mut Box<TestCase>) -> ControlFlow<()> {
        self.cases.push(TestCase::clone(case));
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
    /// One line a case: outcome, qualified name, and the message where there is one.
    pub(super) fn lines(&self) -> Vec<String> {
        self.cases
            .iter()
            .map(|case| {
                let message = case.details.first().map_or("", |detail| &*detail.text);
                let line = format!("{} {}", case.outcome.name(), case.qualified_name);
                if message.is_empty() { line } else { format!("{line}: {message}") }
            })
            .collect()
    }

    pub(super) fn kinds(&self) -> Vec<ProblemKind> {
        self.problems.iter().map(|problem| problem.kind).filter(|kind| *kind != ProblemKind::NaiveTimestamp).collect()
    }

    pub(super) fn only(&self) -> &TestCase {
        assert_eq!(self.cases.len(), 1, "{:?}", self.lines());
        &self.cases[0]
    }

    fn sentences(&self) -> Vec<&str> {
        self.problems.iter().map(|problem| &*problem.message).collect()
    }

    /// Everything that is known of the cases; spare elements of lists, which hold nothing, are not shown.
    fn shown(&self) -> String {
        let attachments = |list: &[Attachment]| format!("{list:?}");
        let case = |case: &TestCase| {
            let steps = case.steps.iter().map(|step| {
                format!("{} {:?} {} {}", step.action, step.outcome, step.comment, attachments(&step.attachments))
            });
            let times = (case.start, case.finish, case.duration);
            let properties = case.properties.iter().map(|property| format!("{}={}", property.name, property.value));
            let head = (&case.qualified_name, &case.title, &case.container, case.outcome, times, &case.stdout);
            let lists = (properties.collect::<Vec<_>>(), steps.collect::<Vec<_>>());
            format!("{head:?} {:?} {:?} {lists:?} {}\n", &*case.details, &*case.tags, attachments(&case.attachments))
        };
        self.cases.iter().map(case).collect()
    }
}

/// Reads a report in each way there is: whole, as a stream of single bytes, and looking ahead at every test.
pub(super) fn read_bytes(report: &[u8], options: &ReadOptions) -> Findings {
    let mut whole = Findings::default();
    parse(Body::Bytes(report), options, &mut whole).unwrap();
    let mut bytes = SingleBytes(report);
    let mut streamed = Findings::default();
    parse(Body::Stream(&mut bytes), options, &mut streamed).unwrap();
    assert_eq!(whole.shown(), streamed.shown());
    // The place of a repaired text depends on how its pieces arrived.
    assert_eq!(whole.sentences(), streamed.sentences());
    if json::is_json(report) {
        return whole;
    }
    let mut foreseen = Findings::default();
    parse_holding(Body::Bytes(report), options, 0, &mut foreseen).unwrap();
    assert_eq!(whole.shown(), foreseen.shown());
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
    let options = ReadOptions { attachments: Attachments::All, ..ReadOptions::default() };
    read_bytes(report.as_bytes(), &options)
}

fn check(report: &str, lines: &[&str], problems: &[ProblemKind]) {
    let found = read(report);
    assert_eq!(found.lines(), lines, "{report}");
    assert_eq!(found.kinds(), problems, "{report}: {:?}", found.problems);
}

/// A run by `generator` of the suite S, with this inside.
fn suite_by(generator: &str, inside: &str) -> String {
    format!("<robot generator='{generator}'><suite name='S'>{inside}</suite></robot>")
}

fn suite(inside: &str) -> String {
    suite_by("Robot 7.5 (Python 3.11)", inside)
}

fn test(name: &str, status: &str) -> String {
    format!("<test name='{name}'><status status='{status}'/></test>")
}

/// The only test of a suite, with this inside.
fn case_with(inside: &str) -> Findings {
    read(&suite(&format!("<test name='t'>{inside}</test>")))
}

const FAILED_TEARDOWN: &str = "<kw name='Clean' type='TEARDOWN'><status status='FAIL'>db gone</status></kw>\
    <status status='FAIL'>Suite teardown failed:\ndb gone</status>";

#[test]
fn r01_a_failed_suite_teardown_fails_the_tests_before_it() {
    let inner = format!("<suite name='I'>{}{FAILED_TEARDOWN}</suite>", test("b", "PASS"));
    let failing = "<test name='c'><status status='FAIL'>original</status></test>";
    let report = suite(&format!("{}{inner}{failing}", test("a", "PASS")));
    check(
        &report,
        &["passed S.a", "failed S.I.b: Parent suite teardown failed:\ndb gone", "failed S.c: original"],
        &[ProblemKind::ContainerFailure],
    );
    let both = suite(&format!("{inner}{failing}{FAILED_TEARDOWN}"));
    let also = "\n\nAlso parent suite teardown failed:\ndb gone";
    check(
        &both,
        &[
            &format!("failed S.I.b: Parent suite teardown failed:\ndb gone{also}"),
            &format!("failed S.c: original{also}"),
        ],
        &[ProblemKind::ContainerFailure, ProblemKind::ContainerFailure],
    );
}

#[test]
fn r01_a_teardown_of_old_has_its_message_in_the_suites_status() {
    let report = suite_by(
        "robot 2.8.7",
        "<test name='a'><status status='PASS'></status></test><kw type='teardown' name='X'><status status='FAIL'></status>\
         </kw><status status='FAIL'>Suite teardown failed:\nbroken</status>",
    );
    check(&report, &["failed S.a: Parent suite teardown failed:\nbroken"], &[ProblemKind::ContainerFailure]);
}

#[test]
fn r01_a_skipped_teardown_skips_the_tests() {
    let report = suite(&format!(
        "{}<test name='b'><status status='FAIL'>old</status></test>\
         <kw name='X' type='TEARDOWN'><status status='SKIP'>no db</status></kw><status status='SKIP'/>",
        test("a", "PASS"),
    ));
    let lines = [
        "skipped S.a: Skipped in parent suite teardown:\nno db",
        "skipped S.b: Skipped in parent suite teardown:\nno db\n\nEarlier message:\nold",
    ];
    check(&report, &lines, &[]);
}

#[test]
fn r02_r24_other_generators_have_seen_to_it() {
    for generator in ["Rebot 7.5", "NeoLoad", ""] {
        let report = suite_by(generator, &format!("{}{FAILED_TEARDOWN}", test("a", "PASS")));
        check(&report, &["passed S.a"], &[ProblemKind::ContainerFailure]);
    }
}

#[test]
fn r03_skipped_tests_stay_skipped() {
    let skipped = "<test name='a'><status status='SKIP'>later</status></test>";
    let report = suite(&format!("{skipped}{FAILED_TEARDOWN}"));
    let line = "skipped S.a: later\n\nAlso parent suite teardown failed:\ndb gone";
    check(&report, &[line], &[ProblemKind::ContainerFailure]);
    assert_eq!(read(&report).only().details[0].kind, DetailKind::Skip);
}

#[test]
fn r05_r33_a_failed_setup_is_told_and_the_tests_speak_for_themselves() {
    let report = suite(
        "<kw name='Open' type='SETUP'><status status='FAIL'>down</status></kw>\
         <test name='a'><status status='FAIL'>Parent suite setup failed:\ndown</status></test>\
         <test name='b'><status status='PASS'/></test><status status='FAIL'/>",
    );
    let found = read(&report);
    assert_eq!(found.lines(), ["failed S.a: Parent suite setup failed:\ndown", "passed S.b"]);
    assert_eq!(found.problems[0].message, "the set-up of the suite 'S' failed: down");
}

#[test]
fn r06_r15_noncritical_failures_are_failures() {
    let found = case_with(
        "<doc></doc><tags>\n<tag>smoke</tag>\n</tags><status status='FAIL' critical='no' starttime='N/A' endtime='N/A'>x</status>",
    );
    assert_eq!(found.lines(), ["failed S.t: x"]);
    assert_eq!(found.only().tags.to_vec(), ["smoke"]);
    assert!(found.only().properties.is_empty() && found.problems.is_empty());
}

#[test]
fn r11_unknown_elements_are_passed_over() {
    let found =
        case_with("<future><tag>x</tag><status status='FAIL'/><test name='no'/></future><status status='PASS'/>");
    assert_eq!(found.lines(), ["passed S.t"]);
    assert!(found.only().tags.is_empty());
    check(&suite(&format!("<future><test name='x'/></future>{}", test("a", "PASS"))), &["passed S.a"], &[]);
}

#[test]
fn r12_a_message_left_open_is_repaired() {
    let broken = "<kw name='Log'><msg level='INFO'><msg level='FAIL'>surrogate</msg><arg>x</arg>\
        <status status='FAIL'>surrogate</status></kw>";
    let report = suite(&format!(
        "<test name='a'>{broken}{broken}<tag>T</tag><status status='FAIL'>surrogate</status></test>{}",
        test("b", "PASS")
    ));
    check(&report, &["failed S.a: surrogate", "passed S.b"], &[ProblemKind::Repaired]);
    assert_eq!(read(&report).cases[0].tags.to_vec(), ["T"]);
    // Directly below the test, and where no message is wanted.
    let direct =
        suite("<test name='a'><msg level='INFO'><msg level='FAIL'>x</msg><tag>T</tag><status status='FAIL'/></test>");
    let none = ReadOptions { attachments: Attachments::None, ..ReadOptions::default() };
    let found = read_bytes(direct.as_bytes(), &none);
    assert_eq!((found.lines(), found.kinds()), (vec!["failed S.a".to_owned()], vec![ProblemKind::Repaired]));
    assert_eq!(read_bytes(report.as_bytes(), &none).kinds(), [ProblemKind::Repaired]);
}

#[test]
fn a_test_without_its_end_tag_counts_when_its_status_is_there() {
    let both = suite(&[test("a", "FAIL").replace("</test>", ""), test("b", "PASS")].concat());
    check(&both, &["failed S.a", "passed S.b"], &[ProblemKind::Malformed]);
    let without_status = suite(&["<test name='a'><tag>T</tag>", &*test("b", "PASS")].concat());
    check(&without_status, &["passed S.b"], &[ProblemKind::Truncated, ProblemKind::Malformed]);
}

#[test]
fn r13_complete_tests_of_a_cut_report_are_kept() {
    let report = suite(&format!("{}{FAILED_TEARDOWN}", test("a", "PASS")));
    let in_suite = report.replace("</suite></robot>", "");
    check(&in_suite, &["passed S.a"], &[ProblemKind::Truncated]);
    let in_test = suite(&format!("{}<test name='b'><kw name='x'><status st", test("a", "PASS")));
    let in_test = in_test.split(" st</suite>").next().unwrap();
    check(in_test, &["passed S.a"], &[ProblemKind::Truncated, ProblemKind::Truncated]);
}

#[test]
fn r14_tags_of_keywords_are_not_the_tests() {
    let found = case_with(
        "<kw name='k'><tag>kwtag</tag><doc>inner</doc><status status='FAIL'>no</status></kw><kw name='k'><tags><tag>kwtag</tag>\
         </tags></kw><tag>A-1</tag><tag>robot:skip</tag><tag> </tag><doc>outer</doc><status status='PASS'/>",
    );
    let case = found.only();
    assert_eq!(case.tags.to_vec(), ["A-1"]);
    assert_eq!(case.outcome, Outcome::Passed);
    assert_eq!((&*case.properties[0].name, &*case.properties[0].value), ("test_description", "outer"));
}

#[test]
fn r16_a_passed_test_may_have_a_message() {
    let found = case_with("<status status='PASS'>set by hand</status>");
    assert_eq!(found.only().details[0].kind, DetailKind::Note);
    assert_eq!(found.lines(), ["passed S.t: set by hand"]);
}

#[test]
fn r17_skip_on_failure_is_a_skip() {
    let found =
        case_with("<status status='SKIP'>Failed test skipped using 'flaky' tag.\n\nOriginal failure:\nx</status>");
    assert_eq!(found.only().outcome, Outcome::Skipped);
    assert_eq!(found.only().details[0].kind, DetailKind::Skip);
}

#[test]
fn r18_dry_runs_show_nothing() {
    for word in ["NOT RUN", "NOT_RUN"] {
        // A user keyword passes in a dry run; what it calls does not run.
        let found = case_with(&format!(
            "<kw name='u'><kw name='k'><status status='{word}'/></kw><status status='PASS'/></kw><status status='PASS'/>"
        ));
        assert_eq!(found.only().outcome, Outcome::NotRun, "{word}");
        assert_eq!(found.kinds(), [ProblemKind::DryRun]);
    }
    let real = "<if><branch type='IF'><kw name='k'><status status='NOT RUN'/></kw><status status='NOT RUN'/></branch>\
        <status status='PASS'/></if><kw name='k'><status status='PASS'/></kw><status status='PASS'/>";
    assert_eq!(case_with(real).lines(), ["passed S.t"]);
    assert_eq!(case_with("<status status='PASS'/>").lines(), ["passed S.t"], "without keywords nothing can run");
    // Third-party writers leave the status of keywords out, which says nothing (R24).
    for keywords in ["<kw name='k'><msg>m</msg></kw>", "<kw name='k'/>", "<kw name='u'><kw name='k'/></kw>"] {
        assert_eq!(case_with(&format!("{keywords}<status status='PASS'/>")).lines(), ["passed S.t"], "{keywords}");
    }
}

#[test]
fn r19_html_messages_lose_their_markup() {
    let found =
        case_with("<status status='FAIL'>*HTML*&lt;b&gt;bad&lt;/b&gt; &amp;amp; &lt;i&gt;worse&lt;/i&gt;</status>");
    assert_eq!(found.lines(), ["failed S.t: bad & worse"]);
}

#[test]
fn r20_r21_several_failures_stay_whole() {
    let message = "Several failures occurred:\n\n1) a\n\n2) b";
    assert_eq!(
        case_with(&format!("<status status='FAIL'>{message}</status>")).lines(),
        [format!("failed S.t: {message}")]
    );
}

#[test]
fn r24_order_does_not_matter() {
    let found = read(
        "<robot generator=\"NeoLoad\"><suite id=\"1\" name=\"demo\"><test id=\"2\" name=\"t\"><status status=\"FAIL\">m</status>\
         <kw name='k'><status status='PASS'/><msg level='INFO'>x</msg></kw><tag>A-1</tag></test></suite></robot>",
    );
    assert_eq!(found.lines(), ["failed demo.t: m"]);
    assert_eq!((&*found.producer, found.only().tags.len()), ("NeoLoad", 1));
}

#[test]
fn r25_r27_equal_names_and_dots_stay() {
    let report = suite(&format!("{}{}", test("v1.2", "PASS"), test("v1.2", "FAIL")));
    check(&report, &["passed S.v1.2", "failed S.v1.2"], &[]);
}

#[test]
fn r26_tasks_are_tests() {
    let report = suite(&test("a", "PASS")).replace("<robot ", "<robot rpa='true' ");
    check(&report, &["passed S.a"], &[]);
}

const PICTURE: &str = "&lt;img src=\"data:image/png;base64,iVBORw0KGgo=\"&gt;";

#[test]
fn r29_r37_pictures_of_messages_at_any_depth() {
    let found = case_with(&format!(
        "<msg html='true' level='INFO'>{PICTURE}</msg><kw name='k'><kw name='l'><msg html='yes'>&lt;a href=\"s 1.png\"&gt;\
         &lt;img src=\"s 1.png\"&gt;&lt;/a&gt;</msg></kw><msg level='INFO'>{PICTURE}</msg><msg html='true'>{PICTURE}</msg>\
         <status status='FAIL'/></kw><status status='FAIL'/>"
    ));
    let attachments: Vec<_> =
        found.only().attachments.iter().map(|found| (&*found.name, found.content, &*found.data)).collect();
    let picture = "iVBORw0KGgo=";
    assert_eq!(
        attachments,
        [
            ("screenshot-1.png", Content::Base64, picture),
            ("", Content::Path, "s 1.png"),
            ("screenshot-2.png", Content::Base64, picture)
        ]
    );
}

#[test]
fn pictures_of_passed_tests_are_kept_on_request() {
    let inside =
        format!("<kw name='k'><msg html='true'>{PICTURE}</msg><status status='PASS'/></kw><status status='PASS'/>");
    let report = suite(&format!("<test name='t'>{inside}</test>"));
    assert_eq!(read(&report).only().attachments.len(), 1);
    assert!(read_bytes(report.as_bytes(), &ReadOptions::default()).only().attachments.is_empty());
}

#[test]
fn r30_notes_on_removed_content_are_no_comment() {
    let note =
        "*HTML* &lt;span class=\"robot-note\"&gt;Content removed using the --remove-keywords option.&lt;/span&gt;";
    let found = case_with(&format!("<status status='PASS'>{note}</status>"));
    assert!(found.only().details.is_empty());
}

#[test]
fn r31_r36_names_are_cleaned_and_decoded() {
    let report = suite("<test name='a&#10;b&amp;c\u{1}'><status status='PASS'/></test>");
    let found = read(&report);
    assert_eq!(found.only().title, "a\nb&c\u{1}");
    assert_eq!(found.kinds(), [ProblemKind::Repaired]);
}

#[test]
fn r32_a_rerun_under_another_wrapper_is_another_test() {
    let wrapped = suite(&format!("<suite name='S'>{}</suite>", test("t", "PASS")));
    let names = |report: &str| read(report).only().qualified_name.clone();
    assert_eq!(names(&suite(&test("t", "FAIL"))), "S.t");
    assert_eq!(names(&wrapped), "S.S.t");
}

#[test]
fn r38_totals_that_differ_are_told() {
    let totals = "<statistics><total><stat pass='0' fail='9'>Critical Tests</stat><stat pass='1' fail='1' skip='0'>All Tests\
        </stat></total><tag><stat pass='7' fail='7'>x</stat></tag></statistics></robot>";
    let right = suite(&format!("{}{}", test("a", "PASS"), test("b", "FAIL"))).replace("</robot>", totals);
    check(&right, &["passed S.a", "failed S.b"], &[]);
    let wrong = suite(&test("a", "PASS")).replace("</robot>", totals);
    check(&wrong, &["passed S.a"], &[ProblemKind::CountMismatch]);
}

#[test]
fn the_example_of_the_new_generation() {
    let report = r#"<robot generator="Robot 7.3 (Python 3.12)" generated="2024-05-01T10:00:00" rpa="false" schemaversion="5">
<suite id="s1" name="Shop"><suite id="s1-s1" name="Cart">
<test id="s1-s1-t1" name="Adds"><kw name="Log" owner="BuiltIn"><tag>inner</tag><status status="PASS" start="2024-05-01T10:00:00.100000" elapsed="0.001"/></kw>
<tag>SHOP-7</tag><tag>smoke</tag><status status="PASS" start="2024-05-01T10:00:00.100000" elapsed="0.25"/></test>
<kw name="Fail" owner="BuiltIn" type="TEARDOWN"><status status="FAIL" elapsed="0.001">db gone</status></kw>
<status status="FAIL" elapsed="0.3">Suite teardown failed:
db gone</status></suite><status status="FAIL" elapsed="0.3"/></suite></robot>"#;
    let found = read(report);
    assert_eq!(found.lines(), ["failed Shop.Cart.Adds: Parent suite teardown failed:\ndb gone"]);
    assert_eq!(
        (&*found.producer, found.only().tags.to_vec()),
        ("Robot 7.3", vec!["SHOP-7".to_owned(), "smoke".to_owned()])
    );
    assert_eq!(found.only().duration, Some(250_000_000));
    assert_eq!(read(&report.replace("Robot 7.3", "Rebot 7.3")).lines(), ["passed Shop.Cart.Adds"]);
}

#[test]
fn a_bare_suite_is_read_and_left_as_it_is() {
    let report = format!("<suite name='S'>{}{FAILED_TEARDOWN}</suite>", test("a", "PASS"));
    check(&report, &["passed S.a"], &[ProblemKind::ContainerFailure]);
}

#[test]
fn a_test_without_status_has_failed() {
    check(&suite("<test name='a'/>"), &["failed S.a"], &[ProblemKind::Malformed]);
    check(&suite(&test("a", "MAYBE")), &["failed S.a"], &[ProblemKind::UnknownStatus]);
}

#[test]
fn a_stream_that_holds_too_much_tells_what_it_could_not_judge() {
    let report = suite(&format!("{}{}{FAILED_TEARDOWN}", test("a", "PASS"), test("b", "PASS")));
    let mut bytes = report.as_bytes();
    let mut found = Findings::default();
    parse_holding(Body::Stream(&mut bytes), &ReadOptions::default(), 0, &mut found).unwrap();
    assert_eq!(found.lines(), ["passed S.a", "passed S.b"]);
    assert_eq!(found.kinds(), [ProblemKind::ContainerFailure, ProblemKind::LimitReached]);
}

#[test]
fn a_visitor_that_has_enough_is_not_called_again() {
    struct First(usize);
    impl ReportVisitor for First {
        fn case(&mut self, _: &mut Box<TestCase>) -> ControlFlow<()> {
            self.0 += 1;
            ControlFlow::Break(())
        }
        fn problem(&mut self, _: Problem) {}
        fn producer(&mut self, _: &str) {}
    }
    for generator in ["Robot 7", "Rebot 7"] {
        let mut first = First(0);
        let report = suite_by(generator, &format!("{}{}", test("a", "PASS"), test("b", "PASS")));
        parse(Body::Bytes(report.as_bytes()), &ReadOptions::default(), &mut first).unwrap();
        assert_eq!(first.0, 1, "{generator}");
    }
}
