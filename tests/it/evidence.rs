//! Which evidence arrives where: in the bundles or in files beside them, each content once, and all of it accounted for.

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

/// Every file of the output with its bytes.
fn output(workshop: &Workshop) -> BTreeMap<String, Vec<u8>> {
    let files = workshop.files().into_iter().filter(|name| name.starts_with("out/"));
    files.map(|name| (name.clone(), fs::read(workshop.path().join(&name)).unwrap())).collect()
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

/// A night in which every format writes output.
fn talking(workshop: &Workshop) {
    let junit = "<testsuite name='s'><testcase classname='c' name='failed'><failure/><system-out>one</system-out>\
        <system-out>two</system-out><system-err>oops</system-err></testcase>\
        <testcase classname='c' name='passed'><system-out>fine</system-out></testcase></testsuite>";
    workshop.write("night/TEST-junit.xml", junit);
    let nunit = "<test-run id='0' testcasecount='1'><test-case id='1' fullname='n.failed' name='failed' result='Failed'>\
        <output>of nunit</output></test-case></test-run>";
    workshop.write("night/nunit.xml", nunit);
    let xunit = "<assemblies><assembly name='a.dll'><collection><test type='x' method='failed' result='Fail'>\
        <output>of xunit</output></test></collection></assembly></assemblies>";
    workshop.write("night/xunit.xml", xunit);
    let testng = "<testng-results><suite><test><class name='t'><test-method name='failed' status='FAIL'>\
        <reporter-output><line>of testng</line></reporter-output></test-method></class></test></suite></testng-results>";
    workshop.write("night/testng.xml", testng);
    let robot = "<robot generator='Robot 7.0'><suite name='r'><test name='failed'><kw name='k'>\
        <msg level='INFO'>of robot</msg><status status='FAIL'/></kw><status status='FAIL'>no</status></test>\
        <status status='FAIL'/></suite></robot>";
    workshop.write("night/robot.xml", robot);
    let cucumber = json!([{"uri": "a.feature", "id": "f", "name": "F", "elements": [{
        "id": "f;failed", "name": "failed", "line": 3, "type": "scenario",
        "steps": [{"keyword": "Given ", "name": "x", "line": 4, "output": ["of cucumber"],
                   "result": {"status": "failed", "error_message": "no"}}],
    }]}]);
    workshop.write("night/cucumber.json", cucumber.to_string());
}

#[test]
fn outputs_become_evidence_where_they_are_asked_for() {
    let workshop = Workshop::new();
    talking(&workshop);
    let expected = |of_passed: bool| {
        let all = [
            ("c.failed", "stdout.txt", "one\ntwo"),
            ("c.failed", "stderr.txt", "oops"),
            ("c.passed", "stdout.txt", "fine"),
            ("n.failed", "stdout.txt", "of nunit"),
            ("r.failed", "stdout.txt", "INFO of robot\n"),
            ("t.failed", "stdout.txt", "of testng\n"),
            ("x.failed", "stdout.txt", "of xunit"),
            ("a.feature#f;failed", "stdout.txt", "of cucumber\n"),
        ];
        let own = |(test, name, text): (&str, &str, &str)| (test.to_owned(), name.to_owned(), text.as_bytes().to_vec());
        let mut expected: Vec<_> =
            all.into_iter().filter(|(test, ..)| of_passed || *test != "c.passed").map(own).collect();
        expected.sort();
        expected
    };
    let found = |options: &[&str]| {
        convert(&workshop, &[&["--force", "--evidence", "sidecar"], options].concat());
        let mut found = evidence(&workshop);
        found.sort();
        found
    };
    assert_eq!(found(&["--output-evidence", "failed"]), expected(false));
    assert_eq!(found(&["--output-evidence", "all"]), expected(true));
    let manifest = convert(&workshop, &["--force", "--evidence", "sidecar"]);
    assert_eq!(manifest["totals"]["evidence"]["kept"], 0);
    let manifest = convert(&workshop, &["--force", "--evidence", "none", "--output-evidence", "failed"]);
    assert_eq!(manifest["totals"]["evidence"]["kept"], 7);
}

#[test]
fn long_outputs_keep_head_and_tail_within_the_limits_and_say_so() {
    let workshop = Workshop::new();
    let lines: String = (0..60_000).map(|line| format!("line {line} of the log\n")).collect();
    let long = format!("<testcase classname='c' name='long'><failure/><system-out>{lines}</system-out></testcase>");
    workshop.write("night/TEST-a.xml", report(&[long]));
    for (limit, at_most) in [("10MiB", 400_000), ("20KiB", 20_480)] {
        let options = ["--force", "--evidence", "sidecar", "--output-evidence", "failed", "--max-evidence", limit];
        let manifest = convert(&workshop, &options);
        let (_, name, bytes) = evidence(&workshop).remove(0);
        let text = String::from_utf8(bytes).unwrap();
        assert_eq!((name.as_str(), &manifest["totals"]["evidence"]["kept"]), ("stdout.txt", &json!(1)));
        assert!(text.len() <= at_most, "{}", text.len());
        assert!(text.starts_with("line 0 of the log\n") && text.ends_with("line 59999 of the log\n"));
        let told = fs::read_to_string(workshop.path().join("out/reports.jsonl")).unwrap();
        let missing = "bytes in the middle of stdout.txt are left out";
        assert!(told.contains("text-shortened") && told.contains(missing), "{told}");
    }
    // With no room at all it is left out, which is told as well.
    let options = ["--force", "--output-evidence", "failed", "--max-evidence", "100"];
    assert_eq!(convert(&workshop, &options)["totals"]["evidence"], json!({"kept": 0, "dropped": 1}));
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
