//! What `plan` tells before anything is written: keys, new Tests, names that do not fit together.

use serde_json::{Value, json};

use crate::support::Workshop;

fn keyed(name: &str, key: &str) -> String {
    let key = format!("<properties><property name='test_key' value='{key}'/></properties>");
    format!("<testcase classname='c' name='{name}'>{key}</testcase>")
}

fn suite(cases: &str) -> String {
    format!("<testsuite name='s'>{cases}</testsuite>")
}

fn plan(workshop: &Workshop, more: &[&str]) -> Value {
    let ran = workshop.run([&["plan", "in", "--format", "json"], more].concat());
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    serde_json::from_str(&ran.stdout).unwrap()
}

fn people(workshop: &Workshop, more: &[&str]) -> String {
    workshop.run([&["plan", "in", "-p", "DEMO"], more].concat()).stdout
}

#[test]
fn names_that_do_not_fit_together_are_told_per_execution() {
    let workshop = Workshop::new();
    let a = [keyed("one", "DEMO-1"), keyed("two", "DEMO-1"), keyed("three", "OTHER-3"), keyed("four", "DEMO-4")];
    workshop.write("in/a.xml", suite(&a.concat()));
    let four = "<testcase classname='c' name='four'/><testcase classname='c' name='new'/>";
    workshop.write("in/b.xml", suite(&[keyed("three", "DEMO-3").as_str(), four].concat()));
    // A report that does not count says nothing, either.
    workshop.write("in/c.xml", format!("<testsuite name='s'>{}<testcase name='x'", keyed("lost", "DEMO-1")));
    let ran = workshop.run(["plan", "in", "-p", "DEMO", "--damaged", "drop", "--format", "json"]);
    assert_eq!(ran.code, Some(3), "{}", ran.stderr);
    let plan: Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(plan["schema"], "xraypack/plan/1");
    let execution = &plan["executions"][0];
    assert_eq!(execution["known_tests"], json!(["DEMO-1", "OTHER-3", "DEMO-4", "DEMO-3"]));
    assert_eq!(execution["foreign_keys"], json!(["OTHER-3"]));
    assert_eq!(execution["new_tests"], json!(["c.four", "c.new"]));
    assert_eq!(
        execution["conflicts"],
        json!({
            "keys": [{"key": "DEMO-1", "definitions": ["c.one", "c.two"]}],
            "definitions": [
                {"definition": "c.four", "keys": ["DEMO-4"], "also_without_key": true},
                {"definition": "c.three", "keys": ["DEMO-3", "OTHER-3"], "also_without_key": false}
            ]
        })
    );
    let text = people(&workshop, &["--damaged", "drop", "-q"]);
    assert_eq!(text, "");
    let text = people(&workshop, &["--damaged", "drop"]);
    for expected in [
        "\nKeys of in outside the project (1)\n  OTHER-3\n",
        "\nKeys of in that several tests have (1)\n  DEMO-1: c.one, c.two\n",
        "\nTests of in whose results go to several Tests (2)\n  c.four: DEMO-4, and without a key\n",
        "\n  c.three: DEMO-3, OTHER-3\n",
        "\nTests of in without a key (2)\n  c.four\n  c.new\n",
    ] {
        assert!(text.contains(expected), "{expected} in {text}");
    }
}

#[test]
fn a_key_on_one_row_brings_the_names_of_all_rows() {
    let row = |value: u32, inside: &str| {
        format!("<test name='S.Add(a: {value})' type='S' method='Add' time='0.1' result='Pass'>{inside}</test>")
    };
    let key = "<traits><trait name='test' value='DEMO-5'/></traits>";
    let other = format!("<test name='S.Sub' type='S' method='Sub' time='0.1' result='Pass'>{key}</test>");
    let rows = [row(1, ""), row(2, key), row(3, ""), other].concat();
    let workshop = Workshop::new();
    workshop.write(
        "in/a.xml",
        format!("<assemblies><assembly name='a.dll'><collection name='c'>{rows}</collection></assembly></assemblies>"),
    );
    let conflicts = &plan(&workshop, &["-p", "DEMO"])["executions"][0]["conflicts"];
    assert_eq!(conflicts["keys"], json!([{"key": "DEMO-5", "definitions": ["S.Add", "S.Sub"]}]));
    assert_eq!(conflicts["definitions"], json!([]));
}

#[test]
fn lists_for_people_are_short_and_say_how_much_more_there_is() {
    let cases: String = (0..1500).map(|n| format!("<testcase classname='c' name='t{n}'/>")).collect();
    let shared: String = (0..5).map(|n| keyed(&format!("same{n}"), "DEMO-1")).collect();
    let workshop = Workshop::new();
    workshop.write("in/a.xml", suite(&[cases, shared].concat()));
    let text = people(&workshop, &[]);
    assert!(text.lines().count() < 40, "{text}");
    assert!(text.contains("\nTests of in without a key (1,500)\n  c.t0\n"), "{text}");
    assert!(text.contains("\n  c.t9\n  and 1,490 more; -v names all\n"), "{text}");
    assert!(text.contains("  DEMO-1: c.same0, c.same1, c.same2 and 2 more\n"), "{text}");
    assert!(people(&workshop, &["-v"]).contains("\n  c.t1499\n"));
}

#[test]
fn tests_with_neither_key_nor_project_are_all_named() {
    let workshop = Workshop::new();
    workshop
        .write("in/a.xml", suite(&[keyed("one", "DEMO-1").as_str(), "<testcase classname='c' name='b'/>"].concat()));
    workshop.write("in/b.xml", suite("<testcase classname='c' name='a'/>"));
    let ran = workshop.run(["plan", "in", "--format", "json"]);
    assert_eq!(ran.code, Some(2), "{}", ran.stderr);
    assert_eq!(ran.stderr, "error: 2 tests have no Test key, so their Jira project must be given (--project)\n");
    let plan: Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(plan["unmapped"], json!(["c.b", "c.a"]));
    assert_eq!(plan["executions"][0]["known_tests"], json!(["DEMO-1"]));
    let ran = workshop.run(["convert", "in", "--out", "out"]);
    assert_eq!(ran.code, Some(2), "convert stops where the plan goes on");
}

#[test]
fn a_test_larger_than_a_bundle_is_told_with_the_reason() {
    let workshop = Workshop::new();
    let long = "long line of a log\n".repeat(1000);
    workshop.write("in/a.xml", suite(&format!("<testcase name='t'><failure message='x'>{long}</failure></testcase>")));
    let trimmed = &plan(&workshop, &["-p", "DEMO", "--max-bytes", "4000"])["executions"][0]["trimmed"][0];
    assert_eq!(trimmed["test"], "s.t");
    assert!(trimmed["bytes"].as_u64().unwrap() > 15_000 && trimmed["allowed"].as_u64().unwrap() < 4000, "{trimmed}");
    assert!(!trimmed["steps"].as_array().unwrap().is_empty());
    let text = people(&workshop, &["--max-bytes", "4000"]);
    assert!(text.contains("s.t alone is larger than a bundle: "), "{text}");
}
