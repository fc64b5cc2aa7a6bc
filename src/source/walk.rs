//! All files of all inputs, in an order that depends on their names alone.

mod archives;
mod folder;
mod spot;

use std::fs::File;
use std::io::Read;
use std::ops::ControlFlow;
use std::path::{MAIN_SEPARATOR, Path};
use std::sync::{Arc, Mutex, PoisonError};

use super::archive::{self, Kind, Unopened};
use super::entry::{At, Handle};
use super::links::leads_nowhere;
use super::mapped::ArchiveBytes;
use super::opening::open_if_archive;
use super::root::{Extent, Root};
use super::unpack::{self, Seen};
use super::{ArchiveFile, Budget, Found, Input, Options, Place, Shortage, Skip, SourceError, found, litter};
use crate::model::{Origin, Problem};
use spot::Spot;

/// Pushes every file of `inputs` into `found`, archives opened, until it breaks off. Inputs keep their order; the files
/// of a folder are sorted by the bytes of their names, those of an archive likewise.
///
/// Nothing is read but the directories of archives and, of files whose names promise nothing, the first bytes. A packed
/// tar is unpacked into a temporary file: only its whole tells what is in it.
///
/// # Errors
/// When an INPUT itself cannot be read, or the machine lacks what reading needs. Everything below an INPUT that cannot be read
/// is pushed as [`Found::Unreadable`].
pub fn walk(
    inputs: &[Input],
    options: &Options,
    found: &mut dyn FnMut(Found) -> ControlFlow<()>,
) -> Result<(), SourceError> {
    walk_where(inputs, options, |_| true, found)
}

/// As [`walk`], of those inputs that `wanted` says; the others keep their numbers.
///
/// # Errors
/// As there.
pub fn walk_where(
    inputs: &[Input],
    options: &Options,
    wanted: impl Fn(&Input) -> bool,
    found: &mut dyn FnMut(Found) -> ControlFlow<()>,
) -> Result<(), SourceError> {
    let mut walk = Walk { options, found, lacking: None };
    for (number, input) in inputs.iter().enumerate().filter(|(_, input)| wanted(input)) {
        let flow = match input {
            Input::Path(path) => walk.path(number as u32, path)?,
            Input::Stream { name, bytes } => {
                let stream = bytes.lock().unwrap_or_else(PoisonError::into_inner).take();
                match stream {
                    Some(stream) => walk.stream(number as u32, name, stream)?,
                    None => ControlFlow::Continue(()),
                }
            }
        };
        if flow.is_break() {
            break;
        }
    }
    walk.lacking.map_or(Ok(()), |shortage| Err(SourceError::Shortage(shortage)))
}

struct Walk<'w> {
    options: &'w Options,
    found: &'w mut dyn FnMut(Found) -> ControlFlow<()>,
    /// What ended the walk.
    lacking: Option<Shortage>,
}

impl Walk<'_> {
    fn path(&mut self, input: u32, path: &Path) -> Result<ControlFlow<()>, SourceError> {
        let name = file_name(path);
        let place = Place { input, input_name: input_name(&name).into(), ..Place::default() };
        let spot = Spot { origin: Origin::new(name), place };
        let metadata = match path.metadata() {
            Ok(metadata) => metadata,
            // Whoever names one is told before anything is walked; a pattern meets them as a folder does.
            Err(error) if path.is_symlink() && leads_nowhere(&error) => {
                return Ok(self.skip(spot, Skip::BrokenLink));
            }
            Err(error) => return Err(SourceError::input(path)(error)),
        };
        if metadata.is_dir() {
            return Ok(self.folder(input, path));
        }
        if !metadata.is_file() {
            return Ok(self.skip(spot, Skip::Special));
        }
        let root = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let handle = Handle::File { at: At::Path(path.to_path_buf()), root: Arc::new(Root::new(root, Extent::Beside)) };
        Ok(self.file(path, handle, spot, Look::Always))
    }

    fn stream(
        &mut self,
        input: u32,
        name: &str,
        mut stream: Box<dyn Read + Send>,
    ) -> Result<ControlFlow<()>, SourceError> {
        let input_name = if name == "-" { "stdin" } else { input_name(name) };
        let place = Place { input, input_name: input_name.into(), ..Place::default() };
        let spot = Spot { origin: Origin::new(name), place };
        let mut first = Vec::new();
        (&mut stream).take(LOOK).read_to_end(&mut first).map_err(SourceError::input(Path::new(name)))?;
        let limits = &self.options.limits;
        let seen = unpack::look(&mut first.as_slice(), limits);
        let whole = std::io::Cursor::new(first).chain(stream);
        if let Some(kind) = seen.archive {
            // Whose length is known when it is there.
            let budget = Budget::new(limits, 0);
            let opened = archive::spool(kind, seen, Box::new(whole), &budget, self.options.mapping);
            return Ok(match opened {
                Ok(unopened) => {
                    let length = unopened.bytes.len() as u64;
                    self.archive(unopened, &spot, 1, &mut Budget::new(limits, length))
                }
                Err(error) if seen.packed => self.unreadable(spot, &error),
                Err(error) => return Err(SourceError::input(Path::new(name))(error)),
            });
        }
        Ok((self.found)(spot.entry(Handle::Stream(Mutex::new(Some(Box::new(whole)))))))
    }

    /// A file on disk: an archive is opened, anything else is an entry that is read by `handle`.
    fn file(&mut self, path: &Path, handle: Handle, mut spot: Spot, look: Look) -> ControlFlow<()> {
        let name = spot.origin.as_str();
        if let Some(why) = self.reason_to_skip(&spot.origin) {
            return self.skip(spot, why);
        }
        if look == Look::Always || litter::may_be_archive(name) {
            let limits = &self.options.limits;
            match open_if_archive(path, name, limits) {
                Ok(Some(_)) if litter::is_package(name) => return self.skip(spot, Skip::Package),
                Ok(Some((file, kind, seen))) => {
                    let packed = file.metadata().map_or(0, |metadata| metadata.len());
                    let mut budget = Budget::new(limits, packed);
                    spot.place.archive_file = Some(Arc::new(ArchiveFile::new(path, &file)));
                    return match self.unopened(file, kind, seen, &budget) {
                        Ok(unopened) => self.archive(unopened, &spot, 1, &mut budget),
                        Err(error) => self.unreadable(spot, &error),
                    };
                }
                Ok(None) => {}
                Err(error) => return self.unreadable(spot, &error),
            }
        }
        if !self.options.includes(&spot.origin) {
            return self.skip(spot, Skip::Excluded);
        }
        (self.found)(spot.entry(handle))
    }

    /// The bytes of an archive on disk: where it is when it lies there as it is, spooled when it is packed.
    fn unopened(&self, file: File, kind: Kind, seen: Seen, budget: &Budget<'_>) -> std::io::Result<Unopened> {
        if !seen.packed {
            return Ok(Unopened::plain(kind, ArchiveBytes::of_file(file)?));
        }
        archive::spool(kind, seen, Box::new(file), budget, self.options.mapping)
    }

    fn reason_to_skip(&self, origin: &Origin) -> Option<Skip> {
        if litter::is_litter(origin.as_str()) {
            return Some(Skip::Litter);
        }
        if !self.options.excludes(origin) {
            return None;
        }
        // Asked all the same, so that a pattern whose files are all excluded is not told to match nothing.
        self.options.includes(origin);
        Some(Skip::Excluded)
    }

    fn skip(&mut self, spot: Spot, why: Skip) -> ControlFlow<()> {
        (self.found)(spot.skipped(0, why))
    }

    /// A file that cannot be read, unless it is the machine's fault.
    fn unreadable(&mut self, spot: Spot, error: &std::io::Error) -> ControlFlow<()> {
        if let Some(shortage) = Shortage::of(error) {
            return self.end(shortage);
        }
        (self.found)(spot.unreadable(0, Problem::of_reading(error, "it cannot be read")))
    }

    /// Nothing is found any more.
    fn end<T>(&mut self, shortage: Shortage) -> ControlFlow<(), T> {
        self.lacking = Some(shortage);
        ControlFlow::Break(())
    }
}

