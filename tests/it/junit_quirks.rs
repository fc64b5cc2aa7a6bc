//! Quirks of JUnit XML that show in whole conversions only, under their numbers.

use serde_json::Value;

use crate::support::{Workshop, bundles};

/// Converts what lies in `in` and gives the tests of all bundles.
fn convert(workshop: &Workshop, more: &[&str]) -> Vec<Value> {
    let ran = workshop.run([&["convert", "in", "--out", "out", "--project", "DEMO", "--force"], more].concat());
    assert!(matches!(ran.code, Some(0 | 3)), "{}", ran.stderr);
    let bundles = bundles(&workshop.path().join("out"));
    bundles.into_iter().flat_map(|(_, bundle)| bundle["tests"].as_array().unwrap().clone()).collect()
}

fn tests_of(report: &str) -> Vec<Value> {
    let workshop = Workshop::new();
    workshop.write("in/TEST-a.xml", report);
    convert(&workshop, &[])
}

/// Definition and status of each test.
fn lines(tests: &[Value]) -> Vec<String> {
    let text = |value: &Value| value.as_str().unwrap_or("-").to_owned();
    tests.iter().map(|test| format!("{} {}", text(&test["testInfo"]["definition"]), text(&test["status"]))).collect()
}

#[test]
fn j31_failure_in_the_call_and_error_in_the_teardown_are_one_run() {
    let tests = tests_of(
        "<testsuite name='pytest'><testcase classname='c' name='t'><failure message='call broke'/></testcase>\
         <testcase classname='c' name='t'><error message='teardown broke'/></testcase></testsuite>",
    );
    assert_eq!(lines(&tests), ["c.t FAIL"]);
    let comment = tests[0]["comment"].as_str().unwrap();
    assert!(comment.contains("call broke") && comment.contains("teardown broke"), "{comment}");
}

#[test]
fn attempts_do_not_reach_into_another_suite() {
    let suite = |name: &str, inside: &str| {
        format!("<testsuite name='{name}'><testcase classname='c' name='t'>{inside}</testcase></testsuite>")
    };
    let runs = suite("pytest", "<failure message='of py38'/>") + &suite("pytest", "");
    assert_eq!(lines(&tests_of(&format!("<testsuites>{runs}</testsuites>"))), ["c.t FAIL"]);
    // Suites of others beside one of pytest know no attempts, whichever comes first.
    let browsers = suite("firefox", "<failure message='no button'/>") + &suite("chrome", "");
    let report = format!("<testsuites><testsuite name='pytest'/>{browsers}</testsuites>");
    assert_eq!(lines(&tests_of(&report)), ["c.t FAIL"]);
    // In one suite they are attempts.
    let attempts = "<testcase classname='c' name='t'><failure/></testcase><testcase classname='c' name='t'/>";
    assert_eq!(lines(&tests_of(&format!("<testsuite name='pytest'>{attempts}</testsuite>"))), ["c.t PASS"]);
}

#[test]
fn j66_rows_of_equal_name_are_merged_and_counted() {
    let tests = tests_of(
        "<testsuite name='s'><testcase classname='c' name='row'/><testcase classname='c' name='row'><failure/></testcase>\
         <testcase classname='c' name='row'/></testsuite>",
    );
    assert_eq!(lines(&tests), ["c.row FAIL"]);
    let comment = tests[0]["comment"].as_str().unwrap();
    assert!(comment.contains("3 results merged: 2 passed, 1 failed"), "{comment}");
}

#[test]
fn j63_j67_j69_what_differs_in_name_is_never_merged() {
    let tests = tests_of(
        "<testsuite name='s'><testcase classname='p' name='TestA'/><testcase classname='p' name='TestA/sub'><failure/></testcase>\
         <testcase classname='b' name='t_shard_1/4'/><testcase classname='b' name='t_shard_2/4'/>\
         <testcase classname='Chrome.p' name='t'/><testcase classname='Firefox.p' name='t'/></testsuite>",
    );
    let expected = [
        "p.TestA PASS",
        "p.TestA/sub FAIL",
        "b.t_shard_1/4 PASS",
        "b.t_shard_2/4 PASS",
        "Chrome.p.t PASS",
        "Firefox.p.t PASS",
    ];
    let mut found = lines(&tests);
    found.sort();
    let mut expected = expected.map(str::to_owned);
    expected.sort();
    assert_eq!(found, expected);
}

#[test]
fn j71_a_skipped_test_without_its_key_stands_under_its_name() {
    let tests = tests_of(
        "<testsuite name='s'><testcase classname='c' name='ran'><properties><property name='test_key' value='DEMO-1'/></properties>\
         </testcase><testcase classname='c' name='skipped'><skipped/></testcase></testsuite>",
    );
    let mut found: Vec<_> =
        tests.iter().map(|test| (test["testKey"].as_str(), test["testInfo"]["definition"].as_str())).collect();
    found.sort();
    assert_eq!(found, [(None, Some("c.skipped")), (Some("DEMO-1"), None)]);
}

#[cfg(unix)]
#[test]
fn j49_loops_and_second_ways_to_a_file_are_walked_once() {
    let workshop = Workshop::new();
    let report = workshop.write("in/TEST-a.xml", "<testsuite name='s'><testcase name='a'/></testsuite>");
    std::os::unix::fs::symlink(&report, workshop.path().join("in/TEST-b.xml")).unwrap();
    std::os::unix::fs::symlink(workshop.path().join("in"), workshop.path().join("in/loop")).unwrap();
    assert_eq!(lines(&convert(&workshop, &[])), ["s.a PASS"]);
    let read = crate::support::reports(&workshop.path().join("out"));
    let cases: u64 = read.iter().map(|line| line["cases"]["seen"].as_u64().unwrap()).sum();
    assert_eq!(cases, 1, "{read:?}");
}
