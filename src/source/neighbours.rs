//! What lies beside a file in its folder.

use walkdir::DirEntry;

use super::{Shortage, litter};

/// What is known of the folders around the file at hand, by their depth.
#[derive(Default)]
pub(super) struct Neighbours {
    have_json_lines: Vec<Option<bool>>,
}

impl Neighbours {
    /// The walk goes down into a folder.
    pub(super) fn enter(&mut self, folder: &DirEntry) {
        self.have_json_lines.truncate(folder.depth());
    }

    /// Whether a file of the same folder is called like lines of JSON. Each folder is asked once, and only where it has a
    /// file that this matters to.
    ///
    /// # Errors
    /// When the machine lacks what it takes to find out; a folder that cannot be read has none.
    pub(super) fn have_json_lines(&mut self, file: &DirEntry) -> Result<bool, Shortage> {
        let depth = file.depth().saturating_sub(1);
        if self.have_json_lines.len() <= depth {
            self.have_json_lines.resize(depth + 1, None);
        }
        if let Some(known) = self.have_json_lines[depth] {
            return Ok(known);
        }
        let is_called_so = |file: std::io::Result<std::fs::DirEntry>| {
            file.is_ok_and(|file| file.file_name().to_str().is_some_and(litter::is_json_lines))
        };
        let have = match file.path().parent().map(std::fs::read_dir) {
            Some(Ok(mut files)) => files.any(is_called_so),
            Some(Err(error)) => Shortage::of(&error).map_or(Ok(false), Err)?,
            None => false,
        };
        self.have_json_lines[depth] = Some(have);
        Ok(have)
    }
}
