//! From the cases that a parser pushes to encoded runs in the store.

mod attached;
mod batching;
mod ending;
mod finder;
mod findings;
mod inspection;
mod lot;
mod part;
mod rows;

use std::ops::{ControlFlow, Range};

use super::early::Early;
use super::evidence;
use super::grouping::{Group, Takes};
use super::naming::KeyedName;
use super::outcome::{ReportOutcome, RunChunk};
use super::purpose::{Context, Names};
use super::rows::Rows;
use super::share::conflict;
use crate::bundle::{IndexEntry, RunPlace, WaitingEntries, WriteError};
use crate::format::Format;
use crate::mapping::{Evidence, Mapped, Mapper};
use crate::model::{
    Dialect, Limit, Problem, ProblemKind, ReportVisitor, RunFacts, StatedExecution, TestCase, TestRun, shorten,
};
use crate::source::{Entry, Shortage};
use crate::xray;

use attached::LastAttached;
pub(super) use batching::Batching;
pub(super) use ending::{Ended, Fallen};
pub(super) use findings::Findings;
pub(super) use inspection::Inspection;
pub(super) use lot::{Lot, Lots};
pub(super) use part::{ReportPart, Start};

/// Bytes of encoded runs that are handed to the store at once: large reports come in several chunks.
const CHUNK: usize = 1024 * 1024;

/// Chunks of one report whose entries wait in memory. Those of a giant would be more than the index itself keeps.
const CHUNKS_HELD: usize = 4;

/// Topics of what this file tells once for a report.
const LONG_TEXTS: &str = "long texts";
const OVERRULED_ENVIRONMENT: &str = "overruled environment";

/// The class of cases over which a conversion falls, so that tests can see what becomes of the report.
#[cfg(test)]
pub(super) const FALLS: &str = "a class that nobody has";

/// What a worker keeps between reports, so that nothing is allocated for a case once it is warm.
#[derive(Default)]
pub(super) struct RunScratch {
    run: TestRun,
    last: xray::LastRun,
    bytes: Vec<u8>,
    /// Notes of the runs that wait; nearly none has one.
    notes: Vec<u8>,
    /// Runs in `bytes`, and the share to which each belongs.
    waiting: Vec<Waiting>,
    attachment: LastAttached,
    slug: String,
    /// The mapper's room.
    texts: String,
    /// Cases of the report before: the next one has about as many.
    usual_cases: usize,
}

impl RunScratch {
    /// Forgets the runs that waited. One with much evidence must not keep its memory for ever.
    fn empty(&mut self) {
        self.waiting.clear();
        self.notes.clear();
        self.bytes.clear();
        self.notes.shrink_to(CHUNK);
        self.bytes.shrink_to(4 * CHUNK);
    }
}

/// Maps, encodes and stores each case as it comes.
pub(super) struct Conversion<'c> {
    findings: Findings<'c>,
    context: &'c Context<'c>,
    entry: &'c Entry,
    mapper: Mapper<'c>,
    scratch: &'c mut RunScratch,
    group: &'c Group,
    rows: Rows,
    /// A place for the run at hand while others are encoded.
    spare: TestRun,
    /// What the test at hand would be called without a key; kept for a plan only.
    definition: String,
    /// What the report says of its Test Execution, and how often it said something.
    stated: StatedExecution,
    statement: u32,
    told_of_environment: bool,
    told_of_unwritten: xray::Unwritten,
    told_of_long_texts: bool,
    /// Whether pictures may lie beside the report, and may be evidence.
    may_meet_pictures: bool,
    /// See [`CHUNKS_HELD`].
    chunks_held: usize,
    /// Runs that were encoded.
    encoded: u64,
    /// Of the run that was encoded last.
    identity: u128,
    /// Why the report cannot be converted any further.
    failure: Option<ConversionFailure>,
    /// Where runs are offered as they come.
    early: Option<Early<'c>>,
    /// Whether a case is at hand. A panic leaves it so.
    is_at_work: bool,
}

struct Waiting {
    share: usize,
    length: u64,
    /// Its place in `notes`.
    note: Range<usize>,
    facts: RunFacts,
}

