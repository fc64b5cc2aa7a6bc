//! Zip archives: the central directory as the index. The one door to the `zip` crate.

use std::collections::HashMap;
use std::io::{Cursor, Read};
use std::ops::Range;
use std::sync::OnceLock;

use zip::read::{ArchiveOffset, Config, ZipFileEntry};
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
    /// Where the directory lists it: of two entries with one name the later one counts.
    listed_at: u64,
}

/// What the directory says of an entry's bytes. Its local header is read with the bytes, not before: a listing that
/// touches every header would page in the whole archive.
#[derive(Debug)]
enum Content {
    Stored(Place),
    Deflated(Place),
    /// A symbolic link: a name where nothing is.
    Link,
    Unreadable(String),
}

/// Where an entry is: its local header, and the length of what follows it.
#[derive(Debug, Clone, Copy)]
struct Place {
    header: u64,
    packed: u64,
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
        let mut entries = Vec::new();
        let zip = ZipArchive::new(Cursor::new(bytes.clone())).map_err(|error| no_directory(&error))?;
        list(&zip, 0, &mut entries);
        within(limits, entries.len())?;
        list_beyond_count(&zip, bytes.as_ref(), limits, &mut entries)?;
        let directory = usize::try_from(zip.central_directory_start()).unwrap_or(0);
        bytes.used(bytes.as_ref().len().saturating_sub(directory));
        drop(zip);
        refuse_overlaps(&entries)?;
        entries.sort_by(|one, other| name::compare(&one.name, &other.name).then(other.listed_at.cmp(&one.listed_at)));
        entries.dedup_by(|later, kept| later.name == kept.name);
        Ok(Archive { bytes, entries, loose_names: OnceLock::new() })
    }

    pub(super) fn entries(&self) -> &[ArchiveEntry] {
        &self.entries
    }

    /// The packed bytes of an entry, or why there are none.
    pub(super) fn packed(&self, number: usize) -> Result<Packed<'_>, String> {
        let bytes = self.bytes.as_ref();
        match &self.entries[number].content {
            Content::Stored(place) => Ok(Packed::Stored(&bytes[place.range(bytes)?])),
            Content::Deflated(place) => Ok(Packed::Deflated(&bytes[place.range(bytes)?])),
            Content::Link => Err("it is a symbolic link".to_owned()),
            Content::Unreadable(why) => Err(why.clone()),
        }
    }

    /// Counts the pages of an entry as used; they go back to the system some entries at a time.
    pub(super) fn release(&self, number: usize) {
        if let Content::Stored(place) | Content::Deflated(place) = &self.entries[number].content {
            self.bytes.used(usize::try_from(place.packed).unwrap_or(usize::MAX));
        }
    }

    /// A reader over packed bytes of this archive that lets go of the pages it has passed.
    pub(super) fn passing<'a>(&'a self, packed: &'a [u8]) -> Passing<'a> {
        Passing { packed, bytes: &self.bytes }
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
        match &entry.content {
            Content::Stored(place) => Ok(self.bytes.slice(place.range(self.bytes.as_ref())?)),
            _ => match self.packed(number)? {
                Packed::Deflated(packed) => {
                    let length = packed.len();
                    spool(&mut Checked::inflating(self.passing(packed), length, entry.expected, limits))
                        .map_err(|error| error.to_string())
                }
                Packed::Stored(_) => Err("it cannot be read".to_owned()),
            },
        }
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

/// Packed bytes on their way through a decoder.
pub(super) struct Passing<'a> {
    packed: &'a [u8],
    bytes: &'a ArchiveBytes,
}

impl Read for Passing<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let length = self.packed.read(buffer)?;
        self.bytes.used(length);
        Ok(length)
    }
}

/// Bytes that a spooled archive may have in memory; larger ones wait in a temporary file without a name. Many archives
/// can be open at once: as many as there are reports on their way.
const SPOOLED_IN_MEMORY: u64 = 1 << 20;

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
    std::io::Seek::rewind(&mut file)?;
    ArchiveBytes::open(&mut file, super::Mapping::Allowed)
}

fn no_directory(error: &zip::result::ZipError) -> Problem {
    Problem::new(ProblemKind::Truncated, format!("the archive has no readable central directory: {error}"))
}

fn within(limits: &Limits, entries: usize) -> Result<(), Problem> {
    if entries <= limits.archive_entries {
        return Ok(());
    }
    let message = format!("the archive has more than {} entries, which is the limit", limits.archive_entries);
    Err(Problem::new(ProblemKind::LimitReached, message))
}

/// Adds the files of a directory. Of several entries with exactly one name the crate keeps the last.
fn list<R: Read + std::io::Seek>(zip: &ZipArchive<R>, offset: u64, entries: &mut Vec<ArchiveEntry>) {
    entries.reserve(zip.len());
    for number in 0..zip.len() {
        if let Ok(entry) = zip.by_index_data(number) {
            entries.extend(ArchiveEntry::read(&entry, offset));
        }
    }
}

/// Length of a directory record before its name.
const RECORD: usize = 46;

