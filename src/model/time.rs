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
        let seconds = self.0.div_euclid(NANOS_PER_SECOND);
        let (year, month, day) = civil_from_days(seconds.div_euclid(86_400));
        let second_of_day = seconds.rem_euclid(86_400);
        let mut text = *b"0000-00-00T00:00:00Z";
        put_two_digits(&mut text, 0, year / 100);
        put_two_digits(&mut text, 2, year % 100);
        put_two_digits(&mut text, 5, month);
        put_two_digits(&mut text, 8, day);
        put_two_digits(&mut text, 11, second_of_day / 3600);
        put_two_digits(&mut text, 14, second_of_day / 60 % 60);
        put_two_digits(&mut text, 17, second_of_day % 60);
        text
    }
}

/// Writes a number below a hundred; every part of a year from 1678 to 2261 is one.
fn put_two_digits(text: &mut [u8; 20], at: usize, number: i64) {
    let digit = |value: i64| b'0' + (value % 10) as u8;
    text[at] = digit(number / 10);
    text[at + 1] = digit(number);
}

/// As [`Timestamp::to_text`].
impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.to_text().iter().try_for_each(|byte| f.write_char(char::from(*byte)))
    }
}

/// Year, month and day of a day counted from 1970-01-01, in the proleptic Gregorian calendar.
fn civil_from_days(days: i64) -> (i64, i64, i64) {
    // Years are counted from March, so that the leap day is the last day of a year; 719,468 days lead from
    // 0000-03-01 to the epoch, 146,097 days make 400 years.
    let shifted = days + 719_468;
    let era = shifted.div_euclid(146_097);
    let day_of_era = shifted.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
    (year_of_era + era * 400 + i64::from(month <= 2), month, day)
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
    }

    #[test]
    fn seconds_are_cut_down_and_rounded_up() {
        let instant = Timestamp::from_nanos(1_500_000_000);
        assert_eq!(instant.floor_to_second().nanos(), NANOS_PER_SECOND);
        assert_eq!(instant.ceil_to_second().nanos(), 2 * NANOS_PER_SECOND);
        assert_eq!(Timestamp::from_nanos(-1).floor_to_second().nanos(), -NANOS_PER_SECOND);
    }
}
