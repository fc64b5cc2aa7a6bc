//! Quirks of the JSON formats that show in whole conversions only, under their numbers in cucumber.md.

use serde_json::Value;

use crate::support::{Workshop, bundles, json_lines, reports};

/// Converts reports and gives the tests of all bundles, and the lines of the reports.
fn converted(reported: &[(&str, &[u8])]) -> (Vec<Value>, Vec<Value>) {
    let workshop = Workshop::new();
    for (name, report) in reported {
        workshop.write(&format!("in/{name}"), report);
    }
    let ran = workshop.run(["convert", "in", "--out", "out", "--project", "DEMO"]);
    assert!(matches!(ran.code, Some(0 | 3)), "{}", ran.stderr);
    let out = workshop.path().join("out");
    let tests = bundles(&out).into_iter().flat_map(|(_, bundle)| bundle["tests"].as_array().unwrap().clone());
    (tests.collect(), reports(&out))
}

/// A feature with one scenario at a line, with a key, a status and an error.
fn feature(uri: &str, line: u32, status: &str, error: &str) -> String {
    format!(
        r#"[{{"uri":"{uri}","id":"f","name":"F","tags":[],"elements":[{{"id":"f;s","name":"s","line":{line},"type":"scenario",
        "tags":[{{"name":"@DEMO-7","line":2}}],"steps":[{{"keyword":"Given ","name":"x","line":4,
        "result":{{"status":"{status}","error_message":"{error}"}}}}]}}]}}]"#
    )
}

#[test]
fn c01_an_empty_file_is_damaged_and_the_others_go_on() {
    let good = feature("a.feature", 3, "passed", "");
    let (tests, lines) = converted(&[("a.json", b""), ("b.json", good.as_bytes())]);
    assert_eq!(tests.len(), 1);
    assert_eq!([&lines[0]["state"], &lines[1]["state"]], ["damaged", "converted"]);
    assert_eq!(lines[0]["problems"][0]["kind"], "empty-report");
}

