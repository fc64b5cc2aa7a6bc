//! Rows of one parameterised method: a Test key on one of them holds for all (decision 5), and the first rows come
//! before anybody knows whether there will be one.

mod keys;

use crate::model::{Identity, List, TestCase, TestRun};

pub(super) use keys::{MOST_METHODS, RowKeys};

/// Rows that wait at once; a method with more of them and no key yet will hardly get one.
const MOST_ROWS: usize = 1024;

/// The method whose rows are coming by, nearly always one after the other, and what is known of all methods.
#[derive(Default)]
pub(super) struct Rows {
    group: u64,
    key: String,
    held: List<TestRun>,
    keys: RowKeys,
}

/// What is to be done with a row.
pub(super) enum Placed {
    /// It is a row of no method.
    Free,
    /// It waits.
    Held,
    /// It has the first key: the rows that wait are results of that Test, too.
    NamesTheOthers(String),
    /// It has no key, and an earlier row had this one.
    Adopts(String),
}

impl Rows {
    /// Of a report of which these keys are known.
    pub(super) fn knowing(keys: RowKeys) -> Rows {
        Rows { keys, ..Rows::default() }
    }

    /// Takes the key that a case has from an earlier row of its method.
    pub(super) fn hear_of(&mut self, case: &TestCase) {
        if !case.row_key.is_empty() {
            self.keys.hear_of(case.method(), &case.row_key);
        }
    }

    /// Whether a row of `group` ends the method at hand.
    pub(super) fn begins(&self, group: u64) -> bool {
        self.group != group
    }

    /// Begins another method. The rows held must have been encoded.
    pub(super) fn begin(&mut self, group: u64) {
        self.group = group;
        self.key.clear();
    }

    /// Decides about a row of the method at hand; one that waits leaves an empty run behind.
    pub(super) fn place(&mut self, run: &mut TestRun) -> Placed {
        if self.group == 0 {
            return Placed::Free;
        }
        match &run.identity {
            Identity::Key(key) if self.key.is_empty() => {
                self.key.clone_from(key);
                self.keys.name(self.group, key);
                Placed::NamesTheOthers(key.clone())
            }
            Identity::Key(_) => Placed::Free,
            Identity::Definition(_) if !self.key.is_empty() => Placed::Adopts(self.key.clone()),
            Identity::Definition(_) => {
                std::mem::swap(self.held.add(), run);
                Placed::Held
            }
        }
    }

    /// The key of the rows that wait, of which none has one: that of another row elsewhere.
    pub(super) fn key_from_elsewhere(&mut self) -> String {
        self.key_of(self.group)
    }

    /// The key that a row of `group` elsewhere has; empty where none is known, which is noted.
    pub(super) fn key_of(&mut self, group: u64) -> String {
        match self.keys.of(group) {
            Some(key) => key.to_owned(),
            None => {
                self.keys.lack(group);
                String::new()
            }
        }
    }

    /// What is known of all methods.
    pub(super) fn keys(&mut self) -> &mut RowKeys {
        &mut self.keys
    }

    /// How many rows wait.
    pub(super) fn held(&self) -> usize {
        self.held.len()
    }

    /// Whether no more rows should wait.
    pub(super) fn is_full(&self) -> bool {
        self.held.len() >= MOST_ROWS
    }

    /// Exchanges row number `row` for the run at hand.
    pub(super) fn lend(&mut self, row: usize, run: &mut TestRun) {
        if let Some(held) = self.held.get_mut(row) {
            std::mem::swap(held, run);
        }
    }

    /// Forgets the rows, which have been encoded.
    pub(super) fn release(&mut self) {
        self.held.clear();
    }
}
