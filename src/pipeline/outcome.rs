//! What came of one file: handed from a worker to the collector, never an error.

use std::time::Duration;

use xxhash_rust::xxh3::xxh3_128;

use super::basis::{Basis, ReadExtent};
use super::copies::Dated;
use super::early::Beginning;
use super::grouping::Group;
use super::loose::Traces;
use super::marks::Marks;
use super::naming::KeyedName;
use super::rows::RowKeys;
use super::share::Shares;
use crate::bundle::{RunPlace, RunStore, StoredChunk, WaitingEntries};
use crate::model::{CaseCounts, Origin, Problem, ProblemKind, ReportId, ReportState, RunCounts};
use crate::source::Later;

/// What a worker found out about one file.
#[derive(Debug)]
pub(super) struct ReportOutcome {
    pub(super) id: ReportId,
    pub(super) origin: Origin,
    pub(super) bytes: u64,
    pub(super) format: Option<&'static str>,
    pub(super) producer: String,
    pub(super) state: ReportState,
    /// Why it is unsupported or ignored; empty otherwise.
    pub(super) reason: String,
    /// Whether that says what to do about results that were not read.
    pub(super) has_advice: bool,
    pub(super) cases: CaseCounts,
    /// Cases that could not become a run.
    pub(super) left_out: u64,
    pub(super) problems: Vec<Problem>,
    pub(super) evidence: EvidenceCounts,
    /// Number of its INPUT.
    pub(super) input: u32,
    /// The same from one, as it is told where there are several.
    pub(super) told_input: Option<u32>,
    /// Length of the part of its origin that is the folder in which other reports may be of the same run
    /// ([`twins::scope`](super::twins::scope)).
    pub(super) scope: usize,
    /// Whether a file of its folder is called like Cucumber's messages.
    pub(super) messages_may_follow: bool,
    /// Number, within its group, of the Test Execution that it is shown with.
    pub(super) execution: u32,
    /// Hash of its bytes, of a report that was read whole.
    pub(super) content: Option<u128>,
    /// How it begins, when it is long.
    pub(super) beginning: Option<Beginning>,
    /// Its runs' Test Executions.
    pub(super) shares: Shares,
    /// What it was made of.
    pub(super) basis: Basis,
    /// Environments that its place tells of; they hold for results that name none.
    pub(super) environment: String,
    /// Names of its results that have a key, with their share; empty unless a plan is made.
    pub(super) names: Vec<(usize, KeyedName)>,
    /// Tests with neither key nor project; empty unless a plan is made.
    pub(super) unmapped: Vec<String>,
    /// By what another report of the same run knows it, until it is collected.
    pub(super) marks: Marks,
    /// By what a report of the same format knows its rows, where that is asked for, until it is collected.
    pub(super) dated: Dated,
    /// What it leaves behind for the pictures beside it.
    pub(super) traces: Option<Box<Traces>>,
    /// How its bytes are read again, when it is a picture.
    pub(super) picture: Option<Box<Later>>,
    /// Keys of its rows, until it has been read.
    pub(super) row_keys: RowKeys,
    /// Its runs, in order.
    pub(super) chunks: Vec<RunChunk>,
    /// What became of its runs; known when they have been collected.
    pub(super) runs: RunCounts,
    /// How long a worker had it, where that is measured.
    pub(super) spent: Duration,
}

/// Runs that follow each other in the store, on their way to the index of their Test Execution.
#[derive(Debug)]
pub(super) struct RunChunk {
    pub(super) stored: StoredChunk,
    /// What is known of each. Where it is follows from the lengths of those before it.
    pub(super) entries: WaitingEntries,
    /// Numbers of their Test Executions, each with the place of the first run that belongs to another one.
    pub(super) executions: Vec<(u32, usize)>,
    /// Notes, by the number of their run in the chunk.
    pub(super) notes: Vec<(usize, RunPlace)>,
}

/// Attachments of the report.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct EvidenceCounts {
    /// Written as evidence.
    pub kept: u64,
    /// Left out by a policy, a limit, or because they could not be found.
    pub dropped: u64,
}

