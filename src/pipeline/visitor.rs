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
mod storing;
mod telling;

use std::ops::{ControlFlow, Range};

use super::copies::Dated;
use super::early::Early;
use super::evidence;
use super::grouping::Group;
use super::naming::KeyedName;
use super::outcome::ReportOutcome;
use super::purpose::{Context, Names};
use super::rows::Rows;
use super::share::conflict;
use crate::bundle::WriteError;
use crate::format::Format;
use crate::mapping::{Evidence, Mapped, Mapper};
use crate::model::{Dialect, Problem, ProblemKind, ReportVisitor, RunFacts, StatedExecution, TestCase, TestRun};
use crate::source::{Entry, Shortage};
use crate::xray;

use attached::LastAttached;
pub(super) use batching::Batching;
pub(super) use ending::{Ended, Fallen};
pub(super) use findings::Findings;
pub(super) use inspection::Inspection;
pub(super) use lot::{Lot, Lots};
pub(super) use part::{ReportPart, Start};
use storing::{CHUNK, CHUNKS_HELD, WaitingRun};

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
    waiting: Vec<WaitingRun>,
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

/// What a conversion has to know of the report beforehand.
#[derive(Clone, Copy)]
pub(super) struct Subject<'c> {
    pub(super) entry: &'c Entry,
    /// What its names and tags mean.
    pub(super) dialect: &'c Dialect,
    pub(super) group: &'c Group,
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
        subject: Subject<'c>,
        outcome: &'c mut ReportOutcome,
        context: &'c Context<'c>,
        scratch: &'c mut RunScratch,
    ) -> Conversion<'c> {
        let Subject { entry, dialect, group } = subject;
        scratch.empty();
        outcome.likeness.marks.expect(scratch.usual_cases);
        if context.prefers || outcome.told.format.is_some_and(Format::tells_more) {
            outcome.likeness.marks.keep_definitions();
        }
        let path = outcome.origin.as_str();
        if outcome.told.format.is_some_and(|format| Format::may_be_told_again(format, path)) {
            outcome.likeness.dated = Dated::wanted();
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
            let is_dropped = matches!(problem.kind, ProblemKind::EvidenceDropped | ProblemKind::MissingAttachment);
            findings.outcome.told.evidence.dropped += u64::from(is_dropped);
            // A plan lists all such tests instead of stopping at the first.
            if !(names == Names::Kept && problem.kind == ProblemKind::NoProject) {
                findings.note(problem);
            }
        });
        if without_project {
            let name = name.unwrap_or_default();
            match self.context.names {
                Names::Kept => self.findings.outcome.runs.unmapped.push(name),
                Names::Forgotten => self.failure = Some(ConversionFailure::NoProject(name)),
            }
        }
        if self.context.names == Names::Kept {
            self.definition.clone_from(&case.qualified_name);
        }
        match mapped {
            Mapped::Run => {
                self.scratch.run.case_number = self.findings.outcome.told.cases.seen;
                self.findings.outcome.likeness.marks.add(case, &self.scratch.run.identity);
                self.take_row(lone_group);
                // A row that waits for the others was not encoded: it is no scenario.
                if case.site != 0 && row_group == 0 {
                    self.remember_scenario(&case.title);
                }
            }
            Mapped::LeftOut => self.findings.outcome.told.left_out += 1,
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
        self.scratch.waiting.push(WaitingRun { share, length, note, facts });
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
        self.findings.outcome.told.evidence.kept += u64::from(facts.evidence) + apart.len() as u64;
        Ok((length, note_start..notes.len(), facts))
    }

    /// Adds the run at hand, which is of the Test `identity`, to the report's share in its Test Execution, and to what is
    /// kept of the report beside its runs. Gives the place of that share.
    #[inline]
    fn account_for(&mut self, identity: u128) -> usize {
        let run = &self.scratch.run;
        let share = share_of(self.findings.outcome, self.group, run);
        self.findings.outcome.runs.shares[share].add(run.start, run.finish, identity);
        let execution = self.findings.outcome.runs.shares[share].execution;
        self.findings.outcome.likeness.dated.add(run, execution, identity);
        let problems = self.findings.outcome.told.problems.len();
        let differing = self.findings.outcome.runs.shares[share].state(self.statement, &self.stated, problems);
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
            self.findings.outcome.runs.names.push((share, name));
        }
        share
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
    let environment = if run.environment.is_empty() { &outcome.surroundings.environment } else { &run.environment };
    let number = group.execution(&run.execution_key, environment);
    outcome.runs.shares.place_in(number)
}

impl ReportVisitor for Conversion<'_> {
    fn case(&mut self, case: &mut Box<TestCase>) -> ControlFlow<()> {
        self.findings.has_room()?;
        self.is_at_work = true;
        self.begin_rows(case.row_group);
        self.rows.hear_of(case);
        self.findings.outcome.told.cases.add(case.outcome);
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
