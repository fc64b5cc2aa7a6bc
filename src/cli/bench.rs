//! `xraypack bench`: what each stage of a conversion costs on the user's own reports.

mod document;
mod human;
mod laps;
mod memory;

use std::num::NonZeroU32;
use std::path::PathBuf;

use clap::Args;
use xraypack::bundle::Opening;
use xraypack::pipeline::Job;
use xraypack::source::Input;

use super::args::{JobArgs, check};
use super::choices::OutputChoice;
use super::exit::{DamageAllowed, Ending, Failure};
use super::inputs;
use super::job;
use super::keys::ProjectKey;
use super::numbers::{self, counted};
use super::signals::{Hanging, Signals};
use super::terminal::{Style, Terminal};
use super::words;

use document::{Document, InputLine};
use laps::{Laps, Stage, Survey};

/// Project of Tests without a key where none is given: the bundles go away with their folder.
const PROJECT: &str = "BENCH";

/// How the name of the temporary folder begins.
const SCRATCH: &str = ".xraypack-bench-";

/// What `bench` is asked for.
#[derive(Debug, Args)]
pub struct BenchArgs {
    #[command(flatten)]
    pub job: JobArgs,
    /// How often each stage is run after a round that does not count; medians are shown
    #[arg(long, value_name = "N", env = "XRAYPACK_ROUNDS", default_value = "5",
          value_parser = words::parse_count::<NonZeroU32>)]
    pub rounds: NonZeroU32,
    /// Compare with what an earlier `bench --format json` printed: rates as ratios, above 1 is faster
    #[arg(long, value_name = "FILE", env = "XRAYPACK_BASELINE", value_hint = clap::ValueHint::FilePath)]
    pub baseline: Option<PathBuf>,
    /// Folder in which the bundles are written and removed again [default: that of the system for temporary files]
    #[arg(long, value_name = "DIR", env = "XRAYPACK_SCRATCH", value_hint = clap::ValueHint::DirPath)]
    pub scratch: Option<PathBuf>,
    /// For whom data is printed
    #[arg(long, value_enum, env = "XRAYPACK_FORMAT", default_value_t)]
    pub format: OutputChoice,
}

/// Runs the command.
pub fn run(args: &BenchArgs, terminal: &mut Terminal) -> Result<Ending, Failure> {
    check(&args.job)?;
    let baseline = args.baseline.as_deref().map(document::read).transpose()?;
    let (document, damaged) = measure(args, terminal)?;
    if let Some(baseline) = baseline.as_ref().filter(|baseline| !document.is_of_same_input(baseline)) {
        warn_of_other_input(&baseline.input, &document.input, terminal)?;
    }
    match args.format {
        OutputChoice::Json => terminal.out.json(&document.compared_with(baseline.as_ref()))?,
        OutputChoice::Human => human::write(&document, baseline.as_ref(), &mut terminal.out)?,
    }
    terminal.out.flush()?;
    let allowed = DamageAllowed::from(args.job.results.allow_damaged);
    let ending = Ending::of_reports(document.input.reports, damaged, allowed);
    if ending == Ending::NoReport {
        terminal.err.line(format_args!("error: no report was found; xraypack inspect tells what is there"))?;
    }
    Ok(ending)
}

/// Runs every stage in turn, round after round, so that a machine that slows down slows all of them.
fn measure(args: &BenchArgs, terminal: &mut Terminal) -> Result<(Document, u64), Failure> {
    let scratch = match &args.scratch {
        Some(folder) if !folder.is_dir() => {
            return Err(Failure::Usage(format!("--scratch {}: there is no such folder", folder.display())));
        }
        // Whoever finds it after a kill -9 knows whose it is.
        Some(folder) => tempfile::Builder::new().prefix(SCRATCH).tempdir_in(folder),
        None => tempfile::Builder::new().prefix(SCRATCH).tempdir(),
    };
    let scratch = scratch.map_err(|error| Failure::Output(format!("cannot make a temporary folder: {error}")))?;
    let mut job = job(args, scratch.path().join("out"))?;
    inputs::warn_of_overlaps(&job.inputs, terminal);
    let threads = threads(job.threads);
    // Whatever ends the measuring, the temporary folder goes away with this function.
    let signals = Signals::listen(Hanging::Temporary(scratch.path().to_path_buf()));
    let survey = Survey::of(&job, &signals)?;
    let mut laps = Laps::default();
    let mut damaged = 0;
    for round in 0..=args.rounds.get() {
        say(terminal, round, args.rounds)?;
        for &threads in &threads {
            job.threads = threads;
            for stage in Stage::ALL {
                let lap = laps::lap(&job, stage, &survey, &signals)?;
                damaged = lap.damaged.unwrap_or(damaged);
                if round > 0 {
                    laps.add(stage, threads, lap);
                }
            }
        }
    }
    Ok((Document::of(&survey, args.rounds.get(), &laps), damaged))
}

/// The conversion that is measured.
fn job(args: &BenchArgs, output: PathBuf) -> Result<Job, Failure> {
    let mut job = job::job(&args.job, None)?;
    if job.inputs.iter().any(|input| matches!(input, Input::Stream { .. })) {
        return Err(Failure::Usage(
            "standard input and pipes can be read only once; bench reads its input several times".to_owned(),
        ));
    }
    job.output = output;
    job.opening = Opening::Replace;
    if job.rules.project.is_none() {
        let project: ProjectKey = PROJECT.parse().map_err(Failure::Internal)?;
        job.rules.project = Some(project.as_str().to_owned());
        project.as_str().clone_into(&mut job.encoding.project);
        project.as_str().clone_into(&mut job.execution.stated.project);
    }
    Ok(job)
}

/// One thread, and as many as are asked for: what a core does, and what the machine does.
fn threads(asked: usize) -> Vec<usize> {
    let all = if asked == 0 { std::thread::available_parallelism().map_or(1, usize::from) } else { asked };
    if all == 1 { vec![1] } else { vec![1, all] }
}

/// Says that the ratios are not those of one input.
fn warn_of_other_input(then: &InputLine, now: &InputLine, terminal: &mut Terminal) -> Result<(), Failure> {
    if terminal.is_quiet() {
        return Ok(());
    }
    let amount = |input: &InputLine| {
        let (reports, cases) = (counted(input.reports, "report", "reports"), counted(input.cases, "case", "cases"));
        format!("{reports}, {}, {cases}", numbers::size(input.bytes))
    };
    let warning = terminal.err.paint(Style::Yellow, "warning").to_string();
    terminal.err.line(format_args!(
        "{warning}: the baseline was measured on other reports ({} then, {} now): rates compare at best, times do not",
        amount(then),
        amount(now)
    ))?;
    Ok(())
}

/// Tells people that something is going on.
fn say(terminal: &mut Terminal, round: u32, rounds: NonZeroU32) -> Result<(), Failure> {
    if terminal.is_quiet() {
        return Ok(());
    }
    match round {
        0 => terminal.err.line(format_args!("warming up"))?,
        _ => terminal.err.line(format_args!("round {round} of {rounds}"))?,
    }
    Ok(())
}
