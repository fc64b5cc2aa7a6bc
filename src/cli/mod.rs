//! The command line: flags, messages, progress, exit codes.
//!
//! Each command is one file: its arguments, the one call into the library, and what is shown afterwards; arguments of
//! several commands are in `args`. Data goes to standard output, everything else to standard error.

mod allocator;
mod args;
mod bench;
mod bind;
mod choices;
mod commentary;
mod completions;
mod convert;
mod disagreeing;
mod environment;
mod exit;
mod explain;
mod formats;
mod info;
mod inputs;
mod inspect;
mod job;
mod keys;
mod limits;
mod man;
mod nearer;
mod nothing;
mod numbers;
mod open_files;
mod places;
mod plan;
mod problems;
mod progress;
mod project_file;
mod refusal;
mod same_execution;
mod signals;
mod size;
mod status;
mod summary;
mod table;
mod terminal;
mod test_keys;
mod trimmed;
mod variables;
mod verify;
mod watching;
mod words;

use std::ffi::OsString;
use std::panic::AssertUnwindSafe;
use std::path::Path;
use std::process::ExitCode;

use clap::{ArgAction, ArgMatches, CommandFactory, FromArgMatches, Parser, Subcommand, ValueEnum};

use choices::ColorChoice;
use exit::{Ending, Failure};
use project_file::ProjectFile;
use terminal::Terminal;

/// Streams nightly test reports into Xray JSON bundles sized for upload.
#[derive(Debug, Parser)]
#[command(
    name = "xraypack",
    version,
    propagate_version = true,
    arg_required_else_help = true,
    subcommand_required = true,
    max_term_width = 110,
    after_long_help = format!("{SURROUNDINGS}\n\n{AFTER_HELP}")
)]
pub struct Cli {
    #[command(subcommand)]
    command: Command,
    #[command(flatten)]
    voice: VoiceArgs,
}

/// Where options come from, beneath the help of every command that has some.
const SURROUNDINGS: &str = "Each option can also be set in the environment (--max-bytes is XRAYPACK_MAX_BYTES) and in the nearest \
xraypack.toml of the working directory or above it (max-bytes = \"20MiB\"). The command line wins over the environment, and that \
over the file. An option that may be repeated takes several values in one, separated by semicolons.";

const AFTER_HELP: &str = "\
Exit codes:
    0         all that was recognised was converted
    1         internal error (a defect)
    2         wrong usage or configuration; nothing was written
    3         finished, and at least one report was damaged (not with --allow-damaged)
    4         no report was found
    5         verify, bind: the folder is not what its manifest says, breaks the schema, or has a
              Test in two Test Executions of one key
    6         the output could not be written, or the machine lacks what reading needs
    130, 143  interrupted
    134       the system gave no memory";

const EXAMPLES: &str = "\
Examples:
    Convert everything below a folder into new Test Executions of the project DEMO:
        xraypack convert reports --out xray --project DEMO
    See first what would come of it:
        xraypack plan reports --project DEMO
    Put the results of an archive, as Xray Cloud takes them, into a Test Execution that exists:
        xraypack convert nightly.zip --out xray --target cloud --execution DEMO-123 --project DEMO
    Let the later result of each test count, as after a rerun:
        xraypack convert first rerun --out xray --project DEMO --group-by all --merge last";

/// How the program speaks.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Messages")]
struct VoiceArgs {
    /// When to colour messages
    #[arg(long, global = true, value_enum, value_name = "WHEN", env = "XRAYPACK_COLOR", default_value_t)]
    color: ColorChoice,
    /// Only say errors: no warnings, no progress, no summary for people
    #[arg(short, long, global = true, env = "XRAYPACK_QUIET",
          value_parser = clap::builder::BoolishValueParser::new())]
    quiet: bool,
    /// Say every warning and note; twice: also a line for each report
    #[arg(short, long, global = true, env = "XRAYPACK_VERBOSE", action = ArgAction::Count)]
    verbose: u8,
}

/// How much is said on standard error.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verbosity {
    /// Errors only.
    Quiet,
    /// Errors, and warnings while they are few.
    Normal,
    /// Every warning and note.
    Verbose,
    /// A line for each report as well.
    Chatty,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Convert reports into bundles of Xray JSON
    #[command(after_long_help = format!("{EXAMPLES}\n\n{SURROUNDINGS}"))]
    Convert(Box<convert::ConvertArgs>),
    /// Show what is in reports and archives; convert nothing
    Inspect(inspect::InspectArgs),
    /// Show what a conversion would write; write nothing
    ///
    /// It takes all options of convert. Those that say how bundles are written (--force, --resume, --compress,
    /// --multipart-info) change nothing here, and the folder of --out is not read.
    Plan(Box<plan::PlanArgs>),
    /// Check an output folder against its manifest and the rules of its target
    Verify(verify::VerifyArgs),
    /// Write the key of a Test Execution into the bundles that wait for it
    Bind(bind::BindArgs),
    /// Measure how fast this machine reads and converts your reports
    Bench(Box<bench::BenchArgs>),
    /// Explain a kind of problem: what it means, what became of the results, what to do
    Explain(explain::ExplainArgs),
    /// List the formats that are read
    Formats(formats::FormatsArgs),
    /// List the limits on what is taken from input
    Limits(limits::LimitsArgs),
    /// Print completions for a shell
    Completions(completions::CompletionsArgs),
    /// Print the manual page
    Man(man::ManArgs),
}

