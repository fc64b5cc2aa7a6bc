//! Rows of one Test, of tables and of outlines: a status for each, in order, whatever reports tell of them and when.

use serde_json::Value;

use super::{POLICIES, shown};
use crate::support::{Workshop, bundles, repository};

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
