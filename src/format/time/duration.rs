//! Durations: seconds as JUnit and its relatives write them, and clocks.

use super::{NANOS_PER_SECOND, take_byte, take_digits, take_fraction};
use crate::model::trimmed;

/// What is worth telling about a duration.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TimeRemark {
    /// `1,234`: read as grouping, could be a decimal comma (J52).
    Ambiguous,
    /// Below zero; there is no duration then (J55).
    Negative,
    /// More than 365 days; the duration is kept.
    TooLong,
    /// No duration at all.
    Unreadable,
}

/// A duration, as read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Seconds {
    /// Nanoseconds; `None` where the text says nothing or nothing readable.
    pub nanos: Option<i64>,
    /// What is worth telling.
    pub remark: Option<TimeRemark>,
}

impl Seconds {
    const NONE: Seconds = Seconds { nanos: None, remark: None };

    fn none(remark: TimeRemark) -> Seconds {
        Seconds { nanos: None, remark: Some(remark) }
    }
}

const LONGEST: i64 = 365 * 86_400 * NANOS_PER_SECOND;

/// Units that may follow a number, and their length in nanoseconds (J54).
const UNITS: &[(&str, i64)] = &[
    ("", NANOS_PER_SECOND),
    ("ns", 1),
    ("us", 1_000),
    ("µs", 1_000),
    ("μs", 1_000),
    ("ms", 1_000_000),
    ("s", NANOS_PER_SECOND),
    ("m", 60 * NANOS_PER_SECOND),
    ("h", 3600 * NANOS_PER_SECOND),
];

/// Reads a duration in seconds (junit.md C4): `14,029.255`, `0,160`, `6.9e-05`, `3.`, `80.803us`.
pub fn seconds(text: &str) -> Seconds {
    read(text, Comma::Groups)
}

/// Reads a duration in seconds as .NET tools write it under any culture (nunit.md "Times"): as [`seconds`], but a lone
/// comma is always the decimal sign, so that `1,234` is a little more than a second.
///
/// Blanks may group the digits, as some cultures have it: `1 234,5`. A [`clock`], as .NET itself writes a duration, is one,
/// too: drafts of NUnit 3 have them (N39).
pub fn dotnet_seconds(text: &str) -> Seconds {
    let seconds = read(text, Comma::Decimal);
    if seconds.remark != Some(TimeRemark::Unreadable) {
        return seconds;
    }
    if let Some(nanos) = clock(text) {
        return told(Some(nanos), false, None);
    }
    if trimmed(text).contains(is_between_digits) {
        return read(&text.replace(is_between_digits, ""), Comma::Decimal);
    }
    seconds
}

/// A blank, one that breaks no line, or a narrow one.
fn is_between_digits(c: char) -> bool {
    matches!(c, ' ' | '\u{a0}' | '\u{202f}')
}

#[inline]
fn read(text: &str, comma: Comma) -> Seconds {
    match usual(text.as_bytes()) {
        Some(nanos) => Seconds { nanos: Some(nanos), remark: None },
        None => read_any(trimmed(text), comma),
    }
}

/// The usual form: up to seven digits, which are less than a year, and perhaps a point and digits behind it.
#[inline]
fn usual(text: &[u8]) -> Option<i64> {
    let mut rest = text;
    let (whole, 1..=7) = take_digits(&mut rest, 8) else { return None };
    let nanos = i64::try_from(whole).ok()? * NANOS_PER_SECOND;
    match rest {
        [] => Some(nanos),
        [b'.', fraction @ ..] => {
            let mut fraction = fraction;
            let part = take_fraction(&mut fraction);
            fraction.is_empty().then_some(nanos + part)
        }
        _ => None,
    }
}

#[inline(never)]
fn read_any(text: &str, comma: Comma) -> Seconds {
    let (negative, text) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    if ["", "NaN", "N/A", "inf", "Infinity", "unknown"].iter().any(|word| word.eq_ignore_ascii_case(text)) {
        return Seconds::NONE;
    }
    if let Some(nanos) = iso8601(text) {
        return told(nanos, negative, None);
    }
    let Some(number) = Number::take(text, comma) else {
        return Seconds::none(TimeRemark::Unreadable);
    };
    let Some((_, unit)) = UNITS.iter().find(|(name, _)| *name == number.unit) else {
        return Seconds::none(TimeRemark::Unreadable);
    };
    told(number.nanos(*unit), negative, number.ambiguous.then_some(TimeRemark::Ambiguous))
}

