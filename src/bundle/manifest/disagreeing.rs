//! Tests of which reports tell opposite things, as the manifest has them.

use serde::{Deserialize, Serialize};

/// Tests that passed in one report and failed in another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Disagreeing {
    /// How many there are.
    pub tests: u64,
    /// The first of them.
    pub first: DisagreeingTest,
}

/// A Test that passed in one report and failed in another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DisagreeingTest {
    /// Its key or definition.
    pub test: String,
    /// The first report in which it passed.
    pub passed: ReportPlace,
    /// The first one in which it failed.
    pub failed: ReportPlace,
}

/// Tests that passed in one report and did not run in another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Undecided {
    /// How many there are.
    pub tests: u64,
    /// The first of them.
    pub first: UndecidedTest,
}

/// A Test that passed in one report and did not run in another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UndecidedTest {
    /// Its key or definition.
    pub test: String,
    /// The first report in which it passed.
    pub passed: ReportPlace,
    /// The first one in which it was skipped, or did not run for another reason.
    pub not_run: ReportPlace,
}

/// Where a report was found, as in its line in `reports.jsonl`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReportPlace {
    /// Its place, relative to its INPUT.
    pub report: String,
    /// Number of that INPUT, from one, where there are several.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub input: Option<u32>,
}
