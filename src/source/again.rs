//! Files that are read once more, when more is known of them. Nothing is kept open meanwhile.

use std::collections::{HashMap, VecDeque};
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
    /// In an archive on disk.
    InArchive(Arc<ArchiveFile>, Inside),
    /// It came through a stream, inside an archive inside another one.
    Gone,
}

/// Which file of an archive.
#[derive(Debug, PartialEq, Eq, Hash)]
struct Inside {
    /// Its name behind the archive's own.
    name: String,
    /// Its place in the archive that it lies in, which tells it from one whose name is shown alike.
    number: usize,
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
        let how = match (&self.place.archive_file, self.inside()) {
            (Some(file), Some(inside)) => How::InArchive(Arc::clone(file), inside),
            (None, Some(_)) if is_deep => How::Gone,
            _ => How::Here(Box::new(self)),
        };
        Later { bytes, how }
    }

    fn inside(&self) -> Option<Inside> {
        let Handle::Archived { number, .. } = &self.handle else { return None };
        let (_, name) = self.origin.in_outermost()?;
        Some(Inside { name: name.to_owned(), number: *number })
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
                    How::InArchive(other, inside) if Arc::ptr_eq(other, archive) => Some((inside, *limit)),
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
fn read_archive(archive: &ArchiveFile, wanted: &[(&Inside, u64)], options: &Options, take: &mut Take<'_>) {
    // Archives in it may be shown alike themselves: of what is the same in them the walk's order tells one from the other.
    let mut numbers: HashMap<&Inside, VecDeque<usize>> = HashMap::new();
    wanted.iter().zip(0..).for_each(|((inside, _), number)| numbers.entry(inside).or_default().push_back(number));
    let mut content = Vec::new();
    // Which of its files are wanted is known, whatever globs say.
    let options = Options { limits: options.limits, mapping: options.mapping, ..Options::default() };
    let mut left = wanted.len();
    let walked = walk(&[Input::Path(archive.path().to_path_buf())], &options, &mut |found| {
        if let Found::Entry(entry) = found
            && let Some(number) = entry.inside().and_then(|inside| numbers.get_mut(&inside)?.pop_front())
        {
            content.clear();
            let read = entry.content(&options.limits.with_most(wanted[number].1), &mut content);
            take(number, read.map(|()| content.as_slice()));
            left -= 1;
        }
        if left == 0 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    });
    let why = || match &walked {
        Ok(()) => AttachmentError::NotFound,
        Err(SourceError::Shortage(shortage)) => AttachmentError::Shortage(shortage.clone()),
        Err(error) => AttachmentError::Unreadable(error.to_string()),
    };
    let mut missing: Vec<_> = numbers.into_values().flatten().collect();
    missing.sort_unstable();
    missing.into_iter().for_each(|number| take(number, Err(why())));
}
