//! Outcomes in order: the times of their Test Execution and its id, duplicates and twins set aside, each group handed on
//! as soon as its last file has been collected.

mod runs;

use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::Arc;

use super::copies::{Copies, Elsewhere};
use super::dispatch::{Arrival, BundleAhead};
use super::early::{Beginning, EarlyRuns};
use super::group::GroupKey;
use super::grouping::Group;
use super::kept::KeptReports;
use super::loose::MOST_SCENARIOS;
use super::naming::Naming;
use super::outcome::{EvidenceCounts, ReportOutcome};
use super::repeats::{Repeats, told_beside};
use super::share::{conflict, earliest};
use super::twins::{TwinVerdict, Twins, Verdicts};
use super::{Damaged, Error, Observer, Report};
use crate::bundle::{Ahead, ExecutionIndex, Ids, LineSpool, ReportLine, SeenReport};
use crate::model::{Problem, ProblemKind, ReportId, ReportState, RunCounts, Severity, StatedExecution, Timestamp};

/// A group of which all files have been collected.
pub(super) struct Closed {
    /// The group, with its runs.
    pub(super) group: Arc<Group>,
    /// What is known of it beside its runs.
    pub(super) collected: Collected,
    /// Whether there are any.
    pub(super) has_runs: bool,
}

/// What is known of a group's files.
#[derive(Default)]
pub(super) struct Collected {
    /// Its Test Executions, by their number in the group; those without runs have no id.
    pub(super) executions: Vec<CollectedExecution>,
    /// Its files, in order.
    pub(super) reports: KeptReports,
    pub(super) evidence: EvidenceCounts,
    /// Tests with neither key nor project, in order; empty unless a plan is made.
    pub(super) unmapped: Vec<(ReportId, String)>,
    /// Scenarios that are remembered by name.
    scenarios: usize,
    /// Place among its files of the first one with these bytes for these environments.
    contents: HashMap<u128, u32>,
    /// How the long ones of them begin.
    pub(super) beginnings: HashSet<Beginning>,
    repeats: Repeats,
    copies: Copies,
    twins: Twins,
    /// Files behind `reports`, from the first on whose twin may still come: nothing of them counts yet.
    held: VecDeque<Held>,
    /// What became of runs of the next file that were taken already.
    early: RunCounts,
}

/// A file that waits for a verdict, its own or that of one before it.
struct Held {
    outcome: ReportOutcome,
    verdict: Option<TwinVerdict>,
}

impl Held {
    fn seen(&self) -> SeenReport {
        let ReportOutcome { origin, surroundings, told, .. } = &self.outcome;
        SeenReport {
            report: origin.as_str().to_owned(),
            input: surroundings.told_input,
            format: told.format.map(str::to_owned),
        }
    }
}

/// One Test Execution before its runs are settled.
#[derive(Default)]
pub(super) struct CollectedExecution {
    /// Set with its first report.
    pub(super) named: Option<Named>,
    pub(super) start: Option<Timestamp>,
    pub(super) finish: Option<Timestamp>,
    /// What its reports say of it; the first in order wins.
    pub(super) stated: StatedExecution,
    /// Empty unless a plan is made.
    pub(super) naming: Naming,
    /// Its runs; none before its first.
    pub(super) index: Option<ExecutionIndex>,
}

/// A Test Execution's name and its place in the order of all.
#[derive(Debug, Clone)]
pub(super) struct Named {
    /// First part of its bundles' names.
    pub(super) id: String,
    pub(super) rank: Rank,
}

/// Test Executions are in order of their first report; those of one report in that of what sets them apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Rank {
    pub(super) first: ReportId,
    pub(super) among: u32,
}

/// Which reports count.
#[derive(Clone, Copy)]
pub(super) struct Selection<'s> {
    /// What becomes of the complete cases of a damaged report.
    pub(super) damaged: Damaged,
    /// Formats that are preferred where several tell of one run in one folder, the most wanted first.
    pub(super) prefer: &'s [&'static str],
}

/// What files are counted by.
#[derive(Clone, Copy)]
pub(super) struct Counting<'c> {
    pub(super) selection: Selection<'c>,
    /// What the user says of every Test Execution: of that, nothing that a report states is heard.
    pub(super) given: &'c StatedExecution,
    /// Told of each file.
    pub(super) observer: &'c dyn Observer,
    /// Where lines wait.
    pub(super) spool: &'c LineSpool,
}

