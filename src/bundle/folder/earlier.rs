//! An earlier output that another one is going to replace. It is set aside as it is, comes back when the new conversion
//! turns out to be wrong usage, which writes nothing, or finds no report, and goes when the new output is whole.
//!
//! A run may be stopped, or the power cut, at any moment. The next one knows by what it finds what was going on:
//! - `IN_PART`: the earlier output was being set aside, or brought back, and nothing new is there. It lies here and
//!   there, and is put together first of all.
//! - `WHOLE` and no manifest: the new output was not complete. The earlier one is what `WHOLE` holds, and what lies
//!   outside is the new one as far as it came: the journal goes on with it, or it makes way again.
//! - `WHOLE` and a manifest: the new output is complete and on the disk, and the earlier one was being removed. What is
//!   left of it goes, and before the manifest does.
//!
//! `WHOLE` begins and ends by a change of its name, so that it is never half of an output where it counts.

use std::path::{Path, PathBuf};
use std::{fs, io};

use super::inventory::Inventory;
use super::made::create_folder;
use super::{remove, remove_all, sync_folder};
use crate::bundle::error::WriteError;
use crate::bundle::name::{BUNDLES, EVIDENCE, JOURNAL, MANIFEST, REPORTS};

/// Holds all of it.
const WHOLE: &str = ".earlier.xraypack-tmp";

/// Holds what has been moved so far; the rest is in its place.
const IN_PART: &str = ".earlier-in-part.xraypack-tmp";

/// What an output consists of. The manifest goes first and comes back last, so that no moment has a manifest whose
/// bundles are gone.
const PARTS: [&str; 5] = [MANIFEST, JOURNAL, REPORTS, BUNDLES, EVIDENCE];

/// The name of the folder, in `folder`, that holds an earlier output, where one has been set aside.
pub fn earlier_of(folder: &Path) -> Option<&'static str> {
    Earlier::of(folder).is_kept().then_some(WHOLE)
}

/// Whether a folder of this name is one of these.
pub(super) fn is_set_aside(name: &str) -> bool {
    name == WHOLE || name == IN_PART
}

/// The earlier output of a folder.
#[derive(Debug)]
pub(super) struct Earlier<'f> {
    folder: &'f Path,
}

impl<'f> Earlier<'f> {
    pub(super) fn of(folder: &'f Path) -> Earlier<'f> {
        Earlier { folder }
    }

    /// Whether one has been set aside, by this run or by one that was stopped. It counts as long as there is no manifest.
    pub(super) fn is_kept(&self) -> bool {
        self.folder.join(WHOLE).is_dir()
    }

    /// Sets aside all that lies in the folder and is ours. Where that fails all of it stays in its place.
    pub(super) fn set_aside(&self) -> Result<(), WriteError> {
        let moved = self.move_aside();
        if moved.is_err() {
            // What cannot be put back now is put back by the next run; the cause is told.
            let _ = self.put_together();
        }
        moved
    }

    fn move_aside(&self) -> Result<(), WriteError> {
        let part = self.folder.join(IN_PART);
        create_folder(&part)?;
        for name in PARTS {
            move_if_there(&self.folder.join(name), &part.join(name))?;
            if name == MANIFEST {
                sync_folder(&part)?;
                sync_folder(self.folder)?;
            }
        }
        sync_folder(&part)?;
        move_if_there(&part, &self.folder.join(WHOLE))?;
        sync_folder(self.folder)
    }

    /// Brings it back. Nothing of the new output is left.
    pub(super) fn restore(&self) -> Result<(), WriteError> {
        // A run that is stopped here must leave nothing that looks like the new output.
        sync_folder(self.folder)?;
        move_if_there(&self.folder.join(WHOLE), &self.folder.join(IN_PART))?;
        self.put_together()
    }

    /// Brings back what lies in part elsewhere, if any does: of an output that was being set aside, or brought back.
    pub(super) fn put_together(&self) -> Result<(), WriteError> {
        let part = self.folder.join(IN_PART);
        if !part.is_dir() {
            return Ok(());
        }
        // A disk that brings no names to safety is told, and no reason to leave the manifest where nobody finds it.
        let mut synced = Ok(());
        for name in PARTS.into_iter().rev() {
            if name == MANIFEST {
                synced = sync_folder(self.folder);
            }
            let place = self.folder.join(name);
            if part.join(name).is_dir() {
                // An empty one may be in the way.
                let _ = fs::remove_dir(&place);
            }
            move_if_there(&part.join(name), &place)?;
        }
        let _ = fs::remove_dir(&part);
        synced.and(sync_folder(self.folder))
    }

    /// Removes it. What is left of it where that is interrupted must not be believed: a manifest is there, on the disk.
    pub(super) fn remove(&self) -> Result<(), WriteError> {
        if !self.is_kept() {
            return Ok(());
        }
        clear(&self.folder.join(WHOLE))?;
        sync_folder(self.folder)
    }
}

fn move_if_there(from: &Path, to: &Path) -> Result<(), WriteError> {
    match fs::rename(from, to) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(WriteError::io("move", from)(error)),
        _ => Ok(()),
    }
}

/// Removes what is ours in a folder of ours. Whatever somebody else has put there stays.
fn clear(folder: &Path) -> Result<(), WriteError> {
    let inventory = Inventory::of(folder)?;
    let mut files: Vec<PathBuf> = [inventory.ours, inventory.temporary].concat();
    files.extend(inventory.manifest.map(|_| folder.join(MANIFEST)));
    files.extend(inventory.journal.then(|| folder.join(JOURNAL)));
    remove_all(&files)?;
    for name in [BUNDLES, EVIDENCE] {
        let _ = fs::remove_dir(folder.join(name));
    }
    let _ = fs::remove_dir(folder);
    Ok(())
}

/// Makes way for a new output: what lies in the folder is set aside, unless an output was set aside already. Then that
/// is the earlier one, and what lies here was written by a run that was stopped.
pub(super) fn make_way(folder: &Path, inventory: &Inventory) -> Result<(), WriteError> {
    let earlier = Earlier::of(folder);
    remove_all(&inventory.temporary)?;
    if !earlier.is_kept() || inventory.manifest.is_some() {
        earlier.remove()?;
        return if inventory.is_an_output() { earlier.set_aside() } else { Ok(()) };
    }
    if inventory.journal {
        remove(&folder.join(JOURNAL))?;
    }
    remove_all(&inventory.ours)?;
    let _ = fs::remove_dir(folder.join(EVIDENCE));
    Ok(())
}
