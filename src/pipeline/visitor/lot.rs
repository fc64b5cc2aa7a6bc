//! A small report: some of its cases are read, then these are converted, in turn.
//!
//! Reading and converting together are more code than the processor's nearest cache holds, so that case by case one
//! drives out the other. Nothing else depends on it: what comes of the cases is what [`Conversion`] alone comes to.

use std::ops::ControlFlow;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::thread;

use super::{Conversion, Ended};
use crate::model::{Problem, ReportVisitor, StatedExecution, TestCase};

/// Cases that wait for each other. The records stay from report to report.
#[derive(Default)]
pub(in crate::pipeline) struct Lot {
    #[expect(clippy::vec_box, reason = "records change hands with the reader")]
    cases: Vec<Box<TestCase>>,
    waiting: usize,
    /// Bytes by which the records may have grown since they were made.
    grown: usize,
}

impl Lot {
    /// Cases that are converted in one go.
    const SIZE: usize = 16;

    /// Bytes that a case may hold to wait: evidence and long logs are not gathered, nor is room for them kept.
    const MOST: usize = 16 << 10;

    /// Bytes by which all records together may grow, however differently the cases are made that come to lie in them.
    const MOST_GROWN: usize = 1 << 20;

    /// Takes the case, which has this weight; the caller gets the record of an earlier one.
    fn push(&mut self, case: &mut Box<TestCase>, weight: usize) {
        self.grown += weight;
        if self.waiting == self.cases.len() {
            self.cases.push(TestCase::with_room());
        }
        std::mem::swap(&mut self.cases[self.waiting], case);
        self.waiting += 1;
    }

    /// Nothing waits any more.
    fn empty(&mut self) {
        self.waiting = 0;
        if self.grown > Lot::MOST_GROWN {
            *self = Lot::default();
        }
    }
}

/// Has cases converted in lots.
pub(in crate::pipeline) struct Lots<'c> {
    conversion: Conversion<'c>,
    lot: &'c mut Lot,
    /// Whether one case was too long to wait. Then none does: the reader's records have grown.
    has_met_long: bool,
}

impl<'c> Lots<'c> {
    pub(in crate::pipeline) fn new(conversion: Conversion<'c>, lot: &'c mut Lot) -> Lots<'c> {
        lot.empty();
        Lots { conversion, lot, has_met_long: false }
    }

    /// Converts what waits, and ends as [`Conversion::finish`] does.
    pub(in crate::pipeline) fn finish<T>(mut self, mut read: thread::Result<T>) -> Ended<T> {
        // A panic in the conversion of a case ends the report there: those behind it would not have been read.
        if !self.conversion.is_at_work {
            let converted = catch_unwind(AssertUnwindSafe(|| self.convert()));
            read = converted.and(read);
        }
        self.conversion.finish(read)
    }

    /// Converts what waits. `Break` when nothing behind it counts.
    fn convert(&mut self) -> ControlFlow<()> {
        let waiting = std::mem::take(&mut self.lot.waiting);
        self.go_on()?;
        let flow = self.lot.cases.iter_mut().take(waiting).try_for_each(|case| self.conversion.case(case));
        self.lot.empty();
        flow
    }

    fn go_on(&self) -> ControlFlow<()> {
        if self.conversion.failure.is_some() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    }

    /// Whether there may be another case behind those that wait: with as many as there may be the reading ends, not
    /// later.
    fn has_room(&mut self) -> ControlFlow<()> {
        let findings = &self.conversion.findings;
        if findings.outcome.told.cases.seen + (self.lot.waiting as u64) < findings.limits.cases {
            return ControlFlow::Continue(());
        }
        self.convert()?;
        self.conversion.findings.has_room()
    }
}

impl ReportVisitor for Lots<'_> {
    fn case(&mut self, case: &mut Box<TestCase>) -> ControlFlow<()> {
        self.go_on()?;
        self.has_room()?;
        let weight = case.weight();
        self.has_met_long |= weight > Lot::MOST;
        if self.has_met_long {
            self.convert()?;
            return self.conversion.case(case);
        }
        self.lot.push(case, weight);
        if self.lot.waiting < Lot::SIZE { ControlFlow::Continue(()) } else { self.convert() }
    }

    fn problem(&mut self, problem: Problem) {
        // Problems are told in the order of the report. Whether the conversion has ended is told with the next case.
        let _ = self.convert();
        self.conversion.problem(problem);
    }

    fn execution(&mut self, stated: &StatedExecution) {
        let _ = self.convert();
        self.conversion.execution(stated);
    }

    fn producer(&mut self, name: &str) {
        self.conversion.producer(name);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::CaseDetail;

    #[test]
    fn records_change_hands_and_stay_until_they_have_grown() {
        let mut lot = Lot::default();
        let mut case = TestCase::with_room();
        for name in ["a", "b"] {
            case.qualified_name.replace_range(.., name);
            lot.push(&mut case, 1);
        }
        assert_eq!((lot.waiting, &*lot.cases[0].qualified_name, &*lot.cases[1].qualified_name), (2, "a", "b"));
        lot.empty();
        lot.push(&mut case, Lot::MOST_GROWN);
        assert_eq!((lot.waiting, lot.cases.len(), &*case.qualified_name), (1, 2, "a"));
        lot.empty();
        assert_eq!((lot.cases.len(), lot.grown), (0, 0));
    }

    #[test]
    fn whatever_is_long_in_a_case_weighs() {
        let long = || "x".repeat(Lot::MOST + 1);
        let fill: [&dyn Fn(&mut TestCase); 18] = [
            &|case| case.container = long(),
            &|case| case.suite_property = long(),
            &|case| case.details.add().message = long(),
            &|case| case.add_property("test_evidence", &long()),
            &|case| case.tags.push(long()),
            &|case| case.custom_fields.add().value = long(),
            &|case| case.attachments.add().data = long(),
            &|case| case.steps.add().comment = long(),
            &|case| case.parameters.add().value = long(),
            &|case| case.stated.test.scenario = long(),
            &|case| case.stated.test.definition = long(),
            &|case| case.stated.test.steps.add().add().name = long(),
            &|case| case.stated.iterations.add().status_name = long(),
            &|case| case.stated.assignee = long(),
            &|case| case.steps.add().defects.push(long()),
            &|case| case.status_name = long(),
            &|case| case.stderr.text = long(),
            &|case| case.details.extend((0..300).map(|_| CaseDetail::default())),
        ];
        assert!(TestCase::with_room().weight() <= Lot::MOST);
        for (number, fill) in fill.iter().enumerate() {
            let mut case = TestCase::with_room();
            fill(&mut case);
            assert!(case.weight() > Lot::MOST, "{number}");
        }
    }
}
