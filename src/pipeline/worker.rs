//! One file, from its bytes to its outcome. Runs on the pool, many at a time, and touches no lock on its way.

use std::io::{self, Read};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Instant;

use super::aside;
use super::basis::{Basis, Extent, HashingReader};
use super::batches::{Giant, Helpers};
use super::early::{Beginning, Early, TakeEarly};
use super::grouping::Group;
use super::measure;
use super::outcome::ReportOutcome;
use super::purpose::{Context, Depth, Purpose, WritingAhead};
use super::visitor::{Batching, Conversion, ConversionFailure, Fallen, Findings, Inspection, Lot, Lots, RunScratch};
use crate::bundle::{Ahead, RunStore, WriteError};
use crate::format::encoding::{self, Transcoder};
use crate::format::{self, Format, Head, ParseError, ParseErrorKind, ReadOptions, Recognition};
use crate::mapping::Evidence;
use crate::model::{Body, Position, Problem, ProblemKind, ReportId, ReportState, ReportVisitor};
use crate::source::{self, Doubt, Entry, Found, Skip};

/// Bytes that are looked at to recognise a file.
const HEAD: usize = Beginning::SHORTEST;

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

/// What ended the conversion with this report, and whether a panic ended the reading of it.
type Ended = (Option<ConversionFailure>, Result<(), Fallen>);

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
    let (outcome, failure) = process_found(id, found, work, scratch);
    (ReportOutcome { input, messages_may_follow, ..outcome }, failure)
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
        Found::Entry(entry) if matches!(purpose, Purpose::Measure(..)) => {
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
    let Work { purpose, group, .. } = *work;
    let mut outcome = ReportOutcome::new(id, entry.origin.clone(), 0);
    outcome.basis = basis;
    if let Purpose::Convert(context) = purpose {
        outcome.environment = context.rules.environment_from.of_place(entry.origin.as_str());
    }
    let Scratch { source, report } = scratch;
    if let Purpose::Measure(depth @ (Depth::Read | Depth::Inflate), _, limits) = *purpose {
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
    let failure = match lent {
        Ok(Ok(lent)) => {
            let (failure, read) = lent.value;
            match read {
                Ok(()) => outcome.bytes = lent.bytes,
                // How far the reader had come by then depends on the threads.
                Err(Fallen) => outcome.fall(),
            }
            failure
        }
        Ok(Err(error)) => {
            outcome.problems.push(Problem::new(ProblemKind::Unreadable, error.to_string()));
            outcome.leave_out_runs(&group.store);
            outcome.state = ReportState::Damaged;
            None
        }
        Err(_) => {
            outcome.leave_out_runs(&group.store);
            outcome.fall();
            None
        }
    };
    (outcome, failure)
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
            let head = &bytes[..bytes.len().min(HEAD)];
            outcome.beginning = Beginning::of(head);
            outcome.read(Extent::whole(bytes));
            recognise_and_parse(entry, head, Body::Bytes(bytes), work, scratch, outcome)
        }
        Body::Stream(reader) => {
            let mut hashing = HashingReader::new(reader);
            let mut head = Vec::with_capacity(HEAD);
            // What failed is told again by whoever reads on from there: the cases before it may be complete.
            let failed = (&mut hashing).take(HEAD as u64).read_to_end(&mut head).err();
            outcome.beginning = Beginning::of(&head);
            let mut rest = Rest { failed, inner: &mut hashing };
            let mut whole = head.as_slice().chain(&mut rest);
            let read = recognise_and_parse(entry, &head, Body::Stream(&mut whole), work, scratch, outcome);
            if read.1.is_err() {
                return read;
            }
            if let Some(error) = rest.failed {
                outcome.state = ReportState::Damaged;
                outcome.problems.push(Problem::of_reading(&error, "it cannot be read"));
            }
            outcome.read(hashing.extent());
            read
        }
    }
}

