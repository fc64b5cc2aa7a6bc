//! Timestamps with a remark where there is something to tell of them.

use super::{Stamp, timestamp};
use crate::format::{ReadOptions, Remarks};
use crate::model::{Position, ProblemKind, ReportVisitor, StatedExecution, Timestamp};

/// States when a run began and ended; whether there is anything to state. An end before the start is none.
pub(in crate::format) fn state_span(
    start: Option<Timestamp>,
    finish: Option<Timestamp>,
    visitor: &mut dyn ReportVisitor,
) -> bool {
    let finish = finish.filter(|finish| start.is_none_or(|start| start <= *finish));
    let is_stated = start.is_some() || finish.is_some();
    if is_stated {
        visitor.execution(&StatedExecution { start, finish, ..StatedExecution::default() });
    }
    is_stated
}

/// A timestamp in the zone that it names, or in the one that the user assumes, which is told.
pub(in crate::format) fn told_timestamp(
    written: &str,
    options: &ReadOptions,
    remarks: &mut Remarks,
    place: impl Fn() -> Position,
) -> Option<Timestamp> {
    let stamp = readable(timestamp(written, &options.zone), written, remarks, &place)?;
    Some(tell_assumed(stamp, options, remarks, place))
}

/// The time of a stamp; that its zone was assumed is told.
pub(in crate::format) fn tell_assumed(
    stamp: Stamp,
    options: &ReadOptions,
    remarks: &mut Remarks,
    place: impl FnOnce() -> Position,
) -> Timestamp {
    if stamp.naive {
        let topic = "timestamps without a zone were read in the assumed one";
        remarks.add(ProblemKind::NaiveTimestamp, topic, || options.zone.name().to_owned(), place);
    }
    stamp.at
}

/// What was read; that it is nothing is told.
pub(in crate::format) fn readable(
    stamp: Option<Stamp>,
    written: &str,
    remarks: &mut Remarks,
    place: impl FnOnce() -> Position,
) -> Option<Stamp> {
    if stamp.is_none() {
        let topic = "a timestamp cannot be read and was left out";
        remarks.add(ProblemKind::UnreadableTime, topic, || format!("'{written}'"), place);
    }
    stamp
}
