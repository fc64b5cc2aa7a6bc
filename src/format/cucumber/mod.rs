//! Cucumber JSON: what Cucumber for every language, and many tools beside it, write (spec cucumber.md).
//!
//! The keys of a feature come in any order, its tags and its address often behind its scenarios; so the scenarios of
//! one feature wait for its end. When more than [`WAITING`] bytes are held for them, they are given out earlier, once its
//! head is known.

mod duration;
mod element;
mod feature;
mod scenario;
#[cfg(test)]
mod tests;
mod told;
mod walk;

use std::ops::ControlFlow;

use crate::format::json::{Fault, JsonItems, Longest, Part, Piece, Spelled};
use crate::format::spare::{KEPT, Spare};
use crate::format::{
    Format, Head, ParseError, ReadOptions, Remarks, Signs, as_it_comes, fill, gherkin, recognise::Family,
};
use crate::model::{BareKeysSay, Body, Dialect, Position, Problem, ProblemKind, ReportVisitor, Reuse};

use element::Element;
use feature::{Feature, Header};
use told::{Room, Told};

pub(super) const FORMAT: Format = Format {
    name: "cucumber",
    title: "Cucumber JSON",
    recognised_by: "an array of features with uri, id, line and keyword, in any order",
    taken: "every scenario and outline row: result, times, failing steps and hooks, tags, embeddings",
    recognises,
    parse,
    wants_all_bytes: as_it_comes,
    signs: Signs { keys: &["uri", "keyword", "elements"], keys_in_array: gherkin::KEYS_OF_FEATURES, ..Signs::JSON },
    dialect: Dialect { bare_keys: BareKeysSay::WhichTest, ..Dialect::PLAIN },
    stands_for: &[],
    tells_more_than: &[],
    told_again_as: None,
};

/// Bytes that are held for scenarios that wait for the end of their feature, at most, once its head is known.
const WAITING: usize = 4 << 20;

/// Bytes that are held for them, at most, where its head stands behind them: then there is no room for more evidence.
const MOST_WAITING: usize = 96 << 20;

thread_local! {
    static SPARE: Spare<Buffers> = const { Spare::new() };
}

/// What is filled again and again. It is empty between reports.
#[derive(Default)]
struct Buffers {
    element: Element,
    feature: Feature,
}

fn recognises(head: &Head<'_>) -> bool {
    head.family() == Some(Family::Cucumber)
}

fn parse(body: Body<'_>, options: &ReadOptions, visitor: &mut dyn ReportVisitor) -> Result<(), ParseError> {
    let mut items =
        JsonItems::new(body).with_children("elements").with_longest(Longest::of(options)).within(&options.limits);
    let mut reader = Reader::new(options);
    let result = reader.read(&mut items, visitor);
    reader.finish(&items, result.is_ok(), visitor);
    items.finish(visitor);
    reader.keep_buffers();
    result
}

/// What is known of the report so far.
struct Reader<'o> {
    options: &'o ReadOptions,
    element: Element,
    feature: Feature,
    remarks: Remarks,
    producer: &'static str,
    /// Bytes that are held for scenarios that wait.
    waiting: usize,
    /// How many they were when their feature's head was looked for in vain.
    looked_at: usize,
    features: usize,
    /// Whether a scenario was seen, perhaps of a feature that was cut.
    has_elements: bool,
    /// Whether a whole feature with scenarios had no address: then its writer knows none.
    has_no_uri: bool,
    /// Bytes of the largest element, or held for all that waited at a time.
    largest: usize,
    stopped: bool,
}

