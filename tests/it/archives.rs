//! What the tests of archives share: making archives and reports, converting them, looking at what came out.

use std::io::{Cursor, Write};

use serde_json::{Value, json};
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use crate::support::{Ran, Workshop, bundles, reports};

pub const PICTURE: &[u8] = b"\x89PNG\r\n\x1a\nscreen";
/// The same in base64.
pub const PICTURE_TEXT: &str = "iVBORw0KGgpzY3JlZW4=";

/// A zip of these names and contents, in this order.
pub fn zip(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in files {
        writer.start_file(*name, SimpleFileOptions::default()).unwrap();
        writer.write_all(content).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

/// A suite with one case that passes.
pub fn suite(name: &str) -> String {
    format!("<testsuite name='s'><testcase name='{name}'/></testsuite>")
}

/// One scenario of a Cucumber report: its name, its tag, its line, its result and what is embedded in its step.
pub struct Scenario<'a> {
    pub name: &'a str,
    pub tag: &'a str,
    pub line: u32,
    pub status: &'a str,
    pub embeddings: Value,
}

pub const SCENARIO: Scenario<'static> =
    Scenario { name: "Logs in", tag: "", line: 3, status: "passed", embeddings: Value::Null };

/// A Cucumber report with one feature.
pub fn cucumber(scenarios: &[Scenario<'_>]) -> String {
    let element = |scenario: &Scenario<'_>| {
        let tags = if scenario.tag.is_empty() { json!([]) } else { json!([{"name": scenario.tag, "line": 2}]) };
        let mut result = json!({"status": scenario.status, "duration": 5});
        if scenario.status == "failed" {
            result["error_message"] = json!("expected 5");
        }
        let mut step = json!({"keyword": "When ", "name": "it runs", "line": scenario.line + 1, "result": result});
        if !scenario.embeddings.is_null() {
            step["embeddings"] = scenario.embeddings.clone();
        }
        let id = format!("login;{}", scenario.name.to_lowercase().replace(' ', "-"));
        json!({"id": id, "keyword": "Scenario", "name": scenario.name, "line": scenario.line, "type": "scenario",
               "tags": tags, "steps": [step]})
    };
    let elements: Vec<_> = scenarios.iter().map(element).collect();
    json!([{"uri": "features/login.feature", "id": "login", "keyword": "Feature", "name": "Login", "line": 1,
            "elements": elements}])
    .to_string()
}

/// Converts `n.zip` and holds the result against its own manifest.
pub fn converted(workshop: &Workshop, archive: &[u8], more: &[&str]) -> Ran {
    workshop.write("n.zip", archive);
    let arguments = [&["convert", "n.zip", "--out", "out", "--project", "DEMO", "--force"], more].concat();
    let ran = workshop.run(arguments);
    assert!(matches!(ran.code, Some(0 | 3 | 4)), "{}", ran.stderr);
    let verified = workshop.run(["verify", "out"]);
    assert_eq!(verified.code, Some(0), "{}{}", verified.stdout, verified.stderr);
    ran
}

/// `ORIGIN state reason` of every file, without the archive's own name.
pub fn states(workshop: &Workshop) -> Vec<String> {
    let line = |line: &Value| {
        let report = line["report"].as_str().unwrap().trim_start_matches("n.zip!/").to_owned();
        let reason = line["reason"].as_str().map_or(String::new(), |reason| format!(" {reason}"));
        format!("{report} {}{reason}", line["state"].as_str().unwrap())
    };
    reports(&workshop.path().join("out")).iter().map(line).collect()
}

/// Kinds of the problems of one file.
pub fn problems(workshop: &Workshop, report: &str) -> Vec<String> {
    let lines = reports(&workshop.path().join("out"));
    let line = lines.iter().find(|line| line["report"].as_str().unwrap().ends_with(report)).unwrap();
    line["problems"].as_array().unwrap().iter().map(|one| one["kind"].as_str().unwrap().to_owned()).collect()
}

/// All tests of all bundles, in order.
pub fn tests(workshop: &Workshop) -> Vec<Value> {
    let bundles = bundles(&workshop.path().join("out"));
    bundles.into_iter().flat_map(|(_, bundle)| bundle["tests"].as_array().unwrap().clone()).collect()
}

/// Key or definition, and status, of all tests.
pub fn statuses(workshop: &Workshop) -> Vec<String> {
    let name = |test: &Value| match test["testKey"].as_str() {
        Some(key) => key.to_owned(),
        None => test["testInfo"]["definition"].as_str().unwrap().to_owned(),
    };
    tests(workshop).iter().map(|test| format!("{} {}", name(test), test["status"].as_str().unwrap())).collect()
}

/// A zip of stored files as an old writer leaves it: no zip64, the number of entries in 16 bits.
pub fn plain_zip(files: &[(String, &[u8])]) -> Vec<u8> {
    let (mut archive, mut directory) = (Vec::new(), Vec::new());
    for (name, content) in files {
        let start = archive.len() as u32;
        let mut common = vec![10, 0, 0, 0, 0, 0, 0, 0, 0x21, 0];
        common.extend_from_slice(&libdeflater::crc32(content).to_le_bytes());
        common.extend_from_slice(&(content.len() as u32).to_le_bytes());
        common.extend_from_slice(&(content.len() as u32).to_le_bytes());
        common.extend_from_slice(&(name.len() as u16).to_le_bytes());
        common.extend_from_slice(&[0, 0]);
        archive.extend_from_slice(b"PK\x03\x04");
        archive.extend_from_slice(&common);
        archive.extend_from_slice(name.as_bytes());
        archive.extend_from_slice(content);
        directory.extend_from_slice(b"PK\x01\x02\x0a\0");
        directory.extend_from_slice(&common);
        directory.extend_from_slice(&[0; 10]);
        directory.extend_from_slice(&start.to_le_bytes());
        directory.extend_from_slice(name.as_bytes());
    }
    let start = archive.len() as u32;
    archive.extend_from_slice(&directory);
    archive.extend_from_slice(b"PK\x05\x06\0\0\0\0");
    archive.extend_from_slice(&[files.len() as u16; 2].map(u16::to_le_bytes).concat());
    archive.extend_from_slice(&(directory.len() as u32).to_le_bytes());
    archive.extend_from_slice(&start.to_le_bytes());
    archive.extend_from_slice(&[0, 0]);
    archive
}
