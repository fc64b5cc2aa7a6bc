//! Where the walk is.

use super::Handle;
use crate::model::{Origin, Problem};
use crate::source::{Entry, Found, Place, Skip};

/// A file that the walk is at: where it is, and what it belongs to. In the end it becomes what was found there.
#[derive(Clone)]
pub(super) struct Spot {
    pub(super) origin: Origin,
    pub(super) place: Place,
}

impl Spot {
    /// That of what is called `name` in the archive which is here.
    pub(super) fn inside(&self, name: &str) -> Spot {
        let origin = self.origin.inside(name);
        let place = self.place.of(&origin);
        Spot { origin, place }
    }

    /// That of the archive itself, as what is in it sees it.
    pub(super) fn as_archive(&self) -> Spot {
        let outermost = self.place.archive.clone().unwrap_or_else(|| self.origin.clone());
        Spot { origin: self.origin.clone(), place: Place { archive: Some(outermost), ..self.place.clone() } }
    }

    /// The file can be read.
    pub(super) fn entry(self, handle: Handle) -> Found {
        Found::Entry(Entry { origin: self.origin, place: self.place, handle })
    }

    /// It is passed over.
    pub(super) fn skipped(self, bytes: u64, why: Skip) -> Found {
        Found::Skipped { origin: self.origin, place: self.place, bytes, why }
    }

    /// It cannot be read.
    pub(super) fn unreadable(self, bytes: u64, problem: Problem) -> Found {
        Found::Unreadable { origin: self.origin, place: self.place, bytes, problem }
    }
}
