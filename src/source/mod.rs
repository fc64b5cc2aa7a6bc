//! Where bytes come from: files, folders, archives, archives in archives, packed files, standard input.
//!
//! [`walk`] finds files and gives each a place in a deterministic order; an [`Entry`] lends its bytes later, on any
//! thread. Nothing here knows what a report is.

mod again;
mod archive;
mod archive_file;
mod attachment;
mod earlier_output;
mod entry;
mod error;
mod expand;
mod found;
mod globs;
mod inflate;
mod input;
mod limits;
mod links;
mod litter;
mod look;
mod lookup;
mod mapped;
mod name;
mod neighbours;
mod opening;
mod plain;
mod purse;
mod reach;
mod root;
mod scratch;
mod shortage;
mod spooled;
mod unpack;
mod walk;
mod zip_end;

use std::path::PathBuf;
use std::sync::Arc;

use limits::Budget;

use crate::model::Origin;

pub use again::Later;
pub(crate) use again::read_again;
pub use archive_file::{ArchiveFile, Fingerprint};
pub use attachment::{Attached, AttachmentError};
pub use entry::{Doubt, Entry, Lent};
pub use error::SourceError;
pub(crate) use found::stem;
pub use found::{Found, Place, Skip, Spelling};
pub use globs::Globs;
pub use input::{Input, inputs};
pub use limits::Limits;
pub(crate) use litter::{has_ending, is_called_archive, is_called_packed, is_called_zip};
pub use mapped::Mapping;
pub(crate) use plain::Resumed;
pub use scratch::Scratch;
pub use shortage::Shortage;
pub(crate) use spooled::Spooled;
pub use walk::walk;
pub(crate) use walk::walk_where;

/// Which files are found, and how far they are trusted.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// Only files that match are read, or that lie in what does; `None`: all.
    pub include: Option<Arc<Globs>>,
    /// Files that match, or lie in what does, are not read.
    pub exclude: Option<Arc<Globs>>,
    /// Bounds on what is read.
    pub limits: Limits,
    /// Whether archives may be mapped into memory.
    pub mapping: Mapping,
    /// The folder that is written into. Where it lies in a folder that is walked, nothing of it is found: what is there is no
    /// report, and changes.
    pub output: Option<PathBuf>,
}

impl Options {
    /// Whether the user wants nothing of it, be it a file or an archive with all that it holds.
    fn excludes(&self, origin: &Origin) -> bool {
        self.exclude.as_ref().is_some_and(|globs| globs.matches(origin))
    }

    /// Whether a file is wanted. Archives are not asked: what they hold is.
    fn includes(&self, origin: &Origin) -> bool {
        self.include.as_ref().is_none_or(|globs| globs.matches(origin))
    }

    /// Whether anything in a folder may be wanted that nobody could look into.
    fn wants_below(&self, folder: &Origin) -> bool {
        !self.excludes(folder) && self.include.as_ref().is_none_or(|globs| globs.may_match_below(folder))
    }
}

#[cfg(test)]
mod tests;
