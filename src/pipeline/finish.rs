//! When the last file has been read: merge, plan, write, and say what was written.

use std::collections::{HashMap, HashSet};
use std::io::{BufWriter, Write};

use rayon::iter::{IntoParallelIterator, IntoParallelRefIterator, ParallelIterator};

use super::collect::{Collected, Collection};
use super::group::GroupKey;
use super::outcome::ReportOutcome;
use super::{Error, Job};
use crate::bundle::lines::{self, ReportLine};
use crate::bundle::manifest::{Evidence, Execution, Manifest, SCHEMA, Tool, Totals};
use crate::bundle::{
    Assembly, BundlePlan, ExecutionIndex, ExecutionKey, Folder, Frame, MergePart, Oversize, REPORTS, RunStore, Settled,
    WriteError, file_safe_id, plan,
};
use crate::model::{ReportId, RunCounts};
use crate::xray::{self, ExecutionInfo, Part};

/// One Test Execution on its way into bundles.
struct Ready {
    id: String,
    key: GroupKey,
    collected: Collected,
    settled: Settled,
}

/// Writes all bundles and `reports.jsonl`, and gives the manifest, which the caller writes last.
pub(super) fn write(
    job: &Job,
    collection: Collection,
    groups: Vec<GroupKey>,
    mut indexes: Vec<ExecutionIndex>,
    store: &RunStore,
    folder: &Folder,
) -> Result<Manifest, Error> {
    let Collection { executions, reports, evidence, dropped, .. } = collection;
    if !dropped.is_empty() {
        indexes.iter_mut().for_each(|index| index.retain(|report| !dropped.contains(&report)));
    }
    let pool = rayon::ThreadPoolBuilder::new().num_threads(job.threads).build().map_err(Error::threads)?;
    let ordered = in_order(groups, executions, indexes);
    let mut taken = HashSet::new();
    let mut ids = HashMap::new();
    let mut counts: HashMap<ReportId, RunCounts> = HashMap::new();
    let mut totals = Totals::default();
    let mut written = Vec::new();
    for (number, key, collected, index) in ordered {
        let id = file_safe_id(&key.label(), &mut taken);
        ids.insert(number, id.clone());
        let settled = pool.install(|| settle(job, index, store))?;
        for (report, runs) in settled.counts() {
            counts.entry(*report).or_default().merge(runs);
        }
        let ready = Ready { id, key, collected, settled };
        let execution = pool.install(|| write_execution(job, ready, store, folder))?;
        execution.bundles.iter().for_each(|bundle| totals.add_bundle(bundle));
        written.push(execution);
    }
    totals.evidence = Evidence { kept: evidence.kept, dropped: evidence.dropped };
    write_lines(&reports, &ids, &counts, &mut totals, folder)?;
    Ok(Manifest {
        schema: SCHEMA.to_owned(),
        tool: Tool::this(),
        target: job.encoding.target.name().to_owned(),
        options: job.recorded.clone(),
        totals,
        executions: written,
    })
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

/// Cuts one Test Execution into bundles and writes them, on the pool.
fn write_execution(job: &Job, ready: Ready, store: &RunStore, folder: &Folder) -> Result<Execution, Error> {
    let Ready { id, key, collected, mut settled } = ready;
    let execution_key = job.execution_key.clone().or_else(|| (!key.key.is_empty()).then(|| key.key.clone()));
    let info = info_of(job, &key, &collected);
    let first_head = xray::first_head(&info, execution_key.as_deref());
    let later_head = execution_key.as_deref().map_or_else(xray::placeholder_head, xray::later_head);
    let frame = Frame {
        first_head: &first_head,
        later_head: &later_head,
        separator: xray::SEPARATOR,
        tail: xray::TAIL,
        key: if execution_key.is_some() { ExecutionKey::Known } else { ExecutionKey::Awaited },
    };
    let plans = plan_bundles(job, &mut settled, store, &frame)?;
    let assembly = Assembly { id: &id, settled: &settled, store, frame, folder };
    let bundles: Result<Vec<_>, WriteError> = plans.into_par_iter().map(|plan| assembly.write(&plan)).collect();
    Ok(Execution {
        runs: settled.runs().len() as u64,
        id,
        source: key.source,
        key: execution_key,
        start: collected.start.map(|start| start.to_string()),
        finish: collected.finish.map(|finish| finish.ceil_to_second().to_string()),
        bundles: bundles.map_err(Error::Output)?,
    })
}

/// Plans until every run fits: runs that alone exceed a bundle are cut down by the steps of spec xray-json.md section 8.
fn plan_bundles(
    job: &Job,
    settled: &mut Settled,
    store: &RunStore,
    frame: &Frame<'_>,
) -> Result<Vec<BundlePlan>, Error> {
    loop {
        match plan(settled, &job.budget, &frame.lengths()) {
            Ok(plans) => return Ok(plans),
            Err(oversize) => {
                for run in &oversize {
                    shrink(job, settled, run, store)?;
                }
            }
        }
    }
}

fn shrink(job: &Job, settled: &mut Settled, oversize: &Oversize, store: &RunStore) -> Result<(), Error> {
    let run = settled.runs()[oversize.run];
    let (mut bytes, mut smaller) = (Vec::new(), Vec::new());
    store.read(run.location, run.length as usize, &mut bytes).map_err(Error::Output)?;
    xray::shrink(&bytes, oversize.allowed, &job.encoding, &mut smaller)
        .map_err(|error| Error::Threads(format!("a run cannot be cut down: {error}")))?;
    settled.replace(oversize.run, &smaller, store).map_err(Error::Output)
}

/// The fields of one Test Execution: the user's, with a title made from the group's name and the times of its runs.
fn info_of(job: &Job, key: &GroupKey, times: &Collected) -> ExecutionInfo {
    let mut info = job.execution.clone();
    if info.summary.is_empty() {
        info.summary = format!("Automated test results: {}", key.source);
    }
    if !key.environment.is_empty() {
        info.environments = key.environment.split(';').map(str::to_owned).collect();
    }
    info.start = times.start;
    info.finish = times.finish;
    info
}

fn write_lines(
    reports: &[ReportOutcome],
    ids: &HashMap<u32, String>,
    counts: &HashMap<ReportId, RunCounts>,
    totals: &mut Totals,
    folder: &Folder,
) -> Result<(), Error> {
    let file = folder.create(REPORTS).map_err(Error::Output)?;
    let mut out = BufWriter::new(file);
    for report in reports {
        let mut runs = counts.get(&report.id).copied().unwrap_or_default();
        runs.left_out += report.left_out;
        let line = ReportLine {
            report: report.origin.as_str().to_owned(),
            format: report.format.map(Into::into),
            producer: (!report.producer.is_empty()).then(|| report.producer.clone()),
            state: report.state,
            reason: (!report.reason.is_empty()).then(|| report.reason.clone()),
            bytes: report.bytes,
            cases: report.cases.into(),
            runs: Some(runs.into()),
            execution: ids.get(&report.group).filter(|_| runs.total() > 0).cloned(),
            problems: report.problems.iter().cloned().map(Into::into).collect(),
        };
        totals.add_report(&line);
        lines::write_line(&mut out, &line).map_err(|error| Error::Output(out.get_ref().failed(error)))?;
    }
    out.flush().map_err(|error| Error::Output(out.get_ref().failed(error)))?;
    let (file, _) = out.into_parts();
    file.commit().map_err(Error::Output)
}
