//! The members of Xray JSON, read straight into test cases (spec xray-json.md section 2).

use crate::format::fill::{self, Record};
use crate::format::json::{Fault, JsonCursor, Kind};
use crate::model::{
    Attachment, Content, CustomField, Iteration, List, Outcome, Parameter, Reuse, StatedExecution, Step, TestCase,
    TestText,
};

/// What is read of one test beside the case itself.
#[derive(Default)]
pub(super) struct Test {
    pub(super) case: Box<TestCase>,
    pub(super) key: String,
    pub(super) start: String,
    pub(super) finish: String,
    pub(super) comment: String,
    pub(super) defects: List<String>,
    pub(super) info: Info,
    /// A member, of whatever depth, that Xray JSON does not know; empty when there is none.
    pub(super) unknown: String,
    /// Whether it says anything that only a test says.
    pub(super) is_test: bool,
}

impl Reuse for Test {
    fn reset(&mut self) {
        self.case.reset();
        self.key.clear();
        self.start.clear();
        self.finish.clear();
        self.comment.clear();
        self.defects.clear();
        self.info.reset();
        self.unknown.clear();
        self.is_test = false;
    }
}

impl Record for Test {
    fn member(&mut self, name: &[u8], cursor: &mut JsonCursor<'_>) -> Result<(), Fault> {
        let case = &mut self.case;
        let stated = &mut case.stated;
        self.is_test |= matches!(name, b"testKey" | b"testInfo");
        match name {
            b"testKey" => fill::text(cursor, &mut self.key),
            b"testInfo" => {
                self.info.reset();
                fill::object(cursor, &mut self.info)
            }
            b"status" => status(cursor, &mut case.status_name, &mut case.outcome),
            b"start" => fill::text(cursor, &mut self.start),
            b"finish" => fill::text(cursor, &mut self.finish),
            b"comment" => fill::text(cursor, &mut self.comment),
            b"executedBy" => fill::text(cursor, &mut stated.executed_by),
            b"assignee" => fill::text(cursor, &mut stated.assignee),
            b"testVersion" => fill::text(cursor, &mut stated.test_version),
            b"defects" => fill::texts(cursor, &mut self.defects),
            b"steps" => fill::objects(cursor, &mut case.steps),
            b"examples" => examples(cursor, &mut stated.examples),
            // The second is the name of older versions.
            b"iterations" | b"results" => fill::objects(cursor, &mut stated.iterations),
            b"evidence" | b"evidences" => fill::objects(cursor, &mut case.attachments),
            b"customFields" => fill::objects(cursor, &mut case.custom_fields),
            _ => cursor.skip_unknown(name),
        }
    }
}

impl Test {
    /// Reads a test anew.
    pub(super) fn read(&mut self, cursor: &mut JsonCursor<'_>) -> Result<(), Fault> {
        fill::anew(cursor, self)?;
        self.unknown.push_str(cursor.unknown().unwrap_or_default());
        Ok(())
    }
}

/// `testInfo`.
#[derive(Default)]
pub(super) struct Info {
    pub(super) test: TestText,
    pub(super) summary: String,
    pub(super) description: String,
    pub(super) requirements: List<String>,
    pub(super) labels: List<String>,
}

impl Reuse for Info {
    fn reset(&mut self) {
        self.test.reset();
        self.summary.clear();
        self.description.clear();
        self.requirements.clear();
        self.labels.clear();
    }
}

impl Record for Info {
    fn member(&mut self, name: &[u8], cursor: &mut JsonCursor<'_>) -> Result<(), Fault> {
        let test = &mut self.test;
        test.given = true;
        match name {
            b"summary" => fill::text(cursor, &mut self.summary),
            b"projectKey" => fill::text(cursor, &mut test.project),
            b"testType" | b"type" => fill::text(cursor, &mut test.type_name),
            b"requirementKeys" => fill::texts(cursor, &mut self.requirements),
            b"labels" => fill::texts(cursor, &mut self.labels),
            b"steps" => steps_to_do(cursor, &mut test.steps),
            b"scenario" => fill::text(cursor, &mut test.scenario),
            b"scenarioType" => fill::text(cursor, &mut test.scenario_type),
            b"definition" => fill::text(cursor, &mut test.definition),
            b"description" => fill::text(cursor, &mut self.description),
            _ => cursor.skip_unknown(name),
        }
    }
}

