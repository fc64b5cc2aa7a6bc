//! One test case as a report states it: the parser's scratch record.

use super::{Attachment, CustomField, List, Outcome, Rare, Reuse, Stated, Timestamp};

/// A named value on a test case: a property, an annotation, a trait, an attribute that the format leaves to its users.
///
/// Parsers hand these on without knowing what any name means; the mapping knows (`test_key`, `requirements`, …).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Property {
    /// Name as written.
    pub name: String,
    /// Value; empty when the property holds [`Property::items`].
    pub value: String,
    /// Named parts of the value (Xray's extended JUnit).
    pub items: List<Parameter>,
    /// Whether it was inherited from a suite that groups the rows of one method.
    pub inherited: bool,
}

impl Reuse for Property {
    fn reset(&mut self) {
        self.name.clear();
        self.value.clear();
        self.items.clear();
        self.inherited = false;
    }
}

/// A name and a value: a parameter of a data row, an item of a property.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Parameter {
    /// Its name; empty when the report knows none.
    pub name: String,
    /// Its value as text.
    pub value: String,
}

impl Reuse for Parameter {
    fn reset(&mut self) {
        self.name.clear();
        self.value.clear();
    }
}

/// What a [`CaseDetail`] tells of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum DetailKind {
    /// An assertion that did not hold.
    #[default]
    Failure,
    /// An exception, a crash.
    Error,
    /// Why the case did not run.
    Skip,
    /// Something to know about a case, whatever its outcome.
    Note,
    /// An earlier or later attempt that failed, told beside the deciding one (Surefire's flaky and rerun elements).
    Attempt,
}

/// One failure, error, skip reason or remark of a test case.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CaseDetail {
    /// What it tells of.
    pub kind: DetailKind,
    /// Type of the exception or assertion; may be empty.
    pub type_name: String,
    /// Short message; may be empty.
    pub message: String,
    /// Long text, usually a stack trace; may be empty.
    pub text: String,
    /// Bytes that were left out of the middle of `text` while it was read, because it was very long; a marker in the
    /// text stands for them.
    pub omitted: u64,
}

impl Reuse for CaseDetail {
    fn reset(&mut self) {
        self.kind = DetailKind::default();
        self.type_name.clear();
        self.message.clear();
        self.text.clear();
        self.omitted = 0;
    }
}

/// One step of a test case.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Step {
    /// What is done: keyword and text.
    pub action: String,
    /// What became of it.
    pub outcome: Outcome,
    /// Status word to hand on as it is, when the report's own is one of the target's; usually empty.
    pub status_name: String,
    /// Remark, usually the failure text.
    pub comment: String,
    /// What was observed.
    pub actual_result: String,
    /// Issue keys of defects.
    pub defects: List<String>,
    /// Its attachments.
    pub attachments: List<Attachment>,
}

impl Reuse for Step {
    fn reset(&mut self) {
        self.action.clear();
        self.outcome = Outcome::default();
        self.status_name.clear();
        self.comment.clear();
        self.actual_result.clear();
        self.defects.clear();
        self.attachments.clear();
    }
}

/// What a test wrote while it ran.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Output {
    /// The text; of one that is very long, its head and its tail.
    pub text: String,
    /// Bytes that were left out of the middle of `text` while it was read; a marker in the text stands for them.
    pub omitted: u64,
}

impl Reuse for Output {
    fn reset(&mut self) {
        self.text.clear();
        self.omitted = 0;
    }
}

/// Which row of an outline a scenario is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Example {
    /// Its line in the feature file, by which rows are in order. Zero: not known.
    pub line: u64,
    /// Stands for it in every report that tells of it. Zero: not known.
    pub id: u64,
}

/// What its producer puts behind the names of some tests, and not of the same ones in every run.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum NameTail {
    /// Nothing.
    #[default]
    None,
    /// ` (2)`: a number that depends on the tests of other files.
    Number,
    /// ` (unstable)`, ` (screenshots: …)`: remarks on the run.
    Remark,
}

