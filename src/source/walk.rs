//! All files of all inputs, in an order that depends on their names alone.

use std::fs::File;
use std::io::Read;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use walkdir::WalkDir;

use super::archive::{self, Archive};
use super::entry::{Entry, Handle};
use super::links::Links;
use super::mapped::ArchiveBytes;
use super::{ArchiveFile, Found, Input, Options, Place, Skip, SourceError, litter};
use crate::model::{Origin, Problem, ProblemKind, Severity};

/// Pushes every file of `inputs` into `found`, archives opened, until it breaks off. Inputs keep their order; the files
/// of a folder are sorted by the bytes of their names, those of an archive likewise.
///
/// Nothing is read but the directories of archives and, of files whose names promise nothing, four bytes.
///
/// # Errors
/// When an INPUT itself cannot be read. Everything below it that cannot be read is pushed as [`Found::Unreadable`].
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
    let mut walk = Walk { options, found };
    for (number, input) in inputs.iter().enumerate().filter(|(_, input)| wanted(input)) {
        let flow = match input {
            Input::Path(path) => walk.path(number as u32, path)?,
            Input::Stream(stream) => {
                let stream = stream.lock().unwrap_or_else(PoisonError::into_inner).take();
                match stream {
                    Some(stream) => walk.stream(number as u32, stream)?,
                    None => ControlFlow::Continue(()),
                }
            }
        };
        if flow.is_break() {
            break;
        }
    }
    Ok(())
}

struct Walk<'w> {
    options: &'w Options,
    found: &'w mut dyn FnMut(Found) -> ControlFlow<()>,
}

