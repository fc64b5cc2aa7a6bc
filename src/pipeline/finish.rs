//! When the last file has been read: merge, plan, write, and say what was written.

use std::collections::{HashMap, HashSet};

use rayon::iter::{IntoParallelRefIterator, ParallelIterator};
use rayon::{ThreadPool, ThreadPoolBuilder};

use super::collect::{Collected, Collection};
use super::execution::Prepared;
use super::group::GroupKey;
use super::outcome::ReportOutcome;
use super::plan::{Plan, PlannedBundle, PlannedExecution};
use super::{Error, Job};
use crate::bundle::manifest::{Evidence, Manifest, SCHEMA, Tool, Totals};
use crate::bundle::{
    BundlePlan, ExecutionIndex, Folder, MergePart, ReportLine, ReportLines, RunStore, Settled, WriteError, file_safe_id,
};
use crate::model::{ReportId, RunCounts};
use crate::xray::{self, Part};

/// Everything that is known once all runs are settled: accounting is done, nothing is written.
pub(super) struct Finished {
    totals: Totals,
    reports: Vec<ReportOutcome>,
    counts: HashMap<ReportId, RunCounts>,
    ids: HashMap<u32, String>,
    prepared: Vec<Prepared>,
    pool: ThreadPool,
}

impl Finished {
    /// Merges what belongs together and plans the bundles.
    pub(super) fn new(
        job: &Job,
        collection: Collection,
        groups: Vec<GroupKey>,
        mut indexes: Vec<ExecutionIndex>,
        store: &RunStore,
    ) -> Result<Finished, Error> {
        let Collection { executions, reports, evidence, dropped, .. } = collection;
        if !dropped.is_empty() {
            indexes.iter_mut().for_each(|index| index.retain(|report| !dropped.contains(&report)));
        }
        let mut finished = Finished {
            totals: Totals::default(),
            reports,
            counts: HashMap::new(),
            ids: HashMap::new(),
            prepared: Vec::new(),
            pool: ThreadPoolBuilder::new().num_threads(job.threads).build().map_err(Error::threads)?,
        };
        finished.totals.evidence = Evidence { kept: evidence.kept, dropped: evidence.dropped };
        let mut taken = HashSet::new();
        for (number, group, times, index) in in_order(groups, executions, indexes) {
            let id = file_safe_id(&group.label(), &mut taken);
            finished.ids.insert(number, id.clone());
            let settled = finished.pool.install(|| settle(job, index, store))?;
            for (report, runs) in settled.counts() {
                finished.counts.entry(*report).or_default().merge(runs);
            }
            finished.prepared.push(Prepared::new(job, id, group, times, settled, store)?);
        }
        Ok(finished)
    }

    /// Writes all bundles and `reports.jsonl`, and gives the manifest, which the caller writes last.
    pub(super) fn write(mut self, job: &Job, store: &RunStore, folder: &Folder) -> Result<Manifest, Error> {
        let mut executions = Vec::new();
        for prepared in std::mem::take(&mut self.prepared) {
            let execution = self.pool.install(|| prepared.write(store, folder))?;
            execution.bundles.iter().for_each(|bundle| self.totals.add_bundle(bundle));
            executions.push(execution);
        }
        self.write_lines(folder)?;
        Ok(Manifest {
            schema: SCHEMA.to_owned(),
            tool: Tool::this(),
            target: job.encoding.target.name().to_owned(),
            options: job.recorded.clone(),
            totals: self.totals,
            executions,
        })
    }

