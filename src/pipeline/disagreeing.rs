//! Tests that passed in one report and failed in another: a first run and a rerun mostly, of which the worst result
//! counts unless the user says otherwise.

use super::Error;
use super::kept::KeptReports;
use crate::bundle::manifest::{Disagreeing, DisagreeingTest, ReportPlace};
use crate::bundle::{Disputes, LineSpool, RunStore, Settled};
use crate::model::ReportId;
use crate::xray;

/// Those of a Test Execution, of which the first is named.
pub(super) fn of(
    settled: &Settled,
    store: &RunStore,
    reports: &KeptReports,
    spool: &LineSpool,
) -> Result<Option<Disagreeing>, Error> {
    let Disputes { tests, first: Some((run, dispute)) } = settled.disputes() else { return Ok(None) };
    let place = |id: ReportId| {
        let seen = reports.seen_by_id(id, spool)?;
        Ok(seen.map(|seen| ReportPlace { report: seen.report, input: seen.input }))
    };
    let (Some(passed), Some(failed)) = (place(dispute.passed)?, place(dispute.failed)?) else { return Ok(None) };
    let mut bytes = Vec::new();
    settled.read(run, store, &mut bytes).map_err(Error::Output)?;
    let test = xray::name_of(&bytes).map_err(Error::run)?.as_str().to_owned();
    Ok(Some(Disagreeing { tests, first: DisagreeingTest { test, passed, failed } }))
}
