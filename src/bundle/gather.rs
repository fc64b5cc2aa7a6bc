//! Runs from wherever they are into a bundle.

use std::io::Write;

use super::error::WriteError;
use super::places::Place;
use super::store::{Location, RunStore};
use super::write::Body;

/// Bytes that are read back from a file, or given to the system, at once.
pub(super) const STRETCH: usize = 256 << 10;

/// Writes `[head, separator, tail]` and the runs between them. Runs that follow each other in the store with nothing but
/// a separator between them are handed on in one piece; a long one is never in memory as a whole.
pub(super) fn gather(
    runs: impl Iterator<Item = Place>,
    [head, separator, tail]: [&[u8]; 3],
    store: &RunStore,
    out: &mut Body,
) -> Result<(), WriteError> {
    let mut copy = Copy { store, out, buffer: Vec::new() };
    copy.write(head)?;
    let mut stretch: Option<Stretch> = None;
    for run in runs {
        let length = u64::from(run.length);
        match &mut stretch {
            Some(stretch) if stretch.goes_on(run.location, separator) => {
                stretch.length += separator.len() as u64 + length;
            }
            _ => {
                if let Some(complete) = stretch.replace(Stretch { at: run.location, length }) {
                    copy.copy(&complete)?;
                    copy.write(separator)?;
                }
            }
        }
    }
    if let Some(last) = stretch {
        copy.copy(&last)?;
    }
    copy.write(tail)
}

/// Bytes of the store that follow each other.
struct Stretch {
    at: Location,
    length: u64,
}

impl Stretch {
    fn goes_on(&self, next: Location, separator: &[u8]) -> bool {
        self.length <= STRETCH as u64 && next == self.at.forward(self.length + separator.len() as u64)
    }
}

struct Copy<'c> {
    store: &'c RunStore,
    out: &'c mut Body,
    buffer: Vec<u8>,
}

impl Copy<'_> {
    fn copy(&mut self, stretch: &Stretch) -> Result<(), WriteError> {
        if let Some(held) = self.store.hold(stretch.at, stretch.length as usize) {
            return self.write(&held);
        }
        let mut done = 0;
        while done < stretch.length {
            let piece = (stretch.length - done).min(STRETCH as u64);
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
