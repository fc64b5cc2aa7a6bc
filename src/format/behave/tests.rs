//! The quirks of spec behave.md, each under its number.
//!
//! B18 is tested in `row`, B15's warning in the mapping.

mod corpus;

use std::ops::ControlFlow;

use super::*;
use crate::format::Attachments;
use crate::model::{Content, DetailKind, Outcome, TestCase};

#[derive(Default)]
pub(super) struct Findings {
    pub(super) cases: Vec<TestCase>,
    problems: Vec<Problem>,
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
        assert_eq!(name, "behave");
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

    fn message(&self, index: usize) -> &str {
        &self.cases[index].details[0].message
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

/// Reads a report whole, and as a stream of single bytes: both must say the same.
pub(super) fn read_bytes(report: &[u8], options: &ReadOptions) -> Findings {
    let mut whole = Findings::default();
    parse(Body::Bytes(report), options, &mut whole).unwrap();
    let mut streamed = Findings::default();
    parse(Body::Stream(&mut SingleBytes(report)), options, &mut streamed).unwrap();
    assert_eq!(whole.lines(), streamed.lines());
    assert_eq!(whole.kinds(), streamed.kinds());
    whole
}

fn read(report: &str) -> Findings {
    let options = ReadOptions { attachments: Attachments::All, steps: true, ..ReadOptions::default() };
    read_bytes(report.as_bytes(), &options)
}

/// A feature with these elements.
fn feature(elements: &str) -> String {
    format!(
        r#"{{"keyword":"Feature","name":"F","tags":["DEMO-48"],"location":"features/f.feature:1","status":"x","elements":[{elements}]}}"#
    )
}

/// A scenario at a line, with a status (in quotes, or `null`) and steps.
fn scenario(name: &str, line: u32, status: &str, steps: &str) -> String {
    format!(
        r#"{{"type":"scenario","keyword":"Scenario","name":"{name}","tags":[],"location":"features/f.feature:{line}","status":{status},"steps":[{steps}]}}"#
    )
}

/// A step with a result.
fn step(name: &str, line: u32, result: &str) -> String {
    format!(
        r#"{{"keyword":"When","step_type":"when","name":"{name}","location":"features/f.feature:{line}","result":{{{result}}}}}"#
    )
}

/// A step that was not reached.
fn unreached(name: &str, line: u32) -> String {
    format!(r#"{{"keyword":"Then","step_type":"then","name":"{name}","location":"features/f.feature:{line}"}}"#)
}

fn one(status: &str, steps: &str) -> Findings {
    read(&format!("[\n{}\n]\n", feature(&scenario("s", 5, status, steps))))
}

const PASSED: &str = r#""status":"passed","duration":0.5"#;

#[test]
fn b01_a_scenario_without_status_goes_by_its_steps() {
    let background = r#"{"type":"background","keyword":"Background","name":"","location":"features/f.feature:8","steps":[],"status":"failed"}"#;
    let elements = [scenario("before a rule", 5, "null", &step("a", 6, PASSED)), background.to_owned()].join(",");
    let found = read(&format!("[{}]", feature(&elements)));
    assert_eq!(found.lines(), ["passed features/f.feature#before a rule"]);
    let order = |steps: &[&str]| {
        let steps: Vec<_> = steps.iter().map(|status| step("a", 6, &format!(r#""status":"{status}""#))).collect();
        one("null", &steps.join(",")).only().outcome
    };
    assert_eq!(order(&["passed", "skipped"]), Outcome::Skipped);
    assert_eq!(order(&["skipped", "untested"]), Outcome::NotRun);
    assert_eq!(order(&["untested", "pending"]), Outcome::Pending);
    assert_eq!(order(&["pending", "undefined"]), Outcome::Failed);
    assert_eq!(order(&["passed", "failed"]), Outcome::Failed);
    assert_eq!(order(&["passed", "error"]), Outcome::Errored);
    assert_eq!(order(&[]), Outcome::NotRun);
}

#[test]
fn b02_an_error_without_text_says_so() {
    let found = one(r#""error""#, &step("it breaks", 6, r#""status":"error","duration":0.1"#));
    assert_eq!(found.only().outcome, Outcome::Errored);
    assert_eq!(found.only().details[0].kind, DetailKind::Error);
    assert_eq!(found.message(0), "When it breaks: unexpected exception (message not in report)");
}

#[test]
fn b03_error_texts_stay_as_they_are() {
    let new = one(r#""failed""#, &step("2+2", 6, r#""status":"failed","error_message":"ASSERT FAILED: 5""#));
    assert_eq!(new.message(0), "When 2+2: ASSERT FAILED: 5");
    let old = r#""status":"failed","error_message":["Assertion Failed: 5","Captured stdout:","added"]"#;
    let old = one(r#""failed""#, &step("2+2", 6, old));
    assert_eq!(old.message(0), "When 2+2: Assertion Failed: 5");
    assert_eq!(old.only().details[0].text, "Captured stdout:\nadded");
}

#[test]
fn b04_a_failed_hook_fails_a_scenario_of_unreached_steps() {
    let new = one(r#""hook_error""#, &unreached("a", 6));
    assert_eq!((new.only().outcome, new.message(0)), (Outcome::Errored, "hook failed (details are not in the report)"));
    let old = one(r#""failed""#, &unreached("a", 6));
    assert_eq!((old.only().outcome, old.message(0)), (Outcome::Failed, "hook failed (details are not in the report)"));
}

#[test]
fn b05_unreached_steps_change_nothing() {
    let steps = [step("a", 6, r#""status":"failed","duration":0"#), unreached("b", 7)].join(",");
    let found = one(r#""failed""#, &steps);
    assert_eq!(found.only().outcome, Outcome::Failed);
    assert_eq!(found.only().steps[1].outcome, Outcome::NotRun);
    assert_eq!(found.only().steps[1].action, "Then b");
}

#[test]
fn b06_a_dry_run_fails_nothing() {
    let steps = r#"{"keyword":"Given","step_type":"given","name":"a","match":{"location":"x.py:1","arguments":[{"value":123456789012345678901234567890}]},"result":{"status":"untested","duration":0}}"#;
    let found = one(r#""untested""#, steps);
    assert_eq!(found.only().outcome, Outcome::NotRun);
    assert!(found.only().details.is_empty());
}

#[test]
fn b07_a_report_that_breaks_off_keeps_what_is_complete() {
    let first = feature(&scenario("a", 5, r#""passed""#, &step("x", 6, PASSED)));
    let found = read(&format!("[\n{first}"));
    assert_eq!(found.lines(), ["passed features/f.feature#a"]);
    assert_eq!(found.kinds(), [ProblemKind::Truncated, ProblemKind::Truncated]);
    assert!(found.problems[1].message.contains("the feature that was running"));
    // Inside a feature: its complete scenarios are kept, with the tags that stand before them.
    let second = feature(&[scenario("b", 5, r#""passed""#, ""), scenario("c", 9, r#""failed""#, "")].join(","));
    let cut = &second[..second.len() - 20];
    let found = read(&format!("[\n{first},\n{cut}"));
    assert_eq!(found.lines(), ["passed features/f.feature#a", "passed features/f.feature#b"]);
    assert_eq!(found.cases[1].container_tags.to_vec(), ["DEMO-48"]);
}

#[test]
fn b08_an_interrupted_scenario_failed() {
    let aborted = r#""status":"failed","error_message":"ABORTED: By user (KeyboardInterrupt).""#;
    let found = one(r#""failed""#, &step("a", 6, aborted));
    assert_eq!(found.lines(), ["failed features/f.feature#s"]);
    assert_eq!(found.kinds(), [ProblemKind::CountMismatch]);
}

#[test]
fn b09_text_around_the_array_is_passed_over() {
    let array = format!("[\n{}\n]\n", feature(&scenario("s", 5, r#""passed""#, "")));
    let found = read(&format!("USING RUNNER: behave.runner:Runner\n----\n{array}\n0 features passed\nTook 0min\n"));
    assert_eq!(found.lines(), ["passed features/f.feature#s"]);
    assert_eq!(found.kinds(), [ProblemKind::Repaired]);
}

#[test]
fn b10_a_closing_bracket_alone_holds_no_tests() {
    assert!(read("]\n").cases.is_empty());
    assert!(read("[\n\n]\n").problems.is_empty());
}

#[test]
fn b11_features_without_an_array_and_the_last_one_twice() {
    let feature = feature(&scenario("s", 5, r#""passed""#, ""));
    let found = read(&format!("{feature}{feature}"));
    assert_eq!(found.lines(), ["passed features/f.feature#s"]);
    assert_eq!(found.kinds(), [ProblemKind::Repaired]);
}

#[test]
fn b12_rows_count_whatever_their_feature_says() {
    let feature = feature(&scenario("a -- @1.1 ", 9, r#""passed""#, &step("x", 6, PASSED)));
    let found = read(&format!("[{}]", feature.replace(r#""status":"x""#, r#""status":"skipped""#)));
    assert_eq!(found.lines(), ["passed features/f.feature#a"]);
}

#[test]
fn b13_texts_may_be_lists_of_lines() {
    let lines = one(r#""failed""#, &step("a", 6, r#""status":"failed","error_message":["x","","y"]"#));
    let text = one(r#""failed""#, &step("a", 6, r#""status":"failed","error_message":"x\n\ny""#));
    assert_eq!(lines.only().details, text.only().details);
}

#[test]
fn b14_tags_are_taken_as_they_are_but_for_the_sign() {
    let element = scenario("s", 5, r#""passed""#, "")
        .replace("\"tags\":[]", r#""tags":["@active.with_x=y","a:b","TEST_DEMO-1"]"#);
    let found = read(&format!("[{}]", feature(&element)));
    assert_eq!(found.only().tags.to_vec(), ["active.with_x=y", "a:b", "TEST_DEMO-1"]);
    assert_eq!(found.only().container_tags.to_vec(), ["DEMO-48"]);
}

#[test]
fn b15_a_test_alone_in_its_feature_is_told_from_others() {
    assert!(!one(r#""passed""#, "").only().shares_container);
    let rows = [1, 2].map(|row| scenario(&format!("a -- @1.{row} "), 9 + row, r#""passed""#, &step("x", 6, PASSED)));
    let found = read(&format!("[{}]", feature(&rows.join(","))));
    assert!(found.cases.iter().all(|case| !case.shares_container), "the rows of an outline are one Test");
    let two = [scenario("a", 5, r#""passed""#, ""), scenario("b", 7, r#""passed""#, "")].join(",");
    assert!(read(&format!("[{}]", feature(&two))).cases.iter().all(|case| case.shares_container));
}

#[test]
fn b16_arguments_of_any_type_are_passed_over() {
    let arguments = r#""match":{"location":"steps.py:3","arguments":[{"name":"n","value":true},{"value":null},{"value":1.5e300},
        {"value":123456789012345678901234567890,"original":"x"},{"value":{"a":[1]}},7]},"result""#;
    let found = one(r#""passed""#, &step("a", 6, PASSED).replace("\"result\"", arguments));
    assert_eq!(found.only().outcome, Outcome::Passed);
    assert_eq!((found.only().duration, found.kinds().len()), (Some(500_000_000), 0));
}

#[test]
fn b17_the_file_is_part_of_the_definition() {
    let windows = feature(&scenario("s", 5, r#""passed""#, "")).replace("features/f", "C:\\\\ci\\\\f");
    assert_eq!(read(&format!("[{windows}]")).lines(), ["passed C:/ci/f.feature#s"]);
    let nameless = read(&format!("[{}]", feature(&scenario("", 5, r#""passed""#, ""))));
    assert_eq!(nameless.lines(), ["passed "], "decision 8: a file alone names no Test");
}

#[test]
fn b19_unknown_members_are_passed_over() {
    let element =
        scenario("s", 5, r#""passed""#, "").replace("\"type\"", r#""id":7,"filename":["a"],"duration":{"x":1},"type""#);
    assert_eq!(read(&format!("[[{}],[]]", feature(&element))).lines(), ["passed features/f.feature#s"]);
}

#[test]
fn b20_bytes_that_are_no_utf8_are_replaced() {
    let mut report = format!("[{}]", feature(&scenario("s?", 5, r#""passed""#, ""))).into_bytes();
    let at = report.iter().position(|byte| *byte == b'?').unwrap();
    report[at] = 0xE4;
    let found = read_bytes(&report, &ReadOptions::default());
    assert_eq!(found.lines(), ["passed features/f.feature#s\u{FFFD}"]);
    assert_eq!(found.kinds(), [ProblemKind::Repaired]);
}

#[test]
fn b21_the_same_place_again_is_another_attempt() {
    let attempts =
        [scenario("a", 5, r#""failed""#, ""), scenario("a", 5, r#""passed""#, ""), scenario("b", 9, r#""passed""#, "")];
    let found = read(&format!("[{}]", feature(&attempts.join(","))));
    let group = |index: usize| found.cases[index].attempt_group;
    assert!(group(0) != 0 && group(0) == group(1) && group(1) != group(2));
    // Under another feature object it is another result.
    let report = format!("[{},{}]", feature(&attempts[0]), feature(&attempts[1]));
    let found = read(&report);
    assert!(found.cases[0].attempt_group != found.cases[1].attempt_group);
}

#[test]
fn b22_scenarios_of_two_rules_with_one_name_are_no_attempts() {
    let rules = [scenario("a", 5, r#""failed""#, ""), scenario("a", 15, r#""passed""#, "")];
    let found = read(&format!("[{}]", feature(&rules.join(","))));
    assert_eq!(found.cases[0].qualified_name, found.cases[1].qualified_name);
    assert!(found.cases[0].attempt_group != found.cases[1].attempt_group);
}

#[test]
fn b23_a_comma_too_many_is_passed_over() {
    let found = read(&format!("[{},]", feature(&scenario("s", 5, r#""passed""#, ""))));
    assert_eq!(found.lines(), ["passed features/f.feature#s"]);
    assert_eq!(found.kinds(), [ProblemKind::Repaired]);
}

#[test]
fn rows_of_an_outline_are_one_test_though_their_names_differ() {
    let row = |name: &str, line: u32, status: &str| {
        scenario(name, line, status, &step("x", 6, r#""status":"failed","error_message":"no""#))
    };
    let rows = [row("1 plus 1 -- @1.1 small", 9, r#""passed""#), row("2 plus 2 -- @1.2 small", 10, r#""failed""#)];
    let found = read(&format!("[{}]", feature(&rows.join(","))));
    assert_eq!(found.lines(), ["passed features/f.feature#1 plus 1", "failed features/f.feature#1 plus 1"]);
    assert!(found.cases.iter().all(|case| case.is_example && case.title == "1 plus 1"));
    assert_eq!(found.message(1), "row 1.2: When x: no");
}

#[test]
fn seconds_are_summed_and_attachments_named() {
    let embedded = step("b", 7, r#""status":"passed","duration":1e-05"#)
        .replace("\"result\"", r#""embeddings":[{"mime_type":"image/png","data":"QUJD"}],"result""#);
    let found = one(r#""passed""#, &[step("a", 6, PASSED), embedded].join(","));
    let case = found.only();
    assert_eq!((case.duration, case.start), (Some(500_010_000), None));
    let attachment = &case.attachments[0];
    assert_eq!((attachment.name.as_str(), attachment.content), ("s-s2-1", Content::Base64));
    assert_eq!((attachment.media_type.as_str(), attachment.data.as_str()), ("image/png", "QUJD"));
}

#[test]
fn an_unknown_status_leaves_the_word_to_the_steps() {
    let found = one(r#""sparkling""#, &step("a", 6, PASSED));
    assert_eq!(found.only().outcome, Outcome::Passed);
    assert_eq!(found.kinds(), [ProblemKind::UnknownStatus]);
    assert_eq!(
        one(r#""passed""#, &step("a", 6, r#""status":"failed""#)).only().outcome,
        Outcome::Passed,
        "decision 12"
    );
}