#[test]
fn c26_what_breaks_off_before_it_is_known_is_damaged() {
    let good = feature("a.feature", 3, "passed", "");
    let [long, longer] =
        [70_000, 1_100_000].map(|length| format!(r#"{{"info":{{"description":"{}"#, "x".repeat(length)));
    for (begun, state, kind) in [
        (r#"{"info":{"summary":"A night"},"te"#.as_bytes(), "damaged", "truncated"),
        (br#"{"generator":"Robot 7.5","gen"#, "damaged", "truncated"),
        (b"[\n{\"keyword\":\"Feature\",\"name\":\"F\",\"ta", "damaged", "truncated"),
        (b"{", "damaged", "truncated"),
        (&[0; 4096], "damaged", "empty-report"),
        (br#"{"info":{"summary":"A night"}}"#, "unsupported", ""),
        (br#"{"name":"a","version":"1","depend"#, "unsupported", ""),
        (br#"["a","b"#, "unsupported", ""),
        (long.as_bytes(), "damaged", "truncated"),
        (longer.as_bytes(), "unsupported", ""),
    ] {
        let (tests, lines) = converted(&[("a.json", begun), ("b.json", good.as_bytes())]);
        assert_eq!(tests.len(), 1);
        assert_eq!(lines[0]["state"], state, "{}", lines[0]);
        assert_eq!(lines[0]["problems"][0]["kind"].as_str().unwrap_or(""), kind, "{}", lines[0]);
        let (_, lines) = converted(&[("a.bin", begun), ("b.json", good.as_bytes())]);
        assert_ne!(lines[0]["state"], "damaged", "it is not called like a report");
    }
}

#[test]
fn c02_c03_marks_and_utf16_are_read() {
    let report = feature("ü.feature", 3, "failed", "größer");
    let marked = format!("\u{FEFF}{report}");
    let little: Vec<u8> = marked.encode_utf16().flat_map(u16::to_le_bytes).collect();
    for bytes in [marked.into_bytes(), little] {
        let (tests, lines) = converted(&[("a.json", &bytes)]);
        assert_eq!((&lines[0]["state"], &lines[0]["format"]), (&"converted".into(), &"cucumber".into()));
        assert_eq!(tests[0]["comment"], "Given x: größer");
    }
}

#[test]
fn c16_a_rerun_in_another_file_is_another_result_of_the_same_test() {
    let (first, second) = (feature("a.feature", 3, "failed", "no"), feature("a.feature", 3, "passed", ""));
    let (tests, lines) = converted(&[("a.json", first.as_bytes()), ("rerun.json", second.as_bytes())]);
    assert_eq!((tests.len(), &tests[0]["status"]), (1, &"FAIL".into()), "the worst counts, as Xray itself has it");
    assert_eq!(lines[1]["runs"], serde_json::json!({"written": 0, "merged": 1, "left_out": 0}));
}

#[test]
fn c20_scenarios_of_one_id_under_two_rules_both_count() {
    // As cucumber-jvm before 7.26 wrote them: the rule is missing in the id.
    let scenario = |line: u32, status: &str, error: &str| {
        let element = feature("a.feature", line, status, error);
        let element = &element[element.find("{\"id\":\"f;s\"").unwrap()..element.rfind("]}]").unwrap()];
        element.replace(r#","line":4,"#, &format!(r#","line":{},"#, line + 1)).replace("@DEMO-7", "@smoke")
    };
    let report = |elements: &[String]| {
        format!(r#"[{{"uri":"a.feature","id":"f","name":"F","tags":[],"elements":[{}]}}]"#, elements.join(","))
    };
    let under_rules =
        report(&[scenario(5, "failed", "first"), scenario(15, "passed", ""), scenario(25, "failed", "last")]);
    let (tests, lines) = converted(&[("a.json", under_rules.as_bytes())]);
    assert_eq!((tests.len(), &tests[0]["status"]), (1, &"FAIL".into()));
    let comment = tests[0]["comment"].as_str().unwrap();
    assert!(comment.contains("first") && comment.contains("last") && !comment.contains("attempt"), "{comment}");
    assert_eq!(lines[0]["runs"], serde_json::json!({"written": 1, "merged": 2, "left_out": 0}));
    // On one line they are attempts: the last one counts.
    let again = report(&[scenario(5, "failed", "first"), scenario(5, "passed", "")]);
    let (tests, _) = converted(&[("a.json", again.as_bytes())]);
    assert_eq!((tests.len(), &tests[0]["status"]), (1, &"PASS".into()));
    assert!(tests[0]["comment"].as_str().unwrap().contains("attempt 1: failed"), "{}", tests[0]);
}

#[test]
fn c40_karate_calls_show_in_steps_and_evidence_without_their_heads() {
    let workshop = Workshop::new();
    let step = |keyword: &str, line: u32, name: &str, status: &str, more: &str| {
        format!(
            r#"{{"keyword":"{keyword}","line":{line},"name":"{name}",{more}"result":{{"status":"{status}","duration":0,
            "error_message":"{}"}}}}"#,
            if status == "failed" { "status code was: 500" } else { "" }
        )
    };
    let shot = r#""embeddings":[{"data":"QUJD","mime_type":"image/png"}],"#;
    let steps = [
        step("*", 4, "call read('login.feature')", "failed", ""),
        step("", 4, "login.feature", "passed", ""),
        step("> Given", 3, "url base", "passed", ""),
        step("> When", 4, "method get", "failed", shot),
        step("*", 5, "print token", "skipped", ""),
    ];
    let report = format!(
        r#"[{{"uri":"shop.feature","id":"shop","name":"shop","keyword":"Feature","line":1,"elements":[{{"id":"pays","name":"pays",
        "keyword":"Scenario","line":3,"type":"scenario","tags":[{{"name":"@DEMO-7","line":2}}],"steps":[{}]}}]}}]"#,
        steps.join(",")
    );
    workshop.write("shop.json", report);
    let ran = workshop.run(["convert", "shop.json", "--out", "out", "--steps"]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    let test = bundles(&workshop.path().join("out")).remove(0).1["tests"][0].clone();
    let statuses: Vec<_> =
        test["steps"].as_array().unwrap().iter().map(|step| step["status"].as_str().unwrap()).collect();
    assert_eq!(statuses, ["FAIL", "PASS", "FAIL", "TODO"], "the row over the called steps is none");
    assert_eq!(test["evidences"][0]["filename"], "pays-s3-1.png");
    assert_eq!((&test["status"], test["comment"].as_str().unwrap().contains("500")), (&"FAIL".into(), true));
}

#[test]
fn c39_colours_do_not_reach_the_comment() {
    let (tests, _) = converted(&[("a.json", feature("a.feature", 3, "failed", "\\u001b[31mred\\u001b[0m").as_bytes())]);
    assert_eq!(tests[0]["comment"], "Given x: red");
}

#[test]
fn c43_the_scenarios_of_one_feature_may_stand_in_several_files() {
    let other = feature("a.feature", 9, "passed", "").replace("DEMO-7", "smoke").replace("f;s", "f;t");
    let same = feature("a.feature", 9, "passed", "").replace("DEMO-7", "slow").replace("f;s", "f;t");
    let (tests, _) = converted(&[("a.json", other.as_bytes()), ("b.json", same.as_bytes())]);
    assert_eq!(tests.len(), 1, "one scenario is one Test wherever it is told");
    assert_eq!(tests[0]["testInfo"]["definition"], "a.feature#f;t");
}

