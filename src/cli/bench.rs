//! `xraypack bench`: how fast this machine gets through the user's own reports.

use std::io;
use std::num::NonZeroU32;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant};

use clap::Args;
use serde::Serialize;
use xraypack::bundle::Opening;
use xraypack::pipeline::{self, Job, Observer, Report};

use super::choices::OutputChoice;
use super::convert::{self, JobArgs};
use super::exit::{DamageAllowed, Ending, Failure};
use super::job;
use super::keys::ProjectKey;
use super::numbers::{self, count, counted};
use super::table::{Align, Table};
use super::terminal::{Printer, Terminal};

/// Project of Tests without a key where none is given: the bundles go away with their folder.
const PROJECT: &str = "BENCH";

/// What `bench` is asked for.
#[derive(Debug, Args)]
pub struct BenchArgs {
    #[command(flatten)]
    pub job: JobArgs,
    /// How often each stage is run; the fastest counts
    #[arg(long, value_name = "N", env = "XRAYPACK_ROUNDS", default_value = "3")]
    pub rounds: NonZeroU32,
    /// Folder in which the bundles are written and removed again [default: that of the system for temporary files]
    #[arg(long, value_name = "DIR", env = "XRAYPACK_SCRATCH", value_hint = clap::ValueHint::DirPath)]
    pub scratch: Option<PathBuf>,
    /// For whom data is printed
    #[arg(long, value_enum, env = "XRAYPACK_FORMAT", default_value_t)]
    pub format: OutputChoice,
}

/// What was measured.
#[derive(Debug, Serialize)]
pub struct Measured {
    schema: &'static str,
    /// Reports read.
    reports: u64,
    /// Their bytes, uncompressed.
    bytes: u64,
    /// Test cases in them.
    cases: u64,
    /// Worker threads.
    jobs: usize,
    rounds: u32,
    stages: Vec<Stage>,
}

/// One stage, the fastest of its rounds.
#[derive(Debug, Serialize)]
struct Stage {
    stage: &'static str,
    seconds: f64,
    bytes_per_second: f64,
    cases_per_second: f64,
}

/// Runs the command.
pub fn run(args: &BenchArgs, terminal: &mut Terminal) -> Result<Ending, Failure> {
    convert::check(&args.job)?;
    if args.job.inputs.iter().any(|input| input == Path::new("-")) {
        return Err(Failure::Usage(
            "standard input can be read only once; bench reads its input several times".to_owned(),
        ));
    }
    let (measured, damaged) = measure(args)?;
    match args.format {
        OutputChoice::Json => terminal.out.json(&measured)?,
        OutputChoice::Human => write_human(&measured, &mut terminal.out)?,
    }
    terminal.out.flush()?;
    Ok(Ending::of_reports(measured.reports, damaged, DamageAllowed::from(args.job.results.allow_damaged)))
}

fn measure(args: &BenchArgs) -> Result<(Measured, u64), Failure> {
    let scratch = match &args.scratch {
        Some(folder) => tempfile::tempdir_in(folder),
        None => tempfile::tempdir(),
    };
    let scratch = scratch.map_err(|error| Failure::Output(format!("cannot make a temporary folder: {error}")))?;
    let mut job = job::job(&args.job, None)?;
    job.output = scratch.path().join("out");
    job.opening = Opening::Replace;
    if job.rules.project.is_none() {
        let project: ProjectKey = PROJECT.parse().map_err(Failure::Internal)?;
        job.rules.project = Some(project.as_str().to_owned());
        project.as_str().clone_into(&mut job.encoding.project);
        project.as_str().clone_into(&mut job.execution.project);
    }
    let read = fastest(args.rounds, || {
        pipeline::inspect(&job.inputs, &job.source, &job.reading, job.threads, &Silent).map_err(job::failure)
    })?;
    let (mut manifest, mut converted) = convert_once(&job)?;
    for _ in 1..args.rounds.get() {
        let (again, time) = convert_once(&job)?;
        (manifest, converted) = (again, converted.min(time));
    }
    let totals = manifest.totals;
    let stage = |stage, time: Duration| {
        let seconds = time.as_secs_f64().max(1e-9);
        let rate = |number: u64| number as f64 / seconds;
        Stage { stage, seconds, bytes_per_second: rate(totals.bytes_in), cases_per_second: rate(totals.cases.seen) }
    };
    let measured = Measured {
        schema: "xraypack/bench/1",
        reports: totals.reports,
        bytes: totals.bytes_in,
        cases: totals.cases.seen,
        jobs: match job.threads {
            0 => std::thread::available_parallelism().map_or(1, usize::from),
            threads => threads,
        },
        rounds: args.rounds.get(),
        stages: vec![stage("read", read), stage("convert", converted)],
    };
    Ok((measured, totals.damaged))
}

fn fastest(rounds: NonZeroU32, mut work: impl FnMut() -> Result<(), Failure>) -> Result<Duration, Failure> {
    let mut best = Duration::MAX;
    for _ in 0..rounds.get() {
        let began = Instant::now();
        work()?;
        best = best.min(began.elapsed());
    }
    Ok(best)
}

fn convert_once(job: &Job) -> Result<(xraypack::bundle::Manifest, Duration), Failure> {
    let began = Instant::now();
    let manifest = pipeline::convert(job, &Silent, &AtomicBool::new(false)).map_err(job::failure)?;
    Ok((manifest, began.elapsed()))
}

struct Silent;

impl Observer for Silent {
    fn report(&self, _: &Report<'_>) {}
}

fn write_human(measured: &Measured, out: &mut Printer) -> io::Result<()> {
    let Measured { reports, bytes, cases, jobs, rounds, .. } = *measured;
    out.line(format_args!(
        "{} ({}, {}), {}, fastest of {}",
        counted(reports, "report", "reports"),
        numbers::size(bytes),
        counted(cases, "case", "cases"),
        counted(jobs as u64, "thread", "threads"),
        counted(u64::from(rounds), "round", "rounds")
    ))?;
    let mut table = Table::new(&[Align::Left, Align::Right, Align::Right, Align::Right]);
    for stage in &measured.stages {
        let time = Duration::from_secs_f64(stage.seconds);
        let what = match stage.stage {
            "read" => "  read and parse",
            _ => "  convert and write",
        };
        let rate = format!("{} cases/s", count(stage.cases_per_second as u64));
        table.row([what, &numbers::duration(time), &numbers::rate(bytes, time), &rate]);
    }
    table.lines(0).iter().try_for_each(|line| out.line(format_args!("{line}")))
}
