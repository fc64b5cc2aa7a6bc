//! What the tests share: running the program, reading what it wrote, finding the corpus.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use jsonschema::Validator;
use serde_json::Value;
use tempfile::TempDir;

use crate::documents;

/// A folder of its own in which the program is run. It goes away with the value.
pub struct Workshop {
    folder: TempDir,
    environment: Vec<(String, String)>,
}

/// How a run ended and what it said.
#[derive(Debug)]
pub struct Ran {
    /// The exit code; none when a signal ended it.
    pub code: Option<i32>,
    /// Standard output.
    pub stdout: String,
    /// Standard error.
    pub stderr: String,
}

impl Workshop {
    /// An empty folder.
    pub fn new() -> Workshop {
        Workshop { folder: tempfile::tempdir().unwrap(), environment: Vec::new() }
    }

    /// The folder.
    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Writes a file beneath the folder, with the directories that it needs.
    pub fn write(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, content).unwrap();
        path
    }

    /// Sets an environment variable for the runs that follow.
    pub fn set(&mut self, name: &str, value: &str) {
        self.environment.push((name.to_owned(), value.to_owned()));
    }

    /// Runs the program here, with nothing on standard input. What it prints for programs is as its schema says.
    pub fn run<A: AsRef<OsStr>>(&self, arguments: impl IntoIterator<Item = A>) -> Ran {
        let output = self.command(arguments).stdin(Stdio::null()).output().unwrap();
        let stdout = String::from_utf8(output.stdout).unwrap();
        documents::check_printed(&stdout);
        Ran { code: output.status.code(), stdout, stderr: String::from_utf8(output.stderr).unwrap() }
    }

    /// The program, ready to be started here. Settings of the surroundings do not reach it.
    pub fn command<A: AsRef<OsStr>>(&self, arguments: impl IntoIterator<Item = A>) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_xraypack"));
        command.args(arguments).current_dir(self.path());
        without_settings(&mut command).envs(self.environment.iter().map(|(name, value)| (name, value)));
        command
    }

    /// Names of all files beneath the folder, `/` separators, sorted.
    pub fn files(&self) -> Vec<String> {
        let mut names = Vec::new();
        collect(self.path(), "", &mut names);
        names.sort();
        names
    }
}

/// Keeps settings of the surroundings from the program.
pub fn without_settings(command: &mut Command) -> &mut Command {
    for (name, _) in std::env::vars_os() {
        if name.to_str().is_some_and(|name| name.starts_with("XRAYPACK_")) {
            command.env_remove(name);
        }
    }
    command.env_remove("NO_COLOR")
}

fn collect(folder: &Path, prefix: &str, names: &mut Vec<String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let entry = entry.unwrap();
        let name = format!("{prefix}{}", entry.file_name().to_str().unwrap());
        match entry.file_type().unwrap().is_dir() {
            true => collect(&entry.path(), &format!("{name}/"), names),
            false => names.push(name),
        }
    }
}

/// The repository.
pub fn repository() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The corpus of real reports: `$XRAYPACK_CORPUS`, or `../shared/corpus` beside the repository. Without it the tests
/// that need it say so and pass.
pub fn corpus() -> Option<PathBuf> {
    let folder = match std::env::var_os("XRAYPACK_CORPUS") {
        Some(folder) => PathBuf::from(folder),
        None => repository().join("../shared/corpus"),
    };
    if folder.join("TRUTH.tsv").is_file() {
        return Some(folder);
    }
    eprintln!("skipped: there is no corpus at {}; XRAYPACK_CORPUS names its folder", folder.display());
    None
}

/// What `verify` finds wrong with the output folder, but for a Test in two Test Executions of one key: reports of several
/// groups that name one are theirs to tell.
pub fn wrong_but_shared(workshop: &Workshop) -> Vec<String> {
    let verified = workshop.run(["verify", "out"]);
    let wrong = verified.stdout.lines().filter(|line| line.starts_with("wrong: "));
    let wrong: Vec<&str> = wrong.collect();
    assert_eq!(verified.code, Some(if wrong.is_empty() { 0 } else { 5 }), "{}{}", verified.stdout, verified.stderr);
    wrong.into_iter().filter(|line| !line.contains(" both have a result of one test for ")).map(str::to_owned).collect()
}

/// The bundles of an output folder in the order of their names, each with its file name.
pub fn bundles(out: &Path) -> Vec<(String, Value)> {
    let mut bundles: Vec<(String, Value)> = fs::read_dir(out.join("bundles"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension() == Some(OsStr::new("json")))
        .map(|path| (path.file_name().unwrap().to_str().unwrap().to_owned(), json(&path)))
        .collect();
    bundles.sort_by(|left, right| left.0.cmp(&right.0));
    bundles
}

/// The manifest of an output folder, which is as its schema says.
pub fn manifest(out: &Path) -> Value {
    let manifest = json(&out.join("manifest.json"));
    documents::check(&manifest);
    manifest
}

/// The lines of `reports.jsonl`, which are as their schema says.
pub fn reports(out: &Path) -> Vec<Value> {
    let lines = json_lines(&fs::read_to_string(out.join("reports.jsonl")).unwrap());
    lines.iter().for_each(documents::check);
    lines
}

/// One JSON document on each line.
pub fn json_lines(text: &str) -> Vec<Value> {
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn json(path: &Path) -> Value {
    let bytes = fs::read(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    serde_json::from_slice(&bytes).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The highest resident size of a running `xraypack` so far, in bytes, where the system tells it. A process that was just made has, for
/// a moment, the memory of the one that made it, and its name.
pub fn peak_of(process: u32) -> Option<u64> {
    let status = fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let value = |name: &str| status.lines().find_map(|line| line.strip_prefix(name)).map(str::trim);
    let kib = value("VmHWM:")?.split_whitespace().next()?;
    (value("Name:") == Some("xraypack")).then_some(1024 * kib.parse::<u64>().ok()?)
}

/// The strict schema of a target (`server`, `cloud`).
pub fn schema(target: &str) -> Validator {
    let path = repository().join(format!("fixtures/schema/xray-json-{target}.schema.json"));
    jsonschema::validator_for(&json(&path)).unwrap()
}

/// What the schema has against a bundle: a line for each complaint, with its place.
pub fn complaints(schema: &Validator, bundle: &Value) -> Vec<String> {
    schema.iter_errors(bundle).map(|error| format!("{}: {error}", error.instance_path())).collect()
}

/// Holds the table between the marks of a page against what the program does; `XRAYPACK_UPDATE` has it written.
pub fn check_table(page: &str, table: &str) {
    let path = repository().join(page);
    let text = fs::read_to_string(&path).unwrap();
    let (before, rest) = text.split_once("<!-- table -->\n").unwrap();
    let (written, after) = rest.split_once("<!-- end of table -->").unwrap();
    if std::env::var_os("XRAYPACK_UPDATE").is_some() {
        fs::write(&path, format!("{before}<!-- table -->\n{table}<!-- end of table -->{after}")).unwrap();
    } else {
        assert_eq!(written, table, "{page} is not what the program does; XRAYPACK_UPDATE=1 cargo test writes it");
    }
}
