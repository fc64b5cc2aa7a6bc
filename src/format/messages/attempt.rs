//! One attempt: what it gathers while it runs.

use std::ops::ControlFlow;

use xxhash_rust::xxh3::xxh3_64_with_seed;

use crate::format::gherkin::attachment::Filled;
use crate::format::gherkin::identity;
use crate::format::gherkin::status::{Status, tell_why_not_run};
use crate::format::held::{CONTENTS_LEFT_OUT, DETAILS_LEFT_OUT, Held, STEPS_LEFT_OUT};
use crate::format::json::JsonCursor;
use crate::format::{ReadOptions, Remarks};
use crate::model::{
    Attachment, CaseDetail, Content, DetailKind, Example, Outcome, Position, ReportVisitor, Step, TestCase, Timestamp,
};

use super::embedded::Embedded;
use super::ids::Id;
use super::plan::{Plan, Role};
use super::result::StepResult;
use super::waiting::Waits;

/// An attempt that runs.
#[derive(Debug)]
pub(super) struct Attempt {
    /// How many began before it.
    pub(super) order: u64,
    pub(super) planned: Id,
    pub(super) case: Box<TestCase>,
    status: Status,
    parts: usize,
    steps: usize,
    embedded: usize,
    /// Bytes of its attachments.
    pub(super) held: usize,
    /// Bytes of all else that it holds.
    bytes: usize,
    bounds: Held,
    nanos: Option<i64>,
}

/// Bytes that an attempt takes at least: as much as a record that serves again may hold from the attempt before.
pub(super) const SMALL: usize = 4 << 10;

/// Fills what the plan knows of a case.
fn name(case: &mut TestCase, planned: Id, plan: &Plan) {
    let Some((known, pickle)) = plan.case(planned) else { return };
    let place = plan.place(pickle);
    case.title.push_str(pickle.name.trim());
    case.container.push_str(place.feature);
    let line = plan.line(pickle);
    case.is_example = pickle.nodes.len() > 1;
    if let Some(line) = line.filter(|line| case.is_example && *line > 0) {
        // Ids are others in each run.
        case.example = Example { line, id: xxh3_64_with_seed(pickle.name.as_bytes(), line).max(1) };
    }
    let (project, uri) = split_project(&pickle.uri);
    case.host.push_str(project);
    identity::write(uri, place.id, &pickle.name, &mut case.qualified_name);
    case.site = identity::site(uri, line);
    case.attempt_group = known.pickle.max(1);
    for (tag, node) in &pickle.tags {
        let tags = if place.has_tag(*node) { &mut case.container_tags } else { &mut case.tags };
        tags.add().push_str(tag.strip_prefix('@').unwrap_or(tag));
    }
}

/// Project and path of `[firefox]:login.feature`, as playwright-bdd keeps the features of Playwright's projects apart.
fn split_project(uri: &str) -> (&str, &str) {
    uri.strip_prefix('[').and_then(|rest| rest.split_once("]:")).unwrap_or(("", uri))
}

impl Attempt {
    /// An attempt that begins, with a record that is empty but for its start.
    pub(super) fn begin(
        order: u64,
        planned: Id,
        mut case: Box<TestCase>,
        plan: &Plan,
        options: &ReadOptions,
    ) -> Attempt {
        name(&mut case, planned, plan);
        Attempt {
            order,
            planned,
            bytes: size_of::<Attempt>() + size_of::<TestCase>() + case.weight(),
            case,
            status: Status::default(),
            parts: 0,
            steps: 0,
            embedded: 0,
            held: 0,
            bounds: Held::new(options),
            nanos: None,
        }
    }

    /// What it takes of the memory for plans.
    pub(super) fn charge(&self) -> usize {
        self.bytes.max(SMALL)
    }

