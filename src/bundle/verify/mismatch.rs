//! What can be wrong with an output.

use std::fmt;

/// One thing in which an output differs from its manifest, or the manifest from itself.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Mismatch {
    /// A file that should be there is not.
    Missing {
        /// The file, relative to the output folder, as in all other variants.
        file: String,
    },
    /// A file that cannot be read or understood.
    Unreadable {
        /// Which.
        file: String,
        /// Why.
        reason: String,
    },
    /// There is no manifest yet: the conversion was stopped, or is at work.
    Unfinished {
        /// Where the output lies that it is to replace, relative to the output folder.
        earlier: Option<&'static str>,
    },
    /// The manifest is of a version that is not known here.
    Schema(String),
    /// A JSON file among the bundles that the manifest does not name.
    Foreign {
        /// Which.
        file: String,
    },
    /// Two Test Executions with one id.
    SameId(String),
    /// A bundle is not called as its place in its Test Execution says: a part is missing, or out of order.
    Name {
        /// Its name in the manifest.
        file: String,
        /// Its part number in the manifest.
        part: u32,
        /// The name that its place asks for.
        expected: String,
    },
    /// A bundle has another length.
    Length {
        /// Which.
        file: String,
        /// Bytes in the manifest.
        stated: u64,
        /// Bytes found.
        found: u64,
    },
    /// A bundle has another content.
    Hash {
        /// Which.
        file: String,
    },
    /// An index of evidence has another number of lines.
    Lines {
        /// Which.
        file: String,
        /// Lines in the manifest.
        stated: u64,
        /// Lines found.
        found: u64,
    },
    /// A piece of evidence has another length.
    EvidenceLength {
        /// Which.
        file: String,
        /// The index that names it.
        index: String,
        /// Bytes in the index.
        stated: u64,
        /// Bytes found.
        found: u64,
    },
    /// A piece of evidence has another content.
    EvidenceHash {
        /// Which.
        file: String,
        /// The index that names it.
        index: String,
    },
    /// A bundle breaks a rule of the target.
    Content {
        /// Which.
        file: String,
        /// Which rule, and where.
        message: String,
    },
    /// A bundle has another number of runs.
    RunsInBundle {
        /// Which.
        file: String,
        /// Runs in the manifest.
        stated: u64,
        /// Runs found.
        found: u64,
    },
    /// A bundle waits for a key although the manifest says that it does not, or the other way round.
    NeedsKey {
        /// Which.
        file: String,
        /// What the manifest says.
        stated: bool,
    },
    /// A bundle waits for a key, and the manifest has one.
    KeyAwaited {
        /// Which.
        file: String,
        /// Id of its Test Execution.
        execution: String,
        /// The key in the manifest.
        key: String,
    },
    /// A bundle goes to another Test Execution than the manifest says.
    Key {
        /// Which.
        file: String,
        /// Id of its Test Execution.
        execution: String,
        /// The key in the manifest.
        stated: Option<String>,
        /// The key in the bundle.
        found: String,
    },
    /// A Test Execution is made with another time than the manifest has.
    Time {
        /// Bundle that makes it.
        file: String,
        /// Its id.
        execution: String,
        /// Which time: that of the start, or of the finish.
        name: &'static str,
        /// What the manifest has.
        stated: String,
        /// What the bundle has.
        found: String,
    },
    /// A bundle is larger than the options allow.
    Limit {
        /// Which.
        file: String,
        /// The option.
        name: &'static str,
        /// Its value.
        limit: u64,
        /// What the manifest says of the bundle.
        found: u64,
        /// What is counted.
        unit: &'static str,
    },
    /// A report's results went to a Test Execution that the manifest does not know.
    UnknownExecution {
        /// The report.
        report: String,
        /// Id of the Test Execution.
        execution: String,
    },
    /// Results of one Test stand in two places of a Test Execution.
    SplitTest {
        /// Id of the Test Execution.
        execution: String,
        /// Bundle with the first result.
        first: String,
        /// Bundle with the second.
        second: String,
    },
    /// Results of one Test stand in two Test Executions that have the same key: what is uploaded last would count alone.
    SameTestAgain {
        /// The key.
        key: String,
        /// Bundle with the first result.
        first: String,
        /// Bundle with the second.
        second: String,
    },
    /// The runs of a Test Execution are not those of its bundles.
    RunsInExecution {
        /// Its id.
        execution: String,
        /// Runs in the manifest.
        stated: u64,
        /// Sum over its bundles.
        found: u64,
    },
    /// The cases of a report are not all accounted for.
    Cases {
        /// The report; `manifest.json` for the totals.
        report: String,
        /// Cases seen.
        seen: u64,
        /// What they should add up to.
        sum: &'static str,
        /// What they do add up to.
        found: u64,
    },
    /// A total is not the sum of its parts.
    Total {
        /// Its name in the manifest.
        name: &'static str,
        /// Its value in the manifest.
        stated: u64,
        /// The sum.
        found: u64,
    },
}

