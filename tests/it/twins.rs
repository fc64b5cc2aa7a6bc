//! One run in several reports: JSON beside XML, messages beside JSON, the same tests on several devices (spec bundle-zip.md
//! section 2 and quirk Z6).

use std::fs;

use serde_json::{Value, json};

use crate::archives::{SCENARIO, Scenario, converted, cucumber, problems, states, statuses, suite, zip};
use crate::support::{Workshop, bundles, manifest, reports, repository, wrong_but_shared};

/// The JUnit report of the same two scenarios.
const JUNIT: &str = "<testsuite name='r'><testcase classname='Login' name='Logs in'/>\
                     <testcase classname='Login' name='Logs out'><failure message='x'/></testcase></testsuite>";

fn both() -> String {
    cucumber(&[SCENARIO, Scenario { name: "Logs out", line: 8, status: "failed", ..SCENARIO }])
}

fn cases(workshop: &Workshop) -> Value {
    manifest(&workshop.path().join("out"))["totals"]["cases"]["seen"].clone()
}

#[test]
fn json_and_xml_of_one_run_are_told_and_one_can_be_preferred() {
    let workshop = Workshop::new();
    let json = both();
    let archive = zip(&[("r/TEST-r.xml", JUNIT.as_bytes()), ("r/cucumber.json", json.as_bytes())]);
    let ran = converted(&workshop, &archive, &[]);
    assert_eq!(cases(&workshop), 4);
    assert_eq!(problems(&workshop, "cucumber.json"), ["same-tests-twice"]);
    assert!(ran.stderr.contains("--prefer cucumber or --prefer junit takes one"), "{}", ran.stderr);
    assert!(ran.stdout.contains("same-tests-twice"), "{}", ran.stdout);
    for (wanted, ignored, kept) in
        [("cucumber", "r/TEST-r.xml", "r/cucumber.json"), ("junit", "r/cucumber.json", "r/TEST-r.xml")]
    {
        let ran = converted(&workshop, &archive, &["--prefer", wanted]);
        assert_eq!(ran.code, Some(0));
        assert_eq!(cases(&workshop), 2, "{wanted}");
        let expected = format!("{ignored} ignored same-run-as n.zip!/{kept}");
        assert!(states(&workshop).contains(&expected), "{:?}", states(&workshop));
        assert_eq!(statuses(&workshop).len(), 2);
        assert!(!ran.stderr.contains("warning"), "{}", ran.stderr);
        assert!(ran.stdout.contains("\n  same-tests-twice  1  note\n"), "{}", ran.stdout);
    }
    assert_eq!(manifest(&workshop.path().join("out"))["options"]["prefer"], json!(["junit"]));
}

#[test]
fn a_report_with_a_test_of_its_own_is_never_set_aside() {
    let workshop = Workshop::new();
    let more = JUNIT.replace("</testsuite>", "<testcase classname='u.Unit' name='adds'/></testsuite>");
    let json = both();
    let archive = zip(&[("r/TEST-r.xml", more.as_bytes()), ("r/cucumber.json", json.as_bytes())]);
    converted(&workshop, &archive, &["--prefer", "cucumber"]);
    assert_eq!(cases(&workshop), 5);
    assert_eq!(problems(&workshop, "cucumber.json"), ["same-tests-twice"]);
    let elsewhere = zip(&[("a/TEST-r.xml", JUNIT.as_bytes()), ("b/cucumber.json", json.as_bytes())]);
    converted(&workshop, &elsewhere, &["--prefer", "cucumber"]);
    assert_eq!(cases(&workshop), 4, "another folder is another run");
}

#[test]
fn a_report_whose_tests_only_a_key_names_is_never_set_aside() {
    let xray = r#"{"tests":[{"testKey":"DEMO-1","status":"PASS"},{"testKey":"DEMO-2","status":"FAIL"}]}"#;
    let nameless = "<testsuite name='r'><testcase classname='a.b'/></testsuite>";
    let workshop = Workshop::new();
    let archive = zip(&[("r/TEST-r.xml", nameless.as_bytes()), ("r/xray.json", xray.as_bytes())]);
    for more in [&[][..], &["--prefer", "junit"], &["--prefer", "xray"]] {
        let ran = converted(&workshop, &archive, more);
        assert_eq!(statuses(&workshop), ["a.b PASS", "DEMO-1 PASS", "DEMO-2 FAIL"], "{more:?}");
        assert!(!ran.stderr.contains("same-tests-twice"), "{}", ran.stderr);
    }
    // What has a class and no name is known by its class.
    let named = cucumber(&[Scenario { name: "a.b", ..SCENARIO }]);
    let archive = zip(&[("r/TEST-r.xml", nameless.as_bytes()), ("r/cucumber.json", named.as_bytes())]);
    converted(&workshop, &archive, &["--prefer", "cucumber"]);
    assert_eq!(cases(&workshop), 1);
}

