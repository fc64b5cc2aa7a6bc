//! Evidence in files of its own: `evidence/<sha256>.<extension>`, the same content once, and for each Test Execution an
//! index that says which run has which of them under which name.
//!
//! A file is written as soon as a report with its content is read, and its name says what is in it: so it does not
//! matter who writes it, how often it is asked for, and whether an earlier conversion has left it there. What no index
//! names in the end is removed when the folder is sealed.

use std::collections::HashSet;
use std::io::{self, BufWriter, Write};
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use serde::{Deserialize, Serialize};

use super::error::WriteError;
use super::folder::Folder;
use super::hashing::{Hashing, Sum};
use super::manifest::EvidenceIndex;
use super::name::{evidence_file, evidence_index_file};
use super::new_file::NewFile;
use super::read_back::each_json_line;
use crate::model::EvidenceFile;

/// Longest line of an index that is read.
const MAX_LINE: u64 = 16 << 20;

/// One line of an index: a piece of evidence of a run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct EvidenceLine {
    /// Id of the Test Execution.
    pub execution: String,
    /// The bundle that the run is in, relative to the output folder.
    pub bundle: String,
    /// Key of the Test, where it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    /// What the Test is found by where its key is not known: the definition, or the summary of one that has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub definition: Option<String>,
    /// Number of the step, from one, of which it is evidence; absent where it belongs to the run as a whole.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub step: Option<u32>,
    /// Its name for people; it differs from those of all others of the run.
    pub filename: String,
    /// Its media type.
    pub content_type: String,
    /// Its length.
    pub bytes: u64,
    /// SHA-256 of its bytes, in lower-case hexadecimal digits.
    pub sha256: String,
    /// Its file, relative to the output folder. Equal contents share it.
    pub file: String,
}

/// Writes contents, on any thread.
#[derive(Debug)]
pub(crate) struct Sidecar<'f> {
    /// `None`: nothing is written, as for a plan.
    folder: Option<&'f Folder>,
    /// Names of the files that are written or being written.
    taken: Mutex<HashSet<String>>,
}

/// Gives the bytes of a content, the same every time it is called.
pub(super) type WriteContent<'w> = dyn Fn(&mut dyn Write) -> io::Result<()> + 'w;

impl<'f> Sidecar<'f> {
    /// Evidence inside this output folder; without one, nothing is written.
    pub(crate) fn new(folder: Option<&'f Folder>) -> Sidecar<'f> {
        Sidecar { folder, taken: Mutex::default() }
    }

    /// Writes a content, unless that has been done, and tells where it is. `extension` follows from the content alone.
    /// Nothing of the content is held: it is asked for once to be hashed, and again to be written.
    ///
    /// # Errors
    /// When the content cannot be had, or the file system refuses.
    pub(crate) fn keep(&self, extension: &str, content: &WriteContent<'_>) -> Result<EvidenceFile, WriteError> {
        let mut hashing = Hashing::new(io::sink());
        content(&mut hashing).map_err(WriteError::io("read", Path::new("a piece of evidence")))?;
        let Sum { bytes, sha256 } = hashing.finish().1;
        let file = evidence_file(&sha256, extension);
        if let Some(folder) = self.folder
            && self.taken.lock().unwrap_or_else(PoisonError::into_inner).insert(file.clone())
        {
            folder.create_evidence()?;
            let mut new = folder.create(&file)?;
            content(&mut new).map_err(|error| new.failed(error))?;
            new.commit()?;
        }
        Ok(EvidenceFile { file, bytes, sha256 })
    }
}

/// The index of one Test Execution while it is written, under a temporary name.
#[derive(Debug)]
pub(crate) struct EvidenceLines {
    file: BufWriter<Hashing<NewFile>>,
    record: EvidenceIndex,
}

impl EvidenceLines {
    /// Begins the index of the Test Execution `id`.
    ///
    /// # Errors
    /// When it cannot be made.
    pub(crate) fn create(folder: &Folder, id: &str) -> Result<EvidenceLines, WriteError> {
        let name = evidence_index_file(id);
        let file = BufWriter::with_capacity(64 << 10, Hashing::new(folder.create(&name)?));
        Ok(EvidenceLines { file, record: EvidenceIndex { file: name, lines: 0, sha256: String::new() } })
    }

    /// Adds a line. Lines are expected in the order of the runs.
    ///
    /// # Errors
    /// When it cannot be written.
    pub(crate) fn write(&mut self, line: &EvidenceLine) -> Result<(), WriteError> {
        let written = serde_json::to_writer(&mut self.file, line).map_err(io::Error::from);
        let written = written.and_then(|()| self.file.write_all(b"\n"));
        written.map_err(|error| self.file.get_ref().get_ref().failed(error))?;
        self.record.lines += 1;
        Ok(())
    }

