//! The `info` part of a multipart import, and `bench`.

use std::fs;

use serde_json::{Value, json};

use crate::support::{Workshop, manifest};

fn workshop() -> Workshop {
    let workshop = Workshop::new();
    workshop.write("night/a.xml", "<testsuite name='s'><testcase name='t'/></testsuite>");
    workshop
}

fn convert(workshop: &Workshop, more: &[&str]) -> Option<i32> {
    let line = ["convert", "night", "--out", "out", "-p", "DEMO", "--force"];
    let ran = workshop.run([&line, more].concat());
    assert_eq!(ran.code == Some(0), ran.stderr.is_empty(), "{}", ran.stderr);
    ran.code
}

fn info(workshop: &Workshop) -> Value {
    let out = workshop.path().join("out");
    let file = manifest(&out)["executions"][0]["multipart_info"]["file"].as_str().unwrap().to_owned();
    assert_eq!(file, "bundles/night.info.json");
    serde_json::from_slice(&fs::read(out.join(file)).unwrap()).unwrap()
}

#[test]
fn the_info_part_lies_beside_the_bundles_on_request() {
    let workshop = workshop();
    let given = ["--multipart-info", "default", "--summary", "Night", "--test-plan", "DEMO-3", "--environment", "a;b"];
    let fields = json!({"project": {"key": "DEMO"}, "summary": "Night", "issuetype": {"name": "Test Execution"}});
    for (target, expected) in [
        ("server", json!({"fields": fields})),
        ("cloud", json!({"fields": fields, "xrayFields": {"testPlanKey": "DEMO-3", "environments": ["a", "b"]}})),
    ] {
        assert_eq!(convert(&workshop, &[&given[..], &["--target", target]].concat()), Some(0));
        assert_eq!(info(&workshop), expected, "{target}");
        assert_eq!(workshop.run(["verify", "out"]).code, Some(0));
    }
    let path = workshop.path().join("out/bundles/night.info.json");
    fs::write(&path, "{}").unwrap();
    let verified = workshop.run(["verify", "out"]);
    assert_eq!(verified.code, Some(5));
    assert!(verified.stdout.contains("bundles/night.info.json was changed"), "{}", verified.stdout);
    // A bind that follows leaves it alone, and a conversion without it removes it.
    assert_eq!(convert(&workshop, &[]), Some(0));
    assert!(!path.exists());
    assert_eq!(manifest(&workshop.path().join("out"))["executions"][0].get("multipart_info"), None);
}

#[test]
fn a_template_of_the_user_is_filled_and_a_wrong_one_refused() {
    let workshop = workshop();
    workshop
        .write("info.json", r#"{"fields": {"summary": "{{summary}} of {{id}}", "customfield_1": "{{environments}}"}}"#);
    assert_eq!(convert(&workshop, &["--multipart-info", "info.json", "--summary", "N"]), Some(0));
    assert_eq!(info(&workshop), json!({"fields": {"summary": "N of night"}}));
    let recorded = &manifest(&workshop.path().join("out"))["options"]["multipart-info"];
    assert_eq!(recorded["fields"]["customfield_1"], "{{environments}}");
    workshop.write("info.json", r#"{"fields": {"summary": "{{title}}"}}"#);
    let ran = workshop.run(["convert", "night", "--out", "new", "-p", "DEMO", "--multipart-info", "info.json"]);
    assert_eq!(ran.code, Some(2));
    assert!(ran.stderr.contains("--multipart-info: info.json: {{title}} is not known"), "{}", ran.stderr);
    assert!(!workshop.path().join("new").exists());
    // Where the Test Execution exists none is to be made.
    assert_eq!(convert(&workshop, &["--multipart-info", "default", "--execution", "DEMO-1"]), Some(0));
    assert!(workshop.files().iter().all(|file| !file.ends_with(".info.json")));
}