/// Runs the program with `arguments`, the program's own name first.
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let arguments: Vec<OsString> = arguments.into_iter().collect();
    let ending = std::panic::catch_unwind(AssertUnwindSafe(|| start(&arguments)))
        .unwrap_or_else(|_| Err(Failure::Internal("the program panicked; please report it".to_owned())));
    exit::conclude(ending, &mut std::io::stderr())
}

fn start(arguments: &[OsString]) -> Result<Ending, Failure> {
    allocator::keep_freed_memory();
    open_files::raise_limit();
    let file = ProjectFile::find(Path::new(""));
    let Parsed { cli, verbosity, notes } = parse(arguments, file)?;
    let mut terminal = Terminal::new(cli.voice.color, verbosity);
    notes.iter().for_each(|note| terminal.note(note));
    variables::tell_unknown(command, &mut terminal);
    match cli.command {
        Command::Convert(args) => convert::run(&args, &mut terminal),
        Command::Inspect(args) => inspect::run(&args, &mut terminal),
        Command::Plan(args) => plan::run(&args, &mut terminal),
        Command::Verify(args) => verify::run(&args, &mut terminal),
        Command::Bind(args) => bind::run(&args, &mut terminal),
        Command::Bench(args) => bench::run(&args, &mut terminal),
        Command::Explain(args) => explain::run(&args, &mut terminal),
        Command::Formats(args) => formats::run(&args, &mut terminal),
        Command::Limits(args) => limits::run(&args, &mut terminal),
        Command::Completions(args) => completions::run(&args, &mut terminal),
        Command::Man(args) => man::run(&args, &mut terminal),
    }
}

/// What was asked for.
#[derive(Debug)]
struct Parsed {
    cli: Cli,
    verbosity: Verbosity,
    /// What does not count although it was given.
    notes: Vec<String>,
}

/// The whole command line as clap knows it.
pub fn command() -> clap::Command {
    hide_surroundings(Cli::command())
}

/// Reads flags, environment and project file. A broken file does not keep anybody from the help or the completions.
fn parse(arguments: &[OsString], file: Result<Option<ProjectFile>, Failure>) -> Result<Parsed, Failure> {
    let with_file = file.and_then(|file| match file {
        Some(file) => file.apply(command()),
        None => Ok(command()),
    });
    match with_file {
        Ok(command) => match in_color(command, arguments).try_get_matches_from(arguments) {
            Ok(matches) => understand(&matches),
            Err(error) => Err(refusal::of_command_line(error, arguments)),
        },
        Err(failure) => parse_without_file(arguments, failure),
    }
}

/// Parses for those commands that need no project file, and otherwise says what is wrong with it.
fn parse_without_file(arguments: &[OsString], failure: Failure) -> Result<Parsed, Failure> {
    match in_color(command(), arguments).try_get_matches_from(arguments) {
        Ok(matches) if matches!(matches.subcommand_name(), Some("completions" | "man")) => understand(&matches),
        Err(shown) if !shown.use_stderr() => Err(shown.into()),
        _ => Err(failure),
    }
}

/// The command line with its help and its complaints in the colours that are wanted: clap shows them before it has read
/// the option. A word that is no choice is refused when it is read.
fn in_color(command: clap::Command, arguments: &[OsString]) -> clap::Command {
    let given = arguments.iter().map(|argument| argument.to_string_lossy()).take_while(|argument| argument != "--");
    let given: Vec<_> = given.collect();
    let by_flag = given.iter().enumerate().rev().find_map(|(place, argument)| match argument.strip_prefix("--color") {
        Some("") => given.get(place + 1).map(|word| word.clone().into_owned()),
        Some(word) => word.strip_prefix('=').map(str::to_owned),
        None => None,
    });
    let option = || command.get_arguments().find(|arg| arg.get_long() == Some("color"));
    let by_variable = || option()?.get_env().and_then(|name| std::env::var(name).ok());
    let by_file = || Some(option()?.get_default_values().first()?.to_string_lossy().into_owned());
    let word = by_flag.or_else(by_variable).or_else(by_file).unwrap_or_default();
    command.color(match ColorChoice::from_str(&word, false) {
        Ok(ColorChoice::Always) => clap::ColorChoice::Always,
        Ok(ColorChoice::Never) => clap::ColorChoice::Never,
        Ok(ColorChoice::Auto) | Err(_) => clap::ColorChoice::Auto,
    })
}

fn understand(matches: &ArgMatches) -> Result<Parsed, Failure> {
    let mut cli = Cli::from_arg_matches(matches)?;
    let mut notes = nearer::settle(&mut cli.command, matches);
    let (verbosity, note) = nearer::verbosity(matches)?;
    notes.extend(note);
    Ok(Parsed { cli, verbosity, notes })
}

/// Environment variables that are set to nothing count as unset, as CI systems hand on optional ones. The help tells once how
/// they are called, instead of at each option. A negative number is a wrong value, not a flag.
fn hide_surroundings(command: clap::Command) -> clap::Command {
    let has_long_ending = command.get_after_long_help().is_some();
    let takes_options = command.get_arguments().any(|arg| arg.get_env().is_some());
    let command = if takes_options && !has_long_ending { command.after_long_help(SURROUNDINGS) } else { command };
    command
        .mut_args(|arg| {
            let takes_value = arg.get_action().takes_values() && !arg.is_positional();
            let arg = arg.hide_env(true).allow_negative_numbers(takes_value);
            let is_empty =
                arg.get_env().is_some_and(|name| std::env::var_os(name).is_some_and(|value| value.is_empty()));
            if is_empty { arg.env(None) } else { arg }
        })
        .mut_subcommands(hide_surroundings)
}

#[cfg(test)]
mod tests;
