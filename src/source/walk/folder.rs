//! What becomes of a folder, and of each file in it.

use std::cmp::Ordering;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use walkdir::{DirEntry, WalkDir};

use super::spot::Spot;
use super::{Handle, Look, Walk, below, file_name};
use crate::model::{Problem, ProblemKind};
use crate::source::earlier_output::EarlierOutput;
use crate::source::entry::At;
use crate::source::links::{Links, is_same_folder, leads_nowhere};
use crate::source::neighbours::Neighbours;
use crate::source::root::{Extent, Root};
use crate::source::{Place, Shortage, Skip, Spelling, litter};

/// An INPUT that is a folder, while the walk goes through it.
struct Folder<'f> {
    path: &'f Path,
    /// What the references of all its reports may not leave.
    root: Arc<Root>,
    /// What is written meanwhile.
    output: Option<PathBuf>,
    links: Links,
    neighbours: Neighbours,
    earlier: EarlierOutput,
    /// Of the file before.
    near: Place,
}

/// What the walk does at a folder.
enum Descent {
    Down,
    /// It holds nothing that is told of.
    Past,
    /// What it leads to is read elsewhere.
    Elsewhere,
}

impl Walk<'_> {
    pub(super) fn folder(&mut self, input: u32, path: &Path) -> ControlFlow<()> {
        let mut folder = Folder::new(input, path, self.options.output.as_deref());
        let mut files = WalkDir::new(path).follow_links(true).sort_by(by_name).into_iter();
        while let Some(file) = files.next() {
            match file {
                Ok(file) if file.file_type().is_dir() => match folder.enter(&file) {
                    Descent::Down => {}
                    Descent::Past => files.skip_current_dir(),
                    Descent::Elsewhere => {
                        files.skip_current_dir();
                        self.skip(folder.spot(file.path()), Skip::Symlink)?;
                    }
                },
                Ok(file) => self.in_folder(&mut folder, &file)?,
                Err(error) => self.unreadable_in(&folder, &error)?,
            }
        }
        ControlFlow::Continue(())
    }

    fn in_folder(&mut self, folder: &mut Folder<'_>, file: &DirEntry) -> ControlFlow<()> {
        let (spot, at) = match folder.spot_of_file(file) {
            Ok(spot) => spot,
            Err(shortage) => return self.end(shortage),
        };
        match folder.reason_to_skip(file) {
            Some(why) => self.skip(spot, why),
            None => {
                let handle = Handle::File { at, root: Arc::clone(&folder.root) };
                self.file(file.path(), handle, spot, Look::ByName)
            }
        }
    }

    /// Something that cannot be looked at.
    fn unreadable_in(&mut self, folder: &Folder<'_>, error: &walkdir::Error) -> ControlFlow<()> {
        if let Some(shortage) = error.io_error().and_then(Shortage::of) {
            return self.end(shortage);
        }
        let spot = folder.spot(error.path().unwrap_or(folder.path));
        if error.loop_ancestor().is_some() {
            return self.skip(spot, Skip::Symlink);
        }
        let is_link = error.path().is_some_and(Path::is_symlink);
        if is_link && error.io_error().is_some_and(leads_nowhere) {
            return self.skip(spot, Skip::BrokenLink);
        }
        let is_wanted = match error.path().filter(|path| *path != folder.path) {
            Some(path) if path.is_dir() => self.options.wants_below(&spot.origin),
            Some(_) => !self.options.excludes(&spot.origin) && self.options.includes(&spot.origin),
            None => true,
        };
        if !is_wanted {
            return self.skip(spot, Skip::Excluded);
        }
        let why = error.io_error().map_or_else(|| error.to_string(), ToString::to_string);
        let problem = Problem::new(ProblemKind::Unreadable, format!("it cannot be read: {why}"));
        (self.found)(spot.unreadable(0, problem))
    }
}

/// The order of two entries of one folder. Their paths differ in the name alone, and to compare these whole is quicker than to
/// find where the name begins.
fn by_name(one: &DirEntry, other: &DirEntry) -> Ordering {
    one.path().as_os_str().cmp(other.path().as_os_str())
}

impl<'f> Folder<'f> {
    fn new(input: u32, path: &'f Path, output: Option<&Path>) -> Folder<'f> {
        let name = match path.file_name() {
            Some(name) => name.to_string_lossy().into_owned(),
            // `.` or `..`: the folder's real name.
            None => path.canonicalize().map_or_else(|_| "input".to_owned(), |path| file_name(&path)),
        };
        Folder {
            path,
            root: Arc::new(Root::new(path, Extent::Tree)),
            output: output.and_then(|output| output.canonicalize().ok()),
            links: Links::new(path),
            neighbours: Neighbours::default(),
            earlier: EarlierOutput::default(),
            near: Place { input, input_name: name.into(), ..Place::default() },
        }
    }

    /// The walk comes to a folder in it, or begins with itself.
    fn enter(&mut self, folder: &DirEntry) -> Descent {
        if self.output.as_ref().is_some_and(|output| is_same_folder(folder, output)) {
            return Descent::Past;
        }
        if !self.links.admit(folder) {
            return Descent::Elsewhere;
        }
        self.neighbours.enter(folder);
        self.earlier.enter(folder);
        Descent::Down
    }

    fn spot(&self, path: &Path) -> Spot {
        let (origin, _) = below(self.path, path);
        let place = self.near.of(&origin);
        Spot { origin, place }
    }

    /// That of a file, and how it is found again.
    ///
    /// # Errors
    /// When the machine lacks what it takes to look at what lies beside it.
    fn spot_of_file(&mut self, file: &DirEntry) -> Result<(Spot, At), Shortage> {
        let (origin, at) = below(self.path, file.path());
        let beside_json_lines = litter::is_json(origin.as_str()) && self.neighbours.have_json_lines(file)?;
        let place = Place { beside_json_lines, spelling: Spelling::of(self.path, &at), ..self.near.of(&origin) };
        self.near.directory = Arc::clone(&place.directory);
        Ok((Spot { origin, place }, at))
    }

    fn reason_to_skip(&mut self, file: &DirEntry) -> Option<Skip> {
        if !self.links.admit(file) {
            Some(Skip::Symlink)
        } else if self.earlier.holds(file) {
            Some(Skip::EarlierOutput)
        } else {
            (!file.file_type().is_file()).then_some(Skip::Special)
        }
    }
}
