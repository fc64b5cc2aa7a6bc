//! Where the bytes of each run of a Test Execution are.

use std::ops::Range;
use std::sync::Arc;

use super::ahead::Ahead;
use super::error::{WriteError, WriteErrorKind};
use super::index::Index;
use super::store::{Location, StoredChunk};

/// The bytes of one run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// Where they begin.
    pub location: Location,
    /// How many they are.
    pub length: u32,
}

impl Place {
    /// The `span` of a chunk.
    ///
    /// # Errors
    /// When it is not inside, or longer than 4 GiB.
    pub fn within(chunk: &StoredChunk, span: &Range<usize>) -> Result<Place, WriteError> {
        if span.start > span.end || span.end as u64 > chunk.length {
            return Err(WriteErrorKind::NotStored.into());
        }
        let length = u32::try_from(span.len()).map_err(|_| WriteErrorKind::RunTooLong(span.len() as u64))?;
        Ok(Place { location: chunk.begin().forward(span.start as u64), length })
    }
}

/// The places of all first results, in order. Those of runs that lie in a bundle written ahead are told by that bundle
/// and the lengths of its runs, and cost nothing.
#[derive(Debug, Default)]
pub(super) struct Places {
    cuts: Vec<Cut>,
    /// Of the runs behind the last cut.
    open: Vec<Location>,
    open_from: usize,
}

/// Runs that follow each other, from number `first` on.
#[derive(Debug)]
struct Cut {
    first: usize,
    runs: usize,
    what: What,
}

#[derive(Debug)]
enum What {
    Stored(Vec<Location>),
    Ahead(Arc<Ahead>),
}

impl Places {
    pub(super) fn push(&mut self, location: Location) {
        self.open.push(location);
    }

    /// The runs behind the last cut end here; they stay where they are.
    pub(super) fn cut(&mut self) {
        let runs = std::mem::take(&mut self.open);
        self.end_cut(runs.len(), What::Stored(runs));
    }

    /// The runs behind the last cut end here, and are moved into a bundle.
    pub(super) fn cut_ahead(&mut self, bundle: impl FnOnce(Vec<Location>) -> Ahead) -> Arc<Ahead> {
        let locations = std::mem::take(&mut self.open);
        let runs = locations.len();
        let bundle = Arc::new(bundle(locations));
        self.end_cut(runs, What::Ahead(Arc::clone(&bundle)));
        bundle
    }

    fn end_cut(&mut self, runs: usize, what: What) {
        self.cuts.push(Cut { first: self.open_from, runs, what });
        self.open_from += runs;
    }

    /// Ends the collecting: waits for bundles that are being written, and takes back those that nobody has begun.
    pub(super) fn close(&mut self) {
        self.cut();
        for cut in &mut self.cuts {
            if let What::Ahead(bundle) = &cut.what
                && let Some(locations) = bundle.take_back()
            {
                cut.what = What::Stored(locations);
            }
        }
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

    /// The places of the runs from number `from` on.
    pub(super) fn from<'p>(&'p self, from: usize, index: &'p Index) -> impl Iterator<Item = Place> + 'p {
        let cut = self.cuts.partition_point(|cut| cut.first + cut.runs <= from);
        let cuts = self.cuts.get(cut..).unwrap_or_default().iter();
        cuts.flat_map(|cut| cut.places(index)).skip(from - self.cuts.get(cut).map_or(from, |cut| cut.first))
    }
}

impl Cut {
    fn places<'p>(&'p self, index: &'p Index) -> impl Iterator<Item = Place> + 'p {
        let mut runs = index.from(self.first).take(self.runs).enumerate();
        let mut next = match &self.what {
            What::Ahead(bundle) => bundle.first_run(),
            What::Stored(_) => None,
        };
        std::iter::from_fn(move || {
            let (number, entry) = runs.next()?;
            let location = match &self.what {
                What::Stored(locations) => *locations.get(number)?,
                What::Ahead(bundle) => {
                    let location = next?;
                    next = Some(bundle.behind(location, entry.length));
                    location
                }
            };
            Some(Place { location, length: entry.length })
        })
    }
}
