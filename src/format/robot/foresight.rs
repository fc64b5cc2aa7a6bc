//! A look at a whole report for nothing but its tear-downs, when too many tests would wait for them.

use std::ops::ControlFlow;

use crate::format::ParseError;
use crate::format::xml::{XmlCursor, XmlEvent};
use crate::model::{Body, Problem, ReportVisitor, TestCase};

use super::held::Verdict;
use super::status::Status;
use super::suite::Suites;
use super::{FRAGMENTS, NAMES, ROOTS};

/// The verdicts of all suites that end, inner ones first. Where the report breaks off, so do they.
pub(super) fn verdicts(report: &[u8]) -> Vec<Verdict> {
    let mut verdicts = Vec::new();
    // What stops this look stops the reading at the same place, and is told there.
    let _ = collect(report, &mut verdicts);
    verdicts
}

fn collect(report: &[u8], verdicts: &mut Vec<Verdict>) -> Result<(), ParseError> {
    let mut xml = XmlCursor::new(Body::Bytes(report)).of_roots(ROOTS).of_elements(&NAMES).or_fragments(FRAGMENTS);
    let mut suites = Suites::default();
    let mut status = Status::default();
    let mut tests = 0;
    loop {
        match xml.next_tag()? {
            XmlEvent::Start(tag) => match tag.name() {
                b"robot" => {}
                b"suite" => suites.begin(&tag, tests),
                b"test" => {
                    tests += 1;
                    xml.skip_element()?;
                }
                b"kw" => suites.read_fixture(&mut xml, &mut status)?,
                b"status" => suites.read_status(&mut xml, &mut status)?,
                _ => xml.skip_element()?,
            },
            XmlEvent::End(b"suite", _) => {
                let verdict = suites.end(tests, &mut Silence);
                if !xml.end_was_implied() {
                    verdicts.extend(verdict.filter(|verdict| verdict.first < verdict.end));
                }
            }
            XmlEvent::Eof => return Ok(()),
            _ => {}
        }
    }
}

/// Hears nothing: what there is to tell is told while the tests are read.
pub(super) struct Silence;

impl ReportVisitor for Silence {
    fn case(&mut self, _: &mut Box<TestCase>) -> ControlFlow<()> {
        ControlFlow::Continue(())
    }
    fn problem(&mut self, _: Problem) {}
    fn producer(&mut self, _: &str) {}
}
