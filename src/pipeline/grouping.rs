//! Groups of reports while they are read: opened when the walk meets their first report, closed when it has left the
//! place that they share, so that their Test Executions can be finished while others are still read.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::group::{GroupBy, GroupKey};
use super::record::Record;
use crate::bundle::{RunMemory, RunStore};
use crate::source::{self, Found, Input};

/// Reports that share a Test Execution, and the store of their runs.
///
/// Some of the runs may belong to Test Executions that the reports name themselves. These are numbered within the group
/// as they are met; the numbers depend on the threads' timing and never leave the program. Number zero is that of the
/// group itself.
#[derive(Debug)]
pub(super) struct Group {
    /// Its place in the order in which groups were opened.
    pub(super) number: u32,
    /// Where the runs wait.
    pub(super) store: RunStore,
    /// What becomes of the Test Executions and environments that reports name for their results.
    pub(super) takes: Takes,
    /// What sets its Test Executions apart.
    executions: Mutex<Executions>,
    key: GroupKey,
    /// What an earlier conversion found, when it has finished the group and nothing has changed since.
    pub(super) record: Option<Record>,
}

/// What of its reports goes into the Test Execution of a group itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Takes {
    /// Results that name no other.
    WhatNamesNothing,
    /// All: the user has named it.
    Everything,
}

impl Group {
    fn new(number: u32, key: GroupKey, takes: Takes, store: RunStore) -> Group {
        let executions = Mutex::default();
        Group { number, store, takes, executions, key, record: None }
    }

    /// Number of its INPUT.
    pub(super) fn input(&self) -> u32 {
        self.key.input()
    }

    /// What its reports have in common.
    pub(super) fn source(&self) -> &str {
        &self.key.source
    }

    /// The number of the Test Execution that a run names by a key or by environments of its own.
    pub(super) fn execution(&self, key: &str, environment: &str) -> u32 {
        if self.takes == Takes::Everything || (key.is_empty() && environment.is_empty()) {
            return 0;
        }
        self.executions().number_of(key, environment)
    }

    /// What sets a Test Execution of this group apart from all others.
    pub(super) fn key_of(&self, execution: u32) -> GroupKey {
        match self.executions().named(execution) {
            Some((key, environment)) => self.key.with(key, environment),
            None => self.key.clone(),
        }
    }

    fn executions(&self) -> MutexGuard<'_, Executions> {
        self.executions.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What sets the Test Executions apart that reports of a group name themselves. They are numbered from one.
#[derive(Debug, Default)]
struct Executions {
    /// Key and environments of each.
    named: Vec<(Arc<str>, Arc<str>)>,
    /// Their numbers, by key and environments.
    numbers: HashMap<Arc<str>, HashMap<Arc<str>, u32>>,
}

impl Executions {
    /// The number of the one that these name, which is new when there is none.
    fn number_of(&mut self, key: &str, environment: &str) -> u32 {
        if let Some(number) = self.numbers.get(key).and_then(|numbers| numbers.get(environment)) {
            return *number;
        }
        let (key, environment): (Arc<str>, Arc<str>) = (key.into(), environment.into());
        self.named.push((key.clone(), environment.clone()));
        let number = self.named.len() as u32;
        self.numbers.entry(key).or_default().insert(environment, number);
        number
    }

    /// Key and environments of the one with this number.
    fn named(&self, number: u32) -> Option<(&str, &str)> {
        let (key, environment) = self.named.get((number as usize).checked_sub(1)?)?;
        Some((key, environment))
    }
}

/// What is walked through, and how what is found is grouped.
#[derive(Clone, Copy)]
pub(super) struct Walk<'w> {
    pub(super) inputs: &'w [Input],
    /// Which files are found.
    pub(super) options: &'w source::Options,
    pub(super) group_by: GroupBy,
    /// Key of the one Test Execution that takes all results, when the user names one.
    pub(super) execution_key: Option<&'w str>,
}

impl<'w> Walk<'w> {
    /// One whose files make one group: nothing comes of it that could be told apart.
    pub(super) fn of_one_group(inputs: &'w [Input], options: &'w source::Options) -> Walk<'w> {
        Walk { inputs, options, group_by: GroupBy::All, execution_key: None }
    }

    /// Its groups, whose runs share `memory` and spill into `folder`.
    pub(super) fn grouping(&self, folder: PathBuf, memory: RunMemory) -> Grouping {
        Grouping::new(self.group_by, self.execution_key, folder, memory)
    }
}

/// The groups that are open at one place of the walk.
///
/// A walk is depth first, so what is open is short: one for the folder or INPUT, one for the archive inside it. Should a
/// group's place come up again after it was left (two names that are not UTF-8 can be shown alike), it is another group.
pub(super) struct Grouping {
    by: GroupBy,
    /// Key of the one Test Execution that takes all results, when the user names one.
    fixed: Option<String>,
    /// Each with the number of files that have come by.
    open: Vec<(Arc<Group>, usize)>,
    opened: u32,
    folder: PathBuf,
    memory: RunMemory,
    /// By number of the group.
    records: HashMap<u32, Record>,
}

/// Where a file belongs, and what it ends.
pub(super) struct Entered {
    /// Its group.
    pub(super) group: Arc<Group>,
    /// Its place among the files of the group.
    pub(super) place: usize,
    /// Groups that the walk has left with it, in order of opening.
    pub(super) left: Vec<Arc<Group>>,
}

