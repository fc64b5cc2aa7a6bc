//! The edge cases of Cucumber JSON that the corpus holds, each line of its list through the whole program.

use std::collections::BTreeMap;
use std::fs;

use serde_json::Value;

use crate::support::{Workshop, bundles, corpus, reports};

/// What is expected of one file: its state, the kinds of its problems, and a line for each run.
struct Edge {
    state: &'static str,
    problems: &'static [&'static str],
    runs: &'static [&'static str],
    /// What the only comment holds.
    comment: &'static str,
}

const fn edge(
    state: &'static str,
    problems: &'static [&'static str],
    runs: &'static [&'static str],
    comment: &'static str,
) -> Edge {
    Edge { state, problems, runs, comment }
}

const fn passed(problems: &'static [&'static str]) -> Edge {
    edge("converted", problems, &["DEMO-1 PASS"], "")
}

const fn failed(problems: &'static [&'static str], comment: &'static str) -> Edge {
    edge("converted", problems, &["DEMO-1 FAIL"], comment)
}

/// Runs are written as: Test Execution, Test, status, rows, evidence; what is not there is left out.
const EDGES: &[(&str, Edge)] = &[
    ("after-hook-failed.json", failed(&[], "after hook: teardown")),
    ("all-skipped.json", edge("converted", &[], &["DEMO-1 TODO"], "")),
    ("background-failed.json", failed(&[], "Background: Given x: db")),
    ("bom.json", passed(&[])),
    ("concatenated.json", edge("converted", &[], &["DEMO-1 PASS", "DEMO-2 PASS"], "")),
    ("deep-nesting.json", edge("converted", &[], &[], "")),
    ("duplicate-key.json", passed(&[])),
    ("empty-array.json", edge("converted", &["unusual"], &[], "")),
    ("empty-file.json", edge("damaged", &["empty-report"], &[], "")),
    ("escaped-slash-base64.json", edge("converted", &[], &["DEMO-1 PASS s-s1-1.jpg=/9j/4AAQ"], "")),
    ("float-exp-duration.json", passed(&[])),
    ("hidden-hooks-only.json", passed(&[])),
    ("hook-objects.json", failed(&[], "before hook: setup")),
    // The second key of the scenario is no Test: it is told, and no label of a Test that exists.
    ("inherited-exec-key.json", edge("converted", &["bare-key"], &["DEMO-48 DEMO-7 PASS"], "")),
    ("invalid-utf8.json", failed(&["repaired"], "bad \u{FFFD}\u{FFFD} byte")),
    ("lone-surrogate.json", failed(&["repaired"], "bad \u{FFFD} char")),
    ("lookalike-tags.json", passed(&[])),
    // The list counts the picture twice that is there twice: a run has the same content once.
    (
        "media-type-embedding.json",
        edge(
            "converted",
            &["missing-attachment"],
            &["DEMO-1 PASS s-s1-1.png=iVBORw0KGgo= s-s1-2.txt=cGxhaW4gdGV4dA== s-s1-3.txt=dGVzdA=="],
            "",
        ),
    ),
    ("nan-duration.json", passed(&["unreadable-time"])),
    ("null-parts.json", edge("converted", &[], &["features/n.feature#e;s TODO"], "")),
    ("odd-types.json", passed(&[])),
    ("only-bracket.json", edge("converted", &["repaired"], &[], "")),
    ("outline-rows-same-id.json", edge("converted", &[], &["DEMO-1 FAIL PASS,FAIL"], "no")),
    ("raw-control-char.json", failed(&["repaired"], "ab")),
    ("retry-same-line.json", edge("converted", &[], &["DEMO-1 PASS"], "attempt 1: failed Given x: first")),
    ("rule-empty-name-id.json", passed(&[])),
    ("single-object.json", passed(&[])),
    // A requirement is that of a Test that is created; this one is known by its key (decision 2).
    ("string-tags-no-at.json", edge("converted", &[], &["DEMO-48 DEMO-1 PASS"], "")),
    ("trailing-comma.json", passed(&["repaired"])),
    ("truncated.json", edge("damaged", &["truncated"], &["DEMO-1 PASS"], "")),
    ("unknown-status.json", edge("converted", &["unknown-status"], &["DEMO-1 TODO"], "")),
    ("usage-report.json", edge("unsupported", &[], &[], "")),
    ("utf16le-bom.json", passed(&[])),
];

#[test]
fn every_edge_case_of_the_corpus_comes_out_as_its_list_says() {
    let Some(corpus) = corpus() else { return };
    let folder = corpus.join("cucumber/edge");
    let list = fs::read_to_string(folder.join("EXPECTED.tsv")).unwrap();
    let listed: Vec<_> = list.lines().skip(1).filter_map(|line| line.split('\t').next()).collect();
    let edges: BTreeMap<_, _> = EDGES.iter().map(|(name, edge)| (*name, edge)).collect();
    let unknown: Vec<_> = listed.iter().filter(|name| !edges.contains_key(*name)).collect();
    assert!(unknown.is_empty() && listed.len() == EDGES.len(), "{unknown:?} are not expected here");
    let mut wrong = Vec::new();
    for name in listed {
        let edge = edges[name];
        let (line, runs, comment) = converted(folder.join(name).to_str().unwrap());
        let kinds: Vec<_> = line["problems"].as_array().unwrap().iter().map(|problem| &problem["kind"]).collect();
        if line["state"] != edge.state || kinds != edge.problems || runs != edge.runs || !comment.contains(edge.comment)
        {
            wrong.push(format!("{name}: {} {kinds:?} {runs:?} {comment:?}", line["state"]));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

fn converted(report: &str) -> (Value, Vec<String>, String) {
    let workshop = Workshop::new();
    let ran = workshop.run(["convert", report, "--out", "out", "--project", "DEMO", "--evidence", "all"]);
    assert!(matches!(ran.code, Some(0 | 3 | 4)), "{}", ran.stderr);
    let out = workshop.path().join("out");
    let (mut runs, mut comments) = (Vec::new(), String::new());
    for (_, bundle) in bundles(&out) {
        for test in bundle["tests"].as_array().unwrap() {
            runs.push(told(&bundle, test));
            comments.push_str(test["comment"].as_str().unwrap_or_default());
        }
    }
    (reports(&out).remove(0), runs, comments)
}

fn told(bundle: &Value, test: &Value) -> String {
    let text = |value: &Value| value.as_str().map(str::to_owned);
    let rows =
        test["examples"].as_array().map(|rows| rows.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(","));
    let mut words: Vec<_> = [
        text(&bundle["testExecutionKey"]),
        text(&test["testKey"]).or_else(|| text(&test["testInfo"]["definition"])),
        text(&test["status"]),
        rows,
    ]
    .into_iter()
    .flatten()
    .collect();
    for file in test["evidences"].as_array().into_iter().flatten() {
        words.push(format!("{}={}", file["filename"].as_str().unwrap(), file["data"].as_str().unwrap()));
    }
    words.join(" ")
}
