//! Behave JSON: what `behave -f json` and `-f json.pretty` write (spec behave.md).
//!
//! Behave writes a feature when it has ended, so that one feature is held at a time.

mod element;
mod feature;
mod outline;
mod row;
mod scenario;
mod status;
#[cfg(test)]
mod tests;

use std::ops::ControlFlow;

use xxhash_rust::xxh3::Xxh3Default;

use crate::format::fill;
use crate::format::json::{Fault, JsonCursor, JsonItems, Kind, Longest, Oddities, Part, Piece, Place, Spelled};
use crate::format::spare::Spare;
use crate::format::{Format, Head, ParseError, ReadOptions, Remarks, Signs, as_it_comes, gherkin, recognise::Family};
use crate::model::{BareKeysSay, Body, Dialect, List, Position, Problem, ProblemKind, ReportVisitor, Reuse};

use element::Element;
use feature::Feature;
use outline::Signer;
use scenario::Told;

pub(super) const FORMAT: Format = Format {
    name: "behave",
    title: "Behave JSON",
    recognised_by: "array of features with a location, or steps with a step_type",
    taken: "every scenario and row: own status, tags of scenario and feature, failing step, durations, attachments",
    recognises,
    parse,
    wants_all_bytes: as_it_comes,
    signs: Signs { keys_in_array: gherkin::KEYS_OF_FEATURES, ..Signs::JSON },
    dialect: Dialect { bare_keys: BareKeysSay::WhichTest, ..Dialect::PLAIN },
    stands_for: &[],
    tells_more_than: &[],
    told_again_as: None,
};

thread_local! {
    static SPARE: Spare<Buffers> = const { Spare::new() };
}

/// What is filled again and again. It is empty between reports.
#[derive(Default)]
struct Buffers {
    element: Element,
    feature: Feature,
    signer: Signer,
}

fn recognises(head: &Head<'_>) -> bool {
    head.family() == Some(Family::Behave)
}

fn parse(body: Body<'_>, options: &ReadOptions, visitor: &mut dyn ReportVisitor) -> Result<(), ParseError> {
    let mut items =
        JsonItems::new(body).with_children("elements").with_longest(Longest::of(options)).within(&options.limits);
    let mut reader = Reader::new(options);
    let result = reader.read(&mut items, visitor);
    visitor.producer("behave");
    reader.remarks.finish(visitor);
    items.finish(visitor);
    reader.keep_buffers();
    if items.truncation().is_some() {
        // Behave writes whole features only (B7).
        let message = "the feature that was running when the report broke off is not in it";
        visitor.problem(Problem::new(ProblemKind::Truncated, message));
    }
    result
}

/// What is known of the report so far.
struct Reader<'o> {
    options: &'o ReadOptions,
    element: Element,
    feature: Feature,
    signer: Signer,
    /// Hash of the feature so far.
    hasher: Xxh3Default,
    remarks: Remarks,
    /// Hash of the feature before.
    previous: Option<u128>,
    features: u64,
    /// Bytes of the feature at hand so far, and of the largest one.
    held: usize,
    largest: usize,
}

