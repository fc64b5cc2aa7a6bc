use std::fs;
use std::path::Path;

use super::*;
use crate::format::Attachments;
use crate::model::{Outcome, TestCase};

#[derive(Default)]
struct Found {
    cases: Vec<TestCase>,
    problems: Vec<ProblemKind>,
    producer: String,
}

impl ReportVisitor for Found {
    fn case(&mut self, case: &mut TestCase) -> ControlFlow<()> {
        self.cases.push(case.clone());
        ControlFlow::Continue(())
    }
    fn problem(&mut self, problem: Problem) {
        self.problems.push(problem.kind);
    }
    fn producer(&mut self, name: &str) {
        name.clone_into(&mut self.producer);
    }
}

fn read(bytes: &[u8]) -> Found {
    let mut found = Found::default();
    let options = ReadOptions { attachments: Attachments::All, steps: true, ..ReadOptions::default() };
    parse(Body::Bytes(bytes), &options, &mut found).unwrap();
    let mut streamed = Found::default();
    let mut reader = bytes;
    parse(Body::Stream(&mut reader), &options, &mut streamed).unwrap();
    assert_eq!(format!("{:?}", streamed.cases), format!("{:?}", found.cases));
    found
}

fn fixture() -> Vec<u8> {
    let name = "fixtures/cucumber/cucumber-js-12.9.0-messages.ndjson";
    fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join(name)).unwrap()
}

#[test]
fn a_whole_run_is_read() {
    let found = read(&fixture());
    assert_eq!(found.problems, []);
    assert_eq!(found.producer, "cucumber-js 12.9.0");
    assert_eq!(found.cases.len(), 8);
    let first = &found.cases[0];
    assert_eq!(first.qualified_name, "features/checkout.feature#checkout;adds-an-item");
    assert_eq!((first.title.as_str(), first.container.as_str()), ("Adds an item", "Checkout"));
    assert_eq!(
        (first.tags.to_vec(), first.container_tags.to_vec()),
        (vec!["DEMO-701".to_owned(), "smoke".to_owned()], vec!["DEMO-700".to_owned(), "nightly".to_owned()])
    );
    assert_eq!(first.outcome, Outcome::Passed);
    assert!(first.start < first.finish && first.duration.is_some() && first.steps.len() == 3);
}

#[test]
fn a_retried_attempt_is_superseded() {
    let found = read(&fixture());
    let retried: Vec<_> = found.cases.iter().filter(|case| case.superseded).collect();
    assert_eq!(retried.len(), 1);
    let last = found.cases.iter().rfind(|case| case.attempt_group == retried[0].attempt_group).unwrap();
    assert!(!last.superseded && last.qualified_name == retried[0].qualified_name);
}

#[test]
fn rows_of_an_outline_share_a_name() {
    let found = read(&fixture());
    let rows: Vec<_> = found.cases.iter().filter(|case| case.is_example).collect();
    assert!(rows.len() >= 2 && rows.iter().all(|row| row.qualified_name == rows[0].qualified_name));
}

#[test]
fn an_interrupted_run_keeps_what_ran() {
    let bytes = fixture();
    let cut = memchr::memmem::rfind(&bytes, b"{\"testCaseFinished\"").unwrap();
    let found = read(&bytes[..cut]);
    assert_eq!(found.problems, [ProblemKind::Truncated]);
    assert_eq!(found.cases.len(), 8);
    assert!(found.cases[7].details.iter().any(|detail| detail.message == "run interrupted"));
    let found = read(&bytes[..cut + 9]);
    assert_eq!(found.problems, [ProblemKind::Truncated]);
}

#[test]
fn a_failed_hook_of_the_run_is_a_problem() {
    let found = read(
        b"{\"testRunHookFinished\":{\"result\":{\"status\":\"FAILED\",\"message\":\"no db\"}}}\n{\"testRunFinished\":{}}\n",
    );
    assert_eq!(found.problems, [ProblemKind::ContainerFailure]);
}
