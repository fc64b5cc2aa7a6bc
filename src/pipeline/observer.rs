//! Whoever is told of what happens, as it happens.

use super::outcome::ReportOutcome;
use crate::bundle::manifest::Execution;
use crate::model::{CaseCounts, Origin, Problem, ReportState};

/// One file, as the observer sees it.
#[derive(Debug, Clone, Copy)]
pub struct Report<'r> {
    /// Where it is.
    pub origin: &'r Origin,
    /// Number of its INPUT, from one, where there are several.
    pub input: Option<u32>,
    /// Its format, when one was recognised.
    pub format: Option<&'static str>,
    /// Who wrote it; empty when that is not known.
    pub producer: &'r str,
    /// What became of it.
    pub state: ReportState,
    /// Why it was set aside; empty when it was not.
    pub reason: &'r str,
    /// Whether that says what to do about results that were not read. Not known of what an earlier conversion looked at.
    pub has_advice: bool,
    /// Its size.
    pub bytes: u64,
    /// Its cases.
    pub cases: CaseCounts,
    /// Its problems.
    pub problems: &'r [Problem],
}

impl<'r> Report<'r> {
    /// The file that this became of.
    pub(super) fn of(outcome: &'r ReportOutcome) -> Report<'r> {
        Report {
            origin: &outcome.origin,
            input: outcome.surroundings.told_input,
            format: outcome.told.format,
            producer: &outcome.told.producer,
            state: outcome.told.state,
            reason: &outcome.told.reason,
            has_advice: outcome.told.has_advice,
            bytes: outcome.told.bytes,
            cases: outcome.told.cases,
            problems: &outcome.told.problems,
        }
    }
}

/// Told of what happens, as it happens.
pub trait Observer: Sync {
    /// One file has been read. Files come in order, each as soon as all before it are known; but a group's files behind a
    /// report that a preferred one may stand for come when that is decided, in order among themselves.
    fn report(&self, report: &Report<'_>);

    /// These problems of a file came to light after it was told of; it was told of without them.
    fn further(&self, _report: &Report<'_>, _problems: &[Problem]) {}

    /// The bundles of a Test Execution are whole, and a conversion that goes on after this one finds them.
    fn finished(&self, _execution: &Execution) {}

    /// Of an earlier conversion, `kept` groups of reports are taken over, and `changed` are converted again.
    fn resumed(&self, _kept: usize, _changed: usize) {}

    /// The earlier conversion that was to be gone on with had come to its end: everything is converted again.
    fn was_complete(&self) {}

    /// There was no report, or none that could be read, to replace the earlier output with: that is what lies in the
    /// folder.
    fn earlier_stays(&self) {}
}
