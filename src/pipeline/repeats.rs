//! Reports that tell of exactly the same Tests: a run on several devices, one that was repeated, one that another folder
//! tells of in another format. Their results are merged, which not everybody wants.

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
    runs: u64,
    /// Sum of the hashes of their identities.
    identities: u64,
}

impl Repeats {
    /// Looks whether an earlier report has the very same Tests, and warns. `reports` are those before.
    pub(super) fn look(&mut self, outcome: &mut ReportOutcome, reports: &[ReportOutcome]) {
        for share in &outcome.shares {
            let tests = Tests { execution: share.execution, runs: share.runs, identities: share.identities };
            let first = *self.first.entry(tests).or_insert(outcome.id);
            let Ok(place) = reports.binary_search_by_key(&first, |report| report.id) else { continue };
            let first = &reports[place];
            let folders = [folder_of(first), folder_of(outcome)];
            if folders[0] == folders[1] && first.format != outcome.format {
                // Twins: they have been told of.
                continue;
            }
            let [one, other] = folders.map(str::to_owned);
            if self.told.insert((share.execution, one, other)) {
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

fn folder_of(report: &ReportOutcome) -> &str {
    report.origin.as_str().rsplit_once('/').map_or("", |(folder, _)| folder)
}
