//! Every file of a corpus of real reports belongs to the family that an independent count names.

use std::fs;
use std::path::{Path, PathBuf};

use xraypack::format::encoding::{detect, to_utf8};
use xraypack::format::head::{HEAD, could_be_report};
use xraypack::format::{Head, Recognition, detect as detect_format};

use crate::support::{Workshop, json_lines, reports, repository};

/// Files whose family is debatable: what the corpus says is not what can be recognised.
const DEBATABLE: &[(&str, Option<&str>, &str)] = &[
    (
        "junit/DataDog__datadog-ci/packages/plugin-junit/src/__tests__/fixtures/invalid.xml",
        None,
        "the root <nothing> is no report's",
    ),
    ("junit/bhovhannes__junit-report-merger/spaces.xml", None, "blanks only: an empty report"),
    (
        "robot/jenkinsci__robot-plugin/RobotPublisherSystemTest/jobs/robot/workspace/output-001.xml",
        None,
        "a line of text",
    ),
    (
        "nunit3/jenkinsci__nunit-plugin/NUnit-issue47367.xml",
        Some("nunit2"),
        "a fragment with `executed` and `results`, which only NUnit 2 writes",
    ),
];

/// The corpus, where it is at hand: beside the crate, or where the environment says.
fn corpus() -> Option<PathBuf> {
    let beside = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/corpus"));
    let found = std::env::var_os("XRAYPACK_CORPUS").map_or(beside, PathBuf::from);
    if found.is_dir() {
        return Some(found);
    }
    eprintln!("skipped: there is no corpus at {}", found.display());
    None
}

fn family(path: &Path) -> Option<&'static str> {
    let bytes = fs::read(path).unwrap();
    let first = &bytes[..bytes.len().min(HEAD)];
    assert!(could_be_report(&first[..first.len().min(4096)]), "{} would not be read", path.display());
    let text = to_utf8(first, detect(first));
    let name = path.file_name().unwrap().to_string_lossy();
    match detect_format(&Head::new(&text, &name)) {
        Recognition::Report(format) => Some(format.name),
        _ => None,
    }
}

