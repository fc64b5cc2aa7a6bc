//! Reports in `fixtures/` and what becomes of them: for every report, its line and its tests stand beside it in
//! `NAME.expected.json`. `XRAYPACK_UPDATE=1` rewrites these files; they are to be read before they are committed.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use serde_json::{Value, json};

use crate::support::{Workshop, bundles, complaints, manifest, reports, repository, schema};

/// Folders whose reports have expected results. Hidden in none of them: scripts, pictures and what else a report needs.
const FOLDERS: &[&str] = &["junit", "testng", "nunit2", "nunit3", "xunit", "robot", "cucumber", "behave", "xray"];

#[test]
fn reports_become_what_stands_beside_them() {
    let mut differing = Vec::new();
    for folder in FOLDERS {
        let path = repository().join("fixtures").join(folder);
        for (report, found) in converted(&path, "server") {
            let expected = path.join(format!("{report}.expected.json"));
            let found = serde_json::to_string_pretty(&found).unwrap() + "\n";
            if std::env::var_os("XRAYPACK_UPDATE").is_some() {
                fs::write(&expected, found).unwrap();
            } else if fs::read_to_string(&expected).unwrap_or_default() != found {
                differing.push(format!("{folder}/{report}"));
            }
        }
    }
    assert!(
        differing.is_empty(),
        "these differ from what stands beside them; XRAYPACK_UPDATE=1 cargo test rewrites it: {differing:#?}"
    );
}

#[test]
fn reports_become_valid_bundles_in_both_flavours() {
    for folder in FOLDERS {
        for target in ["server", "cloud"] {
            assert!(!converted(&repository().join("fixtures").join(folder), target).is_empty());
        }
    }
}

/// Every report of a folder with its line and its tests. The bundles are held against the strict schema.
fn converted(folder: &Path, target: &str) -> BTreeMap<String, Value> {
    let workshop = Workshop::new();
    let input = folder.to_str().unwrap();
    let ran = workshop.run([
        "convert",
        input,
        "--out",
        "out",
        "--project",
        "DEMO",
        "--group-by",
        "report",
        "--target",
        target,
        "--exclude",
        "**/*.expected.json",
        "--evidence",
        "all",
    ]);
    assert!(matches!(ran.code, Some(0 | 3)), "{}", ran.stderr);
    let out = workshop.path().join("out");
    let schema = schema(target);
    let mut tests: BTreeMap<String, Vec<Value>> = BTreeMap::new();
    let bundles: BTreeMap<_, _> = bundles(&out).into_iter().collect();
    for execution in manifest(&out)["executions"].as_array().unwrap() {
        let of_execution = tests.entry(execution["source"].as_str().unwrap().to_owned()).or_default();
        for record in execution["bundles"].as_array().unwrap() {
            let bundle = &bundles[record["file"].as_str().unwrap().trim_start_matches("bundles/")];
            assert_eq!(complaints(&schema, bundle), Vec::<String>::new(), "{record}");
            of_execution.extend(bundle["tests"].as_array().unwrap().iter().cloned());
        }
    }
    reports(&out)
        .into_iter()
        .filter(|line| line["state"] != "ignored")
        .map(|mut line| {
            line.as_object_mut().unwrap().remove("execution");
            let name = line["report"].as_str().unwrap().to_owned();
            let tests = tests.remove(&name).unwrap_or_default();
            (name, json!({"report": line, "tests": tests}))
        })
        .collect()
}
