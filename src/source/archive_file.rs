//! Archives on disk, and whether they are still what they were.

use std::fs::{File, Metadata};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::time::SystemTime;

use xxhash_rust::xxh3::Xxh3Default;

/// Length and hash of a file's bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fingerprint {
    /// How many there are.
    pub bytes: u64,
    /// XXH3 of them.
    pub hash: u128,
}

/// An archive on disk: what everything inside it depends on.
#[derive(Debug)]
pub struct ArchiveFile {
    path: PathBuf,
    opened: Option<Stamp>,
    fingerprint: OnceLock<Option<Fingerprint>>,
}

/// What the file system says of a file, and says differently once somebody has written to it.
#[derive(Debug, PartialEq, Eq)]
struct Stamp {
    length: u64,
    modified: Option<SystemTime>,
    inode: u64,
}

impl ArchiveFile {
    /// The file at `path`, which was opened as `file`.
    pub(super) fn new(path: &Path, file: &File) -> ArchiveFile {
        let opened = file.metadata().ok().map(|metadata| Stamp::of(&metadata));
        ArchiveFile { path: path.to_path_buf(), opened, fingerprint: OnceLock::new() }
    }

    /// Where it is.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// The fingerprint of the bytes that were read through the archive; nothing when the file has been changed or
    /// exchanged since it was opened, or cannot be read any more. The first call reads the whole file.
    pub fn fingerprint(&self) -> Option<Fingerprint> {
        *self.fingerprint.get_or_init(|| self.read().ok().flatten())
    }

    fn read(&self) -> io::Result<Option<Fingerprint>> {
        let mut file = File::open(&self.path)?;
        let (mut hasher, mut bytes) = (Xxh3Default::new(), 0);
        let mut buffer = vec![0; 256 << 10];
        if Some(Stamp::of(&file.metadata()?)) != self.opened {
            return Ok(None);
        }
        loop {
            let length = file.read(&mut buffer)?;
            if length == 0 {
                break;
            }
            hasher.update(&buffer[..length]);
            bytes += length as u64;
        }
        let is_unchanged = Some(Stamp::of(&file.metadata()?)) == self.opened;
        Ok(is_unchanged.then(|| Fingerprint { bytes, hash: hasher.digest128() }))
    }
}

impl Stamp {
    fn of(metadata: &Metadata) -> Stamp {
        #[cfg(unix)]
        let inode = std::os::unix::fs::MetadataExt::ino(metadata);
        #[cfg(not(unix))]
        let inode = 0;
        Stamp { length: metadata.len(), modified: metadata.modified().ok(), inode }
    }
}

/// Archives are compared by where they are.
impl PartialEq for ArchiveFile {
    fn eq(&self, other: &ArchiveFile) -> bool {
        self.path == other.path
    }
}

impl Eq for ArchiveFile {}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn a_file_that_was_touched_has_no_fingerprint() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.zip");
        fs::write(&path, "content").unwrap();
        let archive = || ArchiveFile::new(&path, &File::open(&path).unwrap());
        let before = archive().fingerprint().unwrap();
        assert_eq!(before.bytes, 7);
        let (longer, replaced) = (archive(), archive());
        fs::write(&path, "content!").unwrap();
        assert_eq!(longer.fingerprint(), None);
        assert_ne!(archive().fingerprint(), Some(before));
        fs::write(folder.path().join("b"), "content").unwrap();
        fs::rename(folder.path().join("b"), &path).unwrap();
        assert_eq!(replaced.fingerprint(), None);
        assert_eq!(archive().fingerprint(), Some(before));
    }
}