impl EvidenceCounts {
    /// Takes in what became of some of it: `gone` pieces are not written after all, `dropped` of them because of a limit.
    pub(super) fn settle(&mut self, gone: u64, dropped: u64) {
        self.kept = self.kept.saturating_sub(gone);
        self.dropped += dropped;
    }

    /// Adds another count.
    pub fn merge(&mut self, other: EvidenceCounts) {
        self.kept += other.kept;
        self.dropped += other.dropped;
    }
}

impl ReportOutcome {
    pub(super) fn new(id: ReportId, origin: Origin, bytes: u64) -> ReportOutcome {
        let scope = origin.folder().len();
        ReportOutcome {
            id,
            scope,
            origin,
            bytes,
            format: None,
            producer: String::new(),
            state: ReportState::Ignored,
            reason: String::new(),
            has_advice: false,
            cases: CaseCounts::default(),
            left_out: 0,
            problems: Vec::new(),
            evidence: EvidenceCounts::default(),
            input: 0,
            told_input: None,
            messages_may_follow: false,
            execution: 0,
            content: None,
            beginning: None,
            shares: Shares::default(),
            basis: Basis::Listing,
            environment: String::new(),
            names: Vec::new(),
            unmapped: Vec::new(),
            marks: Marks::default(),
            dated: Dated::default(),
            traces: None,
            picture: None,
            row_keys: RowKeys::default(),
            chunks: Vec::new(),
            runs: RunCounts::default(),
            spent: Duration::ZERO,
        }
    }

    /// It was read as far as this. What cannot be read any further is nobody's copy.
    pub(super) fn read(&mut self, extent: ReadExtent) {
        self.content = (!extent.has_failed).then_some(extent.hash);
        self.basis.read(extent);
    }

    /// What it leaves behind for pictures, which most reports do not.
    pub(super) fn traces(&mut self) -> &mut Traces {
        self.traces.get_or_insert_default()
    }

    /// What tells its bytes, for the environments that its place tells of, from all others.
    pub(super) fn content_for_environment(&self) -> Option<u128> {
        let content = self.content?;
        if self.environment.is_empty() {
            return Some(content);
        }
        let both = [&content.to_le_bytes(), self.environment.as_bytes()].concat();
        Some(xxh3_128(&both))
    }

    /// Takes the runs back out of the store: every case is left out.
    pub(super) fn leave_out_runs(&mut self, store: &RunStore) {
        self.discard_runs(store);
        self.left_out = self.cases.seen;
        self.evidence = EvidenceCounts::default();
    }

    /// It is read once more: of the first time only those problems stay that were known before.
    pub(super) fn begin_again(&mut self, known: usize, store: &RunStore) {
        self.discard_runs(store);
        self.cases = CaseCounts::default();
        self.left_out = 0;
        self.problems.truncate(known);
        self.evidence = EvidenceCounts::default();
        self.basis.begin_again();
        self.producer.clear();
        self.marks = Marks::default();
        self.dated = Dated::default();
    }

    /// A panic ended the reading of it.
    pub(super) fn fall(&mut self) {
        let message = "the reader of this format failed: a defect of xraypack";
        self.problems.push(Problem::new(ProblemKind::Panicked, message));
        self.state = ReportState::Damaged;
    }

    /// Another report stands for it: nothing of it counts.
    pub(super) fn set_aside(&mut self, reason: String, why: Problem, group: &Group) {
        self.discard_runs(&group.store);
        let aside = ReportOutcome::new(self.id, self.origin.clone(), self.bytes);
        *self = ReportOutcome {
            input: self.input,
            told_input: self.told_input,
            format: self.format,
            reason,
            problems: vec![why],
            basis: std::mem::replace(&mut self.basis, Basis::Listing),
            ..aside
        };
    }

    /// Forgets the runs.
    pub(super) fn discard_runs(&mut self, store: &RunStore) {
        self.shares.clear();
        self.names.clear();
        self.unmapped.clear();
        self.traces = None;
        self.chunks.drain(..).for_each(|chunk| store.discard(&chunk.stored));
    }
}
