//! Zip archives: the central directory as the index. The one door to the `zip` crate.

use std::io::{Cursor, Read};
use std::ops::Range;

use zip::read::{ArchiveOffset, Config, ZipFileEntry};
use zip::{CompressionMethod, ZipArchive};

use super::before;
use super::salvage::salvage;
use super::{ArchiveEntry, Content, Expected, Listing, Place, name};
use crate::model::{Problem, ProblemKind};
use crate::source::look::Looking;
use crate::source::mapped::ArchiveBytes;
use crate::source::zip_end::{self, Uncommented};
use crate::source::{Budget, Skip};

/// Whether these first bytes begin a zip, an empty one included.
pub(super) fn begins(first: &[u8]) -> bool {
    first.starts_with(b"PK\x03\x04") || first.starts_with(b"PK\x05\x06") || first.starts_with(b"PK\x07\x08")
}

/// Reads the central directory; without one, what the entries say of themselves.
pub(super) fn list(bytes: &ArchiveBytes, budget: &Budget<'_>) -> Result<Listing, Problem> {
    let directory = match Directory::read(bytes, budget)? {
        Ok(directory) => directory,
        Err(error) => return salvage(bytes, &no_directory(&error).message, budget),
    };
    refuse_overlaps(&directory.entries)?;
    let before = directory.begins_at(&mut Looking::new(bytes));
    let mut listing = Listing { entries: directory.entries, damage: None };
    listing.entries.extend(directory.replaced);
    if let Some(before) = before {
        before::add(&bytes.slice(0..before), &mut listing, budget)?;
    }
    Ok(listing)
}

/// What a directory lists.
#[derive(Default)]
pub(super) struct Directory {
    pub(super) entries: Vec<ArchiveEntry>,
    /// Those whose very names come again further down.
    pub(super) replaced: Vec<ArchiveEntry>,
    /// Where the first of all local headers is, and the last.
    first: Option<u64>,
    last: u64,
}

impl Directory {
    /// The outer error says that it is not to be trusted, the inner one why there is none.
    pub(super) fn read(
        bytes: &ArchiveBytes,
        budget: &Budget<'_>,
    ) -> Result<Result<Directory, zip::result::ZipError>, Problem> {
        let mut directory = Directory::default();
        let mut looking = Looking::new(bytes);
        let read = match zip_end::behind_which_others_seem_to_end(&mut looking) {
            Some(end) => list_directory(Uncommented::new(looking, end), bytes, budget, &mut directory)?,
            None => list_directory(looking, bytes, budget, &mut directory)?,
        };
        Ok(read.map(|()| directory))
    }

    /// How many bytes stand before all that it lists, if any do. The mark of an archive in one part is nothing, and a
    /// directory that points beyond the end tells nothing of what it does not list.
    pub(super) fn begins_at(&self, archive: &mut Looking) -> Option<usize> {
        const MARK: usize = 4;
        let is_within = usize::try_from(self.last).is_ok_and(|last| last < archive.len());
        let first = usize::try_from(self.first?).ok().filter(|first| *first > 0 && is_within)?;
        let marks: [&[u8]; 2] = [b"PK\x07\x08", b"PK00"];
        let is_mark = first == MARK && archive.exactly(0, MARK).is_some_and(|found| marks.contains(&found));
        (!is_mark).then_some(first)
    }
}

/// Adds all files of the directory; the inner error says why there is none.
fn list_directory<R: Read + std::io::Seek>(
    reader: R,
    bytes: &ArchiveBytes,
    budget: &Budget<'_>,
    directory: &mut Directory,
) -> Result<Result<(), zip::result::ZipError>, Problem> {
    let zip = match ZipArchive::new(reader) {
        Ok(zip) => zip,
        Err(error) => return Ok(Err(error)),
    };
    add(&zip, 0, &mut directory.entries);
    budget.room_for(directory.entries.len())?;
    list_beyond_count(&zip, &mut Looking::new(bytes), budget, &mut directory.entries)?;
    list_replaced(&zip, &mut Looking::new(bytes), budget, directory)?;
    Ok(Ok(()))
}

