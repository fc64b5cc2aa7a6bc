//! Tar archives: their headers, walked once, as the index. The one door to the `tar` crate, which reads single headers;
//! the walk is ours, so that a forged size costs neither memory nor a second pass.

use std::ops::Range;

use tar::{EntryType, Header, PaxExtensions};

use super::{ArchiveEntry, Content, Expected, Listing, name};
use crate::model::{Problem, ProblemKind};
use crate::source::look::Looking;
use crate::source::mapped::ArchiveBytes;
use crate::source::{Budget, Skip};

/// Everything in a tar is a multiple of this.
pub(super) const BLOCK: usize = 512;

/// Longest name or extended header that is taken; what is longer belongs to no file of this world.
const LARGEST_EXTENSION: usize = 1 << 20;

/// Entries between two looks at the budget.
const PORTION: usize = 1024;

/// Whether these first bytes begin a tar. Archives older than the magic word are not recognised.
pub(super) fn begins(first: &[u8]) -> bool {
    first.get(257..262) == Some(b"ustar") && first.get(..BLOCK).is_some_and(is_header)
}

/// Walks the headers. A tar that breaks off, or is broken in the middle, gives what came before.
pub(super) fn list(bytes: &ArchiveBytes, budget: &Budget<'_>) -> Result<Listing, Problem> {
    let mut walk = Walk { archive: Looking::new(bytes), at: 0, stated: Stated::default(), entries: Vec::new() };
    let damage = loop {
        match walk.step() {
            Ok(true) if walk.entries.len().is_multiple_of(PORTION) => budget.room_for(walk.entries.len())?,
            Ok(true) => {}
            Ok(false) => break None,
            Err(problem) => break Some(problem),
        }
    };
    budget.room_for(walk.entries.len())?;
    Ok(Listing { entries: walk.entries, damage })
}

struct Walk {
    archive: Looking,
    at: usize,
    stated: Stated,
    entries: Vec<ArchiveEntry>,
}

/// What extended headers say of the entry that comes next.
#[derive(Default)]
struct Stated {
    name: Option<Vec<u8>>,
    /// What a link leads to.
    link: Option<Vec<u8>>,
    size: Option<u64>,
    sparse: bool,
}

impl Stated {
    fn take_in(&mut self, records: PaxExtensions<'_>) {
        for record in records.flatten() {
            let value = record.value_bytes();
            match record.key_bytes() {
                b"path" if !self.sparse => self.name = Some(value.to_vec()),
                b"linkpath" => self.link = Some(value.to_vec()),
                b"size" => self.size = std::str::from_utf8(value).ok().and_then(|size| size.parse().ok()),
                b"GNU.sparse.name" => {
                    self.sparse = true;
                    self.name = Some(value.to_vec());
                }
                key if key.starts_with(b"GNU.sparse.") => self.sparse = true,
                _ => {}
            }
        }
    }
}

impl Walk {
    /// Takes one header and what belongs to it; `false` at the archive's end.
    fn step(&mut self) -> Result<bool, Problem> {
        let Some(found) = self.block(self.at) else { return Err(self.breaks_off("has no end mark")) };
        if found.iter().all(|byte| *byte == 0) {
            return Ok(false);
        }
        if !is_header(&found) {
            let message = format!(
                "the archive is damaged at byte {}: the {} entries before it are read, what follows is lost",
                self.at,
                self.entries.len()
            );
            return Err(Problem::new(ProblemKind::Malformed, message));
        }
        let header = Header::from_byte_slice(&found);
        let kind = header.entry_type();
        let header_at = self.at;
        self.at += BLOCK;
        if kind.is_gnu_sparse() {
            self.pass_sparse_map(header);
        }
        let size = self.size_of(header, kind).and_then(|size| usize::try_from(size).ok());
        let start = self.at;
        let end = size.and_then(|size| start.checked_add(size)).filter(|end| *end <= self.archive.len());
        match (kind, end) {
            (
                EntryType::GNULongName | EntryType::GNULongLink | EntryType::XHeader | EntryType::XGlobalHeader,
                Some(end),
            ) => {
                self.extension(kind, start, end - start)?;
            }
            _ => self.entry(header, kind, header_at, end.map(|end| start..end)),
        }
        let Some(end) = end else { return Err(self.breaks_off("ends inside an entry")) };
        self.at = end.checked_next_multiple_of(BLOCK).unwrap_or(end);
        Ok(true)
    }

    /// Bytes behind the header; `None` when nobody can tell.
    fn size_of(&mut self, header: &Header, kind: EntryType) -> Option<u64> {
        let size = self.stated.size.or_else(|| header.entry_size().ok());
        match kind {
            EntryType::Symlink | EntryType::Char | EntryType::Block | EntryType::Directory | EntryType::Fifo => Some(0),
            // Old writers state the size of what a hard link leads to, without writing it once more.
            EntryType::Link => match self.block(self.at) {
                Some(next) if is_header(&next) || next.iter().all(|byte| *byte == 0) => Some(0),
                _ => size,
            },
            _ => size,
        }
    }

