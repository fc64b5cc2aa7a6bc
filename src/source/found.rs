//! What a walk comes upon.

use std::fmt;
use std::path::Path;
use std::sync::Arc;

use super::entry::At;
use super::{ArchiveFile, Entry, name};
use crate::model::{Origin, Problem};

/// One file that was found.
#[derive(Debug)]
pub enum Found {
    /// It can be read.
    Entry(Entry),
    /// It is passed over.
    Skipped {
        /// Where it is.
        origin: Origin,
        /// What it belongs to.
        place: Place,
        /// Its size, as far as it is known.
        bytes: u64,
        /// Why.
        why: Skip,
    },
    /// It cannot be read.
    Unreadable {
        /// Where it is.
        origin: Origin,
        /// What it belongs to.
        place: Place,
        /// Its size, as far as it is known.
        bytes: u64,
        /// Why.
        problem: Problem,
    },
}

impl Found {
    /// Where it is.
    pub fn origin(&self) -> &Origin {
        match self {
            Found::Entry(entry) => &entry.origin,
            Found::Skipped { origin, .. } | Found::Unreadable { origin, .. } => origin,
        }
    }

    /// What it belongs to.
    pub fn place(&self) -> &Place {
        match self {
            Found::Entry(entry) => &entry.place,
            Found::Skipped { place, .. } | Found::Unreadable { place, .. } => place,
        }
    }
}

/// What a file belongs to: all that decides about its Test Execution.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Place {
    /// Number of its INPUT, from zero.
    pub input: u32,
    /// Name of its INPUT: that of the folder, or of the file without its extension.
    pub input_name: Arc<str>,
    /// The outermost archive that holds it.
    pub archive: Option<Origin>,
    /// The file of that archive, unless it came as a stream.
    pub archive_file: Option<Arc<ArchiveFile>>,
    /// The folder part of its origin; empty at the top.
    pub directory: Arc<str>,
    /// What tells it from files that are shown alike.
    pub spelling: Spelling,
    /// Of a file called `.json`: whether another one of its folder is called like lines of JSON.
    pub beside_json_lines: bool,
}

impl Place {
    /// The place of `origin` in the same INPUT.
    pub(super) fn of(&self, origin: &Origin) -> Place {
        let folder = origin.folder();
        // Files of one folder come one after the other.
        let directory = if *self.directory == *folder { Arc::clone(&self.directory) } else { folder.into() };
        Place { directory, ..self.clone() }
    }
}

/// Stands for names on disk that are no text: bytes that are not UTF-8 are all shown alike. Zero: it is text.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Spelling {
    /// Of the file, or of the outermost archive that holds it.
    pub file: u64,
    /// Of the folder that this lies in.
    pub directory: u64,
}

impl Spelling {
    /// Of a file below `root`: nearly all are found by their names, which are text then.
    pub(super) fn of(root: &Path, at: &At) -> Spelling {
        let At::Path(path) = at else { return Spelling::default() };
        let below = path.strip_prefix(root).unwrap_or(path);
        let number = |path: &Path| name::spelling(path.as_os_str().as_encoded_bytes());
        Spelling { file: number(below), directory: below.parent().map_or(0, number) }
    }
}

/// Why a file is passed over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Skip {
    /// Left behind by an operating system: `.DS_Store`, `Thumbs.db`, `__MACOSX`.
    Litter,
    /// Excluded by the user's patterns.
    Excluded,
    /// A symbolic link to something that is found elsewhere, or to itself.
    Symlink,
    /// A second name of another entry.
    Hardlink,
    /// A symbolic link to nothing.
    BrokenLink,
    /// A program package or office document that happens to be an archive.
    Package,
    /// Neither a file nor a folder.
    Special,
    /// An archive without a file in it.
    EmptyArchive,
    /// What an earlier conversion wrote.
    EarlierOutput,
}

impl Skip {
    /// The reason as it is told.
    pub const fn reason(self) -> &'static str {
        match self {
            Skip::Litter => "operating-system litter",
            Skip::Excluded => "excluded",
            Skip::Symlink => "a symbolic link to something that is read elsewhere",
            Skip::Hardlink => "a hard link to something that is read elsewhere",
            Skip::BrokenLink => "a symbolic link that leads nowhere",
            Skip::Package => "a program package or office document, which is not descended into",
            Skip::Special => "not a regular file",
            Skip::EmptyArchive => "an empty archive",
            Skip::EarlierOutput => "written by an earlier conversion",
        }
    }
}

impl fmt::Display for Skip {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.reason())
    }
}

/// The name of an archive or a packed file without what says how it is packed: `night` of `night.tar.gz`.
pub(crate) fn stem(name: &str) -> &str {
    const ENDINGS: &[&str] = &[".tar.gz", ".tar.zst", ".tgz", ".tzst", ".tar", ".zip", ".gz", ".zst"];
    let ends_in = |ending: &&&str| {
        name.len() > ending.len()
            && name.is_char_boundary(name.len() - ending.len())
            && name[name.len() - ending.len()..].eq_ignore_ascii_case(ending)
    };
    ENDINGS.iter().find(ends_in).map_or(name, |ending| &name[..name.len() - ending.len()])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_archives_lose_the_whole_ending() {
        assert_eq!(stem("night.tar.gz"), "night");
        assert_eq!(stem("Night.TGZ"), "Night");
        assert_eq!(stem("a.b.zip"), "a.b");
        assert_eq!(stem("TEST-a.xml.gz"), "TEST-a.xml");
        assert_eq!(stem("a.xml"), "a.xml");
        assert_eq!(stem(".zip"), ".zip");
        assert_eq!(stem("\u{e9}gz"), "\u{e9}gz");
    }
}
