//! What only a report in the target's own format can state of a result: handed on as it is.

use super::{List, Outcome, Parameter, Reuse, Step};

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
