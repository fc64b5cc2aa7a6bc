//! Finding the Test key, with the real program: tables, patterns, prefixes, and names that change from night to night.

use serde_json::{Value, json};

use crate::support::{Ran, Workshop, bundles, manifest, reports};

fn convert(workshop: &Workshop, input: &str, more: &[&str]) -> Ran {
    let ran = workshop.run([&["convert", input, "--out", "out", "--project", "DEMO", "--force"], more].concat());
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    ran
}

/// Key or definition of every test, in order.
fn identities(workshop: &Workshop) -> Vec<String> {
    let name = |test: &Value| match test["testKey"].as_str() {
        Some(key) => key.to_owned(),
        None => test["testInfo"]["definition"].as_str().unwrap().to_owned(),
    };
    let bundles = bundles(&workshop.path().join("out"));
    bundles.iter().flat_map(|(_, bundle)| bundle["tests"].as_array().unwrap()).map(name).collect()
}

fn problems(workshop: &Workshop, kind: &str) -> Vec<String> {
    let lines = reports(&workshop.path().join("out"));
    let problems = lines.iter().flat_map(|line| line["problems"].as_array().cloned().unwrap_or_default());
    let of_kind = problems.filter(|problem| problem["kind"] == kind);
    of_kind.map(|problem| problem["message"].as_str().unwrap().to_owned()).collect()
}

const CART: &str = "<testsuite name='s'>
  <testcase classname='shop.Cart' name='adds'/>
  <testcase classname='shop.Cart' name='pays'><properties><property name='test_id' value='4711'/></properties></testcase>
  <testcase classname='shop.Cart' name='keyed'><properties><property name='test_key' value='DEMO-1'/></properties></testcase>
  <testcase classname='shop.Stock' name='counts [DEMO-7]'/>
  <testcase classname='shop.Stock' name='orders'/>
</testsuite>";

#[test]
fn a_table_names_what_the_report_does_not() {
    let workshop = Workshop::new();
    workshop.write("in/a.xml", CART);
    workshop.write(
        "keys.csv",
        "shop.Cart.adds,DEMO-10\n4711,DEMO-11\nshop.Cart.*,DEMO-12\norders,DEMO-13\nnobody,DEMO-14\nshop.Cart.adds,DEMO-15\n",
    );
    let ran = convert(&workshop, "in", &["--key-map", "keys.csv"]);
    assert_eq!(identities(&workshop), ["DEMO-10", "DEMO-11", "DEMO-1", "shop.Stock.counts [DEMO-7]", "DEMO-13"]);
    assert!(ran.stderr.contains("keys.csv:3: no test is \"shop.Cart.*\" (DEMO-12) [key-map]"), "{}", ran.stderr);
    assert!(ran.stderr.contains("keys.csv:5: no test is \"nobody\" (DEMO-14)"), "{}", ran.stderr);
    assert!(ran.stderr.contains("keys.csv:6: line 1 names the same test with another key"), "{}", ran.stderr);
    assert_eq!(problems(&workshop, "test-id"), Vec::<String>::new(), "the id was translated");
    let recorded = &manifest(&workshop.path().join("out"))["options"]["key-map"];
    assert_eq!(recorded["rows"], 5);
    assert_eq!(recorded["xxh3"].as_str().unwrap().len(), 32);
}

#[test]
fn a_table_in_json_and_what_it_was_used_for() {
    let workshop = Workshop::new();
    workshop.write("in/a.xml", CART);
    workshop.write(
        "keys.json",
        r#"[{"glob": "shop.Cart.*", "key": "DEMO-2"}, {"name": "adds", "key": "DEMO-3"},
                                   {"test_id": 1, "key": "DEMO-4"}]"#,
    );
    let ran = convert(&workshop, "in", &["--key-map", "keys.json", "--format", "json"]);
    assert_eq!(identities(&workshop)[..2], ["DEMO-3", "DEMO-2"], "an exact name comes before a glob");
    let usage = serde_json::from_str::<Value>(&ran.stdout).unwrap()["key_map"].clone();
    assert_eq!(usage["unmatched"], json!([{"line": 2, "test": "1", "key": "DEMO-4"}]));
    let planned = workshop.run(["plan", "in", "--project", "DEMO", "--key-map", "keys.json", "--format", "json"]);
    let plan: Value = serde_json::from_str(&planned.stdout).unwrap();
    assert_eq!(plan["key_map"], usage);
    assert_eq!(plan["executions"][0]["known_tests"], json!(["DEMO-3", "DEMO-2", "DEMO-1"]));
}