#[test]
fn the_times_of_an_ignored_report_do_not_count() {
    let workshop = Workshop::new();
    let timed = JUNIT.replace("name='r'", "name='r' timestamp='2026-11-20T10:00:00Z'");
    let json = both();
    let archive = zip(&[("TEST-r.xml", timed.as_bytes()), ("cucumber.json", json.as_bytes())]);
    converted(&workshop, &archive, &["--prefer", "cucumber"]);
    assert!(manifest(&workshop.path().join("out"))["executions"][0].get("start").is_none());
}

#[test]
fn z6_messages_are_preferred_to_the_json_of_the_same_run() {
    let workshop = Workshop::new();
    let (json, messages) = run_of_messages();
    let archive = zip(&[("r/cucumber.json", &json), ("r/cucumber.ndjson", &messages)]);
    converted(&workshop, &archive, &[]);
    assert_eq!(
        states(&workshop),
        ["r/cucumber.json ignored same-run-as n.zip!/r/cucumber.ndjson", "r/cucumber.ndjson converted"]
    );
    converted(&workshop, &archive, &["--prefer", "cucumber"]);
    assert!(states(&workshop).contains(&"r/cucumber.json converted".to_owned()), "{:?}", states(&workshop));
    let whole = fs::read(repository().join("fixtures/cucumber/cucumber-js-12.9.0.json")).unwrap();
    converted(&workshop, &zip(&[("r/cucumber.json", &whole), ("r/cucumber.ndjson", &messages)]), &[]);
    assert_eq!(problems(&workshop, "cucumber.ndjson"), ["same-tests-twice"], "another run of the same features");
    let apart = zip(&[("a/cucumber.json", &json), ("b/cucumber.ndjson", &messages)]);
    converted(&workshop, &apart, &[]);
    assert_eq!(states(&workshop), ["a/cucumber.json converted", "b/cucumber.ndjson converted"], "another folder");
}

#[test]
fn reports_of_the_same_tests_in_two_folders_are_told_whatever_their_formats() {
    let workshop = Workshop::new();
    let xray = r#"{"tests":[{"testKey":"DEMO-1","status":"PASS"},{"testKey":"DEMO-2","status":"FAIL"}]}"#;
    let report = cucumber(&[
        Scenario { tag: "@TEST_DEMO-1", ..SCENARIO },
        Scenario { tag: "@TEST_DEMO-2", line: 8, ..SCENARIO },
    ]);
    let archive = zip(&[("a/cucumber.json", report.as_bytes()), ("b/xray.json", xray.as_bytes())]);
    let ran = converted(&workshop, &archive, &[]);
    assert_eq!(problems(&workshop, "b/xray.json"), ["same-tests-twice"]);
    assert!(
        ran.stderr.contains("the same 2 tests as n.zip!/a/cucumber.json: their results are merged"),
        "{}",
        ran.stderr
    );
    assert_eq!(statuses(&workshop), ["DEMO-1 PASS", "DEMO-2 FAIL"]);
}

#[test]
fn parts_beside_the_report_that_was_put_together_of_them_are_told_once() {
    let case = |name: &str| format!("<testcase classname='Login' name='{name}'/>");
    let suite = |cases: &[String]| format!("<testsuite name='r'>{}</testsuite>", cases.concat());
    let [a, b, c] = ["a", "b", "c"].map(case);
    let whole = suite(&[a.clone(), b.clone(), c.clone()]);
    let (one, two) = (suite(&[a.clone(), b]), suite(&[c]));
    let places = ["output.xml", "parts/0/output.xml", "parts/1/output.xml"];
    let workshop = Workshop::new();
    let archive = |texts: [&String; 3]| zip(&std::array::from_fn::<_, 3, _>(|n| (places[n], texts[n].as_bytes())));
    let ran = converted(&workshop, &archive([&whole, &one, &two]), &[]);
    assert_eq!(problems(&workshop, "parts/0/output.xml"), ["same-tests-twice"]);
    assert!(problems(&workshop, "parts/1/output.xml").is_empty());
    assert!(ran.stderr.contains("the first and the last of them in n.zip!/output.xml, which"), "{}", ran.stderr);
    // Of a report around that does not tell of all of them nothing is said.
    let workshop = Workshop::new();
    let ran = converted(&workshop, &archive([&suite(&[a]), &one, &two]), &[]);
    assert!(!ran.stderr.contains("same-tests-twice"), "{}", ran.stderr);
}

