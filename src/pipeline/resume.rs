//! Which groups of an earlier conversion can be taken over: nothing that they were made of has changed, and their
//! bundles are there.

use std::collections::HashMap;
use std::ops::ControlFlow;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use rayon::ThreadPool;
use rayon::iter::{IntoParallelIterator, IntoParallelRefIterator, ParallelIterator};

use super::grouping::{Entered, Walk};
use super::record::{Record, RecordedArchive, RecordedBasis, RecordedReport};
use super::stop::Stop;
use super::{Error, threads};
use crate::bundle::{RunMemory, journal};
use crate::model::ReportState;
use crate::source::{self, ArchiveFile, Entry, Found, Input, Limits};

/// Files that are read again at once.
const BATCH: usize = 256;

/// Gives those records that still hold, by the number of their group. It reads the files again and hashes them; nothing
/// is parsed, and of archives nothing is inflated but archives inside them.
pub(super) fn still_true(
    records: Vec<Record>,
    walk: Walk<'_>,
    threads: usize,
    output: &Path,
    stop: &Stop<'_>,
) -> Result<HashMap<u32, Record>, Error> {
    let pool = threads::pool(threads).map_err(Error::threads)?;
    let mut review = Review::new(records, &walk.options.limits, &pool);
    let mut grouping = walk.grouping(std::env::temp_dir(), RunMemory::of(0));
    let walked = source::walk_where(walk.inputs, walk.options, can_be_read_again, &mut |found| {
        let entered = grouping.enter(&found);
        review.meet(&entered, found);
        if stop.is_set() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    });
    walked.map_err(Error::Source)?;
    stop.check()?;
    Ok(review.finish(output))
}

/// Standard input is left alone: the conversion wants to read it.
fn can_be_read_again(input: &Input) -> bool {
    matches!(input, Input::Path(_))
}

/// The records while the walk goes by.
struct Review<'r> {
    limits: &'r Limits,
    pool: &'r ThreadPool,
    /// What the records tell of, by INPUT and name; nothing where two tell of the same: nobody can say which of them is
    /// meant.
    claims: HashMap<(u32, String), Option<Arc<Claim>>>,
    /// By number of the group in this walk; nothing where no record tells of it.
    met: HashMap<u32, Option<Meeting>>,
    /// What must be read again, until there is enough to keep the pool busy.
    checks: Vec<Check>,
}

/// A record, and whether it holds as far as is known.
struct Claim {
    record: Record,
    holds: AtomicBool,
    is_met: AtomicBool,
}

impl From<Record> for Claim {
    fn from(record: Record) -> Claim {
        let record = record.in_order();
        Claim { record, holds: AtomicBool::new(true), is_met: AtomicBool::new(false) }
    }
}

/// A group that a record tells of.
struct Meeting {
    claim: Arc<Claim>,
    /// Files that have come by.
    files: usize,
    /// The last archive that has come by.
    archive: Option<String>,
    /// How many have.
    archives: usize,
}

struct Check {
    claim: Arc<Claim>,
    what: Content,
}

/// Content that must be as it was.
enum Content {
    /// A file of the group, by its place.
    File(usize, Entry),
    Archive(usize, Arc<ArchiveFile>),
}

impl<'r> Review<'r> {
    fn new(records: Vec<Record>, limits: &'r Limits, pool: &'r ThreadPool) -> Review<'r> {
        let mut claims = HashMap::new();
        for record in records {
            let key = (record.input, record.source.clone());
            let claim = Arc::new(Claim::from(record));
            claims.entry(key).and_modify(|claim| *claim = None).or_insert(Some(claim));
        }
        Review { limits, pool, claims, met: HashMap::new(), checks: Vec::new() }
    }

    fn meet(&mut self, entered: &Entered, found: Found) {
        let group = &entered.group;
        let claims = &self.claims;
        let meeting = self.met.entry(group.number).or_insert_with(|| {
            let claim = claims.get(&(group.input(), group.source().to_owned()))?.as_ref()?;
            if claim.is_met.swap(true, Ordering::Relaxed) {
                // Two groups of one name: nobody can say which of them is meant.
                claim.fail();
            }
            Some(Meeting { claim: Arc::clone(claim), files: 0, archive: None, archives: 0 })
        });
        let Some(meeting) = meeting else { return };
        if meeting.claim.holds() {
            let check = meeting.next(found);
            self.checks.extend(check);
        }
        if self.checks.len() >= BATCH {
            self.read();
        }
    }

    /// Reads what has gathered.
    fn read(&mut self) {
        let checks = std::mem::take(&mut self.checks);
        let limits = self.limits;
        self.pool.install(|| {
            checks.into_par_iter().for_each_init(source::Scratch::default, |scratch, check| {
                if check.claim.holds() && !check.holds(scratch, limits) {
                    check.claim.fail();
                }
            });
        });
    }

    /// The walk is over.
    fn finish(mut self, output: &Path) -> HashMap<u32, Record> {
        self.read();
        let mut kept = HashMap::new();
        for (number, meeting) in std::mem::take(&mut self.met) {
            if let Some(Meeting { claim, files, .. }) = meeting
                && files == claim.record.reports.len()
            {
                kept.insert(number, claim);
            }
        }
        self.claims.clear();
        self.pool.install(|| kept.par_iter().for_each(|(_, claim)| claim.look_at_bundles(output)));
        let held = kept.into_iter().filter_map(|(number, claim)| {
            let claim = Arc::into_inner(claim)?;
            claim.holds.into_inner().then_some((number, claim.record))
        });
        held.collect()
    }
}

