//! The suites that are open, who wrote them, and what they say about time.

use super::producer::{Producer, StampMeans};
use super::{STRUCTURE, times};
use crate::format::xml::{Tag, XmlCursor};
use crate::format::{ClippedText, ParseError, ReadOptions, Remarks};
use crate::model::{Position, Problem, ProblemKind, ReportVisitor, Timestamp};

/// What some producers write where they know no host name (Catch2, JUnit Platform).
const NO_HOSTS: &[&str] = &["tbd", "<unknown host>"];

/// Characters of a suite's error output that a problem repeats.
const LONGEST_LAST_WORDS: usize = 300;

/// Suites from the root to the innermost open one. Closed ones stay behind it, so that their strings serve again.
#[derive(Default)]
pub(super) struct Suites {
    suites: Vec<Suite>,
    open: usize,
    /// Who wrote the innermost one: every case asks.
    producer: Producer,
    /// Suites that began.
    begun: u64,
    /// Cases that the outermost suites declare.
    declared: u64,
    /// Cases that were read.
    seen: u64,
}

/// One open suite.
#[derive(Default)]
struct Suite {
    /// Which one it is, from 1.
    number: u64,
    /// Who wrote it: what it shows itself, else what the one around it shows.
    producer: Producer,
    /// Who wrote those inside it.
    inside: Authors,
    name: String,
    host: String,
    /// Value of the property that the reader was asked for.
    property: String,
    /// `timestamp` and `time` as written, until the first case asks for them.
    timestamp: String,
    time: String,
    /// What its error output says of a failure outside its cases.
    last_words: String,
    /// Whether its clock has been set.
    is_settled: bool,
    /// Where the next case starts, when the suite says when it began.
    clock: Option<Timestamp>,
    /// Whether the clock is the suite's own and not its parent's.
    own_clock: bool,
    /// Whether it declares a number of cases, which covers the suites in it.
    declares_tests: bool,
    /// Failures that it declares.
    declared_failures: u64,
    /// Errors that it declares.
    declared_errors: u64,
    /// Errors that the suites in it declare.
    errors_inside: u64,
    /// Failed cases in it, nested suites included.
    failures: u64,
    /// Cases in it, nested suites included.
    cases: u64,
}

/// Who wrote the suites inside another one.
#[derive(Debug, Clone, Copy, Default)]
enum Authors {
    #[default]
    None,
    One(Producer),
    Several,
}

impl Authors {
    fn add(&mut self, others: Authors) {
        *self = match (*self, others) {
            (Authors::None, others) => others,
            (known, Authors::None) => known,
            (Authors::One(known), Authors::One(other)) if known == other => Authors::One(known),
            _ => Authors::Several,
        };
    }
}

impl Suites {
    /// The same strings, and no suite of the report that they were filled by.
    pub(super) fn emptied(mut self) -> Suites {
        /// Of a report with more of them the others are not kept.
        const USUAL: usize = 16;
        self.suites.truncate(USUAL);
        Suites { suites: self.suites, ..Suites::default() }
    }

    /// Opens the suite whose start tag was lent out last.
    pub(super) fn begin(&mut self, xml: &XmlCursor<'_>) {
        if self.open == self.suites.len() {
            self.suites.push(Suite::default());
        }
        let (around, rest) = self.suites.split_at_mut(self.open);
        let suite = &mut rest[0];
        suite.reset();
        self.begun += 1;
        suite.number = self.begun;
        suite.producer = self.producer;
        let tests = suite.read(&xml.started_tag());
        if around.iter().all(|suite| !suite.declares_tests) {
            self.declared = self.declared.saturating_add(tests);
        }
        suite.declares_tests = tests > 0;
        self.open += 1;
    }

    /// Notes who wrote the innermost suite, when that has been found out.
    pub(super) fn recognise(&mut self, producer: Producer) {
        if let Some(suite) = self.suites[..self.open].last_mut()
            && suite.producer == Producer::Unknown
        {
            suite.producer = producer;
            self.producer = producer;
        }
    }

    /// Who wrote the innermost suite.
    pub(super) fn producer(&self) -> Producer {
        self.producer
    }

    /// The number of the innermost suite; those of one report differ.
    pub(super) fn number(&self) -> u64 {
        self.suites[..self.open].last().map_or(0, |suite| suite.number)
    }

    /// Finds out when the open suites began, before the first case in each: by then the producer is known, if ever.
    pub(super) fn settle_clocks(&mut self, options: &ReadOptions, remarks: &mut Remarks, xml: &XmlCursor<'_>) {
        if self.suites[..self.open].last().is_none_or(|innermost| innermost.is_settled) {
            return;
        }
        let mut around = None;
        for suite in &mut self.suites[..self.open] {
            if !suite.is_settled {
                suite.is_settled = true;
                // A wrapper without a mark was written by whoever wrote what is in it.
                let producer = if suite.producer == Producer::Unknown { self.producer } else { suite.producer };
                let own = suite.began(producer, options, remarks, xml);
                suite.own_clock = own.is_some();
                suite.clock = own.or(around);
            }
            around = suite.clock;
        }
    }

