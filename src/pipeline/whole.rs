//! All groups together: what they come to once the last of them is finished.

use super::finish::Done;
use super::outcome::EvidenceCounts;
use super::plan::{Plan, PlannedExecution};
use super::{Error, Job};
use crate::bundle::manifest::{Evidence, Execution, Manifest, SCHEMA, Tool, Totals};
use crate::bundle::{Folder, ReportLine, ReportLines};

/// Everything that was finished, in order.
pub(super) struct Whole<E> {
    executions: Vec<E>,
    lines: Vec<ReportLine>,
    evidence: EvidenceCounts,
    unmapped: Vec<String>,
}

impl<E> Whole<E> {
    /// Puts the groups, which were finished in any order, into that of the walk.
    pub(super) fn of(groups: Vec<Done<E>>) -> Whole<E> {
        let (mut executions, mut lines) = (Vec::new(), Vec::new());
        let (mut evidence, mut unmapped) = (EvidenceCounts::default(), Vec::new());
        for done in groups {
            executions.extend(done.executions);
            lines.extend(done.lines);
            evidence.merge(done.evidence);
            unmapped.extend(done.unmapped);
        }
        executions.sort_unstable_by_key(|one| one.rank);
        lines.sort_unstable_by_key(|(id, _)| *id);
        // Those of one report stay in its order.
        unmapped.sort_by_key(|(id, _)| *id);
        Whole {
            executions: executions.into_iter().map(|one| one.execution).collect(),
            lines: lines.into_iter().map(|(_, line)| line).collect(),
            evidence,
            unmapped: unmapped.into_iter().map(|(_, name)| name).collect(),
        }
    }

    fn totals(&self) -> Totals {
        let evidence = Evidence { kept: self.evidence.kept, dropped: self.evidence.dropped };
        let mut totals = Totals { evidence, ..Totals::default() };
        self.lines.iter().for_each(|line| totals.add_report(line));
        totals
    }
}

impl Whole<Execution> {
    /// Writes `reports.jsonl` and gives the manifest, which the caller writes last.
    pub(super) fn write(self, job: &Job, folder: &Folder) -> Result<Manifest, Error> {
        let mut lines = ReportLines::create(folder).map_err(Error::Output)?;
        self.lines.iter().try_for_each(|line| lines.write(line)).map_err(Error::Output)?;
        lines.finish().map_err(Error::Output)?;
        let mut totals = self.totals();
        self.executions.iter().flat_map(|execution| &execution.bundles).for_each(|bundle| totals.add_bundle(bundle));
        Ok(Manifest {
            schema: SCHEMA.to_owned(),
            tool: Tool::this(),
            target: job.encoding.target.name().to_owned(),
            options: job.recorded.clone(),
            totals,
            executions: self.executions,
        })
    }
}

impl Whole<PlannedExecution> {
    pub(super) fn plan(self) -> Plan {
        let mut totals = self.totals();
        for execution in &self.executions {
            totals.bundles += execution.bundles.len() as u64;
            totals.bytes_out += execution.bundles.iter().map(|bundle| bundle.bytes).sum::<u64>();
        }
        Plan { totals, executions: self.executions, unmapped: self.unmapped }
    }
}
