//! `xraypack.toml`: defaults of a project, found in the working directory or above it.
//!
//! Its keys are names of flags. What it says becomes the default of the flag, so that the command line and the
//! environment win without further rules, and a value is checked exactly as the flag's own.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use clap::{Arg, ArgAction, Command, ValueHint};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::exit::Failure;
use super::refusal;
use super::variables::nearest;

/// Name of the file.
const NAME: &str = "xraypack.toml";

/// Options that mean something else here than in the commands that a project is set up for: what the file says of these
/// must not change an output that lies there.
const NOT_OF_THE_FILE: [(&str, &str); 2] = [("bind", "execution"), ("bind", "force")];

/// A project file that could be read, with one setting for each key.
#[derive(Debug)]
pub struct ProjectFile {
    path: PathBuf,
    settings: Vec<Setting>,
}

/// One key and what it is set to.
#[derive(Debug)]
struct Setting {
    /// The flag's long name, hyphens inside.
    flag: String,
    /// The values as a command line would give them; more than one only from an array.
    values: Vec<String>,
    /// Line of the key, from one.
    line: usize,
}

impl ProjectFile {
    /// The nearest project file, from `folder` upwards. A relative `folder` keeps the paths in messages short.
    pub fn find(folder: &Path) -> Result<Option<ProjectFile>, Failure> {
        let depth = std::path::absolute(folder.join(".")).map_or(0, |path| path.components().count());
        let mut folder = folder.to_path_buf();
        for _ in 0..=depth {
            let path = folder.join(NAME);
            match fs::read_to_string(&path) {
                Ok(text) => return ProjectFile::read(path, &text).map(Some),
                Err(error) if error.kind() == io::ErrorKind::NotFound => folder.push(".."),
                Err(error) => return Err(Failure::Usage(format!("cannot read {}: {error}", path.display()))),
            }
        }
        Ok(None)
    }

    /// Reads the text of the file at `path`.
    pub fn read(path: PathBuf, text: &str) -> Result<ProjectFile, Failure> {
        let table = DeTable::parse(text).map_err(|error| {
            let line = line_of(text, error.span().map_or(0, |span| span.start));
            complaint(&path, line, &error.message().lines().collect::<Vec<_>>().join(", "))
        })?;
        let mut settings: Vec<Setting> = Vec::new();
        for (key, value) in table.get_ref() {
            let setting = Setting::read(key, value, text).map_err(|what| {
                complaint(&path, line_of(text, key.span().start), &format!("`{}` {what}", key.get_ref()))
            })?;
            if settings.iter().any(|other| other.flag == setting.flag) {
                return Err(complaint(&path, setting.line, &format!("`{}` is set twice", setting.flag)));
            }
            settings.push(setting);
        }
        settings.sort_by_key(|setting| setting.line);
        Ok(ProjectFile { path, settings })
    }

    /// The command line with the file's values as defaults.
    pub fn apply(&self, command: Command) -> Result<Command, Failure> {
        let mut command = command;
        for setting in &self.settings {
            let arg = find_flag(&command, &setting.flag)
                .ok_or_else(|| self.complain(setting, &unknown(&command, setting)))?;
            let values = self.resolve(setting, arg);
            check(arg, &values).map_err(|what| self.complain(setting, &what))?;
            command = with_default(command, &setting.flag, &values);
        }
        Ok(command)
    }

    /// Paths in the file are relative to its folder, wherever the program was started.
    fn resolve(&self, setting: &Setting, arg: &Arg) -> Vec<String> {
        let folder = match self.path.parent() {
            Some(folder) if matches!(arg.get_value_hint(), ValueHint::DirPath | ValueHint::FilePath) => folder,
            _ => return setting.values.clone(),
        };
        setting.values.iter().map(|value| folder.join(value).to_string_lossy().into_owned()).collect()
    }

    fn complain(&self, setting: &Setting, what: &str) -> Failure {
        complaint(&self.path, setting.line, what)
    }
}

impl Setting {
    fn read(
        key: &Spanned<std::borrow::Cow<'_, str>>,
        value: &Spanned<DeValue<'_>>,
        text: &str,
    ) -> Result<Setting, String> {
        let values = match value.get_ref() {
            DeValue::Array(entries) => entries.iter().map(|entry| scalar(entry.get_ref())).collect::<Result<_, _>>()?,
            single => vec![scalar(single)?],
        };
        Ok(Setting { flag: key.get_ref().replace('_', "-"), values, line: line_of(text, key.span().start) })
    }
}

/// A plain value as a command line would give it.
fn scalar(value: &DeValue<'_>) -> Result<String, String> {
    match value {
        DeValue::String(text) => Ok(text.to_string()),
        DeValue::Boolean(flag) => Ok(flag.to_string()),
        DeValue::Integer(number) if number.radix() == 10 => Ok(number.as_str().replace('_', "")),
        other => Err(format!("cannot be set to a value of type {}", other.type_str())),
    }
}

fn complaint(path: &Path, line: usize, what: &str) -> Failure {
    Failure::Usage(format!("{}:{line}: {what}", path.display()))
}