fn recognise_and_parse(
    entry: &Arc<Entry>,
    head: &[u8],
    body: Body<'_>,
    work: &Work<'_>,
    ReportScratch { runs, lot, parts }: &mut ReportScratch,
    outcome: &mut ReportOutcome,
) -> Ended {
    let Work { purpose, group, helpers, early } = *work;
    let detected = encoding::detect(head);
    let decoded = encoding::to_utf8(head, detected);
    let file_name = entry.origin.as_str();
    let format = match purpose.reading().format {
        Some(format) => format,
        None => match format::detect(&Head::new(&decoded, file_name)) {
            Recognition::Report(format) => format,
            other => {
                aside::set_aside(outcome, other, file_name, head.len() < HEAD);
                return (None, Ok(()));
            }
        },
    };
    outcome.format = Some(format.name);
    if let Some(declaration) = detected.false_declaration(&decoded) {
        outcome.problems.push(Problem::new(ProblemKind::Repaired, declaration.to_string()));
    }
    let (failure, parsed) = match purpose {
        Purpose::Inspect(reading, _, rules) => {
            let wanted = Wanted::of(format, &decoded);
            let mut inspection = Inspection::new(format.name, outcome, rules, &reading.options.limits, runs);
            let parsed = parse(format.parse, wanted, body, &detected, &reading.options, &mut inspection);
            inspection.finish();
            (None, Ok(parsed))
        }
        Purpose::Measure(depth, reading, _) => {
            let (reader, wanted) = match depth {
                Depth::Tokenise => (format::tokens::reader(&decoded), Wanted::AsItComes),
                _ => (format.parse, Wanted::of(format, &decoded)),
            };
            let mut findings = Findings::new(outcome, &reading.options.limits);
            let parsed = parse(reader, wanted, body, &detected, &reading.options, &mut findings);
            findings.finish();
            (None, Ok(parsed))
        }
        Purpose::Convert(context) => {
            let wanted = Wanted::of(format, &decoded);
            let options = &context.reading.options;
            let is_large = matches!(body, Body::Stream(_));
            let giant = (is_large && helpers.are_there()).then(|| Giant::new(format.name, outcome, entry, group));
            let early = early.filter(|_| is_large);
            let early = early.and_then(|take| Early::new(outcome, group, format.name, take));
            let conversion = Conversion::new(format.name, outcome, context, entry, runs, group).offering(early);
            let read = |visitor: &mut dyn ReportVisitor| {
                catch_unwind(AssertUnwindSafe(|| parse(format.parse, wanted, body, &detected, options, visitor)))
            };
            match giant {
                Some(giant) => {
                    let mut batching = Batching::new(conversion, giant, helpers, parts);
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
    };
    let Ok(parsed) = parsed else { return (failure, Err(Fallen)) };
    if let Err(error) = parsed {
        outcome.problems.push(error.to_problem());
        if let ParseErrorKind::Read(error) = error.kind()
            && error.kind() == io::ErrorKind::InvalidData
            && early.is_none()
        {
            // Size or checksum say that these are not the bytes that were archived: none of them can be trusted.
            outcome.leave_out_runs(&group.store);
        }
    }
    let damaged = outcome.problems.iter().any(Problem::is_damage);
    outcome.state = if damaged { ReportState::Damaged } else { ReportState::Converted };
    if purpose.reading().format.is_some() && outcome.cases.seen == 0 {
        let recognised = format::detect(&Head::new(&decoded, file_name));
        aside::review_forced(outcome, format, recognised, file_name, head.len() < HEAD);
    }
    (failure, Ok(()))
}

/// What reads a whole report: [`Format::parse`], or what stands in for it.
type Parse = fn(Body<'_>, &ReadOptions, &mut dyn ReportVisitor) -> Result<(), ParseError>;

/// How a reader wants a long report.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Wanted {
    AsItComes,
    /// In one piece.
    Whole,
}

impl Wanted {
    fn of(format: &Format, head: &[u8]) -> Wanted {
        if format.wants_all_bytes(head) { Wanted::Whole } else { Wanted::AsItComes }
    }
}

/// Has a stream read, in one piece if that is wanted: what came before it failed is read, then.
fn read_stream(
    reader: Parse,
    wanted: Wanted,
    stream: &mut dyn Read,
    options: &ReadOptions,
    visitor: &mut dyn ReportVisitor,
) -> Result<(), ParseError> {
    if wanted == Wanted::AsItComes {
        return reader(Body::Stream(stream), options, visitor);
    }
    let failed = |error| ParseError::read(error, Position { offset: 0, line: 1, column: 1 });
    let spooled = source::Spooled::of(stream).map_err(failed)?;
    let parsed = reader(Body::Bytes(spooled.bytes()), options, visitor);
    match spooled.failed {
        Some(error) => Err(failed(error)),
        None => parsed,
    }
}

/// Parses a body in any encoding.
fn parse(
    reader: Parse,
    wanted: Wanted,
    body: Body<'_>,
    detected: &encoding::Detected,
    options: &ReadOptions,
    visitor: &mut dyn ReportVisitor,
) -> Result<(), ParseError> {
    if detected.is_utf8() {
        return match body {
            Body::Bytes(_) => reader(body, options, visitor),
            Body::Stream(stream) => read_stream(reader, wanted, stream, options, visitor),
        };
    }
    let mut replaced = 0;
    let result = match body {
        Body::Bytes(bytes) => {
            let mut transcoder = Transcoder::new(bytes, *detected);
            let result = read_stream(reader, wanted, &mut transcoder, options, visitor);
            replaced += transcoder.replaced();
            result
        }
        Body::Stream(stream) => {
            let mut transcoder = Transcoder::new(stream, *detected);
            let result = read_stream(reader, wanted, &mut transcoder, options, visitor);
            replaced += transcoder.replaced();
            result
        }
    };
    if replaced > 0 {
        let message = format!("{replaced} sequences that are not valid {} were replaced", detected.name());
        visitor.problem(Problem::new(ProblemKind::Repaired, message));
    }
    result
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
