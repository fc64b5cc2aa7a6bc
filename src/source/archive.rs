//! Zip archives: the central directory as the index. The one door to the `zip` crate.

use std::collections::HashMap;
use std::io::{Cursor, Read};
use std::ops::Range;
use std::sync::OnceLock;

use zip::{CompressionMethod, ZipArchive};

use super::inflate::{self, Checked, Expected};
use super::mapped::ArchiveBytes;
use super::{Limits, name};
use crate::model::{Problem, ProblemKind};

/// An opened archive: its bytes and its entries in walk order.
#[derive(Debug)]
pub(super) struct Archive {
    bytes: ArchiveBytes,
    entries: Vec<ArchiveEntry>,
    /// Numbers of entries by lower-case name and by lower-case base name, for references whose case is wrong or that
    /// name no folder. Made when it is first needed.
    loose_names: OnceLock<HashMap<String, Option<usize>>>,
}

/// One file in an archive.
#[derive(Debug)]
pub(super) struct ArchiveEntry {
    /// Its name, made plain.
    pub(super) name: String,
    pub(super) expected: Expected,
    content: Content,
}

#[derive(Debug)]
enum Content {
    Stored(Range<usize>),
    Deflated(Range<usize>),
    /// A symbolic link: a name where nothing is.
    Link,
    Unreadable(String),
}

/// How the bytes of an entry are there.
pub(super) enum Packed<'a> {
    Stored(&'a [u8]),
    Deflated(&'a [u8]),
}

impl Archive {
    /// Reads the central directory.
    ///
    /// # Errors
    /// A problem of the archive as a whole; its entries cannot be trusted then.
    pub(super) fn open(bytes: ArchiveBytes, limits: &Limits) -> Result<Archive, Problem> {
        let mut zip = ZipArchive::new(Cursor::new(bytes.clone())).map_err(|error| {
            Problem::new(ProblemKind::Truncated, format!("the archive has no readable central directory: {error}"))
        })?;
        if zip.len() > limits.archive_entries {
            let message = format!("the archive has {} entries, the limit is {}", zip.len(), limits.archive_entries);
            return Err(Problem::new(ProblemKind::LimitReached, message));
        }
        let mut entries = Vec::with_capacity(zip.len());
        for number in 0..zip.len() {
            entries.extend(ArchiveEntry::read(&mut zip, number, bytes.as_ref().len()));
        }
        entries.sort_by(|one, other| name::compare(&one.name, &other.name));
        refuse_overlaps(&entries)?;
        Ok(Archive { bytes, entries, loose_names: OnceLock::new() })
    }

    pub(super) fn entries(&self) -> &[ArchiveEntry] {
        &self.entries
    }

    /// The packed bytes of an entry, or why there are none.
    pub(super) fn packed(&self, number: usize) -> Result<Packed<'_>, String> {
        let bytes = self.bytes.as_ref();
        match &self.entries[number].content {
            Content::Stored(range) => Ok(Packed::Stored(&bytes[range.clone()])),
            Content::Deflated(range) => Ok(Packed::Deflated(&bytes[range.clone()])),
            Content::Link => Err("it is a symbolic link".to_owned()),
            Content::Unreadable(why) => Err(why.clone()),
        }
    }

    /// Gives the pages of an entry back to the system.
    pub(super) fn release(&self, number: usize) {
        if let Content::Stored(range) | Content::Deflated(range) = &self.entries[number].content {
            self.bytes.release(range.clone());
        }
    }

    /// The first bytes of an entry: enough to tell an archive from a report.
    pub(super) fn first_bytes(&self, number: usize) -> [u8; 4] {
        let mut first = [0; 4];
        match self.packed(number) {
            Ok(Packed::Stored(bytes)) => {
                let length = bytes.len().min(4);
                first[..length].copy_from_slice(&bytes[..length]);
            }
            Ok(Packed::Deflated(packed)) => {
                inflate::first(packed, &mut first);
            }
            Err(_) => {}
        }
        first
    }

    /// The bytes of an entry that is an archive itself: a part of ours when it is stored, inflated otherwise.
    pub(super) fn inner(&self, number: usize, limits: &Limits) -> Result<ArchiveBytes, String> {
        let entry = &self.entries[number];
        if let Content::Stored(range) = &entry.content {
            return Ok(self.bytes.slice(range.clone()));
        }
        let Packed::Deflated(packed) = self.packed(number)? else { return Err("it cannot be read".to_owned()) };
        spool(&mut Checked::inflating(packed, entry.expected, limits)).map_err(|error| error.to_string())
    }

    /// The number of the entry with this name; else of the only one whose name differs in case alone; else of the only
    /// one with this base name.
    pub(super) fn find(&self, wanted: &str) -> Option<usize> {
        if let Ok(number) = self.entries.binary_search_by(|entry| name::compare(&entry.name, wanted)) {
            return Some(number);
        }
        let loose = self.loose_names.get_or_init(|| loose_names(&self.entries));
        *loose.get(&wanted.to_lowercase())?
    }
}

