//! Which scenarios of a feature are rows of one outline.

use std::collections::HashMap;

use xxhash_rust::xxh3::xxh3_128;

use super::element::Element;
use super::scenario::Scenario;
use crate::format::json::Spelled;

/// The outlines of one feature.
///
/// Behave names every row for itself, placeholders replaced. What rows have in common are the lines of their steps
/// (decision 7); the first row names the Test.
#[derive(Default)]
pub(super) struct Outlines {
    /// For each scenario the one that names its Test.
    namesakes: Vec<usize>,
    known: HashMap<u128, usize>,
}

impl Outlines {
    /// Looks at the scenarios of a feature.
    pub(super) fn find(&mut self, scenarios: &[Scenario]) {
        self.namesakes.clear();
        self.known.clear();
        for (index, scenario) in scenarios.iter().enumerate() {
            let namesake = match scenario.sign {
                Some(sign) => *self.known.entry(sign).or_insert(index),
                None => index,
            };
            self.namesakes.push(namesake);
        }
    }

    /// The scenario that names the Test of the one at `index`.
    pub(super) fn namesake(&self, index: usize) -> usize {
        self.namesakes.get(index).copied().unwrap_or(index)
    }

    /// Whether the feature holds more than one Test.
    pub(super) fn several(&self) -> bool {
        let mut tests = self.namesakes.iter().enumerate().filter(|(index, namesake)| index == *namesake);
        tests.nth(1).is_some()
    }
}

/// Makes signs: what the rows of one outline, and the attempts of one scenario, have in common.
#[derive(Default)]
pub(super) struct Signer(Vec<u8>);

impl Signer {
    /// The lines of a row's steps, the place of any other scenario; `None` where the report knows neither.
    pub(super) fn sign(&mut self, element: &Element, is_row: bool, words: &Spelled<'_>) -> Option<u128> {
        self.0.clear();
        if is_row {
            for step in element.steps.iter().filter(|step| !step.location.is_empty()) {
                self.0.extend_from_slice(words.raw(step.location));
                self.0.push(b'\n');
            }
        }
        if self.0.is_empty() {
            self.0.extend_from_slice(words.raw(element.location));
        }
        (!self.0.is_empty()).then(|| xxh3_128(&self.0))
    }
}
