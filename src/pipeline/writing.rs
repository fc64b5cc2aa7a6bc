//! Finishing for good: bundles are written, and the journal told of them.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use super::collect::Closed;
use super::finish::{Done, Finish, Outstanding, Ready};
use super::record::{NewRecord, Record};
use super::stop::Stop;
use super::{Error, Job, Observer, Waiting, resume};
use crate::bundle::journal::{self, ConversionPurpose, Journal};
use crate::bundle::manifest::Execution;
use crate::bundle::{Folder, Opening};

/// Writes groups into a folder.
pub(super) struct Writing<'w> {
    job: &'w Job,
    folder: &'w Folder,
    waiting: Waiting<'w>,
    observer: &'w dyn Observer,
    stop: &'w Stop<'w>,
    journal: Mutex<Journal<'w>>,
}

impl<'w> Writing<'w> {
    /// Makes the folder ready, and gives what is taken over from an earlier conversion, by number of the group.
    pub(super) fn begin(
        job: &'w Job,
        folder: &'w Folder,
        waiting: Waiting<'w>,
        observer: &'w dyn Observer,
        stop: &'w Stop<'w>,
    ) -> Result<(Writing<'w>, HashMap<u32, Record>), Error> {
        let purpose = ConversionPurpose::new(job.encoding.target.name(), &job.recorded);
        let mut kept = HashMap::new();
        if job.opening == Opening::Resume {
            let earlier: journal::EarlierConversion<Record> =
                journal::earlier(folder.path(), &purpose).map_err(Error::Output)?;
            folder.go_on().map_err(Error::Output)?;
            let all = earlier.records.len();
            if all > 0 {
                kept = resume::still_true(job, earlier.records, stop)?;
            }
            if earlier.is_complete {
                observer.was_complete();
            }
            observer.resumed(kept.len(), all - kept.len());
        }
        let records: Vec<&Record> = kept.values().collect();
        let journal = Journal::begin(folder, purpose, &records).map_err(Error::Output)?;
        Ok((Writing { job, folder, waiting, observer, stop, journal: Mutex::new(journal) }, kept))
    }

    fn write(&self, mut closed: Closed, outstanding: &Outstanding) -> Result<Done<Execution>, Error> {
        let (group, has_runs) = (closed.group.clone(), closed.has_runs);
        let reports = &mut closed.collected.reports;
        let (archives, is_passing) = (std::mem::take(&mut reports.archives), reports.is_passing);
        let ready = Ready::new(self.job, closed, self.waiting, self.observer)?;
        let done = ready.write(self.folder, self.job.compression, self.stop)?;
        // What comes last is not recorded: there is nothing left to go on with, and most conversions are one group. A record
        // would cost a second look at its archives.
        if !outstanding.is_only(has_runs)
            && !is_passing
            && let Some(record) = NewRecord::of(&group, &archives, &done, self.waiting.spool)
        {
            let executions = done.executions.iter().map(|one| &one.execution);
            self.journal().add(&record, executions).map_err(Error::Output)?;
            done.executions.iter().for_each(|one| self.observer.finished(&one.execution));
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
                done.executions.iter().for_each(|one| self.observer.finished(&one.execution));
                Ok(done)
            }
            None => self.write(closed, outstanding),
        }
    }

    fn settle_down(&self) -> Result<(), Error> {
        self.journal().sync_now_and_then().map_err(Error::Output)
    }
}
