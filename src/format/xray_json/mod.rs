//! Xray JSON as input: what other tools, or this one, wrote for an import is bundled again (spec cucumber.md section
//! 5.1, decision 21).

mod foreign;
mod record;
mod refused;
#[cfg(test)]
mod tests;
mod unstated;

use std::ops::{ControlFlow, Range};

use crate::format::fill;
use crate::format::json::{Cut, JsonCursor, JsonItems, Longest, Part, Piece, Place};
use crate::format::time;
use crate::format::{
    Attachments, Format, Head, ParseError, ReadOptions, Remarks, Signs, as_it_comes, recognise::Family,
};
use crate::model::{
    Body, Dialect, ExecutionField, Position, Problem, ProblemKind, ReportVisitor, Role, Split, StatedExecution,
    Statements, TestCase, Timestamp, key,
};

use record::{Document, Test};

pub(super) const FORMAT: Format = Format {
    name: "xray",
    title: "Xray JSON",
    recognised_by: "object with tests and testExecutionKey or Xray's info, or tests with testKey or testInfo",
    taken: "every test as it is, of both products; key, info and environments of the Test Execution",
    recognises,
    parse,
    wants_all_bytes: as_it_comes,
    signs: Signs { keys: &["testExecutionKey", "info", "tests"], ..Signs::JSON },
    dialect: Dialect {
        roles: &[
            ("label", Role::Labels(Split::Never)),
            ("testrun_customfield_values", Role::CustomFieldValues),
            ("test_execution_key", Role::ExecutionKey),
            ("test_environments", Role::Environment),
        ],
        statements: Statements::ForTheTarget,
        ..Dialect::PLAIN
    },
    stands_for: &[],
    tells_more_than: &[],
    told_again_as: None,
};

fn recognises(head: &Head<'_>) -> bool {
    head.family() == Some(Family::Xray) && !head.json().is_some_and(foreign::is)
}

fn parse(body: Body<'_>, options: &ReadOptions, visitor: &mut dyn ReportVisitor) -> Result<(), ParseError> {
    let mut items =
        JsonItems::new(body).with_children("tests").with_longest(Longest::of(options)).within(&options.limits);
    let mut reader = Reader::new(options);
    let result = reader.read(&mut items, visitor);
    reader.remarks.finish(visitor);
    items.finish(visitor);
    result
}

/// Bytes of tests that wait for the key of a Test Execution, which may stand behind them whatever else is told before, as it does
/// in what pytest-jira-xray writes.
const MOST_WAITING: usize = 64 << 20;

/// What is known of the report so far.
struct Reader<'o> {
    options: &'o ReadOptions,
    test: Test,
    document: Document,
    waiting: Waiting,
    /// Whether tests of this document were handed on.
    begun: bool,
    remarks: Remarks,
}

/// Tests whose Test Execution is not known yet.
#[derive(Default)]
struct Waiting {
    bytes: Vec<u8>,
    tests: Vec<WaitingTest>,
}

struct WaitingTest {
    range: Range<usize>,
    cuts: Vec<Cut>,
    at: Position,
}

