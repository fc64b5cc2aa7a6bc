//! Holds an output folder against its own manifest.
//!
//! What a bundle must look like inside is known to the caller, who gives a function for it.

mod mismatch;

use std::collections::HashSet;
use std::fs::{self, File};
use std::io::{self, BufRead, BufReader, Read};
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use super::counts::{Cases, Runs};
use super::lines::ReportLine;
use super::manifest::{BundleRecord, Manifest, SCHEMA, Totals};
use super::name::{BUNDLES, MANIFEST, REPORTS, bundle_file, is_bundle_name};
use super::write::hexadecimal;

pub use mismatch::Mismatch;

/// Longest line of `reports.jsonl` that is read: far above what a report with many problems needs.
const MAX_LINE: u64 = 64 << 20;

/// What the caller found in one bundle.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct BundleFacts {
    /// Runs in it.
    pub runs: u64,
    /// Hash of the identity of each run; all that is asked of it is that equal Tests have equal hashes.
    pub identities: Vec<u128>,
    /// Whether it still has the placeholder for a key.
    pub awaits_key: bool,
}

/// Reads a bundle and gives what is in it, or every rule that it breaks.
pub type BundleCheck<'c> = dyn Fn(&mut dyn Read) -> Result<BundleFacts, Vec<String>> + Sync + 'c;

/// What was found in one bundle.
#[derive(Debug, Default)]
pub struct BundleFindings {
    identities: Vec<u128>,
    mismatches: Vec<Mismatch>,
}

/// An output folder that is being checked.
#[derive(Debug)]
pub struct Verification {
    folder: PathBuf,
    manifest: Manifest,
}

/// Checks everything on the calling thread; nothing found means that the output is as it was written.
pub fn verify(folder: &Path, check: &BundleCheck<'_>) -> Vec<Mismatch> {
    let verification = match Verification::open(folder) {
        Ok(verification) => verification,
        Err(mismatch) => return vec![mismatch],
    };
    let findings: Vec<_> =
        verification.bundles().into_iter().map(|record| verification.check_bundle(record, check)).collect();
    verification.finish(findings)
}

impl Verification {
    /// Reads the manifest.
    ///
    /// # Errors
    /// When there is none, or it cannot be understood: nothing else can be checked then.
    pub fn open(folder: &Path) -> Result<Verification, Mismatch> {
        let text = fs::read(folder.join(MANIFEST)).map_err(|error| unreadable(MANIFEST, &error))?;
        let manifest: Manifest = serde_json::from_slice(&text)
            .map_err(|error| Mismatch::Unreadable { file: MANIFEST.to_owned(), reason: error.to_string() })?;
        if manifest.schema != SCHEMA {
            return Err(Mismatch::Schema(manifest.schema));
        }
        Ok(Verification { folder: folder.to_path_buf(), manifest })
    }

    /// The manifest.
    pub fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// All bundles in the order of the manifest. Each is to be given to [`check_bundle`](Verification::check_bundle), on
    /// any thread.
    pub fn bundles(&self) -> Vec<&BundleRecord> {
        self.manifest.executions.iter().flat_map(|execution| &execution.bundles).collect()
    }

    /// Checks one bundle, reading it once.
    pub fn check_bundle(&self, record: &BundleRecord, check: &BundleCheck<'_>) -> BundleFindings {
        let mut findings = BundleFindings::default();
        if !is_inside(&record.file) {
            // A manifest must not lead us to files elsewhere; the wrong name itself is found by `check_names`.
            return findings;
        }
        match File::open(self.folder.join(&record.file)) {
            Ok(file) => findings.read(record, file, check),
            Err(error) => findings.mismatches.push(unreadable(&record.file, &error)),
        }
        findings
    }

