//! Texts: where they end, and what their escapes mean.

use std::borrow::Cow;

use crate::format::clip;
use crate::model::Reuse;

use super::marks::{self, Near};
use super::oddities::Oddities;

/// A text or a word as it stands in its item, between its quotes: nothing of it has been decoded or copied.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Span {
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) form: Form,
}

impl Span {
    /// Bytes as written.
    pub fn length(self) -> usize {
        self.end - self.start
    }

    /// Whether there is nothing in it.
    pub fn is_empty(self) -> bool {
        self.start == self.end
    }

    /// Whether there is a backslash in it.
    pub(super) fn has_escapes(self) -> bool {
        self.form == Form::Escaped
    }

    /// Whether the byte at `offset` of the item lies in it or ends it.
    pub fn reaches(self, offset: usize) -> bool {
        (self.start..=self.end).contains(&offset)
    }
}

impl Reuse for Span {
    fn reset(&mut self) {
        *self = Span::default();
    }
}

/// What is known of a text's bytes. A whole word: a [`Span`] is copied everywhere, and what is written in parts of a word and
/// read as a whole one makes the processor wait.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[repr(usize)]
pub(super) enum Form {
    /// ASCII without escapes and controls.
    #[default]
    Plain,
    /// Nobody looked.
    Unchecked,
    /// There are escapes in it.
    Escaped,
}

/// Bytes of a text that are looked at one vector at a time, at most. What is longer is searched with larger ones, whose
/// start costs more than most texts are long.
const SHORT: usize = 64;

/// The place of the closing quote of the text that begins at `start`; `None` when there is none.
pub(in crate::format) fn end_of_text(bytes: &[u8], start: usize) -> Option<usize> {
    text_from(bytes, start).map(|span| span.end)
}

/// The place of the closing quote of the text that begins at `start`, where that is near and no escape before it.
#[inline]
pub(super) fn near_end_of_text(bytes: &[u8], start: usize) -> Option<usize> {
    let block = bytes.get(start..)?.first_chunk()?;
    Some(start + marks::near_quote(block)?)
}

/// Passes over what is neither quote nor bracket from `at` on; whether letters were among it.
#[inline]
pub(super) fn to_structure(bytes: &[u8], mut at: usize) -> (usize, bool) {
    let mut any_letters = false;
    while let Some(block) = bytes.get(at..).and_then(<[u8]>::first_chunk) {
        let Near { at: found, has_letters } = marks::near_structure(block);
        any_letters |= has_letters;
        match found {
            Some(found) => return (at + found, any_letters),
            None => at += marks::VECTOR,
        }
    }
    (at, any_letters)
}

/// Where the number or word at `start` ends. Brackets and quotes end it wherever they stand, so that a value ends where one
/// that only counts them says.
pub(super) fn end_of_word(bytes: &[u8], start: usize) -> usize {
    let mut at = start;
    while let Some(block) = bytes.get(at..).and_then(<[u8]>::first_chunk) {
        let found = marks::near_word_end(block);
        at += found.unwrap_or(marks::VECTOR);
        if found.is_some() {
            break;
        }
    }
    let ends = |byte: &u8| byte.is_ascii_whitespace() || b",:\"{}[]".contains(byte);
    let rest = bytes.get(at..).unwrap_or_default();
    at + rest.iter().position(ends).unwrap_or(rest.len())
}

/// The text that begins at `start`, up to its closing quote; `None` when there is no quote.
#[inline]
pub(super) fn text_from(bytes: &[u8], start: usize) -> Option<Span> {
    if let Some(block) = bytes.get(start..).and_then(<[u8]>::first_chunk) {
        let (stops, unusual) = marks::in_text(block);
        let end = start + stops.trailing_zeros() as usize;
        if stops != 0 && unusual & (stops.wrapping_sub(1) & !stops) == 0 && bytes[end] == b'"' {
            return Some(Span { start, end, form: Form::Plain });
        }
    }
    longer_text_from(bytes, start)
}

