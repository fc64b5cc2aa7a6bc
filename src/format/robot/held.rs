//! Tests that wait for the tear-downs of the suites around them.
//!
//! A suite's tear-down stands behind its tests, and when it fails every one of them has failed (R1). So a test of a run
//! by `robot` itself is packed and waits until the outermost suite has ended. A packed test takes little more than its
//! own texts: all texts lie end to end in one buffer, which is used again and again.

use std::ops::ControlFlow;

use crate::model::{Attachment, CaseDetail, Content, DetailKind, Outcome, Reuse, Step, TestCase, Timestamp};

use super::test::name_test;

/// What a suite's tear-down does to the tests before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ruling {
    /// It failed: every test that was not skipped has failed.
    Failed,
    /// It was skipped: so is every test.
    Skipped,
}

/// A ruling and the tests it holds for, by their number in the report.
#[derive(Debug, Clone)]
pub(super) struct Verdict {
    pub(super) first: usize,
    /// Number of the first test it does not hold for.
    pub(super) end: usize,
    pub(super) ruling: Ruling,
    pub(super) message: String,
}

/// Bytes that the message of one test may reach by the messages of tear-downs around it.
const LONGEST_MESSAGE: usize = 256 * 1024;

/// Tear-downs around one test whose messages it gets: those of the innermost suites.
const MOST_TOLD: usize = 32;

impl Verdict {
    /// Changes a test as Robot Framework's own result model does (spec robot.md section (c), rule 2).
    fn apply(&self, case: &mut TestCase) {
        if case.details.is_empty() {
            case.details.add();
        }
        let Some(detail) = case.details.first_mut() else { return };
        let has_message = !detail.text.is_empty();
        match self.ruling {
            Ruling::Failed => {
                if case.outcome != Outcome::Skipped {
                    case.outcome = Outcome::Failed;
                }
                if detail.text.len() + self.message.len() < LONGEST_MESSAGE {
                    detail.text.push_str(match has_message {
                        true => "\n\nAlso parent suite teardown failed:\n",
                        false => "Parent suite teardown failed:\n",
                    });
                    detail.text.push_str(&self.message);
                }
            }
            Ruling::Skipped => {
                case.outcome = Outcome::Skipped;
                if detail.text.len() + self.message.len() < LONGEST_MESSAGE {
                    let earlier = if has_message { "\n\nEarlier message:\n" } else { "" };
                    let before = format!("Skipped in parent suite teardown:\n{}{earlier}", self.message);
                    detail.text.insert_str(0, &before);
                }
            }
        }
        detail.kind = super::test::detail_kind(case.outcome);
    }
}

/// Goes through the tests in order and knows which verdicts hold for each.
#[derive(Debug, Default)]
struct Sweep {
    /// By first test; of two that begin at the same test the wider one first.
    verdicts: Vec<Verdict>,
    next: usize,
    /// Those that hold now, the innermost suite's last.
    active: Vec<usize>,
    /// How many of them skip their tests.
    skipping: usize,
}

impl Sweep {
    /// Verdicts come in the order in which their suites ended: the inner ones first.
    fn new(mut verdicts: Vec<Verdict>) -> Sweep {
        verdicts.reverse();
        verdicts.sort_by(|a, b| a.first.cmp(&b.first).then(b.end.cmp(&a.end)));
        Sweep { verdicts, ..Sweep::default() }
    }

    /// Applies to the test with this number what holds for it, inner suites before outer ones.
    fn judge(&mut self, number: usize, case: &mut TestCase) {
        while let Some(last) = self.active.pop_if(|last| self.verdicts[*last].end <= number) {
            self.skipping -= usize::from(self.verdicts[last].ruling == Ruling::Skipped);
        }
        while self.verdicts.get(self.next).is_some_and(|verdict| verdict.first <= number) {
            if self.verdicts[self.next].end > number {
                self.active.push(self.next);
                self.skipping += usize::from(self.verdicts[self.next].ruling == Ruling::Skipped);
            }
            self.next += 1;
        }
        for active in self.active.iter().rev().take(MOST_TOLD) {
            self.verdicts[*active].apply(case);
        }
        if self.active.len() > MOST_TOLD {
            self.apply_others(case);
        }
    }

