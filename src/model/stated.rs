//! What only a report in the target's own format can state of a result: handed on as it is.

use std::sync::LazyLock;

use super::case::{bytes, parameters};
use super::{List, Nothing, Outcome, Parameter, Rare, Reuse, Step, Timestamp};

/// Statements beyond those that every format makes. Empty for all formats but Xray JSON.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Stated {
    /// Who executed the test; may be empty.
    pub executed_by: String,
    /// Who is to execute it; may be empty.
    pub assignee: String,
    /// Version of the Test; may be empty.
    pub test_version: String,
    /// Rows of an outline, in order.
    pub examples: Vec<Outcome>,
    /// Data rows, in order.
    pub iterations: List<Iteration>,
    /// What finds, creates or updates the Test.
    pub test: TestText,
}

impl Stated {
    /// Whether the report states nothing of this.
    pub fn is_empty(&self) -> bool {
        let Stated { executed_by, assignee, test_version, examples, iterations, test } = self;
        executed_by.is_empty()
            && assignee.is_empty()
            && test_version.is_empty()
            && examples.is_empty()
            && iterations.is_empty()
            && test.is_empty()
    }
}

impl Stated {
    /// As [`TestCase::weight`](super::TestCase::weight).
    pub(super) fn weight(&self) -> usize {
        let Stated { executed_by, assignee, test_version, examples, iterations, test } = self;
        let rows: usize = iterations.iter().map(Iteration::weight).sum();
        bytes([executed_by, assignee, test_version]) + examples.len() + rows + test.weight()
    }
}

impl Rare<Stated> {
    /// Whether the report states nothing of this.
    pub fn is_empty(&self) -> bool {
        self.existing().is_none_or(Stated::is_empty)
    }
}

impl Nothing for Stated {
    fn nothing() -> &'static Stated {
        static NOTHING: LazyLock<Stated> = LazyLock::new(Stated::default);
        &NOTHING
    }
}

impl Reuse for Stated {
    fn reset(&mut self) {
        self.executed_by.clear();
        self.assignee.clear();
        self.test_version.clear();
        self.examples.clear();
        self.iterations.clear();
        self.test.reset();
    }
}

/// One data row with its own result.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Iteration {
    /// Its parameters.
    pub parameters: List<Parameter>,
    /// What became of it.
    pub outcome: Outcome,
    /// Status word to hand on as it is.
    pub status_name: String,
    /// Its steps.
    pub steps: List<Step>,
    /// Its name; may be empty.
    pub name: String,
    /// What it logged; may be empty.
    pub log: String,
    /// How long it took, as it is written; may be empty.
    pub duration: String,
}

impl Iteration {
    fn weight(&self) -> usize {
        let Iteration { parameters: named, outcome: _, status_name, steps, name, log, duration } = self;
        let steps: usize = steps.iter().map(Step::weight).sum();
        size_of::<Iteration>() + bytes([status_name, name, log, duration]) + parameters(named) + steps
    }
}

impl Reuse for Iteration {
    fn reset(&mut self) {
        self.parameters.clear();
        self.outcome = Outcome::default();
        self.status_name.clear();
        self.steps.clear();
        self.name.clear();
        self.log.clear();
        self.duration.clear();
    }
}

/// A Test as the report describes it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TestText {
    /// Whether the report describes the Test at all.
    pub given: bool,
    /// Project; empty: the one of the conversion.
    pub project: String,
    /// Type (`Manual`, `Cucumber`, `Generic`, or one of the user's); empty: the one of the conversion.
    pub type_name: String,
    /// Steps to be done, each a list of named texts (`action`, `data`, `result`, …).
    pub steps: List<List<Parameter>>,
    /// Gherkin text; may be empty.
    pub scenario: String,
    /// Kind of the Gherkin text; may be empty.
    pub scenario_type: String,
    /// Definition of a Test without steps; may be empty.
    pub definition: String,
}

impl TestText {
    /// Whether the report says nothing of the Test.
    pub fn is_empty(&self) -> bool {
        let TestText { given, project, type_name, steps, scenario, scenario_type, definition } = self;
        !given
            && project.is_empty()
            && type_name.is_empty()
            && steps.is_empty()
            && scenario.is_empty()
            && scenario_type.is_empty()
            && definition.is_empty()
    }
}

