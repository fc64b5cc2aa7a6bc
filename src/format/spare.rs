//! Buffers of one report that serve the next one of the same thread.

use std::cell::Cell;

/// What a reader fills again and again, between two reports of one thread: a report of forty scenarios has some thousand
/// buffers. Each format that keeps some has a thread-local place for them, and so have the cursors over XML.
pub(super) struct Spare<B>(Cell<Option<B>>);

/// Bytes at once in buffers, at most, that serve again: a large report, or a part of one, would keep them large.
pub(super) const KEPT: usize = 1 << 20;

impl<B: Default> Spare<B> {
    /// Nothing is there yet.
    pub(super) const fn new() -> Spare<B> {
        Spare(Cell::new(None))
    }

    /// The buffers, empty. Who panics while it reads does not give them back.
    pub(super) fn take(&self) -> B {
        self.0.take().unwrap_or_default()
    }

    /// Leaves buffers to the next report, in which there were `largest` bytes at once.
    pub(super) fn keep(&self, largest: usize, empty: impl FnOnce() -> B) {
        if largest <= KEPT {
            self.0.set(Some(empty()));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn buffers_of_a_large_report_are_not_kept() {
        let spare: Spare<Vec<u8>> = Spare::new();
        spare.keep(KEPT + 1, || Vec::with_capacity(100));
        assert_eq!(spare.take().capacity(), 0);
        spare.keep(KEPT, || Vec::with_capacity(100));
        assert!(spare.take().capacity() >= 100);
        assert_eq!(spare.take().capacity(), 0, "they are given once");
    }
}
