//! Which evidence arrives where: in the bundles or in files beside them, each content once, and all of it accounted for.

mod beside;
mod outputs;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use serde_json::{Value, json};

use crate::documents;
use crate::support::{Workshop, bundles, check_table, json_lines, manifest};

/// The first bytes of a picture.
const PICTURE: &[u8] = b"\x89PNG\r\n\x1a\n of a failed test";

/// One JUnit case with these attachments, each a name and its bytes.
fn case(name: &str, result: &str, attachments: &[(&str, &[u8])]) -> String {
    let item = |(name, bytes): &(&str, &[u8])| {
        format!("<item name='{name}'>{}</item>", base64_simd::STANDARD.encode_to_string(bytes))
    };
    let items: String = attachments.iter().map(item).collect();
    format!(
        "<testcase classname='shop.Cart' name='{name}'><properties><property name='testrun_evidence'>{items}</property>\
         </properties>{result}</testcase>"
    )
}

const FAILED: &str = "<failure message='boom'/>";

fn report(cases: &[String]) -> String {
    format!("<testsuite name='shop'>{}</testsuite>", cases.concat())
}

/// A night: a failed test with a picture and a text, one with the same picture, a passed one.
fn night(workshop: &Workshop) {
    let cases = [
        case("pays", FAILED, &[("a.png", PICTURE), ("log.txt", b"first"), ("copy.png", PICTURE)]),
        case("adds", "", &[("a.png", b"of a passed test")]),
        case("removes", FAILED, &[("other.png", PICTURE), ("log.txt", b"second"), ("log.txt", b"third")]),
    ];
    workshop.write("night/TEST-shop.xml", report(&cases));
}

fn convert(workshop: &Workshop, options: &[&str]) -> Value {
    let fixed = ["convert", "-q", "night", "--out", "out", "--project", "DEMO"];
    let ran = workshop.run(fixed.iter().chain(options));
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    let verified = workshop.run(["verify", "out"]);
    assert_eq!(verified.code, Some(0), "{}{}", verified.stdout, verified.stderr);
    manifest(&workshop.path().join("out"))
}

/// The lines of the only index.
fn index(workshop: &Workshop) -> Vec<Value> {
    let lines = json_lines(&fs::read_to_string(workshop.path().join("out/evidence/night.jsonl")).unwrap());
    lines.iter().for_each(documents::check);
    lines
}

fn files(workshop: &Workshop) -> Vec<String> {
    workshop.files().into_iter().filter(|name| name.starts_with("out/evidence/") && !name.ends_with(".jsonl")).collect()
}

/// Test, name and content of each line of the index; hashes and lengths are those of the files.
fn evidence(workshop: &Workshop) -> Vec<(String, String, Vec<u8>)> {
    let line = |line: &Value| {
        let text = |name: &str| line[name].as_str().unwrap().to_owned();
        let bytes = fs::read(workshop.path().join("out").join(text("file"))).unwrap();
        assert_eq!(line["bytes"], bytes.len());
        assert!(text("file").starts_with(&format!("evidence/{}.", text("sha256"))), "{line}");
        let test = line["key"].as_str().or(line["definition"].as_str()).unwrap();
        (test.to_owned(), text("filename"), bytes)
    };
    index(workshop).iter().map(line).collect()
}

/// Names of the evidence in the bundles, by Test.
fn in_bundles(workshop: &Workshop) -> Vec<(String, Vec<String>)> {
    let bundles = bundles(&workshop.path().join("out"));
    let tests = bundles.iter().flat_map(|(_, bundle)| bundle["tests"].as_array().unwrap().clone());
    let named = tests.map(|test| {
        let items = test["evidences"].as_array().cloned().unwrap_or_default();
        let names = items.iter().map(|item| item["filename"].as_str().unwrap().to_owned()).collect();
        (test["testInfo"]["definition"].as_str().unwrap().to_owned(), names)
    });
    named.collect()
}