fn longer_text_from(bytes: &[u8], start: usize) -> Option<Span> {
    let (mut at, mut form) = (start, Form::Plain);
    while at < start + SHORT {
        let Some(block) = bytes.get(at..).and_then(<[u8]>::first_chunk) else { break };
        let (stops, unusual) = marks::in_text(block);
        // All bits below the first stop; all there are where nothing stops.
        let before_stop = stops.wrapping_sub(1) & !stops;
        if form == Form::Plain && unusual & before_stop != 0 {
            form = Form::Unchecked;
        }
        if stops == 0 {
            at += marks::VECTOR;
            continue;
        }
        at += stops.trailing_zeros() as usize;
        if bytes[at] == b'"' {
            return Some(Span { start, end: at, form });
        }
        form = Form::Escaped;
        at += 2;
    }
    let form = if form == Form::Plain { Form::Unchecked } else { form };
    rest_of_text(bytes, start, at, form)
}

fn rest_of_text(bytes: &[u8], start: usize, mut at: usize, mut form: Form) -> Option<Span> {
    while let Some(step) = bytes.get(at..).and_then(|rest| memchr::memchr2(b'"', b'\\', rest)) {
        at += step;
        if bytes[at] == b'"' {
            return Some(Span { start, end: at, form });
        }
        form = Form::Escaped;
        at += 2;
    }
    None
}

/// Passes over blanks from `at` on. Indented documents are half blanks.
#[inline]
pub(in crate::format) fn behind_blanks(bytes: &[u8], mut at: usize) -> usize {
    // One blank behind a colon.
    if bytes.get(at + 1).is_some_and(|next| *next > b' ') && bytes[at] == b' ' {
        return at + 1;
    }
    while let Some(block) = bytes.get(at..).and_then(<[u8]>::first_chunk) {
        let blanks = marks::leading_blanks(block);
        at += blanks;
        if blanks < marks::VECTOR {
            return at;
        }
    }
    let rest = bytes.get(at..).unwrap_or_default();
    at + rest.iter().take_while(|byte| byte.is_ascii_whitespace()).count()
}

/// The whole number that `raw` spells, between blanks.
pub(in crate::format) fn number(raw: &[u8]) -> Option<u64> {
    let digits = raw.trim_ascii();
    if digits.is_empty() || digits.len() > LONGEST_NUMBER {
        return None;
    }
    let add = |value: u64, digit: &u8| Some(value * 10 + u64::from(char::from(*digit).to_digit(10)?));
    let whole = if digits.len() <= 19 { digits.iter().try_fold(0, add) } else { None };
    whole.or_else(|| whole_float(digits))
}

/// Bytes of a number that may be whole, at most: as a double is written.
const LONGEST_NUMBER: usize = 24;

/// Writers that know no other numbers than doubles write `3.0`, or `3e0` (Gson does of what it read itself).
fn whole_float(digits: &[u8]) -> Option<u64> {
    /// Below it a double is exact.
    const EXACT: f64 = 9_007_199_254_740_992.0;
    if !digits.iter().all(|byte| matches!(byte, b'0'..=b'9' | b'.' | b'e' | b'E' | b'+' | b'-')) {
        return None;
    }
    let value: f64 = std::str::from_utf8(digits).ok()?.parse().ok()?;
    (value.fract() == 0.0 && (0.0..EXACT).contains(&value)).then_some(value as u64)
}

/// Whether escapes in `raw` stand for letters, as nobody needs them.
#[cold]
pub(super) fn spells_out(raw: &[u8]) -> bool {
    matches!(unspelled(raw), Cow::Owned(_))
}

/// The same JSON without escapes for ASCII letters and digits, so that words and keys are written as everybody does.
pub(super) fn unspelled(json: &[u8]) -> Cow<'_, [u8]> {
    let mut out = Vec::new();
    let (mut copied, mut at) = (0, 0);
    while let Some(step) = json.get(at..).and_then(|rest| memchr::memchr(b'\\', rest)) {
        at += step;
        let code = json.get(at + 1..).and_then(|rest| rest.strip_prefix(b"u")).and_then(|mut hex| take_hex(&mut hex));
        match code.and_then(|code| u8::try_from(code).ok()).filter(|byte| byte.is_ascii_alphanumeric() || *byte == b'_')
        {
            Some(byte) => {
                out.extend_from_slice(&json[copied..at]);
                out.push(byte);
                at += "\\u0061".len();
                copied = at;
            }
            None => at += 2,
        }
    }
    if copied == 0 {
        return Cow::Borrowed(json);
    }
    out.extend_from_slice(&json[copied..]);
    Cow::Owned(out)
}

