//! The arguments that several commands share, and what no single one of them can check for itself.

use std::num::{NonZeroU32, NonZeroUsize};
use std::path::{Path, PathBuf};

use clap::builder::{BoolishValueParser, PossibleValuesParser};
use clap::{Args, ValueHint};
use xraypack::format::FORMATS;

use super::choices::{
    BareKeysChoice, CompressChoice, DamagedChoice, EvidenceChoice, GroupChoice, MergeChoice, OutputChoice,
    OutputEvidenceChoice, ProgressChoice, TargetChoice, TimeUnitChoice,
};
use super::environment::EnvironmentSource;
use super::exit::Failure;
use super::keys::{IssueKey, ProjectKey};
use super::limits::{self, LimitValue};
use super::size::{self, Size};
use super::status::{self, StatusName};
use super::test_keys::KeyArgs;
use super::words::{self, Pattern, ZoneName};

/// What is converted, and into what: of `convert`, `plan` and `bench`.
#[derive(Debug, Clone, Args)]
pub struct JobArgs {
    /// Files, directories, archives, pipes, or - for standard input
    #[arg(required = true, value_name = "INPUT", value_hint = ValueHint::AnyPath)]
    pub inputs: Vec<PathBuf>,
    /// Xray product that the bundles are for
    #[arg(long, value_enum, env = "XRAYPACK_TARGET", default_value_t, help_heading = "Bundles")]
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
    /// Unit of durations in JUnit reports
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
    /// Output folder
    ///
    /// It must not exist yet, or be empty, or hold an earlier output (with --force or --resume).
    #[arg(short, long, value_name = "DIR", env = "XRAYPACK_OUT", value_hint = ValueHint::DirPath)]
    pub out: PathBuf,
    /// Replace an earlier output
    ///
    /// It stays until the new one is complete, and also where no report is found or none can be read.
    #[arg(long, env = "XRAYPACK_FORCE", value_parser = BoolishValueParser::new())]
    pub force: bool,
    /// Go on with a conversion that was stopped
    ///
    /// Groups of reports that were finished, and that have not changed since, are not converted again. The options must be the
    /// same.
    #[arg(long, env = "XRAYPACK_RESUME", value_parser = BoolishValueParser::new())]
    pub resume: bool,
    /// Write the info part of a multipart import beside the bundles
    ///
    /// FILE is a template in JSON; `default` takes the one of the target. docs/upload.md describes templates.
    #[arg(long, value_name = "FILE|default", env = "XRAYPACK_MULTIPART_INFO", value_hint = ValueHint::FilePath)]
    pub multipart_info: Option<PathBuf>,
    /// Compress the bundles
    ///
    /// --max-bytes still counts what is sent to Xray.
    #[arg(long, value_enum, value_name = "HOW", env = "XRAYPACK_COMPRESS", default_value_t)]
    pub compress: CompressChoice,
}

/// How `convert` writes: `plan` takes the same options, so that both can be given one list of them. Nothing is written,
/// and all that they change is that the output folder is not read.
#[derive(Debug, Args)]
pub struct IdleOutputArgs {
    #[arg(short, long, hide = true, value_name = "DIR", env = "XRAYPACK_OUT", value_hint = ValueHint::DirPath)]
    pub out: Option<PathBuf>,
    #[arg(long, hide = true, env = "XRAYPACK_FORCE", value_parser = BoolishValueParser::new())]
    force: bool,
    #[arg(long, hide = true, env = "XRAYPACK_RESUME", value_parser = BoolishValueParser::new())]
    resume: bool,
    #[arg(long, hide = true, value_name = "FILE|default", env = "XRAYPACK_MULTIPART_INFO",
          value_hint = ValueHint::FilePath)]
    multipart_info: Option<PathBuf>,
    #[arg(long, hide = true, value_enum, value_name = "HOW", env = "XRAYPACK_COMPRESS", default_value_t)]
    compress: CompressChoice,
}

/// The Test Executions that the results go into.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Test Executions")]
pub struct ExecutionArgs {
    /// Jira project of new Test Executions, and of Tests without a key
    #[arg(short, long, value_name = "KEY", env = "XRAYPACK_PROJECT")]
    pub project: Option<ProjectKey>,
    /// Put all results into this existing Test Execution
    #[arg(long, value_name = "KEY", env = "XRAYPACK_EXECUTION")]
    pub execution: Option<IssueKey>,
    /// Which reports share a Test Execution
    #[arg(long, value_enum, value_name = "WHAT", env = "XRAYPACK_GROUP_BY", default_value_t)]
    pub group_by: GroupChoice,
    /// File with fields of the Test Executions
    ///
    /// It holds the `info` of an Xray import, or the Jira issue of a multipart import. Options win over it.
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
    /// Split results by test environment, one Test Execution for each
    ///
    /// WHAT tells where the environment of a result is found: `hostname`; `property:NAME`, a property of the test or its suite;
    /// or a regular expression on the path of the report, which begins with a slash. Its groups are the environments:
    /// `/(chrome|firefox)/` finds chrome in `/chrome/t.xml`.
    #[arg(long, value_name = "WHAT", env = "XRAYPACK_ENVIRONMENT_FROM")]
    pub environment_from: Option<EnvironmentSource>,
}

