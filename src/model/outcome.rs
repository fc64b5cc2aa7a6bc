//! What became of a test, in words that belong to no format and no target.

/// Result of one test case or of one step.
///
/// The finer words exist because `--status` maps each of them to a status name of the user's instance; the four that
/// are counted are given by [`Outcome::counted`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, PartialOrd, Ord)]
pub enum Outcome {
    /// It ran and did what was expected, expected failures included.
    #[default]
    Passed,
    /// An assertion did not hold.
    Failed,
    /// It broke before it could decide: an exception, a crash, a time-out.
    Errored,
    /// It did not run, on purpose or because something before it failed.
    Skipped,
    /// Its author marked it as unfinished.
    Pending,
    /// A step has no code behind it.
    Undefined,
    /// It ran and could not tell (NUnit).
    Inconclusive,
    /// It was selected and not run (xUnit `NotRun`, a dry run of Robot Framework).
    NotRun,
    /// It was stopped from outside.
    Aborted,
    /// It had not ended when the report was written.
    Running,
}

impl Outcome {
    /// Every outcome, in the order in which the documentation lists them.
    pub const ALL: [Outcome; 10] = [
        Outcome::Passed,
        Outcome::Failed,
        Outcome::Errored,
        Outcome::Skipped,
        Outcome::Pending,
        Outcome::Undefined,
        Outcome::Inconclusive,
        Outcome::NotRun,
        Outcome::Aborted,
        Outcome::Running,
    ];

    /// The word used by `--status`, in messages and in JSON.
    pub const fn name(self) -> &'static str {
        match self {
            Outcome::Passed => "passed",
            Outcome::Failed => "failed",
            Outcome::Errored => "errored",
            Outcome::Skipped => "skipped",
            Outcome::Pending => "pending",
            Outcome::Undefined => "undefined",
            Outcome::Inconclusive => "inconclusive",
            Outcome::NotRun => "notrun",
            Outcome::Aborted => "aborted",
            Outcome::Running => "running",
        }
    }

    /// The outcome called `name`, if there is one.
    pub fn by_name(name: &str) -> Option<Outcome> {
        Outcome::ALL.into_iter().find(|outcome| outcome.name() == name)
    }

    /// Which of the four counters (passed, failed, errored, skipped) this outcome belongs to.
    pub const fn counted(self) -> Outcome {
        match self {
            Outcome::Passed | Outcome::Failed | Outcome::Errored => self,
            Outcome::Aborted => Outcome::Errored,
            _ => Outcome::Skipped,
        }
    }

    /// Whether nothing of the test was executed, so that nothing is known of it.
    pub const fn did_not_run(self) -> bool {
        matches!(self, Outcome::Skipped | Outcome::Pending | Outcome::Undefined | Outcome::NotRun)
    }

    /// Whether somebody has to look at it: failed, errored or aborted.
    pub const fn is_failure(self) -> bool {
        matches!(self, Outcome::Failed | Outcome::Errored | Outcome::Aborted)
    }
}

/// What one report tells of a test that passed in another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Contrary {
    /// It failed: the failure counts.
    Failed,
    /// It did not run: nothing counts.
    DidNotRun,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_lead_back_to_outcomes() {
        for outcome in Outcome::ALL {
            assert_eq!(Outcome::by_name(outcome.name()), Some(outcome));
        }
        assert_eq!(Outcome::by_name("PASS"), None);
    }
}
