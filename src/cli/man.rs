//! `xraypack man`: manual pages.

use std::fs;
use std::path::{Path, PathBuf};

use clap::{Args, ValueHint};
use clap_mangen::Man;

use super::exit::{Ending, Failure};
use super::terminal::Terminal;

/// What `man` is asked for.
#[derive(Debug, Args)]
pub struct ManArgs {
    /// Write the page of every command into this folder instead
    #[arg(long, value_name = "DIR", env = "XRAYPACK_DIR", value_hint = ValueHint::DirPath)]
    pub dir: Option<PathBuf>,
}

/// Runs the command.
pub fn run(args: &ManArgs, terminal: &mut Terminal) -> Result<Ending, Failure> {
    if let Some(folder) = &args.dir {
        write_all(folder)?;
        return Ok(Ending::Complete);
    }
    let mut page = Vec::new();
    Man::new(super::command().disable_help_subcommand(true)).render(&mut page)?;
    terminal.out.bytes(&page)?;
    terminal.out.flush()?;
    Ok(Ending::Complete)
}

fn write_all(folder: &Path) -> Result<(), Failure> {
    let written = fs::create_dir_all(folder).and_then(|()| clap_mangen::generate_to(super::command(), folder));
    written.map_err(|error| Failure::Output(format!("cannot write manual pages to {}: {error}", folder.display())))
}

#[cfg(test)]
mod tests {
    use super::super::Verbosity;
    use super::super::terminal::tests::terminal;
    use super::*;

    #[test]
    fn the_page_names_every_command() {
        let (mut terminal, out, _) = terminal(Verbosity::Normal);
        run(&ManArgs { dir: None }, &mut terminal).unwrap();
        for command in super::super::command().get_subcommands() {
            assert!(out.text().contains(&format!("xraypack\\-{}(1)", command.get_name())), "{}", command.get_name());
        }
        // There is no page of it.
        assert!(!out.text().contains("xraypack\\-help"));
    }

    #[test]
    fn every_command_has_a_page_of_its_own() {
        let folder = tempfile::tempdir().unwrap();
        let (mut terminal, _, _) = terminal(Verbosity::Normal);
        run(&ManArgs { dir: Some(folder.path().join("man1")) }, &mut terminal).unwrap();
        let page = fs::read_to_string(folder.path().join("man1/xraypack-convert.1")).unwrap();
        assert!(page.contains("group\\-by"));
    }
}
