//! Attempts: a pickle that runs, once or several times.

use std::ops::ControlFlow;

use crate::format::gherkin::{attachment, identity, status::Status};
use crate::format::json::{Fault, JsonCursor, Span};
use crate::format::{Attachments, ReadOptions, Remarks};
use crate::model::{
    Attachment, Content, DetailKind, HashedMap, Outcome, Position, ProblemKind, ReportVisitor, Reuse, TestCase,
};

use super::ids::{Id, NO_ID, id};
use super::plan::{Plan, Role};
use super::result::StepResult;
use super::{instant, text};

/// The attempts that run.
pub(super) struct Attempts<'o> {
    options: &'o ReadOptions,
    running: HashedMap<Attempt>,
    spare: Vec<Attempt>,
    /// Attempts begun so far; what is interrupted is given out in this order.
    begun: u64,
    /// Bytes of attachments that the running attempts hold.
    held: usize,
}

/// Most bytes of attachments that attempts may hold while they run. Behind it only sizes are noted.
const MOST_HELD: usize = 96 << 20;

#[derive(Debug, Default)]
struct Attempt {
    order: u64,
    planned: Id,
    case: Box<TestCase>,
    status: Status,
    parts: usize,
    steps: usize,
    embedded: usize,
    held: usize,
    nanos: Option<i64>,
}

impl<'o> Attempts<'o> {
    pub(super) fn new(options: &'o ReadOptions) -> Attempts<'o> {
        Attempts { options, running: HashedMap::default(), spare: Vec::new(), begun: 0, held: 0 }
    }

    /// An attempt of the same id that has not finished, as of a run before that was interrupted, never will.
    pub(super) fn start(
        &mut self,
        json: &mut JsonCursor<'_>,
        plan: &mut Plan,
        visitor: &mut dyn ReportVisitor,
    ) -> Result<ControlFlow<()>, Fault> {
        let mut attempt = self.spare.pop().unwrap_or_default();
        attempt.case.reset();
        let mut attempt = Attempt { order: self.begun, case: attempt.case, ..Attempt::default() };
        let mut started = NO_ID;
        if !json.begin_object()? {
            return Ok(ControlFlow::Continue(()));
        }
        while let Some(key) = json.key()? {
            match key {
                b"id" => started = id(json)?,
                b"testCaseId" => attempt.planned = id(json)?,
                b"timestamp" => attempt.case.start = instant(json)?,
                _ => json.skip()?,
            }
        }
        plan.begin(attempt.planned);
        name(&mut attempt.case, attempt.planned, plan);
        self.begun += 1;
        let Some(before) = self.running.insert(started, attempt) else { return Ok(ControlFlow::Continue(())) };
        self.held -= before.held;
        plan.end(before.planned, None);
        Ok(self.leave(before, visitor))
    }

    pub(super) fn step(
        &mut self,
        json: &mut JsonCursor<'_>,
        plan: &Plan,
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
                b"testStepResult" => result = StepResult::read(json)?,
                _ => json.skip()?,
            }
        }
        let status = Status::from_word(result.status.as_bytes()).unwrap_or_else(|| {
            let topic = "a status that Cucumber does not know counts as not run";
            remarks.add(ProblemKind::UnknownStatus, topic, || result.status.clone(), || at);
            Status::Unknown
        });
        if let Some(attempt) = self.running.get_mut(&started) {
            let role = plan.step(attempt.planned, step).unwrap_or(Role::Hook("hook"));
            attempt.add(role, status, &result, self.options);
        }
        Ok(())
    }

    /// Reads an attachment, embedded or lying beside the report (`externalAttachment`, or an `attachment` with a `url`).
    pub(super) fn attach(
        &mut self,
        json: &mut JsonCursor<'_>,
        plan: &Plan,
        remarks: &mut Remarks,
        at: Position,
    ) -> Result<(), Fault> {
        if self.options.attachments == Attachments::None {
            return json.skip();
        }
        let Some(embedded) = Embedded::read(json)? else { return Ok(()) };
        let Some(attempt) = self.running.get_mut(&embedded.attempt) else {
            let topic = "attachments of no scenario, as those of hooks of the whole run, are left out";
            remarks.add(ProblemKind::Unusual, topic, || embedded.name().to_owned(), || at);
            return Ok(());
        };
        let role = plan.step(attempt.planned, embedded.step);
        let before = attempt.held;
        attempt.take(embedded, role, json, MOST_HELD.saturating_sub(self.held));
        self.held += attempt.held - before;
        Ok(())
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
        let Some(mut attempt) = self.running.remove(&started) else { return Ok(ControlFlow::Continue(())) };
        self.held -= attempt.held;
        attempt.case.finish = finish;
        attempt.case.superseded = retried == Some(true);
        plan.end(attempt.planned, retried);
        let status = if attempt.parts == 0 { Status::Unknown } else { attempt.status };
        attempt.case.outcome = status.outcome();
        let flow = attempt.give_out(self.options, visitor);
        self.spare.push(attempt);
        Ok(flow)
    }

    /// Gives out the attempts that never finished.
    pub(super) fn interrupt(&mut self, visitor: &mut dyn ReportVisitor) {
        let mut left: Vec<Attempt> = self.running.drain().map(|(_, attempt)| attempt).collect();
        left.sort_by_key(|attempt| attempt.order);
        for attempt in left {
            if self.leave(attempt, visitor).is_break() {
                return;
            }
        }
    }

    /// Gives out an attempt that never finished.
    fn leave(&self, mut attempt: Attempt, visitor: &mut dyn ReportVisitor) -> ControlFlow<()> {
        attempt.case.outcome = match attempt.status {
            Status::Failed | Status::Ambiguous => attempt.status.outcome(),
            _ => Outcome::Running,
        };
        let detail = attempt.case.details.add();
        detail.kind = DetailKind::Note;
        detail.message.push_str("run interrupted");
        attempt.give_out(self.options, visitor)
    }
}

