//! Bounds on what is taken from strangers' archives (spec bundle-zip.md section 3).

/// Bounds, each with the default that its constant documents.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Archives inside archives that are opened: 2 means a zip inside a zip.
    pub archive_depth: u32,
    /// Entries of one archive.
    pub archive_entries: usize,
    /// Inflated bytes of one entry.
    pub entry_bytes: u64,
    /// Inflated bytes for each packed byte, once more than [`Limits::RATIO_FREE`] bytes have come.
    pub ratio: u64,
    /// Files and entries up to this size are lent whole, larger ones as a stream.
    pub in_memory: u64,
}

impl Limits {
    /// Default of [`Limits::archive_depth`].
    pub const ARCHIVE_DEPTH: u32 = 2;
    /// Default of [`Limits::archive_entries`].
    pub const ARCHIVE_ENTRIES: usize = 1_000_000;
    /// Default of [`Limits::entry_bytes`]: 8 GiB.
    pub const ENTRY_BYTES: u64 = 8 << 30;
    /// Default of [`Limits::ratio`].
    pub const RATIO: u64 = 1000;
    /// Bytes of an entry that may come whatever the ratio is: 10 MiB.
    pub const RATIO_FREE: u64 = 10 << 20;
    /// Default of [`Limits::in_memory`]: 4 MiB. Each worker has two buffers of this size.
    pub const IN_MEMORY: u64 = 4 << 20;
}

impl Default for Limits {
    fn default() -> Limits {
        Limits {
            archive_depth: Limits::ARCHIVE_DEPTH,
            archive_entries: Limits::ARCHIVE_ENTRIES,
            entry_bytes: Limits::ENTRY_BYTES,
            ratio: Limits::RATIO,
            in_memory: Limits::IN_MEMORY,
        }
    }
}
