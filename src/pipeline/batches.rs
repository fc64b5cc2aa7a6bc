//! Cases of a large report on their way from the thread that reads it to whoever has time for them.
//!
//! A report is taken apart by one thread, which knows what stands open at every byte; that is a quarter of the work. What
//! follows needs one case at a time, so cases go in batches, and whoever is idle maps, encodes and stores them.

mod packed;

use std::collections::{BTreeMap, VecDeque};
use std::ops::ControlFlow;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use super::basis::Basis;
use super::grouping::Group;
use super::outcome::ReportOutcome;
use super::purpose::Context;
use super::visitor::{ReportPart, RunScratch, Start};
use crate::format::Format;
use crate::model::{List, Problem, ReportId, ReportVisitor, Reuse, TestCase};
use crate::source::Entry;
use packed::PackedCases;

/// Times that a batch may be as long as others, where it must not be cut.
const STRETCH: usize = 4;

/// A case of this weight or more is so large that its buffers are not kept.
const HEAVY: usize = 16 << 10;

/// Bytes in batches that wait, for each thread.
const ROOM: usize = 1 << 20;

/// Batches of one report that wait, for each thread.
const WAITING: usize = 2;

/// When a batch is full.
#[derive(Debug, Clone, Copy)]
struct Size {
    cases: usize,
    /// Bytes of texts and attachments.
    weight: usize,
}

impl Size {
    /// So much that handing it on costs nothing, and so little that it stays in a core's cache.
    const USUAL: Size = Size { cases: 256, weight: 512 << 10 };
}

/// Cases that follow each other in a report, and what its reader told between them.
#[derive(Default)]
pub(super) struct CaseBatch {
    pub(super) start: Start,
    /// Where each case is.
    cases: Vec<Kept>,
    packed: PackedCases,
    whole: List<Box<TestCase>>,
    /// Each with the number of cases before it.
    remarks: Vec<(usize, Remark)>,
    weight: usize,
    holds_heavy: bool,
}

/// Where a case of a batch is: the next one there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kept {
    Packed,
    Whole,
}

enum Remark {
    Problem(Problem),
    Producer(String),
}

/// Whether a batch should be cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Filled {
    /// It has room.
    Partly,
    /// It should be cut where that is possible.
    Enough,
    /// It must not become any longer.
    Stretched,
}

impl CaseBatch {
    pub(super) fn is_empty(&self) -> bool {
        self.cases.is_empty() && self.remarks.is_empty()
    }

    pub(super) fn filled(&self, helpers: &Helpers<'_>) -> Filled {
        let Size { cases, weight } = helpers.batch;
        let count = self.cases.len().max(self.remarks.len());
        match () {
            () if count >= STRETCH * cases || self.weight >= STRETCH * weight => Filled::Stretched,
            () if count >= cases || self.weight >= weight => Filled::Enough,
            () => Filled::Partly,
        }
    }

    /// Takes a case; what it leaves is of no use but for its buffers.
    pub(super) fn push(&mut self, case: &mut Box<TestCase>) {
        let weight = case.weight();
        self.weight += weight;
        self.holds_heavy |= weight >= HEAVY;
        if weight < HEAVY && self.packed.push(case) {
            self.cases.push(Kept::Packed);
        } else {
            std::mem::swap(self.whole.add(), case);
            self.cases.push(Kept::Whole);
        }
    }

    pub(super) fn problem(&mut self, problem: Problem) {
        self.remarks.push((self.cases.len(), Remark::Problem(problem)));
    }

    pub(super) fn producer(&mut self, name: &str) {
        self.remarks.push((self.cases.len(), Remark::Producer(name.to_owned())));
    }

    /// Has `visitor` see everything again, in order, until it wants no more.
    pub(super) fn replay(&mut self, visitor: &mut dyn ReportVisitor) {
        let mut remarks = self.remarks.drain(..).peekable();
        let mut tell = |visitor: &mut dyn ReportVisitor, before: usize| {
            while let Some((_, remark)) = remarks.next_if(|(at, _)| *at <= before) {
                match remark {
                    Remark::Problem(problem) => visitor.problem(problem),
                    Remark::Producer(name) => visitor.producer(&name),
                }
            }
        };
        let (mut packed, mut whole) = (self.packed.unpack(), self.whole.iter_mut());
        let mut usual = TestCase::with_room();
        for (number, kept) in self.cases.iter().enumerate() {
            tell(visitor, number);
            let case = match kept {
                Kept::Packed => {
                    packed.next_into(&mut usual);
                    &mut usual
                }
                Kept::Whole => whole.next().unwrap_or(&mut usual),
            };
            if visitor.case(case).is_break() {
                return;
            }
        }
        tell(visitor, usize::MAX);
    }

    /// Makes room for the next cases. `Break` when a case was so large that no buffer that it may have been in is kept:
    /// each of them could come to hold one as large.
    pub(super) fn empty(&mut self) -> ControlFlow<()> {
        self.remarks.clear();
        self.weight = 0;
        self.start = Start::default();
        self.cases.clear();
        self.packed.clear();
        if std::mem::take(&mut self.holds_heavy) {
            self.whole = List::default();
            return ControlFlow::Break(());
        }
        self.whole.reset();
        ControlFlow::Continue(())
    }
}

