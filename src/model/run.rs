//! The normalised result of one test inside one Test Execution.

use super::{Attachment, List, Outcome, Parameter, Rare, Reuse, Stated, Step, Timestamp};

/// What says that two results belong to the same Test.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Identity {
    /// Key of an existing Test issue; always well-formed.
    Key(String),
    /// The definition of a Generic Test, which is found or created by it.
    Definition(String),
}

impl Default for Identity {
    fn default() -> Identity {
        Identity::Definition(String::new())
    }
}

impl Identity {
    /// The key or definition as text.
    pub fn as_str(&self) -> &str {
        match self {
            Identity::Key(text) | Identity::Definition(text) => text,
        }
    }

    /// The text, whatever it is: its buffer can serve the next identity.
    pub fn into_text(self) -> String {
        match self {
            Identity::Key(text) | Identity::Definition(text) => text,
        }
    }

    /// The key, when that is what identifies the Test.
    pub fn key(&self) -> Option<&str> {
        match self {
            Identity::Key(key) => Some(key),
            Identity::Definition(_) => None,
        }
    }
}

/// A custom field of a test run.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CustomField {
    /// Its number; empty when it is known by name only (which Xray Cloud alone accepts).
    pub id: String,
    /// Its name; may be empty when the number is known.
    pub name: String,
    /// Its value as JSON text.
    pub value: String,
}

impl Reuse for CustomField {
    fn reset(&mut self) {
        self.id.clear();
        self.name.clear();
        self.value.clear();
    }
}

/// One normalised result, neutral to the flavour that will be written.
#[derive(Debug, Clone, Default)]
pub struct TestRun {
    /// Which Test it belongs to.
    pub identity: Identity,
    /// Summary of the Test, for one that must be created: one line, at most 255 UTF-16 units.
    pub summary: String,
    /// Description of the Test; may be empty.
    pub description: String,
    /// The definition beside a known key, for `--update-tests`; empty otherwise.
    pub definition: String,
    /// What became of it.
    pub outcome: Outcome,
    /// Status word to hand on as it is; usually empty.
    pub status_name: String,
    /// When it began.
    pub start: Option<Timestamp>,
    /// When it ended; never before `start`.
    pub finish: Option<Timestamp>,
    /// Clean text for people.
    pub comment: String,
    /// Attachments with inline content; paths are resolved before encoding.
    pub evidence: List<Attachment>,
    /// Keys of requirements.
    pub requirements: List<String>,
    /// Labels, without blanks.
    pub labels: List<String>,
    /// Keys of defects.
    pub defects: List<String>,
    /// Custom fields.
    pub custom_fields: List<CustomField>,
    /// Step results, when asked for.
    pub steps: List<Step>,
    /// Parameters of its data row.
    pub parameters: List<Parameter>,
    /// What only a report in the target's own format states.
    pub stated: Rare<Stated>,
    /// Key of the Test Execution that the report itself names for it; empty: that of its group.
    pub execution_key: String,
    /// Test environments that the report itself names for it, joined by `;`; empty: those of its group.
    pub environment: String,
    /// Stands for its data row, or for the row of an outline: equal for results of the same test with the same data. Zero
    /// unless data rows are told apart, or where it is not known which row of an outline it is.
    pub row: u64,
    /// Line of the row of an outline; zero where it is not known, or no such row.
    pub row_line: u64,
    /// What it is called beside other results of its Test: the name of its data row, where rows are kept; else of a result
    /// that did not pass, where that tells more than what names the Test.
    pub row_name: String,
    /// Whether the report is in the target's own format, so that its evidence stands as it is (decision 21).
    pub evidence_is_stated: bool,
    /// Whether the comment is markup of the target, written as such by whoever wrote the report.
    pub comment_is_markup: bool,
    /// Whether it is a row of a scenario outline.
    pub is_example: bool,
    /// Stands for the file of the outline whose row it is: rows of different files never mix (decision 22). Zero: it is
    /// no such row.
    pub outline: u64,
    /// See [`TestCase::attempt_group`](super::TestCase::attempt_group).
    pub attempt_group: u64,
    /// See [`TestCase::superseded`](super::TestCase::superseded).
    pub superseded: bool,
    /// Number of its case in the report, from one; zero as soon as it has been encoded. No other run has it, so that none
    /// can be written twice and another one not at all without being noticed.
    pub case_number: u64,
}

impl Reuse for TestRun {
    fn reset(&mut self) {
        self.case_number = 0;
        let mut text = std::mem::take(&mut self.identity).into_text();
        text.clear();
        self.identity = Identity::Definition(text);
        self.summary.clear();
        self.description.clear();
        self.definition.clear();
        self.outcome = Outcome::default();
        self.status_name.clear();
        self.start = None;
        self.finish = None;
        self.comment.clear();
        self.evidence.clear();
        self.requirements.clear();
        self.labels.clear();
        self.defects.clear();
        self.custom_fields.clear();
        self.steps.clear();
        self.parameters.clear();
        self.stated.reset();
        self.execution_key.clear();
        self.environment.clear();
        self.row = 0;
        self.row_line = 0;
        self.row_name.clear();
        self.evidence_is_stated = false;
        self.comment_is_markup = false;
        self.is_example = false;
        self.outline = 0;
        self.attempt_group = 0;
        self.superseded = false;
    }
}

/// What the assembly must know of an encoded run without reading its bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RunFacts {
    /// Hash of the identity: equal for all results of one Test.
    pub identity: u128,
    /// What became of it.
    pub outcome: Outcome,
    /// See [`TestCase::attempt_group`](super::TestCase::attempt_group).
    pub attempt_group: u64,
    /// See [`TestCase::superseded`](super::TestCase::superseded).
    pub superseded: bool,
    /// Pieces of evidence in its bytes.
    pub evidence: u32,
}

/// What becomes of results of one Test that differ in their data.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum DataRows {
    /// They become one result, like all others.
    #[default]
    Merged,
    /// They become one result, in which none of them passes for another.
    Apart,
    /// Each stays a data row of the one result, where the target takes data rows.
    Kept,
}
