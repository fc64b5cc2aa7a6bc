//! Evidence in files beside the bundles, and the index that says whose it is.

use std::collections::BTreeMap;
use std::fs;

use serde_json::{Value, json};

use super::{FAILED, PICTURE, case, convert, evidence, files, in_bundles, index, night, report};
use crate::support::{Workshop, bundles};

/// Every file of the output with its bytes.
fn output(workshop: &Workshop) -> BTreeMap<String, Vec<u8>> {
    let files = workshop.files().into_iter().filter(|name| name.starts_with("out/"));
    files.map(|name| (name.clone(), fs::read(workshop.path().join(&name)).unwrap())).collect()
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
    assert!(verdict().contains("was changed: its sha256 is not that of evidence/night.jsonl"));
    fs::write(&first, [whole.as_slice(), b"x"].concat()).unwrap();
    let length = whole.len();
    assert!(verdict().contains(&format!("has {} bytes, evidence/night.jsonl says {length}", length + 1)));
    fs::remove_file(&first).unwrap();
    assert!(verdict().contains("is missing"));
    fs::write(&first, &whole).unwrap();
    for foreign in [format!("evidence/{}.txt", "0".repeat(64)), "evidence/extra.png".to_owned()] {
        fs::write(out.join(&foreign), "x").unwrap();
        assert!(verdict().contains("is not in the manifest"));
        fs::remove_file(out.join(&foreign)).unwrap();
    }
    let index = out.join("evidence/night.jsonl");
    let lines = fs::read_to_string(&index).unwrap();
    fs::write(&index, lines.lines().skip(1).map(|line| format!("{line}\n")).collect::<String>()).unwrap();
    let number = lines.lines().count();
    let expected = format!("evidence/night.jsonl has {} lines, the manifest says {number}", number - 1);
    assert!(verdict().contains(&expected), "{}", verdict());
    fs::remove_file(&index).unwrap();
    let told = verdict();
    assert!(told.contains("evidence/night.jsonl is missing") && !told.contains("not in the manifest"), "{told}");
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
