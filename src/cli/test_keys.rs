//! The options that find Test keys, the table of keys they name, and what that table was used for.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::{Args, ValueHint};
use serde::Serialize;
use serde_json::{Value, json};
use xraypack::mapping::{KEY_MAP_LIMIT, KeyMap, KeyMapRow, KeyPattern, KeyRules, Rewrite, TagPrefix, TagPrefixes};

use super::Verbosity;
use super::exit::Failure;
use super::numbers;
use super::terminal::{Style, Terminal, harmless};

/// Rows of the table that are named without `-v`; the JSON names all.
const NAMED: usize = 10;

/// What names a Test.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Test keys")]
pub struct KeyArgs {
    /// Table of Test keys, for tests whose report names none
    ///
    /// CSV or JSON. A row names tests by definition, name, numeric test_id, or a text in which * stands for anything, and the
    /// key that they have. docs/reruns.md describes the columns.
    #[arg(long, value_name = "FILE", env = "XRAYPACK_KEY_MAP", value_hint = ValueHint::FilePath)]
    pub key_map: Option<PathBuf>,
    /// Regular expression that finds the key of a test in its name, class or tags
    ///
    /// The first group is the key, or else the whole match. It is asked after --key-map.
    #[arg(long, value_name = "REGEX", env = "XRAYPACK_KEY_PATTERN", allow_hyphen_values = true)]
    pub key_pattern: Option<KeyPattern>,
    /// Replace in names what changes from night to night; may be repeated
    ///
    /// A name that changes makes a new Test each night. In a variable, and in one text of the project file, rewrites stand on
    /// lines of their own.
    #[arg(
        long,
        value_name = "REGEX=>REPLACEMENT",
        env = "XRAYPACK_DEFINITION_REWRITE",
        value_delimiter = '\n',
        allow_hyphen_values = true
    )]
    pub definition_rewrite: Vec<Rewrite>,
    /// Prefix of tags that name an issue, such as test=TMS_; may be repeated
    ///
    /// Roles are test, requirement, test-set, precondition and execution. A prefix replaces the built-in ones of its role:
    /// test=TEST_, TestName:, test:, xray:; requirement=REQ_, req:; test-set=TESTSET_; precondition=PRECOND_, Precondition:
    #[arg(long, value_name = "ROLE=PREFIX", env = "XRAYPACK_TAG_PREFIX", value_delimiter = ';')]
    pub tag_prefix: Vec<TagPrefix>,
}

impl KeyArgs {
    /// The rules, with the table read.
    pub fn rules(&self) -> Result<KeyRules, Failure> {
        let prefixes = TagPrefixes::with(&self.tag_prefix);
        if let Some((prefix, [one, other])) = prefixes.contradiction() {
            let (one, other) = (one.name(), other.name());
            let told =
                format!("--tag-prefix: {prefix} is a prefix of {one} and of {other}, and can be only one of them");
            return Err(Failure::Usage(told));
        }
        Ok(KeyRules {
            prefixes,
            map: self.key_map.as_deref().map(read).transpose()?.map(Arc::new),
            pattern: self.key_pattern.clone(),
            rewrites: self.definition_rewrite.clone(),
        })
    }

