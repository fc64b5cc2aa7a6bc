//! Attributes that lack their opening quote, their `=`, or have several of these: `name=a"`, `name"a"`, `name=="a"`.
//!
//! Text with quotes that nobody escaped may look alike. So such an attribute counts only where the end of the tag or another
//! attribute follows it.

use std::ops::Range;

use super::closing::{Behind, markup_apart};
use super::scan::{self, Quoted};

/// What stands before a quote, up to the value before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Before {
    /// `name=`, after other words of a tag that lack their quotes, if any.
    Value,
    /// A name without `=`, or with several of them.
    Signs,
    /// `name=`, and what begins at this index: a value that may lack its opening quote.
    Unopened(usize),
    Other,
}

pub(super) fn before_quote(between: &[u8]) -> Before {
    let name = without_signs(between);
    let ends_with_name = name.last().is_some_and(|byte| scan::is_in_name(*byte));
    match between[name.len()..].iter().filter(|byte| **byte == b'=').count() {
        0 => unopened(between).map_or_else(|| bare_name(between), Before::Unopened),
        1 if ends_with_name && name.iter().all(|byte| is_loose(*byte)) => Before::Value,
        2.. if ends_with_name => Before::Signs,
        _ => Before::Other,
    }
}

/// A byte of words that stand between two values, or of attributes without quotes.
fn is_loose(byte: u8) -> bool {
    scan::is_in_name(byte) || byte.is_ascii_whitespace() || byte == b'='
}

/// What stands before the `=` and blanks at its end.
fn without_signs(text: &[u8]) -> &[u8] {
    let is_sign = |byte: &u8| byte.is_ascii_whitespace() || *byte == b'=';
    &text[..text.iter().rposition(|byte| !is_sign(byte)).map_or(0, |last| last + 1)]
}

/// Where the value begins behind the first `name=` in it, which a blank is before.
fn unopened(between: &[u8]) -> Option<usize> {
    let sign = memchr::memchr(b'=', between)?;
    let name = between[..sign].trim_ascii();
    let is_apart = between[0].is_ascii_whitespace() && !name.is_empty() && !name.iter().any(u8::is_ascii_whitespace);
    let value = between[sign + 1..].trim_ascii_start();
    (is_apart && !value.is_empty() && value[0] != b'=').then(|| between.len() - value.len())
}

/// Whether a name and nothing else stands right before the quote.
fn bare_name(between: &[u8]) -> Before {
    let name = between.trim_ascii_start();
    let is_bare = name.len() < between.len() && !name.is_empty() && name.iter().all(|byte| scan::is_in_name(*byte));
    if is_bare { Before::Signs } else { Before::Other }
}

/// Notes the value in this range of a tag's bytes, which has no opening quote.
pub(super) fn note(values: &mut Vec<Quoted>, value: Range<usize>) {
    if values.len() < scan::MOST_QUOTED {
        values.push(Quoted { name: 0, value: value.start - 1..value.end - 1, is_plain: false });
    }
}

/// Whether `text`, which stands apart behind a quote, begins with such an attribute.
pub(super) fn attribute_behind(text: &[u8]) -> Behind {
    let length = text.iter().take_while(|byte| scan::is_in_name(**byte)).count();
    if length == 0 || !scan::starts_name(text[0]) {
        return Behind::Text;
    }
    let is_sign = |byte: &&u8| byte.is_ascii_whitespace() || **byte == b'=';
    let gap = text[length..].iter().take_while(is_sign).count();
    let (gap, value) = text[length..].split_at(gap);
    let signs = gap.iter().filter(|byte| **byte == b'=').count();
    match value {
        [] => Behind::Unknown,
        [quote @ (b'"' | b'\''), value @ ..] if gap.is_empty() || signs > 1 => behind_first(value, &[*quote]),
        [b'"' | b'\'', ..] => Behind::Text,
        _ if signs == 1 => behind_first(value, b"\"'"),
        _ => Behind::Text,
    }
}

/// What stands behind the first of these quotes, if no markup comes before that.
fn behind_first(value: &[u8], quotes: &[u8]) -> Behind {
    match value.iter().position(|byte| quotes.contains(byte) || matches!(byte, b'<' | b'>' | b'=')) {
        Some(end) if quotes.contains(&value[end]) => markup_apart(&value[end + 1..]),
        Some(_) => Behind::Text,
        None => Behind::Unknown,
    }
}
