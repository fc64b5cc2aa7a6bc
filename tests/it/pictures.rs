//! Pictures beside reports: referred to, embedded as well, named after a Test, or left over (spec bundle-zip.md sections
//! 2, 4 and 7).

use serde_json::{Value, json};

use crate::archives::{
    PICTURE, PICTURE_TEXT, SCENARIO, Scenario, converted, cucumber, problems, states, statuses, suite, tests, zip,
};
use crate::support::{Workshop, bundles, manifest, reports, repository};

const OTHER: &[u8] = b"\x89PNG\r\n\x1a\nother";

fn failing(embeddings: Value) -> String {
    cucumber(&[Scenario { tag: "@TEST_DEMO-2", status: "failed", embeddings, ..SCENARIO }])
}

fn evidence_totals(workshop: &Workshop) -> Value {
    manifest(&workshop.path().join("out"))["totals"]["evidence"].clone()
}

#[test]
fn the_example_of_the_specification() {
    let workshop = Workshop::new();
    let archive = std::fs::read(repository().join("fixtures/archives/calabash.zip")).unwrap();
    let ran = converted(&workshop, &archive, &[]);
    assert_eq!(ran.code, Some(3), "{}", ran.stderr);
    assert_eq!(statuses(&workshop), ["DEMO-1 PASS", "DEMO-2 FAIL"]);
    let found = tests(&workshop);
    assert!(found[0].get("evidences").is_none());
    assert_eq!(found[1]["evidences"].as_array().unwrap().len(), 1);
    assert_eq!(
        states(&workshop),
        [
            "__MACOSX/iphone/._cucumber.json ignored operating-system litter",
            "android/cucumber.json damaged",
            "iphone/cucumber.json converted",
            "iphone/screenshot_0.png ignored the same content as evidence in n.zip!/iphone/cucumber.json",
        ]
    );
    assert!(ran.stderr.contains("n.zip!/android/cucumber.json: the file is empty"), "{}", ran.stderr);
}

#[test]
fn a_picture_embedded_and_loose_is_evidence_once() {
    let workshop = Workshop::new();
    let report = failing(json!([{"mime_type": "image/png", "data": PICTURE_TEXT}]));
    converted(&workshop, &zip(&[("DEMO-2.png", PICTURE), ("cucumber.json", report.as_bytes())]), &[]);
    let found = &tests(&workshop)[0]["evidences"];
    assert_eq!(found.as_array().unwrap().len(), 1);
    assert_eq!(found[0]["filename"], "logs-in-s1-1.png", "the embedded one stays");
    assert_eq!(states(&workshop)[0], "DEMO-2.png ignored the same content as evidence in n.zip!/cucumber.json");
}

