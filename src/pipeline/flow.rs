//! How reports are read and their groups finished, whatever is done with these: here the order is taken apart, and each
//! part of the pipeline gets what it needs of it.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::mpsc::{SyncSender, sync_channel};

use super::collect::{Closed, Collector, Counting};
use super::dispatch::{Arrival, BundleAhead, Collect, Workers};
use super::early::EarlyRuns;
use super::finish::{self, Finish, Outstanding, Readying};
use super::finished::Finished;
use super::group::GroupKey;
use super::grouping::Group;
use super::purpose::{Context, Names, Purpose, WritingAhead};
use super::record::Record;
use super::stop::Stop;
use super::{Error, Job, Observer, execution, merging};
use crate::bundle::{Compression, ExecutionIndex, Folder, LineSpool, RunMemory, Sidecar};
use crate::xray::Encoder;

/// The flow of one conversion, planned or written.
pub(super) struct Flow<'c> {
    pub(super) job: &'c Job,
    pub(super) waiting: Waiting<'c>,
    pub(super) names: Names,
    pub(super) observer: &'c dyn Observer,
    pub(super) stop: &'c Stop<'c>,
}

/// Where what is known waits until the end.
#[derive(Clone, Copy)]
pub(super) struct Waiting<'w> {
    /// The output folder; none: nothing is written, and runs wait in the system's temporary folder.
    pub(super) folder: Option<&'w Folder>,
    /// For the lines of the files.
    pub(super) spool: &'w LineSpool,
    /// For evidence that is no part of a bundle.
    pub(super) sidecar: Option<&'w Sidecar<'w>>,
}

impl<'c> Flow<'c> {
    /// What makes groups ready to be finished.
    pub(super) fn readying(&self) -> Readying<'c> {
        let &Flow { job, waiting, observer, .. } = self;
        Readying {
            merge: job.merge,
            encoding: &job.encoding,
            pictures: job.pictures(),
            bundling: job.bundling(),
            spool: waiting.spool,
            sidecar: waiting.sidecar,
            observer,
        }
    }

    /// Reads all reports, and has each group finished while those behind it are still read. With a folder, bundles are
    /// written into it as soon as their runs are known.
    pub(super) fn run<E: Send>(
        &self,
        records: HashMap<u32, Record>,
        finish: &dyn Finish<E>,
    ) -> Result<Finished<E>, Error> {
        /// Groups that may wait to be finished: enough to fill the pool where each of them is small.
        const WAITING: usize = 64;
        let &Flow { job, waiting: Waiting { folder, spool, sidecar }, names, observer, stop } = self;
        let encoder = Encoder::new(&job.encoding);
        let merge = merging::by(job.merge, &job.encoding);
        let context = Context {
            reading: &job.reading,
            limits: &job.source.limits,
            names,
            prefers: !job.prefer.is_empty(),
            rules: &job.rules,
            encoder: &encoder,
            ahead: folder.map(|folder| WritingAhead { folder, merge: &merge }),
            sidecar,
            stop,
        };
        let threads = job.memory.workers(job.threads);
        let spill = folder.map_or_else(std::env::temp_dir, |folder| folder.path().to_path_buf());
        let walk = job.walk();
        let grouping = walk.grouping(spill, RunMemory::of(job.memory.for_runs()));
        let mut grouping = grouping.taking_over(records);
        let index = |group: &GroupKey| self.index(group);
        let (finisher, closed) = sync_channel(WAITING);
        let outstanding = &Outstanding::default();
        let counting = Counting { selection: job.selection(), given: &job.execution.stated, observer, spool };
        let collector = Collector::new(counting, &index);
        let purpose = &Purpose::Convert(&context);
        let mut collecting = Collecting { collector, finisher, outstanding };
        // With its end `collecting` goes, too, which tells the finisher that nothing more comes.
        let read = move || {
            Workers { threads, purpose, stop }.run(walk, &mut grouping, &mut collecting)?;
            let left = if stop.is_set() { Vec::new() } else { grouping.leave_all() };
            collecting.close_last(left)
        };
        let finished = read_and_finish(read, || finish::run(threads, closed, stop, finish, outstanding))?;
        stop.check().map(|()| Finished::of(finished))
    }

    /// The index of a Test Execution that has its first run. What is compressed cannot be read back at any place.
    fn index(&self, group: &GroupKey) -> ExecutionIndex {
        let job = self.job;
        match (self.waiting.folder, job.compression) {
            (Some(_), Compression::None) => {
                execution::index_writing_ahead(job.given(), job.bundle_limits, job.memory, group)
            }
            _ => execution::index_to_be_written_late(job.memory),
        }
    }
}

/// Reads on this thread while another one finishes what has been read.
fn read_and_finish<T: Send>(
    read: impl FnOnce() -> Result<(), Error>,
    finish: impl FnOnce() -> Result<T, Error> + Send,
) -> Result<T, Error> {
    std::thread::scope(|scope| {
        let finisher = std::thread::Builder::new().name("finisher".to_owned());
        let finisher = finisher.spawn_scoped(scope, finish).map_err(Error::NoThread)?;
        let read = read();
        let finished = finisher.join().map_err(|_| Error::finisher())?;
        match (read, finished) {
            (Ok(()), Ok(finished)) => Ok(finished),
            // One failure has the other side stop; what it stopped for is the one to tell.
            (Err(Error::Interrupted), Err(error)) | (Err(error), _) | (_, Err(error)) => Err(error),
        }
    })
}

/// Gives outcomes to the collector, and groups that have no more files to the finisher.
struct Collecting<'c> {
    collector: Collector<'c>,
    finisher: SyncSender<Closed>,
    outstanding: &'c Outstanding,
}

impl Collecting<'_> {
    fn close(&mut self, groups: Vec<Arc<Group>>) -> Result<(), Error> {
        let groups = self.closed(groups)?;
        self.hand_over(groups);
        Ok(())
    }

    /// Closes what is left when everything has been read. That is told before the finisher has any of them.
    fn close_last(&mut self, groups: Vec<Arc<Group>>) -> Result<(), Error> {
        let groups = self.closed(groups)?;
        self.outstanding.all_is_read();
        self.hand_over(groups);
        Ok(())
    }

    fn closed(&mut self, groups: Vec<Arc<Group>>) -> Result<Vec<Closed>, Error> {
        let close = |group| self.collector.close(group).inspect(|closed| self.outstanding.add(closed));
        groups.into_iter().map(close).collect()
    }

    fn hand_over(&self, groups: Vec<Closed>) {
        for group in groups {
            // The finisher takes whatever comes, until this end hangs up: what fails there is told by its result, and
            // by `stop`.
            let _ = self.finisher.send(group);
        }
    }
}

impl Collect for Collecting<'_> {
    fn report(&mut self, mut arrival: Arrival, bundles: &mut Vec<BundleAhead>) -> Result<(), Error> {
        self.close(std::mem::take(&mut arrival.left))?;
        self.collector.add(arrival, bundles)
    }

    fn early(&mut self, runs: &mut EarlyRuns, bundles: &mut Vec<BundleAhead>) -> Result<(), Error> {
        self.collector.add_early(runs, bundles)
    }
}