/// An attachment as a message states it; its content is still where it stands.
#[derive(Debug, Default)]
struct Embedded {
    attempt: Id,
    step: Id,
    body: Option<Span>,
    media_type: String,
    file_name: String,
    encoding: String,
    address: String,
}

impl Embedded {
    fn read(json: &mut JsonCursor<'_>) -> Result<Option<Embedded>, Fault> {
        let mut embedded = Embedded::default();
        if !json.begin_object()? {
            return Ok(None);
        }
        while let Some(key) = json.key()? {
            match key {
                b"testCaseStartedId" => embedded.attempt = id(json)?,
                b"testStepId" => embedded.step = id(json)?,
                b"body" => embedded.body = json.scalar_span()?,
                b"mediaType" => embedded.media_type = text(json)?,
                b"fileName" => embedded.file_name = text(json)?,
                b"contentEncoding" => embedded.encoding = text(json)?,
                b"url" => embedded.address = text(json)?,
                _ => json.skip()?,
            }
        }
        Ok(Some(embedded))
    }

    /// Puts the content into `attachment`, or only its size where there is no `room`; `false` when there is none.
    fn fill(&self, json: &mut JsonCursor<'_>, room: usize, attachment: &mut Attachment) -> bool {
        let length = self.body.map_or(0, Span::length);
        if length == 0 && !self.address.is_empty() {
            let is_web = self.address.starts_with("http://") || self.address.starts_with("https://");
            attachment.content = if is_web { Content::Link } else { Content::Path };
            attachment.media_type.push_str(&self.media_type);
            attachment.data.push_str(&self.address);
            return true;
        }
        let Some(body) = self.body else { return false };
        if length > room {
            return attachment::fill("", &self.media_type, length as u64 + json.missing(body), attachment);
        }
        let missing = json.missing(body);
        let mut data = String::new();
        json.push(body, &mut data);
        if self.encoding == "BASE64" || missing > 0 {
            return attachment::fill(&data, &self.media_type, missing, attachment);
        }
        attachment.content = if self.media_type == "text/uri-list" { Content::Link } else { Content::Text };
        attachment.media_type.push_str(&self.media_type);
        attachment.data = data;
        true
    }

