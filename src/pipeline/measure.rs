//! The work on each report, up to a certain depth and measured: what `xraypack bench` is made of.

use std::hint::black_box;
use std::io;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use super::Error;
use super::dispatch::{Arrival, Workers};
use super::grouping::Walk;
use super::memory::Memory;
use super::outcome::{ReportOutcome, Told};
use super::purpose::{Depth, Intake, Purpose};
use super::stop::Stop;
use crate::bundle::RunMemory;
use crate::format;
use crate::model::{Body, CaseCounts, Problem, ProblemKind, ReportState};
use crate::source::{self, Entry, Limits};

/// One file, and how long a worker had it.
#[derive(Debug, Clone, Copy)]
pub struct Measured {
    /// Its format; known from [`Depth::Tokenise`] on.
    pub format: Option<&'static str>,
    /// Its size, unpacked; at [`Depth::Read`] as it lies there.
    pub bytes: u64,
    /// Its cases; known at [`Depth::Parse`].
    pub cases: CaseCounts,
    /// The time from its first byte to its last.
    pub spent: Duration,
}

/// Takes every file to `depth` and gives each to `each`, in walk order. Nothing is converted.
///
/// # Errors
/// When an INPUT cannot be read, or `stop` was set.
pub fn measure(
    intake: Intake<'_>,
    depth: Depth,
    stop: &AtomicBool,
    each: &mut (dyn FnMut(Measured) + Send),
) -> Result<(), Error> {
    let Intake { inputs, source, reading, threads } = intake;
    let stop = Stop::new(stop);
    let purpose = Purpose::Measure { depth, reading, limits: &source.limits };
    let walk = Walk::of_one_group(inputs, source);
    let mut grouping = walk.grouping(std::env::temp_dir(), RunMemory::of(0));
    let threads = Memory::DEFAULT.workers(threads);
    Workers { threads, purpose: &purpose, stop: &stop }.run(walk, &mut grouping, &mut |arrival: Arrival| {
        let ReportOutcome { told: Told { format, bytes, cases, .. }, spent, .. } = arrival.outcome;
        each(Measured { format, bytes, cases, spent });
        Ok(())
    })?;
    stop.check()
}

/// Reads or unpacks one entry and lets go of its bytes.
pub(super) fn bytes(
    entry: &Entry,
    depth: Depth,
    scratch: &mut source::Scratch,
    limits: &Limits,
    outcome: &mut ReportOutcome,
) {
    let read = match depth {
        Depth::Read => entry.read_through(scratch, limits),
        _ => entry.with_body(scratch, limits, &format::head::could_be_report, drain).map(|lent| lent.bytes),
    };
    match read {
        Ok(bytes) => outcome.told.bytes = bytes,
        Err(error) => {
            outcome.told.problems.push(Problem::new(ProblemKind::Unreadable, error.to_string()));
            outcome.told.state = ReportState::Damaged;
        }
    }
}

fn drain(body: Body<'_>, _: source::Doubt) {
    match body {
        Body::Bytes(bytes) => {
            black_box(bytes);
        }
        // What cannot be unpacked is told when it is parsed; here it ends the measure.
        Body::Stream(stream) => {
            let _ = io::copy(stream, &mut io::sink());
        }
    }
}
