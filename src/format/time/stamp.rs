//! Points in time: every way in which reports write them.

use super::named_month;
use super::zone::{Civil, Tail, Zone, tail};
use super::{NANOS_PER_SECOND, take_byte, take_digits, take_fraction, take_number};
use crate::model::Timestamp;
use crate::model::trimmed;

/// A point in time, as read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stamp {
    /// The instant.
    pub at: Timestamp,
    /// Whether the text names no zone, so that the assumed one decided.
    pub naive: bool,
}

/// Years that a test run can have started in; what is outside is a zero time or a broken one.
const YEARS: std::ops::RangeInclusive<i64> = 1970..=2261;

/// Reads a timestamp in any of the forms that reports use (junit.md C5, testng.md C5, nunit.md "Times", xunit.md,
/// robot.md "Times"); `zone` decides where the text names none. Zero times and what is no time give `None`.
pub fn timestamp(text: &str, zone: &Zone) -> Option<Stamp> {
    let text = trimmed(text).as_bytes();
    if let Some(stamp) = usual(text, zone) {
        return Some(stamp);
    }
    match text {
        [b'0'..=b'9', b'0'..=b'9', b'0'..=b'9', b'0'..=b'9', b'-', ..] => iso(text, zone),
        [first, ..] if first.is_ascii_digit() => epoch(text)
            .or_else(|| compact(text, zone))
            .or_else(|| american(text, zone))
            .or_else(|| named_month::rfc1123(text, zone)),
        [first, ..] if first.is_ascii_alphabetic() => named_month::read(text, zone),
        _ => None,
    }
}

/// The timestamp that was read last: where reports tell whole seconds, neighbours tell the same one.
#[derive(Debug, Default)]
pub struct LastStamp {
    text: String,
    stamp: Option<Stamp>,
}

impl LastStamp {
    /// As [`timestamp`], for one and the same `zone` in every call.
    pub fn read(&mut self, text: &str, zone: &Zone) -> Option<Stamp> {
        if self.stamp.is_none() || self.text != text {
            self.text.clear();
            self.text.push_str(text);
            self.stamp = timestamp(text, zone);
        }
        self.stamp
    }
}

/// Reads a timestamp that stands in two attributes: `date="2010-04-19" time="13:38:35"` (NUnit 2, xUnit).
pub fn date_and_time(date: &str, time: &str, zone: &Zone) -> Option<Stamp> {
    let mut date = trimmed(date).as_bytes();
    let day = take_iso_date(&mut date)?;
    if !date.is_empty() {
        return None;
    }
    finish(day, trimmed(time).as_bytes(), zone)
}

/// Whether the text says that there is no time: nothing, `N/A`, a zero time. Any other text that [`timestamp`] cannot
/// read is worth a warning. The epoch's first and last evening, as zones see it, are what GoogleTest, jest-junit and
/// nose2 write for a test that never ran; hspec-junit-formatter wrote a time of its own for all.
pub fn is_absent(text: &str) -> bool {
    // Years are rarely further back than the millennium.
    if text.as_bytes().first() == Some(&b'2') {
        return false;
    }
    let text = trimmed(text);
    let zero = |start: &str| text.starts_with(start);
    text.is_empty()
        || text.eq_ignore_ascii_case("N/A")
        || zero("0001-01-01")
        || zero("0000")
        || text == "0"
        || zero("1970-01-01")
        || zero("1969-12-31")
        || text == "1979-01-01T01:01:01"
        || (zero("Thu Jan  1 ") && text.ends_with(" 1970"))
}