impl<'o> Reader<'o> {
    fn new(options: &'o ReadOptions) -> Reader<'o> {
        let Buffers { element, feature } = SPARE.with(Spare::take);
        Reader {
            options,
            element,
            feature,
            remarks: Remarks::default(),
            producer: "",
            waiting: 0,
            looked_at: 0,
            features: 0,
            has_elements: false,
            has_no_uri: false,
            largest: 0,
            stopped: false,
        }
    }

    fn read(&mut self, items: &mut JsonItems<'_>, visitor: &mut dyn ReportVisitor) -> Result<(), ParseError> {
        while let Some(piece) = items.next_read(&mut |json| self.element.read(json))? {
            let flow = match piece.part {
                Part::Child => {
                    self.read_element(&piece, visitor);
                    self.relieve(items, visitor)
                }
                Part::Item => {
                    self.features += 1;
                    self.read_header(&piece, visitor);
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

    fn read_element(&mut self, piece: &Piece<'_>, visitor: &mut dyn ReportVisitor) {
        self.has_elements = true;
        if let Err(fault) = &piece.read {
            malformed("a scenario", fault, piece.bytes, piece.at(), visitor);
            return;
        }
        if !self.element.is_given {
            return;
        }
        self.recognise_producer(piece);
        if self.element.holds_elements {
            let topic = "scenarios inside another element were not read; Cucumber writes them side by side";
            self.remarks.add(ProblemKind::Malformed, topic, String::new, || piece.at());
        }
        if self.element.numbers_parts {
            let topic = "a list that was written as an object with numbers for keys was read as a list";
            self.remarks.add(ProblemKind::Repaired, topic, String::new, || piece.at());
        }
        let mut told = Told {
            element: &self.element,
            words: Spelled::new(piece.bytes),
            piece,
            options: self.options,
            remarks: &mut self.remarks,
            room: if self.waiting < MOST_WAITING { Room::Ample } else { Room::None },
        };
        self.waiting += self.feature.add(&mut told);
        self.largest = self.largest.max(piece.bytes.len()).max(self.waiting);
        let oddities = piece.oddities.and(told.words.oddities());
        fill::note_oddities(oddities, || piece.at(), &mut self.remarks);
    }

    /// Gives out what waits when it grew too large, provided that what it waits for is known.
    fn relieve(&mut self, items: &JsonItems<'_>, visitor: &mut dyn ReportVisitor) -> ControlFlow<()> {
        if self.waiting - self.looked_at < WAITING {
            return ControlFlow::Continue(());
        }
        let (header, ..) = Header::read(items.item_so_far());
        if header.uri.is_empty() || !header.has_tags {
            self.looked_at = self.waiting;
            return ControlFlow::Continue(());
        }
        self.feature.header = header;
        let flow = self.feature.give_out(feature::Giving::AllButLast, self.options, visitor);
        self.feature.release();
        self.waiting = 0;
        self.looked_at = 0;
        flow
    }

    fn read_header(&mut self, piece: &Piece<'_>, visitor: &mut dyn ReportVisitor) {
        let (header, oddities, fault) = Header::read(piece.bytes);
        self.has_no_uri |= header.uri.is_empty() && self.feature.is_open();
        self.feature.header = header;
        if let Some(fault) = fault {
            malformed("a feature", &fault, piece.bytes, piece.at(), visitor);
        }
        if self.feature.header.has_elements_by_name {
            let topic = "the scenarios of a feature are written as an object instead of a list and were not read";
            self.remarks.add(ProblemKind::Malformed, topic, String::new, || piece.at());
        }
        if self.feature.header.has_language {
            self.recognise_pytest_bdd(piece);
        }
        fill::note_oddities(oddities, || piece.at(), &mut self.remarks);
    }

    fn end_feature(&mut self, visitor: &mut dyn ReportVisitor) -> ControlFlow<()> {
        let flow = self.feature.give_out(feature::Giving::All, self.options, visitor);
        self.feature.end(visitor);
        if self.waiting > KEPT {
            self.feature.release();
        }
        self.waiting = 0;
        self.looked_at = 0;
        flow
    }

    /// pytest-bdd leaves out what did not pass or fail, so that its scenarios look better than they were (10).
    fn recognise_pytest_bdd(&mut self, piece: &Piece<'_>) {
        if self.producer.is_empty() {
            self.producer = "pytest-bdd";
            let topic = "pytest-bdd leaves undefined and skipped steps out of this report; its JUnit XML tells of them";
            self.remarks.add(ProblemKind::Unusual, topic, String::new, || piece.at());
        }
    }

    fn recognise_producer(&mut self, piece: &Piece<'_>) {
        if !self.producer.is_empty() {
            return;
        }
        let element = &self.element;
        let id = Spelled::new(piece.bytes).raw(element.id);
        if element.steps.iter().any(|step| step.hidden) {
            self.producer = "cucumber-js";
        } else if id.starts_with(b"test_") && !id.contains(&b';') {
            // The name of a test function; other writers join the names of feature and scenario.
            self.recognise_pytest_bdd(piece);
        } else if !element.start.is_empty() {
            self.producer = "cucumber-jvm";
        }
    }

    /// Leaves the buffers to the next report, unless a large one would keep them large.
    fn keep_buffers(mut self) {
        SPARE.with(|spare| {
            spare.keep(self.largest, || {
                self.feature.reset();
                Buffers { element: self.element, feature: self.feature }
            });
        });
    }

    /// `is_whole` when nothing kept the report from being read to its end.
    fn finish(&mut self, items: &JsonItems<'_>, is_whole: bool, visitor: &mut dyn ReportVisitor) {
        if !self.stopped && self.feature.is_open() {
            // The report broke off. The complete scenarios of a cut feature are kept (decision 16), under what is known of it.
            let (header, ..) = Header::read(items.item_so_far());
            self.feature.header = header;
            self.feature.take_common_tags();
            if is_whole && !self.has_no_uri {
                self.tell_of_lost_address(items, visitor);
            }
            let _ = self.end_feature(visitor);
        }
        let is_empty = self.features == 0 && !self.has_elements;
        if is_empty && is_whole && items.truncation().is_none() {
            // Some writers leave such a report when everything failed (46).
            let message = "there is no feature in this report, so that it tells of no test";
            visitor.problem(Problem::new(ProblemKind::Unusual, message));
        }
        visitor.producer(self.producer);
        self.remarks.finish(visitor);
    }

    /// Scenarios of a feature whose address was to stand behind them go by other names than in a whole report.
    fn tell_of_lost_address(&self, items: &JsonItems<'_>, visitor: &mut dyn ReportVisitor) {
        if !self.feature.header.uri.is_empty() {
            return;
        }
        let message = format!(
            "the report breaks off before the uri of its last feature: its scenarios ({}) were taken under names without it, and \
             those that have no key of their own may become other Tests than usual; what the tags of the feature say is not \
             known",
            self.feature.waiting()
        );
        visitor.problem(Problem::new(ProblemKind::Truncated, message).at(items.item_position()));
    }
}

fn malformed(what: &str, fault: &Fault, bytes: &[u8], at: Position, visitor: &mut dyn ReportVisitor) {
    let message = format!("{what} cannot be read: {}", fault.what());
    visitor.problem(Problem::new(ProblemKind::Malformed, message).at(fault.position(bytes, at)));
}