/// A duration of so many nanoseconds, `None` being more than there is room for.
fn told(nanos: Option<i64>, negative: bool, remark: Option<TimeRemark>) -> Seconds {
    match nanos {
        // The sign of a zero says nothing.
        Some(0) => Seconds { nanos: Some(0), remark: None },
        _ if negative => Seconds::none(TimeRemark::Negative),
        Some(nanos) if nanos > LONGEST => Seconds { nanos: Some(nanos), remark: Some(TimeRemark::TooLong) },
        Some(nanos) => Seconds { nanos: Some(nanos), remark },
        None => Seconds::none(TimeRemark::TooLong),
    }
}

/// `PT1H2M3.5S`, as Java's `Duration` writes itself: nanoseconds, of which the inner `None` says that they are too many. The outer
/// one says that the text is nothing of the kind.
fn iso8601(text: &str) -> Option<Option<i64>> {
    let mut rest = text.strip_prefix("PT")?;
    let mut sum = Some(0i64);
    for (unit, length) in [('H', 3600), ('M', 60), ('S', 1)] {
        let Some((part, after)) = rest.split_once(unit) else { continue };
        let number = Number::take(part, Comma::Decimal).filter(|number| number.unit.is_empty())?;
        let nanos = number.nanos(length * NANOS_PER_SECOND);
        sum = sum.zip(nanos).and_then(|(sum, nanos)| sum.checked_add(nanos));
        rest = after;
    }
    (rest.is_empty() && text.len() > "PT".len()).then_some(sum)
}

/// What a comma before three digits is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Comma {
    Groups,
    Decimal,
}

/// A decimal number taken apart.
struct Number<'t> {
    whole: u64,
    /// The digits behind the decimal sign.
    fraction: &'t [u8],
    exponent: i32,
    unit: &'t str,
    ambiguous: bool,
}

impl<'t> Number<'t> {
    fn take(text: &'t str, comma: Comma) -> Option<Number<'t>> {
        let bytes = text.as_bytes();
        let length = bytes.iter().take_while(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b',')).count();
        let (number, mut rest) = bytes.split_at(length);
        let sign = decimal_sign(number, comma);
        let (whole, fraction) = match sign {
            Some(at) => (&number[..at], &number[at + 1..]),
            None => (number, &[][..]),
        };
        let repeated = sign.is_some_and(|at| whole.contains(&number[at])) || !fraction.iter().all(u8::is_ascii_digit);
        if repeated || (whole.is_empty() && fraction.is_empty()) {
            return None;
        }
        let value = whole
            .iter()
            .filter(|byte| byte.is_ascii_digit())
            .fold(0u64, |value, digit| value.saturating_mul(10).saturating_add(u64::from(digit - b'0')));
        let exponent = take_exponent(&mut rest)?;
        let unit = text.get(text.len() - rest.len()..)?.trim_start();
        let ambiguous = sign.is_none() && whole.iter().filter(|byte| **byte == b',').count() == 1;
        Some(Number { whole: value, fraction, exponent, unit, ambiguous })
    }

    /// Its value in nanoseconds, cut below one, `None` where that is no `i64`.
    fn nanos(&self, unit: i64) -> Option<i64> {
        if self.exponent != 0 {
            return self.nanos_of_exponent(unit);
        }
        let whole = i64::try_from(self.whole).ok()?.checked_mul(unit)?;
        let mut fraction = self.fraction;
        // Nine digits of a fraction of the longest unit stay far within an i64: 10^9 * 3600.
        let part = i128::from(take_fraction(&mut fraction)) * i128::from(unit) / i128::from(NANOS_PER_SECOND);
        whole.checked_add(i64::try_from(part).ok()?)
    }

    /// Scientific notation is for tiny or computed values: the nearest f64 is as good as what was written.
    fn nanos_of_exponent(&self, unit: i64) -> Option<i64> {
        let mut fraction = 0.0;
        let mut place = 0.1;
        for digit in self.fraction.iter().take(17) {
            fraction += f64::from(digit - b'0') * place;
            place /= 10.0;
        }
        #[allow(clippy::cast_precision_loss, reason = "an f64 is precise enough here, see above")]
        let nanos = (self.whole as f64 + fraction) * 10f64.powi(self.exponent) * unit as f64;
        #[allow(clippy::cast_possible_truncation, reason = "the bound keeps it within an i64")]
        (nanos.is_finite() && nanos < 9.0e18).then_some(nanos.round() as i64)
    }
}

