//! What stays of each file once it has been collected: its line and what it was made of, in a spool, and a few numbers.

use std::collections::HashMap;
use std::num::NonZeroU32;
use std::sync::Arc;

use super::Error;
use super::basis::Basis;
use super::loose::Traces;
use super::outcome::ReportOutcome;
use super::record::{RecordedBasis, RecordedBeside};
use crate::bundle::manifest::Totals;
use crate::bundle::{LineSpool, ReportLine, SeenReport, SpooledLine};
use crate::model::ReportId;
use crate::source::ArchiveFile;

/// A file that has been collected. There is one for each file of a night, so it is kept at 32 bytes.
#[derive(Debug, Clone, Copy)]
pub(super) struct KeptReport {
    pub(super) id: ReportId,
    /// Number, within its group, of the Test Execution that it is shown with, counted from one.
    execution: Option<NonZeroU32>,
    /// Its line, and beside it what it was made of.
    line: SpooledLine,
}

/// The files of a group, in order.
#[derive(Debug, Default)]
pub(super) struct KeptReports {
    pub(super) reports: Vec<KeptReport>,
    /// Sums over them.
    pub(super) totals: Totals,
    /// Archives that they lie in, by the names of these.
    pub(super) archives: Vec<(String, Arc<ArchiveFile>)>,
    /// Some of them cannot be read a second time.
    pub(super) is_passing: bool,
    /// Pictures, about which nothing is decided before all results are known, by their places.
    pictures: Vec<(usize, ReportOutcome)>,
    /// Number of the INPUT of those whose lines were written before, where there are several now.
    pub(super) told_input: Option<u32>,
    /// What reports leave behind for pictures, by their places.
    pub(super) traces: Vec<(usize, Box<Traces>)>,
}

/// A file of a finished group.
#[derive(Debug, Clone)]
pub(super) struct FinishedReport {
    pub(super) id: ReportId,
    /// Id of the Test Execution that it is shown with.
    pub(super) execution: Option<Arc<str>>,
    pub(super) line: SpooledLine,
}