impl<'o> Reader<'o> {
    fn new(options: &'o ReadOptions) -> Reader<'o> {
        let Buffers { element, feature, signer } = SPARE.with(Spare::take);
        Reader {
            options,
            element,
            feature,
            signer,
            hasher: Xxh3Default::new(),
            remarks: Remarks::default(),
            previous: None,
            features: 0,
            held: 0,
            largest: 0,
        }
    }

    fn read(&mut self, items: &mut JsonItems<'_>, visitor: &mut dyn ReportVisitor) -> Result<(), ParseError> {
        while let Some(piece) = items.next_read(&mut |json| self.element.read(json))? {
            let flow = match piece.part {
                Part::Child => {
                    self.read_element(&piece, visitor);
                    ControlFlow::Continue(())
                }
                Part::Item => self.read_feature(&piece, visitor),
            };
            if flow.is_break() {
                return Ok(());
            }
        }
        self.rescue_open_feature(items, visitor);
        Ok(())
    }

    /// Leaves its buffers to the next report of this thread.
    fn keep_buffers(self) {
        let Reader { mut element, mut feature, signer, largest, .. } = self;
        SPARE.with(|spare| {
            spare.keep(largest, || {
                element.reset();
                feature.reset();
                Buffers { element, feature, signer }
            });
        });
    }

    /// An element of a feature whose other members may come before or after it.
    fn read_element(&mut self, piece: &Piece<'_>, visitor: &mut dyn ReportVisitor) {
        self.hasher.update(piece.bytes);
        self.held += piece.bytes.len();
        self.largest = self.largest.max(self.held);
        match fill::outcome(piece, &mut self.remarks) {
            Ok(()) => self.take_element(piece),
            Err(problem) => visitor.problem(problem),
        }
    }

    /// Takes in the element that was read out of a piece.
    fn take_element(&mut self, piece: &Piece<'_>) {
        let words = Spelled::new(piece.bytes);
        if !self.element.is_given || self.element.is_background(&words) {
            return;
        }
        let mut told = Told {
            element: &self.element,
            words,
            piece,
            options: self.options,
            remarks: &mut self.remarks,
            signer: &mut self.signer,
        };
        self.feature.scenarios.add().fill(&mut told);
        let oddities = told.words.oddities();
        fill::note_oddities(oddities, || piece.at(), &mut self.remarks);
    }

    /// The rest of a feature: now its elements can be told.
    fn read_feature(&mut self, piece: &Piece<'_>, visitor: &mut dyn ReportVisitor) -> ControlFlow<()> {
        self.hasher.update(piece.bytes);
        self.largest = self.largest.max(self.held + piece.bytes.len());
        self.held = 0;
        let hash = self.hasher.digest128();
        self.hasher.reset();
        let flow = if self.previous.replace(hash) == Some(hash) {
            let topic = "a feature that stands twice in a row was read once";
            self.remarks.add(ProblemKind::Repaired, topic, String::new, || piece.at());
            ControlFlow::Continue(())
        } else {
            self.read_header(piece, visitor);
            self.push_cases(visitor)
        };
        self.feature.reset();
        flow
    }

    /// The complete scenarios of a feature in which the report breaks off (decision 16).
    fn rescue_open_feature(&mut self, items: &JsonItems<'_>, visitor: &mut dyn ReportVisitor) {
        if self.feature.scenarios.is_empty() {
            return;
        }
        let mut known = items.item_so_far().to_vec();
        known.extend_from_slice(b"]}");
        self.read_header(&whole(&known, items.item_position()), visitor);
        let _ = self.push_cases(visitor);
    }

    /// What stands around the elements of a feature.
    fn read_header(&mut self, piece: &Piece<'_>, visitor: &mut dyn ReportVisitor) {
        let mut json = JsonCursor::new(piece.bytes);
        if let Err(fault) = self.read_members(&mut json, piece) {
            let place = fault.position(piece.bytes, piece.at());
            visitor.problem(Problem::new(ProblemKind::Malformed, fault.what()).at(place));
        }
        fill::note_oddities(json.oddities(), || piece.at(), &mut self.remarks);
    }

    /// A feature's status says less than its scenarios do (B12).
    fn read_members(&mut self, json: &mut JsonCursor<'_>, piece: &Piece<'_>) -> Result<(), Fault> {
        if !json.begin_object()? {
            return Ok(());
        }
        while let Some(key) = json.key()? {
            match key {
                b"name" => fill::text(json, &mut self.feature.name)?,
                b"location" => fill::text(json, &mut self.feature.location)?,
                b"tags" => read_tags(json, &mut self.feature.tags)?,
                // Most of them were handed out before; what is here is a list of one without its brackets.
                b"elements" if json.kind() == Kind::Object => {
                    self.element.read(json)?;
                    self.take_element(piece);
                }
                _ => json.skip()?,
            }
        }
        Ok(())
    }

    fn push_cases(&mut self, visitor: &mut dyn ReportVisitor) -> ControlFlow<()> {
        self.features += 1;
        self.feature.give_out(self.features, visitor)
    }
}

fn read_tags(json: &mut JsonCursor<'_>, tags: &mut List<String>) -> Result<(), Fault> {
    let mut written = List::default();
    fill::texts(json, &mut written)?;
    tags.clear();
    written.iter().for_each(|tag: &String| scenario::push_tag(tag, tags));
    Ok(())
}

fn whole(bytes: &[u8], at: Position) -> Piece<'_> {
    Piece { part: Part::Item, bytes, place: Place::known(at), cuts: &[], read: Ok(()), oddities: Oddities::default() }
}
