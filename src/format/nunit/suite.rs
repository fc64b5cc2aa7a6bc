//! The suites that are open around a case, and what it has from them.

use super::kind::{SuiteKind, TEST_SUITE};
use super::property::{self, Role};
use super::result;
use crate::format::xml::Tag;
use crate::model::{
    CaseDetail, DetailKind, List, Outcome, Position, Problem, ProblemKind, Property, ReportVisitor, Reuse, TestCase,
    trimmed,
};

/// Most bytes of properties that open suites hand down together: every case carries them.
const MOST_INHERITED: usize = 64 * 1024;

/// Most bytes of a suite's own failure or reason that are kept while its cases are read.
const LONGEST_SUITE_TEXT: usize = 32 * 1024;

/// Most bytes of a suite's name.
const LONGEST_NAME: usize = 4 * 1024;

/// Most failures of suites that are told one by one.
const MOST_FAILURES: u64 = 1000;

/// Most suites whose place is noted in case they failed.
const MOST_PLACES: usize = 10_000;

/// Whose fault it is that a suite failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Fault {
    /// It did not fail, or nothing says whose fault it is: its text decides.
    #[default]
    Untold,
    /// Its own: a set-up, a tear-down, a suite that cannot be run.
    Own,
    /// That of its cases, or of a suite around it (N15).
    Elsewhere,
}

/// One open suite.
#[derive(Debug, Default)]
struct Suite {
    kind: SuiteKind,
    name: String,
    fault: Fault,
    /// What broke when it is its own fault: `SetUp`, `TearDown`, `Invalid`.
    what: String,
    failure: CaseDetail,
    reason: String,
    /// Whether these came behind its cases, which do not have them then.
    is_late: bool,
    /// Value of the property that the reader was asked for.
    property: String,
    /// Length of the list of inherited values before its own.
    inherited_from: usize,
    has_cases: bool,
    position: Option<Position>,
}

impl Reuse for Suite {
    fn reset(&mut self) {
        self.kind = SuiteKind::default();
        self.name.clear();
        self.fault = Fault::default();
        self.what.clear();
        self.failure.reset();
        self.reason.clear();
        self.is_late = false;
        self.property.clear();
        self.inherited_from = 0;
        self.has_cases = false;
        self.position = None;
    }
}

/// Whether something was handed down to the cases.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Inheritance {
    /// As it should be.
    Kept,
    /// Cases came before it: they do not have it.
    TooLate,
    /// There is too much of it.
    TooMuch,
}

/// The open suites, outermost first.
#[derive(Debug, Default)]
pub(super) struct Suites {
    open: List<Suite>,
    /// What cases have from all open suites, in document order; tags have the name [`TAG`].
    inherited: List<Property>,
    inherited_bytes: usize,
    /// Buffer for attributes.
    text: String,
    /// Suites whose place was noted, and failures told: there is an end to both.
    places: usize,
    told: u64,
}

/// Stands for the name of inherited tags.
const TAG: &str = "";

impl Suites {
    /// Reads the start tag of a suite.
    pub(super) fn begin(&mut self, tag: &Tag<'_>, position: impl FnOnce() -> Position) {
        let inherited_from = self.inherited.len();
        let is_outermost = self.open.is_empty();
        let suite = self.open.add();
        suite.inherited_from = inherited_from;
        let (mut outcome_word, mut label, mut site) = (String::new(), String::new(), String::new());
        let mut description = String::new();
        let mut has_type = false;
        for (name, value) in tag.attributes() {
            match name {
                b"type" => {
                    has_type = true;
                    value.read_into(&mut self.text);
                }
                b"name" => value.read_into(&mut suite.name),
                b"result" => value.read_into(&mut outcome_word),
                b"label" => value.read_into(&mut label),
                b"site" => value.read_into(&mut site),
                b"description" => value.read_into(&mut description),
                _ => {}
            }
        }
        cut(&mut suite.name, LONGEST_NAME);
        let name = trimmed(&suite.name);
        suite.kind = match has_type {
            // Namespaces lie in an assembly. This is a run, or stands around a fixture that is called alike (Karma).
            true if is_outermost && self.text == TEST_SUITE => SuiteKind::Container,
            true => SuiteKind::of(&self.text, name),
            false => SuiteKind::of_name(name),
        };
        suite.fault = fault(&outcome_word, &label, &site);
        if suite.fault == Fault::Own {
            let what = [site.as_str(), label.as_str(), result::word(&outcome_word)];
            suite.what.push_str(what.into_iter().find(|word| !word.is_empty()).unwrap_or_default());
        }
        // Finding a place is dear in a report without line ends.
        if may_fail(&outcome_word, suite.fault) && self.places < MOST_PLACES {
            suite.position = Some(position());
            self.places += 1;
        }
        if !description.trim().is_empty() {
            self.inherit(Role::Description, "", description.trim());
        }
    }

