//! The journal: what a conversion has finished, so that another one can go on after it was stopped.
//!
//! It is a file beside the bundles and lasts as long as there is no manifest. Each line is a JSON document and its hash:
//! first what the conversion was asked for, then a record for each group that was finished, whose meaning is the
//! caller's. A line is written when the bundles that it tells of have their names; it reaches the disk after them. What
//! is still missing or torn after a power failure is seen by the hashes: of the line, and of the bundles.

use std::collections::HashSet;
use std::fs::{File, OpenOptions};
use std::io::{self, BufRead, BufReader, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use xxhash_rust::xxh3::{Xxh3Default, xxh3_64};

use super::error::{WriteError, WriteErrorKind};
use super::folder::Folder;
use super::manifest::{BundleRecord, EvidenceIndex, Execution, InfoRecord, Manifest, Options, Tool};
use super::name::{JOURNAL, MANIFEST, is_bundle_path, is_evidence_path};
use super::read_back::{self, sum_of};
use super::sidecar;

/// What `schema` says in the first line; a change of what the lines mean makes a new number.
const SCHEMA: &str = "xraypack/journal/2";

/// Hexadecimal digits of a line's hash.
const DIGITS: usize = 16;

/// What a conversion was asked for. Two that differ in it have nothing in common.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ConversionPurpose {
    schema: String,
    tool: Tool,
    target: String,
    options: Options,
}

impl ConversionPurpose {
    /// A conversion for this target, by this program, with these options.
    pub fn new(target: &str, options: &Options) -> ConversionPurpose {
        ConversionPurpose {
            schema: SCHEMA.to_owned(),
            tool: Tool::this(),
            target: target.to_owned(),
            options: options.clone(),
        }
    }

    /// That of a complete output.
    fn of_manifest(manifest: Manifest) -> ConversionPurpose {
        let Manifest { tool, target, options, .. } = manifest;
        ConversionPurpose { schema: SCHEMA.to_owned(), tool, target, options }
    }

    /// In what it differs from an earlier one, in words; empty when it does not.
    pub fn differences(&self, earlier: &ConversionPurpose) -> Vec<String> {
        let mut found = Vec::new();
        if (&self.schema, &self.tool) != (&earlier.schema, &earlier.tool) {
            found.push(format!("the program was {} {}", earlier.tool.name, earlier.tool.version));
        }
        if self.target != earlier.target {
            found.push(format!("--target was {}", earlier.target));
        }
        let mut names: Vec<&str> = self.options.names().chain(earlier.options.names()).collect();
        names.sort_unstable();
        names.dedup();
        for name in names {
            match (self.options.get(name), earlier.options.get(name)) {
                (ours, theirs) if ours == theirs => {}
                // What a file says, whose place is not recorded.
                (Some(_), Some(Value::Object(_))) => found.push(format!("--{name} has another content now")),
                (None, Some(Value::Object(_))) => found.push(format!("--{name} was given")),
                (_, Some(theirs)) => found.push(format!("--{name} was {theirs}")),
                (_, None) => found.push(format!("--{name} was not given")),
            }
        }
        found
    }
}

/// An earlier conversion of the same purpose.
#[derive(Debug)]
pub struct EarlierConversion<R> {
    /// What it has finished, in order of finishing: its records.
    pub records: Vec<R>,
    /// Whether it came to its end.
    pub is_complete: bool,
}

/// The earlier conversion in `folder`. Lines of its journal that cannot be read are passed over: they tell of something
/// that was not finished for certain.
///
/// # Errors
/// When the earlier conversion had another purpose, or a key has been bound into it since; when the file system refuses.
pub fn earlier<R: DeserializeOwned>(
    folder: &Path,
    purpose: &ConversionPurpose,
) -> Result<EarlierConversion<R>, WriteError> {
    let manifest = read(&folder.join(MANIFEST))?.and_then(|text| serde_json::from_slice::<Manifest>(&text).ok());
    let is_complete = manifest.is_some();
    if let Some(manifest) = manifest {
        let bound = bound_key(&manifest);
        refuse_another(folder, purpose, &ConversionPurpose::of_manifest(manifest))?;
        if let Some(key) = bound {
            return Err(WriteErrorKind::KeyBound { folder: folder.to_path_buf(), key }.into());
        }
    }
    Ok(EarlierConversion { records: records(folder, purpose)?, is_complete })
}

