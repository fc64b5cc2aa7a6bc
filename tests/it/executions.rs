//! Which Test Execution a result goes into, and what stands in its `info`.

use serde_json::{Value, json};

use crate::support::{Ran, Workshop, bundles, manifest, reports};

/// Two browsers in an archive's folders, beside loose reports, all of one test.
fn workshop() -> Workshop {
    let workshop = Workshop::new();
    let report = |host: &str, browser: &str, start: &str, result: &str| {
        format!(
            "<testsuites><testsuite name='s' hostname='{host}' timestamp='{start}'>\
             <properties><property name='os' value='linux'/><property name='browser' value='{browser}'/></properties>\
             <testcase classname='c' name='t' time='10'>{result}</testcase></testsuite></testsuites>"
        )
    };
    workshop.write("night/chrome/a.xml", report("agent 1", "Chrome 120", "2026-11-20T01:00:00Z", ""));
    workshop.write("night/firefox/a.xml", report("box2", "Firefox", "2026-11-20T02:00:00Z", "<failure/>"));
    workshop.write("night/firefox/b.xml", report("box2", "Firefox", "2026-11-20T00:30:00Z", ""));
    workshop
}

fn convert(workshop: &Workshop, inputs: &[&str], more: &[&str]) -> Ran {
    let ran = workshop.run([&["convert"], inputs, &["--out", "out", "--project", "DEMO", "--force"], more].concat());
    if ran.code == Some(0) {
        let verified = workshop.run(["verify", "out"]);
        assert_eq!(verified.code, Some(0), "{}", verified.stdout);
    }
    ran
}

/// Id and runs of each Test Execution.
fn executions(workshop: &Workshop) -> Vec<String> {
    let manifest = manifest(&workshop.path().join("out"));
    let executions = manifest["executions"].as_array().unwrap();
    executions.iter().map(|one| format!("{} {}", one["id"].as_str().unwrap(), one["runs"])).collect()
}

/// File and `info` of each first bundle.
fn infos(workshop: &Workshop) -> Vec<Value> {
    let bundles = bundles(&workshop.path().join("out"));
    bundles.into_iter().map(|(_, bundle)| bundle["info"].clone()).collect()
}

#[test]
fn reports_are_grouped_in_five_ways() {
    let workshop = workshop();
    workshop.write("more/x.xml", "<testsuite name='s'><testcase name='x'/></testsuite>");
    for (by, expected) in [
        ("archive", &["night 1", "more 1"][..]),
        ("input", &["night 1", "more 1"]),
        ("directory", &["chrome 1", "firefox 1", "more 1"]),
        ("report", &["chrome-a.xml 1", "firefox-a.xml 1", "firefox-b.xml 1", "x.xml 1"]),
        ("all", &["all 2"]),
    ] {
        let ran = convert(&workshop, &["night", "more"], &["--group-by", by]);
        assert_eq!(ran.code, Some(0), "{}", ran.stderr);
        assert_eq!(executions(&workshop), expected, "{by}");
    }
}

#[test]
fn each_environment_is_a_test_execution() {
    let workshop = workshop();
    for (from, expected) in [
        ("hostname", [("night-agent_1", json!(["agent_1"])), ("night-box2", json!(["box2"]))]),
        ("property:browser", [("night-Chrome_120", json!(["Chrome_120"])), ("night-Firefox", json!(["Firefox"]))]),
        ("^(chrome|firefox)/", [("night-chrome", json!(["chrome"])), ("night-firefox", json!(["firefox"]))]),
    ] {
        let ran = convert(&workshop, &["night"], &["--environment-from", from]);
        assert_eq!(ran.code, Some(0), "{}", ran.stderr);
        let ids = expected.clone().map(|(id, _)| format!("{id} 1"));
        assert_eq!(executions(&workshop), ids, "{from}");
        assert_eq!(manifest(&workshop.path().join("out"))["options"]["environment-from"], from);
        let infos = infos(&workshop);
        for (info, (_, environments)) in infos.iter().zip(expected) {
            assert_eq!(info["testEnvironments"], environments, "{from}");
        }
        // The earliest start and the latest finish of the whole group, whichever report has them.
        assert_eq!(infos[1]["startDate"], "2026-11-20T00:30:00Z");
        assert_eq!(infos[1]["finishDate"], "2026-11-20T02:00:10Z");
    }
}

