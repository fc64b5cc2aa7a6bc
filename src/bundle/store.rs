//! Where encoded runs wait for their bundle: in memory, and as much as finds no room there in an unlinked temporary file.
//! Runs that are in a bundle written ahead are found in that.
//!
//! Most runs wait for a moment, until their bundle is written ahead; others, that are to be merged or stand in the first
//! bundle, to the end. So what has been in memory longest makes room for what comes, and keeps its location.

use std::io::IoSlice;
use std::ops::{Deref, Range};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, TryLockError};

use super::error::{WriteError, WriteErrorKind};
use super::location::{Location, Spot, StoredChunk};
use super::reopened::Reopened;
use super::run_memory::RunMemory;
use super::shelf::{CHUNK_OVERHEAD, Kept, Shelf};
use super::spill::SpillFile;

/// Keeps chunks of encoded runs, from many threads at once and in any order.
///
/// No lock for which others have to wait is held while bytes are copied, written or read, unless memory is full beyond its ceiling.
#[derive(Debug)]
pub struct RunStore {
    memory: RunMemory,
    shelf: Mutex<Shelf>,
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
    pub fn sharing(memory: &RunMemory, folder: &Path) -> RunStore {
        RunStore {
            memory: memory.clone(),
            shelf: Mutex::default(),
            spill: SpillFile::new(folder),
            making_room: Mutex::default(),
            reopened: Reopened::default(),
        }
    }