impl<'o> Reader<'o> {
    fn new(options: &'o ReadOptions) -> Reader<'o> {
        Reader {
            options,
            test: Test::default(),
            document: Document::default(),
            waiting: Waiting::default(),
            begun: false,
            remarks: Remarks::default(),
        }
    }

    fn read(&mut self, items: &mut JsonItems<'_>, visitor: &mut dyn ReportVisitor) -> Result<(), ParseError> {
        while let Some(piece) = self.next(items)? {
            let flow = match piece.part {
                Part::Item => self.end_document(&piece, visitor),
                Part::Child if self.begun => self.take_read(&piece, visitor),
                Part::Child => {
                    let is_first = self.waiting.tests.is_empty();
                    self.waiting.add(&piece);
                    if is_first {
                        self.read_beginning(items, visitor);
                    }
                    match self.document.states_key || self.waiting.bytes.len() > MOST_WAITING {
                        true => self.read_waiting(visitor),
                        false => ControlFlow::Continue(()),
                    }
                }
            };
            if flow.is_break() {
                return Ok(());
            }
        }
        // Broken off: what is complete is kept.
        if self.begun || !self.waiting.tests.is_empty() {
            self.read_broken_off(items, visitor);
        }
        let _ = self.read_waiting(visitor);
        Ok(())
    }

    /// The next piece; a test that need not wait is read at once.
    fn next<'i>(&mut self, items: &'i mut JsonItems<'_>) -> Result<Option<Piece<'i>>, ParseError> {
        match self.begun {
            true => items.next_read(&mut |json| self.test.read(json)),
            false => items.next(),
        }
    }

    /// What stands before the first test usually tells the Test Execution.
    fn read_beginning(&mut self, items: &JsonItems<'_>, visitor: &mut dyn ReportVisitor) {
        // What is wrong is told once, when the document has ended.
        let remarks = std::mem::take(&mut self.remarks);
        self.read_document(&so_far(items), items.item_position(), visitor);
        self.remarks = remarks;
    }

    /// The document ends among its tests or behind them: what is wrong before these is told now.
    fn read_broken_off(&mut self, items: &JsonItems<'_>, visitor: &mut dyn ReportVisitor) {
        for problem in self.read_document(&so_far(items), items.item_position(), visitor) {
            visitor.problem(problem);
        }
    }

    /// The rest of a document; an object without tests may be a test itself.
    fn end_document(&mut self, piece: &Piece<'_>, visitor: &mut dyn ReportVisitor) -> ControlFlow<()> {
        let (position, bytes, cuts) = (piece.at(), piece.bytes, piece.cuts);
        let told_before = (self.document.is_told, self.document.states_key);
        let has_tests = self.begun || !self.waiting.tests.is_empty();
        for problem in self.read_document(bytes, position, visitor) {
            visitor.problem(problem);
        }
        if self.begun && told_before != (self.document.is_told, self.document.states_key) {
            let message = "the Test Execution is named behind so many tests that they were taken without it";
            visitor.problem(Problem::new(ProblemKind::LimitReached, message).at(position));
        }
        let mut flow = self.read_waiting(visitor);
        if !has_tests && !self.document.is_told && flow.is_continue() {
            let topic = "tests outside a document, which Xray does not describe";
            self.remarks.add(ProblemKind::Unusual, topic, String::new, || position);
            flow = self.read_test(bytes, cuts, position, visitor);
        }
        self.document = Document::default();
        self.begun = false;
        flow
    }

    /// Reads what is known of a document, and hands on what it says of the Test Execution. Gives what is wrong with it.
    fn read_document(&mut self, bytes: &[u8], at: Position, visitor: &mut dyn ReportVisitor) -> Vec<Problem> {
        let mut json = JsonCursor::new(bytes);
        let read = fill::object(&mut json, &mut self.document);
        let piece =
            Piece { part: Part::Item, bytes, place: Place::known(at), cuts: &[], read, oddities: json.oddities() };
        let mut problems: Vec<_> = fill::outcome(&piece, &mut self.remarks).err().into_iter().collect();
        let Document { info, start, finish, is_told, execution_key, .. } = &mut self.document;
        if let Some(unknown) = json.unknown().filter(|_| *is_told) {
            remark_unknown(unknown, at, &mut self.remarks);
        }
        keep_key(&mut info.project, key::is_project_key, at, &mut problems);
        keep_key(&mut info.test_plan, key::is_issue_key, at, &mut problems);
        info.start = read_time(start, self.options, &mut self.remarks, at);
        info.finish = read_time(finish, self.options, &mut self.remarks, at);
        refused::tell_of_times(info.start, info.finish, at, &mut self.remarks);
        if key::is_issue_key(execution_key.trim()) && is_more_than_a_place(info) {
            let topic = "the info beside a testExecutionKey is left out but for its testEnvironments: the Test \
                         Execution exists and keeps its own";
            self.remarks.add(ProblemKind::UnknownProperty, topic, String::new, || at);
        }
        visitor.execution(info);
        refused::tell_of_document(&self.document, at, &mut self.remarks);
        problems
    }

    fn read_waiting(&mut self, visitor: &mut dyn ReportVisitor) -> ControlFlow<()> {
        let mut waiting = std::mem::take(&mut self.waiting);
        let mut flow = ControlFlow::Continue(());
        for WaitingTest { range, cuts, at } in waiting.tests.drain(..) {
            self.begun = true;
            flow = self.read_test(&waiting.bytes[range], &cuts, at, visitor);
            if flow.is_break() {
                break;
            }
        }
        waiting.bytes.clear();
        self.waiting = waiting;
        flow
    }

    fn read_test(
        &mut self,
        bytes: &[u8],
        cuts: &[Cut],
        at: Position,
        visitor: &mut dyn ReportVisitor,
    ) -> ControlFlow<()> {
        let mut json = JsonCursor::with_cuts(bytes, cuts);
        let read = self.test.read(&mut json);
        let piece = Piece { part: Part::Child, bytes, place: Place::known(at), cuts, read, oddities: json.oddities() };
        self.take_read(&piece, visitor)
    }

    /// Takes the test that was read out of a piece.
    fn take_read(&mut self, piece: &Piece<'_>, visitor: &mut dyn ReportVisitor) -> ControlFlow<()> {
        match fill::outcome(piece, &mut self.remarks) {
            Ok(()) => self.take_test(piece.at(), visitor),
            Err(problem) => {
                visitor.problem(problem);
                ControlFlow::Continue(())
            }
        }
    }

    fn take_test(&mut self, position: Position, visitor: &mut dyn ReportVisitor) -> ControlFlow<()> {
        let test = &mut self.test;
        if !test.unknown.is_empty() {
            remark_unknown(&test.unknown, position, &mut self.remarks);
        }
        for _ in 0..unstated::settle(&mut test.case) {
            let topic = "tests, steps or iterations without a status, which Xray requires, count as not run unless a part \
                         of them failed";
            self.remarks.add(ProblemKind::UnknownStatus, topic, String::new, || position);
        }
        let stated = &test.case.stated;
        let has_rows = !stated.examples.is_empty() || !stated.iterations.is_empty();
        if has_rows && !test.case.steps.is_empty() {
            let topic = "steps beside examples or iterations, which Xray refuses, were left out";
            self.remarks.add(ProblemKind::UnknownProperty, topic, String::new, || position);
            // What they show is kept as evidence of the run.
            let TestCase { steps, attachments, .. } = &mut *test.case;
            for attachment in steps.iter_mut().flat_map(|step| step.attachments.iter_mut()) {
                std::mem::swap(attachments.add(), attachment);
            }
            steps.clear();
        }
        test.case.start = read_time(&test.start, self.options, &mut self.remarks, position);
        test.case.finish = read_time(&test.finish, self.options, &mut self.remarks, position);
        refused::tell_of_times(test.case.start, test.case.finish, position, &mut self.remarks);
        refused::tell_of_test(test, position, &mut self.remarks);
        if let Err(problem) = name_test(test) {
            visitor.problem(problem.at(position));
        }
        state_values(test, &self.document);
        if self.options.attachments == Attachments::None {
            drop_attachments(test);
        }
        visitor.case(&mut test.case)
    }
}

/// The document as far as it is known while its tests are handed out.
fn so_far(items: &JsonItems<'_>) -> Vec<u8> {
    let mut known = items.item_so_far().to_vec();
    let end: &[u8] = if known.ends_with(b"[") { b"]}" } else { b"}" };
    known.extend_from_slice(end);
    known
}

impl Waiting {
    fn add(&mut self, piece: &Piece<'_>) {
        let start = self.bytes.len();
        self.bytes.extend_from_slice(piece.bytes);
        let range = start..self.bytes.len();
        self.tests.push(WaitingTest { range, cuts: piece.cuts.to_vec(), at: piece.at() });
    }
}

/// Key, or definition, or summary: what Xray itself finds the Test by (section 7). A test whose key is malformed gets
/// no name at all, so that it is left out (decision 21).
fn name_test(test: &mut Test) -> Result<(), Problem> {
    let given = test.key.trim();
    let info = &mut test.info;
    let case = &mut test.case;
    if !given.is_empty() && !key::is_issue_key(given) {
        let message = format!("the testKey {given:?} is no key; the run is left out");
        return Err(Problem::new(ProblemKind::MalformedKey, message));
    }
    if !given.is_empty() {
        case.add_property("test_key", given);
    }
    let name = match info.test.definition.trim() {
        "" => info.summary.trim(),
        definition => definition,
    };
    case.qualified_name.push_str(name);
    case.title.push_str(info.summary.trim());
    std::mem::swap(&mut case.stated.test, &mut info.test);
    Ok(())
}

/// Hands on what the mapping knows by name.
fn state_values(test: &mut Test, document: &Document) {
    let Test { case, info, comment, defects, .. } = test;
    let mut add = |name: &str, value: &str| {
        if !value.trim().is_empty() {
            case.add_property(name, value);
        }
    };
    add("testrun_comment", comment);
    defects.iter().for_each(|defect| add("defects", defect));
    info.requirements.iter().for_each(|requirement| add("requirements", requirement));
    info.labels.iter().for_each(|label| add("label", label));
    add("test_description", &info.description);
    add("test_execution_key", document.execution_key.trim());
    add("test_environments", &document.environments.join(";"));
}

fn remark_unknown(name: &str, position: Position, remarks: &mut Remarks) {
    let topic = "a property that Xray JSON does not know was left out";
    remarks.add(ProblemKind::UnknownProperty, topic, || format!("'{name}'"), || position);
}

/// Whether an `info` says what is lost where the Test Execution exists: its project and its times are known there.
fn is_more_than_a_place(info: &StatedExecution) -> bool {
    info.texts().iter().any(|(field, text)| *field != ExecutionField::Project && !text.trim().is_empty())
}

/// Drops a key that no Jira could have.
fn keep_key(text: &mut String, is_key: fn(&str) -> bool, at: Position, problems: &mut Vec<Problem>) {
    let key = text.trim().to_owned();
    if !key.is_empty() && !is_key(&key) {
        let message = format!("{key:?} in the info of the Test Execution is no key and was left out");
        problems.push(Problem::new(ProblemKind::MalformedKey, message).at(at));
        text.clear();
    } else {
        *text = key;
    }
}

fn drop_attachments(test: &mut Test) {
    let case = &mut test.case;
    case.attachments.clear();
    let of_rows = case.stated.iterations.iter_mut().flat_map(|row| row.steps.iter_mut());
    case.steps.iter_mut().chain(of_rows).for_each(|step| step.attachments.clear());
}

fn read_time(written: &str, options: &ReadOptions, remarks: &mut Remarks, position: Position) -> Option<Timestamp> {
    if written.trim().is_empty() {
        return None;
    }
    time::told_timestamp(written, options, remarks, || position)
}