/// Quirk Z13: old Java writers count entries in 16 bits. What the directory lists beyond the count is read as well, in
/// portions that a directory of its own can hold.
fn list_beyond_count<R: Read + std::io::Seek>(
    zip: &ZipArchive<R>,
    bytes: &[u8],
    limits: &Limits,
    entries: &mut Vec<ArchiveEntry>,
) -> Result<(), Problem> {
    /// Bytes of the directory after which a portion ends: it is copied.
    const PORTION: usize = 16 << 20;
    let last = (0..zip.len())
        .filter_map(|number| zip.by_index_data(number).ok().map(|entry| entry.central_header_start()))
        .max();
    let Some(last) = last.and_then(|last| usize::try_from(last).ok()) else { return Ok(()) };
    let Some(mut at) = after_record(bytes, last) else { return Ok(()) };
    loop {
        let from = at;
        let mut count = 0u16;
        while count < u16::MAX
            && at - from < PORTION
            && let Some(next) = after_record(bytes, at)
        {
            (at, count) = (next, count + 1);
        }
        if count == 0 {
            return Ok(());
        }
        let directory = directory_of(&bytes[from..at], count);
        let config = Config { archive_offset: ArchiveOffset::Known(0) };
        let more = ZipArchive::with_config(config, Cursor::new(directory)).map_err(|error| no_directory(&error))?;
        let already = entries.len();
        list(&more, zip.offset(), entries);
        entries[already..].iter_mut().for_each(|entry| entry.listed_at += from as u64);
        within(limits, entries.len())?;
    }
}

/// Where the directory record at `at` ends; `None` when there is none.
fn after_record(bytes: &[u8], at: usize) -> Option<usize> {
    let record = bytes.get(at..at.checked_add(RECORD)?)?;
    let length = |field: usize| usize::from(u16::from_le_bytes([record[field], record[field + 1]]));
    let end = at + RECORD + length(28) + length(30) + length(32);
    (record.starts_with(b"PK\x01\x02") && end <= bytes.len()).then_some(end)
}

/// An archive that is nothing but a directory of these `count` records.
fn directory_of(records: &[u8], count: u16) -> Vec<u8> {
    let mut directory = Vec::with_capacity(records.len() + 22);
    directory.extend_from_slice(records);
    directory.extend_from_slice(b"PK\x05\x06\0\0\0\0");
    directory.extend_from_slice(&count.to_le_bytes());
    directory.extend_from_slice(&count.to_le_bytes());
    directory.extend_from_slice(&(records.len() as u32).to_le_bytes());
    directory.extend_from_slice(&[0; 6]);
    directory
}

impl Place {
    /// The packed bytes, behind a local header whose name and extra field have lengths of their own.
    fn range(self, bytes: &[u8]) -> Result<Range<usize>, String> {
        const HEADER: usize = 30;
        let cut = || "it reaches beyond the end of the archive".to_owned();
        let header = usize::try_from(self.header).map_err(|_| cut())?;
        let start = header.checked_add(HEADER).ok_or_else(cut)?;
        let fields = bytes.get(header..start).ok_or_else(cut)?;
        if !fields.starts_with(b"PK\x03\x04") {
            return Err("its local header is damaged".to_owned());
        }
        let length = |field: usize| usize::from(u16::from_le_bytes([fields[field], fields[field + 1]]));
        let start = start + length(26) + length(28);
        let end = usize::try_from(self.packed).ok().and_then(|packed| start.checked_add(packed)).ok_or_else(cut)?;
        if end <= bytes.len() { Ok(start..end) } else { Err(cut()) }
    }
}

impl ArchiveEntry {
    /// Reads an entry of the directory, of an archive that begins at `offset`; `None` for a folder.
    fn read(entry: &ZipFileEntry<'_>, offset: u64) -> Option<ArchiveEntry> {
        let raw_name = plain_name(entry);
        let name = name::normalise(&raw_name);
        if name.is_empty() || raw_name.ends_with(['/', '\\']) {
            return None;
        }
        let place = Place { header: entry.header_start().saturating_add(offset), packed: entry.compressed_size() };
        let content = match entry.compression() {
            _ if entry.is_symlink() => Content::Link,
            _ if entry.encrypted() => Content::Unreadable("it is encrypted".to_owned()),
            CompressionMethod::Stored if entry.size() == place.packed => Content::Stored(place),
            CompressionMethod::Stored => Content::Unreadable("its two sizes differ although it is stored".to_owned()),
            CompressionMethod::Deflated => Content::Deflated(place),
            other => Content::Unreadable(format!("its compression method ({other}) is not supported")),
        };
        let expected = Expected { bytes: entry.size(), crc: entry.crc32() };
        Some(ArchiveEntry { name, expected, content, listed_at: entry.central_header_start() })
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

/// Quirk Z11: macOS writes UTF-8 without saying so, hence UTF-8 first, then what the flags say (CP437).
fn plain_name(entry: &ZipFileEntry<'_>) -> String {
    match std::str::from_utf8(entry.name_raw()) {
        Ok(name) => name.to_owned(),
        Err(_) => match entry.name() {
            Ok(name) => name.into_owned(),
            Err(_) => String::from_utf8_lossy(entry.name_raw()).into_owned(),
        },
    }
}

/// Two entries over the same bytes are a trap: a small archive that inflates to a huge one.
fn refuse_overlaps(entries: &[ArchiveEntry]) -> Result<(), Problem> {
    /// A local header without its name: what every entry has before its bytes.
    const LEAST_HEADER: u64 = 30;
    let mut ranges: Vec<_> = entries
        .iter()
        .filter_map(|entry| match &entry.content {
            Content::Stored(place) | Content::Deflated(place) => {
                Some((place.header, place.header.saturating_add(LEAST_HEADER).saturating_add(place.packed)))
            }
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
