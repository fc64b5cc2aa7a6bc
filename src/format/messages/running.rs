//! The attempts that run: a pickle runs once or several times, and several of them side by side.

use std::collections::VecDeque;
use std::ops::ControlFlow;

use crate::format::gherkin::attachment::{Filled, NO_BASE64};
use crate::format::gherkin::status::Status;
use crate::format::json::{Fault, JsonCursor};
use crate::format::{Attachments, ReadOptions, Remarks};
use crate::model::{
    Attachment, HashedMap, LimitReached, Position, Problem, ProblemKind, ReportVisitor, Reuse, TestCase,
};

use super::attempt::{Attempt, SMALL};
use super::embedded::Embedded;
use super::ids::{Id, NO_ID, id};
use super::plan::{Plan, Role};
use super::result::StepResult;
use super::waiting::{Waiting, tell_of_no_scenario};
use super::{instant, text};

/// The attempts that run.
pub(super) struct Running<'o> {
    options: &'o ReadOptions,
    attempts: HashedMap<Attempt>,
    /// Numbers and ids of these in the order in which they began, with some that are over.
    begun_first: VecDeque<(u64, Id)>,
    /// Records of attempts that are over.
    #[expect(clippy::vec_box, reason = "records change hands with the visitor")]
    spare: Vec<Box<TestCase>>,
    /// Attempts begun so far; what is interrupted is given out in this order.
    pub(super) begun: u64,
    /// Attachments that wait for an attempt.
    waiting: Waiting,
    /// Bytes of attachments that the attempts hold.
    held: usize,
    /// Attempts that were given out before they were over.
    gone: u64,
    /// Where the first of these was.
    full_at: Option<Position>,
}

/// Most bytes of attachments that may be held for attempts that run, or that are still to come. Behind it only sizes are noted.
const MOST_HELD: usize = 96 << 20;

/// Most of these for attempts that are still to come.
const MOST_WAITING: usize = MOST_HELD / 2;

/// Attempts among which the one with a certain step is looked for: of those that run, these began last.
const MOST_LOOKED_AT: usize = 256;

/// Records that wait for further attempts, at most. Few runs have more attempts side by side.
const MOST_SPARE: usize = 64;