/// Head and tail of a text that is too long to be kept whole.
pub(super) fn ends(raw: &[u8]) -> Option<(&[u8], &[u8])> {
    if raw.len() <= clip::HEAD + 4 * clip::TAIL {
        return None;
    }
    let head = parting(raw, clip::HEAD)?;
    let tail = parting(raw, raw.len() - clip::TAIL)?;
    Some((&raw[..head], &raw[tail..]))
}

/// The first place from `at` on that parts a long text between two characters, not inside an escape; `None` when there
/// is none nearby.
pub(super) fn parting(bytes: &[u8], at: usize) -> Option<usize> {
    const NEARBY: usize = 4096;
    /// Bytes of the longest escape: two surrogates.
    const ESCAPE: usize = 12;
    let parts = |at: &usize| {
        let is_boundary = bytes.get(*at).is_some_and(|byte| byte & 0xC0 != 0x80);
        is_boundary && bytes.get(at.saturating_sub(ESCAPE)..*at).is_some_and(|before| !before.contains(&b'\\'))
    };
    (at..at + NEARBY).find(parts)
}

/// The text that `raw` spells; what is no text is replaced.
pub(super) fn decode<'a>(raw: &'a [u8], form: Form, oddities: &mut Oddities) -> Cow<'a, str> {
    if form == Form::Escaped {
        let mut out = String::new();
        push(raw, form, oddities, &mut out);
        return Cow::Owned(out);
    }
    note_controls(raw, form, oddities);
    match simdutf8::basic::from_utf8(raw) {
        Ok(text) => Cow::Borrowed(text),
        Err(_) => {
            oddities.note(Oddities::REPLACED);
            String::from_utf8_lossy(raw)
        }
    }
}

/// Appends the text that `raw` spells to `out`.
pub(super) fn push(raw: &[u8], form: Form, oddities: &mut Oddities, out: &mut String) {
    note_controls(raw, form, oddities);
    if form != Form::Escaped {
        push_lossy(raw, oddities, out);
        return;
    }
    out.reserve(raw.len());
    let mut rest = raw;
    while let Some(at) = memchr::memchr(b'\\', rest) {
        push_lossy(&rest[..at], oddities, out);
        rest = &rest[at + 1..];
        let escape = rest.first().copied();
        rest = rest.get(1..).unwrap_or_default();
        match escape {
            Some(byte @ (b'"' | b'\\' | b'/')) => out.push(char::from(byte)),
            Some(b'n') => out.push('\n'),
            Some(b't') => out.push('\t'),
            Some(b'r') => out.push('\r'),
            Some(b'b') => out.push('\u{8}'),
            Some(b'f') => out.push('\u{c}'),
            Some(b'u') => out.push(code_point(&mut rest, oddities)),
            _ => {
                oddities.note(Oddities::REPLACED);
                out.push('\u{FFFD}');
            }
        }
    }
    push_lossy(rest, oddities, out);
}

/// Looks for raw controls: without an early end, so that the search is done with vectors.
fn note_controls(raw: &[u8], form: Form, oddities: &mut Oddities) {
    if form != Form::Plain && raw.iter().fold(false, |found, byte| found | (*byte < 0x20)) {
        oddities.note(Oddities::CONTROL);
    }
}

fn push_lossy(bytes: &[u8], oddities: &mut Oddities, out: &mut String) {
    match simdutf8::basic::from_utf8(bytes) {
        Ok(text) => out.push_str(text),
        Err(_) => {
            oddities.note(Oddities::REPLACED);
            out.push_str(&String::from_utf8_lossy(bytes));
        }
    }
}

