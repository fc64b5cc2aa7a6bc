//! Buffers of one report that serve the next one of the same thread.

use std::cell::Cell;
use std::thread::LocalKey;

use crate::model::Body;

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

/// Bytes of a report whose making of records counts beside its reading.
const SMALL: usize = 256 << 10;

/// How long a report is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Length {
    /// Its records serve the next one.
    Small,
    Large,
}

impl Length {
    pub(super) fn of(body: &Body<'_>) -> Length {
        match body {
            Body::Bytes(report) if report.len() <= SMALL => Length::Small,
            _ => Length::Large,
        }
    }
}

/// Has a report read: with the records of the one before it on this thread, if it is small. `read` gives them back, empty.
pub(super) fn lend<B: Default, R>(
    spare: &'static LocalKey<Spare<B>>,
    length: Length,
    read: impl FnOnce(B) -> (R, B),
) -> R {
    if length == Length::Large {
        return read(B::default()).0;
    }
    let (result, records) = read(spare.try_with(Spare::take).unwrap_or_default());
    // A thread that ends keeps nothing.
    let _ = spare.try_with(|spare| spare.keep(SMALL, || records));
    result
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

    #[test]
    fn records_of_a_small_report_serve_the_next_one() {
        thread_local! {
            static SPARE: Spare<Vec<u8>> = const { Spare::new() };
        }
        let read = |length: usize| {
            let report = vec![b' '; length];
            lend(&SPARE, Length::of(&Body::Bytes(&report)), |mut records| {
                let before = records.capacity();
                records.reserve(10);
                (before, records)
            })
        };
        assert_eq!(read(SMALL + 1), 0);
        assert_eq!(read(SMALL), 0);
        assert!(read(SMALL + 1) == 0 && read(1) >= 10);
        assert_eq!(Length::of(&Body::Stream(&mut std::io::empty())), Length::Large);
    }
}
