//! The evidence of several results of one Test, within the limit of one (decision 20; junit.md C3).

use std::collections::{HashMap, HashSet};

use xxhash_rust::xxh3::xxh3_128;

use super::apart::Apart;
use super::evidence::FileNames;
use super::merge::Results;
use super::wire::{self, EvidenceItem, Run, Text};

/// Evidence that stays, and how much does not.
pub(super) struct United<T> {
    pub(super) kept: Vec<T>,
    /// Pieces that the limit left out.
    pub(super) dropped: u32,
}

/// A piece of evidence that may stay.
pub(super) struct Candidate<T> {
    item: T,
    /// Stands for the content.
    content: u128,
    bytes: u64,
    /// Whether any result that has it failed.
    is_of_failure: bool,
    /// Whether it stays whatever the limit says: it counts and stands elsewhere.
    is_placed: bool,
}

impl<'r> Results<'_, 'r> {
    /// Gives `run`, which has the evidence of its own steps, that of all results, within `limit` bytes. Those that are
    /// named as kept are of passed results, while others failed: they may go first.
    pub(super) fn unite_evidence(&self, run: &mut Run<'r>, limit: u64) -> United<Text<'r>> {
        let candidate = |item: &EvidenceItem<'r>| Candidate {
            content: content(item),
            bytes: item.bytes(),
            item: item.clone(),
            is_of_failure: true,
            is_placed: true,
        };
        let of_steps = || wire::all_steps(run).flat_map(|step| &step.evidences);
        let known: HashSet<u128> = of_steps().map(content).collect();
        let placed = of_steps().map(candidate);
        let results = self.parts.iter().zip(&self.runs).zip(&self.notes);
        let others = results.flat_map(|((part, run), note)| {
            // What a report states of a test stays there, also where it states the same of a step.
            let stays =
                |index: usize, item| note.stated && index < run.evidences.len() && known.contains(&content(item));
            wire::all_evidence(run).enumerate().map(move |(index, item)| {
                let (is_of_failure, is_placed) = (part.outcome.is_failure(), false);
                let one = Candidate { is_of_failure, is_placed, ..candidate(item) };
                if stays(index, item) { Candidate { content: !one.content, ..one } } else { one }
            })
        });
        let United { kept, dropped } = choose(placed.chain(others), limit);
        let mut names = FileNames::default();
        wire::all_steps(run).flat_map(|step| &step.evidences).for_each(|item| {
            names.unused(item.filename.0.clone());
        });
        let mut of_passed = Vec::new();
        for Candidate { item, is_of_failure, .. } in kept {
            let filename: Text<'r> = names.unused(item.filename.0).into();
            if !is_of_failure {
                of_passed.push(filename.clone());
            }
            run.evidences.push(EvidenceItem { filename, ..item });
        }
        if !self.parts.iter().any(|part| part.outcome.is_failure()) {
            of_passed.clear();
        }
        United { kept: of_passed, dropped }
    }

    /// The evidence of all results that lies in files.
    pub(super) fn unite_files(&self, limit: u64) -> United<Apart<'r>> {
        let results = self.parts.iter().zip(&self.notes);
        let candidates = results.flat_map(|(part, note)| {
            note.evidence.iter().map(|one| Candidate {
                item: one.clone(),
                content: xxh3_128(one.content().as_bytes()),
                bytes: one.bytes(),
                is_of_failure: part.outcome.is_failure(),
                is_placed: false,
            })
        });
        let United { kept, dropped } = choose(candidates, limit);
        let mut names = FileNames::default();
        United { kept: kept.iter().map(|one| one.item.renamed(&mut names)).collect(), dropped }
    }
}

/// Stands for the content of a piece of evidence.
fn content(item: &EvidenceItem<'_>) -> u128 {
    xxh3_128(item.data.as_str().as_bytes())
}

