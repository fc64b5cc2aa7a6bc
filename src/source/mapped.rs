//! Archives as bytes: files, spooled streams, parts of others. The only file with unsafe code.
#![allow(unsafe_code, reason = "mapping a file is unsafe by nature; see `map`")]

use std::fs::File;
use std::io::{self, Read};
use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use memmap2::Mmap;

/// Whether files may be mapped into memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Mapping {
    /// Archives are mapped while they are listed; their entries are read.
    #[default]
    Allowed,
    /// Archives are read into memory whole: for file systems that do not map.
    Never,
}

/// All bytes of an archive, shared by whoever reads from it.
#[derive(Debug, Clone)]
pub(super) struct ArchiveBytes {
    whole: Arc<Whole>,
    part: Range<usize>,
}

#[derive(Debug)]
enum Whole {
    /// A file, and its map with the bytes used since its pages were last given back.
    Mapped(Mmap, File, AtomicUsize),
    Held(Vec<u8>),
}

impl ArchiveBytes {
    /// Maps a file, or reads it when that is not allowed or not possible.
    pub(super) fn open(file: &mut File, mapping: Mapping) -> io::Result<ArchiveBytes> {
        if mapping == Mapping::Allowed
            && let Ok(map) = map(file)
            && let Ok(file) = file.try_clone()
        {
            return Ok(ArchiveBytes::new(Whole::Mapped(map, file, AtomicUsize::new(0))));
        }
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes)?;
        Ok(ArchiveBytes::held(bytes))
    }

    pub(super) fn held(bytes: Vec<u8>) -> ArchiveBytes {
        ArchiveBytes::new(Whole::Held(bytes))
    }

    fn new(whole: Whole) -> ArchiveBytes {
        let length = whole.bytes().len();
        ArchiveBytes { whole: Arc::new(whole), part: 0..length }
    }

    /// A part of these bytes that is an archive of its own: a stored zip inside a zip.
    pub(super) fn slice(&self, part: Range<usize>) -> ArchiveBytes {
        let start = self.part.start + part.start;
        ArchiveBytes { whole: Arc::clone(&self.whole), part: start..start + part.len() }
    }

    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.part.len()
    }

    /// Copies the bytes from `at` on. Of a file they are read: through the map somebody who shortens the file would end
    /// the process, and reading costs no more than the page faults that it saves.
    pub(super) fn read_into(&self, at: usize, out: &mut [u8]) -> io::Result<()> {
        match &*self.whole {
            Whole::Mapped(_, file, _) => read_exact_at(file, out, (self.part.start + at) as u64),
            Whole::Held(_) => {
                let bytes = at.checked_add(out.len()).and_then(|end| self.as_ref().get(at..end));
                out.copy_from_slice(bytes.ok_or_else(cut)?);
                Ok(())
            }
        }
    }

    /// The bytes of `part`: in place when they are in memory, otherwise in `buffer`, which only ever grows.
    pub(super) fn read<'b>(&'b self, part: Range<usize>, buffer: &'b mut Vec<u8>) -> io::Result<&'b [u8]> {
        if let Whole::Held(_) = &*self.whole {
            return self.as_ref().get(part).ok_or_else(cut);
        }
        let length = part.len();
        if buffer.len() < length {
            buffer.resize(length, 0);
        }
        self.read_into(part.start, &mut buffer[..length])?;
        Ok(&buffer[..length])
    }

    /// Counts bytes of the map as used. Every few MiB all pages of the map go back to the system: what is still needed comes back
    /// from its cache at the price of a fault, and what is not no longer counts as our memory, however large the archive.
    pub(super) fn used(&self, bytes: usize) {
        /// Bytes between two calls: each call makes all threads forget the map.
        const BATCH: usize = 8 << 20;
        /// A fault brings in its neighbourhood: what a small entry costs at least.
        const LEAST: usize = 16 << 10;
        let Whole::Mapped(map, _, used) = &*self.whole else { return };
        let bytes = bytes.max(LEAST);
        if used.fetch_add(bytes, Ordering::Relaxed).saturating_add(bytes) < BATCH {
            return;
        }
        used.store(0, Ordering::Relaxed);
        // SAFETY: `DontNeed` on a read-only map of a file drops clean pages only; a later read brings the same bytes
        // back from the file. No reference into the map is invalidated: the addresses stay mapped.
        #[cfg(unix)]
        let _ = unsafe { map.unchecked_advise(memmap2::UncheckedAdvice::DontNeed) };
        #[cfg(not(unix))]
        let _ = map;
    }
}

impl AsRef<[u8]> for ArchiveBytes {
    fn as_ref(&self) -> &[u8] {
        &self.whole.bytes()[self.part.clone()]
    }
}

impl Whole {
    fn bytes(&self) -> &[u8] {
        match self {
            Whole::Mapped(map, ..) => map,
            Whole::Held(bytes) => bytes,
        }
    }
}

/// Reads at a place without moving the cursor, which all threads share.
fn read_exact_at(file: &File, mut out: &mut [u8], mut at: u64) -> io::Result<()> {
    while !out.is_empty() {
        #[cfg(unix)]
        let read = std::os::unix::fs::FileExt::read_at(file, out, at);
        #[cfg(windows)]
        let read = std::os::windows::fs::FileExt::seek_read(file, out, at);
        match read {
            Ok(0) => return Err(cut()),
            Ok(length) => {
                out = &mut out[length..];
                at += length as u64;
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

fn cut() -> io::Error {
    io::Error::new(io::ErrorKind::UnexpectedEof, "the archive was cut while it was read")
}

/// Maps a whole file for reading.
///
/// Whom we trust: nobody may shorten the file while it is listed, which takes moments. If somebody does, the system stops
/// the process with SIGBUS; `--no-mmap` is for places where that can happen. A file that is changed in place gives wrong
/// bytes, which every reader here checks like any stranger's.
fn map(file: &File) -> io::Result<Mmap> {
    // SAFETY: the map is read-only and private to this module, and is only ever seen as bytes without any meaning; the
    // paragraph above says what remains of the contract.
    unsafe { Mmap::map(file) }
}
