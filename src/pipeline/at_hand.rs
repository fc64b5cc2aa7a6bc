//! The report that a worker has at hand: recognised by its first bytes, read by its format, converted, until all is known
//! that there is to know of it.

use std::io::{self, Read};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use super::aside::{self, Looked};
use super::basis::{HashingReader, ReadExtent};
use super::batches::{Giant, Helpers};
use super::early::{Beginning, Early, TakeEarly};
use super::grouping::Group;
use super::outcome::ReportOutcome;
use super::purpose::{Context, Depth, Purpose, Reading};
use super::recognised::{Glance, HEAD, Recognised};
use super::rows::{MOST_METHODS, RowKeys};
use super::visitor::{
    Batching, Conversion, ConversionFailure, Ended, Fallen, Findings, Inspection, Lot, Lots, RunScratch, Subject,
};
use crate::format::head::LONGEST_HEAD;
use crate::format::{ParseError, ParseErrorKind};
use crate::mapping::Rules;
use crate::model::{Body, Problem, ProblemKind, ReportState, ReportVisitor};
use crate::source::{Entry, Resumed, Shortage};

/// What is done with a file.
#[derive(Clone, Copy)]
pub(super) struct Work<'w> {
    pub(super) purpose: &'w Purpose<'w>,
    /// That of the file.
    pub(super) group: &'w Arc<Group>,
    pub(super) helpers: &'w Helpers<'w>,
    /// Takes runs of a large report while it is being read.
    pub(super) early: Option<&'w TakeEarly<'w>>,
}

/// A report that is being read, what is done with it, and what has come of it so far.
pub(super) struct ReportAtHand<'r> {
    pub(super) entry: &'r Arc<Entry>,
    pub(super) work: Work<'r>,
    pub(super) scratch: &'r mut ReportScratch,
    pub(super) outcome: &'r mut ReportOutcome,
}

/// What a worker keeps from report to report for their conversion.
#[derive(Default)]
pub(super) struct ReportScratch {
    runs: RunScratch,
    /// For small reports.
    lot: Lot,
    /// For parts of large ones, between whose cases and runs buffers change hands.
    pub(super) parts: RunScratch,
}

