//! The user's table of Test keys (`--key-map`): which definition, name or numeric id has which key.
//!
//! A table is read once and bounded; looking a case up costs a few hash look-ups, and a search of the globs where there
//! are any. What it was used for is counted in place, by atomics that all workers share: whether a row was met does not
//! depend on who met it first.

mod error;
mod from_csv;
mod from_json;

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use globset::{Candidate, GlobBuilder, GlobSet, GlobSetBuilder};
use xxhash_rust::xxh3::{xxh3_64, xxh3_128};

use crate::model::key;

pub use error::{KeyMapError, KeyMapErrorKind};

/// Rows of a table at most.
const MOST_ROWS: usize = 1_000_000;

/// Rows with a glob at most: all of them are searched for in every name.
const MOST_GLOBS: usize = 5000;

/// Bytes of a glob at most.
const LONGEST_GLOB: usize = 1000;

/// Bytes of a table at most.
pub const KEY_MAP_LIMIT: u64 = 64 << 20;

/// What the left side of a row is held against.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Subject {
    /// Definition, name and numeric id; a glob where it holds a `*`.
    Any,
    /// The definition alone.
    Definition,
    /// The name alone.
    Name,
    /// The numeric id alone.
    TestId,
    /// Definition and name, where `*` stands for any text.
    Glob,
}

/// One row as the readers of tables give it.
pub(super) struct RawRow<'t> {
    line: u64,
    subject: Subject,
    text: &'t str,
    key: &'t str,
}

/// A row of the table, for messages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyMapRow {
    /// Its line, from one.
    pub line: u64,
    /// Its left side.
    pub text: String,
    /// Its key.
    pub key: String,
}

/// The table.
#[derive(Debug)]
pub struct KeyMap {
    rows: Vec<KeyMapRow>,
    used: Vec<Use>,
    exact: HashMap<Subject, HashMap<Box<str>, u32>>,
    globs: GlobSet,
    /// The row of each glob.
    glob_rows: Vec<u32>,
    /// Rows that say again what an earlier one says, and with another key: their own line and that of the first.
    contradictions: Vec<(u64, u64)>,
    fingerprint: u128,
}

/// What a row was used for.
#[derive(Debug, Default)]
struct Use {
    /// Hash of the first definition; zero: none yet.
    definition: AtomicU64,
    /// Whether it was met at all.
    is_met: AtomicBool,
    /// Whether an exact name stood for several definitions.
    is_shared: AtomicBool,
}

/// What is looked up.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sought<'c> {
    pub(super) definition: &'c str,
    pub(super) name: &'c str,
    pub(super) test_id: &'c str,
}

/// What was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Hit<'m> {
    pub(super) row: &'m KeyMapRow,
    /// Another row that fits as well and has another key.
    pub(super) rival: Option<&'m KeyMapRow>,
}

impl KeyMap {
    /// Reads a table in JSON when its first character is `{` or `[`, in CSV otherwise. `file` is its name in messages.
    ///
    /// # Errors
    /// With the line: what is no table, a row without key, a key that is none, a glob that cannot be used, too much.
    pub fn read(file: &str, bytes: &[u8]) -> Result<KeyMap, KeyMapError> {
        let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
        let mut builder = Builder::default();
        let is_json = bytes.iter().find(|byte| !byte.is_ascii_whitespace()).is_some_and(|byte| b"{[".contains(byte));
        let read = if is_json {
            from_json::read(bytes, &mut |row| builder.add(row))
        } else {
            from_csv::read(bytes, &mut |row| builder.add(row))
        };
        read.and_then(|()| builder.build(xxh3_128(bytes))).map_err(|error| error.in_file(file))
    }

    /// How many rows it has.
    pub fn rows(&self) -> usize {
        self.rows.len()
    }

    /// A hash of its bytes, for the manifest.
    pub fn fingerprint(&self) -> u128 {
        self.fingerprint
    }

    /// Rows that name a Test which an earlier row names with another key, each with the line of that row; the earlier
    /// row counts.
    pub fn contradictions(&self) -> &[(u64, u64)] {
        &self.contradictions
    }

