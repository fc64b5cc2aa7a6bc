//! From one element of a feature to a test case (spec behave.md section 3).

use crate::format::gherkin::identity::push_slug;
use crate::format::json::{Piece, Spelled};
use crate::format::{ReadOptions, Remarks};
use crate::model::{Content, DetailKind, List, Outcome, ProblemKind, Reuse, TestCase, trimmed};

use super::element::{Element, Step};
use super::{outline, row, status};

/// Nanoseconds in a second.
const NANOS: f64 = 1e9;

/// What Behave 1.2 writes into the step that was running when its user stopped it (B8).
const INTERRUPTED: &[u8] = b"ABORTED: By user";

/// A scenario or row that waits for the end of its feature.
#[derive(Default)]
pub(super) struct Scenario {
    /// All but what only the whole feature tells.
    pub(super) case: Box<TestCase>,
    /// Its name without the number of its row.
    pub(super) name: String,
    pub(super) location: String,
    /// What the rows of one outline, and the attempts of one scenario, have in common.
    pub(super) sign: Option<u128>,
    /// Name as written, and a text in the making.
    written: String,
    text: String,
}

impl Reuse for Scenario {
    fn reset(&mut self) {
        self.case.reset();
        self.name.clear();
        self.location.clear();
        self.sign = None;
        self.written.clear();
        self.text.clear();
    }
}

/// One element, and all that is needed to take it in.
pub(super) struct Told<'t, 'w> {
    pub(super) element: &'t Element,
    pub(super) words: Spelled<'w>,
    pub(super) piece: &'t Piece<'w>,
    pub(super) options: &'t ReadOptions,
    pub(super) remarks: &'t mut Remarks,
    pub(super) signer: &'t mut outline::Signer,
}

impl Scenario {
    /// Fills a scenario, which is empty, from an element that is no background.
    pub(super) fn fill(&mut self, told: &mut Told<'_, '_>) {
        let Told { element, words, options, signer, .. } = &mut *told;
        let (element, options) = (*element, *options);
        words.push(element.name, &mut self.written);
        let (name, row) = row::split(&self.written);
        self.name.push_str(name);
        let location = words.text(element.location);
        self.location.push_str(trimmed(&location));
        let case = &mut self.case;
        case.is_example = row.is_some() || is_outline(words.raw(element.keyword));
        self.sign = signer.sign(element, case.is_example, words);
        for tag in element.tags.iter() {
            push_tag(&words.text(*tag), &mut case.tags);
        }
        case.duration = duration(element, words);
        case.outcome = outcome(told);
        remark_interruption(told);
        if case.outcome.is_failure() {
            tell_failure(told, row, &mut self.text, case);
        }
        if options.attachments.are_of(case.outcome) {
            take_embeddings(told, name, case);
        }
        if options.steps {
            element.steps.iter().for_each(|step| take_step(step, &mut told.words, case));
        }
    }
}

/// Whether a keyword is that of an outline, whose rows are told by it where the pattern of their names is another one.
fn is_outline(keyword: &[u8]) -> bool {
    matches!(keyword.trim_ascii(), b"Scenario Outline" | b"Scenario Template")
}

/// Tags come without their sign; what typed the sign itself loses it (B14).
pub(super) fn push_tag(tag: &str, tags: &mut List<String>) {
    let tag = trimmed(tag);
    let tag = tag.strip_prefix('@').unwrap_or(tag);
    if !tag.is_empty() {
        tags.add().push_str(tag);
    }
}

/// The sum of the steps; hooks are not measured.
fn duration(element: &Element, words: &Spelled<'_>) -> Option<i64> {
    let mut sum: Option<i64> = None;
    for duration in element.steps.iter().filter_map(|step| step.duration) {
        let seconds = std::str::from_utf8(words.raw(duration)).ok().and_then(|text| text.trim().parse::<f64>().ok());
        if let Some(seconds) = seconds.filter(|seconds| seconds.is_finite() && *seconds >= 0.0) {
            // A cast of a float saturates.
            sum = Some(sum.unwrap_or(0).saturating_add((seconds * NANOS).round() as i64));
        }
    }
    sum
}

/// A scenario goes by its own word, whatever its steps say (decision 12); by its steps where it has none (B1).
fn outcome(told: &mut Told<'_, '_>) -> Outcome {
    let word = told.words.raw(told.element.status).trim_ascii();
    if let Some(outcome) = status::outcome(word) {
        return outcome;
    }
    if !status::says_nothing(word) {
        let topic = "a status that Behave does not define; the steps decide";
        let piece = told.piece;
        told.remarks.add(
            ProblemKind::UnknownStatus,
            topic,
            || format!("'{}'", String::from_utf8_lossy(word)),
            || piece.at(),
        );
    }
    status::of_steps(told.element, &told.words)
}