    /// Applies the verdicts of suites further out, without their messages: tests times depth would be too many.
    fn apply_others(&self, case: &mut TestCase) {
        let Some(detail) = case.details.first_mut() else { return };
        if self.skipping > 0 {
            case.outcome = Outcome::Skipped;
            detail.kind = super::test::detail_kind(case.outcome);
        }
        let others = self.active.len() - MOST_TOLD;
        detail
            .text
            .push_str(&format!("\n\nAlso {others} further parent suite teardowns failed or skipped their tests"));
    }
}

/// One packed test: what is no text, and how many texts of each sort follow one another.
#[derive(Debug)]
struct Packed {
    number: usize,
    outcome: Outcome,
    start: Option<Timestamp>,
    finish: Option<Timestamp>,
    duration: Option<i64>,
    /// Whether it stands in the same suite as the test packed before it.
    same_container: bool,
    /// Bytes that its output lacks.
    output_omitted: u64,
    message: Option<(DetailKind, u64)>,
    properties: usize,
    tags: usize,
    attachments: Vec<Content>,
    steps: Vec<PackedStep>,
}

#[derive(Debug)]
struct PackedStep {
    outcome: Outcome,
    attachments: Vec<Content>,
}

/// The tests that wait.
#[derive(Debug, Default)]
pub(super) struct Held {
    packed: Vec<Packed>,
    /// All texts, end to end, and the length of each.
    texts: String,
    lengths: Vec<usize>,
    /// Container of the test packed last.
    container: String,
    /// Verdicts on tests that wait.
    verdicts: Vec<Verdict>,
    /// All verdicts of the report, once somebody has looked ahead.
    foreseen: Option<Sweep>,
    /// Number of the first test that is not yet given on.
    given: usize,
    /// Tests that were given on before a verdict on them was known.
    unjudged: usize,
}

impl Held {
    /// Bytes in use, roughly.
    pub(super) fn size(&self) -> usize {
        self.texts.len() + self.lengths.len() * size_of::<usize>() + self.packed.len() * size_of::<Packed>()
    }

    /// Tests that were given on before their suite's tear-down failed: they keep the status written beside them.
    pub(super) fn unjudged(&self) -> usize {
        self.unjudged
    }

    /// Whether all verdicts of the report are known.
    pub(super) fn has_foresight(&self) -> bool {
        self.foreseen.is_some()
    }

    /// Takes all verdicts of the report at once: tests need not wait any more.
    pub(super) fn foresee(&mut self, verdicts: Vec<Verdict>) {
        self.verdicts.clear();
        self.foreseen = Some(Sweep::new(verdicts));
    }

    /// Takes the verdict of a suite that has just ended.
    pub(super) fn judge(&mut self, verdict: Verdict) {
        if self.has_foresight() || verdict.first >= verdict.end {
            return;
        }
        self.unjudged += self.given.min(verdict.end).saturating_sub(verdict.first);
        self.verdicts.push(verdict);
    }

    /// Packs the test with this number in the report. What it carries is copied; `case` can be filled again.
    pub(super) fn hold(&mut self, number: usize, case: &TestCase) {
        let same_container = !self.packed.is_empty() && self.container == case.container;
        if !same_container {
            self.push(&case.container);
            self.container.clone_from(&case.container);
        }
        self.push(&case.title);
        self.push(&case.stdout.text);
        let message = case.details.first().map(|detail| {
            self.push(&detail.text);
            (detail.kind, detail.omitted)
        });
        for property in case.properties.iter() {
            self.push(&property.name);
            self.push(&property.value);
        }
        for tag in case.tags.iter() {
            self.push(tag);
        }
        let attachments = self.pack_attachments(&case.attachments);
        let steps = case.steps.iter().map(|step| self.pack_step(step)).collect();
        self.packed.push(Packed {
            number,
            outcome: case.outcome,
            start: case.start,
            finish: case.finish,
            duration: case.duration,
            same_container,
            output_omitted: case.stdout.omitted,
            message,
            properties: case.properties.len(),
            tags: case.tags.len(),
            attachments,
            steps,
        });
    }

