//! Outputs of earlier conversions among what is read: their bundles are Xray JSON, and last night's results would count once
//! more.
//!
//! Whoever names such a folder, or its archive, means it: it is read. One that lies somewhere below is passed over.

use std::path::Path;

use walkdir::DirEntry;

use super::archive::ArchiveEntry;
use crate::model::output::{BUNDLES, EVIDENCE, JOURNAL, MANIFEST, REPORTS};

/// Its folders whose files look like reports, or like what reports refer to.
const HELD: [&str; 2] = [BUNDLES, EVIDENCE];

/// Whether `folder` is one of those of an output, complete or not. Nearly no folder is called so, and only these cost a look.
fn holds(folder: &Path) -> bool {
    let is_called_so = folder.file_name().is_some_and(|name| HELD.iter().any(|held| name == *held));
    is_called_so
        && folder.parent().is_some_and(|output| {
            output.join(JOURNAL).is_file() || [MANIFEST, REPORTS].iter().all(|name| output.join(name).is_file())
        })
}

/// Where the walk through a folder is in one.
#[derive(Default)]
pub(super) struct EarlierOutput {
    /// Depth of the folder of bundles, or of evidence, that it went into last.
    depth: Option<usize>,
}

impl EarlierOutput {
    /// The walk goes down into a folder.
    pub(super) fn enter(&mut self, folder: &DirEntry) {
        if self.depth.is_some_and(|depth| folder.depth() <= depth) {
            self.depth = None;
        }
        // At depth one it lies in the folder that was named.
        if self.depth.is_none() && folder.depth() > 1 && holds(folder.path()) {
            self.depth = Some(folder.depth());
        }
    }

    /// Whether a file lies in one.
    pub(super) fn holds(&self, file: &DirEntry) -> bool {
        self.depth.is_some_and(|depth| file.depth() > depth)
    }
}

/// Beginnings of the names of all entries that are in outputs, of an archive with these, in order of their names.
pub(super) fn inside(entries: &[ArchiveEntry]) -> Vec<String> {
    let has = |folder: &str, name: &str| {
        let name = format!("{folder}/{name}");
        entries.binary_search_by(|entry| super::name::compare(&entry.name, &name)).is_ok()
    };
    let folder_of = |mark: &str, entry: &ArchiveEntry| {
        let folder = entry.name.strip_suffix(mark)?.strip_suffix('/')?;
        (!folder.is_empty()).then(|| folder.to_owned())
    };
    let complete = entries.iter().filter_map(|entry| folder_of(REPORTS, entry)).filter(|folder| has(folder, MANIFEST));
    let begun = entries.iter().filter_map(|entry| folder_of(JOURNAL, entry));
    complete.chain(begun).flat_map(|folder| HELD.map(|held| format!("{folder}/{held}/"))).collect()
}
