//! One file, from its bytes to its outcome. Runs on the pool, many at a time, and touches no lock on its way.

use std::io::{self, Read};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::thread;
use std::time::Instant;

use super::aside::{self, Looked};
use super::basis::{Basis, HashingReader, ReadExtent};
use super::batches::{Giant, Helpers};
use super::early::{Beginning, Early, TakeEarly};
use super::grouping::Group;
use super::measure;
use super::outcome::ReportOutcome;
use super::purpose::{Context, Depth, Purpose, Reading, WritingAhead};
use super::recognised::{Glance, HEAD, Recognised};
use super::rows::{MOST_METHODS, RowKeys};
use super::twins::scope;
use super::visitor::{
    Batching, Conversion, ConversionFailure, Ended, Fallen, Findings, Inspection, Lot, Lots, RunScratch,
};
use crate::bundle::{Ahead, RunStore, WriteError};
use crate::format::head::LONGEST_HEAD;
use crate::format::{self, ParseError, ParseErrorKind};
use crate::mapping::{Evidence, Rules};
use crate::model::{Body, Problem, ProblemKind, ReportId, ReportState, ReportVisitor};
use crate::source::{self, Doubt, Entry, Found, Lent, Shortage, Skip, SourceError};

/// What one worker keeps from report to report.
#[derive(Default)]
pub(super) struct Scratch {
    source: source::Scratch,
    report: ReportScratch,
}

/// What of that the conversion of a report needs.
#[derive(Default)]
pub(super) struct ReportScratch {
    runs: RunScratch,
    /// For small reports.
    lot: Lot,
    /// For parts of large ones, between whose cases and runs buffers change hands.
    parts: RunScratch,
}

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

/// Reads one file. Whatever happens inside, an outcome comes back; only what must end the conversion is an error.
pub(super) fn process(
    id: ReportId,
    found: Found,
    place: usize,
    work: &Work<'_>,
    scratch: &mut Scratch,
) -> (ReportOutcome, Option<ConversionFailure>) {
    if let Some(record) = &work.group.record {
        let outcome = record.outcome(place, id, found.origin());
        // Should the record know no such file, the collector says so.
        return (outcome.unwrap_or_else(|| ReportOutcome::new(id, found.origin().clone(), 0)), None);
    }
    let (input, messages_may_follow) = (found.place().input, found.place().beside_json_lines);
    let scope = scope::of(found.origin().folder(), &found.place().input_name).len();
    let (outcome, failure) = process_found(id, found, work, scratch);
    (ReportOutcome { input, messages_may_follow, scope, ..outcome }, failure)
}

fn process_found(
    id: ReportId,
    found: Found,
    work: &Work<'_>,
    scratch: &mut Scratch,
) -> (ReportOutcome, Option<ConversionFailure>) {
    let basis = Basis::of(&found);
    let purpose = work.purpose;
    match found {
        Found::Entry(entry) if matches!(purpose, Purpose::Measure { .. }) => {
            let begun = Instant::now();
            let (mut outcome, failure) = process_entry(id, &Arc::new(entry), basis, work, scratch);
            outcome.spent = begun.elapsed();
            (outcome, failure)
        }
        Found::Entry(entry) => {
            let entry = Arc::new(entry);
            let (mut outcome, failure) = process_entry(id, &entry, basis, work, scratch);
            if let Purpose::Convert(context) = purpose
                && outcome.reason == aside::PICTURE
                && context.rules.evidence.of != Evidence::None
            {
                outcome.picture = Arc::into_inner(entry).map(|entry| Box::new(entry.later()));
            }
            (outcome, failure)
        }
        Found::Skipped { origin, bytes, why, .. } => {
            let mut outcome = ReportOutcome::new(id, origin, bytes);
            outcome.basis = basis;
            outcome.state = if why == Skip::Package { ReportState::Unsupported } else { ReportState::Ignored };
            outcome.reason = why.to_string();
            (outcome, None)
        }
        Found::Unreadable { origin, bytes, problem, .. } => {
            let mut outcome = ReportOutcome::new(id, origin, bytes);
            outcome.basis = basis;
            outcome.state = if problem.is_damage() { ReportState::Damaged } else { ReportState::Ignored };
            outcome.problems.push(problem);
            (outcome, None)
        }
    }
}

