//! Files that a report refers to: looked for beside it, never outside its INPUT, and never among what is hidden there.

use std::fmt;
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use libdeflater::Decompressor;

use super::archive::{Archive, Packed};
use super::entry::{Entry, Handle};
use super::reach::Reach;
use super::root::{self, Root};
use super::{Limits, Shortage, inflate, name};
use crate::model::{LimitReached, Origin};

/// Why an attachment cannot be had.
#[derive(Debug)]
#[non_exhaustive]
pub enum AttachmentError {
    /// There is no such file in the INPUT.
    NotFound,
    /// The reference leads out of the INPUT; it was not opened.
    Outside,
    /// It is hidden, or lies in a hidden folder; it was not opened.
    Hidden,
    /// Its report was named alone, and lies in a home folder or above; it lies further below, and was not opened.
    Home,
    /// It is larger than the limit, in bytes.
    TooLarge(u64),
    /// It, or all that the reports of its archive attach with it, is more than is taken from archives.
    TooMuch(LimitReached),
    /// It is there and cannot be read.
    Unreadable(String),
    /// The machine does not give what reading needs.
    Shortage(Shortage),
}

impl AttachmentError {
    /// Whether it was left out for its size.
    pub fn is_over_limit(&self) -> bool {
        matches!(self, AttachmentError::TooLarge(_) | AttachmentError::TooMuch(_))
    }
}

impl fmt::Display for AttachmentError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            AttachmentError::NotFound => f.write_str("there is no such file in the input"),
            AttachmentError::Outside => f.write_str("it lies outside the input and was not opened"),
            AttachmentError::Hidden => f.write_str("it is hidden or in a hidden folder, and was not opened"),
            AttachmentError::Home => f.write_str(
                "it lies in a folder below the home folder that its report lies in, and was not opened: name the folder of \
                 the report as INPUT",
            ),
            AttachmentError::TooLarge(limit) => write!(f, "it is larger than the limit of {limit} bytes"),
            AttachmentError::TooMuch(reached) => reached.fmt(f),
            AttachmentError::Unreadable(why) => f.write_str(why),
            AttachmentError::Shortage(shortage) => shortage.fmt(f),
        }
    }
}

impl std::error::Error for AttachmentError {}

/// A file that a report refers to, found and read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attached {
    /// Its base name, as the report writes it.
    pub name: String,
    /// Where it lies; `None` when it cannot be named like what a walk finds.
    pub origin: Option<Origin>,
}

impl Entry {
    /// Appends the content of the file that `reference` names to `out`.
    ///
    /// A reference is looked for relative to the report's folder, then to the top of its archive or INPUT; then there
    /// whatever its case; then by its base name, and of several namesakes by the folders before it. Blanks written as
    /// `%20`, backslashes and `file://` are understood. An absolute path counts only below the INPUT. What is hidden there
    /// counts only for reports in the same hidden folder, and of a home folder in which a single report lies nothing below does.
    ///
    /// # Errors
    /// When there is no such file, when it lies outside, is larger than [`Limits::entry_bytes`] or cannot be read, and when it is more than the
    /// other limits allow, alone or with what the reports of the archive have attached before.
    pub fn attachment(&self, reference: &str, limits: &Limits, out: &mut Vec<u8>) -> Result<Attached, AttachmentError> {
        let reference = plain_reference(reference);
        let name = reference.rsplit('/').next().unwrap_or(&reference).to_owned();
        let origin = match &self.handle {
            Handle::File { at, root } => {
                let mut path = PathBuf::new();
                from_folder(self.locate(at, root, &mut path), root, &reference, limits.entry_bytes, out)?
                    .map(Origin::new)
            }
            Handle::Archived { archive, number } => {
                let found = from_archive(archive, *number, &reference, limits, out)?;
                Some(self.origin.beside(found))
            }
            Handle::Stream(_) => return Err(AttachmentError::NotFound),
        };
        Ok(Attached { name, origin })
    }

    /// A file that was read as an attachment, of so many bytes, is attached once more.
    ///
    /// # Errors
    /// When the reports of the archive have attached too much.
    pub fn attached_again(&self, bytes: u64) -> Result<(), AttachmentError> {
        match &self.handle {
            Handle::Archived { archive, .. } => archive.attach(bytes).map_err(AttachmentError::TooMuch),
            Handle::File { .. } | Handle::Stream(_) => Ok(()),
        }
    }
}

impl Entry {
    /// Appends the whole content to `out`.
    ///
    /// # Errors
    /// When it is larger than [`Limits::entry_bytes`], more than the other limits allow, or cannot be read. A stream cannot be read again.
    pub(super) fn content(&self, limits: &Limits, out: &mut Vec<u8>) -> Result<(), AttachmentError> {
        match &self.handle {
            Handle::File { at, root } => read_file(self.locate(at, root, &mut PathBuf::new()), limits.entry_bytes, out),
            Handle::Archived { archive, number } => read_entry(archive, *number, limits, out),
            Handle::Stream(_) => Err(AttachmentError::NotFound),
        }
    }

    /// Whether there may be pictures beside it: of an archive that is known by the names in it.
    pub fn may_lie_beside_pictures(&self) -> bool {
        match &self.handle {
            Handle::File { .. } => true,
            Handle::Archived { archive, .. } => archive.has_pictures(),
            Handle::Stream(_) => false,
        }
    }
}

