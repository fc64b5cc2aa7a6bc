//! Two options that exclude each other, given in different places: the nearer place wins, as it does for one option. The command
//! line is nearer than the environment, and that nearer than the project file.

use clap::ArgMatches;
use clap::parser::ValueSource;

use super::args::{ExecutionArgs, OutputArgs};
use super::exit::Failure;
use super::{Command, Verbosity};

/// Takes back what a nearer option excludes, and says so. Where both are given in one place they are left for the command to
/// refuse.
pub fn settle(command: &mut Command, matches: &ArgMatches) -> Vec<String> {
    let Some((_, matches)) = matches.subcommand() else { return Vec::new() };
    let (execution, output) = match command {
        Command::Convert(args) => (&mut args.job.execution, Some(&mut args.output)),
        Command::Plan(args) => (&mut args.job.execution, None),
        Command::Bench(args) => (&mut args.job.execution, None),
        _ => return Vec::new(),
    };
    let settled = [settle_execution(execution, matches), output.and_then(|output| settle_opening(output, matches))];
    settled.into_iter().flatten().collect()
}

/// How much is said, and what does not count of that. clap's own conflicts would refuse `-v` where the environment says quiet.
pub fn verbosity(matches: &ArgMatches) -> Result<(Verbosity, Option<String>), Failure> {
    // Global flags are known to the subcommand as well as to the program; the subcommand has both.
    let matches = matches.subcommand().map_or(matches, |(_, inner)| inner);
    let said = |verbose| match verbose {
        0 => Verbosity::Normal,
        1 => Verbosity::Verbose,
        _ => Verbosity::Chatty,
    };
    match (matches.get_flag("quiet"), matches.get_count("verbose")) {
        (false, verbose) => Ok((said(verbose), None)),
        (true, 0) => Ok((Verbosity::Quiet, None)),
        (true, verbose) => {
            let both = || {
                let told = "--quiet says less and --verbose says more: only one of them can be meant";
                Failure::Usage(told.to_owned())
            };
            let lost = farther(["quiet", "verbose"], matches).ok_or_else(both)?;
            let verbosity = if lost.option == "quiet" { said(verbose) } else { Verbosity::Quiet };
            Ok((verbosity, Some(lost.note())))
        }
    }
}

fn settle_execution(args: &mut ExecutionArgs, matches: &ArgMatches) -> Option<String> {
    if args.execution.is_none() || args.environment_from.is_none() {
        return None;
    }
    let lost = farther(["execution", "environment_from"], matches)?;
    match lost.option {
        "execution" => args.execution = None,
        _ => args.environment_from = None,
    }
    Some(lost.note())
}

fn settle_opening(args: &mut OutputArgs, matches: &ArgMatches) -> Option<String> {
    if !args.force || !args.resume {
        return None;
    }
    let lost = farther(["force", "resume"], matches)?;
    match lost.option {
        "force" => args.force = false,
        _ => args.resume = false,
    }
    Some(lost.note())
}

/// An option that does not count.
struct Lost {
    option: &'static str,
    place: &'static str,
    /// The one that does.
    by: &'static str,
}

impl Lost {
    fn note(&self) -> String {
        let Lost { option, place, by } = self;
        let flag = |id: &str| id.replace('_', "-");
        format!("--{} counts, and {} {place} does not", flag(by), flag(option))
    }
}

/// The one of two options that was given farther away.
fn farther([one, other]: [&'static str; 2], matches: &ArgMatches) -> Option<Lost> {
    let [first, second] = [one, other].map(|id| Place::of(id, matches));
    match first.cmp(&second) {
        std::cmp::Ordering::Less => Some(Lost { option: one, place: first.name(), by: other }),
        std::cmp::Ordering::Equal => None,
        std::cmp::Ordering::Greater => Some(Lost { option: other, place: second.name(), by: one }),
    }
}

/// Where an option was given, the farthest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Place {
    File,
    Environment,
    CommandLine,
}

impl Place {
    fn of(id: &str, matches: &ArgMatches) -> Place {
        match matches.value_source(id) {
            Some(ValueSource::CommandLine) => Place::CommandLine,
            Some(ValueSource::EnvVariable) => Place::Environment,
            // What stands in the project file is a default to clap.
            _ => Place::File,
        }
    }

    fn name(self) -> &'static str {
        match self {
            Place::File => "in xraypack.toml",
            Place::Environment => "in the environment",
            Place::CommandLine => "on the command line",
        }
    }
}
