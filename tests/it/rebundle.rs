//! Xray JSON goes in and comes out without loss: the documented examples, in both flavours (decision 21).

use std::fs;
use std::ops::ControlFlow;
use std::path::PathBuf;

use serde_json::{Value, json};
use xraypack::format::time::{Zone, timestamp};
use xraypack::format::{ReadOptions, by_name};
use xraypack::mapping::{FieldNames, Mapped, Mapper, Rules};
use xraypack::model::{Body, Problem, ReportVisitor, TestCase, TestRun};
use xraypack::xray::{EncodeOptions, SEPARATOR, TAIL, Target, encode, later_head};

use crate::support::{Workshop, bundles, complaints, manifest, reports, schema};

/// Maps and encodes each case as it comes.
struct Bundler<'r> {
    mapper: Mapper<'r>,
    options: EncodeOptions,
    runs: Vec<Vec<u8>>,
}

impl ReportVisitor for Bundler<'_> {
    fn case(&mut self, case: &mut Box<TestCase>) -> ControlFlow<()> {
        let mut run = TestRun::default();
        if self.mapper.map(case, &mut run, &mut |_| {}) == Mapped::Run {
            let mut bytes = Vec::new();
            encode(&run, &self.options, &mut bytes);
            self.runs.push(bytes);
        }
        ControlFlow::Continue(())
    }
    fn problem(&mut self, _: Problem) {}
    fn producer(&mut self, _: &str) {}
}

/// The document as it would be bundled for `target`.
fn rebundled(document: &[u8], target: Target) -> Value {
    let field_names = if target == Target::Cloud { FieldNames::NumberOrName } else { FieldNames::Number };
    let rules = Rules { field_names, ..Rules::default() };
    let mut mapper = Mapper::new(&rules);
    let format = by_name("xray").unwrap();
    mapper.begin(&format.dialect);
    let mut bundler = Bundler { mapper, options: EncodeOptions::new(target, "DEMO"), runs: Vec::new() };
    (format.parse)(Body::Bytes(document), &ReadOptions::default(), &mut bundler).unwrap();
    let mut bundle = later_head(Some("DEMO-1"));
    bundle.extend(bundler.runs.join(SEPARATOR));
    bundle.extend_from_slice(TAIL);
    let bundle = serde_json::from_slice(&bundle).unwrap();
    assert_eq!(complaints(&schema(target.name()), &bundle), Vec::<String>::new());
    bundle
}

/// Brings what can be written in two ways into one: times in UTC, numbers of fields as text.
fn normal(mut value: Value) -> Value {
    for test in value["tests"].as_array_mut().unwrap() {
        for name in ["start", "finish"] {
            if let Some(written) = test[name].as_str().map(str::to_owned) {
                test[name] = timestamp(&written, &Zone::utc()).unwrap().at.to_string().into();
            }
        }
        for field in test["customFields"].as_array_mut().into_iter().flatten() {
            if let Some(number) = field["id"].as_u64() {
                field["id"] = number.to_string().into();
            }
        }
        test.as_object_mut().unwrap().retain(|_, value| !value.is_null());
    }
    value["tests"].take()
}

fn without(mut tests: Value, name: &str) -> Value {
    for test in tests.as_array_mut().unwrap() {
        test.as_object_mut().unwrap().remove(name);
    }
    tests
}

fn examples(target: Target) -> Vec<(PathBuf, Vec<u8>)> {
    let folder = crate::support::repository().join("fixtures/xray");
    let suffix = format!(".{}.json", target.name());
    let files = fs::read_dir(folder).unwrap().map(|file| file.unwrap().path());
    let mut found: Vec<_> = files.filter(|path| path.to_str().unwrap().ends_with(&suffix)).collect();
    found.sort();
    assert!(found.len() >= 8);
    found.into_iter().map(|path| (path.clone(), fs::read(path).unwrap())).collect()
}

#[test]
fn documented_examples_come_back_as_they_were() {
    for target in [Target::Server, Target::Cloud] {
        for (path, document) in examples(target) {
            let original = normal(serde_json::from_slice(&document).unwrap());
            let once = rebundled(&document, target);
            assert_eq!(normal(once.clone()), original, "{}", path.display());
            assert_eq!(rebundled(once.to_string().as_bytes(), target), once, "{}", path.display());
        }
    }
}

#[test]
fn a_journey_to_the_other_product_and_back_loses_only_what_that_does_not_know() {
    for (path, document) in examples(Target::Server) {
        let there = rebundled(&document, Target::Cloud);
        let back = normal(rebundled(there.to_string().as_bytes(), Target::Server));
        let original = normal(serde_json::from_slice(&document).unwrap());
        assert_eq!(back, without(original, "testVersion"), "{}", path.display());
    }
    for (_, document) in examples(Target::Cloud) {
        rebundled(&document, Target::Server);
    }
}

#[test]
fn what_xray_documents_and_refuses_is_written_validly() {
    let path = crate::support::repository().join("fixtures/xray/01-new-execution.as-documented.input-only.json");
    let document = fs::read(path).unwrap();
    for target in [Target::Server, Target::Cloud] {
        assert_eq!(rebundled(&document, target)["tests"].as_array().unwrap().len(), 2);
    }
}

