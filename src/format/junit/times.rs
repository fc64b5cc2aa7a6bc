//! Durations and timestamps, as their producers mean them (spec junit.md C4, C5).

use super::producer::{Producer, StampZone};
use crate::format::time::{self, TimeRemark, Zone};
use crate::format::xml::XmlCursor;
use crate::format::{ReadOptions, Remarks};
use crate::model::{ProblemKind, Timestamp};

/// A duration, with a remark where it cannot be read or could mean two things.
pub(super) fn read_duration(
    written: &str,
    options: &ReadOptions,
    remarks: &mut Remarks,
    xml: &XmlCursor<'_>,
) -> Option<i64> {
    let duration = time::seconds(written);
    if let Some(remark) = duration.remark {
        let (kind, topic) = duration_remark(remark);
        remarks.add(kind, topic, || format!("'{written}'"), || xml.position());
    }
    in_unit(duration.nanos?, written, options)
}

/// How long a suite took that was stamped at its end; none where that is no length of a run. Nothing is told of it.
pub(super) fn suite_duration(written: &str, options: &ReadOptions) -> Option<i64> {
    in_unit(time::seconds(written).nanos?, written, options).filter(|nanos| *nanos <= LONGEST_RUN)
}

/// Seconds as the user says that they are meant.
fn in_unit(nanos: i64, written: &str, options: &ReadOptions) -> Option<i64> {
    // Only the user knows that a producer writes milliseconds; a number with its unit behind it says so itself.
    let has_unit = || written.trim_end().ends_with(|last: char| last.is_ascii_alphabetic());
    if options.junit_time_unit == NANOS_PER_SECOND || has_unit() {
        return Some(nanos);
    }
    let scaled = i128::from(nanos) * i128::from(options.junit_time_unit) / i128::from(NANOS_PER_SECOND);
    i64::try_from(scaled).ok()
}

const NANOS_PER_SECOND: i64 = 1_000_000_000;

/// A year, as of a single case.
const LONGEST_RUN: i64 = 365 * 86_400 * NANOS_PER_SECOND;

fn duration_remark(remark: TimeRemark) -> (ProblemKind, &'static str) {
    match remark {
        TimeRemark::Ambiguous => (
            ProblemKind::AmbiguousTime,
            "a duration whose comma may group thousands or begin decimals was read as thousands",
        ),
        TimeRemark::Negative => (ProblemKind::UnreadableTime, "a negative duration was left out"),
        TimeRemark::TooLong => (ProblemKind::UnreadableTime, "a duration is longer than a year"),
        TimeRemark::Unreadable => (ProblemKind::UnreadableTime, "a duration cannot be read and was left out"),
    }
}

/// A timestamp of the few producers that tell when each case began and ended.
pub(super) fn instant(written: &str) -> Option<Timestamp> {
    if written.is_empty() {
        return None;
    }
    time::timestamp(written, &Zone::utc()).map(|stamp| stamp.at)
}

/// A timestamp in the zone that it names, that its producer is known to mean, or that the user assumes.
pub(super) fn read_timestamp(
    written: &str,
    options: &ReadOptions,
    producer: Producer,
    remarks: &mut Remarks,
    xml: &XmlCursor<'_>,
) -> Option<Timestamp> {
    if time::is_absent(written) {
        return None;
    }
    match producer.stamp_zone() {
        StampZone::Utc => {
            let stamp = time::timestamp(written, &Zone::utc());
            time::readable(stamp, written, remarks, || xml.position()).map(|stamp| stamp.at)
        }
        StampZone::Unknown => time::told_timestamp(written, options, remarks, || xml.position()),
    }
}
