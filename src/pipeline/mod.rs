//! The whole conversion: files to workers, outcomes to the collector, runs to bundles. The only room that knows all
//! the rooms below it.

mod aside;
mod basis;
mod batches;
mod bind;
mod collect;
mod disagreeing;
mod dispatch;
mod early;
mod error;
mod evidence;
mod execution;
mod finish;
mod group;
mod grouping;
mod hexadecimal;
mod kept;
mod loose;
mod marks;
mod measure;
mod memory;
mod merging;
mod naming;
mod outcome;
mod plan;
mod purpose;
mod queue;
mod recognised;
mod record;
mod repeats;
mod resume;
mod rows;
mod share;
mod stop;
mod threads;
mod twins;
mod verify;
mod visitor;
mod whole;
mod worker;
mod writing;

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::sync::mpsc::{SyncSender, sync_channel};

use crate::bundle::manifest::{Execution, Manifest, Options as RecordedOptions, Totals};
use crate::bundle::{Budget, Compression, Folder, LineSpool, Opening, RunMemory, Sidecar, WriteError};
use crate::mapping::Rules;
use crate::model::{CaseCounts, Origin, Problem, ReportState};
use crate::source::{self, Input};
use crate::xray::{EncodeOptions, Encoder, EvidencePlace, ExecutionInfo, InfoTemplate, Merge};

use collect::{Closed, Collector};
use dispatch::{Arrival, BundleAhead, Collect};
use early::EarlyRuns;
use finish::{Done, Finish, Outstanding, Ready};
use group::GroupKey;
use grouping::{Group, Grouping};
use outcome::ReportOutcome;
use purpose::{Context, Names, Purpose, WritingAhead};
use record::Record;
use stop::Stop;
use whole::Whole;
use writing::Writing;

pub use bind::{BindError, Binding, Bound, Rebind, bind};
pub use error::Error;
pub use group::GroupBy;
pub use measure::{Measured, measure};
pub use memory::Memory;
pub use naming::{Conflicts, DividedTest, SharedKey};
pub use outcome::EvidenceCounts;
pub use plan::{Plan, PlannedBundle, PlannedExecution};
pub use purpose::{Depth, Intake, Reading};
pub use verify::{VerifiedOutput, verify};

/// What is to be converted, and how.
#[derive(Debug)]
pub struct Job {
    /// Files, folders, archives, streams.
    pub inputs: Vec<Input>,
    /// Which files are found.
    pub source: source::Options,
    /// How reports are read.
    pub reading: Reading,
    /// How cases become runs.
    pub rules: Rules,
    /// How runs are written.
    pub encoding: EncodeOptions,
    /// What several results of one Test come to.
    pub merge: Merge,
    /// Which reports share a Test Execution.
    pub group_by: GroupBy,
    /// Fields of every Test Execution. An empty summary is made from the group's name; times come from the runs.
    pub execution: ExecutionInfo,
    /// Key of the existing Test Execution that takes all results.
    pub execution_key: Option<String>,
    /// What becomes of the complete cases of a damaged report.
    pub damaged: Damaged,
    /// Formats that are preferred where several tell of one run in one folder, the most wanted first.
    pub prefer: Vec<&'static str>,
    /// Limits of a bundle.
    pub budget: Budget,
    /// Template of the `info` part of a multipart import, when such files are wanted.
    pub multipart_info: Option<InfoTemplate>,
    /// How the bundles lie in the output folder.
    pub compression: Compression,
    /// The output folder.
    pub output: PathBuf,
    /// What may lie in the output folder already.
    pub opening: Opening,
    /// Worker threads; zero: one for each core.
    pub threads: usize,
    /// Ceiling for what is buffered. The output does not depend on it.
    pub memory: Memory,
    /// The options as the manifest records them.
    pub recorded: RecordedOptions,
}

impl Job {
    /// What it reads, and how.
    pub fn intake(&self) -> Intake<'_> {
        Intake { inputs: &self.inputs, source: &self.source, reading: &self.reading, threads: self.threads }
    }
}

/// What becomes of the complete cases of a damaged report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Damaged {
    /// They are converted.
    #[default]
    Keep,
    /// They are left out.
    Drop,
}

/// One file, as the observer sees it.
#[derive(Debug, Clone, Copy)]
pub struct Report<'r> {
    /// Where it is.
    pub origin: &'r Origin,
    /// Number of its INPUT, from one, where there are several.
    pub input: Option<u32>,
    /// Its format, when one was recognised.
    pub format: Option<&'static str>,
    /// Who wrote it; empty when that is not known.
    pub producer: &'r str,
    /// What became of it.
    pub state: ReportState,
    /// Why it was set aside; empty when it was not.
    pub reason: &'r str,
    /// Whether that says what to do about results that were not read. Not known of what an earlier conversion looked at.
    pub has_advice: bool,
    /// Its size.
    pub bytes: u64,
    /// Its cases.
    pub cases: CaseCounts,
    /// Its problems.
    pub problems: &'r [Problem],
}

