//! Documents of both products, and what is made of those that Xray would refuse.

use std::ops::ControlFlow;

use super::*;
use crate::format::corpus;
use crate::model::{Outcome, StatedExecution, TestCase};

#[derive(Default)]
struct Findings {
    cases: Vec<TestCase>,
    problems: Vec<Problem>,
    stated: Option<StatedExecution>,
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
        self.stated = Some(stated.clone());
    }
    fn producer(&mut self, _: &str) {}
}

impl Findings {
    fn kinds(&self) -> Vec<ProblemKind> {
        self.problems.iter().map(|problem| problem.kind).collect()
    }

    fn property(&self, index: usize, name: &str) -> &str {
        let found = self.cases[index].properties.iter().find(|property| property.name == name);
        found.map_or("", |property| &property.value)
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

fn read(report: &str) -> Findings {
    let mut whole = Findings::default();
    parse(Body::Bytes(report.as_bytes()), &ReadOptions::default(), &mut whole).unwrap();
    let mut streamed = Findings::default();
    parse(Body::Stream(&mut SingleBytes(report.as_bytes())), &ReadOptions::default(), &mut streamed).unwrap();
    assert_eq!(whole.kinds(), streamed.kinds());
    let names = |found: &Findings| found.cases.iter().map(|case| case.qualified_name.clone()).collect::<Vec<_>>();
    assert_eq!(names(&whole), names(&streamed));
    whole
}

#[test]
fn the_address_before_evidence_is_taken_off() {
    let found = read(
        r#"{"info":{},"tests":[{"testKey":"DEMO-1","status":"FAIL","evidence":[
        {"data":"data:image/png;base64,QUJD","filename":"a.png"},
        {"contentType":"text/plain","data":"data:;base64,QUJD"},{"data":"data:text/plain,abc"}]}]}"#,
    );
    let evidence = found.cases[0].attachments.iter();
    let evidence: Vec<_> = evidence.map(|one| (one.media_type.as_str(), one.data.as_str())).collect();
    assert_eq!(evidence, [("image/png", "QUJD"), ("text/plain", "QUJD"), ("", "data:text/plain,abc")]);
}

#[test]
fn evidence_that_nobody_wants_is_dropped() {
    let item = r#"[{"data":"QUJD","filename":"a"}]"#;
    let report = format!(
        r#"{{"tests":[{{"testKey":"DEMO-1","status":"FAIL","evidence":{item},"steps":[{{"status":"FAIL","evidence":{item}}}]}}]}}"#
    );
    for (attachments, expected) in [(Attachments::All, [1, 1]), (Attachments::None, [0, 0])] {
        let mut found = Findings::default();
        let options = ReadOptions { attachments, ..ReadOptions::default() };
        parse(Body::Bytes(report.as_bytes()), &options, &mut found).unwrap();
        let case = &found.cases[0];
        assert_eq!([case.attachments.len(), case.steps[0].attachments.len()], expected);
    }
}