/// One test case, lent to the visitor for the length of a call and filled again afterwards.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TestCase {
    /// The name by which the format identifies a test for good (JUnit: class, dot, name). Empty: nothing names it.
    pub qualified_name: String,
    /// The name for people; empty when there is none but the qualified one.
    pub title: String,
    /// What may stand behind both names and is not their own.
    pub name_tail: NameTail,
    /// Class, suite or feature that holds it, for search rules; may be empty.
    pub container: String,
    /// What became of it.
    pub outcome: Outcome,
    /// The status word of an Xray JSON report, handed on as it is; empty for all other formats.
    pub status_name: String,
    /// When it began.
    pub start: Option<Timestamp>,
    /// When it ended.
    pub finish: Option<Timestamp>,
    /// How long it took, in nanoseconds.
    pub duration: Option<i64>,
    /// Failures, errors, skip reasons, remarks, attempts, in document order.
    pub details: List<CaseDetail>,
    /// Named values.
    pub properties: List<Property>,
    /// Tags, categories, groups; without the format's own prefix sign.
    pub tags: List<String>,
    /// Tags of the feature or suite around it whose role differs from that of its own (Cucumber, Behave).
    pub container_tags: List<String>,
    /// What it carries or points to.
    pub attachments: List<Attachment>,
    /// Its steps, when the reader was asked for them.
    pub steps: List<Step>,
    /// Parameters of its data row.
    pub parameters: List<Parameter>,
    /// Custom fields, with values that are JSON text already.
    pub custom_fields: List<CustomField>,
    /// What only a report in the target's own format states.
    pub stated: Rare<Stated>,
    /// The machine it ran on (JUnit `hostname`, NUnit `machine-name`, xUnit `computer`); may be empty.
    pub host: String,
    /// What it ran in, where one report may hold the same test in several: a `test` of TestNG, a project of Playwright; may
    /// be empty.
    pub setting: String,
    /// Value of the property that the reader was asked for, where the nearest suite with it has it; may be empty.
    pub suite_property: String,
    /// Standard output, when the reader was asked for it.
    pub stdout: Output,
    /// Standard error, when the reader was asked for it.
    pub stderr: Output,
    /// Number that stands for the scenario's source file and line, or its row's: equal in all reports of one run
    /// (bundle-zip.md Z6). Zero: not known.
    pub site: u64,
    /// Whether this is a row of a scenario outline.
    pub is_example: bool,
    /// Which one, as far as that is known.
    pub example: Example,
    /// Rows of one parameterised method in one report share this number; zero: no such method.
    pub row_group: u64,
    /// The same number, of a case that nothing shows to be one of several rows: it does not wait for their key. Zero: there
    /// are no others.
    pub lone_group: u64,
    /// The key of an earlier row of its method, where somebody has looked for it; empty otherwise.
    pub row_key: String,
    /// Cases of one report with the same qualified name and the same number here are attempts: the last one counts.
    /// Zero: not known to be an attempt.
    pub attempt_group: u64,
    /// The report itself says that a later attempt counts instead of this one.
    pub superseded: bool,
    /// Whether its feature holds other tests, too: a key that the feature carries cannot be this test's own then
    /// (behave.md B15).
    pub shares_container: bool,
    /// A failed container that the report writes like a test case (junit.md J29): counted, but no test.
    pub container_failure: bool,
}

impl TestCase {
    /// An empty case with room for the names of most tests: for a reader's scratch record, which grows with the first cases
    /// of each report otherwise.
    pub fn with_room() -> Box<TestCase> {
        const NAME: usize = 128;
        Box::new(TestCase {
            qualified_name: String::with_capacity(2 * NAME),
            title: String::with_capacity(NAME),
            container: String::with_capacity(NAME),
            ..TestCase::default()
        })
    }

    /// Appends a named value.
    pub fn add_property(&mut self, name: &str, value: &str) {
        let property = self.properties.add();
        property.name.push_str(name);
        property.value.push_str(value);
    }

