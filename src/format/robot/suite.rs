//! The suites around a test: their names, and what their set-ups and tear-downs did.

use crate::format::ParseError;
use crate::format::xml::{Inside, Tag, XmlCursor};
use crate::model::{Outcome, Position, Problem, ProblemKind, ReportVisitor};

use super::STRUCTURE;
use super::body::pass_message;
use super::held::{Ruling, Verdict};
use super::status::Status;

/// Failed set-ups and tear-downs that are told one by one; the others are counted.
const MOST_TOLD: usize = 100;

/// Bytes of a tear-down's message that go to each test.
const LONGEST_MESSAGE: usize = 32 * 1024;

/// The suites that are open now.
#[derive(Debug, Default)]
pub(super) struct Suites {
    /// Their names, joined by dots.
    path: String,
    open: Vec<OpenSuite>,
    failures: usize,
}

#[derive(Debug, Default)]
struct OpenSuite {
    /// Length of the path without it.
    outside: usize,
    /// Number of the first test in it.
    first: usize,
    setup: Option<Fixture>,
    teardown: Option<Fixture>,
    /// Message of its own status.
    message: String,
}

/// A set-up or tear-down.
#[derive(Debug)]
struct Fixture {
    outcome: Outcome,
    message: String,
    position: Position,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Role {
    Setup,
    Teardown,
}

impl Suites {
    /// A suite begins before the test with number `first`.
    pub(super) fn begin(&mut self, tag: &Tag<'_>, first: usize) {
        let outside = self.path.len();
        if let Some(name) = tag.attribute(b"name").filter(|name| !name.raw().is_empty()) {
            if outside > 0 {
                self.path.push('.');
            }
            name.push_into(&mut self.path);
        }
        self.open.push(OpenSuite { outside, first, ..OpenSuite::default() });
    }

    /// A suite with this name begins before the test with number `first`.
    pub(super) fn begin_named(&mut self, name: &str, first: usize) {
        let outside = self.path.len();
        if outside > 0 && !name.is_empty() {
            self.path.push('.');
        }
        self.path.push_str(name);
        self.open.push(OpenSuite { outside, first, ..OpenSuite::default() });
    }

    /// The set-up or tear-down of the innermost suite, by its kind.
    pub(super) fn set_fixture(&mut self, kind: &[u8], status: &Status, position: Position) {
        let (Some(role), Some(suite)) = (Role::of(kind), self.open.last_mut()) else { return };
        let fixture =
            Fixture { outcome: status.outcome().unwrap_or(Outcome::Failed), message: status.message.clone(), position };
        match role {
            Role::Setup => suite.setup = Some(fixture),
            Role::Teardown => suite.teardown = Some(fixture),
        }
    }

    /// The message of the innermost suite's own status.
    pub(super) fn set_message(&mut self, message: &str) {
        if let Some(suite) = self.open.last_mut() {
            suite.message = message.to_owned();
        }
    }

    /// Names of the open suites from the outermost on, joined by dots.
    pub(super) fn path(&self) -> &str {
        &self.path
    }

    pub(super) fn all_ended(&self) -> bool {
        self.open.is_empty()
    }

    /// A keyword directly below a suite: its set-up, its tear-down, or a listener's, which is neither (R23).
    pub(super) fn read_fixture(&mut self, xml: &mut XmlCursor<'_>, status: &mut Status) -> Result<(), ParseError> {
        let role = xml.started_tag().attribute(b"type").and_then(|kind| Role::of(&kind.resolved()));
        let (Some(role), Some(suite)) = (role, self.open.last_mut()) else {
            return xml.skip_element();
        };
        let position = xml.position();
        read_keyword_status(xml, status)?;
        let fixture =
            Fixture { outcome: status.outcome().unwrap_or(Outcome::Failed), message: status.message.clone(), position };
        // Of two the later one counts.
        match role {
            Role::Setup => suite.setup = Some(fixture),
            Role::Teardown => suite.teardown = Some(fixture),
        }
        Ok(())
    }

    /// The status of the innermost suite.
    pub(super) fn read_status(&mut self, xml: &mut XmlCursor<'_>, status: &mut Status) -> Result<(), ParseError> {
        status.read(xml)?;
        if let Some(suite) = self.open.last_mut() {
            suite.message.clone_from(&status.message);
        }
        Ok(())
    }

    /// The innermost suite ends before the test with number `end`. Tells what failed outside tests, and gives what its
    /// tear-down means for the tests in it.
    pub(super) fn end(&mut self, end: usize, visitor: &mut dyn ReportVisitor) -> Option<Verdict> {
        let suite = self.open.pop()?;
        self.tell_failures(&suite, visitor);
        self.path.truncate(suite.outside);
        suite.verdict(end)
    }

    fn tell_failures(&mut self, suite: &OpenSuite, visitor: &mut dyn ReportVisitor) {
        for (fixture, what) in [(&suite.setup, "set-up"), (&suite.teardown, "tear-down")] {
            let Some(fixture) = fixture.as_ref().filter(|fixture| fixture.outcome == Outcome::Failed) else { continue };
            self.failures += 1;
            if self.failures > MOST_TOLD {
                continue;
            }
            let text = if fixture.message.is_empty() { suite.message.as_str() } else { fixture.message.as_str() };
            let line = text.lines().find(|line| !line.trim_end().ends_with("failed:") && !line.trim().is_empty());
            let line = line.unwrap_or("no message").trim();
            let message = format!("the {what} of the suite '{}' failed: {line}", self.path);
            visitor.problem(Problem::new(ProblemKind::ContainerFailure, message).at(fixture.position));
        }
    }

    /// Tells how many failures were not told one by one.
    pub(super) fn finish(&self, visitor: &mut dyn ReportVisitor) {
        if let Some(more @ 1..) = self.failures.checked_sub(MOST_TOLD) {
            let message = format!("{more} further set-ups and tear-downs of suites failed");
            visitor.problem(Problem::new(ProblemKind::ContainerFailure, message));
        }
    }
}

impl Role {
    fn of(kind: &[u8]) -> Option<Role> {
        if kind.eq_ignore_ascii_case(b"setup") {
            return Some(Role::Setup);
        }
        kind.eq_ignore_ascii_case(b"teardown").then_some(Role::Teardown)
    }
}

impl OpenSuite {
    fn verdict(&self, end: usize) -> Option<Verdict> {
        let teardown = self.teardown.as_ref()?;
        let ruling = match teardown.outcome {
            Outcome::Failed => Ruling::Failed,
            Outcome::Skipped => Ruling::Skipped,
            _ => return None,
        };
        let mut message = match &*teardown.message {
            "" => behind_heading(&self.message).to_owned(),
            message => message.to_owned(),
        };
        message.truncate(message.floor_char_boundary(LONGEST_MESSAGE));
        Some(Verdict { first: self.first, end, ruling, message })
    }
}

/// What a suite's message says of its tear-down, where the tear-down itself has no message.
fn behind_heading(message: &str) -> &str {
    match message.split_once("uite teardown failed:\n") {
        Some((_, message)) => message,
        None => message,
    }
}

/// Reads the keyword whose start tag was lent out last for its own status; without one it has failed (R12: a keyword
/// whose record was cut).
fn read_keyword_status(xml: &mut XmlCursor<'_>, status: &mut Status) -> Result<(), ParseError> {
    status.reset();
    let depth = xml.depth();
    while let Inside::Child(tag) = xml.next_child(depth, STRUCTURE)? {
        match tag.name() {
            b"status" => status.read(xml)?,
            b"msg" => pass_message(xml)?,
            _ => xml.skip_element()?,
        }
    }
    Ok(())
}
