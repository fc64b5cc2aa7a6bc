//! When the last file of a group has been read: merge, plan, write, and say what was written.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc::Receiver;

use rayon::ThreadPool;
use rayon::iter::{IndexedParallelIterator, IntoParallelIterator, ParallelIterator};
use rayon::slice::ParallelSlice;

use super::collect::{Closed, Collected, CollectedExecution, Rank};
use super::disagreeing::Contradictions;
use super::execution::{Bundling, Prepared, SettledExecution};
use super::grouping::Group;
use super::kept::FinishedReport;
use super::loose::{Attaching, PictureRules, Stores};
use super::merging;
use super::outcome::EvidenceCounts;
use super::plan::PlannedExecution;
use super::purpose::Names;
use super::stop::Stop;
use super::{Error, Observer, threads};
use crate::bundle::manifest::{Execution, Totals};
use crate::bundle::{
    Compression, ExecutionIndex, Folder, LineSpool, Merge, RunStore, Settled, Sidecar, Unsettled, WriteError,
};
use crate::model::ReportId;
use crate::xray::{EncodeOptions, Merge as MergePolicy};

/// What stays of a group: what the manifest or the plan says of its Test Executions, and a line for each file.
pub(super) struct Done<E> {
    pub(super) executions: Vec<Ranked<E>>,
    pub(super) reports: Vec<FinishedReport>,
    /// Sums over the reports.
    pub(super) totals: Totals,
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
    fn finish(&self, closed: Closed, outstanding: &Outstanding) -> Result<Done<E>, Error>;

    /// Called when some groups have been finished, on a thread that may wait.
    fn settle_down(&self) -> Result<(), Error> {
        Ok(())
    }
}

/// What a conversion still has to do.
#[derive(Debug, Default)]
pub(super) struct Outstanding {
    /// Whether everything has been read.
    is_read: AtomicBool,
    /// Groups with runs that are not finished.
    groups: AtomicUsize,
}

impl Outstanding {
    /// A group is going to be finished.
    pub(super) fn add(&self, closed: &Closed) {
        self.groups.fetch_add(usize::from(closed.has_runs), Ordering::Relaxed);
    }

    /// A group, with runs or without, is finished.
    fn remove(&self, has_runs: bool) {
        self.groups.fetch_sub(usize::from(has_runs), Ordering::Relaxed);
    }

    /// Nothing is left to read.
    pub(super) fn all_is_read(&self) {
        self.is_read.store(true, Ordering::Relaxed);
    }

    /// Whether nothing that takes long is left but a group, with runs or without, that is being finished.
    pub(super) fn is_only(&self, has_runs: bool) -> bool {
        self.is_read.load(Ordering::Relaxed) && self.groups.load(Ordering::Relaxed) == usize::from(has_runs)
    }
}

/// Finishes groups on a pool of their own as they come, several at once where many are waiting, until nobody sends any
/// more. After a failure it only drains, so that nobody waits for it.
pub(super) fn run<E: Send>(
    threads: usize,
    closed: Receiver<Closed>,
    stop: &Stop<'_>,
    finish: &dyn Finish<E>,
    outstanding: &Outstanding,
) -> Result<Vec<Done<E>>, Error> {
    let mut all = Vec::new();
    let mut result = Ok(());
    let mut pool = None;
    while let Ok(first) = closed.recv() {
        let batch: Vec<_> = std::iter::once(first).chain(closed.try_iter()).collect();
        if result.is_err() {
            continue;
        }
        let finish_one = |closed: Closed| {
            stop.check()?;
            let has_runs = closed.has_runs;
            let done = finish.finish(closed, outstanding);
            outstanding.remove(has_runs);
            done
        };
        let finish_all = || batch.into_par_iter().map(finish_one).collect::<Result<Vec<_>, _>>();
        let done = pool_of(threads, &mut pool).and_then(|pool| {
            // Whoever reads must hear of a panic now: nobody would be told before the last report otherwise.
            let finish_all = || {
                let done = pool.install(finish_all);
                threads::do_what_was_left();
                done.and_then(|done| finish.settle_down().map(|()| done))
            };
            let finished = catch_unwind(AssertUnwindSafe(finish_all));
            finished.unwrap_or_else(|_| Err(Error::finisher()))
        });
        match done {
            Ok(done) => all.extend(done),
            Err(error) => {
                stop.fail();
                result = Err(error);
            }
        }
    }
    result.map(|()| all)
}

