//! Entries of a zip whose central directory is missing, as a killed upload leaves it: found by their local headers.

use std::borrow::Cow;

use flate2::{Decompress, FlushDecompress, Status};

use super::{ArchiveEntry, Content, Expected, Listing, Place, name, zip};
use crate::model::{Problem, ProblemKind};
use crate::source::look::Looking;
use crate::source::mapped::ArchiveBytes;
use crate::source::{Budget, Limits};

/// Bytes of a local header before its name.
const HEADER: usize = 30;

/// What may mark the descriptor behind an entry, and the longest that one is.
const MARK: &[u8] = b"PK\x07\x08";
const DESCRIPTOR: usize = 24;

/// Bytes that are looked at in one piece: half a window, so that going on by a few bytes seldom reads anew.
const PIECE: usize = 32 << 10;

/// What marks sizes that stand in the extra field, or nowhere yet.
const ELSEWHERE: u32 = u32::MAX;

/// Walks the local headers from the first byte on, until something else comes or the archive ends. Whether an entry is
/// whole is known by its sizes; its checksum is held against its bytes when they are read, as always.
///
/// `complaint` says what is wrong with the directory.
pub(super) fn salvage(bytes: &ArchiveBytes, complaint: &str, budget: &Budget<'_>) -> Result<Listing, Problem> {
    let limits = budget.limits();
    let mut archive = Looking::new(bytes);
    let mut entries = Vec::new();
    let mut complete = 0usize;
    let mut inflated = 0u64;
    let mut at = 0;
    while let Some(local) = Local::read(&mut archive, at) {
        budget.room_for(entries.len())?;
        let end = local.end(&mut archive, limits, limits.entry_bytes.min(limits.archive_bytes - inflated));
        complete += usize::from(end.is_some());
        entries.extend(local.entry(end));
        let Some(end) = end else { break };
        inflated = inflated.saturating_add(end.plain).min(limits.archive_bytes);
        at = end.next;
    }
    let message = match complete {
        0 => complaint.to_owned(),
        _ => format!("{complaint}; its {complete} complete entries are read, others may be missing"),
    };
    let damage = Problem::new(ProblemKind::Truncated, message);
    if complete == 0 { Err(damage) } else { Ok(Listing { entries, damage: Some(damage) }) }
}

/// A local header.
struct Local {
    at: usize,
    name: Vec<u8>,
    extra: Vec<u8>,
    data: usize,
    flags: u16,
    method: u16,
    crc: u32,
    packed: u32,
    plain: u32,
}

/// Where an entry is complete.
#[derive(Clone, Copy)]
struct End {
    packed: u64,
    plain: u64,
    crc: u32,
    /// Where the next header should stand.
    next: usize,
}

impl Local {
    fn read(archive: &mut Looking, at: usize) -> Option<Local> {
        let header = archive.exactly(at, HEADER)?;
        if !header.starts_with(b"PK\x03\x04") {
            return None;
        }
        let name = at + HEADER;
        let extra = name + usize::from(short(header, 26)?);
        let data = extra + usize::from(short(header, 28)?);
        let mut local = Local {
            at,
            name: Vec::new(),
            extra: Vec::new(),
            data,
            flags: short(header, 6)?,
            method: short(header, 8)?,
            crc: long(header, 14)?,
            packed: long(header, 18)?,
            plain: long(header, 22)?,
        };
        local.name.extend_from_slice(archive.exactly(name, extra - name)?);
        local.extra.extend_from_slice(archive.exactly(extra, data - extra)?);
        Some(local)
    }

    fn is_encrypted(&self) -> bool {
        self.flags & 1 != 0
    }

    /// Where the entry ends; `None` when the archive ends before, or it inflates to more than `most`.
    fn end(&self, archive: &mut Looking, limits: &Limits, most: u64) -> Option<End> {
        const SIZES_FOLLOW: u16 = 8;
        if self.flags & SIZES_FOLLOW != 0 && self.packed == 0 {
            return match self.method {
                8 if !self.is_encrypted() => self.end_of_deflated(archive, limits.ratio, most),
                _ => self.end_by_descriptor(archive),
            };
        }
        let (packed, plain) = self.sizes()?;
        let next = self.data.checked_add(usize::try_from(packed).ok()?)?;
        let descriptor = if self.flags & SIZES_FOLLOW == 0 { 0 } else { descriptor(archive, next, packed, plain)?.1 };
        (next <= archive.len()).then_some(End { packed, plain, crc: self.crc, next: next + descriptor })
    }

    /// Packed and inflated size: in the extra field where they need 64 bits.
    fn sizes(&self) -> Option<(u64, u64)> {
        if self.packed != ELSEWHERE && self.plain != ELSEWHERE {
            return Some((self.packed.into(), self.plain.into()));
        }
        let mut rest = self.extra.as_slice();
        while let (Some(id), Some(length)) = (short(rest, 0), short(rest, 2)) {
            let field = rest.get(4..4 + usize::from(length))?;
            if id == 1 {
                return Some((longest(field, 8)?, longest(field, 0)?));
            }
            rest = &rest[4 + usize::from(length)..];
        }
        None
    }

