//! Points in time.

use std::fmt::{self, Write};

const NANOS_PER_SECOND: i64 = 1_000_000_000;

/// An instant in UTC, in nanoseconds since 1970-01-01T00:00:00Z (years 1678 to 2261).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(i64);

impl Timestamp {
    /// The instant `nanos` nanoseconds after the epoch.
    pub const fn from_nanos(nanos: i64) -> Timestamp {
        Timestamp(nanos)
    }

    /// Nanoseconds since the epoch.
    pub const fn nanos(self) -> i64 {
        self.0
    }

    /// This instant moved by `nanos`; the end of the representable time where it would overflow.
    pub const fn plus(self, nanos: i64) -> Timestamp {
        Timestamp(self.0.saturating_add(nanos))
    }

    /// The whole second at or before this instant.
    pub const fn floor_to_second(self) -> Timestamp {
        Timestamp(self.0.saturating_sub(self.0.rem_euclid(NANOS_PER_SECOND)))
    }

    /// The whole second at or after this instant.
    pub const fn ceil_to_second(self) -> Timestamp {
        match self.0.rem_euclid(NANOS_PER_SECOND) {
            0 => self,
            rest => Timestamp(self.0.saturating_add(NANOS_PER_SECOND - rest)),
        }
    }
}

impl Timestamp {
    /// `2026-11-24T00:05:15Z`: whole seconds, cut, not rounded (spec xray-json.md section 4). Every run has two of
    /// these, so they are written digit by digit and not by the formatting machinery.
    pub fn to_text(self) -> [u8; 20] {
        let (day, second_of_day) = self.day_and_second();
        let mut text = *b"0000-00-00T00:00:00Z";
        put_date(&mut text, day);
        put_minute(&mut text, second_of_day / 60);
        put_second(&mut text, second_of_day % 60);
        text
    }

    /// The day, counted from 0000-03-01, and the second in it.
    fn day_and_second(self) -> (u32, u32) {
        let seconds = self.0.div_euclid(NANOS_PER_SECOND) + SECONDS_BEFORE_THE_EPOCH;
        // Days of any instant fit into 32 bits, all the more seconds of a day.
        ((seconds / SECONDS_PER_DAY) as u32, (seconds % SECONDS_PER_DAY) as u32)
    }
}

const SECONDS_PER_DAY: i64 = 86_400;

/// Seconds from 0000-03-01 to 1970-01-01, 719,468 days.
const SECONDS_BEFORE_THE_EPOCH: i64 = 719_468 * SECONDS_PER_DAY;

/// Writes instants as [`Timestamp::to_text`] does. The next one is often in the second of the last one, and nearly always on
/// its day: what they have in common is not written again.
#[derive(Debug, Clone)]
pub(crate) struct TimeText {
    /// The second that `text` tells, of all since the epoch.
    second: i64,
    text: [u8; 20],
}

impl Default for TimeText {
    fn default() -> TimeText {
        TimeText { second: 0, text: Timestamp::from_nanos(0).to_text() }
    }
}

impl TimeText {
    /// The instant in whole seconds.
    #[inline]
    pub(crate) fn of(&mut self, instant: Timestamp) -> &[u8; 20] {
        if instant.0.div_euclid(NANOS_PER_SECOND) != self.second {
            self.renew(instant);
        }
        &self.text
    }

    fn renew(&mut self, instant: Timestamp) {
        let second = instant.0.div_euclid(NANOS_PER_SECOND);
        let (day, second_of_day) = instant.day_and_second();
        if second.div_euclid(SECONDS_PER_DAY) != self.second.div_euclid(SECONDS_PER_DAY) {
            put_date(&mut self.text, day);
        }
        if second.div_euclid(60) != self.second.div_euclid(60) {
            put_minute(&mut self.text, second_of_day / 60);
        }
        put_second(&mut self.text, second_of_day % 60);
        self.second = second;
    }
}

fn put_date(text: &mut [u8; 20], day: u32) {
    let (year, month, day) = civil_from_days(day);
    put_two_digits(text, 0, year / 100);
    put_two_digits(text, 2, year % 100);
    put_two_digits(text, 5, month);
    put_two_digits(text, 8, day);
}