    /// Ends the innermost suite. A suite that declares failures and holds none was lost outside its cases (J30).
    pub(super) fn end(&mut self, visitor: &mut dyn ReportVisitor, place: impl FnOnce() -> Position) {
        let Some(last) = self.open.checked_sub(1) else { return };
        self.open = last;
        let (around, rest) = self.suites.split_at_mut(last);
        self.producer = around.last().map_or(Producer::Unknown, |around| around.producer);
        let suite = &rest[0];
        let authors = suite.authors();
        let producer = if let Authors::One(producer) = authors { producer } else { Producer::Unknown };
        let declared = suite.declared(producer);
        if let Some(parent) = around.last_mut()
            && suite.name.is_empty()
            && suite.cases == 0
        {
            // A row of totals beside the real suites (FPCUnit): the suite around it has to account for it.
            parent.declared_failures = parent.declared_failures.saturating_add(declared);
            parent.failures += suite.failures;
            return;
        }
        let complaint = if declared > 0 && suite.failures == 0 {
            Some(suite.complaint(declared))
        } else if producer.fails_undeclared() && suite.failures == 0 && begins_with_code(&suite.last_words) {
            Some(format!("the suite '{}' failed outside its test cases: {}", suite.name, suite.last_words))
        } else if let Some(such) = producer.counts_errors_of()
            && around.is_empty()
            && suite.declared_errors > suite.errors_inside
        {
            let errors = suite.declared_errors - suite.errors_inside;
            Some(format!("the report declares {errors} errors outside its test cases, such as {such}"))
        } else {
            None
        };
        if let Some(complaint) = complaint {
            visitor.problem(Problem::new(ProblemKind::ContainerFailure, complaint).at(place()));
        }
        if let Some(parent) = around.last_mut() {
            // What was told of the inner suite is not told of the outer one again.
            parent.failures += suite.failures.max(declared.min(1));
            parent.errors_inside = parent.errors_inside.saturating_add(suite.declared_errors);
            parent.cases += suite.cases;
            parent.inside.add(authors);
            if suite.is_settled && !suite.own_clock {
                parent.clock = suite.clock;
            }
        }
    }

    /// Whether the innermost suite may tell in its error output of a failure outside its cases: none of these failed so
    /// far, and it declares some (ScalaTest, of a suite that was aborted).
    pub(super) fn may_have_last_words(&self) -> bool {
        let Some(suite) = self.suites[..self.open].last() else { return false };
        self.producer.fails_in_suite_output()
            || (self.producer == Producer::Unknown && suite.failures == 0 && suite.declared(self.producer) > 0)
    }

    /// Reads the error output of a suite, where a failure outside all cases is told (J30): the first line that says
    /// more than its place.
    pub(super) fn read_last_words(&mut self, xml: &mut XmlCursor<'_>) -> Result<(), ParseError> {
        let mut text = String::new();
        let mut clip = ClippedText::new(&mut text);
        xml.element_text(STRUCTURE, |piece| clip.push(piece))?;
        clip.finish();
        let says_something = |line: &&str| line.contains(char::is_alphanumeric) && !line.starts_with("Iteration:");
        let said = text.lines().map(str::trim).find(says_something);
        if let (Some(suite), Some(said)) = (self.suites[..self.open].last_mut(), said) {
            suite.last_words.clear();
            suite.last_words.extend(said.chars().take(LONGEST_LAST_WORDS));
        }
        Ok(())
    }

    /// The innermost suite's name, else that of the nearest one around it that has one (J06).
    pub(super) fn name(&self) -> &str {
        self.named(|suite| &suite.name)
    }

    /// The nearest host name.
    pub(super) fn host(&self) -> &str {
        self.named(|suite| &suite.host)
    }

    /// The nearest value of the property that the reader was asked for.
    pub(super) fn property(&self) -> &str {
        self.named(|suite| &suite.property)
    }

    /// Keeps a property of the innermost suite when it is the one called `wanted`; the first of that name counts.
    pub(super) fn read_property(&mut self, tag: &Tag<'_>, wanted: &str) {
        let Some(suite) = self.suites[..self.open].last_mut().filter(|suite| suite.property.is_empty()) else { return };
        let mut text = String::new();
        if let Some(name) = tag.attribute(b"name") {
            name.push_into(&mut text);
        }
        if text == wanted
            && let Some(value) = tag.attribute(b"value")
        {
            value.push_into(&mut suite.property);
        }
    }

    fn named(&self, part: impl Fn(&Suite) -> &str) -> &str {
        self.suites[..self.open].iter().rev().map(part).find(|text| !text.is_empty()).unwrap_or("")
    }

