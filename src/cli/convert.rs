//! `xraypack convert`: reports in, bundles out.

use std::collections::BTreeMap;
use std::num::{NonZeroU32, NonZeroUsize};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use clap::builder::{BoolishValueParser, PossibleValuesParser};
use clap::{Args, ValueHint};
use xraypack::bundle::manifest::{Execution, Manifest};
use xraypack::format::FORMATS;
use xraypack::model::{Problem, ProblemKind};
use xraypack::pipeline::{Error, Job, Observer, Report};

use super::choices::{
    BareKeysChoice, CompressChoice, DamagedChoice, EvidenceChoice, GroupChoice, MergeChoice, OutputChoice,
    OutputEvidenceChoice, ProgressChoice, TargetChoice, TimeUnitChoice,
};
use super::commentary::{Commentary, ReportSeen};
use super::environment::EnvironmentSource;
use super::exit::{DamageAllowed, Ending, Failure};
use super::info;
use super::inputs;
use super::job;
use super::keys::{IssueKey, ProjectKey};
use super::limits::{self, LimitValue};
use super::nothing::NoReports;
use super::numbers;
use super::places::Places;
use super::same_execution;
use super::signals::{Hanging, Signals};
use super::size::{self, Size};
use super::status::{self, StatusName};
use super::summary::{self, SetAside, Summary};
use super::terminal::{Style, Terminal, harmless};
use super::test_keys::{KeyArgs, KeyMapUsage};
use super::words::{self, Pattern, ZoneName};

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

/// What is converted, and into what. Shared with `plan`.
#[derive(Debug, Clone, Args)]
pub struct JobArgs {
    /// Files, directories, archives, pipes, or - for standard input
    #[arg(required = true, value_name = "INPUT", value_hint = ValueHint::AnyPath)]
    pub inputs: Vec<PathBuf>,
    /// Flavour of Xray JSON
    #[arg(long, value_enum, env = "XRAYPACK_TARGET", default_value_t)]
    pub target: TargetChoice,
    #[command(flatten)]
    pub execution: ExecutionArgs,
    #[command(flatten)]
    pub keys: KeyArgs,
    #[command(flatten)]
    pub bundles: BundleArgs,
    #[command(flatten)]
    pub results: ResultArgs,
    #[command(flatten)]
    pub reading: ReadingArgs,
    /// Unit of the times in JUnit reports
    #[arg(
        long,
        value_enum,
        value_name = "UNIT",
        env = "XRAYPACK_JUNIT_TIME_UNIT",
        default_value_t,
        help_heading = "Reading"
    )]
    pub junit_time_unit: TimeUnitChoice,
}

/// Where the output goes.
#[derive(Debug, Args)]
#[command(next_help_heading = "Output")]
pub struct OutputArgs {
    /// Output folder: absent, empty, or an earlier output together with --force or --resume
    #[arg(short, long, value_name = "DIR", env = "XRAYPACK_OUT", value_hint = ValueHint::DirPath)]
    pub out: PathBuf,
    /// Replace an earlier output, which stays until the new one is whole, and where no report is found
    #[arg(long, env = "XRAYPACK_FORCE", value_parser = BoolishValueParser::new())]
    pub force: bool,
    /// Go on with a conversion that was stopped: what it has finished, and has not changed since, is not converted again
    #[arg(long, env = "XRAYPACK_RESUME", value_parser = BoolishValueParser::new())]
    pub resume: bool,
    /// Write beside the bundles what a multipart import asks for: FILE is a template in JSON, default that of the target
    #[arg(long, value_name = "FILE|default", env = "XRAYPACK_MULTIPART_INFO", value_hint = ValueHint::FilePath)]
    pub multipart_info: Option<PathBuf>,
    /// Compress the bundles; limits still count what is sent
    #[arg(long, value_enum, value_name = "HOW", env = "XRAYPACK_COMPRESS", default_value_t)]
    pub compress: CompressChoice,
}