#[test]
fn c46_a_report_without_a_test_is_visible() {
    let workshop = Workshop::new();
    workshop.write("empty.cucumber.json", "[]");
    let ran = workshop.run(["inspect", "--format", "json", "empty.cucumber.json"]);
    let line = &json_lines(&ran.stdout)[0];
    assert_eq!((&line["state"], &line["cases"]["seen"]), (&"converted".into(), &0.into()));
    assert!(line["problems"][0]["message"].as_str().unwrap().contains("no feature"), "{line}");
}

#[test]
fn long_evidence_is_left_out_and_told_alike_from_memory_and_from_a_stream() {
    let shot = "QUJD".repeat(1 << 20);
    let report = feature("a.feature", 3, "failed", "no").replace(
        "\"result\"",
        &format!(r#""embeddings":[{{"data":"{shot}","mime_type":"image/png"}},{{"data":"QUJD","mime_type":"image/png"}}],"result""#),
    );
    let padded = format!("{report}{}", " ".repeat(3 << 20));
    let mut told = Vec::new();
    for (name, text) in [("short.json", &report), ("long.json", &padded)] {
        let workshop = Workshop::new();
        workshop.write("in/a.json", text);
        let ran = workshop.run(["convert", "in", "--out", "out", "--max-evidence", "1MiB"]);
        assert_eq!(ran.code, Some(0), "{name}: {}", ran.stderr);
        let out = workshop.path().join("out");
        let evidence = bundles(&out)[0].1["tests"][0]["evidences"].clone();
        assert_eq!(evidence.as_array().unwrap().len(), 1, "{name}");
        let line = reports(&out).remove(0);
        assert_eq!(line["problems"][0]["kind"], "evidence-dropped");
        told.push(line["problems"][0]["message"].clone());
    }
    assert!(told[0].as_str().unwrap().contains("3145728 bytes"), "{}", told[0]);
    assert_eq!(told[0], told[1]);
}

#[test]
fn a_merge_conflict_is_named_wherever_it_stands() {
    let inside = |text: &str| text[1..text.len() - 1].to_owned();
    let [one, other] = ["passed", "failed"].map(|status| feature("a.feature", 3, status, "m"));
    let between = format!("[\n<<<<<<< HEAD\n{}\n=======\n{}\n>>>>>>> b\n]", inside(&one), inside(&other));
    let around = format!("<<<<<<< HEAD\n{one}\n=======\n{other}\n>>>>>>> b\n");
    let within = one.replace("\"id\":\"f\"", "\n<<<<<<< HEAD\n\"id\":\"f\"\n=======\n\"id\":\"g\"\n>>>>>>> b\n");
    for (report, tests) in [(between, 1), (around, 1), (within, 1)] {
        let (found, lines) = converted(&[("cucumber.json", report.as_bytes())]);
        assert_eq!((found.len(), lines[0]["state"].as_str()), (tests, Some("damaged")), "{report}\n{lines:?}");
        let told = lines[0]["problems"].as_array().unwrap().iter().filter(|problem| {
            problem["kind"] == "malformed"
                && problem["message"].as_str().unwrap().contains("a merge conflict that git left")
        });
        assert_eq!(told.count(), 1, "{report}\n{}", lines[0]);
    }
}

#[test]
fn info_and_tests_of_other_tools_are_no_xray_json() {
    let other = br#"{"info":{"title":"An API","version":"1"},"tests":[{"name":"a","status":"passed"}]}"#;
    let number = br#"{"info":{"summary":"a night"},"tests":3}"#;
    // Where one test says which Test it is of, what is wrong with the others is told.
    let slip = br#"{"info":{"title":"a"},"tests":[{"name":"a","status":"PASS"},{"testKey":"DEMO-1","status":"PASS"}]}"#;
    let (tests, lines) = converted(&[("a.json", other), ("b.json", number), ("c.json", slip)]);
    assert_eq!(tests.len(), 1);
    let states: Vec<_> = lines.iter().map(|line| line["state"].as_str().unwrap()).collect();
    assert_eq!(states, ["unsupported", "unsupported", "converted"]);
    for line in &lines[..2] {
        assert!(line["reason"].as_str().unwrap().contains("that are not those of Xray"), "{line}");
    }
    assert_eq!(lines[2]["runs"]["left_out"], 1);
    let kinds: Vec<_> =
        lines[2]["problems"].as_array().unwrap().iter().map(|problem| problem["kind"].clone()).collect();
    assert!(kinds.contains(&"no-identity".into()) && kinds.contains(&"unknown-property".into()), "{kinds:?}");
}
