//! `xraypack convert`: reports in, bundles out.

use std::path::Path;
use std::time::{Duration, Instant};

use clap::Args;
use xraypack::bundle::manifest::Manifest;
use xraypack::bundle::{MANIFEST, earlier_of};
use xraypack::pipeline::{Error, Job};

use super::args::{JobArgs, OutputArgs, TellingArgs, check};
use super::choices::OutputChoice;
use super::commentary::Commentary;
use super::disagreeing;
use super::exit::{DamageAllowed, Ending, Failure, heard};
use super::info;
use super::inputs;
use super::job;
use super::numbers;
use super::places::Places;
use super::same_execution;
use super::signals::{Hanging, Signals};
use super::summary::{self, Summary};
use super::terminal::{Style, Terminal, harmless};
use super::test_keys::KeyMapUsage;
use super::trimmed;
use super::watching::{Told, Watching};

/// What `convert` is asked for.
#[derive(Debug, Args)]
pub struct ConvertArgs {
    #[command(flatten)]
    pub job: JobArgs,
    #[command(flatten)]
    pub output: OutputArgs,
    #[command(flatten)]
    pub telling: TellingArgs,
}

/// Runs the command.
pub fn run(args: &ConvertArgs, terminal: &mut Terminal) -> Result<Ending, Failure> {
    check(&args.job)?;
    if args.output.force && args.output.resume {
        return Err(Failure::Usage(
            "--force begins anew and --resume goes on: only one of them can be meant".to_owned(),
        ));
    }
    info::warn(&args.job.execution, terminal)?;
    let job = job::job(&args.job, Some(&args.output))?;
    inputs::warn_of_overlaps(&job.inputs, terminal);
    let commentary = Commentary::new(terminal, args.telling.progress, args.job.reading.zone_by());
    let places = Places::of(&job.inputs);
    let watching = Watching::new(&commentary, &places, args.job.reading.zone_by());
    let converted = convert(args, &job, &watching);
    let told = watching.told();
    commentary.finish(terminal);
    if let Err(Failure::Output(_) | Failure::Interrupted(_)) = &converted {
        tell_what_stays(&told, &args.output.out, terminal);
    }
    let Converted { manifest, key_map, elapsed } = converted?;
    inputs::tell_unmet(&job.source, terminal);
    if !args.output.resume {
        // What was finished before has met what this run has not.
        inputs::tell_rules_unmet(&args.job, &job.rules, terminal);
    }
    if let Some(usage) = &key_map {
        usage.tell(terminal);
    }
    let no_reports = told.no_reports;
    let summary = Summary { key_map, ..Summary::of(&manifest, told, elapsed) };
    same_execution::warn(&summary.same_execution, &args.job.execution, terminal);
    trimmed::warn(&trimmed::of_manifest(&manifest), terminal);
    disagreeing::warn(disagreeing::of_manifest(&manifest), &places, terminal);
    let ending = Ending::of_reports(
        summary.totals.reports,
        summary.totals.damaged,
        DamageAllowed::from(args.job.results.allow_damaged),
    );
    // The bundles are written, whoever listens.
    let shown = heard(show(&summary, args.telling.format, terminal));
    match ending {
        Ending::NoReport => no_reports.tell(terminal),
        _ => no_reports.tell_unreadable(terminal),
    }
    shown.map(|()| ending)
}

/// What a conversion came to.
struct Converted {
    manifest: Manifest,
    key_map: Option<KeyMapUsage>,
    elapsed: Duration,
}

/// Has the library do the work and turns the manifest into what is shown.
fn convert(args: &ConvertArgs, job: &Job, watching: &Watching<'_>) -> Result<Converted, Failure> {
    let began = Instant::now();
    let signals = Signals::listen(Hanging::Resumable);
    let manifest = xraypack::pipeline::convert(job, watching, signals.stop()).map_err(|error| match error {
        Error::Interrupted => signals.failure(),
        error => info::explain(error, &args.job.execution),
    })?;
    // What was finished before has met rows that this run has not.
    let key_map = if args.output.resume { None } else { args.job.keys.usage(&job.rules.keys) };
    Ok(Converted { manifest, key_map, elapsed: began.elapsed() })
}

/// What the next run finds, when this one could not come to its end.
fn tell_what_stays(told: &Told, folder: &Path, terminal: &mut Terminal) {
    if !folder.is_dir() {
        return;
    }
    let out = harmless(&folder.display().to_string());
    if folder.join(MANIFEST).is_file() {
        // It comes last and goes first: nothing was begun, or all is written.
        return terminal.note(&format!("{out} holds a complete output, which stays as it is"));
    }
    let note = terminal.err.paint(Style::Cyan, "note").to_string();
    // When standard error is closed there is nobody to tell.
    let _ = match told.executions {
        0 => terminal.err.line(format_args!("{note}: no Test Execution was finished; --resume begins again in {out}")),
        finished => terminal.err.line(format_args!(
            "{note}: {} with {} stay in {out}; --resume goes on from there",
            numbers::counted(finished, "finished Test Execution", "finished Test Executions"),
            numbers::counted(told.bundles, "bundle", "bundles"),
        )),
    };
    if let Some(earlier) = earlier_of(folder) {
        terminal
            .note(&format!("the output that it was to replace stays in {out}/{earlier} until the new one is complete"));
    }
}

fn show(summary: &Summary, format: OutputChoice, terminal: &mut Terminal) -> std::io::Result<()> {
    match format {
        OutputChoice::Json => summary::write_json(summary, &mut terminal.out)?,
        OutputChoice::Human if terminal.is_quiet() => {}
        OutputChoice::Human => summary::write_human(summary, terminal.verbosity, &mut terminal.out)?,
    }
    terminal.out.flush()
}
