//! The totals at the end of a report, held against what was read (R38).

use crate::format::ParseError;
use crate::format::xml::{XmlCursor, XmlEvent};
use crate::model::{Outcome, Problem, ProblemKind, ReportVisitor};

/// Tests by status, as Robot Framework counts them.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
struct Totals {
    passed: u64,
    failed: u64,
    skipped: u64,
}

/// What was read, and what the report says it holds.
#[derive(Debug, Default)]
pub(super) struct Statistics {
    read: Totals,
    /// Sum over the documents of a file; `None` where there are no totals.
    declared: Option<Totals>,
}

impl Statistics {
    /// Counts a test. One of a dry run has passed in the eyes of Robot Framework.
    pub(super) fn count(&mut self, outcome: Outcome) {
        match outcome {
            Outcome::Passed | Outcome::NotRun => self.read.passed += 1,
            Outcome::Skipped => self.read.skipped += 1,
            _ => self.read.failed += 1,
        }
    }

    /// Takes the totals that the report tells.
    pub(super) fn declare(&mut self, passed: u64, failed: u64, skipped: u64) {
        self.declared = Some(Totals { passed, failed, skipped });
    }

    /// Reads the `statistics` element whose start tag was lent out last: the last total is that of all tests; before
    /// version 4 one of critical tests stands before it.
    pub(super) fn read(&mut self, xml: &mut XmlCursor<'_>) -> Result<(), ParseError> {
        let depth = xml.depth();
        let mut in_total = false;
        let mut last = None;
        loop {
            match xml.next_tag()? {
                XmlEvent::Start(tag) => match tag.name() {
                    b"total" => in_total = true,
                    b"stat" if in_total => {
                        let number = |name| {
                            let value = tag.attribute(name)?;
                            std::str::from_utf8(&value.resolved()).ok()?.parse::<u64>().ok()
                        };
                        last = number(b"pass".as_slice()).zip(number(b"fail")).map(|(passed, failed)| Totals {
                            passed,
                            failed,
                            skipped: number(b"skip").unwrap_or(0),
                        });
                    }
                    _ => xml.skip_element()?,
                },
                XmlEvent::End(b"total", _) => in_total = false,
                XmlEvent::End(_, around) if around < depth => break,
                XmlEvent::Eof => return Ok(()),
                _ => {}
            }
        }
        if let Some(totals) = last {
            let sum = self.declared.get_or_insert_default();
            sum.passed = sum.passed.saturating_add(totals.passed);
            sum.failed = sum.failed.saturating_add(totals.failed);
            sum.skipped = sum.skipped.saturating_add(totals.skipped);
        }
        Ok(())
    }

    /// Tells when the two differ.
    pub(super) fn compare(&self, visitor: &mut dyn ReportVisitor) {
        let Some(declared) = self.declared.filter(|declared| *declared != self.read) else { return };
        let words =
            |totals: Totals| format!("{} passed, {} failed, {} skipped", totals.passed, totals.failed, totals.skipped);
        let message = format!("the totals say {}; the tests say {}", words(declared), words(self.read));
        visitor.problem(Problem::new(ProblemKind::CountMismatch, message));
    }
}
