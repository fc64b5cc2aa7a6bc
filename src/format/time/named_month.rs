//! Points in time whose month is a word, as mail, C, Java and JavaScript write them.

use super::stamp::{Day, Stamp, finish};
use super::zone::Zone;
use super::{take_byte, take_digits, take_number};

/// Reads one that begins with a word.
pub(super) fn read(text: &[u8], zone: &Zone) -> Option<Stamp> {
    rfc1123(text, zone).or_else(|| asctime(text, zone)).or_else(|| javascript(text, zone))
}

/// `Tue, 13 Feb 2024 10:28:58 GMT`, with or without the weekday. Java writes the month in the language of its machine:
/// `13 Feb. 2024`, `13 二月 2024`.
pub(super) fn rfc1123(text: &[u8], zone: &Zone) -> Option<Stamp> {
    let mut rest = match memchr::memchr(b',', text) {
        Some(comma) => text[comma + 1..].trim_ascii_start(),
        None => text,
    };
    let (day, 1 | 2) = take_digits(&mut rest, 2) else {
        return None;
    };
    take_byte(&mut rest, b' ')?;
    let (name, after) = rest.split_at(memchr::memchr(b' ', rest)?);
    let month = month_number(name).or_else(|| month_in_words(name))?;
    rest = after;
    take_byte(&mut rest, b' ')?;
    let year = take_number(&mut rest, 4)?;
    take_byte(&mut rest, b' ')?;
    finish(Day { year, month, day: i64::try_from(day).ok()? }, rest, zone)
}

/// The number of the month with these three letters.
fn month_number(name: &[u8]) -> Option<i64> {
    let index = MONTHS.iter().position(|month| month.eq_ignore_ascii_case(name))?;
    i64::try_from(index + 1).ok()
}

/// The number of the month that is shortened with a dot, as some kinds of English do, or called in Chinese.
fn month_in_words(name: &[u8]) -> Option<i64> {
    if let Some(name) = name.strip_suffix(b".") {
        return month_number(if name.eq_ignore_ascii_case(b"Sept") { b"Sep" } else { name });
    }
    let index = CHINESE_MONTHS.iter().position(|month| month.as_bytes() == name)?;
    i64::try_from(index + 1).ok()
}

/// The first word, and what follows the blanks behind it.
fn word(text: &[u8]) -> Option<(&[u8], &[u8])> {
    let end = memchr::memchr(b' ', text)?;
    Some((&text[..end], text[end..].trim_ascii_start()))
}

/// `Tue Mar 31 05:03:00 2020`, as C writes it, also with a zone before the year, as Java does.
fn asctime(text: &[u8], zone: &Zone) -> Option<Stamp> {
    let (head, mut year) = text.split_last_chunk::<5>().map(|(head, year)| (head, year.as_slice()))?;
    take_byte(&mut year, b' ')?;
    let year = take_number(&mut year, 4)?;
    let (month, day, rest) = weekday_month_day(head)?;
    finish(Day { year, month, day }, rest, zone)
}

/// `Tue Mar 31 2020 05:03:00 GMT+0200 (Central European Summer Time)`, as JavaScript writes it.
fn javascript(text: &[u8], zone: &Zone) -> Option<Stamp> {
    let end = memchr::memmem::find(text, b" (").unwrap_or(text.len());
    let (month, day, mut rest) = weekday_month_day(&text[..end])?;
    let year = take_number(&mut rest, 4)?;
    take_byte(&mut rest, b' ')?;
    finish(Day { year, month, day }, rest, zone)
}

/// What `Tue Mar 31 ` says, and what follows it.
fn weekday_month_day(text: &[u8]) -> Option<(i64, i64, &[u8])> {
    let (weekday, rest) = word(text)?;
    let (month, rest) = word(rest)?;
    let (mut day, rest) = word(rest)?;
    let (number, 1 | 2) = take_digits(&mut day, 2) else {
        return None;
    };
    let is_day = weekday.len() == 3 && day.is_empty();
    is_day.then_some((month_number(month)?, i64::try_from(number).ok()?, rest))
}

const MONTHS: [&[u8]; 12] =
    [b"Jan", b"Feb", b"Mar", b"Apr", b"May", b"Jun", b"Jul", b"Aug", b"Sep", b"Oct", b"Nov", b"Dec"];

const CHINESE_MONTHS: [&str; 12] =
    ["一月", "二月", "三月", "四月", "五月", "六月", "七月", "八月", "九月", "十月", "十一月", "十二月"];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::format::time::timestamp;

    fn told(text: &str) -> Option<String> {
        Some(timestamp(text, &Zone::utc())?.at.to_string())
    }

    #[test]
    fn months_are_read_in_the_language_of_the_machine() {
        for (index, chinese) in CHINESE_MONTHS.iter().enumerate() {
            let english = std::str::from_utf8(MONTHS[index]).unwrap();
            let expected = Some(format!("2020-{:02}-04T11:32:04Z", index + 1));
            for month in [english, &format!("{english}."), chinese] {
                assert_eq!(told(&format!("04 {month} 2020 11:32:04 GMT")), expected, "{month}");
            }
        }
        assert_eq!(told("04 Sept. 2020 11:32:04 GMT").as_deref(), Some("2020-09-04T11:32:04Z"));
    }
}
