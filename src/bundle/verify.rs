//! Holds an output folder against its own manifest.
//!
//! What a bundle must look like inside is known to the caller, who gives a function for it.

mod belonging;
mod evidence;
mod mismatch;
mod shared;

use std::collections::{HashMap, HashSet};
use std::fs::{self, File};
use std::io::{self, BufReader, Read};
use std::path::{Path, PathBuf};

use super::compress::Compression;
use super::counts::{Cases, Runs};
use super::folder::earlier_of;
use super::hashing::{Hashing, Sum};
use super::lines::ReportLine;
use super::manifest::{BundleRecord, Manifest, SCHEMA, Totals};
use super::name::{BUNDLES, JOURNAL, MANIFEST, REPORTS, bundle_file, info_file, is_bundle_name, is_bundle_path};
use super::read_back::{self, each_json_line, sum_of};

use belonging::Belonging;
pub use mismatch::Mismatch;
use shared::Tests;

/// Longest line of `reports.jsonl` that is read: far above what a report with many problems needs.
const MAX_LINE: u64 = 64 << 20;

/// What the caller found in one bundle.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct BundleFacts {
    /// Runs in it.
    pub runs: u64,
    /// Pieces of evidence in it.
    pub evidence: u64,
    /// Hash of the identity of each run; all that is asked of it is that equal Tests have equal hashes.
    pub identities: Vec<u128>,
    /// Whether it still has the placeholder for a key.
    pub awaits_key: bool,
    /// Key of its Test Execution; empty where it has none.
    pub key: String,
    /// Whether it says what its Test Execution is.
    pub has_info: bool,
    /// When that says that it began, and ended.
    pub times: [Option<String>; 2],
}

/// Reads a bundle and gives what is in it, or every rule that it breaks.
pub type BundleCheck<'c> = dyn Fn(&mut dyn Read) -> Result<BundleFacts, Vec<String>> + Sync + 'c;

/// What was found in one bundle.
#[derive(Debug, Default)]
pub struct BundleFindings {
    identities: Vec<u128>,
    evidence: u64,
    /// How it belongs to its Test Execution, of a bundle that could be read.
    belonging: Option<Belonging>,
    mismatches: Vec<Mismatch>,
}

/// An output folder that is being checked.
#[derive(Debug)]
pub struct Verification {
    folder: PathBuf,
    manifest: Manifest,
}

impl Verification {
    /// Reads the manifest.
    ///
    /// # Errors
    /// When there is none, or it cannot be understood: nothing else can be checked then.
    pub fn open(folder: &Path) -> Result<Verification, Mismatch> {
        let text = read_back::whole(&folder.join(MANIFEST)).map_err(|error| match unfinished(folder) {
            Some(unfinished) if error.kind() == io::ErrorKind::NotFound => unfinished,
            _ => unreadable(MANIFEST, &error),
        })?;
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
        if !is_bundle_path(&record.file) {
            // A manifest must not lead us to files elsewhere; the wrong name itself is found by `check_names`.
            return findings;
        }
        match read_back::open(&self.folder.join(&record.file)) {
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
        // What is in the bundles can only be counted where all of them were read.
        let (mut evidence, mut is_counted) = (0_u64, true);
        let mut shared = self.shared_keys();
        for execution in &self.manifest.executions {
            let mut identities = Vec::new();
            for (bundle, finding) in execution.bundles.iter().zip(findings.by_ref()) {
                is_counted &= finding.mismatches.is_empty();
                evidence = evidence.saturating_add(finding.evidence);
                found.extend(finding.mismatches);
                found.extend(finding.belonging.and_then(|belonging| belonging.check(execution, bundle)));
                identities.extend(finding.identities.into_iter().map(|identity| (identity, bundle.file.as_str())));
            }
            let of_key = execution.key.as_deref().and_then(|key| shared.get_mut(key));
            of_key.into_iter().for_each(|tests| tests.add(&identities));
            check_split(&execution.id, identities, &mut found);
        }
        for execution in &self.manifest.executions {
            // In the order of the manifest, each key once.
            let tests = execution.key.as_deref().and_then(|key| shared.remove_entry(key));
            found.extend(tests.and_then(|(key, tests)| tests.check(key)));
        }
        self.check_limits(&mut found);
        self.check_infos(&mut found);
        self.check_evidence(is_counted.then_some(evidence), &mut found);
        self.check_runs(&mut found);
        self.check_reports(&mut found);
        found
    }

    /// Keys that several Test Executions have, for the Tests of these.
    fn shared_keys(&self) -> HashMap<&str, Tests<'_>> {
        let mut times: HashMap<&str, usize> = HashMap::new();
        let keys = self.manifest.executions.iter().filter_map(|execution| execution.key.as_deref());
        keys.for_each(|key| *times.entry(key).or_default() += 1);
        times.into_iter().filter(|(_, times)| *times > 1).map(|(key, _)| (key, Tests::default())).collect()
    }