    /// Rows that no case met so far.
    pub fn unmatched(&self) -> impl Iterator<Item = &KeyMapRow> {
        let is_unmet = |(_, used): &(&KeyMapRow, &Use)| !used.is_met.load(Ordering::Relaxed);
        self.rows.iter().zip(&self.used).filter(is_unmet).map(|(row, _)| row)
    }

    /// Rows with a plain name that belongs to several definitions so far: these became one Test.
    pub fn shared(&self) -> impl Iterator<Item = &KeyMapRow> {
        let is_shared = |(_, used): &(&KeyMapRow, &Use)| used.is_shared.load(Ordering::Relaxed);
        self.rows.iter().zip(&self.used).filter(is_shared).map(|(row, _)| row)
    }

    /// The row of a case: its numeric id first, then the first row with its definition or name, then the first glob
    /// that fits one of them. `scratch` is emptied and filled.
    pub(super) fn find(&self, sought: Sought<'_>, scratch: &mut Vec<usize>) -> Option<Hit<'_>> {
        let exact =
            [(Subject::TestId, sought.test_id), (Subject::Definition, sought.definition), (Subject::Name, sought.name)];
        let of = |(subject, text): (Subject, &str)| {
            let row = |subject| self.exact.get(&subject).and_then(|rows| rows.get(text)).copied();
            [row(subject), row(Subject::Any)].into_iter().flatten().min()
        };
        let by_id = of(exact[0]);
        let by_name = [of(exact[1]), of(exact[2])];
        let first = by_id.or_else(|| by_name.into_iter().flatten().min());
        let Some(first) = first else { return self.find_glob(sought, scratch) };
        let is_plain_name = by_id.is_none() && by_name[0] != Some(first);
        self.note_use(first);
        if is_plain_name {
            self.note_definition(first, sought.definition);
        }
        let row = self.rows.get(first as usize)?;
        let rivals = by_name.into_iter().flatten().filter_map(|rival| self.rows.get(rival as usize));
        Some(Hit { row, rival: rivals.into_iter().find(|rival| rival.key != row.key) })
    }

    fn find_glob(&self, sought: Sought<'_>, scratch: &mut Vec<usize>) -> Option<Hit<'_>> {
        if self.globs.is_empty() {
            return None;
        }
        let mut fitting: Option<(u32, Option<u32>)> = None;
        for text in [sought.definition, sought.name] {
            self.globs.matches_candidate_into(&Candidate::new(text), scratch);
            for row in scratch.iter().filter_map(|glob| self.glob_rows.get(*glob)).copied() {
                fitting = match fitting {
                    None => Some((row, None)),
                    Some((first, rival)) if row < first => Some((row, self.differing(first, row).or(rival))),
                    Some((first, None)) => Some((first, self.differing(row, first))),
                    known => known,
                };
            }
        }
        let (first, rival) = fitting?;
        self.note_use(first);
        let rival = rival.and_then(|rival| self.rows.get(rival as usize));
        Some(Hit { row: self.rows.get(first as usize)?, rival })
    }

    /// `row`, if its key is not that of `other`.
    fn differing(&self, row: u32, other: u32) -> Option<u32> {
        let key = |row: u32| self.rows.get(row as usize).map(|row| &row.key);
        (key(row) != key(other)).then_some(row)
    }

    /// A case has met the row.
    fn note_use(&self, row: u32) {
        let Some(used) = self.used.get(row as usize) else { return };
        if !used.is_met.load(Ordering::Relaxed) {
            used.is_met.store(true, Ordering::Relaxed);
        }
    }

    /// The case is called by a plain name, that of the row, and has this definition.
    fn note_definition(&self, row: u32, definition: &str) {
        let Some(used) = self.used.get(row as usize) else { return };
        if !used.is_shared.load(Ordering::Relaxed) {
            let hash = xxh3_64(definition.as_bytes()).max(1);
            let known = used.definition.compare_exchange(0, hash, Ordering::Relaxed, Ordering::Relaxed);
            if known.is_err_and(|known| known != hash) {
                used.is_shared.store(true, Ordering::Relaxed);
            }
        }
    }
}

/// A table while it is read.
struct Builder {
    rows: Vec<KeyMapRow>,
    exact: HashMap<Subject, HashMap<Box<str>, u32>>,
    globs: GlobSetBuilder,
    glob_rows: Vec<u32>,
    contradictions: Vec<(u64, u64)>,
}

impl Default for Builder {
    fn default() -> Builder {
        Builder {
            rows: Vec::new(),
            exact: HashMap::new(),
            globs: GlobSetBuilder::new(),
            glob_rows: Vec::new(),
            contradictions: Vec::new(),
        }
    }
}

impl Builder {
    fn add(&mut self, row: RawRow<'_>) -> Result<(), KeyMapError> {
        let RawRow { line, subject, text, key } = row;
        let refused = |kind| Err(KeyMapError::new(Some(line), kind));
        if text.is_empty() {
            return refused(KeyMapErrorKind::NothingNamed);
        }
        if key.is_empty() {
            return refused(KeyMapErrorKind::NoKey);
        }
        if !key::is_issue_key(key) {
            return refused(KeyMapErrorKind::MalformedKey(key.to_owned()));
        }
        if self.rows.len() == MOST_ROWS {
            return refused(KeyMapErrorKind::TooManyRows(MOST_ROWS));
        }
        let number = self.rows.len() as u32;
        if let Some(first) = self.exact.get(&subject).and_then(|rows| rows.get(text)) {
            // The first row counts. One that says the same again is no news; one that says otherwise is.
            let first = &self.rows[*first as usize];
            if first.key != key {
                self.contradictions.push((line, first.line));
            }
            return Ok(());
        }
        self.exact.entry(subject).or_default().insert(text.into(), number);
        if subject == Subject::Glob || (subject == Subject::Any && text.contains('*')) {
            self.add_glob(line, text, number)?;
        }
        self.rows.push(KeyMapRow { line, text: text.to_owned(), key: key.to_owned() });
        Ok(())
    }

    fn add_glob(&mut self, line: u64, text: &str, number: u32) -> Result<(), KeyMapError> {
        if self.glob_rows.len() == MOST_GLOBS {
            return Err(KeyMapError::new(Some(line), KeyMapErrorKind::TooManyGlobs(MOST_GLOBS)));
        }
        if text.len() > LONGEST_GLOB {
            return Err(KeyMapError::new(Some(line), KeyMapErrorKind::LongGlob(LONGEST_GLOB)));
        }
        let glob = GlobBuilder::new(&star_alone(text)).literal_separator(false).backslash_escape(false).build();
        let glob =
            glob.map_err(|error| KeyMapError::new(Some(line), KeyMapErrorKind::Glob(error.kind().to_string())))?;
        self.globs.add(glob);
        self.glob_rows.push(number);
        Ok(())
    }

    fn build(self, fingerprint: u128) -> Result<KeyMap, KeyMapError> {
        if self.rows.is_empty() {
            return Err(KeyMapError::new(None, KeyMapErrorKind::Empty));
        }
        let globs = self.globs.build();
        let globs = globs.map_err(|error| KeyMapError::new(None, KeyMapErrorKind::Glob(error.kind().to_string())))?;
        let used = self.rows.iter().map(|_| Use::default()).collect();
        let Builder { rows, exact, glob_rows, contradictions, .. } = self;
        Ok(KeyMap { rows, used, exact, globs, glob_rows, contradictions, fingerprint })
    }
}

/// A glob in which `*` alone is special: names of tests are full of brackets, braces and question marks. A run of stars
/// means no more than one.
fn star_alone(text: &str) -> String {
    let mut glob = String::with_capacity(text.len() + 8);
    for character in text.chars() {
        match character {
            '[' | ']' | '{' | '}' | '?' => {
                glob.push('[');
                glob.push(character);
                glob.push(']');
            }
            '*' if glob.ends_with('*') => {}
            other => glob.push(other),
        }
    }
    glob
}

#[cfg(test)]
mod tests;