/// What ends the whole conversion.
#[derive(Debug)]
pub(super) enum ConversionFailure {
    /// The runs cannot be stored.
    Store(WriteError),
    /// A case without a key and no project to create its Test in.
    NoProject(String),
    /// The work was told to stop.
    Stopped,
    /// The machine does not give what reading needs.
    Shortage(Shortage),
}

impl<'c> Conversion<'c> {
    pub(super) fn new(
        dialect: &Dialect,
        outcome: &'c mut ReportOutcome,
        context: &'c Context<'c>,
        entry: &'c Entry,
        scratch: &'c mut RunScratch,
        group: &'c Group,
    ) -> Conversion<'c> {
        scratch.empty();
        outcome.marks.expect(scratch.usual_cases);
        if context.prefers || outcome.format.is_some_and(Format::tells_more) {
            outcome.marks.keep_definitions();
        }
        let mut mapper = Mapper::with_room(context.rules, std::mem::take(&mut scratch.texts));
        mapper.begin(dialect);
        Conversion {
            findings: Findings::new(outcome, &context.reading.options.limits),
            context,
            entry,
            mapper,
            scratch,
            group,
            rows: Rows::default(),
            spare: TestRun::default(),
            definition: String::new(),
            stated: StatedExecution::default(),
            statement: 0,
            told_of_environment: false,
            told_of_unwritten: xray::Unwritten::default(),
            told_of_long_texts: false,
            may_meet_pictures: context.rules.evidence.of != Evidence::None && entry.may_lie_beside_pictures(),
            chunks_held: CHUNKS_HELD,
            encoded: 0,
            identity: 0,
            failure: None,
            early: None,
            is_at_work: false,
        }
    }

    /// Has the runs offered as they come.
    pub(super) fn offering(self, early: Option<Early<'c>>) -> Conversion<'c> {
        Conversion { early, ..self }
    }

    /// Cuts the texts of a case to what may be kept of each, where that is less than usual.
    fn shorten_texts(&mut self, case: &mut TestCase) {
        let most = self.findings.limits.text_length;
        if most >= Limit::TextLength.default() {
            return;
        }
        let length = usize::try_from(most).unwrap_or(usize::MAX);
        let details = case.details.iter_mut().flat_map(|detail| [&mut detail.message, &mut detail.text]);
        let steps = case.steps.iter_mut().flat_map(|step| [&mut step.comment, &mut step.actual_result]);
        let texts = details.chain(steps).chain([&mut case.stdout.text, &mut case.stderr.text]);
        let shortened = texts.filter_map(|text| shorten::head_and_tail(text, length).then_some(())).count();
        if shortened > 0 && !std::mem::replace(&mut self.told_of_long_texts, true) {
            let message = format!("texts were shortened to --limit {}={most} characters", Limit::TextLength.name());
            self.findings.note(Problem::new(ProblemKind::TextShortened, message).about(LONG_TEXTS));
        }
    }

    fn convert(&mut self, case: &mut TestCase) {
        #[cfg(test)]
        assert!(!case.container.contains(FALLS), "what a defect would do");
        self.shorten_texts(case);
        // The mapper may take the name out of the case, and an error wants to tell it.
        let name = self.context.rules.project.is_none().then(|| case.qualified_name.clone());
        let findings = &mut self.findings;
        let mut without_project = false;
        let names = self.context.names;
        let (row_group, lone_group) = (case.row_group, case.lone_group);
        let mapped = self.mapper.map(case, &mut self.scratch.run, &mut |problem| {
            without_project |= problem.kind == ProblemKind::NoProject;
            findings.outcome.evidence.dropped += u64::from(problem.kind == ProblemKind::EvidenceDropped);
            // A plan lists all such tests instead of stopping at the first.
            if !(names == Names::Kept && problem.kind == ProblemKind::NoProject) {
                findings.note(problem);
            }
        });
        if without_project {
            let name = name.unwrap_or_default();
            match self.context.names {
                Names::Kept => self.findings.outcome.unmapped.push(name),
                Names::Forgotten => self.failure = Some(ConversionFailure::NoProject(name)),
            }
        }
        if self.context.names == Names::Kept {
            self.definition.clone_from(&case.qualified_name);
        }
        match mapped {
            Mapped::Run => {
                self.scratch.run.case_number = self.findings.outcome.cases.seen;
                self.findings.outcome.marks.add(case, &self.scratch.run.identity);
                self.take_row(lone_group);
                // A row that waits for the others was not encoded: it is no scenario.
                if case.site != 0 && row_group == 0 {
                    self.remember_scenario(&case.title);
                }
            }
            Mapped::LeftOut => self.findings.outcome.left_out += 1,
        }
    }

    /// Keeps the name of the scenario whose run was encoded last: pictures beside its report may be called by it.
    fn remember_scenario(&mut self, title: &str) {
        if self.may_meet_pictures {
            self.findings.outcome.traces().add_scenario(title, self.identity, &mut self.scratch.slug);
        }
    }

    /// Encodes the run at hand, and has it wait for the store.
    fn encode(&mut self) {
        let number = std::mem::take(&mut self.scratch.run.case_number);
        debug_assert!(number > 0, "a run of {} is encoded twice, or was no case", self.entry.origin);
        self.load_attachments();
        let (length, note, facts) = match self.encode_run() {
            Ok(encoded) => encoded,
            Err(error) => {
                self.failure = Some(ConversionFailure::Store(error));
                return;
            }
        };
        self.tell_of_overruled_environment();
        self.tell_of_unwritten();
        let share = self.account_for(facts.identity);
        self.scratch.waiting.push(Waiting { share, length, note, facts });
        self.encoded += 1;
        if self.scratch.bytes.len() >= CHUNK {
            self.store();
        }
    }

    /// Appends the run at hand to those that wait, and its note to theirs: its length, the place of its note, what is
    /// known of it.
    #[inline]
    fn encode_run(&mut self) -> Result<(u64, Range<usize>, RunFacts), WriteError> {
        let encoder = self.context.encoder;
        let RunScratch { run, last, bytes, notes, .. } = &mut *self.scratch;
        let apart = keep_apart(self.context, run)?;
        let (start, note_start) = (bytes.len(), notes.len());
        let facts = encoder.encode(run, last, bytes);
        self.identity = facts.identity;
        let length = (bytes.len() - start) as u64;
        xray::note(run, encoder.options(), &apart, notes);
        bytes.extend_from_slice(xray::SEPARATOR);
        self.findings.outcome.evidence.kept += u64::from(facts.evidence) + apart.len() as u64;
        Ok((length, note_start..notes.len(), facts))
    }

    /// Adds the run at hand, which is of the Test `identity`, to the report's share in its Test Execution, and to what is
    /// kept of the report beside its runs. Gives the place of that share.
    #[inline]
    fn account_for(&mut self, identity: u128) -> usize {
        let run = &self.scratch.run;
        let share = share_of(self.findings.outcome, self.group, run);
        self.findings.outcome.shares[share].add(run.start, run.finish, identity);
        let problems = self.findings.outcome.problems.len();
        let differing = self.findings.outcome.shares[share].state(self.statement, &self.stated, problems);
        if !differing.is_empty() {
            self.findings.note(conflict(&differing));
        }
        if self.may_meet_pictures && !(run.evidence.is_empty() && run.steps.is_empty()) {
            self.findings.outcome.traces().add_evidence(run);
        }
        if self.context.names == Names::Kept
            && let Some(key) = run.identity.key()
        {
            let name = KeyedName { key: key.to_owned(), definition: std::mem::take(&mut self.definition) };
            self.findings.outcome.names.push((share, name));
        }
        share
    }

    /// A note, once for a report, that its environments are lost.
    fn tell_of_overruled_environment(&mut self) {
        let environment = &self.scratch.run.environment;
        let is_lost = self.group.takes == Takes::Everything && !environment.is_empty();
        if is_lost && !std::mem::replace(&mut self.told_of_environment, true) {
            let message = format!("results of {environment} go into the one Test Execution that is given for all");
            self.findings.note(Problem::new(ProblemKind::Unusual, message).about(OVERRULED_ENVIRONMENT));
        }
    }

    /// A warning, once for a report, for each kind of what it states and the target does not know.
    fn tell_of_unwritten(&mut self) {
        let target = self.context.encoder.options().target;
        let unwritten = xray::Unwritten::of(&self.scratch.run, target);
        if unwritten == xray::Unwritten::default() {
            return;
        }
        for what in unwritten.beyond(self.told_of_unwritten) {
            let (kind, why) = match what {
                xray::Unwritten::MIDDLE_OF_STEP_TEXTS => (ProblemKind::TextShortened, "takes no more"),
                xray::Unwritten::DESCRIPTIONS => (ProblemKind::Unusual, "does not know them"),
                _ => (ProblemKind::UnknownProperty, "does not know it"),
            };
            let problem = Problem::new(kind, format!("left out, since the target {why}: {what}")).about(what);
            if self.mapper.is_first(&problem) {
                self.findings.note(problem);
            }
        }
        self.told_of_unwritten = self.told_of_unwritten.and(unwritten);
    }

    fn store(&mut self) {
        if self.scratch.waiting.is_empty() || self.failure.is_some() {
            return;
        }
        if let Err(error) = self.try_store() {
            self.failure = Some(ConversionFailure::Store(error));
        }
        self.scratch.empty();
        self.offer();
    }

    /// Offers what is stored.
    fn offer(&mut self) {
        if let Some(early) = &mut self.early
            && Format::better_than(&self.findings.outcome.producer).is_none()
        {
            early.offer(&mut self.findings.outcome.chunks);
        }
    }

    fn try_store(&mut self) -> Result<(), WriteError> {
        let stored = self.group.store.put(&self.scratch.bytes)?;
        let outcome = &mut *self.findings.outcome;
        let RunScratch { waiting, notes: waiting_notes, .. } = &*self.scratch;
        let mut entries = Vec::with_capacity(waiting.len());
        let mut executions: Vec<(u32, usize)> = Vec::with_capacity(1);
        let mut notes = Vec::new();
        let stored_notes = match waiting_notes.is_empty() {
            true => None,
            false => Some(self.group.store.put_to_stay(waiting_notes)?),
        };
        for (number, run) in waiting.iter().enumerate() {
            if let Some(stored) = &stored_notes
                && !run.note.is_empty()
            {
                notes.push((number, RunPlace::within(stored, &run.note)?));
            }
            entries.push(IndexEntry::new(run.length, &run.facts)?);
            let execution = outcome.shares[run.share].execution;
            match executions.last_mut() {
                Some((last, end)) if *last == execution => *end = number + 1,
                _ => executions.push((execution, number + 1)),
            }
        }
        let entries = match outcome.chunks.len() < self.chunks_held {
            true => WaitingEntries::held(entries),
            false => WaitingEntries::spilled(&entries, &self.group.store)?,
        };
        if outcome.chunks.is_empty() {
            // Small reports have one.
            outcome.chunks.reserve_exact(1);
        }
        outcome.chunks.push(RunChunk { stored, entries, executions, notes });
        Ok(())
    }
}

