//! A start tag and its attributes, read from their raw bytes.

use super::repairs::RepairLog;
use super::text::{self, RawKind};

/// A start tag (or an empty-element tag), borrowed from the window.
#[derive(Debug, Clone, Copy)]
pub struct Tag<'t> {
    /// What stands between `<` and `>`.
    raw: &'t [u8],
    name_length: usize,
    depth: usize,
    log: &'t RepairLog,
}

impl<'t> Tag<'t> {
    pub(super) fn new(raw: &'t [u8], name_length: usize, depth: usize, log: &'t RepairLog) -> Tag<'t> {
        Tag { raw, name_length, depth, log }
    }

    /// Its local name: without the prefix (J08).
    #[inline]
    pub fn name(&self) -> &'t [u8] {
        local_name(self.qualified_name())
    }

    /// Its name as written.
    #[inline]
    pub fn qualified_name(&self) -> &'t [u8] {
        &self.raw[..self.name_length]
    }

    /// What stands between `<` and `>`, for text that was not meant to be a tag.
    pub fn raw(&self) -> &'t [u8] {
        self.raw
    }

    /// Elements that are open around it; the root has depth zero.
    pub fn depth(&self) -> usize {
        self.depth
    }

    pub(super) fn log(&self) -> &'t RepairLog {
        self.log
    }

    /// Its attributes in document order.
    #[inline]
    pub fn attributes(&self) -> Attributes<'t> {
        Attributes { rest: &self.raw[self.name_length..], log: self.log }
    }

    /// The first attribute with this local name.
    pub fn attribute(&self, name: &[u8]) -> Option<RawValue<'t>> {
        self.attributes().find(|(found, _)| *found == name).map(|(_, value)| value)
    }
}

/// The part of a name behind its prefix.
#[inline]
pub(super) fn local_name(name: &[u8]) -> &[u8] {
    match name.iter().position(|byte| *byte == b':') {
        Some(colon) => &name[colon + 1..],
        None => name,
    }
}

/// An attribute's value as it stands between the quotes.
#[derive(Debug, Clone, Copy)]
pub struct RawValue<'t> {
    raw: &'t [u8],
    log: &'t RepairLog,
}

impl<'t> RawValue<'t> {
    /// The bytes between the quotes.
    #[inline]
    pub fn raw(self) -> &'t [u8] {
        self.raw
    }

    /// Appends the value to `out`, its references resolved.
    pub fn push_into(self, out: &mut String) {
        self.log.text(|repairs| text::decode(self.raw, RawKind::Attribute, out, repairs));
        if memchr::memchr(b'<', self.raw).is_some() {
            self.log.raw_less_than();
        }
    }

    /// Replaces `out` by the value, its references resolved.
    pub fn read_into(self, out: &mut String) {
        out.clear();
        self.push_into(out);
    }

    /// The value as a string of its own: for the few places that read one value a report.
    pub fn to_text(self) -> String {
        let mut out = String::new();
        self.push_into(&mut out);
        out
    }
}

/// Iterates over the attributes of a tag: local name and raw value.
///
/// It never fails: what is no attribute is passed over, a value without quotes ends at the next blank, one whose
/// closing quote is missing at the end of the tag.
#[derive(Debug, Clone)]
pub struct Attributes<'t> {
    rest: &'t [u8],
    log: &'t RepairLog,
}

impl<'t> Iterator for Attributes<'t> {
    type Item = (&'t [u8], RawValue<'t>);

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let rest = self.rest.trim_ascii_start();
            let name_length =
                rest.iter().position(|byte| matches!(byte, b'=' | b' ' | b'\t' | b'\r' | b'\n' | b'"' | b'\''));
            let Some(name_length) = name_length else {
                self.rest = &[];
                return None;
            };
            let name = &rest[..name_length];
            let after = rest[name_length..].trim_ascii_start();
            let Some(value) = after.strip_prefix(b"=") else {
                // A word or a quote that belongs to no attribute: pass it over.
                self.rest = if name_length == 0 { &after[1.min(after.len())..] } else { after };
                continue;
            };
            let (value, rest) = split_value(value.trim_ascii_start());
            self.rest = rest;
            if name.is_empty() {
                continue;
            }
            return Some((local_name(name), RawValue { raw: value, log: self.log }));
        }
    }
}

/// Splits what follows `=` into the value and the rest of the tag.
#[inline]
fn split_value(text: &[u8]) -> (&[u8], &[u8]) {
    match text.first() {
        Some(quote @ (b'"' | b'\'')) => match memchr::memchr(*quote, &text[1..]) {
            Some(length) => (&text[1..=length], &text[length + 2..]),
            None => (&text[1..], &[]),
        },
        _ => {
            let length = text.iter().position(u8::is_ascii_whitespace).unwrap_or(text.len());
            text.split_at(length)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn attributes(raw: &str) -> Vec<(String, String)> {
        let name_length = raw.find(' ').unwrap_or(raw.len());
        Tag::new(raw.as_bytes(), name_length, 0, &RepairLog::default())
            .attributes()
            .map(|(name, value)| (String::from_utf8_lossy(name).into_owned(), value.to_text()))
            .collect()
    }

    fn pairs(expected: &[(&str, &str)]) -> Vec<(String, String)> {
        expected.iter().map(|(name, value)| (name.to_string(), value.to_string())).collect()
    }

    #[test]
    fn j09_quotes_of_both_kinds_and_blanks_around_the_sign() {
        assert_eq!(attributes("a b='1' c = \"x &lt; 'y'\"\n d=''"), pairs(&[("b", "1"), ("c", "x < 'y'"), ("d", "")]));
    }

    #[test]
    fn broken_attributes_are_passed_over() {
        assert_eq!(attributes("a b=1 c d=\"2\" \"e\" =3 f='4"), pairs(&[("b", "1"), ("d", "2"), ("f", "4")]));
        assert_eq!(attributes("a b=\"said \"hi\"\" c=\"2\""), pairs(&[("b", "said "), ("c", "2")]));
    }

    #[test]
    fn j08_names_are_local() {
        let log = RepairLog::default();
        let tag = Tag::new(b"ns:testsuite xsi:noNamespace='x'", 12, 0, &log);
        assert_eq!(tag.name(), b"testsuite");
        assert!(tag.attribute(b"noNamespace").is_some());
    }
}