impl Walk<'_> {
    fn path(&mut self, input: u32, path: &Path) -> Result<ControlFlow<()>, SourceError> {
        let metadata = path.metadata().map_err(SourceError::io(path))?;
        if metadata.is_dir() {
            return Ok(self.folder(input, path));
        }
        let name = file_name(path);
        let place = Place { input, input_name: stem(&name).to_owned(), ..Place::default() };
        if !metadata.is_file() {
            return Ok(self.skip(Origin::new(name), place, Skip::Special));
        }
        let root = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
        Ok(self.file(path, Arc::new(root.to_path_buf()), Origin::new(name), place, Look::Always))
    }

    fn stream(&mut self, input: u32, mut stream: Box<dyn Read + Send>) -> Result<ControlFlow<()>, SourceError> {
        let origin = Origin::new("-");
        let place = Place { input, input_name: "stdin".to_owned(), ..Place::default() };
        let failed = SourceError::io(Path::new("-"));
        let mut first = Vec::new();
        if let Err(error) = (&mut stream).take(4).read_to_end(&mut first) {
            return Err(failed(error));
        }
        let is_zip = litter::begins_zip(&first);
        let mut whole = std::io::Cursor::new(first).chain(stream);
        if is_zip {
            let bytes = archive::spool(&mut whole).map_err(SourceError::io(Path::new("-")))?;
            return Ok(self.archive(bytes, &origin, &place, 1));
        }
        let handle = Handle::Stream(Mutex::new(Some(Box::new(whole))));
        Ok((self.found)(Found::Entry(Entry { origin, place, handle })))
    }

    fn folder(&mut self, input: u32, root: &Path) -> ControlFlow<()> {
        let input_name = match root.file_name() {
            Some(name) => name.to_string_lossy().into_owned(),
            // `.` or `..`: the folder's real name.
            None => root.canonicalize().map_or_else(|_| "input".to_owned(), |path| file_name(&path)),
        };
        let place = Place { input, input_name, ..Place::default() };
        let mut links = Links::new(root);
        let shared_root = Arc::new(root.to_path_buf());
        let mut files = WalkDir::new(root).follow_links(true).sort_by_file_name().into_iter();
        while let Some(file) = files.next() {
            let flow = match file {
                Ok(file) if file.file_type().is_dir() => {
                    if links.admit(&file) {
                        continue;
                    }
                    files.skip_current_dir();
                    let origin = origin_below(root, file.path());
                    let place = place.of(&origin);
                    self.skip(origin, place, Skip::Symlink)
                }
                Ok(file) => {
                    let origin = origin_below(root, file.path());
                    let place = place.of(&origin);
                    if !links.admit(&file) {
                        self.skip(origin, place, Skip::Symlink)
                    } else if file.file_type().is_file() {
                        self.file(file.path(), Arc::clone(&shared_root), origin, place, Look::ByName)
                    } else {
                        self.skip(origin, place, Skip::Special)
                    }
                }
                Err(error) => self.unreadable_path(root, &place, &error),
            };
            flow?;
        }
        ControlFlow::Continue(())
    }

    fn unreadable_path(&mut self, root: &Path, place: &Place, error: &walkdir::Error) -> ControlFlow<()> {
        let origin = origin_below(root, error.path().unwrap_or(root));
        let place = place.of(&origin);
        if error.loop_ancestor().is_some() {
            return self.skip(origin, place, Skip::Symlink);
        }
        let is_link = error.path().is_some_and(Path::is_symlink);
        if is_link && error.io_error().is_some_and(|error| error.kind() == std::io::ErrorKind::NotFound) {
            return self.skip(origin, place, Skip::BrokenLink);
        }
        let why = error.io_error().map_or_else(|| error.to_string(), ToString::to_string);
        let problem = Problem::new(ProblemKind::Unreadable, format!("it cannot be read: {why}"));
        (self.found)(Found::Unreadable { origin, place, bytes: 0, problem })
    }

    /// A file on disk: an archive is opened, anything else is an entry.
    fn file(&mut self, path: &Path, root: Arc<PathBuf>, origin: Origin, place: Place, look: Look) -> ControlFlow<()> {
        if let Some(why) = self.reason_to_skip(&origin) {
            return self.skip(origin, place, why);
        }
        if look == Look::Always || litter::may_be_archive(origin.as_str()) {
            match open_if_zip(path) {
                Ok(Some(_)) if litter::is_package(origin.as_str()) => return self.skip(origin, place, Skip::Package),
                Ok(Some(mut file)) => {
                    let place = Place { archive_file: Some(Arc::new(ArchiveFile::new(path, &file))), ..place };
                    return match ArchiveBytes::open(&mut file, self.options.mapping) {
                        Ok(bytes) => self.archive(bytes, &origin, &place, 1),
                        Err(error) => self.unreadable(origin, place, error.to_string()),
                    };
                }
                Ok(None) => {}
                Err(error) => return self.unreadable(origin, place, error.to_string()),
            }
        }
        if !self.options.includes(origin.as_str()) {
            return self.skip(origin, place, Skip::Excluded);
        }
        let handle = Handle::File { path: path.to_path_buf(), root };
        (self.found)(Found::Entry(Entry { origin, place, handle }))
    }

    /// An archive at nesting `depth`, the outermost being one.
    fn archive(&mut self, bytes: ArchiveBytes, origin: &Origin, place: &Place, depth: u32) -> ControlFlow<()> {
        let length = bytes.as_ref().len() as u64;
        let archive = match Archive::open(bytes, &self.options.limits) {
            Ok(archive) => Arc::new(archive),
            Err(mut problem) => {
                // Quirk Z2: a script that zips its own folder leaves a cut archive inside the whole one.
                if depth > 1 && problem.kind == ProblemKind::Truncated {
                    problem.severity = Severity::Warning;
                }
                let (origin, place) = (origin.clone(), place.clone());
                return (self.found)(Found::Unreadable { origin, place, bytes: length, problem });
            }
        };
        let outermost = place.archive.clone().unwrap_or_else(|| origin.clone());
        let place = Place { archive: Some(outermost), ..place.clone() };
        for number in 0..archive.entries().len() {
            self.archived(&archive, number, origin, &place, depth)?;
        }
        ControlFlow::Continue(())
    }

    fn archived(
        &mut self,
        archive: &Arc<Archive>,
        number: usize,
        outer: &Origin,
        place: &Place,
        depth: u32,
    ) -> ControlFlow<()> {
        let entry = &archive.entries()[number];
        let origin = outer.inside(&entry.name);
        let place = place.of(&origin);
        let bytes = entry.expected.bytes;
        let skip = self.reason_to_skip(&origin).or(entry.is_link().then_some(Skip::Symlink));
        if let Some(why) = skip {
            return (self.found)(Found::Skipped { origin, place, bytes, why });
        }
        if let Some(problem) = entry.refusal(&self.options.limits) {
            return (self.found)(Found::Unreadable { origin, place, bytes, problem });
        }
        if litter::may_be_archive(&entry.name) && litter::begins_zip(&archive.first_bytes(number)) {
            if litter::is_package(&entry.name) {
                return (self.found)(Found::Skipped { origin, place, bytes, why: Skip::Package });
            }
            return self.nested(archive, number, origin, place, depth + 1);
        }
        if !self.options.includes(origin.as_str()) {
            return (self.found)(Found::Skipped { origin, place, bytes, why: Skip::Excluded });
        }
        let handle = Handle::Archived { archive: Arc::clone(archive), number };
        (self.found)(Found::Entry(Entry { origin, place, handle }))
    }

    fn nested(
        &mut self,
        archive: &Archive,
        number: usize,
        origin: Origin,
        place: Place,
        depth: u32,
    ) -> ControlFlow<()> {
        let limits = &self.options.limits;
        if depth > limits.archive_depth {
            let message = format!("archives are opened {} deep, this one lies deeper", limits.archive_depth);
            let problem = Problem::new(ProblemKind::LimitReached, message);
            let bytes = archive.entries()[number].expected.bytes;
            return (self.found)(Found::Unreadable { origin, place, bytes, problem });
        }
        match archive.inner(number, limits) {
            Ok(bytes) => self.archive(bytes, &origin, &place, depth),
            Err(why) => self.unreadable(origin, place, why),
        }
    }

    fn reason_to_skip(&self, origin: &Origin) -> Option<Skip> {
        if litter::is_litter(origin.as_str()) {
            return Some(Skip::Litter);
        }
        self.options.excludes(origin.as_str()).then_some(Skip::Excluded)
    }

    fn skip(&mut self, origin: Origin, place: Place, why: Skip) -> ControlFlow<()> {
        (self.found)(Found::Skipped { origin, place, bytes: 0, why })
    }

    fn unreadable(&mut self, origin: Origin, place: Place, why: String) -> ControlFlow<()> {
        let problem = Problem::new(ProblemKind::Unreadable, format!("it cannot be read: {why}"));
        (self.found)(Found::Unreadable { origin, place, bytes: 0, problem })
    }
}

/// Whether a file's content is looked at to find out if it is an archive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Look {
    Always,
    ByName,
}

fn open_if_zip(path: &Path) -> std::io::Result<Option<File>> {
    let mut file = File::open(path)?;
    let mut first = Vec::with_capacity(4);
    (&mut file).take(4).read_to_end(&mut first)?;
    if !litter::begins_zip(&first) {
        return Ok(None);
    }
    std::io::Seek::rewind(&mut file)?;
    Ok(Some(file))
}

fn origin_below(root: &Path, path: &Path) -> Origin {
    let below = path.strip_prefix(root).unwrap_or(path);
    let parts: Vec<_> = below.iter().map(|part| part.to_string_lossy()).collect();
    if parts.is_empty() { Origin::new(file_name(root)) } else { Origin::new(parts.join("/")) }
}

fn file_name(path: &Path) -> String {
    path.file_name().map_or_else(|| "input".to_owned(), |name| name.to_string_lossy().into_owned())
}

fn stem(name: &str) -> &str {
    name.rsplit_once('.').map_or(name, |(stem, _)| if stem.is_empty() { name } else { stem })
}
