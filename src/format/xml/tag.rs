//! A start tag and its attributes, read from their raw bytes.

use std::borrow::Cow;

use super::repairs::RepairLog;
use super::scan::{Name, Quoted};
use super::text::{self, Raw, RawKind};

/// A start tag (or an empty-element tag), borrowed from the window.
#[derive(Debug, Clone, Copy)]
pub struct Tag<'t> {
    /// What stands between `<` and `>`.
    raw: Raw<'t>,
    name: Name,
    depth: usize,
    /// Its values between quotes, or the first of them.
    quoted: &'t [Quoted],
    log: &'t RepairLog,
}

impl<'t> Tag<'t> {
    #[inline]
    pub(super) fn new(raw: Raw<'t>, name: Name, depth: usize, quoted: &'t [Quoted], log: &'t RepairLog) -> Tag<'t> {
        Tag { raw, name, depth, quoted, log }
    }

    /// Its local name: without the prefix (J08).
    #[inline]
    pub fn name(&self) -> &'t [u8] {
        &self.raw()[self.name.prefix()..self.name.length()]
    }

    /// Its name as written.
    #[inline]
    pub fn qualified_name(&self) -> &'t [u8] {
        &self.raw()[..self.name.length()]
    }

    /// What stands between `<` and `>`, for text that was not meant to be a tag.
    #[inline]
    pub fn raw(&self) -> &'t [u8] {
        self.raw.bytes()
    }

    /// Elements that are open around it; the root has depth zero.
    #[inline]
    pub fn depth(&self) -> usize {
        self.depth
    }

    /// The tag as text, for what was not meant to be a tag: what stands between `<` and `>`.
    pub(super) fn as_text(&self) -> Raw<'t> {
        self.raw
    }

    pub(super) fn log(&self) -> &'t RepairLog {
        self.log
    }

    /// Its attributes in document order.
    #[inline]
    pub fn attributes(&self) -> Attributes<'t> {
        Attributes { raw: self.raw, at: self.name.length(), quoted: self.quoted.iter(), log: self.log }
    }

    /// The first attribute with this name.
    pub fn attribute(&self, name: &[u8]) -> Option<RawValue<'t>> {
        self.attributes().find(|(found, _)| *found == name).map(|(_, value)| value)
    }
}

/// The part of a name behind its prefix.
#[inline]
pub(in crate::format) fn local_name(name: &[u8]) -> &[u8] {
    match name.iter().position(|byte| *byte == b':') {
        Some(colon) => &name[colon + 1..],
        None => name,
    }
}

/// An attribute's value as it stands between the quotes.
#[derive(Debug, Clone, Copy)]
pub struct RawValue<'t> {
    raw: Raw<'t>,
    /// Whether every byte is known to stand for itself.
    is_plain: bool,
    log: &'t RepairLog,
}

impl<'t> RawValue<'t> {
    /// The bytes between the quotes.
    #[inline]
    pub fn raw(self) -> &'t [u8] {
        self.raw.bytes()
    }

    /// The bytes that it stands for, its references resolved: for words that are compared. Nearly none has any, so that
    /// nothing is copied.
    #[inline(never)]
    pub fn resolved(self) -> Cow<'t, [u8]> {
        let is_itself = self.is_plain || memchr::memchr(b'&', self.raw()).is_none();
        if is_itself { Cow::Borrowed(self.raw()) } else { Cow::Owned(self.to_text().into_bytes()) }
    }

    /// Appends the value to `out`, its references resolved.
    #[inline(always)]
    pub fn push_into(self, out: &mut String) {
        match self.raw {
            Raw::Text(text) if self.is_plain => out.push_str(text),
            _ => self.decode_into(out),
        }
    }

    #[inline(never)]
    fn decode_into(self, out: &mut String) {
        text::decode(self.raw, RawKind::Attribute, out, self.log);
        if !self.is_plain && memchr::memchr(b'<', self.raw()).is_some() {
            self.log.raw_less_than();
        }
    }

    /// Replaces `out` by the value, its references resolved.
    #[inline(always)]
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