    /// Whether none is open.
    pub(super) fn are_closed(&self) -> bool {
        self.open.is_empty()
    }

    /// Ends the innermost suite, telling of a failure of its own.
    pub(super) fn end(&mut self, visitor: &mut dyn ReportVisitor) {
        let Some(suite) = self.open.last() else { return };
        if let Some(problem) = suite.problem() {
            self.told += 1;
            if self.told <= MOST_FAILURES {
                visitor.problem(problem);
            }
        }
        for value in self.inherited.iter().skip(suite.inherited_from) {
            self.inherited_bytes = self.inherited_bytes.saturating_sub(size(&value.name, &value.value));
        }
        let kept = suite.inherited_from;
        self.inherited.truncate(kept);
        let length = self.open.len() - 1;
        self.open.truncate(length);
    }

    /// Ends the report, and all suites that are open where it ends too early.
    pub(super) fn end_all(&mut self, visitor: &mut dyn ReportVisitor) {
        while !self.open.is_empty() {
            self.end(visitor);
        }
        if self.told > MOST_FAILURES {
            let message = format!("{} further suites failed outside their test cases", self.told - MOST_FAILURES);
            visitor.problem(Problem::new(ProblemKind::ContainerFailure, message));
        }
    }

    /// Takes a property of the innermost suite: its categories and requirements hold for all cases below, everything
    /// else for the rows of one method only.
    pub(super) fn inherit(&mut self, role: Role, name: &str, value: &str) -> Inheritance {
        let Some(suite) = self.open.last_mut() else { return Inheritance::Kept };
        let is_method = suite.kind == SuiteKind::Method;
        match role {
            Role::Internal => return Inheritance::Kept,
            Role::SkipReason => {
                if suite.reason.is_empty() {
                    keep_text(value, &mut suite.reason);
                }
                return Inheritance::Kept;
            }
            Role::Description | Role::Other if !is_method => return Inheritance::Kept,
            Role::Tag | Role::Requirement | Role::Description | Role::Other => {}
        }
        if suite.has_cases {
            return Inheritance::TooLate;
        }
        let name = if role == Role::Tag { TAG } else { role.name_of(name) };
        if self.inherited_bytes + size(name, value) > MOST_INHERITED {
            return Inheritance::TooMuch;
        }
        self.inherited_bytes += size(name, value);
        let property = self.inherited.add();
        property.name.push_str(name);
        property.value.push_str(value);
        property.inherited = is_method;
        Inheritance::Kept
    }

    /// Keeps the value of the property that the reader was asked for; the first one of a suite counts.
    pub(super) fn keep_property(&mut self, value: &str) {
        if let Some(suite) = self.open.last_mut().filter(|suite| suite.property.is_empty()) {
            keep_text(value, &mut suite.property);
        }
    }

    /// Gives a case what it has from the suites around it.
    pub(super) fn endow(&mut self, case: &mut TestCase) {
        if let Some(suite) = self.open.iter().rev().find(|suite| !suite.property.is_empty()) {
            case.suite_property.push_str(&suite.property);
        }
        for value in self.inherited.iter() {
            if value.name == TAG {
                property::add_tag(case, &value.value);
                continue;
            }
            let property = case.properties.add();
            property.name.push_str(&value.name);
            property.value.push_str(&value.value);
            property.inherited = value.inherited;
        }
        // The mark is for properties that come too late: those around the innermost suite are marked by its end.
        for suite in self.open.iter_mut().rev() {
            if suite.has_cases {
                break;
            }
            suite.has_cases = true;
        }
    }