/// A large report that is being read.
pub(super) struct Giant {
    pub(super) report: ReportId,
    pub(super) entry: Arc<Entry>,
    pub(super) group: Arc<Group>,
    pub(super) format: &'static Format,
    /// Environments that its place tells of.
    pub(super) environment: String,
    /// What sort of file it is.
    pub(super) basis: Basis,
    table: Mutex<Table>,
    handed_in: Condvar,
}

#[derive(Default)]
struct Table {
    waiting: VecDeque<CaseBatch>,
    /// Helpers that were asked and have not come.
    asked: usize,
    /// By their numbers.
    parts: BTreeMap<u32, ReportPart>,
    spare: Vec<CaseBatch>,
}

impl Giant {
    /// A report of `format`, of which nothing has been read.
    pub(super) fn new(
        format: &'static Format,
        outcome: &ReportOutcome,
        entry: &Arc<Entry>,
        group: &Arc<Group>,
    ) -> Arc<Giant> {
        Arc::new(Giant {
            report: outcome.id,
            entry: Arc::clone(entry),
            group: Arc::clone(group),
            format,
            environment: outcome.surroundings.environment.clone(),
            basis: outcome.basis.of_part(),
            table: Mutex::default(),
            handed_in: Condvar::new(),
        })
    }

    /// Converts the batch that has waited longest; whether there was one.
    pub(super) fn convert_one(&self, helpers: &Helpers<'_>, context: &Context<'_>, scratch: &mut RunScratch) -> bool {
        let Some(batch) = self.table().waiting.pop_front() else { return false };
        self.convert(batch, helpers, context, scratch);
        true
    }

    /// As [`Giant::convert_one`], on behalf of whoever was asked to help.
    pub(super) fn help(&self, helpers: &Helpers<'_>, context: &Context<'_>, scratch: &mut RunScratch) {
        let batch = {
            let mut table = self.table();
            table.asked = table.asked.saturating_sub(1);
            table.waiting.pop_front()
        };
        if let Some(batch) = batch {
            self.convert(batch, helpers, context, scratch);
        }
    }

    fn convert(&self, mut batch: CaseBatch, helpers: &Helpers<'_>, context: &Context<'_>, scratch: &mut RunScratch) {
        helpers.waiting.fetch_sub(batch.weight, Ordering::Relaxed);
        let number = batch.start.part;
        let part = ReportPart::of(&mut batch, self, context, scratch);
        let mut table = self.table();
        table.spare.push(batch);
        table.parts.insert(number, part);
        drop(table);
        self.handed_in.notify_one();
    }

    /// Lets a batch wait for somebody. `Break` when too much waits, and nobody is there to take it at once.
    pub(super) fn offer(self: &Arc<Giant>, batch: CaseBatch, helpers: &Helpers<'_>) -> ControlFlow<()> {
        let weight = helpers.waiting.fetch_add(batch.weight, Ordering::Relaxed) + batch.weight;
        let (waiting, is_asked) = {
            let mut table = self.table();
            table.waiting.push_back(batch);
            let waiting = table.waiting.len();
            let is_asked = table.asked < waiting;
            table.asked += usize::from(is_asked);
            (waiting, is_asked)
        };
        if is_asked && (helpers.ask)(self) == Asked::Idle {
            return ControlFlow::Continue(());
        }
        let is_crowded = weight > ROOM * helpers.threads || waiting > WAITING * helpers.threads;
        if is_crowded { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    }

    /// An empty batch.
    pub(super) fn spare(&self) -> CaseBatch {
        self.table().spare.pop().unwrap_or_default()
    }

    /// Part number `number`, if it is done.
    pub(super) fn part(&self, number: u32) -> Option<ReportPart> {
        self.table().parts.remove(&number)
    }

    /// Part number `number`, which somebody is at.
    pub(super) fn wait_for(&self, number: u32) -> ReportPart {
        let mut table = self.table();
        loop {
            if let Some(part) = table.parts.remove(&number) {
                return part;
            }
            table = self.handed_in.wait(table).unwrap_or_else(PoisonError::into_inner);
        }
    }

    fn table(&self) -> MutexGuard<'_, Table> {
        self.table.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whoever may help with a large report.
pub(super) struct Helpers<'h> {
    threads: usize,
    batch: Size,
    /// Asks one worker to help.
    ask: &'h (dyn Fn(&Arc<Giant>) -> Asked + Sync),
    /// Bytes in batches that wait, of all reports together.
    waiting: AtomicUsize,
}

/// What a request for help comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Asked {
    /// Somebody has nothing else to do.
    Idle,
    /// Whoever is done with something else comes first.
    Busy,
}

impl<'h> Helpers<'h> {
    /// The other ones of `threads` workers, who are asked by `ask`.
    pub(super) fn new(threads: usize, ask: &'h (dyn Fn(&Arc<Giant>) -> Asked + Sync)) -> Helpers<'h> {
        Helpers { threads, batch: Size::USUAL, ask, waiting: AtomicUsize::new(0) }
    }

    /// Whether there is anybody.
    pub(super) fn are_there(&self) -> bool {
        self.number() > 0
    }

    /// How many there are.
    pub(super) fn number(&self) -> usize {
        self.threads.saturating_sub(1)
    }
}

#[cfg(test)]
mod tests;