    fn check_names(&self, found: &mut Vec<Mismatch>) {
        let mut ids = HashSet::new();
        for execution in &self.manifest.executions {
            if !ids.insert(&execution.id) {
                found.push(Mismatch::SameId(execution.id.clone()));
            }
            for (part, bundle) in (1..).zip(&execution.bundles) {
                let expected = bundle_file(&execution.id, part, Compression::of_file(&bundle.file));
                if bundle.part != part || bundle.file != expected || !is_bundle_path(&bundle.file) {
                    found.push(Mismatch::Name { file: bundle.file.clone(), part: bundle.part, expected });
                }
            }
        }
    }

    /// Somebody who uploads all that lies there must upload what the manifest tells of, and nothing else.
    fn check_foreign(&self, found: &mut Vec<Mismatch>) {
        let named: HashSet<&str> = self.manifest.files().collect();
        let list = || -> io::Result<Vec<String>> {
            let file = |entry: io::Result<fs::DirEntry>| Ok(entry?.file_name().to_string_lossy().into_owned());
            fs::read_dir(self.folder.join(BUNDLES))?.map(file).collect()
        };
        match list() {
            Ok(mut names) => {
                names.retain(|name| name.ends_with(".json") || is_bundle_name(name));
                names.sort_unstable();
                let files = names.into_iter().map(|name| format!("{BUNDLES}/{name}"));
                found
                    .extend(files.filter(|file| !named.contains(file.as_str())).map(|file| Mismatch::Foreign { file }));
            }
            Err(error) => found.push(unreadable(BUNDLES, &error)),
        }
    }

