//! A large report: its cases go to whoever has time, and what comes of them comes together again in order.

use std::ops::ControlFlow;
use std::sync::Arc;
use std::thread;

use super::finder::KeyFinder;
use super::part::{ReportPart, Start};
use super::{CHUNKS_HELD, Conversion, Ended, Fallen, RunScratch};
use crate::model::{Dialect, Limit, LimitReached, Problem, ReportVisitor, StatedExecution, TestCase};
use crate::pipeline::batches::{CaseBatch, Filled, Giant, Helpers};
use crate::pipeline::early::Early;

/// Lets others do what a [`Conversion`] does, and comes to the same.
///
/// What of one case depends on those before it is settled when the parts are put together ([`Conversion::take_in`]), or
/// known without them ([`Start`]). Rows of one method depend on each other, so a batch is cut only where the method
/// changes; where so many rows of one come that no batch could hold them, they are converted here until it ends.
pub(in crate::pipeline) struct Batching<'c> {
    whole: Conversion<'c>,
    giant: Arc<Giant>,
    helpers: &'c Helpers<'c>,
    /// For batches that are converted on this thread.
    scratch: &'c mut RunScratch,
    batch: CaseBatch,
    /// Keys of rows so far.
    finder: KeyFinder<'c>,
    /// Cases, and rows of outlines, so far.
    seen: u64,
    examples: u64,
    /// See [`TestCase::row_group`]; of the last case.
    row_group: u64,
    /// Whether the rows of that method are converted here.
    is_direct: bool,
    /// Parts that were sent out, and those that are back.
    sent: u32,
    taken: u32,
    /// Whether a panic ended a part.
    fell: bool,
}

impl<'c> Batching<'c> {
    pub(in crate::pipeline) fn new(
        whole: Conversion<'c>,
        dialect: &Dialect,
        giant: Arc<Giant>,
        helpers: &'c Helpers<'c>,
        scratch: &'c mut RunScratch,
    ) -> Batching<'c> {
        let finder = KeyFinder::new(dialect, whole.context.rules);
        Batching {
            whole,
            giant,
            helpers,
            scratch,
            batch: CaseBatch::default(),
            finder,
            seen: 0,
            examples: 0,
            row_group: 0,
            is_direct: false,
            sent: 0,
            taken: 0,
            fell: false,
        }
    }

    /// Waits for what others are still at, and ends as [`Conversion::finish`] does. Of what panicked the first in the
    /// order of the report counts: then as much is known as one thread would know.
    pub(in crate::pipeline) fn finish<T>(mut self, read: thread::Result<T>) -> Ended<T> {
        if !self.is_direct {
            // All that waits is converted next, here or elsewhere.
            let _ = self.send();
        }
        self.settle();
        self.whole.rows.keys().take_in_keys(self.finder.into_keys());
        let Ended { failure, read } = self.whole.finish(read);
        Ended { failure, read: if self.fell { Err(Fallen) } else { read } }
    }

    /// Sends the batch out, helps where too many wait, and takes in what is back.
    fn hand_out(&mut self) -> ControlFlow<()> {
        if self.send().is_break() {
            self.giant.convert_one(self.helpers, self.whole.context, self.scratch);
        }
        while self.taken < self.sent
            && let Some(part) = self.giant.part(self.taken)
        {
            self.take_in(part);
        }
        self.go_on()
    }

    /// Sends the batch out. `Break` when too many wait.
    fn send(&mut self) -> ControlFlow<()> {
        if self.batch.is_empty() {
            return ControlFlow::Continue(());
        }
        let mut batch = std::mem::replace(&mut self.batch, self.giant.spare());
        // What stood in front of the batch was set when it began; the statement holds for all of it.
        batch.start.part = self.sent;
        batch.start.stated.clone_from(&self.whole.stated);
        batch.start.statement = self.whole.statement;
        batch.start.is_beyond_marks = self.whole.findings.outcome.likeness.marks.is_full();
        batch.start.keeps_definitions = self.whole.findings.outcome.likeness.marks.keeps_definitions();
        let has_early_begun = self.whole.early.as_ref().is_some_and(Early::has_begun);
        batch.start.waits_long = self.sent as usize >= CHUNKS_HELD && !has_early_begun;
        self.batch.start.examples = self.examples;
        self.sent += 1;
        self.giant.offer(batch, self.helpers)
    }

    /// Has all that was sent out converted, and takes it in.
    fn settle(&mut self) {
        while self.giant.convert_one(self.helpers, self.whole.context, self.scratch) {}
        while self.taken < self.sent {
            let part = self.giant.wait_for(self.taken);
            self.take_in(part);
        }
    }

    fn take_in(&mut self, part: ReportPart) {
        self.taken += 1;
        if self.has_ended() {
            part.discard(&self.giant);
            return;
        }
        self.fell = part.fell();
        self.whole.take_in(part);
    }

    /// Whether nothing behind what was taken in counts.
    fn has_ended(&self) -> bool {
        self.fell || self.whole.failure.is_some()
    }

    fn go_on(&self) -> ControlFlow<()> {
        if self.has_ended() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    }

    /// Converts the batch, and what follows, here: it cannot be cut.
    fn begin_direct(&mut self) -> ControlFlow<()> {
        self.settle();
        self.go_on()?;
        self.is_direct = true;
        self.whole.mapper.go_on_behind(self.batch.start.examples);
        self.batch.replay(&mut self.whole);
        // The buffers of a batch that was stretched are not worth keeping.
        self.batch = CaseBatch::default();
        self.go_on()
    }

    /// The method has changed: what follows can go to others again.
    fn end_direct(&mut self) {
        self.is_direct = false;
        self.whole.is_at_work = true;
        self.whole.begin_rows(0);
        self.whole.is_at_work = false;
        self.whole.store();
        self.batch.start = Start { examples: self.examples, ..Start::default() };
    }

    /// Whether there may be another case. It is asked before anything that waits is converted: what comes of that is told
    /// behind the limit.
    fn has_room(&mut self) -> ControlFlow<()> {
        let most = self.whole.findings.limits.cases;
        if self.seen < most {
            return ControlFlow::Continue(());
        }
        self.problem(LimitReached::new(Limit::Cases, most, "it holds more cases").into());
        ControlFlow::Break(())
    }

    fn count(&mut self, case: &TestCase) {
        self.seen += 1;
        self.examples += u64::from(case.is_example);
        self.row_group = case.row_group;
    }
}

