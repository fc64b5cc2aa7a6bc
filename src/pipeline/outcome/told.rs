//! What is told of a file: to the observer as soon as it is known, and in its line.

use crate::model::{CaseCounts, Problem, ReportState, RunCounts};

/// What is told of one file.
#[derive(Debug)]
pub(in crate::pipeline) struct Told {
    pub(in crate::pipeline) bytes: u64,
    pub(in crate::pipeline) format: Option<&'static str>,
    pub(in crate::pipeline) producer: String,
    pub(in crate::pipeline) state: ReportState,
    /// Why it is unsupported or ignored; empty otherwise.
    pub(in crate::pipeline) reason: String,
    /// Whether that says what to do about results that were not read.
    pub(in crate::pipeline) has_advice: bool,
    pub(in crate::pipeline) cases: CaseCounts,
    /// Cases that could not become a run.
    pub(in crate::pipeline) left_out: u64,
    pub(in crate::pipeline) evidence: EvidenceCounts,
    /// What became of its runs; known when they have been collected.
    pub(in crate::pipeline) runs: RunCounts,
    pub(in crate::pipeline) problems: Vec<Problem>,
    /// Number, within its group, of the Test Execution that it is shown with.
    pub(in crate::pipeline) execution: u32,
}

/// Attachments of the report.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct EvidenceCounts {
    /// Written as evidence.
    pub kept: u64,
    /// Left out by a policy, a limit, or because they could not be found.
    pub dropped: u64,
}

impl Told {
    /// Of a file of this size, of which nothing else is known: nobody asks for it.
    pub(in crate::pipeline) fn of(bytes: u64) -> Told {
        Told {
            bytes,
            format: None,
            producer: String::new(),
            state: ReportState::Ignored,
            reason: String::new(),
            has_advice: false,
            cases: CaseCounts::default(),
            left_out: 0,
            evidence: EvidenceCounts::default(),
            runs: RunCounts::default(),
            problems: Vec::new(),
            execution: 0,
        }
    }
}

impl EvidenceCounts {
    /// Takes in what became of some of it: `gone` pieces are not written after all, `dropped` of them because of a limit.
    pub(in crate::pipeline) fn settle(&mut self, gone: u64, dropped: u64) {
        self.kept = self.kept.saturating_sub(gone);
        self.dropped += dropped;
    }

    /// Adds another count.
    pub fn merge(&mut self, other: EvidenceCounts) {
        self.kept += other.kept;
        self.dropped += other.dropped;
    }
}