/// What stands around the tests.
#[derive(Default)]
pub(super) struct Document {
    pub(super) execution_key: String,
    /// Whether there is a key, be it an empty one.
    pub(super) states_key: bool,
    pub(super) environments: List<String>,
    /// Whether the Test Execution was told at all.
    pub(super) is_told: bool,
    pub(super) info: StatedExecution,
    pub(super) start: String,
    pub(super) finish: String,
}

impl Record for Document {
    fn member(&mut self, name: &[u8], cursor: &mut JsonCursor<'_>) -> Result<(), Fault> {
        match name {
            b"testExecutionKey" => {
                self.is_told = true;
                let is_text = cursor.kind() == Kind::Text;
                fill::text(cursor, &mut self.execution_key)?;
                self.states_key = is_text || !self.execution_key.is_empty();
                Ok(())
            }
            b"info" => {
                self.is_told = true;
                fill::object(cursor, &mut ExecutionInfo(self))
            }
            // pytest-jira-xray puts it beside the info, where Xray does not look: what the info says counts.
            b"testPlanKey" if self.info.test_plan.is_empty() => fill::text(cursor, &mut self.info.test_plan),
            b"testPlanKey" => cursor.skip(),
            b"tests" => cursor.skip(),
            _ => cursor.skip_unknown(name),
        }
    }
}

struct ExecutionInfo<'d>(&'d mut Document);

impl Record for ExecutionInfo<'_> {
    fn member(&mut self, name: &[u8], cursor: &mut JsonCursor<'_>) -> Result<(), Fault> {
        let document = &mut *self.0;
        match name {
            b"project" => fill::text(cursor, &mut document.info.project),
            b"summary" => fill::text(cursor, &mut document.info.summary),
            b"description" => fill::text(cursor, &mut document.info.description),
            b"version" => fill::text(cursor, &mut document.info.version),
            b"revision" => fill::text(cursor, &mut document.info.revision),
            b"user" => fill::text(cursor, &mut document.info.user),
            b"testPlanKey" => fill::text(cursor, &mut document.info.test_plan),
            b"startDate" => fill::text(cursor, &mut document.start),
            b"finishDate" => fill::text(cursor, &mut document.finish),
            b"testEnvironments" => fill::texts(cursor, &mut document.environments),
            _ => cursor.skip_unknown(name),
        }
    }
}

impl Record for Step {
    fn member(&mut self, name: &[u8], cursor: &mut JsonCursor<'_>) -> Result<(), Fault> {
        match name {
            b"status" => status(cursor, &mut self.status_name, &mut self.outcome),
            b"comment" => fill::text(cursor, &mut self.comment),
            b"actualResult" => fill::text(cursor, &mut self.actual_result),
            b"evidence" | b"evidences" => fill::objects(cursor, &mut self.attachments),
            b"defects" => fill::texts(cursor, &mut self.defects),
            _ => cursor.skip_unknown(name),
        }
    }
}

impl Record for Iteration {
    fn member(&mut self, name: &[u8], cursor: &mut JsonCursor<'_>) -> Result<(), Fault> {
        match name {
            b"status" => status(cursor, &mut self.status_name, &mut self.outcome),
            b"parameters" => fill::objects(cursor, &mut self.parameters),
            b"steps" => fill::objects(cursor, &mut self.steps),
            b"name" => fill::text(cursor, &mut self.name),
            b"log" => fill::text(cursor, &mut self.log),
            b"duration" => fill::text(cursor, &mut self.duration),
            _ => cursor.skip_unknown(name),
        }
    }
}

