//! Short texts that options carry: titles, environment names, globs, time zones.

use std::num::NonZeroU64;
use std::str::FromStr;

/// Longest title that Jira takes, in UTF-16 units.
const TITLE_UNITS: usize = 255;

/// A whole number of at least one.
pub fn parse_count<N: TryFrom<NonZeroU64>>(text: &str) -> Result<N, String> {
    let text = text.trim();
    if text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_digit()) || text.bytes().all(|byte| byte == b'0') {
        return Err("a whole number of at least 1 is expected".to_owned());
    }
    let number = text.parse::<NonZeroU64>().ok().and_then(|number| N::try_from(number).ok());
    number.ok_or_else(|| "the number is too large".to_owned())
}

/// Text that is not empty, of one line or several.
pub fn parse_text(text: &str) -> Result<String, String> {
    match text.trim().is_empty() {
        true => Err("it must not be empty".to_owned()),
        false => Ok(text.to_owned()),
    }
}

/// One line of text that is not empty.
pub fn parse_line(text: &str) -> Result<String, String> {
    let text = text.trim();
    if text.is_empty() {
        return Err("it must not be empty".to_owned());
    }
    if text.contains(char::is_control) {
        return Err("it must be one line without control characters".to_owned());
    }
    Ok(text.to_owned())
}

/// The title of an issue.
pub fn parse_title(text: &str) -> Result<String, String> {
    let title = parse_line(text)?;
    match title.encode_utf16().count() {
        0..=TITLE_UNITS => Ok(title),
        long => Err(format!("it has {long} characters, and Jira takes {TITLE_UNITS}")),
    }
}

/// The name of a test environment: Xray separates them by blanks, so a name has none.
pub fn parse_environment(text: &str) -> Result<String, String> {
    let name = parse_title(text)?;
    if name.contains(char::is_whitespace) {
        return Err("a test environment has no blanks in its name; repeat the option for several".to_owned());
    }
    Ok(name)
}

/// A glob over the names of reports.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pattern(String);

impl Pattern {
    /// The glob as written.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Pattern {
    type Err = String;

    fn from_str(text: &str) -> Result<Pattern, String> {
        if text.is_empty() {
            return Err("a glob must not be empty".to_owned());
        }
        match globset::Glob::new(text) {
            Ok(_) => Ok(Pattern(text.to_owned())),
            Err(error) => Err(error.kind().to_string()),
        }
    }
}

/// The zone of timestamps that carry none, by IANA name or offset.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ZoneName(String);

impl ZoneName {
    /// The zone as written.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Checks the shape alone; whether the zone exists is known to the format room.
impl FromStr for ZoneName {
    type Err = String;

    fn from_str(text: &str) -> Result<ZoneName, String> {
        let is_known_shape = match text.strip_prefix(['+', '-']) {
            Some(offset) => is_offset(offset),
            None => is_zone_name(text),
        };
        match is_known_shape {
            true => Ok(ZoneName(text.to_owned())),
            false => Err("a zone is an IANA name or an offset, such as Europe/Berlin, UTC or +02:00".to_owned()),
        }
    }
}

/// `HH`, `HHMM` or `HH:MM`.
fn is_offset(text: &str) -> bool {
    let (hours, minutes) = match text.len() {
        2 => (text, "00"),
        4 if text.is_ascii() => text.split_at(2),
        5 => text.split_once(':').unwrap_or((text, "")),
        _ => return false,
    };
    let below = |digits: &str, limit: u8| {
        digits.len() == 2
            && digits.bytes().all(|byte| byte.is_ascii_digit())
            && digits.parse::<u8>().is_ok_and(|number| number < limit)
    };
    below(hours, 24) && below(minutes, 60)
}

fn is_zone_name(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphabetic())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'+' | b'/'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn titles_are_one_line_and_not_too_long() {
        assert_eq!(parse_title("  Nightly run "), Ok("Nightly run".to_owned()));
        assert!(parse_title("a\nb").is_err());
        assert!(parse_title(" ").is_err());
        assert!(parse_title(&"x".repeat(255)).is_ok());
        assert_eq!(parse_title(&"x".repeat(256)).unwrap_err(), "it has 256 characters, and Jira takes 255");
        // Two UTF-16 units each.
        assert!(parse_title(&"😀".repeat(128)).is_err());
    }

    #[test]
    fn counts_are_whole_numbers_that_are_not_zero() {
        assert_eq!(parse_count::<std::num::NonZeroU32>("7").unwrap().get(), 7);
        for text in ["0", "00", "-5", "abc", "1.5", ""] {
            let complaint = parse_count::<std::num::NonZeroU32>(text).unwrap_err();
            assert_eq!(complaint, "a whole number of at least 1 is expected", "{text}");
        }
        for text in ["4294967296", "99999999999999999999999"] {
            let complaint = parse_count::<std::num::NonZeroU32>(text).unwrap_err();
            assert_eq!(complaint, "the number is too large", "{text}");
        }
        assert!(parse_text("a\nb").is_ok() && parse_text(" \n").is_err());
    }

    #[test]
    fn environments_have_no_blanks() {
        assert_eq!(parse_environment("chrome-120"), Ok("chrome-120".to_owned()));
        assert!(parse_environment("chrome 120").unwrap_err().contains("repeat the option"));
    }

    #[test]
    fn globs_are_checked_before_anything_is_read() {
        for glob in ["**/*.xml", "{a,b}/TEST-*.xml", "x[0-9].json"] {
            assert_eq!(glob.parse::<Pattern>().unwrap().as_str(), glob);
        }
        for glob in ["", "a[", "{a", "a{b}}"] {
            assert!(glob.parse::<Pattern>().is_err(), "{glob}");
        }
    }

    #[test]
    fn zones_are_names_or_offsets() {
        for zone in ["UTC", "Z", "Europe/Berlin", "Etc/GMT+3", "+02:00", "-0530", "+14"] {
            assert!(zone.parse::<ZoneName>().is_ok(), "{zone}");
        }
        for zone in ["", "+", "2", "+25:00", "+02:60", "+2:000", "Europe Berlin", "+0é", "ö/x"] {
            assert!(zone.parse::<ZoneName>().is_err(), "{zone}");
        }
    }
}
