//! The file `reports.jsonl` while it is written.

use std::io::{self, BufWriter, Write};

use super::error::WriteError;
use super::folder::Folder;
use super::hashing::Hashing;
use super::manifest::ReportsRecord;
use super::name::REPORTS;
use super::new_file::NewFile;

/// `reports.jsonl` while it is written, under a temporary name.
#[derive(Debug)]
pub(crate) struct ReportLines {
    file: BufWriter<Hashing<NewFile>>,
}

impl ReportLines {
    /// Begins the file.
    ///
    /// # Errors
    /// When it cannot be made.
    pub(crate) fn create(folder: &Folder) -> Result<ReportLines, WriteError> {
        Ok(ReportLines { file: BufWriter::with_capacity(64 << 10, Hashing::new(folder.create(REPORTS)?)) })
    }

    /// Adds a line, which is JSON already, and ends it. Lines are expected in the order of the reports.
    ///
    /// # Errors
    /// When it cannot be written.
    pub(crate) fn write_json(&mut self, line: &mut Vec<u8>) -> Result<(), WriteError> {
        line.push(b'\n');
        self.file.write_all(line).map_err(|error| self.failed(error))
    }

    /// Writes what is left, gives the file its name, and tells what the manifest says of it. It comes to the disk with
    /// all others, before the manifest has its own name.
    ///
    /// # Errors
    /// When that fails; the file then has no name.
    pub(crate) fn finish(mut self) -> Result<ReportsRecord, WriteError> {
        self.file.flush().map_err(|error| self.failed(error))?;
        let (file, sum) = self.file.into_parts().0.finish();
        file.commit()?;
        Ok(ReportsRecord::of(sum))
    }

    fn failed(&self, error: io::Error) -> WriteError {
        self.file.get_ref().get_ref().failed(error)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bundle::Opening;
    use crate::bundle::lines::tests::line;

    #[test]
    fn has_its_name_only_when_it_is_whole() {
        let outer = tempfile::tempdir().unwrap();
        let folder = Folder::open(&outer.path().join("out"), Opening::Fresh).unwrap();
        let path = folder.path().join(REPORTS);
        let mut lines = ReportLines::create(&folder).unwrap();
        for _ in 0..2 {
            lines.write_json(&mut serde_json::to_vec(&line()).unwrap()).unwrap();
        }
        assert!(!path.exists());
        let record = lines.finish().unwrap();
        let text = std::fs::read_to_string(path).unwrap();
        assert_eq!((text.lines().count(), text.len() as u64), (2, record.bytes));
    }
}