    /// Keeps a copy of `bytes`; the caller's buffer can be used again.
    ///
    /// # Errors
    /// When the temporary file cannot be made or written.
    pub fn put(&self, bytes: &[u8]) -> Result<StoredChunk, WriteError> {
        let start = match self.put_in_memory(bytes)? {
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
        if let Some(cost) = self.shelf().release(number, length) {
            self.memory.give_back(cost);
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
    pub(super) fn copy(&self, found: &Found, out: &mut Vec<u8>) -> Result<(), WriteError> {
        match found {
            Found::Held(held) => {
                out.extend_from_slice(held);
                Ok(())
            }
            Found::Spilled(place) => self.spill.read(place, out),
            Found::Ahead { number, place } => self.reopened.read(*number, place, out),
        }
    }

    /// Where the `length` bytes at `at` are now.
    ///
    /// # Errors
    /// When nothing was ever put there.
    pub(super) fn find(&self, at: Location, length: usize) -> Result<Found, WriteError> {
        let from = |begin: u64| begin.checked_add(length as u64).map(|end| begin..end).ok_or(WriteErrorKind::NotStored);
        match at.spot() {
            Spot::Chunk { number, offset } => {
                let end = offset.checked_add(length).ok_or(WriteErrorKind::NotStored)?;
                match self.shelf().get(number) {
                    Some(Kept::InMemory(bytes)) if end <= bytes.len() => {
                        Ok(Found::Held(Held { bytes, range: offset..end }))
                    }
                    Some(Kept::InFile { begin, end: last }) if end as u64 <= last - begin => {
                        Ok(Found::Spilled(begin + offset as u64..begin + end as u64))
                    }
                    _ => Err(WriteErrorKind::NotStored.into()),
                }
            }
            Spot::Spill(offset) => {
                let place = from(offset)?;
                if place.end > self.spilled() {
                    return Err(WriteErrorKind::NotStored.into());
                }
                Ok(Found::Spilled(place))
            }
            Spot::Ahead { number, offset } => Ok(Found::Ahead { number, place: from(offset)? }),
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

    /// Whether one `part`-th of the memory is taken by what this store holds and those with which it shares the memory.
    pub fn is_filled_to(&self, part: u64) -> bool {
        self.memory.held().saturating_mul(part) >= self.memory.ceiling()
    }

    /// Bytes held in memory, with what their keeping costs.
    pub fn in_memory(&self) -> u64 {
        self.shelf().held
    }

    /// Where the bytes of a bundle begin that was written ahead and lies at `path`; nothing when there are too many.
    pub(super) fn written_ahead(&self, path: PathBuf) -> Option<Location> {
        self.reopened.add(path).map(Location::of_ahead)
    }

    fn put_in_memory(&self, bytes: &[u8]) -> Result<Option<Location>, WriteError> {
        let cost = bytes.len() as u64 + CHUNK_OVERHEAD;
        if cost > self.memory.ceiling().min(u64::from(u32::MAX)) || bytes.is_empty() {
            return Ok(None);
        }
        while !self.memory.reserve(cost) {
            let making_room = match self.making_room.try_lock() {
                Ok(making_room) => making_room,
                Err(TryLockError::Poisoned(poisoned)) => poisoned.into_inner(),
                Err(TryLockError::WouldBlock) if self.memory.overdraw(cost) => break,
                Err(TryLockError::WouldBlock) => {
                    drop(self.making_room.lock());
                    continue;
                }
            };
            if !self.make_room(making_room)? {
                return Ok(None);
            }
        }
        let bytes: Arc<[u8]> = bytes.into();
        let number = self.shelf().put(bytes);
        Ok(Some(Location::of_chunk(number)))
    }

    /// Moves what has been in memory longest into the file; whether there was anything: else the memory is others'.
    fn make_room(&self, alone: MutexGuard<'_, ()>) -> Result<bool, WriteError> {
        let leaving = self.shelf().oldest(self.memory.made_free_at_once());
        if leaving.is_empty() {
            return Ok(false);
        }
        let mut pieces: Vec<_> = leaving.iter().map(|one| IoSlice::new(&one.bytes)).collect();
        let mut offset = self.spill.put(&mut pieces)?;
        let mut shelf = self.shelf();
        let mut free = 0;
        for one in &leaving {
            free += shelf.leave(one, offset).unwrap_or(0);
            offset += one.bytes.len() as u64;
        }
        drop(shelf);
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
        self.memory.give_back(self.in_memory());
    }
}

/// Where bytes are.
pub(super) enum Found {
    Held(Held),
    /// At this place of the temporary file.
    Spilled(Range<u64>),
    /// In the bundle written ahead with this number.
    Ahead {
        number: usize,
        place: Range<u64>,
    },
}

/// Bytes of a run in memory; they stay there while somebody holds them.
#[derive(Debug, Clone)]
pub struct Held {
    bytes: Arc<[u8]>,
    range: Range<usize>,
}

impl Held {
    /// Leaves as many bytes out at the end.
    pub(super) fn shorten(&mut self, by: usize) {
        self.range.end = self.range.end.saturating_sub(by).max(self.range.start);
    }

    /// Takes in the bytes behind it, if they are these.
    pub(super) fn extend(&mut self, behind: &[u8]) -> bool {
        let follow = self.bytes.get(self.range.end..).is_some_and(|rest| rest.starts_with(behind));
        if follow {
            self.range.end += behind.len();
        }
        follow
    }
}

impl Deref for Held {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        self.bytes.get(self.range.clone()).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(store: &RunStore, chunk: StoredChunk) -> Vec<u8> {
        let mut out = Vec::new();
        store.read(chunk.start, chunk.length as usize, &mut out).unwrap();
        out
    }

    fn hold(store: &RunStore, at: Location, length: usize) -> Option<Held> {
        match store.find(at, length) {
            Ok(Found::Held(held)) => Some(held),
            _ => None,
        }
    }

    fn is_in_memory(store: &RunStore, chunk: StoredChunk) -> bool {
        hold(store, chunk.start, chunk.length as usize).is_some()
    }

    #[test]
    fn memory_is_free_when_nobody_wants_any_byte_of_a_chunk() {
        let folder = tempfile::tempdir().unwrap();
        let store = RunStore::new(folder.path(), 10 + CHUNK_OVERHEAD);
        let chunk = store.put(b"0123456789").unwrap();
        store.release(chunk.start, 4);
        assert_eq!(store.in_memory(), 10 + CHUNK_OVERHEAD);
        let held = hold(&store, chunk.start.forward(4), 6).unwrap();
        store.release(chunk.start.forward(4), 6);
        // Whoever holds it may go on reading.
        assert_eq!((&*held, store.in_memory()), (&b"456789"[..], 0));
        assert!(hold(&store, chunk.start, 1).is_none());
        let next = store.put(b"abc").unwrap();
        assert!(is_in_memory(&store, next));
        store.discard(&next);
        assert_eq!(store.in_memory(), 0);
    }

    #[test]
    fn finds_runs_in_a_bundle_that_was_written_ahead() {
        let folder = tempfile::tempdir().unwrap();
        let store = RunStore::new(folder.path(), 0);
        let path = folder.path().join("ahead");
        std::fs::write(&path, b"head run,run").unwrap();
        let begin = store.written_ahead(path).unwrap();
        let mut out = Vec::new();
        store.read(begin.forward(5), 3, &mut out).unwrap();
        assert_eq!(out, b"run");
    }

    #[test]
    fn holds_chunks_in_memory_up_to_the_ceiling_and_then_in_the_file() {
        let folder = tempfile::tempdir().unwrap();
        let store = RunStore::new(folder.path(), 2 * (3 + CHUNK_OVERHEAD));
        let chunks: Vec<_> = [b"one", b"two", b"six", b"ten"].iter().map(|text| store.put(*text).unwrap()).collect();
        let are_in_memory = || chunks.iter().map(|&chunk| is_in_memory(&store, chunk)).collect::<Vec<_>>();
        // What came first has made room.
        assert_eq!(are_in_memory(), [false, false, true, true]);
        assert_eq!((store.in_memory(), store.spilled()), (2 * (3 + CHUNK_OVERHEAD), 6));
        assert_eq!(chunks.iter().map(|&chunk| read(&store, chunk)).collect::<Vec<_>>().concat(), b"onetwosixten");
        let long = store.put(&[b'x'; 200]).unwrap();
        assert!(!is_in_memory(&store, long) && are_in_memory() == [false, false, true, true], "no room for it anyway");
        for chunk in chunks {
            store.discard(&chunk);
        }
        assert_eq!(store.in_memory(), 0);
    }

    #[test]
    fn what_makes_room_goes_in_one_piece_and_is_found_there() {
        let folder = tempfile::tempdir().unwrap();
        let ceiling = 64 << 10;
        let store = RunStore::new(folder.path(), ceiling);
        let chunks: Vec<_> = (0..2000_u32).map(|number| store.put(&number.to_le_bytes().repeat(9)).unwrap()).collect();
        assert!(store.spilled() > 0 && store.in_memory() <= ceiling);
        assert!(
            store.in_memory() >= ceiling - store.memory.made_free_at_once() - 200,
            "no more than a part of it leaves at once"
        );
        for (number, chunk) in (0_u32..).zip(chunks) {
            assert_eq!(read(&store, chunk), number.to_le_bytes().repeat(9));
        }
    }

    #[test]
    fn while_one_makes_room_others_take_a_little_more_or_wait() {
        let folder = tempfile::tempdir().unwrap();
        let cost = 100 + CHUNK_OVERHEAD;
        let store = RunStore::new(folder.path(), 32 * cost);
        let put = || store.put(&[b'x'; 100]).unwrap();
        for _ in 0..32 {
            put();
        }
        let making_room = store.making_room.lock().unwrap();
        put();
        assert_eq!((store.in_memory(), store.spilled()), (33 * cost, 0));
        std::thread::scope(|scope| {
            let waiting = scope.spawn(put);
            std::thread::sleep(std::time::Duration::from_millis(20));
            assert!(!waiting.is_finished() && store.in_memory() == 33 * cost);
            drop(making_room);
            waiting.join().unwrap();
        });
        assert_eq!((store.in_memory(), store.spilled()), (32 * cost, 200));
    }

    #[test]
    fn what_nobody_wants_makes_no_room() {
        let folder = tempfile::tempdir().unwrap();
        let store = RunStore::new(folder.path(), 2 * (3 + CHUNK_OVERHEAD));
        let stays = store.put(b"one").unwrap();
        for _ in 0..5 {
            store.discard(&store.put(b"two").unwrap());
        }
        assert_eq!((is_in_memory(&store, stays), store.spilled()), (true, 0));
        // It is half released, and what is left of it is found in the file.
        store.release(stays.start, 2);
        let others = [store.put(b"two").unwrap(), store.put(b"six").unwrap()];
        assert_eq!((is_in_memory(&store, stays), store.spilled()), (false, 3));
        assert!(others.iter().all(|&other| is_in_memory(&store, other)));
        let mut last = Vec::new();
        store.read(stays.start.forward(2), 1, &mut last).unwrap();
        store.release(stays.start.forward(2), 1);
        assert_eq!((last.as_slice(), store.in_memory()), (&b"e"[..], 2 * (3 + CHUNK_OVERHEAD)));
        assert!(store.read(stays.start, 1, &mut last).is_err());
        let moved = others[0];
        store.put(b"ten").unwrap();
        assert!(!is_in_memory(&store, moved) && store.read(moved.start, 4, &mut last).is_err());
    }

    #[test]
    fn stores_share_memory_and_give_it_back() {
        let folder = tempfile::tempdir().unwrap();
        let memory = RunMemory::of(3 + CHUNK_OVERHEAD);
        let (first, second) = (RunStore::sharing(&memory, folder.path()), RunStore::sharing(&memory, folder.path()));
        let put = |store: &RunStore| is_in_memory(store, store.put(b"one").unwrap());
        assert!(put(&first) && !put(&second));
        drop(first);
        assert_eq!(memory.held(), 0);
        assert!(put(&second));
    }

    #[test]
    fn refuses_places_where_nothing_was_put() {
        let folder = tempfile::tempdir().unwrap();
        let store = RunStore::new(folder.path(), 1000);
        let chunk = store.put(b"abc").unwrap();
        let mut out = Vec::new();
        for (at, length) in [
            (chunk.start, 4),
            (chunk.start.forward(1 << 32), 1),
            (Location::of_spill(0), 1),
            (Location::of_spill(9), 1),
        ] {
            let error = store.read(at, length, &mut out).unwrap_err();
            assert!(matches!(error.kind(), WriteErrorKind::NotStored), "{error}");
        }
        assert!(out.is_empty());
    }

    #[test]
    fn many_threads_put_at_once() {
        let folder = tempfile::tempdir().unwrap();
        let store = RunStore::new(folder.path(), 20_000);
        let chunks: Vec<(String, StoredChunk)> = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..4)
                .map(|thread| {
                    let store = &store;
                    scope.spawn(move || {
                        let put = |n: usize| {
                            let text = format!("{thread}:{n}:{}", "x".repeat(n % 70));
                            let chunk = store.put(text.as_bytes()).unwrap();
                            (text, chunk)
                        };
                        (0..200).map(put).collect::<Vec<_>>()
                    })
                })
                .collect();
            threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect()
        });
        assert!(store.in_memory() <= 20_000 && store.spilled() > 0);
        for (text, chunk) in chunks {
            assert_eq!(read(&store, chunk), text.as_bytes());
        }
    }
}