/// The Test Executions that the results go into.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Test Executions")]
pub struct ExecutionArgs {
    /// Jira project of the Test Executions, and of Tests that have no key
    #[arg(short, long, value_name = "KEY", env = "XRAYPACK_PROJECT")]
    pub project: Option<ProjectKey>,
    /// Put all results into this existing Test Execution
    #[arg(long, value_name = "KEY", env = "XRAYPACK_EXECUTION")]
    pub execution: Option<IssueKey>,
    /// Which reports share a Test Execution
    #[arg(long, value_enum, value_name = "WHAT", env = "XRAYPACK_GROUP_BY", default_value_t)]
    pub group_by: GroupChoice,
    /// File with fields of the Test Executions, for those that no option names: the info of an Xray import, or the Jira
    /// issue of a multipart import
    #[arg(long, value_name = "FILE", env = "XRAYPACK_INFO", value_hint = ValueHint::FilePath)]
    pub info: Option<PathBuf>,
    /// Title of the Test Executions [default: made from the group's name]
    #[arg(long, value_name = "TEXT", env = "XRAYPACK_SUMMARY", value_parser = words::parse_title)]
    pub summary: Option<String>,
    /// Description of the Test Executions
    #[arg(long, value_name = "TEXT", env = "XRAYPACK_DESCRIPTION", value_parser = words::parse_text)]
    pub description: Option<String>,
    /// Version that was tested
    #[arg(long, value_name = "NAME", env = "XRAYPACK_FIX_VERSION", value_parser = words::parse_line)]
    pub fix_version: Option<String>,
    /// Revision that was tested
    #[arg(long, value_name = "TEXT", env = "XRAYPACK_REVISION", value_parser = words::parse_line)]
    pub revision: Option<String>,
    /// Who ran the tests
    #[arg(long, value_name = "NAME", env = "XRAYPACK_USER", value_parser = words::parse_line)]
    pub user: Option<String>,
    /// Test Plan that the Test Executions belong to
    #[arg(long, value_name = "KEY", env = "XRAYPACK_TEST_PLAN")]
    pub test_plan: Option<IssueKey>,
    /// Test environment; may be repeated
    #[arg(long, value_name = "NAME", env = "XRAYPACK_ENVIRONMENT", value_delimiter = ';',
          value_parser = words::parse_environment)]
    pub environment: Vec<String>,
    /// What tells the environment of results, each of which gets a Test Execution of its own: hostname,
    /// property:NAME, or a regular expression whose groups are found in the place of the report, which begins with a slash
    #[arg(long, value_name = "WHAT", env = "XRAYPACK_ENVIRONMENT_FROM")]
    pub environment_from: Option<EnvironmentSource>,
}

/// How large bundles become.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Bundles")]
pub struct BundleArgs {
    /// Largest bundle, in bytes
    #[arg(long, value_name = "SIZE", env = "XRAYPACK_MAX_BYTES", default_value_t = Size::mib(20),
          value_parser = size::parse_room)]
    pub max_bytes: Size,
    /// Most tests in a bundle
    #[arg(long, value_name = "N", env = "XRAYPACK_MAX_TESTS", default_value = "1000",
          value_parser = words::parse_count::<NonZeroU32>)]
    pub max_tests: NonZeroU32,
    /// Which attachments become evidence [default: failed]
    #[arg(long, value_enum, value_name = "WHICH", env = "XRAYPACK_EVIDENCE")]
    // Without a default: evidence in Xray JSON is kept as it is unless the option is given.
    pub evidence: Option<EvidenceChoice>,
    /// Whose standard output and error become evidence, as stdout.txt and stderr.txt, where the format has them
    #[arg(long, value_enum, value_name = "WHOSE", env = "XRAYPACK_OUTPUT_EVIDENCE", default_value_t)]
    pub output_evidence: OutputEvidenceChoice,
    /// Largest single piece of evidence
    #[arg(long, value_name = "SIZE", env = "XRAYPACK_MAX_EVIDENCE", default_value_t = Size::mib(10))]
    pub max_evidence: Size,
    /// Most evidence of one test
    #[arg(long, value_name = "SIZE", env = "XRAYPACK_MAX_EVIDENCE_PER_TEST", default_value_t = Size::mib(20))]
    pub max_evidence_per_test: Size,
}

