//! The whole conversion: files to workers, outcomes to the collector, runs to bundles. The only room that knows all
//! the rooms below it.

mod collect;
mod dispatch;
mod error;
mod execution;
mod finish;
mod group;
mod grouping;
mod outcome;
mod plan;
mod rows;
mod verify;
mod visitor;
mod whole;
mod worker;

use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;
use std::sync::mpsc::sync_channel;

use crate::bundle::manifest::{Manifest, Options as RecordedOptions};
use crate::bundle::{Budget, Folder, Opening, RunMemory};
use crate::mapping::Rules;
use crate::model::{CaseCounts, Origin, Problem, ReportState};
use crate::source::{self, Input};
use crate::xray::{EncodeOptions, ExecutionInfo, Merge};

use collect::{Closed, Collector};
use finish::{Done, Ready};
use grouping::Grouping;
use outcome::ReportOutcome;
use whole::Whole;
use worker::{Context, Purpose};

pub use error::Error;
pub use group::GroupBy;
pub use outcome::EvidenceCounts;
pub use plan::{Plan, PlannedBundle, PlannedExecution};
pub use verify::{Verdict, verify};
pub use worker::Reading;

/// Bytes of encoded runs that wait in memory; what is more waits in a temporary file in the output folder.
const RUNS_IN_MEMORY: u64 = 8 << 20;

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
    /// Limits of a bundle.
    pub budget: Budget,
    /// The output folder.
    pub output: PathBuf,
    /// What may lie in the output folder already.
    pub opening: Opening,
    /// Worker threads; zero: one for each core.
    pub threads: usize,
    /// The options as the manifest records them.
    pub recorded: RecordedOptions,
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
    /// Its format, when one was recognised.
    pub format: Option<&'static str>,
    /// Who wrote it; empty when that is not known.
    pub producer: &'r str,
    /// What became of it.
    pub state: ReportState,
    /// Why it was set aside; empty when it was not.
    pub reason: &'r str,
    /// Its size.
    pub bytes: u64,
    /// Its cases.
    pub cases: CaseCounts,
    /// Its problems.
    pub problems: &'r [Problem],
}

/// Told of each file, in order, as soon as all files before it are known.
pub trait Observer: Sync {
    /// One file has been read.
    fn report(&self, report: &Report<'_>);
}

fn report_of(outcome: &ReportOutcome) -> Report<'_> {
    Report {
        origin: &outcome.origin,
        format: outcome.format,
        producer: &outcome.producer,
        state: outcome.state,
        reason: &outcome.reason,
        bytes: outcome.bytes,
        cases: outcome.cases,
        problems: &outcome.problems,
    }
}

/// Converts everything and gives the manifest of what was written.
///
/// Nothing in the output depends on the number of threads, the clock, or the order in which a file system or an archive
/// lists its files.
///
/// # Errors
/// When an INPUT or the output folder cannot be used, or a case needs a project and none is given. A damaged report is
/// no error: its problems are told to the observer and written to `reports.jsonl`.
pub fn convert(job: &Job, observer: &dyn Observer) -> Result<Manifest, Error> {
    let folder = Folder::open(&job.output, job.opening).map_err(Error::Output)?;
    let write = |closed| Ready::new(job, closed)?.write(&folder);
    let manifest = convert_groups(job, folder.path(), observer, &write)?.write(job, &folder)?;
    folder.seal(&manifest).map_err(Error::Output)?;
    Ok(manifest)
}

/// Does all that [`convert`] does but writing: the same code decides what would be in which bundle.
///
/// # Errors
/// As there, but for the output folder. Runs that do not fit into memory wait in the system's temporary folder.
pub fn plan(job: &Job, observer: &dyn Observer) -> Result<Plan, Error> {
    let plan = |closed| Ready::new(job, closed)?.plan();
    Ok(convert_groups(job, &std::env::temp_dir(), observer, &plan)?.plan())
}

/// Reads all reports, and has each group finished while those behind it are still read. Runs that do not fit into memory
/// wait in `spill`.
fn convert_groups<E: Send>(
    job: &Job,
    spill: &Path,
    observer: &dyn Observer,
    finish: &(dyn Fn(Closed) -> Result<Done<E>, Error> + Sync),
) -> Result<Whole<E>, Error> {
    /// Groups that may wait to be finished: enough to fill the pool where each of them is small.
    const WAITING: usize = 64;
    let stop = AtomicBool::new(false);
    let context = Context {
        reading: &job.reading,
        limits: &job.source.limits,
        rules: &job.rules,
        encoding: &job.encoding,
        stop: &stop,
    };
    let mut grouping = Grouping::new(job.group_by, spill.to_path_buf(), RunMemory::of(RUNS_IN_MEMORY));
    let mut collector = Collector::new(job.damaged, observer);
    let (closed, waiting) = sync_channel(WAITING);
    std::thread::scope(|scope| {
        let finisher = scope.spawn(|| finish::run(job.threads, waiting, &stop, finish));
        let read = dispatch::run(
            &job.inputs,
            &job.source,
            job.threads,
            &Purpose::Convert(&context),
            &mut grouping,
            &stop,
            &mut |mut arrival| {
                for group in std::mem::take(&mut arrival.left) {
                    // The finisher takes whatever comes, until this end hangs up.
                    let _ = closed.send(collector.close(group));
                }
                collector.add(arrival);
                Ok(())
            },
        );
        if read.is_ok() {
            grouping.leave_all().into_iter().for_each(|group| drop(closed.send(collector.close(group))));
        }
        drop(closed);
        let finished = finisher.join().map_err(|_| Error::finisher())?;
        read?;
        Ok(Whole::of(finished?))
    })
}

/// Reads everything and converts nothing.
///
/// # Errors
/// When an INPUT cannot be read.
pub fn inspect(
    inputs: &[Input],
    options: &source::Options,
    reading: &Reading,
    threads: usize,
    observer: &dyn Observer,
) -> Result<(), Error> {
    let stop = AtomicBool::new(false);
    let purpose = Purpose::Inspect(reading, &options.limits);
    // No run comes of it, so that nothing is ever kept.
    let mut grouping = Grouping::new(GroupBy::All, std::env::temp_dir(), RunMemory::of(0));
    dispatch::run(inputs, options, threads, &purpose, &mut grouping, &stop, &mut |arrival| {
        observer.report(&report_of(&arrival.outcome));
        Ok(())
    })
}
