//! The two flavours of Xray JSON: names of properties, words of statuses (spec xray-json.md sections 3 and 5).

use std::borrow::Cow;
use std::fmt;

use crate::model::Outcome;

/// The product that will read the bundles.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Target {
    /// Xray Server and Data Center.
    #[default]
    Server,
    /// Xray Cloud.
    Cloud,
}

impl Target {
    /// The word used by `--target` and in the manifest.
    pub const fn name(self) -> &'static str {
        match self {
            Target::Server => "server",
            Target::Cloud => "cloud",
        }
    }

    /// The target called `name`, if there is one.
    pub fn by_name(name: &str) -> Option<Target> {
        [Target::Server, Target::Cloud].into_iter().find(|target| target.name() == name)
    }

    /// Property that holds evidence, of tests and of steps.
    pub const fn evidence_property(self) -> &'static str {
        match self {
            Target::Server => "evidences",
            Target::Cloud => "evidence",
        }
    }

    /// Property that holds the type of a Test.
    pub const fn type_property(self) -> &'static str {
        match self {
            Target::Server => "testType",
            Target::Cloud => "type",
        }
    }

    /// The built-in status of an outcome.
    pub const fn status(self, outcome: Outcome) -> &'static str {
        match (self, outcome) {
            (Target::Server, Outcome::Aborted) => "ABORTED",
            _ => self.example_status(outcome),
        }
    }

    /// The status of an outcome in the closed list of `examples`: no custom word is allowed there.
    pub const fn example_status(self, outcome: Outcome) -> &'static str {
        match (self, outcome) {
            (Target::Server, Outcome::Passed) => "PASS",
            (Target::Cloud, Outcome::Passed) => "PASSED",
            (Target::Server, Outcome::Failed | Outcome::Errored | Outcome::Aborted) => "FAIL",
            (Target::Cloud, Outcome::Failed | Outcome::Errored | Outcome::Aborted) => "FAILED",
            (_, Outcome::Running) => "EXECUTING",
            _ => TODO,
        }
    }

    /// The words that `examples` may hold.
    pub const fn example_words(self) -> [&'static str; 4] {
        match self {
            Target::Server => ["TODO", "FAIL", "PASS", "EXECUTING"],
            Target::Cloud => ["TODO", "FAILED", "PASSED", "EXECUTING"],
        }
    }

    /// Built-in words of the other product, which the strict schema refuses.
    pub const fn foreign_words(self) -> &'static [&'static str] {
        match self {
            Target::Server => &["PASSED", "FAILED", "TO DO"],
            Target::Cloud => &["PASS", "FAIL"],
        }
    }

    /// Most characters of a step's texts, where there is a limit.
    pub const fn step_text_limit(self) -> Option<usize> {
        match self {
            Target::Server => None,
            Target::Cloud => Some(8192),
        }
    }
}

/// The status of what has not been decided, in both flavours.
pub const TODO: &str = "TODO";

/// Which status name is written for which outcome.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statuses {
    target: Target,
    names: [Cow<'static, str>; Outcome::ALL.len()],
}

/// A status name that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum StatusError {
    /// It is empty.
    Empty,
    /// It is a built-in word of the other product.
    Foreign {
        /// The word.
        name: String,
        /// The product it was meant for.
        target: Target,
    },
}

impl fmt::Display for StatusError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            StatusError::Empty => f.write_str("a status name must not be empty"),
            StatusError::Foreign { name, target } => {
                write!(f, "{name} is no status of the target {}; it belongs to the other product", target.name())
            }
        }
    }
}

impl std::error::Error for StatusError {}

impl Statuses {
    /// The built-in statuses of `target`.
    pub fn new(target: Target) -> Statuses {
        Statuses { target, names: Outcome::ALL.map(|outcome| Cow::Borrowed(target.status(outcome))) }
    }

    /// Writes `name` for `outcome` from now on.
    ///
    /// # Errors
    /// When the name is empty or a built-in word of the other product.
    pub fn set(&mut self, outcome: Outcome, name: &str) -> Result<(), StatusError> {
        let name = name.trim();
        if name.is_empty() {
            return Err(StatusError::Empty);
        }
        if self.target.foreign_words().contains(&name) {
            return Err(StatusError::Foreign { name: name.to_owned(), target: self.target });
        }
        self.names[outcome as usize] = Cow::Owned(name.to_owned());
        Ok(())
    }

