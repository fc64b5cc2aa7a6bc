//! What the journal says of a group that is finished, and how it is taken over by a later conversion.

use std::collections::HashSet;

use serde::{Deserialize, Serialize};

use super::Error;
use super::basis::{Basis, FileBasis};
use super::collect::{Collected, Rank};
use super::finish::{Done, Ranked};
use super::grouping::Group;
use super::hexadecimal;
use super::outcome::{EvidenceCounts, ReportOutcome};
use super::resume::outermost;
use crate::bundle::manifest::Execution;
use crate::bundle::{ProblemLine, ReportLine, file_safe_id};
use crate::format;
use crate::model::{CaseCounts, Origin, Position, Problem, ProblemKind, ReportId, Severity};
use crate::source::Fingerprint;

/// A finished group.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Record {
    /// Number of its INPUT.
    pub(super) input: u32,
    /// What its reports have in common.
    pub(super) source: String,
    /// Its files, in order.
    pub(super) reports: Vec<RecordedReport>,
    /// Its Test Executions, in order.
    pub(super) executions: Vec<RecordedExecution>,
    /// Archives that its files lie in.
    pub(super) archives: Vec<RecordedArchive>,
    kept: u64,
    dropped: u64,
}

/// One file of a finished group.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct RecordedReport {
    /// Its line in `reports.jsonl`.
    pub(super) line: ReportLine,
    /// What it was made of.
    pub(super) basis: RecordedBasis,
}

/// As [`Basis`].
#[derive(Debug, Serialize, Deserialize)]
pub(super) enum RecordedBasis {
    /// What the walk said of the file.
    Listing,
    /// One of the archives of the record.
    Archive,
    /// The file itself.
    File(FileBasis),
}

/// One Test Execution of a finished group.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct RecordedExecution {
    /// Place of its first report among the files of the group.
    first: usize,
    /// Its place among those that begin with the same report.
    among: u32,
    /// What its id was made from.
    label: String,
    /// As it stands in the manifest.
    pub(super) execution: Execution,
}

/// An archive as it was.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct RecordedArchive {
    pub(super) origin: String,
    bytes: u64,
    #[serde(with = "hexadecimal")]
    hash: u128,
}

impl RecordedArchive {
    pub(super) fn is(&self, fingerprint: Fingerprint) -> bool {
        (self.bytes, self.hash) == (fingerprint.bytes, fingerprint.hash)
    }
}

impl Record {
    /// The record of a group; nothing when some of it cannot be recognised again: it came as a stream, or has been
    /// changed since it was read.
    pub(super) fn of(group: &Group, bases: Vec<Basis>, done: &Done<Execution>) -> Option<Record> {
        let archives = archives(&bases, &done.lines)?;
        let reports = bases.into_iter().zip(&done.lines).map(|(basis, (_, line))| {
            let basis = match basis {
                Basis::Listing => RecordedBasis::Listing,
                Basis::Archive(_) => RecordedBasis::Archive,
                Basis::File(file) => RecordedBasis::File(file),
                Basis::Stream => return None,
            };
            Some(RecordedReport { line: line.clone(), basis })
        });
        let reports = reports.collect::<Option<Vec<_>>>()?;
        let executions = done.executions.iter().map(|one| {
            let first = done.lines.iter().position(|(id, _)| *id == one.rank.first)?;
            let (among, label) = (one.rank.among, one.label.clone());
            Some(RecordedExecution { first, among, label, execution: one.execution.clone() })
        });
        Some(Record {
            input: group.input(),
            source: group.source().to_owned(),
            reports,
            executions: executions.collect::<Option<Vec<_>>>()?,
            archives,
            kept: done.evidence.kept,
            dropped: done.evidence.dropped,
        })
    }

    /// The outcome of file number `place`, as far as others want to know of it.
    pub(super) fn outcome(&self, place: usize, id: ReportId, origin: &Origin) -> Option<ReportOutcome> {
        let line = &self.reports.get(place)?.line;
        if line.report == origin.as_str() { restored(line, id) } else { None }
    }

    /// Gives the Test Executions that begin with file number `place` their ids, as if it had been converted.
    ///
    /// # Errors
    /// When an id comes out differently than it was, because others that come before have changed; when the file there is
    /// another one than a moment ago.
    pub(super) fn take_ids(&self, place: usize, report: &str, ids: &mut HashSet<String>) -> Result<(), Error> {
        if self.reports.get(place).is_none_or(|recorded| recorded.line.report != report) {
            return Err(Error::Changing(report.to_owned()));
        }
        for one in self.executions.iter().filter(|one| one.first == place) {
            if file_safe_id(&one.label, ids) != one.execution.id {
                return Err(Error::Renamed(one.execution.id.clone()));
            }
        }
        Ok(())
    }

    /// What stays of the group, whose files are these in the conversion at hand.
    pub(super) fn done(&self, collected: &Collected) -> Option<Done<Execution>> {
        let ids: Vec<_> = collected.reports.iter().map(|report| report.id).collect();
        if ids.len() != self.reports.len() {
            return None;
        }
        let lines = ids.iter().zip(&self.reports).map(|(id, report)| (*id, report.line.clone())).collect();
        let executions = self.executions.iter().map(|one| {
            let rank = Rank { first: *ids.get(one.first)?, among: one.among };
            Some(Ranked { rank, label: one.label.clone(), execution: one.execution.clone() })
        });
        let evidence = EvidenceCounts { kept: self.kept, dropped: self.dropped };
        Some(Done { executions: executions.collect::<Option<Vec<_>>>()?, lines, evidence, unmapped: Vec::new() })
    }
}

/// Each archive once.
fn archives(bases: &[Basis], lines: &[(ReportId, ReportLine)]) -> Option<Vec<RecordedArchive>> {
    let mut archives: Vec<RecordedArchive> = Vec::new();
    for (basis, (_, line)) in bases.iter().zip(lines) {
        let Basis::Archive(file) = basis else { continue };
        let origin = outermost(&line.report);
        // Files of one archive follow each other.
        if archives.last().is_none_or(|last| last.origin != origin) {
            let Fingerprint { bytes, hash } = file.fingerprint()?;
            archives.push(RecordedArchive { origin: origin.to_owned(), bytes, hash });
        }
    }
    Some(archives)
}

/// The outcome that this line tells of.
fn restored(line: &ReportLine, id: ReportId) -> Option<ReportOutcome> {
    let mut outcome = ReportOutcome::new(id, Origin::new(line.report.clone()), line.bytes);
    outcome.format = match &line.format {
        Some(name) => Some(format::by_name(name)?.name),
        None => None,
    };
    outcome.producer = line.producer.clone().unwrap_or_default();
    outcome.state = line.state;
    outcome.reason = line.reason.clone().unwrap_or_default();
    let cases = line.cases;
    outcome.cases = CaseCounts {
        seen: cases.seen,
        passed: cases.passed,
        failed: cases.failed,
        errored: cases.errored,
        skipped: cases.skipped,
    };
    outcome.problems = line.problems.iter().map(problem).collect::<Option<Vec<_>>>()?;
    Some(outcome)
}

fn problem(line: &ProblemLine) -> Option<Problem> {
    let position = match (line.offset, line.line, line.column) {
        (Some(offset), Some(line), Some(column)) => Some(Position { offset, line, column }),
        _ => None,
    };
    Some(Problem {
        severity: Severity::by_name(&line.severity)?,
        kind: ProblemKind::by_name(&line.kind)?,
        message: line.message.clone(),
        position,
    })
}
