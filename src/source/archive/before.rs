//! What stands before a zip that its directory does not name: another archive, to which somebody appended one, or what a
//! program that unpacks itself, or a saved request, begins with (bundle-zip.md section 3).

use super::Listing;
use super::salvage::salvage;
use super::zip::{self, Directory};
use crate::model::{Problem, ProblemKind};
use crate::source::Budget;
use crate::source::look::Looking;
use crate::source::mapped::ArchiveBytes;
use crate::source::zip_end;

/// Archives one behind the other that are read; more are told.
const MOST: usize = 100;

/// Adds the entries of the archives in `before`, the bytes that stand before an archive, and tells of them. Of two entries
/// with one name that of the later archive counts.
pub(super) fn add(before: &ArchiveBytes, listing: &mut Listing, budget: &Budget<'_>) -> Result<(), Problem> {
    let own = listing.entries.len();
    let mut rest = before.clone();
    for _ in 0..MOST {
        let Some(directory) = last_archive(&rest, budget)? else { break };
        let begins_at = directory.begins_at(&mut Looking::new(&rest)).unwrap_or(0);
        listing.entries.extend(directory.entries);
        listing.entries.extend(directory.replaced);
        budget.room_for(listing.entries.len())?;
        rest = rest.slice(0..begins_at);
        if begins_at == 0 {
            break;
        }
    }
    zip::refuse_overlaps(&listing.entries)?;
    if is_zip(&rest)
        && let Ok(cut) = salvage(&rest, "an archive that stands before this one has no directory", budget)
    {
        listing.entries.extend(cut.entries);
        zip::refuse_overlaps(&listing.entries)?;
        listing.damage = cut.damage;
        return Ok(());
    }
    listing.damage = Some(passed_over(listing.entries.len() - own, &rest));
    Ok(())
}

/// What is said where `files` entries of other archives were read, and `rest` is what stands before all.
fn passed_over(files: usize, rest: &ArchiveBytes) -> Problem {
    match (files, rest.len()) {
        (0, bytes) if is_zip(rest) => Problem::new(
            ProblemKind::Truncated,
            format!("{bytes} bytes of another archive, which cannot be read, stand before this one"),
        ),
        (0, bytes) => {
            Problem::new(ProblemKind::Repaired, format!("{bytes} bytes stand before the archive, and were passed over"))
        }
        (files, 0) => Problem::new(
            ProblemKind::Repaired,
            format!(
                "another archive stands before the one at the end of the file; its entries are read as well: {files}"
            ),
        ),
        (files, bytes) => Problem::new(
            if is_zip(rest) { ProblemKind::Truncated } else { ProblemKind::Repaired },
            format!(
                "{bytes} bytes and another archive, whose entries are read as well ({files}), stand before the archive"
            ),
        ),
    }
}

/// The archive at whose end these bytes end.
fn last_archive(bytes: &ArchiveBytes, budget: &Budget<'_>) -> Result<Option<Directory>, Problem> {
    Ok(if is_zip(bytes) || zip_end::is_zip(&mut Looking::new(bytes)) {
        Directory::read(bytes, budget)?.ok()
    } else {
        None
    })
}

/// Whether these bytes begin as a zip with an entry in it.
fn is_zip(bytes: &ArchiveBytes) -> bool {
    /// A local header without its name.
    const LEAST: usize = 30;
    Looking::new(bytes).exactly(0, LEAST).is_some_and(zip::begins)
}
