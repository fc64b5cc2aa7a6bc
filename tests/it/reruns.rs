//! What each policy makes of the night of reruns in `fixtures/reruns`. The table in `docs/reruns.md` is what the program
//! says: `XRAYPACK_UPDATE=1` writes it.

mod rows;

use std::collections::BTreeMap;
use std::fs;

use serde_json::{Value, json};

use crate::support::{Workshop, bundles, check_table, complaints, manifest, reports, repository, schema};

const POLICIES: [&str; 5] = ["worst", "ran", "last", "any-pass", "iterations"];

/// A Test of the night, and what happened to it.
const NIGHT: &[(&str, &str)] = &[
    ("com.demo.shop.CartTest.flaky", "Surefire, `flakyFailure`: failed, then passed in the same run"),
    ("com.demo.shop.CartTest.broken", "Surefire, `rerunFailure`: failed three times in the same run"),
    ("com.demo.shop.OrderTest.passesInTheSecondJob", "Surefire, two reports: failed, an hour later passed"),
    ("com.demo.shop.OrderTest.failsInTheSecondJob", "Surefire, two reports: passed, an hour later failed"),
    ("com.demo.shop.OrderTest.isSkippedInTheSecondJob", "Surefire, two reports: passed, an hour later skipped"),
    ("test_orders.test_passes_at_the_second_attempt", "pytest-rerunfailures: failed, then passed"),
    ("test_orders.test_passes_in_the_second_job", "pytest-rerunfailures: failed twice; passed with `--last-failed`"),
    ("test_orders.test_fails_in_both_jobs", "pytest-rerunfailures: failed twice; failed with `--last-failed`"),
    ("DEMO-20", "pytest, three rows of one key: the third failed, in the second job, too"),
    ("demo.PaymentTest.passesWhenRetried", "TestNG 6.9, retry analyzer: skipped, then passed"),
    ("demo.RefundTest.refunds", "TestNG 7, retry analyzer: `retried`, then passed"),
    ("DEMO-30", "TestNG, data provider of one key: the third of three rows failed"),
    ("DEMO-40", "cucumber-js `--retry`, JSON: failed, then passed"),
    ("DEMO-41", "cucumber-js `--retry`, JSON: failed twice"),
    ("DEMO-42", "cucumber-js, outline: the third of three rows failed"),
    ("DEMO-43", "cucumber-js `--retry`, messages: failed, then passed"),
];