    fn pack_step(&mut self, step: &Step) -> PackedStep {
        self.push(&step.action);
        self.push(&step.comment);
        PackedStep { outcome: step.outcome, attachments: self.pack_attachments(&step.attachments) }
    }

    fn pack_attachments(&mut self, attachments: &[Attachment]) -> Vec<Content> {
        for attachment in attachments {
            self.push(&attachment.name);
            self.push(&attachment.media_type);
            self.push(&attachment.data);
        }
        attachments.iter().map(|attachment| attachment.content).collect()
    }

    fn push(&mut self, text: &str) {
        self.texts.push_str(text);
        self.lengths.push(text.len());
    }

    /// Gives all waiting tests to `give`, in order, each as its verdicts leave it; `case` is scratch. On `Break` the
    /// others are forgotten.
    pub(super) fn release(
        &mut self,
        case: &mut Box<TestCase>,
        give: &mut dyn FnMut(&mut Box<TestCase>) -> ControlFlow<()>,
    ) -> ControlFlow<()> {
        let mut passing = Sweep::new(std::mem::take(&mut self.verdicts));
        let sweep = self.foreseen.as_mut().unwrap_or(&mut passing);
        let mut texts = Texts { text: &self.texts, lengths: &self.lengths };
        let mut container = "";
        let mut flow = ControlFlow::Continue(());
        for packed in &self.packed {
            packed.unpack(&mut texts, &mut container, case);
            sweep.judge(packed.number, case);
            flow = give(case);
            if flow.is_break() {
                break;
            }
        }
        if let Some(last) = self.packed.last() {
            self.given = last.number + 1;
        }
        self.packed.clear();
        self.texts.clear();
        self.lengths.clear();
        flow
    }
}

/// Reads the packed texts one after the other.
struct Texts<'t> {
    text: &'t str,
    lengths: &'t [usize],
}

impl<'t> Texts<'t> {
    fn take(&mut self) -> &'t str {
        let Some((length, lengths)) = self.lengths.split_first() else { return "" };
        self.lengths = lengths;
        let (text, rest) = self.text.split_at_checked(*length).unwrap_or_default();
        self.text = rest;
        text
    }
}

impl Packed {
    fn unpack<'t>(&self, texts: &mut Texts<'t>, container: &mut &'t str, case: &mut TestCase) {
        case.reset();
        if !self.same_container {
            *container = texts.take();
        }
        name_test(case, container, texts.take());
        case.outcome = self.outcome;
        case.start = self.start;
        case.finish = self.finish;
        case.duration = self.duration;
        case.stdout.text.push_str(texts.take());
        case.stdout.omitted = self.output_omitted;
        if let Some((kind, omitted)) = self.message {
            let detail: &mut CaseDetail = case.details.add();
            detail.kind = kind;
            detail.text.push_str(texts.take());
            detail.omitted = omitted;
        }
        for _ in 0..self.properties {
            let name = texts.take();
            case.add_property(name, texts.take());
        }
        for _ in 0..self.tags {
            case.tags.add().push_str(texts.take());
        }
        for content in &self.attachments {
            unpack_attachment(*content, texts, case.attachments.add());
        }
        for packed in &self.steps {
            let step = case.steps.add();
            step.outcome = packed.outcome;
            step.action.push_str(texts.take());
            step.comment.push_str(texts.take());
            for content in &packed.attachments {
                unpack_attachment(*content, texts, step.attachments.add());
            }
        }
    }
}

fn unpack_attachment(content: Content, texts: &mut Texts<'_>, attachment: &mut Attachment) {
    attachment.content = content;
    attachment.name.push_str(texts.take());
    attachment.media_type.push_str(texts.take());
    attachment.data.push_str(texts.take());
}