/// The JSON and the messages of one run: the messages are of some scenarios only, the second one with a retry.
fn run_of_messages() -> (Vec<u8>, Vec<u8>) {
    let fixtures = repository().join("fixtures/cucumber");
    let messages = fs::read(fixtures.join("cucumber-js-12.9.0-messages.ndjson")).unwrap();
    let json = fs::read(fixtures.join("cucumber-js-12.9.0.json")).unwrap();
    let mut features: Value = serde_json::from_slice(&json).unwrap();
    for feature in features.as_array_mut().unwrap() {
        let ran = [9, 27, 28, 32, 55, 59, 63];
        feature["elements"].as_array_mut().unwrap().retain(|element| ran.contains(&element["line"].as_u64().unwrap()));
    }
    (serde_json::to_vec(&features).unwrap(), messages)
}

/// Twins in two folders, in either order, and a folder without any.
fn folders_of_twins() -> Workshop {
    let workshop = Workshop::new();
    let (json, messages) = run_of_messages();
    workshop.write("in/a/cucumber.json", &json);
    workshop.write("in/a/cucumber.ndjson", &messages);
    workshop.write("in/b/TEST-b.xml", JUNIT);
    workshop.write("in/c/a.ndjson", &messages);
    workshop.write("in/c/z.json", &json);
    workshop
}

#[test]
fn z6_in_folders_it_is_the_same_and_plan_says_so() {
    let workshop = folders_of_twins();
    for by in ["archive", "directory"] {
        let arguments = ["in", "--project", "DEMO", "--group-by", by];
        let ran = workshop.run([&["convert", "--out", "out", "--force"], &arguments[..]].concat());
        assert_eq!(ran.code, Some(0), "{}", ran.stderr);
        assert_eq!(wrong_but_shared(&workshop), [""; 0]);
        let out = workshop.path().join("out");
        let told = reports(&out);
        let reason = |report: &str| told.iter().find(|line| line["report"] == report).unwrap()["reason"].clone();
        assert_eq!(reason("a/cucumber.json"), "same-run-as a/cucumber.ndjson", "{by}");
        let expected = if by == "archive" { "duplicate-of a/cucumber.json" } else { "same-run-as c/a.ndjson" };
        assert_eq!(reason("c/z.json"), expected);
        let planned = workshop.run([&["plan", "--format", "json"], &arguments[..]].concat());
        let planned: Value = serde_json::from_str(&planned.stdout).unwrap();
        assert_eq!(planned["totals"], manifest(&out)["totals"], "{by}");
    }
}

#[cfg(unix)]
#[test]
fn z6_a_stopped_conversion_goes_on_with_its_verdicts() {
    use crate::night::{assert_same, contents, resume, waiting};

    let by_directory = ["--group-by", "directory"];
    let workshop = folders_of_twins();
    let stopped = || {
        let mut child = waiting(&workshop, &by_directory, 2);
        child.kill().unwrap();
        child.wait().unwrap();
    };
    stopped();
    let ran = resume(&workshop, &by_directory);
    assert!(ran.stderr.contains("2 finished groups of reports are taken over\n"), "{}", ran.stderr);
    let out = workshop.path().join("out");
    let resumed = contents(&out);
    fs::remove_dir_all(&out).unwrap();
    assert_eq!(workshop.run(crate::night::asked(&["in"], &by_directory)).code, Some(0));
    assert_same(&resumed, &contents(&out), "in one go");
    // Without its messages the JSON counts again.
    fs::remove_dir_all(&out).unwrap();
    stopped();
    fs::remove_file(workshop.path().join("in/a/cucumber.ndjson")).unwrap();
    let ran = resume(&workshop, &by_directory);
    assert!(ran.stderr.contains("1 finished group of reports is taken over; 1 has changed"), "{}", ran.stderr);
    assert_eq!(reports(&out)[0]["state"], "converted");
}

