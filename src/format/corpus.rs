//! Real reports with an independent count of their cases, for the tests of the formats: in the folder that
//! `XRAYPACK_CORPUS` names, or beside the project. Without it a test says so, compares nothing, and passes.

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "tells what was not compared")]

use std::path::{Path, PathBuf};

use crate::model::{CaseCounts, TestCase};

/// A report, and what an independent counter found in it.
pub(super) struct Counted {
    /// Its name inside the corpus.
    pub(super) file: String,
    pub(super) format: String,
    pub(super) bytes: Vec<u8>,
    /// All cases; the passed ones; those that failed or went wrong; the skipped ones.
    pub(super) cases: [u64; 4],
    /// What the counter remarked.
    pub(super) note: String,
}

/// The corpus.
pub(super) fn folder() -> Option<PathBuf> {
    let beside = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/corpus");
    let folder = std::env::var_os("XRAYPACK_CORPUS").map_or_else(beside, PathBuf::from);
    if folder.join("TRUTH.tsv").is_file() {
        return Some(folder);
    }
    eprintln!("skipped: there is no corpus at {}", folder.display());
    None
}

/// The reports of these formats. There is at least one of each, unless there is no corpus.
pub(super) fn reports(formats: &[&str]) -> Vec<Counted> {
    let Some(folder) = folder() else { return Vec::new() };
    let table = std::fs::read_to_string(folder.join("TRUTH.tsv")).unwrap();
    let lines = table.lines().map(|line| line.split('\t').collect::<Vec<_>>());
    let reports: Vec<_> = lines.filter(|line| formats.contains(&line[1])).map(|line| counted(&folder, &line)).collect();
    for format in formats {
        assert!(reports.iter().any(|report| report.format == *format), "no report of {format}");
    }
    reports
}

fn counted(folder: &Path, line: &[&str]) -> Counted {
    let number = |column: usize| line[column].parse::<u64>().unwrap();
    Counted {
        file: line[0].to_owned(),
        format: line[1].to_owned(),
        bytes: std::fs::read(folder.join(line[0])).unwrap(),
        cases: [number(2), number(3), number(4) + number(5), number(6)],
        note: line.get(7..).unwrap_or_default().join(" "),
    }
}

/// Counts cases as the table does.
pub(super) fn count<'c>(cases: impl IntoIterator<Item = &'c TestCase>) -> [u64; 4] {
    let mut counts = CaseCounts::default();
    cases.into_iter().for_each(|case| counts.add(case.outcome));
    [counts.seen, counts.passed, counts.failed + counts.errored, counts.skipped]
}

/// Fails with all reports that were counted otherwise: each with what was found instead.
pub(super) fn check(wrong: &[(Counted, [u64; 4])]) {
    let told = wrong
        .iter()
        .map(|(report, found)| format!("{}: {found:?} instead of {:?} {}\n", report.file, report.cases, report.note));
    assert!(wrong.is_empty(), "{}", told.collect::<String>());
}