impl TestText {
    fn weight(&self) -> usize {
        let TestText { given: _, project, type_name, steps, scenario, scenario_type, definition } = self;
        let steps: usize = steps.iter().map(|step| size_of::<List<Parameter>>() + parameters(step)).sum();
        bytes([project, type_name, scenario, scenario_type, definition]) + steps
    }
}

impl Reuse for TestText {
    fn reset(&mut self) {
        self.given = false;
        self.project.clear();
        self.type_name.clear();
        self.steps.clear();
        self.scenario.clear();
        self.scenario_type.clear();
        self.definition.clear();
    }
}

/// What a report in the target's own format says of the Test Execution of its results. What is empty is not said.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct StatedExecution {
    /// Project key.
    pub project: String,
    /// Summary.
    pub summary: String,
    /// Description.
    pub description: String,
    /// Name of a fix version.
    pub version: String,
    /// Revision of what was tested.
    pub revision: String,
    /// Who executed.
    pub user: String,
    /// Key of a test plan.
    pub test_plan: String,
    /// When it began.
    pub start: Option<Timestamp>,
    /// When it ended.
    pub finish: Option<Timestamp>,
}

/// A text that may be stated of a Test Execution.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExecutionField {
    /// Project key.
    Project,
    /// Summary.
    Summary,
    /// Description.
    Description,
    /// Name of a fix version.
    Version,
    /// Revision of what was tested.
    Revision,
    /// Who executed.
    User,
    /// Key of a test plan.
    TestPlan,
}

impl StatedExecution {
    /// Its texts.
    pub fn texts(&self) -> [(ExecutionField, &str); 7] {
        let StatedExecution { project, summary, description, version, revision, user, test_plan, .. } = self;
        [
            (ExecutionField::Project, project),
            (ExecutionField::Summary, summary),
            (ExecutionField::Description, description),
            (ExecutionField::Version, version),
            (ExecutionField::Revision, revision),
            (ExecutionField::User, user),
            (ExecutionField::TestPlan, test_plan),
        ]
    }

    /// One of its texts.
    pub fn text_mut(&mut self, field: ExecutionField) -> &mut String {
        match field {
            ExecutionField::Project => &mut self.project,
            ExecutionField::Summary => &mut self.summary,
            ExecutionField::Description => &mut self.description,
            ExecutionField::Version => &mut self.version,
            ExecutionField::Revision => &mut self.revision,
            ExecutionField::User => &mut self.user,
            ExecutionField::TestPlan => &mut self.test_plan,
        }
    }

    /// Takes over what `later` says and this one does not: the first in order wins. Gives the texts in which the two
    /// disagree. Times are left to the runs, whose span they widen.
    pub fn adopt(&mut self, later: &StatedExecution) -> Vec<ExecutionField> {
        let mut disagreeing = Vec::new();
        for (field, theirs) in later.texts() {
            let mine = self.text_mut(field);
            if mine.is_empty() {
                mine.push_str(theirs);
            } else if !theirs.is_empty() && mine != theirs {
                disagreeing.push(field);
            }
        }
        disagreeing
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_statement_wins_and_the_others_fill_its_gaps() {
        let mut first = StatedExecution { summary: "one".into(), ..StatedExecution::default() };
        let later = StatedExecution { summary: "two".into(), user: "ann".into(), ..StatedExecution::default() };
        assert_eq!(first.adopt(&later), [ExecutionField::Summary]);
        assert_eq!((first.summary.as_str(), first.user.as_str()), ("one", "ann"));
        assert!(first.adopt(&StatedExecution::default()).is_empty());
    }
    #[test]
    fn a_text_is_where_its_field_says() {
        let mut stated = StatedExecution::default();
        for (number, (field, _)) in StatedExecution::default().texts().into_iter().enumerate() {
            stated.text_mut(field).push_str(&number.to_string());
        }
        assert_eq!(stated.texts().map(|(_, text)| text), ["0", "1", "2", "3", "4", "5", "6"]);
    }
}
