//! From one element of a feature to a test case (spec behave.md section 3).

use super::feature::{Element, Feature, Step};
use super::{row, status};
use crate::format::{Attachments, ReadOptions};
use crate::model::{Content, DetailKind, Outcome, TestCase};

/// Nanoseconds in a second.
const NANOS: f64 = 1e9;

/// An element, and what around it decides what it is called.
pub(super) struct Place<'f> {
    pub(super) feature: &'f Feature,
    /// The element itself.
    pub(super) element: &'f Element,
    /// The element that names the Test: the first row of its outline, or the element itself.
    pub(super) namesake: &'f Element,
    /// See [`TestCase::attempt_group`].
    pub(super) attempt_group: u64,
    /// See [`TestCase::shares_container`].
    pub(super) shares_container: bool,
}

/// Fills `case`, which is empty, with an element whose outcome is known.
pub(super) fn fill(place: &Place<'_>, outcome: Outcome, options: &ReadOptions, case: &mut TestCase) {
    let element = place.element;
    let (title, row) = row::split(&element.name);
    case.outcome = outcome;
    push_definition(place, &mut case.qualified_name);
    case.title.push_str(row::split(&place.namesake.name).0);
    case.container.push_str(place.feature.name.trim());
    case.is_example = is_row(element);
    case.attempt_group = place.attempt_group;
    case.shares_container = place.shares_container;
    element.tags.iter().for_each(|tag| push_tag(tag, &mut case.tags));
    place.feature.tags.iter().for_each(|tag| push_tag(tag, &mut case.container_tags));
    case.duration = duration(element);
    if outcome.is_failure() {
        tell_failure(element, row, case);
    }
    let wanted = match options.attachments {
        Attachments::None => false,
        Attachments::OfFailed => outcome.is_failure(),
        Attachments::All => true,
    };
    if wanted {
        take_embeddings(element, title, case);
    }
    if options.steps {
        element.steps.iter().for_each(|step| take_step(step, case));
    }
}

/// Whether an element is a row of an outline: by its name, or by its keyword where the pattern of names is another one.
pub(super) fn is_row(element: &Element) -> bool {
    row::split(&element.name).1.is_some() || matches!(element.keyword.trim(), "Scenario Outline" | "Scenario Template")
}

/// File, number sign, name (decision 7); separators of paths as on most systems (B17). A nameless scenario has none.
fn push_definition(place: &Place<'_>, out: &mut String) {
    let name = row::split(&place.namesake.name).0;
    if name.is_empty() {
        return;
    }
    let of_element = row::file(place.element.location.trim());
    let file = if of_element.is_empty() { row::file(place.feature.location.trim()) } else { of_element };
    if !file.is_empty() {
        out.extend(file.chars().map(|character| if character == '\\' { '/' } else { character }));
        out.push('#');
    }
    out.push_str(name);
}

/// Tags come without their sign; what typed the sign itself loses it (B14).
fn push_tag(tag: &str, tags: &mut crate::model::List<String>) {
    let tag = tag.trim();
    let tag = tag.strip_prefix('@').unwrap_or(tag);
    if !tag.is_empty() {
        tags.add().push_str(tag);
    }
}

/// The sum of the steps; hooks are not measured.
fn duration(element: &Element) -> Option<i64> {
    let mut sum: Option<i64> = None;
    for seconds in element.steps.iter().filter_map(|step| step.result.duration) {
        if seconds.is_finite() && seconds >= 0.0 {
            // A cast of a float saturates.
            sum = Some(sum.unwrap_or(0).saturating_add((seconds * NANOS).round() as i64));
        }
    }
    sum
}

/// The first step that failed, with its row before it and its error behind it.
fn tell_failure(element: &Element, row: Option<&str>, case: &mut TestCase) {
    let of = |wanted: &[Outcome]| element.steps.iter().find(|step| wanted.contains(&status::of_step(step)));
    let culprit = of(&[Outcome::Failed, Outcome::Errored]).or_else(|| of(&[Outcome::Undefined, Outcome::Pending]));
    let detail = case.details.add();
    detail.kind = if case.outcome == Outcome::Failed { DetailKind::Failure } else { DetailKind::Error };
    if let Some(row) = row {
        detail.message.push_str("row ");
        detail.message.push_str(row);
        detail.message.push_str(": ");
    }
    let Some(step) = culprit else {
        detail.message.push_str(without_culprit(element));
        return;
    };
    push_action(step, &mut detail.message);
    detail.message.push_str(": ");
    let error = step.result.error_message.trim();
    let (first, rest) = error.split_once('\n').unwrap_or((error, ""));
    detail.message.push_str(match (first.trim_end(), status::of_step(step)) {
        ("", Outcome::Undefined) => "undefined step",
        ("", Outcome::Pending) => "pending step",
        ("", Outcome::Errored) => "unexpected exception (message not in report)",
        ("", _) => "failed (message not in report)",
        (first, _) => first,
    });
    detail.text.push_str(rest);
}

/// Why a scenario failed none of whose steps did (B4).
fn without_culprit(element: &Element) -> &'static str {
    match element.status.as_str() {
        "cleanup_error" => "clean-up failed (details are not in the report)",
        "xpassed" => "passed although it was expected to fail",
        _ => "hook failed (details are not in the report)",
    }
}

fn push_action(step: &Step, out: &mut String) {
    out.push_str(step.keyword.trim());
    if !out.is_empty() && !out.ends_with(' ') {
        out.push(' ');
    }
    out.push_str(step.name.trim());
}

/// Attachments in the order of the steps, named by scenario, step and number (decision 20).
fn take_embeddings(element: &Element, title: &str, case: &mut TestCase) {
    let mut number = 0;
    for (index, step) in element.steps.iter().enumerate() {
        for embedding in step.embeddings.iter().filter(|embedding| !embedding.data.trim().is_empty()) {
            number += 1;
            let attachment = case.attachments.add();
            push_slug(title, &mut attachment.name);
            attachment.name.push_str(&format!("-s{}-{number}", index + 1));
            attachment.media_type.push_str(embedding.mime_type.trim());
            attachment.content = Content::Base64;
            attachment.data.push_str(&embedding.data);
        }
    }
}

/// Characters of a slug at most.
const LONGEST_SLUG: usize = 80;

/// `title` in lower case, all but ASCII letters and digits as one hyphen (decision 20).
fn push_slug(title: &str, out: &mut String) {
    for character in title.chars() {
        if out.len() >= LONGEST_SLUG {
            break;
        }
        if character.is_ascii_alphanumeric() {
            out.push(character.to_ascii_lowercase());
        } else if !out.is_empty() && !out.ends_with('-') {
            out.push('-');
        }
    }
    out.truncate(out.trim_end_matches('-').len());
    if out.is_empty() {
        out.push_str("scenario");
    }
}

fn take_step(reported: &Step, case: &mut TestCase) {
    let step = case.steps.add();
    push_action(reported, &mut step.action);
    step.outcome = status::of_step(reported);
    step.comment.push_str(&reported.result.error_message);
}
