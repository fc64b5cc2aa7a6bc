//! Where the bytes of each run of a Test Execution are.

use std::ops::Range;
use std::sync::Arc;

use super::ahead::Ahead;
use super::contents::MergedAhead;
use super::error::{WriteError, WriteErrorKind};
use super::index::{Index, Repeat};
use super::location::{Location, StoredChunk};

/// The bytes of one run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RunPlace {
    /// Where they begin.
    pub location: Location,
    /// How many they are.
    pub length: u32,
}

impl RunPlace {
    /// The `span` of a chunk.
    ///
    /// # Errors
    /// When it is not inside, or longer than 4 GiB.
    pub(crate) fn within(chunk: &StoredChunk, span: &Range<usize>) -> Result<RunPlace, WriteError> {
        if span.start > span.end || span.end as u64 > chunk.length {
            return Err(WriteErrorKind::NotStored.into());
        }
        let length = u32::try_from(span.len()).map_err(|_| WriteErrorKind::RunTooLong(span.len() as u64))?;
        Ok(RunPlace { location: chunk.begin().forward(span.start as u64), length })
    }
}

/// Runs that follow each other in the store, with a separator between each two of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Stretch {
    pub(super) at: Location,
    pub(super) runs: u32,
    /// With the separators between them.
    pub(super) bytes: u64,
}

impl From<RunPlace> for Stretch {
    fn from(place: RunPlace) -> Stretch {
        Stretch { at: place.location, runs: 1, bytes: u64::from(place.length) }
    }
}

impl Stretch {
    /// The place of a stretch of one run.
    pub(super) fn of_one(self) -> RunPlace {
        RunPlace { location: self.at, length: self.bytes as u32 }
    }

    /// Takes in what follows it with nothing but a separator between them.
    pub(super) fn join(&mut self, next: &Stretch, separator: usize) -> bool {
        let follows = next.at == self.at.forward(self.bytes + separator as u64);
        if follows {
            self.runs += next.runs;
            self.bytes += separator as u64 + next.bytes;
        }
        follows
    }
}

/// The places of all first results, in order. Which of them are where follows from the lengths of the runs, which the
/// index knows; runs of one report lie side by side, and cost nothing here.
#[derive(Debug)]
pub(super) struct Places {
    separator: usize,
    cuts: Vec<Cut>,
    /// Of the runs behind the last cut.
    open: Vec<Stretch>,
    open_runs: usize,
    open_from: usize,
    /// Cuts that went into a bundle, and how many of these were touched since.
    ahead: usize,
    in_vain: usize,
    /// Cuts that were touched since they were made.
    touched: usize,
}

/// Runs that follow each other, from number `first` on.
#[derive(Debug)]
struct Cut {
    first: usize,
    runs: usize,
    what: What,
    /// Whether a further result of one of them has come, so that a bundle with them has to be written anew.
    is_touched: bool,
}

/// Bundles that must have been written ahead before it is looked at what became of them.
const ENOUGH: usize = 2;

#[derive(Debug)]
enum What {
    Stored(Vec<Stretch>),
    Ahead(Arc<Ahead>),
}

impl Places {
    /// No places. Between two runs in the store there are `separator` bytes.
    pub(super) fn new(separator: usize) -> Places {
        Places {
            separator,
            cuts: Vec::new(),
            open: Vec::new(),
            open_runs: 0,
            open_from: 0,
            ahead: 0,
            in_vain: 0,
            touched: 0,
        }
    }

    /// Bytes between two runs in the store.
    pub(super) fn separator(&self) -> usize {
        self.separator
    }

    pub(super) fn push(&mut self, place: RunPlace) {
        let run = Stretch::from(place);
        let is_joined = self.open.last_mut().is_some_and(|last| last.join(&run, self.separator));
        if !is_joined {
            self.open.push(run);
        }
        self.open_runs += 1;
    }

    /// A further result of run number `run` has come: the two will be merged. Gives those that were to be merged in a
    /// bundle which will not be written ahead for that.
    pub(super) fn touch(&mut self, run: usize) -> Vec<Repeat> {
        let place = self.cuts.partition_point(|cut| cut.first + cut.runs <= run);
        let Some(cut) = self.cuts.get_mut(place) else { return Vec::new() };
        if std::mem::replace(&mut cut.is_touched, true) {
            return Vec::new();
        }
        self.touched += 1;
        let What::Ahead(bundle) = &cut.what else { return Vec::new() };
        let Some(contents) = bundle.take_back_unbegun() else {
            self.in_vain += 1;
            return Vec::new();
        };
        let repeats = contents.repeats().collect();
        cut.what = What::Stored(contents.runs);
        self.ahead -= 1;
        repeats
    }

    /// Number of the first run behind the last cut.
    pub(super) fn open_from(&self) -> usize {
        self.open_from
    }

    /// Whether it pays to write the runs behind the last cut into a bundle now. It does not where most bundles so far
    /// were written in vain: in a night in which results of the same Tests come from many reports, nearly all of them
    /// are.
    pub(super) fn pays_to_write_ahead(&self) -> bool {
        self.ahead < ENOUGH || 2 * self.in_vain < self.ahead
    }

    /// Whether merges touch more than one bundle in eight when its runs have come already, as far as can be seen.
    pub(super) fn are_often_touched(&self) -> bool {
        8 * self.touched > self.cuts.len()
    }

    /// The runs behind the last cut end here; they stay where they are.
    pub(super) fn cut(&mut self) {
        let runs = std::mem::take(&mut self.open);
        self.end_cut(What::Stored(runs));
    }

