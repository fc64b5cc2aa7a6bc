//! What tests printed, as evidence.

use std::fs;

use serde_json::json;

use super::{convert, evidence, report};
use crate::support::Workshop;

/// A night in which every format writes output.
fn talking(workshop: &Workshop) {
    let junit = "<testsuite name='s'><testcase classname='c' name='failed'><failure/><system-out>one</system-out>\
        <system-out>two</system-out><system-err>oops</system-err></testcase>\
        <testcase classname='c' name='passed'><system-out>fine</system-out></testcase></testsuite>";
    workshop.write("night/TEST-junit.xml", junit);
    let nunit = "<test-run id='0' testcasecount='1'><test-case id='1' fullname='n.failed' name='failed' result='Failed'>\
        <output>of nunit</output></test-case></test-run>";
    workshop.write("night/nunit.xml", nunit);
    let xunit = "<assemblies><assembly name='a.dll'><collection><test type='x' method='failed' result='Fail'>\
        <output>of xunit</output></test></collection></assembly></assemblies>";
    workshop.write("night/xunit.xml", xunit);
    let testng = "<testng-results><suite><test><class name='t'><test-method name='failed' status='FAIL'>\
        <reporter-output><line>of testng</line></reporter-output></test-method></class></test></suite></testng-results>";
    workshop.write("night/testng.xml", testng);
    let robot = "<robot generator='Robot 7.0'><suite name='r'><test name='failed'><kw name='k'>\
        <msg level='INFO'>of robot</msg><status status='FAIL'/></kw><status status='FAIL'>no</status></test>\
        <status status='FAIL'/></suite></robot>";
    workshop.write("night/robot.xml", robot);
    let cucumber = json!([{"uri": "a.feature", "id": "f", "name": "F", "elements": [{
        "id": "f;failed", "name": "failed", "line": 3, "type": "scenario",
        "steps": [{"keyword": "Given ", "name": "x", "line": 4, "output": ["of cucumber"],
                   "result": {"status": "failed", "error_message": "no"}}],
    }]}]);
    workshop.write("night/cucumber.json", cucumber.to_string());
}

#[test]
fn outputs_become_evidence_where_they_are_asked_for() {
    let workshop = Workshop::new();
    talking(&workshop);
    let expected = |of_passed: bool| {
        let all = [
            ("c.failed", "stdout.txt", "one\ntwo"),
            ("c.failed", "stderr.txt", "oops"),
            ("c.passed", "stdout.txt", "fine"),
            ("n.failed", "stdout.txt", "of nunit"),
            ("r.failed", "stdout.txt", "INFO of robot\n"),
            ("t.failed", "stdout.txt", "of testng\n"),
            ("x.failed", "stdout.txt", "of xunit"),
            ("a.feature#f;failed", "stdout.txt", "of cucumber\n"),
        ];
        let own = |(test, name, text): (&str, &str, &str)| (test.to_owned(), name.to_owned(), text.as_bytes().to_vec());
        let mut expected: Vec<_> =
            all.into_iter().filter(|(test, ..)| of_passed || *test != "c.passed").map(own).collect();
        expected.sort();
        expected
    };
    let found = |options: &[&str]| {
        convert(&workshop, &[&["--force", "--evidence", "sidecar"], options].concat());
        let mut found = evidence(&workshop);
        found.sort();
        found
    };
    assert_eq!(found(&["--output-evidence", "failed"]), expected(false));
    assert_eq!(found(&["--output-evidence", "all"]), expected(true));
    let manifest = convert(&workshop, &["--force", "--evidence", "sidecar"]);
    assert_eq!(manifest["totals"]["evidence"]["kept"], 0);
    let manifest = convert(&workshop, &["--force", "--evidence", "none", "--output-evidence", "failed"]);
    assert_eq!(manifest["totals"]["evidence"]["kept"], 7);
}

#[test]
fn long_outputs_keep_head_and_tail_within_the_limits_and_say_so() {
    let workshop = Workshop::new();
    let lines: String = (0..60_000).map(|line| format!("line {line} of the log\n")).collect();
    let long = format!("<testcase classname='c' name='long'><failure/><system-out>{lines}</system-out></testcase>");
    workshop.write("night/TEST-a.xml", report(&[long]));
    for (limit, at_most) in [("10MiB", 400_000), ("20KiB", 20_480)] {
        let options = ["--force", "--evidence", "sidecar", "--output-evidence", "failed", "--max-evidence", limit];
        let manifest = convert(&workshop, &options);
        let (_, name, bytes) = evidence(&workshop).remove(0);
        let text = String::from_utf8(bytes).unwrap();
        assert_eq!((name.as_str(), &manifest["totals"]["evidence"]["kept"]), ("stdout.txt", &json!(1)));
        assert!(text.len() <= at_most, "{}", text.len());
        assert!(text.starts_with("line 0 of the log\n") && text.ends_with("line 59999 of the log\n"));
        let told = fs::read_to_string(workshop.path().join("out/reports.jsonl")).unwrap();
        let missing = "bytes in the middle of stdout.txt are left out";
        assert!(told.contains("text-shortened") && told.contains(missing), "{told}");
    }
    // With no room at all it is left out, which is told as well.
    let options = ["--force", "--output-evidence", "failed", "--max-evidence", "100"];
    assert_eq!(convert(&workshop, &options)["totals"]["evidence"], json!({"kept": 0, "dropped": 1}));
}
