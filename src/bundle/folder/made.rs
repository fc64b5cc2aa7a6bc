//! Folders that a run makes, and unmakes when it should not have begun.

use std::fs;
use std::path::{Path, PathBuf};

use super::sync_folder;
use crate::bundle::error::WriteError;

/// Folders that were not there before, the outer ones first.
#[derive(Debug, Default)]
pub(super) struct Made(Vec<PathBuf>);

/// Makes a folder, and those around it, where there are none. Their names are brought to the disk with what is put into
/// it.
pub(super) fn create_folder(path: &Path) -> Result<Made, WriteError> {
    // The last one, without a name, is where the program runs.
    let is_missing = |folder: &&Path| !folder.as_os_str().is_empty() && !folder.is_dir();
    let mut made: Vec<PathBuf> = path.ancestors().take_while(is_missing).map(Path::to_path_buf).collect();
    made.reverse();
    if !made.is_empty() {
        fs::create_dir_all(path).map_err(WriteError::io("create", path))?;
    }
    Ok(Made(made))
}

impl Made {
    /// Brings the names of these folders to the disk.
    pub(super) fn sync_names(&self) -> Result<(), WriteError> {
        let around = self.0.iter().filter_map(|folder| folder.parent());
        around
            .map(|folder| if folder.as_os_str().is_empty() { Path::new(".") } else { folder })
            .try_for_each(sync_folder)
    }

    /// Removes them again, but for those that hold something.
    pub(super) fn remove(&self) {
        for folder in self.0.iter().rev() {
            let _ = fs::remove_dir(folder);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_which_folders_were_there_before() {
        let outer = tempfile::tempdir().unwrap();
        let at = |name: &str| outer.path().join(name);
        fs::create_dir(at("a")).unwrap();
        let made = create_folder(&at("a/b/c")).unwrap();
        assert_eq!(made.0, [at("a/b"), at("a/b/c")]);
        made.sync_names().unwrap();
        assert!(create_folder(&at("a/b/c")).unwrap().0.is_empty());
        let more = create_folder(&at("a/b/d")).unwrap();
        made.remove();
        assert!(!at("a/b/c").exists() && at("a/b/d").exists(), "what holds something stays");
        more.remove();
        made.remove();
        assert!(at("a").exists() && !at("a/b").exists());
    }
}