#[inline]
fn put_minute(text: &mut [u8; 20], minute_of_day: u32) {
    put_two_digits(text, 11, minute_of_day / 60);
    put_two_digits(text, 14, minute_of_day % 60);
}

/// Writes the second and what stands around it as one word: the text is copied at once, and a word that was written in parts makes
/// the processor wait.
#[inline]
fn put_second(text: &mut [u8; 20], second: u32) {
    let [tens, units] = two_digits(second);
    let word = u32::from_le_bytes(*b":\0\0Z") | u32::from(tens) << 8 | u32::from(units) << 16;
    text[16..].copy_from_slice(&word.to_le_bytes());
}

/// Writes a number below a hundred; every part of a year from 1678 to 2261 is one.
#[inline]
fn put_two_digits(text: &mut [u8; 20], at: usize, number: u32) {
    text[at..at + 2].copy_from_slice(&two_digits(number));
}

#[inline]
fn two_digits(number: u32) -> [u8; 2] {
    // For numbers below a hundred this is the division by ten.
    let tens = (number * 205) >> 11;
    [b'0' + tens as u8, b'0' + (number - 10 * tens) as u8]
}

/// As [`Timestamp::to_text`].
impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.to_text().iter().try_for_each(|byte| f.write_char(char::from(*byte)))
    }
}

/// Year, month and day of a day counted from 0000-03-01, in the proleptic Gregorian calendar.
fn civil_from_days(days: u32) -> (u32, u32, u32) {
    // Years are counted from March, so that the leap day is the last day of a year; 146,097 days make 400 years.
    let (era, day_of_era) = (days / 146_097, days % 146_097);
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
    (year_of_era + era * 400 + u32::from(month <= 2), month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(seconds: i64) -> String {
        Timestamp::from_nanos(seconds * NANOS_PER_SECOND).to_string()
    }

    #[test]
    fn writes_whole_seconds_in_utc() {
        assert_eq!(shown(0), "1970-01-01T00:00:00Z");
        assert_eq!(shown(951_782_400), "2000-02-29T00:00:00Z");
        assert_eq!(shown(1_709_210_096), "2024-02-29T12:34:56Z");
        assert_eq!(shown(-1), "1969-12-31T23:59:59Z");
        assert_eq!(Timestamp::from_nanos(i64::MIN).to_string(), "1677-09-21T00:12:43Z");
        assert_eq!(Timestamp::from_nanos(i64::MAX).to_string(), "2262-04-11T23:47:16Z");
    }

    #[test]
    fn whatever_was_written_before_an_instant_is_written_as_itself() {
        let seconds = [0, 86_399, 86_400, 951_782_400, -1, 1_709_210_096].map(|second| second * NANOS_PER_SECOND);
        let instants: Vec<_> = seconds.into_iter().chain([i64::MIN, -999_999_999, 1, 999_999_999, i64::MAX]).collect();
        for (one, other) in instants.iter().flat_map(|one| instants.iter().map(move |other| (*one, *other))) {
            let mut text = TimeText::default();
            for instant in [one, other, other, one].map(Timestamp::from_nanos) {
                assert_eq!(*text.of(instant), instant.to_text());
            }
        }
    }

    #[test]
    fn every_second_of_a_day_has_its_digits() {
        for second in (0..86_400).step_by(7) {
            let expected = format!("1970-01-01T{:02}:{:02}:{:02}Z", second / 3600, second / 60 % 60, second % 60);
            assert_eq!(shown(second), expected);
        }
    }

    #[test]
    fn seconds_are_cut_down_and_rounded_up() {
        let instant = Timestamp::from_nanos(1_500_000_000);
        assert_eq!(instant.floor_to_second().nanos(), NANOS_PER_SECOND);
        assert_eq!(instant.ceil_to_second().nanos(), 2 * NANOS_PER_SECOND);
        assert_eq!(Timestamp::from_nanos(-1).floor_to_second().nanos(), -NANOS_PER_SECOND);
    }
}
