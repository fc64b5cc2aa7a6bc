//! `xraypack plan`: what a conversion would write, before anything is written or sent.

use std::io;

use clap::Args;
use serde::Serialize;
use xraypack::pipeline::{self, PlannedBundle, PlannedExecution};

use super::Verbosity;
use super::choices::OutputChoice;
use super::commentary::Commentary;
use super::convert::{self, JobArgs, TellingArgs, Told, Watching};
use super::exit::{DamageAllowed, Ending, Failure};
use super::job;
use super::numbers::{self, count, counted};
use super::summary::{ProblemCount, SetAside, Totals, headed, write_cases, write_problems, write_set_aside};
use super::table::{Align, Table};
use super::terminal::{Printer, Terminal, harmless};

/// Definitions of new Tests that are named for people without `-v`; the JSON names all.
const NAMED: usize = 10;

/// What `plan` is asked for.
#[derive(Debug, Args)]
pub struct PlanArgs {
    #[command(flatten)]
    pub job: JobArgs,
    #[command(flatten)]
    pub telling: TellingArgs,
}

/// The JSON of `plan --format json`.
#[derive(Serialize)]
struct Document<'p> {
    schema: &'static str,
    totals: &'p Totals,
    executions: Vec<ExecutionLine<'p>>,
    set_aside: &'p [SetAside],
    problems: &'p [ProblemCount],
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
    new_tests: &'p [String],
    #[serde(skip_serializing_if = "Vec::is_empty")]
    trimmed: Vec<TrimmedLine<'p>>,
}

#[derive(Serialize)]
struct BundleLine {
    part: u32,
    bytes: u64,
    runs: u64,
    needs_key: bool,
}

#[derive(Serialize)]
struct TrimmedLine<'p> {
    test: &'p str,
    steps: &'p [String],
}

/// What is shown.
struct View {
    totals: Totals,
    executions: Vec<PlannedExecution>,
    set_aside: Vec<SetAside>,
    problems: Vec<ProblemCount>,
}

/// Runs the command.
pub fn run(args: &PlanArgs, terminal: &mut Terminal) -> Result<Ending, Failure> {
    convert::check(&args.job)?;
    let commentary = Commentary::new(terminal, args.telling.progress);
    let planned = plan(args, &commentary);
    commentary.finish(terminal);
    let view = planned?;
    match args.telling.format {
        OutputChoice::Json => terminal.out.json(&view.document())?,
        OutputChoice::Human if terminal.is_quiet() => {}
        OutputChoice::Human => view.write_human(terminal.verbosity, &mut terminal.out)?,
    }
    terminal.out.flush()?;
    let allowed = DamageAllowed::from(args.job.results.allow_damaged);
    Ok(Ending::of_reports(view.totals.reports, view.totals.damaged, allowed))
}

fn plan(args: &PlanArgs, commentary: &Commentary) -> Result<View, Failure> {
    let job = job::job(&args.job, None)?;
    let watching = Watching::new(commentary);
    let plan = pipeline::plan(&job, &watching).map_err(job::failure)?;
    let Told { set_aside, problems, .. } = watching.told();
    let problems = problems.into_iter().map(|(kind, count)| ProblemCount { kind, count }).collect();
    Ok(View { totals: Totals::of(&plan.totals), executions: plan.executions, set_aside, problems })
}

impl View {
    fn document(&self) -> Document<'_> {
        Document {
            schema: "xraypack/plan/1",
            totals: &self.totals,
            executions: self.executions.iter().map(ExecutionLine::of).collect(),
            set_aside: &self.set_aside,
            problems: &self.problems,
        }
    }

    fn write_human(&self, verbosity: Verbosity, out: &mut Printer) -> io::Result<()> {
        let Totals { reports, bytes_in, bytes_out, bundles, .. } = self.totals;
        out.line(format_args!(
            "{} ({}) would become {} ({}); nothing was written",
            counted(reports, "report", "reports"),
            numbers::size(bytes_in),
            counted(bundles, "bundle", "bundles"),
            numbers::size(bytes_out)
        ))?;
        write_cases(&self.totals.cases, out)?;
        self.write_executions(out)?;
        self.write_tests(verbosity, out)?;
        write_set_aside(&self.set_aside, verbosity, out)?;
        write_problems(&self.problems, out)
    }

    fn write_executions(&self, out: &mut Printer) -> io::Result<()> {
        let mut table =
            Table::new(&[Align::Left, Align::Right, Align::Right, Align::Right, Align::Right, Align::Right]);
        table.row(["Test Execution", "runs", "known Tests", "new Tests", "bundles", "size"]);
        for execution in &self.executions {
            table.row([
                &format!("  {}", harmless(&execution.id)),
                &count(execution.runs),
                &count(execution.keys.len() as u64),
                &count(execution.definitions.len() as u64),
                &count(execution.bundles.len() as u64),
                &numbers::size(execution.bundles.iter().map(|bundle| bundle.bytes).sum()),
            ]);
        }
        if self.executions.is_empty() { Ok(()) } else { headed(&table, out) }
    }

    fn write_tests(&self, verbosity: Verbosity, out: &mut Printer) -> io::Result<()> {
        let named = if verbosity >= Verbosity::Verbose { usize::MAX } else { NAMED };
        for execution in &self.executions {
            if !execution.definitions.is_empty() {
                let heading = counted(execution.definitions.len() as u64, "Test", "Tests");
                out.line(format_args!("\n{heading} of {} without a key", harmless(&execution.id)))?;
                for definition in execution.definitions.iter().take(named) {
                    out.line(format_args!("  {}", harmless(definition)))?;
                }
                let further = execution.definitions.len().saturating_sub(named) as u64;
                if further > 0 {
                    out.line(format_args!("  and {} more; -v names all", count(further)))?;
                }
            }
            for trimmed in &execution.trimmed {
                out.line(format_args!("\n{} alone is larger than a bundle", harmless(&trimmed.test)))?;
                for step in &trimmed.steps {
                    out.line(format_args!("  {}", harmless(step)))?;
                }
            }
        }
        Ok(())
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
            new_tests: &execution.definitions,
            trimmed: execution.trimmed.iter().map(|run| TrimmedLine { test: &run.test, steps: &run.steps }).collect(),
        }
    }
}

impl BundleLine {
    fn of(bundle: &PlannedBundle) -> BundleLine {
        let PlannedBundle { part, bytes, runs, needs_key } = *bundle;
        BundleLine { part, bytes, runs, needs_key }
    }
}
