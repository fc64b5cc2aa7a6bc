//! The steps and hooks of one element, read into a scenario.

use super::{Scenario, has_failed};
use crate::format::cucumber::element::{Embedding, Part, Reported};
use crate::format::cucumber::told::{Evidence, Told};
use crate::format::gherkin::identity::push_slug;
use crate::format::gherkin::{attachment, status::Status};
use crate::format::json::Spelled;
use crate::format::{Attachments, ClippedText};
use crate::model::{Content, DetailKind, ProblemKind};

/// Which part of a scenario is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Role {
    Step,
    Hook(&'static str),
}

impl Scenario {
    /// Adds the steps and hooks of an element: the scenario's own, or those of its background.
    pub(in crate::format::cucumber) fn add_parts(&mut self, told: &mut Told<'_, '_>, place: &'static str) {
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
        self.add_duration(part);
        if role == Role::Step {
            self.count_step(part);
        }
        self.detail(part, role, status);
        if self.told.options.steps && role == Role::Step {
            self.keep_step(part, status);
        }
        self.embeddings(part, role);
        if self.told.options.output != Attachments::None {
            self.keep_output(part);
        }
    }

    fn add_duration(&mut self, part: &Part) {
        if let Some(duration) = part.duration
            && let Err(topic) = self.scenario.durations.add(self.told.words.raw(duration))
        {
            let duration = self.told.words.text(duration);
            self.told.remark(ProblemKind::UnreadableTime, topic, &duration);
        }
    }

    fn keep_step(&mut self, part: &Part, status: Status) {
        let step = self.scenario.case.steps.add();
        push_words(part, &mut self.told.words, &mut step.action);
        step.outcome = status.outcome();
        part.push_error(&mut self.told.words, &mut step.comment);
    }

    fn keep_output(&mut self, part: &Part) {
        for line in part.output.iter() {
            let output = &mut self.scenario.case.stdout;
            self.told.words.push(*line, &mut output.text);
            ClippedText::of_output(output).push_str("");
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
            attachment::fill(&words.text(embedding.data), &media_type, piece.missing(embedding.data), attachment)
                || attachment::refer(&words.text(embedding.place), &media_type, attachment)
        };
        if !filled {
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
    }
}

/// Where the last attempt begins in steps that hold several: cucumber-rs appends a retry to the same scenario (42).
///
/// The first step comes again, on the same line. Either what follows repeats what was before, line for line; or each time a
/// failure stands before it, behind which one attempt would have run nothing. Otherwise a step occurs twice: Ruby's rows of
/// outlines give all steps one line.
fn start_of_last_attempt(steps: &[Part], words: &Spelled<'_>) -> usize {
    let same = |a: &Part, b: &Part| {
        a.line == b.line && words.raw(a.keyword) == words.raw(b.keyword) && words.raw(a.name) == words.raw(b.name)
    };
    let Some(first) = steps.first().filter(|first| first.line.is_some_and(|line| line > 0)) else { return 0 };
    let Some(start) = steps.iter().rposition(|step| same(first, step)).filter(|start| *start > 0) else { return 0 };
    let (before, again) = steps.split_at(start);
    let repeats = again.iter().zip(before).all(|(again, before)| same(again, before));
    let increases = again.windows(2).all(|pair| pair[0].line < pair[1].line);
    let is_second_walk = repeats && increases && again.len() >= 2 && before.len() >= 2;
    let failed = |step: &Part| matches!(step.status, Some(Reported::Known(status)) if has_failed(status));
    let passed = |step: &Part| matches!(step.status, Some(Reported::Known(Status::Passed)));
    let mut restarts = (1..=start).filter(|at| same(first, &steps[*at]));
    let is_retry = (passed(&again[0]) || failed(&again[0])) && restarts.all(|at| failed(&steps[at - 1]));
    if is_second_walk || is_retry { start } else { 0 }
}

/// Whether a step is no step but the row that Karate writes over the steps of a feature that was called: always passed, and
/// for a keyword one `>` for each call around it, of which the steps below it have one more (40). Without steps below it, it is
/// one: TestCafe's reporter gives all steps a bare `>`.
fn heads_a_call(step: &Part, next: Option<&Part>, words: &Spelled<'_>) -> bool {
    let calls = |part: &Part| words.raw(part.keyword).iter().take_while(|byte| **byte == b'>').count();
    let own = calls(step);
    let is_bare = words.raw(step.keyword).trim_ascii().len() == own;
    let is_over_steps = next.is_some_and(|next| calls(next) == own + 1);
    is_bare && is_over_steps && matches!(step.status, Some(Reported::Known(Status::Passed)))
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