/// A key that bundles were waiting for and have got: a conversion anew would have them wait again. What the user gave
/// with `--execution` stands in the options.
fn bound_key(manifest: &Manifest) -> Option<String> {
    let is_given = manifest.options.get("execution").is_some_and(|key| !key.is_null());
    let of_several = |execution: &&Execution| execution.key.is_some() && execution.bundles.len() > 1;
    manifest.executions.iter().filter(|_| !is_given).find(of_several).and_then(|execution| execution.key.clone())
}

fn records<R: DeserializeOwned>(folder: &Path, purpose: &ConversionPurpose) -> Result<Vec<R>, WriteError> {
    let path = folder.join(JOURNAL);
    let mut lines = match read_back::open(&path) {
        Ok(file) => Lines { file: BufReader::with_capacity(64 << 10, file), text: Vec::new() },
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(WriteError::io("read", &path)(error)),
    };
    let mut records = Vec::new();
    if let Some(first) = lines.next().map_err(WriteError::io("read", &path))? {
        let Some(earlier) = first.and_then(|json| serde_json::from_slice(json).ok()) else { return Ok(records) };
        refuse_another(folder, purpose, &earlier)?;
        while let Some(line) = lines.next().map_err(WriteError::io("read", &path))? {
            records.extend(line.and_then(|json| serde_json::from_slice::<R>(json).ok()));
        }
    }
    Ok(records)
}

/// A journal that is read line by line.
struct Lines {
    file: BufReader<File>,
    text: Vec<u8>,
}

impl Lines {
    /// The JSON of the next line, nothing in place of a line that is not whole; nothing at all at the end.
    fn next(&mut self) -> io::Result<Option<Option<&[u8]>>> {
        self.text.clear();
        let length = self.file.read_until(b'\n', &mut self.text)?;
        Ok((length > 0).then(|| json_of(&self.text)))
    }
}

fn refuse_another(folder: &Path, purpose: &ConversionPurpose, earlier: &ConversionPurpose) -> Result<(), WriteError> {
    match purpose.differences(earlier) {
        differences if differences.is_empty() => Ok(()),
        differences => Err(WriteErrorKind::AnotherPurpose { folder: folder.to_path_buf(), differences }.into()),
    }
}

fn read(path: &Path) -> Result<Option<Vec<u8>>, WriteError> {
    match read_back::whole(path) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(WriteError::io("read", path)(error)),
    }
}

/// The JSON of a line that is whole.
fn json_of(line: &[u8]) -> Option<&[u8]> {
    let line = line.strip_suffix(b"\n")?;
    let (json, hash) = line.split_at_checked(line.len().checked_sub(DIGITS)?)?;
    let json = json.strip_suffix(b" ")?;
    (hash == in_digits(xxh3_64(json)).as_bytes()).then_some(json)
}

fn in_digits(hash: u64) -> String {
    format!("{hash:0DIGITS$x}")
}

/// Writes a line piece by piece: a group of a hundred thousand reports makes a long one.
fn write_line(file: &mut impl Write, value: &impl Serialize) -> io::Result<()> {
    let mut line = Line { file: BufWriter::with_capacity(64 << 10, file), hasher: Xxh3Default::new() };
    serde_json::to_writer(&mut line, value)?;
    let Line { mut file, hasher } = line;
    writeln!(file, " {}", in_digits(hasher.digest()))?;
    file.flush()
}

