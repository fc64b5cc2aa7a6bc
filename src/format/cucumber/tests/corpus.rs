//! Counts of real reports, where a collection of them is at hand.

use std::fs;
use std::path::{Path, PathBuf};

use super::*;
use crate::format::encoding::{detect, to_utf8};
use crate::model::CaseCounts;

fn corpus() -> PathBuf {
    match std::env::var_os("XRAYPACK_CORPUS") {
        Some(path) => PathBuf::from(path),
        None => Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/corpus"),
    }
}

fn counted(bytes: &[u8]) -> CaseCounts {
    let mut counts = CaseCounts::default();
    read(bytes).cases.iter().for_each(|case| counts.add(case.outcome));
    counts
}

#[test]
#[allow(clippy::print_stdout, clippy::print_stderr, reason = "tells what was left out of the comparison")]
fn real_reports_are_counted_as_they_should() {
    let corpus = corpus();
    let Ok(truth) = fs::read_to_string(corpus.join("TRUTH.tsv")) else {
        eprintln!("skipped: there is no collection of reports at {}", corpus.display());
        return;
    };
    let (mut compared, mut wrong) = (0, Vec::new());
    for line in truth.lines() {
        let fields: Vec<&str> = line.split('\t').collect();
        if fields[1] != "cucumber" {
            continue;
        }
        let counts = counted(&fs::read(corpus.join(fields[0])).unwrap());
        let number = |index: usize| fields[index].parse::<u64>().unwrap();
        let mut expected = [number(2), number(3), number(4) + number(5), number(6)];
        // The table calls a scenario without any part passed; decision 16 says that nobody knows.
        let nothing = fields[7].split(' ').find_map(|note| note.strip_prefix("nosteps=")?.parse::<u64>().ok());
        expected[1] -= nothing.unwrap_or(0);
        expected[3] += nothing.unwrap_or(0);
        let found = [counts.seen, counts.passed, counts.failed + counts.errored, counts.skipped];
        compared += 1;
        if found != expected {
            wrong.push(format!("{}: {found:?} instead of {expected:?} {}", fields[0], fields[7]));
        }
    }
    println!("{compared} reports compared");
    assert!(compared > 0 && wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Cases, outcome of the first, and whether it is to be a repair, a damage or nothing.
const EDGES: &[(&str, usize, Option<Outcome>, &[ProblemKind])] = &[
    ("bom", 1, Some(Outcome::Passed), &[]),
    ("utf16le-bom", 1, Some(Outcome::Passed), &[]),
    ("empty-array", 0, None, &[ProblemKind::Unusual]),
    ("truncated", 1, Some(Outcome::Passed), &[ProblemKind::Truncated]),
    ("trailing-comma", 1, Some(Outcome::Passed), &[ProblemKind::Repaired]),
    ("concatenated", 2, Some(Outcome::Passed), &[]),
    ("single-object", 1, Some(Outcome::Passed), &[]),
    ("duplicate-key", 1, Some(Outcome::Passed), &[]),
    ("nan-duration", 1, Some(Outcome::Passed), &[ProblemKind::UnreadableTime]),
    ("float-exp-duration", 1, Some(Outcome::Passed), &[]),
    ("invalid-utf8", 1, Some(Outcome::Failed), &[ProblemKind::Repaired]),
    ("lone-surrogate", 1, Some(Outcome::Failed), &[ProblemKind::Repaired]),
    ("raw-control-char", 1, Some(Outcome::Failed), &[ProblemKind::Repaired]),
    ("string-tags-no-at", 1, Some(Outcome::Passed), &[]),
    ("inherited-exec-key", 1, Some(Outcome::Passed), &[]),
    ("lookalike-tags", 1, Some(Outcome::Passed), &[]),
    ("hook-objects", 1, Some(Outcome::Failed), &[]),
    ("after-hook-failed", 1, Some(Outcome::Failed), &[]),
    ("background-failed", 1, Some(Outcome::Failed), &[]),
    ("all-skipped", 1, Some(Outcome::Skipped), &[]),
    ("hidden-hooks-only", 1, Some(Outcome::Passed), &[]),
    ("unknown-status", 1, Some(Outcome::NotRun), &[ProblemKind::UnknownStatus]),
    ("null-parts", 1, Some(Outcome::NotRun), &[]),
    ("odd-types", 1, Some(Outcome::Passed), &[]),
    ("media-type-embedding", 1, Some(Outcome::Passed), &[]),
    ("escaped-slash-base64", 1, Some(Outcome::Passed), &[]),
    ("outline-rows-same-id", 2, Some(Outcome::Passed), &[]),
    ("retry-same-line", 2, Some(Outcome::Failed), &[]),
    ("rule-empty-name-id", 1, Some(Outcome::Passed), &[]),
    ("deep-nesting", 0, None, &[]),
];

#[test]
#[allow(clippy::print_stderr, reason = "tells that nothing was compared")]
fn edge_cases_are_read_as_they_should() {
    let edge = corpus().join("cucumber/edge");
    if !edge.exists() {
        eprintln!("skipped: there is no collection of reports at {}", edge.display());
        return;
    }
    let mut wrong = Vec::new();
    for (name, cases, outcome, problems) in EDGES {
        let bytes = fs::read(edge.join(format!("{name}.json"))).unwrap();
        let found = read(to_utf8(&bytes, detect(&bytes)));
        let seen = (found.cases.len(), found.cases.first().map(|case| case.outcome), &found.problems[..]);
        if seen != (*cases, *outcome, *problems) {
            wrong.push(format!("{name}: {seen:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
