//! The rows of one class: what an attempt or a skipped row must wait for.
//!
//! TestNG lists passed rows first, then failed, then skipped ones: an attempt may stand before or behind the row that
//! counts, a failed configuration method behind the rows that it made skip. Such rows are held until the other one
//! comes or the class ends. What is held is bounded by [`MOST_HELD`] and [`HEAVIEST`]; beyond, the oldest goes on.

use std::ops::ControlFlow;

use super::method::reason;
use crate::format::Remarks;
use crate::model::{DetailKind, HashedMap, Outcome, Position, ProblemKind, ReportVisitor, Reuse, TestCase, Timestamp};

/// Rows that are held at most.
const MOST_HELD: usize = 256;

/// Bytes of text that held rows may carry together.
const HEAVIEST: usize = 16 * 1024 * 1024;

/// Method-and-parameter pairs of one class that are remembered.
const MOST_KEYS: usize = 1_000_000;

/// What a row is, for its class.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum RowKind {
    /// `retried="true"`: an attempt; another row of the same key counts.
    Attempt,
    /// It ran and counts.
    Ran,
    /// It was skipped, counts, and says itself why.
    Skipped,
    /// As `Skipped`, by an exception that nobody throws to skip a test: before 7.1 attempts look like this (T05).
    Broken,
    /// It was skipped, counts, and does not say why.
    SkippedSilently,
}

/// What a held row waits for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Waits {
    /// The row that counts instead of it.
    ForFinal(u64),
    /// The configuration method that made it skip.
    ForCause,
}

struct Held {
    waits: Waits,
    weight: usize,
    case: Box<TestCase>,
}

/// What happened to one method with one list of parameters.
#[derive(Default, Clone, Copy)]
struct Seen {
    counted: bool,
    ran: bool,
    broken: bool,
}

/// A configuration method that failed or was skipped.
struct FailedSetUp {
    hint: String,
    start: Option<Timestamp>,
}

/// What is known of the rows of the open class.
#[derive(Default)]
pub(super) struct ClassRows {
    seen: HashedMap<Seen>,
    held: Vec<Held>,
    weight: usize,
    /// Emptied cases, so that holding one allocates nothing once warm.
    #[expect(clippy::vec_box, reason = "records change hands with the visitor")]
    spare: Vec<Box<TestCase>>,
    failed_set_up: Option<FailedSetUp>,
}

impl ClassRows {
    /// Takes a row: gives it to the visitor, or holds it. `key` stands for its method and parameters.
    pub(super) fn take(
        &mut self,
        case: &mut Box<TestCase>,
        kind: RowKind,
        key: u64,
        visitor: &mut dyn ReportVisitor,
        remarks: &mut Remarks,
        place: impl Fn() -> Position,
    ) -> ControlFlow<()> {
        if kind == RowKind::Attempt {
            return self.take_attempt(case, key, visitor);
        }
        self.release_attempts(key, visitor)?;
        self.remember(key, kind, remarks, &place);
        if kind == RowKind::Broken && self.has_failed_like(case) {
            self.name_cause(case);
        }
        if kind != RowKind::SkippedSilently {
            return visitor.case(case);
        }
        if self.failed_set_up.is_some() {
            self.name_cause(case);
            return visitor.case(case);
        }
        self.hold(case, Waits::ForCause, visitor)
    }

    /// The same room, with no rows of the report that filled it.
    pub(super) fn emptied(mut self) -> ClassRows {
        self.seen.clear();
        self.held.clear();
        ClassRows { seen: self.seen, held: self.held, spare: self.spare, ..ClassRows::default() }
    }

    /// Notes a configuration method of this class that failed; `hint` names it and says why (T01).
    pub(super) fn note_failed_set_up(&mut self, hint: String, start: Option<Timestamp>) {
        if self.failed_set_up.is_none() {
            self.failed_set_up = Some(FailedSetUp { hint, start });
        }
    }

    /// Ends the class: what is still held goes to the visitor.
    pub(super) fn end_class(
        &mut self,
        visitor: &mut dyn ReportVisitor,
        remarks: &mut Remarks,
        place: impl Fn() -> Position,
    ) -> ControlFlow<()> {
        let mut flow = ControlFlow::Continue(());
        let mut all = std::mem::take(&mut self.held);
        for mut held in all.drain(..) {
            if flow.is_break() {
                break;
            }
            match held.waits {
                Waits::ForFinal(_) => fail_last_attempt(&mut held.case, remarks, &place),
                Waits::ForCause => self.name_cause(&mut held.case),
            }
            flow = visitor.case(&mut held.case);
            self.keep_spare(held.case);
        }
        self.held = all;
        self.weight = 0;
        self.seen.clear();
        self.failed_set_up = None;
        flow
    }