impl Mismatch {
    /// The file that is concerned, relative to the output folder; `manifest.json` where it is the manifest's own word.
    pub fn file(&self) -> &str {
        match self {
            Mismatch::Missing { file }
            | Mismatch::Unreadable { file, .. }
            | Mismatch::Foreign { file }
            | Mismatch::Name { file, .. }
            | Mismatch::Length { file, .. }
            | Mismatch::Hash { file }
            | Mismatch::Lines { file, .. }
            | Mismatch::EvidenceLength { file, .. }
            | Mismatch::EvidenceHash { file, .. }
            | Mismatch::Content { file, .. }
            | Mismatch::RunsInBundle { file, .. }
            | Mismatch::NeedsKey { file, .. }
            | Mismatch::KeyAwaited { file, .. }
            | Mismatch::Key { file, .. }
            | Mismatch::Time { file, .. }
            | Mismatch::Limit { file, .. } => file,
            Mismatch::UnknownExecution { .. } => "reports.jsonl",
            Mismatch::SplitTest { second, .. } | Mismatch::SameTestAgain { second, .. } => second,
            _ => "manifest.json",
        }
    }
}

impl fmt::Display for Mismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Mismatch::Missing { file } => write!(f, "{file} is missing"),
            Mismatch::Unreadable { file, reason } => write!(f, "{file} cannot be read: {reason}"),
            Mismatch::Unfinished { earlier } => {
                f.write_str("manifest.json is missing: the conversion is not complete; --resume goes on with it")?;
                match earlier {
                    Some(folder) => write!(f, ", and the output that it is to replace lies in {folder}"),
                    None => Ok(()),
                }
            }
            Mismatch::Schema(found) => write!(f, "manifest.json has the unknown schema {found:?}"),
            Mismatch::Foreign { file } => write!(f, "{file} is not in the manifest"),
            Mismatch::SameId(id) => write!(f, "two test executions have the id {id:?}"),
            Mismatch::Name { file, part, expected } => {
                write!(f, "{file} (part {part}) stands where {expected} is expected")
            }
            Mismatch::Length { file, stated, found } => {
                write!(f, "{file} has {found} bytes, the manifest says {stated}")
            }
            Mismatch::Hash { file } => write!(f, "{file} was changed: its sha256 is not that of the manifest"),
            Mismatch::Lines { file, stated, found } => {
                write!(f, "{file} has {found} lines, the manifest says {stated}")
            }
            Mismatch::EvidenceLength { file, index, stated, found } => {
                write!(f, "{file} has {found} bytes, {index} says {stated}")
            }
            Mismatch::EvidenceHash { file, index } => {
                write!(f, "{file} was changed: its sha256 is not that of {index}")
            }
            Mismatch::Content { file, message } => write!(f, "{file}: {message}"),
            Mismatch::RunsInBundle { file, stated, found } => {
                write!(f, "{file} has {found} runs, the manifest says {stated}")
            }
            Mismatch::NeedsKey { file, stated: true } => {
                write!(f, "{file} has its key, the manifest says that it waits for one")
            }
            Mismatch::NeedsKey { file, stated: false } => {
                write!(f, "{file} waits for a key, the manifest says that it does not")
            }
            Mismatch::KeyAwaited { file, execution, key } => {
                write!(f, "{file} waits for a key, and the manifest has {key} for test execution {execution}")
            }
            Mismatch::Key { file, execution, stated: Some(stated), found } => {
                write!(f, "{file} goes to {found}, the manifest has {stated} for test execution {execution}")
            }
            Mismatch::Key { file, execution, stated: None, found } => {
                write!(f, "{file} goes to {found}, the manifest has no key for test execution {execution}")
            }
            Mismatch::Time { file, execution, name, stated, found } => {
                write!(f, "{file} has {found} as {name}, the manifest has {stated} for test execution {execution}")
            }
            Mismatch::Limit { file, name, limit, found, unit } => {
                write!(f, "{file} has {found} {unit}, --{name} was {limit}")
            }
            Mismatch::UnknownExecution { report, execution } => {
                write!(f, "{report} went to test execution {execution}, which is not in the manifest")
            }
            Mismatch::SplitTest { execution, first, second } if first == second => {
                write!(f, "{first} has two results of one test in test execution {execution}")
            }
            Mismatch::SplitTest { execution, first, second } => {
                write!(f, "{first} and {second} both have results of one test in test execution {execution}")
            }
            Mismatch::SameTestAgain { key, first, second } => write!(
                f,
                "{first} and {second} both have a result of one test for {key}: the one that is uploaded last would take the \
                 other's place"
            ),
            Mismatch::RunsInExecution { execution, stated, found } => {
                write!(f, "test execution {execution} has {stated} runs, its bundles have {found}")
            }
            Mismatch::Cases { report, seen, sum, found } => {
                write!(f, "{report}: {seen} cases were seen, but {sum} is {found}")
            }
            Mismatch::Total { name, stated, found } => write!(f, "totals.{name} is {stated}, the sum is {found}"),
        }
    }
}
