//! Runs from wherever they are into a bundle.

use std::io::IoSlice;
use std::ops::Range;

use super::body::BundleBody;
use super::error::WriteError;
use super::places::Stretch;
use super::store::{Held, RunStore};

/// Bytes that are given to the system, or read back from a file, at once. They pass the processor's cache twice, once to
/// be hashed.
const PIECE: usize = 512 << 10;

/// Pieces that are given to the system at once: each costs little, and none may be refused.
const MOST_PIECES: usize = 256;

/// A bundle that is being gathered.
pub(super) struct Gathering<'g, P> {
    parts: P,
    /// What is left of a part that was too long for a batch.
    rest: Option<Part<'g>>,
    store: &'g RunStore,
    out: &'g mut BundleBody,
    batch: Batch,
}

/// What follows next in a bundle.
pub(super) enum Part<'g> {
    Frame(&'g [u8]),
    Runs(Stretch),
}

impl<'g, P: Iterator<Item = Part<'g>>> Gathering<'g, P> {
    /// The [`parts`] of a bundle, whose runs are in `store`, on their way to `out`.
    pub(super) fn new(parts: P, store: &'g RunStore, out: &'g mut BundleBody) -> Gathering<'g, P> {
        Gathering { parts, rest: None, store, out, batch: Batch::default() }
    }

    /// Takes as much as is written at once; nothing when there is nothing left.
    fn fill(&mut self) -> Result<(), WriteError> {
        self.batch.clear();
        while !self.batch.is_full() {
            let Some(part) = self.rest.take().or_else(|| self.parts.next()) else { break };
            self.rest = self.batch.add(part, self.store)?;
        }
        Ok(())
    }
}

/// Writes bundles: one, or two at once, which are hashed together. Runs are handed on from where they are; a long one that is in
/// a file is never in memory as a whole.
pub(super) fn gather<'g, P: Iterator<Item = Part<'g>>>(bundles: &mut [Gathering<'g, P>]) -> Result<(), WriteError> {
    loop {
        bundles.iter_mut().try_for_each(Gathering::fill)?;
        if bundles.iter().all(|bundle| bundle.batch.pieces.is_empty()) {
            return Ok(());
        }
        let batches = bundles.iter_mut().map(|Gathering { out, batch, .. }| (&mut **out, batch.slices()));
        BundleBody::write_together(&mut batches.collect::<Vec<_>>())?;
    }
}

/// `[head, separator, tail]` and the runs between them. Runs that follow each other in the store with nothing but a separator
/// between them are one part.
pub(super) fn parts<'g>(
    runs: impl Iterator<Item = Stretch>,
    [head, separator, tail]: [&'g [u8]; 3],
) -> impl Iterator<Item = Part<'g>> {
    let mut runs = runs.peekable();
    let joined = std::iter::from_fn(move || {
        let mut stretch = runs.next()?;
        while runs.next_if(|next| stretch.join(next, separator.len())).is_some() {}
        Some(stretch)
    });
    let between = |number: usize| (number > 0).then_some(Part::Frame(separator));
    let runs = joined.enumerate().flat_map(move |(number, runs)| between(number).into_iter().chain([Part::Runs(runs)]));
    std::iter::once(Part::Frame(head)).chain(runs).chain([Part::Frame(tail)])
}

/// What is written next.
#[derive(Default)]
struct Batch {
    pieces: Vec<Piece>,
    /// Of all pieces.
    bytes: usize,
    /// What is not in the store's memory, or not worth a piece of its own.
    copied: Vec<u8>,
}

enum Piece {
    Held(Held),
    Copied(Range<usize>),
}

impl Piece {
    fn bytes<'p>(&'p self, copied: &'p [u8]) -> &'p [u8] {
        match self {
            Piece::Held(held) => held,
            Piece::Copied(range) => copied.get(range.clone()).unwrap_or_default(),
        }
    }
}

impl Batch {
    /// Below this size a copy costs less than a piece does.
    const WORTH_A_PIECE: usize = 512;

    fn clear(&mut self) {
        self.pieces.clear();
        self.copied.clear();
        self.bytes = 0;
    }

    fn is_full(&self) -> bool {
        self.bytes >= PIECE || self.pieces.len() >= MOST_PIECES
    }

    fn slices(&self) -> Vec<IoSlice<'_>> {
        self.pieces.iter().map(|piece| IoSlice::new(piece.bytes(&self.copied))).collect()
    }

    /// Takes a part, or as much of it as is read back at once, and gives the rest.
    fn add<'g>(&mut self, part: Part<'g>, store: &RunStore) -> Result<Option<Part<'g>>, WriteError> {
        let stretch = match part {
            Part::Frame(bytes) => {
                self.copy(bytes);
                return Ok(None);
            }
            Part::Runs(stretch) => stretch,
        };
        if let Some(held) = store.hold(stretch.at, stretch.bytes as usize) {
            if held.len() < Batch::WORTH_A_PIECE {
                self.copy(&held);
            } else {
                self.bytes += held.len();
                self.pieces.push(Piece::Held(held));
            }
            return Ok(None);
        }
        let length = stretch.bytes.min(PIECE as u64);
        let from = self.copied.len();
        store.read(stretch.at, length as usize, &mut self.copied)?;
        self.copied_from(from);
        let rest = Stretch { at: stretch.at.forward(length), bytes: stretch.bytes - length, ..stretch };
        Ok((rest.bytes > 0).then_some(Part::Runs(rest)))
    }

    fn copy(&mut self, bytes: &[u8]) {
        let from = self.copied.len();
        self.copied.extend_from_slice(bytes);
        self.copied_from(from);
    }

    /// What was copied behind `from` is written next.
    fn copied_from(&mut self, from: usize) {
        let end = self.copied.len();
        match self.pieces.last_mut() {
            Some(Piece::Copied(last)) => last.end = end,
            _ => self.pieces.push(Piece::Copied(from..end)),
        }
        self.bytes += end - from;
    }
}