/// `2024-05-02T10:00:00`, with or without a fraction and a zone.
#[inline]
fn usual(text: &[u8], zone: &Zone) -> Option<Stamp> {
    let (month, rest) = text.split_first_chunk()?;
    let (day, rest) = rest.split_first_chunk()?;
    let (clock, mut rest) = rest.split_first_chunk()?;
    let [century, _, years, _, _, month, ..] = pairs(month, b"0000-00-")?;
    let [d1, d2, b'T' | b' '] = *day else { return None };
    let day = pair(d1, d2)?;
    let [hour, _, _, minute, _, _, second, _] = pairs(clock, b"00:00:00")?;
    if hour > 23 || minute > 59 || second > 60 {
        return None;
    }
    let mut nanos = 0;
    if let [b'.' | b',', fraction @ ..] = rest {
        rest = fraction;
        nanos = take_fraction(&mut rest);
    }
    let [century, years, month, hour, minute, second] = [century, years, month, hour, minute, second].map(i64::from);
    let day = Day { year: century * 100 + years, month, day };
    instant(day, hour * 3600 + minute * 60 + second, nanos, tail(rest)?, zone)
}

/// The numbers that neighbouring digits make, each where its first digit stands, if the text is digits where the shape has a
/// zero and what the shape has elsewhere. All bytes are looked at in one go.
#[inline]
fn pairs(text: &[u8; 8], shape: &[u8; 8]) -> Option<[u8; 8]> {
    const TOP_BITS: u64 = 0x8080_8080_8080_8080;
    // A digit that differs by more than nine, another byte that differs at all, reaches its top bit.
    let slack = shape.map(|byte| if byte == b'0' { 0x76 } else { 0x7F });
    let digits = u64::from_le_bytes(*text) ^ u64::from_le_bytes(*shape);
    if (digits.wrapping_add(u64::from_le_bytes(slack)) | digits) & TOP_BITS != 0 {
        return None;
    }
    // No digit is above nine: no byte carries into the next one.
    Some((digits * 10 + (digits >> 8)).to_le_bytes())
}

/// The number that two digits are.
#[inline]
fn pair(tens: u8, ones: u8) -> Option<i64> {
    let (tens, ones) = (tens.wrapping_sub(b'0'), ones.wrapping_sub(b'0'));
    (tens < 10 && ones < 10).then(|| i64::from(tens) * 10 + i64::from(ones))
}

/// `2024-05-02T10:00:00.123Z` and its variants: a blank for the `T` or behind it, no zone, no seconds, no time at all,
/// and `2024-05-02-10-00`.
fn iso(text: &[u8], zone: &Zone) -> Option<Stamp> {
    let mut rest = text;
    let day = take_iso_date(&mut rest)?;
    match rest {
        [] => instant(day, 0, 0, Tail::Open, zone),
        [b'T' | b't' | b' ', rest @ ..] => finish(day, rest.trim_ascii_start(), zone),
        [b'-', rest @ ..] => {
            let mut rest = rest;
            let hour = take_number(&mut rest, 2)?;
            take_byte(&mut rest, b'-')?;
            let minute = take_number(&mut rest, 2)?;
            if !rest.is_empty() || hour > 23 || minute > 59 {
                return None;
            }
            instant(day, hour * 3600 + minute * 60, 0, Tail::Open, zone)
        }
        _ => None,
    }
}

/// `20261123 16:02:22.205` (Robot), also with a `T` and without colons.
fn compact(text: &[u8], zone: &Zone) -> Option<Stamp> {
    let mut rest = text;
    let (digits, 8) = take_digits(&mut rest, 9) else {
        return None;
    };
    let digits = i64::try_from(digits).ok()?;
    let day = Day { year: digits / 10_000, month: digits / 100 % 100, day: digits % 100 };
    match rest {
        [b'T' | b' ', rest @ ..] => finish(day, rest, zone),
        _ => None,
    }
}

/// `12/31/2024 23:59:59` (xUnit: month first, independent of any culture).
fn american(text: &[u8], zone: &Zone) -> Option<Stamp> {
    let mut rest = text;
    let month = take_number(&mut rest, 2)?;
    take_byte(&mut rest, b'/')?;
    let day = take_number(&mut rest, 2)?;
    take_byte(&mut rest, b'/')?;
    let year = take_number(&mut rest, 4)?;
    take_byte(&mut rest, b' ')?;
    finish(Day { year, month, day }, rest, zone)
}

