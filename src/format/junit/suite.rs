//! The suites that are open, and what they say about time.

use super::producer::{Producer, StampMeans};
use crate::format::xml::{Tag, XmlCursor};
use crate::format::{ReadOptions, Remarks, time};
use crate::model::{Position, Problem, ProblemKind, ReportVisitor, Timestamp};

/// Suites from the root to the innermost open one. Closed ones stay behind it, so that their strings serve again.
#[derive(Default)]
pub(super) struct Suites {
    suites: Vec<Suite>,
    open: usize,
    /// Cases that the outermost suites declare.
    declared: u64,
    /// Cases that were read.
    seen: u64,
}

/// One open suite.
#[derive(Default)]
struct Suite {
    name: String,
    host: String,
    /// Where the next case starts, when the suite says when it began.
    clock: Option<Timestamp>,
    /// Whether the clock is the suite's own and not its parent's.
    own_clock: bool,
    /// Whether it declares a number of cases, which covers the suites in it.
    declares_tests: bool,
    /// Failures and errors that it declares.
    declared_failures: u64,
    /// Failed cases in it, nested suites included.
    failures: u64,
}

impl Suites {
    pub(super) fn begin(
        &mut self,
        xml: &XmlCursor<'_>,
        options: &ReadOptions,
        producer: &mut Producer,
        remarks: &mut Remarks,
    ) {
        if self.open == self.suites.len() {
            self.suites.push(Suite::default());
        }
        let tag = xml.started_tag();
        let (around, rest) = self.suites.split_at_mut(self.open);
        let suite = &mut rest[0];
        suite.reset();
        producer.read_suite(&tag);
        let facts = suite.read(&tag);
        if let Some(parent) = around.last() {
            suite.inherit(parent);
        }
        if around.iter().all(|suite| !suite.declares_tests) {
            self.declared += facts.tests;
        }
        suite.declares_tests = facts.tests > 0;
        if let Some(began) = facts.began(options, producer, remarks, xml) {
            suite.clock = Some(began);
            suite.own_clock = true;
        }
        self.open += 1;
    }

    /// Ends the innermost suite. A suite that declares failures and holds none was lost outside its cases (J30).
    pub(super) fn end(&mut self, visitor: &mut dyn ReportVisitor, place: impl FnOnce() -> Position) {
        let Some(last) = self.open.checked_sub(1) else { return };
        self.open = last;
        let (around, rest) = self.suites.split_at_mut(last);
        let suite = &rest[0];
        if suite.declared_failures > 0 && suite.failures == 0 {
            let message = format!(
                "the suite '{}' declares {} failures or errors, but none of its test cases failed",
                suite.name, suite.declared_failures
            );
            visitor.problem(Problem::new(ProblemKind::ContainerFailure, message).at(place()));
        }
        if let Some(parent) = around.last_mut() {
            // What was told of the inner suite is not told of the outer one again.
            parent.failures += suite.failures.max(suite.declared_failures.min(1));
            if !suite.own_clock {
                parent.clock = suite.clock;
            }
        }
    }

    /// The innermost suite's name, else that of the nearest one around it that has one (J06).
    pub(super) fn name(&self) -> &str {
        self.named(|suite| &suite.name)
    }

    /// The nearest host name.
    pub(super) fn host(&self) -> &str {
        self.named(|suite| &suite.host)
    }

    fn named(&self, part: impl Fn(&Suite) -> &str) -> &str {
        self.suites[..self.open].iter().rev().map(part).find(|text| !text.is_empty()).unwrap_or("")
    }

    pub(super) fn count_case(&mut self, failed: bool) {
        self.seen += 1;
        if failed {
            self.count_failure();
        }
    }

    pub(super) fn count_failure(&mut self) {
        if let Some(suite) = self.suites[..self.open].last_mut() {
            suite.failures += 1;
        }
    }

    /// When the next case starts, by the summed times of the cases before it (spec junit.md C5); an estimate.
    pub(super) fn clock(&self) -> Option<Timestamp> {
        self.suites[..self.open].last().and_then(|suite| suite.clock)
    }

    /// Moves the clock on by the time of one case.
    pub(super) fn advance(&mut self, duration: Option<i64>) {
        if let Some(suite) = self.suites[..self.open].last_mut()
            && let (Some(clock), Some(duration)) = (suite.clock, duration)
        {
            suite.clock = Some(clock.plus(duration));
        }
    }

    /// For a report that breaks off: how many cases it declares and how many were there.
    pub(super) fn report_missing(&self, visitor: &mut dyn ReportVisitor) {
        if self.declared > self.seen {
            let message =
                format!("the broken report declares {} test cases, {} of them could be read", self.declared, self.seen);
            visitor.problem(Problem::new(ProblemKind::CountMismatch, message));
        }
    }
}

/// What a suite's attributes say, beside its name.
#[derive(Default)]
struct SuiteFacts {
    tests: u64,
    timestamp: String,
    time: String,
}

impl Suite {
    fn reset(&mut self) {
        self.name.clear();
        self.host.clear();
        self.clock = None;
        self.own_clock = false;
        self.declares_tests = false;
        self.declared_failures = 0;
        self.failures = 0;
    }

    fn read(&mut self, tag: &Tag<'_>) -> SuiteFacts {
        let mut facts = SuiteFacts::default();
        for (name, value) in tag.attributes() {
            match name {
                b"name" if self.name.is_empty() => value.push_into(&mut self.name),
                b"hostname" if self.host.is_empty() => value.push_into(&mut self.host),
                b"tests" => facts.tests = counter(value.raw()),
                b"failures" | b"errors" => self.declared_failures += counter(value.raw()),
                b"timestamp" | b"date" if facts.timestamp.is_empty() => value.push_into(&mut facts.timestamp),
                b"time" if facts.time.is_empty() => value.push_into(&mut facts.time),
                _ => {}
            }
        }
        facts
    }

    fn inherit(&mut self, parent: &Suite) {
        self.clock = parent.clock;
    }
}

impl SuiteFacts {
    /// When the suite began, by what its producer means with `timestamp`.
    fn began(
        &self,
        options: &ReadOptions,
        producer: &Producer,
        remarks: &mut Remarks,
        xml: &XmlCursor<'_>,
    ) -> Option<Timestamp> {
        if self.timestamp.trim().is_empty() {
            return None;
        }
        let stamp = super::case::read_timestamp(&self.timestamp, options, producer, remarks, xml)?;
        match producer.stamp_means() {
            StampMeans::Start => Some(stamp),
            // Written at the end: the cases before it took the suite's own time together.
            StampMeans::End => Some(stamp.plus(-time::seconds(&self.time).nanos?)),
        }
    }
}

/// A counter; zero for what is no number (J56: `errors=""`, `tests="unknown"`).
fn counter(raw: &[u8]) -> u64 {
    std::str::from_utf8(raw).ok().and_then(|text| text.trim().parse().ok()).unwrap_or(0)
}