/// What results mean.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Results")]
pub struct ResultArgs {
    /// What a bare key-shaped Robot tag or NUnit category is
    #[arg(long, value_enum, value_name = "ROLE", env = "XRAYPACK_BARE_KEYS", default_value_t)]
    pub bare_keys: BareKeysChoice,
    /// Update the Jira issues of known Tests as well (write testInfo beside a key)
    #[arg(long, env = "XRAYPACK_UPDATE_TESTS", value_parser = BoolishValueParser::new())]
    pub update_tests: bool,
    /// What several results of one Test in one Test Execution come to
    #[arg(long, value_enum, value_name = "RULE", env = "XRAYPACK_MERGE", default_value_t)]
    pub merge: MergeChoice,
    /// Status name of this instance, such as skipped=SKIPPED; may be repeated
    #[arg(long, value_name = "NEUTRAL=NAME", env = "XRAYPACK_STATUS", value_delimiter = ';')]
    pub status: Vec<StatusName>,
    /// Write step results (Robot Framework keywords, Cucumber and Behave steps): for Tests that have these steps
    #[arg(long, env = "XRAYPACK_STEPS", value_parser = BoolishValueParser::new())]
    pub steps: bool,
    /// Of reports of one run in one folder take those of this format; may be repeated, the most wanted first
    #[arg(long, value_name = "FORMAT", env = "XRAYPACK_PREFER", value_delimiter = ';',
          value_parser = PossibleValuesParser::new(FORMATS.iter().map(|format| format.name)))]
    pub prefer: Vec<String>,
    /// What becomes of the complete cases of a damaged report
    #[arg(long, value_enum, value_name = "WHAT", env = "XRAYPACK_DAMAGED", default_value_t)]
    pub damaged: DamagedChoice,
    /// Exit with 0 although a report was damaged
    #[arg(long, env = "XRAYPACK_ALLOW_DAMAGED", value_parser = BoolishValueParser::new())]
    pub allow_damaged: bool,
}

/// Which files are read, and how. Shared with `inspect`.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Reading")]
pub struct ReadingArgs {
    /// Read only what this glob matches; may be repeated. A glob without a slash is held against each part of a path,
    /// one with a slash against the path from the top of the INPUT or archive. What matches a folder or an archive takes
    /// in all that lies in it
    #[arg(long, value_name = "GLOB", env = "XRAYPACK_INCLUDE", value_delimiter = ';')]
    pub include: Vec<Pattern>,
    /// Leave out what this glob matches, by the same rule; may be repeated
    #[arg(long, value_name = "GLOB", env = "XRAYPACK_EXCLUDE", value_delimiter = ';')]
    pub exclude: Vec<Pattern>,
    /// Take every file for a report of this format
    #[arg(long, value_name = "FORMAT", env = "XRAYPACK_FROM",
          value_parser = PossibleValuesParser::new(FORMATS.iter().map(|format| format.name)))]
    pub from: Option<String>,
    /// Zone of timestamps that carry none: an IANA name or an offset
    #[arg(long, value_name = "ZONE", env = "XRAYPACK_ASSUME_ZONE", default_value = "UTC", allow_hyphen_values = true)]
    pub assume_zone: ZoneName,
    /// Worker threads [default: one for each core]
    #[arg(short, long, value_name = "N", env = "XRAYPACK_JOBS", value_parser = words::parse_count::<NonZeroUsize>)]
    pub jobs: Option<NonZeroUsize>,
    /// Ceiling for what is buffered; less is slower and changes nothing else
    #[arg(long, value_name = "SIZE", env = "XRAYPACK_MEMORY", default_value_t = Size::mib(256),
          value_parser = size::parse_memory)]
    pub memory: Size,
    /// Move a limit on what is taken from input, such as entry-bytes=1GiB; may be repeated. What reaches a limit is a
    /// problem of that report alone. `xraypack limits` lists them
    #[arg(long, value_name = "NAME=VALUE", env = "XRAYPACK_LIMIT", value_delimiter = ';', help_heading = "Limits")]
    pub limit: Vec<LimitValue>,
    /// Read archives that had to be spooled (packed ones, standard input) from the temporary folder instead of mapping
    /// them; other files are never mapped
    #[arg(long, env = "XRAYPACK_NO_MMAP", value_parser = BoolishValueParser::new())]
    pub no_mmap: bool,
}

