//! Archives as bytes: files, spooled streams, parts of others. The only file with unsafe code.
#![allow(unsafe_code, reason = "mapping a file is unsafe by nature; see `map`")]

use std::fs::File;
use std::io;
use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use memmap2::Mmap;

use super::scratch;

/// Whether our own temporary files may be mapped into memory. Files of others never are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Mapping {
    /// An archive that came packed, or as a stream, and was spooled is mapped.
    #[default]
    Allowed,
    /// It is read: for temporary folders on file systems that do not map.
    Never,
}

/// All bytes of an archive, shared by whoever reads from it.
#[derive(Debug, Clone)]
pub(super) struct ArchiveBytes {
    backing: Arc<Backing>,
    part: Range<usize>,
}

#[derive(Debug)]
enum Backing {
    /// A file of somebody else, who may shorten it at any time.
    File(File),
    /// A file of our own, and its map with the bytes used since its pages were last given back.
    Mapped(Mmap, File, AtomicUsize),
    Held(Vec<u8>),
}

impl ArchiveBytes {
    /// The bytes that a file has now, which are read when they are asked for.
    pub(super) fn of_file(file: File) -> io::Result<ArchiveBytes> {
        let length = usize::try_from(file.metadata()?.len()).map_err(io::Error::other)?;
        Ok(ArchiveBytes { backing: Arc::new(Backing::File(file)), part: 0..length })
    }

    /// Those of a file of our own that nobody else can reach. It is mapped, unless that is not allowed or not possible.
    pub(super) fn of_own_file(file: File, mapping: Mapping) -> io::Result<ArchiveBytes> {
        let mapped = match mapping {
            Mapping::Allowed => map(&file).ok(),
            Mapping::Never => None,
        };
        let Some(map) = mapped else { return ArchiveBytes::of_file(file) };
        let part = 0..map.len();
        Ok(ArchiveBytes { backing: Arc::new(Backing::Mapped(map, file, AtomicUsize::new(0))), part })
    }

    pub(super) fn held(bytes: Vec<u8>) -> ArchiveBytes {
        let part = 0..bytes.len();
        ArchiveBytes { backing: Arc::new(Backing::Held(bytes)), part }
    }

    /// A part of these bytes that is an archive of its own: a stored zip inside a zip.
    pub(super) fn slice(&self, part: Range<usize>) -> ArchiveBytes {
        let start = self.part.start + part.start;
        ArchiveBytes { backing: Arc::clone(&self.backing), part: start..start + part.len() }
    }

    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.part.len()
    }

    /// Copies the bytes from `at` on. Of a file they are read, also where it is mapped: that costs no more than the page
    /// faults that it saves.
    pub(super) fn read_into(&self, at: usize, out: &mut [u8]) -> io::Result<()> {
        let end = at.checked_add(out.len()).filter(|end| *end <= self.part.len()).ok_or_else(cut)?;
        match &*self.backing {
            Backing::File(file) | Backing::Mapped(_, file, _) => {
                read_exact_at(file, out, (self.part.start + at) as u64)
            }
            Backing::Held(bytes) => {
                let part = bytes.get(self.part.start + at..self.part.start + end);
                out.copy_from_slice(part.ok_or_else(cut)?);
                Ok(())
            }
        }
    }

    /// The bytes of `part`: in place when they are in memory, otherwise in `buffer`, which only ever grows.
    pub(super) fn read<'b>(&'b self, part: Range<usize>, buffer: &'b mut Vec<u8>) -> io::Result<&'b [u8]> {
        if let Backing::Held(bytes) = &*self.backing {
            let part = self.part.start + part.start..self.part.start + part.end;
            return bytes.get(part).ok_or_else(cut);
        }
        let bytes = scratch::first(buffer, part.len());
        self.read_into(part.start, bytes)?;
        Ok(bytes)
    }

    /// The bytes of `part` where they are in memory or mapped.
    pub(super) fn in_place(&self, part: Range<usize>) -> Option<&[u8]> {
        let bytes: &[u8] = match &*self.backing {
            Backing::File(_) => return None,
            Backing::Mapped(map, ..) => {
                self.used(part.len());
                map
            }
            Backing::Held(bytes) => bytes,
        };
        bytes.get(self.part.start + part.start..self.part.start + part.end)
    }

    /// Counts bytes of the map as used. Every few MiB all pages of the map go back to the system: what is still needed comes back
    /// from its cache at the price of a fault, and what is not no longer counts as our memory, however large the archive.
    fn used(&self, bytes: usize) {
        /// Bytes between two calls: each call makes all threads forget the map.
        const BATCH: usize = 8 << 20;
        /// A fault brings in its neighbourhood: what a small entry costs at least.
        const LEAST: usize = 16 << 10;
        let Backing::Mapped(map, _, used) = &*self.backing else { return };
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

/// Maps a whole file of our own for reading.
///
/// Whoever shortens a mapped file ends the process with SIGBUS, and whoever changes it changes what was read already. So
/// this is for files that have no name and that no other process has open.
fn map(file: &File) -> io::Result<Mmap> {
    // SAFETY: the map is read-only and private to this module, and the file is one that nobody else can reach, as the
    // paragraph above demands.
    unsafe { Mmap::map(file) }
}
