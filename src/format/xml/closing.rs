//! Where a value ends that holds quotes which nobody escaped.
//!
//! A quote can close it where the end of the tag or another attribute follows. Text may look like that, too
//! (`expected:<"a"> but was:<"b">`), so such a place is passed when a bracket is open there, or when it leaves one of the
//! quotes in the text without its fellow, and a better one follows. The search ends where markup begins that no value holds.

use super::doubt::Doubt;
use super::scan::{self, CDATA_START};

/// How a value ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Closing {
    /// With the quote here.
    At(usize),
    /// Before the blank here: its quote is missing, another attribute follows.
    Before(usize),
    /// Its quote is missing, and the tag ends, too: with the `>` here or before the `<` here.
    WithTag(usize),
}

/// What that does to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mend {
    Nothing,
    /// Quotes became part of it.
    Quotes,
    /// The same, but it may as well end elsewhere.
    Guess,
    /// Its closing quote is missing.
    Torn,
}

/// What stands behind a quote.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Behind {
    /// The end of the tag, or another attribute.
    Markup,
    Text,
    /// More bytes are needed.
    Unknown,
}

pub(super) struct Search<'d, 'b> {
    doubt: &'d Doubt<'b>,
    /// Where the value begins.
    begin: usize,
    quote: u8,
    /// Brackets that are open in it.
    brackets: usize,
    /// Quotes in it that did not close it.
    inner: usize,
    /// The first quote that could have closed it, and how many were before that.
    first: Option<(usize, usize)>,
    /// The blank before `name=`, if that stands before the first quote in it: the quote then looks like one that opens.
    torn: Option<usize>,
}

impl<'d, 'b> Search<'d, 'b> {
    /// For the value behind the quote at `open`.
    pub(super) fn new(doubt: &'d Doubt<'b>, open: usize) -> Search<'d, 'b> {
        let quote = doubt.bytes[open];
        Search { doubt, begin: open + 1, quote, brackets: 0, inner: 0, first: None, torn: None }
    }

    /// How the value ends, and how far that had to be looked for; `None` when more bytes are needed.
    pub(super) fn run(mut self) -> Option<(Closing, Mend, usize)> {
        let bytes = self.doubt.bytes;
        let (mut at, mut limit) = (self.begin, usize::MAX);
        loop {
            let end = limit.min(bytes.len());
            let Some(found) = memchr::memchr3(self.quote, b'<', b'>', bytes.get(at..end).unwrap_or_default()) else {
                return if end == limit || self.doubt.is_last { self.settle(end) } else { None };
            };
            at += found;
            match bytes[at] {
                b'<' if self.begins_other_markup(at)? => return self.settle(at),
                b'<' | b'>' => self.brackets = brackets_behind(self.brackets, bytes, at),
                _ => {
                    if let Some(mend) = self.closes_at(at)? {
                        return Some(match self.torn {
                            Some(blank) if self.inner == 1 => (self.tear(blank), Mend::Torn, at),
                            _ => (Closing::At(at), mend, at),
                        });
                    }
                    if self.inner == 1 {
                        limit = at.saturating_add(self.doubt.reach);
                    }
                }
            }
            at += 1;
        }
    }

    /// Whether the quote at `at` closes the value, and what that mends; `None` when more bytes are needed.
    fn closes_at(&mut self, at: usize) -> Option<Option<Mend>> {
        match self.behind(at + 1) {
            Behind::Unknown => return None,
            Behind::Markup if self.inner == 0 => return Some(Some(Mend::Nothing)),
            Behind::Markup if self.brackets == 0 && (self.quote == b'\'' || self.inner.is_multiple_of(2)) => {
                let is_guess = self.first.is_some() && holds_tag(&self.doubt.bytes[self.begin..at]);
                return Some(Some(if is_guess { Mend::Guess } else { Mend::Quotes }));
            }
            Behind::Markup => {
                self.first.get_or_insert((at, self.inner));
            }
            Behind::Text if self.inner == 0 => self.torn = attribute_before(self.doubt.bytes, self.begin, at),
            Behind::Text => {}
        }
        self.inner += 1;
        Some(None)
    }

    fn behind(&self, at: usize) -> Behind {
        match self.doubt.behind(at, if self.inner > 0 { markup_apart } else { markup_behind }) {
            // Behind quotes in a text, more text is likelier than a slip.
            Behind::Text if self.inner == 0 => self.doubt.behind_slip(at),
            found => found,
        }
    }

    /// Whether markup begins at this `<` that stands in no value: the end of the element or of the one around it, another
    /// one of the same name, a CDATA section. `None` when more bytes are needed.
    fn begins_other_markup(&self, at: usize) -> Option<bool> {
        let bytes = self.doubt.bytes;
        let own = &bytes[1..1 + self.doubt.name.length()];
        let around = self.doubt.around;
        let longest = own.len().max(around.len()).max(CDATA_START.len());
        if !self.doubt.is_last && bytes.len() - at < longest + 3 {
            return None;
        }
        let is_named = |text: &[u8], name: &[u8]| {
            !name.is_empty()
                && text.starts_with(name)
                && text.get(name.len()).is_some_and(|byte| byte.is_ascii_whitespace() || matches!(byte, b'>' | b'/'))
        };
        let rest = &bytes[at..];
        Some(match rest {
            [b'<', b'/', name @ ..] => is_named(name, own) || is_named(name, around),
            [b'<', name @ ..] => is_named(name, own) || rest.starts_with(CDATA_START),
            _ => false,
        })
    }

