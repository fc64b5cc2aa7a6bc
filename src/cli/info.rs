//! `--info FILE`: fields of the Test Executions from a file, where no option names them.

use std::path::Path;

use xraypack::bundle::WriteErrorKind;
use xraypack::pipeline::Error;
use xraypack::xray::{StatedInfo, read_info};

use super::args::ExecutionArgs;
use super::exit::Failure;
use super::job;
use super::terminal::Terminal;
use super::words;

/// The options, with what the file adds to them. Flags, environment and project file win over it.
pub fn complete(args: &ExecutionArgs) -> Result<ExecutionArgs, Failure> {
    let mut args = args.clone();
    let Some(path) = args.info.clone() else { return Ok(args) };
    let info = read(&path)?.info;
    let refused = |what: String| Failure::Usage(format!("--info {}: {what}", path.display()));
    if args.project.is_none() && !info.stated.project.is_empty() {
        args.project = Some(info.stated.project.parse().map_err(refused)?);
    }
    if args.test_plan.is_none() && !info.stated.test_plan.is_empty() {
        args.test_plan = Some(info.stated.test_plan.parse().map_err(refused)?);
    }
    if args.summary.is_none() && !info.stated.summary.is_empty() {
        let title = words::parse_title(&info.stated.summary);
        args.summary = Some(title.map_err(|what| refused(format!("the summary: {what}")))?);
    }
    for (option, text) in [
        (&mut args.description, info.stated.description),
        (&mut args.fix_version, info.stated.version),
        (&mut args.revision, info.stated.revision),
        (&mut args.user, info.stated.user),
    ] {
        if option.is_none() && !text.is_empty() {
            *option = Some(text);
        }
    }
    if args.environment.is_empty() {
        args.environment = info.environments;
    }
    Ok(args)
}

/// Says what the file states in vain.
pub fn warn(args: &ExecutionArgs, terminal: &mut Terminal) -> Result<(), Failure> {
    let Some(path) = &args.info else { return Ok(()) };
    let stated = read(path)?;
    if !stated.unused.is_empty() && !terminal.is_quiet() {
        let times = if stated.has_times() { " (the runs say when they began and ended)" } else { "" };
        let unused = stated.unused.join(", ");
        let _ = terminal.err.line(format_args!("warning: {}: not used: {unused}{times}", path.display()));
    }
    Ok(())
}

/// Where an output was made with other options: some may stand in the file alone.
pub fn explain(error: Error, args: &ExecutionArgs) -> Failure {
    let is_of_other_options = matches!(&error, Error::Output(write)
        if matches!(write.kind(), WriteErrorKind::AnotherPurpose { .. }));
    match (job::failure(error), &args.info) {
        (Failure::Usage(what), Some(path)) if is_of_other_options => {
            Failure::Usage(format!("{what} (what no option says comes from --info {})", path.display()))
        }
        (failure, _) => failure,
    }
}

fn read(path: &Path) -> Result<StatedInfo, Failure> {
    let refused = |what: String| Failure::Usage(format!("--info {}: {what}", path.display()));
    let bytes = std::fs::read(path).map_err(|error| refused(error.to_string()))?;
    read_info(&bytes).map_err(|error| refused(error.to_string()))
}