    /// The name written for `outcome`.
    pub fn name(&self, outcome: Outcome) -> &str {
        &self.names[outcome as usize]
    }

    /// The name written for a result that brings its own word: a built-in of either product, in whatever case, becomes that
    /// of this one (decision 21), every other word is handed on.
    pub fn handed_on<'s>(&'s self, word: &'s str, outcome: Outcome) -> &'s str {
        let word = word.trim();
        if word.is_empty() {
            return self.name(outcome);
        }
        match built_in(word) {
            Some(Outcome::Aborted) if self.target == Target::Cloud => self.name(Outcome::Aborted),
            Some(meant) => self.target.status(meant),
            None => word,
        }
    }
}

/// What a built-in word of either product stands for. No instance has a status of its own that differs from one of these in
/// nothing but capitals.
fn built_in(word: &str) -> Option<Outcome> {
    const WORDS: [(&str, Outcome); 8] = [
        ("PASS", Outcome::Passed),
        ("PASSED", Outcome::Passed),
        ("FAIL", Outcome::Failed),
        ("FAILED", Outcome::Failed),
        (TODO, Outcome::NotRun),
        ("TO DO", Outcome::NotRun),
        ("EXECUTING", Outcome::Running),
        ("ABORTED", Outcome::Aborted),
    ];
    WORDS.iter().find(|(known, _)| known.eq_ignore_ascii_case(word)).map(|(_, outcome)| *outcome)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn built_in_words_are_known_in_any_case() {
        let (server, cloud) = (Statuses::new(Target::Server), Statuses::new(Target::Cloud));
        for (word, for_server, for_cloud) in [
            ("PASS", "PASS", "PASSED"),
            (" passed ", "PASS", "PASSED"),
            ("Fail", "FAIL", "FAILED"),
            ("failed", "FAIL", "FAILED"),
            ("To Do", "TODO", "TODO"),
            ("todo", "TODO", "TODO"),
            ("executing", "EXECUTING", "EXECUTING"),
            ("Aborted", "ABORTED", "FAILED"),
            ("Skipped", "Skipped", "Skipped"),
            ("Passed with remarks", "Passed with remarks", "Passed with remarks"),
        ] {
            assert_eq!(server.handed_on(word, Outcome::Skipped), for_server);
            assert_eq!(cloud.handed_on(word, Outcome::Skipped), for_cloud);
        }
    }

    #[test]
    fn outcomes_sit_at_their_own_place() {
        for (index, outcome) in Outcome::ALL.into_iter().enumerate() {
            assert_eq!(outcome as usize, index);
        }
    }

    #[test]
    fn statuses_follow_the_target() {
        assert_eq!(Statuses::new(Target::Server).name(Outcome::Aborted), "ABORTED");
        assert_eq!(Statuses::new(Target::Cloud).name(Outcome::Aborted), "FAILED");
        assert_eq!(Statuses::new(Target::Cloud).name(Outcome::NotRun), "TODO");
    }

    #[test]
    fn words_of_the_other_product_are_refused_and_translated() {
        let mut statuses = Statuses::new(Target::Server);
        assert!(matches!(statuses.set(Outcome::Skipped, "PASSED"), Err(StatusError::Foreign { .. })));
        assert_eq!(statuses.set(Outcome::Skipped, " "), Err(StatusError::Empty));
        assert_eq!(statuses.set(Outcome::Skipped, "SKIPPED"), Ok(()));
        assert_eq!(statuses.name(Outcome::Skipped), "SKIPPED");
        assert_eq!(statuses.handed_on("PASSED", Outcome::Passed), "PASS");
        assert_eq!(statuses.handed_on("BLOCKED", Outcome::Skipped), "BLOCKED");
        assert_eq!(statuses.handed_on("skipped", Outcome::Skipped), "skipped");
        assert_eq!(statuses.handed_on("", Outcome::Skipped), "SKIPPED");
    }

    #[test]
    fn an_aborted_result_keeps_its_word_where_there_is_one() {
        for (target, expected) in [(Target::Server, "ABORTED"), (Target::Cloud, "CANCELLED")] {
            let mut statuses = Statuses::new(target);
            statuses.set(Outcome::Aborted, "CANCELLED").unwrap();
            assert_eq!(statuses.handed_on("aborted", Outcome::Aborted), expected);
        }
    }
}
