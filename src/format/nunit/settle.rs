//! What becomes of a case once all of it has been read: its outcome, and what there is to say about it.

use super::result::{self, Verdict};
use super::{Generation, Reader, XUNIT, suite};
use crate::format::xml::XmlCursor;
use crate::model::{DetailKind, Outcome, ProblemKind};

impl Reader<'_> {
    /// The outcome: the result word, else what the older attributes and the children say.
    pub(super) fn decide(&mut self, xml: &XmlCursor<'_>) {
        let attributes = &self.attributes;
        self.case.outcome = match result::of_words(&attributes.result, &attributes.label) {
            // Karma's reporter calls a success what was skipped.
            Verdict::Known(Outcome::Passed) if result::truth(&attributes.executed) == Some(false) => Outcome::Skipped,
            Verdict::Known(outcome) => outcome,
            Verdict::Missing => self.outcome_without_word(xml),
            Verdict::Unknown => {
                self.remarks.add(
                    ProblemKind::UnknownStatus,
                    "a result that NUnit does not define was not read as passed",
                    || format!("'{}'", attributes.result),
                    || xml.position(),
                );
                if self.children.has_failure { Outcome::Failed } else { Outcome::NotRun }
            }
        };
    }

    /// The outcome of a case without `result` (N27): versions 2.2 and 2.4 write `executed` and `success`.
    fn outcome_without_word(&mut self, xml: &XmlCursor<'_>) -> Outcome {
        let executed = result::truth(&self.attributes.executed);
        let success = result::truth(&self.attributes.success);
        if executed == Some(false) {
            return Outcome::Skipped;
        }
        if self.producer == XUNIT && !self.children.has_failure && success.is_none() {
            // Its style sheet has no word for tests that are run only when they are asked for.
            return Outcome::NotRun;
        }
        if self.children.has_failure || success == Some(false) {
            return Outcome::Failed;
        }
        if success.is_none() && !self.attributes.success.trim().is_empty() {
            let topic = "a 'success' that is neither True nor False was read as failed";
            self.remarks.add(ProblemKind::UnknownStatus, topic, String::new, || xml.position());
            return Outcome::Failed;
        }
        if self.generation == Generation::Two || executed.is_some() || success.is_some() {
            return Outcome::Passed;
        }
        let topic = "a test case without a result was not read as passed";
        self.remarks.add(ProblemKind::UnknownStatus, topic, String::new, || xml.position());
        Outcome::NotRun
    }

    /// Gives every detail its final kind, adds what suites and assertions have to say, and the label of a failure.
    pub(super) fn settle_details(&mut self) {
        let outcome = self.case.outcome;
        for detail in self.case.details.iter_mut() {
            detail.kind = kind_for(outcome);
        }
        if outcome.is_failure() {
            self.add_suite_failure();
        } else if outcome != Outcome::Passed && self.case.details.is_empty() {
            self.add_skip_reason();
        }
        self.add_assertions();
        if outcome.is_failure() {
            self.add_label();
        }
    }

    /// What broke around a case that never ran (N13).
    fn add_suite_failure(&mut self) {
        let is_consequence = match self.generation {
            Generation::Three => self.attributes.site.trim().eq_ignore_ascii_case("Parent"),
            Generation::Two => {
                let message = self.case.details.first().map_or("", |detail| &detail.message);
                message.starts_with("TestFixtureSetUp failed")
            }
        };
        if let (true, Some(failure)) = (is_consequence, self.suites.failure()) {
            suite::explain(&mut self.case, failure);
        }
    }

    fn add_skip_reason(&mut self) {
        let reason = match self.children.skip_reason.as_str() {
            "" => self.suites.reason(),
            reason => Some(reason),
        };
        if let Some(reason) = reason {
            let detail = self.case.details.add();
            detail.kind = DetailKind::Skip;
            detail.message.push_str(reason);
        }
    }

    /// Assertions that no failure or reason has told yet; NUnit repeats them in the message of the case (N21).
    fn add_assertions(&mut self) {
        let told = self.case.details.len();
        let is_failure = self.case.outcome.is_failure();
        for assertion in self.assertions.iter_mut() {
            let is_warning = assertion.kind == DetailKind::Note;
            let mut details = self.case.details.iter().take(told);
            let is_told = details.any(|detail| detail.message.contains(&assertion.message));
            if is_told || (is_failure && !is_warning && told > 0) {
                continue;
            }
            if !is_failure {
                assertion.kind = DetailKind::Note;
            }
            std::mem::swap(self.case.details.add(), assertion);
        }
    }

    fn add_label(&mut self) {
        let label = result::label_of_failure(&self.attributes.result, &self.attributes.label);
        if label.is_empty() {
            return;
        }
        if self.case.details.is_empty() {
            self.case.details.add().kind = kind_for(self.case.outcome);
        }
        if let Some(detail) = self.case.details.first_mut() {
            let separator = if detail.message.is_empty() { "" } else { " " };
            detail.message.insert_str(0, separator);
            detail.message.insert(0, ']');
            detail.message.insert_str(0, label);
            detail.message.insert(0, '[');
        }
    }
}

/// What a failure or reason is on a case with this outcome.
fn kind_for(outcome: Outcome) -> DetailKind {
    match outcome {
        Outcome::Passed => DetailKind::Note,
        Outcome::Failed => DetailKind::Failure,
        Outcome::Errored | Outcome::Aborted => DetailKind::Error,
        _ => DetailKind::Skip,
    }
}
