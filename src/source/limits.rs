//! Bounds on what is taken from strangers' archives (spec bundle-zip.md section 3).

use std::sync::Arc;

use super::archive::ArchiveEntry;
use super::purse::Purse;
use crate::model::{Limit, LimitReached};

/// Bounds, each with the default that its constant documents.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Archives inside archives that are opened: 2 means a zip inside a zip. So many packings around one file, too.
    pub archive_depth: u32,
    /// Entries of one archive, those of archives inside it included.
    pub archive_entries: u64,
    /// Inflated bytes of one archive, those of archives inside it included.
    pub archive_bytes: u64,
    /// Inflated bytes of one entry.
    pub entry_bytes: u64,
    /// Inflated bytes for each packed byte, once more than [`Limits::RATIO_FREE`] bytes have come.
    pub ratio: u64,
    /// Memory that a zstd stream may ask for: the window that its writer chose, rounded down to a power of two.
    pub zstd_window: u64,
    /// Files and entries up to this size are lent whole, larger ones as a stream.
    pub in_memory: u64,
}

impl Limits {
    /// Bytes of an entry that may come whatever the ratio is: 10 MiB.
    pub const RATIO_FREE: u64 = 10 << 20;
    /// Default of [`Limits::in_memory`]: 4 MiB. Each worker has two buffers of this size, and no third.
    pub const IN_MEMORY: u64 = 4 << 20;

    /// [`Limits::in_memory`] as a length, and not less than `least`.
    pub(super) fn in_memory_or(&self, least: usize) -> usize {
        usize::try_from(self.in_memory).unwrap_or(usize::MAX).max(least)
    }

    /// The same limits for an entry of at most `bytes`.
    pub fn with_most(self, bytes: u64) -> Limits {
        Limits { entry_bytes: bytes, ..self }
    }

    /// Moves a limit, if it is one of these.
    pub fn set(&mut self, limit: Limit, value: u64) {
        match limit {
            Limit::EntryBytes => self.entry_bytes = value,
            Limit::ArchiveBytes => self.archive_bytes = value,
            Limit::ArchiveEntries => self.archive_entries = value,
            Limit::ArchiveDepth => self.archive_depth = u32::try_from(value).unwrap_or(u32::MAX),
            Limit::Ratio => self.ratio = value,
            Limit::ZstdWindow => self.zstd_window = value,
            _ => {}
        }
    }
}

impl Default for Limits {
    fn default() -> Limits {
        Limits {
            archive_depth: Limit::ArchiveDepth.default() as u32,
            archive_entries: Limit::ArchiveEntries.default(),
            archive_bytes: Limit::ArchiveBytes.default(),
            entry_bytes: Limit::EntryBytes.default(),
            ratio: Limit::Ratio.default(),
            zstd_window: Limit::ZstdWindow.default(),
            in_memory: Limits::IN_MEMORY,
        }
    }
}

/// What an outermost archive may still hold. Archives inside it spend from the same purse, or a thousand small ones
/// would come to what one may not.
#[derive(Debug)]
pub(super) struct Budget<'l> {
    limits: &'l Limits,
    entries: u64,
    bytes: u64,
    purse: Arc<Purse>,
}

impl<'l> Budget<'l> {
    /// That of an archive which has so many bytes, as it is packed; of a stream nobody knows more than what was unpacked.
    pub(super) fn new(limits: &'l Limits, packed: u64) -> Budget<'l> {
        Budget { limits, entries: 0, bytes: 0, purse: Arc::new(Purse::of(packed, limits)) }
    }

    /// What the reports of all of it may attach.
    pub(super) fn purse(&self) -> Arc<Purse> {
        Arc::clone(&self.purse)
    }

    pub(super) fn limits(&self) -> &'l Limits {
        self.limits
    }

    /// Whether so many more entries may come.
    pub(super) fn room_for(&self, entries: usize) -> Result<(), LimitReached> {
        let most = self.limits.archive_entries;
        if self.entries.saturating_add(entries as u64) <= most {
            return Ok(());
        }
        Err(LimitReached::new(Limit::ArchiveEntries, most, "the archive has more entries"))
    }

    /// Bytes that may still be unpacked.
    pub(super) fn left(&self) -> u64 {
        self.limits.archive_bytes.saturating_sub(self.bytes)
    }

    /// An archive was unpacked into so many bytes, to find out what is in it.
    pub(super) fn spend_unpacked(&mut self, bytes: u64) {
        self.bytes = self.bytes.saturating_add(bytes);
    }

    /// Spends what an archive says it holds; what it says is held against what comes. Of an archive that had to be unpacked,
    /// `unpacked` bytes are spent already.
    pub(super) fn spend(&mut self, entries: &[ArchiveEntry], unpacked: u64) -> Result<(), LimitReached> {
        self.room_for(entries.len())?;
        let held = entries.iter().fold(0_u64, |sum, entry| sum.saturating_add(entry.expected.bytes));
        let bytes = self.bytes.saturating_add(held.saturating_sub(unpacked));
        if bytes > self.limits.archive_bytes {
            let what = format!("the archive would inflate to {bytes} bytes");
            return Err(LimitReached::new(Limit::ArchiveBytes, self.limits.archive_bytes, what));
        }
        self.bytes = bytes;
        self.entries += entries.len() as u64;
        Ok(())
    }
}