/// Told of what happens, as it happens.
pub trait Observer: Sync {
    /// One file has been read. Files come in order, each as soon as all before it are known; but a group's files behind a
    /// report that a preferred one may stand for come when that is decided, in order among themselves.
    fn report(&self, report: &Report<'_>);

    /// These problems of a file came to light after it was told of; it was told of without them.
    fn further(&self, _report: &Report<'_>, _problems: &[Problem]) {}

    /// The bundles of a Test Execution are whole, and a conversion that goes on after this one finds them.
    fn finished(&self, _execution: &Execution) {}

    /// Of an earlier conversion, `kept` groups of reports are taken over, and `changed` are converted again.
    fn resumed(&self, _kept: usize, _changed: usize) {}

    /// The earlier conversion that was to be gone on with had come to its end: everything is converted again.
    fn was_complete(&self) {}

    /// There was no report, or none that could be read, to replace the earlier output with: that is what lies in the folder.
    fn earlier_stays(&self) {}
}

fn report_of(outcome: &ReportOutcome) -> Report<'_> {
    Report {
        origin: &outcome.origin,
        input: outcome.told_input,
        format: outcome.format,
        producer: &outcome.producer,
        state: outcome.state,
        reason: &outcome.reason,
        has_advice: outcome.has_advice,
        bytes: outcome.bytes,
        cases: outcome.cases,
        problems: &outcome.problems,
    }
}

/// Converts everything and gives the manifest of what was written. Where no report was found, or nothing of any could be read, an
/// output that was to be replaced stays, and nothing is written.
///
/// Nothing in the output depends on the number of threads, the clock, the order in which a file system or an archive
/// lists its files, or on whether it was made in one go or with [`Opening::Resume`] after any number of interruptions.
///
/// It ends as soon as it can when `stop` is set, without a manifest and with what is finished in its place.
///
/// # Errors
/// When an INPUT or the output folder cannot be used, a case needs a project and none is given, or `stop` was set. A
/// damaged report is no error: its problems are told to the observer and written to `reports.jsonl`.
pub fn convert(job: &Job, observer: &dyn Observer, stop: &AtomicBool) -> Result<Manifest, Error> {
    let stop = Stop::new(stop);
    check_inputs(job)?;
    let folder = Folder::open(&job.output, job.opening).map_err(Error::Output)?;
    let spool = LineSpool::new(folder.path());
    let sidecar = sidecar(job, Some(&folder));
    let waiting = Waiting { folder: Some(&folder), spool: &spool, sidecar: sidecar.as_ref() };
    let converted = Writing::begin(job, &folder, waiting, observer, &stop).and_then(|(writing, records)| {
        let whole = convert_groups(job, waiting, Names::Forgotten, records, observer, &stop, &writing)?;
        whole.write(job.encoding.target, &job.recorded, &folder, &spool)
    });
    drop(sidecar);
    let manifest = match converted {
        Err(error) if error.is_wrong_usage() && job.opening != Opening::Resume => {
            return Err(taken_back(error, folder.withdraw()));
        }
        converted => converted?,
    };
    if has_nothing(&manifest.totals) && folder.keeps_earlier() {
        // A job whose tests left no report, or on whose disk none can be read, would take last night's output with it.
        folder.withdraw().map_err(Error::Output)?;
        observer.earlier_stays();
    } else {
        folder.seal(&manifest).map_err(Error::Output)?;
    }
    Ok(manifest)
}

/// Whether no report was found, or none of which anything could be read.
fn has_nothing(totals: &Totals) -> bool {
    totals.reports == totals.damaged && totals.cases.seen == 0
}

/// What is to be told when what was written was, or could not be, taken back: the cause comes first.
fn taken_back(cause: Error, withdrawn: Result<(), WriteError>) -> Error {
    match withdrawn {
        Err(left) => Error::NotWithdrawn { cause: Box::new(cause), left },
        Ok(()) => cause,
    }
}

/// What is read must not lie where is written.
fn check_inputs(job: &Job) -> Result<(), Error> {
    let Ok(output) = job.output.canonicalize() else { return Ok(()) };
    let paths = job.inputs.iter().filter_map(|input| match input {
        Input::Path(path) => Some(path),
        Input::Stream { .. } => None,
    });
    match paths.into_iter().find(|path| path.canonicalize().is_ok_and(|real| real.starts_with(&output))) {
        Some(input) => Err(Error::InputInOutput { input: input.clone(), output: job.output.clone() }),
        None => Ok(()),
    }
}

/// Does all that [`convert`] does but writing: the same code decides what would be in which bundle.
///
/// # Errors
/// As there, but for the output folder. Runs that do not fit into memory wait in the system's temporary folder.
pub fn plan(job: &Job, observer: &dyn Observer) -> Result<Plan, Error> {
    plan_with(job, Names::Kept, observer, &AtomicBool::new(false))
}

/// Does all that [`convert`] does but writing, and nothing else, as naming the Tests would be: what writing takes is the
/// difference between the two.
///
/// # Errors
/// As for [`plan()`], when a case needs a project and none is given, or `stop` was set.
pub fn rehearse(job: &Job, observer: &dyn Observer, stop: &AtomicBool) -> Result<Totals, Error> {
    plan_with(job, Names::Forgotten, observer, stop).map(|plan| plan.totals)
}

fn plan_with(job: &Job, names: Names, observer: &dyn Observer, stop: &AtomicBool) -> Result<Plan, Error> {
    let stop = Stop::new(stop);
    let spool = LineSpool::new(&std::env::temp_dir());
    let sidecar = sidecar(job, None);
    let waiting = Waiting { folder: None, spool: &spool, sidecar: sidecar.as_ref() };
    let planning = Planning { job, names, waiting, observer };
    Ok(convert_groups(job, waiting, names, HashMap::new(), observer, &stop, &planning)?.plan())
}

/// Where evidence goes that is no part of a bundle, when it goes there.
fn sidecar<'f>(job: &Job, folder: Option<&'f Folder>) -> Option<Sidecar<'f>> {
    match job.encoding.evidence {
        EvidencePlace::Bundle => None,
        EvidencePlace::Files => Some(Sidecar::new(folder)),
    }
}

