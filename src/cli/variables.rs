//! Environment variables that look like ours and are none.

use std::env;

use clap::{Arg, Command};

use super::terminal::{Style, Terminal, harmless};

/// How every variable of ours begins.
const OURS: &str = "XRAYPACK_";

/// Most letters in which a misspelt name differs from the right one.
const SLIP: usize = 3;

/// Says which variables that are set no option reads. An unknown key of the project file is refused; the environment
/// belongs to others, too.
pub fn tell_unknown(command: impl FnOnce() -> Command, terminal: &mut Terminal) {
    let set = env::vars_os().filter(|(_, value)| !value.is_empty());
    let names = set.filter_map(|(name, _)| name.into_string().ok());
    let mut names: Vec<String> = names.filter(|name| name.starts_with(OURS)).collect();
    if names.is_empty() || terminal.is_quiet() {
        return;
    }
    names.sort_unstable();
    let known = known(&command());
    let note = terminal.err.paint(Style::Cyan, "note").to_string();
    for name in names.iter().filter(|name| !known.contains(name)) {
        let meant = nearest(name, known.iter().map(String::as_str))
            .map_or(String::new(), |meant| format!("; did you mean {meant}?"));
        // When standard error is closed there is nobody to tell.
        let _ = terminal.err.line(format_args!("{note}: no option reads {} in the environment{meant}", harmless(name)));
    }
}

/// The variables of all options of all commands.
fn known(command: &Command) -> Vec<String> {
    let of = |command: &Command| -> Vec<String> {
        command.get_arguments().filter_map(Arg::get_env).map(|name| name.to_string_lossy().into_owned()).collect()
    };
    let mut known = of(command);
    command.get_subcommands().for_each(|command| known.extend(of(command)));
    known
}

/// The name among `known` that was meant, when it is only misspelt.
pub fn nearest<'k>(name: &str, known: impl Iterator<Item = &'k str>) -> Option<&'k str> {
    let distances = known.map(|other| (strsim::levenshtein(name, other), other));
    distances.min_by_key(|(distance, _)| *distance).filter(|(distance, _)| *distance <= SLIP).map(|(_, other)| other)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_name_is_found() {
        let known = known(&crate::cli::command());
        assert!(known.iter().any(|name| name == "XRAYPACK_COLOR"));
        let nearest = |name| nearest(name, known.iter().map(String::as_str));
        assert_eq!(nearest("XRAYPACK_MAX_BYTE"), Some("XRAYPACK_MAX_BYTES"));
        assert_eq!(nearest("XRAYPACK_COLOUR"), Some("XRAYPACK_COLOR"));
        assert_eq!(nearest("XRAYPACK_SOMETHING_ELSE"), None);
    }
}
