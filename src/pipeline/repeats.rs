//! Reports of one format that tell of exactly the same Tests: a run on several devices, or one that was repeated. Their
//! results are merged, which not everybody wants.

use std::collections::{HashMap, HashSet};

use super::outcome::ReportOutcome;
use crate::model::{Problem, ProblemKind, ReportId};

/// What was seen so far.
#[derive(Default)]
pub(super) struct Repeats {
    /// First report with these Tests.
    first: HashMap<Tests, ReportId>,
    /// Pairs of folders that were told of: one warning says enough.
    told: HashSet<(u32, String, String)>,
}

/// All Tests of a report in one Test Execution.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct Tests {
    execution: u32,
    format: &'static str,
    runs: u64,
    /// Sum of the hashes of their identities.
    identities: u64,
}

impl Repeats {
    /// Looks whether an earlier report has the very same Tests, and warns. `reports` are those before.
    pub(super) fn look(&mut self, outcome: &mut ReportOutcome, reports: &[ReportOutcome]) {
        let Some(format) = outcome.format else { return };
        for share in &outcome.shares {
            let tests = Tests { execution: share.execution, format, runs: share.runs, identities: share.identities };
            let first = *self.first.entry(tests).or_insert(outcome.id);
            let Ok(place) = reports.binary_search_by_key(&first, |report| report.id) else { continue };
            let first = &reports[place];
            let folder = |report: &ReportOutcome| {
                report.origin.as_str().rsplit_once('/').map_or(String::new(), |(folder, _)| folder.to_owned())
            };
            if self.told.insert((share.execution, folder(first), folder(outcome))) {
                let tests =
                    if share.runs == 1 { "the same test".to_owned() } else { format!("the same {} tests", share.runs) };
                let message = format!(
                    "{tests} as {}: their results are merged; --environment-from or --group-by directory keeps devices or \
                     folders apart",
                    first.origin
                );
                outcome.problems.push(Problem::new(ProblemKind::SameTestsTwice, message));
            }
        }
    }
}
