//! Chunks of runs in memory.

use std::sync::Arc;

/// What a chunk in memory costs beyond its bytes: its place on the shelf and the allocator's share.
pub(super) const CHUNK_OVERHEAD: u64 = 64;

/// Chunks in memory, by number. The number of a chunk that is gone is given again.
#[derive(Debug, Default)]
pub(super) struct Shelf {
    chunks: Vec<Option<Chunk>>,
    free: Vec<u32>,
    /// Bytes, with what their keeping costs.
    pub(super) held: u64,
}

#[derive(Debug)]
struct Chunk {
    bytes: Arc<[u8]>,
    /// Bytes of it that somebody may still ask for.
    wanted: u64,
}

impl Shelf {
    /// Keeps a chunk and gives its number.
    pub(super) fn put(&mut self, bytes: Arc<[u8]>) -> u32 {
        let wanted = bytes.len() as u64;
        self.held += wanted + CHUNK_OVERHEAD;
        let chunk = Some(Chunk { bytes, wanted });
        if let Some(number) = self.free.pop() {
            self.chunks[number as usize] = chunk;
            return number;
        }
        self.chunks.push(chunk);
        // Numbers cannot run out: with what a chunk costs, so many would fill the memory of any machine.
        (self.chunks.len() - 1) as u32
    }

    /// The chunk with this number.
    pub(super) fn get(&self, number: u32) -> Option<Arc<[u8]>> {
        self.chunks.get(number as usize)?.as_ref().map(|chunk| Arc::clone(&chunk.bytes))
    }

    /// Nobody will ask for `length` bytes of a chunk any more. Gives what became free with that.
    pub(super) fn release(&mut self, number: u32, length: u64) -> Option<u64> {
        let place = self.chunks.get_mut(number as usize)?;
        let chunk = place.as_mut()?;
        chunk.wanted = chunk.wanted.saturating_sub(length);
        if chunk.wanted > 0 {
            return None;
        }
        let cost = chunk.bytes.len() as u64 + CHUNK_OVERHEAD;
        *place = None;
        self.free.push(number);
        self.held -= cost;
        Some(cost)
    }
}