    /// What is made of a value without a quote before `stop` that surely closes it.
    fn settle(&self, stop: usize) -> Option<(Closing, Mend, usize)> {
        let (closing, mend) = match (self.first, self.torn) {
            (Some((_, 1)), Some(blank)) => (self.tear(blank), Mend::Torn),
            (Some((at, 1)), None) => (Closing::At(at), Mend::Quotes),
            (Some((at, _)), _) => (Closing::At(at), Mend::Guess),
            (None, _) => (Closing::WithTag(self.end_of_tag(stop)?), Mend::Torn),
        };
        Some((closing, mend, stop))
    }

    /// How the value ends whose text runs into another attribute, which the blank at `blank` is before.
    fn tear(&self, blank: usize) -> Closing {
        let value = &self.doubt.bytes[self.begin..blank];
        if let Some(end) = lone_greater_than(value) {
            return Closing::WithTag(self.begin + end);
        }
        match memchr::memrchr(b'<', value) {
            Some(start) if is_start_of_tag(&value[start..]) => Closing::WithTag(self.begin + start),
            _ => Closing::Before(blank),
        }
    }

    /// The `>` that ends the tag, or the `<` before which it ends; `None` when neither has come.
    fn end_of_tag(&self, stop: usize) -> Option<usize> {
        let bytes = self.doubt.bytes;
        let value = &bytes[self.begin..stop];
        let found = lone_greater_than(value).or_else(|| memchr::memchr(b'<', value));
        match found {
            Some(found) => Some(self.begin + found),
            None => memchr::memchr2(b'<', b'>', &bytes[stop..]).map(|found| stop + found),
        }
    }
}

/// As [`markup_behind`], where a name right behind the quote is text.
pub(super) fn markup_apart(text: &[u8]) -> Behind {
    match text.first() {
        Some(first) if !matches!(first, b'>' | b'/') && !first.is_ascii_whitespace() => Behind::Text,
        _ => markup_behind(text),
    }
}

/// What `text` is, which stands behind a quote: the end of a tag, or an attribute, before which words may stand that
/// are none and attributes without quotes.
fn markup_behind(text: &[u8]) -> Behind {
    let mut rest = text.trim_ascii_start();
    match rest {
        [b'>', ..] | [b'/', b'>', ..] => return Behind::Markup,
        [b'/'] => return Behind::Unknown,
        _ => {}
    }
    loop {
        let length = match rest {
            [] => return Behind::Unknown,
            [first, ..] if scan::starts_name(*first) => rest.iter().take_while(|byte| scan::is_in_name(**byte)).count(),
            _ => return Behind::Text,
        };
        let behind = &rest[length..];
        rest = behind.trim_ascii_start();
        let Some(value) = rest.strip_prefix(b"=") else {
            match behind.len() == rest.len() && !rest.is_empty() {
                true => return Behind::Text,
                false => continue,
            }
        };
        let value = value.trim_ascii_start();
        match value.iter().position(|byte| !scan::is_in_name(*byte)) {
            Some(0) if matches!(value[0], b'"' | b'\'') => return Behind::Markup,
            Some(0) => return Behind::Text,
            Some(length) => rest = value[length..].trim_ascii_start(),
            None => return Behind::Unknown,
        }
        match rest {
            [b'>', ..] | [b'/', b'>', ..] => return Behind::Markup,
            [b'/'] => return Behind::Unknown,
            _ => {}
        }
    }
}

/// How many brackets are open behind the one at `at`. Signs of comparison and arrows are none.
fn brackets_behind(brackets: usize, bytes: &[u8], at: usize) -> usize {
    if bytes[at] == b'<' {
        let is_sign = |byte: &u8| byte.is_ascii_whitespace() || byte.is_ascii_digit() || b"=-<".contains(byte);
        brackets + usize::from(bytes.get(at + 1).is_some_and(|byte| !is_sign(byte)))
    } else if at > 0 && matches!(bytes[at - 1], b'-' | b'=') {
        brackets
    } else {
        brackets.saturating_sub(1)
    }
}

/// The first `>` that closes no bracket.
fn lone_greater_than(value: &[u8]) -> Option<usize> {
    let mut brackets = 0;
    memchr::memchr2_iter(b'<', b'>', value).find(|at| {
        let is_lone = value[*at] == b'>' && brackets == 0;
        brackets = brackets_behind(brackets, value, *at);
        is_lone
    })
}

/// Whether it is `<name`.
fn is_start_of_tag(text: &[u8]) -> bool {
    match text {
        [b'<', first, rest @ ..] => scan::starts_name(*first) && rest.iter().all(|byte| scan::is_in_name(*byte)),
        _ => false,
    }
}

/// Whether something in it could be a tag.
fn holds_tag(value: &[u8]) -> bool {
    memchr::memchr_iter(b'<', value).any(|at| value.get(at + 1).is_some_and(|byte| byte.is_ascii_alphabetic()))
}

/// The blank before `name=`, if that stands before the quote at `at` and behind `begin`.
fn attribute_before(bytes: &[u8], begin: usize, at: usize) -> Option<usize> {
    let text = bytes[begin..at].trim_ascii_end().strip_suffix(b"=")?.trim_ascii_end();
    let length = text.iter().rev().take_while(|byte| scan::is_in_name(**byte)).count();
    let name = text.len() - length;
    let is_name = length > 0 && scan::starts_name(text[name]);
    (is_name && name > 0 && text[name - 1].is_ascii_whitespace()).then(|| begin + name - 1)
}
