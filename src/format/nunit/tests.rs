//! The quirks of spec nunit.md section d, each under its number, and the examples of section e.

mod broken;
mod corpus;
mod names;
mod quirks;
mod suites;

use std::ops::ControlFlow;

use super::*;
use crate::model::{DetailKind, StatedExecution, Timestamp};

#[derive(Default)]
pub(super) struct Findings {
    cases: Vec<TestCase>,
    problems: Vec<Problem>,
    producer: String,
    /// When the report says that its runs began and ended.
    spans: Vec<String>,
}

impl ReportVisitor for Findings {
    fn case(&mut self, case: &mut Box<TestCase>) -> ControlFlow<()> {
        self.cases.push(TestCase::clone(case));
        ControlFlow::Continue(())
    }
    fn problem(&mut self, problem: Problem) {
        self.problems.push(problem);
    }
    fn execution(&mut self, stated: &StatedExecution) {
        let text = |time: Option<Timestamp>| time.map_or_else(|| "-".to_owned(), |time| time.to_string());
        self.spans.push(format!("{} {}", text(stated.start), text(stated.finish)));
    }
    fn producer(&mut self, name: &str) {
        self.producer = name.to_owned();
    }
}

impl Findings {
    /// One line a case: outcome and qualified name.
    fn lines(&self) -> Vec<String> {
        self.cases.iter().map(|case| format!("{} {}", case.outcome.name(), case.qualified_name)).collect()
    }

    fn kinds(&self) -> Vec<ProblemKind> {
        self.problems.iter().map(|problem| problem.kind).collect()
    }

    /// The problems, without the place of a repaired text, which is that of the piece in which it came.
    fn told(&self) -> Vec<Problem> {
        let is_text = |problem: &Problem| problem.kind == ProblemKind::Repaired;
        let place = |problem: &Problem| if is_text(problem) { None } else { problem.position };
        self.problems.iter().map(|problem| Problem { position: place(problem), ..problem.clone() }).collect()
    }

    fn only(&self) -> &TestCase {
        assert_eq!(self.cases.len(), 1, "{:?}", self.lines());
        &self.cases[0]
    }
}

struct SingleBytes<'b>(&'b [u8]);

impl std::io::Read for SingleBytes<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let length = self.0.len().min(buffer.len()).min(1);
        buffer[..length].copy_from_slice(&self.0[..length]);
        self.0 = &self.0[length..];
        Ok(length)
    }
}

fn read_with(generation: Generation, report: &[u8], options: &ReadOptions) -> Findings {
    let mut whole = Findings::default();
    parse(generation, Body::Bytes(report), options, &mut whole).unwrap();
    // The same report through a stream of single bytes must say the same.
    let mut bytes = SingleBytes(report);
    let mut streamed = Findings::default();
    parse(generation, Body::Stream(&mut bytes), options, &mut streamed).unwrap();
    assert_eq!(whole.lines(), streamed.lines());
    assert_eq!(whole.told(), streamed.told());
    assert_eq!(whole.producer, streamed.producer);
    whole
}

fn all_attachments() -> ReadOptions {
    ReadOptions { attachments: crate::format::Attachments::All, ..ReadOptions::default() }
}

fn three(inside: &str) -> Findings {
    let report = format!("<test-run id='2' result='Passed'>{inside}</test-run>");
    read_with(Generation::Three, report.as_bytes(), &all_attachments())
}

fn two(inside: &str) -> Findings {
    let report = format!("<test-results name='a.dll'>{inside}</test-results>");
    read_with(Generation::Two, report.as_bytes(), &all_attachments())
}

/// Messages and long texts of a case, with their kinds.
fn details(case: &TestCase) -> Vec<(DetailKind, &str, &str)> {
    case.details.iter().map(|detail| (detail.kind, &*detail.message, &*detail.text)).collect()
}

/// Names, values and inheritance of a case's properties.
fn properties(case: &TestCase) -> Vec<(&str, &str, bool)> {
    case.properties.iter().map(|property| (&*property.name, &*property.value, property.inherited)).collect()
}

/// `name=value` of each argument.
fn arguments(case: &TestCase) -> Vec<String> {
    case.parameters.iter().map(|parameter| format!("{}={}", parameter.name, parameter.value)).collect()
}
