//! Time zones: the only place that knows the time zone database.

use std::borrow::Cow;
use std::fmt;

use jiff::civil::DateTime;
use jiff::tz::{AmbiguousOffset, Offset, TimeZone};

use super::{take_byte, take_digits};

/// A time zone for timestamps that carry none.
///
/// A local time that a change of the clocks skips or repeats is read with the offset that was in force before the
/// change: the earlier of the two instants of a repeated hour; a skipped one moves forward by the gap.
#[derive(Debug, Clone)]
pub struct Zone {
    zone: Offsets,
    name: Cow<'static, str>,
}

#[derive(Debug, Clone)]
enum Offsets {
    /// Seconds east of Greenwich, always.
    Fixed(i32),
    Changing(TimeZone),
}

/// A name that is no time zone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ZoneError {
    name: String,
}

impl fmt::Display for ZoneError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{:?} is no time zone; expected a name such as Europe/Berlin, an offset such as +02:00, or UTC",
            self.name
        )
    }
}

impl std::error::Error for ZoneError {}

impl Zone {
    /// Coordinated universal time. Costs nothing: readers ask for it at every test case.
    pub const fn utc() -> Zone {
        Zone { zone: Offsets::Fixed(0), name: Cow::Borrowed("UTC") }
    }

    /// The zone with this name of the bundled time zone database, with this offset, or `UTC`.
    ///
    /// # Errors
    /// When the name is none of these.
    pub fn parse(name: &str) -> Result<Zone, ZoneError> {
        let name = name.trim();
        if ["UTC", "Z", "GMT"].iter().any(|utc| utc.eq_ignore_ascii_case(name)) {
            return Ok(Zone::utc());
        }
        let zone = if name.starts_with(['+', '-']) {
            whole_offset(name.as_bytes()).map(Offsets::Fixed)
        } else {
            TimeZone::get(name).ok().map(Offsets::Changing)
        };
        match zone {
            Some(zone) => Ok(Zone { zone, name: Cow::Owned(name.to_owned()) }),
            None => Err(ZoneError { name: name.to_owned() }),
        }
    }

    /// Its name, as given.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Seconds east of Greenwich at a local time.
    pub(super) fn offset_at(&self, local: Civil) -> i64 {
        match &self.zone {
            Offsets::Fixed(seconds) => i64::from(*seconds),
            Offsets::Changing(zone) => local.to_jiff().map_or(0, |local| {
                let (AmbiguousOffset::Unambiguous { offset: before }
                | AmbiguousOffset::Gap { before, .. }
                | AmbiguousOffset::Fold { before, .. }) = zone.to_ambiguous_timestamp(local).offset();
                i64::from(Offset::seconds(before))
            }),
        }
    }
}

/// A date and a time of day, in whatever zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Civil {
    pub(super) year: i64,
    pub(super) month: i64,
    pub(super) day: i64,
    pub(super) second_of_day: i64,
}

impl Civil {
    fn to_jiff(self) -> Option<DateTime> {
        // A leap second counts to the minute that follows; the zone is asked for the second before.
        let second = self.second_of_day.min(86_399);
        DateTime::new(
            i16::try_from(self.year).ok()?,
            i8::try_from(self.month).ok()?,
            i8::try_from(self.day).ok()?,
            i8::try_from(second / 3600).ok()?,
            i8::try_from(second / 60 % 60).ok()?,
            i8::try_from(second % 60).ok()?,
            0,
        )
        .ok()
    }
}

/// Takes `+02:00`, `+0200`, `+02` or `-5` off the front of `text`: seconds east of Greenwich.
pub(super) fn take_offset(text: &mut &[u8]) -> Option<i32> {
    let sign = match text.first()? {
        b'+' => 1,
        b'-' => -1,
        _ => return None,
    };
    *text = &text[1..];
    let (hours, minutes) = match take_digits(text, 4) {
        (value, 3 | 4) => (value / 100, value % 100),
        (hours, 1 | 2) => match take_byte(text, b':') {
            Some(()) => match take_digits(text, 2) {
                (minutes, 2) => (hours, minutes),
                _ => return None,
            },
            None => (hours, 0),
        },
        _ => return None,
    };
    if hours > 18 || minutes > 59 {
        return None;
    }
    i32::try_from(hours * 3600 + minutes * 60).ok().map(|seconds| sign * seconds)
}

fn whole_offset(mut text: &[u8]) -> Option<i32> {
    take_offset(&mut text).filter(|_| text.is_empty())
}

/// Hours east of Greenwich of abbreviations that mean one zone (testng.md C5). Others (IST, CST, BST, AST, …) mean
/// several and are not here.
const ABBREVIATIONS: &[(&str, i32)] = &[
    ("Z", 0),
    ("UTC", 0),
    ("GMT", 0),
    ("UT", 0),
    ("WET", 0),
    ("WEST", 1),
    ("CET", 1),
    ("MEZ", 1),
    ("CEST", 2),
    ("MESZ", 2),
    ("EET", 2),
    ("EEST", 3),
    ("MSK", 3),
    ("JST", 9),
    ("KST", 9),
    ("AEST", 10),
    ("AEDT", 11),
    ("NZST", 12),
    ("NZDT", 13),
    ("EDT", -4),
    ("EST", -5),
    ("CDT", -5),
    ("MDT", -6),
    ("MST", -7),
    ("PDT", -7),
    ("PST", -8),
    ("AKST", -9),
    ("HST", -10),
];

