//! Whole conversions with the real program: what the contract promises, held against what lies in the folder.

use std::fs;
use std::io::{Cursor, Write};
use std::path::Path;

use serde_json::{Value, json};
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use crate::support::{Ran, Workshop, bundles, complaints, manifest, reports, schema};

/// Converts `inputs` into `out` for the project DEMO and holds the result against its own manifest and the schema.
fn convert(workshop: &Workshop, inputs: &[&str], more: &[&str]) -> Ran {
    let arguments = [&["convert"], inputs, &["--out", "out", "--project", "DEMO", "--force"], more].concat();
    let ran = workshop.run(arguments);
    if matches!(ran.code, Some(0 | 3)) {
        hold_against_rules(workshop, more);
    }
    ran
}

fn hold_against_rules(workshop: &Workshop, more: &[&str]) {
    let verified = workshop.run(["verify", "out"]);
    assert_eq!(verified.code, Some(0), "{}{}", verified.stdout, verified.stderr);
    let schema = schema(if more.contains(&"cloud") { "cloud" } else { "server" });
    for (name, bundle) in bundles(&workshop.path().join("out")) {
        let complaints: Vec<_> = complaints(&schema, &bundle)
            .into_iter()
            // The placeholder of a bundle that waits for its key is refused on purpose.
            .filter(|complaint| !complaint.starts_with("/testExecutionKey"))
            .collect();
        assert!(complaints.is_empty(), "{name}: {complaints:#?}");
    }
}

/// All tests of all bundles, in order.
fn tests(workshop: &Workshop) -> Vec<Value> {
    let bundles = bundles(&workshop.path().join("out"));
    bundles.into_iter().flat_map(|(_, bundle)| bundle["tests"].as_array().unwrap().clone()).collect()
}

/// Definition or key, and status, of all tests.
fn statuses(workshop: &Workshop) -> Vec<String> {
    let name = |test: &Value| match test["testKey"].as_str() {
        Some(key) => key.to_owned(),
        None => test["testInfo"]["definition"].as_str().unwrap().to_owned(),
    };
    tests(workshop).iter().map(|test| format!("{} {}", name(test), test["status"].as_str().unwrap())).collect()
}

