//! `xraypack convert`: reports in, bundles out.

use std::collections::BTreeMap;
use std::num::{NonZeroU32, NonZeroUsize};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

use clap::builder::{BoolishValueParser, PossibleValuesParser};
use clap::{Args, ValueHint};
use xraypack::format::FORMATS;
use xraypack::model::ProblemKind;
use xraypack::pipeline::{Observer, Report};

use super::choices::{
    BareKeysChoice, DamagedChoice, EvidenceChoice, GroupChoice, MergeChoice, OutputChoice, ProgressChoice,
    TargetChoice, TimeUnitChoice,
};
use super::commentary::{Commentary, ReportSeen};
use super::exit::{DamageAllowed, Ending, Failure};
use super::job;
use super::keys::{IssueKey, ProjectKey};
use super::size::{self, Size};
use super::status::{self, StatusName};
use super::summary::{self, SetAside, Summary};
use super::terminal::Terminal;
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
#[derive(Debug, Args)]
pub struct JobArgs {
    /// Files, directories, archives, or - for standard input
    #[arg(required = true, value_name = "INPUT", value_hint = ValueHint::AnyPath)]
    pub inputs: Vec<PathBuf>,
    /// Flavour of Xray JSON
    #[arg(long, value_enum, env = "XRAYPACK_TARGET", default_value_t)]
    pub target: TargetChoice,
    #[command(flatten)]
    pub execution: ExecutionArgs,
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
    /// Output folder: absent, empty, or an earlier output together with --force
    #[arg(short, long, value_name = "DIR", env = "XRAYPACK_OUT", value_hint = ValueHint::DirPath)]
    pub out: PathBuf,
    /// Replace an earlier output
    #[arg(long, env = "XRAYPACK_FORCE", value_parser = BoolishValueParser::new())]
    pub force: bool,
}

/// The Test Executions that the results go into.
#[derive(Debug, Args)]
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
    /// Title of the Test Executions [default: made from the group's name]
    #[arg(long, value_name = "TEXT", env = "XRAYPACK_SUMMARY", value_parser = words::parse_title)]
    pub summary: Option<String>,
    /// Description of the Test Executions
    #[arg(long, value_name = "TEXT", env = "XRAYPACK_DESCRIPTION")]
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
}

/// How large bundles become.
#[derive(Debug, Args)]
#[command(next_help_heading = "Bundles")]
pub struct BundleArgs {
    /// Largest bundle, in bytes
    #[arg(long, value_name = "SIZE", env = "XRAYPACK_MAX_BYTES", default_value_t = Size::mib(20),
          value_parser = size::parse_room)]
    pub max_bytes: Size,
    /// Most tests in a bundle
    #[arg(long, value_name = "N", env = "XRAYPACK_MAX_TESTS", default_value = "1000")]
    pub max_tests: NonZeroU32,
    /// Which attachments become evidence [default: failed]
    #[arg(long, value_enum, value_name = "WHICH", env = "XRAYPACK_EVIDENCE")]
    // Without a default: evidence in Xray JSON is kept as it is unless the option is given.
    pub evidence: Option<EvidenceChoice>,
    /// Largest single piece of evidence
    #[arg(long, value_name = "SIZE", env = "XRAYPACK_MAX_EVIDENCE", default_value_t = Size::mib(10))]
    pub max_evidence: Size,
    /// Most evidence of one test
    #[arg(long, value_name = "SIZE", env = "XRAYPACK_MAX_EVIDENCE_PER_TEST", default_value_t = Size::mib(20))]
    pub max_evidence_per_test: Size,
}

/// What results mean.
#[derive(Debug, Args)]
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
    /// What becomes of the complete cases of a damaged report
    #[arg(long, value_enum, value_name = "WHAT", env = "XRAYPACK_DAMAGED", default_value_t)]
    pub damaged: DamagedChoice,
    /// Exit with 0 although a report was damaged
    #[arg(long, env = "XRAYPACK_ALLOW_DAMAGED", value_parser = BoolishValueParser::new())]
    pub allow_damaged: bool,
}

/// Which files are read, and how. Shared with `inspect`.
#[derive(Debug, Args)]
#[command(next_help_heading = "Reading")]
pub struct ReadingArgs {
    /// Read only what this glob matches; may be repeated
    #[arg(long, value_name = "GLOB", env = "XRAYPACK_INCLUDE", value_delimiter = ';')]
    pub include: Vec<Pattern>,
    /// Leave out what this glob matches; may be repeated
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
    #[arg(short, long, value_name = "N", env = "XRAYPACK_JOBS")]
    pub jobs: Option<NonZeroUsize>,
    /// Read files instead of mapping them into memory
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
    let commentary = Commentary::new(terminal, args.telling.progress);
    let converted = convert(args, &commentary);
    commentary.finish(terminal);
    let summary = converted?;
    let ending = Ending::of_reports(
        summary.totals.reports,
        summary.totals.damaged,
        DamageAllowed::from(args.job.results.allow_damaged),
    );
    match show(&summary, args.telling.format, terminal).map_err(Failure::from) {
        // The bundles are written, whoever listens.
        Ok(()) | Err(Failure::ClosedPipe) => Ok(ending),
        Err(failure) => Err(failure),
    }
}

/// Has the library do the work and turns the manifest into what is shown.
fn convert(args: &ConvertArgs, commentary: &Commentary) -> Result<Summary, Failure> {
    let job = job::job(&args.job, Some(&args.output))?;
    let began = Instant::now();
    let watching = Watching::new(commentary);
    let manifest = xraypack::pipeline::convert(&job, &watching).map_err(job::failure)?;
    let told = watching.told();
    Ok(Summary::of(&manifest, told.set_aside, told.problems, began.elapsed()))
}

/// Hands every report to the commentary and keeps what the summary names.
pub struct Watching<'c> {
    commentary: &'c Commentary,
    told: Mutex<Told>,
}

/// What the reports had to tell, for the summary.
#[derive(Default)]
pub struct Told {
    /// Damaged and unsupported reports, in order.
    pub set_aside: Vec<SetAside>,
    /// How many problems there were of each kind.
    pub problems: BTreeMap<ProblemKind, u64>,
}

impl<'c> Watching<'c> {
    /// Watches and speaks through `commentary`.
    pub fn new(commentary: &'c Commentary) -> Watching<'c> {
        Watching { commentary, told: Mutex::default() }
    }

    /// What was told.
    pub fn told(self) -> Told {
        self.told.into_inner().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Observer for Watching<'_> {
    fn report(&self, report: &Report<'_>) {
        let seen = ReportSeen::of(report);
        self.commentary.report(&seen);
        let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        for problem in seen.problems {
            *told.problems.entry(problem.kind).or_default() += 1;
        }
        told.set_aside.extend(SetAside::of(&seen));
    }
}

/// What no single option can check for itself.
pub fn check(args: &JobArgs) -> Result<(), Failure> {
    check_inputs(&args.inputs)?;
    match status::named_twice(&args.results.status) {
        Some(outcome) => Err(Failure::Usage(format!("--status names {} twice", outcome.name()))),
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