    /// Adds the checks that concern more than one bundle. The findings come in the order of
    /// [`bundles`](Verification::bundles).
    pub fn finish(self, findings: impl IntoIterator<Item = BundleFindings>) -> Vec<Mismatch> {
        let mut found = Vec::new();
        self.check_names(&mut found);
        self.check_foreign(&mut found);
        let mut findings = findings.into_iter();
        for execution in &self.manifest.executions {
            let mut identities = Vec::new();
            for (bundle, finding) in execution.bundles.iter().zip(findings.by_ref()) {
                found.extend(finding.mismatches);
                identities.extend(finding.identities.into_iter().map(|identity| (identity, bundle.part)));
            }
            check_split(&execution.id, identities, &mut found);
        }
        self.check_runs(&mut found);
        self.check_reports(&mut found);
        found
    }

    fn check_names(&self, found: &mut Vec<Mismatch>) {
        let mut ids = HashSet::new();
        for execution in &self.manifest.executions {
            if !ids.insert(&execution.id) {
                found.push(Mismatch::SameId(execution.id.clone()));
            }
            for (part, bundle) in (1..).zip(&execution.bundles) {
                let expected = bundle_file(&execution.id, part);
                if bundle.part != part || bundle.file != expected || !is_inside(&bundle.file) {
                    found.push(Mismatch::Name { file: bundle.file.clone(), part: bundle.part, expected });
                }
            }
        }
    }

    /// Somebody who uploads all that lies there must upload what the manifest tells of, and nothing else.
    fn check_foreign(&self, found: &mut Vec<Mismatch>) {
        let named: HashSet<&str> = self.bundles().iter().map(|bundle| bundle.file.as_str()).collect();
        let list = || -> io::Result<Vec<String>> {
            let file = |entry: io::Result<fs::DirEntry>| Ok(entry?.file_name().to_string_lossy().into_owned());
            fs::read_dir(self.folder.join(BUNDLES))?.map(file).collect()
        };
        match list() {
            Ok(mut names) => {
                names.retain(|name| name.ends_with(".json"));
                names.sort_unstable();
                let files = names.into_iter().map(|name| format!("{BUNDLES}/{name}"));
                found
                    .extend(files.filter(|file| !named.contains(file.as_str())).map(|file| Mismatch::Foreign { file }));
            }
            Err(error) => found.push(unreadable(BUNDLES, &error)),
        }
    }

    fn check_runs(&self, found: &mut Vec<Mismatch>) {
        for execution in &self.manifest.executions {
            let sum = execution.bundles.iter().fold(0_u64, |sum, bundle| sum.saturating_add(bundle.runs));
            if sum != execution.runs {
                let id = execution.id.clone();
                found.push(Mismatch::RunsInExecution { execution: id, stated: execution.runs, found: sum });
            }
        }
        let sum = self.manifest.executions.iter().fold(0_u64, |sum, execution| sum.saturating_add(execution.runs));
        let stated = self.manifest.totals.runs.written;
        if sum != stated {
            found.push(Mismatch::Total { name: "runs.written", stated, found: sum });
        }
    }

    fn check_reports(&self, found: &mut Vec<Mismatch>) {
        let mut sums = Totals::default();
        let read = each_line(&self.folder.join(REPORTS), |line| {
            check_cases(&line.report, &line.cases, &line.runs.unwrap_or_default(), found);
            sums.add_report(line);
        });
        let totals = &self.manifest.totals;
        check_cases(MANIFEST, &totals.cases, &totals.runs, found);
        if let Err(mismatch) = read {
            found.push(mismatch);
            return;
        }
        self.bundles().into_iter().for_each(|bundle| sums.add_bundle(bundle));
        for ((name, stated), (_, sum)) in totals.sums().into_iter().zip(sums.sums()) {
            if stated != sum {
                found.push(Mismatch::Total { name, stated, found: sum });
            }
        }
    }
}

