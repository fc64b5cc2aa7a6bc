//! Several results of one Test in one Test Execution become one (decisions 11, 13, 20; junit.md C3).

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

use crate::model::{Outcome, shorten};

use super::decode::{DecodeError, decode};
use super::encode::EncodeOptions;
use super::evidence::Names;
use super::flavour::TODO;
use super::wire::{EvidenceItem, Run, TestInfo, Text, Texts};

/// Which result counts when one Test has several in one Test Execution.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Merge {
    /// Any failed: failed; else any aborted: aborted; all passed: passed; else TODO. Xray's own import rule.
    #[default]
    Worst,
    /// The last one.
    Last,
    /// Passed when any passed, else as `Worst`.
    AnyPass,
}

/// One encoded result.
#[derive(Debug, Clone, Copy)]
pub struct Part<'a> {
    /// What `encode` wrote.
    pub bytes: &'a [u8],
    /// What became of it.
    pub outcome: Outcome,
    /// Number of the report it comes from: attempt groups are numbered within a report.
    pub report: u32,
    /// See [`TestCase::attempt_group`](crate::model::TestCase::attempt_group).
    pub attempt_group: u64,
    /// See [`TestCase::superseded`](crate::model::TestCase::superseded).
    pub superseded: bool,
}

/// What came out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Merged {
    /// Outcome of the merged run.
    pub outcome: Outcome,
    /// Files of evidence that the limit of one test left out.
    pub dropped_evidence: u32,
}

/// UTF-16 units of a comment at most (decision 19).
const COMMENT_LIMIT: usize = 32_000;

/// Appends to `out` the one run that stands for `parts`, which come in the order of (report, sequence) and are at least one.
///
/// # Errors
/// When the bytes of a part are no encoded run; nothing is appended then.
pub fn merge(
    parts: &[Part<'_>],
    policy: Merge,
    options: &EncodeOptions,
    out: &mut Vec<u8>,
) -> Result<Merged, DecodeError> {
    let runs = parts.iter().map(|part| decode(part.bytes)).collect::<Result<Vec<_>, _>>()?;
    let deciding = deciding(parts);
    let verdict = verdict(parts, &runs, &deciding, policy);
    let (evidences, dropped_evidence) = unite_evidence(&runs, options.max_evidence);
    let merged = assemble(parts, &runs, &deciding, &verdict, evidences);
    merged.write(options.target, out);
    Ok(Merged { outcome: verdict.outcome, dropped_evidence })
}

/// Indexes of the parts that decide: neither superseded nor followed by another attempt of their group.
fn deciding(parts: &[Part<'_>]) -> Vec<usize> {
    let mut last_of_group = HashMap::new();
    for (index, part) in parts.iter().enumerate().filter(|(_, part)| part.attempt_group != 0 && !part.superseded) {
        last_of_group.insert((part.report, part.attempt_group), index);
    }
    let counts = |(index, part): &(usize, &Part<'_>)| {
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

struct Verdict<'r> {
    outcome: Outcome,
    status: Text<'r>,
    /// The part whose steps stand for all.
    model: usize,
}

fn verdict<'r>(parts: &[Part<'_>], runs: &[Run<'r>], deciding: &[usize], policy: Merge) -> Verdict<'r> {
    let as_part = |model: usize| Verdict { outcome: parts[model].outcome, status: runs[model].status.clone(), model };
    let first_with = |outcome: Outcome| deciding.iter().copied().find(|index| parts[*index].outcome == outcome);
    let last = deciding.last().copied().unwrap_or(0);
    if policy == Merge::Last {
        return as_part(last);
    }
    if policy == Merge::AnyPass
        && let Some(passed) = first_with(Outcome::Passed)
    {
        return as_part(passed);
    }
    if let Some(worst) = [Outcome::Failed, Outcome::Errored, Outcome::Aborted].into_iter().find_map(first_with) {
        return as_part(worst);
    }
    // No failure: equal words stay, whatever they are; a mixture is not decided.
    let first = deciding.first().copied().unwrap_or(0);
    let all_alike = deciding.iter().all(|index| runs[*index].status == runs[first].status);
    if all_alike {
        return as_part(first);
    }
    Verdict { outcome: Outcome::Skipped, status: TODO.into(), model: last }
}

fn assemble<'r>(
    parts: &[Part<'_>],
    runs: &[Run<'r>],
    deciding: &[usize],
    verdict: &Verdict<'r>,
    evidences: Vec<EvidenceItem<'r>>,
) -> Run<'r> {
    let decided = || deciding.iter().map(|index| &runs[*index]);
    let start = decided().filter_map(|run| run.start).min();
    let finish = decided().filter_map(|run| run.finish).max();
    let is_outline = decided().all(|run| !run.examples.is_empty());
    let examples =
        if is_outline { decided().flat_map(|run| run.examples.iter().cloned()).collect() } else { Vec::new() };
    let comment = comment(parts, runs, deciding, is_outline);
    let mut defects = Texts::default();
    defects.unite(runs.iter().flat_map(|run| run.defects.clone().into_own()));
    Run {
        test_key: runs[0].test_key.clone(),
        test_info: unite_info(runs),
        start,
        finish: match (start, finish) {
            (Some(start), Some(finish)) => Some(finish.max(start)),
            (_, finish) => finish,
        },
        comment: (!comment.is_empty()).then_some(Text(Cow::Owned(comment))),
        status: verdict.status.clone(),
        executed_by: runs[verdict.model].executed_by.clone(),
        assignee: runs[verdict.model].assignee.clone(),
        steps: if is_outline { Vec::new() } else { runs[verdict.model].steps.clone() },
        examples,
        iterations: if is_outline { Vec::new() } else { runs[verdict.model].iterations.clone() },
        defects,
        evidences,
        custom_fields: unite_fields(runs),
        test_version: runs[verdict.model].test_version.clone(),
    }
}

/// Summary and description of the first result, labels and requirements of all.
fn unite_info<'r>(runs: &[Run<'r>]) -> Option<TestInfo<'r>> {
    let infos = || runs.iter().filter_map(|run| run.test_info.as_ref());
    let mut united = infos().next()?.clone();
    united.labels.unite(infos().skip(1).flat_map(|info| info.labels.clone().into_own()));
    united.requirement_keys.unite(infos().skip(1).flat_map(|info| info.requirement_keys.clone().into_own()));
    united.description = infos().find_map(|info| info.description.clone());
    Some(united)
}