    /// Keeps the first failure of the innermost suite, unless it is a consequence.
    pub(super) fn take_failure(&mut self, failure: &CaseDetail) {
        let Some(suite) = self.open.last_mut() else { return };
        let is_told = !suite.failure.message.is_empty() || !suite.failure.text.is_empty();
        if suite.fault == Fault::Elsewhere || is_consequence(&failure.message) || is_told {
            return;
        }
        suite.is_late = suite.has_cases;
        keep_text(&failure.message, &mut suite.failure.message);
        keep_text(&failure.text, &mut suite.failure.text);
        suite.failure.omitted = failure.omitted;
    }

    /// Keeps a reason of the innermost suite, unless it is a consequence.
    pub(super) fn take_reason(&mut self, reason: &str) {
        let Some(suite) = self.open.last_mut() else { return };
        if suite.fault != Fault::Elsewhere && !is_consequence(reason) && !reason.is_empty() {
            suite.reason.clear();
            suite.is_late = suite.has_cases;
            keep_text(reason, &mut suite.reason);
        }
    }

    /// Why the innermost suite that says so was not run (N17).
    pub(super) fn reason(&self) -> Option<&str> {
        self.open.iter().rev().map(|suite| suite.reason.as_str()).find(|reason| !reason.is_empty())
    }

    /// What broke in the innermost suite that failed by its own fault (N13).
    pub(super) fn failure(&self) -> Option<&CaseDetail> {
        let mut failures = self.open.iter().rev().map(|suite| &suite.failure);
        failures.find(|failure| {
            // A suite below the one whose set-up failed says no more than that.
            let is_consequence = failure.message.starts_with("Parent SetUp failed");
            !is_consequence && (!failure.message.is_empty() || !failure.text.is_empty())
        })
    }

    /// Whether the innermost suite groups the rows of one method.
    pub(super) fn is_in_method(&self) -> bool {
        self.open.iter().rev().take(2).any(|suite| suite.kind == SuiteKind::Method)
    }

    /// Name of the innermost fixture, with its arguments.
    pub(super) fn fixture(&self) -> Option<&str> {
        self.innermost(SuiteKind::Fixture)
    }

    /// Name of the innermost collection of xUnit.net.
    pub(super) fn collection(&self) -> Option<&str> {
        self.innermost(SuiteKind::Collection)
    }

    /// Names of the open namespaces and fixtures, outermost first, each with whether cases have its arguments.
    pub(super) fn paths(&self) -> impl DoubleEndedIterator<Item = (&str, bool)> {
        let fixture = self.open.iter().rposition(|suite| suite.kind == SuiteKind::Fixture);
        let named = self.open.iter().enumerate().filter(|(_, suite)| suite.is_path());
        named.map(move |(at, suite)| (suite.name.as_str(), fixture == Some(at)))
    }

    fn innermost(&self, kind: SuiteKind) -> Option<&str> {
        self.open.iter().rev().find(|suite| suite.kind == kind).map(|suite| suite.name.as_str())
    }
}

impl Suite {
    fn is_path(&self) -> bool {
        matches!(self.kind, SuiteKind::Path | SuiteKind::Fixture) && !trimmed(&self.name).is_empty()
    }

    /// The problem that its own failure is (N13, N14, N16), or a reason that its cases do not tell (N17).
    fn problem(&self) -> Option<Problem> {
        let problem = match self.own_failure() {
            Some(problem) => problem,
            None if self.is_late && !self.reason.is_empty() => self.late_reason(),
            None => return None,
        };
        Some(match self.position {
            Some(position) => problem.at(position),
            None => problem,
        })
    }

    fn own_failure(&self) -> Option<Problem> {
        let CaseDetail { message, text, .. } = &self.failure;
        let told = match self.fault {
            Fault::Elsewhere => return None,
            _ if !(message.is_empty() && text.is_empty()) => self.told([message, text]),
            Fault::Own => self.told([&self.reason, ""]),
            Fault::Untold => return None,
        };
        let what = match self.what.as_str() {
            "" => String::new(),
            what => format!(" ({what})"),
        };
        let message = format!("the suite '{}' failed outside its test cases{what}: {told}", self.name);
        Some(Problem::new(ProblemKind::ContainerFailure, message))
    }