#[test]
fn rows_that_disagree_about_a_test_are_told_in_its_report() {
    let workshop = Workshop::new();
    workshop.write("in/a.xml", CART);
    workshop.write("in/b.xml", "<testsuite name='t'><testcase classname='shop.Other' name='adds'/></testsuite>");
    workshop.write("keys.csv", "definition,name,key\nshop.Cart.adds,,DEMO-2\n,adds,DEMO-3\n,counts [DEMO-7],DEMO-4\n");
    let ran = convert(&workshop, "in", &["--key-map", "keys.csv"]);
    assert_eq!(
        problems(&workshop, "ambiguous-key"),
        ["shop.Cart.adds: line 2 of the key map says DEMO-2 and line 3 says DEMO-3; the former counts"]
    );
    assert_eq!(identities(&workshop)[0], "DEMO-2");
    assert!(!ran.stderr.contains("several tests are called"), "{}", ran.stderr);
    workshop.write("keys.csv", "adds,DEMO-3\n");
    let ran = convert(&workshop, "in", &["--key-map", "keys.csv"]);
    assert!(
        ran.stderr.contains("keys.csv:1: several tests are called \"adds\"; all of them are DEMO-3 now"),
        "{}",
        ran.stderr
    );
}

#[test]
fn a_table_that_cannot_be_used_ends_the_run_before_anything_is_written() {
    let workshop = Workshop::new();
    workshop.write("in/a.xml", CART);
    workshop.write("keys.csv", "a,DEMO-1\nb,demo-2\n");
    let refused = |map: &str| {
        let ran = workshop.run(["convert", "in", "--out", "out", "--project", "DEMO", "--key-map", map]);
        assert_eq!(ran.code, Some(2), "{}", ran.stderr);
        ran.stderr
    };
    assert!(refused("keys.csv").contains("keys.csv:2: \"demo-2\" is no issue key"));
    assert!(refused("none.csv").contains("--key-map none.csv: "));
    assert!(!workshop.path().join("out").exists());
}

#[test]
fn a_pattern_finds_keys_in_names_classes_and_tags() {
    let workshop = Workshop::new();
    workshop.write("in/a.xml", CART);
    convert(&workshop, "in", &["--key-pattern", r"\[([A-Z]+-\d+)\]"]);
    assert_eq!(identities(&workshop)[3], "DEMO-7");
    workshop.write("in/a.xml", "<testsuite name='s'><testcase classname='shop.DEMO_9_Cart' name='adds'/></testsuite>");
    workshop.write(
        "in/b.xml",
        "<robot generator='Robot 7.0 (Python 3 on linux)'><suite name='S'><test name='t'><tag>DEMO-8</tag><tag>smoke</tag>\
         <status status='PASS'/></test></suite></robot>",
    );
    convert(&workshop, "in", &["--key-pattern", "DEMO[-_][0-9]+"]);
    assert_eq!(identities(&workshop), ["shop.DEMO_9_Cart.adds", "DEMO-8"]);
    assert_eq!(problems(&workshop, "malformed-key").len(), 1, "DEMO_9 is no key");
    assert_eq!(problems(&workshop, "bare-key"), Vec::<String>::new(), "the pattern says what the tag is");
}

#[test]
fn prefixes_of_tags_are_the_users() {
    let workshop = Workshop::new();
    let feature = |tags: &str| {
        let tags: Vec<String> = tags.split(' ').map(|tag| format!("{{\"name\": \"@{tag}\"}}")).collect();
        format!(
            "[{{\"uri\": \"a.feature\", \"name\": \"A\", \"elements\": [{{\"id\": \"a;b\", \"name\": \"b\", \"line\": 3, \
             \"type\": \"scenario\", \"tags\": [{}], \"steps\": []}}]}}]",
            tags.join(", ")
        )
    };
    workshop.write("in/a.json", feature("TMS:DEMO-1 STORY_DEMO-2 RUN_DEMO-3 test:DEMO-4"));
    let prefixes = ["--tag-prefix", "test=TMS:", "--tag-prefix", "requirement=STORY_;execution=RUN_"];
    convert(&workshop, "in", &[&prefixes[..], &["--update-tests"]].concat());
    let (_, bundle) = bundles(&workshop.path().join("out")).pop().unwrap();
    assert_eq!(bundle["testExecutionKey"], "DEMO-3");
    let test = &bundle["tests"][0];
    assert_eq!((&test["testKey"], &test["testInfo"]["requirementKeys"]), (&json!("DEMO-1"), &json!(["DEMO-2"])));
    assert_eq!(test["testInfo"]["labels"], json!(["test:DEMO-4"]), "it names nothing any more");
}

