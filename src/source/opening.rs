//! Whether a file is an archive, and which.

use std::fs::File;
use std::path::Path;

use super::archive::{Archive, Kind, Unopened};
use super::look::Looking;
use super::mapped::ArchiveBytes;
use super::unpack::{self, Seen};
use super::{Budget, Limits, Mapping, Shortage, litter, zip_end};

/// Opens the file where it is an archive. What is called a zip may be one behind other bytes, which only its end tells.
pub(super) fn open_if_archive(path: &Path, name: &str, limits: &Limits) -> std::io::Result<Option<(File, Kind, Seen)>> {
    let mut file = File::open(path)?;
    let mut seen = unpack::look(&mut file, limits);
    if litter::is_called_zip(name)
        && seen == Seen::default()
        && is_zip_by_its_end(&ArchiveBytes::of_file(file.try_clone()?)?)
    {
        seen.archive = Some(Kind::Zip);
    }
    let Some(kind) = seen.archive else { return Ok(None) };
    std::io::Seek::rewind(&mut file)?;
    Ok(Some((file, kind, seen)))
}

/// An entry that is called a zip, does not begin as one, and is one all the same.
///
/// # Errors
/// When the machine lacks what it takes to find out.
pub(super) fn hidden_zip(
    archive: &Archive,
    number: usize,
    budget: &Budget<'_>,
    mapping: Mapping,
) -> std::io::Result<Option<Unopened>> {
    if !litter::is_called_zip(&archive.entries()[number].name) {
        return Ok(None);
    }
    match archive.inner(number, Kind::Zip, Seen::default(), budget, mapping) {
        Ok(unopened) => Ok(is_zip_by_its_end(&unopened.bytes).then_some(unopened)),
        Err(error) => Shortage::of(&error).map_or(Ok(None), |shortage| Err(shortage.into())),
    }
}

fn is_zip_by_its_end(bytes: &ArchiveBytes) -> bool {
    zip_end::is_zip(&mut Looking::new(bytes))
}