/// A line while it is written.
struct Line<W: Write> {
    file: BufWriter<W>,
    hasher: Xxh3Default,
}

impl<W: Write> Write for Line<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.hasher.update(bytes);
        self.file.write_all(bytes)?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

/// The journal of the conversion at hand.
#[derive(Debug)]
pub struct Journal<'f> {
    folder: &'f Folder,
    purpose: ConversionPurpose,
    /// Made with the first record: most conversions are one group, and need none.
    file: Option<File>,
    /// Bundles and evidence that may not be on the disk yet. Groups share evidence.
    unsynced: HashSet<PathBuf>,
    synced: Instant,
}

impl<'f> Journal<'f> {
    /// The journal in `folder`, which keeps these records of an earlier one, and no others.
    ///
    /// # Errors
    /// When the file system refuses.
    pub fn begin<R: Serialize>(
        folder: &'f Folder,
        purpose: ConversionPurpose,
        kept: &[&R],
    ) -> Result<Journal<'f>, WriteError> {
        let mut journal = Journal { folder, purpose, file: None, unsynced: HashSet::new(), synced: Instant::now() };
        match kept {
            [] => folder.remove_journal()?,
            _ => journal.rewrite(kept)?,
        }
        Ok(journal)
    }

    /// Replaces an earlier journal, at once.
    fn rewrite<R: Serialize>(&mut self, records: &[&R]) -> Result<(), WriteError> {
        let mut new = self.folder.create(JOURNAL)?;
        write_line(&mut new, &self.purpose).map_err(|error| new.failed(error))?;
        for record in records {
            write_line(&mut new, record).map_err(|error| new.failed(error))?;
        }
        new.commit_to_disk()?;
        self.open()
    }

    fn open(&mut self) -> Result<(), WriteError> {
        let path = self.path();
        let file = OpenOptions::new().append(true).create(true).open(&path);
        self.file = Some(file.map_err(WriteError::io("open", &path))?);
        Ok(())
    }

    fn path(&self) -> PathBuf {
        self.folder.path().join(JOURNAL)
    }

    /// Adds the record of a group whose bundles are whole.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn add<'b>(
        &mut self,
        record: &impl Serialize,
        executions: impl Iterator<Item = &'b Execution>,
    ) -> Result<(), WriteError> {
        let path = self.path();
        let is_new = self.file.is_none();
        if is_new {
            self.open()?;
        }
        if let Some(file) = &mut self.file {
            if is_new {
                write_line(file, &self.purpose).map_err(WriteError::io("write", &path))?;
            }
            write_line(file, record).map_err(WriteError::io("write", &path))?;
        }
        for execution in executions {
            self.unsynced.extend(execution.bundles.iter().map(|bundle| self.folder.path().join(&bundle.file)));
            if let Some(index) = &execution.evidence {
                self.unsynced.insert(self.folder.path().join(&index.file));
                self.unsynced.extend(self.folder.evidence_of(index)?);
            }
        }
        Ok(())
    }

    /// Brings to the disk what was added, unless that was done a moment ago: first the bundles, then the lines that tell
    /// of them.
    ///
    /// # Errors
    /// When the file system refuses.
    pub fn sync_now_and_then(&mut self) -> Result<(), WriteError> {
        /// What a power failure may cost at most, beside the work at hand.
        const INTERVAL: Duration = Duration::from_secs(1);
        if self.unsynced.is_empty() || self.synced.elapsed() < INTERVAL {
            return Ok(());
        }
        if let Err(error) = self.folder.sync_bundles(&self.unsynced) {
            // What the disk has refused may still look whole until the system forgets it: nothing here can be trusted.
            let _ = self.folder.remove_journal();
            return Err(error);
        }
        self.folder.note_on_disk(self.unsynced.drain());
        if let Some(file) = &self.file {
            file.sync_data().map_err(WriteError::io("sync", &self.path()))?;
        }
        self.synced = Instant::now();
        Ok(())
    }
}

