//! Archives as bytes in memory: mapped files, spooled streams, parts of others. The only file with unsafe code.
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
    /// Archives are mapped.
    #[default]
    Allowed,
    /// Archives are read into memory: for file systems that do not map, or files that others cut meanwhile.
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
    /// A mapped file, with the bytes used since its pages were last given back.
    Mapped(Mmap, AtomicUsize),
    Held(Vec<u8>),
}

impl ArchiveBytes {
    /// Maps a file, or reads it when that is not allowed or not possible.
    pub(super) fn open(file: &mut File, mapping: Mapping) -> io::Result<ArchiveBytes> {
        if mapping == Mapping::Allowed
            && let Ok(map) = map(file)
        {
            return Ok(ArchiveBytes::new(Whole::Mapped(map, AtomicUsize::new(0))));
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

    /// Counts bytes as used. Every few MiB all pages of the map go back to the system: what is still needed comes back
    /// from its cache at the price of a fault, and what is not no longer counts as our memory, however large the archive.
    pub(super) fn used(&self, bytes: usize) {
        /// Bytes between two calls: each call makes all threads forget the map.
        const BATCH: usize = 8 << 20;
        /// A fault brings in its neighbourhood: what a small entry costs at least.
        const LEAST: usize = 16 << 10;
        let Whole::Mapped(map, used) = &*self.whole else { return };
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
            Whole::Mapped(map, _) => map,
            Whole::Held(bytes) => bytes,
        }
    }
}

/// Maps a whole file for reading.
///
/// Whom we trust: nobody may shorten the file while we read it. If somebody does, the system stops the process with
/// SIGBUS; `--no-mmap` is for places where that can happen. A file that is changed in place gives wrong bytes, which
/// every reader here checks like any stranger's.
fn map(file: &File) -> io::Result<Mmap> {
    // SAFETY: the map is read-only and private to this module, and is only ever seen as bytes without any meaning; the
    // paragraph above says what remains of the contract.
    unsafe { Mmap::map(file) }
}
