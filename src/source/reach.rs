//! How far a reference reaches: of what lies below an INPUT, keys and settings are no attachments, nor are the folders of
//! somebody's home.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use super::AttachmentError;
use super::root::{Extent, Root};

/// What the references of a report may lead to, in real paths.
pub(super) struct Reach {
    root: PathBuf,
    folder: PathBuf,
    extent: Extent,
}

impl Reach {
    /// That of a report in `folder`.
    ///
    /// # Errors
    /// When the folder of the INPUT cannot be looked at.
    pub(super) fn of(root: &Root, folder: &Path) -> std::io::Result<Reach> {
        Ok(Reach { root: root.path().canonicalize()?, folder: folder.to_path_buf(), extent: root.extent() })
    }

    /// The same path, where it may be opened.
    ///
    /// # Errors
    /// Why it may not.
    pub(super) fn permit(&self, path: PathBuf) -> Result<PathBuf, AttachmentError> {
        let Ok(below) = path.strip_prefix(&self.root) else { return Err(AttachmentError::Outside) };
        if below.iter().any(is_hidden) && self.is_hidden_from_report(&path) {
            return Err(AttachmentError::Hidden);
        }
        let is_beside = below.iter().nth(1).is_none();
        if self.extent == Extent::Beside && !is_beside && self.is_home() {
            return Err(AttachmentError::Home);
        }
        Ok(path)
    }

    /// Whether more is hidden than the report itself: what a hidden folder holds may refer to what lies in it.
    fn is_hidden_from_report(&self, path: &Path) -> bool {
        let folder = self.folder.canonicalize().unwrap_or_default();
        let shared = path.iter().zip(&folder).take_while(|(one, other)| one == other).count();
        path.iter().skip(shared.max(self.root.iter().count())).any(is_hidden)
    }

    fn is_home(&self) -> bool {
        // Some containers say `.`, which is no place of its own.
        let home = std::env::home_dir().filter(|home| home.is_absolute());
        holds_home(&self.root, home.and_then(|home| home.canonicalize().ok()).as_deref())
    }
}

/// Whether a folder is the home of whoever runs this, or above it.
fn holds_home(folder: &Path, home: Option<&Path>) -> bool {
    folder.parent().is_none() || home.is_some_and(|home| home.starts_with(folder))
}

fn is_hidden(part: &OsStr) -> bool {
    part.as_encoded_bytes().first() == Some(&b'.')
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn a_home_lies_in_the_folders_above_it() {
        let holds = |folder: &str, home: Option<&str>| holds_home(Path::new(folder), home.map(Path::new));
        assert!(holds("/", None) && holds("/home", Some("/home/ci")) && holds("/home/ci", Some("/home/ci")));
        assert!(!holds("/home/ci/work", Some("/home/ci")) && !holds("/home/c", Some("/home/ci")) && !holds("/w", None));
    }
}