/// Converts documents and gives the bundles, as they were written, and the line of the last one.
fn converted(documents: &[(&str, String)], options: &[&str]) -> (Vec<Value>, Value) {
    let workshop = Workshop::new();
    for (name, document) in documents {
        workshop.write(&format!("in/{name}"), document);
    }
    let ran = workshop.run([&["convert", "in", "--out", "out"], options].concat());
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    let out = workshop.path().join("out");
    (bundles(&out).into_iter().map(|(_, bundle)| bundle).collect(), reports(&out).pop().unwrap())
}

fn document(info: &str, key: u32) -> String {
    format!(
        r#"{{"info":{{{info}}},"tests":[{{"testKey":"DEMO-{key}","status":"PASS","start":"2026-11-24T00:05:00Z"}}]}}"#
    )
}

const INFO: &str = r#""project":"DEMO","summary":"Nightly","description":"all of it","version":"v1.3","revision":"r7","user":"jo",
    "startDate":"2026-11-24T01:00:00+01:00","finishDate":"2026-11-24T01:00:00Z","testPlanKey":"DEMO-100","testEnvironments":["iOS"]"#;

#[test]
fn the_info_of_the_input_becomes_that_of_the_output() {
    for target in ["server", "cloud"] {
        let (bundles, line) = converted(&[("a.json", document(INFO, 1))], &["--target", target]);
        assert_eq!(complaints(&schema(target), &bundles[0]), Vec::<String>::new());
        let expected = serde_json::json!({
            "project": "DEMO", "summary": "Nightly", "description": "all of it", "version": "v1.3", "revision": "r7",
            "user": "jo", "startDate": "2026-11-24T00:00:00Z", "finishDate": "2026-11-24T01:00:00Z",
            "testPlanKey": "DEMO-100", "testEnvironments": ["iOS"],
        });
        assert_eq!(bundles[0]["info"], expected);
        assert_eq!(line["problems"], serde_json::json!([]));
    }
    let options = ["--project", "OPS", "--summary", "mine", "--revision", "r8"];
    let (bundles, _) = converted(&[("a.json", document(INFO, 1))], &options);
    let info = &bundles[0]["info"];
    assert_eq!([&info["project"], &info["summary"], &info["revision"], &info["user"]], ["OPS", "mine", "r8", "jo"]);
}

