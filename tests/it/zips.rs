//! Archives as people send them: the quirks of spec bundle-zip.md section 6, each by its number, with the real program.
//! Z6 is among the twins.

use std::fs;

use serde_json::json;

use crate::archives::{
    PICTURE, PICTURE_TEXT, SCENARIO, Scenario, converted, cucumber, plain_zip, problems, states, statuses, suite,
    tests, zip,
};
use crate::support::{Workshop, bundles, manifest, reports};

#[test]
fn z1_backslashes_part_names() {
    let workshop = Workshop::new();
    let report = cucumber(&[Scenario {
        status: "failed",
        embeddings: json!([{"mime_type": "image/png", "data": "..\\shots\\My%20shot.png"}]),
        ..SCENARIO
    }]);
    let files = [("target\\json\\cucumber.json", report.as_bytes()), ("target\\shots\\My shot.png", PICTURE)];
    converted(&workshop, &plain_zip(&files.map(|(name, content)| (name.to_owned(), content))), &[]);
    assert_eq!(states(&workshop)[0], "target/json/cucumber.json converted");
    assert_eq!(tests(&workshop)[0]["evidences"][0]["data"], PICTURE_TEXT);
}

#[test]
fn z2_an_archive_that_was_zipped_into_itself() {
    let workshop = Workshop::new();
    let inner = zip(&[("a.xml", suite("a").as_bytes()), ("b.xml", suite("b").as_bytes())]);
    let cut = &inner[..inner.len() / 2];
    let ran = converted(&workshop, &zip(&[("a.xml", suite("a").as_bytes()), ("results.zip", cut)]), &[]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    assert_eq!(statuses(&workshop), ["s.a PASS"]);
    assert_eq!(problems(&workshop, "results.zip"), ["truncated"]);
    assert!(ran.stderr.contains("warning: n.zip!/results.zip"), "{}", ran.stderr);
}

#[test]
fn z3_an_archive_whose_line_ends_were_mangled() {
    let workshop = Workshop::new();
    let first = suite("a");
    let files = [("a.xml".to_owned(), first.as_bytes()), ("b.xml".to_owned(), b"<testsuite>\n</testsuite>\n")];
    let mut bytes = plain_zip(&files);
    bytes.retain(|byte| *byte != b'\n');
    let ran = converted(&workshop, &bytes, &[]);
    assert_eq!(ran.code, Some(3), "{}", ran.stderr);
    assert!(reports(&workshop.path().join("out")).iter().any(|line| line["state"] == "damaged"));
}

#[test]
fn z4_of_an_html_report_only_what_is_a_report_is_read() {
    let workshop = Workshop::new();
    let report = cucumber(&[SCENARIO]);
    let page = format!("<!DOCTYPE html><html><script>var data = {report};</script></html>");
    let script = format!("window.data = {report};");
    let archive = zip(&[
        ("html/cucumber-results.json", report.as_bytes()),
        ("html/data.js", script.as_bytes()),
        ("html/fonts/a.woff2", b"wOF2\0\0\0\0"),
        ("html/index.html", page.as_bytes()),
        ("html/style.css", b"body { margin: 0 }"),
    ]);
    assert_eq!(converted(&workshop, &archive, &[]).code, Some(0));
    assert_eq!(statuses(&workshop).len(), 1);
    let converted = states(&workshop).into_iter().filter(|state| state.ends_with(" converted")).count();
    assert_eq!(converted, 1, "{:?}", states(&workshop));
}

#[test]
fn z5_allure_results_are_named_and_set_aside() {
    let workshop = Workshop::new();
    let result = br#"{"uuid":"1","historyId":"2","name":"a","status":"passed","stage":"finished","steps":[]}"#;
    let container = br#"{"uuid":"3","children":["1"],"befores":[],"afters":[]}"#;
    let archive = zip(&[
        ("a.xml", suite("a").as_bytes()),
        ("allure/1-result.json", result),
        ("allure/3-container.json", container),
    ]);
    assert_eq!(converted(&workshop, &archive, &[]).code, Some(0));
    assert_eq!(
        states(&workshop),
        [
            "a.xml converted",
            "allure/1-result.json unsupported an Allure result: hand in the test runner's own report",
            "allure/3-container.json unsupported an Allure container"
        ]
    );
}

#[test]
fn z7_one_report_for_each_scenario_of_a_feature() {
    let workshop = Workshop::new();
    let first = cucumber(&[SCENARIO]);
    let second = cucumber(&[Scenario { name: "Logs out", line: 8, status: "failed", ..SCENARIO }]);
    let again = cucumber(&[Scenario { status: "failed", ..SCENARIO }]);
    let archive = zip(&[("1.json", first.as_bytes()), ("2.json", second.as_bytes()), ("3.json", again.as_bytes())]);
    converted(&workshop, &archive, &[]);
    assert_eq!(
        statuses(&workshop),
        ["features/login.feature#login;logs-in FAIL", "features/login.feature#login;logs-out FAIL"]
    );
    assert_eq!(
        manifest(&workshop.path().join("out"))["totals"]["runs"],
        json!({"written": 2, "merged": 1, "left_out": 0})
    );
}

#[test]
fn z8_an_empty_report_costs_itself_only() {
    let workshop = Workshop::new();
    let archive = zip(&[("bad.json", b""), ("good.json", cucumber(&[SCENARIO]).as_bytes())]);
    assert_eq!(converted(&workshop, &archive, &[]).code, Some(3));
    assert_eq!(problems(&workshop, "bad.json"), ["empty-report"]);
    assert_eq!(statuses(&workshop).len(), 1);
}

#[test]
fn z9_the_same_report_in_two_folders_counts_once() {
    let workshop = Workshop::new();
    let report = cucumber(&[SCENARIO, Scenario { name: "Logs out", line: 8, ..SCENARIO }]);
    let archive = zip(&[("ci/cucumber.json", report.as_bytes()), ("target/cucumber.json", report.as_bytes())]);
    converted(&workshop, &archive, &[]);
    assert_eq!(
        states(&workshop),
        ["ci/cucumber.json converted", "target/cucumber.json ignored duplicate-of n.zip!/ci/cucumber.json"]
    );
    let totals = &manifest(&workshop.path().join("out"))["totals"];
    assert_eq!((&totals["cases"]["seen"], &totals["runs"]["merged"]), (&json!(2), &json!(0)));
}

#[test]
fn z10_the_content_decides_not_the_name() {
    let workshop = Workshop::new();
    let report = cucumber(&[Scenario { tag: "@DEMO-7", status: "failed", ..SCENARIO }]);
    let archive =
        zip(&[("DEMO-7.json", PICTURE), ("results.txt", report.as_bytes()), ("suite.json", suite("a").as_bytes())]);
    converted(&workshop, &archive, &[]);
    assert_eq!(statuses(&workshop), ["DEMO-7 FAIL", "s.a PASS"]);
}

#[test]
fn z11_names_in_utf8_without_the_flag() {
    let workshop = Workshop::new();
    converted(&workshop, &plain_zip(&[("prüfung/ü.xml".to_owned(), suite("a").as_bytes())]), &[]);
    assert_eq!(states(&workshop), ["prüfung/ü.xml converted"]);
}

#[test]
fn z12_the_times_of_entries_are_no_times_of_tests() {
    let workshop = Workshop::new();
    let archive = zip(&[("a.xml", suite("a").as_bytes())]);
    converted(&workshop, &archive, &[]);
    let bundle = &bundles(&workshop.path().join("out"))[0].1;
    assert!(bundle["info"].get("startDate").is_none() && bundle["tests"][0].get("start").is_none(), "{bundle}");
    assert!(!bundle.to_string().contains("1980"));
}

#[test]
fn z13_more_entries_than_16_bits_can_count() {
    let workshop = Workshop::new();
    let entries = 65_536 + 3;
    let mut files: Vec<(String, &[u8])> = (0..entries).map(|number| (format!("{number:05}.txt"), &b"x"[..])).collect();
    let report = suite("last");
    files.push(("z.xml".to_owned(), report.as_bytes()));
    converted(&workshop, &plain_zip(&files), &[]);
    assert_eq!(manifest(&workshop.path().join("out"))["totals"]["files"], entries + 1);
    assert_eq!(statuses(&workshop), ["s.last PASS"]);
}

#[test]
fn z14_a_comment_that_looks_like_the_end_of_an_archive() {
    let workshop = Workshop::new();
    for comment in [&b"PK\x05\x06"[..], b"a PK\x05\x06\0\0\0\0\x01\0\x01\0\x2e\0\0\0\0\0\0\0\0\0", &[b'P'; 60_000]] {
        let mut bytes = zip(&[("a.xml", suite("a").as_bytes())]);
        let length = bytes.len();
        bytes[length - 2..].copy_from_slice(&(comment.len() as u16).to_le_bytes());
        bytes.extend_from_slice(comment);
        assert_eq!(converted(&workshop, &bytes, &[]).code, Some(0), "{comment:?}");
        assert_eq!(statuses(&workshop), ["s.a PASS"], "{comment:?}");
    }
}

#[test]
fn z15_encrypted_entries_are_named_and_the_others_read() {
    let workshop = Workshop::new();
    let mut bytes =
        plain_zip(&[("a.xml".to_owned(), suite("a").as_bytes()), ("b.xml".to_owned(), suite("b").as_bytes())]);
    let directory = bytes.windows(4).position(|window| window == b"PK\x01\x02").unwrap();
    bytes[directory + 8] |= 1;
    bytes[6] |= 1;
    let ran = converted(&workshop, &bytes, &[]);
    assert_eq!(ran.code, Some(3));
    assert!(ran.stderr.contains("n.zip!/a.xml: the entry was left out: it is encrypted"), "{}", ran.stderr);
    assert_eq!(statuses(&workshop), ["s.b PASS"]);
}

#[test]
fn names_that_lead_out_of_an_archive_are_told() {
    let workshop = Workshop::new();
    let files = [("../../a.xml", suite("a")), ("b../c..d.xml", suite("b"))];
    let ran = converted(&workshop, &zip(&files.each_ref().map(|(name, report)| (*name, report.as_bytes()))), &[]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    assert_eq!(states(&workshop), ["n.zip ignored", "../../a.xml converted", "b../c..d.xml converted"]);
    assert!(ran.stderr.contains(r#"n.zip: names such as "../../a.xml" lead out of the archive"#), "{}", ran.stderr);
    converted(&workshop, &zip(&[("b../c..d.xml", suite("b").as_bytes())]), &[]);
    assert_eq!(states(&workshop), ["b../c..d.xml converted"]);
}

#[test]
fn of_two_entries_with_one_name_the_later_counts_and_the_other_is_told() {
    let workshop = Workshop::new();
    let bytes = zip(&[("./a.xml", suite("early").as_bytes()), ("a.xml", suite("late").as_bytes())]);
    let ran = converted(&workshop, &bytes, &[]);
    assert_eq!(ran.code, Some(0));
    assert!(ran.stderr.contains("a.xml: the archive has a later entry of the same name"), "{}", ran.stderr);
    assert_eq!(statuses(&workshop), ["s.late PASS"]);
    assert_eq!(states(&workshop).len(), 2);
    let verified = workshop.run(["verify", "out"]);
    assert_eq!(verified.code, Some(0), "{}{}", verified.stdout, verified.stderr);
}

#[test]
fn an_empty_archive_is_seen_and_told() {
    let workshop = Workshop::new();
    workshop.write("in/empty.zip", zip(&[]));
    workshop.write("in/a.txt", "x");
    let told = "error: no report was found in 2 files (empty archives: 1, no reports: 1)\n";
    for command in [&["convert", "-o", "out"][..], &["plan"], &["inspect"]] {
        let ran = workshop.run([command, &["in", "-q"]].concat());
        assert_eq!((ran.code, ran.stderr.as_str()), (Some(4), told), "{command:?}");
    }
    let lines = std::fs::read_to_string(workshop.path().join("out/reports.jsonl")).unwrap();
    assert!(lines.contains(r#""report":"empty.zip","state":"ignored","reason":"an empty archive""#), "{lines}");
    assert_eq!(workshop.run(["verify", "out"]).code, Some(0));
    workshop.write("none/.keep", "x");
    std::fs::remove_file(workshop.path().join("none/.keep")).unwrap();
    assert!(workshop.run(["inspect", "none"]).stderr.contains("no report was found: there is no file at all"));
}

#[test]
fn archives_behind_other_bytes_are_read() {
    let workshop = Workshop::new();
    let mut bytes = b"PK\x03\x04 not really\n".to_vec();
    bytes.extend(zip(&[("a.xml", suite("a").as_bytes())]));
    assert_eq!(converted(&workshop, &bytes, &[]).code, Some(0));
    assert_eq!(statuses(&workshop), ["s.a PASS"]);
}

#[test]
fn info_files_are_named_for_what_they_are() {
    let workshop = Workshop::new();
    let issue = br#"{"fields":{"project":{"key":"DEMO"},"summary":"A night","issuetype":{"name":"Test Execution"}}}"#;
    let info = br#"{"info":{"project":"DEMO","summary":"A night"}}"#;
    let archive = zip(&[("a.xml", suite("a").as_bytes()), ("info.json", issue), ("testExecInfo.json", info)]);
    assert_eq!(converted(&workshop, &archive, &[]).code, Some(0));
    assert_eq!(
        states(&workshop)[1..],
        [
            "info.json unsupported the fields of a Jira issue, for a multipart import: --info takes the Test \
             Execution's fields from it",
            "testExecInfo.json unsupported the info of a Test Execution without any tests: --info takes the Test \
             Execution's fields from it"
        ]
    );
}

#[test]
fn an_info_file_names_the_test_execution_unless_options_do() {
    let workshop = Workshop::new();
    workshop.write("a.xml", suite("a"));
    workshop.write(
        "info.json",
        r#"{"fields":{"project":{"key":"DEMO"},"summary":"A night","fixVersions":[{"name":"v1"}],"priority":{"id":"3"}},
            "xrayFields":{"environments":["ios"]}}"#,
    );
    let convert = |more: &[&str]| {
        let ran =
            workshop.run([&["convert", "a.xml", "--out", "out", "--force", "--info", "info.json"], more].concat());
        assert_eq!(ran.code, Some(0), "{}", ran.stderr);
        assert!(ran.stderr.contains("info.json: not used: fields.priority"), "{}", ran.stderr);
        bundles(&workshop.path().join("out"))[0].1["info"].clone()
    };
    let expected = json!({"project": "DEMO", "summary": "A night", "version": "v1", "testEnvironments": ["ios"]});
    assert_eq!(convert(&[]), expected);
    assert_eq!(manifest(&workshop.path().join("out"))["options"]["summary"], "A night");
    let info = convert(&["--summary", "Mine", "--environment", "linux", "--project", "OTHER", "--fix-version", "v2"]);
    let said = ["summary", "project", "version"].map(|name| &info[name]);
    assert_eq!(said, [&json!("Mine"), &json!("OTHER"), &json!("v2")]);
    assert_eq!(info["testEnvironments"], json!(["linux"]));
    let ran = workshop.run(["convert", "a.xml", "--out", "new", "--info", "a.xml"]);
    assert_eq!(ran.code, Some(2), "{}", ran.stderr);
    assert!(ran.stderr.contains("--info a.xml: it is no JSON"), "{}", ran.stderr);
    workshop.write("sub/xraypack.toml", "info = \"../info.json\"\n");
    workshop.write("sub/a.xml", suite("a"));
    let ran =
        workshop.command(["convert", "a.xml", "-o", "../from-file"]).current_dir(workshop.path().join("sub")).output();
    assert!(ran.unwrap().status.success());
}

#[test]
fn an_output_fed_back_gives_the_same_bundles() {
    let workshop = Workshop::new();
    let first = cucumber(&[
        Scenario {
            tag: "@DEMO-7",
            status: "failed",
            embeddings: json!([{"mime_type": "image/png", "data": PICTURE_TEXT}]),
            ..SCENARIO
        },
        Scenario { name: "Logs out", line: 8, ..SCENARIO },
    ]);
    let more = ["--max-tests", "1"];
    converted(&workshop, &zip(&[("cucumber.json", first.as_bytes()), ("a.xml", suite("a").as_bytes())]), &more);
    let once = bundles(&workshop.path().join("out"));
    assert_eq!(once.len(), 3);
    let pack = || {
        let out = workshop.path().join("out");
        let mut files: Vec<(String, Vec<u8>)> = walkdir::WalkDir::new(&out)
            .sort_by_file_name()
            .into_iter()
            .flatten()
            .filter(|file| file.file_type().is_file())
            .map(|file| {
                (file.path().strip_prefix(&out).unwrap().to_str().unwrap().to_owned(), fs::read(file.path()).unwrap())
            })
            .collect();
        files.sort();
        let files: Vec<_> = files.iter().map(|(name, content)| (name.as_str(), content.as_slice())).collect();
        zip(&files)
    };
    for _ in 0..2 {
        let ran = converted(&workshop, &pack(), &more);
        assert_eq!(ran.code, Some(0), "{}", ran.stderr);
        assert_eq!(bundles(&workshop.path().join("out")), once);
    }
    let lines = states(&workshop);
    assert!(
        lines.contains(&"manifest.json unsupported the manifest of a conversion by xraypack".to_owned()),
        "{lines:?}"
    );
}
