//! What a conversion would tell of a report, without one.

use std::ops::ControlFlow;

use super::{Findings, RunScratch};
use crate::format::Limits;
use crate::mapping::{Mapper, Rules};
use crate::model::{Dialect, Problem, ProblemKind, ReportVisitor, TestCase, TestRun};
use crate::pipeline::outcome::ReportOutcome;

/// Counts the cases of one report, and maps each for what there is to tell of it: names that change from night to
/// night, tags that look like keys. The runs are forgotten.
pub(in crate::pipeline) struct Inspection<'o> {
    findings: Findings<'o>,
    mapper: Mapper<'o>,
    run: &'o mut TestRun,
    room: &'o mut String,
}

impl<'o> Inspection<'o> {
    pub(in crate::pipeline) fn new(
        dialect: &Dialect,
        outcome: &'o mut ReportOutcome,
        rules: &'o Rules,
        limits: &Limits,
        scratch: &'o mut RunScratch,
    ) -> Inspection<'o> {
        let mut mapper = Mapper::with_room(rules, std::mem::take(&mut scratch.texts));
        mapper.begin(dialect);
        let findings = Findings::new(outcome, limits);
        Inspection { findings, mapper, run: &mut scratch.run, room: &mut scratch.texts }
    }

    pub(in crate::pipeline) fn finish(mut self) {
        *self.room = self.mapper.take_room();
        self.findings.finish();
    }
}

impl ReportVisitor for Inspection<'_> {
    fn case(&mut self, case: &mut Box<TestCase>) -> ControlFlow<()> {
        self.findings.case(case)?;
        let findings = &mut self.findings;
        self.mapper.map(case, self.run, &mut |problem| {
            // Nobody has asked for a project yet.
            if problem.kind != ProblemKind::NoProject {
                findings.note(problem);
            }
        });
        ControlFlow::Continue(())
    }

    fn problem(&mut self, problem: Problem) {
        self.findings.problem(problem);
    }

    fn producer(&mut self, name: &str) {
        self.findings.producer(name);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Origin, ReportId};

    #[test]
    fn what_was_only_counted_is_told_in_the_end() {
        let mut outcome = ReportOutcome::new(ReportId(0), Origin::default(), 0);
        let (rules, mut scratch) = (Rules::default(), RunScratch::default());
        let mut inspection = Inspection::new(&Dialect::PLAIN, &mut outcome, &rules, &Limits::default(), &mut scratch);
        (0..51).for_each(|number| inspection.problem(Problem::new(ProblemKind::Malformed, number.to_string())));
        inspection.finish();
        let last = outcome.told.problems.last().map(|problem| problem.message.as_str());
        assert_eq!(last, Some("1 further problems of this kind, for example: 50"));
    }
}
