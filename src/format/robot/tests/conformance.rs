//! The reader held against a corpus of real reports, where one is at hand.

#![allow(clippy::print_stdout, reason = "what is skipped or not compared has to be seen")]

use std::collections::BTreeSet;

use serde_json::Value;

use super::*;
use crate::format::corpus;
use crate::format::time;
use crate::format::time::Zone;
use crate::model::Outcome;

fn read_report(bytes: &[u8]) -> Findings {
    let options = ReadOptions { attachments: Attachments::All, steps: true, ..ReadOptions::default() };
    read_bytes(bytes, &options)
}

#[test]
fn counts_agree_with_the_truth_table() {
    let mut compared = 0;
    let reports = corpus::reports(&["robot"]);
    for report in reports.iter().filter(|report| report.file.ends_with(".xml")) {
        if report.note.contains("malformed") || report.note.contains("root:") {
            println!("not compared: {} {}", report.file, report.note);
            continue;
        }
        let found = read_report(&report.bytes);
        let [all, passed, failed, skipped] = report.cases;
        let mut truth = report.cases;
        if found.kinds().contains(&ProblemKind::DryRun) {
            truth = [all, 0, failed, skipped + passed];
            println!("a dry run: {}", report.file);
        }
        assert_eq!(corpus::count(&found.cases), truth, "{}: {:?}", report.file, found.problems);
        compared += 1;
    }
    assert!(compared > 30 || reports.is_empty(), "{compared}");
}

#[test]
fn tests_agree_with_what_robot_framework_reads() {
    let Some(corpus) = corpus::folder() else { return };
    let expected = std::fs::read(corpus.join("robot/expected-by-robot-api.json")).unwrap();
    let expected: Value = serde_json::from_slice(&expected).unwrap();
    let mut compared = 0;
    for (file, expected) in expected.as_object().unwrap() {
        if file.starts_with("dryrun") || expected.get("error").is_some() {
            println!("not compared: {file}");
            continue;
        }
        let found = read_report(&std::fs::read(corpus.join("robot").join(file)).unwrap());
        let tests = expected["tests"].as_array().unwrap();
        assert_eq!(found.cases.len(), tests.len(), "{file}");
        for (case, test) in found.cases.iter().zip(tests) {
            compare_test(file, case, test);
            compared += 1;
        }
        assert!(!found.kinds().contains(&ProblemKind::CountMismatch), "{file}: {:?}", found.problems);
    }
    assert!(compared > 150, "{compared}");
}

fn compare_test(file: &str, case: &TestCase, test: &Value) {
    let text = |name: &str| test[name].as_str().unwrap_or("").to_owned();
    let name = text("longname");
    assert_eq!(case.qualified_name, name, "{file}");
    let status = match case.outcome {
        Outcome::Passed => "PASS",
        Outcome::Failed => "FAIL",
        Outcome::Skipped => "SKIP",
        other => other.name(),
    };
    assert_eq!(status, text("status"), "{file}: {name}");

    let mut message = text("message");
    html::reduce(&mut message, &mut String::new());
    let read = case.details.first().map_or("", |detail| &*detail.text);
    assert_eq!(read, message, "{file}: {name}");

    let tags: BTreeSet<&str> = case.tags.iter().map(|tag| &**tag).collect();
    let expected: BTreeSet<&str> = test["tags"].as_array().unwrap().iter().map(|tag| tag.as_str().unwrap()).collect();
    assert_eq!(tags, expected, "{file}: {name}");

    let start = time::timestamp(&text("start"), &Zone::utc()).map(|stamp| stamp.at);
    assert_eq!(case.start, start, "{file}: {name}");
    let elapsed = (test["elapsed"].as_f64().unwrap() * 1e6).round() as i64;
    assert_eq!(case.duration.unwrap_or(0) / 1000, elapsed, "{file}: {name}");
    assert_eq!(case.finish, start.map(|start| start.plus(elapsed * 1000)), "{file}: {name}");
    let doc = case.properties.iter().find(|property| property.name == "test_description");
    assert_eq!(doc.map_or("", |doc| &*doc.value), text("doc"), "{file}: {name}");

    compare_steps(file, case, test);
}

fn compare_steps(file: &str, case: &TestCase, test: &Value) {
    let read: Vec<&str> = case
        .steps
        .iter()
        .filter(|step| !step.action.starts_with("[Setup]") && !step.action.starts_with("[Teardown]"))
        .map(|step| match step.outcome {
            Outcome::Passed => "PASS",
            Outcome::Failed => "FAIL",
            Outcome::Skipped => "SKIP",
            Outcome::NotRun => "NOT RUN",
            _ => "?",
        })
        .collect();
    let expected: Vec<&str> =
        test["top_steps"].as_array().unwrap().iter().map(|step| step[1].as_str().unwrap()).collect();
    assert_eq!(read, expected, "{file}: {}", case.qualified_name);
}