    /// Adds a step or a hook.
    pub(super) fn add(
        &mut self,
        role: Role<'_>,
        status: Status,
        result: &StepResult,
        options: &ReadOptions,
        remarks: &mut Remarks,
        at: Position,
    ) {
        self.parts += 1;
        self.steps += usize::from(matches!(role, Role::Step(_)));
        self.status = self.status.max(status);
        if let Some(nanos) = result.duration {
            self.nanos = Some(self.nanos.unwrap_or(0).saturating_add(nanos.max(0)));
        }
        if let (Role::Step(words), true) = (role, options.steps) {
            self.add_step(words, status, result, remarks, at);
        }
        let kind = match status {
            Status::Failed => DetailKind::Failure,
            Status::Ambiguous => DetailKind::Error,
            Status::Undefined | Status::Pending => DetailKind::Skip,
            _ if !result.message.is_empty() => DetailKind::Skip,
            _ => return,
        };
        if !self.bounds.takes_detail(self.case.details.len()) {
            return DETAILS_LEFT_OUT.remark(&self.case, remarks, || at);
        }
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
        self.bounds.add_detail(detail);
        self.bytes += size_of::<CaseDetail>() + detail.type_name.len() + detail.text.len();
    }

    fn add_step(&mut self, words: &str, status: Status, result: &StepResult, remarks: &mut Remarks, at: Position) {
        if !self.bounds.takes_step(self.case.steps.len()) {
            return STEPS_LEFT_OUT.remark(&self.case, remarks, || at);
        }
        let step = self.case.steps.add();
        step.action.push_str(words);
        step.outcome = status.outcome();
        step.comment.push_str(&result.message);
        self.bounds.add_step(step);
        self.bytes += size_of::<Step>() + step.action.len() + step.comment.len();
    }

    /// Whether one more attachment is taken; that it is not is told.
    pub(super) fn takes_attachment(&self, remarks: &mut Remarks, at: Position) -> bool {
        let takes = self.bounds.takes_content(self.case.attachments.len());
        if !takes {
            CONTENTS_LEFT_OUT.remark(&self.case, remarks, || at);
        }
        takes
    }

    /// Adds an attachment of a step or a hook, if that is said, whole where there is `room` for its bytes.
    pub(super) fn take(
        &mut self,
        embedded: &Embedded,
        role: Option<Role<'_>>,
        json: &mut JsonCursor<'_>,
        room: usize,
    ) -> Filled {
        let filled = embedded.fill(json, room, self.case.attachments.add());
        if filled == Filled::Nothing {
            self.case.attachments.drop_last();
        } else {
            self.count_last(role);
        }
        filled
    }

    /// Adds an attachment that waited for this step or hook.
    pub(super) fn adopt(&mut self, waited: Waits, role: Role<'_>, remarks: &mut Remarks) {
        if self.takes_attachment(remarks, waited.at) {
            self.case.attachments.push(waited.attachment);
            self.count_last(Some(role));
        }
    }

    /// Counts the attachment that was added last, and names it where its producer did not.
    fn count_last(&mut self, role: Option<Role<'_>>) {
        let Some(attachment) = self.case.attachments.last_mut() else { return };
        self.embedded += 1;
        self.held += attachment.data.len();
        if attachment.name.is_empty() && attachment.content != Content::Link {
            identity::push_slug(&self.case.title, &mut attachment.name);
            let number = self.embedded;
            attachment.name.push_str(&match role {
                Some(Role::Hook(hook)) => format!("-{hook}-{number}"),
                // The step that it belongs to has not finished yet.
                _ => format!("-s{}-{number}", self.steps + 1),
            });
        }
        // What it holds is counted with that of all that run.
        let beside = attachment.name.len() + attachment.media_type.len();
        self.bounds.add_content(beside);
        self.bytes += size_of::<Attachment>() + beside;
    }

    /// The attempt is over.
    pub(super) fn finish(&mut self, at: Option<Timestamp>, is_superseded: bool) {
        self.case.finish = at;
        self.case.superseded = is_superseded;
        let status = if self.parts == 0 { Status::Unknown } else { self.status };
        self.case.outcome = status.outcome();
        tell_why_not_run(&mut self.case, self.parts, true);
    }

    /// The attempt will never be over.
    pub(super) fn interrupt(&mut self) {
        self.case.outcome = match self.status {
            Status::Failed | Status::Ambiguous => self.status.outcome(),
            // Nobody goes on with it.
            _ => Outcome::NotRun,
        };
        let detail = self.case.details.add();
        detail.kind = DetailKind::Note;
        detail.message.push_str("run interrupted");
    }

    pub(super) fn give_out(&mut self, options: &ReadOptions, visitor: &mut dyn ReportVisitor) -> ControlFlow<()> {
        self.case.duration = self.nanos;
        if !options.attachments.are_of(self.case.outcome) {
            self.case.attachments.clear();
        }
        visitor.case(&mut self.case)
    }
}