    /// The runs behind the last cut, with each of the runs `alone`, which are in order, in a stretch of its own. Gives
    /// the places of these among all, too.
    pub(super) fn open_with(&self, alone: impl Iterator<Item = usize>, index: &Index) -> (Vec<Stretch>, Vec<usize>) {
        let mut walk = self.walk(index, self.open_from, &[], &self.open);
        let (mut stretches, mut places) = (Vec::new(), Vec::new());
        for run in alone {
            while walk.number < run
                && let Some(before) = walk.take(run - walk.number)
            {
                stretches.push(before);
            }
            places.push(stretches.len());
            stretches.extend(walk.take(1));
        }
        stretches.extend(std::iter::from_fn(|| walk.take(usize::MAX)));
        (stretches, places)
    }

    /// The runs behind the last cut end here, and are in this bundle.
    pub(super) fn cut_ahead(&mut self, bundle: Ahead) -> Arc<Ahead> {
        self.open.clear();
        let bundle = Arc::new(bundle);
        self.end_cut(What::Ahead(Arc::clone(&bundle)));
        self.ahead += 1;
        bundle
    }

    fn end_cut(&mut self, what: What) {
        let runs = std::mem::take(&mut self.open_runs);
        self.cuts.push(Cut { first: self.open_from, runs, what, is_touched: false });
        self.open_from += runs;
    }

    /// Ends the collecting: waits for bundles that are being written, and takes back those that nobody has begun. Gives
    /// what was to be merged in these, and what is merged in the others.
    pub(super) fn close(&mut self) -> (Vec<Repeat>, Vec<MergedAhead>) {
        self.cut();
        let (mut repeats, mut merged) = (Vec::new(), Vec::new());
        for cut in &mut self.cuts {
            let What::Ahead(bundle) = &cut.what else { continue };
            match bundle.take_back() {
                Some(contents) => {
                    repeats.extend(contents.repeats());
                    cut.what = What::Stored(contents.runs);
                }
                None => merged.extend(bundle.take_merged()),
            }
        }
        (repeats, merged)
    }

    /// Whether every run is somewhere: a bundle that could not be written has lost those that it took out of the store.
    pub(super) fn is_whole(&self) -> bool {
        self.cuts.iter().all(|cut| match &cut.what {
            What::Ahead(bundle) => bundle.first_run().is_some(),
            What::Stored(_) => true,
        })
    }

    /// The bundle written ahead that consists of exactly these runs.
    pub(super) fn ahead(&self, first: usize, runs: usize) -> Option<&Arc<Ahead>> {
        let cut = self.cuts.get(self.cuts.binary_search_by_key(&first, |cut| cut.first).ok()?)?;
        match &cut.what {
            What::Ahead(bundle) if cut.runs == runs => Some(bundle),
            _ => None,
        }
    }

    /// A walk over the runs from number `from` on.
    pub(super) fn from<'p>(&'p self, from: usize, index: &'p Index) -> Walk<'p> {
        let cut = self.cuts.partition_point(|cut| cut.first + cut.runs <= from);
        let cuts = &self.cuts[cut..];
        let number = cuts.first().map_or(from, |cut| cut.first);
        let mut walk = self.walk(index, number, cuts, &[]);
        let mut before = from - number;
        while before > 0
            && let Some(passed) = walk.take(before)
        {
            before -= passed.runs as usize;
        }
        walk
    }

    /// A walk over `stretches`, whose first run is number `number`, and the `cuts` behind them.
    fn walk<'p>(&self, index: &'p Index, number: usize, cuts: &'p [Cut], stretches: &'p [Stretch]) -> Walk<'p> {
        let left = Stretch { at: Location::default(), runs: 0, bytes: 0 };
        Walk { index, separator: self.separator, number, cuts: cuts.iter(), stretches: stretches.iter(), left }
    }
}

/// Goes through runs in order. What lies side by side comes in one piece, and nobody looks at each run of it.
#[derive(Debug)]
pub(super) struct Walk<'p> {
    index: &'p Index,
    separator: usize,
    /// Of the next run.
    number: usize,
    cuts: std::slice::Iter<'p, Cut>,
    stretches: std::slice::Iter<'p, Stretch>,
    /// What is left of the stretch at hand.
    left: Stretch,
}

impl Walk<'_> {
    /// The next runs, at most `most` of them; `None` behind the last one.
    pub(super) fn take(&mut self, most: usize) -> Option<Stretch> {
        while self.left.runs == 0 {
            self.left = self.next_stretch()?;
        }
        let mut taken = self.left;
        if (taken.runs as usize) <= most {
            self.left.runs = 0;
        } else {
            taken.runs = most as u32;
            taken.bytes = self.bytes_of(most);
            let passed = taken.bytes + self.separator as u64;
            self.left.at = self.left.at.forward(passed);
            self.left.runs -= taken.runs;
            self.left.bytes -= passed;
        }
        self.number += taken.runs as usize;
        Some(taken)
    }

    /// The next run.
    pub(super) fn next_run(&mut self) -> Option<RunPlace> {
        self.take(1).map(Stretch::of_one)
    }

    fn next_stretch(&mut self) -> Option<Stretch> {
        loop {
            if let Some(stretch) = self.stretches.next() {
                return Some(*stretch);
            }
            let cut = self.cuts.next()?;
            match &cut.what {
                What::Stored(stretches) => self.stretches = stretches.iter(),
                What::Ahead(bundle) => {
                    let at = bundle.first_run()?;
                    return Some(Stretch { at, runs: cut.runs as u32, bytes: self.bytes_of(cut.runs) });
                }
            }
        }
    }

    /// Bytes of the next `runs` runs and of what is between them.
    fn bytes_of(&self, runs: usize) -> u64 {
        let lengths = self.index.lengths(self.number).take(runs).map(u64::from).sum::<u64>();
        lengths + (self.separator * runs.saturating_sub(1)) as u64
    }
}
