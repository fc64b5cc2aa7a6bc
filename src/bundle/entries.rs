//! Who the runs of a Test Execution are: in memory as far as there is room, and then in the file of the run store.
//!
//! They are looked at when a further result of a Test may have come, and read through when the table of what is known
//! grows; nobody else asks.

use super::error::{WriteError, WriteErrorKind};
use super::index::IndexEntry;
use super::location::Location;
use super::store::RunStore;

/// Entries in order, in blocks: a list of many millions is never moved.
#[derive(Debug)]
pub(super) struct Entries {
    blocks: Vec<Block>,
    /// Blocks in memory, the last one not counted.
    most_in_memory: usize,
    len: usize,
}

#[derive(Debug)]
enum Block {
    Held(Vec<IndexEntry>),
    Spilled(Location),
}

/// Entries in a block; a power of two.
const BLOCK: usize = 4096;

impl Entries {
    /// Entries that take up to `ceiling` bytes of memory and a block.
    pub(super) fn new(ceiling: u64) -> Entries {
        let most_in_memory = ceiling / (BLOCK * size_of::<IndexEntry>()) as u64;
        Entries { blocks: Vec::new(), most_in_memory: most_in_memory as usize, len: 0 }
    }

    pub(super) fn len(&self) -> usize {
        self.len
    }

    /// Adds the next one.
    ///
    /// # Errors
    /// When a block cannot be written to the temporary file.
    pub(super) fn push(&mut self, entry: IndexEntry, store: &RunStore) -> Result<(), WriteError> {
        if self.len.is_multiple_of(BLOCK) {
            self.begin_block(store)?;
        }
        if let Some(Block::Held(block)) = self.blocks.last_mut() {
            block.push(entry);
            self.len += 1;
        }
        Ok(())
    }

    fn begin_block(&mut self, store: &RunStore) -> Result<(), WriteError> {
        let is_full = self.blocks.len() > self.most_in_memory;
        let mut free = Vec::new();
        if let Some(Block::Held(block)) = self.blocks.last_mut().filter(|_| is_full) {
            let bytes: Vec<u8> = block.iter().flat_map(|entry| entry.to_bytes()).collect();
            free = std::mem::take(block);
            free.clear();
            if let Some(last) = self.blocks.last_mut() {
                *last = Block::Spilled(store.spill(&bytes)?);
            }
        }
        // Most Test Executions are small.
        free.reserve(if self.blocks.is_empty() { 0 } else { BLOCK });
        self.blocks.push(Block::Held(free));
        Ok(())
    }

    /// Entry number `number`.
    ///
    /// # Errors
    /// When the temporary file cannot be read, or there is no such entry.
    pub(super) fn get(&self, number: usize, store: &RunStore) -> Result<IndexEntry, WriteError> {
        match self.blocks.get(number / BLOCK) {
            Some(Block::Held(block)) => Ok(*block.get(number % BLOCK).ok_or(WriteErrorKind::NotStored)?),
            Some(Block::Spilled(location)) => {
                let mut bytes = [0; IndexEntry::BYTES];
                let offset = (number % BLOCK * IndexEntry::BYTES) as u64;
                store.read_spilled(location.forward(offset), &mut bytes)?;
                Ok(IndexEntry::from_bytes(&bytes))
            }
            None => Err(WriteErrorKind::NotStored.into()),
        }
    }

    /// Shows all entries, in order.
    ///
    /// # Errors
    /// When the temporary file cannot be read.
    pub(super) fn for_each(&self, store: &RunStore, mut see: impl FnMut(&IndexEntry)) -> Result<(), WriteError> {
        let mut bytes = Vec::new();
        for block in &self.blocks {
            match block {
                Block::Held(block) => block.iter().for_each(&mut see),
                Block::Spilled(location) => {
                    bytes.resize(BLOCK * IndexEntry::BYTES, 0);
                    store.read_spilled(*location, &mut bytes)?;
                    bytes.as_chunks().0.iter().for_each(|entry| see(&IndexEntry::from_bytes(entry)));
                }
            }
        }
        Ok(())
    }
}