    fn late_reason(&self) -> Problem {
        let told = self.told([&self.reason, ""]);
        let message = format!("the reason of the suite '{}' follows its test cases, which lack it: {told}", self.name);
        Problem::new(ProblemKind::Unusual, message)
    }

    /// The first line of these texts, or all of them in one where cases do not tell them.
    fn told(&self, texts: [&str; 2]) -> String {
        let lines = texts.into_iter().flat_map(str::lines).map(str::trim).filter(|line| !line.is_empty());
        let told: Vec<_> = lines.take(if self.is_late { usize::MAX } else { 1 }).collect();
        if told.is_empty() { "no text".to_owned() } else { told.join(" | ") }
    }
}

/// Whose fault a suite's result is, as far as its start tag tells.
fn fault(outcome_word: &str, label: &str, site: &str) -> Fault {
    let is = |word: &str, other: &str| word.trim().eq_ignore_ascii_case(other);
    if is(site, "Child") || is(site, "Parent") || outcome_word.contains("(Child)") {
        return Fault::Elsewhere;
    }
    if is(label, "Invalid") || is(outcome_word, "NotRunnable") {
        return Fault::Own;
    }
    let has_site = is(site, "SetUp") || is(site, "TearDown") || is(site, "Test");
    match result::of_words(outcome_word, label) {
        result::Verdict::Known(Outcome::Failed | Outcome::Errored) if has_site => Fault::Own,
        _ => Fault::Untold,
    }
}

/// Whether a suite may turn out to have failed by its own fault.
fn may_fail(outcome_word: &str, fault: Fault) -> bool {
    let passed = matches!(result::of_words(outcome_word, ""), result::Verdict::Known(Outcome::Passed));
    fault == Fault::Own || (fault == Fault::Untold && !passed)
}

/// Whether a suite's message only says that something below it failed, or was ignored, or warned.
fn is_consequence(message: &str) -> bool {
    message.starts_with("One or more child tests") || message == "Child test failed"
}

fn size(name: &str, value: &str) -> usize {
    // The constant stands for the record itself, so that empty values are not free.
    name.len() + value.len() + 32
}

/// The first `length` bytes of a text, or a few less so that no character is cut.
fn beginning(text: &str, length: usize) -> &str {
    let end = (0..=length.min(text.len())).rev().find(|end| text.is_char_boundary(*end));
    &text[..end.unwrap_or(0)]
}

fn keep_text(text: &str, out: &mut String) {
    let kept = beginning(text, LONGEST_SUITE_TEXT);
    out.push_str(kept);
    if kept.len() < text.len() {
        out.push_str("\n[…]");
    }
}

fn cut(text: &mut String, length: usize) {
    let end = beginning(text, length).len();
    text.truncate(end);
    // A name of megabytes must not hold its buffer for the rest of the report.
    if text.capacity() > 4 * LONGEST_NAME {
        text.shrink_to(LONGEST_NAME);
    }
}

/// Gives the first failing detail of a case what it does not tell of what broke around it (N13): the stack trace, and in
/// version 2 the message, too.
pub(super) fn explain(case: &mut TestCase, failure: &CaseDetail) {
    let is_failing = |detail: &&mut CaseDetail| matches!(detail.kind, DetailKind::Failure | DetailKind::Error);
    match case.details.iter_mut().find(is_failing) {
        Some(detail) if detail.text.is_empty() => {
            if !detail.message.contains(&failure.message) {
                detail.text.push_str(&failure.message);
                detail.text.push_str(if failure.text.is_empty() { "" } else { "\n" });
            }
            detail.text.push_str(&failure.text);
            detail.omitted = failure.omitted;
        }
        Some(_) => {}
        None => {
            let detail = case.details.add();
            detail.kind = if case.outcome == Outcome::Errored { DetailKind::Error } else { DetailKind::Failure };
            detail.message.push_str(&failure.message);
            detail.text.push_str(&failure.text);
            detail.omitted = failure.omitted;
        }
    }
}