/// Writes the evidence of a run that is to be no part of its bundle; that is none where all evidence is part of it.
#[inline]
fn keep_apart<'r>(context: &Context<'_>, run: &'r TestRun) -> Result<Vec<xray::Apart<'r>>, WriteError> {
    let Some(sidecar) = context.sidecar else { return Ok(Vec::new()) };
    xray::set_apart(run, &mut |content| evidence::keep(content, sidecar))
}

/// The report's share in the run's Test Execution; most reports have one.
fn share_of(outcome: &mut ReportOutcome, group: &Group, run: &TestRun) -> usize {
    // What the report says of a result comes before what its place says of all.
    let environment = if run.environment.is_empty() { &outcome.environment } else { &run.environment };
    let number = group.execution(&run.execution_key, environment);
    outcome.shares.place_in(number)
}

impl ReportVisitor for Conversion<'_> {
    fn case(&mut self, case: &mut Box<TestCase>) -> ControlFlow<()> {
        self.findings.has_room()?;
        self.is_at_work = true;
        self.begin_rows(case.row_group);
        self.rows.hear_of(case);
        self.findings.outcome.cases.add(case.outcome);
        self.convert(case);
        self.is_at_work = false;
        if self.failure.is_none() && self.context.is_stopped() {
            // What is missing now must never pass for the whole report.
            self.failure = Some(ConversionFailure::Stopped);
        }
        if self.failure.is_some() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    }

    fn problem(&mut self, problem: Problem) {
        self.findings.note(problem);
    }

    fn execution(&mut self, stated: &StatedExecution) {
        self.stated.clone_from(stated);
        self.statement += 1;
    }

    fn producer(&mut self, name: &str) {
        self.findings.producer(name);
    }
}
