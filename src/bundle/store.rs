//! Where encoded runs wait until their Test Execution is complete: memory first, then an unlinked temporary file.

use std::fs::{self, File, OpenOptions};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};

use super::error::{WriteError, WriteErrorKind};
use super::name::TEMPORARY_SUFFIX;
use super::positioned;

/// Tells locations in memory from offsets in the spill file.
const IN_MEMORY: u64 = 1 << 63;
/// What a chunk in memory costs beyond its bytes: its place on the shelf and the allocator's share.
const CHUNK_OVERHEAD: u64 = 64;
/// Chunks that memory can hold; a chunk's number must fit between the offset in it and [`IN_MEMORY`].
const MAX_CHUNKS: u64 = (1 << 31) - 1;

/// Where a run is kept.
///
/// In memory: the chunk's number and the offset in that chunk; in the spill file: the offset. Either way the byte `n`
/// places further on has a location that is larger by `n`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Location(u64);

impl Location {
    /// The location `bytes` further on in the same chunk.
    pub(super) fn forward(self, bytes: u64) -> Location {
        Location(self.0.wrapping_add(bytes))
    }

    fn is_in_memory(self) -> bool {
        self.0 & IN_MEMORY != 0
    }
}

/// Where a chunk went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StoredChunk {
    pub(super) start: Location,
    pub(super) length: u64,
}

/// Memory that several stores share.
#[derive(Debug, Clone)]
pub struct RunMemory {
    ceiling: u64,
    held: Arc<AtomicU64>,
}

impl RunMemory {
    /// Up to `ceiling` bytes, with what their keeping costs.
    pub fn of(ceiling: u64) -> RunMemory {
        RunMemory { ceiling, held: Arc::default() }
    }

    /// Bytes that all stores hold at present.
    pub fn held(&self) -> u64 {
        self.held.load(Ordering::Relaxed)
    }

    fn reserve(&self, cost: u64) -> bool {
        let more = |held: u64| held.checked_add(cost).filter(|&sum| sum <= self.ceiling);
        self.held.fetch_update(Ordering::Relaxed, Ordering::Relaxed, more).is_ok()
    }

    fn give_back(&self, bytes: u64) {
        self.held.fetch_sub(bytes, Ordering::Relaxed);
    }
}

/// Keeps chunks of encoded runs, from many threads at once and in any order.
///
/// No lock is held while bytes are copied, written or read: a share of the memory, or a place in the file, is reserved
/// by one atomic operation.
#[derive(Debug)]
pub struct RunStore {
    folder: PathBuf,
    memory: RunMemory,
    in_memory: AtomicU64,
    shelf: Shelf,
    spill: OnceLock<File>,
    spilled: AtomicU64,
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
            folder: folder.to_path_buf(),
            memory: memory.clone(),
            in_memory: AtomicU64::new(0),
            shelf: Shelf::default(),
            spill: OnceLock::new(),
            spilled: AtomicU64::new(0),
        }
    }

    /// Keeps a copy of `bytes`; the caller's buffer can be used again.
    ///
    /// # Errors
    /// When the temporary file cannot be made or written.
    pub fn put(&self, bytes: &[u8]) -> Result<StoredChunk, WriteError> {
        let start = match self.put_in_memory(bytes) {
            Some(location) => location,
            None => self.put_in_file(bytes)?,
        };
        Ok(StoredChunk { start, length: bytes.len() as u64 })
    }

    /// Appends the `length` bytes at `at` to `out`.
    ///
    /// # Errors
    /// When the temporary file cannot be read, or nothing was ever put there.
    pub fn read(&self, at: Location, length: usize, out: &mut Vec<u8>) -> Result<(), WriteError> {
        if at.is_in_memory() {
            out.extend_from_slice(self.slice(at, length).ok_or(WriteErrorKind::NotStored)?);
            return Ok(());
        }
        let end = at.0.checked_add(length as u64).ok_or(WriteErrorKind::NotStored)?;
        let file = self.spill.get().filter(|_| end <= self.spilled()).ok_or(WriteErrorKind::NotStored)?;
        let before = out.len();
        out.resize(before + length, 0);
        positioned::read_exact_at(file, &mut out[before..], at.0)
            .map_err(WriteError::io("read back the temporary file in", &self.folder))
    }

    /// The `length` bytes at `at`, when they are in memory.
    pub fn slice(&self, at: Location, length: usize) -> Option<&[u8]> {
        if !at.is_in_memory() {
            return None;
        }
        let number = (at.0 & !IN_MEMORY) >> 32;
        let offset = (at.0 & u64::from(u32::MAX)) as usize;
        self.shelf.get(number)?.get(offset..offset.checked_add(length)?)
    }

    /// Bytes that went into the temporary file so far.
    pub fn spilled(&self) -> u64 {
        self.spilled.load(Ordering::Acquire)
    }

    /// Bytes held in memory, with what their keeping costs; never more than the ceiling.
    pub fn in_memory(&self) -> u64 {
        self.in_memory.load(Ordering::Relaxed)
    }

    fn put_in_memory(&self, bytes: &[u8]) -> Option<Location> {
        let cost = bytes.len() as u64 + CHUNK_OVERHEAD;
        if cost > u64::from(u32::MAX) {
            return None;
        }
        if !self.memory.reserve(cost) {
            return None;
        }
        self.in_memory.fetch_add(cost, Ordering::Relaxed);
        let number = self.shelf.put(bytes)?;
        Some(Location(IN_MEMORY | (number << 32)))
    }

    fn put_in_file(&self, bytes: &[u8]) -> Result<Location, WriteError> {
        let file = self.spill_file()?;
        let offset = self.spilled.fetch_add(bytes.len() as u64, Ordering::AcqRel);
        positioned::write_all_at(file, bytes, offset)
            .map_err(WriteError::io("write a temporary file in", &self.folder))?;
        Ok(Location(offset))
    }

    /// Two threads may make a file at the same time; the one that comes second is dropped, and gone with that.
    fn spill_file(&self) -> Result<&File, WriteError> {
        if let Some(file) = self.spill.get() {
            return Ok(file);
        }
        let file = nameless_file(&self.folder)?;
        Ok(self.spill.get_or_init(|| file))
    }
}