#[test]
fn the_same_content_is_in_a_run_once_and_names_differ() {
    let workshop = Workshop::new();
    night(&workshop);
    let manifest = convert(&workshop, &[]);
    assert_eq!(manifest["totals"]["evidence"], json!({"kept": 5, "dropped": 0}));
    let owned = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
    assert_eq!(
        in_bundles(&workshop),
        [
            ("shop.Cart.pays".to_owned(), owned(&["a.png", "log.txt"])),
            ("shop.Cart.adds".to_owned(), Vec::new()),
            ("shop.Cart.removes".to_owned(), owned(&["other.png", "log.txt", "log (2).txt"])),
        ]
    );
    assert_eq!(convert(&workshop, &["--force", "--evidence", "all"])["totals"]["evidence"]["kept"], 6);
    assert_eq!(convert(&workshop, &["--force", "--evidence", "none"])["totals"]["evidence"]["kept"], 0);
}

#[test]
fn merged_results_have_one_evidence_within_one_limit() {
    for (evidence_option, in_files) in [("all", false), ("sidecar-all", true)] {
        let workshop = Workshop::new();
        // The passed result comes first, and its evidence gives way.
        let passed = case("pays", "", &[("passed.txt", b"12345"), ("same.txt", b"same!")]);
        let failed = case("pays", FAILED, &[("failed.txt", b"67890"), ("same.txt", b"same!")]);
        workshop.write("night/1.xml", report(&[passed]));
        workshop.write("night/2.xml", report(&[failed]));
        let options = ["--evidence", evidence_option, "--max-evidence-per-test", "10"];
        let manifest = convert(&workshop, &options);
        assert_eq!(manifest["totals"]["evidence"], json!({"kept": 2, "dropped": 1}), "{evidence_option}");
        let names: Vec<String> = match in_files {
            true => evidence(&workshop).into_iter().map(|(_, name, _)| name).collect(),
            false => in_bundles(&workshop).remove(0).1,
        };
        assert_eq!(names, ["same.txt", "failed.txt"], "{evidence_option}");
        if in_files {
            assert_eq!(files(&workshop).len(), 2, "what no line names is not kept");
        }
    }
}

#[test]
fn the_sums_are_true_when_a_test_was_cut_down() {
    let workshop = Workshop::new();
    let large = |digit: u8| vec![digit; 6_000];
    let failed = case("pays", FAILED, &[("a.bin", &large(0)), ("b.bin", &large(1)), ("small.txt", b"small")]);
    let passed = case("pays", "", &[("c.bin", &large(2)), ("same.bin", &large(0))]);
    workshop.write("night/1.xml", report(&[passed]));
    workshop.write("night/2.xml", report(&[failed]));
    let manifest = convert(&workshop, &["--evidence", "all", "--max-bytes", "16000"]);
    // Four contents and a small one; of the passed result only the one that is no one else's goes, then the last of the others.
    assert_eq!(in_bundles(&workshop)[0].1, ["same.bin", "small.txt"]);
    assert_eq!(manifest["totals"]["evidence"], json!({"kept": 2, "dropped": 2}));
    let steps = manifest["executions"][0]["trimmed"][0]["steps"].as_array().unwrap();
    let steps: Vec<_> = steps.iter().map(|step| step.as_str().unwrap()).collect();
    assert_eq!(
        steps,
        [
            "evidence of what passed left out: \"c.bin\" (8000 bytes in base64)",
            "evidence left out: \"b.bin\" (8000 bytes in base64)",
        ]
    );
    let comment = bundles(&workshop.path().join("out"))[0].1["tests"][0]["comment"].as_str().unwrap().to_owned();
    assert!(comment.contains("2 pieces of evidence were left out"), "{comment}");
    // With files of their own nothing is too large.
    let manifest = convert(&workshop, &["--force", "--evidence", "sidecar-all", "--max-bytes", "16000"]);
    assert_eq!(manifest["totals"]["evidence"], json!({"kept": 4, "dropped": 0}));
    assert!(manifest["executions"][0].get("trimmed").is_none());
}

