//! How the program ends: every exit code, and the one place where an ending becomes a code.

use std::fmt;
use std::io;
use std::process::ExitCode;

use super::terminal::harmless;

/// All that was recognised was converted.
pub const SUCCESS: u8 = 0;
/// An unexpected internal error: a defect.
pub const INTERNAL: u8 = 1;
/// Wrong usage or configuration; nothing was written.
pub const USAGE: u8 = 2;
/// Finished, and at least one report was damaged.
pub const DAMAGED: u8 = 3;
/// No report was found.
pub const NO_REPORT: u8 = 4;
/// `verify` or `bind` found what the manifest does not say, or what the schema refuses.
pub const MISMATCH: u8 = 5;
/// The output could not be written, or the machine lacks what reading needs.
pub const OUTPUT: u8 = 6;
/// Added to a signal's number: 130 for SIGINT, 143 for SIGTERM, as a shell has it.
pub const SIGNAL: u8 = 128;

/// How a command ended that ran to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// Nothing to complain of.
    Complete,
    /// At least one report was damaged, and nobody said that this is allowed.
    Damaged,
    /// There was no report.
    NoReport,
    /// What was verified is not as it should be.
    Mismatch,
}

impl Ending {
    /// The ending of a command that read `reports`, `damaged` of them.
    pub const fn of_reports(reports: u64, damaged: u64, allowed: DamageAllowed) -> Ending {
        match (reports, damaged, allowed) {
            (0, _, _) => Ending::NoReport,
            (_, 0, _) | (_, _, DamageAllowed::Yes) => Ending::Complete,
            (_, _, DamageAllowed::No) => Ending::Damaged,
        }
    }
}

/// Whether a damaged report is reason enough for a code of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DamageAllowed {
    /// `--allow-damaged` was given.
    Yes,
    /// It was not.
    No,
}

impl From<bool> for DamageAllowed {
    fn from(is_given: bool) -> DamageAllowed {
        if is_given { DamageAllowed::Yes } else { DamageAllowed::No }
    }
}

/// Why a command did not run to its end.
#[derive(Debug)]
pub enum Failure {
    /// clap has something to show: a complaint, or the help that was asked for.
    Arguments(Box<clap::Error>),
    /// Wrong usage or configuration, in words; nothing was written.
    Usage(String),
    /// The output could not be written, or the machine lacks what reading needs, in words.
    Output(String),
    /// What lies in an output folder is not what its manifest says, in words.
    Mismatch(String),
    /// A defect, in words.
    Internal(String),
    /// Nobody reads standard output any more.
    ClosedPipe,
    /// A signal asked the program to end; its number.
    Interrupted(u8),
}

impl From<clap::Error> for Failure {
    fn from(error: clap::Error) -> Failure {
        Failure::Arguments(Box::new(error))
    }
}

/// Errors of standard output; other files say what they are in [`Failure::Output`].
impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Failure {
        match error.kind() {
            io::ErrorKind::BrokenPipe => Failure::ClosedPipe,
            _ => Failure::Output(format!("cannot write to standard output: {error}")),
        }
    }
}

/// What came of showing something that is known, whoever listens: a closed standard output takes nothing from it, and hides no
/// damage.
pub fn heard(shown: io::Result<()>) -> Result<(), Failure> {
    match shown.map_err(Failure::from) {
        Err(Failure::ClosedPipe) => Ok(()),
        shown => shown,
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Failure::Arguments(error) => error.fmt(f),
            Failure::Usage(what) | Failure::Output(what) | Failure::Mismatch(what) => f.write_str(what),
            Failure::Internal(what) => write!(f, "internal error: {what}"),
            Failure::ClosedPipe => f.write_str("standard output was closed"),
            Failure::Interrupted(_) => f.write_str("interrupted"),
        }
    }
}

/// The exit code of an ending.
pub fn code(ending: &Result<Ending, Failure>) -> u8 {
    match ending {
        Ok(Ending::Complete) | Err(Failure::ClosedPipe) => SUCCESS,
        Ok(Ending::Damaged) => DAMAGED,
        Ok(Ending::NoReport) => NO_REPORT,
        Ok(Ending::Mismatch) | Err(Failure::Mismatch(_)) => MISMATCH,
        Err(Failure::Arguments(error)) if !error.use_stderr() => SUCCESS,
        Err(Failure::Arguments(_) | Failure::Usage(_)) => USAGE,
        Err(Failure::Output(_)) => OUTPUT,
        Err(Failure::Internal(_)) => INTERNAL,
        Err(Failure::Interrupted(signal)) => SIGNAL.saturating_add(*signal),
    }
}

/// Says what there is to say at the end and gives the exit code.
pub fn conclude(ending: Result<Ending, Failure>, stderr: &mut dyn io::Write) -> ExitCode {
    // Nobody is left to tell when these writes fail.
    let _ = match &ending {
        Ok(_) | Err(Failure::ClosedPipe) => Ok(()),
        Err(Failure::Arguments(error)) => error.print(),
        // Names of files and folders may hold anything.
        Err(failure) => writeln!(stderr, "error: {}", harmless(&failure.to_string())),
    };
    ExitCode::from(code(&ending))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_ending_has_the_code_of_the_contract() {
        assert_eq!(code(&Ok(Ending::Complete)), 0);
        assert_eq!(code(&Err(Failure::Internal(String::new()))), 1);
        assert_eq!(code(&Err(Failure::Usage(String::new()))), 2);
        assert_eq!(code(&Ok(Ending::Damaged)), 3);
        assert_eq!(code(&Ok(Ending::NoReport)), 4);
        assert_eq!(code(&Ok(Ending::Mismatch)), 5);
        assert_eq!(code(&Err(Failure::Output(String::new()))), 6);
        assert_eq!(code(&Err(Failure::Interrupted(2))), 130);
        assert_eq!(code(&Err(Failure::Interrupted(15))), 143);
    }

    #[test]
    fn a_closed_pipe_is_a_quiet_end() {
        let ending = Err(Failure::from(io::Error::from(io::ErrorKind::BrokenPipe)));
        assert_eq!(code(&ending), 0);
        let mut said = Vec::new();
        conclude(ending, &mut said);
        assert!(said.is_empty());
    }

    #[test]
    fn a_full_disk_behind_standard_output_is_not_quiet() {
        let ending = Err(Failure::from(io::Error::from(io::ErrorKind::StorageFull)));
        assert_eq!(code(&ending), 6);
        let mut said = Vec::new();
        conclude(ending, &mut said);
        assert!(String::from_utf8(said).unwrap().starts_with("error: cannot write to standard output: "));
    }

    #[test]
    fn a_name_cannot_forge_a_line() {
        let mut said = Vec::new();
        conclude(Err(Failure::Usage("write into a\nb: it is no folder".to_owned())), &mut said);
        assert_eq!(String::from_utf8(said).unwrap(), "error: write into a\\u{a}b: it is no folder\n");
    }

    #[test]
    fn damage_counts_only_where_there_are_reports() {
        assert_eq!(Ending::of_reports(0, 0, DamageAllowed::No), Ending::NoReport);
        assert_eq!(Ending::of_reports(3, 1, DamageAllowed::No), Ending::Damaged);
        assert_eq!(Ending::of_reports(3, 1, DamageAllowed::Yes), Ending::Complete);
        assert_eq!(Ending::of_reports(3, 0, DamageAllowed::No), Ending::Complete);
    }
}
