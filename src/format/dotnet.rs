//! Times as .NET's test runners write them, with a remark where they cannot be read (nunit.md and xunit.md, "Times").

use super::time::{self, TimeRemark};
use super::xml::{Tag, XmlCursor};
use super::{ReadOptions, Remarks};
use crate::model::{ProblemKind, Timestamp};

/// A duration in seconds, under whatever culture it was written (N6, X1, X2). An empty one is none (N7).
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

/// A time in the zone that it names, or in the one that the user assumes. The zero of .NET says that there is none
/// (X28).
pub(super) fn timestamp(
    written: &str,
    options: &ReadOptions,
    remarks: &mut Remarks,
    xml: &XmlCursor<'_>,
) -> Option<Timestamp> {
    if time::is_absent(written) {
        return None;
    }
    time::told_timestamp(written, options, remarks, || xml.position())
}

/// Remarks on a start that is split over these two attributes and is no ISO date, since it is written in the machine's
/// own manner (N28, X3). Nothing depends on it: cases do not start with their run.
pub(super) fn check_date(
    tag: &Tag<'_>,
    [date, time]: [&[u8]; 2],
    topic: &'static str,
    options: &ReadOptions,
    remarks: &mut Remarks,
    xml: &XmlCursor<'_>,
) {
    let text = |name: &[u8]| tag.attribute(name).map(|value| value.to_text()).unwrap_or_default();
    let (date, time) = (text(date), text(time));
    if !date.trim().is_empty() && time::date_and_time(&date, &time, &options.zone).is_none() {
        remarks.add(ProblemKind::UnreadableTime, topic, || format!("'{date} {time}'"), || xml.position());
    }
}
