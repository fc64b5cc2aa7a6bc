//! One file, from its bytes to its outcome. Runs on the pool, many at a time, and touches no lock on its way.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::thread;
use std::time::Instant;

use super::aside;
use super::at_hand::{ReportAtHand, ReportScratch, Work};
use super::basis::Basis;
use super::batches::{Giant, Helpers};
use super::measure;
use super::outcome::{ReportOutcome, Surroundings, Told};
use super::purpose::{Context, Depth, Purpose, WritingAhead};
use super::visitor::{ConversionFailure, Ended, Fallen};
use crate::bundle::{Ahead, RunStore, WriteError};
use crate::format;
use crate::mapping::Evidence;
use crate::model::{Problem, ProblemKind, ReportId, ReportState};
use crate::source::{self, Doubt, Entry, Found, Lent, Skip, SourceError};

/// What one worker keeps from report to report.
#[derive(Default)]
pub(super) struct Scratch {
    source: source::Scratch,
    report: ReportScratch,
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
    process_found(id, found, work, scratch)
}

fn process_found(
    id: ReportId,
    found: Found,
    work: &Work<'_>,
    scratch: &mut Scratch,
) -> (ReportOutcome, Option<ConversionFailure>) {
    let (surroundings, basis) = (Surroundings::of(&found), Basis::of(&found));
    let begun = |origin, bytes| ReportOutcome { surroundings, basis, ..ReportOutcome::new(id, origin, bytes) };
    match found {
        Found::Entry(entry) => {
            let mut outcome = begun(entry.origin.clone(), 0);
            let failure = process_entry(entry, work, scratch, &mut outcome);
            (outcome, failure)
        }
        Found::Skipped { origin, bytes, why, .. } => {
            let state = if why == Skip::Package { ReportState::Unsupported } else { ReportState::Ignored };
            let told = Told { state, reason: why.to_string(), ..Told::of(bytes) };
            (ReportOutcome { told, ..begun(origin, bytes) }, None)
        }
        Found::Unreadable { origin, bytes, problem, .. } => {
            let state = if problem.is_damage() { ReportState::Damaged } else { ReportState::Ignored };
            let told = Told { state, problems: vec![problem], ..Told::of(bytes) };
            (ReportOutcome { told, ..begun(origin, bytes) }, None)
        }
    }
}

fn process_entry(
    entry: Entry,
    work: &Work<'_>,
    scratch: &mut Scratch,
    outcome: &mut ReportOutcome,
) -> Option<ConversionFailure> {
    let entry = Arc::new(entry);
    match work.purpose {
        Purpose::Inspect { .. } => read_entry(&entry, work, scratch, outcome),
        Purpose::Measure { depth, limits, .. } => {
            let begun = Instant::now();
            let failure = match depth {
                Depth::Read | Depth::Inflate => {
                    measure::bytes(&entry, *depth, &mut scratch.source, limits, outcome);
                    None
                }
                Depth::Tokenise | Depth::Parse => read_entry(&entry, work, scratch, outcome),
            };
            outcome.spent = begun.elapsed();
            failure
        }
        Purpose::Convert(context) => {
            outcome.surroundings.environment = context.rules.environment_of_place(entry.origin.as_str());
            let failure = read_entry(&entry, work, scratch, outcome);
            if outcome.told.reason == aside::PICTURE && context.rules.evidence.of != Evidence::None {
                outcome.picture = Arc::into_inner(entry).map(|entry| Box::new(entry.later()));
            }
            failure
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

/// Has the bytes of a file lent to whoever reads reports.
fn read_entry(
    entry: &Arc<Entry>,
    work: &Work<'_>,
    scratch: &mut Scratch,
    outcome: &mut ReportOutcome,
) -> Option<ConversionFailure> {
    let Scratch { source, report: scratch } = scratch;
    // A panic is a defect of ours; it costs this report and no other. The buffers are emptied before they are used
    // again, so nothing half-done is seen through them.
    let lent = catch_unwind(AssertUnwindSafe(|| {
        entry.with_body(source, work.purpose.limits(), &format::head::could_be_report, |body, doubt| {
            let work = Work { early: work.early.filter(|_| doubt == Doubt::None), ..*work };
            ReportAtHand { entry, work, scratch, outcome: &mut *outcome }.read(body)
        })
    }));
    close(lent, &work.group.store, outcome)
}

/// What becomes of a report whose bytes were lent to its reader, or could not be.
fn close(
    lent: thread::Result<Result<Lent<Ended>, SourceError>>,
    store: &RunStore,
    outcome: &mut ReportOutcome,
) -> Option<ConversionFailure> {
    match lent {
        Ok(Ok(Lent { value: Ended { failure, read: Ok(()) }, bytes })) => {
            outcome.told.bytes = bytes;
            failure
        }
        // How far the reader had come by then depends on the threads.
        Ok(Ok(Lent { value: Ended { failure, read: Err(Fallen) }, .. })) => {
            outcome.fall();
            failure
        }
        Ok(Err(SourceError::Shortage(shortage))) => Some(ConversionFailure::Shortage(shortage)),
        Ok(Err(error)) => {
            outcome.told.problems.push(Problem::new(ProblemKind::Unreadable, error.to_string()));
            outcome.leave_out_runs(store);
            outcome.told.state = ReportState::Damaged;
            None
        }
        Err(_) => {
            outcome.leave_out_runs(store);
            outcome.fall();
            None
        }
    }
}
