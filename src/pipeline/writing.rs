//! Finishing for good: bundles are written, and the journal told of them.

use std::sync::{Mutex, PoisonError};

use super::Error;
use super::collect::Closed;
use super::finish::{Done, Finish, Outstanding, Readying};
use super::record::NewRecord;
use super::stop::Stop;
use crate::bundle::journal::Journal;
use crate::bundle::manifest::Execution;
use crate::bundle::{Compression, Folder};

/// Writes groups into a folder.
pub(super) struct Writing<'w> {
    readying: Readying<'w>,
    folder: &'w Folder,
    compression: Compression,
    stop: &'w Stop<'w>,
    journal: Mutex<Journal<'w>>,
}

impl<'w> Writing<'w> {
    pub(super) fn new(
        folder: &'w Folder,
        compression: Compression,
        readying: Readying<'w>,
        journal: Journal<'w>,
        stop: &'w Stop<'w>,
    ) -> Writing<'w> {
        Writing { readying, folder, compression, stop, journal: Mutex::new(journal) }
    }

    fn write(&self, mut closed: Closed, outstanding: &Outstanding) -> Result<Done<Execution>, Error> {
        let (group, has_runs) = (closed.group.clone(), closed.has_runs);
        let reports = &mut closed.collected.reports;
        let (archives, is_passing) = (std::mem::take(&mut reports.archives), reports.is_passing);
        let done = self.readying.ready(closed)?.write(self.folder, self.compression, self.stop)?;
        // What comes last is not recorded: there is nothing left to go on with, and most conversions are one group. A
        // record would cost a second look at its archives.
        if !outstanding.is_only(has_runs)
            && !is_passing
            && let Some(record) = NewRecord::of(&group, &archives, &done, self.readying.spool)
        {
            let executions = done.executions.iter().map(|one| &one.execution);
            self.journal().add(&record, executions).map_err(Error::Output)?;
            done.executions.iter().for_each(|one| self.readying.observer.finished(&one.execution));
        }
        Ok(done)
    }

    fn journal(&self) -> std::sync::MutexGuard<'_, Journal<'w>> {
        self.journal.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Finish<Execution> for Writing<'_> {
    fn finish(&self, closed: Closed, outstanding: &Outstanding) -> Result<Done<Execution>, Error> {
        match &closed.group.record {
            Some(record) => {
                let done = record.done(&closed.collected).ok_or_else(|| Error::Changing(record.source.clone()))?;
                done.executions.iter().for_each(|one| self.readying.observer.finished(&one.execution));
                Ok(done)
            }
            None => self.write(closed, outstanding),
        }
    }

    fn settle_down(&self) -> Result<(), Error> {
        self.journal().sync_now_and_then().map_err(Error::Output)
    }
}