/// A night with names that hold what changes from run to run.
fn night(uuid: &str, day: &str, pointer: &str, folder: u32, port: u32) -> String {
    format!(
        "<testsuite name='s' timestamp='{day}T02:00:00'>
           <testcase classname='shop.Cart' name='pays[{uuid}]'/>
           <testcase classname='shop.Cart' name='pays({uuid}, twice)'/>
           <testcase classname='shop.Log' name='writes {day}T02:00:01Z'/>
           <testcase classname='shop.Log' name='closes &lt;Log at 0x{pointer}&gt;'/>
           <testcase classname='shop.Files' name='reads[/tmp/pytest-of-ci/pytest-{folder}/items.json]'/>
           <testcase classname='shop.Api' name='GET http://localhost:{port}/items'/>
           <testcase classname='shop.Cart' name='adds'/>
         </testsuite>"
    )
}

#[test]
fn two_nights_give_the_same_identities_once_the_rewrites_are_taken() {
    let workshop = Workshop::new();
    workshop.write("one/a.xml", night("3f2504e0-4f89-11d3-9a0c-0305e82c3301", "2026-11-24", "7f8b4c0d2e10", 41, 49731));
    workshop.write("two/a.xml", night("0bd0c5a5-1111-4e1b-8a0c-aaaaaaaaaaaa", "2026-11-25", "55aa0b", 42, 50122));
    convert(&workshop, "one", &[]);
    let (first, warnings) = (identities(&workshop), problems(&workshop, "unstable-identity"));
    convert(&workshop, "two", &[]);
    let second = identities(&workshop);
    let equal = first.iter().zip(&second).filter(|(one, other)| one == other).count();
    assert_eq!((first.len(), equal), (7, 1), "each night makes six new Tests: {first:#?}");
    assert_eq!(warnings.len(), 5, "one warning for each sort, with an example: {warnings:#?}");

    // What the warnings advise is what mends it.
    let advice: Vec<String> = warnings
        .iter()
        .map(|warning| warning.split_once("--definition-rewrite '").unwrap().1.split('\'').next().unwrap().to_owned())
        .collect();
    let rewrites: Vec<&str> = advice.iter().flat_map(|rewrite| ["--definition-rewrite", rewrite]).collect();
    convert(&workshop, "one", &rewrites);
    let mended = (identities(&workshop), fs_bundles(&workshop));
    assert_eq!(problems(&workshop, "unstable-identity"), Vec::<String>::new());
    assert_eq!(mended.0.len(), 7, "no two tests became one: {:#?}", mended.0);
    convert(&workshop, "two", &rewrites);
    assert_eq!(identities(&workshop), mended.0);
    assert_eq!(fs_bundles(&workshop), mended.1, "names for people last as well");
    let recorded = &manifest(&workshop.path().join("out"))["options"]["definition-rewrite"];
    assert_eq!(recorded.as_array().unwrap().len(), 5);

    // The same from a variable, one on each line.
    let mut workshop = workshop;
    workshop.set("XRAYPACK_DEFINITION_REWRITE", &advice.join("\n"));
    convert(&workshop, "two", &[]);
    assert_eq!(identities(&workshop), mended.0);
}

/// Summaries of all tests.
fn fs_bundles(workshop: &Workshop) -> Vec<Value> {
    let bundles = bundles(&workshop.path().join("out"));
    let tests = bundles.iter().flat_map(|(_, bundle)| bundle["tests"].as_array().unwrap());
    tests.map(|test| test["testInfo"]["summary"].clone()).collect()
}

