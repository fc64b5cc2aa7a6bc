//! Archives as bytes in memory: mapped files, spooled streams, parts of others. The only file with unsafe code.
#![allow(unsafe_code, reason = "mapping a file is unsafe by nature; see `map`")]

use std::fs::File;
use std::io::{self, Read};
use std::ops::Range;
use std::sync::Arc;

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
    Mapped(Mmap),
    Held(Vec<u8>),
}

impl ArchiveBytes {
    /// Maps a file, or reads it when that is not allowed or not possible.
    pub(super) fn open(file: &mut File, mapping: Mapping) -> io::Result<ArchiveBytes> {
        if mapping == Mapping::Allowed
            && let Ok(map) = map(file)
        {
            return Ok(ArchiveBytes::new(Whole::Mapped(map)));
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

    /// Tells the system that these bytes have been used, so that their pages do not count as ours any longer.
    pub(super) fn release(&self, used: Range<usize>) {
        /// Below this the call costs more than the pages weigh.
        const WORTH_A_CALL: usize = 64 * 1024;
        let Whole::Mapped(map) = &*self.whole else { return };
        if used.len() < WORTH_A_CALL {
            return;
        }
        let start = self.part.start + used.start;
        // SAFETY: `DontNeed` on a read-only map of a file drops clean pages only; a later read brings the same bytes
        // back from the file. No reference into the range is invalidated: the addresses stay mapped.
        #[cfg(unix)]
        let _ = unsafe { map.unchecked_advise_range(memmap2::UncheckedAdvice::DontNeed, start, used.len()) };
        #[cfg(not(unix))]
        let _ = (map, start);
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
            Whole::Mapped(map) => map,
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
