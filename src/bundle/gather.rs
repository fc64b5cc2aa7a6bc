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

/// Writes `[head, separator, tail]` and the runs between them. Runs that follow each other in the store with nothing but
/// a separator between them are handed on in one piece, from where they are; a long one that is in a file is never in memory
/// as a whole.
pub(super) fn gather(
    runs: impl Iterator<Item = Stretch>,
    [head, separator, tail]: [&[u8]; 3],
    store: &RunStore,
    out: &mut BundleBody,
) -> Result<(), WriteError> {
    let mut batch = Batch { store, out, pieces: Vec::new(), bytes: 0, copied: Vec::new() };
    batch.copy(head)?;
    let mut at_hand: Option<Stretch> = None;
    for next in runs {
        if at_hand.as_mut().is_some_and(|stretch| stretch.join(&next, separator.len())) {
            continue;
        }
        if let Some(complete) = at_hand.replace(next) {
            batch.add(&complete)?;
            batch.copy(separator)?;
        }
    }
    if let Some(last) = at_hand {
        batch.add(&last)?;
    }
    batch.copy(tail)?;
    batch.write()
}

/// What is written next.
struct Batch<'c> {
    store: &'c RunStore,
    out: &'c mut BundleBody,
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

impl Batch<'_> {
    /// Below this size a copy costs less than a piece does.
    const WORTH_A_PIECE: usize = 512;

    fn add(&mut self, stretch: &Stretch) -> Result<(), WriteError> {
        if let Some(held) = self.store.hold(stretch.at, stretch.bytes as usize) {
            if held.len() < Batch::WORTH_A_PIECE {
                return self.copy(&held);
            }
            let length = held.len();
            self.pieces.push(Piece::Held(held));
            return self.count(length);
        }
        let mut done = 0;
        while done < stretch.bytes {
            let piece = (stretch.bytes - done).min(PIECE as u64);
            let from = self.copied.len();
            self.store.read(stretch.at.forward(done), piece as usize, &mut self.copied)?;
            self.copied_from(from)?;
            done += piece;
        }
        Ok(())
    }

    fn copy(&mut self, bytes: &[u8]) -> Result<(), WriteError> {
        let from = self.copied.len();
        self.copied.extend_from_slice(bytes);
        self.copied_from(from)
    }

    /// What was copied behind `from` is written next.
    fn copied_from(&mut self, from: usize) -> Result<(), WriteError> {
        let end = self.copied.len();
        match self.pieces.last_mut() {
            Some(Piece::Copied(last)) => last.end = end,
            _ => self.pieces.push(Piece::Copied(from..end)),
        }
        self.count(end - from)
    }

    fn count(&mut self, bytes: usize) -> Result<(), WriteError> {
        self.bytes += bytes;
        if self.bytes >= PIECE || self.pieces.len() >= MOST_PIECES { self.write() } else { Ok(()) }
    }

    fn write(&mut self) -> Result<(), WriteError> {
        let mut slices: Vec<_> = self.pieces.iter().map(|piece| IoSlice::new(piece.bytes(&self.copied))).collect();
        self.out.write_pieces(&mut slices)?;
        drop(slices);
        self.pieces.clear();
        self.copied.clear();
        self.bytes = 0;
        Ok(())
    }
}