    /// Gives the file its name, and what the manifest says of it. An index without lines is none.
    ///
    /// # Errors
    /// When the file system refuses.
    pub(crate) fn finish(mut self) -> Result<Option<EvidenceIndex>, WriteError> {
        if self.record.lines == 0 {
            return Ok(None);
        }
        self.file.flush().map_err(|error| self.file.get_ref().get_ref().failed(error))?;
        let (new, sum) = self.file.into_parts().0.finish();
        new.commit()?;
        Ok(Some(EvidenceIndex { sha256: sum.sha256, ..self.record }))
    }
}

/// Reads the index `record` in `folder`, line by line, and gives its hash and how many lines it has.
///
/// # Errors
/// When it cannot be read or understood.
pub(super) fn each_line(
    folder: &Path,
    record: &EvidenceIndex,
    take: impl FnMut(EvidenceLine),
) -> io::Result<(String, u64)> {
    let (sum, lines) = each_json_line(&folder.join(&record.file), MAX_LINE, take)?;
    Ok((sum.sha256, lines))
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::bundle::Opening;

    pub(in crate::bundle) fn line(file: &EvidenceFile) -> EvidenceLine {
        EvidenceLine {
            execution: "nightly".to_owned(),
            bundle: "bundles/nightly.0001.json".to_owned(),
            key: Some("DEMO-1".to_owned()),
            definition: None,
            step: None,
            filename: "a.png".to_owned(),
            content_type: "image/png".to_owned(),
            bytes: file.bytes,
            sha256: file.sha256.clone(),
            file: file.file.clone(),
        }
    }

    #[test]
    fn a_content_is_written_once_under_its_hash() {
        let outer = tempfile::tempdir().unwrap();
        let folder = Folder::open(&outer.path().join("out"), Opening::Fresh).unwrap();
        let sidecar = Sidecar::new(Some(&folder));
        let file = sidecar.keep("txt", &|out| out.write_all(b"abc")).unwrap();
        let again = sidecar.keep("txt", &|out| out.write_all(b"ab").and_then(|()| out.write_all(b"c"))).unwrap();
        // The hash of "abc", as published.
        let abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!((&file, file.bytes, file.file.as_str()), (&again, 3, format!("evidence/{abc}.txt").as_str()));
        assert_eq!(std::fs::read(folder.path().join(&file.file)).unwrap(), b"abc");
        assert_eq!(std::fs::read_dir(folder.path().join("evidence")).unwrap().count(), 1);
        let planned = Sidecar::new(None).keep("txt", &|out| out.write_all(b"abc")).unwrap();
        assert_eq!(planned, file);
    }

    #[test]
    fn a_content_that_cannot_be_had_has_no_file() {
        let outer = tempfile::tempdir().unwrap();
        let folder = Folder::open(&outer.path().join("out"), Opening::Fresh).unwrap();
        let sidecar = Sidecar::new(Some(&folder));
        let error = sidecar.keep("bin", &|_| Err(io::Error::other("no base64"))).unwrap_err();
        assert_eq!(error.to_string(), "read a piece of evidence: no base64");
        assert!(!folder.path().join("evidence").exists());
    }

    #[test]
    fn an_index_is_read_back_with_its_hash() {
        let outer = tempfile::tempdir().unwrap();
        let folder = Folder::open(&outer.path().join("out"), Opening::Fresh).unwrap();
        let file = Sidecar::new(Some(&folder)).keep("txt", &|out| out.write_all(b"abc")).unwrap();
        assert_eq!(EvidenceLines::create(&folder, "none").unwrap().finish().unwrap(), None);
        let mut lines = EvidenceLines::create(&folder, "nightly").unwrap();
        lines.write(&line(&file)).unwrap();
        lines.write(&line(&file)).unwrap();
        assert!(!folder.path().join("evidence/nightly.jsonl").exists());
        let record = lines.finish().unwrap().unwrap();
        assert_eq!((record.file.as_str(), record.lines), ("evidence/nightly.jsonl", 2));
        let mut read = Vec::new();
        let (hash, count) = each_line(folder.path(), &record, |line| read.push(line)).unwrap();
        assert_eq!((hash, count, read), (record.sha256.clone(), 2, vec![line(&file), line(&file)]));
        std::fs::write(folder.path().join(&record.file), "{}\n").unwrap();
        assert!(each_line(folder.path(), &record, |_| {}).unwrap_err().to_string().starts_with("line 1: missing"));
    }
}
