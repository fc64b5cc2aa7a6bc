//! Symbolic links in a folder: whatever they lead to is read once.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use walkdir::DirEntry;

/// Where the links of one INPUT have led so far. Only links, and what lies below them, cost a look at the disk.
pub(super) struct Links {
    root: Option<PathBuf>,
    /// Real paths behind links that were followed, all outside the INPUT.
    followed: HashSet<PathBuf>,
    /// Depth of the linked folder that the walk is in.
    inside: Option<usize>,
}

impl Links {
    pub(super) fn new(root: &Path) -> Links {
        Links { root: root.canonicalize().ok(), followed: HashSet::new(), inside: None }
    }

    /// Whether a file or folder is to be read here. Something linked counts where it lies, not where the link is; links
    /// that lead out of the INPUT are followed, unless they lead to what was reached before or back above the INPUT.
    pub(super) fn admit(&mut self, entry: &DirEntry) -> bool {
        if self.inside.is_some_and(|depth| entry.depth() <= depth) {
            self.inside = None;
        }
        if entry.depth() == 0 {
            return true;
        }
        if !entry.path_is_symlink() {
            return self.inside.is_none() || !self.was_followed(entry.path());
        }
        let Ok(target) = entry.path().canonicalize() else { return true };
        if self.meets_input(&target) || target.ancestors().any(|above| self.followed.contains(above)) {
            return false;
        }
        self.followed.insert(target);
        if entry.file_type().is_dir() {
            self.inside.get_or_insert(entry.depth());
        }
        true
    }

    fn meets_input(&self, target: &Path) -> bool {
        self.root.as_ref().is_some_and(|root| target.starts_with(root) || root.starts_with(target))
    }

    /// Whether an earlier link led to this very place, which is now reached through a link to a folder above it.
    fn was_followed(&self, path: &Path) -> bool {
        // The first is the link that the walk is in.
        self.followed.len() > 1 && path.canonicalize().is_ok_and(|real| self.followed.contains(&real))
    }
}

/// Whether following a link failed because there is nothing at its end, or no end.
pub(super) fn leads_nowhere(error: &std::io::Error) -> bool {
    #[cfg(unix)]
    let loops = rustix::io::Errno::from_io_error(error) == Some(rustix::io::Errno::LOOP);
    #[cfg(not(unix))]
    let loops = false;
    loops || error.kind() == std::io::ErrorKind::NotFound
}

/// Whether a folder is `output`, whose real path that is, also where a link leads to it.
pub(super) fn is_same_folder(folder: &DirEntry, output: &Path) -> bool {
    (folder.path_is_symlink() || Some(folder.file_name()) == output.file_name())
        && folder.path().canonicalize().is_ok_and(|real| real == output)
}