#[test]
fn a_property_of_the_nearest_suite_tells_the_environment_of_nunit_results() {
    let workshop = Workshop::new();
    let suite = |browser: &str, inside: &str| {
        let properties = format!("<properties><property name='browser' value='{browser}'/></properties>");
        format!(
            "<test-suite type='TestFixture' name='F' fullname='F' result='Passed'>{properties}{inside}</test-suite>"
        )
    };
    let case = |name: &str| {
        format!("<test-case name='{name}' fullname='F.{name}' methodname='{name}' classname='F' result='Passed'/>")
    };
    let inside = [case("a"), suite("firefox", &case("b"))].concat();
    let report = format!("<test-run id='1' result='Passed'>{}{}</test-run>", suite("chrome", &inside), case("c"));
    workshop.write("n.xml", report);
    let ran = convert(&workshop, &["n.xml"], &["--environment-from", "property:browser"]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    assert_eq!(executions(&workshop), ["n 1", "n-chrome 1", "n-firefox 1"]);
}

#[test]
fn globs_that_no_shell_expanded_are_inputs_in_order() {
    let workshop = workshop();
    let ran = convert(&workshop, &["night/*/a.xml"], &["--group-by", "input"]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    let names: Vec<_> = reports(&workshop.path().join("out")).iter().map(|line| line["report"].clone()).collect();
    assert_eq!(names, ["a.xml", "a.xml"]);
    assert_eq!(executions(&workshop), ["a 1", "a-2 1"]);
    let ran = convert(&workshop, &["night/*/z.xml"], &[]);
    assert_eq!((ran.code, ran.stderr.contains("night/*/z.xml")), (Some(2), true), "{}", ran.stderr);
}

#[test]
fn equal_reports_of_two_environments_are_both_read() {
    let workshop = Workshop::new();
    let report = "<testsuite name='s'><testcase name='t'/></testsuite>";
    workshop.write("night/chrome/a.xml", report);
    workshop.write("night/firefox/a.xml", report);
    convert(&workshop, &["night"], &[]);
    assert_eq!(reports(&workshop.path().join("out"))[1]["state"], "ignored");
    convert(&workshop, &["night"], &["--environment-from", "([^/]+)/[^/]+$", "--environment", "linux"]);
    assert_eq!(executions(&workshop), ["night-chrome 1", "night-firefox 1"]);
    assert_eq!(infos(&workshop)[1]["testEnvironments"], json!(["linux", "firefox"]));
    assert_eq!(reports(&workshop.path().join("out"))[1]["execution"], "night-firefox");
}

#[test]
fn what_says_no_environment_stays_with_its_group() {
    let workshop = workshop();
    workshop.write("night/c.xml", "<testsuite name='s'><testcase name='x'/></testsuite>");
    convert(&workshop, &["night"], &["--environment-from", "hostname"]);
    assert_eq!(executions(&workshop), ["night 1", "night-agent_1 1", "night-box2 1"]);
    assert!(infos(&workshop).iter().any(|info| info.get("testEnvironments").is_none()));
}

#[test]
fn one_execution_for_all_takes_what_reports_and_archives_set_apart() {
    let workshop = workshop();
    workshop.write(
        "cloud.json",
        json!({
            "info": {"summary": "x", "testEnvironments": ["ios"]},
            "tests": [{"testKey": "DEMO-1", "status": "PASSED"}]
        })
        .to_string(),
    );
    let ran = convert(&workshop, &["night", "cloud.json"], &["--execution", "DEMO-7", "-v"]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    assert_eq!(executions(&workshop), ["DEMO-7 2"]);
    assert!(ran.stderr.contains("results of ios go into the one Test Execution"), "{}", ran.stderr);
    let (_, bundle) = &bundles(&workshop.path().join("out"))[0];
    assert_eq!(bundle["testExecutionKey"], "DEMO-7");
    assert_eq!(bundle.get("info"), None, "nothing was given, so nothing of the issue changes");
    let ran = convert(&workshop, &["night"], &["--execution", "DEMO-7", "--environment-from", "hostname"]);
    assert_eq!(ran.code, Some(2));
    assert!(ran.stderr.contains("--environment-from makes a Test Execution of each"), "{}", ran.stderr);
}

#[test]
fn an_execution_that_exists_gets_what_is_given_and_keeps_the_rest() {
    let workshop = workshop();
    let given = ["--execution", "DEMO-7", "--fix-version", "2.0", "--environment", "chrome", "--test-plan", "DEMO-3"];
    convert(&workshop, &["night"], &given);
    let info = &infos(&workshop)[0];
    assert_eq!(*info, json!({"version": "2.0", "testPlanKey": "DEMO-3", "testEnvironments": ["chrome"]}));
    let fields = ["--summary", "Night", "--description", "d", "--revision", "r", "--user", "u"];
    convert(&workshop, &["night"], &fields);
    let expected = json!({
        "project": "DEMO", "summary": "Night", "description": "d", "revision": "r", "user": "u",
        "startDate": "2026-11-20T00:30:00Z", "finishDate": "2026-11-20T02:00:10Z"
    });
    assert_eq!(infos(&workshop)[0], expected);
}

#[test]
fn times_of_a_run_are_those_of_its_test_execution_where_tests_have_none() {
    let workshop = Workshop::new();
    workshop.write(
        "night/a.xml",
        "<assembly run-date='2024-05-01' run-time='10:00:00' time='90.25'><collection><test type='A' method='m' \
         result='Pass' time='1'/></collection></assembly>",
    );
    workshop.write(
        "night/b.xml",
        "<test-results date='2024-05-01' time='09:30:00'><test-suite name='a.dll' time='60'><results>\
         <test-case name='B.m' result='Success'/></results></test-suite></test-results>",
    );
    convert(&workshop, &["night"], &["--assume-zone", "+02:00"]);
    let info = &infos(&workshop)[0];
    assert_eq!(
        (&info["startDate"], &info["finishDate"]),
        (&json!("2024-05-01T07:30:00Z"), &json!("2024-05-01T08:01:31Z"))
    );
    let tests = bundles(&workshop.path().join("out"))[0].1["tests"].as_array().unwrap().clone();
    assert!(tests.iter().all(|test| test.get("start").is_none() && test.get("finish").is_none()), "{tests:?}");
}

#[test]
fn a_zone_that_was_given_is_not_warned_of() {
    let workshop = Workshop::new();
    workshop.write("a.xml", "<testsuite name='s' timestamp='2024-05-01T10:00:00'><testcase name='a'/></testsuite>");
    let said = |zone: &[&str]| {
        let _ = std::fs::remove_dir_all(workshop.path().join("out"));
        let ran = workshop.run([&["convert", "a.xml", "--out", "out", "--project", "DEMO"], zone].concat());
        assert_eq!(ran.code, Some(0), "{}", ran.stderr);
        // What is recorded is the same for programs, who know the options from the manifest.
        let problem = &crate::support::reports(&workshop.path().join("out"))[0]["problems"][0];
        assert_eq!((&problem["kind"], &problem["severity"]), (&json!("naive-timestamp"), &json!("warning")));
        (ran.stderr, ran.stdout)
    };
    let (warned, summary) = said(&[]);
    assert!(
        warned.contains("warning: a.xml") && summary.contains("xraypack explain naive-timestamp"),
        "{warned}{summary}"
    );
    let (warned, summary) = said(&["--assume-zone", "UTC"]);
    assert!(warned.is_empty() && summary.contains("naive-timestamp  1  note"), "{warned}{summary}");
    assert!(!summary.contains("explain"), "{summary}");
}

/// Names of files that are shown alike, since neither is text.
#[cfg(target_os = "linux")]
#[test]
fn names_that_are_no_text_are_told_apart() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;
    let write = |workshop: &Workshop, name: &[u8], content: &[u8]| {
        let path = workshop.path().join("in").join(OsStr::from_bytes(name));
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, content).unwrap();
    };
    let suite = |name: &str| format!("<testsuite name='s'><testcase name='{name}'/></testsuite>").into_bytes();
    let workshop = Workshop::new();
    write(&workshop, b"a\xfe.xml", &suite("one"));
    write(&workshop, b"a\xff.xml", &suite("two"));
    write(&workshop, b"d\xfe/x.xml", &suite("three"));
    write(&workshop, b"d\xff/x.xml", &suite("four"));
    write(&workshop, b"d\xff/y.xml", &suite("five"));
    for (by, expected) in [
        ("report", &["a-.xml 1", "a-.xml-2 1", "d--x.xml 1", "d--x.xml-2 1", "d--y.xml 1"][..]),
        ("directory", &["in 2", "d- 1", "d--2 2"]),
        ("archive", &["in 5"]),
    ] {
        let ran = convert(&workshop, &["in"], &["--group-by", by]);
        assert_eq!(ran.code, Some(0), "{}", ran.stderr);
        assert_eq!(executions(&workshop), expected, "{by}");
    }
    for (name, test) in [(b"z\xfe.zip", "one"), (b"z\xff.zip", "two")] {
        let report = suite(test);
        write(&workshop, name, &crate::archives::zip(&[("x.xml", &report)]));
    }
    let ran = convert(&workshop, &["in"], &[]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    assert_eq!(executions(&workshop), ["in 5", "z- 1", "z--2 1"]);
}

/// A feature of the Test Execution DEMO-60 with one scenario.
fn feature(key: &str, status: &str) -> String {
    format!(
        r#"[{{"uri":"a.feature","id":"a","keyword":"Feature","name":"F","line":1,"tags":[{{"name":"@DEMO-60","line":1}}],
        "elements":[{{"id":"a;s","keyword":"Scenario","type":"scenario","name":"s","line":3,"tags":[{{"name":"@TEST_{key}","line":2}}],
        "steps":[{{"keyword":"Given ","name":"x","line":4,"result":{{"status":"{status}","duration":1}}}}]}}]}}]"#
    )
}