fn remark_interruption(told: &mut Told<'_, '_>) {
    let Told { element, words, .. } = &*told;
    let says_so = |step: &Step| step.error.first().is_some_and(|line| words.raw(*line).starts_with(INTERRUPTED));
    if element.steps.iter().any(says_so) {
        let topic = "the run was stopped by its user, later features are not in the report";
        let piece = told.piece;
        told.remarks.add(ProblemKind::CountMismatch, topic, String::new, || piece.at());
    }
}

/// The first step that failed, with its row before it and its error behind it.
fn tell_failure(told: &mut Told<'_, '_>, row: Option<&str>, text: &mut String, case: &mut TestCase) {
    let Told { element, words, piece, .. } = told;
    let of = |wanted: &[Outcome]| element.steps.iter().find(|step| wanted.contains(&status::of_step(step, words)));
    let culprit = of(&[Outcome::Failed, Outcome::Errored]).or_else(|| of(&[Outcome::Undefined, Outcome::Pending]));
    let detail = case.details.add();
    detail.kind = if case.outcome == Outcome::Failed { DetailKind::Failure } else { DetailKind::Error };
    if let Some(row) = row {
        detail.message.push_str("row ");
        detail.message.push_str(row);
        detail.message.push_str(": ");
    }
    let Some(step) = culprit else {
        detail.message.push_str(without_culprit(words.raw(element.status)));
        return;
    };
    push_action(step, words, &mut detail.message);
    detail.message.push_str(": ");
    detail.omitted = push_error(step, words, text) + step.error.iter().map(|line| piece.missing(*line)).sum::<u64>();
    let error = text.trim();
    let (first, rest) = error.split_once('\n').unwrap_or((error, ""));
    detail.message.push_str(match (first.trim_end(), status::of_step(step, words)) {
        ("", Outcome::Undefined) => "undefined step",
        ("", Outcome::Pending) => "pending step",
        ("", Outcome::Errored) => "unexpected exception (message not in report)",
        ("", _) => "failed (message not in report)",
        (first, _) => first,
    });
    detail.text.push_str(rest);
}

/// Why a scenario failed none of whose steps did (B4).
fn without_culprit(status: &[u8]) -> &'static str {
    match status {
        b"cleanup_error" => "clean-up failed (details are not in the report)",
        b"xpassed" => "passed although it was expected to fail",
        _ => "hook failed (details are not in the report)",
    }
}

fn push_action(step: &Step, words: &mut Spelled<'_>, out: &mut String) {
    out.push_str(trimmed(&words.text(step.keyword)));
    if !out.is_empty() && !out.ends_with(' ') {
        out.push(' ');
    }
    out.push_str(trimmed(&words.text(step.name)));
}

/// The lines of an error (B13); gives the bytes left out of very long ones.
fn push_error(step: &Step, words: &mut Spelled<'_>, out: &mut String) -> u64 {
    let mut omitted = 0;
    for (number, line) in step.error.iter().enumerate() {
        if number > 0 {
            out.push('\n');
        }
        omitted += words.push_clipped(*line, out);
    }
    omitted
}

/// Attachments in the order of the steps, named by scenario, step and number (decision 20).
fn take_embeddings(told: &mut Told<'_, '_>, name: &str, case: &mut TestCase) {
    let Told { element, words, piece, .. } = told;
    let mut number = 0;
    for (index, step) in element.steps.iter().enumerate() {
        for embedding in step.embeddings.iter() {
            if words.raw(embedding.data).trim_ascii().is_empty() {
                continue;
            }
            number += 1;
            let attachment = case.attachments.add();
            push_slug(name, &mut attachment.name);
            attachment.name.push_str(&format!("-s{}-{number}", index + 1));
            attachment.media_type.push_str(words.text(embedding.media_type).trim());
            attachment.content = Content::Base64;
            match piece.missing(embedding.data) {
                0 => words.push(embedding.data, &mut attachment.data),
                missing => attachment.omitted = embedding.data.length() as u64 + missing,
            }
        }
    }
}

fn take_step(reported: &Step, words: &mut Spelled<'_>, case: &mut TestCase) {
    let step = case.steps.add();
    push_action(reported, words, &mut step.action);
    step.outcome = status::of_step(reported, words);
    push_error(reported, words, &mut step.comment);
}
