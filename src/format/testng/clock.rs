//! Times of rows, and the false `Z` of TestNG before 7.0 (spec testng.md C5, decision 17).

use crate::format::time::{self, LastStamp, Stamp};
use crate::format::xml::{Tag, XmlCursor};
use crate::format::{ReadOptions, Remarks};
use crate::model::{ProblemKind, ReportVisitor, Timestamp, trimmed};

const MILLISECOND: i64 = 1_000_000;
const SECOND: i64 = 1_000_000_000;
const QUARTER: i64 = 15 * 60 * SECOND;

/// Furthest zone from UTC, in quarters of an hour.
const FURTHEST: i64 = 14 * 4;

/// Stamps have whole seconds: this much may lie between a row and the rim of its test.
const SLACK: i64 = 2 * SECOND;

/// Start, finish and duration may differ by this much before they contradict each other.
const TOLERANCE: i64 = 1_500 * MILLISECOND;

/// When the suite and the test around a row ran, and what was learnt of the report's zone.
#[derive(Default)]
pub(super) struct Clock {
    suite: Option<Interval>,
    test: Option<Interval>,
    /// What methods of this report must be moved by to lie inside their tests.
    shift: Option<i64>,
    last: LastStamp,
}

#[derive(Clone, Copy)]
struct Interval {
    from: Timestamp,
    to: Timestamp,
}

/// When a suite or a test began and ended, as far as it says so.
#[derive(Clone, Copy)]
struct Rim {
    from: Option<Timestamp>,
    to: Option<Timestamp>,
}

/// The times that a row states, as written.
#[derive(Default)]
pub(super) struct Written {
    pub(super) started: String,
    pub(super) finished: String,
    pub(super) duration: String,
}

impl Written {
    pub(super) fn clear(&mut self) {
        self.started.clear();
        self.finished.clear();
        self.duration.clear();
    }
}

/// The times of a row.
#[derive(Default)]
pub(super) struct Times {
    pub(super) start: Option<Timestamp>,
    pub(super) finish: Option<Timestamp>,
    pub(super) duration: Option<i64>,
}

impl Clock {
    /// Its times are those of the Test Execution (C3).
    pub(super) fn begin_suite(&mut self, tag: &Tag<'_>, options: &ReadOptions, visitor: &mut dyn ReportVisitor) {
        let rim = Rim::read(tag, options);
        time::state_span(rim.from, rim.to, visitor);
        self.suite = rim.interval();
        self.test = None;
    }

    pub(super) fn begin_test(&mut self, tag: &Tag<'_>, options: &ReadOptions) {
        self.test = Rim::read(tag, options).interval();
    }

    pub(super) fn end_test(&mut self) {
        self.test = None;
    }

    /// Times of a row from what it states.
    pub(super) fn times(
        &mut self,
        written: &Written,
        options: &ReadOptions,
        remarks: &mut Remarks,
        xml: &XmlCursor<'_>,
    ) -> Times {
        let started = read_stamp(&written.started, &mut self.last, options, remarks, xml);
        let finished = read_stamp(&written.finished, &mut self.last, options, remarks, xml);
        let shift = started.map_or(0, |start| self.shift_of(start, &written.started, options, remarks, xml));
        let (start, finish) = (started.map(|at| at.plus(shift)), finished.map(|at| at.plus(shift)));
        let duration = read_duration(&written.duration, start, finish, remarks, xml);
        Times { start, finish: settle_finish(start, finish, duration), duration }
    }

    /// How far a row must be moved to lie inside its test. Before 7.0 the writer put local time and a literal `Z` on
    /// methods, but UTC on suites and tests (T33). A shift once learnt goes before none, because a test that runs for
    /// hours holds many wrong times.
    fn shift_of(
        &mut self,
        start: Timestamp,
        written: &str,
        options: &ReadOptions,
        remarks: &mut Remarks,
        xml: &XmlCursor<'_>,
    ) -> i64 {
        let (Some(local), Some(around)) = (without_literal_z(written), self.test.or(self.suite)) else { return 0 };
        let fits = |shift: &i64| around.holds(start.plus(*shift));
        if let Some(known) = self.shift.filter(fits) {
            return known;
        }
        if fits(&0) {
            return 0;
        }
        let of_zone = time::timestamp(local, &options.zone).map(|stamp| stamp.at.nanos() - start.nanos());
        let Some(shift) = of_zone.filter(fits).or_else(|| likely_shifts().find(fits)) else { return 0 };
        self.shift = Some(shift);
        remarks.add(
            ProblemKind::NaiveTimestamp,
            "test methods carry local times with a false Z and were moved into their tests",
            || format!("by {} minutes", shift / QUARTER * 15),
            || xml.position(),
        );
        shift
    }
}

