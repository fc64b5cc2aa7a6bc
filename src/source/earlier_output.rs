//! Outputs of earlier conversions among what is read: their bundles are Xray JSON, and last night's results would count once
//! more.
//!
//! Whoever names such a folder, or its archive, means it: it is read. One that lies somewhere below is passed over.

use std::path::Path;

use walkdir::DirEntry;

use super::archive::ArchiveEntry;
use super::name::compare;
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

/// The folders of outputs in an archive.
pub(super) struct Outputs {
    /// How the names of their entries begin; in order, and none begins as another one.
    beginnings: Vec<String>,
}

impl Outputs {
    /// Those that are among these entries, which are in order of their names.
    pub(super) fn among(entries: &[ArchiveEntry]) -> Outputs {
        let has = |folder: &str, name: &str| {
            let name = format!("{folder}/{name}");
            entries.binary_search_by(|entry| compare(&entry.name, &name)).is_ok()
        };
        let folder_of = |mark: &str, entry: &ArchiveEntry| {
            let folder = entry.name.strip_suffix(mark)?.strip_suffix('/')?;
            (!folder.is_empty()).then(|| folder.to_owned())
        };
        let complete =
            entries.iter().filter_map(|entry| folder_of(REPORTS, entry)).filter(|folder| has(folder, MANIFEST));
        let begun = entries.iter().filter_map(|entry| folder_of(JOURNAL, entry));
        Outputs::of(complete.chain(begun))
    }

    fn of(folders: impl Iterator<Item = String>) -> Outputs {
        let mut beginnings: Vec<_> = folders.flat_map(|folder| HELD.map(|held| format!("{folder}/{held}/"))).collect();
        beginnings.sort_unstable_by(|one, other| compare(one, other));
        // What lies in another one follows it.
        beginnings.dedup_by(|inner, outer| inner.starts_with(outer.as_str()));
        Outputs { beginnings }
    }

    /// Whether an entry is in one of them.
    pub(super) fn hold(&self, name: &str) -> bool {
        let behind = self.beginnings.partition_point(|beginning| compare(beginning, name).is_le());
        behind.checked_sub(1).is_some_and(|last| name.starts_with(&self.beginnings[last]))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_folder_tells_what_is_in_outputs() {
        let folders = ["b", "a", "a/bundles/x", "a-", "a", "a/evidence"];
        let outputs = Outputs::of(folders.iter().map(|folder| (*folder).to_owned()));
        assert_eq!(outputs.beginnings.len(), 6, "{:?}", outputs.beginnings);
        for held in ["a/bundles/1.json", "a/bundles/x/bundles/1", "a/bundles/z", "a-/evidence/y/z", "b/bundles/-/1"] {
            assert!(outputs.hold(held), "{held}");
        }
        for other in
            ["a/manifest.json", "a/bundles", "a/bundles-/x", "bundles/1.json", "a/x/bundles/1", "b/a/bundles/1", "c"]
        {
            assert!(!outputs.hold(other), "{other}");
        }
    }
}
