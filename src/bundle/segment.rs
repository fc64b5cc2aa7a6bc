//! Memory in which chunks of runs lie one behind the other, in pieces that the system keeps on one large page each.
//!
//! A page of 4 KiB that is touched for the first time costs about as much as writing it to a file and reading it back;
//! one of 2 MiB costs little more for all its bytes.

use std::ops::{Deref, Range};
use std::sync::Arc;

use memmap2::MmapMut;
use parking_lot::lock_api::{ArcRwLockReadGuard, ArcRwLockWriteGuard};
use parking_lot::{RawRwLock, RwLock};

/// Memory that chunks are added to, while others read those that are in it; not at the same time, and nobody waits to
/// add.
#[derive(Debug, Clone)]
pub(super) struct Segment {
    size: usize,
    memory: Arc<RwLock<Memory>>,
}

#[derive(Debug)]
enum Memory {
    /// Pages of its own, of which the first bytes are used.
    Mapped(MmapMut, usize),
    Heap(Vec<u8>),
}

impl Memory {
    /// What is in it. Of bytes that should be there and are not it is a panic that is told of, here as in
    /// [`HeldBytes`]: workers and the finisher catch those, and no bytes at all in their place would be runs lost in
    /// silence.
    fn bytes(&self) -> &[u8] {
        match self {
            Memory::Mapped(map, used) => &map[..*used],
            Memory::Heap(bytes) => bytes,
        }
    }
}

impl Segment {
    /// The size of a large page, and of the largest segments for more than one chunk.
    pub(super) const LARGE: usize = 2 << 20;

    /// The size of the first ones of a store.
    pub(super) const SMALL: usize = 128 << 10;

    /// An empty segment of `size` bytes.
    pub(super) fn of(size: usize) -> Segment {
        let mapped = (size >= Segment::LARGE).then(|| map(size)).flatten();
        let memory = mapped.map_or_else(|| Memory::Heap(Vec::with_capacity(size)), |map| Memory::Mapped(map, 0));
        Segment { size, memory: Arc::new(RwLock::new(memory)) }
    }

    /// How many bytes there is room for in all.
    pub(super) fn size(&self) -> usize {
        self.size
    }

    /// The right to add to it, unless somebody reads it or adds to it at this moment.
    pub(super) fn try_add(&self) -> Option<Adding> {
        self.memory.try_write_arc().map(Adding)
    }

    /// The bytes at `range`, for as long as they are wanted. Waits for who adds to the segment at this moment.
    pub(super) fn hold(&self, range: Range<usize>) -> HeldBytes {
        HeldBytes { memory: self.memory.read_arc(), range }
    }

    /// Forgets what is in it, unless somebody still reads that.
    pub(super) fn clear(&mut self) -> bool {
        let Some(memory) = Arc::get_mut(&mut self.memory) else { return false };
        match memory.get_mut() {
            Memory::Mapped(_, used) => *used = 0,
            Memory::Heap(bytes) => bytes.clear(),
        }
        true
    }
}

/// Pages of our own, large ones where the system has them.
fn map(size: usize) -> Option<MmapMut> {
    let map = MmapMut::map_anon(size).ok()?;
    // A system without large pages refuses, and gives small ones.
    #[cfg(target_os = "linux")]
    map.advise(memmap2::Advice::HugePage).ok();
    Some(map)
}

/// The right to add to a segment.
pub(super) struct Adding(ArcRwLockWriteGuard<RawRwLock, Memory>);

impl Adding {
    /// Adds bytes, as far as there is room.
    pub(super) fn add(mut self, bytes: &[u8]) {
        match &mut *self.0 {
            Memory::Mapped(map, used) => {
                if let Some(free) = map.get_mut(*used..*used + bytes.len()) {
                    free.copy_from_slice(bytes);
                    *used += bytes.len();
                }
            }
            Memory::Heap(all) => all.extend_from_slice(bytes),
        }
    }
}

/// Bytes of runs in memory; they stay there while somebody holds them.
#[derive(Debug)]
pub(super) struct HeldBytes {
    memory: ArcRwLockReadGuard<RawRwLock, Memory>,
    range: Range<usize>,
}

impl HeldBytes {
    /// Leaves as many bytes out at the end.
    pub(super) fn shorten(&mut self, by: usize) {
        self.range.end = self.range.end.saturating_sub(by).max(self.range.start);
    }

    /// Takes in the bytes behind it, if they are these.
    pub(super) fn extend(&mut self, behind: &[u8]) -> bool {
        let follow = self.memory.bytes().get(self.range.end..).is_some_and(|rest| rest.starts_with(behind));
        if follow {
            self.range.end += behind.len();
        }
        follow
    }
}

impl Deref for HeldBytes {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.memory.bytes()[self.range.clone()]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chunks_lie_one_behind_the_other() {
        for size in [64, Segment::LARGE, Segment::LARGE + 5] {
            let mut segment = Segment::of(size);
            segment.try_add().unwrap().add(b"one,");
            segment.try_add().unwrap().add(b"two,");
            let mut held = segment.hold(4..7);
            assert_eq!(&*held, b"two");
            assert!(held.extend(b",") && !held.extend(b","));
            held.shorten(2);
            assert_eq!(&*held, b"tw");
            assert!(segment.try_add().is_none() && !segment.clear(), "it is being read");
            drop(held);
            assert!(segment.clear());
            segment.try_add().unwrap().add(b"six");
            assert_eq!((&*segment.hold(0..3), segment.size()), (&b"six"[..], size));
        }
    }

    #[test]
    fn nobody_reads_while_somebody_adds() {
        let segment = Segment::of(64);
        let adding = segment.try_add().unwrap();
        assert!(segment.try_add().is_none());
        let (also, begun) = (segment.clone(), std::sync::Barrier::new(2));
        std::thread::scope(|scope| {
            let waiting = scope.spawn(|| {
                begun.wait();
                also.hold(0..3).to_vec()
            });
            begun.wait();
            adding.add(b"abc");
            assert_eq!(waiting.join().unwrap(), b"abc");
        });
    }
}
