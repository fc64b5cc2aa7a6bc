//! Times and durations, with a remark where they cannot be read.

use crate::format::time::{self, TimeRemark};
use crate::format::xml::{Tag, XmlCursor};
use crate::format::{ReadOptions, Remarks};
use crate::model::{ProblemKind, Timestamp};

/// A duration in seconds, under whatever culture it was written (N6). An empty one is none (N7).
pub(super) fn duration(written: &str, remarks: &mut Remarks, xml: &XmlCursor<'_>) -> Option<i64> {
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

/// A time in the zone that it names, or in the one that the user assumes.
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

/// Remarks on a run of version 2 whose start is written in the machine's own manner (N28). Nothing depends on it: its
/// cases have no times.
pub(super) fn check_date(root: &Tag<'_>, options: &ReadOptions, remarks: &mut Remarks, xml: &XmlCursor<'_>) {
    let text = |name: &[u8]| root.attribute(name).map(|value| value.to_text()).unwrap_or_default();
    let (date, time) = (text(b"date"), text(b"time"));
    if !date.trim().is_empty() && time::date_and_time(&date, &time, &options.zone).is_none() {
        let topic = "the start of the run is not written as an ISO date and was left out";
        remarks.add(ProblemKind::UnreadableTime, topic, || format!("'{date} {time}'"), || xml.position());
    }
}
