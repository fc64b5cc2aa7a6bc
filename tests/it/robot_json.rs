//! Long `output.json` of Robot Framework: it is walked through twice, wherever it lies.

use std::fs::{self, File};
use std::io::{Cursor, Write};

use serde_json::Value;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use crate::support::{Workshop, bundles, reports, repository};

/// A real report in which one keyword logs so many bytes more.
fn logging(bytes: usize) -> String {
    let report = fs::read_to_string(repository().join("fixtures/robot/output-7.5.json")).unwrap();
    report.replacen(r#""message":"added""#, &format!(r#""message":"{}""#, "log ".repeat(bytes / 4)), 1)
}

fn zipped(report: &[u8], method: CompressionMethod) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    writer.start_file("output.json", SimpleFileOptions::default().compression_method(method)).unwrap();
    writer.write_all(report).unwrap();
    writer.finish().unwrap().into_inner()
}

/// Tests of the bundles, and the report's line.
fn converted(workshop: &Workshop, input: &str) -> (Vec<Value>, Value) {
    let file = File::open(workshop.path().join(input)).unwrap();
    let from_stdin = input == "stdin";
    let input = if from_stdin { "-" } else { input };
    let mut command = workshop.command(["convert", input, "--out", "out", "--project", "DEMO", "--force"]);
    let ran = command.stdin(file).output().unwrap();
    assert!(matches!(ran.status.code(), Some(0 | 3)), "{}", String::from_utf8_lossy(&ran.stderr));
    let out = workshop.path().join("out");
    let tests = bundles(&out).into_iter().flat_map(|(_, bundle)| bundle["tests"].as_array().unwrap().clone());
    (tests.collect(), reports(&out).remove(0))
}

#[test]
fn its_length_and_its_place_change_nothing() {
    let workshop = Workshop::new();
    workshop.write("short.json", logging(0));
    let (expected, line) = converted(&workshop, "short.json");
    assert_eq!((expected.len(), &line["cases"]["seen"]), (8, &8.into()));
    // Longer than what is lent whole, and than what a stream was once allowed.
    for megabytes in [6, 130] {
        let report = logging(megabytes << 20);
        workshop.write("plain.json", &report);
        workshop.write("stored.zip", zipped(report.as_bytes(), CompressionMethod::Stored));
        workshop.write("stdin", &report);
        let inputs = ["plain.json", "stored.zip", "stdin"];
        for input in &inputs[..if megabytes > 100 { 2 } else { 3 }] {
            let (found, line) = converted(&workshop, input);
            assert_eq!(line["state"], "converted", "{input} of {megabytes} MB: {line}");
            assert!(found == expected, "{input} of {megabytes} MB");
        }
    }
    let report = logging(6 << 20);
    workshop.write("deflated.zip", zipped(report.as_bytes(), CompressionMethod::Deflated));
    assert!(converted(&workshop, "deflated.zip").0 == expected);
    let wide: Vec<u8> = format!("\u{FEFF}{report}").encode_utf16().flat_map(u16::to_le_bytes).collect();
    workshop.write("wide.json", wide);
    assert!(converted(&workshop, "wide.json").0 == expected, "UTF-16");
}

#[test]
fn of_a_long_report_that_was_cut_its_tests_are_counted() {
    let workshop = Workshop::new();
    let report = logging(6 << 20);
    let cut = &report.as_bytes()[..report.find(r#""statistics""#).unwrap() - 300];
    workshop.write("cut.json", cut);
    let (_, line) = converted(&workshop, "cut.json");
    assert_eq!((&line["state"], &line["problems"][0]["kind"]), (&"damaged".into(), &"truncated".into()));
    // Packed bytes that are not what the archive says are trusted with nothing.
    let mut archive = zipped(report.as_bytes(), CompressionMethod::Stored);
    archive[1000] ^= 1;
    workshop.write("changed.zip", archive);
    let (tests, line) = converted(&workshop, "changed.zip");
    assert_eq!(
        (tests.len(), &line["state"], &line["cases"]["seen"]),
        (0, &"damaged".into(), &line["runs"]["left_out"])
    );
}
