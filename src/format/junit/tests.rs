//! The quirks of spec junit.md section G, each under its number, and the examples of section H.

use std::ops::ControlFlow;

mod attachments;
mod files;
mod identity;
mod results;
mod structure;
mod text;
mod times;

use super::*;
use crate::model::{DetailKind, NameTail, Outcome};

#[derive(Default)]
struct Findings {
    cases: Vec<TestCase>,
    problems: Vec<Problem>,
    producer: String,
}

impl ReportVisitor for Findings {
    fn case(&mut self, case: &mut Box<TestCase>) -> ControlFlow<()> {
        self.cases.push(TestCase::clone(case));
        ControlFlow::Continue(())
    }
    fn problem(&mut self, problem: Problem) {
        self.problems.push(problem);
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

    fn only(&self) -> &TestCase {
        assert_eq!(self.cases.len(), 1, "{:?}", self.lines());
        &self.cases[0]
    }
}

fn read_with(report: &str, options: &ReadOptions) -> Findings {
    let mut whole = Findings::default();
    parse(Body::Bytes(report.as_bytes()), options, &mut whole).unwrap();
    // The same report through a stream of single bytes must say the same.
    let mut bytes = SingleBytes(report.as_bytes());
    let mut streamed = Findings::default();
    parse(Body::Stream(&mut bytes), options, &mut streamed).unwrap();
    assert_eq!(whole.lines(), streamed.lines());
    // Places within a text depend on how it was cut.
    let told = |found: &Findings| {
        found.problems.iter().map(|problem| (problem.kind, problem.message.clone())).collect::<Vec<_>>()
    };
    assert_eq!(told(&whole), told(&streamed));
    whole
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

fn read(report: &str) -> Findings {
    read_with(report, &ReadOptions { attachments: crate::format::Attachments::All, ..ReadOptions::default() })
}

/// A report with one case that has this inside.
fn case_with(inside: &str) -> Findings {
    read(&format!("<testsuite name='s'><testcase classname='c' name='t'>{inside}</testcase></testsuite>"))
}

fn check(report: &str, lines: &[&str], problems: &[ProblemKind]) {
    let found = read(report);
    assert_eq!(found.lines(), lines, "{report}");
    assert_eq!(found.kinds(), problems, "{report}: {:?}", found.problems);
}
