//! The rows of an outline among the results of one Test: each has one status, and they are in the order of the feature file
//! (decision 22), whatever the order in which reports tell of them and however often.

use std::collections::HashMap;

use super::deciding::decide;
use super::flavour::TODO;
use super::merge::{Merge, Results};
use super::note::Note;
use super::wire::Text;

/// The rows that these results are of, each with its results. A result of which that is not known is a row of its own, unless
/// `policy` decides between the results of what may be one row; where the line of any row is not known, they stay in the order
/// in which they come.
pub(super) fn rows_of(deciding: &[usize], notes: &[Note<'_>], policy: Merge) -> Vec<Vec<usize>> {
    let mut rows: Vec<Vec<usize>> = Vec::new();
    let mut places = HashMap::new();
    for index in deciding {
        let Note { id, line, .. } = notes[*index];
        let is_known = id > 0 && (line > 0 || matches!(policy, Merge::Ran | Merge::AnyPass));
        let place = if is_known { *places.entry(id).or_insert(rows.len()) } else { rows.len() };
        match rows.get_mut(place) {
            Some(row) => row.push(*index),
            None => rows.push(vec![*index]),
        }
    }
    let line_of = |row: &Vec<usize>| row.first().map_or(0, |first| notes[*first].line);
    if rows.iter().all(|row| line_of(row) > 0) {
        rows.sort_by_key(line_of);
    }
    rows
}

impl<'r> Results<'_, 'r> {
    /// The status of each row.
    pub(super) fn examples(&self, rows: &[Vec<usize>]) -> Vec<Text<'r>> {
        rows.iter().flat_map(|row| self.statuses_of(row)).collect()
    }

    /// One, unless a report in the target's own format states several as one result.
    fn statuses_of(&self, row: &[usize]) -> Vec<Text<'r>> {
        let decided = decide(self.parts, &self.runs, row, self.policy);
        let is_of_one = decided.outcome == self.parts[decided.model].outcome;
        if is_of_one { self.runs[decided.model].examples.clone() } else { vec![TODO.into()] }
    }
}
