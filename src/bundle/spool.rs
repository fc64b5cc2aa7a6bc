//! What is said of each file until the last one has been read: in memory while it is little, then in a file without a
//! name. A night has a hundred thousand files, and nobody asks for most of their lines before the end.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde::{Deserialize, Serialize};

use super::error::{WriteError, WriteErrorKind};
use super::lines::ReportLine;
use super::positioned;
use super::store::nameless_file;

/// Bytes that stay in memory before they go into the file together.
const OPEN: usize = 256 << 10;

/// The member behind that of the Test Execution. In no text can it stand like this: its quotes would be escaped.
const PROBLEMS: &[u8] = b"\"problems\":";

/// Keeps texts that are asked for later, by any thread.
#[derive(Debug)]
pub struct LineSpool {
    folder: PathBuf,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    file: Option<Arc<File>>,
    /// Bytes in the file.
    written: u64,
    /// The bytes behind these.
    open: Vec<u8>,
}

/// A line of `reports.jsonl` that waits, and what was kept with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct SpooledLine {
    at: u64,
    length: u32,
    /// Where the Test Execution belongs, which is not known before the last file of the group is.
    cut: u32,
    /// Bytes of what was kept with it.
    beside: u32,
}

/// Which report it was, as its line says.
#[derive(Debug, Deserialize)]
pub struct SeenReport {
    /// Where it was found.
    pub report: String,
    /// Its format, when one was recognised.
    pub format: Option<String>,
}

impl LineSpool {
    /// A spool whose file is made inside `folder` when it is first needed.
    pub fn new(folder: &Path) -> LineSpool {
        LineSpool { folder: folder.to_path_buf(), state: Mutex::default() }
    }

    /// Keeps a line, and the JSON of something that belongs to it.
    ///
    /// # Errors
    /// When the file cannot be made or written.
    pub fn put(&self, line: &ReportLine, beside: &impl Serialize) -> Result<SpooledLine, WriteError> {
        let failed = |error: serde_json::Error| WriteError::io("keep a line in", &self.folder)(error.into());
        let mut text = serde_json::to_vec(line).map_err(failed)?;
        let length = text.len();
        let cut = memchr::memmem::find(&text, PROBLEMS).unwrap_or(length);
        serde_json::to_writer(&mut text, beside).map_err(failed)?;
        let short = |length: usize| u32::try_from(length).map_err(|_| WriteErrorKind::RunTooLong(length as u64));
        let (length, cut, beside) = (short(length)?, short(cut)?, short(text.len() - length)?);
        Ok(SpooledLine { at: self.append(&text)?, length, cut, beside })
    }

    /// Appends the JSON of a line to `out`, with this Test Execution.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn line(&self, line: &SpooledLine, execution: Option<&str>, out: &mut Vec<u8>) -> Result<(), WriteError> {
        let from = out.len();
        self.read(line.at, line.length as usize, out)?;
        if let Some(id) = execution {
            let failed = |error: serde_json::Error| WriteError::io("complete a line in", &self.folder)(error.into());
            let mut member = b"\"execution\":".to_vec();
            serde_json::to_writer(&mut member, id).map_err(failed)?;
            member.push(b',');
            let cut = from + line.cut as usize;
            out.splice(cut..cut, member);
        }
        Ok(())
    }

    /// Appends the JSON of what was kept with a line.
    ///
    /// # Errors
    /// As [`LineSpool::line`].
    pub fn beside(&self, line: &SpooledLine, out: &mut Vec<u8>) -> Result<(), WriteError> {
        self.read(line.at + u64::from(line.length), line.beside as usize, out)
    }

    /// The report that a line tells of.
    ///
    /// # Errors
    /// As [`LineSpool::line`].
    pub fn seen(&self, line: &SpooledLine) -> Result<SeenReport, WriteError> {
        let mut text = Vec::new();
        self.line(line, None, &mut text)?;
        serde_json::from_slice(&text).map_err(|error| WriteError::io("read a line in", &self.folder)(error.into()))
    }

    fn append(&self, text: &[u8]) -> Result<u64, WriteError> {
        let mut state = self.state();
        let State { file, written, open } = &mut *state;
        if open.len() + text.len() > OPEN && !open.is_empty() {
            let file = match file {
                Some(file) => file,
                None => file.insert(Arc::new(nameless_file(&self.folder)?)),
            };
            positioned::write_all_at(file, open, *written)
                .map_err(WriteError::io("write a temporary file in", &self.folder))?;
            *written += open.len() as u64;
            open.clear();
        }
        let at = *written + open.len() as u64;
        open.extend_from_slice(text);
        Ok(at)
    }

    fn read(&self, at: u64, length: usize, out: &mut Vec<u8>) -> Result<(), WriteError> {
        let state = self.state();
        if let Some(from) = at.checked_sub(state.written) {
            let from = usize::try_from(from).unwrap_or(usize::MAX);
            let end = from.checked_add(length).ok_or(WriteErrorKind::NotStored)?;
            out.extend_from_slice(state.open.get(from..end).ok_or(WriteErrorKind::NotStored)?);
            return Ok(());
        }
        let file = state.file.clone().ok_or(WriteErrorKind::NotStored)?;
        drop(state);
        let from = out.len();
        out.resize(from + length, 0);
        positioned::read_exact_at(&file, &mut out[from..], at)
            .map_err(WriteError::io("read back a temporary file in", &self.folder))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bundle::lines::tests::line;

    fn text(spool: &LineSpool, line: &SpooledLine, execution: Option<&str>) -> String {
        let mut out = b"before ".to_vec();
        spool.line(line, execution, &mut out).unwrap();
        String::from_utf8(out).unwrap().strip_prefix("before ").unwrap().to_owned()
    }

    #[test]
    fn a_line_learns_its_test_execution_late() {
        let folder = tempfile::tempdir().unwrap();
        let spool = LineSpool::new(folder.path());
        let report = "a \"problems\":[].xml".to_owned();
        let whole = ReportLine { report, execution: Some("a \"b\"".to_owned()), ..line() };
        let without_problems = ReportLine { problems: Vec::new(), ..whole.clone() };
        for whole in [whole, without_problems] {
            let early = ReportLine { execution: None, ..whole.clone() };
            let kept = spool.put(&early, &[1, 2]).unwrap();
            assert_eq!(text(&spool, &kept, Some("a \"b\"")), serde_json::to_string(&whole).unwrap());
            assert_eq!(text(&spool, &kept, None), serde_json::to_string(&early).unwrap());
            let seen = spool.seen(&kept).unwrap();
            assert_eq!((seen.report, seen.format.as_deref()), (whole.report, Some("junit")));
            let mut beside = Vec::new();
            spool.beside(&kept, &mut beside).unwrap();
            assert_eq!(beside, b"[1,2]");
        }
    }

    #[test]
    fn many_lines_are_in_a_file_without_a_name() {
        let folder = tempfile::tempdir().unwrap();
        let spool = LineSpool::new(folder.path());
        let lines: Vec<_> = (0..3000)
            .map(|number| {
                let line = ReportLine { report: format!("{number}.xml"), ..line() };
                (spool.put(&line, &number).unwrap(), line)
            })
            .collect();
        let state = spool.state();
        assert!(state.written > 0 && !state.open.is_empty() && state.open.len() <= OPEN);
        drop(state);
        for (kept, line) in lines.iter().rev() {
            assert_eq!(text(&spool, kept, None), serde_json::to_string(line).unwrap());
        }
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
    }
}
