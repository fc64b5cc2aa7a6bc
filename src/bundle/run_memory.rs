//! How much memory runs may take that wait for their bundle.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::segment::Segment;

/// Memory that several stores share.
///
/// What is known of Tests grows with them and makes room for nothing. So that a conversion takes no more for being
/// larger, runs are given as much less, down to an eighth.
#[derive(Debug, Clone)]
pub(crate) struct RunMemory {
    ceiling: u64,
    held: Arc<AtomicU64>,
    /// Tests that are known.
    tests: Arc<AtomicU64>,
    /// Segments that nobody uses. The one that was used last is used next: the processor may still know it.
    spare: Arc<Mutex<Vec<Segment>>>,
}

impl RunMemory {
    /// What a Test takes that is known, in the index and in what is kept of its report.
    const TEST: u64 = 32;
    /// Spare segments that are kept.
    const MOST_SPARE: usize = 4;

    /// Up to `ceiling` bytes.
    pub(crate) fn of(ceiling: u64) -> RunMemory {
        RunMemory { ceiling, held: Arc::default(), tests: Arc::default(), spare: Arc::default() }
    }

    /// Bytes that all stores hold at present.
    pub(crate) fn held(&self) -> u64 {
        self.held.load(Ordering::Relaxed)
    }

    /// What all stores may hold together at present.
    pub(super) fn ceiling(&self) -> u64 {
        let of_tests = self.tests.load(Ordering::Relaxed).saturating_mul(RunMemory::TEST);
        self.ceiling.saturating_sub(of_tests).max(self.ceiling / 8)
    }

    /// So many more Tests are known.
    pub(super) fn know(&self, tests: u64) {
        self.tests.fetch_add(tests, Ordering::Relaxed);
    }

    /// So many are forgotten.
    pub(super) fn forget(&self, tests: u64) {
        self.tests.fetch_sub(tests, Ordering::Relaxed);
    }

    /// The size of segments of a store that holds much, and as much as leaves together to make room: one write of many
    /// chunks costs half of what many writes do.
    pub(super) fn large_segment(&self) -> usize {
        usize::try_from(self.ceiling / 8).unwrap_or(usize::MAX).min(Segment::LARGE)
    }

    /// The size of those of a store that holds little: a few chunks of usual reports, which are soon wanted no more.
    pub(super) fn small_segment(&self) -> usize {
        usize::try_from(self.ceiling / 64).unwrap_or(usize::MAX).min(Segment::SMALL)
    }

    /// Takes `cost` bytes, if there are as many.
    pub(super) fn reserve(&self, cost: u64) -> bool {
        self.reserve_below(self.ceiling(), cost)
    }

    /// As [`RunMemory::reserve`], for whoever would have to wait until somebody else has made room: no more beyond the
    /// ceiling than will be free when he has.
    pub(super) fn overdraw(&self, cost: u64) -> bool {
        self.reserve_below(self.ceiling().saturating_add(self.large_segment() as u64), cost)
    }

    fn reserve_below(&self, ceiling: u64, cost: u64) -> bool {
        let more = |held: u64| held.checked_add(cost).filter(|&sum| sum <= ceiling);
        self.held.fetch_update(Ordering::Relaxed, Ordering::Relaxed, more).is_ok()
    }

    /// A segment for `size` bytes that were reserved.
    pub(super) fn segment(&self, size: usize) -> Segment {
        let mut spare = self.spare();
        let used = spare.iter().rposition(|segment| segment.size() == size).map(|at| spare.remove(at));
        drop(spare);
        used.unwrap_or_else(|| Segment::of(size))
    }

    /// Segments that were reserved are free again.
    pub(super) fn give_back(&self, segments: impl IntoIterator<Item = Segment>) {
        let mut free = 0;
        for mut segment in segments {
            free += segment.size() as u64;
            // Whoever still reads it keeps it as long as he does. Others than those that are asked for again and again
            // are not kept.
            if segment.size() <= self.large_segment() && segment.clear() {
                self.keep(segment);
            }
        }
        self.held.fetch_sub(free, Ordering::Relaxed);
    }

    /// Keeps a spare segment, and lets go of the one that has been spare longest.
    fn keep(&self, segment: Segment) {
        let mut spare = self.spare();
        spare.push(segment);
        let too_many = spare.len() > RunMemory::MOST_SPARE;
        let longest = too_many.then(|| spare.remove(0));
        drop(spare);
        drop(longest);
    }

    fn spare(&self) -> MutexGuard<'_, Vec<Segment>> {
        self.spare.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
