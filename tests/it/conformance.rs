//! Real reports of the shared corpus, counted by the program and by an independent counter.

use std::collections::{BTreeMap, HashMap};
use std::fs;

use serde_json::Value;

use crate::support::{Workshop, corpus, json_lines};

/// Files of one format that must agree, in per mille of those without a debatable flag.
const AGREEING: &[(&str, usize)] = &[
    ("junit", 1000),
    ("testng", 1000),
    ("nunit2", 1000),
    ("nunit3", 1000),
    ("xunit", 1000),
    ("robot", 1000),
    ("cucumber", 1000),
    ("behave", 1000),
    ("xray", 1000),
    ("zip", 1000),
];

/// Words in the note of a line that make its count a matter of opinion: broken files, and results that nobody wrote
/// down (`nosteps`: a scenario in which nothing ran passes for the counter and not for Xray's users, decision 16).
const DEBATABLE: &[&str] = &["malformed", "root:", "empty", "unknown=", "noresult=", "nosteps="];

/// One line of TRUTH.tsv.
struct Truth {
    file: String,
    format: String,
    counts: [u64; 4],
    note: String,
}

impl Truth {
    fn read(line: &str) -> Truth {
        let mut cells = line.split('\t');
        let mut text = || cells.next().unwrap_or("").to_owned();
        let (file, format) = (text(), text());
        let mut number = || text().parse().unwrap();
        let (seen, passed, failed, errored, skipped): (u64, u64, u64, u64, u64) =
            (number(), number(), number(), number(), number());
        // "errored" and "failed" are compared as one sum: the target has a single failing status.
        Truth { file, format, counts: [seen, passed, failed + errored, skipped], note: text() }
    }

    fn is_debatable(&self) -> bool {
        DEBATABLE.iter().any(|word| self.note.contains(word))
    }
}

fn counts(line: &Value) -> [u64; 4] {
    let cases = &line["cases"];
    let count = |name: &str| cases[name].as_u64().unwrap();
    [count("seen"), count("passed"), count("failed") + count("errored"), count("skipped")]
}

/// Counts by file; those of an archive's entries are summed under the archive's name.
fn counted(lines: &[Value]) -> HashMap<String, [u64; 4]> {
    let mut files: HashMap<String, [u64; 4]> = HashMap::new();
    for line in lines {
        let name = line["report"].as_str().unwrap();
        let file = name.split("!/").next().unwrap().to_owned();
        let sums = files.entry(file).or_default();
        for (sum, count) in sums.iter_mut().zip(counts(line)) {
            *sum += count;
        }
    }
    files
}

#[test]
fn counts_agree_with_an_independent_counter() {
    let Some(corpus) = corpus() else { return };
    let ran = Workshop::new().run(["inspect", "-q", "--format", "json", corpus.to_str().unwrap()]);
    assert_eq!(ran.code, Some(3), "the corpus holds damaged reports: {}", ran.stderr);
    let counted = counted(&json_lines(&ran.stdout));
    let truth = fs::read_to_string(corpus.join("TRUTH.tsv")).unwrap();
    let mut agreement: BTreeMap<String, (usize, usize)> = BTreeMap::new();
    let mut differences = Vec::new();
    for truth in truth.lines().skip(1).map(Truth::read).filter(|truth| !truth.is_debatable()) {
        let found = counted.get(&truth.file).copied().unwrap_or_default();
        let (agreed, all) = agreement.entry(truth.format.clone()).or_default();
        *all += 1;
        if found == truth.counts {
            *agreed += 1;
        } else {
            differences.push(format!("{}: {:?} counted, {found:?} found", truth.file, truth.counts));
        }
    }
    for (format, least) in AGREEING {
        let (agreed, all) = agreement[*format];
        assert!(agreed * 1000 >= all * least, "{format}: {agreed} of {all} agree: {differences:#?}");
    }
}

#[test]
fn look_alikes_are_named_and_never_counted() {
    let Some(corpus) = corpus() else { return };
    let other = corpus.join("other");
    let ran = Workshop::new().run(["inspect", "-q", "--format", "json", other.to_str().unwrap()]);
    for line in json_lines(&ran.stdout) {
        let state = line["state"].as_str().unwrap();
        assert_eq!(counts(&line)[0], 0, "{line}");
        assert!(state != "converted", "{line}");
        if state == "unsupported" {
            assert!(line["reason"].as_str().is_some_and(|reason| !reason.is_empty()), "{line}");
        }
    }
}
