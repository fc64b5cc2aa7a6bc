//! The steps and hooks of one element, read into a scenario.

use xxhash_rust::xxh3::xxh3_64_with_seed;

use super::{Scenario, has_failed};
use crate::format::cucumber::element::{Embedding, Part, Reported};
use crate::format::cucumber::told::{Evidence, Told};
use crate::format::cucumber::walk::{heads_a_call, start_of_last_attempt};
use crate::format::gherkin::attachment::{self, Filled};
use crate::format::gherkin::identity::push_slug;
use crate::format::gherkin::status::Status;
use crate::format::json::{Span, Spelled};
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
        let may_be_row = told.words.raw(element.kind) != b"background" && !is_plain(element.keyword, &mut told.words);
        let mut reading = Reading { scenario: self, told, place, may_be_row, evidence };
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
    /// Whether its keyword is one of outlines, or of a language that is not known.
    may_be_row: bool,
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

    /// Counts a step, and notes its line. Steps of a feature that Karate called have lines of another file, and what it makes up
    /// (a hook that failed) is on line zero: rows of one outline, and attempts of one row, may have different ones.
    fn count_step(&mut self, part: &Part) {
        let scenario = &mut *self.scenario;
        let all_known = scenario.step_lines.len() + scenario.elsewhere == scenario.visible;
        scenario.visible += 1;
        if part.line == Some(0) || is_called(self.told.words.raw(part.keyword)) {
            scenario.elsewhere += 1;
            return;
        }
        if self.may_be_row {
            for text in [part.name, part.arguments] {
                scenario.texts = xxh3_64_with_seed(self.told.words.raw(text), scenario.texts);
            }
        }
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

/// Whether the keyword is one of scenarios that have no rows, in one of the languages in which most are written.
fn is_plain(keyword: Span, words: &mut Spelled<'_>) -> bool {
    const ELSEWHERE: &str = "Szenario Beispiel Scénario Exemple Escenario Ejemplo Cenário Cenario Exemplo Esempio Voorbeeld \
        Scenariusz Przykład Сценарий Пример Сценарій Приклад Scenarie Eksempel Tapaus Scénář Příklad Senaryo Örnek \
        Forgatókönyv Példa Scenariu Exemplu シナリオ 场景 剧本 場景 劇本 시나리오";
    if matches!(words.raw(keyword).trim_ascii(), b"Scenario" | b"Example") {
        return true;
    }
    let keyword = words.text(keyword);
    ELSEWHERE.split(' ').any(|known| known == keyword.trim())
}

/// Whether the keyword is that of a step in a feature that Karate called: `> Given`.
fn is_called(keyword: &[u8]) -> bool {
    keyword.first() == Some(&b'>') && keyword.iter().any(|byte| !matches!(byte, b'>' | b' '))
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
