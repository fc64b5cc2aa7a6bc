//! Robot Framework's `output.xml`, of every generation from 2.x to 7.x (spec robot.md).
//!
//! Generations are told apart by shape, element by element, never by number: files merged by `rebot` or other tools mix
//! them. The tests of a run wait for the tear-downs of their suites ([`held`]); everything else is read in one pass.

mod body;
mod foresight;
mod held;
mod html;
mod json;
mod picture;
mod statistics;
mod status;
mod step;
mod suite;
mod test;
#[cfg(test)]
mod tests;

use std::io::Read;
use std::ops::ControlFlow;

use crate::format::xml::{Names, XmlCursor, XmlEvent};
use crate::format::{Attachments, Format, Head, ParseError, ReadOptions, Remarks, Signs, recognise::Family};
use crate::model::{Body, Dialect, Problem, ProblemKind, ReportVisitor, TestCase};

use body::Keywords;
use held::Held;
use statistics::Statistics;
use status::Status;
use suite::Suites;

pub(super) const FORMAT: Format = Format {
    name: "robot",
    title: "Robot Framework",
    recognised_by: "root element robot, or an object with generator, generated and suite",
    taken: "every test: status after suite tear-downs, message, times, tags, documentation, screenshots in messages",
    recognises,
    parse,
    wants_all_bytes: json::is_json,
    signs: Signs {
        endings: &["xml", "json"],
        roots: ROOTS,
        ambiguous_roots: FRAGMENTS,
        keys: &["generator", "generated", "rpa"],
        keys_in_array: &[],
    },
    dialect: Dialect::PLAIN,
    stands_for: &[],
    tells_more_than: &[],
    told_again_as: None,
};

fn recognises(head: &Head<'_>) -> bool {
    matches!(head.family(), Some(Family::Robot | Family::RobotJson))
}

/// Root of a whole report.
const ROOTS: &[&[u8]] = &[b"robot"];

/// Roots of parts of one.
const FRAGMENTS: &[&[u8]] = &[b"suite"];

/// Start tags that show that the end tag of a text or of a test is missing.
const STRUCTURE: &[&[u8]] = &[b"test", b"suite"];

/// Elements whose tags are mended where they break off (J44).
const NAMES: Names = Names {
    cases: &[b"test"],
    around: &[b"robot", b"suite"],
    inside: &[
        b"kw",
        b"status",
        b"msg",
        b"tags",
        b"tag",
        b"doc",
        b"arg",
        b"arguments",
        b"for",
        b"iter",
        b"if",
        b"branch",
        b"try",
        b"while",
        b"group",
        b"variable",
        b"return",
        b"statistics",
        b"errors",
    ],
};

/// Bytes that waiting tests may take before the rest of the report is looked at for what they wait for.
const MOST_HELD: usize = 32 * 1024 * 1024;

fn parse(body: Body<'_>, options: &ReadOptions, visitor: &mut dyn ReportVisitor) -> Result<(), ParseError> {
    match body {
        Body::Bytes(bytes) if json::is_json(bytes) => json::parse(bytes, options, visitor),
        Body::Bytes(_) => parse_holding(body, options, MOST_HELD, visitor),
        Body::Stream(stream) => parse_stream(stream, options, visitor),
    }
}

/// Looks at the first byte that is not blank to tell JSON from XML.
fn parse_stream(
    stream: &mut dyn Read,
    options: &ReadOptions,
    visitor: &mut dyn ReportVisitor,
) -> Result<(), ParseError> {
    let start = json::read_start(stream)?;
    let is_json = json::is_json(&start);
    let mut whole = start.as_slice().chain(stream);
    match is_json {
        true => json::parse_stream(&mut whole, options, visitor),
        false => parse_holding(Body::Stream(&mut whole), options, MOST_HELD, visitor),
    }
}

/// Reads a report while no more than about `most_held` bytes of tests wait.
fn parse_holding(
    body: Body<'_>,
    options: &ReadOptions,
    most_held: usize,
    visitor: &mut dyn ReportVisitor,
) -> Result<(), ParseError> {
    let whole = match &body {
        Body::Bytes(bytes) => Some(*bytes),
        Body::Stream(_) => None,
    };
    let mut xml =
        XmlCursor::new(body).within(&options.limits).of_roots(ROOTS).of_elements(&NAMES).or_fragments(FRAGMENTS);
    xml.pardon_open(b"msg");
    let mut reader = Reader::new(options, whole, most_held);
    let result = reader.read(&mut xml, visitor);
    reader.finish(visitor);
    if xml.truncation().is_none() {
        reader.compare(visitor);
    }
    xml.finish(visitor);
    result
}

/// Whether any message may be HTML. Two reports in three have none, and looking for the attribute once is far quicker
/// than walking through all keywords for messages that could show a picture.
fn has_html(report: &[u8]) -> bool {
    let behind = |at: usize| report[at + b"html".len()..].trim_ascii_start().first();
    memchr::memmem::find_iter(report, b"html").any(|at| behind(at) == Some(&b'='))
}

