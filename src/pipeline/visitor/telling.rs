//! What a report is told once about its cases beside what the mapper says: that something of them is lost on the way.

use super::Conversion;
use crate::model::{Limit, Problem, ProblemKind, TestCase, shorten};
use crate::pipeline::grouping::Takes;
use crate::xray;

/// Topics of what is told once for a report.
pub(super) const LONG_TEXTS: &str = "long texts";
pub(super) const OVERRULED_ENVIRONMENT: &str = "overruled environment";

impl Conversion<'_> {
    /// Cuts the texts of a case to what may be kept of each, where that is less than usual.
    pub(super) fn shorten_texts(&mut self, case: &mut TestCase) {
        let most = self.findings.limits.text_length;
        if most >= Limit::TextLength.default() {
            return;
        }
        let length = usize::try_from(most).unwrap_or(usize::MAX);
        let details = case.details.iter_mut().flat_map(|detail| [&mut detail.message, &mut detail.text]);
        let steps = case.steps.iter_mut().flat_map(|step| [&mut step.comment, &mut step.actual_result]);
        let texts = details.chain(steps).chain([&mut case.stdout.text, &mut case.stderr.text]);
        let shortened = texts.filter_map(|text| shorten::head_and_tail(text, length).then_some(())).count();
        if shortened > 0 && !std::mem::replace(&mut self.told_of_long_texts, true) {
            let message = format!("texts were shortened to --limit {}={most} characters", Limit::TextLength.name());
            self.findings.note(Problem::new(ProblemKind::TextShortened, message).about(LONG_TEXTS));
        }
    }

    /// A note, once for a report, that its environments are lost.
    pub(super) fn tell_of_overruled_environment(&mut self) {
        let environment = &self.scratch.run.environment;
        let is_lost = self.group.takes == Takes::Everything && !environment.is_empty();
        if is_lost && !std::mem::replace(&mut self.told_of_environment, true) {
            let message = format!("results of {environment} go into the one Test Execution that is given for all");
            self.findings.note(Problem::new(ProblemKind::Unusual, message).about(OVERRULED_ENVIRONMENT));
        }
    }

    /// A warning, once for a report, for each kind of what it states and the target does not know.
    pub(super) fn tell_of_unwritten(&mut self) {
        let target = self.context.encoder.options().target;
        let unwritten = xray::Unwritten::of(&self.scratch.run, target);
        if unwritten == xray::Unwritten::default() {
            return;
        }
        for what in unwritten.beyond(self.told_of_unwritten) {
            let (kind, why) = match what {
                xray::Unwritten::MIDDLE_OF_STEP_TEXTS => (ProblemKind::TextShortened, "takes no more"),
                xray::Unwritten::DESCRIPTIONS => (ProblemKind::Unusual, "does not know them"),
                _ => (ProblemKind::UnknownProperty, "does not know it"),
            };
            let problem = Problem::new(kind, format!("left out, since the target {why}: {what}")).about(what);
            if self.mapper.is_first(&problem) {
                self.findings.note(problem);
            }
        }
        self.told_of_unwritten = self.told_of_unwritten.and(unwritten);
    }
}
