//! Reports read, and nothing made of them: what `xraypack inspect` shows.

use std::sync::atomic::AtomicBool;

use super::dispatch::{Arrival, Workers};
use super::grouping::Walk;
use super::purpose::{Intake, Purpose};
use super::stop::Stop;
use super::{Error, Memory, Observer, Report};
use crate::bundle::RunMemory;
use crate::mapping::Rules;

/// Reads everything and converts nothing.
///
/// # Errors
/// When an INPUT cannot be read.
pub fn inspect(intake: Intake<'_>, observer: &dyn Observer) -> Result<(), Error> {
    let Intake { inputs, source, reading, threads } = intake;
    let never = AtomicBool::new(false);
    let stop = Stop::new(&never);
    let rules = Rules::default();
    let purpose = Purpose::Inspect { reading, limits: &source.limits, rules: &rules };
    // No run comes of it, so that nothing is ever kept.
    let walk = Walk::of_one_group(inputs, source);
    let mut grouping = walk.grouping(std::env::temp_dir(), RunMemory::of(0));
    let threads = Memory::DEFAULT.workers(threads);
    Workers { threads, purpose: &purpose, stop: &stop }.run(walk, &mut grouping, &mut |arrival: Arrival| {
        observer.report(&Report::of(&arrival.outcome));
        Ok(())
    })
}
