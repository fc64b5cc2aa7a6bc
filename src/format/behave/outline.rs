//! Which elements of a feature are rows of one outline.

use std::collections::HashMap;

use xxhash_rust::xxh3::Xxh3Default;

use super::case;
use super::feature::Element;

/// The outlines of one feature.
///
/// Behave names every row for itself, placeholders replaced. What rows have in common are the lines of their steps
/// (decision 7); the first row names the Test.
#[derive(Default)]
pub(super) struct Outlines {
    /// For each element the one that names its Test.
    namesakes: Vec<usize>,
    known: HashMap<u128, usize>,
}

impl Outlines {
    /// Looks at the elements of a feature.
    pub(super) fn find(&mut self, elements: &[Element]) {
        self.namesakes.clear();
        self.known.clear();
        for (index, element) in elements.iter().enumerate() {
            let namesake = match sign(element) {
                _ if element.is_background() => index,
                Some(sign) => *self.known.entry(sign).or_insert(index),
                None => index,
            };
            self.namesakes.push(namesake);
        }
    }

    /// The element that names the Test of the element at `index`.
    pub(super) fn namesake(&self, index: usize) -> usize {
        self.namesakes.get(index).copied().unwrap_or(index)
    }

    /// Whether the feature holds more than one Test.
    pub(super) fn several(&self, elements: &[Element]) -> bool {
        let of_tests = |(index, element): (usize, &Element)| !element.is_background() && self.namesake(index) == index;
        elements.iter().enumerate().filter(|found| of_tests(*found)).nth(1).is_some()
    }
}

/// What the rows of one outline, and the attempts of one scenario, have in common.
fn sign(element: &Element) -> Option<u128> {
    let mut hasher = Xxh3Default::new();
    let located = element.steps.iter().filter(|step| !step.location.is_empty());
    if case::is_row(element) && located.clone().next().is_some() {
        for step in located {
            hasher.update(step.location.as_bytes());
            hasher.update(b"\n");
        }
    } else if element.location.is_empty() {
        return None;
    } else {
        hasher.update(element.location.as_bytes());
    }
    Some(hasher.digest128())
}
