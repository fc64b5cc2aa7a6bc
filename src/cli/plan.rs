//! `xraypack plan`: what a conversion would write, before anything is written or sent.

mod human;

use std::io;
use std::path::PathBuf;

use clap::Args;
use serde::Serialize;
use xraypack::bundle::manifest::{Disagreeing, Totals, Trimmed, Undecided};
use xraypack::pipeline::{self, Conflicts, DividedTest, Job, PlannedBundle, PlannedExecution, SharedKey};

use super::args::{IdleOutputArgs, JobArgs, TellingArgs, check};
use super::choices::OutputChoice;
use super::commentary::Commentary;
use super::disagreeing;
use super::exit::{DamageAllowed, Ending, Failure, heard};
use super::info;
use super::inputs;
use super::job;
use super::nothing::NoReports;
use super::numbers::counted;
use super::places::Places;
use super::problems::ProblemCount;
use super::same_execution::{self, SameExecution};
use super::summary::SetAside;
use super::terminal::Terminal;
use super::test_keys::KeyMapUsage;
use super::watching::{Told, Watching};

/// What `plan` is asked for.
#[derive(Debug, Args)]
pub struct PlanArgs {
    #[command(flatten)]
    pub job: JobArgs,
    #[command(flatten)]
    pub output: IdleOutputArgs,
    #[command(flatten)]
    pub telling: TellingArgs,
}

/// The JSON of `plan --format json`.
#[derive(Serialize)]
struct Document<'p> {
    schema: &'static str,
    totals: &'p Totals,
    executions: Vec<ExecutionLine<'p>>,
    unmapped: &'p [String],
    set_aside: &'p [SetAside],
    problems: &'p [ProblemCount],
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    same_execution: &'p [SameExecution],
    #[serde(skip_serializing_if = "Option::is_none")]
    key_map: Option<&'p KeyMapUsage>,
}

#[derive(Serialize)]
struct ExecutionLine<'p> {
    id: &'p str,
    source: &'p str,
    #[serde(skip_serializing_if = "Option::is_none")]
    key: Option<&'p str>,
    runs: u64,
    bundles: Vec<BundleLine>,
    known_tests: &'p [String],
    foreign_keys: &'p [String],
    new_tests: &'p [String],
    conflicts: ConflictLines<'p>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    trimmed: &'p [Trimmed],
    #[serde(skip_serializing_if = "Option::is_none")]
    disagreeing: Option<&'p Disagreeing>,
    #[serde(skip_serializing_if = "Option::is_none")]
    undecided: Option<&'p Undecided>,
}

#[derive(Serialize)]
struct BundleLine {
    part: u32,
    bytes: u64,
    runs: u64,
    needs_key: bool,
}

#[derive(Serialize)]
struct ConflictLines<'p> {
    keys: Vec<SharedKeyLine<'p>>,
    definitions: Vec<DividedTestLine<'p>>,
}

#[derive(Serialize)]
struct SharedKeyLine<'p> {
    key: &'p str,
    definitions: &'p [String],
}

#[derive(Serialize)]
struct DividedTestLine<'p> {
    definition: &'p str,
    keys: &'p [String],
    also_without_key: bool,
}

/// What is shown.
struct View {
    totals: Totals,
    executions: Vec<PlannedExecution>,
    unmapped: Vec<String>,
    set_aside: Vec<SetAside>,
    problems: Vec<ProblemCount>,
    report_bytes: u64,
    same_execution: Vec<SameExecution>,
    key_map: Option<KeyMapUsage>,
    no_reports: NoReports,
}

/// Runs the command.
pub fn run(args: &PlanArgs, terminal: &mut Terminal) -> Result<Ending, Failure> {
    check(&args.job)?;
    info::warn(&args.job.execution, terminal)?;
    let mut job = job::job(&args.job, None)?;
    job.source.output = unread(args);
    inputs::warn_of_overlaps(&job.inputs, terminal);
    let commentary = Commentary::new(terminal, args.telling.progress, args.job.reading.zone_by());
    let planned = plan(args, &job, &commentary);
    commentary.finish(terminal);
    let view = planned?;
    inputs::tell_unmet(&job.source, terminal);
    inputs::tell_rules_unmet(&args.job, &job.rules, terminal);
    if let Some(usage) = &view.key_map {
        usage.tell(terminal);
    }
    same_execution::warn(&view.same_execution, &args.job.execution, terminal);
    disagreeing::warn(disagreeing::of_plan(&view.executions), &Places::of(&job.inputs), terminal);
    heard(show(&view, args.telling.format, terminal))?;
    if !view.unmapped.is_empty() {
        let tests = counted(view.unmapped.len() as u64, "test has", "tests have");
        return Err(Failure::Usage(format!("{tests} no Test key, so their Jira project must be given (--project)")));
    }
    let allowed = DamageAllowed::from(args.job.results.allow_damaged);
    let ending = Ending::of_reports(view.totals.reports, view.totals.damaged, allowed);
    if ending == Ending::NoReport {
        view.no_reports.tell(terminal);
    }
    Ok(ending)
}