    pub(super) fn count_case(&mut self) {
        self.seen += 1;
        if let Some(suite) = self.suites[..self.open].last_mut() {
            suite.cases += 1;
        }
    }

    pub(super) fn count_failure(&mut self) {
        if let Some(suite) = self.suites[..self.open].last_mut() {
            suite.failures += 1;
        }
    }

    /// When the next case starts, by the summed times of the cases before it (spec junit.md C5); an estimate.
    pub(super) fn clock(&self) -> Option<Timestamp> {
        self.suites[..self.open].last().and_then(|suite| suite.clock)
    }

    /// Moves the clock on by the time of one case.
    pub(super) fn advance(&mut self, duration: Option<i64>) {
        if let Some(suite) = self.suites[..self.open].last_mut()
            && let (Some(clock), Some(duration)) = (suite.clock, duration)
        {
            suite.clock = Some(clock.plus(duration));
        }
    }

    /// For a report that breaks off: how many cases it declares and how many were there.
    pub(super) fn report_missing(&self, visitor: &mut dyn ReportVisitor) {
        if self.declared > self.seen {
            let message =
                format!("the broken report declares {} test cases, {} of them could be read", self.declared, self.seen);
            visitor.problem(Problem::new(ProblemKind::CountMismatch, message));
        }
    }
}

impl Suite {
    fn reset(&mut self) {
        self.number = 0;
        self.producer = Producer::Unknown;
        self.inside = Authors::None;
        self.name.clear();
        self.host.clear();
        self.property.clear();
        self.timestamp.clear();
        self.time.clear();
        self.last_words.clear();
        self.is_settled = false;
        self.clock = None;
        self.own_clock = false;
        self.declares_tests = false;
        self.declared_failures = 0;
        self.declared_errors = 0;
        self.errors_inside = 0;
        self.failures = 0;
        self.cases = 0;
    }

    /// Reads the start tag and tells how many tests it declares.
    fn read(&mut self, tag: &Tag<'_>) -> u64 {
        let mut tests = 0;
        for (name, value) in tag.attributes() {
            match name {
                b"name" if self.name.is_empty() => value.push_into(&mut self.name),
                b"hostname" if self.host.is_empty() => value.push_into(&mut self.host),
                b"tests" => tests = counter(&value.resolved()),
                b"failures" => self.declared_failures = counter(&value.resolved()),
                b"errors" => self.declared_errors = counter(&value.resolved()),
                b"timestamp" | b"date" if self.timestamp.is_empty() => value.push_into(&mut self.timestamp),
                b"time" if self.time.is_empty() => value.push_into(&mut self.time),
                _ => {}
            }
        }
        if NO_HOSTS.contains(&self.host.as_str()) {
            self.host.clear();
        }
        tests
    }

    /// Who wrote it: by its own marks, else by those of all that is inside it.
    fn authors(&self) -> Authors {
        match (self.producer, self.inside) {
            (Producer::Unknown, Authors::None) if self.cases > 0 => Authors::One(Producer::Unknown),
            (Producer::Unknown, inside) => inside,
            (producer, _) => Authors::One(producer),
        }
    }

    /// Failures and errors that it declares.
    fn declared(&self, producer: Producer) -> u64 {
        let errors = if producer.miscounts_errors() { 0 } else { self.declared_errors };
        self.declared_failures.saturating_add(errors)
    }

    fn complaint(&self, declared: u64) -> String {
        let mut message = format!(
            "the suite '{}' declares {declared} failures or errors, but none of its test cases failed",
            self.name
        );
        if !self.last_words.is_empty() {
            message.push_str(": ");
            message.push_str(&self.last_words);
        }
        message
    }

    /// When the suite began, by what its producer means with `timestamp`.
    fn began(
        &self,
        producer: Producer,
        options: &ReadOptions,
        remarks: &mut Remarks,
        xml: &XmlCursor<'_>,
    ) -> Option<Timestamp> {
        let stamp = times::read_timestamp(&self.timestamp, options, producer, remarks, xml)?;
        match producer.stamp_means() {
            StampMeans::Start => Some(stamp),
            // Written at the end: the cases before it took the suite's own time together.
            StampMeans::End => Some(stamp.plus(-times::suite_duration(&self.time, options)?)),
        }
    }
}

/// `REQUEST_ERROR - …`, as Hoppscotch tells what went wrong.
fn begins_with_code(words: &str) -> bool {
    let first = words.split(' ').next().unwrap_or("");
    first.contains('_') && first.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'_')
}

/// A counter; zero for what is no number (J56: `errors=""`, `tests="unknown"`).
fn counter(raw: &[u8]) -> u64 {
    std::str::from_utf8(raw).ok().and_then(|text| text.trim().parse().ok()).unwrap_or(0)
}