#[test]
fn an_info_that_is_lost_beside_a_key_is_told_once() {
    let document = |info: &str| {
        let test = r#"[{"testKey":"DEMO-1","status":"PASS"}]"#;
        format!(r#"{{"testExecutionKey":"DEMO-9","info":{info},"tests":{test}}}"#)
    };
    let lost = document(r#"{"project":"DEMO","summary":"A night"}"#);
    assert_eq!(read(&format!("{lost}\n{lost}")).kinds(), [ProblemKind::UnknownProperty]);
    let kept = document(r#"{"project":"DEMO","startDate":"2014-08-30T11:47:35Z","testEnvironments":["a"]}"#);
    assert!(read(&kept).problems.is_empty());
    assert!(read(&lost.replace("\"DEMO-9\"", "null")).problems.is_empty());
}

/// What is told of a document with this before its tests, and this in its only one.
fn told(before: &str, in_test: &str) -> Vec<(ProblemKind, String)> {
    let document = format!(r#"{{{before},"tests":[{{"testKey":"DEMO-1","status":"PASS"{in_test}}}]}}"#);
    let found = read(&document);
    let cut = read(document.strip_suffix("]}").unwrap());
    assert_eq!(cut.kinds(), [&found.kinds()[..], &[ProblemKind::Truncated]].concat(), "{document}");
    found.problems.into_iter().map(|problem| (problem.kind, problem.message)).collect()
}

#[test]
fn a_key_of_the_execution_that_is_none_is_told() {
    for (key, shown) in
        [(r#""demo-1""#, "demo-1"), (r#""bad key""#, "bad key"), (r#""DEMO-0""#, "DEMO-0"), (r#""""#, ""), ("7", "7")]
    {
        let [(kind, message)] = &told(&format!(r#""testExecutionKey":{key}"#), "")[..] else { panic!("{key}") };
        assert_eq!(*kind, ProblemKind::MalformedKey, "{key}");
        assert!(message.starts_with("a testExecutionKey that is no key was left out"), "{message}");
        assert!(message.ends_with(&format!(": '{shown}'")), "{message}");
    }
    let [(ProblemKind::MalformedKey, message)] = &told(r#""testExecutionKey":"@@KEY@@""#, "")[..] else { panic!() };
    assert!(message.starts_with("a bundle that still waits for its key"), "{message}");
    assert_eq!(told(r#""testExecutionKey":null"#, ""), []);
    assert_eq!(told(r#""testExecutionKey":" DEMO-9 ""#, ""), []);
    let document = r#"{"testExecutionKey":"demo-1","tests":[{"testKey":"DEMO-1","status":"PASS"}]}"#;
    let found = read(&[document, document].concat());
    assert!(found.problems[0].message.ends_with("'demo-1' (2 times in this report)"), "{}", found.problems[0].message);
}

#[test]
fn keys_that_are_none_are_told() {
    let told = |in_test| told(r#""testExecutionKey":"DEMO-9""#, in_test);
    for (in_test, expected) in [
        (
            r#","defects":["bad","DEMO-3","worse"]"#,
            "a defect that is no key was left out: 'bad', 'worse' (2 times in this report)",
        ),
        (r#","steps":[{"status":"PASS","defects":["bad"]}]"#, "a defect that is no key was left out: 'bad'"),
        (
            r#","iterations":[{"status":"PASS","steps":[{"status":"PASS","defects":"bad"}]}]"#,
            "a defect that is no key was left out: 'bad'",
        ),
        (
            r#","testInfo":{"requirementKeys":["bad","DEMO-9, DEMO-8"]}"#,
            "a requirement that is no key was left out: 'bad'",
        ),
    ] {
        assert_eq!(told(in_test), [(ProblemKind::MalformedKey, expected.to_owned())], "{in_test}");
    }
    assert_eq!(told(r#","defects":["DEMO-3 DEMO-4",null,""]"#), []);
}

#[test]
fn environments_and_times_that_are_written_otherwise_are_told() {
    for (info, kind, expected) in [
        (
            r#""testEnvironments":["a b","c"]"#,
            ProblemKind::Unusual,
            "a test environment is written otherwise: blanks become `_`, a semicolon parts two of them: 'a b'",
        ),
        (
            r#""testEnvironments":[""," ","c"]"#,
            ProblemKind::Unusual,
            "a test environment without a name was left out (2 times in this report)",
        ),
        (
            r#""startDate":"2024-05-02T10:00:02Z","finishDate":"2024-05-02T09:00:00Z""#,
            ProblemKind::UnreadableTime,
            "a finish before its start counts as the start: 2024-05-02T09:00:00Z before 2024-05-02T10:00:02Z",
        ),
    ] {
        assert_eq!(told(&format!(r#""info":{{{info}}}"#), ""), [(kind, expected.to_owned())], "{info}");
    }
    assert_eq!(told(r#""info":{"testEnvironments":[5," c "]}"#, ""), []);
    let told = |in_test| told(r#""info":{}"#, in_test);
    let [(ProblemKind::UnreadableTime, _)] =
        &told(r#","start":"2024-05-02T10:00:02Z","finish":"2024-05-02T10:00:01Z""#)[..]
    else {
        panic!()
    };
    let cut_to_seconds = r#","start":"2024-05-02T10:00:02.7Z","finish":"2024-05-02T10:00:02Z""#;
    assert_eq!(told(cut_to_seconds), []);
}

#[test]
fn a_run_is_taken_as_it_is() {
    let found = read(
        r#"{"testExecutionKey":"DEMO-9","tests":[{"testKey":"DEMO-1","start":"2014-08-30T11:47:35+01:00",
        "finish":"2014-08-30T11:47:36+01:00","comment":"c","status":"BLOCKED","executedBy":"jo","assignee":"al",
        "testVersion":"v2","defects":["DEMO-5"],"customFields":[{"id":7,"value":{"a":[1, 2]}}],
        "evidences":[{"data":"QUJD","filename":"a.txt","contentType":"text/plain"}]}]}"#,
    );
    assert!(found.problems.is_empty());
    let case = &found.cases[0];
    assert_eq!((case.status_name.as_str(), case.outcome), ("BLOCKED", Outcome::Skipped));
    assert_eq!(case.start.unwrap().to_string(), "2014-08-30T10:47:35Z");
    let stated = &case.stated;
    assert_eq!([&stated.executed_by, &stated.assignee, &stated.test_version], ["jo", "al", "v2"]);
    assert_eq!((case.custom_fields[0].id.as_str(), case.custom_fields[0].value.as_str()), ("7", r#"{"a":[1, 2]}"#));
    assert_eq!((case.attachments[0].name.as_str(), case.attachments[0].data.as_str()), ("a.txt", "QUJD"));
    for (name, value) in
        [("test_key", "DEMO-1"), ("test_execution_key", "DEMO-9"), ("testrun_comment", "c"), ("defects", "DEMO-5")]
    {
        assert_eq!(found.property(0, name), value);
    }
}

#[test]
fn the_execution_may_be_told_behind_the_tests() {
    let found = read(
        r#"{"tests":[{"testKey":"DEMO-1","status":"PASS"},{"testKey":"DEMO-2","status":"FAIL"}],
        "info":{"testEnvironments":["iOS","Android"]},"testExecutionKey":"DEMO-9"}"#,
    );
    assert_eq!(found.cases.len(), 2);
    assert_eq!(found.property(1, "test_execution_key"), "DEMO-9");
    assert_eq!(found.property(1, "test_environments"), "iOS;Android");
}

#[test]
fn the_key_alone_may_be_told_behind_the_tests() {
    // As pytest-jira-xray has it.
    let found = read(
        r#"{"info":{"summary":"s"},"tests":[{"testKey":"DEMO-1","status":"PASS"},{"testKey":"DEMO-2","status":"FAIL"}],
        "testPlanKey":"DEMO-5","testExecutionKey":"DEMO-9"}"#,
    );
    assert_eq!(
        [found.property(0, "test_execution_key"), found.property(1, "test_execution_key")],
        ["DEMO-9", "DEMO-9"]
    );
    assert_eq!(found.stated.as_ref().unwrap().test_plan, "DEMO-5");
    // That the info is lost beside it, and no more.
    assert_eq!(found.kinds(), [ProblemKind::UnknownProperty]);
}

#[test]
fn the_plan_of_the_info_counts() {
    let info = r#""info":{"summary":"s","testPlanKey":"DEMO-6"}"#;
    let beside = r#""testPlanKey":"DEMO-5""#;
    let tests = r#""tests":[{"testKey":"DEMO-1","status":"PASS"}]"#;
    for members in [[info, beside, tests], [beside, info, tests], [info, tests, beside], [beside, tests, info]] {
        let found = read(&format!("{{{}}}", members.join(",")));
        assert_eq!(found.stated.as_ref().unwrap().test_plan, "DEMO-6", "{members:?}");
    }
}

#[test]
fn documents_behind_each_other_keep_their_own_execution() {
    let document =
        |key: &str| format!(r#"{{"testExecutionKey":"{key}","tests":[{{"testKey":"DEMO-1","status":"PASS"}}]}}"#);
    let found = read(&format!("{}\n{}", document("DEMO-8"), document("DEMO-9")));
    assert_eq!(
        [found.property(0, "test_execution_key"), found.property(1, "test_execution_key")],
        ["DEMO-8", "DEMO-9"]
    );
}

#[test]
fn the_info_of_the_execution_is_handed_on_wherever_it_stands() {
    let info = r#""info":{"project":"DEMO","summary":"Nightly","description":"d","version":"v1","revision":"r7",
        "user":"jo","testPlanKey":"DEMO-100","startDate":"2026-11-24T01:00:00+01:00","finishDate":"2026-11-24T01:00:00Z"}"#;
    let tests = r#""tests":[{"testKey":"DEMO-1","status":"PASS"}]"#;
    for document in [format!("{{{info},{tests}}}"), format!("{{{tests},{info}}}")] {
        let found = read(&document);
        assert_eq!(found.kinds(), []);
        let stated = found.stated.unwrap();
        assert_eq!(
            [&stated.project, &stated.summary, &stated.description, &stated.version, &stated.revision, &stated.user],
            ["DEMO", "Nightly", "d", "v1", "r7", "jo"]
        );
        assert_eq!(stated.test_plan, "DEMO-100");
        assert_eq!(stated.start.unwrap().to_string(), "2026-11-24T00:00:00Z");
        assert_eq!(stated.finish.unwrap().to_string(), "2026-11-24T01:00:00Z");
    }
    let found =
        read(r#"{"info":{"project":"demo","testPlanKey":"DEMO-0"},"tests":[{"testKey":"DEMO-1","status":"PASS"}]}"#);
    assert_eq!(found.kinds(), [ProblemKind::MalformedKey, ProblemKind::MalformedKey]);
    assert_eq!(found.stated.unwrap().project, "");
}

#[test]
fn unknown_members_are_told_at_every_depth() {
    for (info, test) in [
        (r#""colour":1"#, ""),
        ("", r#","colour":1"#),
        ("", r#","steps":[{"status":"PASS","colour":1}]"#),
        ("", r#","iterations":[{"status":"PASS","parameters":[{"name":"a","value":"b","colour":1}]}]"#),
        ("", r#","evidence":[{"data":"QUJD","filename":"a","colour":1}]"#),
        ("", r#","customFields":[{"id":1,"value":2,"colour":1}]"#),
        ("", r#","testInfo":{"summary":"s","projectKey":"DEMO","type":"Generic","definition":"d","colour":1}"#),
    ] {
        let found = read(&format!(r#"{{"info":{{{info}}},"tests":[{{"testKey":"DEMO-1","status":"PASS"{test}}}]}}"#));
        assert_eq!(found.kinds(), [ProblemKind::UnknownProperty], "{info}{test}");
        assert!(found.problems[0].message.ends_with("'colour'"), "{}", found.problems[0].message);
    }
}

#[test]
fn built_in_words_are_known_in_any_case() {
    for (word, outcome) in [
        ("passed", Outcome::Passed),
        ("Pass", Outcome::Passed),
        ("failed", Outcome::Failed),
        ("Fail", Outcome::Failed),
        ("aborted", Outcome::Aborted),
        ("Executing", Outcome::Running),
        ("To Do", Outcome::NotRun),
        ("skipped", Outcome::Skipped),
    ] {
        let test = format!(r#"{{"testKey":"DEMO-1","status":"{word}","steps":[{{"status":"{word}"}}]}}"#);
        let found = read(&format!(r#"{{"tests":[{test}]}}"#));
        assert_eq!((found.cases[0].outcome, found.cases[0].steps[0].outcome), (outcome, outcome), "{word}");
    }
}

#[test]
fn what_states_no_status_has_not_passed() {
    for status in ["", r#","status":null"#, r#","status":" ""#] {
        let found = read(&format!(r#"{{"tests":[{{"testKey":"DEMO-1"{status}}},{{"testKey":"DEMO-2"{status}}}]}}"#));
        assert_eq!(found.kinds(), [ProblemKind::UnknownStatus]);
        assert!(found.problems[0].message.ends_with("(2 times in this report)"), "{}", found.problems[0].message);
        assert!(found.cases.iter().all(|case| case.outcome == Outcome::Skipped));
    }
    let found = read(
        r#"{"tests":[{"testKey":"DEMO-1","status":"PASS","steps":[{"comment":"c"},{"status":"PASS"}]},
        {"testKey":"DEMO-2","status":"PASS","iterations":[{"parameters":[]},{"steps":[{"status":"FAIL"},{}]}]}]}"#,
    );
    assert_eq!(found.kinds(), [ProblemKind::UnknownStatus]);
    assert!(found.problems[0].message.ends_with("(4 times in this report)"), "{}", found.problems[0].message);
    let outcomes: Vec<_> = found.cases[0].steps.iter().map(|step| step.outcome).collect();
    assert_eq!((found.cases[0].outcome, outcomes), (Outcome::Passed, vec![Outcome::Skipped, Outcome::Passed]));
    let rows: Vec<_> = found.cases[1].stated.iterations.iter().map(|row| row.outcome).collect();
    assert_eq!(rows, [Outcome::Skipped, Outcome::Failed]);
}

#[test]
fn a_test_without_a_status_fails_where_a_part_of_it_does() {
    for (parts, expected) in [
        (r#""steps":[{"status":"PASS"},{"status":"FAIL"},{"status":"ABORTED"}]"#, Outcome::Failed),
        (r#""steps":[{"status":"ABORTED"},{"status":"PASS"}]"#, Outcome::Aborted),
        (r#""steps":[{"status":"PASS"}]"#, Outcome::Skipped),
        (r#""examples":["PASSED","FAILED"]"#, Outcome::Failed),
        (r#""iterations":[{"status":"FAIL"}]"#, Outcome::Failed),
    ] {
        let found = read(&format!(r#"{{"tests":[{{"testKey":"DEMO-1",{parts}}}]}}"#));
        assert_eq!(found.cases[0].outcome, expected, "{parts}");
        assert_eq!(found.kinds(), [ProblemKind::UnknownStatus]);
    }
}

#[test]
fn a_malformed_key_leaves_the_run_without_a_name() {
    let found = read(
        r#"{"testExecutionKey":"DEMO-9","tests":[{"testKey":"TES- 49","status":"PASS","testInfo":{"summary":"s","definition":"d"}}]}"#,
    );
    assert_eq!(found.kinds(), [ProblemKind::MalformedKey]);
    assert_eq!((found.cases[0].qualified_name.as_str(), found.property(0, "test_key")), ("", ""));
}

#[test]
fn older_names_are_read() {
    let found = read(
        r#"{"testExecutionKey":"DEMO-9","tests":[{"testKey":"DEMO-1","status":"FAILED","evidence":[{"data":"QUJD","filename":"a"}],
        "results":[{"name":"one","status":"PASSED","parameters":[{"name":"p","value":1}],"log":"l","duration":12,
        "steps":[{"status":"PASSED","actualResult":"r","evidences":[{"data":"QUJD","filename":"b"}]}]}]}]}"#,
    );
    let case = &found.cases[0];
    let row = &case.stated.iterations[0];
    assert_eq!((row.name.as_str(), row.log.as_str(), row.duration.as_str()), ("one", "l", "12"));
    assert_eq!((row.parameters[0].value.as_str(), row.outcome), ("1", Outcome::Passed));
    assert_eq!((row.steps[0].actual_result.as_str(), row.steps[0].attachments.len()), ("r", 1));
    assert_eq!(case.attachments.len(), 1);
}

#[test]
fn unknown_properties_are_reported_once() {
    let found = read(
        r#"{"testExecutionKey":"DEMO-9","tests":[{"testKey":"DEMO-1","status":"PASS","durationMs":{"x":[1]}},
        {"testKey":"DEMO-2","status":"PASS","durationMs":1}]}"#,
    );
    assert_eq!(found.kinds(), [ProblemKind::UnknownProperty]);
    assert!(found.problems[0].message.contains("'durationMs' (2 times"), "{}", found.problems[0].message);
}

#[test]
fn tests_without_a_document_are_taken() {
    let found = read(r#"[{"testKey":"DEMO-1","status":"PASS"},{"testInfo":{"summary":"s"},"status":"TODO"}]"#);
    assert_eq!(found.cases.len(), 2);
    assert_eq!(found.kinds(), [ProblemKind::Unusual]);
    assert_eq!(found.cases[1].qualified_name, "s");
}

#[test]
fn complete_tests_of_a_cut_document_are_kept() {
    let found = read(r#"{"tests":[{"testKey":"DEMO-1","status":"PASS"},{"testKey":"DEMO-2","sta"#);
    assert_eq!(found.cases.len(), 1);
    assert_eq!(found.kinds(), [ProblemKind::Truncated]);
}

#[test]
fn steps_beside_examples_give_their_evidence_to_the_run() {
    let found = read(include_str!("../../../fixtures/xray/01-new-execution.as-documented.input-only.json"));
    let case = &found.cases[1];
    assert_eq!((case.steps.len(), case.stated.examples.len(), case.attachments.len()), (0, 5, 2));
    assert_eq!(found.kinds(), [ProblemKind::UnknownProperty]);
}

#[test]
fn real_documents_are_counted_as_they_should() {
    for report in corpus::reports(&["xray"]) {
        let found = read(std::str::from_utf8(&report.bytes).unwrap());
        let [all, passed, ..] = corpus::count(&found.cases);
        assert_eq!([all, passed], report.cases[..2], "{}", report.file);
    }
}
