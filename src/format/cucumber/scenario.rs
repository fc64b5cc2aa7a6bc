//! A scenario on its way to a test case: what its background, its hooks and its steps tell together.

use crate::format::ClippedText;
use crate::format::gherkin::attachment::{self, Filled};
use crate::format::gherkin::identity::push_slug;
use crate::format::gherkin::status::{Status, tell_why_not_run};
use crate::format::json::{Piece, Spelled};
use crate::format::time::{self, is_absent};
use crate::format::{Attachments, ReadOptions, Remarks};
use crate::model::{Content, DetailKind, List, Outcome, ProblemKind, Reuse, TestCase};

use super::duration::Durations;
use super::element::{Element, Embedding, Part, Reported, Tag};
use super::walk::{heads_a_call, start_of_last_attempt};

/// A tag without its sign, and its line.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct OwnTag {
    pub(super) name: String,
    pub(super) line: Option<u64>,
}

impl OwnTag {
    /// Whether both stand for the same tag: a scenario repeats those that it inherits.
    pub(super) fn is_same(&self, other: &OwnTag) -> bool {
        self.name == other.name && (self.line == other.line || self.line.is_none() || other.line.is_none())
    }
}

impl Reuse for OwnTag {
    fn reset(&mut self) {
        self.name.clear();
        self.line = None;
    }
}

/// Takes over tags that have a name.
pub(super) fn own_tags(tags: &[Tag], words: &mut Spelled<'_>, own: &mut List<OwnTag>) {
    for tag in tags {
        let name = tag.text(words);
        if !name.is_empty() {
            let place = own.add();
            place.name.push_str(&name);
            place.line = tag.line;
        }
    }
}

/// One scenario, or a background that waits for its scenario.
#[derive(Debug, Default)]
pub(super) struct Scenario {
    pub(super) case: Box<TestCase>,
    pub(super) id: String,
    pub(super) line: Option<u64>,
    pub(super) tags: List<OwnTag>,
    /// Lines of the visible steps; empty when one is not known.
    pub(super) step_lines: Vec<u64>,
    /// Hash of these lines, once the rows of outlines were looked for; zero where there are none.
    pub(super) steps_hash: u64,
    pub(super) status: Status,
    /// Whether any step or hook has a result.
    pub(super) has_results: bool,
    pub(super) is_outline_template: bool,
    durations: Durations,
    parts: usize,
    visible: usize,
    embedded: usize,
    /// Evidence of a background, which is named after the scenario that it belongs to once that is known.
    unnamed: Vec<usize>,
}

