//! Where encoded runs wait for their bundle: in memory, and as much as finds no room there in an unlinked temporary file.
//! Runs that are in a bundle written ahead are found in that.
//!
//! Most runs wait for a moment, until their bundle is written ahead; others, that are to be merged or stand in the first
//! bundle, to the end. So what has been in memory longest makes room for what comes, and keeps its location.

use std::io::IoSlice;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError, TryLockError};

use super::error::{WriteError, WriteErrorKind};
use super::location::{Location, Spot, StoredChunk};
use super::reopened::Reopened;
use super::run_memory::RunMemory;
use super::segment::HeldBytes;
use super::shelf::{Leaving, Look, Shelf, Wanted};
use super::spill::SpillFile;

#[cfg(test)]
mod tests;

/// Keeps chunks of encoded runs, from many threads at once and in any order.
///
/// No lock for which others have to wait is held while bytes are copied, written or read, unless memory is full beyond
/// its ceiling.
#[derive(Debug)]
pub struct RunStore {
    memory: RunMemory,
    shelf: Mutex<Shelf>,
    /// Tests of its runs that are known.
    tests: AtomicU64,
    spill: SpillFile,
    /// Who writes into the file to make room does so alone: others would only wait for the file.
    making_room: Mutex<()>,
    reopened: Reopened,
}

impl RunStore {
    /// A store that holds up to `ceiling` bytes in memory and the rest in a file without a name inside `folder`. That
    /// file is made when it is first needed.
    pub fn new(folder: &Path, ceiling: u64) -> RunStore {
        RunStore::sharing(&RunMemory::of(ceiling), folder)
    }

    /// As [`RunStore::new`], with memory that others use, too; what this store took of it is free when it is dropped.
    pub(crate) fn sharing(memory: &RunMemory, folder: &Path) -> RunStore {
        RunStore {
            memory: memory.clone(),
            shelf: Mutex::default(),
            tests: AtomicU64::new(0),
            spill: SpillFile::new(folder),
            making_room: Mutex::default(),
            reopened: Reopened::default(),
        }
    }

    /// As it is, with no more than `most` bundles written ahead.
    #[cfg(test)]
    pub(super) fn with_most_ahead(mut self, most: usize) -> RunStore {
        self.reopened = Reopened::with_most(most);
        self
    }

    /// Keeps a copy of `bytes`; the caller's buffer can be used again.
    ///
    /// # Errors
    /// When the temporary file cannot be made or written.
    pub fn put(&self, bytes: &[u8]) -> Result<StoredChunk, WriteError> {
        self.put_wanted(bytes, Wanted::ForNow)
    }

    /// As [`RunStore::put`], for what is going to be wanted to the end.
    ///
    /// # Errors
    /// As there.
    pub fn put_to_stay(&self, bytes: &[u8]) -> Result<StoredChunk, WriteError> {
        self.put_wanted(bytes, Wanted::ToTheEnd)
    }

    fn put_wanted(&self, bytes: &[u8], wanted: Wanted) -> Result<StoredChunk, WriteError> {
        let start = match self.put_in_memory(bytes, wanted)? {
            Some(location) => location,
            None => self.spill(bytes)?,
        };
        Ok(StoredChunk { start, length: bytes.len() as u64 })
    }

    /// Keeps `bytes` in the temporary file, whatever room there is in memory.
    pub(super) fn spill(&self, bytes: &[u8]) -> Result<Location, WriteError> {
        self.spill.put(&mut [IoSlice::new(bytes)]).map(Location::of_spill)
    }

    /// Reads what is in the temporary file at `at`.
    pub(super) fn read_spilled(&self, at: Location, out: &mut [u8]) -> Result<(), WriteError> {
        match at.spot() {
            Spot::Spill(offset) => self.spill.read_exact(offset, out),
            Spot::Chunk { .. } | Spot::Ahead { .. } => Err(WriteErrorKind::NotStored.into()),
        }
    }

    /// Nobody will ask for these `length` bytes of a chunk any more. When that has been said of all its bytes, its memory
    /// is free.
    pub fn release(&self, at: Location, length: u64) {
        let Spot::Chunk { number, .. } = at.spot() else { return };
        let free = self.shelf().release(number, length);
        if free.is_some() {
            self.memory.give_back(free);
        }
    }

    /// Nobody will ask for a chunk any more.
    pub fn discard(&self, chunk: &StoredChunk) {
        self.release(chunk.start, chunk.length);
    }

    /// Appends the `length` bytes at `at` to `out`.
    ///
    /// # Errors
    /// When the temporary file cannot be read, or nothing was ever put there.
    pub fn read(&self, at: Location, length: usize, out: &mut Vec<u8>) -> Result<(), WriteError> {
        self.copy(&self.find(at, length)?, out)
    }

    /// Appends what was found to `out`.
    ///
    /// # Errors
    /// When a file cannot be read.
    pub(super) fn copy(&self, found: &Whereabouts, out: &mut Vec<u8>) -> Result<(), WriteError> {
        match found {
            Whereabouts::Held(held) => {
                out.extend_from_slice(held);
                Ok(())
            }
            Whereabouts::Spilled(place) => self.spill.read(place, out),
            Whereabouts::Ahead { number, place } => self.reopened.read(*number, place, out),
        }
    }