impl KeptReports {
    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.reports.len()
    }

    /// Keeps what stays of a file. A picture is kept whole until it is [taken](KeptReports::take_pictures).
    pub(super) fn keep(&mut self, mut outcome: ReportOutcome, spool: &LineSpool) -> Result<(), Error> {
        let (place, id) = (self.reports.len(), outcome.id);
        self.note_place(&outcome);
        self.traces.extend(outcome.traces.take().map(|traces| (place, traces)));
        let mut kept = KeptReport { id, execution: None, line: SpooledLine::default() };
        if outcome.picture.is_some() {
            self.pictures.push((place, outcome));
        } else {
            (kept.execution, kept.line) = self.write(outcome, spool)?;
        }
        self.reports.push(kept);
        Ok(())
    }

    /// The pictures, each with its place. Each is to be [given back](KeptReports::keep_picture).
    pub(super) fn take_pictures(&mut self) -> Vec<(usize, ReportOutcome)> {
        std::mem::take(&mut self.pictures)
    }

    /// Keeps what stays of the picture at `place`, about which was decided.
    pub(super) fn keep_picture(
        &mut self,
        place: usize,
        outcome: ReportOutcome,
        spool: &LineSpool,
    ) -> Result<(), Error> {
        let (execution, line) = self.write(outcome, spool)?;
        if let Some(kept) = self.reports.get_mut(place) {
            (kept.execution, kept.line) = (execution, line);
        }
        Ok(())
    }

    /// Keeps the line of a file as it was written before; it knows its Test Execution.
    pub(super) fn keep_line(&mut self, id: ReportId, line: &ReportLine, spool: &LineSpool) -> Result<(), Error> {
        self.totals.add_report(line);
        self.told_input = line.input;
        let beside = RecordedBeside { basis: RecordedBasis::Listing, has_advice: false };
        let line = spool.put(line, &beside).map_err(Error::Output)?;
        self.reports.push(KeptReport { id, execution: None, line });
        Ok(())
    }

    fn write(
        &mut self,
        mut outcome: ReportOutcome,
        spool: &LineSpool,
    ) -> Result<(Option<NonZeroU32>, SpooledLine), Error> {
        let basis = match std::mem::replace(&mut outcome.basis, Basis::Listing) {
            Basis::File(file) => RecordedBasis::File(file),
            Basis::Archive(_) => RecordedBasis::Archive,
            // What came as a stream is never recorded.
            Basis::Listing | Basis::Stream => RecordedBasis::Listing,
        };
        let beside = RecordedBeside { basis, has_advice: outcome.told.has_advice };
        let execution = outcome.told.execution;
        let line = line_of(outcome);
        self.totals.add_report(&line);
        let is_shown = line.runs.is_some_and(|runs| runs.total() > 0);
        let execution = NonZeroU32::new(execution.saturating_add(1)).filter(|_| is_shown);
        Ok((execution, spool.put(&line, &beside).map_err(Error::Output)?))
    }

    /// Files of one archive follow each other.
    fn note_place(&mut self, outcome: &ReportOutcome) {
        match &outcome.basis {
            Basis::Archive(file) => {
                let origin = outcome.origin.outermost();
                if self.archives.last().is_none_or(|(last, _)| last != origin) {
                    self.archives.push((origin.to_owned(), Arc::clone(file)));
                }
            }
            Basis::Stream => self.is_passing = true,
            Basis::Listing | Basis::File(_) => {}
        }
    }

    /// Which report file number `place` is.
    pub(super) fn seen(&self, place: usize, spool: &LineSpool) -> Result<Option<SeenReport>, Error> {
        if let Ok(picture) = self.pictures.binary_search_by_key(&place, |(place, _)| *place) {
            let picture = &self.pictures[picture].1;
            let (report, input) = (picture.origin.as_str().to_owned(), picture.surroundings.told_input);
            return Ok(Some(SeenReport { report, input, format: None }));
        }
        let line = self.reports.get(place).map(|report| &report.line);
        line.map(|line| spool.seen(line)).transpose().map_err(Error::Output)
    }

    /// Which report has this id.
    pub(super) fn seen_by_id(&self, id: ReportId, spool: &LineSpool) -> Result<Option<SeenReport>, Error> {
        Ok(self.place_of(id).map(|place| self.seen(place, spool)).transpose()?.flatten())
    }

    /// The place of the file with this id.
    pub(super) fn place_of(&self, id: ReportId) -> Option<usize> {
        self.reports.binary_search_by_key(&id, |report| report.id).ok()
    }

    /// The files, with the ids of their Test Executions, by the numbers of these.
    pub(super) fn finished(&self, ids: &HashMap<u32, Arc<str>>) -> Vec<FinishedReport> {
        let finished = |report: &KeptReport| {
            let execution = report.execution.and_then(|number| ids.get(&(number.get() - 1))).cloned();
            FinishedReport { id: report.id, execution, line: report.line }
        };
        self.reports.iter().map(finished).collect()
    }
}

fn line_of(outcome: ReportOutcome) -> ReportLine {
    let ReportOutcome { origin, surroundings, told, .. } = outcome;
    let mut runs = told.runs;
    runs.left_out += told.left_out;
    ReportLine {
        report: origin.as_str().to_owned(),
        input: surroundings.told_input,
        format: told.format.map(Into::into),
        producer: (!told.producer.is_empty()).then_some(told.producer),
        state: told.state,
        reason: (!told.reason.is_empty()).then_some(told.reason),
        bytes: told.bytes,
        cases: told.cases.into(),
        runs: Some(runs.into()),
        execution: None,
        problems: told.problems.into_iter().map(Into::into).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kept_report_is_32_bytes() {
        assert_eq!(size_of::<KeptReport>(), 32);
    }
}
