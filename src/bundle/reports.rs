//! The file `reports.jsonl` while it is written.

use std::io::{BufWriter, Write};

use super::error::WriteError;
use super::folder::Folder;
use super::lines::{ReportLine, write_line};
use super::name::REPORTS;
use super::new_file::NewFile;

/// `reports.jsonl` while it is written, under a temporary name.
#[derive(Debug)]
pub struct ReportLines {
    file: BufWriter<NewFile>,
}

impl ReportLines {
    /// Begins the file.
    ///
    /// # Errors
    /// When it cannot be made.
    pub fn create(folder: &Folder) -> Result<ReportLines, WriteError> {
        Ok(ReportLines { file: BufWriter::with_capacity(64 << 10, folder.create(REPORTS)?) })
    }

    /// Adds a line. Lines are expected in the order of the reports.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn write(&mut self, line: &ReportLine) -> Result<(), WriteError> {
        write_line(&mut self.file, line).map_err(|error| self.file.get_ref().failed(error))
    }

    /// Adds a line that is JSON already, and ends it.
    ///
    /// # Errors
    /// As [`ReportLines::write`].
    pub fn write_json(&mut self, line: &mut Vec<u8>) -> Result<(), WriteError> {
        line.push(b'\n');
        self.file.write_all(line).map_err(|error| self.file.get_ref().failed(error))
    }

    /// Brings the file to the disk and gives it its name.
    ///
    /// # Errors
    /// When that fails; the file then has no name.
    pub fn finish(mut self) -> Result<(), WriteError> {
        self.file.flush().map_err(|error| self.file.get_ref().failed(error))?;
        let (file, _) = self.file.into_parts();
        file.commit()
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
        lines.write(&line()).unwrap();
        lines.write(&line()).unwrap();
        assert!(!path.exists());
        lines.finish().unwrap();
        assert_eq!(std::fs::read_to_string(path).unwrap().lines().count(), 2);
    }
}