/// Iterates over the attributes of a tag: name and raw value. One with the prefix of the element itself has its local name
/// alone; any other prefix is part of the name, since what belongs to another namespace means something else (J09).
///
/// It never fails: what is no attribute is passed over, a value without quotes ends at the next blank, one whose
/// closing quote is missing at the end of the tag.
///
/// Where the quotes stand is known from the look at the tag; as long as a name and `=` are before them, nothing is
/// searched a second time. An irregular attribute is read byte by byte, up to its value.
#[derive(Debug, Clone)]
pub struct Attributes<'t> {
    raw: Raw<'t>,
    /// Where the next attribute begins, or what stands before it.
    at: usize,
    quoted: std::slice::Iter<'t, Quoted>,
    log: &'t RepairLog,
}

impl<'t> Iterator for Attributes<'t> {
    type Item = (&'t [u8], RawValue<'t>);

    // Half of its work would be to hand over what it has found.
    #[inline(always)]
    fn next(&mut self) -> Option<Self::Item> {
        let raw = self.raw;
        let ahead = self.quoted.clone();
        if let Some(quoted) = self.quoted.next() {
            // Its quotes stand around the value.
            let quote = quoted.value.start - 1;
            let name = match quoted.name {
                0 => regular_name(&raw.bytes()[self.at..quote]).map(|name| self.local_name(name)),
                length => Some(&raw.bytes()[quote - 1 - length..quote - 1]),
            };
            if let Some(name) = name {
                self.at = quoted.value.end + 1;
                let value = raw.slice(quoted.value.start, quoted.value.end);
                return Some((name, RawValue { raw: value, is_plain: quoted.is_plain, log: self.log }));
            }
            self.quoted = ahead;
        }
        // A value without its quote may end where the tag does.
        if self.at >= raw.bytes().len() {
            return None;
        }
        // What the rare way finds is put together here: an attribute that went through memory would make all do so.
        let (name, raw) = self.next_by_bytes()?;
        Some((name, RawValue { raw, is_plain: false, log: self.log }))
    }
}

impl<'t> Attributes<'t> {
    /// The name without its prefix, if the element, with whose name the tag begins, has the same.
    fn local_name<'n>(&self, name: &'n [u8]) -> &'n [u8] {
        match name.iter().position(|byte| *byte == b':') {
            Some(colon) if self.raw.bytes().starts_with(&name[..=colon]) => &name[colon + 1..],
            _ => name,
        }
    }

    /// The next attribute, whatever stands before it: its name, and its value as it stands.
    #[inline(never)]
    fn next_by_bytes(&mut self) -> Option<(&'t [u8], Raw<'t>)> {
        let raw = self.raw.bytes();
        loop {
            let rest = raw[self.at..].trim_ascii_start();
            let name_length =
                rest.iter().position(|byte| matches!(byte, b'=' | b' ' | b'\t' | b'\r' | b'\n' | b'"' | b'\''));
            let Some(name_length) = name_length else {
                self.at = raw.len();
                self.quoted = [].iter();
                return None;
            };
            let name = &rest[..name_length];
            let after = rest[name_length..].trim_ascii_start();
            let unsigned = raw.len() - after.len();
            let has_value =
                name_length > 0 && after.len() + name_length == rest.len() && self.noted(unsigned).is_some();
            let Some(value) = after.strip_prefix(b"=").or(has_value.then_some(after)) else {
                // A word or a quote that belongs to no attribute: pass it over.
                let passed = usize::from(name_length == 0).min(after.len());
                self.at = raw.len() - after.len() + passed;
                continue;
            };
            let value = behind_signs(value.trim_ascii_start());
            let start = raw.len() - value.len();
            let (start, length, quotes) = self.noted(start).unwrap_or_else(|| value_length(value, start));
            self.at = (start + length + quotes).min(raw.len());
            self.pass_noted(self.at);
            if name.is_empty() {
                continue;
            }
            return Some((self.local_name(name), self.raw.slice(start, start + length)));
        }
    }

    /// Where the value begins whose quote is at `quote`, or that begins there and lacks it, if its place was noted, its length,
    /// and how many quotes stand behind it.
    fn noted(&mut self, quote: usize) -> Option<(usize, usize, usize)> {
        self.pass_noted(quote.saturating_sub(1));
        let begin = quote + usize::from(matches!(self.raw.bytes().get(quote), Some(b'"' | b'\'')));
        let noted = self.quoted.as_slice().iter().find(|noted| noted.value.start >= begin)?;
        (noted.value.start == begin).then(|| (begin, noted.value.len(), 1))
    }

    /// Forgets the places of values that open before `at`.
    fn pass_noted(&mut self, at: usize) {
        while self.quoted.as_slice().first().is_some_and(|noted| noted.value.start <= at) {
            self.quoted.next();
        }
    }
}

