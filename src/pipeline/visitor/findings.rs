//! What is told of a report beside its runs: how many cases it has, what its reader and its conversion stumbled over.

use std::collections::HashMap;
use std::ops::ControlFlow;

use crate::format::{Format, Limits};
use crate::model::{Limit, LimitReached, Problem, ProblemKind, ReportVisitor, TestCase};
use crate::pipeline::outcome::ReportOutcome;

/// Problems of one kind that are kept for one report; what follows is counted.
const PROBLEMS_OF_A_KIND: usize = 50;

/// Counts the cases of one report and keeps its problems: all that `inspect` needs.
pub(in crate::pipeline) struct Findings<'o> {
    pub(in crate::pipeline) outcome: &'o mut ReportOutcome,
    pub(super) limits: Limits,
    pub(super) keeps: Keeps,
    pub(super) further: HashMap<ProblemKind, (usize, Problem)>,
}

/// Which problems are kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Keeps {
    /// [`PROBLEMS_OF_A_KIND`] of each kind.
    Enough,
    /// All of which one may be among those when the parts of the report are put together, whatever the parts before this
    /// one have told: one more, which is the example for what is only counted, and all that a report gets once.
    EnoughOfAPart,
}

impl<'o> Findings<'o> {
    pub(in crate::pipeline) fn new(outcome: &'o mut ReportOutcome, limits: &Limits) -> Findings<'o> {
        Findings { outcome, limits: *limits, keeps: Keeps::Enough, further: HashMap::new() }
    }

    /// Whether there may be another case. With as many as there may be the reading ends.
    pub(super) fn has_room(&mut self) -> ControlFlow<()> {
        if self.outcome.told.cases.seen < self.limits.cases {
            return ControlFlow::Continue(());
        }
        self.note(LimitReached::new(Limit::Cases, self.limits.cases, "it holds more cases").into());
        ControlFlow::Break(())
    }

    /// Keeps a problem, unless there are very many of its kind already.
    #[cold]
    #[inline(never)]
    pub(super) fn note(&mut self, problem: Problem) {
        let known = self.outcome.told.problems.iter().filter(|known| known.kind == problem.kind);
        let is_kept = match self.keeps {
            Keeps::Enough => known.count() < PROBLEMS_OF_A_KIND,
            Keeps::EnoughOfAPart => {
                problem.topic.is_some() || known.filter(|known| known.topic.is_none()).count() <= PROBLEMS_OF_A_KIND
            }
        };
        if is_kept {
            self.outcome.told.problems.push(problem);
        } else {
            self.further.entry(problem.kind).or_insert((0, problem)).0 += 1;
        }
    }

    /// Adds one line for each kind of which there were too many.
    pub(in crate::pipeline) fn finish(self) {
        let mut further: Vec<_> = self.further.into_values().collect();
        further.sort_unstable_by_key(|(_, problem)| problem.kind);
        for (count, problem) in further {
            let message = format!("{count} further problems of this kind, for example: {}", problem.message);
            self.outcome.told.problems.push(Problem { message, ..problem });
        }
    }

    /// Where another report may tell more of the same cases, it is known by what names them.
    pub(super) fn note_producer(&mut self, name: &str) {
        if Format::better_than(name).is_some() {
            self.outcome.likeness.marks.keep_definitions();
        }
    }
}

impl ReportVisitor for Findings<'_> {
    fn case(&mut self, case: &mut Box<TestCase>) -> ControlFlow<()> {
        self.has_room()?;
        self.outcome.told.cases.add(case.outcome);
        ControlFlow::Continue(())
    }

    fn problem(&mut self, problem: Problem) {
        self.note(problem);
    }

    fn producer(&mut self, name: &str) {
        name.clone_into(&mut self.outcome.told.producer);
        self.note_producer(name);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Origin, ReportId};

    #[test]
    fn problems_of_a_kind_behind_the_first_fifty_are_counted() {
        let mut outcome = ReportOutcome::new(ReportId(0), Origin::default(), 0);
        let mut findings = Findings::new(&mut outcome, &Limits::default());
        for number in 0..53 {
            findings.note(Problem::new(ProblemKind::Malformed, format!("number {number}")));
        }
        findings.note(Problem::new(ProblemKind::Truncated, "cut"));
        findings.finish();
        let told: Vec<_> = outcome.told.problems.iter().map(|problem| problem.message.as_str()).collect();
        assert_eq!(told[49..], ["number 49", "cut", "3 further problems of this kind, for example: number 50"]);
    }

    #[test]
    fn a_part_keeps_one_more_which_may_become_the_example() {
        let mut outcome = ReportOutcome::new(ReportId(0), Origin::default(), 0);
        let mut findings = Findings::new(&mut outcome, &Limits::default());
        findings.keeps = Keeps::EnoughOfAPart;
        for number in 0..53 {
            findings.note(Problem::new(ProblemKind::Malformed, format!("number {number}")));
        }
        assert_eq!(findings.further[&ProblemKind::Malformed].0, 2);
        assert_eq!(outcome.told.problems.len(), 51);
    }
}