/// How the command tells what it did. Shared with `inspect`.
#[derive(Debug, Args)]
#[command(next_help_heading = "Messages")]
pub struct TellingArgs {
    /// For whom data is printed
    #[arg(long, value_enum, env = "XRAYPACK_FORMAT", default_value_t)]
    pub format: OutputChoice,
    /// How progress is shown
    #[arg(long, value_enum, value_name = "HOW", env = "XRAYPACK_PROGRESS", default_value_t)]
    pub progress: ProgressChoice,
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
    let commentary = Commentary::new(terminal, args.telling.progress);
    let places = Places::of(&job.inputs);
    let watching = Watching::new(&commentary, &places);
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
    let summary = Summary { key_map, ..Summary::of(&manifest, told.set_aside, told.problems, elapsed) };
    same_execution::warn(&summary.same_execution, &args.job.execution, terminal);
    let ending = Ending::of_reports(
        summary.totals.reports,
        summary.totals.damaged,
        DamageAllowed::from(args.job.results.allow_damaged),
    );
    let shown = show(&summary, args.telling.format, terminal).map_err(Failure::from);
    if ending == Ending::NoReport {
        no_reports.tell(terminal);
    }
    match shown {
        // The bundles are written, whoever listens.
        Ok(()) | Err(Failure::ClosedPipe) => Ok(ending),
        Err(failure) => Err(failure),
    }
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
fn tell_what_stays(told: &Told, out: &Path, terminal: &mut Terminal) {
    if !out.is_dir() {
        return;
    }
    let out = harmless(&out.display().to_string());
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
}

/// Hands every report to the commentary and keeps what the summary names.
pub struct Watching<'c> {
    commentary: &'c Commentary,
    places: &'c Places,
    told: Mutex<Told>,
}

/// What the reports had to tell, for the summary.
#[derive(Default)]
pub struct Told {
    /// Damaged and unsupported reports, in order.
    pub set_aside: Vec<SetAside>,
    /// How many problems there were of each kind.
    pub problems: BTreeMap<ProblemKind, u64>,
    /// Files that are no reports.
    pub no_reports: NoReports,
    /// Test Executions that are finished although the conversion is not.
    pub executions: u64,
    /// Their bundles.
    pub bundles: u64,
}

impl<'c> Watching<'c> {
    /// Watches and speaks through `commentary`.
    pub fn new(commentary: &'c Commentary, places: &'c Places) -> Watching<'c> {
        Watching { commentary, places, told: Mutex::default() }
    }

    /// What was told.
    pub fn told(self) -> Told {
        self.told.into_inner().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Observer for Watching<'_> {
    fn report(&self, report: &Report<'_>) {
        let seen = ReportSeen::of(report, self.places);
        self.commentary.report(&seen);
        let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        for problem in seen.problems {
            *told.problems.entry(problem.kind).or_default() += 1;
        }
        told.set_aside.extend(SetAside::of(&seen));
        told.no_reports.add(&seen);
    }

    fn further(&self, report: &Report<'_>, problems: &[Problem]) {
        self.commentary.further(&ReportSeen::of(report, self.places), problems);
        let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        for problem in problems {
            *told.problems.entry(problem.kind).or_default() += 1;
        }
    }

    fn finished(&self, execution: &Execution) {
        let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        told.executions += 1;
        told.bundles += execution.bundles.len() as u64;
    }

    fn resumed(&self, kept: usize, changed: usize) {
        self.commentary.resumed(kept as u64, changed as u64);
    }

    fn earlier_stays(&self) {
        self.told.lock().unwrap_or_else(PoisonError::into_inner).no_reports.keep_earlier();
    }

    fn was_complete(&self) {
        self.commentary.note("the earlier output was complete: everything is converted again");
    }
}

/// What no single option can check for itself.
pub fn check(args: &JobArgs) -> Result<(), Failure> {
    check_inputs(&args.inputs)?;
    if let (Some(key), Some(_)) = (&args.execution.execution, &args.execution.environment_from) {
        return Err(Failure::Usage(format!(
            "--execution puts all results into {key}, and --environment-from makes a Test Execution of each environment"
        )));
    }
    check_limits(&args.reading)?;
    match status::named_twice(&args.results.status) {
        Some(outcome) => Err(Failure::Usage(format!("--status names {} twice", outcome.name()))),
        None => Ok(()),
    }
}

/// A limit has one value.
pub fn check_limits(args: &ReadingArgs) -> Result<(), Failure> {
    match limits::named_twice(&args.limit) {
        Some(limit) => Err(Failure::Usage(format!("--limit names {} twice", limit.name()))),
        None => Ok(()),
    }
}

/// Standard input can be read once.
pub fn check_inputs(inputs: &[PathBuf]) -> Result<(), Failure> {
    match inputs.iter().filter(|input| input.as_path() == Path::new("-")).count() {
        0 | 1 => Ok(()),
        _ => Err(Failure::Usage("standard input (-) is given twice".to_owned())),
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
