//! When the last file of a group has been read: merge, plan, write, and say what was written.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::mpsc::Receiver;

use rayon::ThreadPoolBuilder;
use rayon::iter::{IntoParallelIterator, IntoParallelRefIterator, ParallelIterator};

use super::basis::Basis;
use super::collect::{Closed, Collected, CollectedExecution, Named, Rank};
use super::execution::Prepared;
use super::grouping::Group;
use super::loose;
use super::outcome::{EvidenceCounts, ReportOutcome};
use super::plan::PlannedExecution;
use super::stop::Stop;
use super::{Error, Job, Observer};
use crate::bundle::manifest::Execution;
use crate::bundle::{Compression, ExecutionIndex, Folder, MergePart, ReportLine, RunStore, Settled, WriteError};
use crate::model::ReportId;
use crate::xray::{self, Part};

/// What stays of a group: what the manifest or the plan says of its Test Executions, and a line for each file.
pub(super) struct Done<E> {
    pub(super) executions: Vec<Ranked<E>>,
    pub(super) lines: Vec<(ReportId, ReportLine)>,
    pub(super) evidence: EvidenceCounts,
    /// Tests with neither key nor project; empty unless a plan is made.
    pub(super) unmapped: Vec<(ReportId, String)>,
}

/// A Test Execution, with what says where it stands among all.
pub(super) struct Ranked<E> {
    pub(super) rank: Rank,
    /// What its id was made from.
    pub(super) label: String,
    pub(super) execution: E,
}

impl<E> Ranked<E> {
    fn map<T>(self, make: impl FnOnce(E) -> Result<T, Error>) -> Result<Ranked<T>, Error> {
        Ok(Ranked { rank: self.rank, label: self.label, execution: make(self.execution)? })
    }
}

/// What is done with groups that have been read.
pub(super) trait Finish<E>: Sync {
    /// Finishes a group, on the pool.
    fn finish(&self, closed: Closed) -> Result<Done<E>, Error>;

    /// Called when some groups have been finished, on a thread that may wait.
    fn settle_down(&self) -> Result<(), Error> {
        Ok(())
    }
}

/// Finishes groups on a pool of their own as they come, several at once where many are waiting, until nobody sends any more. After
/// a failure it only drains, so that nobody waits for it.
pub(super) fn run<E: Send>(
    threads: usize,
    closed: Receiver<Closed>,
    stop: &Stop<'_>,
    finish: &dyn Finish<E>,
) -> Result<Vec<Done<E>>, Error> {
    let mut all = Vec::new();
    let mut result = Ok(());
    let pool = ThreadPoolBuilder::new().num_threads(threads).build().map_err(Error::threads)?;
    while let Ok(first) = closed.recv() {
        let batch: Vec<_> = std::iter::once(first).chain(closed.try_iter()).collect();
        if result.is_err() {
            continue;
        }
        let finish_one = |closed| stop.check().and_then(|()| finish.finish(closed));
        let done = pool.install(|| batch.into_par_iter().map(finish_one).collect::<Result<Vec<_>, _>>());
        match done.and_then(|done| finish.settle_down().map(|()| done)) {
            Ok(done) => all.extend(done),
            Err(error) => {
                stop.fail();
                result = Err(error);
            }
        }
    }
    result.map(|()| all)
}

/// A Test Execution whose runs are settled.
pub(super) struct SettledExecution {
    /// Its number in the group.
    number: u32,
    named: Named,
    collected: CollectedExecution,
    pub(super) settled: Settled,
}

/// A group whose runs are settled and whose bundles are planned; nothing of it is written.
pub(super) struct Ready {
    group: Arc<Group>,
    prepared: Vec<Ranked<Prepared>>,
    lines: Vec<(ReportId, ReportLine)>,
    bases: Vec<Basis>,
    evidence: EvidenceCounts,
    unmapped: Vec<(ReportId, String)>,
}