/// Takes `e-05` off the front; zero where there is none, `None` where it is broken.
fn take_exponent(text: &mut &[u8]) -> Option<i32> {
    let [b'e' | b'E', rest @ ..] = *text else {
        return Some(0);
    };
    let (negative, mut rest) = match rest {
        [b'-', rest @ ..] => (true, rest),
        [b'+', rest @ ..] => (false, rest),
        rest => (false, rest),
    };
    let (value, length) = take_digits(&mut rest, 3);
    if length == 0 {
        return None;
    }
    *text = rest;
    let value = i32::try_from(value).ok()?;
    Some(if negative { -value } else { value })
}

/// The place of the decimal sign; whatever else stands before it groups digits.
fn decimal_sign(number: &[u8], comma: Comma) -> Option<usize> {
    let last = memchr::memrchr2(b',', b'.', number)?;
    let dot = memchr::memchr(b'.', number);
    let commas = memchr::memchr_iter(b',', number).count();
    match comma {
        Comma::Groups if commas > 0 && grouped(&number[..dot.unwrap_or(number.len())]) => dot,
        Comma::Decimal if commas > 1 && dot.is_none() => None,
        _ => Some(last),
    }
}

/// Whether commas group thousands: `14,029`, `1,234`, but not `0,160` (J50, J51, J52).
fn grouped(whole: &[u8]) -> bool {
    let mut groups = whole.split(|byte| *byte == b',');
    let first = groups.next().unwrap_or_default();
    (1..=3).contains(&first.len()) && first[0] != b'0' && groups.all(|group| group.len() == 3)
}

