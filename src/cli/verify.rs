//! `xraypack verify`: is the output folder what its manifest says, and what the target takes?

use std::io;
use std::path::PathBuf;

use clap::{Args, ValueHint};
use serde::Serialize;
use xraypack::bundle::verify::Mismatch;

use super::choices::OutputChoice;
use super::exit::{Ending, Failure, heard};
use super::job;
use super::numbers::{self, counted};
use super::same_execution::{self, SameExecution};
use super::terminal::{Printer, Style, Terminal, harmless};

/// What `verify` is asked for.
#[derive(Debug, Args)]
pub struct VerifyArgs {
    /// Output folder of an earlier conversion
    #[arg(value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub folder: PathBuf,
    /// For whom data is printed
    #[arg(long, value_enum, env = "XRAYPACK_FORMAT", default_value_t)]
    pub format: OutputChoice,
}

/// What was looked at, and what is wrong with it.
#[derive(Debug, Default, Serialize)]
pub struct Verification {
    /// Bundles read.
    pub bundles: u64,
    /// Test runs in them.
    pub runs: u64,
    /// Their size.
    pub bytes: u64,
    /// Test Executions that have the same key: nothing is wrong with that where they share no Test.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub same_execution: Vec<SameExecution>,
    /// What is not as it should be, in the order of the manifest.
    pub findings: Vec<Finding>,
}

/// One thing that is not as it should be.
#[derive(Debug, Serialize)]
pub struct Finding {
    /// The file, relative to the output folder.
    pub file: String,
    /// What is wrong, in words that name the file.
    pub message: String,
}

/// The JSON of `verify --format json`.
#[derive(Serialize)]
struct Document<'v> {
    schema: &'static str,
    ok: bool,
    #[serde(flatten)]
    verification: &'v Verification,
}

/// Runs the command.
pub fn run(args: &VerifyArgs, terminal: &mut Terminal) -> Result<Ending, Failure> {
    let verification = verify(args)?;
    let is_fine = verification.findings.is_empty();
    if is_fine {
        // Where they share a Test, that is one of the findings.
        verification.same_execution.iter().for_each(|same| terminal.note(&format!("{}; no Test has", same.sentence())));
    }
    heard(show(&verification, args.format, terminal))?;
    Ok(if is_fine { Ending::Complete } else { Ending::Mismatch })
}

fn show(verification: &Verification, format: OutputChoice, terminal: &mut Terminal) -> io::Result<()> {
    let is_fine = verification.findings.is_empty();
    match format {
        OutputChoice::Json => {
            terminal.out.json(&Document { schema: "xraypack/verify/1", ok: is_fine, verification })?
        }
        OutputChoice::Human if terminal.is_quiet() && is_fine => {}
        OutputChoice::Human => write_human(verification, &mut terminal.out)?,
    }
    terminal.out.flush()
}

/// Has the library hold the folder against its manifest.
fn verify(args: &VerifyArgs) -> Result<Verification, Failure> {
    if !args.folder.is_dir() {
        return Err(Failure::Usage(format!("there is no folder {}", args.folder.display())));
    }
    let verdict = xraypack::pipeline::verify(&args.folder, 0).map_err(job::failure)?;
    let findings = verdict.mismatches.iter().map(Finding::of).collect();
    let Some(manifest) = verdict.manifest else { return Ok(Verification { findings, ..Verification::default() }) };
    let runs = manifest.executions.iter().map(|execution| execution.runs).sum();
    let same_execution = same_execution::of_manifest(&manifest);
    let totals = &manifest.totals;
    Ok(Verification { bundles: totals.bundles, runs, bytes: totals.bytes_out, same_execution, findings })
}

impl Finding {
    fn of(mismatch: &Mismatch) -> Finding {
        Finding { file: mismatch.file().to_owned(), message: mismatch.to_string() }
    }
}

fn write_human(verification: &Verification, out: &mut Printer) -> io::Result<()> {
    for finding in &verification.findings {
        let wrong = out.paint(Style::Red, "wrong").to_string();
        out.line(format_args!("{wrong}: {}", harmless(&finding.message)))?;
    }
    let seen = format!(
        "{}, {}, {}",
        counted(verification.bundles, "bundle", "bundles"),
        counted(verification.runs, "run", "runs"),
        numbers::size(verification.bytes)
    );
    match verification.findings.len() as u64 {
        0 => out.line(format_args!("{}: {seen}", out.paint(Style::Green, "As it should be"))),
        wrong => out.line(format_args!("{seen}: {}", counted(wrong, "thing is wrong", "things are wrong"))),
    }
}

#[cfg(test)]
mod tests {
    use super::super::terminal::Ink;
    use super::super::terminal::tests::Paper;
    use super::*;

    fn shown(verification: &Verification) -> String {
        let paper = Paper::default();
        write_human(verification, &mut paper.printer(Ink::Plain)).unwrap();
        paper.text()
    }

    #[test]
    fn people_see_what_is_wrong_and_how_much_was_read() {
        let mut verification = Verification { bundles: 2, runs: 1500, bytes: 3 << 20, ..Verification::default() };
        assert_eq!(shown(&verification), "As it should be: 2 bundles, 1,500 runs, 3.0 MiB\n");
        let finding =
            Finding { file: "bundles/a.0001.json".to_owned(), message: "bundles/a.0001.json is missing".to_owned() };
        verification.findings.push(finding);
        assert_eq!(
            shown(&verification),
            "wrong: bundles/a.0001.json is missing\n2 bundles, 1,500 runs, 3.0 MiB: 1 thing is wrong\n"
        );
    }

    #[test]
    fn programs_get_one_document() {
        let document = Document { schema: "xraypack/verify/1", ok: true, verification: &Verification::default() };
        assert_eq!(
            serde_json::to_string(&document).unwrap(),
            r#"{"schema":"xraypack/verify/1","ok":true,"bundles":0,"runs":0,"bytes":0,"findings":[]}"#
        );
    }
}