    /// An attempt goes on at once when the row that counts is known; it waits otherwise. Of several that wait for the
    /// same row only the last can become the one that counts.
    fn take_attempt(&mut self, case: &mut Box<TestCase>, key: u64, visitor: &mut dyn ReportVisitor) -> ControlFlow<()> {
        case.superseded = true;
        if self.seen.get(&key).is_some_and(|seen| seen.counted) {
            return visitor.case(case);
        }
        self.release_attempts(key, visitor)?;
        self.hold(case, Waits::ForFinal(key), visitor)
    }

    fn release_attempts(&mut self, key: u64, visitor: &mut dyn ReportVisitor) -> ControlFlow<()> {
        match self.held.iter().position(|held| held.waits == Waits::ForFinal(key)) {
            Some(index) => self.release(index, visitor),
            None => ControlFlow::Continue(()),
        }
    }

    fn release(&mut self, index: usize, visitor: &mut dyn ReportVisitor) -> ControlFlow<()> {
        let mut held = self.held.remove(index);
        self.weight -= held.weight;
        let flow = visitor.case(&mut held.case);
        self.keep_spare(held.case);
        flow
    }

    fn hold(&mut self, case: &mut Box<TestCase>, waits: Waits, visitor: &mut dyn ReportVisitor) -> ControlFlow<()> {
        let mut room = self.spare.pop().unwrap_or_default();
        std::mem::swap(case, &mut room);
        let weight = weight_of(&room);
        self.weight += weight;
        self.held.push(Held { waits, weight, case: room });
        while self.held.len() > MOST_HELD || self.weight > HEAVIEST {
            self.release(0, visitor)?;
        }
        ControlFlow::Continue(())
    }

    fn keep_spare(&mut self, mut case: Box<TestCase>) {
        case.reset();
        if self.spare.len() < MOST_HELD && case.details.iter().all(|detail| detail.text.capacity() < HEAVIEST) {
            self.spare.push(case);
        }
    }

    fn remember(&mut self, key: u64, kind: RowKind, remarks: &mut Remarks, place: &impl Fn() -> Position) {
        if self.seen.len() >= MOST_KEYS && !self.seen.contains_key(&key) {
            return;
        }
        let seen = self.seen.entry(key).or_default();
        seen.counted = true;
        seen.ran |= kind == RowKind::Ran;
        seen.broken |= kind == RowKind::Broken;
        if seen.ran && seen.broken {
            seen.broken = false;
            remarks.add(
                ProblemKind::Unusual,
                "a skipped row and a row that ran have the same method and parameters: before TestNG 7.1 a retried \
                 attempt looks like that; both count",
                String::new,
                place,
            );
        }
    }

    /// Whether a skipped row has the exception of the configuration method that failed: TestNG hands it on. Any other one is its own.
    fn has_failed_like(&self, case: &TestCase) -> bool {
        let own = self.failed_set_up.as_ref().map(|_| reason(case)).unwrap_or_default();
        !own.is_empty() && self.failed_set_up.as_ref().is_some_and(|cause| cause.hint.ends_with(&own))
    }

    /// Says in a skipped row which configuration method failed before it.
    fn name_cause(&self, case: &mut TestCase) {
        let Some(cause) = &self.failed_set_up else { return };
        if let (Some(cause), Some(row)) = (cause.start, case.start)
            && cause > row
        {
            return;
        }
        let detail = case.details.add();
        detail.kind = DetailKind::Skip;
        detail.message.push_str(&cause.hint);
    }
}

/// All attempts are there and no row that counts: the run was aborted, and the last attempt stands for it (T06).
fn fail_last_attempt(case: &mut TestCase, remarks: &mut Remarks, place: &impl Fn() -> Position) {
    case.superseded = false;
    case.outcome = Outcome::Failed;
    for detail in case.details.iter_mut() {
        detail.kind = DetailKind::Failure;
    }
    remarks.add(
        ProblemKind::Repaired,
        "a method was retried, but no last attempt is there; the attempt before counts as failed",
        || case.qualified_name.clone(),
        place,
    );
}

fn weight_of(case: &TestCase) -> usize {
    let details: usize = case.details.iter().map(|detail| detail.message.len() + detail.text.len()).sum();
    let properties: usize = case.properties.iter().map(|property| property.value.len()).sum();
    let parameters: usize = case.parameters.iter().map(|parameter| parameter.value.len()).sum();
    let attachments: usize = case.attachments.iter().map(|attachment| attachment.data.len()).sum();
    details + properties + parameters + attachments + case.stdout.text.len()
}
