//! Files that are read once more, when more is known of them. Nothing is kept open meanwhile.

use std::collections::HashMap;
use std::ops::ControlFlow;
use std::path::PathBuf;
use std::sync::Arc;

use super::entry::{Entry, Handle};
use super::{ArchiveFile, AttachmentError, Found, Input, Options, SourceError, walk};

/// A file that can be found again.
#[derive(Debug)]
pub struct Later {
    bytes: u64,
    how: How,
}

#[derive(Debug)]
enum How {
    /// By itself. Of a stream's archive this keeps the spooled file open, of which there is one.
    Here(Box<Entry>),
    /// In an archive on disk, under this name behind the archive's own.
    InArchive(Arc<ArchiveFile>, String),
    /// It came through a stream, inside an archive inside another one.
    Gone,
}

/// Takes the content of a file, by its place in the list.
pub(super) type Take<'t> = dyn FnMut(usize, Result<&[u8], AttachmentError>) + 't;

impl Later {
    /// How many bytes there are.
    pub fn bytes(&self) -> u64 {
        self.bytes
    }
}

impl Entry {
    /// How many bytes there are, packed or not; none of a stream.
    pub fn length(&self) -> u64 {
        match &self.handle {
            Handle::File { at, root } => {
                self.locate(at, root, &mut PathBuf::new()).metadata().map_or(0, |metadata| metadata.len())
            }
            Handle::Archived { archive, number } => archive.entries()[*number].expected.bytes,
            Handle::Stream(_) => 0,
        }
    }

    /// The file, to be read again.
    pub fn later(self) -> Later {
        let bytes = self.length();
        let is_deep = self.origin.in_outermost() != self.origin.in_innermost();
        let how = match (&self.place.archive_file, self.origin.in_outermost()) {
            (Some(file), Some((_, inside))) => How::InArchive(Arc::clone(file), inside.to_owned()),
            (None, Some(_)) if is_deep => How::Gone,
            _ => How::Here(Box::new(self)),
        };
        Later { bytes, how }
    }
}

/// Reads each of `files` and gives its content to `take`, with its place in the list. A file that is longer than the limit
/// beside it is not read. Those of one archive must follow each other, in the order of the walk; the archive is opened once
/// for them, within the limits of `options` and as these say.
pub(crate) fn read_again(files: &[(&Later, u64)], options: &Options, take: &mut Take<'_>) {
    let mut content = Vec::new();
    let mut at = 0;
    while let Some((file, limit)) = files.get(at) {
        match &file.how {
            How::InArchive(archive, _) => {
                let inside = files[at..].iter().map_while(|(file, limit)| match &file.how {
                    How::InArchive(other, name) if Arc::ptr_eq(other, archive) => Some((name.as_str(), *limit)),
                    _ => None,
                });
                let inside: Vec<_> = inside.collect();
                read_archive(archive, &inside, options, &mut |number, content| take(at + number, content));
                at += inside.len();
            }
            How::Here(entry) => {
                content.clear();
                let read = entry.content(&options.limits.with_most(*limit), &mut content);
                take(at, read.map(|()| content.as_slice()));
                at += 1;
            }
            How::Gone => {
                take(at, Err(AttachmentError::Unreadable("it came through a stream, which is read once".to_owned())));
                at += 1;
            }
        }
    }
}

/// Walks through an archive once more and reads these of its files.
fn read_archive(archive: &ArchiveFile, wanted: &[(&str, u64)], options: &Options, take: &mut Take<'_>) {
    let mut numbers: HashMap<&str, usize> = wanted.iter().map(|(name, _)| *name).zip(0..).collect();
    let mut content = Vec::new();
    // Which of its files are wanted is known, whatever globs say.
    let options = Options { limits: options.limits, mapping: options.mapping, ..Options::default() };
    let walked = walk(&[Input::Path(archive.path().to_path_buf())], &options, &mut |found| {
        if let Found::Entry(entry) = found
            && let Some((_, name)) = entry.origin.in_outermost()
            && let Some(number) = numbers.remove(name)
        {
            content.clear();
            let read = entry.content(&options.limits.with_most(wanted[number].1), &mut content);
            take(number, read.map(|()| content.as_slice()));
        }
        if numbers.is_empty() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    });
    let why = || match &walked {
        Ok(()) => AttachmentError::NotFound,
        Err(SourceError::Shortage(shortage)) => AttachmentError::Shortage(shortage.clone()),
        Err(error) => AttachmentError::Unreadable(error.to_string()),
    };
    let mut missing: Vec<_> = numbers.into_values().collect();
    missing.sort_unstable();
    missing.into_iter().for_each(|number| take(number, Err(why())));
}
