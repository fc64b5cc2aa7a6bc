//! `xraypack bind`: the key that Jira gave a Test Execution, written into the bundles that wait for it.

use std::io;
use std::path::PathBuf;
use std::str::FromStr;

use clap::builder::BoolishValueParser;
use clap::{Args, ValueHint};
use serde::Serialize;
use xraypack::bundle::WriteErrorKind;
use xraypack::pipeline::{self, BindError, Binding, Bound, Rebind};

use super::choices::OutputChoice;
use super::exit::{Ending, Failure};
use super::keys::IssueKey;
use super::numbers::counted;
use super::terminal::{Printer, Terminal, harmless};

/// What `bind` is asked for.
#[derive(Debug, Args)]
pub struct BindArgs {
    /// Output folder of an earlier conversion
    #[arg(value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub folder: PathBuf,
    /// Id of a Test Execution, and the key that Jira gave it; may be repeated
    ///
    /// The id may be left out where there is only one Test Execution.
    #[arg(
        long,
        required = true,
        value_name = "ID=KEY",
        env = "XRAYPACK_EXECUTION",
        value_delimiter = ';',
        allow_hyphen_values = true
    )]
    pub execution: Vec<BindingText>,
    /// Replace a key that is there already
    #[arg(long, env = "XRAYPACK_FORCE", value_parser = BoolishValueParser::new())]
    pub force: bool,
    /// For whom data is printed
    #[arg(long, value_enum, env = "XRAYPACK_FORMAT", default_value_t)]
    pub format: OutputChoice,
}

/// `ID=KEY`, or a key alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BindingText {
    id: Option<String>,
    key: IssueKey,
}

impl FromStr for BindingText {
    type Err = String;

    fn from_str(text: &str) -> Result<BindingText, String> {
        // An id has no `=`, as it is a part of file names.
        let (id, key) = match text.split_once('=') {
            Some(("", _)) => return Err("the id of the Test Execution is missing before the =".to_owned()),
            Some((id, key)) => (Some(id.to_owned()), key),
            None => (None, text),
        };
        Ok(BindingText { id, key: key.parse()? })
    }
}

/// The JSON of `bind --format json`.
#[derive(Serialize)]
struct Document<'b> {
    schema: &'static str,
    executions: Vec<Line<'b>>,
}

#[derive(Serialize)]
struct Line<'b> {
    id: &'b str,
    key: &'b str,
    bundles: u64,
}

impl<'b> Line<'b> {
    fn of(bound: &'b Bound) -> Line<'b> {
        let Bound { id, key, bundles } = bound;
        Line { id, key, bundles: *bundles }
    }
}

/// Runs the command.
pub fn run(args: &BindArgs, terminal: &mut Terminal) -> Result<Ending, Failure> {
    if !args.folder.is_dir() {
        return Err(Failure::Usage(format!("there is no folder {}", args.folder.display())));
    }
    let binding = |text: &BindingText| Binding { id: text.id.clone(), key: text.key.as_str().to_owned() };
    let bindings: Vec<_> = args.execution.iter().map(binding).collect();
    let rebind = if args.force { Rebind::Allowed } else { Rebind::Refused };
    let bound = pipeline::bind(&args.folder, &bindings, rebind, 0).map_err(failure)?;
    match args.format {
        OutputChoice::Json => {
            let executions = bound.iter().map(Line::of).collect();
            terminal.out.json(&Document { schema: "xraypack/bind/1", executions })?;
        }
        OutputChoice::Human if terminal.is_quiet() => {}
        OutputChoice::Human => write_human(&bound, &mut terminal.out)?,
    }
    terminal.out.flush()?;
    Ok(Ending::Complete)
}

/// What is against it, and what can be done.
fn failure(error: BindError) -> Failure {
    match &error {
        BindError::NoOutput(_) | BindError::UnknownId { .. } | BindError::Twice(_) | BindError::SameKey { .. } => {
            Failure::Usage(error.to_string())
        }
        BindError::WhichOne { key, .. } => Failure::Usage(format!("{error}; write ID={key}")),
        BindError::HasKey { .. } => Failure::Usage(format!("{error}; --force replaces it")),
        BindError::TooLarge { .. } => Failure::Usage(format!("{error}; convert again, with --execution and this key")),
        BindError::Write(write) => match write.kind() {
            WriteErrorKind::InUse(_) | WriteErrorKind::NoManifest(_) => Failure::Usage(error.to_string()),
            _ => Failure::Output(error.to_string()),
        },
        BindError::NotAsRecorded { .. } => Failure::Mismatch(format!("{error}; no bundle was changed")),
        _ => Failure::Internal(error.to_string()),
    }
}

fn write_human(bound: &[Bound], out: &mut Printer) -> io::Result<()> {
    for Bound { id, key, bundles } in bound {
        match bundles {
            0 => out.line(format_args!("{}: {key}, and no bundle waits for it", harmless(id)))?,
            bundles => {
                let written = counted(*bundles, "bundle", "bundles");
                out.line(format_args!("{}: {key} written into {written}", harmless(id)))?;
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_binding_is_an_id_and_a_key_or_a_key_alone() {
        let binding: BindingText = "nightly-ui=DEMO-12".parse().unwrap();
        assert_eq!((binding.id.as_deref(), binding.key.as_str()), (Some("nightly-ui"), "DEMO-12"));
        assert_eq!("DEMO-12".parse::<BindingText>().unwrap().id, None);
        assert!("nightly=demo-12".parse::<BindingText>().unwrap_err().contains("did you mean DEMO-12?"));
        assert!("=DEMO-12".parse::<BindingText>().unwrap_err().contains("missing"));
        assert!("nightly=".parse::<BindingText>().is_err());
    }
}
