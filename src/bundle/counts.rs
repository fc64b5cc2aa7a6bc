//! The counters as they stand in `manifest.json` and `reports.jsonl`.

use serde::{Deserialize, Serialize};

use crate::model::{CaseCounts, RunCounts};

/// Test cases by outcome.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Cases {
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

impl From<CaseCounts> for Cases {
    fn from(counts: CaseCounts) -> Cases {
        let CaseCounts { seen, passed, failed, errored, skipped } = counts;
        Cases { seen, passed, failed, errored, skipped }
    }
}

impl From<Cases> for CaseCounts {
    fn from(cases: Cases) -> CaseCounts {
        let Cases { seen, passed, failed, errored, skipped } = cases;
        CaseCounts { seen, passed, failed, errored, skipped }
    }
}

/// What became of the cases seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Runs {
    /// Cases that are the first, or only, result of their Test in its Test Execution.
    pub written: u64,
    /// Cases that were merged into an earlier one.
    pub merged: u64,
    /// Cases that could not become a run.
    pub left_out: u64,
}

impl From<RunCounts> for Runs {
    fn from(counts: RunCounts) -> Runs {
        let RunCounts { written, merged, left_out } = counts;
        Runs { written, merged, left_out }
    }
}

impl Runs {
    /// All cases that are accounted for.
    pub fn total(&self) -> u64 {
        self.written.saturating_add(self.merged).saturating_add(self.left_out)
    }
}