    /// A writer that could not go back put the sizes behind the data: only inflating tells where it ends.
    fn end_of_deflated(&self, archive: &mut Looking, ratio: u64, most: u64) -> Option<End> {
        let mut inflater = Decompress::new(false);
        let mut sink = vec![0; 64 << 10];
        loop {
            let (taken, given) = (inflater.total_in(), inflater.total_out());
            let at = self.data.checked_add(usize::try_from(taken).ok()?)?;
            let piece = archive.at(at, PIECE).ok()?;
            match inflater.decompress(piece, &mut sink, FlushDecompress::None).ok()? {
                Status::StreamEnd => break,
                _ if (inflater.total_in(), inflater.total_out()) == (taken, given) => return None,
                _ if inflater.total_out()
                    > most.min(Limits::RATIO_FREE.max(inflater.total_in().saturating_mul(ratio))) =>
                {
                    return None;
                }
                _ => {}
            }
        }
        let (packed, plain) = (inflater.total_in(), inflater.total_out());
        let behind = self.data + usize::try_from(packed).ok()?;
        let (crc, length) = descriptor(archive, behind, packed, plain)?;
        Some(End { packed, plain, crc, next: behind + length })
    }

    /// Stored data ends where a descriptor states the very distance.
    fn end_by_descriptor(&self, archive: &mut Looking) -> Option<End> {
        let mut from = self.data;
        loop {
            let piece = archive.at(from, PIECE).ok()?;
            let (length, found) = (piece.len(), memchr::memmem::find(piece, MARK));
            let Some(found) = found else {
                if length < PIECE {
                    return None;
                }
                // A mark may stand across the end of a piece.
                from += length - (MARK.len() - 1);
                continue;
            };
            let behind = from + found;
            let packed = (behind - self.data) as u64;
            if let Some((crc, length)) = descriptor(archive, behind, packed, packed) {
                return Some(End { packed, plain: packed, crc, next: behind + length });
            }
            from = behind + 1;
        }
    }

    /// The entry, complete or not; `None` for a folder.
    fn entry(&self, end: Option<End>) -> Option<ArchiveEntry> {
        let raw_name: Cow<'_, str> = String::from_utf8_lossy(&self.name);
        let name = name::normalise(&raw_name);
        if name.is_empty() || raw_name.ends_with(['/', '\\']) {
            return None;
        }
        let header = self.at as u64;
        let content = match (end, self.method) {
            (None, _) => Content::Unreadable("the archive ends inside it".to_owned()),
            _ if self.is_encrypted() => Content::Unreadable("it is encrypted".to_owned()),
            (Some(end), 0) if end.packed == end.plain => Content::Stored(Place { header, packed: end.packed }),
            (Some(_), 0) => Content::Unreadable("its two sizes differ although it is stored".to_owned()),
            (Some(end), 8) => Content::Deflated(Place { header, packed: end.packed }),
            (_, other) => zip::unsupported(other),
        };
        let expected = Expected { bytes: end.map_or(0, |end| end.plain), crc: end.map(|end| end.crc) };
        Some(ArchiveEntry { name, spelling: name::spelling(&self.name), expected, content, listed_at: header })
    }
}

/// The checksum in the descriptor at `at`, and the descriptor's length; `None` when none states these sizes. It may
/// have a signature or not, and sizes of 32 or 64 bits.
fn descriptor(archive: &mut Looking, at: usize, packed: u64, plain: u64) -> Option<(u32, usize)> {
    let found = archive.at(at, DESCRIPTOR).ok()?;
    let marks = if found.starts_with(MARK) { [4, 0] } else { [0, 0] };
    marks.into_iter().find_map(|mark| {
        let crc = long(found, mark)?;
        let sizes = found.get(mark + 4..)?;
        if longest(sizes, 0) == Some(packed) && longest(sizes, 8) == Some(plain) {
            return Some((crc, mark + 20));
        }
        let is_short = long(sizes, 0).map(u64::from) == Some(packed) && long(sizes, 4).map(u64::from) == Some(plain);
        is_short.then_some((crc, mark + 12))
    })
}

fn short(bytes: &[u8], at: usize) -> Option<u16> {
    bytes.get(at..at + 2)?.try_into().ok().map(u16::from_le_bytes)
}

fn long(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..at + 4)?.try_into().ok().map(u32::from_le_bytes)
}

fn longest(bytes: &[u8], at: usize) -> Option<u64> {
    bytes.get(at..at + 8)?.try_into().ok().map(u64::from_le_bytes)
}
