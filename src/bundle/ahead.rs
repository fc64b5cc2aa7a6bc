//! Bundles that are written before all runs are known.
//!
//! While reports are still read, runs in order are cut into bundles as if no further result would come, and these
//! are written under temporary names by whoever has time. When everything is known the real plan is made. A bundle that
//! comes out as it was written ahead only gets its name; the others serve as the store of their runs and are written
//! anew. So nothing depends on what was written ahead but time: most nights are written once, and while they are read.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use super::body::{BundleBody, Sums};
use super::contents::{Contents, MergedAhead, ToWrite};
use super::error::{WriteError, WriteErrorKind};
use super::folder::Folder;
use super::gather::{BundlePart, Gathering, gather, parts};
use super::location::Location;
use super::merging::Merge;
use super::new_file::Nameless;
use super::plan::BundlePlan;
use super::store::RunStore;

/// What stands around the runs of bundles that are written ahead. The first bundle of a Test Execution is none of
/// them: it begins with times that are not known before the last run is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AheadFrame {
    /// Before the runs.
    pub head: Vec<u8>,
    /// Between two runs, in the bundle as in the store.
    pub separator: &'static [u8],
    /// After the runs.
    pub tail: &'static [u8],
}

/// A bundle that may be written ahead.
#[derive(Debug)]
pub struct Ahead {
    plan: BundlePlan,
    frame: Arc<AheadFrame>,
    /// Bytes that it may have.
    most: u64,
    state: Mutex<State>,
    settled: Condvar,
}

#[derive(Debug)]
enum State {
    /// Nobody has begun: its runs are still in the store.
    Waiting(Contents),
    Writing,
    Written {
        begin: Location,
        file: Nameless,
        sums: Sums,
        merged: Vec<MergedAhead>,
    },
    /// It became too long when its results were merged, and so ends elsewhere.
    TooLong(Contents),
    /// It was taken back, it could not be written, or it has its name.
    Gone,
}

impl State {
    fn take_back(&mut self) -> Option<Contents> {
        let (State::Waiting(contents) | State::TooLong(contents)) = self else { return None };
        let contents = std::mem::take(contents);
        *self = State::Gone;
        Some(contents)
    }
}

/// Says what became of a bundle, however its writing ends.
struct Settling<'a> {
    bundle: &'a Ahead,
    becomes: State,
}

impl Drop for Settling<'_> {
    fn drop(&mut self) {
        *self.bundle.state() = std::mem::replace(&mut self.becomes, State::Gone);
        self.bundle.settled.notify_all();
    }
}

/// A bundle that is being written.
struct Begun<'a> {
    settling: Settling<'a>,
    store: &'a RunStore,
    contents: Contents,
    to_write: ToWrite,
    planned: u64,
    body: BundleBody,
}

impl Begun<'_> {
    fn gathering(&mut self) -> Gathering<'_, impl Iterator<Item = BundlePart<'_>>> {
        let AheadFrame { head, separator, tail } = &*self.settling.bundle.frame;
        let parts = parts(self.to_write.runs.iter().copied(), [head, separator, tail]);
        Gathering::new(parts, self.store, &mut self.body)
    }

    fn finish(self, folder: &Folder) -> Result<(), WriteError> {
        let Begun { mut settling, store, contents, to_write, planned, body } = self;
        let (file, sums) = body.finish()?;
        let written = sums.body.bytes;
        if written != planned {
            let file = "a bundle written ahead".to_owned();
            return Err(WriteErrorKind::Length { file, planned, written }.into());
        }
        let on_disk = folder.begin_writeback(&file, settling.bundle.plan.haste());
        let file = file.close(on_disk);
        let separator = settling.bundle.frame.separator;
        let Some(begin) = store.written_ahead(file.path().to_path_buf()) else {
            // More bundles than have a number: it is written when all is known, from where its runs are.
            to_write.discard(separator, store);
            settling.becomes = State::Waiting(contents);
            return Ok(());
        };
        to_write.release(separator, store);
        contents.release(separator, store);
        settling.becomes = State::Written { begin, file, sums, merged: to_write.merged };
        Ok(())
    }
}

