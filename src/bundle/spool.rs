//! What is said of each file until the last one has been read: in memory while it is little, then in a file without a
//! name. A night has a hundred thousand files, and nobody asks for most of their lines before the end.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::{Arc, LazyLock, Mutex, MutexGuard, PoisonError};

use memchr::memmem::Finder;
use serde::{Deserialize, Serialize};

use super::error::{WriteError, WriteErrorKind};
use super::lines::ReportLine;
use super::positioned;
use super::spill::nameless_file;

/// Bytes that stay in memory before they go into the file together.
const OPEN: usize = 256 << 10;

/// The member behind that of the Test Execution. In no text can it stand like this: its quotes would be escaped.
static PROBLEMS: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new("\"problems\":"));

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
pub(crate) struct SeenReport {
    /// Where it was found.
    pub report: String,
    /// Number of its INPUT, from one, where there are several.
    pub input: Option<u32>,
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
        let mut state = self.state();
        let from = state.open.len();
        let appended = self.append(&mut state.open, line, beside);
        match appended {
            Ok(kept) if state.open.len() > OPEN && from > 0 => self.write_out(&mut state, from).map(|()| kept),
            Ok(kept) => Ok(kept),
            Err(error) => {
                state.open.truncate(from);
                Err(error)
            }
        }
        .map(|kept| SpooledLine { at: state.written + (state.open.len() - kept.len()) as u64, ..kept })
    }

    /// Appends both to `open`. Where they are in the spool is not told.
    fn append(
        &self,
        open: &mut Vec<u8>,
        line: &ReportLine,
        beside: &impl Serialize,
    ) -> Result<SpooledLine, WriteError> {
        let failed = |error: serde_json::Error| WriteError::io("keep a line in", &self.folder)(error.into());
        let short = |length: usize| u32::try_from(length).map_err(|_| WriteErrorKind::RunTooLong(length as u64));
        let from = open.len();
        serde_json::to_writer(&mut *open, line).map_err(failed)?;
        let end = open.len();
        let length = end - from;
        let cut = open.get(from..).and_then(|text| PROBLEMS.find(text)).unwrap_or(length);
        serde_json::to_writer(&mut *open, beside).map_err(failed)?;
        Ok(SpooledLine { at: 0, length: short(length)?, cut: short(cut)?, beside: short(open.len() - end)? })
    }

    /// Appends the JSON of a line to `out`, with this Test Execution.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub(crate) fn line(
        &self,
        line: &SpooledLine,
        execution: Option<&str>,
        out: &mut Vec<u8>,
    ) -> Result<(), WriteError> {
        let mut text = Vec::new();
        self.read(line.at, line.length as usize, &mut text)?;
        self.complete(line, &text, execution, out)
    }

    /// Reads lines in about the order in which they were kept.
    pub fn reader(&self) -> LineReader<'_> {
        LineReader { spool: self, from: 0, window: Vec::new() }
    }

    fn complete(
        &self,
        line: &SpooledLine,
        text: &[u8],
        execution: Option<&str>,
        out: &mut Vec<u8>,
    ) -> Result<(), WriteError> {
        let Some(id) = execution else {
            out.extend_from_slice(text);
            return Ok(());
        };
        let (before, behind) = text.split_at_checked(line.cut as usize).ok_or(WriteErrorKind::NotStored)?;
        out.extend_from_slice(before);
        out.extend_from_slice(b"\"execution\":");
        serde_json::to_writer(&mut *out, id)
            .map_err(|error| WriteError::io("complete a line in", &self.folder)(error.into()))?;
        out.push(b',');
        out.extend_from_slice(behind);
        Ok(())
    }

    /// Appends the JSON of what was kept with a line.
    ///
    /// # Errors
    /// As [`LineSpool::line`].
    pub(crate) fn beside(&self, line: &SpooledLine, out: &mut Vec<u8>) -> Result<(), WriteError> {
        self.read(line.at + u64::from(line.length), line.beside as usize, out)
    }

    /// The report that a line tells of.
    ///
    /// # Errors
    /// As [`LineSpool::line`].
    pub(crate) fn seen(&self, line: &SpooledLine) -> Result<SeenReport, WriteError> {
        let mut text = Vec::new();
        self.line(line, None, &mut text)?;
        serde_json::from_slice(&text).map_err(|error| WriteError::io("read a line in", &self.folder)(error.into()))
    }

    /// Moves the first `length` open bytes into the file.
    fn write_out(&self, state: &mut State, length: usize) -> Result<(), WriteError> {
        let State { file, written, open } = state;
        let file = match file {
            Some(file) => file,
            None => file.insert(Arc::new(nameless_file(&self.folder)?)),
        };
        positioned::write_all_at(file, open.get(..length).unwrap_or_default(), *written)
            .map_err(WriteError::io("write a temporary file in", &self.folder))?;
        *written += length as u64;
        open.drain(..length);
        Ok(())
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

    /// How many bytes can be read from `at` on at once.
    fn readable(&self, at: u64) -> u64 {
        let state = self.state();
        let end = if at < state.written { state.written } else { state.written + state.open.len() as u64 };
        end.saturating_sub(at)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl SpooledLine {
    /// How long it is, with what is beside it.
    fn len(&self) -> usize {
        self.length as usize + self.beside as usize
    }
}

/// Reads lines in about the order in which they were kept, many at a time.
#[derive(Debug)]
pub struct LineReader<'s> {
    spool: &'s LineSpool,
    /// Where the window is.
    from: u64,
    window: Vec<u8>,
}

/// Bytes that are read back at once.
const WINDOW: u64 = 64 << 10;

impl LineReader<'_> {
    /// As [`LineSpool::line`].
    ///
    /// # Errors
    /// As there.
    pub fn line(&mut self, line: &SpooledLine, execution: Option<&str>, out: &mut Vec<u8>) -> Result<(), WriteError> {
        if self.text(line).is_none() {
            self.move_to(line)?;
        }
        self.spool.complete(line, self.text(line).ok_or(WriteErrorKind::NotStored)?, execution, out)
    }

    fn text(&self, line: &SpooledLine) -> Option<&[u8]> {
        let from = usize::try_from(line.at.checked_sub(self.from)?).ok()?;
        self.window.get(from..from.checked_add(line.length as usize)?)
    }

    /// Reads on where a line lies a little further on; one that lies elsewhere is read alone.
    fn move_to(&mut self, line: &SpooledLine) -> Result<(), WriteError> {
        let ahead = line.at.checked_sub(self.from + self.window.len() as u64);
        let length = match ahead {
            Some(ahead) if ahead < WINDOW => WINDOW.min(self.spool.readable(line.at)).max(u64::from(line.length)),
            _ => u64::from(line.length),
        };
        self.window.clear();
        self.from = line.at;
        self.spool.read(line.at, length as usize, &mut self.window)
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
        // In order, backwards, and by leaps.
        let orders: [Vec<usize>; 3] = [
            (0..lines.len()).collect(),
            (0..lines.len()).rev().collect(),
            (0..lines.len()).map(|number| number * 1009 % lines.len()).collect(),
        ];
        for order in orders {
            let mut reader = spool.reader();
            for (kept, line) in order.iter().map(|&number| &lines[number]) {
                let mut out = Vec::new();
                reader.line(kept, None, &mut out).unwrap();
                assert_eq!(out, serde_json::to_vec(line).unwrap());
            }
        }
        drop(spool);
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
    }
}