/// Writes bundles whose runs are complete, each in its store, while other reports are still read.
pub(super) fn write_ahead(bundles: &[(&Ahead, &RunStore)], purpose: &Purpose<'_>) -> Result<(), WriteError> {
    match purpose {
        Purpose::Convert(Context { ahead: Some(WritingAhead { folder, merge }), .. }) => {
            Ahead::write(bundles, folder, merge)
        }
        _ => Ok(()),
    }
}

/// Converts what waits of a large report that somebody else is reading.
pub(super) fn help(report: &Giant, helpers: &Helpers<'_>, purpose: &Purpose<'_>, scratch: &mut Scratch) {
    if let Purpose::Convert(context) = purpose {
        report.help(helpers, context, &mut scratch.report.parts);
    }
}

fn process_entry(
    id: ReportId,
    entry: &Arc<Entry>,
    basis: Basis,
    work: &Work<'_>,
    scratch: &mut Scratch,
) -> (ReportOutcome, Option<ConversionFailure>) {
    let purpose = work.purpose;
    let mut outcome = ReportOutcome::new(id, entry.origin.clone(), 0);
    outcome.basis = basis;
    if let Purpose::Convert(context) = purpose {
        outcome.environment = context.rules.environment_of_place(entry.origin.as_str());
    }
    let Scratch { source, report } = scratch;
    if let Purpose::Measure { depth: depth @ (Depth::Read | Depth::Inflate), limits, .. } = *purpose {
        measure::bytes(entry, depth, source, limits, &mut outcome);
        return (outcome, None);
    }
    // A panic is a defect of ours; it costs this report and no other. The buffers are emptied before they are used
    // again, so nothing half-done is seen through them.
    let lent = catch_unwind(AssertUnwindSafe(|| {
        entry.with_body(source, purpose.limits(), &format::head::could_be_report, |body, doubt| {
            let early = work.early.filter(|_| doubt == Doubt::None);
            read_report(entry, body, &Work { early, ..*work }, report, &mut outcome)
        })
    }));
    let failure = close(lent, &work.group.store, &mut outcome);
    (outcome, failure)
}

/// What becomes of a report whose bytes were lent to its reader, or could not be.
fn close(
    lent: thread::Result<Result<Lent<Ended>, SourceError>>,
    store: &RunStore,
    outcome: &mut ReportOutcome,
) -> Option<ConversionFailure> {
    match lent {
        Ok(Ok(Lent { value: Ended { failure, read: Ok(()) }, bytes })) => {
            outcome.bytes = bytes;
            failure
        }
        // How far the reader had come by then depends on the threads.
        Ok(Ok(Lent { value: Ended { failure, read: Err(Fallen) }, .. })) => {
            outcome.fall();
            failure
        }
        Ok(Err(SourceError::Shortage(shortage))) => Some(ConversionFailure::Shortage(shortage)),
        Ok(Err(error)) => {
            outcome.problems.push(Problem::new(ProblemKind::Unreadable, error.to_string()));
            outcome.leave_out_runs(store);
            outcome.state = ReportState::Damaged;
            None
        }
        Err(_) => {
            outcome.leave_out_runs(store);
            outcome.fall();
            None
        }
    }
}