    /// The name that its producer gave it, if any.
    fn name(&self) -> &str {
        match self.file_name.as_str() {
            "" => self.address.rsplit('/').next().unwrap_or(""),
            name => name,
        }
    }
}

/// Fills what the plan knows of a case.
fn name(case: &mut TestCase, planned: Id, plan: &Plan) {
    let Some((known, pickle)) = plan.case(planned) else { return };
    let place = plan.place(pickle);
    case.title.push_str(pickle.name.trim());
    case.container.push_str(place.feature);
    case.is_example = pickle.nodes.len() > 1;
    identity::write(&pickle.uri, place.id, &pickle.name, &mut case.qualified_name);
    case.site = identity::site(&pickle.uri, plan.line(pickle));
    case.attempt_group = known.pickle.max(1);
    for (tag, node) in &pickle.tags {
        let tags = if place.has_tag(*node) { &mut case.container_tags } else { &mut case.tags };
        tags.add().push_str(tag.strip_prefix('@').unwrap_or(tag));
    }
}

impl Attempt {
    /// Adds a step or a hook.
    fn add(&mut self, role: Role<'_>, status: Status, result: &StepResult, options: &ReadOptions) {
        self.parts += 1;
        self.steps += usize::from(matches!(role, Role::Step(_)));
        self.status = self.status.max(status);
        if let Some(nanos) = result.duration {
            self.nanos = Some(self.nanos.unwrap_or(0).saturating_add(nanos.max(0)));
        }
        if let (Role::Step(words), true) = (role, options.steps) {
            let step = self.case.steps.add();
            step.action.push_str(words);
            step.outcome = status.outcome();
            step.comment.push_str(&result.message);
        }
        let kind = match status {
            Status::Failed => DetailKind::Failure,
            Status::Ambiguous => DetailKind::Error,
            Status::Undefined | Status::Pending => DetailKind::Skip,
            _ if !result.message.is_empty() => DetailKind::Skip,
            _ => return,
        };
        let detail = self.case.details.add();
        detail.kind = kind;
        detail.type_name.push_str(match role {
            Role::Step(words) => words,
            Role::Hook("before") => "before hook",
            Role::Hook("after") => "after hook",
            Role::Hook(_) => "hook",
        });
        let told = if result.message.is_empty() { status.word() } else { &result.message };
        detail.text.push_str(told);
    }

    /// Adds an attachment of a step or a hook, if that is said, whole where there is `room` for its bytes.
    fn take(&mut self, embedded: Embedded, role: Option<Role<'_>>, json: &mut JsonCursor<'_>, room: usize) {
        let attachment = self.case.attachments.add();
        if !embedded.fill(json, room, attachment) {
            let last = self.case.attachments.len() - 1;
            self.case.attachments.truncate(last);
            return;
        }
        self.embedded += 1;
        self.held += attachment.data.len();
        if embedded.name().is_empty() && attachment.content != Content::Link {
            identity::push_slug(&self.case.title, &mut attachment.name);
            let number = self.embedded;
            attachment.name.push_str(&match role {
                Some(Role::Hook(hook)) => format!("-{hook}-{number}"),
                // The step that it belongs to has not finished yet.
                _ => format!("-s{}-{number}", self.steps + 1),
            });
        } else {
            attachment.name.push_str(embedded.name());
        }
    }

    fn give_out(&mut self, options: &ReadOptions, visitor: &mut dyn ReportVisitor) -> ControlFlow<()> {
        self.case.duration = self.nanos;
        if !options.attachments.are_of(self.case.outcome) {
            self.case.attachments.clear();
        }
        visitor.case(&mut self.case)
    }
}
