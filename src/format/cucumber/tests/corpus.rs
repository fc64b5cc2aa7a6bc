//! Counts of real reports, where a collection of them is at hand.

use std::fs;

use super::*;
use crate::format::corpus;
use crate::format::encoding::{detect, to_utf8};

#[test]
fn real_reports_are_counted_as_they_should() {
    let mut wrong = Vec::new();
    for mut report in corpus::reports(&["cucumber"]) {
        // The table calls a scenario without any part passed; decision 16 says that nobody knows.
        let nothing = report.note.split(' ').find_map(|note| note.strip_prefix("nosteps=")?.parse::<u64>().ok());
        report.cases[1] -= nothing.unwrap_or(0);
        report.cases[3] += nothing.unwrap_or(0);
        let found = corpus::count(&read(&report.bytes[..]).cases);
        if found != report.cases {
            wrong.push((report, found));
        }
    }
    corpus::check(&wrong);
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
fn edge_cases_are_read_as_they_should() {
    let Some(corpus) = corpus::folder() else { return };
    let edge = corpus.join("cucumber/edge");
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