#[test]
fn paths_in_a_report_are_found_in_its_archive() {
    let workshop = Workshop::new();
    for (member, written, place) in [
        ("data", "shot.png", "ui/shot.png"),
        ("data", "shots/shot.png", "shots/shot.png"),
        ("file", "C:\\work\\far\\shot.png", "deep/down/shot.png"),
        ("url", "shots/My%20Shot.PNG", "ui/shots/my shot.png"),
    ] {
        let mut embedding = json!({"mime_type": "image/png"});
        embedding[member] = json!(written);
        let report = failing(json!([embedding]));
        converted(&workshop, &zip(&[("ui/cucumber.json", report.as_bytes()), (place, PICTURE)]), &[]);
        assert_eq!(tests(&workshop)[0]["evidences"][0]["data"], PICTURE_TEXT, "{written}");
        let reason = format!("{place} ignored an attachment that a test refers to");
        assert!(states(&workshop).contains(&reason), "{:?}", states(&workshop));
    }
    let report = failing(json!([{"mime_type": "image/png", "data": "gone.png"}]));
    let ran = converted(&workshop, &zip(&[("cucumber.json", report.as_bytes())]), &[]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    let comment = tests(&workshop)[0]["comment"].as_str().unwrap().to_owned();
    assert!(comment.contains("attachment not included: gone.png"), "{comment}");
    assert_eq!(evidence_totals(&workshop), json!({"kept": 0, "dropped": 1}));
}

#[test]
fn files_that_steps_show_are_found_like_those_of_the_run() {
    let workshop = Workshop::new();
    let shows = |picture: &str| {
        format!(
            "<kw name='Log'><msg level='INFO' html='true'>&lt;img src=\"{picture}\"></msg><status status='FAIL'/></kw>"
        )
    };
    let report = format!(
        "<robot generator='Robot 7.0'><suite name='S'><test name='t'>{}{}{}<tag>TEST_DEMO-5</tag>\
         <status status='FAIL'>boom</status></test><status status='FAIL'/></suite></robot>",
        shows("shot.png"),
        shows("gone.png"),
        shows("gone.png")
    );
    let files = [("r/output.xml", report.as_bytes()), ("r/shot.png", PICTURE)];
    for (options, evidence) in [
        (["--target", "server", "--evidence", "failed"], "evidences"),
        (["--target", "cloud", "--evidence", "failed"], "evidence"),
        (["--target", "server", "--evidence", "sidecar"], ""),
    ] {
        converted(&workshop, &zip(&files), &[&["--steps"], &options[..]].concat());
        let test = &tests(&workshop)[0];
        assert_eq!(test["comment"].as_str().unwrap().matches("attachment not included: gone.png").count(), 1, "{test}");
        if evidence.is_empty() {
            let index = std::fs::read_to_string(workshop.path().join("out/evidence/n.jsonl")).unwrap();
            let line: Value = serde_json::from_str(&index).unwrap();
            assert_eq!((&line["step"], &line["filename"]), (&json!(1), &json!("shot.png")));
        } else {
            let shown = &test["steps"][0][evidence][0];
            assert_eq!((&shown["data"], &shown["filename"]), (&json!(PICTURE_TEXT), &json!("shot.png")));
        }
        assert_eq!(evidence_totals(&workshop), json!({"kept": 1, "dropped": 2}));
        assert_eq!(problems(&workshop, "r/output.xml"), ["missing-attachment"]);
        assert_eq!(states(&workshop)[1], "r/shot.png ignored an attachment that a test refers to");
    }
}

#[test]
fn a_picture_named_after_a_key_or_a_scenario_is_evidence() {
    let workshop = Workshop::new();
    let report = cucumber(&[
        Scenario { tag: "@TEST_DEMO-2", status: "failed", ..SCENARIO },
        Scenario { name: "Logs out", line: 8, status: "failed", ..SCENARIO },
        Scenario { name: "Logs in again", line: 12, tag: "@TEST_DEMO-3", ..SCENARIO },
    ]);
    let files = [
        ("DEMO-2_failed.png", PICTURE),
        ("cucumber.json", report.as_bytes()),
        ("shots/01 Logs out.png", OTHER),
        ("shots/DEMO-3.png", OTHER),
        ("shots/logs-in.logs-out.png", PICTURE),
        ("shots/stray.png", OTHER),
    ];
    converted(&workshop, &zip(&files), &[]);
    let found = tests(&workshop);
    assert_eq!(found[0]["evidences"][0]["filename"], "DEMO-2_failed.png");
    assert_eq!(found[1]["evidences"][0]["filename"], "01 Logs out.png");
    assert_eq!(evidence_totals(&workshop), json!({"kept": 2, "dropped": 0}));
    assert_eq!(
        states(&workshop),
        [
            "DEMO-2_failed.png ignored evidence of DEMO-2, which it is named after",
            "cucumber.json converted",
            "shots/01 Logs out.png ignored evidence of features/login.feature#login;logs-out, which it is named after",
            "shots/DEMO-3.png ignored named after DEMO-3, which did not fail (--evidence failed)",
            "shots/logs-in.logs-out.png ignored orphan attachment: its name fits 2 tests",
            "shots/stray.png ignored orphan attachment: no failed test refers to it, and it is named after none",
        ]
    );
    converted(&workshop, &zip(&files), &["--evidence", "all"]);
    assert_eq!(tests(&workshop)[2]["evidences"][0]["filename"], "DEMO-3.png");
    converted(&workshop, &zip(&files), &["--evidence", "none"]);
    assert!(tests(&workshop).iter().all(|test| test.get("evidences").is_none()));
    assert_eq!(states(&workshop)[5], "shots/stray.png ignored a picture");
    converted(&workshop, &zip(&files), &["--max-evidence", "10"]);
    assert_eq!(evidence_totals(&workshop), json!({"kept": 0, "dropped": 2}));
}

#[test]
fn pictures_in_folders_are_treated_alike() {
    let workshop = Workshop::new();
    workshop.write("in/cucumber.json", failing(Value::Null));
    workshop.write("in/DEMO-2.png", PICTURE);
    workshop.write("in/DEMO-9.png", PICTURE);
    let ran = workshop.run(["convert", "in", "--out", "out", "-p", "DEMO"]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    assert_eq!(tests(&workshop)[0]["evidences"][0]["data"], PICTURE_TEXT);
    let planned = workshop.run(["plan", "in", "-p", "DEMO", "--format", "json"]);
    let planned: Value = serde_json::from_str(&planned.stdout).unwrap();
    assert_eq!(planned["totals"], manifest(&workshop.path().join("out"))["totals"]);
}

#[test]
fn of_two_devices_the_nearer_takes_the_picture() {
    let workshop = Workshop::new();
    let report = failing(Value::Null);
    let files = [
        ("android/cucumber.json", report.as_bytes()),
        ("iphone/DEMO-2.png", PICTURE),
        ("iphone/cucumber.json", report.trim_end().as_bytes()),
    ];
    converted(&workshop, &zip(&files), &["--group-by", "directory"]);
    let found = tests(&workshop);
    assert_eq!(found.len(), 2);
    assert!(found[0].get("evidences").is_none() && found[1]["evidences"][0]["filename"] == "DEMO-2.png", "{found:?}");
}

#[test]
fn a_report_without_pictures_is_as_it_was() {
    let workshop = Workshop::new();
    converted(&workshop, &zip(&[("a.xml", suite("a").as_bytes()), ("b.txt", b"text")]), &[]);
    assert_eq!(states(&workshop), ["a.xml converted", "b.txt ignored neither XML nor JSON nor an archive"]);
}

#[test]
fn a_bundle_written_ahead_takes_its_pictures_too() {
    let workshop = Workshop::new();
    let scenario = |number: u32| {
        let name = format!("Case number {number}");
        cucumber(&[Scenario { name: &name, line: 3 + number, status: "failed", ..SCENARIO }])
    };
    let mut files: Vec<(String, Vec<u8>)> = Vec::new();
    for number in 0..60 {
        let feature = scenario(number).replace("login", &format!("f{number}"));
        files.push((format!("r/{number:02}.json"), feature.into_bytes()));
    }
    let plain = files.clone();
    for number in [5, 25, 45] {
        files.push((format!("shots/case-number-{number}.png"), [PICTURE, format!("{number}").as_bytes()].concat()));
    }
    let archive = |files: &[(String, Vec<u8>)]| {
        let files: Vec<_> = files.iter().map(|(name, content)| (name.as_str(), content.as_slice())).collect();
        zip(&files)
    };
    let mut found = Vec::new();
    for more in [["--jobs", "1", "--memory", "16MiB"], ["--jobs", "4", "--memory", "256MiB"]] {
        converted(&workshop, &archive(&files), &[&["--max-tests", "10"], &more[..]].concat());
        found.push(bundles(&workshop.path().join("out")));
    }
    assert_eq!(found[0], found[1]);
    let with_evidence: Vec<_> = tests(&workshop)
        .iter()
        .enumerate()
        .filter(|(_, test)| test.get("evidences").is_some())
        .map(|(at, _)| at)
        .collect();
    assert_eq!(with_evidence, [5, 25, 45]);
    assert_eq!(evidence_totals(&workshop), json!({"kept": 3, "dropped": 0}));
    converted(&workshop, &archive(&plain), &["--max-tests", "10"]);
    let plain = bundles(&workshop.path().join("out"));
    let same = plain.iter().zip(&found[0]).filter(|((_, one), (_, other))| one["tests"] == other["tests"]).count();
    assert_eq!((plain.len(), same), (6, 3), "the other bundles are as they were");
}

#[test]
fn results_that_are_merged_decide_together_whether_a_picture_is_wanted() {
    let workshop = Workshop::new();
    let passed = cucumber(&[Scenario { tag: "@TEST_DEMO-2", ..SCENARIO }]);
    let failed = failing(Value::Null);
    let archive = zip(&[("a/r.json", passed.as_bytes()), ("b/r.json", failed.as_bytes()), ("b/DEMO-2.png", PICTURE)]);
    converted(&workshop, &archive, &["--merge", "any-pass"]);
    assert_eq!(statuses(&workshop), ["DEMO-2 PASS"]);
    assert_eq!(states(&workshop)[1], "b/DEMO-2.png ignored named after DEMO-2, which did not fail (--evidence failed)");
    converted(&workshop, &archive, &[]);
    assert_eq!(statuses(&workshop), ["DEMO-2 FAIL"]);
    assert_eq!(tests(&workshop)[0]["evidences"][0]["filename"], "DEMO-2.png");
}

#[test]
fn pictures_of_archives_inside_archives_are_read_again() {
    let workshop = Workshop::new();
    let device = |status: &str, name: &str, picture: &[u8]| {
        let report = cucumber(&[Scenario { name, status, ..SCENARIO }]);
        let slug = name.to_lowercase().replace(' ', "_");
        zip(&[("cucumber.json", report.as_bytes()), (&format!("{slug}.png"), picture), ("stray.png", picture)])
    };
    let (one, other) = (device("failed", "Buys a ticket", PICTURE), device("failed", "Sells a ticket", OTHER));
    let archive = zip(&[("one.zip", one.as_slice()), ("two.zip", &other)]);
    converted(&workshop, &archive, &[]);
    let evidence = |test: &Value| test["evidences"][0]["filename"].clone();
    assert_eq!(tests(&workshop).iter().map(evidence).collect::<Vec<_>>(), ["buys_a_ticket.png", "sells_a_ticket.png"]);
    let from_disk = (bundles(&workshop.path().join("out")), states(&workshop));
    assert!(from_disk.1[2].contains("one.zip!/stray.png ignored orphan attachment"), "{:?}", from_disk.1);
    // As a part of a folder, with other groups.
    workshop.write("in/sub/n.zip", &archive);
    for by in ["archive", "input", "all"] {
        let ran = workshop.run(["convert", "in", "--out", "out", "-p", "DEMO", "--force", "--group-by", by]);
        assert_eq!(ran.code, Some(0), "{}", ran.stderr);
        assert_eq!(
            tests(&workshop).iter().map(evidence).collect::<Vec<_>>(),
            ["buys_a_ticket.png", "sells_a_ticket.png"]
        );
    }
}

#[test]
fn what_came_through_a_stream_is_read_again_as_far_as_it_can_be() {
    let workshop = Workshop::new();
    let report = failing(Value::Null);
    let inner = zip(&[("cucumber.json", report.as_bytes()), ("DEMO-2.png", PICTURE)]);
    let outer = zip(&[("cucumber.json", report.as_bytes()), ("DEMO-2.png", PICTURE)]);
    let told = |archive: &[u8]| {
        let file = std::fs::File::open(workshop.write("n.zip", archive)).unwrap();
        let mut command = workshop.command(["convert", "-", "--out", "out", "-p", "DEMO", "--force"]);
        let output = command.stdin(file).output().unwrap();
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(0), "{said}");
        let lines = reports(&workshop.path().join("out"));
        let line = lines.iter().find(|line| line["report"].as_str().unwrap().ends_with(".png")).unwrap();
        (line["reason"].as_str().unwrap().to_owned(), said)
    };
    assert_eq!(told(&outer).0, "evidence of DEMO-2, which it is named after");
    let (reason, said) = told(&zip(&[("in.zip", &inner)]));
    assert_eq!(reason, "orphan attachment: it cannot be read");
    assert!(said.contains("it came through a stream, which is read once [missing-attachment]"), "{said}");
}

#[cfg(unix)]
#[test]
fn a_stopped_conversion_goes_on_with_its_pictures() {
    use crate::night::{asked, assert_same, contents, resume, waiting};

    let by_directory = ["--group-by", "directory", "--evidence", "all"];
    let workshop = Workshop::new();
    // Longer than what is looked at to recognise a file, and than what is read at once.
    let picture = |last: u8| [PICTURE, &[7; 100_000], &[last]].concat();
    let embedded = base64_simd::STANDARD.encode_to_string(picture(1));
    workshop.write("in/a/cucumber.json", failing(json!([{"mime_type": "image/png", "data": embedded}])));
    workshop.write("in/a/DEMO-2.png", picture(2));
    workshop.write("in/a/same.png", picture(1));
    workshop.write("in/a/stray.png", PICTURE);
    workshop.write("in/b/TEST-b.xml", suite("b"));
    let out = workshop.path().join("out");
    let stopped = || {
        let _ = std::fs::remove_dir_all(&out);
        let mut child = waiting(&workshop, &by_directory, 1);
        child.kill().unwrap();
        child.wait().unwrap();
    };
    stopped();
    let ran = resume(&workshop, &by_directory);
    assert!(ran.stderr.contains("1 finished group of reports is taken over\n"), "{}", ran.stderr);
    let resumed = contents(&out);
    std::fs::remove_dir_all(&out).unwrap();
    assert_eq!(workshop.run(asked(&["in"], &by_directory)).code, Some(0));
    assert_same(&resumed, &contents(&out), "in one go");
    let reason = |report: &str| {
        let lines = reports(&out);
        lines.iter().find(|line| line["report"] == report).unwrap()["reason"].as_str().unwrap().to_owned()
    };
    assert_eq!(reason("a/DEMO-2.png"), "evidence of DEMO-2, which it is named after");
    assert_eq!(reason("a/same.png"), "the same content as evidence in a/cucumber.json");
    // Its last byte has changed.
    for (file, changed) in
        [("in/a/DEMO-2.png", picture(3)), ("in/a/same.png", picture(4)), ("in/a/stray.png", picture(1))]
    {
        stopped();
        let before = std::fs::read(workshop.path().join(file)).unwrap();
        workshop.write(file, changed);
        let ran = resume(&workshop, &by_directory);
        assert!(
            ran.stderr.contains("0 finished groups of reports are taken over; 1 has changed"),
            "{file}: {}",
            ran.stderr
        );
        workshop.write(file, before);
    }
}

#[test]
fn of_several_pictures_of_one_test_those_with_room_are_taken_and_each_once() {
    let workshop = Workshop::new();
    let report = failing(Value::Null);
    let files = [
        ("DEMO-2.png", PICTURE),
        ("again/DEMO-2.png", PICTURE),
        ("cucumber.json", report.as_bytes()),
        ("other/DEMO-2.png", OTHER),
    ];
    converted(&workshop, &zip(&files), &[]);
    let names = |workshop: &Workshop| {
        let found = tests(workshop);
        let evidences = found[0]["evidences"].as_array().unwrap();
        evidences.iter().map(|one| one["filename"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(names(&workshop), ["DEMO-2.png", "DEMO-2 (2).png"]);
    assert_eq!(states(&workshop)[1], "again/DEMO-2.png ignored the same content as evidence of DEMO-2");
    let ran = converted(&workshop, &zip(&files), &["--max-evidence-per-test", "20"]);
    assert_eq!(names(&workshop), ["DEMO-2.png"]);
    assert_eq!(evidence_totals(&workshop), json!({"kept": 1, "dropped": 1}));
    assert_eq!(states(&workshop)[3], "other/DEMO-2.png ignored left out of the evidence of DEMO-2");
    assert!(ran.stderr.contains("larger than its evidence may be [evidence-dropped]"), "{}", ran.stderr);
    assert!(ran.stdout.contains("evidence-dropped"), "{}", ran.stdout);
}
