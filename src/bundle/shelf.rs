//! Chunks of runs, in memory and, when they had to make room, in the file.

use std::collections::BTreeMap;
use std::sync::Arc;

/// What a chunk in memory costs beyond its bytes: its place on the shelf and the allocator's share.
pub(super) const CHUNK_OVERHEAD: u64 = 64;

/// Chunks that were put into memory, by number. The number of a chunk that is gone is given again.
#[derive(Debug, Default)]
pub(super) struct Shelf {
    chunks: Vec<Option<Chunk>>,
    free: Vec<u32>,
    /// Those in memory by the time at which they were put there.
    by_age: BTreeMap<u64, u32>,
    /// How many have ever been put.
    time: u64,
    /// Bytes in memory, with what their keeping costs.
    pub(super) held: u64,
}

#[derive(Debug)]
struct Chunk {
    kept: Kept,
    since: u64,
    /// Bytes of it that somebody may still ask for.
    wanted: u64,
}

/// Where a chunk is.
#[derive(Debug, Clone)]
pub(super) enum Kept {
    InMemory(Arc<[u8]>),
    /// At this place of the file.
    InFile {
        begin: u64,
        end: u64,
    },
}

/// A chunk on its way into the file.
#[derive(Debug)]
pub(super) struct Leaving {
    number: u32,
    since: u64,
    pub(super) bytes: Arc<[u8]>,
}

fn cost(bytes: &[u8]) -> u64 {
    bytes.len() as u64 + CHUNK_OVERHEAD
}

impl Shelf {
    /// Keeps a chunk and gives its number.
    pub(super) fn put(&mut self, bytes: Arc<[u8]>) -> u32 {
        self.held += cost(&bytes);
        let since = self.time;
        self.time += 1;
        let wanted = bytes.len() as u64;
        let chunk = Some(Chunk { kept: Kept::InMemory(bytes), since, wanted });
        let number = self.free.pop().unwrap_or_else(|| {
            self.chunks.push(None);
            // Numbers cannot run out: with what a chunk costs, so many would fill the memory of any machine.
            (self.chunks.len() - 1) as u32
        });
        self.chunks[number as usize] = chunk;
        self.by_age.insert(since, number);
        number
    }

    /// The chunk with this number.
    pub(super) fn get(&self, number: u32) -> Option<Kept> {
        self.chunks.get(number as usize)?.as_ref().map(|chunk| chunk.kept.clone())
    }

    /// The chunks that have been in memory longest: one, and more until they have `enough` bytes. They stay there until they
    /// have [left](Shelf::leave), and are not given again.
    pub(super) fn oldest(&mut self, enough: u64) -> Vec<Leaving> {
        let (mut leaving, mut sum) = (Vec::new(), 0);
        while (leaving.is_empty() || sum < enough)
            && let Some((since, number)) = self.by_age.pop_first()
        {
            if let Some(Kept::InMemory(bytes)) = self.get(number) {
                sum += cost(&bytes);
                leaving.push(Leaving { number, since, bytes });
            }
        }
        leaving
    }

    /// A chunk is at `offset` of the file now. Gives what became free with that: nothing when nobody wants it any more.
    pub(super) fn leave(&mut self, leaving: &Leaving, offset: u64) -> Option<u64> {
        let chunk = self.chunks.get_mut(leaving.number as usize)?.as_mut()?;
        if chunk.since != leaving.since {
            return None;
        }
        chunk.kept = Kept::InFile { begin: offset, end: offset + leaving.bytes.len() as u64 };
        self.held -= cost(&leaving.bytes);
        Some(cost(&leaving.bytes))
    }

    /// Nobody will ask for `length` bytes of a chunk any more. Gives what became free with that.
    pub(super) fn release(&mut self, number: u32, length: u64) -> Option<u64> {
        let place = self.chunks.get_mut(number as usize)?;
        let chunk = place.as_mut()?;
        chunk.wanted = chunk.wanted.saturating_sub(length);
        if chunk.wanted > 0 {
            return None;
        }
        let chunk = place.take()?;
        self.free.push(number);
        self.by_age.remove(&chunk.since);
        let Kept::InMemory(bytes) = &chunk.kept else { return None };
        self.held -= cost(bytes);
        Some(cost(bytes))
    }
}
