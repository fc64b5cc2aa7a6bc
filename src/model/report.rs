//! A report: where it came from, and what is said of it as a whole.

use std::io::Read;
use std::ops::ControlFlow;

use super::{Outcome, Problem, StatedExecution, TestCase};

/// The bytes of one report.
pub enum Body<'s> {
    /// All of them: read, mapped, stored or inflated.
    Bytes(&'s [u8]),
    /// One after the other, when there are too many to hold.
    Stream(&'s mut dyn Read),
}

/// Place of a file in walk order: the sort key of everything that comes out of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ReportId(pub u32);

/// What became of a file (contract, `reports.jsonl`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ReportState {
    /// All of it was read, perhaps after a repair that lost nothing.
    Converted,
    /// Something was, or may have been, lost; what was complete is kept.
    Damaged,
    /// XML, JSON or an archive that is no supported report.
    Unsupported,
    /// Not XML, JSON or an archive; excluded; litter; a duplicate.
    Ignored,
}

impl ReportState {
    /// The word written to `reports.jsonl`.
    pub const fn name(self) -> &'static str {
        match self {
            ReportState::Converted => "converted",
            ReportState::Damaged => "damaged",
            ReportState::Unsupported => "unsupported",
            ReportState::Ignored => "ignored",
        }
    }
}

/// Test cases seen, by outcome. Aborted counts as errored; pending, undefined and the like as skipped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct CaseCounts {
    /// All cases.
    pub seen: u64,
    /// Passed cases.
    pub passed: u64,
    /// Failed cases.
    pub failed: u64,
    /// Cases with an error.
    pub errored: u64,
    /// Cases that did not run.
    pub skipped: u64,
}

impl CaseCounts {
    /// Counts one case.
    pub fn add(&mut self, outcome: Outcome) {
        self.seen += 1;
        match outcome.counted() {
            Outcome::Passed => self.passed += 1,
            Outcome::Failed => self.failed += 1,
            Outcome::Errored => self.errored += 1,
            _ => self.skipped += 1,
        }
    }

    /// Adds another count.
    pub fn merge(&mut self, other: &CaseCounts) {
        self.seen += other.seen;
        self.passed += other.passed;
        self.failed += other.failed;
        self.errored += other.errored;
        self.skipped += other.skipped;
    }
}

/// What became of the cases seen: `written + merged + left_out` equals `seen`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct RunCounts {
    /// Cases that are the first, or only, result of their Test in its Test Execution.
    pub written: u64,
    /// Cases that were merged into an earlier one.
    pub merged: u64,
    /// Cases that could not become a run; a problem says why.
    pub left_out: u64,
}

impl RunCounts {
    /// Adds another count.
    pub fn merge(&mut self, other: &RunCounts) {
        self.written += other.written;
        self.merged += other.merged;
        self.left_out += other.left_out;
    }

    /// All cases that are accounted for.
    pub fn total(&self) -> u64 {
        self.written + self.merged + self.left_out
    }
}

/// What a parser pushes its findings into.
///
/// Push was chosen over an iterator because a parser can then be straight code that need not save its place between
/// two calls, and because one scratch record serves a whole report.
pub trait ReportVisitor {
    /// One complete test case. It is valid only during the call: the callee may empty the record, or keep it and leave another
    /// in its place, whatever that holds. On `Break` the parser stops and returns as if the report had ended.
    fn case(&mut self, case: &mut Box<TestCase>) -> ControlFlow<()>;

    /// A problem of the report; the parser goes on.
    fn problem(&mut self, problem: Problem);

    /// What the report says of the Test Execution of the cases that follow; a later call replaces an earlier one.
    fn execution(&mut self, stated: &StatedExecution) {
        let _ = stated;
    }

    /// The program that wrote the report, once it is known; a later call replaces an earlier one.
    fn producer(&mut self, name: &str);
}
