//! Xray JSON goes in and comes out without loss: the documented examples, in both flavours (decision 21).

use std::fs;
use std::ops::ControlFlow;
use std::path::PathBuf;

use serde_json::Value;
use xraypack::format::time::{Zone, timestamp};
use xraypack::format::{ReadOptions, by_name};
use xraypack::mapping::{FieldNames, Mapped, Mapper, Rules};
use xraypack::model::{Body, Problem, ReportVisitor, TestCase, TestRun};
use xraypack::xray::{EncodeOptions, SEPARATOR, TAIL, Target, encode, later_head};

use crate::support::{complaints, schema};

/// Maps and encodes each case as it comes.
struct Bundler<'r> {
    mapper: Mapper<'r>,
    options: EncodeOptions,
    runs: Vec<Vec<u8>>,
}

impl ReportVisitor for Bundler<'_> {
    fn case(&mut self, case: &mut TestCase) -> ControlFlow<()> {
        let mut run = TestRun::default();
        if self.mapper.map(case, &mut run, &mut |_| {}) == Mapped::Run {
            let mut bytes = Vec::new();
            encode(&run, &self.options, &mut bytes);
            self.runs.push(bytes);
        }
        ControlFlow::Continue(())
    }
    fn problem(&mut self, _: Problem) {}
    fn producer(&mut self, _: &str) {}
}

/// The document as it would be bundled for `target`.
fn rebundled(document: &[u8], target: Target) -> Value {
    let field_names = if target == Target::Cloud { FieldNames::NumberOrName } else { FieldNames::Number };
    let rules = Rules { field_names, ..Rules::default() };
    let mut mapper = Mapper::new(&rules);
    mapper.begin("xray");
    let mut bundler = Bundler { mapper, options: EncodeOptions::new(target, "DEMO"), runs: Vec::new() };
    let format = by_name("xray").unwrap();
    (format.parse)(Body::Bytes(document), &ReadOptions::default(), &mut bundler).unwrap();
    let mut bundle = later_head(Some("DEMO-1"));
    bundle.extend(bundler.runs.join(SEPARATOR));
    bundle.extend_from_slice(TAIL);
    let bundle = serde_json::from_slice(&bundle).unwrap();
    assert_eq!(complaints(&schema(target.name()), &bundle), Vec::<String>::new());
    bundle
}

/// Brings what can be written in two ways into one: times in UTC, numbers of fields as text.
fn normal(mut value: Value) -> Value {
    for test in value["tests"].as_array_mut().unwrap() {
        for name in ["start", "finish"] {
            if let Some(written) = test[name].as_str().map(str::to_owned) {
                test[name] = timestamp(&written, &Zone::utc()).unwrap().at.to_string().into();
            }
        }
        for field in test["customFields"].as_array_mut().into_iter().flatten() {
            if let Some(number) = field["id"].as_u64() {
                field["id"] = number.to_string().into();
            }
        }
        test.as_object_mut().unwrap().retain(|_, value| !value.is_null());
    }
    value["tests"].take()
}

fn without(mut tests: Value, name: &str) -> Value {
    for test in tests.as_array_mut().unwrap() {
        test.as_object_mut().unwrap().remove(name);
    }
    tests
}

fn examples(target: Target) -> Vec<(PathBuf, Vec<u8>)> {
    let folder = crate::support::repository().join("fixtures/xray");
    let suffix = format!(".{}.json", target.name());
    let files = fs::read_dir(folder).unwrap().map(|file| file.unwrap().path());
    let mut found: Vec<_> = files.filter(|path| path.to_str().unwrap().ends_with(&suffix)).collect();
    found.sort();
    assert!(found.len() >= 8);
    found.into_iter().map(|path| (path.clone(), fs::read(path).unwrap())).collect()
}

#[test]
fn documented_examples_come_back_as_they_were() {
    for target in [Target::Server, Target::Cloud] {
        for (path, document) in examples(target) {
            let original = normal(serde_json::from_slice(&document).unwrap());
            let once = rebundled(&document, target);
            assert_eq!(normal(once.clone()), original, "{}", path.display());
            assert_eq!(rebundled(once.to_string().as_bytes(), target), once, "{}", path.display());
        }
    }
}

#[test]
fn a_journey_to_the_other_product_and_back_loses_only_what_that_does_not_know() {
    for (path, document) in examples(Target::Server) {
        let there = rebundled(&document, Target::Cloud);
        let back = normal(rebundled(there.to_string().as_bytes(), Target::Server));
        let original = normal(serde_json::from_slice(&document).unwrap());
        assert_eq!(back, without(original, "testVersion"), "{}", path.display());
    }
    for (_, document) in examples(Target::Cloud) {
        rebundled(&document, Target::Server);
    }
}

#[test]
fn what_xray_documents_and_refuses_is_written_validly() {
    let path = crate::support::repository().join("fixtures/xray/01-new-execution.as-documented.input-only.json");
    let document = fs::read(path).unwrap();
    for target in [Target::Server, Target::Cloud] {
        assert_eq!(rebundled(&document, target)["tests"].as_array().unwrap().len(), 2);
    }
}
