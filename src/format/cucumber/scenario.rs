//! A scenario on its way to a test case: what its background, its hooks and its steps tell together.

use crate::format::time::{self, is_absent};
use crate::format::{Attachments, ReadOptions, Remarks};
use crate::model::{Content, DetailKind, Outcome, Position, ProblemKind, Reuse, TestCase};

use super::attachment;
use super::duration::Durations;
use super::element::{Element, Embedding, Part};
use super::identity::push_slug;
use super::status::Status;

/// One scenario, or a background that waits for its scenario.
#[derive(Debug, Default)]
pub(super) struct Scenario {
    pub(super) case: TestCase,
    pub(super) id: String,
    pub(super) line: Option<u64>,
    /// Tags with their lines.
    pub(super) tags: Vec<(String, Option<u64>)>,
    /// Lines of the visible steps; empty when one is not known.
    pub(super) step_lines: Vec<u64>,
    pub(super) status: Status,
    /// Whether any step or hook has a result.
    pub(super) has_results: bool,
    pub(super) is_outline_template: bool,
    durations: Durations,
    parts: usize,
    visible: usize,
    embedded: usize,
}

impl Reuse for Scenario {
    fn reset(&mut self) {
        self.case.reset();
        self.id.clear();
        self.line = None;
        self.tags.clear();
        self.step_lines.clear();
        self.status = Status::Passed;
        self.has_results = false;
        self.is_outline_template = false;
        self.durations = Durations::default();
        self.parts = 0;
        self.visible = 0;
        self.embedded = 0;
    }
}

/// Which part of a scenario is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Role {
    Step,
    Hook(&'static str),
}

impl Scenario {
    /// Fills names, line, tags and start from the element itself.
    pub(super) fn begin(&mut self, element: &Element<'_>, options: &ReadOptions, remarks: &mut Remarks, at: Position) {
        self.id.push_str(&element.id);
        self.line = element.line;
        self.case.title.push_str(element.name.trim());
        self.tags.extend(element.tags.iter().map(|tag| (tag.name.clone().into_owned(), tag.line)));
        self.is_outline_template = element.kind == "scenario_outline";
        match time::timestamp(&element.start, &options.zone) {
            Some(stamp) => {
                self.case.start = Some(stamp.at);
                if stamp.naive {
                    let topic = "timestamps without a zone are read in the assumed one";
                    remarks.add(ProblemKind::NaiveTimestamp, topic, || element.start.to_string(), || at);
                }
            }
            None if is_absent(&element.start) => {}
            None => {
                let topic = "a timestamp cannot be read";
                remarks.add(ProblemKind::UnreadableTime, topic, || element.start.to_string(), || at);
            }
        }
    }

    /// Adds the steps and hooks of an element: the scenario's own, or those of its background.
    pub(super) fn add_parts(
        &mut self,
        element: &Element<'_>,
        place: &'static str,
        options: &ReadOptions,
        remarks: &mut Remarks,
        at: Position,
    ) {
        let mut reading = Reading { scenario: self, element, place, options, remarks, at };
        element.before.iter().for_each(|part| reading.part(part, Role::Hook("before")));
        let last_attempt = start_of_last_attempt(&element.steps);
        let (earlier, steps) = element.steps.split_at(last_attempt);
        earlier.iter().for_each(|step| reading.earlier_attempt(step));
        for step in steps {
            let hook = if step.keyword.trim_start().starts_with("After") { "after" } else { "before" };
            step.before.iter().for_each(|part| reading.part(part, Role::Hook("before")));
            reading.part(step, if step.hidden { Role::Hook(hook) } else { Role::Step });
            step.after.iter().for_each(|part| reading.part(part, Role::Hook("after")));
        }
        element.around.iter().for_each(|part| reading.part(part, Role::Hook("around")));
        element.after.iter().for_each(|part| reading.part(part, Role::Hook("after")));
    }

    /// Whether it tells nothing: no results, or only skipped steps that took no time and that `scenario` repeats.
    pub(super) fn is_template_of(&self, scenario: &Element<'_>) -> bool {
        if self.parts == 0 || self.status == Status::Unknown && !self.has_results {
            return true;
        }
        let repeats = |line: &u64| scenario.steps.iter().any(|step| step.line == Some(*line));
        self.status == Status::Skipped && self.durations.is_zero() && self.step_lines.iter().all(repeats)
    }

