//! What .NET's test runners write alike: times, with a remark where they cannot be read (nunit.md and xunit.md, "Times"), and a
//! name for what has none.

use super::time::{self, Stamp, TimeRemark};
use super::xml::{Tag, XmlCursor};
use super::{ReadOptions, Remarks};
use crate::model::{ProblemKind, ReportVisitor, StatedExecution, TestCase, Timestamp};

/// What the loggers for `dotnet test` call a method whose name its platform does not tell (N24, X21).
pub(super) const UNKNOWN_METHOD: &str = "UnknownMethod";

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

/// States when a run began and ended, as two attributes of this element say; whether they say anything.
pub(super) fn state_span(
    tag: &Tag<'_>,
    [start, finish]: [&[u8]; 2],
    options: &ReadOptions,
    remarks: &mut Remarks,
    xml: &XmlCursor<'_>,
    visitor: &mut dyn ReportVisitor,
) -> bool {
    let mut read = |name: &[u8]| timestamp(&tag.attribute(name)?.to_text(), options, remarks, xml);
    time::state_span(read(start), read(finish), visitor)
}

/// When a run or an assembly began, and how long it took: of use where its cases have no times of their own. Those that have
/// some say it better, and in a zone.
#[derive(Debug, Default)]
pub(super) struct RunTimes {
    start: Option<Stamp>,
    nanos: Option<i64>,
}

impl RunTimes {
    /// Reads the start, which stands in two attributes. One that is no ISO date is told and left out: it is written in the
    /// machine's own manner (N28, X3).
    pub(super) fn read(
        tag: &Tag<'_>,
        [date, time]: [&[u8]; 2],
        topic: &'static str,
        options: &ReadOptions,
        remarks: &mut Remarks,
        xml: &XmlCursor<'_>,
    ) -> RunTimes {
        let text = |name: &[u8]| tag.attribute(name).map(|value| value.to_text()).unwrap_or_default();
        let (date, time) = (text(date), text(time));
        if date.trim().is_empty() {
            return RunTimes::default();
        }
        let stamp = time::date_and_time(&date, &time, &options.zone);
        if stamp.is_none() {
            remarks.add(ProblemKind::UnreadableTime, topic, || format!("'{date} {time}'"), || xml.position());
        }
        RunTimes { start: stamp.filter(|_| !time::is_absent(&date)), nanos: None }
    }

    /// Takes how long it took from the `time` of this element.
    pub(super) fn read_length(&mut self, tag: &Tag<'_>) {
        if self.start.is_some()
            && let Some(time) = tag.attribute(b"time")
        {
            let length = time::dotnet_seconds(&time.to_text());
            self.nanos = length.nanos.filter(|_| length.remark.is_none());
        }
    }

    /// States the times before the first case, unless that has its own.
    pub(super) fn state_before(
        &mut self,
        case: &TestCase,
        options: &ReadOptions,
        remarks: &mut Remarks,
        xml: &XmlCursor<'_>,
        visitor: &mut dyn ReportVisitor,
    ) {
        let Some(stamp) = self.start.take() else { return };
        if case.start.is_some() || case.finish.is_some() {
            return;
        }
        let start = Some(time::tell_assumed(stamp, options, remarks, || xml.position()));
        let finish = self.nanos.map(|nanos| stamp.at.plus(nanos));
        visitor.execution(&StatedExecution { start, finish, ..StatedExecution::default() });
    }
}
