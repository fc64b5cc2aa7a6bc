//! What each policy makes of the night of reruns in `fixtures/reruns`. The table in `docs/reruns.md` is what the program
//! says: `XRAYPACK_UPDATE=1` writes it.

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

/// Rows wait for one that names their Test; what comes behind them must not take their place.
#[test]
fn a_test_behind_rows_without_a_key_is_not_lost() {
    let workshop = Workshop::new();
    let row = |name: &str, parameters: &str| {
        format!("<test-method name='{name}' signature='{name}()' status='PASS'>{parameters}</test-method>")
    };
    let with = |value: u8| row("pays", &format!("<params><param index='0'><value>{value}</value></param></params>"));
    let rows = [with(1), with(2), row("ships", ""), with(3), row("refunds", "")].concat();
    workshop.write(
        "in/a.xml",
        format!("<testng-results><suite name='s'><test name='t'><class name='C'>{rows}</class></test></suite></testng-results>"),
    );
    let ran = workshop.run(["convert", "in", "--out", "out", "--project", "DEMO"]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    let (_, bundle) = bundles(&workshop.path().join("out")).pop().unwrap();
    let definitions: Vec<_> = bundle["tests"]
        .as_array()
        .unwrap()
        .iter()
        .map(|test| test["testInfo"]["definition"].as_str().unwrap())
        .collect();
    assert_eq!(definitions, ["C.pays", "C.ships", "C.refunds"]);
}

/// Parameter sets of NUnit and xUnit.net: the key on one row holds for all (decision 5), each set is a data row.
#[test]
fn parameter_sets_are_data_rows() {
    let workshop = Workshop::new();
    workshop.write(
        "in/n.xml",
        "<test-run><test-suite type='Assembly' name='a'><test-suite type='TestFixture' name='F' fullname='N.F' classname='N.F'>
           <test-suite type='ParameterizedMethod' name='Add' fullname='N.F.Add' classname='N.F'>
             <properties><property name='TestKey' value='DEMO-1'/></properties>
             <test-case name='Add(1,2)' fullname='N.F.Add(1,2)' methodname='Add' classname='N.F' result='Passed'/>
             <test-case name='Add(2,2)' fullname='N.F.Add(2,2)' methodname='Add' classname='N.F' result='Failed'>
               <failure><message>boom</message></failure></test-case>
           </test-suite></test-suite></test-suite></test-run>",
    );
    workshop.write(
        "in/x.xml",
        "<assemblies><assembly name='a.dll'><collection name='c'>
           <test name='N.C.Adds(a: 1, b: 2)' type='N.C' method='Adds' time='0.1' result='Pass'/>
           <test name='N.C.Adds(a: 2, b: 2)' type='N.C' method='Adds' time='0.1' result='Pass'>
             <traits><trait name='test' value='DEMO-2'/></traits></test>
         </collection></assembly></assemblies>",
    );
    let ran = workshop.run(["convert", "in", "--out", "out", "--merge", "iterations", "--project", "DEMO"]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    let (_, bundle) = bundles(&workshop.path().join("out")).pop().unwrap();
    let rows = |test: &Value| -> Vec<String> {
        let row = |row: &Value| {
            let parameters = row["parameters"].as_array().unwrap().iter();
            let text = |value: &Value| value.as_str().unwrap().to_owned();
            let listed: Vec<_> =
                parameters.map(|one| format!("{}={}", text(&one["name"]), text(&one["value"]))).collect();
            format!("{} {}", listed.join(","), text(&row["status"]))
        };
        test["iterations"].as_array().unwrap().iter().map(row).collect()
    };
    let (nunit, xunit) = (&bundle["tests"][0], &bundle["tests"][1]);
    assert_eq!((&nunit["testKey"], &nunit["status"]), (&"DEMO-1".into(), &"FAIL".into()));
    assert_eq!(rows(nunit), ["arg1=1,arg2=2 PASS", "arg1=2,arg2=2 FAIL"]);
    assert!(nunit["comment"].as_str().unwrap().ends_with("iteration 2 (arg1=2, arg2=2): boom"), "{}", nunit["comment"]);
    assert_eq!((&xunit["testKey"], &xunit["status"]), (&"DEMO-2".into(), &"PASS".into()));
    assert_eq!(rows(xunit), ["a=1,b=2 PASS", "a=2,b=2 PASS"]);
}

/// Whoever reads the one comment of a Test must see which of its rows, or which of the cases that share its key, failed.
#[test]
fn failed_rows_are_named_whatever_decides() {
    let comment = |name: &str, report: &str, policy: &str| {
        let workshop = Workshop::new();
        workshop.write(name, report);
        let ran = workshop.run(["convert", "in", "--out", "out", "--project", "DEMO", "--merge", policy]);
        assert_eq!(ran.code, Some(0), "{}", ran.stderr);
        let (_, bundle) = bundles(&workshop.path().join("out")).pop().unwrap();
        bundle["tests"][0]["comment"].as_str().unwrap().to_owned()
    };
    let xunit = r#"<assemblies><assembly name="a.dll"><collection name="c">
        <test name="N.C.Add(a: 1)" type="N.C" method="Add" time="0.1" result="Pass"/>
        <test name="N.C.Add(a: 2)" type="N.C" method="Add" time="0.1" result="Fail"><failure><message>boom</message></failure></test>
        <test name="N.C.Add(a: 3)" type="N.C" method="Add" time="0.1" result="Fail"><failure><message>boom</message></failure></test>
        <test name="N.C.Add(a: 4)" type="N.C" method="Add" time="0.1" result="Skip"/></collection></assembly></assemblies>"#;
    let expected =
        "4 results merged: 1 passed, 2 failed, 1 skipped\n\nAdd (a=2), Add (a=3): boom\n\nAdd (a=4): skipped";
    for policy in ["worst", "ran", "last", "any-pass"] {
        assert_eq!(comment("in/a.xml", xunit, policy), expected, "{policy}");
    }
    let case = |name: &str, failure: &str| {
        format!(
            r#"<testcase classname="c" name="{name}"><properties><property name="test_key" value="DEMO-1"/></properties>{failure}</testcase>"#
        )
    };
    let junit = format!("<testsuite>{}{}</testsuite>", case("pays", ""), case("refunds", "<failure>boom</failure>"));
    assert_eq!(comment("in/a.xml", &junit, "worst"), "2 results merged: 1 passed, 1 failed\n\nrefunds: boom");
    // Names for people that are no end of what names the Test.
    let named = r#"<assemblies><assembly name="a.dll"><collection name="c">
        <test name="opens" type="N.C" method="Case" time="0.1" result="Pass"/>
        <test name="closes" type="N.C" method="Case" time="0.1" result="Fail"><failure><message>boom</message></failure></test>
        </collection></assembly></assemblies>"#;
    assert_eq!(comment("in/a.xml", named, "worst"), "2 results merged: 1 passed, 1 failed\n\ncloses: boom");
    // Where it ran, where that is part of the report: a `test` of TestNG, a project of Playwright (J63).
    let browser = |name: &str, result: &str| {
        format!(
            r#"<test name="{name}"><class name="p.C"><test-method name="logsIn" {result}</test-method></class></test>"#
        )
    };
    let failed = r#"status="FAIL"><exception class="java.lang.AssertionError"><message>boom</message></exception>"#;
    let testng = [browser("chrome", r#"status="PASS">"#), browser("edge", failed)].concat();
    let testng = format!(r#"<testng-results><suite name="s">{testng}</suite></testng-results>"#);
    let expected = "2 results merged: 1 passed, 1 failed\n\nlogsIn in edge: java.lang.AssertionError: boom";
    assert_eq!(comment("in/a.xml", &testng, "worst"), expected);
    let project = |name: &str, failure: &str| {
        format!(
            r#"<testsuite name="a.spec.ts" hostname="{name}"><testcase name="logs in" classname="a.spec.ts">{failure}</testcase></testsuite>"#
        )
    };
    let playwright = [project("chromium", ""), project("firefox", "<failure>boom</failure>")].concat();
    let playwright = format!(
        r#"<testsuites id="" name="" tests="2" failures="1" skipped="0" errors="0" time="1">{playwright}</testsuites>"#
    );
    let expected = "2 results merged: 1 passed, 1 failed\n\nlogs in in firefox: boom";
    assert_eq!(comment("in/a.xml", &playwright, "worst"), expected);
    // What all are called tells none from another.
    let twice = case("pays", "<failure>boom</failure>").repeat(2);
    assert_eq!(comment("in/a.xml", &format!("<testsuite>{twice}</testsuite>"), "worst"), "boom");
}

/// Rows of one outline stay in order and whole, whatever decides; two outlines of one key in different files do not mix.
#[test]
fn outlines_keep_their_rows() {
    let outline = |uri: &str, statuses: &[&str]| {
        let row = |(index, status): (usize, &&str)| {
            format!(
                r#"{{"id":"f;o;e;{}","keyword":"Scenario Outline","line":{},"name":"o","type":"scenario","tags":[{{"name":"@TEST_DEMO-1"}}],
                "steps":[{{"keyword":"Given ","line":4,"name":"x","result":{{"status":"{status}"}}}}]}}"#,
                index + 2,
                index + 9
            )
        };
        let rows: Vec<String> = statuses.iter().enumerate().map(row).collect();
        format!(r#"{{"uri":"{uri}","id":"f","keyword":"Feature","name":"F","line":1,"elements":[{}]}}"#, rows.join(","))
    };
    let tests = |features: &[String], policy: &str| {
        let workshop = Workshop::new();
        workshop.write("in/a.json", format!("[{}]", features.join(",")));
        let ran = workshop.run(["convert", "in", "--out", "out", "--execution", "DEMO-9", "--merge", policy]);
        assert_eq!(ran.code, Some(0), "{}", ran.stderr);
        bundles(&workshop.path().join("out"))[0].1["tests"][0].clone()
    };
    for policy in POLICIES {
        let test = tests(&[outline("a.feature", &["passed", "failed", "passed"])], policy);
        assert_eq!(shown(&test), "FAIL (PASS, FAIL, PASS)", "{policy}");
        let test = tests(&[outline("a.feature", &["failed"])], policy);
        assert_eq!(shown(&test), "FAIL (FAIL)", "a single row, too (decision 22)");
        let mixed = [outline("a.feature", &["passed"]), outline("b.feature", &["passed"])];
        assert_eq!(shown(&tests(&mixed, policy)), "PASS", "{policy}");
    }
}

/// Rows of an outline in Cucumber or Behave JSON; where there are several, another feature stands before it.
fn outline_report(format: &str, rows: &[(u32, &str)]) -> String {
    let row = |(line, status): &(u32, &str)| match format {
        "cucumber" => format!(
            r#"{{"id":"f;o;;{}","keyword":"Scenario Outline","line":{line},"name":"o","type":"scenario","tags":[{{"name":"@TEST_DEMO-1"}}],
            "steps":[{{"keyword":"Given ","line":4,"name":"x","result":{{"status":"{status}","error_message":"at {line}"}}}}]}}"#,
            line - 7
        ),
        _ => format!(
            r#"{{"keyword":"Scenario Outline","location":"f.feature:{line}","name":"o -- @1.{}","type":"scenario","tags":["TEST_DEMO-1"],
            "status":"{status}","steps":[{{"keyword":"Given","step_type":"given","location":"f.feature:4","name":"x","result":{{"status":"{status}"}}}}]}}"#,
            line - 8
        ),
    };
    let all: Vec<String> = rows.iter().map(row).collect();
    let place = if format == "cucumber" { r#""uri":"{}","id":"f","line":1"# } else { r#""location":"{}:1""# };
    let feature = |name: &str, rows: &[String]| {
        let place = place.replace("{}", name);
        format!(r#"{{{place},"keyword":"Feature","name":"F","elements":[{}]}}"#, rows.join(","))
    };
    let before = if rows.len() > 1 { feature("g.feature", &[]) + "," } else { String::new() };
    format!("[{before}{}]", feature("f.feature", &all))
}

/// Each row has one status, in the order of the feature file, whatever reports tell of it and when; the same for all threads
/// and whatever the memory.
#[test]
fn rows_told_of_twice_and_out_of_order() {
    for format in ["cucumber", "behave"] {
        let workshop = Workshop::new();
        workshop.write("in/a.json", outline_report(format, &[(11, "passed"), (9, "failed"), (10, "passed")]));
        workshop.write("in/b.json", outline_report(format, &[(9, "passed")]));
        for (policy, expected) in [
            ("worst", "FAIL (FAIL, PASS, PASS)"),
            ("iterations", "FAIL (FAIL, PASS, PASS)"),
            ("any-pass", "PASS (PASS, PASS, PASS)"),
            ("last", "PASS (PASS, PASS, PASS)"),
        ] {
            let mut written = Vec::new();
            for (number, more) in [["-j", "1"], ["-j", "8"], ["--memory", "16MiB"]].iter().enumerate() {
                let out = format!("out-{policy}-{number}");
                let ran = workshop.run(
                    [&["convert", "in", "--out", &out, "--execution", "DEMO-9", "--merge", policy], &more[..]].concat(),
                );
                assert_eq!(ran.code, Some(0), "{}", ran.stderr);
                written.push(bundles(&workshop.path().join(&out)));
            }
            let test = &written[0][0].1["tests"][0];
            assert_eq!(shown(test), expected, "{format} {policy}");
            let comment = test["comment"].as_str().unwrap();
            assert!(comment.starts_with(if policy == "last" { "attempt 1: failed" } else { "row 1" }), "{test}");
            assert!(written.iter().all(|bundles| *bundles == written[0]), "{format} {policy}");
        }
    }
}

#[test]
fn data_rows_have_names_and_parameters() {
    for target in ["server", "cloud"] {
        let workshop = Workshop::new();
        let night = repository().join("fixtures/reruns");
        let ran = workshop.run([
            "convert",
            night.to_str().unwrap(),
            "--out",
            "out",
            "--project",
            "DEMO",
            "--merge",
            "iterations",
            "--target",
            target,
        ]);
        assert_eq!(ran.code, Some(0), "{}", ran.stderr);
        let bundles = bundles(&workshop.path().join("out"));
        let tests: Vec<&Value> = bundles.iter().flat_map(|(_, bundle)| bundle["tests"].as_array().unwrap()).collect();
        let test = |key: &str| *tests.iter().find(|test| test["testKey"] == key).unwrap();
        let rows = |key: &str| test(key)["iterations"].as_array().unwrap().clone();

        // TestNG names all rows after the method, and gives values without names.
        let pays = rows("DEMO-30");
        assert_eq!(pays[2]["parameters"][0]["value"], "none");
        assert_eq!(pays[0]["name"].as_str(), (target == "cloud").then_some("iteration 1"));
        assert!(
            test("DEMO-30")["comment"]
                .as_str()
                .unwrap()
                .contains("iteration 3 (param1=none, param2=0): java.lang.AssertionError: no card")
        );

        // pytest tells rows apart by their names alone; the row of the second job has the same one.
        let names: Vec<_> =
            rows("DEMO-20").iter().map(|row| row["parameters"][0]["value"].as_str().unwrap().to_owned()).collect();
        assert_eq!(
            names,
            [
                "test_rows_of_one_key[1]",
                "test_rows_of_one_key[20]",
                "test_rows_of_one_key[300]",
                "test_rows_of_one_key[300] [2]"
            ]
        );
    }
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