/// Takes outcomes in walk order.
pub(super) struct Collector<'c> {
    counting: Counting<'c>,
    /// Makes the index of a Test Execution.
    index: &'c (dyn Fn(&GroupKey) -> ExecutionIndex + Sync),
    open: HashMap<u32, Collected>,
    /// Verdicts on their way to the reports that they are about.
    verdicts: Verdicts,
    /// Ids that were given, in lower case. They are given in the order of ranks, whichever group is finished first, so
    /// that they depend on nothing but the input.
    ids: Ids,
}

impl<'c> Collector<'c> {
    pub(super) fn new(
        counting: Counting<'c>,
        index: &'c (dyn Fn(&GroupKey) -> ExecutionIndex + Sync),
    ) -> Collector<'c> {
        Collector { counting, index, open: HashMap::new(), verdicts: Verdicts::new(), ids: Ids::default() }
    }

    /// Takes the next outcome. Bundles that became complete with it are appended to `bundles`.
    pub(super) fn add(&mut self, arrival: Arrival, bundles: &mut Vec<BundleAhead>) -> Result<(), Error> {
        let Arrival { mut outcome, group, .. } = arrival;
        let Counting { selection, observer, spool, .. } = self.counting;
        let collected = self.open.entry(group.number).or_default();
        if let Some(record) = &group.record {
            let line = record.take_ids(collected.reports.len(), outcome.origin.as_str(), &mut self.ids)?;
            observer.report(&Report::of(&outcome));
            // There may be more INPUTs than there were.
            let line = ReportLine { input: outcome.surroundings.told_input, ..line.clone() };
            return collected.reports.keep_line(outcome.id, &line, spool);
        }
        let verdicts = &mut self.verdicts;
        collected.twins.leave(&outcome, selection.prefer, verdicts);
        collected.set_duplicate_aside(&mut outcome, &group, spool)?;
        if outcome.told.state == ReportState::Damaged && selection.damaged == Damaged::Drop {
            outcome.leave_out_runs(&group.store);
        }
        let elsewhere = collected.copies.look(&mut outcome);
        // What other formats tell beside a copy is told twice, too.
        collected.twins.meet(&mut outcome, selection.prefer, verdicts);
        if let Some(elsewhere) = elsewhere {
            collected.set_copy_aside(&mut outcome, elsewhere, &group, spool)?;
        }
        collected.name_executions(&outcome, &group, &mut self.ids, self.index);
        collected.hold(outcome);
        collected.pass(verdicts);
        let ahead = &mut |bundle| bundles.push(BundleAhead { group: Arc::clone(&group), bundle });
        collected.settle_decided(&group, &self.counting, ahead)
    }

    /// Takes runs of the next report, which is still being read, unless it may yet turn out that they do not count.
    pub(super) fn add_early(&mut self, runs: &mut EarlyRuns, bundles: &mut Vec<BundleAhead>) -> Result<(), Error> {
        let Selection { damaged, prefer } = self.counting.selection;
        let collected = self.open.entry(runs.group.number).or_default();
        if damaged == Damaged::Drop || !collected.is_sure_of(runs, prefer) {
            return Ok(());
        }
        let (group, chunks) = (&runs.group, std::mem::take(&mut runs.chunks));
        for (number, _) in chunks.iter().flat_map(|chunk| &chunk.executions) {
            let execution = collected.execution(*number);
            if execution.index.is_none() {
                execution.index = Some((self.index)(&group.key_of(*number)));
            }
        }
        let ahead = &mut |bundle| bundles.push(BundleAhead { group: Arc::clone(group), bundle });
        let added = collected.add_chunks(runs.report, chunks, &group.store, ahead).map_err(Error::Output)?;
        collected.early.merge(&added.counts);
        Ok(())
    }

    /// The group has no more files.
    pub(super) fn close(&mut self, group: Arc<Group>) -> Result<Closed, Error> {
        let mut collected = self.open.remove(&group.number).unwrap_or_default();
        let verdicts = &mut self.verdicts;
        collected.twins.leave_all(self.counting.selection.prefer, verdicts);
        collected.pass(verdicts);
        // What becomes complete now is written with the rest of the group.
        collected.settle_decided(&group, &self.counting, &mut drop)?;
        let has_runs = collected.executions.iter().filter_map(|one| one.index.as_ref()).any(|index| !index.is_empty());
        Ok(Closed { group, collected, has_runs })
    }
}

