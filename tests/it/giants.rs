//! A report that is too large to be held is converted by all threads, and comes to what one thread makes of it.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write;
use std::path::Path;

use flate2::Compression;
use flate2::write::GzEncoder;

use crate::generated::Shape;
use crate::support::{Workshop, json_lines, manifest};

/// Bytes of a report that is lent in pieces: what is kept whole is smaller.
const LARGE: u64 = 5 << 20;

/// A report that a generator made.
fn made(shape: &str) -> Vec<u8> {
    let folder = tempfile::tempdir().unwrap();
    Shape::called(shape).unwrap().fill_with_one(folder.path(), 7, LARGE).unwrap();
    let report = content(folder.path()).into_values().next().unwrap();
    assert!(report.len() as u64 > xraypack::source::Limits::IN_MEMORY);
    report
}

/// All files of a folder, by name.
fn content(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    fn visit(folder: &Path, top: &Path, found: &mut BTreeMap<String, Vec<u8>>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                visit(&path, top, found);
            } else {
                found.insert(path.strip_prefix(top).unwrap().display().to_string(), fs::read(&path).unwrap());
            }
        }
    }
    let mut found = BTreeMap::new();
    visit(folder, folder, &mut found);
    found
}

/// Converts `night` with one thread and with several, and holds everything that is said and written against each other.
fn same_with_any_jobs(workshop: &Workshop, code: i32, options: &[&str]) {
    let convert = |jobs: &str| {
        let out = format!("out-{jobs}");
        let arguments = ["convert", "night", "--out", &out, "--jobs", jobs, "--progress", "none", "-q"];
        let ran = workshop.run(arguments.iter().chain(options));
        assert_eq!(ran.code, Some(code), "{}", ran.stderr);
        let files = content(&workshop.path().join(&out));
        fs::remove_dir_all(workshop.path().join(out)).unwrap();
        (files, ran.stdout, ran.stderr)
    };
    let one = convert("1");
    for jobs in ["2", "3", "8"] {
        let several = convert(jobs);
        let differing: Vec<_> = one.0.iter().filter(|(name, bytes)| several.0.get(*name) != Some(bytes)).collect();
        let differing: Vec<_> = differing.iter().map(|(name, _)| name).collect();
        assert!(differing.is_empty() && one.0.len() == several.0.len(), "--jobs {jobs} {options:?}: {differing:?}");
        assert_eq!((&one.1, &one.2), (&several.1, &several.2));
    }
}

#[test]
fn a_large_report_is_the_same_with_any_number_of_threads() {
    let workshop = Workshop::new();
    workshop.write("night/rows.xml", made("testng"));
    let mut packed = GzEncoder::new(Vec::new(), Compression::fast());
    packed.write_all(&made("cucumber-evidence")).unwrap();
    workshop.write("night/steps.json.gz", packed.finish().unwrap());
    let options = ["--project", "DEMO", "--memory", "64MiB", "--merge", "iterations", "--evidence", "sidecar-all"];
    same_with_any_jobs(&workshop, 0, &options);
}

#[test]
fn a_large_report_that_breaks_off_is_the_same_with_any_number_of_threads() {
    let mut report = String::from_utf8(made("junit")).unwrap();
    let last = report.rfind("<testcase").unwrap();
    report.truncate(last + 20);
    // Of one kind more problems than are listed.
    let report = report.replace("time=\"0.00", "time=\"unknown");
    assert!(report.matches("unknown").count() > 100);
    let workshop = Workshop::new();
    workshop.write("night/broken.xml", report);
    same_with_any_jobs(&workshop, 3, &["--project", "DEMO", "--limit", "cases=9000"]);
    same_with_any_jobs(&workshop, 3, &["--project", "DEMO"]);
}

#[test]
fn whatever_the_number_of_threads_the_same_case_wants_a_project() {
    let report = String::from_utf8(made("junit")).unwrap();
    let workshop = Workshop::new();
    workshop.write("night/report.xml", report);
    let asked: Vec<String> = ["1", "2", "8"]
        .iter()
        .map(|jobs| {
            let ran = workshop.run(["convert", "night", "--out", "out", "-q", "--jobs", jobs]);
            assert_eq!(ran.code, Some(2), "{}", ran.stderr);
            ran.stderr
        })
        .collect();
    assert!(asked[0].contains("no Test key"), "{}", asked[0]);
    assert!(asked.iter().all(|one| *one == asked[0]), "{asked:?}");
}

#[test]
fn a_plan_names_all_tests_of_a_large_report_in_order() {
    let workshop = Workshop::new();
    workshop.write("night/report.xml", made("nunit3"));
    let plan = |jobs: &str, project: &[&str]| {
        let arguments = ["plan", "night", "--format", "json", "--jobs", jobs];
        workshop.run(arguments.iter().chain(project)).stdout
    };
    for project in [&["--project", "DEMO"][..], &[]] {
        let one = plan("1", project);
        assert!(one.len() > 10_000, "{one}");
        assert!(one == plan("3", project), "the plan differs: {project:?}");
    }
}

#[test]
fn nothing_of_a_large_entry_remains_whose_checksum_is_wrong() {
    let workshop = Workshop::new();
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let stored = zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
    zip.start_file("report.xml", stored).unwrap();
    let report = made("junit");
    zip.write_all(&report).unwrap();
    let mut archive = zip.finish().unwrap().into_inner();
    // A digit of a time, far behind what was looked at first.
    let place = archive.windows(6).rposition(|text| text == b"time=\"").unwrap() + 6;
    archive[place] ^= 1;
    workshop.write("night/archive.zip", archive);
    same_with_any_jobs(&workshop, 3, &["--project", "DEMO"]);
    let ran = workshop.run(["convert", "night", "--out", "out", "-q", "--project", "DEMO", "--jobs", "4"]);
    assert_eq!(ran.code, Some(3), "{}", ran.stderr);
    let manifest = manifest(&workshop.path().join("out"));
    let runs = &manifest["totals"]["runs"];
    assert_eq!(runs["left_out"], manifest["totals"]["cases"]["seen"], "{manifest}");
    let line = &json_lines(&fs::read_to_string(workshop.path().join("out/reports.jsonl")).unwrap())[0];
    assert_eq!(line["state"], "damaged", "{line}");
}
