//! `xraypack completions`: what a shell wants to know.

use clap::{Arg, Args, Command};
use clap_complete::Shell;

use super::exit::{Ending, Failure};
use super::terminal::Terminal;

/// What `completions` is asked for.
#[derive(Debug, Args)]
pub struct CompletionsArgs {
    /// The shell
    #[arg(value_enum)]
    pub shell: Shell,
}

/// Runs the command.
pub fn run(args: &CompletionsArgs, terminal: &mut Terminal) -> Result<Ending, Failure> {
    // Into memory first: the generator panics when its sink is closed.
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut super::command(), "xraypack", &mut script);
    if args.shell == Shell::Fish {
        script = completed_for_fish(script);
    }
    terminal.out.bytes(&script)?;
    terminal.out.flush()?;
    Ok(Ending::Complete)
}

/// What the generator leaves out for fish: the commands behind `help`, which it takes for given as soon as `help` itself stands
/// there, and the values of arguments that are no options.
fn completed_for_fish(script: Vec<u8>) -> Vec<u8> {
    let Ok(script) = String::from_utf8(script) else { return Vec::new() };
    let command = super::command();
    let names: Vec<&str> = command.get_subcommands().map(Command::get_name).filter(|name| *name != "help").collect();
    let seen = format!("__fish_seen_subcommand_from {}", names.join(" "));
    let mut script = script.replace(&format!("{seen} help\""), &format!("{seen}\""));
    for command in command.get_subcommands() {
        for value in command.get_positionals().flat_map(Arg::get_possible_values) {
            let (command, value) = (command.get_name(), value.get_name());
            script.push_str(&format!(
                "complete -c xraypack -n \"__fish_xraypack_using_subcommand {command}\" -f -a \"{value}\"\n"
            ));
        }
    }
    script.into_bytes()
}

#[cfg(test)]
mod tests {
    use super::super::Verbosity;
    use super::super::terminal::tests::terminal;
    use super::*;
    use clap::ValueEnum;

    #[test]
    fn every_shell_learns_the_commands() {
        for shell in Shell::value_variants() {
            let (mut terminal, out, _) = terminal(Verbosity::Normal);
            run(&CompletionsArgs { shell: *shell }, &mut terminal).unwrap();
            assert!(out.text().contains("convert"), "{shell}");
            assert!(out.text().contains("max-evidence-per-test"), "{shell}");
        }
    }

    #[test]
    fn fish_learns_what_follows_help_and_completions() {
        let (mut terminal, out, _) = terminal(Verbosity::Normal);
        run(&CompletionsArgs { shell: Shell::Fish }, &mut terminal).unwrap();
        let script = out.text();
        assert!(script.contains("__fish_xraypack_using_subcommand completions\" -f -a \"zsh\"\n"), "{script}");
        assert!(script.contains("limits completions man\" -f -a \"convert\""), "{script}");
        assert!(!script.contains("man help\""), "{script}");
    }
}