    /// Blocks that continue the map of holes of an old sparse file.
    fn pass_sparse_map(&mut self, header: &Header) {
        let mut more = header.as_gnu().is_some_and(tar::GnuHeader::is_extended);
        while more && let Some(map) = self.block(self.at) {
            more = map[504] == 1;
            self.at += BLOCK;
        }
    }

    fn extension(&mut self, kind: EntryType, start: usize, length: usize) -> Result<(), Problem> {
        if length > LARGEST_EXTENSION {
            let message = format!("the archive states a name or header of {length} bytes");
            return Err(Problem::new(ProblemKind::Malformed, message));
        }
        let content = self.archive.exactly(start, length).map(<[u8]>::to_vec);
        let Some(content) = content else { return Err(self.breaks_off("ends inside an entry")) };
        match kind {
            EntryType::GNULongName => self.stated.name = Some(before_zero(&content)),
            EntryType::GNULongLink => self.stated.link = Some(before_zero(&content)),
            EntryType::XHeader => self.stated.take_in(PaxExtensions::new(&content)),
            // What holds for the whole archive is neither a name nor a size.
            _ => {}
        }
        Ok(())
    }

    /// Adds the entry that this header begins; `place` is that of its bytes, as far as they are there.
    fn entry(&mut self, header: &Header, kind: EntryType, listed_at: usize, place: Option<Range<usize>>) {
        let stated = std::mem::take(&mut self.stated);
        let raw_name = stated.name.unwrap_or_else(|| header.path_bytes().into_owned());
        let spelling = name::spelling(&raw_name);
        let raw_name = String::from_utf8_lossy(&raw_name);
        let name = name::normalise(&raw_name);
        let length = place.as_ref().map_or(0, Range::len);
        let content = match kind {
            EntryType::Directory => return,
            _ if name.is_empty() => return,
            // A name that ends in a slash was a folder before folders had a type of their own.
            EntryType::Regular if raw_name.ends_with('/') => return,
            // A file that was named twice, and has another name elsewhere, comes once more as a link to itself.
            EntryType::Link if leads_to(stated.link, header) == name => return,
            EntryType::Link => Content::Nothing(Skip::Hardlink),
            EntryType::Symlink => Content::Nothing(Skip::Symlink),
            EntryType::Char | EntryType::Block | EntryType::Fifo => Content::Nothing(Skip::Special),
            _ if stated.sparse || kind.is_gnu_sparse() => {
                Content::Unreadable("it is a sparse file, parts of which are not in the archive".to_owned())
            }
            // Labels of volumes, lists of folders, parts of files that began on another tape.
            _ if place.is_some() && kind.as_byte().is_ascii_uppercase() => return,
            _ => match place {
                Some(place) => Content::Plain { start: place.start, length },
                None => Content::Unreadable("the archive ends inside it".to_owned()),
            },
        };
        let expected = Expected { bytes: length as u64, crc: None };
        self.entries.push(ArchiveEntry { name, spelling, expected, content, listed_at: listed_at as u64 });
    }

    /// The block at `at`; nothing when the archive ends before, or was cut meanwhile.
    fn block(&mut self, at: usize) -> Option<[u8; BLOCK]> {
        self.archive.exactly(at, BLOCK)?.try_into().ok()
    }

    fn breaks_off(&self, how: &str) -> Problem {
        let complete = self.entries.iter().filter(|entry| !matches!(entry.content, Content::Unreadable(_))).count();
        let message = format!("the archive {how}: its {complete} complete entries are read, others may be missing");
        Problem::new(ProblemKind::Truncated, message)
    }
}

/// The plain name of what a link leads to.
fn leads_to(stated: Option<Vec<u8>>, header: &Header) -> String {
    let raw = stated.or_else(|| header.link_name_bytes().map(std::borrow::Cow::into_owned));
    name::normalise(&String::from_utf8_lossy(&raw.unwrap_or_default()))
}

fn before_zero(content: &[u8]) -> Vec<u8> {
    content.split(|byte| *byte == 0).next().unwrap_or_default().to_vec()
}

/// Whether the checksum says that this block is a header. Some old writers added signed bytes.
fn is_header(block: &[u8]) -> bool {
    const CHECKSUM: std::ops::Range<usize> = 148..156;
    let Ok(stated) = Header::from_byte_slice(block).cksum() else { return false };
    let spaces = 8 * i64::from(b' ');
    let (mut unsigned, mut signed) = (spaces, spaces);
    for (at, byte) in block.iter().enumerate() {
        if !CHECKSUM.contains(&at) {
            unsigned += i64::from(*byte);
            signed += i64::from(byte.cast_signed());
        }
    }
    [unsigned, signed].contains(&i64::from(stated))
}
