//! Reports that tell opposite things of one Test. Attempts do not count, and what one report tells of several data rows is one
//! thing.

use super::merge::{Dispute, Merge, Results};
use crate::model::{Contrary, Outcome};

/// What one report tells of a Test.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Told {
    /// Every data row passed.
    Passed,
    /// Some did, the others did not run.
    PassedPartly,
    Failed,
    DidNotRun,
    /// Nothing that another could be held against.
    Else,
}

impl Told {
    fn of(outcomes: impl Iterator<Item = Outcome> + Clone) -> Told {
        let any = |holds: fn(Outcome) -> bool| outcomes.clone().any(holds);
        let all = |holds: fn(Outcome) -> bool| outcomes.clone().all(holds);
        match () {
            () if any(Outcome::is_failure) => Told::Failed,
            () if all(|outcome| outcome == Outcome::Passed) => Told::Passed,
            () if any(|outcome| outcome == Outcome::Passed) => Told::PassedPartly,
            () if all(Outcome::did_not_run) => Told::DidNotRun,
            () => Told::Else,
        }
    }
}

impl Results<'_, '_> {
    /// The first reports that tell opposite things, where the user has said nothing that makes it likely that he knows.
    pub(super) fn dispute(&self) -> Option<Dispute> {
        if !matches!(self.policy, Merge::Worst | Merge::Ran) {
            return None;
        }
        let report = |index: &usize| self.parts[*index].report;
        let outcome = |index: &usize| self.parts[*index].outcome;
        let (mut passed, mut passed_partly, mut failed, mut did_not_run) = (None, None, None, None);
        for of_report in self.deciding.chunk_by(|one, next| report(one) == report(next)) {
            let first = match Told::of(of_report.iter().map(outcome)) {
                Told::Passed => &mut passed,
                Told::PassedPartly => &mut passed_partly,
                Told::Failed => &mut failed,
                Told::DidNotRun => &mut did_not_run,
                Told::Else => continue,
            };
            first.get_or_insert(report(&of_report[0]));
        }
        if let Some(other) = failed {
            let passed = [passed, passed_partly].into_iter().flatten().min()?;
            return Some(Dispute { passed, other, contrary: Contrary::Failed });
        }
        let is_undecided = self.policy == Merge::Worst && self.verdict.outcome == Outcome::Inconclusive;
        let (passed, other) = (passed?, did_not_run?);
        is_undecided.then_some(Dispute { passed, other, contrary: Contrary::DidNotRun })
    }
}