/// Whether a file's content is looked at to find out if it is an archive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Look {
    Always,
    ByName,
}

/// Bytes of a stream that are looked at before it is known to be an archive: a block of zstd, which is unpacked whole or
/// not at all.
const LOOK: u64 = 256 << 10;

/// What a file below `root` is called, and how it is found by that.
fn below(root: &Path, path: &Path) -> (Origin, At) {
    if MAIN_SEPARATOR == '/'
        && let Some(name) = plain_below(root, path)
    {
        return (Origin::new(name), At::Origin);
    }
    let below = path.strip_prefix(root).unwrap_or(path);
    let parts: Vec<_> = below.iter().map(|part| part.to_string_lossy()).collect();
    let name = if parts.is_empty() { file_name(root) } else { parts.join("/") };
    (Origin::new(name), At::Path(path.to_path_buf()))
}

/// What follows `root` in a path, where nothing has to be changed in it, as in nearly all: no part is empty, and none begins with
/// a dot.
fn plain_below<'p>(root: &Path, path: &'p Path) -> Option<&'p str> {
    let below = path.to_str()?.strip_prefix(root.to_str()?.trim_end_matches('/'))?.strip_prefix('/')?;
    let is_odd = |pair: &[u8; 2]| matches!(pair, b"//" | b"/.");
    let is_plain = !below.starts_with(['/', '.']) && !below.ends_with('/') && !below.is_empty();
    (is_plain && !below.as_bytes().array_windows().any(is_odd)).then_some(below)
}

fn file_name(path: &Path) -> String {
    path.file_name().map_or_else(|| "input".to_owned(), |name| name.to_string_lossy().into_owned())
}

/// What an INPUT that is a file is called: its name without its ending.
fn input_name(name: &str) -> &str {
    let unpacked = found::stem(name);
    if unpacked.len() < name.len() {
        return unpacked;
    }
    name.rsplit_once('.').map_or(name, |(stem, _)| if stem.is_empty() { name } else { stem })
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn an_origin_is_what_lies_below_the_input() {
        let plain =
            [("a", "a/b.xml", "b.xml"), ("a/", "a/b/c.d.xml", "b/c.d.xml"), (".", "./b", "b"), ("/", "/b", "b")];
        // Looked at part by part.
        let odd = [
            ("a", "a//b.xml", "b.xml"),
            ("a", "a/./b.xml", "b.xml"),
            ("a", "a/.b/c.xml", ".b/c.xml"),
            ("a", "a/b/", "b"),
            ("a/.", "a/./b", "b"),
            ("a", "a", "a"),
            ("a", "ab/c", "ab/c"),
            ("a//b", "a/b/c", "c"),
        ];
        for (root, path, below) in plain.iter().chain(&odd) {
            let (root, path) = (Path::new(root), Path::new(path));
            assert_eq!(super::below(root, path).0.as_str(), *below, "{path:?} below {root:?}");
        }
        for (root, path, below) in plain {
            assert_eq!(plain_below(Path::new(root), Path::new(path)), Some(below));
        }
    }
}