/// Recognises the report by its first bytes and has it parsed.
pub(super) fn read_report(
    entry: &Arc<Entry>,
    body: Body<'_>,
    work: &Work<'_>,
    scratch: &mut ReportScratch,
    outcome: &mut ReportOutcome,
) -> Ended {
    match body {
        Body::Bytes(bytes) => {
            let first = |most: usize| &bytes[..bytes.len().min(most)];
            let mut head = first(HEAD);
            outcome.beginning = Beginning::of(head);
            outcome.read(ReadExtent::whole(bytes));
            let mut glance = Glance::at(head, entry, work.purpose);
            if glance.is_undecided() {
                head = first(LONGEST_HEAD);
                glance = Glance::at(head, entry, work.purpose);
            }
            let looked = Looked::at(entry, head, head.len() == bytes.len());
            recognise_and_parse(entry, looked, glance, Body::Bytes(bytes), work, scratch, outcome)
        }
        Body::Stream(reader) => {
            let mut hashing = HashingReader::new(reader);
            let mut head = Vec::with_capacity(HEAD);
            // What failed is told again by whoever reads on from there: the cases before it may be complete.
            let mut failed = (&mut hashing).take(HEAD as u64).read_to_end(&mut head).err();
            outcome.beginning = Beginning::of(&head);
            let mut wanted = HEAD;
            let mut glance = Glance::at(&head, entry, work.purpose);
            if failed.is_none() && head.len() == HEAD && glance.is_undecided() {
                drop(glance);
                wanted = LONGEST_HEAD;
                failed = (&mut hashing).take((wanted - HEAD) as u64).read_to_end(&mut head).err();
                glance = Glance::at(&head, entry, work.purpose);
            }
            let looked = Looked::at(entry, &head, head.len() < wanted && failed.is_none());
            let mut rest = Rest { failed, inner: &mut hashing };
            let mut whole = head.as_slice().chain(&mut rest);
            let ended = recognise_and_parse(entry, looked, glance, Body::Stream(&mut whole), work, scratch, outcome);
            if ended.read.is_err() {
                return ended;
            }
            if let Some(error) = rest.failed {
                if let Some(shortage) = Shortage::of(&error) {
                    return Ended::failed(ConversionFailure::Shortage(shortage));
                }
                aside::fail(outcome, &error);
            }
            outcome.read(hashing.extent());
            ended
        }
    }
}

fn recognise_and_parse(
    entry: &Arc<Entry>,
    looked: Looked<'_>,
    glance: Glance<'_>,
    body: Body<'_>,
    work: &Work<'_>,
    scratch: &mut ReportScratch,
    outcome: &mut ReportOutcome,
) -> Ended {
    let Some(report) = Recognised::of(entry, looked, glance, outcome) else { return Ended::WELL };
    let looked_through = |read| Ended { failure: None, read: Ok(read) };
    let Ended { failure, read } = match work.purpose {
        Purpose::Inspect { reading, rules, .. } => {
            looked_through(inspect(&report, body, reading, rules, &mut scratch.runs, outcome))
        }
        Purpose::Measure { depth, reading, .. } => looked_through(take_apart(&report, body, *depth, reading, outcome)),
        Purpose::Convert(context) => convert(&report, body, context, work, scratch, outcome),
    };
    let Ok(parsed) = read else { return Ended { failure, read: Err(Fallen) } };
    if let Err(error) = &parsed
        && let ParseErrorKind::Read(error) = error.kind()
        && let Some(shortage) = Shortage::of(error)
    {
        return Ended::failed(ConversionFailure::Shortage(shortage));
    }
    conclude(parsed, work, outcome);
    if work.purpose.reading().format.is_some() && outcome.cases.seen == 0 {
        report.review_forced(outcome);
    }
    Ended { failure, read: Ok(()) }
}

/// Counts the cases of a report, and tells what a conversion would tell of them.
fn inspect(
    report: &Recognised<'_>,
    body: Body<'_>,
    reading: &Reading,
    rules: &Rules,
    runs: &mut RunScratch,
    outcome: &mut ReportOutcome,
) -> Result<(), ParseError> {
    let options = &reading.options;
    let mut inspection = Inspection::new(&report.format.dialect, outcome, rules, &options.limits, runs);
    let parsed = report.parse(body, options, &mut inspection);
    inspection.finish();
    parsed
}