/// Bytes that a spooled archive may have in memory; larger ones wait in a temporary file without a name.
const SPOOLED_IN_MEMORY: u64 = 32 << 20;

/// Takes a whole archive from a stream: a zip needs its end before its beginning makes sense.
pub(super) fn spool(stream: &mut dyn Read) -> std::io::Result<ArchiveBytes> {
    let mut head = Vec::new();
    stream.take(SPOOLED_IN_MEMORY).read_to_end(&mut head)?;
    if (head.len() as u64) < SPOOLED_IN_MEMORY {
        return Ok(ArchiveBytes::held(head));
    }
    let mut file = tempfile::tempfile()?;
    std::io::Write::write_all(&mut file, &head)?;
    drop(head);
    std::io::copy(stream, &mut file)?;
    ArchiveBytes::open(&mut file, super::Mapping::Allowed)
}

impl ArchiveEntry {
    /// Reads entry `number` of the directory; `None` for a folder.
    fn read(zip: &mut ZipArchive<Cursor<ArchiveBytes>>, number: usize, archive_length: usize) -> Option<ArchiveEntry> {
        let entry = match zip.by_index_raw(number) {
            Ok(entry) => entry,
            Err(error) => {
                return Some(ArchiveEntry {
                    name: format!("entry-{}", number + 1),
                    expected: Expected { bytes: 0, crc: 0 },
                    content: Content::Unreadable(format!("its header cannot be read: {error}")),
                });
            }
        };
        let raw_name = match entry.name() {
            Ok(name) => name.into_owned(),
            Err(_) => String::from_utf8_lossy(entry.name_raw()).into_owned(),
        };
        if entry.is_dir() || raw_name.ends_with('\\') {
            return None;
        }
        let start = entry.data_start().and_then(|start| usize::try_from(start).ok());
        let end = start.and_then(|start| start.checked_add(usize::try_from(entry.compressed_size()).ok()?));
        let content = match (start, end) {
            _ if entry.is_symlink() => Content::Link,
            _ if entry.encrypted() => Content::Unreadable("it is encrypted".to_owned()),
            (Some(start), Some(end)) if end <= archive_length => match entry.compression() {
                CompressionMethod::Stored if entry.size() == entry.compressed_size() => Content::Stored(start..end),
                CompressionMethod::Stored => {
                    Content::Unreadable("its two sizes differ although it is stored".to_owned())
                }
                CompressionMethod::Deflated => Content::Deflated(start..end),
                other => Content::Unreadable(format!("its compression method ({other}) is not supported")),
            },
            _ => Content::Unreadable("it reaches beyond the end of the archive".to_owned()),
        };
        let expected = Expected { bytes: entry.size(), crc: entry.crc32() };
        Some(ArchiveEntry { name: name::normalise(&raw_name), expected, content })
    }

    /// Whether it is a symbolic link.
    pub(super) fn is_link(&self) -> bool {
        matches!(self.content, Content::Link)
    }

    /// Why it cannot be read, when the directory already says so.
    pub(super) fn refusal(&self, limits: &Limits) -> Option<Problem> {
        if let Content::Unreadable(why) = &self.content {
            return Some(Problem::new(ProblemKind::Unreadable, format!("the entry was left out: {why}")));
        }
        if self.expected.bytes > limits.entry_bytes {
            let message = format!(
                "the entry would inflate to {} bytes, the limit is {}",
                self.expected.bytes, limits.entry_bytes
            );
            return Some(Problem::new(ProblemKind::LimitReached, message));
        }
        None
    }
}

/// Two entries over the same bytes are a trap: a small archive that inflates to a huge one.
fn refuse_overlaps(entries: &[ArchiveEntry]) -> Result<(), Problem> {
    let mut ranges: Vec<_> = entries
        .iter()
        .filter_map(|entry| match &entry.content {
            Content::Stored(range) | Content::Deflated(range) if !range.is_empty() => Some((range.start, range.end)),
            _ => None,
        })
        .collect();
    ranges.sort_unstable();
    match ranges.windows(2).any(|pair| pair[1].0 < pair[0].1) {
        true => Err(Problem::new(ProblemKind::LimitReached, "entries of the archive overlap, as in an archive bomb")),
        false => Ok(()),
    }
}

fn loose_names(entries: &[ArchiveEntry]) -> HashMap<String, Option<usize>> {
    let mut numbers: HashMap<String, Option<usize>> = HashMap::new();
    let mut add = |name: String, number: usize| {
        numbers.entry(name).and_modify(|known| *known = known.filter(|known| *known == number)).or_insert(Some(number));
    };
    for (number, entry) in entries.iter().enumerate() {
        let name = entry.name.to_lowercase();
        if let Some((_, base)) = name.rsplit_once('/') {
            add(base.to_owned(), number);
        }
        add(name, number);
    }
    numbers
}
