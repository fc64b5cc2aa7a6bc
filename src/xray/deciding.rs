//! Which of several results of one Test count, and what they come to (decisions 11 and 13).

use std::collections::HashMap;

use crate::model::Outcome;

use super::flavour::TODO;
use super::merge::{EncodedResult, Merge};
use super::note::Note;
use super::wire::{Run, Text};

/// Indexes of the parts that decide: neither superseded nor followed by another attempt of their group.
pub(super) fn deciding(parts: &[EncodedResult<'_>]) -> Vec<usize> {
    let mut last_of_group = HashMap::new();
    for (index, part) in parts.iter().enumerate().filter(|(_, part)| part.attempt_group != 0 && !part.superseded) {
        last_of_group.insert((part.report, part.attempt_group), index);
    }
    let counts = |(index, part): &(usize, &EncodedResult<'_>)| {
        let last = last_of_group.get(&(part.report, part.attempt_group));
        !part.superseded && last.is_none_or(|last| last == index)
    };
    let mut deciding: Vec<usize> = parts.iter().enumerate().filter(counts).map(|(index, _)| index).collect();
    if deciding.is_empty() {
        // Every attempt claims to be superseded: what came last is all that is known.
        deciding.extend(parts.len().checked_sub(1));
    }
    deciding
}

/// What several results come to.
pub(super) struct MergedStatus<'r> {
    pub(super) outcome: Outcome,
    pub(super) status: Text<'r>,
    /// The part whose steps stand for all.
    pub(super) model: usize,
}

/// What is to be decided between: each result, or what each data row comes to.
pub(super) fn candidates<'r>(
    parts: &[EncodedResult<'_>],
    runs: &[Run<'r>],
    notes: &[Note<'_>],
    deciding: &[usize],
    policy: Merge,
) -> Vec<MergedStatus<'r>> {
    if matches!(policy, Merge::Worst | Merge::Iterations) {
        return deciding.iter().map(|index| as_it_is(parts, runs, *index)).collect();
    }
    let mut rows: Vec<Vec<usize>> = Vec::new();
    let (mut places, mut met) = (HashMap::new(), HashMap::new());
    for index in deciding {
        let note = &notes[*index];
        let number = if note.cut { count(&mut met, (parts[*index].report, note.id)) } else { 0 };
        let place = *places.entry((note.id, number)).or_insert(rows.len());
        if place == rows.len() {
            rows.push(Vec::new());
        }
        rows[place].push(*index);
    }
    rows.iter().map(|row| decide(parts, runs, row, policy)).collect()
}

/// How many rows of one report looked like this before (X9): the second of one is the second of another, too.
fn count(met: &mut HashMap<(u32, u64), u32>, row: (u32, u64)) -> u32 {
    let number = met.entry(row).or_default();
    *number += 1;
    *number - 1
}

/// What the results of one row come to.
pub(super) fn decide<'r>(
    parts: &[EncodedResult<'_>],
    runs: &[Run<'r>],
    row: &[usize],
    policy: Merge,
) -> MergedStatus<'r> {
    let of = |index| as_it_is(parts, runs, index);
    let passed = || row.iter().copied().find(|index| parts[*index].outcome == Outcome::Passed);
    match policy {
        Merge::Last => return of(last(runs, row)),
        Merge::AnyPass if let Some(passed) = passed() => return of(passed),
        _ => {}
    }
    let is_left_out = |index: &usize| policy == Merge::Ran && parts[*index].outcome.did_not_run();
    let mut counting: Vec<_> = row.iter().filter(|index| !is_left_out(index)).map(|index| of(*index)).collect();
    if counting.is_empty() {
        counting.extend(row.iter().map(|index| of(*index)));
    }
    worst(counting)
}

fn as_it_is<'r>(parts: &[EncodedResult<'_>], runs: &[Run<'r>], model: usize) -> MergedStatus<'r> {
    MergedStatus { outcome: parts[model].outcome, status: runs[model].status.clone(), model }
}

/// The result that began last; the later in order of those that began at the same time.
fn last(runs: &[Run<'_>], row: &[usize]) -> usize {
    let began = |index: &usize| (runs[*index].start.or(runs[*index].finish), *index);
    row.iter().copied().max_by_key(began).unwrap_or(0)
}

/// Any failed: failed; else any aborted: aborted; all alike: as they are; else TODO.
pub(super) fn worst(mut candidates: Vec<MergedStatus<'_>>) -> MergedStatus<'_> {
    let first_with = |outcome: Outcome| candidates.iter().position(|candidate| candidate.outcome == outcome);
    let found = [Outcome::Failed, Outcome::Errored, Outcome::Aborted].into_iter().find_map(first_with);
    // No failure: equal words stay, whatever they are; a mixture is not decided.
    let all_alike = candidates.iter().all(|candidate| candidate.status == candidates[0].status);
    match found {
        Some(index) => candidates.swap_remove(index),
        None if all_alike && !candidates.is_empty() => candidates.swap_remove(0),
        None => {
            let model = candidates.last().map_or(0, |candidate| candidate.model);
            MergedStatus { outcome: Outcome::Inconclusive, status: TODO.into(), model }
        }
    }
}
