//! Cucumber JSON: what Cucumber for every language, and many tools beside it, write (spec cucumber.md).
//!
//! The keys of a feature come in any order, its tags and its address often behind its scenarios; so the scenarios of
//! one feature wait for its end. A feature of more than [`WAITING`] bytes is given out earlier, once its head is known.

pub(super) mod attachment;
mod duration;
mod element;
mod feature;
pub(super) mod identity;
mod scenario;
pub(super) mod status;
#[cfg(test)]
mod tests;

use std::ops::ControlFlow;

use crate::format::json::{Fault, JsonCursor, JsonItems, Long, Oddities, Piece};
use crate::format::{Attachments, Family, Format, Head, ParseError, ReadOptions, Remarks};
use crate::model::{Body, Position, Problem, ProblemKind, ReportVisitor};

use element::Element;
use feature::{Feature, Header};

pub(super) const FORMAT: Format = Format {
    name: "cucumber",
    title: "Cucumber JSON",
    recognised_by: "an array of features with uri, id, line and keyword, in any order",
    taken: "every scenario and outline row: result, times, failing steps and hooks, tags, embeddings",
    recognises,
    parse,
};

/// Bytes of scenarios that wait for the end of their feature, at most, once its head is known.
const WAITING: usize = 16 << 20;

fn recognises(head: &Head<'_>) -> bool {
    head.family() == Some(Family::Cucumber)
}

fn parse(body: Body<'_>, options: &ReadOptions, visitor: &mut dyn ReportVisitor) -> Result<(), ParseError> {
    let long = if options.attachments == Attachments::None { Long::Cut } else { Long::Keep };
    let mut items = JsonItems::new(body).with_children("elements").with_long_texts(long);
    let mut reader = Reader::new(options);
    let result = reader.read(&mut items, visitor);
    reader.finish(&items, visitor);
    items.finish(visitor);
    result
}

/// What is known of the report so far.
struct Reader<'o> {
    options: &'o ReadOptions,
    feature: Feature,
    remarks: Remarks,
    producer: &'static str,
    /// Bytes of the scenarios that wait.
    waiting: usize,
    stopped: bool,
}

impl<'o> Reader<'o> {
    fn new(options: &'o ReadOptions) -> Reader<'o> {
        Reader {
            options,
            feature: Feature::default(),
            remarks: Remarks::default(),
            producer: "",
            waiting: 0,
            stopped: false,
        }
    }

    fn read(&mut self, items: &mut JsonItems<'_>, visitor: &mut dyn ReportVisitor) -> Result<(), ParseError> {
        while let Some(piece) = items.next()? {
            let flow = match piece {
                Piece::Child(bytes, at) => {
                    self.read_element(bytes, at, visitor);
                    self.relieve(items, visitor)
                }
                Piece::Item(bytes, at) => {
                    self.read_header(bytes, at, visitor);
                    self.end_feature(visitor)
                }
            };
            if flow.is_break() {
                self.stopped = true;
                return Ok(());
            }
        }
        Ok(())
    }

    fn read_element(&mut self, bytes: &[u8], at: Position, visitor: &mut dyn ReportVisitor) {
        let mut cursor = JsonCursor::new(bytes);
        match Element::read(&mut cursor) {
            Ok(Some(element)) => {
                self.recognise_producer(&element, at);
                self.waiting += bytes.len();
                self.feature.add(&element, self.options, &mut self.remarks, at);
            }
            Ok(None) => {}
            Err(fault) => malformed("a scenario", &fault, bytes, at, visitor),
        }
        self.note_oddities(cursor.oddities(), at);
    }

    /// Gives out what waits when it grew too large, provided that what it waits for is known.
    fn relieve(&mut self, items: &JsonItems<'_>, visitor: &mut dyn ReportVisitor) -> ControlFlow<()> {
        if self.waiting < WAITING {
            return ControlFlow::Continue(());
        }
        let waiting = std::mem::take(&mut self.waiting);
        let (header, _) = Header::read(&mut JsonCursor::new(items.item_so_far()));
        if header.uri.is_empty() || !header.has_tags {
            return ControlFlow::Continue(());
        }
        self.feature.header = header;
        let flow = self.feature.give_out(feature::Giving::AllButLast, self.options, visitor);
        self.feature.release(waiting);
        flow
    }

    fn read_header(&mut self, bytes: &[u8], at: Position, visitor: &mut dyn ReportVisitor) {
        let mut cursor = JsonCursor::new(bytes);
        let (header, fault) = Header::read(&mut cursor);
        self.feature.header = header;
        if let Some(fault) = fault {
            malformed("a feature", &fault, bytes, at, visitor);
        }
        if self.feature.header.has_language {
            self.recognise_pytest_bdd(at);
        }
        self.note_oddities(cursor.oddities(), at);
    }

    fn end_feature(&mut self, visitor: &mut dyn ReportVisitor) -> ControlFlow<()> {
        let waiting = std::mem::take(&mut self.waiting);
        let flow = self.feature.give_out(feature::Giving::All, self.options, visitor);
        self.feature.end(visitor);
        self.feature.release(waiting);
        flow
    }

    fn note_oddities(&mut self, oddities: Oddities, at: Position) {
        if let Some(words) = oddities.words() {
            self.remarks.add(ProblemKind::Repaired, words, String::new, || at);
        }
    }

    /// pytest-bdd leaves out what did not pass or fail, so that its scenarios look better than they were (10).
    fn recognise_pytest_bdd(&mut self, at: Position) {
        if self.producer.is_empty() {
            self.producer = "pytest-bdd";
            let topic = "pytest-bdd leaves undefined and skipped steps out of this report; its JUnit XML tells of them";
            self.remarks.add(ProblemKind::Unusual, topic, String::new, || at);
        }
    }

    fn recognise_producer(&mut self, element: &Element<'_>, at: Position) {
        if !self.producer.is_empty() {
            return;
        }
        if element.steps.iter().any(|step| step.hidden) {
            self.producer = "cucumber-js";
        } else if element.id.starts_with("test_") && !element.id.contains(';') {
            // The name of a test function; other writers join the names of feature and scenario.
            self.recognise_pytest_bdd(at);
        } else if !element.start.is_empty() {
            self.producer = "cucumber-jvm";
        }
    }

    fn finish(&mut self, items: &JsonItems<'_>, visitor: &mut dyn ReportVisitor) {
        if !self.stopped && self.feature.is_open() {
            // The report broke off. The complete scenarios of a cut feature are kept (decision 16), under what is known of it.
            let (header, _) = Header::read(&mut JsonCursor::new(items.item_so_far()));
            self.feature.header = header;
            self.feature.take_common_tags();
            let _ = self.end_feature(visitor);
        }
        visitor.producer(self.producer);
        self.remarks.finish(visitor);
    }
}

fn malformed(what: &str, fault: &Fault, bytes: &[u8], at: Position, visitor: &mut dyn ReportVisitor) {
    let message = format!("{what} cannot be read: {}", fault.what);
    visitor.problem(Problem::new(ProblemKind::Malformed, message).at(fault.position(bytes, at)));
}
