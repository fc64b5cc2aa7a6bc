//! What becomes of an archive, and of each entry in it.

use std::ops::ControlFlow;
use std::sync::Arc;

use super::spot::Spot;
use super::{Handle, Walk};
use crate::model::{Limit, LimitReached, Problem, ProblemKind, Severity};
use crate::source::archive::{Archive, ArchiveEntry, Unopened};
use crate::source::earlier_output::Outputs;
use crate::source::opening::hidden_zip;
use crate::source::unpack::Seen;
use crate::source::{Budget, Place, Skip, litter};

/// An archive whose entries the walk goes through.
struct Opened {
    archive: Arc<Archive>,
    spot: Spot,
    /// The outermost one is at one.
    depth: u32,
    /// What earlier conversions wrote.
    earlier: Outputs,
}

/// What an entry is that turns out to be an archive.
enum Inner {
    /// A program package or office document.
    Package,
    /// It lies deeper inside others than archives are opened.
    TooDeep(Problem),
    Archive(Unopened),
}

impl Walk<'_> {
    /// An archive at nesting `depth`, the outermost being one.
    pub(super) fn archive(
        &mut self,
        unopened: Unopened,
        spot: &Spot,
        depth: u32,
        budget: &mut Budget<'_>,
    ) -> ControlFlow<()> {
        let length = unopened.bytes.len() as u64;
        let archive = match Archive::open(unopened, budget) {
            Ok(archive) => Arc::new(archive),
            Err(problem) => return self.broken(spot, length, problem, depth),
        };
        if let Some(problem) = archive.damage() {
            self.broken(spot, length, problem.clone(), depth)?;
        } else if archive.entries().is_empty() {
            let wanted = self.options.includes(&spot.origin);
            let why = if wanted { Skip::EmptyArchive } else { Skip::Excluded };
            return (self.found)(spot.clone().skipped(length, why));
        }
        let earlier = Outputs::among(archive.entries());
        let opened = Opened { archive, spot: spot.as_archive(), depth, earlier };
        (0..opened.archive.entries().len()).try_for_each(|number| self.archived(&opened, number, budget))
    }

    /// An archive of which not all, or nothing, can be read.
    fn broken(&mut self, spot: &Spot, bytes: u64, mut problem: Problem, depth: u32) -> ControlFlow<()> {
        // Quirk Z2: a script that zips its own folder leaves a cut archive inside the whole one.
        if depth > 1 && problem.kind == ProblemKind::Truncated {
            problem.severity = Severity::Warning;
        }
        (self.found)(spot.clone().unreadable(bytes, problem))
    }

    /// An entry of an archive, and those of the same name that it takes the place of.
    fn archived(&mut self, opened: &Opened, number: usize, budget: &mut Budget<'_>) -> ControlFlow<()> {
        let Opened { archive, depth, .. } = opened;
        let entry = &archive.entries()[number];
        let spot = opened.spot.inside(&entry.name);
        let bytes = entry.expected.bytes;
        for bytes in archive.replaced(number) {
            self.replaced(&spot, bytes)?;
        }
        if let Some(why) = self.reason_to_skip(&spot.origin).or(entry.is_nothing()) {
            return (self.found)(spot.skipped(bytes, why));
        }
        if opened.earlier.hold(&entry.name) {
            return (self.found)(spot.skipped(bytes, Skip::EarlierOutput));
        }
        if let Some(problem) = self.refusal(opened, entry) {
            return (self.found)(spot.unreadable(bytes, problem));
        }
        match self.inner(opened, number, budget) {
            Ok(Some(Inner::Archive(unopened))) => return self.archive(unopened, &spot, depth + 1, budget),
            Ok(Some(Inner::Package)) => return (self.found)(spot.skipped(bytes, Skip::Package)),
            Ok(Some(Inner::TooDeep(problem))) => return (self.found)(spot.unreadable(bytes, problem)),
            Ok(None) => {}
            Err(error) => return self.unreadable(spot, &error),
        }
        if !self.options.includes(&spot.origin) {
            return (self.found)(spot.skipped(bytes, Skip::Excluded));
        }
        let beside_json_lines = litter::is_json(&entry.name) && archive.has_json_lines_beside(&entry.name);
        let spot = Spot { place: Place { beside_json_lines, ..spot.place }, ..spot };
        (self.found)(spot.entry(Handle::Archived { archive: Arc::clone(archive), number }))
    }

    /// An entry whose name comes again in its archive.
    fn replaced(&mut self, spot: &Spot, bytes: u64) -> ControlFlow<()> {
        let spot = spot.clone();
        let unwanted = || (!self.options.includes(&spot.origin)).then_some(Skip::Excluded);
        if let Some(why) = self.reason_to_skip(&spot.origin).or_else(unwanted) {
            return (self.found)(spot.skipped(bytes, why));
        }
        let message = "the archive has a later entry of the same name, which is read instead of this one";
        (self.found)(spot.unreadable(bytes, Problem::new(ProblemKind::ReplacedEntry, message)))
    }

    /// Why an entry cannot be read, when its archive says so already.
    fn refusal(&self, opened: &Opened, entry: &ArchiveEntry) -> Option<Problem> {
        let mut problem = entry.refusal(&self.options.limits)?;
        let is_cut = || opened.archive.damage().is_some_and(|damage| damage.kind == ProblemKind::Truncated);
        // Quirk Z2: so does the entry inside which it was cut.
        if opened.depth > 1 && is_cut() {
            problem.severity = Severity::Warning;
        }
        Some(problem)
    }

    /// The archive that an entry is, if it is one.
    fn inner(
        &self,
        Opened { archive, depth, .. }: &Opened,
        number: usize,
        budget: &Budget<'_>,
    ) -> std::io::Result<Option<Inner>> {
        let name = &archive.entries()[number].name;
        if !litter::may_be_archive(name) {
            return Ok(None);
        }
        let too_deep = self.too_deep(depth + 1).map(Inner::TooDeep);
        let seen = archive.look(number, &self.options.limits);
        if seen == Seen::default() {
            let hidden = hidden_zip(archive, number, budget, self.options.mapping)?;
            return Ok(hidden.map(|unopened| too_deep.unwrap_or(Inner::Archive(unopened))));
        }
        let Some(kind) = seen.archive else { return Ok(None) };
        if litter::is_package(name) {
            return Ok(Some(Inner::Package));
        }
        match too_deep {
            Some(too_deep) => Ok(Some(too_deep)),
            None => Ok(Some(Inner::Archive(archive.inner(number, kind, seen, budget, self.options.mapping)?))),
        }
    }

    fn too_deep(&self, depth: u32) -> Option<Problem> {
        let most = self.options.limits.archive_depth;
        let reached = || LimitReached::new(Limit::ArchiveDepth, most.into(), "the archive lies deeper inside others");
        (depth > most).then(|| reached().into())
    }
}