impl ReportAtHand<'_> {
    /// Recognises the report by its first bytes and has it parsed.
    pub(super) fn read(&mut self, body: Body<'_>) -> Ended {
        match body {
            Body::Bytes(bytes) => self.read_bytes(bytes),
            Body::Stream(stream) => self.read_stream(stream),
        }
    }

    fn read_bytes(&mut self, bytes: &[u8]) -> Ended {
        let first = |most: usize| &bytes[..bytes.len().min(most)];
        let mut head = first(HEAD);
        self.outcome.likeness.beginning = Beginning::of(head);
        self.outcome.read(ReadExtent::whole(bytes));
        let mut glance = self.glance_at(head);
        if glance.is_undecided() {
            head = first(LONGEST_HEAD);
            glance = self.glance_at(head);
        }
        let looked = Looked::at(self.entry, head, head.len() == bytes.len());
        self.recognise_and_parse(looked, glance, Body::Bytes(bytes))
    }

    fn read_stream(&mut self, stream: &mut dyn Read) -> Ended {
        let mut hashing = HashingReader::new(stream);
        let (mut head, mut wanted) = (Vec::with_capacity(HEAD), HEAD);
        // What failed is told again by whoever reads on from there: the cases before it may be complete.
        let mut failed = lengthen(&mut head, wanted, &mut hashing);
        self.outcome.likeness.beginning = Beginning::of(&head);
        let mut glance = self.glance_at(&head);
        if failed.is_none() && head.len() == wanted && glance.is_undecided() {
            drop(glance);
            wanted = LONGEST_HEAD;
            failed = lengthen(&mut head, wanted, &mut hashing);
            glance = self.glance_at(&head);
        }
        let looked = Looked::at(self.entry, &head, head.len() < wanted && failed.is_none());
        let mut rest = Resumed { failed, rest: &mut hashing };
        let mut whole = head.as_slice().chain(&mut rest);
        let ended = self.recognise_and_parse(looked, glance, Body::Stream(&mut whole));
        if ended.read.is_err() {
            return ended;
        }
        if let Some(error) = rest.failed {
            if let Some(shortage) = Shortage::of(&error) {
                return Ended::failed(ConversionFailure::Shortage(shortage));
            }
            aside::fail(&mut self.outcome.told, &error);
        }
        self.outcome.read(hashing.extent());
        ended
    }

    fn glance_at<'h>(&self, head: &'h [u8]) -> Glance<'h> {
        Glance::at(head, self.entry, self.work.purpose)
    }

    fn recognise_and_parse(&mut self, looked: Looked<'_>, glance: Glance<'_>, body: Body<'_>) -> Ended {
        let Some(report) = Recognised::of(looked, glance, self.outcome) else { return Ended::WELL };
        let purpose = self.work.purpose;
        let looked_through = |read| Ended { failure: None, read: Ok(read) };
        let Ended { failure, read } = match purpose {
            Purpose::Inspect { reading, rules, .. } => looked_through(self.inspect(&report, body, reading, rules)),
            Purpose::Measure { depth, reading, .. } => looked_through(self.take_apart(&report, body, *depth, reading)),
            Purpose::Convert(context) => self.convert(&report, body, context),
        };
        let Ok(parsed) = read else { return Ended { failure, read: Err(Fallen) } };
        if let Err(error) = &parsed
            && let ParseErrorKind::Read(error) = error.kind()
            && let Some(shortage) = Shortage::of(error)
        {
            return Ended::failed(ConversionFailure::Shortage(shortage));
        }
        self.conclude(parsed);
        if purpose.reading().format.is_some() && self.outcome.told.cases.seen == 0 {
            report.review_forced(self.outcome);
        }
        Ended { failure, read: Ok(()) }
    }

    /// Counts the cases of the report, and tells what a conversion would tell of them.
    fn inspect(
        &mut self,
        report: &Recognised<'_>,
        body: Body<'_>,
        reading: &Reading,
        rules: &Rules,
    ) -> Result<(), ParseError> {
        let (options, runs) = (&reading.options, &mut self.scratch.runs);
        let mut inspection = Inspection::new(&report.format.dialect, self.outcome, rules, &options.limits, runs);
        let parsed = report.parse(body, options, &mut inspection);
        inspection.finish();
        parsed
    }

    /// Takes the report as far as it is measured.
    fn take_apart(
        &mut self,
        report: &Recognised<'_>,
        body: Body<'_>,
        depth: Depth,
        reading: &Reading,
    ) -> Result<(), ParseError> {
        let options = &reading.options;
        let mut findings = Findings::new(self.outcome, &options.limits);
        let parsed = match depth {
            Depth::Tokenise => report.tokenise(body, options, &mut findings),
            _ => report.parse(body, options, &mut findings),
        };
        findings.finish();
        parsed
    }

    /// Turns the cases of the report into stored runs. Where a key of a row turns out to hold for rows that were stored
    /// without it, a report that lies in memory is read once more.
    fn convert(
        &mut self,
        report: &Recognised<'_>,
        body: Body<'_>,
        context: &Context<'_>,
    ) -> Ended<Result<(), ParseError>> {
        let known = self.outcome.told.problems.len();
        let in_memory = match &body {
            Body::Bytes(bytes) => Some(*bytes),
            Body::Stream(_) => None,
        };
        let ended = self.convert_once(report, body, RowKeys::default(), context);
        let mut keys = std::mem::take(&mut self.outcome.runs.row_keys);
        let has_missed = keys.missed().next().is_some();
        if !(has_missed || keys.may_have_missed_more()) || ended.failure.is_some() || ended.read.is_err() {
            return ended;
        }
        let Some(bytes) = in_memory else {
            self.outcome.told.problems.extend(has_missed.then(|| missed_keys(&keys)));
            self.outcome.told.problems.extend(keys.may_have_missed_more().then(too_many_methods));
            return ended;
        };
        keys.begin_again();
        self.outcome.begin_again(known, &self.work.group.store);
        let ended = self.convert_once(report, Body::Bytes(bytes), keys, context);
        self.outcome.runs.row_keys = RowKeys::default();
        ended
    }

    /// Converts the cases of the report, of which these keys of rows are known: those of a large one with the help of
    /// others, if there are any.
    fn convert_once(
        &mut self,
        report: &Recognised<'_>,
        body: Body<'_>,
        keys: RowKeys,
        context: &Context<'_>,
    ) -> Ended<Result<(), ParseError>> {
        let Work { group, helpers, early, .. } = self.work;
        let (entry, format, outcome) = (self.entry, report.format, &mut *self.outcome);
        let ReportScratch { runs, lot, parts } = &mut *self.scratch;
        let is_large = matches!(body, Body::Stream(_));
        let giant = (is_large && helpers.are_there()).then(|| Giant::new(format, outcome, entry, group));
        let early = early.filter(|_| is_large).and_then(|take| Early::new(outcome, group, format.name, take));
        let subject = Subject { entry, dialect: &format.dialect, group };
        let conversion = Conversion::new(subject, outcome, context, runs).offering(early).with_keys_of_rows(keys);
        let read = |visitor: &mut dyn ReportVisitor| {
            catch_unwind(AssertUnwindSafe(|| report.parse(body, &context.reading.options, visitor)))
        };
        match giant {
            Some(giant) => {
                let mut batching = Batching::new(conversion, &format.dialect, giant, helpers, parts);
                let parsed = read(&mut batching);
                batching.finish(parsed)
            }
            None => {
                let mut lots = Lots::new(conversion, lot);
                let parsed = read(&mut lots);
                lots.finish(parsed)
            }
        }
    }

    /// What becomes of a report that was read to its end, or until it could not be read any further.
    fn conclude(&mut self, parsed: Result<(), ParseError>) {
        if let Err(error) = parsed {
            self.outcome.told.problems.push(error.to_problem());
            if let ParseErrorKind::Read(error) = error.kind()
                && error.kind() == io::ErrorKind::InvalidData
                && self.work.early.is_none()
            {
                // Size or checksum say that these are not the bytes that were archived: none of them can be trusted.
                self.outcome.leave_out_runs(&self.work.group.store);
            }
        }
        let is_damaged = self.outcome.told.problems.iter().any(Problem::is_damage);
        self.outcome.told.state = if is_damaged { ReportState::Damaged } else { ReportState::Converted };
    }
}

/// Reads on until `head` has `wanted` bytes. What kept it from that, unless it was the end.
fn lengthen(head: &mut Vec<u8>, wanted: usize, stream: &mut impl Read) -> Option<io::Error> {
    stream.take((wanted - head.len()) as u64).read_to_end(head).err()
}

/// Tells of rows that were stored without the key that another row of their method has.
fn missed_keys(keys: &RowKeys) -> Problem {
    let (number, first) = (keys.missed().count(), keys.missed().next().unwrap_or_default());
    let message = format!(
        "rows of {number} methods count without the key that a later row of theirs has: they do not stand beside it, and \
         the report is too large to be read twice; {first} is such a key"
    );
    Problem::new(ProblemKind::SeveralKeys, message)
}

/// Tells that it is not known of all rows whether they were.
fn too_many_methods() -> Problem {
    let message = format!(
        "no more than {MOST_METHODS} methods whose rows have keys, and rows without one, are remembered: further rows may count \
         without the key that another row of their method has"
    );
    Problem::new(ProblemKind::SeveralKeys, message)
}