/// Every field once, with the value of the first result that has it.
fn unite_fields<'r>(runs: &[Run<'r>]) -> Vec<super::wire::Field<'r>> {
    let mut known = HashSet::new();
    let fields = runs.iter().flat_map(|run| &run.custom_fields);
    fields.filter(|field| known.insert((field.id.clone(), field.name.clone()))).cloned().collect()
}

/// All evidence within `limit` bytes: the same file once, another file of the same name under a new one.
fn unite_evidence<'r>(runs: &[Run<'r>], limit: u64) -> (Vec<EvidenceItem<'r>>, u32) {
    let items = || runs.iter().flat_map(|run| &run.evidences);
    let mut known = HashSet::new();
    let mut names = Names::default();
    let mut united = Vec::new();
    let (mut used, mut dropped) = (0_u64, 0);
    for item in items().filter(|item| known.insert((item.filename.as_str(), item.data.as_str()))) {
        let size = (item.data.as_str().len() / 4 * 3) as u64;
        if used.saturating_add(size) > limit {
            dropped += 1;
            continue;
        }
        used += size;
        let filename = names.unused(item.filename.0.clone()).into();
        united.push(EvidenceItem { filename, ..item.clone() });
    }
    (united, dropped)
}

/// One section for each result that says something, none twice; attempts that do not count are named beneath.
fn comment(parts: &[Part<'_>], runs: &[Run<'_>], deciding: &[usize], is_outline: bool) -> String {
    let mut comment = String::new();
    let first = deciding.first().map(|index| parts[*index].outcome);
    if !is_outline && deciding.iter().any(|index| Some(parts[*index].outcome) != first) {
        comment = tally(parts, deciding);
    }
    let mut said = HashSet::new();
    let texts = deciding.iter().filter_map(|index| runs[*index].comment.as_ref()).map(Text::as_str);
    for text in texts.filter(|text| said.insert(*text)) {
        part_from_before(&mut comment);
        comment.push_str(text);
    }
    let counts: HashSet<usize> = deciding.iter().copied().collect();
    let attempts = (0..parts.len()).filter(|index| !counts.contains(index));
    for (number, index) in attempts.enumerate() {
        if number == 0 {
            part_from_before(&mut comment);
        } else {
            comment.push('\n');
        }
        comment.push_str(&format!("attempt {}: {}", number + 1, parts[index].outcome.name()));
        let told = runs[index].comment.as_ref().and_then(|text| text.as_str().lines().next());
        if let Some(line) = told {
            comment.push(' ');
            comment.push_str(line);
        }
    }
    shorten::head_and_tail(&mut comment, COMMENT_LIMIT);
    comment
}

/// `3 results merged: 1 passed, 2 failed`.
fn tally(parts: &[Part<'_>], deciding: &[usize]) -> String {
    let of = |outcome: Outcome| deciding.iter().filter(|index| parts[**index].outcome == outcome).count();
    let counted = Outcome::ALL.into_iter().map(|outcome| (of(outcome), outcome)).filter(|(count, _)| *count > 0);
    let counts: Vec<String> = counted.map(|(count, outcome)| format!("{count} {}", outcome.name())).collect();
    format!("{} results merged: {}", deciding.len(), counts.join(", "))
}

fn part_from_before(comment: &mut String) {
    if !comment.is_empty() {
        comment.push_str("\n\n");
    }
}
