//! The runs of a giant are collected while it is read, and nobody can tell.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::support::{Workshop, json_lines, manifest};

/// A JUnit report of several hosts, which follow each other in no order that means anything: some cases are repeated, near
/// and far. What is kept whole is smaller.
fn giant(first: usize) -> String {
    let mut report = format!("<testsuites name='night {first}'>");
    for host in ["zeta", "beta", "alpha", "zeta", "gamma"] {
        report.push_str(&format!("<testsuite name='s' hostname='{host}' timestamp='2026-01-02T03:04:05'>"));
        for number in first..first + 5400 {
            let name = if number % 700 == 3 { number - 1 } else { number };
            let why = "the cart does not add up, and this is said at some length ".repeat(number % 4);
            let inside = if number % 3 == 0 { format!("<failure message='{why}'/>") } else { String::new() };
            report.push_str(&format!(
                "<testcase classname='shop.checkout.CartOfManyThings{}' name='adds item number {name}, and takes it out again' \
                 time='0.0{}'>{inside}</testcase>",
                number % 7,
                number % 10,
            ));
        }
        report.push_str("</testsuite>");
    }
    report.push_str("</testsuites>");
    assert!(report.len() as u64 > xraypack::source::Limits::IN_MEMORY, "{}", report.len());
    report
}

fn small(name: &str, host: &str) -> String {
    format!(
        "<testsuite name='s' hostname='{host}'><testcase classname='shop.checkout.CartOfManyThings0' name='{name}' \
         time='1'/></testsuite>"
    )
}

/// All that a conversion wrote, but for the options.
fn written(out: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut files = BTreeMap::new();
    for entry in fs::read_dir(out.join("bundles")).unwrap() {
        let entry = entry.unwrap();
        files.insert(entry.file_name().into_string().unwrap(), fs::read(entry.path()).unwrap());
    }
    let mut manifest = manifest(out);
    manifest.as_object_mut().unwrap().remove("options");
    files.insert("manifest".to_owned(), manifest.to_string().into_bytes());
    files.insert("reports".to_owned(), fs::read(out.join("reports.jsonl")).unwrap());
    files
}

/// Converts `night` as often as there are ways, and holds all that is written against what comes where no report is
/// collected before its end: reports for which preferred ones might stand wait for these.
fn same_as_in_one_piece(workshop: &Workshop, code: i32, options: &[&str], ways: &[&[&str]]) -> Vec<Value> {
    let convert = |more: &[&str]| {
        let arguments = ["convert", "night", "--out", "out", "--project", "DEMO", "--progress", "none", "-q"];
        let ran = workshop.run(arguments.iter().chain(options).chain(more));
        assert_eq!(ran.code, Some(code), "{more:?}: {}", ran.stderr);
        let out = workshop.path().join("out");
        let files = written(&out);
        fs::remove_dir_all(out).unwrap();
        (files, ran.stderr)
    };
    let (whole, said) = convert(&["--prefer", "junit"]);
    for way in ways {
        let (early, also_said) = convert(way);
        let differing: Vec<_> = whole.iter().filter(|(name, bytes)| early.get(*name) != Some(bytes)).collect();
        let differing: Vec<_> = differing.iter().map(|(name, _)| name).collect();
        assert!(differing.is_empty() && whole.len() == early.len(), "{way:?}: {differing:?}");
        assert_eq!(said, also_said, "{way:?}");
    }
    json_lines(&String::from_utf8(whole["reports"].clone()).unwrap())
}

#[test]
fn test_executions_of_a_giant_have_the_ids_and_bundles_that_they_have_in_one_piece() {
    let workshop = Workshop::new();
    workshop.write("night/a.xml", small("comes first", "beta"));
    let report = giant(0);
    workshop.write("night/giant.xml", &report);
    // A copy, and a report that only begins like it and ends otherwise.
    workshop.write("night/giant-2.xml", &report);
    workshop
        .write("night/giant-3.xml", report.replace("</testsuites>", &(small("one more", "delta") + "</testsuites>")));
    workshop.write("night/z.xml", small("adds item number 7, and takes it out again", "alpha"));
    let options = ["--environment-from", "hostname", "--max-tests", "300"];
    let ways: &[&[&str]] = &[&["--jobs", "1"], &["--jobs", "3", "--memory", "24MiB"]];
    let lines = same_as_in_one_piece(&workshop, 0, &options, ways);
    let is_copy = |line: &&Value| line["reason"].as_str().is_some_and(|reason| reason.starts_with("duplicate-of"));
    let copies: Vec<_> = lines.iter().filter(is_copy).map(|line| &line["report"]).collect();
    assert_eq!(copies, ["giant.xml"]);
}

#[test]
fn a_giant_that_breaks_off_keeps_what_was_collected() {
    let workshop = Workshop::new();
    let report = giant(0);
    let last = report.rfind("<testcase").unwrap();
    workshop.write("night/broken.xml", &report[..last + 30]);
    workshop.write("night/giant.xml", giant(5390));
    let ways: &[&[&str]] = &[&["--jobs", "1"], &["--jobs", "2"]];
    let lines = same_as_in_one_piece(&workshop, 3, &[], ways);
    assert_eq!(lines[0]["state"], "damaged");
    assert!(lines[0]["runs"]["written"].as_u64().unwrap() > 4000, "{}", lines[0]);
    // With a limit it is left early; where it is to be dropped nothing of it is there.
    same_as_in_one_piece(&workshop, 3, &["--limit", "cases=20000"], &[&["--jobs", "2"]]);
    let lines = same_as_in_one_piece(&workshop, 3, &["--damaged", "drop"], &[&["--jobs", "2"]]);
    assert_eq!(lines[0]["runs"]["left_out"], lines[0]["cases"]["seen"]);
}
