//! What lies beside a file in its folder.

use walkdir::DirEntry;

use super::litter;

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
    pub(super) fn have_json_lines(&mut self, file: &DirEntry) -> bool {
        let depth = file.depth().saturating_sub(1);
        if self.have_json_lines.len() <= depth {
            self.have_json_lines.resize(depth + 1, None);
        }
        let is_called_so = |file: std::io::Result<std::fs::DirEntry>| {
            file.is_ok_and(|file| file.file_name().to_str().is_some_and(litter::is_json_lines))
        };
        let look = || {
            let files = file.path().parent().map(std::fs::read_dir);
            files.is_some_and(|files| files.is_ok_and(|mut files| files.any(is_called_so)))
        };
        *self.have_json_lines[depth].get_or_insert_with(look)
    }
}