impl Reuse for Scenario {
    fn reset(&mut self) {
        self.case.reset();
        self.id.clear();
        self.line = None;
        self.tags.clear();
        self.step_lines.clear();
        self.steps_hash = 0;
        self.status = Status::Passed;
        self.has_results = false;
        self.is_outline_template = false;
        self.durations = Durations::default();
        self.parts = 0;
        self.visible = 0;
        self.embedded = 0;
        self.unnamed.clear();
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
    pub(super) fn begin(&mut self, told: &mut Told<'_, '_>) {
        let Told { element, words, options, .. } = told;
        words.push(element.id, &mut self.id);
        self.line = element.line;
        self.case.title.push_str(words.text(element.name).trim());
        own_tags(&element.tags, words, &mut self.tags);
        self.is_outline_template = words.raw(element.kind) == b"scenario_outline";
        if element.start.is_empty() {
            return;
        }
        let start = words.text(element.start);
        match time::timestamp(&start, &options.zone) {
            Some(stamp) => {
                self.case.start = Some(stamp.at);
                if stamp.naive {
                    let topic = "timestamps without a zone are read in the assumed one";
                    told.remark(ProblemKind::NaiveTimestamp, topic, &start);
                }
            }
            None if is_absent(&start) => {}
            None => told.remark(ProblemKind::UnreadableTime, "a timestamp cannot be read", &start),
        }
    }

    /// Adds the steps and hooks of an element: the scenario's own, or those of its background.
    pub(super) fn add_parts(&mut self, told: &mut Told<'_, '_>, place: &'static str) {
        let element = told.element;
        let evidence = told.evidence(self.status);
        let mut reading = Reading { scenario: self, told, place, evidence };
        element.before.iter().for_each(|part| reading.part(part, Role::Hook("before")));
        let last_attempt = start_of_last_attempt(&element.steps, &reading.told.words);
        let (earlier, steps) = element.steps.split_at(last_attempt);
        earlier.iter().for_each(|step| reading.earlier_attempt(step));
        for (number, step) in steps.iter().enumerate() {
            if heads_a_call(step, steps.get(number + 1), &reading.told.words) {
                continue;
            }
            step.before.iter().for_each(|part| reading.part(part, Role::Hook("before")));
            let role = if step.hidden { Role::Hook(reading.hidden_hook(step)) } else { Role::Step };
            reading.part(step, role);
            step.after.iter().for_each(|part| reading.part(part, Role::Hook("after")));
        }
        element.around.iter().for_each(|part| reading.part(part, Role::Hook("around")));
        element.after.iter().for_each(|part| reading.part(part, Role::Hook("after")));
    }

    /// Whether it is an outline that no result stands in.
    pub(super) fn is_bare_outline(&self) -> bool {
        self.is_outline_template && !self.has_results
    }

    /// What tells it from the others of its feature.
    pub(super) fn id_or_title(&self) -> &str {
        if self.id.is_empty() { &self.case.title } else { &self.id }
    }

    /// Puts the scenario's own name before those that the evidence of its background was given.
    pub(super) fn name_evidence_of_background(&mut self) {
        for index in self.unnamed.drain(..) {
            if let Some(attachment) = self.case.attachments.get_mut(index) {
                let place = std::mem::take(&mut attachment.name);
                push_slug(&self.case.title, &mut attachment.name);
                attachment.name.push_str(&place);
            }
        }
    }

    /// Whether it tells nothing: no results, or only skipped steps that took no time and that `scenario` repeats.
    pub(super) fn is_template_of(&self, scenario: &Element) -> bool {
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

    /// Bytes that it holds, but for names and the like.
    pub(super) fn held(&self) -> usize {
        let own = size_of::<Scenario>();
        let texts = self.case.details.iter().map(|detail| detail.text.len()).sum::<usize>();
        own + texts + self.case.attachments.iter().map(|attachment| attachment.data.len()).sum::<usize>()
    }

    /// Turns what was collected into outcome and duration.
    pub(super) fn settle(&mut self, options: &ReadOptions) {
        let status = if self.parts == 0 { Status::Unknown } else { self.status };
        self.case.outcome = status.outcome();
        self.case.duration = self.durations.nanos();
        if !options.attachments.are_of(self.case.outcome) {
            self.case.attachments.clear();
        }
        drop_failures_without_text(&mut self.case);
        tell_why_not_run(&mut self.case, self.parts, self.has_results);
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

/// One element, and all that is needed to take it in.
pub(super) struct Told<'t, 'w> {
    pub(super) element: &'t Element,
    pub(super) words: Spelled<'w>,
    pub(super) piece: &'t Piece<'w>,
    pub(super) options: &'t ReadOptions,
    pub(super) remarks: &'t mut Remarks,
    /// What its attachments are worth.
    pub(super) room: Room,
}

/// Whether there is room for attachments while scenarios wait for the end of their feature.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Room {
    Ample,
    None,
}

/// What is taken of an element's attachments.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Evidence {
    Taken,
    /// There is no room: only their sizes.
    Measured,
    /// Nobody will ask for them.
    PassedOver,
}

impl Told<'_, '_> {
    fn remark(&mut self, kind: ProblemKind, topic: &'static str, detail: &str) {
        let piece = self.piece;
        self.remarks.add(kind, topic, || detail.to_owned(), || piece.at());
    }

    /// What is taken of the attachments of an element whose scenario is at `status` without it. Where those of failed
    /// scenarios are asked for, a scenario whose own steps passed will not be one.
    fn evidence(&self, status: Status) -> Evidence {
        let worst = self.element.worst.max(status);
        let passed = worst == Status::Passed && !self.element.steps.is_empty();
        match self.options.attachments {
            Attachments::None => Evidence::PassedOver,
            Attachments::OfFailed if passed && !self.element.is_background(&self.words) => Evidence::PassedOver,
            _ if self.room == Room::None => Evidence::Measured,
            _ => Evidence::Taken,
        }
    }
}

/// One element being read into a scenario.
struct Reading<'r, 't, 'w> {
    scenario: &'r mut Scenario,
    told: &'r mut Told<'t, 'w>,
    place: &'static str,
    evidence: Evidence,
}

impl Reading<'_, '_, '_> {
    fn part(&mut self, part: &Part, role: Role) {
        let Some(status) = self.status(part, role) else {
            self.embeddings(part, role);
            return;
        };
        let scenario = &mut *self.scenario;
        scenario.parts += 1;
        scenario.status = scenario.status.max(status);
        if let Some(duration) = part.duration
            && let Err(topic) = scenario.durations.add(self.told.words.raw(duration))
        {
            let duration = self.told.words.text(duration);
            self.told.remark(ProblemKind::UnreadableTime, topic, &duration);
        }
        if role == Role::Step {
            self.count_step(part);
        }
        self.detail(part, role, status);
        if self.told.options.steps && role == Role::Step {
            let step = self.scenario.case.steps.add();
            push_words(part, &mut self.told.words, &mut step.action);
            step.outcome = status.outcome();
            part.push_error(&mut self.told.words, &mut step.comment);
        }
        self.embeddings(part, role);
        if self.told.options.output != Attachments::None {
            for line in part.output.iter() {
                let output = &mut self.scenario.case.stdout;
                self.told.words.push(*line, &mut output.text);
                ClippedText::of_output(output).push_str("");
            }
        }
    }