/// The name in what stands before a quote, if that is only white space, the name and `=`: long names, names with a
/// prefix, attributes on lines of their own.
fn regular_name(before: &[u8]) -> Option<&[u8]> {
    let [first, name @ .., b'='] = before else { return None };
    let name = name.trim_ascii_start();
    let is_regular =
        first.is_ascii_whitespace() && !name.is_empty() && name.iter().all(|byte| *byte > b' ' && *byte != b'=');
    is_regular.then_some(name)
}

/// Where the value begins that `text`, which follows `=` at `start`, begins with, its length, and how many quotes stand behind
/// it.
fn value_length(text: &[u8], start: usize) -> (usize, usize, usize) {
    match text.first() {
        Some(quote @ (b'"' | b'\'')) => match memchr::memchr(*quote, &text[1..]) {
            Some(length) => (start + 1, length, 1),
            None => (start + 1, text.len() - 1, 0),
        },
        _ => (start, text.iter().position(u8::is_ascii_whitespace).unwrap_or(text.len()), 0),
    }
}

/// What stands behind further `=`, if a quote does.
fn behind_signs(text: &[u8]) -> &[u8] {
    let signs = text.iter().take_while(|byte| byte.is_ascii_whitespace() || **byte == b'=').count();
    if matches!(text.get(signs), Some(b'"' | b'\'')) { &text[signs..] } else { text }
}

#[cfg(test)]
mod tests {
    use super::super::doubt::{Doubt, Mends, Verdict};
    use super::super::scan::{self, Markup};
    use super::super::unsure::Names;
    use super::*;

    /// The attributes of the tag whose inside this is, read by the places that were noted and, where nothing was mended, once
    /// more byte by byte.
    fn attributes(inside: &str) -> Vec<(String, String)> {
        let tag = format!("<{inside}>");
        let mut quoted = Vec::new();
        let (end, name, is_mended) = match scan::markup(tag.as_bytes(), true, &mut quoted) {
            Markup::Start { length, name, tail } => (length - tail, name, false),
            Markup::Doubtful { name } => {
                quoted.clear();
                let doubt =
                    Doubt { bytes: tag.as_bytes(), is_last: true, name, around: b"", names: &Names::NONE, reach: 1000 };
                match doubt.look(&mut quoted) {
                    Verdict::Tag { length, tail, mends, .. } => (length - tail, name, mends != Mends::default()),
                    other => panic!("{inside}: {other:?}"),
                }
            }
            other => panic!("{inside}: {other:?}"),
        };
        let read = |quoted: &[Quoted]| -> Vec<_> {
            Tag::new(Raw::Text(&tag[1..end]), name, 0, quoted, &RepairLog::default())
                .attributes()
                .map(|(name, value)| (String::from_utf8_lossy(name).into_owned(), value.to_text()))
                .collect()
        };
        let by_quotes = read(&quoted);
        if !is_mended {
            assert_eq!(by_quotes, read(&[]), "by quotes and by bytes");
        }
        by_quotes
    }