/// Whether a bundle is in `folder` as it was written.
pub fn holds(folder: &Path, bundle: &BundleRecord) -> bool {
    let (bytes, hash) = match &bundle.compressed {
        Some(file) => (file.bytes, &file.sha256),
        None => (bundle.bytes, &bundle.sha256),
    };
    is_bundle_path(&bundle.file)
        && sum_of(&folder.join(&bundle.file)).is_ok_and(|sum| sum.bytes == bytes && sum.sha256 == *hash)
}

/// Whether the `info` part of a multipart import is in `folder` as it was written.
pub fn holds_info(folder: &Path, info: &InfoRecord) -> bool {
    is_bundle_path(&info.file) && sum_of(&folder.join(&info.file)).is_ok_and(|sum| sum.sha256 == info.sha256)
}

/// Whether an index is in `folder` as it was written, and so is every file of evidence that it names.
pub fn holds_evidence(folder: &Path, index: &EvidenceIndex) -> bool {
    if !is_evidence_path(&index.file) {
        return false;
    }
    let mut named = HashSet::new();
    let mut holds = true;
    let read = sidecar::each_line(folder, index, |line| {
        if holds && named.insert(line.sha256.clone()) {
            holds = is_evidence_path(&line.file)
                && sum_of(&folder.join(&line.file)).is_ok_and(|sum| sum.sha256 == line.sha256);
        }
    });
    holds && read.is_ok_and(|(sha256, lines)| sha256 == index.sha256 && lines == index.lines)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use serde_json::Value;

    use super::*;
    use crate::bundle::hashing::{Hashing, Sum};
    use crate::bundle::name::bundle_file;
    use crate::bundle::sidecar::{EvidenceLines, Sidecar};
    use crate::bundle::{Compression, Opening};

    fn purpose(target: &str, options: &[(&str, Value)]) -> ConversionPurpose {
        let options = options.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect();
        ConversionPurpose::new(target, &Options::new(options))
    }

    fn record(file: &str, bytes: &[u8]) -> BundleRecord {
        let mut hashing = Hashing::new(io::sink());
        hashing.write_all(bytes).unwrap();
        let Sum { bytes, sha256 } = hashing.finish().1;
        BundleRecord { file: file.to_owned(), part: 1, bytes, runs: 1, sha256, compressed: None, needs_key: false }
    }

    /// A folder whose journal holds these records.
    fn written(path: &Path, records: &[&str]) {
        let folder = Folder::open(path, Opening::Fresh).unwrap();
        let mut journal = Journal::begin::<String>(&folder, purpose("server", &[]), &[]).unwrap();
        for record in records {
            journal.add(record, [].iter()).unwrap();
        }
    }

    fn read_back(path: &Path) -> Vec<String> {
        earlier(path, &purpose("server", &[])).unwrap().records
    }

    #[test]
    fn what_was_added_is_read_back_and_what_is_torn_is_not() {
        let folder = tempfile::tempdir().unwrap();
        written(folder.path(), &["one", "two", "three"]);
        assert_eq!(read_back(folder.path()), ["one", "two", "three"]);
        let path = folder.path().join(JOURNAL);
        let whole = fs::read(&path).unwrap();
        let header = whole.iter().position(|byte| *byte == b'\n').unwrap() + 1;
        for length in 0..whole.len() {
            fs::write(&path, &whole[..length]).unwrap();
            let expected = whole[..length].iter().filter(|byte| **byte == b'\n').count().saturating_sub(1);
            assert_eq!(read_back(folder.path()).len(), expected, "{length} bytes");
        }
        for changed in header..whole.len() {
            let mut other = whole.clone();
            other[changed] ^= 4;
            fs::write(&path, &other).unwrap();
            assert!(read_back(folder.path()).len() < 3, "byte {changed}");
        }
    }

    #[test]
    fn records_that_are_kept_replace_all_others() {
        let folder = tempfile::tempdir().unwrap();
        written(folder.path(), &["one", "two"]);
        let again = Folder::open(folder.path(), Opening::Resume).unwrap();
        let mut journal = Journal::begin(&again, purpose("server", &[]), &[&"two"]).unwrap();
        journal.add(&"three", [].iter()).unwrap();
        assert_eq!(read_back(folder.path()), ["two", "three"]);
        drop(journal);
        drop(Journal::begin::<String>(&again, purpose("server", &[]), &[]).unwrap());
        assert!(!folder.path().join(JOURNAL).exists());
    }

    #[test]
    fn what_was_brought_to_the_disk_once_is_not_brought_there_again() {
        let outer = tempfile::tempdir().unwrap();
        let folder = Folder::open(outer.path(), Opening::Fresh).unwrap();
        let shared = outer.path().join("bundles/a.0001.json");
        let mut journal = Journal::begin::<String>(&folder, purpose("server", &[]), &[]).unwrap();
        journal.synced = Instant::now().checked_sub(Duration::from_secs(9)).unwrap();
        fs::write(&shared, "whole").unwrap();
        journal.unsynced.insert(shared.clone());
        journal.sync_now_and_then().unwrap();
        assert!(journal.unsynced.is_empty() && folder.has_on_disk(&shared));
    }

    #[test]
    fn another_purpose_is_named() {
        let earlier = purpose("cloud", &[("merge", "last".into()), ("user", "me".into())]);
        let now = purpose("server", &[("merge", "worst".into()), ("steps", true.into())]);
        let expected = ["--target was cloud", "--merge was \"last\"", "--steps was not given", "--user was \"me\""];
        assert_eq!(now.differences(&earlier), expected);
        assert_eq!(now.differences(&now), [""; 0]);
        let table = |hash: &str| purpose("server", &[("key-map", serde_json::json!({"rows": 1, "xxh3": hash}))]);
        assert_eq!(table("1").differences(&table("2")), ["--key-map has another content now"]);
        assert_eq!(purpose("server", &[]).differences(&table("2")), ["--key-map was given"]);
    }

    #[test]
    fn evidence_is_held_only_with_the_index_that_was_written() {
        let outer = tempfile::tempdir().unwrap();
        let folder = Folder::open(outer.path(), Opening::Fresh).unwrap();
        let file = Sidecar::new(Some(&folder)).keep("txt", &|out| out.write_all(b"abc")).unwrap();
        let mut lines = EvidenceLines::create(&folder, "a").unwrap();
        lines.write(&sidecar::tests::line(&file)).unwrap();
        let index = lines.finish().unwrap().unwrap();
        assert!(holds_evidence(outer.path(), &index));
        assert!(!holds_evidence(outer.path(), &EvidenceIndex { lines: 2, ..index.clone() }));
        let path = outer.path().join(&index.file);
        let written = fs::read_to_string(&path).unwrap();
        fs::write(&path, written.replace("a.png", "b.png")).unwrap();
        assert!(!holds_evidence(outer.path(), &index), "another name for what was written");
        fs::write(&path, written).unwrap();
        fs::write(outer.path().join(&file.file), "abd").unwrap();
        assert!(!holds_evidence(outer.path(), &index));
    }

    #[test]
    fn a_bundle_is_held_only_as_it_was_written_and_only_where_bundles_are() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("bundles")).unwrap();
        let file = bundle_file("a", 1, Compression::None);
        fs::write(folder.path().join(&file), "bytes").unwrap();
        fs::write(folder.path().join("a.0001.json"), "bytes").unwrap();
        assert!(holds(folder.path(), &record(&file, b"bytes")));
        assert!(!holds(folder.path(), &record(&file, b"other")) && !holds(folder.path(), &record(&file, b"byte")));
        for outside in ["a.0001.json", "bundles/../a.0001.json"] {
            assert!(!holds(folder.path(), &record(outside, b"bytes")), "{outside}");
        }
    }
}
