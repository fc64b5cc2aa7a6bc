//! Outcomes in order: the times of their Test Execution, a line for each file, the sums.

use std::collections::{HashMap, HashSet};

use super::outcome::{EvidenceCounts, ReportOutcome, earliest};
use super::{Damaged, Observer};
use crate::model::{Problem, ProblemKind, ReportId, ReportState, Timestamp};

/// Everything that is known when the last file has been read.
#[derive(Default)]
pub(super) struct Collection {
    /// By group number.
    pub(super) executions: Vec<Collected>,
    /// By report number.
    pub(super) reports: Vec<ReportOutcome>,
    pub(super) evidence: EvidenceCounts,
    /// Reports whose runs do not count.
    pub(super) dropped: HashSet<ReportId>,
    /// First report with these bytes, by Test Execution and hash.
    contents: HashMap<(u32, u128), ReportId>,
}

/// One Test Execution before its runs are settled.
#[derive(Default)]
pub(super) struct Collected {
    pub(super) first: Option<ReportId>,
    pub(super) start: Option<Timestamp>,
    pub(super) finish: Option<Timestamp>,
}

impl Collection {
    /// Takes the next outcome.
    pub(super) fn add(&mut self, mut outcome: ReportOutcome, damaged: Damaged, observer: &dyn Observer) {
        self.set_duplicate_aside(&mut outcome);
        if outcome.state == ReportState::Damaged && damaged == Damaged::Drop {
            outcome.leave_out_runs();
        }
        let shares = std::mem::take(&mut outcome.shares);
        // A report whose runs all belong to Test Executions that it names itself is shown with the first of these.
        if let Some(first) = shares.first()
            && shares.iter().all(|share| share.group != outcome.group)
        {
            outcome.group = first.group;
        }
        for share in shares {
            let number = share.group as usize;
            if self.executions.len() <= number {
                self.executions.resize_with(number + 1, Collected::default);
            }
            let execution = &mut self.executions[number];
            execution.first.get_or_insert(outcome.id);
            execution.start = earliest(execution.start, share.start);
            execution.finish = execution.finish.max(share.finish);
        }
        if outcome.dropped {
            self.dropped.insert(outcome.id);
        }
        self.evidence.merge(outcome.evidence);
        observer.report(&super::report_of(&outcome));
        self.reports.push(outcome);
    }

    /// The same bytes twice in one Test Execution are read once (decision 14): the later report is ignored.
    fn set_duplicate_aside(&mut self, outcome: &mut ReportOutcome) {
        let Some(content) = outcome.content else { return };
        let first = *self.contents.entry((outcome.group, content)).or_insert(outcome.id);
        if first == outcome.id {
            return;
        }
        let original = self.reports.get(first.0 as usize).map_or("", |report| report.origin.as_str());
        let message = format!("the same bytes as {original}");
        let mut duplicate = ReportOutcome::new(outcome.id, outcome.origin.clone(), outcome.bytes, outcome.group);
        duplicate.dropped = true;
        duplicate.format = outcome.format;
        duplicate.reason = format!("duplicate-of {original}");
        duplicate.problems.push(Problem::new(ProblemKind::DuplicateOf, message));
        *outcome = duplicate;
    }
}