/// The character behind `\u`; surrogates come in pairs, and one alone is none (cucumber.md 30).
fn code_point(rest: &mut &[u8], oddities: &mut Oddities) -> char {
    let Some(unit) = take_hex(rest) else {
        oddities.note(Oddities::REPLACED);
        return '\u{FFFD}';
    };
    if let Some(low) = rest.strip_prefix(b"\\u").filter(|_| (0xD800..0xDC00).contains(&unit)) {
        let mut behind = low;
        if let Some(low) = take_hex(&mut behind).filter(|low| (0xDC00..0xE000).contains(low)) {
            *rest = behind;
            return char::from_u32(0x10000 + ((unit - 0xD800) << 10) + (low - 0xDC00)).unwrap_or('\u{FFFD}');
        }
    }
    char::from_u32(unit).unwrap_or_else(|| {
        oddities.note(Oddities::REPLACED);
        '\u{FFFD}'
    })
}

fn take_hex(rest: &mut &[u8]) -> Option<u32> {
    let (digits, behind) = rest.split_at_checked(4)?;
    let value = digits.iter().try_fold(0, |value, digit| Some(value * 16 + char::from(*digit).to_digit(16)?))?;
    *rest = behind;
    Some(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_stop_is_found_at_every_place() {
        for length in 0..150 {
            for odd in [b'a', 0x1f, 0x20, 0x7f, 0x80, 0xff, b'\\'] {
                for place in 0..=length {
                    let mut bytes = vec![b'x'; length];
                    if place < length {
                        bytes[place] = odd;
                    }
                    bytes.extend_from_slice(b"\"\x01\xff\"........");
                    let span = text_from(&bytes, 0).unwrap();
                    let escaped = odd == b'\\' && place < length;
                    // A backslash takes the next byte along; it may be the quote.
                    let end = if escaped && place + 1 == length { length + 3 } else { length };
                    assert_eq!(span.end, end, "{odd} at {place} of {length}");
                    let unusual = place < length && !(0x20..0x80).contains(&odd);
                    match span.form {
                        Form::Plain => assert!(!escaped && !unusual, "{odd} at {place} of {length}"),
                        Form::Unchecked => assert!(!escaped, "{odd} at {place} of {length}"),
                        Form::Escaped => assert!(escaped, "{odd} at {place} of {length}"),
                    }
                }
            }
        }
    }

    #[test]
    fn short_texts_of_ascii_are_known_to_be_plain() {
        assert_eq!(text_from(b"\"passed\", \"duration\"", 1).unwrap().form, Form::Plain);
        assert_eq!(text_from("\"größer\"  ".as_bytes(), 1).unwrap().form, Form::Unchecked);
        assert_eq!(text_from(b"\"passed", 1), None);
    }

    #[test]
    fn whole_numbers_may_be_written_as_doubles() {
        for (written, expected) in [
            ("3", Some(3)),
            (" 3.0 ", Some(3)),
            ("3e0", Some(3)),
            ("1.2E+1", Some(12)),
            ("9999999999999999999", Some(9_999_999_999_999_999_999)),
            ("3.5", None),
            ("-1.0", None),
            ("1e30", None),
            ("inf", None),
            ("NaN", None),
            ("", None),
            (".", None),
        ] {
            assert_eq!(number(written.as_bytes()), expected, "{written}");
        }
    }

    #[test]
    fn escapes_of_letters_are_undone_and_no_others() {
        for (written, expected) in [
            (r#"{"\u0061fter\u005f1":"f\u0061iled"}"#, r#"{"after_1":"failed"}"#),
            (r#""\\u0061""#, r#""\\u0061""#),
            (r#""\u0022\u005c\u00e9\n\u12""#, r#""\u0022\u005c\u00e9\n\u12""#),
            ("\"\\", "\"\\"),
        ] {
            assert_eq!(String::from_utf8_lossy(&unspelled(written.as_bytes())), expected);
        }
        assert!(!spells_out(br"a\nb") && spells_out(br"\u0061"));
    }

    #[test]
    fn blanks_of_any_number_are_passed() {
        for blanks in 0..40 {
            let text = format!("{}\r\n{}\tx       ", " ".repeat(blanks), " ".repeat(blanks));
            assert_eq!(behind_blanks(text.as_bytes(), 0), 2 * blanks + 3);
        }
        assert_eq!(behind_blanks(b"  ", 0), 2);
    }
}