#[test]
fn a_rewrite_that_leaves_nothing_loses_no_result() {
    let workshop = Workshop::new();
    workshop.write("in/a.xml", CART);
    let ran = convert(&workshop, "in", &["--definition-rewrite", ".*=>", "--definition-rewrite", "-x=>y"]);
    assert_eq!(identities(&workshop).len(), 5);
    assert!(ran.stderr.contains("leaves nothing of"), "{}", ran.stderr);
    let refused = workshop.run(["convert", "in", "--out", "o", "--definition-rewrite", "(=>x"]);
    assert_eq!(refused.code, Some(2));
    assert!(refused.stderr.contains("unclosed group"), "{}", refused.stderr);
}

#[test]
fn all_of_it_can_stand_in_the_project_file() {
    let workshop = Workshop::new();
    workshop.write("in/a.xml", CART);
    workshop.write("ci/keys.csv", "shop.Cart.adds,DEMO-10\n");
    workshop.write(
        "ci/xraypack.toml",
        "key-map = \"keys.csv\"\nkey-pattern = '\\[(DEMO-\\d+)\\]'\ndefinition-rewrite = ['^shop\\.=>store.']\n",
    );
    let mut command =
        workshop.command(["convert", "../in", "--out", "../out", "--project", "DEMO", "--format", "json"]);
    let output = command.current_dir(workshop.path().join("ci")).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    // The rewrite comes first, so that the table would have to name what it makes.
    assert_eq!(identities(&workshop), ["store.Cart.adds", "store.Cart.pays", "DEMO-1", "DEMO-7", "store.Stock.orders"]);
    let usage = serde_json::from_slice::<Value>(&output.stdout).unwrap()["key_map"].clone();
    assert_eq!((&usage["file"], usage["unmatched"].as_array().unwrap().len()), (&json!("keys.csv"), 1));
}

/// The tests that were written: key or definition, and status.
fn tests(workshop: &Workshop) -> Vec<String> {
    let bundles = bundles(&workshop.path().join("out"));
    let tests = bundles.iter().flat_map(|(_, bundle)| bundle["tests"].as_array().unwrap().clone()).collect::<Vec<_>>();
    let names = identities(workshop);
    names.iter().zip(&tests).map(|(name, test)| format!("{name} {}", test["status"].as_str().unwrap())).collect()
}

fn xunit(tests: &str) -> String {
    format!("<assemblies><assembly name='a.dll'><collection name='c'>{tests}</collection></assembly></assemblies>")
}

fn theory_row(number: usize, result: &str, inside: &str) -> String {
    format!("<test name='N.C.A(x: {number})' type='N.C' method='A' result='{result}'>{inside}</test>")
}

const KEY: &str = "<traits><trait name='test' value='DEMO-7'/></traits>";
const FACT: &str = "<test name='N.C.B' type='N.C' method='B' result='Pass'/>";

#[test]
fn a_key_on_one_row_holds_for_rows_that_stand_elsewhere() {
    let workshop = Workshop::new();
    let [bare, keyed] = [theory_row(1, "Fail", ""), theory_row(2, "Pass", KEY)];
    let titled = |title: &str, result: &str, inside: &str| {
        format!("<test name='{title}' type='N.C' method='A' result='{result}'>{inside}</test>")
    };
    let param = |value: u8| format!("<params><param index='0'><value>{value}</value></param></params>");
    let key = "<attributes><attribute name='test'>DEMO-7</attribute></attributes>";
    let method = |name: &str, status: &str, inside: &str| {
        format!("<test-method name='{name}' signature='{name}(int)' status='{status}'>{inside}</test-method>")
    };
    let rows = [method("A", "FAIL", &param(1)), method("B", "PASS", ""), method("A", "PASS", &(param(2) + key))];
    let case = |name: &str, method: &str, result: &str, inside: &str| {
        format!(
            "<test-case name='{name}' fullname='N.C.{name}' classname='N.C' methodname='{method}' result='{result}'>{inside}</test-case>"
        )
    };
    let property = "<properties><property name='TestKey' value='DEMO-7'/></properties>";
    let cases =
        [case("A(1)", "A", "Failed", ""), case("B", "B", "Passed", ""), case("A(2)", "A", "Passed", property)].concat();
    for report in [
        xunit(&[bare.as_str(), FACT, &keyed].concat()),
        xunit(&[&keyed, FACT, bare.as_str()].concat()),
        xunit(&[&titled("one", "Pass", KEY), FACT, &titled("two", "Fail", "")].concat()),
        format!(
            "<testng-results><suite name='s'><test name='t'><class name='N.C'>{}</class></test></suite></testng-results>",
            rows.concat()
        ),
        format!(
            "<test-run id='2' result='Failed'><test-suite type='TestFixture' name='C'>{cases}</test-suite></test-run>"
        ),
    ] {
        workshop.write("in/a.xml", &report);
        convert(&workshop, "in", &[]);
        assert_eq!(tests(&workshop), ["DEMO-7 FAIL", "N.C.B PASS"], "{report}");
        let line = &reports(&workshop.path().join("out"))[0];
        assert_eq!((&line["cases"]["seen"], line["problems"].as_array().unwrap().len()), (&json!(3), 0), "{line}");
    }
}