/// Reads `[d.]hh:mm:ss[.fffffff]`: nanoseconds (xUnit's `time-rtf`, TRX). Days stand before a dot.
pub fn clock(text: &str) -> Option<i64> {
    let mut rest = trimmed(text).as_bytes();
    let (mut hours, 1..) = take_digits(&mut rest, 6) else {
        return None;
    };
    let mut days = 0;
    if take_byte(&mut rest, b'.').is_some() {
        days = hours;
        let (found, 1..) = take_digits(&mut rest, 2) else {
            return None;
        };
        hours = found;
    }
    take_byte(&mut rest, b':')?;
    let (minutes, 2) = take_digits(&mut rest, 2) else {
        return None;
    };
    take_byte(&mut rest, b':')?;
    let (seconds, 2) = take_digits(&mut rest, 2) else {
        return None;
    };
    let nanos = match take_byte(&mut rest, b'.') {
        Some(()) => take_fraction(&mut rest),
        None => 0,
    };
    if !rest.is_empty() || minutes > 59 || seconds > 59 {
        return None;
    }
    let seconds = days * 86_400 + hours * 3600 + minutes * 60 + seconds;
    i64::try_from(seconds).ok()?.checked_mul(NANOS_PER_SECOND)?.checked_add(nanos)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn nanos(text: &str) -> Option<i64> {
        let read = seconds(text);
        assert_eq!(read.remark, None, "{text}");
        read.nanos
    }

    #[test]
    fn plain_decimals_are_exact() {
        assert_eq!(nanos("0.1"), Some(100_000_000));
        assert_eq!(nanos("12.345678901"), Some(12_345_678_901));
        assert_eq!(nanos("1200000.000000001"), Some(1_200_000_000_000_001));
        assert_eq!(nanos("0.00010000000000000000001"), Some(100_000));
        assert_eq!(nanos("3."), Some(3_000_000_000));
        assert_eq!(nanos(".5"), Some(500_000_000));
        assert_eq!(nanos(" 7 "), Some(7_000_000_000));
        assert_eq!(nanos("6.9e-05"), Some(69_000));
        assert_eq!(nanos("1E2"), Some(100_000_000_000));
        assert_eq!(nanos("-0.000"), Some(0));
    }

    #[test]
    fn j50_commas_group_thousands() {
        assert_eq!(nanos("14,029.255"), Some(14_029_255_000_000));
        assert_eq!(nanos("1,234,567"), Some(1_234_567_000_000_000));
    }

    #[test]
    fn j51_a_comma_behind_a_zero_is_a_decimal_comma() {
        assert_eq!(nanos("0,160"), Some(160_000_000));
        assert_eq!(nanos("0,03"), Some(30_000_000));
        assert_eq!(nanos("12,5"), Some(12_500_000_000));
    }

    #[test]
    fn j52_one_group_of_three_is_ambiguous() {
        let read = seconds("1,234");
        assert_eq!(read, Seconds { nanos: Some(1_234_000_000_000), remark: Some(TimeRemark::Ambiguous) });
    }

    #[test]
    fn a_lone_comma_of_dotnet_is_a_decimal_comma() {
        let nanos = |text| dotnet_seconds(text).nanos;
        for grouped in ["1 234,5", "1\u{a0}234,5", "1\u{202f}234.5"] {
            assert_eq!(nanos(grouped), Some(1_234_500_000_000), "{grouped}");
        }
        for text in ["1 x", "00:60:00", "1:2"] {
            assert_eq!(dotnet_seconds(text), Seconds::none(TimeRemark::Unreadable), "{text}");
        }
        assert_eq!(nanos("1,234"), Some(1_234_000_000));
        assert_eq!(nanos("1.234,5"), Some(1_234_500_000_000));
        assert_eq!(nanos("1,234.5"), Some(1_234_500_000_000));
        assert_eq!(nanos("0.05420000000000001"), Some(54_200_000));
    }

    #[test]
    fn n39_a_clock_of_dotnet_is_a_duration() {
        assert_eq!(dotnet_seconds("00:00:00.0150000"), Seconds { nanos: Some(15_000_000), remark: None });
        assert_eq!(dotnet_seconds(" 00:01:58.5 ").nanos, Some(118_500_000_000));
        assert_eq!(dotnet_seconds("400.00:00:00").remark, Some(TimeRemark::TooLong));
    }

    #[test]
    fn j53_words_for_nothing_are_nothing() {
        for text in ["", "NaN", "nan", "N/A", "inf", "-inf", "unknown", "-", " "] {
            assert_eq!(seconds(text), Seconds::default(), "{text:?}");
        }
    }

    #[test]
    fn j54_units_are_converted() {
        assert_eq!(nanos("80.803us"), Some(80_803));
        assert_eq!(nanos("80.803µs"), Some(80_803));
        assert_eq!(nanos("1.5 ms"), Some(1_500_000));
        assert_eq!(nanos("2m"), Some(120_000_000_000));
        assert_eq!(nanos("0.25h"), Some(900_000_000_000));
        assert_eq!(nanos("12ns"), Some(12));
        assert_eq!(nanos("3s"), Some(3_000_000_000));
    }

    #[test]
    fn durations_of_java_are_read() {
        assert_eq!(nanos("PT1.5S"), Some(1_500_000_000));
        assert_eq!(nanos("PT2M0.25S"), Some(120_250_000_000));
        assert_eq!(nanos("PT1H1M1S"), Some(3_661_000_000_000));
        assert_eq!(nanos("PT0S"), Some(0));
        assert_eq!(seconds("PT9000H").remark, Some(TimeRemark::TooLong));
        assert_eq!(seconds("PT99999999999999999H").remark, Some(TimeRemark::TooLong));
        assert_eq!(seconds("-PT1S"), Seconds::none(TimeRemark::Negative));
        for text in ["PT", "PT1", "P1D", "PT1S2M", "PTS", "PT1.5", "PT1xS", "PT-1S"] {
            assert_eq!(seconds(text), Seconds::none(TimeRemark::Unreadable), "{text:?}");
        }
    }

    #[test]
    fn j55_negative_durations_are_none() {
        assert_eq!(seconds("-345345"), Seconds::none(TimeRemark::Negative));
    }

    #[test]
    fn what_is_too_long_or_no_number_is_told() {
        assert_eq!(seconds("99999999").remark, Some(TimeRemark::TooLong));
        assert_eq!(seconds("99999999999999999999999").remark, Some(TimeRemark::TooLong));
        assert_eq!(seconds("1e999").remark, Some(TimeRemark::TooLong));
        for text in
            ["<<computed>>", "0:00:01", "1.2.3", "1,234.5.6", "1,2,3", ",", ".", "1e", "1 parsec", "1,23,456", "٣"]
        {
            assert_eq!(seconds(text), Seconds::none(TimeRemark::Unreadable), "{text:?}");
        }
    }

    #[test]
    fn x29_clocks_may_carry_days() {
        assert_eq!(clock("00:00:00.0161389"), Some(16_138_900));
        assert_eq!(clock("1.01:01:01.5000000"), Some(90_061_500_000_000));
        assert_eq!(clock("01:02:03"), Some(3_723_000_000_000));
        for text in ["", "1:2", "00:60:00", "00:00:00x", "1.:00:00", "00:00:0"] {
            assert_eq!(clock(text), None, "{text:?}");
        }
    }
}