#[test]
fn of_several_statements_the_first_in_order_wins_and_the_others_are_named() {
    let first = document(r#""project":"DEMO","summary":"one","user":"jo""#, 1);
    let second = document(r#""project":"DEMO","summary":"two","user":"jo","version":"v2""#, 2);
    let documents = [("a.json", first), ("b.json", second)];
    let (bundles, line) = converted(&documents, &[]);
    let info = &bundles[0]["info"];
    assert_eq!([&info["summary"], &info["version"]], ["one", "v2"]);
    assert_eq!(line["problems"][0]["kind"], "conflicting-info");
    let message = line["problems"][0]["message"].as_str().unwrap();
    assert!(message.ends_with(": summary"), "{message}");
    let (_, line) = converted(&documents, &["--summary", "mine"]);
    assert_eq!(line["problems"], serde_json::json!([]), "the user says what holds");
}

#[test]
fn what_the_target_does_not_know_is_told_once_for_each_kind() {
    let test = |number: u32| {
        format!(
            r#"{{"testKey":"DEMO-{number}","status":"PASS","testVersion":"2","customFields":[{{"name":"n","value":1}},
            {{"id":"7","value":2}}]}},{{"testInfo":{{"projectKey":"DEMO","summary":"s{number}","testType":"Manual",
            "description":"d","labels":["l 1","a,b"],"steps":[{{"action":"a","mine":"x"}}]}},"status":"PASS"}}"#
        )
    };
    let document = format!(r#"{{"info":{{}},"tests":[{},{}]}}"#, test(1), test(2));
    let told = |target: &str| {
        let (bundles, line) = converted(&[("a.json", document.clone())], &["--project", "DEMO", "--target", target]);
        assert_eq!(bundles[0]["tests"][1]["testInfo"]["labels"], serde_json::json!(["l_1", "a,b"]));
        let problems = line["problems"].as_array().unwrap().clone();
        problems.iter().map(|one| one["message"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let gap = |what: &str| format!("left out, since the target does not know it: {what}");
    assert_eq!(
        told("server"),
        [
            r#"the custom field "n" is left out: the target knows fields by number only"#.to_owned(),
            gap("members of steps in testInfo other than 'action', 'data' and 'result'"),
        ]
    );
    assert_eq!(told("cloud"), [gap("'testVersion' of a test"), gap("'description' in testInfo")]);
}

#[test]
fn what_was_converted_is_converted_to_the_same() {
    let fixtures = crate::support::repository().join("fixtures");
    for input in ["cucumber/cucumber-js-12.9.0.json", "behave/behave-1.3.3.json", "junit/pytest-xunit1.xml", "xray"] {
        for target in ["server", "cloud"] {
            let workshop = Workshop::new();
            let input = fixtures.join(input);
            let options =
                ["--project", "DEMO", "--target", target, "--evidence", "all", "--exclude", "**/*.expected.json"];
            let input = input.to_str().unwrap();
            let ran = workshop.run([&["convert", input, "--out", "once"][..], &options].concat());
            assert!(matches!(ran.code, Some(0 | 3)), "{}", ran.stderr);
            let ran = workshop.run(["convert", "once/bundles", "--out", "twice", "--target", target]);
            assert_eq!(ran.code, Some(0), "{}", ran.stderr);
            let all = |folder: &str| -> Vec<Value> {
                let bundles = bundles(&workshop.path().join(folder)).into_iter();
                let mut tests: Vec<_> =
                    bundles.flat_map(|(_, bundle)| bundle["tests"].as_array().unwrap().clone()).collect();
                tests.sort_by_key(Value::to_string);
                tests
            };
            assert_eq!(all("twice"), all("once"), "{input} for {target}");
        }
    }
}

/// Documented examples beside the repository, where they are at hand: `$XRAYPACK_EXAMPLES`, or `../shared/spec/examples`.
#[test]
fn every_documented_example_is_bundled_again_in_both_flavours() {
    let folder = std::env::var_os("XRAYPACK_EXAMPLES")
        .map_or_else(|| crate::support::repository().join("../shared/spec/examples"), PathBuf::from);
    let Ok(files) = fs::read_dir(&folder) else {
        eprintln!("skipped: there are no examples at {}; XRAYPACK_EXAMPLES names their folder", folder.display());
        return;
    };
    let mut count = 0;
    for path in files.map(|file| file.unwrap().path()) {
        let document = fs::read(&path).unwrap();
        let original: Value = serde_json::from_slice(&document).unwrap();
        for target in [Target::Server, Target::Cloud] {
            let bundle = rebundled(&document, target);
            let tests = |value: &Value| value["tests"].as_array().unwrap().len();
            assert_eq!(tests(&bundle), tests(&original), "{} for {}", path.display(), target.name());
        }
        let workshop = Workshop::new();
        for target in ["server", "cloud"] {
            let ran = workshop.run(["convert", path.to_str().unwrap(), "--out", target, "--target", target]);
            assert_eq!(ran.code, Some(0), "{}: {}", path.display(), ran.stderr);
            let bundle = &bundles(&workshop.path().join(target))[0].1;
            assert_eq!(complaints(&schema(target), bundle), Vec::<String>::new(), "{}", path.display());
            if original.get("testExecutionKey").is_none() {
                assert_eq!(bundle["info"]["summary"], original["info"]["summary"], "{}", path.display());
            }
        }
        count += 1;
    }
    assert!(count > 0, "{} holds no examples", folder.display());
}

#[test]
fn an_output_among_the_reports_is_passed_over() {
    let workshop = Workshop::new();
    let report = |outcome: &str| {
        format!("<testsuite name='s'><testcase classname='a.B' name='c'>{outcome}</testcase></testsuite>")
    };
    workshop.write("ws/reports/TEST-a.xml", report("<failure message='x'/>"));
    let convert = |input: &str, out: &str| {
        let ran =
            workshop.run(["convert", input, "--out", out, "-p", "DEMO", "-q", "--evidence", "sidecar", "--force"]);
        assert_eq!(ran.code, Some(0), "{ran:?}");
        manifest(&workshop.path().join(out))["totals"]["cases"].clone()
    };
    // Yesterday it failed.
    convert("ws", "ws/xray-1");
    workshop.write("ws/reports/TEST-a.xml", report(""));
    let passed = json!({"seen": 1, "passed": 1, "failed": 0, "errored": 0, "skipped": 0});
    assert_eq!(convert("ws", "ws/xray-2"), passed);
    // Whoever was killed left bundles, and no manifest.
    std::fs::remove_file(workshop.path().join("ws/xray-1/manifest.json")).unwrap();
    workshop.write("ws/xray-1/.xraypack-journal", "{}");
    assert_eq!(convert("ws", "today"), passed);
    let archive = workshop.path().join("ws.zip");
    let mut zip = zip::ZipWriter::new(std::fs::File::create(archive).unwrap());
    for file in workshop.files().into_iter().filter(|file| file.starts_with("ws/")) {
        zip.start_file(&file, zip::write::SimpleFileOptions::default()).unwrap();
        std::io::copy(&mut std::fs::File::open(workshop.path().join(file)).unwrap(), &mut zip).unwrap();
    }
    zip.finish().unwrap();
    assert_eq!(convert("ws.zip", "today"), passed);
    let lines = reports(&workshop.path().join("today"));
    let reasons = lines.iter().filter(|line| line["reason"] == "written by an earlier conversion").count();
    assert_eq!(reasons, 2, "{lines:?}");
    // Whoever names one means it.
    assert_eq!(convert("ws/xray-2", "again"), passed);
    assert_eq!(convert("ws/xray-2/bundles", "again"), passed);
}
