//! `xraypack completions`: what a shell wants to know.

use clap::Args;
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
    terminal.out.bytes(&script)?;
    terminal.out.flush()?;
    Ok(Ending::Complete)
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
}
