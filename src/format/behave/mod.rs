//! Behave JSON: what `behave -f json` and `-f json.pretty` write (spec behave.md).
//!
//! Behave writes a feature when it has ended, so that one feature is held at a time.

mod case;
mod feature;
mod outline;
mod row;
mod status;
#[cfg(test)]
mod tests;

use std::ops::ControlFlow;

use xxhash_rust::xxh3::{Xxh3Default, xxh3_64};

use crate::format::fill;
use crate::format::json::{JsonItems, Piece};
use crate::format::{Family, Format, Head, ParseError, ReadOptions, Remarks};
use crate::model::{Body, Outcome, Position, Problem, ProblemKind, ReportVisitor, Reuse, TestCase};

use case::Place;
use feature::{Element, Feature};
use outline::Outlines;

pub(super) const FORMAT: Format = Format {
    name: "behave",
    title: "Behave JSON",
    recognised_by: "array of features with a location, or steps with a step_type",
    taken: "every scenario and row: own status, tags of scenario and feature, failing step, durations, attachments",
    recognises,
    parse,
};

fn recognises(head: &Head<'_>) -> bool {
    head.family() == Some(Family::Behave)
}

fn parse(body: Body<'_>, options: &ReadOptions, visitor: &mut dyn ReportVisitor) -> Result<(), ParseError> {
    let mut items = JsonItems::new(body).with_children("elements");
    let mut reader = Reader::new(options);
    let result = reader.read(&mut items, visitor);
    visitor.producer("behave");
    reader.remarks.finish(visitor);
    items.finish(visitor);
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
    feature: Feature,
    /// Hash of the feature so far.
    hasher: Xxh3Default,
    case: TestCase,
    outlines: Outlines,
    remarks: Remarks,
    /// Hash of the feature before.
    previous: Option<u128>,
    features: u64,
}

impl<'o> Reader<'o> {
    fn new(options: &'o ReadOptions) -> Reader<'o> {
        Reader {
            options,
            feature: Feature::default(),
            hasher: Xxh3Default::new(),
            case: TestCase::default(),
            outlines: Outlines::default(),
            remarks: Remarks::default(),
            previous: None,
            features: 0,
        }
    }

    fn read(&mut self, items: &mut JsonItems<'_>, visitor: &mut dyn ReportVisitor) -> Result<(), ParseError> {
        self.begin_feature();
        while let Some(piece) = items.next()? {
            let flow = match piece {
                Piece::Child(bytes, position) => {
                    self.read_element(bytes, position, visitor);
                    ControlFlow::Continue(())
                }
                Piece::Item(bytes, position) => self.read_feature(bytes, position, visitor),
            };
            if flow.is_break() {
                return Ok(());
            }
        }
        self.rescue_open_feature(items, visitor);
        Ok(())
    }

    fn begin_feature(&mut self) {
        self.feature.reset();
        self.hasher.reset();
    }

    /// An element of a feature whose other members may come before or after it.
    fn read_element(&mut self, bytes: &[u8], position: Position, visitor: &mut dyn ReportVisitor) {
        self.hasher.update(bytes);
        if bytes.first() != Some(&b'{') {
            return;
        }
        let elements = &mut self.feature.elements;
        if let Err(problem) = fill::from_piece(bytes, position, elements.add(), &mut self.remarks) {
            elements.truncate(elements.len() - 1);
            visitor.problem(problem);
        }
    }

    /// The rest of a feature: now its elements can be told.
    fn read_feature(&mut self, bytes: &[u8], position: Position, visitor: &mut dyn ReportVisitor) -> ControlFlow<()> {
        self.hasher.update(bytes);
        let hash = self.hasher.digest128();
        let flow = if self.previous.replace(hash) == Some(hash) {
            let topic = "a feature that stands twice in a row was read once";
            self.remarks.add(ProblemKind::Repaired, topic, String::new, || position);
            ControlFlow::Continue(())
        } else {
            if let Err(problem) = fill::from_piece(bytes, position, &mut self.feature, &mut self.remarks) {
                visitor.problem(problem);
            }
            self.push_cases(position, visitor)
        };
        self.begin_feature();
        flow
    }

    /// The complete scenarios of a feature in which the report breaks off (decision 16).
    fn rescue_open_feature(&mut self, items: &JsonItems<'_>, visitor: &mut dyn ReportVisitor) {
        if self.feature.elements.is_empty() {
            return;
        }
        let mut known = items.item_so_far().to_vec();
        known.extend_from_slice(b"]}");
        let position = items.item_position();
        if let Err(problem) = fill::from_piece(&known, position, &mut self.feature, &mut self.remarks) {
            visitor.problem(problem);
        }
        let _ = self.push_cases(position, visitor);
    }

    fn push_cases(&mut self, position: Position, visitor: &mut dyn ReportVisitor) -> ControlFlow<()> {
        self.features += 1;
        self.outlines.find(&self.feature.elements);
        let feature = &self.feature;
        let shares_container = self.outlines.several(&feature.elements);
        for (index, element) in feature.elements.iter().enumerate().filter(|(_, element)| !element.is_background()) {
            let outcome = outcome(element, position, &mut self.remarks);
            remark_interruption(element, position, &mut self.remarks);
            self.case.reset();
            let place = Place {
                feature,
                element,
                namesake: &feature.elements[self.outlines.namesake(index)],
                attempt_group: attempt_group(self.features, element),
                shares_container,
            };
            case::fill(&place, outcome, self.options, &mut self.case);
            visitor.case(&mut self.case)?;
        }
        ControlFlow::Continue(())
    }
}

/// The same place again inside one feature is another attempt (B21).
fn attempt_group(feature: u64, element: &Element) -> u64 {
    match element.location.trim() {
        "" => 0,
        location => (xxh3_64(location.as_bytes()) ^ feature.rotate_left(32)).max(1),
    }
}

/// A scenario goes by its own word, whatever its steps say (decision 12); by its steps where it has none (B1).
fn outcome(element: &Element, position: Position, remarks: &mut Remarks) -> Outcome {
    let word = element.status.trim();
    if let Some(outcome) = status::outcome(word) {
        return outcome;
    }
    if !status::says_nothing(word) {
        let topic = "a status that Behave does not define; the steps decide";
        remarks.add(ProblemKind::UnknownStatus, topic, || format!("'{word}'"), || position);
    }
    status::of_steps(element)
}

/// What Behave 1.2 writes into the step that was running when its user stopped it (B8).
const INTERRUPTED: &str = "ABORTED: By user";

fn remark_interruption(element: &Element, position: Position, remarks: &mut Remarks) {
    if element.steps.iter().any(|step| step.result.error_message.starts_with(INTERRUPTED)) {
        let topic = "the run was stopped by its user, later features are not in the report";
        remarks.add(ProblemKind::CountMismatch, topic, String::new, || position);
    }
}