/// Every Test of the night with its status, and those of its rows behind it.
fn statuses(policy: &str, target: &str) -> BTreeMap<String, String> {
    let workshop = Workshop::new();
    let night = repository().join("fixtures/reruns");
    let night = night.to_str().unwrap();
    let ran =
        workshop.run(["convert", night, "--out", "out", "--project", "DEMO", "--merge", policy, "--target", target]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    let out = workshop.path().join("out");
    let runs = &manifest(&out)["totals"]["runs"];
    let cases = manifest(&out)["totals"]["cases"]["seen"].as_u64().unwrap();
    let count = |name: &str| runs[name].as_u64().unwrap();
    assert_eq!((cases, count("left_out")), (count("written") + count("merged"), 0));
    let schema = schema(target);
    let mut statuses = BTreeMap::new();
    for (name, bundle) in bundles(&out) {
        assert_eq!(complaints(&schema, &bundle), Vec::<String>::new(), "{name}");
        for test in bundle["tests"].as_array().unwrap() {
            let identity = test["testKey"].as_str().or(test["testInfo"]["definition"].as_str()).unwrap();
            statuses.insert(identity.to_owned(), shown(test));
        }
    }
    assert_eq!(statuses.len() as u64, count("written"), "every Test once");
    statuses
}

fn shown(test: &Value) -> String {
    let status = test["status"].as_str().unwrap();
    let rows: Vec<&str> = match (test["examples"].as_array(), test["iterations"].as_array()) {
        (Some(examples), None) => examples.iter().map(|row| row.as_str().unwrap()).collect(),
        (None, Some(rows)) => rows.iter().map(|row| row["status"].as_str().unwrap()).collect(),
        _ => return status.to_owned(),
    };
    format!("{status} ({})", rows.join(", "))
}

#[test]
fn the_table_says_what_the_program_does() {
    let found = POLICIES.map(|policy| statuses(policy, "server"));
    assert_eq!(found[0].len(), NIGHT.len(), "{:#?}", found[0]);
    let mut table =
        "| what happened | worst | ran | last | any-pass | iterations |\n| --- | --- | --- | --- | --- | --- |\n"
            .to_owned();
    for (identity, what) in NIGHT {
        let cells: Vec<&str> = found.iter().map(|statuses| statuses[*identity].as_str()).collect();
        table.push_str(&format!("| {what} | {} |\n", cells.join(" | ")));
    }
    check_table("docs/reruns.md", &table);
}

/// The README shows some of the rows, as they stand in the whole table.
#[test]
fn the_readme_shows_rows_of_the_table() {
    let page = fs::read_to_string(repository().join("docs/reruns.md")).unwrap();
    let readme = fs::read_to_string(repository().join("README.md")).unwrap();
    let (_, section) = readme.split_once("## Reruns\n").unwrap();
    let (section, _) = section.split_once("\n## ").unwrap();
    let rows: Vec<&str> = section.lines().filter(|line| line.starts_with('|')).collect();
    assert!(rows.len() > 7, "{rows:?}");
    for row in rows {
        assert!(page.lines().any(|line| line == row), "docs/reruns.md has no such row: {row}");
    }
}

#[test]
fn what_users_expect_of_reruns() {
    let [worst, ran, last, any_pass, iterations] = POLICIES.map(|policy| statuses(policy, "server"));
    for statuses in [&worst, &ran, &last, &any_pass, &iterations] {
        for passed in [
            "com.demo.shop.CartTest.flaky",
            "test_orders.test_passes_at_the_second_attempt",
            "demo.RefundTest.refunds",
            "DEMO-40",
            "DEMO-43",
        ] {
            assert_eq!(statuses[passed], "PASS", "a retry inside one run decides under every policy: {passed}");
        }
        for failed in ["com.demo.shop.CartTest.broken", "test_orders.test_fails_in_both_jobs", "DEMO-41"] {
            assert_eq!(statuses[failed], "FAIL", "{failed}");
        }
    }
    let jobs = |statuses: &BTreeMap<String, String>| {
        ["passesIn", "failsIn", "isSkippedIn"]
            .map(|name| statuses[&format!("com.demo.shop.OrderTest.{name}TheSecondJob")].clone())
    };
    assert_eq!(jobs(&worst), ["FAIL", "FAIL", "TODO"]);
    assert_eq!(jobs(&ran), ["FAIL", "FAIL", "PASS"]);
    assert_eq!(jobs(&last), ["PASS", "FAIL", "TODO"]);
    assert_eq!(jobs(&any_pass), ["PASS", "PASS", "PASS"]);
    assert_eq!(jobs(&iterations), ["FAIL", "FAIL", "TODO"], "a Test without a key takes no data rows");
    assert_eq!(iterations["DEMO-30"], "FAIL (PASS, PASS, FAIL)");
    assert_eq!(worst["DEMO-42"], "FAIL (PASS, PASS, FAIL)");
    assert_eq!(worst["DEMO-30"], "FAIL");
}

/// A JUnit report of tests `t0`, `t1`, …, of which those with a `!` failed.
fn told(outcomes: &str) -> String {
    let case = |(number, outcome)| match outcome {
        '!' => format!("<testcase classname='c' name='t{number}'><failure message='no'/></testcase>"),
        's' => format!("<testcase classname='c' name='t{number}'><skipped/></testcase>"),
        _ => format!("<testcase classname='c' name='t{number}'/>"),
    };
    let cases: String = outcomes.chars().enumerate().map(case).collect();
    format!("<testsuite name='s' timestamp='2026-11-20T10:00:00Z'>{cases}</testsuite>")
}

#[test]
fn tests_of_which_reports_tell_opposite_things_are_told_once() {
    let workshop = Workshop::new();
    workshop.write("in/first/t.xml", told("..!!!s!"));
    workshop.write("in/rerun/t.xml", told(".!..!."));
    let convert = |more: &[&str]| {
        let ran = workshop.run([&["convert", "in", "-o", "out", "-p", "DEMO", "--force"], more].concat());
        assert_eq!(ran.code, Some(0), "{}", ran.stderr);
        ran
    };
    let ran = convert(&[]);
    let line = "warning: 3 Tests passed in one report and failed in another, and the failure counts: c.t1, \
                the first of them, passed in first/t.xml and failed in rerun/t.xml; where one of them is a rerun, --merge \
                last has the later one count [disagreeing]\n";
    assert!(ran.stderr.contains(line), "{}", ran.stderr);
    let expected = json!({
        "tests": 3,
        "first": {"test": "c.t1", "passed": {"report": "first/t.xml"}, "failed": {"report": "rerun/t.xml"}},
    });
    let found = || manifest(&workshop.path().join("out"))["executions"][0]["disagreeing"].take();
    assert_eq!(found(), expected);
    // Whatever was written ahead, and by whom.
    for more in [&["-j", "1", "--max-tests", "2"][..], &["--memory", "16MiB", "--max-bytes", "700", "-j", "4"]] {
        convert(more);
        assert_eq!(found(), expected, "{more:?}");
    }
    let summary: Value = serde_json::from_str(&convert(&["--format", "json"]).stdout).unwrap();
    assert_eq!(summary["disagreeing"], 3);
    let planned = workshop.run(["plan", "in", "-p", "DEMO", "--format", "json"]);
    assert!(planned.stderr.contains(line), "{}", planned.stderr);
    let plan: Value = serde_json::from_str(&planned.stdout).unwrap();
    assert_eq!(plan["executions"][0]["disagreeing"], expected);
    // Who says which result counts knows of them.
    for policy in ["last", "any-pass", "iterations"] {
        let ran = convert(&["--merge", policy]);
        assert!(!ran.stderr.contains("[disagreeing]") && found().is_null(), "{policy}: {}", ran.stderr);
    }
    // Apart they are no results of one Test in one Test Execution.
    assert!(!convert(&["--group-by", "directory"]).stderr.contains("[disagreeing]"));
}

#[test]
fn a_test_that_passed_here_and_was_skipped_there_is_told_to_be_undecided() {
    let workshop = Workshop::new();
    workshop.write("in/linux.xml", told("..s!s."));
    workshop.write("in/mac.xml", told(".ssss."));
    let convert = |more: &[&str]| {
        let ran = workshop.run([&["convert", "in", "-o", "out", "-p", "DEMO", "--force"], more].concat());
        assert_eq!(ran.code, Some(0), "{}", ran.stderr);
        ran
    };
    let ran = convert(&[]);
    let line = "warning: 1 Test passed in one report and did not run in another, and neither counts (TODO): c.t1 passed in \
                linux.xml and did not run in mac.xml; where tests are skipped on some machines and run on others, --merge \
                ran has those count that ran [undecided]\n";
    assert!(ran.stderr.contains(line) && !ran.stderr.contains("[disagreeing]"), "{}", ran.stderr);
    let expected = json!({
        "tests": 1,
        "first": {"test": "c.t1", "passed": {"report": "linux.xml"}, "not_run": {"report": "mac.xml"}},
    });
    let found = || manifest(&workshop.path().join("out"))["executions"][0]["undecided"].take();
    assert_eq!(found(), expected);
    convert(&["-j", "1", "--max-tests", "2"]);
    assert_eq!(found(), expected);
    let summary: Value = serde_json::from_str(&convert(&["--format", "json"]).stdout).unwrap();
    assert_eq!(summary["undecided"], 1);
    let planned = workshop.run(["plan", "in", "-p", "DEMO", "--format", "json"]);
    assert!(planned.stderr.contains(line), "{}", planned.stderr);
    let plan: Value = serde_json::from_str(&planned.stdout).unwrap();
    assert_eq!(plan["executions"][0]["undecided"], expected);
    // Who says what counts knows of them, and so does who has a word for what was skipped.
    let others = [["--merge", "ran"], ["--merge", "last"], ["--merge", "any-pass"], ["--status", "skipped=PASS"]];
    for more in others {
        let ran = convert(&more);
        assert!(!ran.stderr.contains("[undecided]") && found().is_null(), "{more:?}: {}", ran.stderr);
    }
}

#[test]
fn what_one_report_tells_of_a_test_is_one_thing() {
    let row = |name: &str, inside: &str| {
        let key = "<properties><property name='test_key' value='DEMO-1'/></properties>";
        format!("<testcase classname='c' name='{name}'>{key}{inside}</testcase>")
    };
    let failed = "<failure message='no'/>";
    let flaky = "<flakyFailure message='no'/>";
    let suite = |cases: &str| format!("<testsuite name='s' timestamp='2026-11-20T10:00:00Z'>{cases}</testsuite>");
    let first = suite(&[row("t[1]", ""), row("t[2]", failed)].concat());
    let again = [row("t[1]", ""), row("t[2]", failed), row("t[3]", "")].concat();
    let passed = suite(&[row("t[1]", flaky), row("t[2]", "")].concat());
    for (second, is_told) in [(None, false), (Some(suite(&again)), false), (Some(passed), true)] {
        let workshop = Workshop::new();
        workshop.write("in/a.xml", &first);
        if let Some(second) = second {
            workshop.write("in/b.xml", second);
        }
        let ran = workshop.run(["convert", "in", "-o", "out", "-p", "DEMO"]);
        assert_eq!(ran.stderr.contains("1 Test passed in one report"), is_told, "{}", ran.stderr);
    }
}

#[test]
fn of_several_inputs_reports_are_told_apart_by_their_number() {
    let workshop = Workshop::new();
    workshop.write("one/t.xml", told("..!"));
    workshop.write("two/t.xml", told("..."));
    workshop.write("two/u.xml", told("..!"));
    let ran = workshop.run(["convert", "one", "two", "-o", "out", "-p", "DEMO", "--group-by", "all"]);
    assert!(ran.stderr.contains("c.t2 passed in two/t.xml and failed in one/t.xml;"), "{}", ran.stderr);
    let out = workshop.path().join("out");
    let first = &manifest(&out)["executions"][0]["disagreeing"]["first"];
    assert_eq!(first["passed"], json!({"report": "t.xml", "input": 2}));
    assert_eq!(first["failed"], json!({"report": "t.xml", "input": 1}));
    // The same places in two INPUTs are two places.
    let lines = reports(&out);
    assert!(lines[1]["problems"][0]["message"].as_str().unwrap().contains("as t.xml (INPUT 1): "), "{}", lines[1]);
    assert!(lines[1]["problems"][0]["message"].as_str().unwrap().contains("keeps devices or folders apart"));
    assert_eq!((&lines[2]["reason"], &lines[2]["input"]), (&json!("duplicate-of t.xml (INPUT 1)"), &json!(2)));
}