    /// Puts what belongs to an element of another scenario's background behind the own parts (cucumber-rs).
    pub(super) fn take_background(&mut self, background: &mut Scenario) {
        self.status = self.status.max(background.status);
        self.has_results |= background.has_results;
        self.durations.merge(&background.durations);
        self.parts += background.parts;
        for detail in background.case.details.iter_mut() {
            std::mem::swap(self.case.details.add(), detail);
        }
        for attachment in background.case.attachments.iter_mut() {
            std::mem::swap(self.case.attachments.add(), attachment);
        }
    }

    /// Turns what was collected into outcome and duration.
    pub(super) fn settle(&mut self, options: &ReadOptions) {
        let status = if self.parts == 0 { Status::Unknown } else { self.status };
        self.case.outcome = status.outcome();
        self.case.duration = self.durations.nanos();
        let wanted = match options.attachments {
            Attachments::None => false,
            Attachments::OfFailed => self.case.outcome.is_failure(),
            Attachments::All => true,
        };
        if !wanted {
            self.case.attachments.clear();
        }
        drop_failures_without_text(&mut self.case);
    }
}

/// pytest-bdd calls each step behind a failed one failed, too, without a text (12).
fn drop_failures_without_text(case: &mut TestCase) {
    let is_failure = |kind: DetailKind| matches!(kind, DetailKind::Failure | DetailKind::Error);
    let told = case.details.iter().any(|detail| is_failure(detail.kind) && !detail.text.is_empty());
    let mut first = true;
    case.details.retain(|detail| {
        if !is_failure(detail.kind) || !detail.text.is_empty() {
            return true;
        }
        !told && std::mem::take(&mut first)
    });
}

/// One element being read into a scenario.
struct Reading<'r, 'a> {
    scenario: &'r mut Scenario,
    element: &'r Element<'a>,
    place: &'static str,
    options: &'r ReadOptions,
    remarks: &'r mut Remarks,
    at: Position,
}

impl Reading<'_, '_> {
    fn part(&mut self, part: &Part<'_>, role: Role) {
        let Some(status) = self.status(part, role) else {
            self.embeddings(part, role);
            return;
        };
        let scenario = &mut *self.scenario;
        scenario.parts += 1;
        scenario.status = scenario.status.max(status);
        if let Some(duration) = &part.duration
            && !scenario.durations.add(duration)
        {
            let topic = "a duration cannot be read and counts as zero";
            self.remarks.add(ProblemKind::UnreadableTime, topic, || duration.to_string(), || self.at);
        }
        if role == Role::Step {
            self.count_step(part);
        }
        self.detail(part, role, status);
        if self.options.steps && role == Role::Step {
            let step = self.scenario.case.steps.add();
            push_words(part, &mut step.action);
            step.outcome = status.outcome();
            step.comment.push_str(&part.error);
        }
        self.embeddings(part, role);
        if self.options.output {
            for line in &part.output {
                self.scenario.case.stdout.push_str(line);
                self.scenario.case.stdout.push('\n');
            }
        }
    }

    /// A step of an attempt that another one followed in the same scenario: it does not decide.
    fn earlier_attempt(&mut self, step: &Part<'_>) {
        if step.status.as_deref().and_then(Status::from_word).is_some_and(has_failed) {
            let detail = self.scenario.case.details.add();
            detail.kind = DetailKind::Attempt;
            push_words(step, &mut detail.type_name);
            detail.text.push_str(&step.error);
        }
    }

    /// Status of a part; a hook without one says nothing, a step without one did not run.
    fn status(&mut self, part: &Part<'_>, role: Role) -> Option<Status> {
        let Some(word) = &part.status else {
            return (role == Role::Step).then_some(Status::Unknown);
        };
        self.scenario.has_results = true;
        let status = Status::from_word(word);
        if status.is_none() {
            let topic = "a status that Cucumber does not know counts as not run";
            self.remarks.add(ProblemKind::UnknownStatus, topic, || word.to_string(), || self.at);
        }
        Some(status.unwrap_or(Status::Unknown))
    }

