//! However the results of a night are spread over reports, the same bundles come out, and every case is accounted for.

use std::collections::BTreeMap;
use std::fs;

use proptest::prelude::*;
use serde_json::Value;

use crate::support::{Workshop, bundles, json_lines, manifest, reports};

/// One case of the night.
#[derive(Debug, Clone)]
struct Case {
    test: u8,
    has_key: bool,
    result: u8,
    label: u8,
}

impl Case {
    fn xml(&self) -> String {
        let Case { test, has_key, result, label } = self;
        let inside = match result {
            0 => format!("<failure message='boom {label}' type='E'>at line {label}</failure>"),
            1 => "<skipped message='later'/>".to_owned(),
            2 => "<error message='crash'/>".to_owned(),
            _ => String::new(),
        };
        let key = match has_key {
            true => format!("<property name='test_key' value='DEMO-{}'/>", test % 3 + 1),
            false => String::new(),
        };
        // Some results of a Test show the same, some not, under one name.
        let shown = base64_simd::STANDARD.encode_to_string(format!("shown {}", label % 3));
        let evidence = format!("<property name='testrun_evidence'><item name='shot.png'>{shown}</item></property>");
        let properties = format!("<properties>{key}<property name='tags' value='l{label}'/>{evidence}</properties>");
        format!("<testcase classname='shop.Cart' name='test {test}'>{properties}{inside}</testcase>")
    }
}

fn cases() -> impl Strategy<Value = Vec<Case>> {
    let case = (0..6_u8, any::<bool>(), 0..6_u8, 0..4_u8);
    let case = case.prop_map(|(test, has_key, result, label)| Case { test, has_key, result, label });
    proptest::collection::vec(case, 1..25)
}

/// Converts these reports, in this order, and holds the numbers against each other.
fn convert(shards: &[Vec<Case>], policy: &str) -> Workshop {
    let workshop = Workshop::new();
    for (number, cases) in shards.iter().enumerate() {
        let folder = ["a", "b", "c"][number * 3 / shards.len()];
        let cases: String = cases.iter().map(Case::xml).collect();
        // The name keeps a report from being the same bytes as another one, which would be read once.
        let report = format!("<testsuite name='shard {number}'>{cases}</testsuite>");
        workshop.write(&format!("night/{folder}/{number:03}.xml"), report);
    }
    // One policy with evidence in files.
    let evidence = if policy == "worst" { "sidecar-all" } else { "all" };
    let ran = workshop.run([
        "convert",
        "--evidence",
        evidence,
        "-q",
        "night",
        "--out",
        "out",
        "--project",
        "DEMO",
        "--merge",
        policy,
        "--max-tests",
        "4",
    ]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    let out = workshop.path().join("out");
    let count = |value: &Value, place: &str| value.pointer(place).and_then(Value::as_u64).unwrap();
    let totals = manifest(&out)["totals"].clone();
    for counted in reports(&out).iter().chain([&totals]) {
        let became = ["written", "merged", "left_out"].map(|name| count(counted, &format!("/runs/{name}")));
        assert_eq!(count(counted, "/cases/seen"), became.iter().sum::<u64>(), "{counted}");
    }
    assert_eq!(count(&totals, "/cases/seen"), shards.iter().map(Vec::len).sum::<usize>() as u64);
    workshop
}

/// The bytes of all bundles, and of the evidence beside them with its index.
fn written(workshop: &Workshop) -> Vec<(String, Vec<u8>)> {
    let names = workshop.files();
    let names = names.into_iter().filter(|name| name.starts_with("out/bundles/") || name.starts_with("out/evidence/"));
    names.map(|name| (name.clone(), fs::read(workshop.path().join(name)).unwrap())).collect()
}

/// The evidence of each Test, whatever its order: contents from the index, else from the bundles.
fn evidence(workshop: &Workshop) -> BTreeMap<String, Vec<String>> {
    let out = workshop.path().join("out");
    let mut found: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let lines = fs::read_to_string(out.join("evidence/night.jsonl")).unwrap_or_default();
    for line in json_lines(&lines) {
        let test = line["key"].as_str().or(line["definition"].as_str()).unwrap().to_owned();
        found.entry(test).or_default().push(line["sha256"].as_str().unwrap().to_owned());
    }
    for test in bundles(&out).iter().flat_map(|(_, bundle)| bundle["tests"].as_array().unwrap()) {
        let name = test["testKey"].as_str().or(test["testInfo"]["definition"].as_str()).unwrap().to_owned();
        let items = test["evidences"].as_array().into_iter().flatten();
        found.entry(name).or_default().extend(items.map(|item| item["data"].as_str().unwrap().to_owned()));
    }
    for contents in found.values_mut() {
        let all = contents.len();
        contents.sort();
        contents.dedup();
        assert_eq!(contents.len(), all, "the same content twice");
    }
    found
}

/// Every Test with what does not depend on which of its results came first: status, labels, number of rows.
fn tests(workshop: &Workshop) -> BTreeMap<String, (String, Vec<String>, usize)> {
    let bundles = bundles(&workshop.path().join("out"));
    let tests = bundles.iter().flat_map(|(_, bundle)| bundle["tests"].as_array().unwrap());
    let of = |test: &Value| {
        let name = test["testKey"].as_str().or(test["testInfo"]["definition"].as_str()).unwrap().to_owned();
        let labels = test["testInfo"]["labels"].as_array().cloned().unwrap_or_default();
        let mut labels: Vec<String> = labels.iter().map(|label| label.as_str().unwrap().to_owned()).collect();
        labels.sort();
        let rows = test["iterations"].as_array().map_or(0, Vec::len);
        (name, (test["status"].as_str().unwrap().to_owned(), labels, rows))
    };
    tests.map(of).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(8) })]

    #[test]
    fn a_report_cut_into_shards_gives_the_same_bundles(
        cases in cases(),
        cuts in proptest::collection::vec(0..25_usize, 0..5)
    ) {
        let mut cuts: Vec<usize> = cuts.into_iter().map(|cut| cut.min(cases.len())).chain([0, cases.len()]).collect();
        cuts.sort_unstable();
        let shards: Vec<Vec<Case>> = cuts.windows(2).map(|cut| cases[cut[0]..cut[1]].to_vec()).collect();
        for policy in ["worst", "ran", "last", "any-pass", "iterations"] {
            let whole = convert(std::slice::from_ref(&cases), policy);
            prop_assert_eq!(written(&convert(&shards, policy)), written(&whole), "{}", policy);
        }
    }

    #[test]
    fn cases_dealt_out_to_shards_give_the_same_results(
        dealt in cases().prop_flat_map(|cases| {
            let places = proptest::collection::vec(0..4_usize, cases.len());
            (Just(cases), places)
        })
    ) {
        let (cases, places) = dealt;
        let mut shards = vec![Vec::new(); 4];
        cases.iter().zip(places).for_each(|(case, place)| shards[place].push(case.clone()));
        // What is the last is a matter of order where no times are known.
        for policy in ["worst", "ran", "any-pass", "iterations"] {
            let whole = convert(std::slice::from_ref(&cases), policy);
            let sharded = convert(&shards, policy);
            prop_assert_eq!(tests(&sharded), tests(&whole), "{}", policy);
            prop_assert_eq!(evidence(&sharded), evidence(&whole), "{}", policy);
        }
    }
}