    /// What [`Finished::write`] would write.
    pub(super) fn plan(mut self, store: &RunStore) -> Result<Plan, Error> {
        let lines: Vec<_> = self.reports.iter().map(|report| self.line(report)).collect();
        lines.iter().for_each(|line| self.totals.add_report(line));
        let mut executions = Vec::new();
        for prepared in &self.prepared {
            let mut planned = PlannedExecution {
                id: prepared.id.clone(),
                source: prepared.source.clone(),
                key: prepared.key.clone(),
                runs: prepared.settled.runs().len() as u64,
                keys: Vec::new(),
                definitions: Vec::new(),
                bundles: prepared.plans.iter().map(|plan| planned_bundle(plan, prepared.key.is_some())).collect(),
                trimmed: prepared.trimmed.clone(),
            };
            for name in prepared.names(store) {
                planned.name_test(name?);
            }
            self.totals.bundles += planned.bundles.len() as u64;
            self.totals.bytes_out += planned.bundles.iter().map(|bundle| bundle.bytes).sum::<u64>();
            executions.push(planned);
        }
        Ok(Plan { totals: self.totals, executions })
    }

    fn write_lines(&mut self, folder: &Folder) -> Result<(), Error> {
        let mut lines = ReportLines::create(folder).map_err(Error::Output)?;
        for report in &self.reports {
            let line = self.line(report);
            self.totals.add_report(&line);
            lines.write(&line).map_err(Error::Output)?;
        }
        lines.finish().map_err(Error::Output)
    }

    fn line(&self, report: &ReportOutcome) -> ReportLine {
        let mut runs = self.counts.get(&report.id).copied().unwrap_or_default();
        runs.left_out += report.left_out;
        ReportLine {
            report: report.origin.as_str().to_owned(),
            format: report.format.map(Into::into),
            producer: (!report.producer.is_empty()).then(|| report.producer.clone()),
            state: report.state,
            reason: (!report.reason.is_empty()).then(|| report.reason.clone()),
            bytes: report.bytes,
            cases: report.cases.into(),
            runs: Some(runs.into()),
            execution: self.ids.get(&report.group).filter(|_| runs.total() > 0).cloned(),
            problems: report.problems.iter().cloned().map(Into::into).collect(),
        }
    }
}

fn planned_bundle(plan: &BundlePlan, has_key: bool) -> PlannedBundle {
    PlannedBundle {
        part: plan.part,
        bytes: plan.bytes,
        runs: plan.runs.len() as u64,
        needs_key: plan.part > 1 && !has_key,
    }
}

/// Test Executions that have runs, in order of their first report; those of one report by what sets them apart.
fn in_order(
    groups: Vec<GroupKey>,
    executions: Vec<Collected>,
    indexes: Vec<ExecutionIndex>,
) -> Vec<(u32, GroupKey, Collected, ExecutionIndex)> {
    let mut ordered: Vec<_> = groups
        .into_iter()
        .zip(executions)
        .zip(indexes)
        .enumerate()
        .filter(|(_, (_, index))| !index.is_empty())
        .map(|(number, ((key, collected), index))| (number as u32, key, collected, index))
        .collect();
    ordered
        .sort_by(|(_, one_key, one, _), (_, other_key, other, _)| (one.first, one_key).cmp(&(other.first, other_key)));
    ordered
}

/// Finds the Tests with several results and merges these, on the pool.
fn settle(job: &Job, index: ExecutionIndex, store: &RunStore) -> Result<Settled, Error> {
    let grouped = index.group();
    let merge = |parts: &[MergePart<'_>], out: &mut Vec<u8>| {
        let parts: Vec<_> = parts.iter().map(part).collect();
        xray::merge(&parts, job.merge, &job.encoding, out).map(|_| ()).map_err(|error| error.to_string())
    };
    let merged: Result<Vec<_>, WriteError> =
        grouped.groups().par_iter().map(|group| grouped.merge(group, store, &merge)).collect();
    grouped.finish(merged.map_err(Error::Output)?).map_err(Error::Output)
}

fn part<'a>(part: &MergePart<'a>) -> Part<'a> {
    Part {
        bytes: part.bytes,
        outcome: part.outcome,
        report: part.report.0,
        attempt_group: part.attempt_group,
        superseded: part.superseded,
    }
}