    /// Where the `length` bytes at `at` are now.
    ///
    /// # Errors
    /// When nothing was ever put there.
    pub(super) fn find(&self, at: Location, length: usize) -> Result<Whereabouts, WriteError> {
        let from = |begin: u64| begin.checked_add(length as u64).map(|end| begin..end).ok_or(WriteErrorKind::NotStored);
        match at.spot() {
            Spot::Chunk { number, offset } => {
                let end = offset.checked_add(length).ok_or(WriteErrorKind::NotStored)?;
                self.find_in_chunk(number, offset..end)
            }
            Spot::Spill(offset) => {
                let place = from(offset)?;
                if place.end > self.spilled() {
                    return Err(WriteErrorKind::NotStored.into());
                }
                Ok(Whereabouts::Spilled(place))
            }
            Spot::Ahead { number, offset } => Ok(Whereabouts::Ahead { number, place: from(offset)? }),
        }
    }

    fn find_in_chunk(&self, number: u32, part: Range<usize>) -> Result<Whereabouts, WriteError> {
        let look = self.shelf().look(number).ok_or(WriteErrorKind::NotStored)?;
        match look {
            Look::InMemory(segment, chunk) if part.end <= chunk.len() => {
                Ok(Whereabouts::Held(segment.hold(chunk.start + part.start..chunk.start + part.end)))
            }
            Look::InFile(place) if part.end as u64 <= place.end - place.start => {
                Ok(Whereabouts::Spilled(place.start + part.start as u64..place.start + part.end as u64))
            }
            Look::InMemory(..) | Look::InFile(_) => Err(WriteErrorKind::NotStored.into()),
        }
    }

    /// Bytes that went into the temporary file so far.
    pub fn spilled(&self) -> u64 {
        self.spill.end()
    }

    /// The temporary file.
    pub(super) fn spill_file(&self) -> &SpillFile {
        &self.spill
    }

    /// Bytes that this store and those with which it shares the memory hold, and how many they may.
    pub(super) fn memory(&self) -> (u64, u64) {
        (self.memory.held(), self.memory.ceiling())
    }

    /// So many more Tests of this store's runs are known.
    pub(super) fn know(&self, tests: u64) {
        self.tests.fetch_add(tests, Ordering::Relaxed);
        self.memory.know(tests);
    }

    /// Bytes of memory that this store holds.
    pub fn in_memory(&self) -> u64 {
        self.shelf().held
    }

    /// Bytes in memory that somebody may still ask for.
    #[cfg(test)]
    pub(super) fn wanted_in_memory(&self) -> u64 {
        self.shelf().wanted_in_memory()
    }

    /// Whether a bundle more can be written ahead.
    pub(super) fn takes_more_ahead(&self) -> bool {
        self.reopened.takes_more()
    }

    /// Where the bytes of a bundle begin that was written ahead and lies at `path`; nothing when there are too many.
    pub(super) fn written_ahead(&self, path: PathBuf) -> Option<Location> {
        self.reopened.add(path).map(Location::of_ahead)
    }

    fn put_in_memory(&self, bytes: &[u8], wanted: Wanted) -> Result<Option<Location>, WriteError> {
        let most = self.memory.ceiling().min(u64::from(u32::MAX));
        if bytes.is_empty() || bytes.len() as u64 > most {
            return Ok(None);
        }
        let size = loop {
            let mut shelf = self.shelf();
            if let Some((number, adding)) = shelf.place(bytes.len(), wanted) {
                drop(shelf);
                adding.add(bytes);
                return Ok(Some(Location::of_chunk(number)));
            }
            let size = shelf.size_for(bytes.len(), wanted, &self.memory);
            drop(shelf);
            if self.memory.reserve(size as u64) {
                break size;
            }
            let making_room = match self.making_room.try_lock() {
                Ok(making_room) => making_room,
                Err(TryLockError::Poisoned(poisoned)) => poisoned.into_inner(),
                Err(TryLockError::WouldBlock) if self.memory.overdraw(size as u64) => break size,
                Err(TryLockError::WouldBlock) => {
                    drop(self.making_room.lock());
                    continue;
                }
            };
            if !self.make_room(making_room)? {
                return Ok(None);
            }
        };
        let segment = self.memory.segment(size);
        if let Some(adding) = segment.try_add() {
            adding.add(bytes);
        }
        Ok(self.shelf().add(segment, bytes.len(), wanted).map(Location::of_chunk))
    }

    /// Moves what has been in memory longest into the file; whether there was anything: else the memory is others'.
    fn make_room(&self, alone: MutexGuard<'_, ()>) -> Result<bool, WriteError> {
        let leaving = self.shelf().oldest(self.memory.large_segment() as u64);
        if leaving.is_empty() {
            return Ok(false);
        }
        let held: Vec<HeldBytes> = leaving.iter().flat_map(Leaving::hold).collect();
        let mut pieces: Vec<_> = held.iter().map(|piece| IoSlice::new(piece)).collect();
        let mut offset = self.spill.put(&mut pieces)?;
        drop(held);
        let mut shelf = self.shelf();
        let mut free = Vec::with_capacity(leaving.len());
        for one in &leaving {
            free.extend(shelf.leave(one, offset));
            offset += one.bytes();
        }
        drop(shelf);
        drop(leaving);
        // Who overdraws does so while this is held. What is given back then makes up for that.
        drop(alone);
        self.memory.give_back(free);
        Ok(true)
    }

    fn shelf(&self) -> MutexGuard<'_, Shelf> {
        self.shelf.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for RunStore {
    fn drop(&mut self) {
        self.memory.give_back(self.shelf().clear());
        self.memory.forget(self.tests.load(Ordering::Relaxed));
    }
}

/// Where bytes are.
pub(super) enum Whereabouts {
    Held(HeldBytes),
    /// At this place of the temporary file.
    Spilled(Range<u64>),
    /// In the bundle written ahead with this number.
    Ahead {
        number: usize,
        place: Range<u64>,
    },
}
