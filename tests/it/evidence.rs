//! Which evidence arrives where: in the bundles or in files beside them, each content once, and all of it accounted for.

use std::collections::BTreeMap;
use std::fs;

use serde_json::{Value, json};

use crate::support::{Workshop, bundles, json_lines, manifest};

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

/// Every file of the output with its bytes.
fn output(workshop: &Workshop) -> BTreeMap<String, Vec<u8>> {
    let files = workshop.files().into_iter().filter(|name| name.starts_with("out/"));
    files.map(|name| (name.clone(), fs::read(workshop.path().join(&name)).unwrap())).collect()
}

/// The lines of the only index.
fn index(workshop: &Workshop) -> Vec<Value> {
    json_lines(&fs::read_to_string(workshop.path().join("out/evidence/night.jsonl")).unwrap())
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
fn evidence_lies_in_files_beside_the_bundles() {
    let workshop = Workshop::new();
    night(&workshop);
    let manifest = convert(&workshop, &["--evidence", "sidecar"]);
    assert!(in_bundles(&workshop).iter().all(|(_, names)| names.is_empty()));
    let expected = [
        ("shop.Cart.pays", "a.png", PICTURE),
        ("shop.Cart.pays", "log.txt", b"first"),
        ("shop.Cart.removes", "other.png", PICTURE),
        ("shop.Cart.removes", "log.txt", b"second"),
        ("shop.Cart.removes", "log (2).txt", b"third"),
    ];
    let expected = expected.map(|(test, name, bytes)| (test.to_owned(), name.to_owned(), bytes.to_vec()));
    assert_eq!(evidence(&workshop), expected);
    assert_eq!(files(&workshop).len(), 4, "the picture lies there once");
    let first = &index(&workshop)[0];
    assert_eq!((&first["execution"], &first["bundle"]), (&json!("night"), &json!("bundles/night.0001.json")));
    assert_eq!(first["content_type"], "image/png");
    assert!(first["file"].as_str().unwrap().ends_with(".png"));
    let recorded = &manifest["executions"][0]["evidence"];
    assert_eq!((&recorded["file"], &recorded["lines"]), (&json!("evidence/night.jsonl"), &json!(5)));
    assert_eq!(manifest["totals"]["evidence"], json!({"kept": 5, "dropped": 0}));
    assert_eq!(manifest["options"]["evidence"], "sidecar");

    let manifest = convert(&workshop, &["--force", "--evidence", "sidecar-all"]);
    assert_eq!(manifest["totals"]["evidence"]["kept"], 6);
    assert!(evidence(&workshop).iter().any(|(test, ..)| test == "shop.Cart.adds"));

    // Nothing of it stays when it is not asked for any more.
    convert(&workshop, &["--force"]);
    assert!(!workshop.path().join("out/evidence").exists());
}

#[test]
fn files_of_evidence_do_not_depend_on_how_they_were_made() {
    let workshop = Workshop::new();
    let cases = |round: usize| -> Vec<String> {
        (0..40).map(|n| case(&format!("t{n}"), FAILED, &[("a.txt", format!("{} {n}", round % 3).as_bytes())])).collect()
    };
    (0..6).for_each(|round| drop(workshop.write(&format!("night/{round}.xml"), report(&cases(round)))));
    let options = ["--evidence", "sidecar", "--max-tests", "7"];
    let all = |more: &[&str]| {
        convert(&workshop, &options.iter().chain(more).copied().collect::<Vec<_>>());
        output(&workshop)
    };
    let first = all(&["-j", "1"]);
    assert!(first.len() > 100);
    assert_eq!(all(&["--force", "-j", "2", "--memory", "16MiB"]), first);
    // Each line names the bundle that has its run.
    let bundles: BTreeMap<String, Value> = bundles(&workshop.path().join("out")).into_iter().collect();
    for line in index(&workshop) {
        let bundle = &bundles[line["bundle"].as_str().unwrap().strip_prefix("bundles/").unwrap()];
        let holds = |test: &Value| test["testInfo"]["definition"] == line["definition"];
        assert!(bundle["tests"].as_array().unwrap().iter().any(holds), "{line}");
    }
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
fn verify_finds_evidence_that_was_touched() {
    let workshop = Workshop::new();
    night(&workshop);
    convert(&workshop, &["--evidence", "sidecar"]);
    let out = workshop.path().join("out");
    let first = out.join(index(&workshop)[0]["file"].as_str().unwrap());
    let whole = fs::read(&first).unwrap();
    let verdict = || {
        let ran = workshop.run(["verify", "out"]);
        assert_eq!(ran.code, Some(5), "{}{}", ran.stdout, ran.stderr);
        ran.stdout + &ran.stderr
    };
    let mut other = whole.clone();
    other[9] ^= 1;
    fs::write(&first, other).unwrap();
    assert!(verdict().contains("was changed"));
    fs::remove_file(&first).unwrap();
    assert!(verdict().contains("is missing"));
    fs::write(&first, &whole).unwrap();
    let foreign = out.join(format!("evidence/{}.txt", "0".repeat(64)));
    fs::write(&foreign, "x").unwrap();
    assert!(verdict().contains("is not in the manifest"));
    fs::remove_file(foreign).unwrap();
    let index = out.join("evidence/night.jsonl");
    let lines = fs::read_to_string(&index).unwrap();
    fs::write(&index, lines.lines().skip(1).map(|line| format!("{line}\n")).collect::<String>()).unwrap();
    assert!(verdict().contains("evidence/night.jsonl"));
    fs::write(&index, lines.replace("\"file\":\"evidence/", "\"file\":\"../evidence/")).unwrap();
    assert!(verdict().contains("../evidence/"));
    fs::write(&index, &lines).unwrap();
    assert_eq!(workshop.run(["verify", "out"]).code, Some(0));
}

#[test]
fn a_picture_named_after_a_test_lies_in_a_file_as_well() {
    let workshop = Workshop::new();
    let failing = "<testcase classname='shop.Cart' name='pays'><properties><property name='test_key' value='DEMO-7'/>\
                   </properties><failure/></testcase>";
    workshop.write("night/TEST-a.xml", report(&[failing.to_owned()]));
    // Another report of the same Test: its evidence and the picture are united.
    let again = case("pays", FAILED, &[("DEMO-7.png", b"other")])
        .replace("<properties>", "<properties><property name='test_key' value='DEMO-7'/>");
    workshop.write("night/TEST-b.xml", report(&[again]));
    workshop.write("night/DEMO-7.png", PICTURE);
    let manifest = convert(&workshop, &["--evidence", "sidecar"]);
    assert_eq!(manifest["totals"]["evidence"], json!({"kept": 2, "dropped": 0}));
    let expected = [("DEMO-7.png", b"other".to_vec()), ("DEMO-7 (2).png", PICTURE.to_vec())];
    let expected = expected.map(|(name, bytes)| ("DEMO-7".to_owned(), name.to_owned(), bytes));
    assert_eq!(evidence(&workshop), expected);
    let planned = workshop.run(["plan", "night", "-p", "DEMO", "--evidence", "sidecar", "--format", "json"]);
    let planned: Value = serde_json::from_str(&planned.stdout).unwrap();
    assert_eq!(planned["totals"]["bytes_out"], manifest["totals"]["bytes_out"]);
}