/// What tells a format from another may stand behind a text of half a megabyte: keys are in any order, prologs of any length.
#[test]
fn what_decides_may_stand_behind_a_long_text() {
    let workshop = Workshop::new();
    let long = "0123456789".repeat(50_000);
    let reports = [
        (
            "behave.json",
            format!(
                r#"[{{"description":["{long}"],"elements":[{{"keyword":"Scenario","location":"f.feature:3","name":"s","status":"failed","steps":[],"type":"scenario"}}],"keyword":"Feature","location":"f.feature:1","name":"F","status":"failed"}}]"#
            ),
        ),
        (
            "cucumber.json",
            format!(
                r#"[{{"elements":[{{"steps":[{{"doc_string":{{"value":"{long}","line":6}},"keyword":"Given ","line":5,"name":"x","result":{{"status":"failed"}}}}],"name":"S","id":"feat;s","line":4,"keyword":"Scenario","type":"scenario"}}],"uri":"a.feature","id":"feat","keyword":"Feature","name":"F"}}]"#
            ),
        ),
        (
            "robot.json",
            format!(
                r#"{{"suite":{{"name":"R","doc":"{long}","tests":[{{"name":"a","status":"FAIL"}}],"status":"FAIL"}},"generated":"2026-11-23T15:58:47","generator":"Robot 7.2 (x)"}}"#
            ),
        ),
        (
            "robot.xml",
            format!(
                "<!-- {long} --><robot generator='Robot 7'><suite name='X'><test name='a'><status status='FAIL'/></test></suite></robot>"
            ),
        ),
        ("xray.json", format!(r#"{{"tests":[{{"comment":"{long}","status":"FAIL","testKey":"DEMO-1"}}]}}"#)),
    ];
    // Whole in memory, and too long for that.
    for blanks in [0, 5 << 20] {
        for (name, report) in &reports {
            workshop.write(&format!("in/{name}"), report.clone() + &" ".repeat(blanks));
        }
        let ran = workshop.run(["convert", "in", "-o", "out", "-p", "DEMO", "--force"]);
        assert_eq!(ran.code, Some(0), "{}", ran.stderr);
        let lines = self::reports(&workshop.path().join("out"));
        let failed: Vec<_> =
            lines.iter().map(|line| (line["report"].as_str().unwrap(), line["cases"]["failed"].as_u64())).collect();
        assert_eq!(failed, reports.each_ref().map(|(name, _)| (*name, Some(1))));
    }
}

#[test]
fn every_report_of_the_corpus_is_of_its_family() {
    let Some(corpus) = corpus() else { return };
    let truth = fs::read_to_string(corpus.join("TRUTH.tsv")).unwrap();
    let mut wrong = Vec::new();
    let mut checked = 0;
    for line in truth.lines().skip(1) {
        let mut cells = line.split('\t');
        let (file, format) = (cells.next().unwrap(), cells.next().unwrap());
        let debatable = DEBATABLE.iter().find(|(name, ..)| *name == file);
        let expected = match (debatable, format) {
            (Some((_, expected, _)), _) => *expected,
            (None, "other" | "zip") => None,
            (None, format) => Some(format),
        };
        let found = family(&corpus.join(file));
        if found != expected {
            wrong.push(format!("{file}: expected {expected:?}, found {found:?}"));
        }
        checked += 1;
    }
    assert!(wrong.is_empty(), "{} of {checked} are wrong:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn neighbours_in_the_corpus_have_names() {
    let Some(corpus) = corpus() else { return };
    let mut nameless = Vec::new();
    let truth = fs::read_to_string(corpus.join("TRUTH.tsv")).unwrap();
    for file in truth.lines().filter_map(|line| line.split_once('\t')).filter(|(_, rest)| rest.starts_with("other\t")) {
        let bytes = fs::read(corpus.join(file.0)).unwrap();
        let head = Head::new(&bytes[..bytes.len().min(HEAD)], file.0);
        let known = match detect_format(&head) {
            Recognition::Unsupported(neighbour) | Recognition::Begun(neighbour) => {
                !neighbour.what.starts_with("XML with") && !neighbour.what.starts_with("a JSON")
            }
            Recognition::Empty | Recognition::Zeros | Recognition::Picture | Recognition::Other => true,
            Recognition::Report(_) => false,
        };
        if !known {
            nameless.push(file.0);
        }
    }
    // Both were made up to be nothing.
    let made_up = ["json/malformed-json.json", "junit-xml/non-junit.xml"];
    nameless.retain(|file| !made_up.iter().any(|name| file.ends_with(name)));
    assert!(nameless.is_empty(), "without a name:\n{}", nameless.join("\n"));
}

/// Generated reports lie beside the collected ones and are not in the table; their folder is their family.
#[test]
fn generated_reports_are_of_their_family() {
    let Some(corpus) = corpus() else { return };
    let mut wrong = Vec::new();
    for (folder, format) in
        [("robot", "robot"), ("cucumber", "cucumber"), ("cucumber/edge", "cucumber"), ("behave", "behave")]
    {
        for entry in fs::read_dir(corpus.join(folder)).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            if path.is_dir() || [".md", ".tsv"].iter().any(|end| name.ends_with(end)) {
                continue;
            }
            let expected = match name.as_str() {
                "expected-by-robot-api.json" | "usage-report.json" => None,
                "empty-file.json" | "cucumber-js-12.9.0.killed-empty.json" => None,
                "only-bracket.json" => Some("behave"),
                name if name.ends_with(".ndjson") => Some("cucumber-messages"),
                _ => Some(format),
            };
            let found = family(&path);
            if found != expected {
                wrong.push(format!("{folder}/{name}: expected {expected:?}, found {found:?}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Parallel runners put the lists of their jobs into one (behave.md B19).
#[test]
fn features_are_found_in_lists_of_lists() {
    let workshop = Workshop::new();
    let feature = |name: &str| {
        format!(
            r#"{{"elements":[{{"steps":[{{"result":{{"status":"passed"}}}}],"id":"f;s","name":"s","line":3,"type":"scenario"}}],"uri":"{name}"}}"#
        )
    };
    workshop.write("in/cucumber.json", format!("[[{}],[{}]]", feature("a"), feature("b")));
    let behave = r#"{"keyword":"Feature","location":"f.feature:1","elements":[{"name":"s","location":"f.feature:3","type":"scenario","status":"passed"}]}"#;
    workshop.write("in/behave.json", format!("[[], [{behave}]]"));
    workshop.write("in/other.json", "[[1,2],[3,4]]");
    workshop.run(["convert", "in", "--out", "out", "-p", "DEMO", "-q"]);
    let told = reports(&workshop.path().join("out"));
    let told: Vec<_> = told.iter().map(|line| (line["format"].as_str(), line["cases"]["seen"].as_u64())).collect();
    assert_eq!(told, [(Some("behave"), Some(1)), (Some("cucumber"), Some(2)), (None, Some(0))]);
}

/// Who forces a format on a whole folder finds out where that was wrong.
#[test]
fn a_report_that_is_read_as_another_format_is_none_of_it() {
    let workshop = Workshop::new();
    workshop.write("in/junit.xml", "<testsuite><testcase name='a' classname='c'/></testsuite>");
    workshop.write("in/none.xml", "<testsuite name='nothing ran'/>");
    workshop.write("in/notes.txt", "some text");
    workshop.write("in/renamed.xml", "<results><testcase name='b' classname='c'/></results>");
    let states = |format: &str| {
        let ran = workshop.run(["convert", "in", "--out", format, "-p", "DEMO", "--from", format, "-q"]);
        let line = |report: &serde_json::Value| {
            let cases = &report["cases"]["seen"];
            format!("{} {} {cases}", report["report"].as_str().unwrap(), report["state"].as_str().unwrap())
        };
        (ran.code, reports(&workshop.path().join(format)).iter().map(line).collect::<Vec<_>>())
    };
    let as_robot =
        ["junit.xml unsupported 0", "none.xml unsupported 0", "notes.txt ignored 0", "renamed.xml unsupported 0"];
    assert_eq!(states("robot"), (Some(4), as_robot.map(str::to_owned).to_vec()));
    // Forcing is for what nobody recognises.
    let as_junit = ["junit.xml converted 1", "none.xml converted 0", "notes.txt ignored 0", "renamed.xml converted 1"];
    assert_eq!(states("junit"), (Some(0), as_junit.map(str::to_owned).to_vec()));
}

/// Contract: `inspect` prints the lines of `reports.jsonl`, without what only a conversion knows: what attachments turned out to
/// be, and what was changed to be written.
#[test]
fn inspect_tells_what_a_conversion_tells() {
    let workshop = Workshop::new();
    let fixtures = repository().join("fixtures").display().to_string();
    workshop.run(["convert", &fixtures, "--out", "out", "-p", "DEMO", "--group-by", "report", "-q"]);
    let comparable = |mut line: serde_json::Value| {
        let is_of_writing = |problem: &serde_json::Value| {
            ["missing-attachment", "text-shortened", "unknown-property"].contains(&problem["kind"].as_str().unwrap())
        };
        let mut told: Vec<_> =
            line["problems"].as_array().unwrap().iter().filter(|told| !is_of_writing(told)).cloned().collect();
        told.sort_by_key(ToString::to_string);
        line["problems"] = told.into();
        let line_fields = line.as_object_mut().unwrap();
        for of_a_conversion in ["execution", "runs", "reason"] {
            line_fields.remove(of_a_conversion);
        }
        line
    };
    let inspected = workshop.run(["inspect", &fixtures, "--format", "json"]).stdout;
    let inspected: Vec<_> = json_lines(&inspected).into_iter().filter(|line| line["report"].is_string()).collect();
    let converted = reports(&workshop.path().join("out"));
    let mut told = std::collections::BTreeSet::new();
    assert_eq!(inspected.len(), converted.len());
    for (inspected, converted) in inspected.into_iter().zip(&converted) {
        told.extend(inspected["problems"].as_array().unwrap().iter().map(|told| told["kind"].to_string()));
        assert_eq!(comparable(inspected), comparable(converted.clone()));
    }
    for kind in ["bare-key", "unusual", "container-failure"] {
        assert!(told.contains(&format!("\"{kind}\"")), "{kind} is nowhere in {told:?}");
    }
}