#[test]
fn verify_counts_the_evidence_in_bundles() {
    let workshop = Workshop::new();
    night(&workshop);
    convert(&workshop, &[]);
    let path = workshop.path().join("out/manifest.json");
    let manifest = fs::read_to_string(&path).unwrap();
    fs::write(&path, manifest.replace("\"kept\": 5", "\"kept\": 6")).unwrap();
    let verdict = workshop.run(["verify", "out"]);
    assert_eq!(verdict.code, Some(5));
    assert!((verdict.stdout + &verdict.stderr).contains("totals.evidence.kept is 6, the sum is 5"));
}

#[test]
fn comments_arrive_as_they_were_written() {
    let workshop = Workshop::new();
    let failing = |name: &str, inside: &str| format!("<testcase classname='c' name='{name}'>{inside}</testcase>");
    let stated = "<properties><property name='testrun_comment' value='*on purpose*'/></properties>";
    let cases = [
        failing("trace", "<failure message='boom'>boom\n\tat a.B.c(B.java:7)</failure>"),
        failing("plain", "<failure message='expected 5, but was 4'/>"),
        failing("stated", stated),
        failing("both", &format!("{stated}<failure message='boom'/>")),
    ];
    workshop.write("night/1.xml", report(&cases));
    // Another result of the first: it has one frame, not two.
    workshop.write("night/2.xml", report(&[failing("trace", "<failure message='[other]'/>")]));
    let comments = |target: &str| -> Vec<String> {
        convert(&workshop, &["--force", "--target", target]);
        let bundles = bundles(&workshop.path().join("out"));
        let tests = bundles[0].1["tests"].as_array().unwrap().clone();
        tests.iter().map(|test| test["comment"].as_str().unwrap().to_owned()).collect()
    };
    let trace = "boom\n\tat a.B.c(B.java:7)\n\n[other]";
    let both = "*on purpose*\n\nboom";
    let framed = |text: &str| format!("{{noformat}}\n{text}\n{{noformat}}");
    assert_eq!(
        comments("server"),
        [framed(trace), "expected 5, but was 4".to_owned(), "*on purpose*".to_owned(), framed(both)]
    );
    assert_eq!(comments("cloud"), [trace, "expected 5, but was 4", "*on purpose*", both]);
    // What was converted is converted to the same: no frame grows.
    let first = comments("server");
    fs::remove_dir_all(workshop.path().join("night")).unwrap();
    fs::rename(workshop.path().join("out"), workshop.path().join("night")).unwrap();
    assert_eq!(comments("server"), first);
}

/// What may happen to a Test: a name, and its results, each with what it shows.
const FATES: &[(&str, &[(&str, &str)])] = &[
    ("failed", &[(FAILED, "one")]),
    ("passed", &[("", "one")]),
    ("failed, then passed", &[(FAILED, "one"), ("", "other")]),
    ("passed, then failed", &[("", "one"), (FAILED, "other")]),
    ("failed twice, the same picture", &[(FAILED, "one"), (FAILED, "one")]),
    ("failed twice, other pictures", &[(FAILED, "one"), (FAILED, "other")]),
];

