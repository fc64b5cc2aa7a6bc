//! A part of a large report that is converted apart from the rest, and how parts become the outcome that one thread
//! would have come to.

use std::collections::HashMap;
use std::panic::{AssertUnwindSafe, catch_unwind};

use super::findings::Keeps;
use super::telling::{LONG_TEXTS, OVERRULED_ENVIRONMENT};
use super::{Conversion, ConversionFailure, Fallen, RunScratch, Subject, conflict};
use crate::format::Format;
use crate::model::{Origin, Problem, ProblemKind, ReportVisitor, StatedExecution, TestRun};
use crate::pipeline::batches::{CaseBatch, Giant};
use crate::pipeline::copies::Dated;
use crate::pipeline::marks::Marks;
use crate::pipeline::outcome::ReportOutcome;
use crate::pipeline::purpose::Context;

/// What must be known of the cases before a part.
#[derive(Debug, Default)]
pub(in crate::pipeline) struct Start {
    /// Number of the part.
    pub(in crate::pipeline) part: u32,
    /// What the report says of its Test Execution, and how often it has said something.
    pub(in crate::pipeline) stated: StatedExecution,
    pub(in crate::pipeline) statement: u32,
    /// Rows of outlines.
    pub(in crate::pipeline) examples: u64,
    /// Whether there are so many cases that none needs to be marked.
    pub(in crate::pipeline) is_beyond_marks: bool,
    /// Whether what names each case is kept for its report.
    pub(in crate::pipeline) keeps_definitions: bool,
    /// Whether what is known of its runs will wait so long that it had better not do so in memory.
    pub(in crate::pipeline) waits_long: bool,
}

/// What came of a part.
pub(in crate::pipeline) struct ReportPart {
    outcome: ReportOutcome,
    statement: u32,
    further: HashMap<ProblemKind, (usize, Problem)>,
    encoded: u64,
    failure: Option<ConversionFailure>,
    /// Whether a panic ended it. Until then, the part is as it would be without.
    fell: Result<(), Fallen>,
}

impl ReportPart {
    /// Converts the cases of a batch, which is emptied.
    pub(in crate::pipeline) fn of(
        batch: &mut CaseBatch,
        giant: &Giant,
        context: &Context<'_>,
        scratch: &mut RunScratch,
    ) -> ReportPart {
        let mut outcome = ReportOutcome::new(giant.report, Origin::default(), 0);
        outcome.surroundings.environment.clone_from(&giant.environment);
        outcome.basis = giant.basis.of_part();
        if batch.start.keeps_definitions {
            outcome.likeness.marks.keep_definitions();
        }
        if Format::may_be_told_again(giant.format.name, giant.entry.origin.as_str()) {
            outcome.likeness.dated = Dated::wanted();
        }
        if batch.start.is_beyond_marks {
            outcome.likeness.marks = Marks::full();
        }
        let (statement, further) = (batch.start.statement, HashMap::new());
        let mut part = ReportPart { outcome, statement, further, encoded: 0, failure: None, fell: Ok(()) };
        part.fill(batch, giant, context, scratch);
        if batch.empty().is_break() {
            // Buffers change hands between cases and runs.
            scratch.run = TestRun::default();
        }
        part
    }

    fn fill(&mut self, batch: &mut CaseBatch, giant: &Giant, context: &Context<'_>, scratch: &mut RunScratch) {
        let subject = Subject { entry: &giant.entry, dialect: &giant.format.dialect, group: &giant.group };
        let mut conversion = Conversion::new(subject, &mut self.outcome, context, scratch);
        conversion.findings.keeps = Keeps::EnoughOfAPart;
        conversion.mapper.go_on_behind(batch.start.examples);
        conversion.stated.clone_from(&batch.start.stated);
        conversion.statement = batch.start.statement;
        if batch.start.waits_long {
            conversion.chunks_held = 0;
        }
        let replayed = catch_unwind(AssertUnwindSafe(|| batch.replay(&mut conversion)));
        let completed = conversion.complete();
        self.fell = replayed.map_err(|_| Fallen).and(completed);
        self.encoded = conversion.encoded;
        self.failure = conversion.failure;
        self.further = conversion.findings.further;
    }

    /// Takes its runs back out of the store.
    pub(super) fn discard(mut self, giant: &Giant) {
        self.outcome.discard_runs(&giant.group.store);
    }

    /// Whether a panic ended it.
    pub(super) fn fell(&self) -> bool {
        self.fell.is_err()
    }
}

impl Conversion<'_> {
    /// Takes in what came of the next part of the report, as if its cases had been converted here.
    pub(super) fn take_in(&mut self, part: ReportPart) {
        let ReportPart { outcome: mut part, statement, further, encoded, failure, .. } = part;
        if !part.told.producer.is_empty() {
            self.findings.producer(&part.told.producer);
        }
        let outcome = &mut *self.findings.outcome;
        outcome.told.cases.merge(&part.told.cases);
        outcome.told.left_out += part.told.left_out;
        outcome.told.evidence.merge(part.told.evidence);
        outcome.basis.take_in(part.basis);
        outcome.likeness.marks.take_in(part.likeness.marks);
        self.rows.keys().take_in(std::mem::take(&mut part.runs.row_keys));
        outcome.likeness.dated.take_in(part.likeness.dated);
        if let Some(traces) = part.traces {
            outcome.traces().take_in(*traces);
        }
        let places = outcome.runs.take_in(&mut part.runs);
        // Where a share took the statement in force, and with it, perhaps, something that differs from earlier ones.
        let mut stated = part.runs.shares.iter().zip(places).filter(|(share, _)| share.statement != 0).peekable();
        for (number, problem) in part.told.problems.into_iter().enumerate() {
            while let Some((share, place)) = stated.next_if(|(share, _)| share.stated_behind <= number) {
                self.state(place, statement, &share.stated);
            }
            if self.is_to_be_told(&problem) {
                self.findings.note(problem);
            }
        }
        stated.for_each(|(share, place)| self.state(place, statement, &share.stated));
        for (kind, (count, example)) in further {
            self.findings.further.entry(kind).or_insert((0, example)).0 += count;
        }
        self.encoded += encoded;
        self.failure = failure;
        self.offer();
    }

    fn state(&mut self, share: usize, statement: u32, stated: &StatedExecution) {
        let differing = self.findings.outcome.runs.shares[share].state(statement, stated, 0);
        if !differing.is_empty() {
            self.findings.note(conflict(&differing));
        }
    }

    /// Whether a problem of a part is none that the report has got before.
    fn is_to_be_told(&mut self, problem: &Problem) -> bool {
        match (problem.kind, problem.topic.as_deref()) {
            (ProblemKind::TextShortened, Some(LONG_TEXTS)) => !std::mem::replace(&mut self.told_of_long_texts, true),
            (ProblemKind::Unusual, Some(OVERRULED_ENVIRONMENT)) => {
                !std::mem::replace(&mut self.told_of_environment, true)
            }
            _ => self.mapper.is_first(problem),
        }
    }
}
