//! Reports that tell of the same places in feature files, found by these: a folder may hold ten thousands of each format.

use std::collections::HashMap;

use crate::format::Format;
use crate::model::ReportId;

/// Those of one folder.
#[derive(Default)]
pub(super) struct SameSites {
    numbers: HashMap<Vec<u64>, usize>,
    /// By number, those that stand for others.
    deputies: Vec<Vec<Deputy>>,
}

/// The number of all reports that tell of the same places.
pub(super) type SitesNumber = usize;

/// Reports of one format that stand for others which tell of the same places, and less of each (times, retries).
struct Deputy {
    format: &'static str,
    first: ReportId,
    last: ReportId,
    /// When the last of them came.
    came: usize,
}

impl SameSites {
    /// The number of those that tell of these places.
    pub(super) fn number(&mut self, sites: Vec<u64>) -> SitesNumber {
        let next = self.deputies.len();
        let number = *self.numbers.entry(sites).or_insert(next);
        if number == next {
            self.deputies.push(Vec::new());
        }
        number
    }

    /// A report comes that stands for others.
    pub(super) fn add(&mut self, number: SitesNumber, id: ReportId, format: &'static str, came: usize) {
        let deputies = &mut self.deputies[number];
        match deputies.iter_mut().find(|deputy| deputy.format == format) {
            Some(deputy) => (deputy.last, deputy.came) = (id, came),
            None => deputies.push(Deputy { format, first: id, last: id, came }),
        }
    }

    /// The first that stands for reports of `format`.
    pub(super) fn first(&self, number: SitesNumber, format: &str) -> Option<ReportId> {
        self.standing_for(number, format).map(|deputy| deputy.first).next()
    }

    /// The last that stands for reports of `format`, if it came behind `since`.
    pub(super) fn last_since(&self, number: SitesNumber, format: &str, since: usize) -> Option<ReportId> {
        let last = self.standing_for(number, format).max_by_key(|deputy| deputy.came)?;
        (last.came > since).then_some(last.last)
    }

    /// In the order in which the first of each format came.
    fn standing_for(&self, number: SitesNumber, format: &str) -> impl Iterator<Item = &Deputy> {
        self.deputies[number].iter().filter(move |deputy| Format::stands_for(deputy.format, format))
    }

    /// Forgets all, and keeps room for so many.
    pub(super) fn clear(&mut self, usual: usize) {
        self.numbers.clear();
        self.numbers.shrink_to(usual);
        self.deputies.clear();
        self.deputies.shrink_to(usual);
    }
}