/// The table in `docs/evidence.md` is what the program does: `XRAYPACK_UPDATE=1` writes it.
#[test]
fn the_table_says_what_the_program_does() {
    const ASKED: &[&[&str]] = &[
        &["--evidence", "failed"],
        &["--evidence", "all"],
        &["--evidence", "none"],
        &["--evidence", "sidecar"],
        &["--evidence", "sidecar-all"],
    ];
    let workshop = Workshop::new();
    for job in 0..2 {
        let results = FATES.iter().filter_map(|(fate, results)| Some((fate, results.get(job)?)));
        let cases = results.map(|(fate, (result, shows))| case(fate, result, &[("shot.png", shows.as_bytes())]));
        workshop.write(&format!("night/{job}.xml"), report(&cases.collect::<Vec<_>>()));
    }
    let cells = |asked: &[&str], policy: &str| -> Vec<String> {
        convert(&workshop, &[&["--force", "--merge", policy], asked].concat());
        let in_files = workshop.path().join("out/evidence/night.jsonl").exists();
        let mut found: BTreeMap<String, Vec<String>> = in_bundles(&workshop).into_iter().collect();
        if in_files {
            evidence(&workshop).into_iter().for_each(|(test, name, _)| found.get_mut(&test).unwrap().push(name));
        }
        let place = if in_files { "files: " } else { "" };
        let cell = |(fate, _): &(&str, &[(&str, &str)])| match &found[&format!("shop.Cart.{fate}")] {
            names if names.is_empty() => "none".to_owned(),
            names => format!("{place}{}", names.join(", ")),
        };
        FATES.iter().map(cell).collect()
    };
    let columns: Vec<Vec<String>> = ASKED.iter().map(|asked| cells(asked, "worst")).collect();
    for policy in ["last", "any-pass", "iterations"] {
        let other: Vec<Vec<String>> = ASKED.iter().map(|asked| cells(asked, policy)).collect();
        assert_eq!(other, columns, "{policy}");
    }
    let mut table = "| what happened |".to_owned();
    ASKED.iter().for_each(|asked| table.push_str(&format!(" `{}` |", asked[1])));
    table.push_str(&format!("\n|{}\n", " --- |".repeat(1 + ASKED.len())));
    for (row, (fate, _)) in FATES.iter().enumerate() {
        let cells: Vec<&str> = columns.iter().map(|column| column[row].as_str()).collect();
        table.push_str(&format!("| {fate} | {} |\n", cells.join(" | ")));
    }
    check_table("docs/evidence.md", &table);
}

#[test]
fn what_is_left_of_the_evidence_of_a_test_is_told_by_the_option_that_limits_it() {
    let workshop = Workshop::new();
    let attached = "<system-out>[[ATTACHMENT|a.png]]\n[[ATTACHMENT|b.png]]</system-out>";
    workshop.write("night/TEST-shop.xml", report(&[format!("<testcase name='pays'>{FAILED}{attached}</testcase>")]));
    workshop.write("night/a.png", [PICTURE, &[1; 600]].concat());
    workshop.write("night/b.png", [PICTURE, &[2; 600]].concat());
    let ran =
        workshop.run(["convert", "night", "--out", "out", "--project", "DEMO", "--max-evidence-per-test", "1KiB"]);
    let left = 1024 - PICTURE.len() - 600;
    let expected = format!("it is larger than the {left} bytes that --max-evidence-per-test leaves to it");
    assert!(ran.stderr.contains(&expected), "{}", ran.stderr);
}

/// Somebody converts a report where it was downloaded to.
#[test]
fn of_a_home_folder_only_what_lies_beside_the_report_is_attached() {
    let workshop = Workshop::new();
    let references = "[[ATTACHMENT|shot.txt]] [[ATTACHMENT|papers/tax.txt]]";
    let report = format!(
        "<testsuite name='s'><testcase classname='c' name='n'><failure/><system-out>{references}</system-out></testcase></testsuite>"
    );
    workshop.write("home/r.xml", &report);
    workshop.write("home/shot.txt", "shot");
    workshop.write("home/papers/tax.txt", "tax");
    let home = workshop.path().join("home");
    let attached = |input: &str, home: &Path| -> Vec<String> {
        let mut command =
            workshop.command(["convert", input, "--out", "out", "--project", "DEMO", "--evidence", "all"]);
        command.env("HOME", home).env("USERPROFILE", home);
        assert!(command.output().unwrap().status.success());
        let names = in_bundles(&workshop).into_iter().flat_map(|(_, names)| names).collect();
        fs::remove_dir_all(workshop.path().join("out")).unwrap();
        names
    };
    assert_eq!(attached("home/r.xml", &home), ["shot.txt"]);
    assert_eq!(attached("home/r.xml", &home.join("papers")), ["shot.txt"], "it lies above a home folder");
    assert_eq!(attached("home", &home), ["shot.txt", "tax.txt"]);
    assert_eq!(attached("home/r.xml", Path::new("elsewhere")), ["shot.txt", "tax.txt"]);
}