impl Collected {
    /// Gives ids to the Test Executions that have their first runs. They are given when a file comes, in whatever order
    /// files are decided about.
    fn name_executions(
        &mut self,
        outcome: &ReportOutcome,
        group: &Group,
        ids: &mut Ids,
        index: &dyn Fn(&GroupKey) -> ExecutionIndex,
    ) {
        let mut new = Vec::new();
        for share in outcome.runs.shares.iter() {
            if self.execution(share.execution).named.is_none() {
                new.push((group.key_of(share.execution), share.execution));
            }
        }
        new.sort_unstable();
        for (among, (key, number)) in new.into_iter().enumerate() {
            let rank = Rank { first: outcome.id, among: among as u32 };
            let execution = self.execution(number);
            execution.index.get_or_insert_with(|| index(&key));
            execution.named = Some(Named { id: ids.give(&key.label()), rank });
        }
    }

    /// Whether nothing can be found out any more, of the report that comes next, for which its runs would not count: it
    /// is no copy, no twin stands for it, and none before it waits for a verdict. That it is worth reading to its end
    /// whatever comes is known where runs are offered.
    pub(super) fn is_sure_of(&self, runs: &EarlyRuns, prefer: &[&str]) -> bool {
        runs.group.record.is_none()
            && self.held.is_empty()
            && Twins::are_out_of_question(runs.format, prefer)
            && !self.beginnings.contains(&runs.beginning)
            && !runs.told_again.as_ref().is_some_and(|place| self.copies.may_be_told(place.input, &place.folder))
    }

    /// Has a file wait for its verdict.
    pub(super) fn hold(&mut self, outcome: ReportOutcome) {
        self.held.push_back(Held { outcome, verdict: None });
    }

    /// Takes what was decided about files that are held.
    fn pass(&mut self, verdicts: &mut Verdicts) {
        for (id, verdict) in verdicts.drain(..) {
            if let Ok(place) = self.held.binary_search_by_key(&id, |held| held.outcome.id) {
                self.held[place].verdict = Some(verdict);
            }
        }
    }

    /// Counts all files before the first undecided one.
    fn settle_decided(
        &mut self,
        group: &Group,
        counting: &Counting<'_>,
        ahead: &mut dyn FnMut(Arc<Ahead>),
    ) -> Result<(), Error> {
        let Counting { selection, given, observer, spool } = *counting;
        while let Some(Held { mut outcome, verdict }) = self.held.pop_front_if(|held| held.verdict.is_some()) {
            match verdict {
                Some(TwinVerdict::SetAside { by }) => self.set_twin_aside(&mut outcome, by, group, spool)?,
                Some(TwinVerdict::Counts(repetitions)) => {
                    for repetition in repetitions {
                        let name = |other| self.name_of(other, outcome.surroundings.told_input, spool);
                        let other = repetition.other().map(name).transpose()?;
                        outcome.told.problems.push(repetition.problem(&other.unwrap_or_default(), selection.prefer));
                    }
                }
                None => {}
            }
            self.count_scenarios(&mut outcome);
            let is_told = self.repeats.look(&mut outcome, group, &self.reports, spool)?;
            self.add_shares(&mut outcome, given);
            let repeated = self.add_runs(&mut outcome, &group.store, ahead).map_err(Error::Output)?;
            if let Some(around) = repeated.filter(|_| !is_told) {
                self.repeats.look_around(&mut outcome, around, &self.reports, spool)?;
            }
            self.evidence.merge(outcome.told.evidence);
            observer.report(&Report::of(&outcome));
            self.reports.keep(outcome, spool)?;
        }
        Ok(())
    }

    /// With too many scenarios none is found by name, and those that come now need not be remembered.
    fn count_scenarios(&mut self, outcome: &mut ReportOutcome) {
        let Some(traces) = &mut outcome.traces else { return };
        self.scenarios += traces.scenarios.len();
        if self.scenarios > MOST_SCENARIOS {
            traces.scenarios = Vec::new();
        }
    }

    /// Forgets the names of all scenarios, unless there are few enough to know them all.
    pub(super) fn forget_too_many_scenarios(&mut self) {
        if self.scenarios > MOST_SCENARIOS {
            self.reports.traces.iter_mut().for_each(|(_, traces)| traces.scenarios = Vec::new());
        }
    }

