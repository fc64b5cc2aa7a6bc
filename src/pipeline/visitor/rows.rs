//! Rows of one method on their way to their runs: the Test of some may be named by another one.

use super::Conversion;
use crate::pipeline::purpose::Names;
use crate::pipeline::rows::{Placed, RowKeys, Rows};

impl Conversion<'_> {
    /// Converts a report of which these keys of rows are known.
    pub(in crate::pipeline) fn with_keys_of_rows(self, keys: RowKeys) -> Self {
        Conversion { rows: Rows::knowing(keys), ..self }
    }

    /// The case that comes is a row of `group`: rows of another method no longer wait. That is settled before anything is
    /// told of the case, so that a report can be parted where the method changes.
    pub(super) fn begin_rows(&mut self, group: u64) {
        if self.rows.begins(group) {
            self.release_held_rows();
            self.rows.begin(group);
        }
    }

    /// Encodes the run at hand, unless it is a row whose Test another row may still name. `lone_group` is that of the
    /// case.
    pub(super) fn take_row(&mut self, lone_group: u64) {
        match self.rows.place(&mut self.scratch.run) {
            Placed::Held => {
                if self.rows.is_full() {
                    self.release_held_rows();
                }
            }
            Placed::NamesTheOthers(key) => {
                self.encode_held_rows(&key);
                self.encode();
            }
            Placed::Adopts(key) => {
                self.adopt(&key);
                self.encode();
            }
            Placed::Free => {
                if lone_group != 0 {
                    self.join_rows(lone_group);
                }
                self.encode();
            }
        }
    }

    /// Gives the run at hand, if it has none, the key of the rows that it turns out to belong to.
    fn join_rows(&mut self, group: u64) {
        if self.scratch.run.identity.key().is_none() {
            let key = self.rows.key_of(group);
            if !key.is_empty() {
                self.adopt(&key);
            }
        }
    }

    /// Encodes the rows held back, of which none has a key.
    pub(super) fn release_held_rows(&mut self) {
        if self.rows.held() > 0 {
            let key = self.rows.key_from_elsewhere();
            self.encode_held_rows(&key);
        }
    }

    /// Encodes the rows held back, as results of the Test `key` unless that is empty. The run at hand stays as it is.
    fn encode_held_rows(&mut self, key: &str) {
        if self.rows.held() == 0 {
            return;
        }
        let own = std::mem::take(&mut self.definition);
        std::mem::swap(&mut self.scratch.run, &mut self.spare);
        for row in 0..self.rows.held() {
            self.rows.lend(row, &mut self.scratch.run);
            if !key.is_empty() {
                self.adopt(key);
            }
            self.encode();
        }
        std::mem::swap(&mut self.scratch.run, &mut self.spare);
        self.definition = own;
        self.rows.release();
    }

    fn adopt(&mut self, key: &str) {
        if self.context.names == Names::Kept {
            self.scratch.run.identity.as_str().clone_into(&mut self.definition);
        }
        self.mapper.adopt_key(&mut self.scratch.run, key);
    }
}