#[test]
fn an_attempt_or_invocation_of_testng_without_a_key_is_a_result_of_the_one_that_has_it() {
    let workshop = Workshop::new();
    let key = "<attributes><attribute name='test'>DEMO-8</attribute></attributes>";
    let method = |types: &str, status: &str, inside: &str| {
        format!("<test-method name='m' signature='m({types})[pri:0]' status='{status}'>{inside}</test-method>")
    };
    let (bare, keyed, other) = (method("", "FAIL", ""), method("", "PASS", key), method("int", "PASS", ""));
    for rows in [[&bare, &other, &keyed], [&keyed, &other, &bare], [&other, &bare, &keyed]] {
        let rows = rows.map(String::as_str).concat();
        let class = format!("<class name='a.B'>{rows}</class>");
        workshop.write("in/a.xml", format!("<testng-results><suite><test>{class}</test></suite></testng-results>"));
        convert(&workshop, "in", &[]);
        let mut tests = tests(&workshop);
        tests.sort_unstable();
        assert_eq!(tests, ["DEMO-8 FAIL", "a.B.m PASS"], "{rows}: an overload has no part in it");
    }
}

#[test]
fn a_key_behind_many_rows_holds_for_all_of_them() {
    let workshop = Workshop::new();
    let rows: String = (1..1100).map(|number| theory_row(number, "Fail", "")).collect();
    workshop.write("in/a.xml", xunit(&(rows + &theory_row(0, "Pass", KEY))));
    convert(&workshop, "in", &[]);
    assert_eq!(tests(&workshop), ["DEMO-7 FAIL"]);
}

#[test]
fn a_key_holds_for_later_rows_of_a_large_report() {
    let workshop = Workshop::new();
    let text = format!("<output>{}</output>", "x".repeat(1000));
    let other =
        |number: usize| format!("<test name='N.C.B{number}' type='N.C' method='B{number}' result='Pass'>{text}</test>");
    let others: String = (0..5000).map(other).collect();
    let report = xunit(&[theory_row(1, "Pass", KEY), others, theory_row(2, "Fail", ""), FACT.to_owned()].concat());
    workshop.write("in/a.xml", &report);
    for jobs in ["1", "4"] {
        convert(&workshop, "in", &["--jobs", jobs]);
        assert_eq!(problems(&workshop, "several-keys"), Vec::<String>::new());
        assert_eq!((tests(&workshop).len(), &*tests(&workshop)[0]), (5002, "DEMO-7 FAIL"), "with {jobs} threads");
    }
}

#[test]
fn rows_of_a_report_too_large_to_be_read_twice_are_told() {
    let workshop = Workshop::new();
    let text = format!("<output>{}</output>", "x".repeat(1000));
    let others: String = (0..5000)
        .map(|number| format!("<test name='N.C.B{number}' type='N.C' method='B{number}' result='Pass'>{text}</test>"))
        .collect();
    let report = xunit(&[theory_row(1, "Fail", ""), others, theory_row(2, "Pass", KEY)].concat());
    workshop.write("in/a.xml", &report);
    let mut written = Vec::new();
    for jobs in ["1", "4"] {
        convert(&workshop, "in", &["--jobs", jobs]);
        let told = problems(&workshop, "several-keys");
        assert_eq!(told.len(), 1);
        assert!(
            told[0].starts_with("rows of 1 methods count without the key") && told[0].contains("DEMO-7"),
            "{}",
            told[0]
        );
        written.push((tests(&workshop), reports(&workshop.path().join("out"))));
    }
    assert_eq!(written[0], written[1]);
}
