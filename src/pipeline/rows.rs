//! Rows of one parameterised method: a Test key on one of them holds for all (decision 5), and the first rows come
//! before anybody knows whether there will be one.

use crate::model::{Identity, List, TestRun};

/// Rows that wait at once; a method with more of them and no key yet will hardly get one.
const MOST_ROWS: usize = 1024;

/// The method whose rows are coming by. Rows of one method follow each other in every format that has them.
#[derive(Default)]
pub(super) struct Rows {
    group: u64,
    key: String,
    held: List<TestRun>,
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
