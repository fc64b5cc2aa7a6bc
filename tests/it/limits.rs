//! Every limit ends what goes beyond it, at its edge, and names its option.

use std::io::{Cursor, Write};

use flate2::write::GzEncoder;
use xraypack::model::Limit;
use zip::write::{SimpleFileOptions, ZipWriter};

use crate::archives::suite;
use crate::support::{Workshop, bundles, manifest};

/// What reaches a limit: a file, the least value that admits it, and one that does not.
struct Reaching {
    file: &'static str,
    content: Vec<u8>,
    admits: u64,
    refuses: u64,
}

/// `content` just fits into `edge`.
fn at_the_edge(file: &'static str, content: Vec<u8>, edge: usize) -> Reaching {
    Reaching { file, content, admits: edge as u64, refuses: edge as u64 - 1 }
}

fn reaching(limit: Limit) -> Reaching {
    let report = suite("a");
    let length = report.len();
    match limit.name() {
        "entry-bytes" => at_the_edge("a.xml.gz", gzip(report.as_bytes()), length),
        "archive-bytes" => at_the_edge("a.zip", zip(&[("a.xml", &report), ("b.xml", &suite("b"))]), 2 * length),
        "archive-entries" => at_the_edge("a.zip", zip(&[("a.xml", &report), ("b.xml", &suite("b"))]), 2),
        "archive-depth" => {
            let inner = zip(&[("a.xml", &report)]);
            at_the_edge("a.zip", zip(&[("inner.zip", &inner)]), 2)
        }
        "ratio" => {
            let long = report.replace("/>", &format!("><system-out>{}</system-out></testcase>", "x".repeat(24 << 20)));
            let packed = gzip(long.as_bytes());
            let ratio = (long.len() / packed.len()) as u64;
            // The first 10 MiB are no part of it, and neither are bytes that wait to be unpacked.
            Reaching { file: "a.xml.gz", content: packed, admits: 4 * ratio, refuses: ratio / 4 }
        }
        "zstd-window" => {
            let mut packed = zstd::Encoder::new(Vec::new(), 1).unwrap();
            packed.window_log(22).unwrap();
            packed.write_all(report.as_bytes()).unwrap();
            at_the_edge("a.xml.zst", packed.finish().unwrap(), 1 << 22)
        }
        "xml-depth" => {
            let nested = format!("{}{report}{}", "<testsuite>".repeat(8), "</testsuite>".repeat(8));
            at_the_edge("a.xml", nested.into_bytes(), 10)
        }
        "tag-bytes" => {
            let tag = format!("<testcase name='{}'>", "n".repeat(5000));
            at_the_edge("a.xml", format!("<testsuite>{tag}</testcase></testsuite>").into_bytes(), tag.len())
        }
        "attributes" => at_the_edge("a.xml", report.replace("name='a'", "name='a' b='' c='' d=''").into_bytes(), 4),
        "json-item-bytes" => {
            // A report that comes as a stream, of which a window of some MiB is at hand whatever is allowed.
            let report = cucumber(&"{\"name\":\"s\"},".repeat(1_000_000)).into_bytes();
            Reaching { file: "a.json", content: report, admits: 16 << 20, refuses: 1 << 20 }
        }
        "json-depth" => {
            let rows = format!("{{\"name\":\"s\",\"rows\":{}{}}},", "[".repeat(50), "]".repeat(50));
            at_the_edge("a.json", cucumber(&rows).into_bytes(), 53)
        }
        "plan-bytes" => Reaching { file: "a.ndjson", content: messages().into_bytes(), admits: 64 << 10, refuses: 1 },
        "text-length" => {
            let failed = report.replace("/>", &format!("><failure>{}</failure></testcase>", "x".repeat(1000)));
            at_the_edge("a.xml", failed.into_bytes(), 1000)
        }
        "cases" => at_the_edge("a.xml", report.replace("<testcase name='a'/>", &case_row(3)).into_bytes(), 3),
        other => panic!("nothing reaches {other} yet"),
    }
}

fn case_row(count: usize) -> String {
    (0..count).map(|number| format!("<testcase name='{number}'/>")).collect()
}

/// Cucumber messages of one scenario that ran.
fn messages() -> String {
    [
        r#"{"meta":{"protocolVersion":"27.0.0","implementation":{"name":"cucumber-js","version":"11.0.0"}}}"#,
        r#"{"pickle":{"id":"p","uri":"f.feature","name":"s","language":"en","steps":[],"tags":[],"astNodeIds":["n"]}}"#,
        r#"{"testCase":{"id":"c","pickleId":"p","testSteps":[]}}"#,
        r#"{"testCaseStarted":{"id":"a","testCaseId":"c","attempt":0,"timestamp":{"seconds":1700000000,"nanos":0}}}"#,
        r#"{"testCaseFinished":{"testCaseStartedId":"a","willBeRetried":false,"timestamp":{"seconds":1700000001,"nanos":0}}}"#,
        "",
    ]
    .join("\n")
}