/// Each content once, in order, as far as there is room: first for what stands elsewhere, then for that of failed
/// results, then for the rest.
fn choose<T>(candidates: impl Iterator<Item = Candidate<T>>, limit: u64) -> United<Candidate<T>> {
    let mut distinct: Vec<Candidate<T>> = Vec::new();
    let mut places = HashMap::new();
    for candidate in candidates {
        let place = *places.entry(candidate.content).or_insert(distinct.len());
        match distinct.get_mut(place) {
            Some(known) => known.is_of_failure |= candidate.is_of_failure,
            None => distinct.push(candidate),
        }
    }
    let mut used: u64 = distinct.iter().filter(|one| one.is_placed).map(|one| one.bytes).sum();
    let mut stays = vec![false; distinct.len()];
    for of_failure in [true, false] {
        for (stays, one) in stays.iter_mut().zip(&distinct) {
            if !one.is_placed && one.is_of_failure == of_failure && used.saturating_add(one.bytes) <= limit {
                used += one.bytes;
                *stays = true;
            }
        }
    }
    let placed = distinct.iter().filter(|one| one.is_placed).count();
    let all = distinct.len() - placed;
    let kept: Vec<_> = distinct.into_iter().zip(stays).filter(|(_, stays)| *stays).map(|(one, _)| one).collect();
    United { dropped: (all - kept.len()) as u32, kept }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn choose(candidates: impl Iterator<Item = Candidate<u8>>, limit: u64) -> United<u8> {
        let United { kept, dropped } = super::choose(candidates, limit);
        United { kept: kept.into_iter().map(|one| one.item).collect(), dropped }
    }

    fn candidate(content: u8, bytes: u64, is_of_failure: bool) -> Candidate<u8> {
        Candidate { item: content, content: u128::from(content), bytes, is_of_failure, is_placed: false }
    }

    #[test]
    fn evidence_of_failures_goes_before_that_of_passes() {
        let candidates = [(1, 4, false), (2, 4, true), (3, 4, false), (4, 2, true)];
        let united = choose(candidates.into_iter().map(|(one, bytes, failed)| candidate(one, bytes, failed)), 8);
        assert_eq!((united.kept, united.dropped), (vec![2, 4], 2));
        let all = choose(candidates.into_iter().map(|(one, bytes, failed)| candidate(one, bytes, failed)), 14);
        assert_eq!((all.kept, all.dropped), (vec![1, 2, 3, 4], 0));
    }

    #[test]
    fn a_content_that_a_failed_result_has_too_is_of_a_failure() {
        let candidates = [candidate(1, 4, false), candidate(2, 4, false), candidate(2, 4, true)];
        let united = choose(candidates.into_iter(), 4);
        assert_eq!((united.kept, united.dropped), (vec![2], 1));
    }

    proptest! {
        #[test]
        fn the_limit_holds_and_nothing_is_lost_untold(
            candidates in proptest::collection::vec((0..9_u8, any::<bool>(), any::<bool>()), 0..30),
            limit in 0..60_u64
        ) {
            // The same content has the same length.
            let make = || candidates.iter().map(|(one, failed, placed)| {
                Candidate { is_placed: *placed, ..candidate(*one, u64::from(*one) + 1, *failed) }
            });
            let United { kept, dropped } = choose(make(), limit);
            let placed: u64 = {
                let mut met = std::collections::BTreeSet::new();
                make().filter(|one| met.insert(one.content) && one.is_placed).map(|one| one.bytes).sum()
            };
            let sum: u64 = kept.iter().map(|one| u64::from(*one) + 1).sum();
            prop_assert!(kept.is_empty() || placed + sum <= limit);
            let mut distinct: Vec<u8> = make().map(|one| one.item).collect();
            distinct.sort_unstable();
            distinct.dedup();
            prop_assert!(kept.len() + dropped as usize <= distinct.len());
            if placed + distinct.iter().map(|one| u64::from(*one) + 1).sum::<u64>() <= limit {
                prop_assert_eq!(dropped, 0);
            }
        }
    }
}