impl BundleFindings {
    fn read(&mut self, record: &BundleRecord, file: File, check: &BundleCheck<'_>) {
        let hashing = Hashing { file, hash: Sha256::new(), bytes: 0 };
        let mut reader = BufReader::with_capacity(64 << 10, hashing);
        let facts = check(&mut reader);
        // The check may have stopped early; the hash is that of the whole file.
        if let Err(error) = io::copy(&mut reader, &mut io::sink()) {
            self.mismatches.push(unreadable(&record.file, &error));
            return;
        }
        let Hashing { hash, bytes, .. } = reader.into_inner();
        let file = || record.file.clone();
        if bytes != record.bytes {
            self.mismatches.push(Mismatch::Length { file: file(), stated: record.bytes, found: bytes });
        }
        if hexadecimal(&hash.finalize()) != record.sha256 {
            self.mismatches.push(Mismatch::Hash { file: file() });
        }
        match facts {
            Ok(facts) => self.compare(record, facts),
            Err(messages) => {
                let content = messages.into_iter().map(|message| Mismatch::Content { file: file(), message });
                self.mismatches.extend(content);
            }
        }
    }

    fn compare(&mut self, record: &BundleRecord, facts: BundleFacts) {
        let file = || record.file.clone();
        if facts.runs != record.runs {
            self.mismatches.push(Mismatch::RunsInBundle { file: file(), stated: record.runs, found: facts.runs });
        }
        if facts.awaits_key != record.needs_key {
            self.mismatches.push(Mismatch::NeedsKey { file: file(), stated: record.needs_key });
        }
        self.identities = facts.identities;
    }
}

/// Whether `file` is a file right inside the folder of bundles, wherever the manifest comes from.
fn is_inside(file: &str) -> bool {
    let name = file.strip_prefix(BUNDLES).and_then(|rest| rest.strip_prefix('/'));
    name.is_some_and(|name| is_bundle_name(name) && !name.contains(['/', '\\', ':']))
}

fn unreadable(file: &str, error: &io::Error) -> Mismatch {
    match error.kind() {
        io::ErrorKind::NotFound => Mismatch::Missing { file: file.to_owned() },
        _ => Mismatch::Unreadable { file: file.to_owned(), reason: error.to_string() },
    }
}

fn check_split(execution: &str, mut identities: Vec<(u128, u32)>, found: &mut Vec<Mismatch>) {
    identities.sort_unstable();
    for pair in identities.windows(2) {
        if let &[(one, first), (other, second)] = pair
            && one == other
        {
            found.push(Mismatch::SplitTest {
                execution: execution.to_owned(),
                first: bundle_file(execution, first),
                second: bundle_file(execution, second),
            });
        }
    }
}

fn check_cases(report: &str, cases: &Cases, runs: &Runs, found: &mut Vec<Mismatch>) {
    let outcomes = [cases.passed, cases.failed, cases.errored, cases.skipped].into_iter().fold(0, u64::saturating_add);
    for (sum, value) in [("written + merged + left_out", runs.total()), ("the sum of the outcomes", outcomes)] {
        if value != cases.seen {
            found.push(Mismatch::Cases { report: report.to_owned(), seen: cases.seen, sum, found: value });
        }
    }
}

/// Reads `reports.jsonl` line by line.
fn each_line(path: &Path, mut take: impl FnMut(&ReportLine)) -> Result<(), Mismatch> {
    let failed = |error: io::Error| unreadable(REPORTS, &error);
    let mut file = BufReader::with_capacity(64 << 10, File::open(path).map_err(failed)?);
    let mut text = Vec::new();
    for number in 1_u64.. {
        text.clear();
        if file.by_ref().take(MAX_LINE).read_until(b'\n', &mut text).map_err(failed)? == 0 {
            break;
        }
        let line = serde_json::from_slice(&text).map_err(|error| Mismatch::Unreadable {
            file: REPORTS.to_owned(),
            reason: format!("line {number}: {error}"),
        })?;
        take(&line);
    }
    Ok(())
}

/// A file that is hashed and counted while it is read.
struct Hashing {
    file: File,
    hash: Sha256,
    bytes: u64,
}

impl Read for Hashing {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.file.read(buffer)?;
        self.hash.update(buffer.get(..read).unwrap_or_default());
        self.bytes += read as u64;
        Ok(read)
    }
}

#[cfg(test)]
mod tests;
