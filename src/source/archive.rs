//! Archives: their bytes and their entries in walk order, whatever their kind.

mod before;
mod part;
mod salvage;
mod tar;
mod zip;

use std::cmp::Ordering;
use std::io::Read;
use std::sync::{Arc, OnceLock};

pub(super) use part::Part;

use super::inflate::{self, Checked, Expected};
use super::lookup::Lookup;
use super::mapped::ArchiveBytes;
use super::purse::Purse;
use super::shortage::Temporary;
use super::unpack::{self, Most};
use super::{Budget, Limits, Mapping, Skip, litter, name};
use crate::model::{Limit, LimitReached, Problem, ProblemKind};

/// Kinds of archives that are opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Zip,
    Tar,
}

impl Kind {
    /// Bytes that [`Kind::of`] wants to see: a tar's first block.
    pub(super) const LOOK: usize = tar::BLOCK;

    /// The kind of archive that begins with these bytes.
    pub(super) fn of(first: &[u8]) -> Option<Kind> {
        if zip::begins(first) { Some(Kind::Zip) } else { tar::begins(first).then_some(Kind::Tar) }
    }
}

/// An opened archive: its bytes and its entries in walk order.
#[derive(Debug)]
pub(super) struct Archive {
    bytes: ArchiveBytes,
    entries: Vec<ArchiveEntry>,
    /// Earlier entries of the same names, by the number of the one that counts; of each, its size.
    replaced: Vec<(usize, u64)>,
    /// For references whose case is wrong or whose folders are others. Made when it is first needed.
    lookup: OnceLock<Lookup>,
    /// Folders with a file that is called like lines of JSON, sorted.
    with_json_lines: Vec<String>,
    has_pictures: bool,
    purse: Arc<Purse>,
    damage: Option<Problem>,
}

/// The bytes of an archive that is about to be opened.
pub(super) struct Unopened {
    pub(super) kind: Kind,
    pub(super) bytes: ArchiveBytes,
    /// The packed stream that it comes from breaks off.
    pub(super) cut: bool,
    /// Bytes that came out of a packed stream, and that no archive around it has counted.
    pub(super) unpacked: u64,
}

impl Unopened {
    /// An archive that lies there as it is.
    pub(super) fn plain(kind: Kind, bytes: ArchiveBytes) -> Unopened {
        Unopened { kind, bytes, cut: false, unpacked: 0 }
    }
}

/// What an archive says it holds, in its own order.
struct Listing {
    entries: Vec<ArchiveEntry>,
    /// What is wrong with the archive as a whole, although it has entries that can be read.
    damage: Option<Problem>,
}

/// One file in an archive.
#[derive(Debug)]
pub(super) struct ArchiveEntry {
    /// Its name, made plain.
    pub(super) name: String,
    /// Tells it from names that are shown alike.
    spelling: u64,
    pub(super) expected: Expected,
    content: Content,
    /// Where the directory lists it: of two entries with one name the later one counts.
    listed_at: u64,
}

/// What the directory says of an entry's bytes. Its local header is read with the bytes, not before: a listing that
/// touches every header would page in the whole archive.
#[derive(Debug, PartialEq, Eq)]
enum Content {
    Stored(Place),
    Deflated(Place),
    /// Bytes that lie in the archive as they are, without a header of their own to ask.
    Plain {
        start: usize,
        length: usize,
    },
    /// A name without content: a link, a device.
    Nothing(Skip),
    Unreadable(String),
}

/// Where an entry is: its local header, and the length of what follows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Place {
    header: u64,
    packed: u64,
}

