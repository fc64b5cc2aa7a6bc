//! Tests that passed in one report and failed in another, or did not run there: a first run and a rerun mostly, or two machines.
//! The worst result counts unless the user says otherwise.

use super::Error;
use super::kept::KeptReports;
use crate::bundle::manifest::{Disagreeing, DisagreeingTest, ReportPlace, Undecided, UndecidedTest};
use crate::bundle::{Dispute, Disputes, LineSpool, RunStore, Settled};
use crate::model::ReportId;
use crate::xray;

/// Those of a Test Execution, of which the first of each kind is named.
#[derive(Debug, Default)]
pub(super) struct Contradictions {
    pub(super) disagreeing: Option<Disagreeing>,
    pub(super) undecided: Option<Undecided>,
}

impl Contradictions {
    pub(super) fn of(
        settled: &Settled,
        store: &RunStore,
        reports: &KeptReports,
        spool: &LineSpool,
    ) -> Result<Contradictions, Error> {
        let first = |disputes| First::of(disputes, settled, store, reports, spool);
        let disputes = settled.disputes();
        let disagreeing = first(disputes.failed)?.map(|(tests, First { test, passed, other })| Disagreeing {
            tests,
            first: DisagreeingTest { test, passed, failed: other },
        });
        let undecided = first(disputes.did_not_run)?.map(|(tests, First { test, passed, other })| Undecided {
            tests,
            first: UndecidedTest { test, passed, not_run: other },
        });
        Ok(Contradictions { disagreeing, undecided })
    }
}

/// One Test, with two of its reports.
struct First {
    test: String,
    passed: ReportPlace,
    other: ReportPlace,
}

impl First {
    /// The first of several, and how many there are.
    fn of(
        disputes: Disputes,
        settled: &Settled,
        store: &RunStore,
        reports: &KeptReports,
        spool: &LineSpool,
    ) -> Result<Option<(u64, First)>, Error> {
        let Disputes { tests, first: Some((run, Dispute { passed, other, .. })) } = disputes else { return Ok(None) };
        let place = |id: ReportId| {
            let seen = reports.seen_by_id(id, spool)?;
            Ok::<_, Error>(seen.map(|seen| ReportPlace { report: seen.report, input: seen.input }))
        };
        let (Some(passed), Some(other)) = (place(passed)?, place(other)?) else { return Ok(None) };
        let mut bytes = Vec::new();
        settled.read(run, store, &mut bytes).map_err(Error::Output)?;
        let test = xray::name_of(&bytes).map_err(Error::run)?.as_str().to_owned();
        Ok(Some((tests, First { test, passed, other })))
    }
}
