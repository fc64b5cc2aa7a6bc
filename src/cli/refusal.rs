//! clap's complaints in our words, where the value did not stand on the command line.

use std::env;
use std::ffi::OsString;

use clap::error::{ContextKind, ContextValue, ErrorKind};

use super::exit::Failure;

/// The failure of a command line. clap does not say that a value came from the environment; this does.
pub fn of_command_line(error: clap::Error, arguments: &[OsString]) -> Failure {
    if error.kind() == ErrorKind::InvalidUtf8
        && let Some(variable) = variable_that_is_no_text(arguments)
    {
        return Failure::Usage(format!("{variable} in the environment is not valid UTF-8"));
    }
    match variable_behind(&error, arguments, |name| env::var(name).ok()) {
        Some(variable) => Failure::Usage(format!("{variable} in the environment: {}", sentence(&error))),
        None => error.into(),
    }
}

/// The variable that is no text, when all arguments are.
fn variable_that_is_no_text(arguments: &[OsString]) -> Option<String> {
    let is_no_text = |text: &OsString| text.to_str().is_none();
    if arguments.iter().any(is_no_text) {
        return None;
    }
    let mut ours = env::vars_os().filter_map(|(name, value)| Some((name.into_string().ok()?, value)));
    ours.find(|(name, value)| name.starts_with("XRAYPACK_") && is_no_text(value)).map(|(name, _)| name)
}

/// The variable that a refused value came from: it holds the value, and the flag was not given.
fn variable_behind(
    error: &clap::Error,
    arguments: &[OsString],
    variable: impl Fn(&str) -> Option<String>,
) -> Option<String> {
    let (Some(ContextValue::String(arg)), Some(ContextValue::String(value))) =
        (error.get(ContextKind::InvalidArg), error.get(ContextKind::InvalidValue))
    else {
        return None;
    };
    // `--max-tests <N>`, `--verbose...`
    let flag = arg.split([' ', '[', '.']).next()?;
    let is_given = arguments.iter().any(|argument| argument.to_string_lossy().starts_with(flag));
    let name = format!("XRAYPACK_{}", flag.strip_prefix("--")?.to_uppercase().replace('-', "_"));
    let is_held = variable(&name).is_some_and(|held| held.contains(value.as_str()));
    (is_held && !is_given).then_some(name)
}

/// clap's complaint in one line, without its `error:` and without the usage beneath it.
pub fn sentence(error: &clap::Error) -> String {
    let text = error.to_string();
    let text = text.trim_start_matches("error: ");
    let text = text.split("\n\n").next().unwrap_or(text);
    let lines: Vec<&str> = text.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    lines.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::command;

    fn behind(line: &[&str], held: &str) -> Option<String> {
        let arguments: Vec<OsString> = line.iter().map(OsString::from).collect();
        let error = command().try_get_matches_from(&arguments).unwrap_err();
        variable_behind(&error, &arguments, |name| (name == "XRAYPACK_MAX_TESTS").then(|| held.to_owned()))
    }

    #[test]
    fn a_value_on_the_command_line_is_not_blamed_on_the_environment() {
        let line = ["xraypack", "convert", "in", "-o", "out", "--max-tests", "many"];
        assert_eq!(behind(&line, "many"), None);
        assert_eq!(behind(&["xraypack", "convert"], "many"), None);
    }

    #[test]
    fn a_complaint_is_one_line() {
        let line = ["xraypack", "convert", "in", "-o", "out", "--target", "moon"];
        let error = command().try_get_matches_from(line).unwrap_err();
        assert_eq!(sentence(&error), "invalid value 'moon' for '--target <TARGET>' [possible values: server, cloud]");
    }
}
