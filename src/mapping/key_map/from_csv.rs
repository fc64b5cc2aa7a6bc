//! A table of keys in CSV: two columns, or named ones in any order. Commas, semicolons and tabs part columns, as the
//! spreadsheet has it; lines that begin with `#` are remarks.

use csv::{ErrorKind, ReaderBuilder, StringRecord, Trim};

use super::error::{KeyMapError, KeyMapErrorKind};
use super::{RawRow, Subject};

/// Names of the column that holds the key, in lower case; Jira's own exports among them.
const KEY_NAMES: &[&str] = &["key", "test key", "test_key", "testkey", "issue key"];

/// Names of the columns that hold what is looked for.
const SUBJECT_NAMES: &[(&str, Subject)] = &[
    ("test", Subject::Any),
    ("definition", Subject::Definition),
    ("generic test definition", Subject::Definition),
    ("name", Subject::Name),
    ("summary", Subject::Name),
    ("glob", Subject::Glob),
    ("test_id", Subject::TestId),
    ("issue id", Subject::TestId),
];

/// Where the columns are.
struct Columns {
    key: usize,
    subjects: Vec<(usize, Subject)>,
    /// Whether rows have these two columns and no others.
    are_two: bool,
}

/// Gives every row to `each`.
pub(super) fn read(
    bytes: &[u8],
    each: &mut dyn FnMut(RawRow<'_>) -> Result<(), KeyMapError>,
) -> Result<(), KeyMapError> {
    let mut reader = ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(delimiter(bytes))
        .comment(Some(b'#'))
        .trim(Trim::All)
        .from_reader(bytes);
    let mut record = StringRecord::new();
    let mut columns = None;
    loop {
        // The position of a record is that of its first byte; empty lines before it count as its own.
        if !reader.read_record(&mut record).map_err(|error| unreadable(&error))? {
            return Ok(());
        }
        if record.iter().all(str::is_empty) {
            continue;
        }
        let line = line_of(bytes, &record);
        let columns = match &columns {
            Some(columns) => columns,
            None => {
                let named = named_columns(&record, line)?;
                let is_header = named.is_some();
                let columns = columns.insert(named.unwrap_or_else(Columns::two));
                if is_header {
                    continue;
                }
                columns
            }
        };
        columns.read(&record, line, each)?;
    }
}

impl Columns {
    fn two() -> Columns {
        Columns { key: 1, subjects: vec![(0, Subject::Any)], are_two: true }
    }

    fn read(
        &self,
        record: &StringRecord,
        line: u64,
        each: &mut dyn FnMut(RawRow<'_>) -> Result<(), KeyMapError>,
    ) -> Result<(), KeyMapError> {
        if self.are_two && record.len() != 2 {
            return Err(KeyMapError::new(Some(line), KeyMapErrorKind::Columns(record.len())));
        }
        let key = record.get(self.key).unwrap_or("");
        let mut named = self.subjects.iter().filter_map(|(column, subject)| {
            let text = record.get(*column).unwrap_or("");
            (!text.is_empty()).then_some((text, *subject))
        });
        let Some(first) = named.next() else {
            return Err(KeyMapError::new(Some(line), KeyMapErrorKind::NothingNamed));
        };
        for (text, subject) in std::iter::once(first).chain(named) {
            each(RawRow { line, subject, text, key })?;
        }
        Ok(())
    }
}

/// The columns, when the first record names them.
fn named_columns(record: &StringRecord, line: u64) -> Result<Option<Columns>, KeyMapError> {
    let names: Vec<String> = record.iter().map(|name| name.to_ascii_lowercase()).collect();
    let Some(key) = names.iter().position(|name| KEY_NAMES.contains(&name.as_str())) else { return Ok(None) };
    let subject = |name: &String| SUBJECT_NAMES.iter().find(|(known, _)| known == name).map(|(_, subject)| *subject);
    let subjects: Vec<_> =
        names.iter().enumerate().filter_map(|(column, name)| subject(name).map(|subject| (column, subject))).collect();
    if subjects.is_empty() {
        return Err(KeyMapError::new(Some(line), KeyMapErrorKind::NoColumn));
    }
    Ok(Some(Columns { key, subjects, are_two: false }))
}

/// Semicolon or tab when the first line of content has one outside quotes and no comma, a comma otherwise.
fn delimiter(bytes: &[u8]) -> u8 {
    let mut lines = bytes.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii);
    let first = lines.find(|line| !line.is_empty() && !line.starts_with(b"#")).unwrap_or_default();
    let mut is_quoted = false;
    let mut found = b',';
    for byte in first {
        match byte {
            b'"' => is_quoted = !is_quoted,
            b',' if !is_quoted => return b',',
            b';' | b'\t' if !is_quoted && found == b',' => found = *byte,
            _ => {}
        }
    }
    found
}

/// The line on which the record begins: the reader's own count takes empty lines and remarks before it for part of it.
fn line_of(bytes: &[u8], record: &StringRecord) -> u64 {
    let Some(position) = record.position() else { return 0 };
    let rest = bytes.get(position.byte() as usize..).unwrap_or_default();
    let is_passed_over = |line: &&[u8]| line.trim_ascii().is_empty() || line.starts_with(b"#");
    position.line() + rest.split(|byte| *byte == b'\n').take_while(is_passed_over).count() as u64
}

fn unreadable(error: &csv::Error) -> KeyMapError {
    let line = error.position().map(csv::Position::line);
    match error.kind() {
        ErrorKind::Utf8 { .. } => KeyMapError::new(line, KeyMapErrorKind::NotUtf8),
        _ => KeyMapError::new(line, KeyMapErrorKind::Unreadable(error.to_string())),
    }
}
