//! All groups together: what they come to once the last of them is finished.

use super::Error;
use super::finish::Done;
use super::kept::FinishedReport;
use super::outcome::EvidenceCounts;
use super::plan::{Plan, PlannedExecution};
use crate::bundle::manifest::{Evidence, Execution, Manifest, Options, SCHEMA, Tool, Totals};
use crate::bundle::{Folder, LineSpool, ReportLines};
use crate::xray::Target;

/// Everything that was finished, in order.
pub(super) struct Finished<E> {
    executions: Vec<E>,
    reports: Vec<FinishedReport>,
    totals: Totals,
    unmapped: Vec<String>,
}

impl<E> Finished<E> {
    /// Puts the groups, which were finished in any order, into that of the walk.
    pub(super) fn of(groups: Vec<Done<E>>) -> Finished<E> {
        let (mut executions, mut reports, mut totals) = (Vec::new(), Vec::new(), Totals::default());
        let (mut evidence, mut unmapped) = (EvidenceCounts::default(), Vec::new());
        for mut done in groups {
            executions.extend(done.executions);
            if reports.is_empty() {
                reports = done.reports
            } else {
                reports.append(&mut done.reports)
            }
            totals.add(&done.totals);
            evidence.merge(done.evidence);
            unmapped.extend(done.unmapped);
        }
        totals.evidence = Evidence { kept: evidence.kept, dropped: evidence.dropped };
        executions.sort_unstable_by_key(|one| one.rank);
        reports.sort_unstable_by_key(|report| report.id);
        // Those of one report stay in its order.
        unmapped.sort_by_key(|(id, _)| *id);
        Finished {
            executions: executions.into_iter().map(|one| one.execution).collect(),
            reports,
            totals,
            unmapped: unmapped.into_iter().map(|(_, name)| name).collect(),
        }
    }
}

impl Finished<Execution> {
    /// Writes `reports.jsonl` from what waits in `spool`, and gives the manifest, which the caller writes last.
    pub(super) fn write(
        self,
        target: Target,
        options: &Options,
        folder: &Folder,
        spool: &LineSpool,
    ) -> Result<Manifest, Error> {
        let mut lines = ReportLines::create(folder).map_err(Error::Output)?;
        let (mut spooled, mut text) = (spool.reader(), Vec::new());
        for report in &self.reports {
            text.clear();
            spooled.line(&report.line, report.execution.as_deref(), &mut text).map_err(Error::Output)?;
            lines.write_json(&mut text).map_err(Error::Output)?;
        }
        let reports = lines.finish().map_err(Error::Output)?;
        let mut totals = self.totals;
        self.executions.iter().flat_map(|execution| &execution.bundles).for_each(|bundle| totals.add_bundle(bundle));
        Ok(Manifest {
            schema: SCHEMA.to_owned(),
            tool: Tool::this(),
            target: target.name().to_owned(),
            options: options.clone(),
            totals,
            reports: Some(reports),
            executions: self.executions,
        })
    }
}

impl Finished<PlannedExecution> {
    pub(super) fn plan(self) -> Plan {
        let mut totals = self.totals;
        for execution in &self.executions {
            totals.bundles += execution.bundles.len() as u64;
            totals.bytes_out += execution.bundles.iter().map(|bundle| bundle.bytes).sum::<u64>();
        }
        Plan { totals, executions: self.executions, unmapped: self.unmapped }
    }
}
