//! Counts of real reports, where a collection of them is at hand.

use std::fs;
use std::path::{Path, PathBuf};

use super::*;
use crate::model::CaseCounts;

/// The table counts a case with neither `result` nor `success` as failed; quirk N27 says that it passed.
const OVERRULED: &[&str] = &["nunit2/jenkinsci__nunit-plugin/NUnit-issue6353.xml"];

fn corpus() -> PathBuf {
    match std::env::var_os("XRAYPACK_CORPUS") {
        Some(path) => PathBuf::from(path),
        None => Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/corpus"),
    }
}

fn counted(generation: Generation, bytes: &[u8]) -> CaseCounts {
    let found = read_with(generation, bytes, &ReadOptions::default());
    let mut counts = CaseCounts::default();
    for case in &found.cases {
        counts.add(case.outcome);
    }
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
    let mut compared = 0;
    let mut wrong = Vec::new();
    for line in truth.lines() {
        let fields: Vec<&str> = line.split('\t').collect();
        let generation = match fields[1] {
            "nunit2" => Generation::Two,
            "nunit3" => Generation::Three,
            _ => continue,
        };
        let counts = counted(generation, &fs::read(corpus.join(fields[0])).unwrap());
        let found = [counts.seen, counts.passed, counts.failed + counts.errored, counts.skipped];
        let number = |index: usize| fields[index].parse::<u64>().unwrap();
        let expected = [number(2), number(3), number(4) + number(5), number(6)];
        if fields[7].contains("malformed") || OVERRULED.contains(&fields[0]) {
            println!("not compared: {} {found:?}, table {expected:?} {}", fields[0], fields[7]);
            continue;
        }
        compared += 1;
        if found != expected {
            wrong.push(format!("{}: {found:?} instead of {expected:?} {}", fields[0], fields[7]));
        }
    }
    println!("{compared} reports compared");
    assert!(compared > 0 && wrong.is_empty(), "{}", wrong.join("\n"));
}