pub(super) fn no_directory(error: &zip::result::ZipError) -> Problem {
    Problem::new(ProblemKind::Truncated, format!("the archive has no readable central directory: {error}"))
}

/// Adds the files of a directory. Of several entries with exactly one name the crate keeps the last.
fn add<R: Read + std::io::Seek>(zip: &ZipArchive<R>, offset: u64, entries: &mut Vec<ArchiveEntry>) {
    entries.reserve(zip.len());
    for number in 0..zip.len() {
        if let Ok(entry) = zip.by_index_data(number) {
            entries.extend(ArchiveEntry::read(&entry, offset));
        }
    }
}

/// What a file is called that has no name.
const UNNAMED: &str = "unnamed";

/// Length of a directory record before its name.
const RECORD: usize = 46;

/// Quirk Z13: old Java writers count entries in 16 bits. What the directory lists beyond the count is read as well, in
/// portions that a directory of its own can hold.
fn list_beyond_count<R: Read + std::io::Seek>(
    zip: &ZipArchive<R>,
    archive: &mut Looking,
    budget: &Budget<'_>,
    entries: &mut Vec<ArchiveEntry>,
) -> Result<(), Problem> {
    /// Bytes of the directory after which a portion ends: it is copied.
    const PORTION: usize = 16 << 20;
    let last = (0..zip.len())
        .filter_map(|number| zip.by_index_data(number).ok().map(|entry| entry.central_header_start()))
        .max();
    let Some(last) = last.and_then(|last| usize::try_from(last).ok()) else { return Ok(()) };
    let Some(mut at) = after_record(archive, last) else { return Ok(()) };
    loop {
        let from = at;
        let mut count = 0u16;
        while count < u16::MAX
            && at - from < PORTION
            && let Some(next) = after_record(archive, at)
        {
            (at, count) = (next, count + 1);
        }
        if count == 0 {
            return Ok(());
        }
        let Some(records) = archive.exactly(from, at - from) else { return Ok(()) };
        let directory = directory_of(records, count);
        let config = Config { archive_offset: ArchiveOffset::Known(0) };
        let more = ZipArchive::with_config(config, Cursor::new(directory)).map_err(|error| no_directory(&error))?;
        let already = entries.len();
        add(&more, zip.offset(), entries);
        entries[already..].iter_mut().for_each(|entry| entry.listed_at += from as u64);
        budget.room_for(entries.len())?;
    }
}

/// Adds the files that the directory lists and the crate does not, since their very names come again further down. On the
/// way it sees where the first of all is.
fn list_replaced<R: Read + std::io::Seek>(
    zip: &ZipArchive<R>,
    archive: &mut Looking,
    budget: &Budget<'_>,
    directory: &mut Directory,
) -> Result<(), Problem> {
    let Directory { entries: kept, replaced, first, last } = directory;
    let mut listed: Vec<u64> = kept.iter().map(|entry| entry.listed_at).collect();
    listed.sort_unstable();
    let Ok(mut at) = usize::try_from(zip.central_directory_start()) else { return Ok(()) };
    while let Some(next) = after_record(archive, at) {
        let header = archive.exactly(at, RECORD).map_or(u32::MAX, header_of);
        if header != u32::MAX {
            let header = zip.offset().saturating_add(header.into());
            *first = Some(first.map_or(header, |first| first.min(header)));
            *last = (*last).max(header);
        }
        if listed.binary_search(&(at as u64)).is_err()
            && let Some(record) = archive.exactly(at, next - at)
            && !is_folder(record)
        {
            let directory = directory_of(record, 1);
            let config = Config { archive_offset: ArchiveOffset::Known(0) };
            if let Ok(single) = ZipArchive::with_config(config, Cursor::new(directory)) {
                let already = replaced.len();
                add(&single, zip.offset(), replaced);
                replaced[already..].iter_mut().for_each(|entry| entry.listed_at += at as u64);
                budget.room_for(kept.len() + replaced.len())?;
            }
        }
        at = next;
    }
    Ok(())
}