    /// What the manifest records: the table by its content, since its place says nothing on another machine.
    pub fn recorded(&self, rules: &KeyRules) -> [(&'static str, Option<Value>); 4] {
        let texts = |texts: Vec<String>| (!texts.is_empty()).then(|| Value::from(texts));
        let map = rules.map.as_ref();
        [
            ("key-map", map.map(|map| json!({"rows": map.rows(), "xxh3": format!("{:032x}", map.fingerprint())}))),
            ("key-pattern", self.key_pattern.as_ref().map(|pattern| pattern.as_str().into())),
            ("definition-rewrite", texts(self.definition_rewrite.iter().map(Rewrite::as_given).collect())),
            ("tag-prefix", texts(self.tag_prefix.iter().map(ToString::to_string).collect())),
        ]
    }

    /// What the table was used for; nothing when there is none.
    pub fn usage(&self, rules: &KeyRules) -> Option<KeyMapUsage> {
        let (path, map) = (self.key_map.as_deref()?, rules.map.as_ref()?);
        let contradicting = map.contradictions().iter().map(|&(line, first)| Contradiction { line, first });
        Some(KeyMapUsage {
            file: file_name(path),
            rows: map.rows(),
            unmatched: map.unmatched().map(Row::of).collect(),
            shared: map.shared().map(Row::of).collect(),
            contradicting: contradicting.collect(),
        })
    }
}

fn read(path: &Path) -> Result<KeyMap, Failure> {
    let refused = |why: &dyn std::fmt::Display| Failure::Usage(format!("--key-map {}: {why}", path.display()));
    let file = File::open(path).map_err(|error| refused(&error))?;
    let mut bytes = Vec::new();
    file.take(KEY_MAP_LIMIT + 1).read_to_end(&mut bytes).map_err(|error| refused(&error))?;
    if bytes.len() as u64 > KEY_MAP_LIMIT {
        return Err(refused(&format!("the table is larger than {}", numbers::size(KEY_MAP_LIMIT))));
    }
    let name = path.display().to_string();
    KeyMap::read(&name, &bytes).map_err(|error| Failure::Usage(format!("--key-map {error}")))
}

/// A path of the user's machine says nothing elsewhere; the name of the file does.
fn file_name(path: &Path) -> String {
    path.file_name().map_or_else(|| path.display().to_string(), |name| name.to_string_lossy().into_owned())
}

/// What the table of keys was used for.
#[derive(Debug, Serialize)]
pub struct KeyMapUsage {
    file: String,
    rows: usize,
    /// Rows that no case met.
    unmatched: Vec<Row>,
    /// Names that belong to several definitions, which became one Test.
    shared: Vec<Row>,
    /// Rows that say something else than an earlier row for the same test.
    contradicting: Vec<Contradiction>,
}

#[derive(Debug, Serialize)]
struct Row {
    line: u64,
    test: String,
    key: String,
}

#[derive(Debug, Serialize)]
struct Contradiction {
    line: u64,
    first: u64,
}

impl Row {
    fn of(row: &KeyMapRow) -> Row {
        Row { line: row.line, test: row.text.clone(), key: row.key.clone() }
    }
}

impl KeyMapUsage {
    /// Warns of rows that were of no use, or of a doubtful one.
    pub fn tell(&self, terminal: &mut Terminal) {
        let contradicting = self.contradicting.iter().map(|Contradiction { line, first }| {
            (*line, format!("line {first} names the same test with another key, and counts"))
        });
        let shared = self.shared.iter().map(|Row { line, test, key }| {
            (*line, format!("several tests are called {test:?}; all of them are {key} now"))
        });
        let unmatched =
            self.unmatched.iter().map(|Row { line, test, key }| (*line, format!("no test is {test:?} ({key})")));
        self.warn(contradicting.collect(), terminal);
        self.warn(shared.collect(), terminal);
        self.warn(unmatched.collect(), terminal);
    }

    fn warn(&self, told: Vec<(u64, String)>, terminal: &mut Terminal) {
        let named = match terminal.verbosity {
            Verbosity::Quiet => return,
            Verbosity::Normal => NAMED,
            _ => usize::MAX,
        };
        let err = &mut terminal.err;
        for (line, message) in told.iter().take(named) {
            let painted = err.paint(Style::Yellow, "warning").to_string();
            // When standard error is closed there is nobody to tell.
            let _ =
                err.line(format_args!("{painted}: {}:{line}: {} [key-map]", harmless(&self.file), harmless(message)));
        }
        let further = told.len().saturating_sub(named) as u64;
        if further > 0 {
            let painted = err.paint(Style::Cyan, "note").to_string();
            let warnings = numbers::counted(further, "more warning", "more warnings");
            let _ = err.line(format_args!("{painted}: {warnings} [key-map], not shown; -v shows all"));
        }
    }
}