impl ReportVisitor for Batching<'_> {
    fn case(&mut self, case: &mut Box<TestCase>) -> ControlFlow<()> {
        self.go_on()?;
        self.has_room()?;
        let is_of_same_method = case.row_group != 0 && case.row_group == self.row_group;
        if self.is_direct && !is_of_same_method {
            self.end_direct();
        }
        if !self.is_direct {
            match self.batch.filled(self.helpers) {
                Filled::Enough | Filled::Stretched if !is_of_same_method => self.hand_out()?,
                Filled::Stretched => self.begin_direct()?,
                Filled::Partly | Filled::Enough => {}
            }
        }
        self.count(case);
        self.finder.look(case);
        if self.is_direct {
            return self.whole.case(case);
        }
        self.batch.push(case);
        ControlFlow::Continue(())
    }

    fn problem(&mut self, problem: Problem) {
        if self.is_direct {
            self.whole.problem(problem);
            return;
        }
        self.batch.problem(problem);
        match self.batch.filled(self.helpers) {
            // Whether that ended anything is told with the next case.
            Filled::Enough | Filled::Stretched if self.row_group == 0 => drop(self.hand_out()),
            Filled::Stretched => drop(self.begin_direct()),
            Filled::Partly | Filled::Enough => {}
        }
    }

    fn execution(&mut self, stated: &StatedExecution) {
        if !self.is_direct {
            match self.row_group {
                0 => drop(self.hand_out()),
                _ => drop(self.begin_direct()),
            }
        }
        self.whole.execution(stated);
    }

    fn producer(&mut self, name: &str) {
        if self.is_direct {
            self.whole.producer(name);
        } else {
            // Every part must know what it is to keep.
            self.whole.findings.note_producer(name);
            self.batch.producer(name);
        }
    }
}
