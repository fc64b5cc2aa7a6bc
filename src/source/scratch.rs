//! What a worker keeps from one entry to the next.

use std::io::{self, Read};
use std::path::PathBuf;

use libdeflater::Decompressor;

use super::Limits;
use super::entry::WORTH_A_PEEK;

/// Bytes that are read at first.
pub(super) const FIRST_READ: usize = WORTH_A_PEEK as usize;

/// What one worker keeps between entries: its buffers. There are two, each of [`Limits::in_memory`] at most, and `--memory` reckons with
/// that: whatever way an entry takes, no more of its bytes are wanted at the same time.
pub struct Scratch {
    /// What comes from the disk: a file, or an entry as it lies in its archive; also what was packed on its own inside an entry that is
    /// inflated already.
    pub(super) came: Vec<u8>,
    /// What is made of that: inflated, or unpacked.
    pub(super) made: Vec<u8>,
    /// Where the file at hand lies.
    pub(super) path: PathBuf,
    pub(super) decompressor: Decompressor,
}

impl Default for Scratch {
    fn default() -> Scratch {
        Scratch { came: Vec::new(), made: Vec::new(), path: PathBuf::new(), decompressor: Decompressor::new() }
    }
}

#[cfg(test)]
impl Scratch {
    /// Whether an address lies in one of the buffers.
    pub(super) fn holds(&self, address: usize) -> bool {
        [&self.came, &self.made].iter().any(|buffer| buffer.as_ptr_range().contains(&(address as *const u8)))
    }

    /// Bytes that the buffers take, used or not.
    pub(super) fn bytes(&self) -> usize {
        self.came.capacity() + self.made.capacity()
    }
}

/// The first `length` bytes of a buffer, which only ever grows and is not cleared: nobody looks behind what he has filled. It grows by
/// powers of two, where a `Vec` doubles beyond the most that will ever be wanted.
pub(super) fn first(buffer: &mut Vec<u8>, length: usize) -> &mut [u8] {
    if buffer.len() < length {
        let room = if length as u64 > Limits::IN_MEMORY { length } else { length.next_power_of_two() };
        buffer.reserve_exact(room - buffer.len());
        buffer.resize(length, 0);
    }
    &mut buffer[..length]
}

/// A buffer that is filled from a stream.
pub(super) struct Filling<'b> {
    buffer: &'b mut Vec<u8>,
    filled: usize,
}

impl<'b> Filling<'b> {
    pub(super) fn new(buffer: &'b mut Vec<u8>) -> Filling<'b> {
        Filling { buffer, filled: 0 }
    }

    /// What came so far.
    pub(super) fn bytes(&self) -> &[u8] {
        &self.buffer[..self.filled]
    }

    /// Reads on, to the end of the stream or until there are `most` bytes.
    ///
    /// # Errors
    /// As the stream; what came before is there.
    pub(super) fn up_to(&mut self, most: usize, stream: &mut dyn Read) -> io::Result<()> {
        while self.filled < most {
            if self.filled == self.buffer.len() {
                first(self.buffer, (self.filled * 2).max(FIRST_READ).min(most));
            }
            let room = self.buffer.len().min(most);
            if self.read(room, stream)? == 0 {
                break;
            }
        }
        Ok(())
    }

    /// As [`Filling::up_to`], in pieces of one size: what a stream gives of a piece before it fails is lost, and how much that is must not
    /// depend on how large the buffer has become by what was read before.
    pub(super) fn by_pieces(&mut self, most: usize, stream: &mut dyn Read) -> io::Result<()> {
        while self.filled < most {
            let room = (self.filled + FIRST_READ).min(most);
            if room > self.buffer.len() {
                first(self.buffer, room);
            }
            if self.read(room, stream)? == 0 {
                break;
            }
        }
        Ok(())
    }

    /// Reads once, and no further than to `room`.
    fn read(&mut self, room: usize, stream: &mut dyn Read) -> io::Result<usize> {
        loop {
            match stream.read(&mut self.buffer[self.filled..room]) {
                Ok(length) => {
                    self.filled += length;
                    return Ok(length);
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
    }
}