/// How the bytes of an entry are there.
pub(super) enum Packed<'a> {
    Stored(Part<'a>),
    Deflated(Part<'a>),
}

/// Packed bytes that are enough to inflate the first few KiB from.
pub(super) const PACKED_PEEK: usize = 16 << 10;

impl Archive {
    /// Reads what the archive holds.
    ///
    /// # Errors
    /// A problem of the archive as a whole; its entries cannot be trusted then.
    pub(super) fn open(unopened: Unopened, budget: &mut Budget<'_>) -> Result<Archive, Problem> {
        let Unopened { kind, bytes, cut, unpacked } = unopened;
        // Whatever is in it: what is unpacked in vain has been unpacked.
        budget.spend_unpacked(unpacked);
        let Listing { mut entries, damage } = match kind {
            Kind::Zip => zip::list(&bytes, budget)?,
            Kind::Tar => tar::list(&bytes, budget)?,
        };
        entries.sort_by(in_order);
        let replaced = drop_replaced(&mut entries);
        budget.spend(&entries, unpacked)?;
        let breaks_off = || Problem::new(ProblemKind::Truncated, "the packed data of the archive ends too early");
        let damage = damage.filter(|damage| damage.is_damage() || !cut).or_else(|| cut.then(breaks_off));
        let damage = damage.or_else(|| leading_out(&entries));
        let lines = entries.iter().filter(|entry| litter::is_json_lines(&entry.name));
        let mut with_json_lines: Vec<_> = lines.map(|entry| name::folder(&entry.name).to_owned()).collect();
        with_json_lines.sort_unstable();
        with_json_lines.dedup();
        let has_pictures = entries.iter().any(|entry| litter::is_picture(&entry.name));
        let (lookup, purse) = (OnceLock::new(), budget.purse());
        Ok(Archive { bytes, entries, replaced, lookup, with_json_lines, has_pictures, purse, damage })
    }

    /// What is wrong with the archive as a whole, or with names in it, although it has entries that can be read.
    pub(super) fn damage(&self) -> Option<&Problem> {
        self.damage.as_ref()
    }

    pub(super) fn entries(&self) -> &[ArchiveEntry] {
        &self.entries
    }

    /// Sizes of the earlier entries that this one takes the place of, the last of them first.
    pub(super) fn replaced(&self, number: usize) -> impl Iterator<Item = u64> {
        let first = self.replaced.partition_point(|(by, _)| *by < number);
        self.replaced[first..].iter().take_while(move |(by, _)| *by == number).map(|(_, bytes)| *bytes)
    }

    /// Whether the folder of this entry has a file that is called like lines of JSON.
    pub(super) fn has_json_lines_beside(&self, name: &str) -> bool {
        self.with_json_lines.binary_search_by(|folder| folder.as_str().cmp(name::folder(name))).is_ok()
    }

    /// Whether a file in it is called like a picture.
    pub(super) fn has_pictures(&self) -> bool {
        self.has_pictures
    }

    /// So many bytes are attached to a report in it.
    pub(super) fn attach(&self, bytes: u64) -> Result<(), LimitReached> {
        self.purse.spend(bytes)
    }

    /// The packed bytes of an entry, or why there are none.
    pub(super) fn packed(&self, number: usize) -> Result<Packed<'_>, String> {
        let part = |range| Part { archive: &self.bytes, range };
        match &self.entries[number].content {
            Content::Stored(place) => Ok(Packed::Stored(part(place.range(&self.bytes)?))),
            Content::Deflated(place) => Ok(Packed::Deflated(part(place.range(&self.bytes)?))),
            Content::Plain { start, length } => Ok(Packed::Stored(part(*start..*start + *length))),
            Content::Nothing(why) => Err(why.to_string()),
            Content::Unreadable(why) => Err(why.clone()),
        }
    }

    /// What an entry is, seen through the compression around it.
    pub(super) fn look(&self, number: usize, limits: &Limits) -> unpack::Seen {
        match self.packed(number) {
            Ok(Packed::Stored(mut part)) => unpack::look(&mut part, limits),
            Ok(Packed::Deflated(part)) => unpack::look(&mut inflate::unchecked(part), limits),
            Err(_) => unpack::Seen::default(),
        }
    }

    /// The bytes of an entry that is an archive itself: a part of ours when it lies there as it is, spooled otherwise.
    pub(super) fn inner(
        &self,
        number: usize,
        kind: Kind,
        seen: unpack::Seen,
        budget: &Budget<'_>,
        mapping: Mapping,
    ) -> std::io::Result<Unopened> {
        let entry = &self.entries[number];
        let range = match &entry.content {
            Content::Stored(place) => Some(place.range(&self.bytes).map_err(std::io::Error::other)?),
            Content::Plain { start, length } => Some(*start..*start + *length),
            _ => None,
        };
        if let Some(range) = &range
            && !seen.packed
        {
            return Ok(Unopened::plain(kind, self.bytes.slice(range.clone())));
        }
        let whole: Box<dyn Read + '_> = match self.packed(number).map_err(std::io::Error::other)? {
            Packed::Stored(part) => Box::new(Checked::copying(part, entry.expected)),
            Packed::Deflated(part) => {
                let length = part.len();
                Box::new(Checked::inflating(part, length, entry.expected, budget.limits()))
            }
        };
        spool(kind, seen, whole, budget, mapping)
    }

    /// The number of the entry that `reference` means, made by a report in `folder`.
    pub(super) fn find(&self, folder: &str, reference: &str) -> Option<usize> {
        let exact = |folder| {
            let wanted = name::resolve(folder, reference)?;
            self.entries.binary_search_by(|entry| name::compare(&entry.name, &wanted)).ok()
        };
        let name_of = |number: usize| self.entries[number].name.as_str();
        let lookup = || self.lookup.get_or_init(|| Lookup::new(&self.entries));
        exact(folder).or_else(|| exact("")).or_else(|| lookup().find(folder, reference, name_of))
    }
}

