//! What reports have to tell, spoken of as they come and kept for the summary.

use std::sync::{Mutex, PoisonError};

use xraypack::bundle::manifest::Execution;
use xraypack::model::Problem;
use xraypack::pipeline::{Observer, Report};

use super::args::ZoneBy;
use super::commentary::{Commentary, ReportSeen};
use super::nothing::NoReports;
use super::places::Places;
use super::problems::ProblemTally;
use super::summary::SetAside;

/// Hands every report to the commentary and keeps what the summary names.
pub struct Watching<'c> {
    commentary: &'c Commentary,
    places: &'c Places,
    told: Mutex<Told>,
}

/// What the reports had to tell, for the summary.
#[derive(Default)]
pub struct Told {
    /// Damaged and unsupported reports, in order.
    pub set_aside: Vec<SetAside>,
    /// How many problems there were of each kind.
    pub problems: ProblemTally,
    /// Bytes of the reports, whatever other files there are.
    pub report_bytes: u64,
    /// Files that are no reports.
    pub no_reports: NoReports,
    /// Test Executions that are finished although the conversion is not.
    pub executions: u64,
    /// Their bundles.
    pub bundles: u64,
}

impl<'c> Watching<'c> {
    /// Watches and speaks through `commentary`.
    pub fn new(commentary: &'c Commentary, places: &'c Places, zone: ZoneBy) -> Watching<'c> {
        let told = Told { problems: ProblemTally::new(zone), ..Told::default() };
        Watching { commentary, places, told: Mutex::new(told) }
    }

    /// What was told.
    pub fn told(self) -> Told {
        self.told.into_inner().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Observer for Watching<'_> {
    fn report(&self, report: &Report<'_>) {
        let seen = ReportSeen::of(report, self.places);
        self.commentary.report(&seen);
        let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        told.problems.add(seen.problems);
        if seen.is_report() {
            told.report_bytes += seen.bytes;
        }
        told.set_aside.extend(SetAside::of(&seen));
        told.no_reports.add(&seen);
    }

    fn further(&self, report: &Report<'_>, problems: &[Problem]) {
        self.commentary.further(&ReportSeen::of(report, self.places), problems);
        self.told.lock().unwrap_or_else(PoisonError::into_inner).problems.add(problems);
    }

    fn finished(&self, execution: &Execution) {
        let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        told.executions += 1;
        told.bundles += execution.bundles.len() as u64;
    }

    fn resumed(&self, kept: usize, changed: usize) {
        self.commentary.resumed(kept as u64, changed as u64);
    }

    fn earlier_stays(&self) {
        self.told.lock().unwrap_or_else(PoisonError::into_inner).no_reports.keep_earlier();
    }

    fn was_complete(&self) {
        self.commentary.note("the earlier output was complete: everything is converted again");
    }
}