impl Ready {
    /// Merges what belongs together, gives pictures to whom they belong, and plans the bundles.
    pub(super) fn new(job: &Job, closed: Closed, observer: &dyn Observer) -> Result<Ready, Error> {
        let Closed { group, mut collected, .. } = closed;
        collected.forget_too_many_scenarios();
        let Collected { executions, mut reports, mut evidence, unmapped, .. } = collected;
        let mut settled = settle_all(job, executions, &group.store)?;
        let ids = settled.iter().map(|one| (one.number, one.named.id.clone())).collect();
        evidence.merge(loose::attach(job, &mut reports, &mut settled, &group.store, observer)?);
        let prepared = settled.into_iter().map(|one| prepare(job, one, &group)).collect::<Result<_, Error>>()?;
        let mut bases = Vec::with_capacity(reports.len());
        let lines = reports.into_iter().map(|mut report| {
            bases.push(std::mem::replace(&mut report.basis, Basis::Listing));
            (report.id, line(report, &ids))
        });
        let lines = lines.collect();
        Ok(Ready { group, prepared, lines, bases, evidence, unmapped })
    }

    /// What its files were made of, in order.
    pub(super) fn take_bases(&mut self) -> Vec<Basis> {
        std::mem::take(&mut self.bases)
    }

    /// Writes all bundles.
    pub(super) fn write(
        self,
        folder: &Folder,
        compression: Compression,
        stop: &Stop<'_>,
    ) -> Result<Done<Execution>, Error> {
        let Ready { group, prepared, lines, evidence, unmapped, .. } = self;
        let write = |prepared: Prepared| prepared.write(&group.store, folder, compression, stop);
        let executions = prepared.into_iter().map(|one| one.map(write)).collect::<Result<_, Error>>()?;
        Ok(Done { executions, lines, evidence, unmapped })
    }

    /// What [`Ready::write`] would write.
    pub(super) fn plan(self, job: &Job) -> Result<Done<PlannedExecution>, Error> {
        let Ready { group, prepared, lines, evidence, unmapped, .. } = self;
        let project = job.rules.project.as_deref();
        let plan = |prepared: Prepared| PlannedExecution::of(&prepared, &group.store, project);
        let executions = prepared.into_iter().map(|one| one.map(plan)).collect::<Result<_, Error>>()?;
        Ok(Done { executions, lines, evidence, unmapped })
    }
}

/// The Test Executions that have runs, each with its runs merged.
fn settle_all(
    job: &Job,
    executions: Vec<CollectedExecution>,
    store: &RunStore,
) -> Result<Vec<SettledExecution>, Error> {
    let mut all = Vec::new();
    for (number, mut collected) in (0..).zip(executions) {
        let (Some(named), Some(index)) = (collected.named.take(), collected.index.take()) else { continue };
        // All its reports may have been set aside.
        if !index.is_empty() {
            all.push(SettledExecution { number, named, collected, settled: settle(job, index, store)? });
        }
    }
    Ok(all)
}

fn prepare(job: &Job, execution: SettledExecution, group: &Group) -> Result<Ranked<Prepared>, Error> {
    let SettledExecution { number, named, collected, settled } = execution;
    let key = group.key_of(number);
    let (rank, label) = (named.rank, key.label());
    let execution = Prepared::new(job, named.id, key, collected, settled, &group.store)?;
    Ok(Ranked { rank, label, execution })
}

fn line(report: ReportOutcome, ids: &HashMap<u32, String>) -> ReportLine {
    let mut runs = report.runs;
    runs.left_out += report.left_out;
    ReportLine {
        report: report.origin.as_str().to_owned(),
        format: report.format.map(Into::into),
        producer: (!report.producer.is_empty()).then_some(report.producer),
        state: report.state,
        reason: (!report.reason.is_empty()).then_some(report.reason),
        bytes: report.bytes,
        cases: report.cases.into(),
        runs: Some(runs.into()),
        execution: ids.get(&report.execution).filter(|_| runs.total() > 0).cloned(),
        problems: report.problems.into_iter().map(Into::into).collect(),
    }
}

/// Finds the Tests with several results and merges these, on the pool of the caller.
fn settle(job: &Job, index: ExecutionIndex, store: &RunStore) -> Result<Settled, Error> {
    let grouped = index.group();
    let merge = |parts: &[MergePart<'_>], out: &mut Vec<u8>| {
        let parts: Vec<_> = parts.iter().map(part).collect();
        xray::merge(&parts, job.merge, &job.encoding, out)
            .map(|merged| merged.outcome)
            .map_err(|error| error.to_string())
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
        note: part.note,
    }
}