/// Takes a report as far as it is measured.
fn take_apart(
    report: &Recognised<'_>,
    body: Body<'_>,
    depth: Depth,
    reading: &Reading,
    outcome: &mut ReportOutcome,
) -> Result<(), ParseError> {
    let options = &reading.options;
    let mut findings = Findings::new(outcome, &options.limits);
    let parsed = match depth {
        Depth::Tokenise => report.tokenise(body, options, &mut findings),
        _ => report.parse(body, options, &mut findings),
    };
    findings.finish();
    parsed
}

/// Turns the cases of a report into stored runs: those of a large one with the help of others, if there are any. Where a
/// key of a row turns out to hold for rows that were stored without it, a report that lies in memory is read once more.
fn convert(
    report: &Recognised<'_>,
    body: Body<'_>,
    context: &Context<'_>,
    work: &Work<'_>,
    scratch: &mut ReportScratch,
    outcome: &mut ReportOutcome,
) -> Ended<Result<(), ParseError>> {
    let known = outcome.problems.len();
    let in_memory = match &body {
        Body::Bytes(bytes) => Some(*bytes),
        Body::Stream(_) => None,
    };
    let ended = convert_once(report, body, RowKeys::default(), context, work, scratch, outcome);
    let mut keys = std::mem::take(&mut outcome.row_keys);
    let has_missed = keys.missed().next().is_some();
    if !(has_missed || keys.may_have_missed_more()) || ended.failure.is_some() || ended.read.is_err() {
        return ended;
    }
    let Some(bytes) = in_memory else {
        outcome.problems.extend(has_missed.then(|| missed_keys(&keys)));
        outcome.problems.extend(keys.may_have_missed_more().then(too_many_methods));
        return ended;
    };
    keys.begin_again();
    outcome.begin_again(known, &work.group.store);
    let ended = convert_once(report, Body::Bytes(bytes), keys, context, work, scratch, outcome);
    outcome.row_keys = RowKeys::default();
    ended
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

fn convert_once(
    report: &Recognised<'_>,
    body: Body<'_>,
    keys: RowKeys,
    context: &Context<'_>,
    work: &Work<'_>,
    ReportScratch { runs, lot, parts }: &mut ReportScratch,
    outcome: &mut ReportOutcome,
) -> Ended<Result<(), ParseError>> {
    let Work { group, helpers, .. } = *work;
    let Recognised { entry, format, .. } = *report;
    let is_large = matches!(body, Body::Stream(_));
    let giant = (is_large && helpers.are_there()).then(|| Giant::new(format, outcome, entry, group));
    let early = work.early.filter(|_| is_large).and_then(|take| Early::new(outcome, group, format.name, take));
    let conversion = Conversion::new(&format.dialect, outcome, context, entry, runs, group);
    let conversion = conversion.offering(early).with_keys_of_rows(keys);
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
fn conclude(parsed: Result<(), ParseError>, work: &Work<'_>, outcome: &mut ReportOutcome) {
    if let Err(error) = parsed {
        outcome.problems.push(error.to_problem());
        if let ParseErrorKind::Read(error) = error.kind()
            && error.kind() == io::ErrorKind::InvalidData
            && work.early.is_none()
        {
            // Size or checksum say that these are not the bytes that were archived: none of them can be trusted.
            outcome.leave_out_runs(&work.group.store);
        }
    }
    let is_damaged = outcome.problems.iter().any(Problem::is_damage);
    outcome.state = if is_damaged { ReportState::Damaged } else { ReportState::Converted };
}

/// What follows a head whose reading has perhaps failed.
struct Rest<R> {
    failed: Option<io::Error>,
    inner: R,
}

impl<R: Read> Read for Rest<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self.failed.take() {
            Some(error) => Err(error),
            None => self.inner.read(buffer),
        }
    }
}
