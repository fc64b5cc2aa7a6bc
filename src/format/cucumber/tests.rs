use std::io::{self, Read};
use std::ops::ControlFlow;

use super::*;
use crate::format::Attachments;
use crate::model::{Content, DetailKind, Outcome, TestCase};

mod broken;
mod corpus;
mod large;
mod producers;
mod quirks;

#[derive(Default)]
struct Found {
    cases: Vec<TestCase>,
    problems: Vec<ProblemKind>,
    producer: String,
}

impl ReportVisitor for Found {
    fn case(&mut self, case: &mut Box<TestCase>) -> ControlFlow<()> {
        self.cases.push(TestCase::clone(case));
        ControlFlow::Continue(())
    }
    fn problem(&mut self, problem: Problem) {
        self.problems.push(problem.kind);
    }
    fn producer(&mut self, name: &str) {
        name.clone_into(&mut self.producer);
    }
}

impl Found {
    fn only(&self) -> &TestCase {
        assert_eq!(self.cases.len(), 1);
        &self.cases[0]
    }

    fn outcomes(&self) -> Vec<Outcome> {
        self.cases.iter().map(|case| case.outcome).collect()
    }

    fn names(&self) -> Vec<&str> {
        self.cases.iter().map(|case| case.qualified_name.as_str()).collect()
    }
}

struct Drip<'d>(&'d [u8]);

impl Read for Drip<'_> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let length = out.len().min(1);
        self.0.read(&mut out[..length])
    }
}

fn all() -> ReadOptions {
    ReadOptions { attachments: Attachments::All, steps: true, output: Attachments::All, ..ReadOptions::default() }
}

/// Reads whole and as a stream of single bytes, which must not differ.
fn read(report: impl AsRef<[u8]>) -> Found {
    let bytes = report.as_ref();
    let mut found = Found::default();
    parse(Body::Bytes(bytes), &all(), &mut found).unwrap();
    if bytes.len() < 200_000 {
        let mut dripped = Found::default();
        parse(Body::Stream(&mut Drip(bytes)), &all(), &mut dripped).unwrap();
        assert_eq!(format!("{:?}", dripped.cases), format!("{:?}", found.cases));
        assert_eq!(dripped.problems, found.problems);
    }
    found
}

/// A feature with these elements.
fn feature(elements: &str) -> String {
    format!(
        r#"[{{"elements":[{elements}],"id":"f","name":"F","uri":"a\\b.feature","tags":[{{"name":"@DEMO-48","line":1}}]}}]"#
    )
}

/// A scenario with this line, name and steps.
fn scenario(line: u64, steps: &str) -> String {
    format!(r#"{{"id":"f;s","keyword":"Scenario","line":{line},"name":"s","type":"scenario","steps":[{steps}]}}"#)
}

fn step(line: u64, result: &str) -> String {
    format!(r#"{{"keyword":"Given ","line":{line},"name":"x","result":{{{result}}}}}"#)
}

const PASSED: &str = r#""status":"passed","duration":1000"#;
const FAILED: &str = r#""status":"failed","error_message":"boom""#;