fn zip(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in files {
        writer.start_file(*name, SimpleFileOptions::default()).unwrap();
        writer.write_all(content).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

/// A suite with these cases in it.
fn suite(cases: &str) -> String {
    format!("<testsuite name='s'>{cases}</testsuite>")
}

/// Every file below a folder, with its bytes.
fn contents(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let mut files = Vec::new();
    for entry in walkdir::WalkDir::new(folder).sort_by_file_name().into_iter().flatten() {
        if entry.file_type().is_file() {
            let name = entry.path().strip_prefix(folder).unwrap().to_str().unwrap().to_owned();
            files.push((name, fs::read(entry.path()).unwrap()));
        }
    }
    files
}

/// A night of many small reports with shared Tests, keys, failures and times.
fn night() -> Vec<(String, String)> {
    (0..60)
        .map(|report| {
            let cases: String = (0..20)
                .map(|case| {
                    let name = if case % 5 == 0 { format!("shared {case}") } else { format!("own {report} {case}") };
                    let inside = match (report + case) % 7 {
                        0 => "<failure message='boom' type='E'>at line 1\nat line 2</failure>",
                        1 => "<skipped message='later'/>",
                        _ => "",
                    };
                    let key = if case == 3 {
                        "<properties><property name='test_key' value='DEMO-7'/></properties>"
                    } else {
                        ""
                    };
                    format!("<testcase classname='c.K' name='{name}' time='0.5'>{key}{inside}</testcase>")
                })
                .collect();
            let name = format!("{}/TEST-{report}.xml", ["api", "ui", "api-2"][report % 3]);
            (name, format!("<testsuite name='s' timestamp='2026-11-2{}T10:00:00Z'>{cases}</testsuite>", report % 4))
        })
        .collect()
}

#[test]
fn the_night_of_the_readme_is_converted() {
    let workshop = Workshop::new();
    let night = crate::support::repository().join("fixtures/nightly");
    for target in ["server", "cloud"] {
        let ran = convert(&workshop, &[night.to_str().unwrap()], &["--target", target]);
        assert_eq!(ran.code, Some(0), "{}", ran.stderr);
        assert!(ran.stdout.contains("Test Execution"), "{}", ran.stdout);
        assert!(tests(&workshop).len() > 100);
    }
}

#[test]
fn the_same_runs_in_the_same_bytes() {
    let workshop = Workshop::new();
    let night = night();
    for (name, report) in &night {
        workshop.write(&format!("night/{name}"), report);
    }
    let files: Vec<_> = night.iter().map(|(name, report)| (name.as_str(), report.as_bytes())).collect();
    let backwards: Vec<_> = files.iter().rev().copied().collect();
    workshop.write("a/night.zip", zip(&files));
    workshop.write("b/night.zip", zip(&backwards));
    convert(&workshop, &["night"], &["--jobs", "1", "--max-tests", "100"]);
    let expected = contents(&workshop.path().join("out"));
    assert!(expected.len() > 8, "several bundles");
    convert(&workshop, &["night"], &["--jobs", "8", "--max-tests", "100"]);
    assert_eq!(contents(&workshop.path().join("out")), expected, "--jobs changes nothing");
    convert(&workshop, &["night"], &["--memory", "16MiB", "--max-tests", "100"]);
    assert_eq!(contents(&workshop.path().join("out")), expected, "--memory changes nothing");
    let runs = tests(&workshop);
    convert(&workshop, &["a/night.zip"], &["--max-tests", "100"]);
    assert_eq!(tests(&workshop), runs, "a folder and its zip");
    let zipped = contents(&workshop.path().join("out"));
    convert(&workshop, &["b/night.zip"], &["--max-tests", "100"]);
    assert_eq!(contents(&workshop.path().join("out")), zipped, "a zip in another order");
}

#[test]
fn every_case_is_accounted_for() {
    let workshop = Workshop::new();
    for (name, report) in night() {
        workshop.write(&format!("night/{name}"), report);
    }
    workshop.write("night/broken.xml", "<testsuite><testcase classname='c.K' name='x'/><testcase name='y'");
    workshop
        .write("night/container.xml", suite("<testcase classname='c.K' name=''><error>no class</error></testcase>"));
    let ran = convert(&workshop, &["night"], &[]);
    assert_eq!(ran.code, Some(3), "{}", ran.stderr);
    let out = workshop.path().join("out");
    let sum = |value: &Value| {
        ["written", "merged", "left_out"].iter().map(|part| value[*part].as_u64().unwrap()).sum::<u64>()
    };
    for line in reports(&out) {
        assert_eq!(line["cases"]["seen"].as_u64().unwrap(), sum(&line["runs"]), "{line}");
    }
    let totals = &manifest(&out)["totals"];
    assert_eq!(totals["cases"]["seen"], 60 * 20 + 2);
    assert_eq!(sum(&totals["runs"]), 60 * 20 + 2);
    assert_eq!(totals["runs"]["left_out"], 1);
    // Sixteen own names a report, one of which is keyed, and four shared ones; case 3 is DEMO-7 everywhere.
    assert_eq!(totals["runs"]["written"], 60 * 15 + 4 + 1 + 1);
}

#[test]
fn results_of_one_test_become_one_run() {
    let workshop = Workshop::new();
    workshop.write(
        "in/a.xml",
        suite("<testcase name='t'/><testcase name='u'/><testcase name='v'/><testcase name='w'><skipped/></testcase>"),
    );
    workshop.write("in/b.xml", suite("<testcase name='t'><failure message='boom'/></testcase><testcase name='u'/><testcase name='v'><skipped/></testcase><testcase name='w'/>"));
    for (rule, expected) in [
        ("worst", ["s.t FAIL", "s.u PASS", "s.v TODO", "s.w TODO"]),
        ("ran", ["s.t FAIL", "s.u PASS", "s.v PASS", "s.w PASS"]),
        ("last", ["s.t FAIL", "s.u PASS", "s.v TODO", "s.w PASS"]),
        ("any-pass", ["s.t PASS", "s.u PASS", "s.v PASS", "s.w PASS"]),
    ] {
        convert(&workshop, &["in"], &["--merge", rule]);
        assert_eq!(statuses(&workshop), expected, "{rule}");
    }
    assert_eq!(
        manifest(&workshop.path().join("out"))["totals"]["runs"],
        json!({"written": 4, "merged": 4, "left_out": 0})
    );
}

#[test]
fn equal_reports_are_read_once() {
    let workshop = Workshop::new();
    workshop.write("in/a.xml", suite("<testcase name='t'><failure message='x'/></testcase>"));
    workshop.write("in/b.xml", suite("<testcase name='t'><failure message='x'/></testcase>"));
    let ran = convert(&workshop, &["in"], &[]);
    assert_eq!(ran.code, Some(0));
    let lines = reports(&workshop.path().join("out"));
    assert_eq!(lines[1]["state"], "ignored");
    assert_eq!(lines[1]["reason"], "duplicate-of a.xml");
    assert_eq!(lines[1]["cases"]["seen"], 0);
}

#[test]
fn budgets_are_kept_to_the_byte() {
    let workshop = Workshop::new();
    for (name, report) in night() {
        workshop.write(&format!("night/{name}"), report);
    }
    convert(&workshop, &["night"], &["--max-bytes", "10000"]);
    let manifest = manifest(&workshop.path().join("out"));
    let bundles = manifest["executions"][0]["bundles"].as_array().unwrap();
    assert!(bundles.len() > 10);
    for bundle in bundles {
        let file = workshop.path().join("out").join(bundle["file"].as_str().unwrap());
        assert_eq!(fs::metadata(file).unwrap().len(), bundle["bytes"].as_u64().unwrap());
        assert!(bundle["bytes"].as_u64().unwrap() <= 10_000);
    }
    convert(&workshop, &["night"], &["--max-tests", "7"]);
    let tests = crate::support::bundles(&workshop.path().join("out"));
    assert!(tests.iter().all(|(_, bundle)| bundle["tests"].as_array().unwrap().len() <= 7));
}

#[test]
fn the_first_bundle_has_info_and_later_ones_the_key() {
    let workshop = Workshop::new();
    workshop.write("night.xml", suite("<testcase name='a'/><testcase name='b'/>"));
    let more = [
        "--max-tests",
        "1",
        "--summary",
        "A night",
        "--fix-version",
        "v1",
        "--test-plan",
        "DEMO-9",
        "--environment",
        "linux",
    ];
    convert(&workshop, &["night.xml"], &more);
    let waiting = bundles(&workshop.path().join("out"));
    assert_eq!(
        waiting[0].1["info"],
        json!({"project": "DEMO", "summary": "A night", "version": "v1", "testPlanKey": "DEMO-9", "testEnvironments": ["linux"]})
    );
    assert!(waiting[1].1.get("info").is_none());
    let complaint = complaints(&schema("server"), &waiting[1].1);
    assert!(!complaint.is_empty(), "an unbound placeholder must not pass the strict schema");
    assert_eq!(manifest(&workshop.path().join("out"))["executions"][0]["bundles"][1]["needs_key"], true);
    convert(&workshop, &["night.xml"], &["--max-tests", "1", "--execution", "DEMO-77"]);
    for (_, bundle) in bundles(&workshop.path().join("out")) {
        assert_eq!(bundle["testExecutionKey"], "DEMO-77");
        assert!(bundle.get("info").is_none());
    }
}

#[test]
fn groups_become_test_executions() {
    let workshop = Workshop::new();
    let report = |name: &str| suite(&format!("<testcase name='{name}'/>"));
    workshop.write("in/x/a.xml", report("a"));
    workshop.write("in/y/b.xml", report("b"));
    workshop.write("in/n.zip", zip(&[("c.xml", report("c").as_bytes())]));
    workshop.write("d.xml", report("d"));
    for (by, expected) in [
        ("archive", vec!["n", "in", "d"]),
        ("input", vec!["in", "d"]),
        ("directory", vec!["n", "x", "y", "d"]),
        ("report", vec!["n-c.xml", "x-a.xml", "y-b.xml", "d.xml"]),
        ("all", vec!["all"]),
    ] {
        convert(&workshop, &["in", "d.xml"], &["--group-by", by]);
        let manifest = manifest(&workshop.path().join("out"));
        let ids: Vec<_> =
            manifest["executions"].as_array().unwrap().iter().map(|e| e["id"].as_str().unwrap()).collect();
        assert_eq!(ids, expected, "{by}");
    }
}

#[test]
fn verify_sees_one_changed_byte() {
    let workshop = Workshop::new();
    workshop.write("a.xml", suite("<testcase name='t'/>"));
    convert(&workshop, &["a.xml"], &[]);
    let bundle = workshop.path().join("out/bundles/a.0001.json");
    let mut bytes = fs::read(&bundle).unwrap();
    let place = bytes.len() / 2;
    bytes[place] ^= 1;
    fs::write(&bundle, bytes).unwrap();
    let ran = workshop.run(["verify", "out"]);
    assert_eq!(ran.code, Some(5), "{}", ran.stdout);
    assert!(ran.stdout.contains("bundles/a.0001.json"), "{}", ran.stdout);
}

#[test]
fn bad_input_is_told_and_everything_else_converted() {
    let workshop = Workshop::new();
    workshop
        .write("in/cut.xml", "<testsuite name='s'>\n<testcase name='whole'/>\n<testcase name='open'><system-out>log");
    workshop.write("in/empty.xml", "");
    workshop.write("in/good.xml", suite("<testcase name='good'/>"));
    workshop.write("in/picture.png", b"\x89PNG\r\n\x1a\n\0\0");
    workshop.write("in/broken.zip", b"PK\x03\x04 and no more");
    let ran = convert(&workshop, &["in"], &[]);
    assert_eq!(ran.code, Some(3));
    assert_eq!(statuses(&workshop), ["s.whole PASS", "s.good PASS"]);
    assert!(ran.stderr.contains("cut.xml:3:"), "{}", ran.stderr);
    let lines = reports(&workshop.path().join("out"));
    let states: Vec<_> = lines.iter().map(|line| line["state"].as_str().unwrap()).collect();
    assert_eq!(states, ["damaged", "damaged", "damaged", "converted", "ignored"]);
    let problem = lines[1]["problems"].as_array().unwrap().iter().find(|problem| problem["offset"].is_u64()).unwrap();
    assert_eq!((problem["kind"].as_str(), problem["line"].as_u64()), (Some("truncated"), Some(3)));
    assert_eq!(convert(&workshop, &["in"], &["--allow-damaged"]).code, Some(0));
    convert(&workshop, &["in"], &["--damaged", "drop"]);
    assert_eq!(statuses(&workshop), ["s.good PASS"]);
}

#[test]
fn nothing_found_is_code_4_and_wrong_use_writes_nothing() {
    let workshop = Workshop::new();
    workshop.write("in/readme.txt", "hello");
    assert_eq!(convert(&workshop, &["in"], &[]).code, Some(4));
    workshop.write("a.xml", suite("<testcase name='t'/>"));
    let ran = workshop.run(["convert", "a.xml", "--out", "other"]);
    assert_eq!(ran.code, Some(2), "{}", ran.stderr);
    assert!(ran.stderr.contains("--project") && ran.stderr.contains("s.t"), "{}", ran.stderr);
    assert!(!workshop.path().join("other/manifest.json").exists());
    workshop.write("taken/file", "mine");
    assert_eq!(workshop.run(["convert", "a.xml", "--out", "taken", "-p", "DEMO"]).code, Some(2));
    assert_eq!(workshop.run(["convert", "a.xml", "--out", "taken", "-p", "DEMO", "--force"]).code, Some(2));
    assert_eq!(fs::read_to_string(workshop.path().join("taken/file")).unwrap(), "mine");
}

#[test]
fn standard_input_is_converted() {
    let workshop = Workshop::new();
    let mut child = workshop
        .command(["convert", "-", "--out", "out", "-p", "DEMO"])
        .stdin(std::process::Stdio::piped())
        .stdout(std::process::Stdio::null())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(suite("<testcase name='t'/>").as_bytes()).unwrap();
    assert!(child.wait().unwrap().success());
    assert_eq!(statuses(&workshop), ["s.t PASS"]);
}

#[test]
fn attachments_become_evidence_of_failed_tests() {
    let workshop = Workshop::new();
    let case = |name: &str, failure: &str| {
        format!("<testcase name='{name}'>{failure}<system-out>[[ATTACHMENT|shots/{name}.png]]</system-out></testcase>")
    };
    let report = suite(&[case("bad", "<failure message='x'/>"), case("good", ""), case("lost", "<failure/>")].concat());
    let picture = b"\x89PNG\r\n\x1a\nxx";
    workshop.write("in/a.xml", &report);
    workshop.write("in/shots/bad.png", picture);
    workshop.write("in/shots/good.png", picture);
    workshop.write(
        "n.zip",
        zip(&[("ui/a.xml", report.as_bytes()), ("ui/shots/bad.png", picture), ("ui/shots/good.png", picture)]),
    );
    let evidence = json!([{"data": "iVBORw0KGgp4eA==", "filename": "bad.png", "contentType": "image/png"}]);
    for input in ["in", "n.zip"] {
        convert(&workshop, &[input], &[]);
        let found = tests(&workshop);
        assert_eq!(found[0]["evidences"], evidence);
        assert!(found[1].get("evidences").is_none() && found[2].get("evidences").is_none());
        let totals = &manifest(&workshop.path().join("out"))["totals"];
        assert_eq!(totals["evidence"], json!({"kept": 1, "dropped": 1}));
        convert(&workshop, &[input], &["--evidence", "all", "--target", "cloud"]);
        assert_eq!(tests(&workshop)[1]["evidence"][0]["filename"], "good.png");
        convert(&workshop, &[input], &["--evidence", "none"]);
        assert!(tests(&workshop).iter().all(|test| test.get("evidences").is_none()));
    }
}

#[test]
fn a_plan_says_what_convert_writes_and_writes_nothing() {
    let workshop = Workshop::new();
    for (name, report) in night() {
        workshop.write(&format!("night/{name}"), report);
    }
    let before = workshop.files();
    let ran = workshop.run(["plan", "night", "--project", "DEMO", "--max-tests", "100", "--format", "json"]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    assert_eq!(workshop.files(), before);
    let plan: Value = serde_json::from_str(&ran.stdout).unwrap();
    convert(&workshop, &["night"], &["--max-tests", "100"]);
    let manifest = manifest(&workshop.path().join("out"));
    assert_eq!(plan["totals"], manifest["totals"]);
    let (planned, written) = (&plan["executions"][0], &manifest["executions"][0]);
    assert_eq!(planned["known_tests"], json!(["DEMO-7"]));
    assert_eq!(planned["new_tests"].as_array().unwrap().len() as u64 + 1, written["runs"].as_u64().unwrap());
    let sizes = |execution: &Value| -> Vec<_> {
        execution["bundles"].as_array().unwrap().iter().map(|bundle| bundle["bytes"].clone()).collect()
    };
    assert_eq!(sizes(planned), sizes(written));
    let ran = workshop.run(["plan", "night", "--project", "DEMO"]);
    assert!(ran.stdout.contains("nothing was written") && ran.stdout.contains("without a key"), "{}", ran.stdout);
}

#[test]
fn a_run_larger_than_a_bundle_is_cut_down_and_recorded() {
    let workshop = Workshop::new();
    let long = "long line of a log\n".repeat(1000);
    let report = suite(&format!("<testcase name='t'><failure message='x'>{long}</failure></testcase>"));
    workshop.write("a.xml", report);
    convert(&workshop, &["a.xml"], &["--max-bytes", "4000"]);
    let manifest = manifest(&workshop.path().join("out"));
    let trimmed = &manifest["executions"][0]["trimmed"][0];
    assert_eq!(trimmed["test"], "s.t");
    assert!(!trimmed["steps"].as_array().unwrap().is_empty());
    assert!(tests(&workshop)[0]["comment"].as_str().unwrap().starts_with("{noformat}\nx\nlong line"));
    let told = ["convert", "a.xml", "--out", "told", "-p", "DEMO", "--max-bytes", "4000", "--format", "json"];
    let ran = workshop.run(told);
    let summary: Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!((ran.code, &summary["trimmed"]), (Some(0), &json!(1)), "{ran:?}");
    assert!(ran.stderr.contains("warning: 1 test was larger than a bundle"), "{}", ran.stderr);
    assert!(ran.stderr.contains("warning: s.t: comment of ") && ran.stderr.contains("[trimmed]"), "{}", ran.stderr);
    let ran = workshop.run(["convert", "a.xml", "--out", "tiny", "-p", "DEMO", "--max-bytes", "150"]);
    assert_eq!(ran.code, Some(2), "{}", ran.stderr);
}

#[test]
fn what_cannot_be_gone_on_with_is_not_said_to_be() {
    let workshop = Workshop::new();
    workshop.write("a.xml", suite("<testcase name='t'/>"));
    let ran = workshop.run(["convert", "a.xml", "--out", "a.xml/out", "-p", "DEMO"]);
    assert_eq!(ran.code, Some(6), "{}", ran.stderr);
    assert!(!ran.stderr.contains("--resume"), "{}", ran.stderr);
    // Options that differ and that nobody has typed.
    let line = |summary: &str| {
        workshop.write("info.json", format!(r#"{{"summary":"{summary}"}}"#));
        workshop.run(["convert", "a.xml", "--out", "out", "-p", "DEMO", "--info", "info.json", "--resume"])
    };
    assert_eq!(line("one").code, Some(0));
    let ran = line("two");
    assert_eq!(ran.code, Some(2), "{}", ran.stderr);
    let expected =
        "--summary was \"one\"; with --force everything is converted anew (what no option says comes from --info";
    assert!(ran.stderr.contains(expected), "{}", ran.stderr);
}

#[test]
fn the_smallest_bundle_for_all_runs_is_said_at_once() {
    let workshop = Workshop::new();
    // The second needs more than the first, and says so by a part of its name.
    let report = suite(&format!("<testcase name='t'/><testcase name='{}'/><testcase name='u'/>", "n".repeat(300)));
    workshop.write("a.xml", report);
    let line = |most: &str| workshop.run(["convert", "a.xml", "--out", "tiny", "-p", "DEMO", "--max-bytes", most]);
    let ran = line("100");
    assert_eq!(ran.code, Some(2), "{}", ran.stderr);
    // Also where not even the frame of a bundle fits.
    let needed = |said: &str| said.split_once("--max-bytes must be ").map(|(_, rest)| rest.to_owned());
    assert_eq!(needed(&line("1").stderr), needed(&ran.stderr));
    let (_, rest) = ran.stderr.split_once("--max-bytes must be ").unwrap();
    let least = rest.split(' ').next().unwrap().to_owned();
    assert!(!ran.stderr.contains(&"n".repeat(100)) && ran.stderr.contains('…'), "{}", ran.stderr);
    assert_eq!(line(&least).code, Some(0), "{least}");
    std::fs::remove_dir_all(workshop.path().join("tiny")).unwrap();
    assert_eq!(line(&(least.parse::<u64>().unwrap() - 1).to_string()).code, Some(2), "{least}");
}

#[test]
fn a_key_on_one_row_holds_for_all_rows_of_its_method() {
    let row = |value: u32, inside: &str| {
        format!("<test name='S.Add(a: {value})' type='S' method='Add' time='0.1' result='Pass'>{inside}</test>")
    };
    let key = "<traits><trait name='test' value='DEMO-5'/></traits>";
    let rows = [row(1, ""), row(2, key), row(3, "")].concat();
    let other = "<test name='S.Sub' type='S' method='Sub' time='0.1' result='Pass'/>";
    let report = format!(
        "<assemblies><assembly name='a.dll'><collection name='c'>{rows}{other}</collection></assembly></assemblies>"
    );
    let workshop = Workshop::new();
    workshop.write("a.xml", report);
    convert(&workshop, &["a.xml"], &[]);
    assert_eq!(statuses(&workshop), ["DEMO-5 PASS", "S.Sub PASS"]);
    let totals = &manifest(&workshop.path().join("out"))["totals"];
    assert_eq!(totals["runs"], json!({"written": 2, "merged": 2, "left_out": 0}));
}