/// The output folder, which a conversion does not read where it lies in an INPUT. An INPUT that lies in it is meant.
fn unread(args: &PlanArgs) -> Option<PathBuf> {
    let out = args.output.out.as_ref()?.canonicalize().ok()?;
    let is_meant = args.job.inputs.iter().any(|input| input.canonicalize().is_ok_and(|real| real.starts_with(&out)));
    (!is_meant).then_some(out)
}

fn show(view: &View, format: OutputChoice, terminal: &mut Terminal) -> io::Result<()> {
    match format {
        OutputChoice::Json => terminal.out.json(&view.document())?,
        OutputChoice::Human if terminal.is_quiet() => {}
        OutputChoice::Human => human::write(view, terminal.verbosity, &mut terminal.out)?,
    }
    terminal.out.flush()
}

fn plan(args: &PlanArgs, job: &Job, commentary: &Commentary) -> Result<View, Failure> {
    let places = Places::of(&job.inputs);
    let watching = Watching::new(commentary, &places, args.job.reading.zone_by());
    let plan = pipeline::plan(job, &watching).map_err(job::failure)?;
    let Told { set_aside, problems, no_reports, report_bytes, .. } = watching.told();
    Ok(View {
        totals: plan.totals,
        same_execution: same_execution::of(
            plan.executions.iter().map(|execution| (execution.id.as_str(), execution.key.as_deref())),
        ),
        executions: plan.executions,
        unmapped: plan.unmapped,
        set_aside,
        problems: problems.counts(),
        report_bytes,
        key_map: args.job.keys.usage(&job.rules.keys),
        no_reports,
    })
}

impl View {
    fn document(&self) -> Document<'_> {
        Document {
            schema: "xraypack/plan/1",
            totals: &self.totals,
            executions: self.executions.iter().map(ExecutionLine::of).collect(),
            unmapped: &self.unmapped,
            set_aside: &self.set_aside,
            problems: &self.problems,
            same_execution: &self.same_execution,
            key_map: self.key_map.as_ref(),
        }
    }
}

impl<'p> ExecutionLine<'p> {
    fn of(execution: &'p PlannedExecution) -> ExecutionLine<'p> {
        ExecutionLine {
            id: &execution.id,
            source: &execution.source,
            key: execution.key.as_deref(),
            runs: execution.runs,
            bundles: execution.bundles.iter().map(BundleLine::of).collect(),
            known_tests: &execution.keys,
            foreign_keys: &execution.foreign_keys,
            new_tests: &execution.definitions,
            conflicts: ConflictLines::of(&execution.conflicts),
            trimmed: &execution.trimmed,
            disagreeing: execution.disagreeing.as_ref(),
            undecided: execution.undecided.as_ref(),
        }
    }
}

impl<'p> ConflictLines<'p> {
    fn of(conflicts: &'p Conflicts) -> ConflictLines<'p> {
        let key = |SharedKey { key, definitions }: &'p SharedKey| SharedKeyLine { key, definitions };
        let test = |DividedTest { definition, keys, also_without_key }: &'p DividedTest| DividedTestLine {
            definition,
            keys,
            also_without_key: *also_without_key,
        };
        ConflictLines {
            keys: conflicts.keys.iter().map(key).collect(),
            definitions: conflicts.definitions.iter().map(test).collect(),
        }
    }
}

impl BundleLine {
    fn of(bundle: &PlannedBundle) -> BundleLine {
        let PlannedBundle { part, bytes, runs, needs_key } = *bundle;
        BundleLine { part, bytes, runs, needs_key }
    }
}
