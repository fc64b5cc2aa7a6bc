//! A scenario on its way to a test case: what its background, its hooks and its steps tell together.

mod parts;

use crate::format::ReadOptions;
use crate::format::gherkin::identity::{push_slug, without_row};
use crate::format::gherkin::status::{Status, tell_why_not_run};
use crate::format::json::Spelled;
use crate::format::time::{self, is_absent};
use crate::model::{DetailKind, List, Outcome, ProblemKind, Reuse, TestCase};

use super::duration::Durations;
use super::element::{Element, Tag};
use super::told::Told;

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
    /// Lines of the visible steps that stand in its own file; empty when one is not known.
    pub(super) step_lines: Vec<u64>,
    /// Hash of the texts and arguments of these steps where it may be a row of an outline, which has its data there; else zero.
    texts: u64,
    /// Hash of these lines, once the rows of outlines were looked for; zero where there are none.
    pub(super) steps_hash: u64,
    pub(super) status: Status,
    /// Whether any step or hook has a result.
    pub(super) has_results: bool,
    pub(super) is_outline_template: bool,
    durations: Durations,
    parts: usize,
    visible: usize,
    /// How many of the visible steps stand elsewhere.
    elsewhere: usize,
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
        self.texts = 0;
        self.steps_hash = 0;
        self.status = Status::Passed;
        self.has_results = false;
        self.is_outline_template = false;
        self.durations = Durations::default();
        self.parts = 0;
        self.visible = 0;
        self.elsewhere = 0;
        self.embedded = 0;
        self.unnamed.clear();
    }
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

    /// Whether it is an outline that no result stands in.
    pub(super) fn is_bare_outline(&self) -> bool {
        self.is_outline_template && !self.has_results
    }

    /// What tells it from the others of its feature.
    pub(super) fn id_or_title(&self) -> &str {
        if self.id.is_empty() { &self.case.title } else { &self.id }
    }

    /// What tells a row from others with its id, line and name: the texts of its steps, which no writer needs that gives rows a
    /// number or the line of their Examples. An attempt that broke off may have fewer steps there.
    pub(super) fn texts(&self) -> u64 {
        let is_behind_steps = self.line.is_some_and(|line| self.step_lines.last().is_some_and(|last| *last < line));
        if is_behind_steps || without_row(&self.id).is_some() { 0 } else { self.texts }
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

/// The first line that a failed background says.
pub(super) fn first_line(case: &TestCase) -> &str {
    let failing = case.details.iter().find(|detail| matches!(detail.kind, DetailKind::Failure | DetailKind::Error));
    failing.and_then(|detail| detail.text.lines().map(str::trim).find(|line| !line.is_empty())).unwrap_or("no text")
}

/// Whether a status is a failure.
pub(super) fn has_failed(status: Status) -> bool {
    matches!(status.outcome(), Outcome::Failed | Outcome::Errored)
}