/// How large bundles become.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Bundles")]
pub struct BundleArgs {
    /// Largest size of a bundle
    #[arg(long, value_name = "SIZE", env = "XRAYPACK_MAX_BYTES", default_value_t = Size::mib(20),
          value_parser = size::parse_room)]
    pub max_bytes: Size,
    /// Most Tests in a bundle
    #[arg(long, value_name = "N", env = "XRAYPACK_MAX_TESTS", default_value = "1000",
          value_parser = words::parse_count::<NonZeroU32>)]
    pub max_tests: NonZeroU32,
    /// Which attachments become evidence [default: failed]
    #[arg(long, value_enum, value_name = "WHICH", env = "XRAYPACK_EVIDENCE")]
    // Without a default: evidence in Xray JSON is kept as it is unless the option is given.
    pub evidence: Option<EvidenceChoice>,
    /// Whose standard output and error become evidence
    ///
    /// They become stdout.txt and stderr.txt of the test, in formats that have them.
    #[arg(long, value_enum, value_name = "WHOSE", env = "XRAYPACK_OUTPUT_EVIDENCE", default_value_t)]
    pub output_evidence: OutputEvidenceChoice,
    /// Largest single attachment
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
    /// What a Robot tag or NUnit category that looks like an issue key means
    #[arg(long, value_enum, value_name = "ROLE", env = "XRAYPACK_BARE_KEYS", default_value_t)]
    pub bare_keys: BareKeysChoice,
    /// Update the Jira issues of known Tests
    ///
    /// Writes testInfo beside a key, so that the import changes summary, labels and definition of the Test.
    #[arg(long, env = "XRAYPACK_UPDATE_TESTS", value_parser = BoolishValueParser::new())]
    pub update_tests: bool,
    /// What several results of one Test come to
    #[arg(long, value_enum, value_name = "RULE", env = "XRAYPACK_MERGE", default_value_t)]
    pub merge: MergeChoice,
    /// Name of a status in your Jira instance, such as skipped=SKIPPED; may be repeated
    #[arg(long, value_name = "NEUTRAL=NAME", env = "XRAYPACK_STATUS", value_delimiter = ';')]
    pub status: Vec<StatusName>,
    /// Write step results
    ///
    /// Keywords of Robot Framework, steps of Cucumber and Behave. The Tests in Jira must have these steps.
    #[arg(long, env = "XRAYPACK_STEPS", value_parser = BoolishValueParser::new())]
    pub steps: bool,
    /// Of several reports of one run, take those of this format; may be repeated
    ///
    /// Reports tell of one run where they have the same tests and lie in one folder, or anywhere in one `target`, `build` or
    /// `test-output`. The format given first is the most wanted one.
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

/// Which files are read, and how: of these three and `inspect`.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Reading")]
pub struct ReadingArgs {
    /// Read only what this glob matches; may be repeated
    ///
    /// A glob without a slash is matched against each part of a path, one with a slash against the path from the top of the
    /// INPUT or archive. What matches a folder or an archive applies to everything in it.
    #[arg(long, value_name = "GLOB", env = "XRAYPACK_INCLUDE", value_delimiter = ';')]
    pub include: Vec<Pattern>,
    /// Leave out what this glob matches; may be repeated
    ///
    /// Globs are matched as those of --include.
    #[arg(long, value_name = "GLOB", env = "XRAYPACK_EXCLUDE", value_delimiter = ';')]
    pub exclude: Vec<Pattern>,
    /// Read every XML or JSON file as a report of this format
    #[arg(long, value_name = "FORMAT", env = "XRAYPACK_FROM",
          value_parser = PossibleValuesParser::new(FORMATS.iter().map(|format| format.name)))]
    pub from: Option<String>,
    /// Time zone of timestamps that carry none [default: UTC, with a warning]
    ///
    /// A name such as Europe/Berlin, an offset such as +02:00, or UTC.
    #[arg(long, value_name = "ZONE", env = "XRAYPACK_ASSUME_ZONE", allow_hyphen_values = true)]
    pub assume_zone: Option<ZoneName>,
    /// Worker threads [default: one for each core]
    #[arg(short, long, value_name = "N", env = "XRAYPACK_JOBS", value_parser = words::parse_count::<NonZeroUsize>)]
    pub jobs: Option<NonZeroUsize>,
    /// Ceiling for what is buffered
    ///
    /// With less, runs wait in a temporary file and fewer workers read. The output is the same.
    #[arg(long, value_name = "SIZE", env = "XRAYPACK_MEMORY", default_value_t = Size::mib(256),
          value_parser = size::parse_memory)]
    pub memory: Size,
    /// Move a limit on what is taken from input, such as entry-bytes=1GiB; may be repeated
    ///
    /// What reaches a limit is a problem of that report alone. `xraypack limits` lists all limits.
    #[arg(long, value_name = "NAME=VALUE", env = "XRAYPACK_LIMIT", value_delimiter = ';', help_heading = "Limits")]
    pub limit: Vec<LimitValue>,
    /// Never map files into memory
    ///
    /// No INPUT ever is; this concerns temporary files, into which packed archives and standard input are unpacked.
    #[arg(long, env = "XRAYPACK_NO_MMAP", value_parser = BoolishValueParser::new())]
    pub no_mmap: bool,
}

/// Who said in which zone times without one are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ZoneBy {
    /// Nobody: it was assumed, which may be wrong.
    #[default]
    Default,
    /// The user.
    User,
}

impl ReadingArgs {
    /// Zone of timestamps that carry none.
    pub fn zone(&self) -> &str {
        self.assume_zone.as_ref().map_or("UTC", ZoneName::as_str)
    }

    /// Who said so.
    pub fn zone_by(&self) -> ZoneBy {
        if self.assume_zone.is_some() { ZoneBy::User } else { ZoneBy::Default }
    }
}

/// How a command tells what it did.
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
