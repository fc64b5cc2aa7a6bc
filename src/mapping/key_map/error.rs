//! What can be wrong with a table of keys.

use std::fmt;

/// A table that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyMapError {
    file: String,
    line: Option<u64>,
    kind: KeyMapErrorKind,
}

/// Why a table cannot be used.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum KeyMapErrorKind {
    /// It has no row.
    Empty,
    /// It is neither CSV nor JSON that can be read; with the reader's complaint.
    Unreadable(String),
    /// A line is not UTF-8.
    NotUtf8,
    /// Its first line names columns, and none of them can name a test.
    NoColumn,
    /// A row has another number of columns than two.
    Columns(usize),
    /// A row names no test.
    NothingNamed,
    /// A row has no key.
    NoKey,
    /// What stands for the key is none.
    MalformedKey(String),
    /// A row in JSON names several of definition, name, glob and id, or a member that is none of them.
    Members,
    /// A glob that cannot be used; with the reason.
    Glob(String),
    /// A glob longer than this many bytes.
    LongGlob(usize),
    /// More rows than this.
    TooManyRows(usize),
    /// More globs than this.
    TooManyGlobs(usize),
}

impl KeyMapError {
    pub(super) fn new(line: Option<u64>, kind: KeyMapErrorKind) -> KeyMapError {
        KeyMapError { file: String::new(), line, kind }
    }

    pub(super) fn in_file(self, file: &str) -> KeyMapError {
        KeyMapError { file: file.to_owned(), ..self }
    }

    /// Line of the row, from one, when one row is to blame.
    pub fn line(&self) -> Option<u64> {
        self.line
    }

    /// Why the table cannot be used.
    pub fn kind(&self) -> &KeyMapErrorKind {
        &self.kind
    }
}

impl fmt::Display for KeyMapError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.file)?;
        if let Some(line) = self.line {
            write!(f, ":{line}")?;
        }
        f.write_str(": ")?;
        match &self.kind {
            KeyMapErrorKind::Empty => f.write_str("there is no row in it"),
            KeyMapErrorKind::Unreadable(why) => write!(f, "unreadable: {why}"),
            KeyMapErrorKind::NotUtf8 => f.write_str("the line is not UTF-8"),
            KeyMapErrorKind::NoColumn => f.write_str(
                "no column names a test; one of test, definition, name, glob or test_id is needed beside the key",
            ),
            KeyMapErrorKind::Columns(count) => {
                let columns = if *count == 1 { "column" } else { "columns" };
                write!(f, "the row has {count} {columns} instead of two; a name that holds a comma stands in quotes")
            }
            KeyMapErrorKind::NothingNamed => f.write_str("the row names no test"),
            KeyMapErrorKind::NoKey => f.write_str("the row has no key"),
            KeyMapErrorKind::MalformedKey(key) => write!(f, "{key:?} is no issue key, such as DEMO-12"),
            KeyMapErrorKind::Members => {
                f.write_str("a row has a key and one of test, definition, name, glob or test_id, all of them texts")
            }
            KeyMapErrorKind::Glob(why) => write!(f, "unusable glob: {why}"),
            KeyMapErrorKind::LongGlob(most) => write!(f, "the glob is longer than {most} bytes"),
            KeyMapErrorKind::TooManyRows(most) => write!(f, "there are more than {most} rows"),
            KeyMapErrorKind::TooManyGlobs(most) => write!(f, "there are more than {most} globs"),
        }
    }
}

impl std::error::Error for KeyMapError {}