    /// What a file that has come is called beside one of INPUT number `input`.
    fn name_of(&self, id: ReportId, input: Option<u32>, spool: &LineSpool) -> Result<String, Error> {
        let seen = match self.held.binary_search_by_key(&id, |held| held.outcome.id) {
            Ok(place) => Some(self.held[place].seen()),
            Err(_) => self.reports.seen_by_id(id, spool)?,
        };
        Ok(seen.map_or_else(String::new, |seen| told_beside(&seen, input)))
    }

    /// Of two reports of one run the less wanted is ignored, as a duplicate is (decision 14).
    fn set_twin_aside(
        &self,
        outcome: &mut ReportOutcome,
        by: ReportId,
        group: &Group,
        spool: &LineSpool,
    ) -> Result<(), Error> {
        let other = self.name_of(by, outcome.surroundings.told_input, spool)?;
        let message = format!("the same tests as {other}, which is preferred");
        let problem = Problem { severity: Severity::Note, ..Problem::new(ProblemKind::SameTestsTwice, message) };
        outcome.set_aside(format!("same-run-as {other}"), problem, group);
        Ok(())
    }

    /// Quirk T32: all its rows stand in reports of the same format above or below it, and count there.
    fn set_copy_aside(
        &self,
        outcome: &mut ReportOutcome,
        elsewhere: Elsewhere,
        group: &Group,
        spool: &LineSpool,
    ) -> Result<(), Error> {
        let first = self.name_of(elsewhere.first, outcome.surroundings.told_input, spool)?;
        let others = match elsewhere.others {
            0 => String::new(),
            1 => " and another".to_owned(),
            others => format!(" and {others} others"),
        };
        let message = format!("all its results are told in {first}{others}, with the same times: they count once");
        let problem = Problem { severity: Severity::Note, ..Problem::new(ProblemKind::SameTestsTwice, message) };
        outcome.set_aside(format!("same-run-as {first}"), problem, group);
        Ok(())
    }

    fn add_shares(&mut self, outcome: &mut ReportOutcome, given: &StatedExecution) {
        let shares = std::mem::take(&mut outcome.runs.shares);
        // A report whose runs all belong to Test Executions that it names itself is shown with the first of these.
        if let Some(first) = shares.first()
            && shares.iter().all(|share| share.execution != 0)
        {
            outcome.told.execution = first.execution;
        }
        for (number, name) in std::mem::take(&mut outcome.runs.names) {
            if let Some(share) = shares.get(number) {
                self.execution(share.execution).naming.add(name);
            }
        }
        self.unmapped.extend(std::mem::take(&mut outcome.runs.unmapped).into_iter().map(|name| (outcome.id, name)));
        for share in shares {
            let execution = self.execution(share.execution);
            execution.start = earliest(execution.start, share.start);
            execution.finish = execution.finish.max(share.finish);
            let differing = execution.stated.adopt(&without(share.stated, given));
            if !differing.is_empty() {
                outcome.told.problems.push(conflict(&differing));
            }
        }
    }

    fn execution(&mut self, number: u32) -> &mut CollectedExecution {
        let number = number as usize;
        if self.executions.len() <= number {
            self.executions.resize_with(number + 1, CollectedExecution::default);
        }
        &mut self.executions[number]
    }

    /// The same bytes twice in one Test Execution are read once (decision 14): the later report is ignored.
    fn set_duplicate_aside(
        &mut self,
        outcome: &mut ReportOutcome,
        group: &Group,
        spool: &LineSpool,
    ) -> Result<(), Error> {
        let Some(content) = outcome.content_for_environment() else { return Ok(()) };
        self.beginnings.extend(outcome.likeness.beginning);
        let come = self.reports.len() + self.held.len();
        let first = *self.contents.entry(content).or_insert(come as u32) as usize;
        if first >= come {
            return Ok(());
        }
        let original = match self.held.get(first.wrapping_sub(self.reports.len())) {
            Some(held) => Some(held.seen()),
            None => self.reports.seen(first, spool)?,
        };
        let original =
            original.map_or_else(String::new, |original| told_beside(&original, outcome.surroundings.told_input));
        let problem = Problem::new(ProblemKind::DuplicateOf, format!("the same bytes as {original}"));
        outcome.set_aside(format!("duplicate-of {original}"), problem, group);
        Ok(())
    }
}

/// What is left of a statement where the user says something else.
fn without(mut stated: StatedExecution, given: &StatedExecution) -> StatedExecution {
    for (field, said) in given.texts() {
        if !said.is_empty() {
            stated.text_mut(field).clear();
        }
    }
    stated
}