/// What is said of an archive that would write beside the folder into which it is unpacked. It is read like any other: names
/// are labels here.
fn leading_out(entries: &[ArchiveEntry]) -> Option<Problem> {
    let leads_out = |entry: &&ArchiveEntry| entry.name.contains("..") && entry.name.split('/').any(|part| part == "..");
    let first = entries.iter().find(leads_out)?;
    let message = format!(
        "names such as {:?} lead out of the archive; they are read, and nothing is written by them",
        first.name
    );
    Some(Problem::new(ProblemKind::UnknownProperty, message))
}

/// Keeps the first of each name, and says what it takes the place of: nothing where the same bytes were listed twice.
fn drop_replaced(entries: &mut Vec<ArchiveEntry>) -> Vec<(usize, u64)> {
    let (mut number, mut replaced) = (0, Vec::new());
    entries.dedup_by(|entry, kept| {
        let is_replaced = entry.name == kept.name && entry.spelling == kept.spelling;
        if !is_replaced {
            number += 1;
        } else if entry.content != kept.content {
            replaced.push((number, entry.expected.bytes));
        }
        is_replaced
    });
    replaced
}

/// By name; of one name the last that is listed comes first.
fn in_order(one: &ArchiveEntry, other: &ArchiveEntry) -> Ordering {
    let by_name = name::compare(&one.name, &other.name).then(one.spelling.cmp(&other.spelling));
    by_name.then(other.listed_at.cmp(&one.listed_at))
}

impl AsRef<str> for ArchiveEntry {
    /// Its name, by which it is looked up.
    fn as_ref(&self) -> &str {
        &self.name
    }
}

impl ArchiveEntry {
    /// Why there is nothing to read, when it is a link or a device.
    pub(super) fn is_nothing(&self) -> Option<Skip> {
        match &self.content {
            Content::Nothing(why) => Some(*why),
            _ => None,
        }
    }

    /// Why it cannot be read, when the directory already says so.
    pub(super) fn refusal(&self, limits: &Limits) -> Option<Problem> {
        if let Content::Unreadable(why) = &self.content {
            return Some(Problem::new(ProblemKind::Unreadable, format!("the entry was left out: {why}")));
        }
        if self.expected.bytes > limits.entry_bytes {
            let what = format!("the entry would inflate to {} bytes", self.expected.bytes);
            return Some(LimitReached::new(Limit::EntryBytes, limits.entry_bytes, what).into());
        }
        None
    }
}

/// Bytes that a spooled archive may have in memory; larger ones wait in a temporary file without a name. Many archives
/// can be open at once: as many as there are reports on their way.
const SPOOLED_IN_MEMORY: u64 = 1 << 20;

/// Takes a whole archive from a stream, as much as `budget` has left, out of what it is packed in: its end is needed before
/// its beginning makes sense. Of a packed stream that breaks off, what came before is taken.
pub(super) fn spool(
    kind: Kind,
    seen: unpack::Seen,
    stream: Box<dyn Read + '_>,
    budget: &Budget<'_>,
    mapping: Mapping,
) -> std::io::Result<Unopened> {
    let mut stream = unpack::unpacked(stream, Most::archive(budget), budget.limits())?;
    let (bytes, cut) = whole(&mut stream, mapping)?;
    let unpacked = if seen.packed { bytes.len() as u64 } else { 0 };
    Ok(Unopened { kind, bytes, cut, unpacked })
}

/// All bytes of a stream, and whether it breaks off.
fn whole(stream: &mut dyn Read, mapping: Mapping) -> std::io::Result<(ArchiveBytes, bool)> {
    let mut head = Vec::new();
    let cut = is_cut(stream.take(SPOOLED_IN_MEMORY).read_to_end(&mut head))?;
    if cut || (head.len() as u64) < SPOOLED_IN_MEMORY {
        return Ok((ArchiveBytes::held(head), cut));
    }
    let mut file = Temporary::new()?;
    std::io::Write::write_all(&mut file, &head)?;
    drop(head);
    let cut = is_cut(std::io::copy(stream, &mut file))?;
    Ok((ArchiveBytes::of_own_file(file.into_file(), mapping)?, cut))
}

fn is_cut<T>(result: std::io::Result<T>) -> std::io::Result<bool> {
    match result {
        Ok(_) => Ok(false),
        Err(error) if error.kind() == std::io::ErrorKind::UnexpectedEof => Ok(true),
        Err(error) => Err(error),
    }
}
