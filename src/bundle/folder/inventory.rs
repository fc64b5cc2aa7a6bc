//! What lies in an output folder, and what of it is ours.

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::{fs, io};

use serde::Deserialize;

use super::earlier::is_set_aside;
use super::{Opening, lock};
use crate::bundle::error::{WriteError, WriteErrorKind};
use crate::bundle::manifest::{Manifest, SCHEMA_FAMILY};
use crate::bundle::name::{
    BUNDLES, EVIDENCE, JOURNAL, MANIFEST, REPORTS, TEMPORARY_SUFFIX, is_bundle_name, is_evidence_name, is_info_name,
};
use crate::bundle::read_back;

/// What is in a folder.
#[derive(Debug, Default)]
pub(super) struct Inventory {
    /// Schema of a manifest of this program.
    pub(super) manifest: Option<String>,
    /// Whether there is a journal.
    pub(super) journal: bool,
    /// Bundles, evidence and `reports.jsonl`, in no order.
    pub(super) ours: Vec<PathBuf>,
    pub(super) temporary: Vec<PathBuf>,
    /// Whether an earlier output was set aside.
    earlier: bool,
    /// The first other thing by name.
    foreign: Option<PathBuf>,
    /// The first other thing among bundles or evidence.
    amid_ours: Option<PathBuf>,
    /// Something that is in the way of a file or folder of ours.
    obstacle: Option<PathBuf>,
}

impl Inventory {
    pub(super) fn of(folder: &Path) -> Result<Inventory, WriteError> {
        let mut inventory = Inventory::default();
        let manifest = folder.join(MANIFEST);
        inventory.manifest = read_mark(&manifest);
        let named = named_bundles(&manifest, &inventory);
        for Entry { name, path, is_folder } in entries(folder)? {
            match name.as_str() {
                BUNDLES if is_folder => inventory.add_bundles(&path, &named)?,
                MANIFEST if inventory.manifest.is_some() => {}
                EVIDENCE if is_folder => inventory.add_evidence(&path)?,
                BUNDLES | MANIFEST => inventory.obstacle = Some(path),
                JOURNAL if !is_folder => inventory.journal = true,
                REPORTS if is_folder => inventory.obstacle = Some(path),
                REPORTS => inventory.ours.push(path),
                _ if lock::FILE == Some(&name) => {}
                _ if is_folder && is_set_aside(&name) => inventory.earlier = true,
                _ => inventory.add_other(Entry { name, path, is_folder }),
            }
        }
        Ok(inventory)
    }

    fn add_bundles(&mut self, folder: &Path, named: &HashSet<String>) -> Result<(), WriteError> {
        for entry in entries(folder)? {
            let Entry { name, is_folder, .. } = &entry;
            if !is_folder && (is_bundle_name(name) || is_info_name(name) || named.contains(name)) {
                self.ours.push(entry.path);
            } else {
                self.add_other_amid_ours(entry);
            }
        }
        Ok(())
    }

    fn add_evidence(&mut self, folder: &Path) -> Result<(), WriteError> {
        for entry in entries(folder)? {
            if !entry.is_folder && is_evidence_name(&entry.name) {
                self.ours.push(entry.path);
            } else {
                self.add_other_amid_ours(entry);
            }
        }
        Ok(())
    }

    fn add_other_amid_ours(&mut self, entry: Entry) {
        let before = self.temporary.len();
        let path = entry.path.clone();
        self.add_other(entry);
        if self.temporary.len() == before && self.amid_ours.as_ref().is_none_or(|found| path < *found) {
            self.amid_ours = Some(path);
        }
    }

    fn add_other(&mut self, Entry { name, path, is_folder }: Entry) {
        if !is_folder && name.starts_with('.') && name.ends_with(TEMPORARY_SUFFIX) {
            self.temporary.push(path);
        } else if self.foreign.as_ref().is_none_or(|found| path < *found) {
            self.foreign = Some(path);
        }
    }

    /// Whether there is an output, complete or not.
    pub(super) fn is_an_output(&self) -> bool {
        self.manifest.is_some() || self.journal || !self.ours.is_empty()
    }

    /// Foreign files are tolerated only beside a manifest of ours: without one, names alone must not decide that
    /// something may be removed. Among bundles they are no part of an output, and would be one of the next.
    pub(super) fn check(&self, folder: &Path, opening: Opening) -> Result<(), WriteError> {
        let foreign = if self.manifest.is_some() { None } else { self.foreign.as_ref() };
        let amid_ours = if opening == Opening::Fresh { None } else { self.amid_ours.as_ref() };
        if let Some(found) = self.obstacle.as_ref().or(amid_ours).or(foreign) {
            return Err(WriteErrorKind::NotOurs { folder: folder.to_path_buf(), found: found.clone() }.into());
        }
        if opening == Opening::Fresh && (self.is_an_output() || self.earlier) {
            return Err(WriteErrorKind::EarlierOutput(folder.to_path_buf()).into());
        }
        Ok(())
    }
}

/// Something in a folder.
struct Entry {
    name: String,
    path: PathBuf,
    /// A link is no folder, wherever it leads.
    is_folder: bool,
}

fn entries(folder: &Path) -> Result<Vec<Entry>, WriteError> {
    let read = || -> io::Result<Vec<Entry>> {
        let entry = |entry: io::Result<fs::DirEntry>| {
            let entry = entry?;
            let name = entry.file_name().to_string_lossy().into_owned();
            Ok(Entry { name, path: entry.path(), is_folder: entry.file_type()?.is_dir() })
        };
        fs::read_dir(folder)?.map(entry).collect()
    };
    read().map_err(WriteError::io("list", folder))
}

/// The schema of the manifest at `path`, when it is one of this program.
pub(super) fn read_mark(path: &Path) -> Option<String> {
    #[derive(Deserialize)]
    struct Mark {
        schema: String,
    }
    let text = read_back::whole(path).ok()?;
    let mark: Mark = serde_json::from_slice(&text).ok()?;
    mark.schema.starts_with(SCHEMA_FAMILY).then_some(mark.schema)
}

/// Names, within the folder of bundles, that the manifest gives. A name that leads anywhere else is not believed: what
/// is compared with it are names found in that folder.
fn named_bundles(manifest: &Path, inventory: &Inventory) -> HashSet<String> {
    if inventory.manifest.is_none() {
        return HashSet::new();
    }
    let manifest = read_back::whole(manifest).ok().and_then(|text| serde_json::from_slice::<Manifest>(&text).ok());
    let files = manifest.iter().flat_map(Manifest::files);
    files.filter_map(|file| file.strip_prefix("bundles/").map(str::to_owned)).collect()
}
