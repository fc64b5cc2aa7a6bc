//! Bundles written ahead, as files that runs are read back from.

use std::collections::VecDeque;
use std::fs::File;
use std::ops::Range;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::error::{WriteError, WriteErrorKind};
use super::positioned;

/// Where they were written, by their number, and the open ones.
#[derive(Debug)]
pub(super) struct Reopened {
    files: Mutex<Files>,
    /// How many there can be.
    most: usize,
}

impl Default for Reopened {
    fn default() -> Reopened {
        Reopened::with_most(Reopened::MOST)
    }
}

#[derive(Debug, Default)]
struct Files {
    paths: Vec<PathBuf>,
    /// Those that were opened last, the latest first: whoever merges runs comes back to them.
    open: VecDeque<(usize, Arc<File>)>,
}

/// Of these so many stay open.
const MOST_OPEN: usize = 16;

impl Reopened {
    /// How many have a number.
    pub(super) const MOST: usize = 1 << 22;

    /// Takes so many.
    pub(super) fn with_most(most: usize) -> Reopened {
        Reopened { files: Mutex::default(), most }
    }

    /// Whether there can be one more.
    pub(super) fn takes_more(&self) -> bool {
        self.files().paths.len() < self.most
    }

    /// The number of one more; nothing when there are too many.
    pub(super) fn add(&self, path: PathBuf) -> Option<usize> {
        let mut files = self.files();
        let number = files.paths.len();
        (number < self.most).then(|| {
            files.paths.push(path);
            number
        })
    }

    /// The one with this number. It is looked for where it was written, unless it is open still.
    ///
    /// # Errors
    /// When there is none, or it cannot be opened.
    fn open(&self, number: usize) -> Result<Arc<File>, WriteError> {
        let path = {
            let files = self.files();
            if let Some((_, file)) = files.open.iter().find(|(open, _)| *open == number) {
                return Ok(Arc::clone(file));
            }
            files.paths.get(number).cloned().ok_or(WriteErrorKind::NotStored)?
        };
        let file = Arc::new(File::open(&path).map_err(WriteError::io("read back", &path))?);
        let mut files = self.files();
        files.open.truncate(MOST_OPEN - 1);
        files.open.push_front((number, Arc::clone(&file)));
        Ok(file)
    }

    /// Appends what is at this place of one of them to `out`.
    ///
    /// # Errors
    /// As [`Reopened::open`], and when it ends before.
    pub(super) fn read(&self, number: usize, place: &Range<u64>, out: &mut Vec<u8>) -> Result<(), WriteError> {
        let file = self.open(number)?;
        positioned::append(&file, place, out).map_err(|error| {
            let path = self.files().paths.get(number).cloned().unwrap_or_default();
            WriteError::io("read back", &path)(error)
        })
    }

    fn files(&self) -> MutexGuard<'_, Files> {
        self.files.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use super::*;

    #[test]
    fn each_is_found_by_its_number_and_few_stay_open() {
        let folder = tempfile::tempdir().unwrap();
        let reopened = Reopened::default();
        for number in 0..2 * MOST_OPEN {
            let path = folder.path().join(number.to_string());
            std::fs::write(&path, number.to_string()).unwrap();
            assert_eq!(reopened.add(path), Some(number));
        }
        for number in (0..2 * MOST_OPEN).rev() {
            let mut text = String::new();
            (&*reopened.open(number).unwrap()).read_to_string(&mut text).unwrap();
            assert_eq!(text, number.to_string());
        }
        assert_eq!(reopened.files().open.len(), MOST_OPEN);
        // One that is open is found without its name.
        std::fs::remove_file(folder.path().join("0")).unwrap();
        assert!(reopened.open(0).is_ok() && reopened.open(2 * MOST_OPEN).is_err());
    }
}