/// The pool, made when it is first needed. Threads that were made before and slept since are woken where they slept,
/// two on one processor perhaps, and stay there for ten milliseconds; new ones begin where there is nothing else to do.
fn pool_of(threads: usize, pool: &mut Option<ThreadPool>) -> Result<&ThreadPool, Error> {
    match pool {
        Some(pool) => Ok(pool),
        None => Ok(pool.insert(threads::pool(threads).map_err(Error::threads)?)),
    }
}

/// A group whose runs are settled and whose bundles are planned; nothing of it is written.
pub(super) struct Ready {
    group: Arc<Group>,
    prepared: Vec<Ranked<Prepared>>,
    reports: Vec<FinishedReport>,
    totals: Totals,
    evidence: EvidenceCounts,
    unmapped: Vec<(ReportId, String)>,
}

/// How the groups of a conversion are made ready.
pub(super) struct Readying<'r> {
    /// What several results of one Test come to.
    pub(super) merge: MergePolicy,
    pub(super) encoding: &'r EncodeOptions,
    pub(super) pictures: PictureRules<'r>,
    pub(super) bundling: Bundling<'r>,
    /// Where the lines of the files wait.
    pub(super) spool: &'r LineSpool,
    /// For evidence that is no part of a bundle.
    pub(super) sidecar: Option<&'r Sidecar<'r>>,
    pub(super) observer: &'r dyn Observer,
}

impl Readying<'_> {
    /// Merges what belongs together, gives pictures to whom they belong, and plans the bundles.
    pub(super) fn ready(&self, closed: Closed) -> Result<Ready, Error> {
        let Closed { group, mut collected, .. } = closed;
        collected.forget_too_many_scenarios();
        let Collected { executions, mut reports, mut evidence, unmapped, .. } = collected;
        let merge = merging::by(self.merge, self.encoding);
        let mut settled = settle_all(executions, &group.store, &merge, &mut evidence)?;
        let ids = settled.iter().map(|one| (one.number, Arc::from(one.named.id.as_str()))).collect();
        evidence.merge(self.attaching(&group).attach(&mut reports, &mut settled)?);
        let prepare = |one: SettledExecution| {
            let contradictions = Contradictions::of(&one.settled, &group.store, &reports, self.spool)?;
            prepare(self.bundling, one, contradictions, &group)
        };
        let prepared = settled.into_iter().map(prepare).collect::<Result<Vec<_>, Error>>()?;
        let left_out = prepared.iter().map(|one| one.execution.evidence_left_out).sum();
        evidence.settle(left_out, left_out);
        let (totals, reports) = (reports.totals, reports.finished(&ids));
        Ok(Ready { group, prepared, reports, totals, evidence, unmapped })
    }

    fn attaching<'a>(&'a self, group: &'a Group) -> Attaching<'a> {
        let stores = Stores { runs: &group.store, sidecar: self.sidecar };
        Attaching { rules: self.pictures, stores, spool: self.spool, observer: self.observer }
    }
}

impl Ready {
    /// Writes all bundles.
    pub(super) fn write(
        self,
        folder: &Folder,
        compression: Compression,
        stop: &Stop<'_>,
    ) -> Result<Done<Execution>, Error> {
        let Ready { group, prepared, reports, totals, evidence, unmapped } = self;
        let write = |prepared: Prepared| prepared.write(&group.store, folder, compression, stop);
        let executions = prepared.into_iter().map(|one| one.map(write)).collect::<Result<_, Error>>()?;
        // A long temporary file takes the system a while to forget, and nobody need wait for that.
        rayon::spawn(move || drop(group));
        Ok(Done { executions, reports, totals, evidence, unmapped })
    }

    /// What [`Ready::write`] would write.
    pub(super) fn plan(self, names: Names, project: Option<&str>) -> Result<Done<PlannedExecution>, Error> {
        let Ready { group, prepared, reports, totals, evidence, unmapped } = self;
        let plan = |prepared: Prepared| {
            let mut planned = PlannedExecution::of(&prepared);
            if names == Names::Kept {
                planned.name_tests(&prepared, &group.store, project)?;
            }
            Ok(planned)
        };
        let executions = prepared.into_iter().map(|one| one.map(plan)).collect::<Result<_, Error>>()?;
        Ok(Done { executions, reports, totals, evidence, unmapped })
    }
}