/// A report of one scenario with these steps, each followed by a comma.
fn cucumber(steps: &str) -> String {
    let steps = format!("{steps}{{\"name\":\"last\",\"result\":{{\"status\":\"passed\"}}}}");
    let scenario = format!(
        "{{\"id\":\"f;s\",\"keyword\":\"Scenario\",\"name\":\"s\",\"line\":3,\"type\":\"scenario\",\"steps\":[{steps}]}}"
    );
    format!(
        "[{{\"uri\":\"f.feature\",\"id\":\"f\",\"keyword\":\"Feature\",\"name\":\"F\",\"line\":1,\"elements\":[{scenario}]}}]"
    )
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn zip(files: &[(&str, &dyn AsRef<[u8]>)]) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in files {
        writer.start_file(*name, SimpleFileOptions::default()).unwrap();
        writer.write_all(content.as_ref()).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

#[test]
fn every_limit_ends_what_goes_beyond_it_and_names_its_option() {
    for limit in Limit::ALL.iter().copied() {
        let Reaching { file, content, admits, refuses } = reaching(limit);
        let workshop = Workshop::new();
        workshop.write(file, content);
        for (value, is_told) in [(admits, false), (refuses, true)] {
            // What is kept where nothing can be read would be read here.
            let _ = std::fs::remove_dir_all(workshop.path().join("out"));
            let setting = format!("{}={value}", limit.name());
            let ran = workshop.run(["convert", file, "--out", "out", "--project", "DEMO", "--limit", &setting]);
            assert!(matches!(ran.code, Some(0 | 3 | 4)), "{setting}: {}", ran.stderr);
            let reports = std::fs::read_to_string(workshop.path().join("out/reports.jsonl")).unwrap();
            assert_eq!(reports.contains(&format!("--limit {setting}")), is_told, "{setting}: {reports}");
        }
    }
}

/// What a report in an archive refers to is inflated as well.
#[test]
fn attachments_in_archives_are_held_to_the_ratio_that_is_asked_for() {
    let workshop = Workshop::new();
    let report = "<testsuite name='s'><testcase classname='c' name='n'><failure/>\
        <system-out>[[ATTACHMENT|log.txt]]</system-out></testcase></testsuite>";
    let log = vec![b'x'; 20 << 20];
    workshop.write("a.zip", zip(&[("a.xml", &report), ("log.txt", &log)]));
    for (value, kept) in [(100_000, 1), (50, 0)] {
        let setting = format!("ratio={value}");
        let options = ["--max-evidence", "30MiB", "--max-evidence-per-test", "30MiB", "--max-bytes", "50MiB"];
        let arguments = ["convert", "a.zip", "--out", "out", "--project", "DEMO", "--force", "--limit", &setting];
        let ran = workshop.run(arguments.iter().chain(&options));
        assert_eq!(ran.code, Some(0), "{setting}: {}", ran.stderr);
        let reports = std::fs::read_to_string(workshop.path().join("out/reports.jsonl")).unwrap();
        let refused = reports.contains("evidence-dropped") && reports.contains(&format!("--limit {setting}"));
        assert_eq!(refused, kept == 0, "{setting}: {reports}");
        let manifest = crate::support::manifest(&workshop.path().join("out"));
        assert_eq!(manifest["totals"]["evidence"]["kept"], kept, "{setting}");
    }
}

/// Nothing else holds what is left out, so it is told.
#[test]
fn texts_of_steps_that_cloud_cuts_are_told() {
    let workshop = Workshop::new();
    let step = |length: usize| {
        let message = "x".repeat(length);
        let step = format!(
            r#"{{"keyword":"Given ","name":"s","line":3,"result":{{"status":"failed","error_message":"{message}"}}}}"#
        );
        let scenario =
            format!(r#"{{"id":"a;b","type":"scenario","keyword":"Scenario","name":"b","line":2,"steps":[{step}]}}"#);
        format!(r#"[{{"uri":"a.feature","id":"a","keyword":"Feature","name":"A","line":1,"elements":[{scenario}]}}]"#)
    };
    for (length, target, is_told) in [(9_000, "cloud", true), (8_000, "cloud", false), (9_000, "server", false)] {
        workshop.write("a.json", step(length));
        let ran =
            workshop.run(["convert", "a.json", "--out", "out", "-p", "DEMO", "--force", "--steps", "--target", target]);
        assert_eq!(ran.code, Some(0), "{ran:?}");
        let line = std::fs::read_to_string(workshop.path().join("out/reports.jsonl")).unwrap();
        assert_eq!(line.contains("text-shortened"), is_told, "{length} {target}: {line}");
    }
}

#[test]
fn a_test_with_too_many_data_rows_loses_some_and_ends_nothing() {
    let workshop = Workshop::new();
    let row = |number: usize| {
        let key = "<properties><property name='test_key' value='DEMO-1'/></properties>";
        let inside = if number == 900 { "<failure message='boom'/>" } else { "" };
        format!("<testcase classname='c' name='t[{number}]'>{key}{inside}</testcase>")
    };
    let rows: String = (0..1000).map(row).collect();
    workshop.write("a.xml", format!("<testsuite name='s'>{rows}<testcase classname='c' name='u'/></testsuite>"));
    let line = ["convert", "a.xml", "-o", "out", "-p", "DEMO", "--merge", "iterations", "--max-bytes", "9000"];
    let ran = workshop.run(line);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    assert!(ran.stderr.contains("[trimmed]"), "{}", ran.stderr);
    let out = workshop.path().join("out");
    let trimmed = manifest(&out)["executions"][0]["trimmed"].take();
    let step = trimmed[0]["steps"][0].as_str().unwrap().to_owned();
    assert!(step.starts_with("left out: ") && step.ends_with(" of 1000 data rows"), "{trimmed}");
    let run = &bundles(&out)[0].1["tests"][0];
    assert_eq!(run["status"], "FAIL");
    let rows = run["iterations"].as_array().unwrap();
    assert!(rows.len() > 20 && rows.iter().any(|row| row["status"] == "FAIL"), "{rows:?}");
    assert!(run["comment"].as_str().unwrap().contains("of 1000 data rows were left out"), "{}", run["comment"]);
    assert_eq!(workshop.run(["verify", "out"]).code, Some(0));
}
