//! A report's parts in Test Executions.

use std::collections::HashMap;
use std::ops::{Deref, DerefMut};

use crate::model::{ExecutionField, Problem, ProblemKind, StatedExecution, Timestamp};
use crate::xray;

/// A report's part in one Test Execution: when its runs there began and ended, and of which Tests they are.
#[derive(Debug)]
pub(super) struct Share {
    /// Number of the Test Execution within the report's group.
    pub(super) execution: u32,
    pub(super) start: Option<Timestamp>,
    pub(super) finish: Option<Timestamp>,
    /// What the report says of the Test Execution.
    pub(super) stated: StatedExecution,
    /// Which of the report's statements was taken last.
    pub(super) statement: u32,
    /// Problems that were kept of the report before it took that one.
    pub(super) stated_behind: usize,
    pub(super) runs: u64,
    /// Sum of hashes of their identities: equal for the same Tests in whatever order.
    pub(super) identities: u64,
}

impl Share {
    pub(super) fn new(execution: u32) -> Share {
        let stated = StatedExecution::default();
        Share { execution, start: None, finish: None, stated, statement: 0, stated_behind: 0, runs: 0, identities: 0 }
    }

    /// Takes in one run.
    pub(super) fn add(&mut self, start: Option<Timestamp>, finish: Option<Timestamp>, identity: u128) {
        self.runs += 1;
        self.identities = self.identities.wrapping_add(identity as u64);
        self.span(start, finish);
    }

    /// Takes in the runs of the next part of the report; what that states is left to [`Share::state`].
    pub(super) fn take_in(&mut self, part: &Share) {
        self.runs += part.runs;
        self.identities = self.identities.wrapping_add(part.identities);
        self.span(part.start, part.finish);
    }

    /// Takes what the report's statement number `statement` says of the Test Execution, unless it has done so. Names what
    /// differs from what an earlier one says.
    pub(super) fn state(&mut self, statement: u32, stated: &StatedExecution, problems: usize) -> Vec<ExecutionField> {
        if self.statement == statement {
            return Vec::new();
        }
        (self.statement, self.stated_behind) = (statement, problems);
        self.span(stated.start, stated.finish);
        self.stated.adopt(stated)
    }

    /// Widens the span of time.
    pub(super) fn span(&mut self, start: Option<Timestamp>, finish: Option<Timestamp>) {
        self.start = earliest(self.start, start.or(finish));
        self.finish = self.finish.max(finish.or(start));
    }
}

/// Says that two statements about one Test Execution differ.
pub(super) fn conflict(fields: &[ExecutionField]) -> Problem {
    let names: Vec<_> = fields.iter().map(|field| xray::name_of_field(*field)).collect();
    let message = format!(
        "what an earlier report says of the Test Execution is kept, where this one says something else: {}",
        names.join(", ")
    );
    Problem::new(ProblemKind::ConflictingInfo, message)
}

/// The earlier of two times, either of which may be unknown.
pub(super) fn earliest(one: Option<Timestamp>, other: Option<Timestamp>) -> Option<Timestamp> {
    match (one, other) {
        (Some(one), Some(other)) => Some(one.min(other)),
        _ => one.or(other),
    }
}

/// A report's parts in Test Executions, in the order of their first runs. Nearly every report has one.
#[derive(Debug, Default)]
pub(super) struct Shares {
    list: Vec<Share>,
    /// Their places by Test Execution, once there are more than a [`Shares::FEW`].
    places: Option<HashMap<u32, usize>>,
}

impl Shares {
    /// So many are looked through one by one.
    const FEW: usize = 8;

    /// The place of the share in the Test Execution `number`, which is made when there is none.
    pub(super) fn place_in(&mut self, number: u32) -> usize {
        let known = match &self.places {
            Some(places) => places.get(&number).copied(),
            None => self.list.iter().position(|share| share.execution == number),
        };
        known.unwrap_or_else(|| self.begin(number))
    }

    #[cold]
    fn begin(&mut self, number: u32) -> usize {
        if self.list.is_empty() {
            self.list.reserve_exact(1);
        }
        self.push(Share::new(number));
        self.list.len() - 1
    }

    /// Adds one of a Test Execution that has none.
    pub(super) fn push(&mut self, share: Share) {
        let place = self.list.len();
        if let Some(places) = &mut self.places {
            places.insert(share.execution, place);
        }
        self.list.push(share);
        if place == Shares::FEW {
            let numbers = self.list.iter().map(|share| share.execution);
            self.places = Some(numbers.zip(0..).collect());
        }
    }

    /// Forgets all.
    pub(super) fn clear(&mut self) {
        *self = Shares::default();
    }
}

impl Deref for Shares {
    type Target = [Share];

    fn deref(&self) -> &[Share] {
        &self.list
    }
}

impl DerefMut for Shares {
    fn deref_mut(&mut self) -> &mut [Share] {
        &mut self.list
    }
}

impl IntoIterator for Shares {
    type Item = Share;
    type IntoIter = std::vec::IntoIter<Share>;

    fn into_iter(self) -> Self::IntoIter {
        self.list.into_iter()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_is_found_again_however_many_there_are() {
        let mut shares = Shares::default();
        let numbers: Vec<u32> = (0..3 * Shares::FEW as u32).map(|number| number * 7 % 24).collect();
        let first: Vec<_> = numbers.iter().map(|number| shares.place_in(*number)).collect();
        let again: Vec<_> = numbers.iter().map(|number| shares.place_in(*number)).collect();
        assert_eq!((first.len(), &first), (shares.len(), &again));
        assert!(first.iter().enumerate().all(|(place, found)| place == *found));
        assert!(shares.iter().map(|share| share.execution).eq(numbers));
        shares.clear();
        assert_eq!((shares.place_in(7), shares.len()), (0, 1));
    }
}