/// The Test Executions that have runs, each with its runs merged.
fn settle_all(
    executions: Vec<CollectedExecution>,
    store: &RunStore,
    merge: &Merge<'_>,
    evidence: &mut EvidenceCounts,
) -> Result<Vec<SettledExecution>, Error> {
    let mut all = Vec::new();
    for (number, mut collected) in (0..).zip(executions) {
        let (Some(named), Some(index)) = (collected.named.take(), collected.index.take()) else { continue };
        // All its reports may have been set aside.
        if !index.is_empty() {
            let settled = settle(index, store, merge, evidence)?;
            all.push(SettledExecution { number, named, collected, settled });
        }
    }
    Ok(all)
}

fn prepare(
    bundling: Bundling<'_>,
    execution: SettledExecution,
    contradictions: Contradictions,
    group: &Group,
) -> Result<Ranked<Prepared>, Error> {
    let key = group.key_of(execution.number);
    let (rank, label) = (execution.named.rank, key.label());
    let mut execution = bundling.prepare(execution, key, &group.store)?;
    execution.contradictions = contradictions;
    Ok(Ranked { rank, label, execution })
}

/// Finds the Tests with several results and merges these, on the pool of the caller.
fn settle(
    index: ExecutionIndex,
    store: &RunStore,
    merge: &Merge<'_>,
    evidence: &mut EvidenceCounts,
) -> Result<Settled, Error> {
    let unsettled = index.find_repeats();
    let tests = unsettled.repeated().par_chunks(Unsettled::AT_ONCE).with_max_len(1);
    let merged: Result<Vec<_>, WriteError> = tests.map(|tests| unsettled.merge(tests, store, merge)).collect();
    let merged = merged.map_err(Error::Output)?.into_iter().flatten();
    let settled = unsettled.finish(merged).map_err(Error::Output)?;
    let lost = settled.evidence_lost();
    evidence.settle(lost.gone, lost.over_limit);
    Ok(settled)
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::sync_channel;

    use super::*;
    use crate::bundle::RunMemory;
    use crate::model::Origin;
    use crate::pipeline::group::GroupBy;
    use crate::pipeline::grouping::Grouping;
    use crate::source::{Found, Place, Skip};

    struct Falling;

    impl Finish<()> for Falling {
        fn finish(&self, _: Closed, _: &Outstanding) -> Result<Done<()>, Error> {
            panic!("a defect");
        }
    }

    /// A group that has been read.
    fn closed(has_runs: bool) -> Closed {
        let mut grouping = Grouping::new(GroupBy::All, None, std::env::temp_dir(), RunMemory::of(0));
        let (origin, place) = (Origin::new("a"), Place::default());
        let group = grouping.enter(&Found::Skipped { origin, place, bytes: 0, why: Skip::Special }).group;
        Closed { group, collected: Collected::default(), has_runs }
    }

    #[test]
    fn a_panic_ends_the_reading_at_once() {
        let (sender, receiver) = sync_channel(2);
        for _ in 0..2 {
            sender.send(closed(false)).unwrap();
        }
        let asked = AtomicBool::new(false);
        let stop = Stop::new(&asked);
        std::thread::scope(|scope| {
            let finisher = scope.spawn(|| run(1, receiver, &stop, &Falling, &Outstanding::default()).map(|_| ()));
            // This end has not hung up: there is more to read.
            let waited = (0..1000).any(|_| {
                std::thread::sleep(std::time::Duration::from_millis(10));
                stop.is_set()
            });
            assert!(waited, "nobody was told");
            drop(sender);
            assert!(matches!(finisher.join().unwrap(), Err(Error::Threads(_))));
        });
    }

    #[test]
    fn a_group_is_the_only_thing_left_when_all_is_read_and_no_other_has_runs() {
        let outstanding = Outstanding::default();
        [true, true, false].into_iter().for_each(|has_runs| outstanding.add(&closed(has_runs)));
        outstanding.all_is_read();
        assert!(!outstanding.is_only(true), "there is another");
        assert!(!outstanding.is_only(false));
        outstanding.remove(true);
        outstanding.remove(false);
        assert!(outstanding.is_only(true));
        assert!(!outstanding.is_only(false), "one with runs is left");
        let reading = Outstanding::default();
        assert!(!reading.is_only(false), "there is more to read");
    }
}