/// Where what is known waits until the end.
#[derive(Clone, Copy)]
struct Waiting<'w> {
    /// The output folder; none: nothing is written, and runs wait in the system's temporary folder.
    folder: Option<&'w Folder>,
    /// For the lines of the files.
    spool: &'w LineSpool,
    /// For evidence that is no part of a bundle.
    sidecar: Option<&'w Sidecar<'w>>,
}

struct Planning<'p> {
    job: &'p Job,
    names: Names,
    waiting: Waiting<'p>,
    observer: &'p dyn Observer,
}

impl Finish<PlannedExecution> for Planning<'_> {
    fn finish(&self, closed: Closed, _: &Outstanding) -> Result<Done<PlannedExecution>, Error> {
        Ready::new(self.job, closed, self.waiting, self.observer)?.plan(self.job, self.names)
    }
}

/// Reads all reports, and has each group finished while those behind it are still read. With a folder, bundles are
/// written into it as soon as their runs are known.
fn convert_groups<E: Send>(
    job: &Job,
    waiting: Waiting<'_>,
    names: Names,
    records: HashMap<u32, Record>,
    observer: &dyn Observer,
    stop: &Stop<'_>,
    finish: &dyn Finish<E>,
) -> Result<Whole<E>, Error> {
    /// Groups that may wait to be finished: enough to fill the pool where each of them is small.
    const WAITING: usize = 64;
    let Waiting { folder, spool, sidecar } = waiting;
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
    let fixed = job.execution_key.as_deref();
    let grouping = Grouping::new(job.group_by, fixed, spill, RunMemory::of(job.memory.for_runs()));
    let mut grouping = grouping.taking_over(records);
    let index = |group: &GroupKey| match folder {
        // What is compressed cannot be read back at any place.
        Some(_) if job.compression == Compression::None => execution::index_writing_ahead(job, group),
        _ => execution::index_to_be_written_late(job.memory),
    };
    let (finisher, waiting) = sync_channel(WAITING);
    let outstanding = &Outstanding::default();
    let collector = Collector::new(job, observer, spool, &index);
    let purpose = &Purpose::Convert(&context);
    let mut collecting = Collecting { collector, finisher, outstanding };
    // With its end `collecting` goes, too, which tells the finisher that nothing more comes.
    let read = move || {
        dispatch::run(&job.inputs, &job.source, threads, purpose, &mut grouping, stop, &mut collecting)?;
        let left = if stop.is_set() { Vec::new() } else { grouping.leave_all() };
        collecting.close_last(left)
    };
    let finished = read_and_finish(read, || finish::run(threads, waiting, stop, finish, outstanding))?;
    stop.check().map(|()| Whole::of(finished))
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
            // The finisher takes whatever comes, until this end hangs up: what fails there is told by its result, and by `stop`.
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

/// Reads everything and converts nothing.
///
/// # Errors
/// When an INPUT cannot be read.
pub fn inspect(intake: Intake<'_>, observer: &dyn Observer) -> Result<(), Error> {
    let Intake { inputs, source, reading, threads } = intake;
    let never = AtomicBool::new(false);
    let stop = Stop::new(&never);
    let rules = Rules::default();
    let purpose = Purpose::Inspect { reading, limits: &source.limits, rules: &rules };
    // No run comes of it, so that nothing is ever kept.
    let mut grouping = Grouping::new(GroupBy::All, None, std::env::temp_dir(), RunMemory::of(0));
    let threads = Memory::DEFAULT.workers(threads);
    dispatch::run(inputs, source, threads, &purpose, &mut grouping, &stop, &mut |arrival: Arrival| {
        observer.report(&report_of(&arrival.outcome));
        Ok(())
    })
}