    fn pairs(expected: &[(&str, &str)]) -> Vec<(String, String)> {
        expected.iter().map(|(name, value)| (name.to_string(), value.to_string())).collect()
    }

    proptest::proptest! {
        #[test]
        fn the_noted_places_say_what_a_look_at_every_byte_says(
            inside in "a( |\n|  )((id|name|ns:x|a-long-name-of-an-attr|a2345678901234)( |)=( |)(\"[a-z&<' =\n>]{0,70}\"|'[a-z&\"]{0,9}')( |\n|)){0,5}/?"
        ) {
            attributes(&inside);
        }
    }

    #[test]
    fn j09_quotes_of_both_kinds_and_blanks_around_the_sign() {
        assert_eq!(attributes("a b='1' c = \"x &lt; 'y'\"\n d=''"), pairs(&[("b", "1"), ("c", "x < 'y'"), ("d", "")]));
    }

    #[test]
    fn j09_attributes_of_another_namespace_keep_their_prefix() {
        assert_eq!(attributes("a o:b='1' b='2'"), pairs(&[("o:b", "1"), ("b", "2")]));
        assert_eq!(attributes("o:a o:b='1' p:b = '2' b='3'"), pairs(&[("b", "1"), ("p:b", "2"), ("b", "3")]));
        assert_eq!(attributes("o:a xmlns:o='u' o: ='3'"), pairs(&[("xmlns:o", "u"), ("", "3")]));
    }

    #[test]
    fn broken_attributes_are_passed_over() {
        assert_eq!(attributes("a b=1 c d=\"2\" e =3 f='4'"), pairs(&[("b", "1"), ("d", "2"), ("e", "3"), ("f", "4")]));
        assert_eq!(attributes("a \"b\" c='1'"), pairs(&[("c", "1")]));
        assert_eq!(attributes("a b='1' c d='2'/"), pairs(&[("b", "1"), ("d", "2")]));
    }

    #[test]
    fn mended_values_are_read_as_they_were_noted() {
        assert_eq!(attributes("a b=\"said \"hi\"\" c=\"2\""), pairs(&[("b", "said \"hi\""), ("c", "2")]));
        assert_eq!(
            attributes("a b = 'can't' ns:c\n=\n'1' d='&lt;'s'/"),
            pairs(&[("b", "can't"), ("ns:c", "1"), ("d", "<'s")])
        );
        assert_eq!(attributes("a b='x\tc='1' d=\"2/"), pairs(&[("b", "x"), ("c", "1"), ("d", "2")]));
        assert_eq!(attributes("a b='1' c='"), pairs(&[("b", "1"), ("c", "")]));
    }

    #[test]
    fn values_with_a_slip_are_read_as_they_were_noted() {
        assert_eq!(attributes("a b=1\" c=\"2\""), pairs(&[("b", "1"), ("c", "2")]));
        assert_eq!(attributes("a b='1' c=x y' d='2'"), pairs(&[("b", "1"), ("c", "x y"), ("d", "2")]));
        assert_eq!(attributes("a b'1' c='2' d'3'"), pairs(&[("b", "1"), ("c", "2"), ("d", "3")]));
        assert_eq!(attributes("a b=='1' c = = '2' d=''"), pairs(&[("b", "1"), ("c", "2"), ("d", "")]));
    }

    #[test]
    fn j08_names_are_local() {
        let log = RepairLog::default();
        let tag = Tag::new(Raw::Text("ns:testsuite xsi:noNamespace='x' ns:id='1'"), Name::new(12, 3), 0, &[], &log);
        assert_eq!(tag.name(), b"testsuite");
        assert!(tag.attribute(b"xsi:noNamespace").is_some() && tag.attribute(b"noNamespace").is_none());
        assert!(tag.attribute(b"id").is_some());
    }
}