fn line_of(text: &str, offset: usize) -> usize {
    text.bytes().take(offset).filter(|&byte| byte == b'\n').count() + 1
}

/// The program and its commands.
fn all(command: &Command) -> impl Iterator<Item = &Command> {
    std::iter::once(command).chain(command.get_subcommands())
}

/// The flags that a project may set, of all commands.
fn flags(command: &Command) -> impl Iterator<Item = &Arg> {
    all(command).flat_map(Command::get_arguments).filter(|arg| arg.get_long().is_some())
}

fn find_flag<'c>(command: &'c Command, flag: &str) -> Option<&'c Arg> {
    flags(command).find(|arg| arg.get_long() == Some(flag))
}

fn unknown(command: &Command, setting: &Setting) -> String {
    let mut names: Vec<&str> = flags(command).filter_map(Arg::get_long).collect();
    names.sort_unstable();
    names.dedup();
    let meant = nearest(&setting.flag, names.iter().copied());
    let names = names.join(", ");
    match meant {
        Some(meant) => format!("`{}` is no option; did you mean `{meant}`? The options are {names}", setting.flag),
        None => format!("`{}` is no option; the options are {names}", setting.flag),
    }
}

/// Tries the values on the flag alone, as if they stood on a command line.
fn check(arg: &Arg, values: &[String]) -> Result<(), String> {
    let flag = arg.get_long().unwrap_or_default();
    if values.len() != 1 && !matches!(arg.get_action(), ArgAction::Append) {
        return Err(format!("`{flag}` takes one value"));
    }
    if matches!(arg.get_action(), ArgAction::Count | ArgAction::SetTrue) {
        return check_switch(arg, flag, values);
    }
    let alone = Arg::new("value").long(flag.to_owned().leak() as &'static str);
    let alone = alone.value_parser(arg.get_value_parser().clone()).action(arg.get_action().clone());
    // As in a variable one text may hold several values.
    let alone = alone.value_delimiter(arg.get_value_delimiter());
    let arguments = values.iter().map(|value| format!("--{flag}={value}"));
    let probe = Command::new("probe").no_binary_name(true).color(clap::ColorChoice::Never).arg(alone);
    probe
        .try_get_matches_from(arguments)
        .map(drop)
        .map_err(|error| refusal::sentence(&error).replace(&format!("--{flag} <value>"), flag))
}

fn check_switch(arg: &Arg, flag: &str, values: &[String]) -> Result<(), String> {
    let is_count = matches!(arg.get_action(), ArgAction::Count);
    let is_fine = values.iter().all(|value| match is_count {
        true => value.parse::<u8>().is_ok(),
        false => value.parse::<bool>().is_ok(),
    });
    let expected = if is_count { "a small number" } else { "true or false" };
    if is_fine { Ok(()) } else { Err(format!("`{flag}` is {expected}")) }
}

/// Makes `values` the default of every flag of this name. clap keeps defaults for as long as the program runs, so they
/// are given away: a few short texts, once.
fn with_default(command: Command, flag: &str, values: &[String]) -> Command {
    let own = |command: Command| {
        if NOT_OF_THE_FILE.contains(&(command.get_name(), flag)) {
            return command;
        }
        let Some(id) = command.get_arguments().find(|arg| arg.get_long() == Some(flag)).map(|arg| arg.get_id().clone())
        else {
            return command;
        };
        let values: Vec<&'static str> = values.iter().map(|value| &*value.clone().leak()).collect();
        command.mut_arg(id, |arg| arg.required(false).default_values(values))
    };
    own(command).mut_subcommands(own)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::command;

    fn read(text: &str) -> Result<ProjectFile, Failure> {
        ProjectFile::read(PathBuf::from("xraypack.toml"), text)
    }

    fn apply(text: &str) -> Result<Command, Failure> {
        read(text)?.apply(command())
    }

    fn complaint_of(text: &str) -> String {
        apply(text).unwrap_err().to_string()
    }

    #[test]
    fn values_become_defaults_of_every_command_that_has_the_flag() {
        let command =
            apply("max_bytes = \"3MiB\"\nmax-tests = 1_000\nexclude = [\"a\", \"b\"]\nforce = true\n").unwrap();
        let matches = command.clone().try_get_matches_from(["xraypack", "convert", "in", "--out", "o"]).unwrap();
        let (_, convert) = matches.subcommand().unwrap();
        assert_eq!(convert.get_one::<super::super::size::Size>("max_bytes").unwrap().get(), 3 << 20);
        assert_eq!(convert.get_one::<std::num::NonZeroU32>("max_tests").unwrap().get(), 1000);
        assert!(convert.get_flag("force"));
        let matches = command.try_get_matches_from(["xraypack", "inspect", "in"]).unwrap();
        let (_, inspect) = matches.subcommand().unwrap();
        assert_eq!(inspect.get_many::<super::super::words::Pattern>("exclude").unwrap().count(), 2);
    }

    #[test]
    fn the_command_line_wins() {
        let command = apply("max-bytes = \"3MiB\"\nenvironment = [\"a\", \"b\"]").unwrap();
        let line = ["xraypack", "convert", "in", "-o", "o", "--max-bytes", "1MiB", "--environment", "c"];
        let matches = command.try_get_matches_from(line).unwrap();
        let (_, convert) = matches.subcommand().unwrap();
        assert_eq!(convert.get_one::<super::super::size::Size>("max_bytes").unwrap().get(), 1 << 20);
        assert_eq!(convert.get_many::<String>("environment").unwrap().collect::<Vec<_>>(), ["c"]);
    }

    #[test]
    fn a_required_flag_may_stand_in_the_file() {
        let command = apply("out = \"bundles\"").unwrap();
        let matches = command.try_get_matches_from(["xraypack", "convert", "in"]).unwrap();
        let (_, convert) = matches.subcommand().unwrap();
        assert_eq!(convert.get_one::<PathBuf>("out").unwrap(), Path::new("bundles"));
    }

    #[test]
    fn every_option_that_may_be_repeated_takes_several_values_in_one() {
        let two = |flag: &str| match flag {
            "environment" => "a;b",
            "exclude" | "include" => "*.a;*.b",
            "limit" => "cases=1000;ratio=5",
            "prefer" => "junit;robot",
            "status" => "skipped=SKIPPED;failed=FAILED",
            "tag-prefix" => "test=TMS_;requirement=R_",
            // A regular expression may well have a semicolon: here values stand on lines.
            "definition-rewrite" => "a=>b\\nc=>d",
            other => panic!("which two values has --{other}?"),
        };
        let all = command();
        let repeated = |arg: &&Arg| arg.get_long().is_some() && matches!(arg.get_action(), ArgAction::Append);
        let convert = all.find_subcommand("convert").unwrap();
        for arg in convert.get_arguments().filter(repeated) {
            let flag = arg.get_long().unwrap();
            let command = apply(&format!("{flag} = \"{}\"", two(flag))).unwrap();
            let matches = command.try_get_matches_from(["xraypack", "convert", "in", "--out", "o"]).unwrap();
            let (_, matches) = matches.subcommand().unwrap();
            assert_eq!(matches.get_raw(arg.get_id().as_str()).unwrap().count(), 2, "{flag}");
        }
    }

    #[test]
    fn paths_are_relative_to_the_file() {
        let file = ProjectFile::read(PathBuf::from("../../xraypack.toml"), "out = \"bundles\"").unwrap();
        let matches = file.apply(command()).unwrap().try_get_matches_from(["xraypack", "convert", "in"]).unwrap();
        let (_, convert) = matches.subcommand().unwrap();
        assert_eq!(convert.get_one::<PathBuf>("out").unwrap(), Path::new("../../bundles"));
    }

    #[test]
    fn an_unknown_key_is_named_with_its_line() {
        let complaint = complaint_of("force = true\n\nmax-byte = 3\n");
        let expected = "xraypack.toml:3: `max-byte` is no option; did you mean `max-bytes`? The options are ";
        assert!(complaint.starts_with(expected), "{complaint}");
        assert!(complaint_of("moonshine = 3").contains("`moonshine` is no option; the options are "));
        assert!(complaint_of("help = true").contains("is no option"));
        assert!(complaint_of("version = true").contains("is no option"));
    }

    #[test]
    fn a_wrong_value_is_named_with_its_line() {
        let complaint = complaint_of("\nmax-bytes = \"3 parsecs\"");
        assert!(complaint.starts_with("xraypack.toml:2: invalid value '3 parsecs' for 'max-bytes'"), "{complaint}");
        assert!(!complaint.contains("--help"), "{complaint}");
        assert!(complaint_of("target = \"moon\"").contains("server, cloud"));
        assert!(complaint_of("force = \"perhaps\"").contains("true or false"));
        assert!(complaint_of("out = [\"a\", \"b\"]").contains("takes one value"));
        assert!(complaint_of("[convert]\nforce = true").contains("type table"));
        assert!(complaint_of("max-tests = 1.5").contains("type float"));
        assert!(complaint_of("max-tests = 1\nmax_tests = 2").starts_with("xraypack.toml:2: `max-tests` is set twice"));
    }

    #[test]
    fn a_file_that_is_no_toml_is_named_with_its_line() {
        assert!(complaint_of("force = true\nmax-tests = = 2\n").starts_with("xraypack.toml:2: "));
    }

    #[test]
    fn the_nearest_file_is_found_upwards() {
        let folder = tempfile::tempdir().unwrap();
        let deep = folder.path().join("a/b");
        fs::create_dir_all(&deep).unwrap();
        fs::write(folder.path().join(NAME), "force = true").unwrap();
        assert_eq!(ProjectFile::find(&deep).unwrap().unwrap().path, deep.join("../..").join(NAME));
        fs::write(folder.path().join("a").join(NAME), "").unwrap();
        assert_eq!(ProjectFile::find(&deep).unwrap().unwrap().path, deep.join("..").join(NAME));
    }
}