/// Ten digits are seconds since the epoch, thirteen milliseconds; ten may carry a fraction.
fn epoch(text: &[u8]) -> Option<Stamp> {
    let mut rest = text;
    let (value, length) = take_digits(&mut rest, 14);
    let value = i64::try_from(value).ok()?;
    let nanos = match (length, rest) {
        (10, []) => value.checked_mul(NANOS_PER_SECOND)?,
        (10, [b'.', fraction @ ..]) => {
            let mut fraction = fraction;
            let nanos = take_fraction(&mut fraction);
            if !fraction.is_empty() {
                return None;
            }
            value.checked_mul(NANOS_PER_SECOND)?.checked_add(nanos)?
        }
        (13, []) => value.checked_mul(1_000_000)?,
        _ => return None,
    };
    Some(Stamp { at: Timestamp::from_nanos(nanos), naive: false })
}

/// A day as written; [`instant`] checks it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Day {
    pub(super) year: i64,
    pub(super) month: i64,
    pub(super) day: i64,
}

fn take_iso_date(text: &mut &[u8]) -> Option<Day> {
    let year = take_number(text, 4)?;
    take_byte(text, b'-')?;
    let month = take_one_or_two(text)?;
    take_byte(text, b'-')?;
    let day = take_one_or_two(text)?;
    Some(Day { year, month, day })
}

/// Takes a month or a day, which some (TestCafe's NUnit reporter) write without a zero before it.
fn take_one_or_two(text: &mut &[u8]) -> Option<i64> {
    match take_digits(text, 2) {
        (value, 1 | 2) => i64::try_from(value).ok(),
        _ => None,
    }
}

/// Reads the time of day and the zone that follow a date.
pub(super) fn finish(day: Day, text: &[u8], zone: &Zone) -> Option<Stamp> {
    let mut rest = text;
    let (hour, 1 | 2) = take_digits(&mut rest, 2) else {
        return None;
    };
    // Without colons: 20240502T100000.
    let colon = take_byte(&mut rest, b':').is_some();
    let minute = take_number(&mut rest, 2)?;
    let mut second = 0;
    let mut nanos = 0;
    if (colon && take_byte(&mut rest, b':').is_some()) || (!colon && rest.first().is_some_and(u8::is_ascii_digit)) {
        second = take_number(&mut rest, 2)?;
        if let [b'.' | b',', fraction @ ..] = rest {
            rest = fraction;
            nanos = take_fraction(&mut rest);
        }
    }
    if hour > 23 || minute > 59 || second > 60 {
        return None;
    }
    let second_of_day = i64::try_from(hour).ok()? * 3600 + minute * 60 + second;
    instant(day, second_of_day, nanos, tail(rest)?, zone)
}

#[inline]
fn instant(day: Day, second_of_day: i64, nanos: i64, tail: Tail<'_>, zone: &Zone) -> Option<Stamp> {
    let Day { year, month, day } = day;
    if !YEARS.contains(&year) || !(1..=12).contains(&month) || day < 1 || day > days_in_month(year, month) {
        return None;
    }
    let local = Civil { year, month, day, second_of_day };
    let (offset, naive) = match tail {
        Tail::Offset(seconds) => (i64::from(seconds), false),
        Tail::Name(name) => match std::str::from_utf8(name).ok().and_then(|name| Zone::parse(name).ok()) {
            Some(named) => (named.offset_at(local), false),
            None => (zone.offset_at(local), true),
        },
        Tail::Open => (zone.offset_at(local), true),
    };
    let seconds = days_from_civil(year, month, day) * 86_400 + second_of_day - offset;
    let nanos = seconds.checked_mul(NANOS_PER_SECOND)?.checked_add(nanos)?;
    Some(Stamp { at: Timestamp::from_nanos(nanos), naive })
}

