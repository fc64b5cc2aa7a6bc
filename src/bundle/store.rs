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
use super::segment::Held;
use super::shelf::{Leaving, Look, Shelf};
use super::spill::SpillFile;

/// Keeps chunks of encoded runs, from many threads at once and in any order.
///
/// No lock for which others have to wait is held while bytes are copied, written or read, unless memory is full beyond its ceiling.
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
    pub fn sharing(memory: &RunMemory, folder: &Path) -> RunStore {
        RunStore {
            memory: memory.clone(),
            shelf: Mutex::default(),
            tests: AtomicU64::new(0),
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
        let free = self.shelf().release(number, length);
        self.memory.give_back(free);
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
                self.find_in_chunk(number, offset..end)
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

    fn find_in_chunk(&self, number: u32, part: Range<usize>) -> Result<Found, WriteError> {
        let look = self.shelf().look(number).ok_or(WriteErrorKind::NotStored)?;
        match look {
            Look::InMemory(segment, chunk) if part.end <= chunk.len() => {
                Ok(Found::Held(segment.hold(chunk.start + part.start..chunk.start + part.end)))
            }
            Look::InFile(place) if part.end as u64 <= place.end - place.start => {
                Ok(Found::Spilled(place.start + part.start as u64..place.start + part.end as u64))
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

    /// Where the bytes of a bundle begin that was written ahead and lies at `path`; nothing when there are too many.
    pub(super) fn written_ahead(&self, path: PathBuf) -> Option<Location> {
        self.reopened.add(path).map(Location::of_ahead)
    }

    fn put_in_memory(&self, bytes: &[u8]) -> Result<Option<Location>, WriteError> {
        let most = self.memory.ceiling().min(u64::from(u32::MAX));
        if bytes.is_empty() || bytes.len() as u64 > most {
            return Ok(None);
        }
        let size = loop {
            let mut shelf = self.shelf();
            if let Some((number, adding)) = shelf.place(bytes.len()) {
                drop(shelf);
                adding.add(bytes);
                return Ok(Some(Location::of_chunk(number)));
            }
            let size = shelf.size_for(bytes.len(), &self.memory);
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
        Ok(self.shelf().add(segment, bytes.len()).map(Location::of_chunk))
    }

    /// Moves what has been in memory longest into the file; whether there was anything: else the memory is others'.
    fn make_room(&self, alone: MutexGuard<'_, ()>) -> Result<bool, WriteError> {
        let leaving = self.shelf().oldest(self.memory.large_segment() as u64);
        if leaving.is_empty() {
            return Ok(false);
        }
        let held: Vec<Held> = leaving.iter().flat_map(Leaving::hold).collect();
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
        let store = RunStore::new(folder.path(), 10);
        let chunk = store.put(b"0123456789").unwrap();
        store.release(chunk.start, 4);
        assert_eq!(store.in_memory(), 10);
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
        let store = RunStore::new(folder.path(), 6);
        let chunks: Vec<_> = [b"one", b"two", b"six", b"ten"].iter().map(|text| store.put(*text).unwrap()).collect();
        let are_in_memory = || chunks.iter().map(|&chunk| is_in_memory(&store, chunk)).collect::<Vec<_>>();
        // What came first has made room.
        assert_eq!(are_in_memory(), [false, false, true, true]);
        assert_eq!((store.in_memory(), store.spilled()), (6, 6));
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
            store.in_memory() >= ceiling - store.memory.large_segment() as u64,
            "no more than a part of it leaves at once"
        );
        for (number, chunk) in (0_u32..).zip(chunks) {
            assert_eq!(read(&store, chunk), number.to_le_bytes().repeat(9));
        }
    }

    #[test]
    fn while_one_makes_room_others_take_a_little_more_or_wait() {
        let folder = tempfile::tempdir().unwrap();
        // Thirty-two chunks, of which four make room at a time.
        let store = RunStore::new(folder.path(), 3200);
        let put = |count| {
            (0..count).for_each(|_| {
                store.put(&[b'x'; 100]).unwrap();
            })
        };
        put(32);
        let making_room = store.making_room.lock().unwrap();
        put(4);
        assert_eq!((store.in_memory(), store.spilled()), (3600, 0));
        std::thread::scope(|scope| {
            let waiting = scope.spawn(|| put(1));
            std::thread::sleep(std::time::Duration::from_millis(20));
            assert!(!waiting.is_finished() && store.in_memory() == 3600);
            drop(making_room);
            waiting.join().unwrap();
        });
        // What makes room twice makes more than enough.
        assert_eq!((store.in_memory(), store.spilled()), (2900, 800));
    }

    #[test]
    fn chunks_that_are_put_while_others_are_read_do_not_wait() {
        let folder = tempfile::tempdir().unwrap();
        let store = RunStore::new(folder.path(), 8 << 20);
        let first = store.put(b"first").unwrap();
        let held = hold(&store, first.start, 5).unwrap();
        let second = store.put(b"second").unwrap();
        let third = store.put(b"third").unwrap();
        let segment = store.in_memory() / 2;
        assert!(segment > 0 && is_in_memory(&store, second) && is_in_memory(&store, third));
        drop(held);
        store.put(b"fourth").unwrap();
        assert_eq!(store.in_memory(), 2 * segment, "there is room in both");
    }

    #[test]
    fn the_more_tests_are_known_the_less_memory_runs_have() {
        let folder = tempfile::tempdir().unwrap();
        let memory = RunMemory::of(64 << 20);
        let ceiling = |store: &RunStore| store.memory().1 >> 20;
        let store = RunStore::sharing(&memory, folder.path());
        store.know(1 << 20);
        assert_eq!(ceiling(&store), 32);
        let other = RunStore::sharing(&memory, folder.path());
        other.know(100 << 20);
        assert_eq!((ceiling(&store), ceiling(&other)), (8, 8));
        drop(other);
        assert_eq!(ceiling(&store), 32);
    }

    #[test]
    fn what_nobody_wants_makes_no_room() {
        let folder = tempfile::tempdir().unwrap();
        let store = RunStore::new(folder.path(), 6);
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
        assert_eq!((last.as_slice(), store.in_memory()), (&b"e"[..], 6));
        assert!(store.read(stays.start, 1, &mut last).is_err());
        let moved = others[0];
        store.put(b"ten").unwrap();
        assert!(!is_in_memory(&store, moved) && store.read(moved.start, 4, &mut last).is_err());
    }

    #[test]
    fn stores_share_memory_and_give_it_back() {
        let folder = tempfile::tempdir().unwrap();
        let memory = RunMemory::of(3);
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

    #[test]
    fn many_threads_put_read_and_release() {
        let folder = tempfile::tempdir().unwrap();
        let store = &RunStore::new(folder.path(), 30_000);
        let text = |thread: usize, n: usize| format!("{thread}:{n}:").repeat(1 + n % 40);
        std::thread::scope(|scope| {
            for thread in 0..4 {
                scope.spawn(move || {
                    let mut chunks: Vec<Option<StoredChunk>> = Vec::new();
                    for n in 0..600 {
                        chunks.push(Some(store.put(text(thread, n).as_bytes()).unwrap()));
                        // A few stay, most go soon, and all are read on the way.
                        let other = n * 7 % chunks.len();
                        if let Some(chunk) = chunks[other] {
                            let begin = chunk.length as usize / 2;
                            let mut out = Vec::new();
                            let length = chunk.length as usize - begin;
                            store.read(chunk.start.forward(begin as u64), length, &mut out).unwrap();
                            assert_eq!(out, text(thread, other).as_bytes()[begin..]);
                        }
                        if n % 5 != 0
                            && let Some(chunk) = chunks[n.saturating_sub(3)].take()
                        {
                            store.discard(&chunk);
                        }
                    }
                    chunks.iter().flatten().for_each(|chunk| store.discard(chunk));
                });
            }
        });
        assert!(store.spilled() > 0);
        assert_eq!((store.in_memory(), store.wanted_in_memory(), store.memory.held()), (0, 0, 0));
    }
}
