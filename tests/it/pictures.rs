//! Pictures of reports in archives: embedded, and referred to by path (spec bundle-zip.md sections 4 and 7).

use serde_json::{Value, json};

use crate::archives::{PICTURE, PICTURE_TEXT, SCENARIO, Scenario, converted, cucumber, states, statuses, tests, zip};
use crate::support::{Workshop, manifest, repository};

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
            "iphone/screenshot_0.png ignored a picture",
        ]
    );
    assert!(ran.stderr.contains("n.zip!/android/cucumber.json: the file is empty"), "{}", ran.stderr);
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
    }
    let report = failing(json!([{"mime_type": "image/png", "data": "gone.png"}]));
    let ran = converted(&workshop, &zip(&[("cucumber.json", report.as_bytes())]), &[]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    let comment = tests(&workshop)[0]["comment"].as_str().unwrap().to_owned();
    assert!(comment.contains("attachment not included: gone.png"), "{comment}");
    assert_eq!(evidence_totals(&workshop), json!({"kept": 0, "dropped": 1}));
}