fn days_in_month(year: i64, month: i64) -> i64 {
    match month {
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Days from 1970-01-01 to a day of the proleptic Gregorian calendar.
fn days_from_civil(year: i64, month: i64, day: i64) -> i64 {
    // Years are counted from March, so that the leap day is the last day of a year; 719,468 days lead from
    // 0000-03-01 to the epoch.
    let year = if month <= 2 { year - 1 } else { year };
    let month_from_march = if month > 2 { month - 3 } else { month + 9 };
    let day_of_year = (153 * month_from_march + 2) / 5 + day - 1;
    365 * year + year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400) + day_of_year - 719_468
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Option<String> {
        let stamp = timestamp(text, &Zone::utc())?;
        let fraction = stamp.at.nanos().rem_euclid(NANOS_PER_SECOND);
        let naive = if stamp.naive { " naive" } else { "" };
        Some(format!("{} {fraction}{naive}", stamp.at))
    }

    #[test]
    fn days_agree_with_the_calendar_that_is_written() {
        for day in (0..106_000).step_by(13) {
            let text = Timestamp::from_nanos(day * 86_400 * NANOS_PER_SECOND).to_string();
            let stamp = timestamp(&text, &Zone::utc()).unwrap();
            assert_eq!(stamp.at.nanos(), day * 86_400 * NANOS_PER_SECOND, "{text}");
        }
    }

    #[test]
    fn digits_are_read_and_nothing_else_is() {
        const SHAPE: &[u8; 8] = b"00:00:00";
        let good = *b"19:58:07";
        assert_eq!(
            pairs(&good, SHAPE).map(|[hour, _, _, minute, _, _, second, _]| [hour, minute, second]),
            Some([19, 58, 7])
        );
        for place in 0..8 {
            for byte in 0..=u8::MAX {
                let mut text = good;
                text[place] = byte;
                let fits = if SHAPE[place] == b'0' { byte.is_ascii_digit() } else { byte == SHAPE[place] };
                assert_eq!(pairs(&text, SHAPE).is_some(), fits, "{byte:#x} at {place}");
            }
        }
    }

    #[test]
    fn every_form_that_names_its_zone() {
        for text in [
            "2024-05-02T10:00:00Z",
            "2024-05-02T12:00:00+02:00",
            "2024-05-02T12:00:00+0200",
            "2024-05-02T05:00:00-05",
            "2024-05-02 10:00:00Z",
            " 2024-05-02 10:00:00 UTC ",
            "2024-05-02T12:00:00 CEST",
            "2024-05-02T15:30:00 GMT+05:30",
            "2024-05-02T12:00:00+02:00[Europe/Berlin]",
            "2024-05-02T12:00:00[Europe/Berlin]",
            "2024-05-02T15:30:00.000 [Asia/Kolkata]",
            "2024-05-02T10:00[Z]",
            "2024-5-2 10:00:00Z",
            "2024-5-02T10:00:00Z",
            "2024-05-2 10:00Z",
            "Thu, 02 May 2024 10:00:00 GMT",
            "02 May 2024 10:00:00 GMT",
            "2 May 2024 12:00:00 +0200",
            "02 May. 2024 10:00:00 GMT",
            "02 五月 2024 10:00:00 GMT",
            "Thu, 02 May. 2024 10:00:00 GMT",
            "Thu May  2 12:00:00 CEST 2024",
            "Thu May 02 2024 12:00:00 GMT+0200 (Central European Summer Time)",
            "Thu May 02 2024 10:00:00 GMT+0000",
            "2024-05-02 12:00:00 +0200 CEST",
            "2024-05-02 15:30:00 +0530 IST m=+0.001234",
            "1714644000",
            "1714644000000",
        ] {
            assert_eq!(read(text).as_deref(), Some("2024-05-02T10:00:00Z 0"), "{text}");
        }
    }

    #[test]
    fn every_form_without_a_zone() {
        for text in [
            "2024-05-02T10:00:00",
            "2024-05-02 10:00:00",
            "2024-05-02T 10:00:00",
            "2024-05-02T10:00",
            "2024-05-02-10-00",
            "20240502 10:00:00.000",
            "20240502T100000",
            "05/02/2024 10:00:00",
            "Thu May  2 10:00:00 2024",
            "Thu May 02 10:00:00 2024",
            "2024-05-02T10:00:00 IST",
            "2024-05-02T10:00:00[here]",
            "2024-05-02T10:00:00[]",
        ] {
            assert_eq!(read(text).as_deref(), Some("2024-05-02T10:00:00Z 0 naive"), "{text}");
        }
        assert_eq!(read("2024-05-02").as_deref(), Some("2024-05-02T00:00:00Z 0 naive"));
        let two = date_and_time("2024-05-02", "10:00:00", &Zone::utc()).unwrap();
        assert_eq!((two.at.to_string().as_str(), two.naive), ("2024-05-02T10:00:00Z", true));
    }

    #[test]
    fn fractions_keep_nine_digits() {
        assert_eq!(read("2026-08-18T15:29:12.2915876Z").as_deref(), Some("2026-08-18T15:29:12Z 291587600"));
        assert_eq!(read("2025-04-22T08:59:55.364618802-05:00").as_deref(), Some("2025-04-22T13:59:55Z 364618802"));
        assert_eq!(read("2024-05-02T10:00:00.12345678999Z").as_deref(), Some("2024-05-02T10:00:00Z 123456789"));
        assert_eq!(read("2024-05-02 10:00:00,5").as_deref(), Some("2024-05-02T10:00:00Z 500000000 naive"));
        assert_eq!(read("1714644000.25").as_deref(), Some("2024-05-02T10:00:00Z 250000000"));
    }

    #[test]
    fn what_is_no_time_is_none() {
        for text in [
            "",
            "N/A",
            "0001-01-01T00:00:00.0000000+00:00",
            "00000000 00:00:00.000",
            "2024-02-30T10:00:00",
            "2024-13-01",
            "2024-2-30 10:00:00",
            "2024-1-112:00:00",
            "2024-05-021 10:00:00",
            "2024--5 10:00:00",
            "1-2-2024 10:00:00",
            "24-1-2 10:00:00",
            "2024-05-02T24:00:00",
            "2024-05-02T10:00:00 tomorrow",
            "2024-05-02T10:00:00+99:99",
            "2567-05-02T10:00:00Z",
            "9.999",
            "12:00:00",
            "13/25/2024 10:00:00",
            "Thu, 02 Mai 2024 10:00:00",
            "02 . 2024 10:00:00 GMT",
            "02 May.. 2024 10:00:00 GMT",
            "02 月 2024 10:00:00 GMT",
            "02 五月",
            "Thu Mai  2 10:00:00 2024",
            "Thu May  2 10:00:00",
            "Thu May  2 2024",
            "Thu May 02 2024",
            "Thu May 02 2024 GMT+0000",
            "2024-05-02 12:00:00 +0200 in the evening",
            "Thu May 2x 10:00:00 2024",
            "May  2 10:00:00 2024",
            "YYYY-MM-DD",
            "٢٠٢٤-05-02",
            "2024-05-02T",
            "17146440000000000000000",
        ] {
            assert_eq!(read(text), None, "{text:?}");
        }
    }

    #[test]
    fn zero_times_say_that_there_is_none() {
        for text in [
            "",
            " ",
            "N/A",
            "0001-01-01T00:00:00Z",
            "00000000 00:00:00.000",
            "1970-01-01T01:00:00.000",
            "1979-01-01T01:01:01",
            "Thu Jan  1 01:00:00 1970",
        ] {
            assert!(is_absent(text), "{text:?}");
        }
        assert!(!is_absent("yesterday"));
    }

    #[test]
    fn naive_times_are_in_the_assumed_zone() {
        let berlin = Zone::parse("Europe/Berlin").unwrap();
        let at = |text: &str| timestamp(text, &berlin).unwrap().at.to_string();
        assert_eq!(at("2024-07-01T10:00:00"), "2024-07-01T08:00:00Z");
        assert_eq!(at("2024-07-01T10:00:00Z"), "2024-07-01T10:00:00Z");
        assert_eq!(at("2024-03-31T02:30:00"), "2024-03-31T01:30:00Z");
        assert_eq!(at("2024-10-27T02:30:00"), "2024-10-27T00:30:00Z");
    }
}
