//! Sums over all reports and bundles, as they stand in the manifest.

use serde::{Deserialize, Serialize};

use super::BundleRecord;
use crate::bundle::counts::{Cases, Runs};
use crate::bundle::lines::ReportLine;
use crate::model::ReportState;

/// Sums over all reports and bundles.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Totals {
    /// Files seen: lines of `reports.jsonl`.
    pub files: u64,
    /// Files that were recognised and read: converted or damaged.
    pub reports: u64,
    /// Damaged reports.
    pub damaged: u64,
    /// Unsupported files.
    pub unsupported: u64,
    /// Ignored files.
    pub ignored: u64,
    /// Bytes of all files seen.
    pub bytes_in: u64,
    /// Bytes of the bodies of all bundles.
    pub bytes_out: u64,
    /// Bundles written.
    pub bundles: u64,
    /// Test cases by outcome.
    pub cases: Cases,
    /// What became of them.
    pub runs: Runs,
    /// What became of the attachments.
    pub evidence: Evidence,
}

/// Attachments that became evidence, and those that did not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Evidence {
    /// Attachments in the bundles.
    pub kept: u64,
    /// Attachments left out by an option or a limit.
    pub dropped: u64,
}

/// One of the sums.
type Field = fn(&mut Totals) -> &mut u64;

/// Every sum that follows from the reports and the bundles, by its name in the manifest.
const SUMS: [(&str, Field); 16] = [
    ("files", |totals| &mut totals.files),
    ("reports", |totals| &mut totals.reports),
    ("damaged", |totals| &mut totals.damaged),
    ("unsupported", |totals| &mut totals.unsupported),
    ("ignored", |totals| &mut totals.ignored),
    ("bytes_in", |totals| &mut totals.bytes_in),
    ("bytes_out", |totals| &mut totals.bytes_out),
    ("bundles", |totals| &mut totals.bundles),
    ("cases.seen", |totals| &mut totals.cases.seen),
    ("cases.passed", |totals| &mut totals.cases.passed),
    ("cases.failed", |totals| &mut totals.cases.failed),
    ("cases.errored", |totals| &mut totals.cases.errored),
    ("cases.skipped", |totals| &mut totals.cases.skipped),
    ("runs.written", |totals| &mut totals.runs.written),
    ("runs.merged", |totals| &mut totals.runs.merged),
    ("runs.left_out", |totals| &mut totals.runs.left_out),
];

impl Totals {
    /// Adds a report.
    pub fn add_report(&mut self, line: &ReportLine) {
        let is = |state| u64::from(line.state == state);
        self.add(&Totals {
            files: 1,
            reports: is(ReportState::Converted) + is(ReportState::Damaged),
            damaged: is(ReportState::Damaged),
            unsupported: is(ReportState::Unsupported),
            ignored: is(ReportState::Ignored),
            bytes_in: line.bytes,
            cases: line.cases,
            runs: line.runs.unwrap_or_default(),
            ..Totals::default()
        });
    }

    /// Adds a bundle.
    pub fn add_bundle(&mut self, bundle: &BundleRecord) {
        self.add(&Totals { bundles: 1, bytes_out: bundle.bytes, ..Totals::default() });
    }

    /// Adds the sums over other reports and bundles. Evidence is none of them: it is counted where it is written.
    pub fn add(&mut self, more: &Totals) {
        for ((_, sum), (_, more)) in SUMS.iter().zip(more.sums()) {
            let sum = sum(self);
            // `verify` adds numbers that somebody else may have written: they must not overflow.
            *sum = sum.saturating_add(more);
        }
    }

    /// Every sum that follows from the reports and the bundles, by its name in the manifest.
    pub(in crate::bundle) fn sums(mut self) -> [(&'static str, u64); 16] {
        SUMS.map(|(name, sum)| (name, *sum(&mut self)))
    }
}