impl Grouping {
    /// Groups whose runs share `memory` and spill into `folder`. Where the Test Execution is `fixed` there is one group:
    /// results of one Test must not meet in it from two sides.
    pub(super) fn new(by: GroupBy, fixed: Option<&str>, folder: PathBuf, memory: RunMemory) -> Grouping {
        let by = if fixed.is_some() { GroupBy::All } else { by };
        let fixed = fixed.map(str::to_owned);
        Grouping { by, fixed, open: Vec::new(), opened: 0, folder, memory, records: HashMap::new() }
    }

    /// Has groups taken over from an earlier conversion, by their numbers.
    pub(super) fn taking_over(self, records: HashMap<u32, Record>) -> Grouping {
        Grouping { records, ..self }
    }

    /// The walk has come to this file.
    pub(super) fn enter(&mut self, found: &Found) -> Entered {
        let (place, origin) = (found.place(), found.origin());
        let by = self.by;
        let left = self.open.extract_if(.., |(group, _)| !group.key.reaches(by, place, origin));
        let left = left.map(|(group, _)| group).collect();
        let known = self.open.iter().position(|(group, _)| group.key.holds(by, place, origin));
        let known = known.unwrap_or_else(|| self.open_group(GroupKey::of(by, place, origin)));
        let (group, files) = &mut self.open[known];
        *files += 1;
        Entered { group: Arc::clone(group), place: *files - 1, left }
    }

    /// The walk has ended.
    pub(super) fn leave_all(self) -> Vec<Arc<Group>> {
        self.open.into_iter().map(|(group, _)| group).collect()
    }

    /// Gives its place among those that are open.
    fn open_group(&mut self, key: GroupKey) -> usize {
        let (key, takes) = match &self.fixed {
            Some(fixed) => (key.with(fixed, ""), Takes::Everything),
            None => (key, Takes::WhatNamesNothing),
        };
        let store = RunStore::sharing(&self.memory, &self.folder);
        let mut group = Group::new(self.opened, key, takes, store);
        group.record = self.records.remove(&self.opened);
        self.opened += 1;
        self.open.push((Arc::new(group), 0));
        self.open.len() - 1
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Origin;
    use crate::source::{Place, Skip};

    /// Each file's group, as its number, with the groups that were left before it.
    fn walked(by: GroupBy, files: &[(u32, &str)]) -> Vec<(u32, Vec<u32>)> {
        let mut grouping = Grouping::new(by, None, std::env::temp_dir(), RunMemory::of(0));
        let walked = |(input, name): &(u32, &str)| {
            let origin = Origin::parse(*name);
            let archive = origin.in_outermost().map(|(archive, _)| Origin::new(archive));
            let (input_name, directory) = ("night".into(), origin.folder().into());
            let place = Place { input: *input, input_name, archive, directory, ..Place::default() };
            let found = Found::Skipped { origin, place, bytes: 0, why: Skip::Special };
            let Entered { group, left, .. } = grouping.enter(&found);
            (group.number, left.iter().map(|group| group.number).collect())
        };
        files.iter().map(walked).collect()
    }

    #[test]
    fn an_archive_is_left_behind_and_loose_files_stay_open_until_the_next_input() {
        let files =
            [(0, "a.xml"), (0, "b.zip!/x"), (0, "b.zip!/in.zip!/y"), (0, "c.zip!/x"), (0, "d.xml"), (1, "e.xml")];
        let expected = [(0, vec![]), (1, vec![]), (1, vec![]), (2, vec![1]), (0, vec![2]), (3, vec![0])];
        assert_eq!(walked(GroupBy::Archive, &files), expected);
    }

    #[test]
    fn a_folder_stays_open_while_the_walk_is_below_it() {
        let files = [(0, "a/1"), (0, "a/b/1"), (0, "a/c.zip!/1"), (0, "a/d"), (0, "a-b/1"), (0, "z")];
        let expected = [(0, vec![]), (1, vec![]), (2, vec![1]), (0, vec![2]), (3, vec![0]), (4, vec![3])];
        assert_eq!(walked(GroupBy::Directory, &files), expected);
    }

    #[test]
    fn a_folder_called_like_its_input_is_one_group_with_it() {
        let files = [(0, "a"), (0, "night/1"), (0, "other/1"), (0, "z")];
        let expected = [(0, vec![]), (0, vec![]), (1, vec![]), (0, vec![1])];
        assert_eq!(walked(GroupBy::Directory, &files), expected);
    }

    #[test]
    fn inputs_and_everything_end_late_and_reports_at_once() {
        let files = [(0, "a"), (0, "b.zip!/1"), (1, "c")];
        assert_eq!(walked(GroupBy::Input, &files), [(0, vec![]), (0, vec![]), (1, vec![0])]);
        assert_eq!(walked(GroupBy::All, &files), [(0, vec![]), (0, vec![]), (0, vec![])]);
        assert_eq!(walked(GroupBy::Report, &files), [(0, vec![]), (1, vec![0]), (2, vec![1])]);
    }

    #[test]
    fn a_run_that_names_nothing_belongs_to_the_group_itself() {
        let group = {
            let store = RunStore::new(&std::env::temp_dir(), 0);
            Group::new(0, GroupKey::named(0, "n"), Takes::WhatNamesNothing, store)
        };
        assert_eq!((group.execution("", ""), group.execution("K-1", ""), group.execution("", "e")), (0, 1, 2));
        assert_eq!((group.execution("K-1", ""), group.key_of(1).key), (1, "K-1".to_owned()));
    }
}