#[test]
fn one_execution_in_two_groups_is_told_and_found_where_a_test_is_in_both() {
    let workshop = Workshop::new();
    workshop.write("night/chrome/a.json", feature("DEMO-7", "passed"));
    workshop.write("night/firefox/a.json", feature("DEMO-7", "failed"));
    let told = "warning: chrome-DEMO-60 and firefox-DEMO-60 are both the Test Execution DEMO-60: ";
    let line = |command: &str, more: &[&str]| {
        let ran = workshop.run([&[command, "night", "--group-by", "directory"], more].concat());
        assert_eq!(ran.code, Some(0), "{}", ran.stderr);
        assert!(ran.stderr.contains(told) && ran.stderr.contains("[same-execution]"), "{}", ran.stderr);
        ran
    };
    let planned: Value = serde_json::from_str(&line("plan", &["--format", "json"]).stdout).unwrap();
    assert_eq!(planned["same_execution"], json!([{"key": "DEMO-60", "ids": ["chrome-DEMO-60", "firefox-DEMO-60"]}]));
    line("convert", &["--out", "out"]);
    let verified = workshop.run(["verify", "out"]);
    assert_eq!(verified.code, Some(5), "{}", verified.stdout);
    let found = "bundles/firefox-DEMO-60.0001.json both have a result of one test for DEMO-60";
    assert!(verified.stdout.contains(found), "{}", verified.stdout);

    // One group: one execution, and the failure is not lost.
    let ran = convert(&workshop, &["night"], &["--group-by", "all"]);
    assert_eq!(executions(&workshop), ["DEMO-60 1"]);
    assert!(ran.stderr.contains("their results are merged, as both belong to DEMO-60"), "{}", ran.stderr);
    assert!(!ran.stderr.contains("same-execution]"), "{}", ran.stderr);

    // No Test in both: nothing can be lost.
    workshop.write("night/firefox/a.json", feature("DEMO-8", "failed"));
    line("convert", &["--out", "out", "--force"]);
    let verified = workshop.run(["verify", "out"]);
    assert_eq!(verified.code, Some(0), "{}", verified.stdout);
    assert!(verified.stderr.contains("are both the Test Execution DEMO-60"), "{}", verified.stderr);
}
