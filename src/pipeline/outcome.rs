//! What came of one file: handed from a worker to the collector, never an error.

mod runs;
mod told;

use std::time::Duration;

use xxhash_rust::xxh3::xxh3_128;

use super::basis::{Basis, ReadExtent};
use super::copies::Dated;
use super::early::Beginning;
use super::grouping::Group;
use super::loose::Traces;
use super::marks::Marks;
use super::twins::scope;
use crate::bundle::RunStore;
use crate::model::{CaseCounts, Origin, Problem, ProblemKind, ReportId, ReportState};
use crate::source::{Found, Later};
pub(super) use runs::{ReportRuns, RunChunk};
pub use told::EvidenceCounts;
pub(super) use told::Told;

/// What a worker found out about one file.
#[derive(Debug)]
pub(super) struct ReportOutcome {
    pub(super) id: ReportId,
    pub(super) origin: Origin,
    pub(super) surroundings: Surroundings,
    pub(super) told: Told,
    pub(super) runs: ReportRuns,
    pub(super) likeness: Likeness,
    /// What it was made of.
    pub(super) basis: Basis,
    /// What it leaves behind for the pictures beside it.
    pub(super) traces: Option<Box<Traces>>,
    /// How its bytes are read again, when it is a picture.
    pub(super) picture: Option<Box<Later>>,
    /// How long a worker had it, where that is measured.
    pub(super) spent: Duration,
}

/// What the place of a file says of it.
#[derive(Debug, Default)]
pub(super) struct Surroundings {
    /// Number of its INPUT.
    pub(super) input: u32,
    /// The same from one, as it is told where there are several.
    pub(super) told_input: Option<u32>,
    /// Length of the part of its origin that is the folder in which other reports may be of the same run
    /// ([`twins::scope`](scope)).
    pub(super) scope: usize,
    /// Whether a file of its folder is called like Cucumber's messages.
    pub(super) messages_may_follow: bool,
    /// Environments that hold for results that name none.
    pub(super) environment: String,
}

/// By what a file is known to be a copy of another one, or a report of the same run.
#[derive(Debug, Default)]
pub(super) struct Likeness {
    /// Hash of its bytes, of a report that was read whole.
    pub(super) content: Option<u128>,
    /// How it begins, when it is long.
    pub(super) beginning: Option<Beginning>,
    /// What its results are called, until it is collected.
    pub(super) marks: Marks,
    /// By what a report of the same format knows its rows, where that is asked for, until it is collected.
    pub(super) dated: Dated,
}

impl Surroundings {
    pub(super) fn of(found: &Found) -> Surroundings {
        let place = found.place();
        Surroundings {
            input: place.input,
            scope: scope::of(found.origin().folder(), &place.input_name).len(),
            messages_may_follow: place.beside_json_lines,
            ..Surroundings::default()
        }
    }
}

impl ReportOutcome {
    /// What is known of a file of which nothing has been read.
    pub(super) fn new(id: ReportId, origin: Origin, bytes: u64) -> ReportOutcome {
        let scope = origin.folder().len();
        ReportOutcome {
            id,
            origin,
            surroundings: Surroundings { scope, ..Surroundings::default() },
            told: Told::of(bytes),
            runs: ReportRuns::default(),
            likeness: Likeness::default(),
            basis: Basis::Listing,
            traces: None,
            picture: None,
            spent: Duration::ZERO,
        }
    }

    /// It was read as far as this. What cannot be read any further is nobody's copy.
    pub(super) fn read(&mut self, extent: ReadExtent) {
        self.likeness.content = (!extent.has_failed).then_some(extent.hash);
        self.basis.read(extent);
    }

    /// What it leaves behind for pictures, which most reports do not.
    pub(super) fn traces(&mut self) -> &mut Traces {
        self.traces.get_or_insert_default()
    }

    /// What tells its bytes, for the environments that its place tells of, from all others.
    pub(super) fn content_for_environment(&self) -> Option<u128> {
        let (content, environment) = (self.likeness.content?, &self.surroundings.environment);
        if environment.is_empty() {
            return Some(content);
        }
        let both = [&content.to_le_bytes(), environment.as_bytes()].concat();
        Some(xxh3_128(&both))
    }

    /// Takes the runs back out of the store: every case is left out.
    pub(super) fn leave_out_runs(&mut self, store: &RunStore) {
        self.discard_runs(store);
        self.told.left_out = self.told.cases.seen;
        self.told.evidence = EvidenceCounts::default();
    }

    /// It is read once more: of the first time only those problems stay that were known before.
    pub(super) fn begin_again(&mut self, known: usize, store: &RunStore) {
        self.discard_runs(store);
        self.told.cases = CaseCounts::default();
        self.told.left_out = 0;
        self.told.problems.truncate(known);
        self.told.evidence = EvidenceCounts::default();
        self.told.producer.clear();
        self.basis.begin_again();
        self.likeness.marks = Marks::default();
        self.likeness.dated = Dated::default();
    }

    /// A panic ended the reading of it.
    pub(super) fn fall(&mut self) {
        let message = "the reader of this format failed: a defect of xraypack";
        self.told.problems.push(Problem::new(ProblemKind::Panicked, message));
        self.told.state = ReportState::Damaged;
    }

    /// Another report stands for it: nothing of it counts.
    pub(super) fn set_aside(&mut self, reason: String, why: Problem, group: &Group) {
        self.discard_runs(&group.store);
        let Told { bytes, format, .. } = self.told;
        self.told = Told { format, reason, problems: vec![why], ..Told::of(bytes) };
        self.runs = ReportRuns::default();
        self.likeness = Likeness::default();
        self.picture = None;
    }

    /// Forgets the runs.
    pub(super) fn discard_runs(&mut self, store: &RunStore) {
        self.runs.discard(store);
        self.traces = None;
    }
}