    /// Which hook a hidden step of cucumber-js is.
    fn hidden_hook(&self, step: &Part) -> &'static str {
        let is_after = self.told.words.raw(step.keyword).trim_ascii_start().starts_with(b"After");
        if is_after { "after" } else { "before" }
    }

    /// A step of an attempt that another one followed in the same scenario: it does not decide.
    fn earlier_attempt(&mut self, step: &Part) {
        if let Some(Reported::Known(status)) = step.status
            && has_failed(status)
        {
            let detail = self.scenario.case.details.add();
            detail.kind = DetailKind::Attempt;
            push_words(step, &mut self.told.words, &mut detail.type_name);
            detail.omitted = step.push_error(&mut self.told.words, &mut detail.text);
        }
    }

    /// What a part says became of it; nothing where it is a hook that says nothing (decision 16).
    fn status(&mut self, part: &Part, role: Role) -> Option<Status> {
        let Some(reported) = part.status else {
            return (role == Role::Step).then_some(Status::Unknown);
        };
        self.scenario.has_results = true;
        match reported {
            Reported::Known(status) => Some(status),
            Reported::Unknown(word) => {
                let word = self.told.words.text(word);
                let topic = "a status that Cucumber does not know counts as not run";
                self.told.remark(ProblemKind::UnknownStatus, topic, &word);
                Some(Status::Unknown)
            }
        }
    }

    fn count_step(&mut self, part: &Part) {
        let scenario = &mut *self.scenario;
        let all_known = scenario.step_lines.len() == scenario.visible;
        scenario.visible += 1;
        match part.line.filter(|_| all_known) {
            Some(line) => scenario.step_lines.push(line),
            None => scenario.step_lines.clear(),
        }
    }

    /// What a failing, or otherwise remarkable, part says.
    fn detail(&mut self, part: &Part, role: Role, status: Status) {
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
            Role::Step => push_words(part, &mut self.told.words, &mut detail.type_name),
            Role::Hook(hook) => {
                detail.type_name.push_str(hook);
                detail.type_name.push_str(" hook");
            }
        }
        if part.error.is_empty() && kind != DetailKind::Failure {
            detail.text.push_str(status.word());
        } else {
            detail.omitted = part.push_error(&mut self.told.words, &mut detail.text);
            detail.omitted += self.told.piece.missing(part.error);
        }
    }

    fn embeddings(&mut self, part: &Part, role: Role) {
        if self.evidence != Evidence::PassedOver {
            part.embeddings.iter().for_each(|embedding| self.embedding(embedding, role));
        }
    }

    fn embedding(&mut self, embedding: &Embedding, role: Role) {
        let scenario = &mut *self.scenario;
        let Told { element, words, piece, .. } = &mut *self.told;
        let index = scenario.case.attachments.len();
        let attachment = scenario.case.attachments.add();
        let name = words.text(embedding.name);
        let media_type = words.text(embedding.media_type);
        let filled = if self.evidence == Evidence::Measured {
            attachment::fill("", &media_type, embedding.data.length() as u64, attachment)
        } else {
            match attachment::fill(&words.text(embedding.data), &media_type, piece.missing(embedding.data), attachment)
            {
                Filled::Nothing => attachment::refer(&words.text(embedding.place), &media_type, attachment),
                filled => filled,
            }
        };
        if filled == Filled::Nothing {
            scenario.case.attachments.truncate(index);
            let detail = scenario.case.details.add();
            detail.kind = DetailKind::Note;
            detail.message.push_str("attachment not included: ");
            detail.message.push_str(if name.is_empty() { "it is empty" } else { &name });
            return;
        }
        scenario.embedded += 1;
        let name = name.trim();
        if !name.is_empty() {
            attachment.name.push_str(name);
            if filled == Filled::NoBase64 {
                attachment::name_as_unknown(&mut attachment.name);
            }
        } else if attachment.content != Content::Path && attachment.content != Content::Link {
            if self.place.is_empty() {
                push_slug(&words.text(element.name), &mut attachment.name);
            } else {
                scenario.unnamed.push(index);
            }
            let number = scenario.embedded;
            let place = match role {
                Role::Step => format!("-s{}-{number}", scenario.visible),
                Role::Hook(hook) => format!("-{hook}-{number}"),
            };
            attachment.name.push_str(&place);
        }
        if filled == Filled::NoBase64 {
            self.told.remark(ProblemKind::MissingAttachment, attachment::NO_BASE64, "");
        }
    }
}

/// Keyword and name of a step. radish writes the keyword into the name as well.
fn push_words(part: &Part, words: &mut Spelled<'_>, out: &mut String) {
    let (keyword, name) = (words.text(part.keyword), words.text(part.name));
    let keyword = keyword.trim();
    if !holds_keyword(name.trim(), keyword) {
        out.push_str(keyword);
        if !keyword.is_empty() && !name.is_empty() {
            out.push(' ');
        }
    }
    out.push_str(name.trim());
}

/// Whether a name begins with a keyword that is a word; a `*` may begin the text of a step.
fn holds_keyword(name: &str, keyword: &str) -> bool {
    keyword.starts_with(char::is_alphabetic) && name.strip_prefix(keyword).is_some_and(|rest| rest.starts_with(' '))
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