    fn count_step(&mut self, part: &Part<'_>) {
        let scenario = &mut *self.scenario;
        let all_known = scenario.step_lines.len() == scenario.visible;
        scenario.visible += 1;
        match part.line.filter(|_| all_known) {
            Some(line) => scenario.step_lines.push(line),
            None => scenario.step_lines.clear(),
        }
    }

    /// What a failing, or otherwise remarkable, part says.
    fn detail(&mut self, part: &Part<'_>, role: Role, status: Status) {
        let kind = match status {
            Status::Failed => DetailKind::Failure,
            Status::Ambiguous => DetailKind::Error,
            Status::Undefined | Status::Pending => DetailKind::Skip,
            Status::Skipped | Status::Unknown if !part.error.is_empty() => DetailKind::Skip,
            _ => return,
        };
        let detail = self.scenario.case.details.add();
        detail.kind = kind;
        detail.type_name.push_str(self.place);
        match role {
            Role::Step => push_words(part, &mut detail.type_name),
            Role::Hook(hook) => {
                detail.type_name.push_str(hook);
                detail.type_name.push_str(" hook");
            }
        }
        if part.error.is_empty() && kind != DetailKind::Failure {
            detail.text.push_str(status.word());
        } else {
            detail.text.push_str(&part.error);
        }
    }

    fn embeddings(&mut self, part: &Part<'_>, role: Role) {
        if self.options.attachments == Attachments::None {
            return;
        }
        for embedding in &part.embeddings {
            self.embedding(embedding, role);
        }
    }

    fn embedding(&mut self, embedding: &Embedding<'_>, role: Role) {
        let scenario = &mut *self.scenario;
        let attachment = scenario.case.attachments.add();
        if !attachment::fill(&embedding.data, &embedding.media_type, attachment) {
            let last = scenario.case.attachments.len() - 1;
            scenario.case.attachments.truncate(last);
            let detail = scenario.case.details.add();
            detail.kind = DetailKind::Note;
            detail.message.push_str("attachment not included: ");
            detail.message.push_str(if embedding.name.is_empty() { "it is empty" } else { &embedding.name });
            return;
        }
        scenario.embedded += 1;
        let name = embedding.name.trim();
        if !name.is_empty() {
            attachment.name.push_str(name);
        } else if attachment.content != Content::Path && attachment.content != Content::Link {
            push_slug(&self.element.name, &mut attachment.name);
            let number = scenario.embedded;
            let place = match role {
                Role::Step => format!("-s{}-{number}", scenario.visible),
                Role::Hook(hook) => format!("-{hook}-{number}"),
            };
            attachment.name.push_str(&place);
        }
    }
}

/// Where the last attempt begins in steps that hold several: cucumber-rs appends a retry to the same scenario (42).
///
/// The same step comes again, and everything behind it repeats what was before; one step alone may simply occur twice.
fn start_of_last_attempt(steps: &[Part<'_>]) -> usize {
    let same = |a: &Part<'_>, b: &Part<'_>| a.line == b.line && a.keyword == b.keyword && a.name == b.name;
    let Some(first) = steps.first().filter(|first| first.line.is_some_and(|line| line > 0)) else { return 0 };
    let Some(start) = steps.iter().rposition(|step| same(first, step)) else { return 0 };
    let repeats = steps[start..].iter().zip(steps).all(|(again, before)| same(again, before));
    let increases = steps[start..].windows(2).all(|pair| pair[0].line < pair[1].line);
    if repeats && increases && steps.len() - start >= 2 && start >= 2 { start } else { 0 }
}

/// Keyword and name of a step.
fn push_words(part: &Part<'_>, out: &mut String) {
    out.push_str(part.keyword.trim());
    if !part.keyword.trim().is_empty() && !part.name.is_empty() {
        out.push(' ');
    }
    out.push_str(part.name.trim());
}

/// The first line that a failed background says.
pub(super) fn first_line(case: &TestCase) -> &str {
    let failing = case.details.iter().find(|detail| matches!(detail.kind, DetailKind::Failure | DetailKind::Error));
    failing.and_then(|detail| detail.text.lines().map(str::trim).find(|line| !line.is_empty())).unwrap_or("no text")
}

/// Whether a status is a failure.
pub(super) fn has_failed(status: Status) -> bool {
    matches!(status.outcome(), Outcome::Failed | Outcome::Errored)
}
