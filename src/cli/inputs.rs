//! What is said of the INPUTs and of the patterns that choose among their files.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use xraypack::mapping::{EnvironmentFrom, Rules};
use xraypack::source::{self, Globs, Input, SourceError};

use super::args::JobArgs;
use super::exit::Failure;
use super::numbers;
use super::terminal::{Printer, Style, Terminal, harmless};

/// Overlaps that are named; further ones are counted.
const NAMED: usize = 10;

/// The INPUTs of a command line.
pub fn open(arguments: &[PathBuf]) -> Result<Vec<Input>, Failure> {
    source::inputs(arguments).map_err(|error| match error {
        SourceError::Shortage(_) => Failure::Output(error.to_string()),
        _ => Failure::Usage(error.to_string()),
    })
}

/// Warns of INPUTs that are, or lie in, others: what is in them is read more than once.
pub fn warn_of_overlaps(inputs: &[Input], terminal: &mut Terminal) {
    if terminal.is_quiet() {
        return;
    }
    let overlaps = overlaps(inputs);
    let warning = terminal.err.paint(Style::Yellow, "warning").to_string();
    for overlap in overlaps.iter().take(NAMED) {
        say(&mut terminal.err, &format!("{warning}: {}", harmless(overlap)));
    }
    let further = overlaps.len().saturating_sub(NAMED) as u64;
    if further > 0 {
        let more = numbers::counted(further, "more INPUT is", "more INPUTs are");
        say(&mut terminal.err, &format!("{warning}: {more} the same as others or lie in them"));
    }
}

/// Names patterns that met nothing, when all files are known.
pub fn tell_unmet(options: &source::Options, terminal: &mut Terminal) {
    if terminal.is_quiet() {
        return;
    }
    let note = terminal.err.paint(Style::Cyan, "note").to_string();
    for (flag, globs) in [("--include", &options.include), ("--exclude", &options.exclude)] {
        for pattern in globs.iter().flat_map(|globs| Globs::unmet(globs)) {
            say(&mut terminal.err, &format!("{note}: {flag} {} matches nothing", harmless(pattern)));
        }
    }
}

/// Names rules for environments and keys that found nothing, when all results are known.
pub fn tell_rules_unmet(args: &JobArgs, rules: &Rules, terminal: &mut Terminal) {
    let environment = args.execution.environment_from.as_ref().filter(|_| !rules.met.environment());
    let environment = environment.map(|source| match source.rule() {
        EnvironmentFrom::Property(_) => format!("--environment-from {}: no result has this property", source.as_str()),
        EnvironmentFrom::Host => "--environment-from hostname: no result names its machine".to_owned(),
        _ => format!("--environment-from {} matches nothing", source.as_str()),
    });
    let pattern = args.keys.key_pattern.as_ref().filter(|_| !rules.met.key_pattern());
    let pattern = pattern.map(|pattern| format!("--key-pattern {} matches nothing", pattern.as_str()));
    if terminal.is_quiet() {
        return;
    }
    let note = terminal.err.paint(Style::Cyan, "note").to_string();
    for unmet in environment.iter().chain(&pattern) {
        say(&mut terminal.err, &format!("{note}: {}", harmless(unmet)));
    }
}

/// A sentence for each pair.
fn overlaps(inputs: &[Input]) -> Vec<String> {
    if inputs.len() < 2 {
        return Vec::new();
    }
    let mut places = Places::default();
    let paths = inputs.iter().filter_map(|input| match input {
        Input::Path(path) => Some((path.as_path(), places.real(path)?)),
        Input::Stream { .. } => None,
    });
    let paths: Vec<(&Path, PathBuf)> = paths.collect();
    let mut firsts: HashMap<&Path, usize> = HashMap::new();
    for (number, (_, real)) in paths.iter().enumerate() {
        firsts.entry(real).or_insert(number);
    }
    let mut told = Vec::new();
    for (number, (path, real)) in paths.iter().enumerate() {
        for above in real.ancestors() {
            let Some(&first) = firsts.get(above).filter(|first| **first != number) else { continue };
            let (path, other) = (path.display(), paths[first].0.display());
            told.push(match above == real {
                true if path.to_string() == other.to_string() => format!("the INPUT {path} is given, and read, twice"),
                true => format!("the INPUT {path} is the same as {other}, and is read twice"),
                false => format!("the INPUT {path} lies in {other}, and is read twice"),
            });
        }
    }
    told
}

/// Where paths really are. A shell hands over ten thousand files of one folder, which is asked for once.
#[derive(Default)]
struct Places<'p> {
    folders: HashMap<&'p Path, Option<PathBuf>>,
}

impl<'p> Places<'p> {
    fn real(&mut self, path: &'p Path) -> Option<PathBuf> {
        let is_link = path.symlink_metadata().ok()?.is_symlink();
        match (path.parent(), path.file_name()) {
            (Some(folder), Some(name)) if !is_link => {
                let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
                let real = self.folders.entry(folder).or_insert_with(|| folder.canonicalize().ok());
                real.as_ref().map(|folder| folder.join(name))
            }
            _ => path.canonicalize().ok(),
        }
    }
}

fn say(err: &mut Printer, line: &str) {
    // When standard error is closed there is nobody to tell.
    let _ = err.line(format_args!("{line}"));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn inputs_that_meet_are_told_once_for_each_pair() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        std::fs::create_dir_all(at("a/b")).unwrap();
        std::fs::create_dir_all(at("ab")).unwrap();
        let told = |names: &[&str]| {
            let inputs: Vec<_> = names.iter().map(|name| Input::Path(at(name))).collect();
            let told = overlaps(&inputs);
            let below = |line: &String| line.replace(folder.path().to_str().unwrap(), "").replace('\\', "/");
            told.iter().map(below).collect::<Vec<_>>()
        };
        assert!(told(&["a", "ab", "none"]).is_empty());
        #[cfg(unix)]
        {
            std::os::unix::fs::symlink("a", at("l")).unwrap();
            assert_eq!(told(&["a", "l"]), ["the INPUT /l is the same as /a, and is read twice"]);
            assert_eq!(told(&["l/b", "a"]), ["the INPUT /l/b lies in /a, and is read twice"]);
        }
        assert_eq!(told(&["a", "a"]), ["the INPUT /a is given, and read, twice"]);
        assert_eq!(told(&["a", "a/b/.."]), ["the INPUT /a/b/.. is the same as /a, and is read twice"]);
        assert_eq!(told(&["a/b", "ab", "a"]), ["the INPUT /a/b lies in /a, and is read twice"]);
    }
}
