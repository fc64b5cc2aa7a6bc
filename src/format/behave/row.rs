//! Places and rows: what Behave writes into `location` and behind the name of an outline.

use crate::model::trimmed;

/// Name of an outline and number of its row, taken apart at the last ` -- @T.R` (B18): `add -- @1.2 small`.
pub(super) fn split(name: &str) -> (&str, Option<&str>) {
    const SIGN: &str = " -- @";
    if memchr::memchr(b'@', name.as_bytes()).is_none() {
        return (trimmed(name), None);
    }
    for (at, _) in name.rmatch_indices(SIGN) {
        let rest = &name[at + SIGN.len()..];
        let number = &rest[..rest.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(rest.len())];
        let is_number = number.split_once('.').is_some_and(|(table, row)| is_digits(table) && is_digits(row));
        if is_number {
            return (name[..at].trim(), Some(number));
        }
    }
    (name.trim(), None)
}

/// The file of a `path:line`, which itself may hold a colon.
pub(super) fn file(location: &str) -> &str {
    match location.rsplit_once(':') {
        Some((file, line)) if is_digits(line) => file,
        _ => location,
    }
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn b18_the_last_sign_with_a_number_parts_name_and_row() {
        assert_eq!(split("add -- @1.2 small"), ("add", Some("1.2")));
        assert_eq!(split("add -- @1.1 "), ("add", Some("1.1")));
        assert_eq!(split("a -- @2.3 b -- @1.10 c"), ("a -- @2.3 b", Some("1.10")));
        assert_eq!(split("mail to x -- @home"), ("mail to x -- @home", None));
        assert_eq!(split("a -- @1.1 b -- @home"), ("a", Some("1.1")));
        assert_eq!(split(" -- @1.1 "), ("", Some("1.1")));
        assert_eq!(split("a -- @1."), ("a -- @1.", None));
    }

    #[test]
    fn a_place_is_parted_at_its_last_colon() {
        assert_eq!(file("features/a.feature:12"), "features/a.feature");
        assert_eq!(file("C:\\f\\a.feature:2"), "C:\\f\\a.feature");
        assert_eq!(file("C:\\f\\a.feature"), "C:\\f\\a.feature");
    }
}