/// The reference as a path with `/`, its percent escapes resolved.
fn plain_reference(reference: &str) -> String {
    let reference = reference.trim();
    let reference = reference.strip_prefix("file://").unwrap_or(reference).replace('\\', "/");
    if !reference.contains('%') {
        return reference;
    }
    let mut bytes = Vec::with_capacity(reference.len());
    let mut rest = reference.as_bytes();
    while let Some((&first, after)) = rest.split_first() {
        let escaped = (first == b'%').then(|| after.get(..2)).flatten();
        let escaped = escaped.filter(|digits| digits.iter().all(u8::is_ascii_hexdigit));
        match escaped.and_then(|digits| u8::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()) {
            Some(byte) => {
                bytes.push(byte);
                rest = &after[2..];
            }
            None => {
                bytes.push(first);
                rest = after;
            }
        }
    }
    String::from_utf8(bytes).unwrap_or(reference)
}

/// Gives the name of what was found, relative to the INPUT.
fn from_folder(
    report: &Path,
    root: &Root,
    reference: &str,
    limit: u64,
    out: &mut Vec<u8>,
) -> Result<Option<String>, AttachmentError> {
    let path = locate(report, root, reference)?;
    read_file(&path, limit, out)?;
    let real_root = root.path().canonicalize().map_err(unreadable)?;
    Ok(root::relative(&real_root, &path))
}

fn read_file(path: &Path, limit: u64, out: &mut Vec<u8>) -> Result<(), AttachmentError> {
    // Asked before it is opened: opening a pipe waits for somebody to write.
    let metadata = path.metadata().map_err(unreadable)?;
    if !metadata.is_file() {
        return Err(AttachmentError::NotFound);
    }
    if metadata.len() > limit {
        return Err(AttachmentError::TooLarge(limit));
    }
    let file = File::open(path).map_err(unreadable)?;
    // The file may have grown since it was asked for its length.
    let length = file.take(limit.saturating_add(1)).read_to_end(out).map_err(unreadable)?;
    if length as u64 > limit {
        return Err(AttachmentError::TooLarge(limit));
    }
    Ok(())
}

/// The real path behind a reference, links resolved and held against what it may reach.
fn locate(report: &Path, root: &Root, reference: &str) -> Result<PathBuf, AttachmentError> {
    let folder = report.parent().unwrap_or(root.path());
    let reach = Reach::of(root, folder).map_err(unreadable)?;
    let mut refused = None;
    for candidate in [folder.join(reference), root.path().join(reference.trim_start_matches('/'))] {
        match candidate.canonicalize().map(|path| reach.permit(path)) {
            Ok(Ok(path)) => return Ok(path),
            Ok(Err(why)) => refused = Some(why),
            Err(_) => {}
        }
    }
    // A path of the machine that ran the tests may exist here, too, and mean the copy inside; nothing else that leads
    // outside means anything inside.
    let nowhere = match refused {
        Some(why) if !is_absolute(reference) => return Err(why),
        why => why.unwrap_or(AttachmentError::NotFound),
    };
    let found = root.find(&root.name_of(folder).unwrap_or_default(), reference).map_err(AttachmentError::Shortage)?;
    let path = found.and_then(|path| path.canonicalize().ok()).ok_or(nowhere)?;
    reach.permit(path)
}

/// Whether a reference names the place of a file on some machine.
fn is_absolute(reference: &str) -> bool {
    match reference.as_bytes() {
        [b'/', ..] => true,
        [letter, b':', b'/', ..] => letter.is_ascii_alphabetic(),
        _ => false,
    }
}

/// Gives the name of what was found.
fn from_archive<'a>(
    archive: &'a Archive,
    report: usize,
    reference: &str,
    limits: &Limits,
    out: &mut Vec<u8>,
) -> Result<&'a str, AttachmentError> {
    let report_name = &archive.entries()[report].name;
    let folder = name::folder(report_name);
    if [folder, ""].iter().all(|folder| name::resolve(folder, reference).is_none()) {
        return Err(AttachmentError::Outside);
    }
    let number = archive.find(folder, reference).ok_or(AttachmentError::NotFound)?;
    let bytes = archive.entries()[number].expected.bytes;
    if bytes <= limits.entry_bytes {
        // Before it is read: what comes too late is not to be inflated again and again.
        archive.attach(bytes).map_err(AttachmentError::TooMuch)?;
    }
    read_entry(archive, number, limits, out)?;
    Ok(&archive.entries()[number].name)
}

fn read_entry(archive: &Archive, number: usize, limits: &Limits, out: &mut Vec<u8>) -> Result<(), AttachmentError> {
    let expected = archive.entries()[number].expected;
    if expected.bytes > limits.entry_bytes {
        return Err(AttachmentError::TooLarge(limits.entry_bytes));
    }
    match archive.packed(number).map_err(AttachmentError::Unreadable)? {
        Packed::Stored(part) => {
            let mut buffer = Vec::new();
            let bytes = part.whole(&mut buffer).map_err(unreadable)?;
            inflate::check_crc(bytes, expected).map_err(unreadable)?;
            out.extend_from_slice(bytes);
        }
        Packed::Deflated(part) if expected.bytes.max(part.len() as u64) <= limits.in_memory => {
            let (mut packed, mut inflated) = (Vec::new(), Vec::new());
            let packed = part.whole(&mut packed).map_err(unreadable)?;
            inflate::whole(packed, expected, &mut Decompressor::new(), &mut inflated).map_err(unreadable)?;
            out.append(&mut inflated);
        }
        Packed::Deflated(part) => {
            let length = part.len();
            inflate::Checked::inflating(part, length, expected, limits).read_to_end(out).map_err(unreadable)?;
        }
    }
    Ok(())
}

fn unreadable(error: io::Error) -> AttachmentError {
    if let Some(reached) = error.get_ref().and_then(|inner| inner.downcast_ref::<LimitReached>()) {
        return AttachmentError::TooMuch(reached.clone());
    }
    match Shortage::of(&error) {
        Some(shortage) => AttachmentError::Shortage(shortage),
        None => AttachmentError::Unreadable(format!("it cannot be read: {error}")),
    }
}