impl Drop for RunStore {
    fn drop(&mut self) {
        self.memory.give_back(self.in_memory());
    }
}

/// A file inside `folder` that has lost its name already: the system frees it however the process ends.
fn nameless_file(folder: &Path) -> Result<File, WriteError> {
    static NUMBER: AtomicU64 = AtomicU64::new(0);
    let number = NUMBER.fetch_add(1, Ordering::Relaxed);
    let path = folder.join(format!(".spill-{}-{number}{TEMPORARY_SUFFIX}", std::process::id()));
    let file = OpenOptions::new()
        .read(true)
        .write(true)
        .create_new(true)
        .open(&path)
        .map_err(WriteError::io("create", &path))?;
    fs::remove_file(&path).map_err(WriteError::io("unlink", &path))?;
    Ok(file)
}

/// Chunks by number: a list that grows without moving what it holds, so that readers and writers need no lock.
///
/// Row `r` holds the chunks from `2^r - 1` on, `2^r` of them, and is made when the first of them comes.
#[derive(Debug, Default)]
struct Shelf {
    rows: [OnceLock<Row>; 31],
    next: AtomicU64,
}

type Row = Box<[OnceLock<Box<[u8]>>]>;

impl Shelf {
    /// Keeps a copy of `bytes` and gives its number; nothing when the numbers are used up.
    fn put(&self, bytes: &[u8]) -> Option<u64> {
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        if number >= MAX_CHUNKS {
            return None;
        }
        let (row, place) = Shelf::place(number);
        let row = self.rows.get(row)?.get_or_init(|| (0..1_u64 << row).map(|_| OnceLock::new()).collect());
        row.get(place)?.set(bytes.into()).ok()?;
        Some(number)
    }

    fn get(&self, number: u64) -> Option<&[u8]> {
        let (row, place) = Shelf::place(number);
        self.rows.get(row)?.get()?.get(place)?.get().map(|bytes| &**bytes)
    }

    fn place(number: u64) -> (usize, usize) {
        let row = (number + 1).ilog2();
        (row as usize, (number + 1 - (1 << row)) as usize)
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

    #[test]
    fn holds_chunks_in_memory_up_to_the_ceiling_and_then_in_the_file() {
        let folder = tempfile::tempdir().unwrap();
        let store = RunStore::new(folder.path(), 2 * (3 + CHUNK_OVERHEAD));
        let chunks: Vec<_> = [b"one", b"two", b"six", b"ten"].iter().map(|text| store.put(*text).unwrap()).collect();
        assert!(chunks[0].start.is_in_memory() && chunks[1].start.is_in_memory());
        assert!(!chunks[2].start.is_in_memory() && !chunks[3].start.is_in_memory());
        assert_eq!((store.in_memory(), store.spilled()), (2 * (3 + CHUNK_OVERHEAD), 6));
        assert_eq!(chunks.iter().map(|&chunk| read(&store, chunk)).collect::<Vec<_>>().concat(), b"onetwosixten");
    }

    #[test]
    fn stores_share_memory_and_give_it_back() {
        let folder = tempfile::tempdir().unwrap();
        let memory = RunMemory::of(3 + CHUNK_OVERHEAD);
        let (first, second) = (RunStore::sharing(&memory, folder.path()), RunStore::sharing(&memory, folder.path()));
        assert!(first.put(b"one").unwrap().start.is_in_memory());
        assert!(!second.put(b"two").unwrap().start.is_in_memory());
        drop(first);
        assert_eq!(memory.held(), 0);
        assert!(second.put(b"six").unwrap().start.is_in_memory());
    }

    #[test]
    fn the_spill_file_has_no_name() {
        let folder = tempfile::tempdir().unwrap();
        let store = RunStore::new(folder.path(), 0);
        store.put(b"spilled").unwrap();
        assert_eq!(store.spilled(), 7);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    }

    #[test]
    fn refuses_places_where_nothing_was_put() {
        let folder = tempfile::tempdir().unwrap();
        let store = RunStore::new(folder.path(), 1000);
        let chunk = store.put(b"abc").unwrap();
        let mut out = Vec::new();
        for (at, length) in [(chunk.start, 4), (chunk.start.forward(1 << 32), 1), (Location(0), 1), (Location(9), 1)] {
            let error = store.read(at, length, &mut out).unwrap_err();
            assert!(matches!(error.kind(), WriteErrorKind::NotStored), "{error}");
        }
        assert!(out.is_empty());
    }

    #[test]
    fn a_folder_that_cannot_be_written_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let gone = folder.path().join("gone");
        let error = RunStore::new(&gone, 0).put(b"x").unwrap_err();
        assert!(error.to_string().starts_with("create ") && error.to_string().contains("gone"), "{error}");
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
    fn shelf_rows_follow_each_other_without_a_gap() {
        assert_eq!(
            (0..8).map(Shelf::place).collect::<Vec<_>>(),
            [(0, 0), (1, 0), (1, 1), (2, 0), (2, 1), (2, 2), (2, 3), (3, 0)]
        );
        assert_eq!(Shelf::place(MAX_CHUNKS - 1), (30, (1 << 30) - 1));
    }
}