/// What the tail of a timestamp says of its zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Tail<'t> {
    /// Seconds east of Greenwich.
    Offset(i32),
    /// The name of a zone, or what stands in its place.
    Name(&'t [u8]),
    /// Nothing, or an abbreviation that means several zones.
    Open,
}

/// Reads what follows date and time: an offset, an abbreviation, both (`GMT+02:00`), nothing. `None` when it is
/// nothing of that kind.
pub(super) fn tail(text: &[u8]) -> Option<Tail<'_>> {
    match text {
        [] => return Some(Tail::Open),
        b"Z" | b" UTC" => return Some(Tail::Offset(0)),
        _ => {}
    }
    // Java's zoned times name the zone once more, 2024-05-02T10:00:00+02:00[Europe/Berlin], or in place of the offset.
    let (text, name) = match (memchr::memchr(b'[', text), text.strip_suffix(b"]")) {
        (Some(bracket), Some(inside)) => (text[..bracket].trim_ascii(), &inside[bracket + 1..]),
        _ => (text.trim_ascii(), &[][..]),
    };
    if text.is_empty() && !name.is_empty() {
        return Some(Tail::Name(name));
    }
    let letters = text.iter().take_while(|byte| byte.is_ascii_alphabetic()).count();
    let (word, rest) = text.split_at(letters);
    if word.is_empty() {
        return if rest.is_empty() { Some(Tail::Open) } else { offset_and_name(rest).map(Tail::Offset) };
    }
    let known = ABBREVIATIONS.iter().find(|(name, _)| name.as_bytes().eq_ignore_ascii_case(word));
    match (known, rest.is_empty()) {
        (Some((_, hours)), true) => Some(Tail::Offset(hours * 3600)),
        (Some((_, 0)), false) => whole_offset(rest).map(Tail::Offset),
        (None, true) if letters <= 5 => Some(Tail::Open),
        _ => None,
    }
}

/// `+0200`, also with the zone's name behind it and a clock that never goes back, as Go writes it: `+0200 CEST m=+0.01`.
fn offset_and_name(mut text: &[u8]) -> Option<i32> {
    let offset = take_offset(&mut text)?;
    let mut words = text.split(|byte| *byte == b' ');
    let is_name =
        |name: &[u8]| name.len() <= 5 && name.iter().all(|byte| byte.is_ascii_alphanumeric() || b"+-".contains(byte));
    let is_known = words.next() == Some(b"")
        && words.next().is_none_or(is_name)
        && words.next().is_none_or(|clock| clock.starts_with(b"m="))
        && words.next().is_none();
    is_known.then_some(offset)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn local(year: i64, month: i64, day: i64, hour: i64, minute: i64) -> Civil {
        Civil { year, month, day, second_of_day: hour * 3600 + minute * 60 }
    }

    #[test]
    fn zones_have_names_offsets_or_are_utc() {
        assert_eq!(Zone::parse("UTC").unwrap().name(), "UTC");
        assert_eq!(Zone::parse("+05:30").unwrap().offset_at(local(2024, 1, 1, 0, 0)), 19_800);
        assert_eq!(Zone::parse("-0800").unwrap().offset_at(local(2024, 1, 1, 0, 0)), -28_800);
        let berlin = Zone::parse("Europe/Berlin").unwrap();
        assert_eq!(berlin.offset_at(local(2024, 1, 1, 0, 0)), 3600);
        assert_eq!(berlin.offset_at(local(2024, 7, 1, 0, 0)), 7200);
        for wrong in ["", "Atlantis", "+99:00", "+02:00x", "Europe/"] {
            assert!(Zone::parse(wrong).is_err(), "{wrong:?} was taken for a zone");
        }
    }

    #[test]
    fn skipped_and_repeated_hours_take_the_offset_before_the_change() {
        let berlin = Zone::parse("Europe/Berlin").unwrap();
        assert_eq!(berlin.offset_at(local(2024, 3, 31, 2, 30)), 3600);
        assert_eq!(berlin.offset_at(local(2024, 10, 27, 2, 30)), 7200);
    }

    #[test]
    fn t34_abbreviations_that_mean_several_zones_stay_open() {
        assert_eq!(tail(b" CEST"), Some(Tail::Offset(7200)));
        assert_eq!(tail(b" GMT+05:30"), Some(Tail::Offset(19_800)));
        assert_eq!(tail(b" IST"), Some(Tail::Open));
        assert_eq!(tail(b"+02:00[Europe/Berlin]"), Some(Tail::Offset(7200)));
        assert_eq!((tail(b" CHADT"), tail(b" monday")), (Some(Tail::Open), None));
        assert_eq!(tail(b" PST+2"), None);
    }
}
