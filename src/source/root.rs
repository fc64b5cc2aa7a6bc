//! The folder that the references of a report may not leave, and what lies in it.

use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use walkdir::WalkDir;

use super::Shortage;
use super::lookup::Lookup;

/// Files of a tree that are looked through for a reference that leads nowhere. A larger tree is not searched.
const MOST_FILES: usize = 500_000;

/// How far files are searched for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Extent {
    /// INPUT is a folder: everything in it.
    Tree,
    /// INPUT is a single file: what lies beside it, since nobody named the folders around it.
    Beside,
}

/// The folder of an INPUT.
#[derive(Debug)]
pub(super) struct Root {
    path: PathBuf,
    extent: Extent,
    /// All its files, listed when the first reference leads nowhere.
    files: OnceLock<Files>,
}

#[derive(Debug)]
struct Files {
    names: Vec<String>,
    lookup: Lookup,
    /// Why they are not all there.
    lacking: Option<Shortage>,
}

impl Root {
    pub(super) fn new(path: &Path, extent: Extent) -> Root {
        Root { path: path.to_path_buf(), extent, files: OnceLock::new() }
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    pub(super) fn extent(&self) -> Extent {
        self.extent
    }

    /// The file that `reference`, made in `folder` (relative, with `/`), means although there is none at its path.
    ///
    /// # Errors
    /// When the machine lacked what it takes to list all files.
    pub(super) fn find(&self, folder: &str, reference: &str) -> Result<Option<PathBuf>, Shortage> {
        let Files { names, lookup, lacking } = self.files.get_or_init(|| self.list());
        if let Some(shortage) = lacking {
            return Err(shortage.clone());
        }
        let number = lookup.find(folder, reference, |number| &names[number]);
        Ok(number.map(|number| self.path.join(&names[number])))
    }

    /// Links are not followed: what they lead to is not searched, and what they are is decided when one is opened.
    fn list(&self) -> Files {
        let depth = if self.extent == Extent::Tree { usize::MAX } else { 1 };
        let mut lacking = None;
        let files = WalkDir::new(&self.path).max_depth(depth).into_iter().filter_map(|file| {
            let known = file.map_err(|error| lacking = lacking.take().or(error.io_error().and_then(Shortage::of)));
            known.ok()
        });
        let files = files.filter(|file| !file.file_type().is_dir());
        let mut names: Vec<String> = files.take(MOST_FILES + 1).filter_map(|file| self.name_of(file.path())).collect();
        if names.len() > MOST_FILES {
            names.clear();
        }
        names.sort_unstable();
        Files { lookup: Lookup::new(&names), names, lacking }
    }

    /// The name of something below; `None` when a part of it is no text.
    pub(super) fn name_of(&self, path: &Path) -> Option<String> {
        relative(&self.path, path)
    }
}

/// `path` as seen from `folder`, with `/` between its parts.
pub(super) fn relative(folder: &Path, path: &Path) -> Option<String> {
    let parts: Option<Vec<_>> = path.strip_prefix(folder).ok()?.iter().map(|part| part.to_str()).collect();
    Some(parts?.join("/"))
}
