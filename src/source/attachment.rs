//! Files that a report refers to: looked for beside it, never outside its INPUT.

use std::fmt;
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use libdeflater::Decompressor;

use super::archive::{Archive, Packed};
use super::entry::{Entry, Handle};
use super::{Limits, inflate, name};

/// Why an attachment cannot be had.
#[derive(Debug)]
#[non_exhaustive]
pub enum AttachmentError {
    /// There is no such file in the INPUT.
    NotFound,
    /// The reference leads out of the INPUT; it was not opened.
    Outside,
    /// It is larger than the limit, in bytes.
    TooLarge(u64),
    /// It is there and cannot be read.
    Unreadable(String),
}

impl AttachmentError {
    /// Whether it was left out for its size.
    pub fn is_over_limit(&self) -> bool {
        matches!(self, AttachmentError::TooLarge(_))
    }
}

impl fmt::Display for AttachmentError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            AttachmentError::NotFound => f.write_str("there is no such file in the input"),
            AttachmentError::Outside => f.write_str("it lies outside the input and was not opened"),
            AttachmentError::TooLarge(limit) => write!(f, "it is larger than the limit of {limit} bytes"),
            AttachmentError::Unreadable(why) => f.write_str(why),
        }
    }
}

impl std::error::Error for AttachmentError {}

impl Entry {
    /// Appends the content of the file that `reference` names to `out` and gives its base name.
    ///
    /// A reference is looked for relative to the report's folder, then to the top of its archive or INPUT; in an archive
    /// also under its base name, when that is the only one. Blanks written as `%20`, backslashes and `file://` are
    /// understood. An absolute path counts only below the INPUT.
    ///
    /// # Errors
    /// When there is no such file, when it lies outside, is larger than `limit` or cannot be read.
    pub fn attachment(&self, reference: &str, limit: u64, out: &mut Vec<u8>) -> Result<String, AttachmentError> {
        let reference = plain_reference(reference);
        let base_name = reference.rsplit('/').next().unwrap_or(&reference).to_owned();
        match &self.handle {
            Handle::File { path, root } => from_folder(path, root, &reference, limit, out)?,
            Handle::Archived { archive, number } => from_archive(archive, *number, &reference, limit, out)?,
            Handle::Stream(_) => return Err(AttachmentError::NotFound),
        }
        Ok(base_name)
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

fn from_folder(
    report: &Path,
    root: &Path,
    reference: &str,
    limit: u64,
    out: &mut Vec<u8>,
) -> Result<(), AttachmentError> {
    let path = locate(report, root, reference)?;
    // Asked before it is opened: opening a pipe waits for somebody to write.
    let metadata = path.metadata().map_err(unreadable)?;
    if !metadata.is_file() {
        return Err(AttachmentError::NotFound);
    }
    if metadata.len() > limit {
        return Err(AttachmentError::TooLarge(limit));
    }
    let file = File::open(&path).map_err(unreadable)?;
    // The file may have grown since it was asked for its length.
    let length = file.take(limit + 1).read_to_end(out).map_err(unreadable)?;
    if length as u64 > limit { Err(AttachmentError::TooLarge(limit)) } else { Ok(()) }
}

/// The real path behind a reference, links resolved and held against the INPUT's folder.
fn locate(report: &Path, root: &Path, reference: &str) -> Result<PathBuf, AttachmentError> {
    let root = root.canonicalize().map_err(unreadable)?;
    let folder = report.parent().unwrap_or(&root);
    let mut outside = false;
    for candidate in [folder.join(reference), root.join(reference.trim_start_matches('/'))] {
        match candidate.canonicalize() {
            Ok(path) if path.starts_with(&root) => return Ok(path),
            Ok(_) => outside = true,
            Err(_) => {}
        }
    }
    if let Some(path) = differing_in_case(&root, folder, reference).and_then(|path| path.canonicalize().ok())
        && path.starts_with(&root)
    {
        return Ok(path);
    }
    Err(if outside { AttachmentError::Outside } else { AttachmentError::NotFound })
}

/// The only file of the reference's folder whose name differs in case alone.
fn differing_in_case(root: &Path, folder: &Path, reference: &str) -> Option<PathBuf> {
    /// Folders with more files than this are not searched: each missing file would cost that much.
    const MOST_FILES: usize = 1_000;
    let wanted = folder.join(reference);
    let name = wanted.file_name()?.to_str()?.to_lowercase();
    let searched = wanted.parent()?.canonicalize().ok().filter(|searched| searched.starts_with(root))?;
    let siblings: Vec<_> = std::fs::read_dir(searched).ok()?.flatten().take(MOST_FILES + 1).collect();
    if siblings.len() > MOST_FILES {
        return None;
    }
    let mut found =
        siblings.iter().filter(|file| file.file_name().to_str().is_some_and(|other| other.to_lowercase() == name));
    let first = found.next()?;
    found.next().is_none().then(|| first.path())
}

fn from_archive(
    archive: &Archive,
    report: usize,
    reference: &str,
    limit: u64,
    out: &mut Vec<u8>,
) -> Result<(), AttachmentError> {
    let report_name = &archive.entries()[report].name;
    let folder = report_name.rsplit_once('/').map_or("", |(folder, _)| folder);
    let candidates = [name::resolve(folder, reference), name::resolve("", reference)];
    if candidates.iter().all(Option::is_none) {
        return Err(AttachmentError::Outside);
    }
    let base = reference.rsplit('/').next().unwrap_or(reference);
    let number = candidates.iter().flatten().find_map(|path| archive.find(path)).or_else(|| archive.find(base));
    let number = number.ok_or(AttachmentError::NotFound)?;
    let expected = archive.entries()[number].expected;
    if expected.bytes > limit {
        return Err(AttachmentError::TooLarge(limit));
    }
    match archive.packed(number).map_err(AttachmentError::Unreadable)? {
        Packed::Stored(part) => {
            let mut buffer = Vec::new();
            let bytes = part.whole(&mut buffer).map_err(unreadable)?;
            inflate::check_crc(bytes, expected).map_err(unreadable)?;
            out.extend_from_slice(bytes);
        }
        Packed::Deflated(part) if expected.bytes.max(part.len() as u64) <= Limits::IN_MEMORY => {
            let (mut packed, mut inflated) = (Vec::new(), Vec::new());
            let packed = part.whole(&mut packed).map_err(unreadable)?;
            inflate::whole(packed, expected, &mut Decompressor::new(), &mut inflated).map_err(unreadable)?;
            out.append(&mut inflated);
        }
        Packed::Deflated(part) => {
            let limits = Limits { entry_bytes: limit, ..Limits::default() };
            let length = part.len();
            inflate::Checked::inflating(part, length, expected, &limits).read_to_end(out).map_err(unreadable)?;
        }
    }
    Ok(())
}

fn unreadable(error: io::Error) -> AttachmentError {
    AttachmentError::Unreadable(format!("it cannot be read: {error}"))
}