impl<'o> Running<'o> {
    pub(super) fn new(options: &'o ReadOptions) -> Running<'o> {
        Running {
            options,
            attempts: HashedMap::default(),
            begun_first: VecDeque::new(),
            spare: Vec::new(),
            begun: 0,
            waiting: Waiting::default(),
            held: 0,
            gone: 0,
            full_at: None,
        }
    }

    /// An attempt of the same id that has not finished, as of a run before that was interrupted, never will.
    pub(super) fn start(
        &mut self,
        json: &mut JsonCursor<'_>,
        plan: &mut Plan,
        visitor: &mut dyn ReportVisitor,
    ) -> Result<ControlFlow<()>, Fault> {
        let mut case = self.spare.pop().unwrap_or_default();
        case.reset();
        let (mut started, mut planned) = (NO_ID, NO_ID);
        if !json.begin_object()? {
            return Ok(ControlFlow::Continue(()));
        }
        while let Some(key) = json.key()? {
            match key {
                b"id" => started = id(json)?,
                b"testCaseId" => planned = id(json)?,
                b"timestamp" => case.start = instant(json)?,
                _ => json.skip()?,
            }
        }
        plan.begin(planned);
        let attempt = Attempt::begin(self.begun, planned, case, plan, self.options);
        plan.charge(attempt.charge());
        let before = self.attempts.insert(started, attempt);
        self.note_order(started);
        Ok(before.map_or(ControlFlow::Continue(()), |before| self.let_go(before, plan, visitor)))
    }

    /// Notes that this attempt began last.
    fn note_order(&mut self, started: Id) {
        self.begun_first.push_back((self.begun, started));
        self.begun += 1;
        if self.begun_first.len() > 2 * self.attempts.len() + MOST_SPARE {
            let attempts = &self.attempts;
            self.begun_first.retain(|(order, id)| attempts.get(id).is_some_and(|attempt| attempt.order == *order));
        }
    }

    pub(super) fn step(
        &mut self,
        json: &mut JsonCursor<'_>,
        plan: &mut Plan,
        remarks: &mut Remarks,
        at: Position,
    ) -> Result<(), Fault> {
        let (mut started, mut step, mut result) = (NO_ID, NO_ID, StepResult::default());
        if !json.begin_object()? {
            return Ok(());
        }
        while let Some(key) = json.key()? {
            match key {
                b"testCaseStartedId" => started = id(json)?,
                b"testStepId" => step = id(json)?,
                // As it was called before version 10.
                b"testStepResult" | b"testResult" => result = StepResult::read(json)?,
                _ => json.skip()?,
            }
        }
        let status = Status::from_word(result.status.as_bytes()).unwrap_or_else(|| {
            let topic = "a status that Cucumber does not know counts as not run";
            remarks.add(ProblemKind::UnknownStatus, topic, || result.status.clone(), || at);
            Status::Unknown
        });
        if let Some(attempt) = self.attempts.get_mut(&started) {
            let waited = self.waiting.take(step, plan);
            let (held, before) = (attempt.held, attempt.charge());
            let role = plan.step(attempt.planned, step).unwrap_or(Role::Hook("hook"));
            waited.into_iter().for_each(|waited| attempt.adopt(waited, role, remarks));
            attempt.add(role, status, &result, self.options, remarks, at);
            self.held += attempt.held - held;
            plan.charge(attempt.charge() - before);
        }
        Ok(())
    }

    /// Reads an attachment, embedded or lying beside the report (`externalAttachment`, or an `attachment` with a `url`).
    pub(super) fn attach(
        &mut self,
        json: &mut JsonCursor<'_>,
        plan: &mut Plan,
        remarks: &mut Remarks,
        at: Position,
    ) -> Result<(), Fault> {
        if self.options.attachments == Attachments::None {
            return json.skip();
        }
        let Some(embedded) = Embedded::read(json)? else { return Ok(()) };
        let room = MOST_HELD.saturating_sub(self.held + self.waiting.held);
        let named = self.attempt_of(&embedded, plan);
        let Some(attempt) = self.attempts.get_mut(&named) else {
            if embedded.names_only_its_step() {
                tell_of_content(self.wait(&embedded, json, room, plan, at), remarks, at);
            } else {
                tell_of_no_scenario(embedded.name(), at, remarks);
            }
            return Ok(());
        };
        if !attempt.takes_attachment(remarks, at) {
            return Ok(());
        }
        let role = plan.step(attempt.planned, embedded.step);
        let (before, charged) = (attempt.held, attempt.charge());
        tell_of_content(attempt.take(&embedded, role, json, room), remarks, at);
        self.held += attempt.held - before;
        plan.charge(attempt.charge() - charged);
        Ok(())
    }

    /// The attempt that an attachment names or, where it names only its step, the one that began last of those that have it.
    fn attempt_of(&self, embedded: &Embedded, plan: &Plan) -> Id {
        if !embedded.names_only_its_step() {
            return embedded.attempt;
        }
        let has_step = |(order, id): &&(u64, Id)| {
            let attempt = self.attempts.get(id).filter(|attempt| attempt.order == *order);
            attempt.is_some_and(|attempt| plan.step(attempt.planned, embedded.step).is_some())
        };
        let last_begun = self.begun_first.iter().rev().take(MOST_LOOKED_AT);
        last_begun.into_iter().find(has_step).map_or(NO_ID, |(_, id)| *id)
    }

    /// An attachment waits for the attempt that will have run its step.
    fn wait(
        &mut self,
        embedded: &Embedded,
        json: &mut JsonCursor<'_>,
        room: usize,
        plan: &mut Plan,
        at: Position,
    ) -> Filled {
        let mut attachment = Attachment::default();
        let filled = embedded.fill(json, room.min(MOST_WAITING.saturating_sub(self.waiting.held)), &mut attachment);
        if filled != Filled::Nothing {
            self.waiting.add(embedded.step, attachment, at, plan);
        }
        filled
    }

    /// Tells of attachments that no attempt was found for.
    pub(super) fn tell_waiting(&mut self, remarks: &mut Remarks) {
        self.waiting.tell(remarks);
    }

    pub(super) fn finish(
        &mut self,
        json: &mut JsonCursor<'_>,
        plan: &mut Plan,
        visitor: &mut dyn ReportVisitor,
    ) -> Result<ControlFlow<()>, Fault> {
        let (mut started, mut finish, mut retried) = (NO_ID, None, None);
        if !json.begin_object()? {
            return Ok(ControlFlow::Continue(()));
        }
        while let Some(key) = json.key()? {
            match key {
                b"testCaseStartedId" => started = id(json)?,
                b"timestamp" => finish = instant(json)?,
                b"willBeRetried" => retried = Some(text(json)? == "true"),
                _ => json.skip()?,
            }
        }
        let Some(mut attempt) = self.attempts.remove(&started) else { return Ok(ControlFlow::Continue(())) };
        self.forget(&attempt, retried, plan);
        attempt.finish(finish, retried == Some(true));
        let flow = attempt.give_out(self.options, visitor);
        if attempt.charge() <= SMALL && self.spare.len() < MOST_SPARE {
            self.spare.push(attempt.case);
        }
        Ok(flow)
    }

    /// Gives out attempts that run, the first first, until what is held finds room again. One that runs alone stays: what it
    /// gathers has bounds of its own.
    pub(super) fn make_room(
        &mut self,
        plan: &mut Plan,
        visitor: &mut dyn ReportVisitor,
        at: Position,
    ) -> ControlFlow<()> {
        while self.attempts.len() > 1 && plan.is_short() {
            let Some((order, id)) = self.begun_first.pop_front() else { break };
            if self.attempts.get(&id).is_none_or(|attempt| attempt.order != order) {
                continue;
            }
            if let Some(attempt) = self.attempts.remove(&id) {
                self.gone += 1;
                self.full_at.get_or_insert(at);
                self.let_go(attempt, plan, visitor)?;
            }
        }
        ControlFlow::Continue(())
    }

    /// Tells of attempts that had to go before they were over.
    pub(super) fn tell_let_go(&self, plan: &Plan, visitor: &mut dyn ReportVisitor) {
        let Some(at) = self.full_at else { return };
        let what = format!(
            "{} attempts that ran were taken as interrupted, and what came of them later was left out: all that ran would need more memory",
            self.gone
        );
        visitor.problem(Problem::from(LimitReached { what, ..plan.reached() }).at(at));
    }

    /// Gives out an attempt that will never finish.
    fn let_go(&mut self, mut attempt: Attempt, plan: &mut Plan, visitor: &mut dyn ReportVisitor) -> ControlFlow<()> {
        self.forget(&attempt, None, plan);
        attempt.interrupt();
        attempt.give_out(self.options, visitor)
    }

    /// What an attempt took that runs no longer is free.
    fn forget(&mut self, attempt: &Attempt, retried: Option<bool>, plan: &mut Plan) {
        self.held -= attempt.held;
        plan.give_back(attempt.charge());
        plan.end(attempt.planned, retried);
    }

    /// Whether any attempt has not finished.
    pub(super) fn are_open(&self) -> bool {
        !self.attempts.is_empty()
    }

    /// Gives out the attempts that never finished.
    pub(super) fn interrupt(&mut self, visitor: &mut dyn ReportVisitor) {
        let mut left: Vec<Attempt> = self.attempts.drain().map(|(_, attempt)| attempt).collect();
        left.sort_by_key(|attempt| attempt.order);
        for mut attempt in left {
            attempt.interrupt();
            if attempt.give_out(self.options, visitor).is_break() {
                return;
            }
        }
    }
}

fn tell_of_content(filled: Filled, remarks: &mut Remarks, at: Position) {
    if filled == Filled::NoBase64 {
        remarks.add(ProblemKind::MissingAttachment, NO_BASE64, String::new, || at);
    }
}