    /// Whether nothing of it can be long but its names. Most cases passed, and are such.
    #[inline(always)]
    pub(crate) fn is_bare(&self) -> bool {
        self.elements() == 0 && self.stated.is_empty() && self.stdout.text.is_empty() && self.stderr.text.is_empty()
    }

    /// How many elements its lists have.
    #[inline(always)]
    fn elements(&self) -> usize {
        let texts = self.tags.len() + self.container_tags.len();
        let named = self.properties.len() + self.parameters.len() + self.custom_fields.len();
        texts + named + self.details.len() + self.attachments.len() + self.steps.len()
    }

    /// Its number among methods, whether it is shown to be one of several rows or not; zero: none.
    pub fn method(&self) -> u64 {
        if self.row_group != 0 { self.row_group } else { self.lone_group }
    }

    /// Bytes of its texts and attachments, and something for each element of a list.
    pub fn weight(&self) -> usize {
        const ELEMENT: usize = 64;
        let names = self.qualified_name.len() + self.title.len() + self.container.len() + self.status_name.len();
        let names = names + self.host.len() + self.setting.len() + self.suite_property.len() + self.row_key.len();
        if self.is_bare() {
            return names;
        }
        let details: usize = self.details.iter().map(CaseDetail::weight).sum();
        let properties: usize = self.properties.iter().map(Property::weight).sum();
        let tags = bytes(self.tags.iter().chain(self.container_tags.iter()));
        let fields: usize = self.custom_fields.iter().map(|field| bytes([&field.id, &field.name, &field.value])).sum();
        let steps: usize = self.steps.iter().map(Step::weight).sum();
        let outputs = bytes([&self.stdout.text, &self.stderr.text]);
        let others = attachments(&self.attachments) + parameters(&self.parameters);
        let stated = self.stated.existing().map_or(0, Stated::weight);
        names + details + properties + tags + fields + steps + outputs + others + stated + ELEMENT * self.elements()
    }
}

impl CaseDetail {
    fn weight(&self) -> usize {
        bytes([&self.type_name, &self.message, &self.text])
    }
}

impl Property {
    fn weight(&self) -> usize {
        bytes([&self.name, &self.value]) + parameters(&self.items)
    }
}

impl Step {
    /// As [`TestCase::weight`].
    pub(super) fn weight(&self) -> usize {
        let texts = bytes([&self.action, &self.status_name, &self.comment, &self.actual_result]);
        texts + bytes(self.defects.iter()) + attachments(&self.attachments)
    }
}

/// How long these texts are in all.
pub(super) fn bytes<'t>(texts: impl IntoIterator<Item = &'t String>) -> usize {
    texts.into_iter().map(String::len).sum()
}

/// The names and values of these in bytes.
pub(super) fn parameters(parameters: &[Parameter]) -> usize {
    parameters.iter().map(|parameter| bytes([&parameter.name, &parameter.value])).sum()
}

fn attachments(attachments: &[Attachment]) -> usize {
    attachments.iter().map(|attachment| bytes([&attachment.name, &attachment.media_type, &attachment.data])).sum()
}

impl Reuse for TestCase {
    fn reset(&mut self) {
        self.qualified_name.clear();
        self.title.clear();
        self.name_tail = NameTail::None;
        self.container.clear();
        self.outcome = Outcome::default();
        self.status_name.clear();
        self.start = None;
        self.finish = None;
        self.duration = None;
        self.details.clear();
        self.properties.clear();
        self.tags.clear();
        self.container_tags.clear();
        self.attachments.clear();
        self.steps.clear();
        self.parameters.clear();
        self.custom_fields.clear();
        self.stated.reset();
        self.host.clear();
        self.setting.clear();
        self.suite_property.clear();
        self.stdout.reset();
        self.stderr.reset();
        self.site = 0;
        self.is_example = false;
        self.example = Example::default();
        self.row_group = 0;
        self.lone_group = 0;
        self.row_key.clear();
        self.attempt_group = 0;
        self.superseded = false;
        self.shares_container = false;
        self.container_failure = false;
    }
}
