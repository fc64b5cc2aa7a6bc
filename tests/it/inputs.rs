//! INPUTs: patterns that no shell expanded, several of them, and files that are empty or cannot be unpacked.

use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::{Value, json};

use crate::archives::suite;
use crate::support::{Ran, Workshop, manifest, reports};

fn convert(workshop: &Workshop, inputs: &[&str], more: &[&str]) -> Ran {
    workshop.run([&["convert"], inputs, &["-p", "DEMO", "--out", "out", "--force"], more].concat())
}

/// Files and cases of the output.
fn counted(workshop: &Workshop) -> (Value, Value) {
    let totals = &manifest(&workshop.path().join("out"))["totals"];
    (totals["files"].clone(), totals["cases"]["seen"].clone())
}

#[test]
fn a_pattern_reads_each_file_once() {
    let workshop = Workshop::new();
    workshop.write("reports/ui/a.xml", suite("a"));
    workshop.write("reports/unit/b.xml", suite("b"));
    for pattern in ["reports/*", "./reports/*", "reports/**", "reports/*/", "./reports/*/*.xml", "**/*.xml", "rep*"] {
        let ran = convert(&workshop, &[pattern], &[]);
        assert_eq!(ran.code, Some(0), "{pattern}: {}", ran.stderr);
        assert_eq!(counted(&workshop), (json!(2), json!(2)), "{pattern}");
    }
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink("nothing", workshop.path().join("reports/unit/void.xml")).unwrap();
        let ran = convert(&workshop, &["reports/**/*.xml"], &[]);
        assert_eq!(ran.code, Some(0), "{}", ran.stderr);
        assert_eq!(counted(&workshop), (json!(3), json!(2)));
    }
}

/// A packed file whose first bytes are all that is right of it.
fn nothing_comes_of(tail: &[u8]) -> Vec<u8> {
    [b"\x1f\x8b\x08\0\0\0\0\0\0\x03".as_slice(), &[0xFF; 9], tail].concat()
}

/// What is left of a report after its packed form was cut. Much of it cannot be packed any smaller.
fn cut_behind_a_common_beginning(tail: &str) -> Vec<u8> {
    let noise: Vec<String> = (0..40_000u32).map(|number| number.wrapping_mul(2_654_435_761).to_string()).collect();
    let report = format!("<testsuite name='s'><testcase name='a'/><!--{}-->{tail}</testsuite>", noise.join(" "));
    let mut packing = GzEncoder::new(Vec::new(), Compression::fast());
    packing.write_all(report.as_bytes()).unwrap();
    let mut packed = packing.finish().unwrap();
    packed.truncate(packed.len() / 2);
    packed
}

#[test]
fn what_could_not_be_unpacked_is_nobodys_copy() {
    let workshop = Workshop::new();
    workshop.write("in/a.xml.gz", nothing_comes_of(b"one"));
    workshop.write("in/b.xml.gz", nothing_comes_of(b"another"));
    workshop.write("in/c.gz", nothing_comes_of(b"a third"));
    workshop.write("in/d.xml.gz", cut_behind_a_common_beginning("<testcase name='x'/>"));
    workshop.write("in/e.xml.gz", cut_behind_a_common_beginning("<testcase name='y'/>"));
    let ran = convert(&workshop, &["in"], &[]);
    assert_eq!(ran.code, Some(3), "{}", ran.stderr);
    let lines = reports(&workshop.path().join("out"));
    assert_eq!(lines.len(), 5);
    for line in &lines {
        assert_eq!((&line["state"], &line["reason"]), (&json!("damaged"), &Value::Null), "{line}");
    }
    let damaged = ran.stdout.lines().filter(|line| line.contains("its packed data"));
    assert_eq!(damaged.count(), 5, "{}", ran.stdout);
}

#[test]
fn an_archive_without_a_byte_is_damaged() {
    let workshop = Workshop::new();
    for name in ["nightly-ui.zip", "zero.tar.gz", "a.xml.gz", "b.zst"] {
        workshop.write(&format!("in/{name}"), "");
    }
    workshop.write("in/notes.txt", "");
    let ran = convert(&workshop, &["in"], &[]);
    assert_eq!(ran.code, Some(3), "{}", ran.stderr);
    for line in reports(&workshop.path().join("out")) {
        let expected = if line["report"] == "notes.txt" { "ignored" } else { "damaged" };
        assert_eq!(line["state"], expected, "{line}");
        assert!(line.to_string().contains("empty"), "{line}");
    }
}

#[test]
fn of_several_inputs_the_one_that_is_meant_is_told() {
    let workshop = Workshop::new();
    for name in ["a/junit.xml", "b/junit.xml"] {
        workshop.write(name, "<testsuite name='s'><testcase name='t'/>");
    }
    let ran = convert(&workshop, &["a", "b/"], &[]);
    assert_eq!(ran.code, Some(3));
    for place in ["a/junit.xml", "b/junit.xml"] {
        assert!(ran.stderr.contains(&format!("error: {place}:")), "{}", ran.stderr);
        assert!(ran.stdout.contains(&format!("  {place}  ")), "{}", ran.stdout);
    }
    let told = |lines: Vec<Value>| lines.iter().map(|line| (line["report"].clone(), line["input"].clone())).collect();
    let lines: Vec<_> = told(reports(&workshop.path().join("out")));
    assert_eq!(lines, [(json!("junit.xml"), json!(1)), (json!("junit.xml"), json!(2))]);
    let inspected = workshop.run(["inspect", "a/junit.xml", "b", "--format", "json"]);
    let lines: Vec<_> = told(inspected.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect());
    assert_eq!(lines, [(json!("junit.xml"), json!(1)), (json!("junit.xml"), json!(2))]);

    let ran = convert(&workshop, &["a"], &["--format", "json"]);
    assert!(ran.stderr.contains("error: junit.xml:"), "{}", ran.stderr);
    assert_eq!(reports(&workshop.path().join("out"))[0].get("input"), None);
    assert!(!ran.stdout.contains("\"input\""), "{}", ran.stdout);
}

#[test]
fn folders_at_the_top_tell_the_environment_as_all_others() {
    let workshop = Workshop::new();
    for name in ["chrome/t.xml", "firefox/t.xml"] {
        workshop.write(&format!("in/{name}"), suite("same"));
    }
    let ran = convert(&workshop, &["in"], &["--environment-from", "/(chrome|firefox)/"]);
    assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""));
    let manifest = manifest(&workshop.path().join("out"));
    assert_eq!(manifest["executions"].as_array().map(Vec::len), Some(2));
    assert_eq!(manifest["totals"]["runs"]["written"], 2);
}

#[test]
fn rules_that_find_nothing_are_named() {
    let workshop = Workshop::new();
    workshop.write("in/a.xml", suite("DEMO-1 works"));
    let said = |more: &[&str]| convert(&workshop, &["in"], more).stderr;
    let expected = "note: --environment-from /(edge)/ matches nothing\nnote: --key-pattern SHOP-\\d+ matches nothing\n";
    assert_eq!(said(&["--environment-from", "/(edge)/", "--key-pattern", "SHOP-\\d+"]), expected);
    let expected = "note: --environment-from property:browser: no result has this property\n";
    assert_eq!(said(&["--environment-from", "property:browser", "--key-pattern", "DEMO-\\d+"]), expected);
    assert_eq!(said(&["--environment-from", "hostname", "-q"]), "");
}