/// Where a directory record says that its local header is; all bits are set where it says so elsewhere.
fn header_of(record: &[u8]) -> u32 {
    u32::from_le_bytes([record[42], record[43], record[44], record[45]])
}

/// Whether the name in a directory record is that of a folder.
fn is_folder(record: &[u8]) -> bool {
    let length = usize::from(u16::from_le_bytes([record[28], record[29]]));
    record[RECORD..].get(..length).and_then(<[u8]>::last).is_none_or(|last| matches!(last, b'/' | b'\\'))
}

/// Where the directory record at `at` ends; `None` when there is none.
fn after_record(archive: &mut Looking, at: usize) -> Option<usize> {
    let record = archive.exactly(at, RECORD)?;
    let length = |field: usize| usize::from(u16::from_le_bytes([record[field], record[field + 1]]));
    let end = at + RECORD + length(28) + length(30) + length(32);
    (record.starts_with(b"PK\x01\x02") && end <= archive.len()).then_some(end)
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
    pub(super) fn range(self, bytes: &ArchiveBytes) -> Result<Range<usize>, String> {
        const HEADER: usize = 30;
        let cut = || "it reaches beyond the end of the archive".to_owned();
        let header = usize::try_from(self.header).map_err(|_| cut())?;
        let start = header.checked_add(HEADER).ok_or_else(cut)?;
        if start > bytes.len() {
            return Err(cut());
        }
        let mut fields = [0; HEADER];
        bytes.read_into(header, &mut fields).map_err(|error| error.to_string())?;
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
        let (raw_name, spelling) = plain_name(entry);
        let mut name = name::normalise(&raw_name);
        if raw_name.is_empty() && entry.size() > 0 {
            name.push_str(UNNAMED);
        }
        if name.is_empty() || raw_name.ends_with(['/', '\\']) {
            return None;
        }
        let place = Place { header: entry.header_start().saturating_add(offset), packed: entry.compressed_size() };
        let content = match entry.compression() {
            _ if entry.is_symlink() => Content::Nothing(Skip::Symlink),
            _ if entry.encrypted() => Content::Unreadable("it is encrypted".to_owned()),
            CompressionMethod::Stored if entry.size() == place.packed => Content::Stored(place),
            CompressionMethod::Stored => Content::Unreadable("its two sizes differ although it is stored".to_owned()),
            CompressionMethod::Deflated => Content::Deflated(place),
            other => unsupported(number_of(other)),
        };
        let expected = Expected { bytes: entry.size(), crc: Some(entry.crc32()) };
        Some(ArchiveEntry { name, spelling, expected, content, listed_at: entry.central_header_start() })
    }
}

/// The number of a method that the crate does not read.
fn number_of(method: CompressionMethod) -> u16 {
    #[expect(deprecated, reason = "the crate tells the number of an unknown method in no other way")]
    method.to_u16()
}

/// An entry packed in a way that is not read.
pub(super) fn unsupported(method: u16) -> Content {
    let name = CompressionMethod::name_from_u16(method);
    Content::Unreadable(format!("its compression method {method} ({name}) is not supported"))
}

/// Quirk Z11: macOS writes UTF-8 without saying so, hence UTF-8 first, then what the flags say (CP437).
/// And what tells it from names that are shown alike.
fn plain_name(entry: &ZipFileEntry<'_>) -> (String, u64) {
    let raw = entry.name_raw();
    match std::str::from_utf8(raw) {
        Ok(name) => (name.to_owned(), 0),
        Err(_) => match entry.name() {
            Ok(name) => (name.into_owned(), 0),
            Err(_) => (String::from_utf8_lossy(raw).into_owned(), name::spelling(raw)),
        },
    }
}

/// Two entries over the same bytes are a trap: a small archive that inflates to a huge one.
pub(super) fn refuse_overlaps(entries: &[ArchiveEntry]) -> Result<(), Problem> {
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