/// What is known of the report so far.
struct Reader<'o> {
    options: &'o ReadOptions,
    /// All bytes of the report, when they are at hand to look ahead.
    whole: Option<&'o [u8]>,
    most_held: usize,
    /// Whether `robot` itself wrote the report: its tests do not know yet of failed tear-downs. `rebot` has seen to that.
    tests_wait: bool,
    suites: Suites,
    /// Whether a message of the report may show a picture.
    may_show: bool,
    /// Tests begun so far: the number of the next one.
    tests: usize,
    /// The test being read, its status and what is kept of its keywords.
    case: Box<TestCase>,
    status: Status,
    keywords: Keywords,
    held: Held,
    statistics: Statistics,
    remarks: Remarks,
    /// Whether the visitor wants no more.
    is_stopped: bool,
}

impl<'o> Reader<'o> {
    fn new(options: &'o ReadOptions, whole: Option<&'o [u8]>, most_held: usize) -> Reader<'o> {
        Reader {
            options,
            whole,
            most_held,
            tests_wait: false,
            may_show: options.attachments != Attachments::None && whole.is_none_or(has_html),
            suites: Suites::default(),
            tests: 0,
            case: TestCase::with_room(),
            status: Status::default(),
            keywords: Keywords::default(),
            held: Held::default(),
            statistics: Statistics::default(),
            remarks: Remarks::default(),
            is_stopped: false,
        }
    }

    fn read(&mut self, xml: &mut XmlCursor<'_>, visitor: &mut dyn ReportVisitor) -> Result<(), ParseError> {
        while !self.is_stopped {
            match xml.next_tag()? {
                XmlEvent::Start(tag) => match tag.name() {
                    b"robot" => self.begin_output(xml, visitor),
                    b"suite" => self.suites.begin(&tag, self.tests),
                    b"test" => self.read_test(xml, visitor)?,
                    b"kw" => self.suites.read_fixture(xml, &mut self.status)?,
                    b"status" => self.suites.read_status(xml, &mut self.status)?,
                    b"statistics" => self.statistics.read(xml)?,
                    // Documentation, metadata, parse errors, and what a later generation may bring (R11).
                    _ => xml.skip_element()?,
                },
                XmlEvent::End(b"suite", _) => self.end_suite(xml, visitor),
                XmlEvent::Eof => break,
                _ => {}
            }
        }
        Ok(())
    }

    fn begin_output(&mut self, xml: &XmlCursor<'_>, visitor: &mut dyn ReportVisitor) {
        let generator = xml.started_tag().attribute(b"generator").map(|value| value.to_text()).unwrap_or_default();
        self.know_generator(&generator, visitor);
    }

    fn know_generator(&mut self, generator: &str, visitor: &mut dyn ReportVisitor) {
        let first_word = generator.split_whitespace().next().unwrap_or("");
        self.tests_wait = first_word.eq_ignore_ascii_case("robot");
        visitor.producer(generator.split(" (").next().unwrap_or("").trim());
    }

    /// A suite whose end was cut off did not tell everything about its tear-down (R13).
    fn end_suite(&mut self, xml: &XmlCursor<'_>, visitor: &mut dyn ReportVisitor) {
        let verdict = self.suites.end(self.tests, visitor);
        if self.tests_wait && !xml.end_was_implied() {
            verdict.into_iter().for_each(|verdict| self.held.judge(verdict));
        }
        if self.suites.all_ended() {
            self.release(visitor);
        }
    }

    /// Gives the test just read to the visitor, or lets it wait.
    fn give(&mut self, number: usize, visitor: &mut dyn ReportVisitor) {
        if !self.tests_wait || self.suites.all_ended() {
            self.statistics.count(self.case.outcome);
            self.is_stopped = visitor.case(&mut self.case).is_break();
            return;
        }
        if !self.options.output.are_of(self.case.outcome) {
            // The log of passed tests would fill the room in which they wait.
            self.case.stdout.text.clear();
            self.case.stdout.omitted = 0;
        }
        self.held.hold(number, &self.case);
        if self.held.size() > self.most_held {
            self.look_ahead();
            self.release(visitor);
        }
    }

    /// Too many tests wait: what is still to come of tear-downs is read ahead, where the report's bytes are at hand.
    fn look_ahead(&mut self) {
        if let Some(whole) = self.whole
            && !self.held.has_foresight()
        {
            self.held.foresee(foresight::verdicts(whole));
        }
    }

    fn release(&mut self, visitor: &mut dyn ReportVisitor) {
        if self.is_stopped {
            return;
        }
        let statistics = &mut self.statistics;
        let flow = self.held.release(&mut self.case, &mut |case| {
            statistics.count(case.outcome);
            visitor.case(case)
        });
        self.is_stopped = flow == ControlFlow::Break(());
    }

    /// Gives on what still waits when the report ended early, and tells what is worth telling.
    fn finish(&mut self, visitor: &mut dyn ReportVisitor) {
        self.release(visitor);
        self.suites.finish(visitor);
        self.remarks.finish(visitor);
        let unjudged = self.held.unjudged();
        if unjudged > 0 {
            let message = format!(
                "{unjudged} tests were read too long before the failed tear-down of their suite: \
                 they keep the status written beside them"
            );
            visitor.problem(Problem::new(ProblemKind::LimitReached, message));
        }
    }

    /// Holds the totals of a complete report against the tests that were read.
    fn compare(&self, visitor: &mut dyn ReportVisitor) {
        if !self.is_stopped {
            self.statistics.compare(visitor);
        }
    }
}