impl Record for Parameter {
    fn member(&mut self, name: &[u8], cursor: &mut JsonCursor<'_>) -> Result<(), Fault> {
        match name {
            b"name" => fill::text(cursor, &mut self.name),
            b"value" => fill::text(cursor, &mut self.value),
            _ => cursor.skip_unknown(name),
        }
    }
}

impl Record for Attachment {
    fn member(&mut self, name: &[u8], cursor: &mut JsonCursor<'_>) -> Result<(), Fault> {
        self.content = Content::Base64;
        match name {
            b"data" => {
                fill::content(cursor, &mut self.data, &mut self.omitted)?;
                strip_address(self);
                Ok(())
            }
            b"filename" => fill::text(cursor, &mut self.name),
            b"contentType" => fill::text(cursor, &mut self.media_type),
            _ => cursor.skip_unknown(name),
        }
    }
}

/// Takes off the `data:image/png;base64,` that browsers put before the content. What it says of the type counts where
/// nothing else does.
fn strip_address(attachment: &mut Attachment) {
    const BASE64: &str = ";base64,";
    let Some(rest) = attachment.data.strip_prefix("data:") else { return };
    let Some(end) = rest.find(',').and_then(|comma| rest[..=comma].strip_suffix(BASE64)).map(str::len) else { return };
    if attachment.media_type.is_empty() {
        attachment.media_type.push_str(rest[..end].split(';').next().unwrap_or_default());
    }
    let length = attachment.data.len() - rest.len() + end + BASE64.len();
    attachment.data.drain(..length);
}

impl Record for CustomField {
    fn member(&mut self, name: &[u8], cursor: &mut JsonCursor<'_>) -> Result<(), Fault> {
        match name {
            b"id" => fill::text(cursor, &mut self.id),
            b"name" => fill::text(cursor, &mut self.name),
            b"value" => {
                self.value.clear();
                self.value.push_str(&String::from_utf8_lossy(cursor.raw()?));
                Ok(())
            }
            _ => cursor.skip_unknown(name),
        }
    }
}

/// A step to be done takes members of any name (section 2.6).
struct StepToDo<'s>(&'s mut List<Parameter>);

impl Record for StepToDo<'_> {
    fn member(&mut self, name: &[u8], cursor: &mut JsonCursor<'_>) -> Result<(), Fault> {
        let member = self.0.add();
        member.name.push_str(&String::from_utf8_lossy(name));
        fill::text(cursor, &mut member.value)
    }
}

fn steps_to_do(cursor: &mut JsonCursor<'_>, steps: &mut List<List<Parameter>>) -> Result<(), Fault> {
    steps.clear();
    if cursor.begin_array()? {
        while cursor.element()? {
            fill::object(cursor, &mut StepToDo(steps.add()))?;
        }
    }
    Ok(())
}

fn examples(cursor: &mut JsonCursor<'_>, outcomes: &mut Vec<Outcome>) -> Result<(), Fault> {
    outcomes.clear();
    if cursor.begin_array()? {
        while cursor.element()? {
            outcomes.push(outcome_of(&cursor.scalar()?.unwrap_or_default()));
        }
    }
    Ok(())
}

fn status(cursor: &mut JsonCursor<'_>, word: &mut String, outcome: &mut Outcome) -> Result<(), Fault> {
    fill::text(cursor, word)?;
    *outcome = outcome_of(word);
    Ok(())
}

/// What the words of both products say, in whatever case; of a word of the user's own it is known only that it is no built-in one.
fn outcome_of(word: &str) -> Outcome {
    const WORDS: [(&str, Outcome); 8] = [
        ("PASS", Outcome::Passed),
        ("PASSED", Outcome::Passed),
        ("FAIL", Outcome::Failed),
        ("FAILED", Outcome::Failed),
        ("TODO", Outcome::NotRun),
        ("TO DO", Outcome::NotRun),
        ("EXECUTING", Outcome::Running),
        ("ABORTED", Outcome::Aborted),
    ];
    let word = word.trim();
    let known = WORDS.iter().find(|(known, _)| known.eq_ignore_ascii_case(word));
    known.map_or(Outcome::Skipped, |(_, outcome)| *outcome)
}