impl Check {
    /// Whether the content is what it was.
    fn holds(&self, scratch: &mut source::Scratch, limits: &Limits) -> bool {
        let Record { reports, archives, .. } = &self.claim.record;
        match &self.what {
            Content::File(place, entry) => match reports.get(*place).map(|one| &one.beside.basis) {
                Some(RecordedBasis::File(basis)) => basis.is_as_before(entry, scratch, limits),
                _ => false,
            },
            Content::Archive(number, file) => {
                let both = archives.get(*number).zip(file.fingerprint());
                both.is_some_and(|(archive, fingerprint)| archive.is(fingerprint))
            }
        }
    }
}

impl Claim {
    /// Whether nothing speaks against it so far.
    fn holds(&self) -> bool {
        self.holds.load(Ordering::Relaxed)
    }

    fn fail(&self) {
        self.holds.store(false, Ordering::Relaxed);
    }

    fn look_at_bundles(&self, output: &Path) {
        let executions = || self.record.executions.iter().map(|one| &one.execution);
        let bundles: Vec<_> = executions().flat_map(|execution| &execution.bundles).collect();
        let mut infos = executions().filter_map(|execution| execution.multipart_info.as_ref());
        let mut evidence = executions().filter_map(|execution| execution.evidence.as_ref());
        if self.holds()
            && !(bundles.par_iter().all(|bundle| journal::holds(output, bundle))
                && infos.all(|info| journal::holds_info(output, info))
                && evidence.all(|index| journal::holds_evidence(output, index)))
        {
            self.fail();
        }
    }
}

impl Meeting {
    /// Holds the next file of the group against the record, as far as that can be done without reading it.
    fn next(&mut self, found: Found) -> Option<Check> {
        let record = &self.claim.record;
        let place = self.files;
        self.files += 1;
        let Some(recorded) = record.reports.get(place).filter(|one| one.line.report == found.origin().as_str()) else {
            self.claim.fail();
            return None;
        };
        let what = match (&recorded.beside.basis, found.place().archive_file.clone(), found) {
            (RecordedBasis::Archive, Some(file), found) => {
                let origin = found.origin().outermost();
                if self.archive.as_deref() == Some(origin) {
                    return None;
                }
                self.archive = Some(origin.to_owned());
                let is_known = |known: &RecordedArchive| known.origin == origin;
                // They come in the order in which they came before, unless a folder has changed.
                let number = match record.archives.get(self.archives) {
                    Some(next) if is_known(next) => Some(self.archives),
                    _ => record.archives.iter().position(is_known),
                };
                self.archives += 1;
                number.map(|number| Content::Archive(number, file))
            }
            (RecordedBasis::File(_), None, Found::Entry(entry)) => Some(Content::File(place, entry)),
            (RecordedBasis::Listing, None, found) if is_listed_as_before(recorded, &found) => return None,
            _ => None,
        };
        if what.is_none() {
            self.claim.fail();
        }
        what.map(|what| Check { claim: Arc::clone(&self.claim), what })
    }
}

/// Whether the walk says the same of a file as before.
fn is_listed_as_before(recorded: &RecordedReport, found: &Found) -> bool {
    let line = &recorded.line;
    match found {
        Found::Entry(_) => false,
        Found::Skipped { bytes, why, .. } => {
            line.bytes == *bytes && line.reason.as_deref() == Some(why.to_string().as_str())
        }
        Found::Unreadable { bytes, problem, .. } => {
            let state = if problem.is_damage() { ReportState::Damaged } else { ReportState::Ignored };
            let is_told = line.problems.iter().any(|told| told.message == problem.message);
            line.bytes == *bytes && line.state == state && is_told
        }
    }
}
