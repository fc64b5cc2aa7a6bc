//! The same tests on several devices (spec bundle-zip.md section 2).

use crate::archives::{SCENARIO, Scenario, converted, cucumber, problems, statuses, zip};
use crate::support::{Workshop, manifest};

fn both() -> String {
    cucumber(&[SCENARIO, Scenario { name: "Logs out", line: 8, status: "failed", ..SCENARIO }])
}

#[test]
fn the_same_tests_on_two_devices_are_merged_with_a_warning() {
    let workshop = Workshop::new();
    let (one, other) = (both(), cucumber(&[SCENARIO, Scenario { name: "Logs out", line: 8, ..SCENARIO }]));
    let archive = zip(&[("android/cucumber.json", one.as_bytes()), ("iphone/cucumber.json", other.as_bytes())]);
    let ran = converted(&workshop, &archive, &[]);
    assert_eq!(problems(&workshop, "iphone/cucumber.json"), ["same-tests-twice"]);
    assert!(ran.stderr.contains("the same 2 tests as n.zip!/android/cucumber.json"), "{}", ran.stderr);
    assert_eq!(statuses(&workshop).len(), 2);
    for more in [["--group-by", "directory"], ["--environment-from", "([^/]+)/[^/]+$"]] {
        let ran = converted(&workshop, &archive, &more);
        assert!(!ran.stderr.contains("same-tests-twice"), "{}", ran.stderr);
        assert_eq!(statuses(&workshop).len(), 4, "{more:?}");
        assert_eq!(manifest(&workshop.path().join("out"))["executions"].as_array().unwrap().len(), 2);
    }
}
