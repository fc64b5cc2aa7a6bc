//! How much memory runs may take that wait for their bundle.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// Memory that several stores share.
#[derive(Debug, Clone)]
pub struct RunMemory {
    ceiling: u64,
    held: Arc<AtomicU64>,
}

impl RunMemory {
    /// Up to `ceiling` bytes, with what their keeping costs.
    pub fn of(ceiling: u64) -> RunMemory {
        RunMemory { ceiling, held: Arc::default() }
    }

    /// Bytes that all stores hold at present.
    pub fn held(&self) -> u64 {
        self.held.load(Ordering::Relaxed)
    }

    /// What all stores may hold together.
    pub(super) fn ceiling(&self) -> u64 {
        self.ceiling
    }

    /// Bytes that leave together to make room: one write of many chunks costs half of what many writes do.
    pub(super) fn made_free_at_once(&self) -> u64 {
        (self.ceiling / 32).min(512 << 10)
    }

    /// Takes `cost` bytes, if there are as many.
    pub(super) fn reserve(&self, cost: u64) -> bool {
        self.reserve_below(self.ceiling, cost)
    }

    /// As [`RunMemory::reserve`], for whoever would have to wait until somebody else has made room: no more beyond the ceiling than
    /// will be free when he has.
    pub(super) fn overdraw(&self, cost: u64) -> bool {
        self.reserve_below(self.ceiling.saturating_add(self.made_free_at_once()), cost)
    }

    fn reserve_below(&self, ceiling: u64, cost: u64) -> bool {
        let more = |held: u64| held.checked_add(cost).filter(|&sum| sum <= ceiling);
        self.held.fetch_update(Ordering::Relaxed, Ordering::Relaxed, more).is_ok()
    }

    /// These bytes are free again.
    pub(super) fn give_back(&self, bytes: u64) {
        self.held.fetch_sub(bytes, Ordering::Relaxed);
    }
}
