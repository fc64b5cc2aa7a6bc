//! Times and durations, with a remark where they cannot be read.

use crate::format::time::{self, TimeRemark};
use crate::format::xml::{Tag, XmlCursor};
use crate::format::{ReadOptions, Remarks};
use crate::model::{ProblemKind, Timestamp};

/// The duration: `time` in seconds under any culture (X1, X2); without it the clock of `time-rtf`, which has lost its
/// days (X29).
pub(super) fn duration(written: &str, clock: &str, remarks: &mut Remarks, xml: &XmlCursor<'_>) -> Option<i64> {
    if written.trim().is_empty() {
        return time::clock(clock);
    }
    let duration = time::dotnet_seconds(written);
    if let Some(remark) = duration.remark {
        let (kind, topic) = match remark {
            TimeRemark::Ambiguous => (ProblemKind::AmbiguousTime, "a duration can be read in two ways"),
            TimeRemark::Negative => (ProblemKind::UnreadableTime, "a duration below zero was left out"),
            TimeRemark::TooLong => (ProblemKind::UnreadableTime, "a duration of more than a year"),
            TimeRemark::Unreadable => (ProblemKind::UnreadableTime, "a duration cannot be read and was left out"),
        };
        remarks.add(kind, topic, || format!("'{written}'"), || xml.position());
    }
    duration.nanos
}

/// A round-trip time. The zero of .NET says that there is none (X28).
pub(super) fn timestamp(
    written: &str,
    options: &ReadOptions,
    remarks: &mut Remarks,
    xml: &XmlCursor<'_>,
) -> Option<Timestamp> {
    if time::is_absent(written) {
        return None;
    }
    let Some(stamp) = time::timestamp(written, &options.zone) else {
        let topic = "a timestamp cannot be read and was left out";
        remarks.add(ProblemKind::UnreadableTime, topic, || format!("'{written}'"), || xml.position());
        return None;
    };
    if stamp.naive {
        let topic = "timestamps without a zone were read in the assumed one";
        remarks.add(ProblemKind::NaiveTimestamp, topic, || options.zone.name().to_owned(), || xml.position());
    }
    Some(stamp.at)
}

/// Remarks on an assembly whose start is no date (X3). Nothing depends on it: tests do not start with their assembly.
pub(super) fn check_date(assembly: &Tag<'_>, options: &ReadOptions, remarks: &mut Remarks, xml: &XmlCursor<'_>) {
    let text = |name: &[u8]| assembly.attribute(name).map(|value| value.to_text()).unwrap_or_default();
    let (date, time) = (text(b"run-date"), text(b"run-time"));
    if !date.trim().is_empty() && time::date_and_time(&date, &time, &options.zone).is_none() {
        let topic = "the start of an assembly is no date and was left out";
        remarks.add(ProblemKind::UnreadableTime, topic, || format!("'{date} {time}'"), || xml.position());
    }
}
