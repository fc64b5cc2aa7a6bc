//! Times and durations, with a remark where they cannot be read.

use crate::format::time;
use crate::format::xml::XmlCursor;
use crate::format::{ReadOptions, Remarks};
use crate::model::{ProblemKind, Timestamp};

/// A duration in seconds, under whatever culture it was written (N6). An empty one is none (N7).
pub(super) fn duration(written: &str, remarks: &mut Remarks, xml: &XmlCursor<'_>) -> Option<i64> {
    let duration = time::seconds(written);
    if let Some((kind, topic)) = duration.remark() {
        remarks.add(kind, topic, || format!("'{written}'"), || xml.position());
    }
    duration.nanos()
}

/// A time in the zone that it names, or in the one that the user assumes.
pub(super) fn timestamp(
    written: &str,
    options: &ReadOptions,
    remarks: &mut Remarks,
    xml: &XmlCursor<'_>,
) -> Option<Timestamp> {
    if written.trim().is_empty() {
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