/// Entries of runs that wait for reports before theirs.
#[derive(Debug)]
pub(crate) struct WaitingEntries(Waiting);

#[derive(Debug)]
enum Waiting {
    Held(Vec<IndexEntry>),
    Spilled { location: Location, count: usize },
}

impl WaitingEntries {
    /// Keeps them in memory.
    pub(crate) fn held(entries: Vec<IndexEntry>) -> WaitingEntries {
        WaitingEntries(Waiting::Held(entries))
    }

    /// Keeps them in the temporary file of `store`.
    ///
    /// # Errors
    /// When it cannot be made or written.
    pub(crate) fn spilled(entries: &[IndexEntry], store: &RunStore) -> Result<WaitingEntries, WriteError> {
        let bytes: Vec<u8> = entries.iter().flat_map(|entry| entry.to_bytes()).collect();
        Ok(WaitingEntries(Waiting::Spilled { location: store.spill(&bytes)?, count: entries.len() }))
    }

    /// Gives them back, from `store` if they are there.
    ///
    /// # Errors
    /// When the temporary file cannot be read.
    pub(crate) fn take(self, store: &RunStore) -> Result<Vec<IndexEntry>, WriteError> {
        match self.0 {
            Waiting::Held(entries) => Ok(entries),
            Waiting::Spilled { location, count } => {
                let mut bytes = vec![0; count * IndexEntry::BYTES];
                store.read_spilled(location, &mut bytes)?;
                Ok(bytes.as_chunks().0.iter().map(IndexEntry::from_bytes).collect())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Outcome, RunFacts};

    #[test]
    fn what_waits_comes_back() {
        let folder = tempfile::tempdir().unwrap();
        let store = RunStore::new(folder.path(), 0);
        let facts = RunFacts { identity: 9, outcome: Outcome::Failed, attempt_group: 2, superseded: true, evidence: 0 };
        let entries: Vec<_> = (0..5).map(|length| IndexEntry::new(length, &facts).unwrap()).collect();
        let spilled = WaitingEntries::spilled(&entries, &store).unwrap();
        assert_eq!(store.spilled(), 5 * IndexEntry::BYTES as u64);
        assert_eq!(spilled.take(&store).unwrap(), entries);
        assert_eq!(WaitingEntries::held(entries.clone()).take(&store).unwrap(), entries);
    }

    #[test]
    fn in_memory_or_spilled_they_are_the_same() {
        let facts = |number: usize| RunFacts {
            identity: (number as u128) << 60 | 5,
            outcome: Outcome::ALL[number % Outcome::ALL.len()],
            attempt_group: number as u64 % 3,
            superseded: number.is_multiple_of(5),
            evidence: 0,
        };
        let entry = |number: usize| IndexEntry::new(number as u64 * 7, &facts(number)).unwrap();
        let count = 3 * BLOCK + 100;
        let block = (BLOCK * size_of::<IndexEntry>()) as u64;
        for (ceiling, spilled) in [(0, 3), (block, 2), (10 * block, 0)] {
            let folder = tempfile::tempdir().unwrap();
            let store = RunStore::new(folder.path(), 0);
            let mut entries = Entries::new(ceiling);
            (0..count).for_each(|number| entries.push(entry(number), &store).unwrap());
            assert_eq!((entries.len(), store.spilled()), (count, spilled * block));
            let mut seen = 0;
            entries
                .for_each(&store, |found| {
                    assert_eq!(*found, entry(seen));
                    seen += 1;
                })
                .unwrap();
            assert_eq!(seen, count);
            for number in [0, BLOCK - 1, BLOCK, 2 * BLOCK + 1, count - 1] {
                assert_eq!(entries.get(number, &store).unwrap(), entry(number));
            }
            assert!(entries.get(count, &store).is_err());
        }
    }
}
