//! How the ceiling of memory is shared out.

use std::num::NonZeroUsize;

use crate::source::Limits;

/// A ceiling for what is buffered: runs that wait for their bundle, reports that are read or inflated whole, and what
/// the workers build. What grows with the number of Tests, the index, is not in it.
///
/// Less memory makes a conversion slower and changes nothing else: runs wait in a temporary file, and fewer workers read.
/// Which reports are read whole and which in pieces does not depend on it, since damaged ones can tell the difference.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Memory(u64);

impl Memory {
    /// The ceiling when nobody asks for another: 256 MiB.
    pub const DEFAULT: Memory = Memory(256 << 20);
    /// The least: room for two workers.
    pub const LEAST: Memory = Memory(16 << 20);
    /// What a worker is reckoned at: the two buffers that it has for its entries ([`Scratch`](crate::source::Scratch)),
    /// one for what comes from the disk and one for what is made of that.
    const WORKER: u64 = 2 * Limits::IN_MEMORY;

    /// A ceiling of `bytes`; nothing below [`Memory::LEAST`].
    pub fn of(bytes: u64) -> Option<Memory> {
        (bytes >= Memory::LEAST.0).then_some(Memory(bytes))
    }

    /// Bytes in all.
    pub const fn bytes(self) -> u64 {
        self.0
    }

    /// For runs that wait for their bundle. An eighth: runs of most reports wait for a moment only, also those of a
    /// giant, and take a few MiB of it; where later reports have further results, all wait, and what waits longest
    /// makes room.
    pub(super) const fn for_runs(self) -> u64 {
        self.0 / 8
    }

    /// For what is known of each run of a Test Execution; the rest is in the same file. A sixty-fourth: of what is there,
    /// nearly nothing is asked for again.
    pub(super) const fn for_entries(self) -> u64 {
        self.0 / 64
    }

    /// Worker threads: as many as asked for, or one for each core when that is zero, as far as there is memory for them.
    pub fn workers(self, asked: usize) -> usize {
        let wanted = match asked {
            0 => std::thread::available_parallelism().map_or(1, NonZeroUsize::get),
            asked => asked,
        };
        wanted.min(usize::try_from(self.0 / Memory::WORKER).unwrap_or(usize::MAX)).max(1)
    }
}

impl Default for Memory {
    fn default() -> Memory {
        Memory::DEFAULT
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn workers_stay_within_the_ceiling() {
        let workers = |mib: u64, asked| Memory::of(mib << 20).unwrap().workers(asked);
        assert_eq!((workers(16, 1), workers(16, 8), workers(64, 8), workers(256, 64)), (1, 2, 8, 32));
        assert!(workers(256, 0) >= 1);
    }

    #[test]
    fn too_little_is_refused() {
        assert_eq!(Memory::of((16 << 20) - 1), None);
        assert_eq!(Memory::of(16 << 20), Some(Memory::LEAST));
    }
}
