//! Rows of a data-driven test wait until it is known whether one of them names the Test of all.

use super::Conversion;
use crate::pipeline::purpose::Names;
use crate::pipeline::rows::Placed;

impl Conversion<'_> {
    /// The case that comes is a row of `group`: rows of another method no longer wait. That is settled before anything is
    /// told of the case, so that a report can be parted where the method changes.
    pub(super) fn begin_rows(&mut self, group: u64) {
        if self.rows.begins(group) {
            self.encode_held_rows("");
            self.rows.begin(group);
        }
    }

    /// Encodes the run at hand, unless it is a row whose Test another row may still name.
    pub(super) fn take_row(&mut self) {
        match self.rows.place(&mut self.scratch.run) {
            Placed::Held => {
                if self.rows.is_full() {
                    self.encode_held_rows("");
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
            Placed::Free => self.encode(),
        }
    }

    /// Encodes the rows held back, as results of the Test `key` unless that is empty. The run at hand stays as it is.
    pub(super) fn encode_held_rows(&mut self, key: &str) {
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