#[test]
fn what_waits_for_a_verdict_is_collected_in_order() {
    let workshop = Workshop::new();
    let (json, messages) = run_of_messages();
    // The JSON at the top is undecided while many folders go by, some with more runs than a bundle takes.
    let mut files: Vec<(String, Vec<u8>)> = vec![("a.json".to_owned(), json), ("z.ndjson".to_owned(), messages)];
    for folder in 0..10 {
        for number in 0..30 {
            files.push((format!("f{folder}/TEST-{number:02}.xml"), suite(&format!("t{folder}-{number}")).into_bytes()));
        }
    }
    let archive = |files: &[(String, Vec<u8>)]| {
        let files: Vec<_> = files.iter().map(|(name, content)| (name.as_str(), content.as_slice())).collect();
        zip(&files)
    };
    converted(&workshop, &archive(&files), &["--max-tests", "20", "--jobs", "1"]);
    let expected = (manifest(&workshop.path().join("out")), reports(&workshop.path().join("out")));
    assert!(states(&workshop)[0].starts_with("a.json ignored same-run-as"), "{:?}", states(&workshop)[0]);
    converted(&workshop, &archive(&files), &["--max-tests", "20", "--jobs", "8", "--memory", "64MiB"]);
    let found = (manifest(&workshop.path().join("out")), reports(&workshop.path().join("out")));
    assert_eq!(found.1, expected.1);
    assert_eq!(found.0["executions"], expected.0["executions"]);
    // What was set aside leaves no trace in the bundles.
    let written = bundles(&workshop.path().join("out"));
    files.remove(0);
    converted(&workshop, &archive(&files), &["--max-tests", "20"]);
    assert_eq!(bundles(&workshop.path().join("out")), written);
}

#[test]
fn the_same_tests_on_two_devices_are_merged_with_a_warning() {
    let workshop = Workshop::new();
    let (one, other) = (both(), cucumber(&[SCENARIO, Scenario { name: "Logs out", line: 8, ..SCENARIO }]));
    let archive = zip(&[("android/cucumber.json", one.as_bytes()), ("iphone/cucumber.json", other.as_bytes())]);
    let ran = converted(&workshop, &archive, &[]);
    assert_eq!(problems(&workshop, "iphone/cucumber.json"), ["same-tests-twice"]);
    assert!(ran.stderr.contains("the same 2 tests as n.zip!/android/cucumber.json"), "{}", ran.stderr);
    assert_eq!(statuses(&workshop).len(), 2);
    for more in [["--group-by", "directory"], ["--environment-from", "([^/]+)/[^/]+$"]] {
        let ran = converted(&workshop, &archive, &more);
        assert!(!ran.stderr.contains("same-tests-twice"), "{}", ran.stderr);
        assert_eq!(statuses(&workshop).len(), 4, "{more:?}");
        assert_eq!(manifest(&workshop.path().join("out"))["executions"].as_array().unwrap().len(), 2);
    }
}

#[test]
fn neither_threads_nor_the_order_of_entries_decide() {
    let workshop = Workshop::new();
    let json = both();
    let mut files: Vec<(String, &str)> = Vec::new();
    for folder in 0..20 {
        files.push((format!("{folder:02}/TEST-r.xml"), JUNIT));
        files.push((format!("{folder:02}/cucumber.json"), &json));
    }
    let archive = |files: &[(String, &str)]| {
        let files: Vec<_> = files.iter().map(|(name, content)| (name.as_str(), content.as_bytes())).collect();
        zip(&files)
    };
    let forward = archive(&files);
    files.reverse();
    let backward = archive(&files);
    let more = ["--group-by", "directory", "--prefer", "cucumber"];
    converted(&workshop, &forward, &[&more[..], &["--jobs", "1"]].concat());
    let expected = reports(&workshop.path().join("out"));
    assert_eq!(expected.iter().filter(|line| line["state"] == "ignored").count(), 20);
    for archive in [forward, backward] {
        converted(&workshop, &archive, &[&more[..], &["--jobs", "8"]].concat());
        assert_eq!(reports(&workshop.path().join("out")), expected);
    }
}