impl Ahead {
    pub(super) fn new(plan: BundlePlan, frame: Arc<AheadFrame>, most: u64, contents: Contents) -> Ahead {
        Ahead { plan, frame, most, state: Mutex::new(State::Waiting(contents)), settled: Condvar::new() }
    }

    /// Whether it had better be written soon.
    pub(crate) fn is_large(&self) -> bool {
        self.plan.is_large()
    }

    /// Writes bundles, one or two at once, with results of one Test merged, unless somebody has begun to or they were
    /// taken back, and frees the stores of their runs.
    ///
    /// # Errors
    /// When a file cannot be written, the runs cannot be read back, or `merge` fails.
    pub(crate) fn write(bundles: &[(&Ahead, &RunStore)], folder: &Folder, merge: &Merge<'_>) -> Result<(), WriteError> {
        let begun = bundles.iter().map(|(bundle, store)| bundle.begin(store, folder, merge));
        let mut begun = begun.filter_map(Result::transpose).collect::<Result<Vec<Begun<'_>>, _>>()?;
        gather(&mut begun.iter_mut().map(Begun::gathering).collect::<Vec<_>>())?;
        begun.into_iter().try_for_each(|one| one.finish(folder))
    }

    /// Nothing comes of it when somebody has begun, when merging makes the bundle too long, or when there are too many
    /// already.
    fn begin<'a>(
        &'a self,
        store: &'a RunStore,
        folder: &Folder,
        merge: &Merge<'_>,
    ) -> Result<Option<Begun<'a>>, WriteError> {
        if !store.takes_more_ahead() {
            return Ok(None);
        }
        let Some(contents) = self.take_contents() else { return Ok(None) };
        let mut settling = Settling { bundle: self, becomes: State::Gone };
        let separator = self.frame.separator;
        let to_write = contents.merge(separator, store, merge)?;
        let planned = self.plan.bytes.saturating_add_signed(to_write.growth);
        if planned > self.most {
            to_write.discard(separator, store);
            settling.becomes = State::TooLong(contents);
            return Ok(None);
        }
        let body = BundleBody::create(folder, &Folder::name_ahead(), planned)?;
        Ok(Some(Begun { settling, store, contents, to_write, planned, body }))
    }

    /// Takes the runs, unless that has been done.
    fn take_contents(&self) -> Option<Contents> {
        let mut state = self.state();
        match std::mem::replace(&mut *state, State::Writing) {
            State::Waiting(contents) => Some(contents),
            other => {
                *state = other;
                None
            }
        }
    }

    /// Waits for whoever writes it. When nobody has begun, what it consists of is given back and it will not be written.
    pub(super) fn take_back(&self) -> Option<Contents> {
        let state = self.state();
        let is_writing = |state: &mut State| matches!(state, State::Writing);
        let mut state = self.settled.wait_while(state, is_writing).unwrap_or_else(PoisonError::into_inner);
        state.take_back()
    }

    /// What it consists of, unless somebody has begun to write it; then it will not be written.
    pub(super) fn take_back_unbegun(&self) -> Option<Contents> {
        self.state().take_back()
    }

    /// The Tests whose results were merged when it was written, in order; they can be taken once.
    pub(super) fn take_merged(&self) -> Vec<MergedAhead> {
        match &mut *self.state() {
            State::Written { merged, .. } => std::mem::take(merged),
            _ => Vec::new(),
        }
    }

    /// The written file and its sum, when it begins with `head`; it can be taken once.
    pub(super) fn take(&self, head: &[u8]) -> Option<(Nameless, Sums)> {
        if self.frame.head != head {
            return None;
        }
        let mut state = self.state();
        match std::mem::replace(&mut *state, State::Gone) {
            State::Written { file, sums, .. } => Some((file, sums)),
            other => {
                *state = other;
                None
            }
        }
    }

    /// Where its first run is, once it is written.
    pub(super) fn first_run(&self) -> Option<Location> {
        match &*self.state() {
            State::Written { begin, .. } => Some(begin.forward(self.frame.head.len() as u64)),
            _ => None,
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests;