    /// What is sent beside the first bundle must be what was written.
    fn check_infos(&self, found: &mut Vec<Mismatch>) {
        for (id, info) in
            self.manifest.executions.iter().filter_map(|one| Some((&one.id, one.multipart_info.as_ref()?)))
        {
            let expected = info_file(id);
            // An id must not lead us to files elsewhere either.
            if info.file != expected || !is_bundle_path(&expected) {
                found.push(Mismatch::Name { file: info.file.clone(), part: 0, expected });
                continue;
            }
            match sum_of(&self.folder.join(&info.file)) {
                Ok(sum) if sum.sha256 == info.sha256 => {}
                Ok(_) => found.push(Mismatch::Hash { file: info.file.clone() }),
                Err(error) => found.push(unreadable(&info.file, &error)),
            }
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
        let ids: HashSet<&str> = self.manifest.executions.iter().map(|execution| execution.id.as_str()).collect();
        let read = each_json_line(&self.folder.join(REPORTS), MAX_LINE, |line: ReportLine| {
            if let Some(execution) = line.execution.as_ref().filter(|id| !ids.contains(id.as_str())) {
                let (report, execution) = (line.report.clone(), execution.clone());
                found.push(Mismatch::UnknownExecution { report, execution });
            }
            check_cases(&line.report, &line.cases, &line.runs.unwrap_or_default(), found);
            sums.add_report(&line);
        });
        let totals = &self.manifest.totals;
        check_cases(MANIFEST, &totals.cases, &totals.runs, found);
        match read {
            Ok((sum, _)) => self.check_reports_file(sum, found),
            Err(error) => {
                found.push(unreadable(REPORTS, &error));
                return;
            }
        }
        self.bundles().into_iter().for_each(|bundle| sums.add_bundle(bundle));
        for ((name, stated), (_, sum)) in totals.sums().into_iter().zip(sums.sums()) {
            if stated != sum {
                found.push(Mismatch::Total { name, stated, found: sum });
            }
        }
    }

    /// Holds `reports.jsonl` against what the manifest says of it, if it does.
    fn check_reports_file(&self, sum: Sum, found: &mut Vec<Mismatch>) {
        let Some(stated) = &self.manifest.reports else { return };
        let file = || REPORTS.to_owned();
        if stated.file != REPORTS {
            let reason = format!("it has {:?} in the place of {REPORTS}", stated.file);
            found.push(Mismatch::Unreadable { file: MANIFEST.to_owned(), reason });
        }
        if stated.bytes != sum.bytes {
            found.push(Mismatch::Length { file: file(), stated: stated.bytes, found: sum.bytes });
        }
        if stated.sha256 != sum.sha256 {
            found.push(Mismatch::Hash { file: file() });
        }
    }
}

impl BundleFindings {
    fn read(&mut self, record: &BundleRecord, file: File, check: &BundleCheck<'_>) {
        let (facts, body, file) = match read_whole(record, file, check) {
            Ok(read) => read,
            Err(error) => return self.mismatches.push(unreadable(&record.file, &error)),
        };
        let named = || record.file.clone();
        let compressed = record.compressed.as_ref().zip(file.as_ref());
        let lengths =
            [(record.bytes, body.bytes)].into_iter().chain(compressed.map(|(one, two)| (one.bytes, two.bytes)));
        for (stated, found) in lengths.filter(|(stated, found)| stated != found) {
            self.mismatches.push(Mismatch::Length { file: named(), stated, found });
        }
        let is_same = compressed.is_none_or(|(stated, found)| stated.sha256 == found.sha256);
        if body.sha256 != record.sha256 || !is_same || record.compressed.is_some() != file.is_some() {
            self.mismatches.push(Mismatch::Hash { file: named() });
        }
        match facts {
            Ok(facts) => self.compare(record, facts),
            Err(messages) => {
                let content = messages.into_iter().map(|message| Mismatch::Content { file: named(), message });
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
        self.evidence = facts.evidence;
        self.identities = facts.identities;
        let BundleFacts { key, awaits_key, has_info, times, .. } = facts;
        self.belonging = Some(Belonging { key, awaits_key, has_info, times });
    }
}

/// What a conversion leaves that has begun and has not come to its end.
fn unfinished(folder: &Path) -> Option<Mismatch> {
    let earlier = earlier_of(folder);
    (earlier.is_some() || folder.join(JOURNAL).is_file()).then_some(Mismatch::Unfinished { earlier })
}

fn unreadable(file: &str, error: &io::Error) -> Mismatch {
    match error.kind() {
        io::ErrorKind::NotFound => Mismatch::Missing { file: file.to_owned() },
        _ => Mismatch::Unreadable { file: file.to_owned(), reason: error.to_string() },
    }
}

fn check_split(execution: &str, mut identities: Vec<(u128, &str)>, found: &mut Vec<Mismatch>) {
    identities.sort_unstable();
    for pair in identities.windows(2) {
        if let &[(one, first), (other, second)] = pair
            && one == other
        {
            found.push(Mismatch::SplitTest {
                execution: execution.to_owned(),
                first: first.to_owned(),
                second: second.to_owned(),
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

/// Facts or faults of a bundle, the sum of its body, and that of its file where it is compressed.
type Reading = (Result<BundleFacts, Vec<String>>, Sum, Option<Sum>);

/// Reads a bundle once, to its end.
fn read_whole(record: &BundleRecord, file: File, check: &BundleCheck<'_>) -> io::Result<Reading> {
    let compression = Compression::of_file(&record.file);
    if compression == Compression::None {
        let (facts, body) = read_body(file, check)?;
        return Ok((facts, body, None));
    }
    let mut file = Hashing::new(file);
    // A little data can decompress to very much: nothing beyond the stated length, and a byte to know that there is more,
    // is looked at.
    let body = compression.decoder(&mut file)?.take(record.bytes.saturating_add(1));
    let (facts, body) = read_body(body, check)?;
    io::copy(&mut file, &mut io::sink())?;
    Ok((facts, body, Some(file.finish().1)))
}

fn read_body(body: impl Read, check: &BundleCheck<'_>) -> io::Result<(Result<BundleFacts, Vec<String>>, Sum)> {
    let mut body = BufReader::with_capacity(64 << 10, Hashing::new(body));
    let facts = check(&mut body);
    // The check may have stopped early; the hash is that of the whole.
    io::copy(&mut body, &mut io::sink())?;
    Ok((facts, body.into_inner().finish().1))
}

#[cfg(test)]
mod tests;