impl Rim {
    fn read(tag: &Tag<'_>, options: &ReadOptions) -> Rim {
        let stamp = |name: &[u8]| Some(time::timestamp(&tag.attribute(name)?.to_text(), &options.zone)?.at);
        Rim { from: stamp(b"started-at"), to: stamp(b"finished-at") }
    }

    fn interval(self) -> Option<Interval> {
        Some(Interval { from: self.from?, to: self.to? })
    }
}

impl Interval {
    fn holds(self, at: Timestamp) -> bool {
        self.from.plus(-SLACK) <= at && at <= self.to.plus(SLACK)
    }
}

/// Shifts by which zones differ from UTC: whole hours before halves before quarters, the small before the large.
fn likely_shifts() -> impl Iterator<Item = i64> {
    let of_step = |step: i64, skipped: i64| {
        (1..=FURTHEST / step)
            .map(move |count| count * step)
            .filter(move |quarters| skipped == 0 || quarters % skipped != 0)
            .flat_map(|quarters| [-quarters * QUARTER, quarters * QUARTER])
    };
    of_step(4, 0).chain(of_step(2, 4)).chain(of_step(1, 2))
}

/// The time without its `Z`, where that follows the digits directly: the pattern of 7.0 puts a blank before the zone.
fn without_literal_z(written: &str) -> Option<&str> {
    let local = trimmed(written).strip_suffix('Z')?;
    local.ends_with(|last: char| last.is_ascii_digit()).then_some(local)
}

#[inline(always)]
fn read_stamp(
    written: &str,
    last: &mut LastStamp,
    options: &ReadOptions,
    remarks: &mut Remarks,
    xml: &XmlCursor<'_>,
) -> Option<Timestamp> {
    if trimmed(written).is_empty() {
        return None;
    }
    let stamp = last.read(written, &options.zone);
    let Stamp { at, naive } = time::readable(stamp, written, remarks, || xml.position())?;
    if naive {
        remarks.add(
            ProblemKind::NaiveTimestamp,
            "timestamps without a zone, or with an ambiguous one, were read in the assumed zone",
            || format!("'{written}' in {}", options.zone.name()),
            || xml.position(),
        );
    }
    Some(at)
}

/// `duration-ms`; none when it is below zero or longer than the row took by its own stamps (T35).
fn read_duration(
    written: &str,
    start: Option<Timestamp>,
    finish: Option<Timestamp>,
    remarks: &mut Remarks,
    xml: &XmlCursor<'_>,
) -> Option<i64> {
    let written = trimmed(written);
    if written.is_empty() {
        return None;
    }
    let longest = match (start, finish) {
        (Some(start), Some(finish)) => finish.nanos().saturating_sub(start.nanos()).saturating_add(TOLERANCE),
        _ => i64::MAX,
    };
    let duration = written.parse::<i64>().ok().and_then(|millis| millis.checked_mul(MILLISECOND));
    let believed = duration.filter(|nanos| (0..=longest).contains(nanos));
    if believed.is_none() {
        let topic = "a duration is no number, below zero, or longer than its timestamps allow, and was left out";
        remarks.add(ProblemKind::UnreadableTime, topic, || format!("'{written}'"), || xml.position());
    }
    believed
}

/// The finish: by the duration, which is finer, where both agree; never before the start.
fn settle_finish(start: Option<Timestamp>, finish: Option<Timestamp>, duration: Option<i64>) -> Option<Timestamp> {
    let Some(start) = start else { return finish };
    let by_duration = duration.map(|duration| start.plus(duration));
    let Some(finish) = finish else { return by_duration };
    match by_duration {
        Some(exact) if (finish.nanos().saturating_sub(exact.nanos())).saturating_abs() < TOLERANCE => Some(exact),
        _ => Some(finish.max(start)),
    }
}
