//! Runs from wherever they are into a bundle.

use std::io::Write;

use super::error::WriteError;
use super::places::Stretch;
use super::store::RunStore;
use super::write::Body;

/// Bytes that are read back from a file, or given to the system, at once.
pub(super) const PIECE: usize = 256 << 10;

/// Writes `[head, separator, tail]` and the runs between them. Runs that follow each other in the store with nothing but
/// a separator between them are handed on in one piece; a long one is never in memory as a whole.
pub(super) fn gather(
    runs: impl Iterator<Item = Stretch>,
    [head, separator, tail]: [&[u8]; 3],
    store: &RunStore,
    out: &mut Body,
) -> Result<(), WriteError> {
    let mut copy = Copy { store, out, buffer: Vec::new() };
    copy.write(head)?;
    let mut at_hand: Option<Stretch> = None;
    for next in runs {
        if at_hand.as_mut().is_some_and(|stretch| stretch.join(&next, separator.len())) {
            continue;
        }
        if let Some(complete) = at_hand.replace(next) {
            copy.copy(&complete)?;
            copy.write(separator)?;
        }
    }
    if let Some(last) = at_hand {
        copy.copy(&last)?;
    }
    copy.write(tail)
}

struct Copy<'c> {
    store: &'c RunStore,
    out: &'c mut Body,
    buffer: Vec<u8>,
}

impl Copy<'_> {
    fn copy(&mut self, stretch: &Stretch) -> Result<(), WriteError> {
        if let Some(held) = self.store.hold(stretch.at, stretch.bytes as usize) {
            return self.write(&held);
        }
        let mut done = 0;
        while done < stretch.bytes {
            let piece = (stretch.bytes - done).min(PIECE as u64);
            let mut buffer = std::mem::take(&mut self.buffer);
            buffer.clear();
            self.store.read(stretch.at.forward(done), piece as usize, &mut buffer)?;
            self.write(&buffer)?;
            self.buffer = buffer;
            done += piece;
        }
        Ok(())
    }

    fn write(&mut self, bytes: &[u8]) -> Result<(), WriteError> {
        self.out.write_all(bytes).map_err(|error| self.out.failed(error))
    }
}
