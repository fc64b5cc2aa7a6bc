//! What the journal says of a group that is finished, and how it is taken over by a later conversion.

use std::collections::HashMap;
use std::sync::Arc;

use serde::ser::{Error as _, SerializeSeq, Serializer};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::Error;
use super::basis::FileBasis;
use super::collect::{Collected, Rank};
use super::finish::{Done, Ranked};
use super::grouping::Group;
use super::hexadecimal;
use super::kept::FinishedReport;
use super::outcome::{EvidenceCounts, ReportOutcome, Told};
use crate::bundle::manifest::{Disagreeing, Execution, Undecided};
use crate::bundle::{Ids, LineSpool, ProblemLine, ReportLine, WriteError};
use crate::format;
use crate::model::{Origin, Position, Problem, ProblemKind, ReportId, Severity};
use crate::source::{ArchiveFile, Fingerprint};

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
    /// What waits beside that line.
    pub(super) beside: RecordedBeside,
}

/// What is kept of a file beside its line.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct RecordedBeside {
    /// What it was made of.
    pub(super) basis: RecordedBasis,
    /// As [`Told::has_advice`].
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(super) has_advice: bool,
}

/// As [`Basis`](super::basis::Basis).
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

/// The record of a group that has just been finished. It reads as a [`Record`]; the files' part of it, which may be long,
/// never is in memory.
#[derive(Serialize)]
pub(super) struct NewRecord<'r> {
    input: u32,
    source: &'r str,
    reports: NewReports<'r>,
    executions: Vec<RecordedExecution>,
    archives: Vec<RecordedArchive>,
    kept: u64,
    dropped: u64,
}

/// The files of a finished group, as they wait in the spool.
struct NewReports<'r> {
    reports: &'r [FinishedReport],
    spool: &'r LineSpool,
}

impl<'r> NewRecord<'r> {
    /// The record of a group whose files lie in these archives; nothing when one of these has been changed since it was
    /// read.
    pub(super) fn of(
        group: &'r Group,
        archives: &[(String, Arc<ArchiveFile>)],
        done: &'r Done<Execution>,
        spool: &'r LineSpool,
    ) -> Option<NewRecord<'r>> {
        let archives = archives.iter().map(|(origin, file)| {
            let Fingerprint { bytes, hash } = file.fingerprint()?;
            Some(RecordedArchive { origin: origin.clone(), bytes, hash })
        });
        let executions = done.executions.iter().map(|one| {
            let first = done.reports.binary_search_by_key(&one.rank.first, |report| report.id).ok()?;
            let (among, label) = (one.rank.among, one.label.clone());
            Some(RecordedExecution { first, among, label, execution: one.execution.clone() })
        });
        Some(NewRecord {
            input: group.input(),
            source: group.source(),
            reports: NewReports { reports: &done.reports, spool },
            executions: executions.collect::<Option<Vec<_>>>()?,
            archives: archives.collect::<Option<Vec<_>>>()?,
            kept: done.evidence.kept,
            dropped: done.evidence.dropped,
        })
    }
}

impl Serialize for NewReports<'_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Both {
            line: Box<RawValue>,
            beside: Box<RawValue>,
        }
        let raw = |json: Vec<u8>| {
            let json = String::from_utf8(json).map_err(S::Error::custom)?;
            RawValue::from_string(json).map_err(S::Error::custom)
        };
        let both = |report: &FinishedReport| {
            let (mut line, mut beside) = (Vec::new(), Vec::new());
            let refused = |error: WriteError| S::Error::custom(error);
            self.spool.line(&report.line, report.execution.as_deref(), &mut line).map_err(refused)?;
            self.spool.beside(&report.line, &mut beside).map_err(refused)?;
            Ok(Both { line: raw(line)?, beside: raw(beside)? })
        };
        let mut sequence = to.serialize_seq(Some(self.reports.len()))?;
        for report in self.reports {
            sequence.serialize_element(&both(report)?)?;
        }
        sequence.end()
    }
}

impl Record {
    /// The record with its Test Executions in order of their first reports, as their ids were given.
    pub(super) fn in_order(mut self) -> Record {
        self.executions.sort_by_key(|one| (one.first, one.among));
        self
    }

    /// The Test Executions that begin with file number `place`, of a record [in order](Record::in_order).
    fn executions_from(&self, place: usize) -> &[RecordedExecution] {
        let from = self.executions.partition_point(|one| one.first < place);
        let to = self.executions.partition_point(|one| one.first <= place);
        &self.executions[from..to]
    }

    /// The outcome of file number `place`, as far as others want to know of it.
    pub(super) fn outcome(&self, place: usize, id: ReportId, origin: &Origin) -> Option<ReportOutcome> {
        let recorded = self.reports.get(place).filter(|one| one.line.report == origin.as_str())?;
        let told = told(recorded)?;
        Some(ReportOutcome { told, ..ReportOutcome::new(id, origin.clone(), recorded.line.bytes) })
    }

    /// Gives the Test Executions that begin with file number `place` their ids, as if it had been converted, and its
    /// line.
    ///
    /// # Errors
    /// When an id comes out differently than it was, because others that come before have changed; when the file there is
    /// another one than a moment ago.
    pub(super) fn take_ids(&self, place: usize, report: &str, ids: &mut Ids) -> Result<&ReportLine, Error> {
        let recorded = self.reports.get(place).filter(|recorded| recorded.line.report == report);
        let recorded = recorded.ok_or_else(|| Error::Changing(report.to_owned()))?;
        for one in self.executions_from(place) {
            if ids.give(&one.label) != one.execution.id {
                return Err(Error::Renamed(one.execution.id.clone()));
            }
        }
        Ok(&recorded.line)
    }

    /// What stays of the group, whose files are these in the conversion at hand.
    pub(super) fn done(&self, collected: &Collected) -> Option<Done<Execution>> {
        let kept = &collected.reports;
        if kept.len() != self.reports.len() {
            return None;
        }
        let executions = self.executions.iter().map(|one| {
            let rank = Rank { first: kept.reports.get(one.first)?.id, among: one.among };
            let mut execution = one.execution.clone();
            if let Some(Disagreeing { first, .. }) = &mut execution.disagreeing {
                // As in the lines: there may be more INPUTs than there were.
                (first.passed.input, first.failed.input) = (kept.told_input, kept.told_input);
            }
            if let Some(Undecided { first, .. }) = &mut execution.undecided {
                (first.passed.input, first.not_run.input) = (kept.told_input, kept.told_input);
            }
            Some(Ranked { rank, label: one.label.clone(), execution })
        });
        let evidence = EvidenceCounts { kept: self.kept, dropped: self.dropped };
        let executions = executions.collect::<Option<Vec<_>>>()?;
        // Their lines say already which Test Executions they belong to.
        let (reports, totals) = (kept.finished(&HashMap::new()), kept.totals);
        Some(Done { executions, reports, totals, evidence, unmapped: Vec::new() })
    }
}

/// What was told of the file that was recorded.
fn told(RecordedReport { line, beside }: &RecordedReport) -> Option<Told> {
    let format = match &line.format {
        Some(name) => Some(format::by_name(name)?.name),
        None => None,
    };
    Some(Told {
        format,
        producer: line.producer.clone().unwrap_or_default(),
        state: line.state,
        reason: line.reason.clone().unwrap_or_default(),
        has_advice: beside.has_advice,
        cases: line.cases.into(),
        problems: line.problems.iter().map(problem).collect::<Option<Vec<_>>>()?,
        ..Told::of(line.bytes)
    })
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
        topic: None,
    })
}
