//! Reads one item: a walk over its bytes that copies nothing but texts with escapes.

mod nested;

use std::borrow::Cow;

use super::Oddities;
use super::fault::Fault;
use super::keys::SpelledKeys;
use super::text::{self, Form, Span};
use super::words::{self, Word};
use crate::format::conflict;

/// What stands at a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// An object.
    Object,
    /// An array.
    Array,
    /// A text in quotes.
    Text,
    /// A number, `true`, `false`, `null`, or a word that JSON does not know (`NaN`).
    Word,
    /// Nothing, or what can begin no value.
    Nothing,
}

/// What was cut out of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cut {
    /// The place in the item behind which bytes are missing.
    pub at: usize,
    /// Bytes that are missing.
    pub bytes: u64,
}

/// Bytes missing in the text at `span`.
pub(super) fn missing(cuts: &[Cut], span: Span) -> u64 {
    cuts.iter().filter(|cut| span.reaches(cut.at)).map(|cut| cut.bytes).sum()
}

/// Bytes of a text that may be a word that readers know, at most, each letter as an escape.
const LONGEST_WORD: usize = 96;

/// A place in an item.
///
/// Reading goes forward only: `begin_object`, then `key` and a value until `key` gives `None`; `begin_array`, then a
/// value each time `element` says so. A value of another type than the one asked for is passed over, so that no wrong
/// type costs a report (cucumber.md 45). Nothing recurses.
#[derive(Debug, Clone)]
pub struct JsonCursor<'a> {
    bytes: &'a [u8],
    at: usize,
    cuts: &'a [Cut],
    keys: Option<&'a SpelledKeys>,
    oddities: Oddities,
    unknown: Option<String>,
    /// Objects and arrays that are open, and the most there were.
    depth: usize,
    deepest: usize,
}

impl<'a> JsonCursor<'a> {
    /// At the start of an item.
    pub fn new(bytes: &'a [u8]) -> JsonCursor<'a> {
        JsonCursor::with_cuts(bytes, &[])
    }

    /// At the start of an item out of whose texts something was cut.
    pub fn with_cuts(bytes: &'a [u8], cuts: &'a [Cut]) -> JsonCursor<'a> {
        JsonCursor {
            bytes,
            at: 0,
            cuts,
            keys: None,
            oddities: Oddities::default(),
            unknown: None,
            depth: 0,
            deepest: 0,
        }
    }

    /// Has keys that are spelled in escapes read as they mean, for whoever reads an item but once.
    pub fn knowing(self, keys: &'a SpelledKeys) -> JsonCursor<'a> {
        JsonCursor { keys: Some(keys), ..self }
    }

    /// Another one, at the start of the same item.
    pub fn at_start(&self) -> JsonCursor<'a> {
        JsonCursor { keys: self.keys, ..JsonCursor::with_cuts(self.bytes, self.cuts) }
    }

    /// What was mended so far.
    pub fn oddities(&self) -> Oddities {
        self.oddities
    }

    /// How many objects and arrays were open at once, those that were passed over included.
    pub fn deepest(&self) -> usize {
        self.deepest
    }

    /// Bytes from the start of the item.
    pub fn offset(&self) -> usize {
        self.at
    }

    fn fault(&self, what: &'static str) -> Fault {
        match self.bytes.get(self.at..) {
            None | Some([]) => Fault::cut(what, self.at),
            Some(rest) if conflict::begins(rest) => {
                Fault::wrong("a merge conflict that git left stands in the report (<<<<<<<)", self.at)
            }
            Some(_) => Fault::wrong(what, self.at),
        }
    }

    #[inline(always)]
    fn next_byte(&mut self) -> Option<u8> {
        match self.bytes.get(self.at) {
            Some(byte) if *byte > b' ' => Some(*byte),
            _ => self.byte_behind_blanks(),
        }
    }

    #[inline(never)]
    fn byte_behind_blanks(&mut self) -> Option<u8> {
        self.at = text::behind_blanks(self.bytes, self.at);
        self.bytes.get(self.at).copied()
    }

    /// What stands next.
    #[inline(always)]
    pub fn kind(&mut self) -> Kind {
        match self.next_byte() {
            Some(b'{') => Kind::Object,
            Some(b'[') => Kind::Array,
            Some(b'"') => Kind::Text,
            None | Some(b'}' | b']' | b',' | b':') => Kind::Nothing,
            Some(_) => Kind::Word,
        }
    }

    /// Enters an object; `false` when the value is none, which is then passed over.
    ///
    /// # Errors
    /// When there is no value.
    pub fn begin_object(&mut self) -> Result<bool, Fault> {
        self.begin(Kind::Object)
    }

    /// Enters an array; `false` when the value is none, which is then passed over.
    ///
    /// # Errors
    /// When there is no value.
    pub fn begin_array(&mut self) -> Result<bool, Fault> {
        self.begin(Kind::Array)
    }

    fn begin(&mut self, wanted: Kind) -> Result<bool, Fault> {
        if self.kind() == wanted {
            self.at += 1;
            self.depth += 1;
            self.deepest = self.deepest.max(self.depth);
            return Ok(true);
        }
        self.skip()?;
        Ok(false)
    }

    /// The next key of the object, raw; its value comes next. `None` at the object's end, which is passed.
    ///
    /// # Errors
    /// When no key and no end follows.
    #[inline]
    pub fn key(&mut self) -> Result<Option<&'a [u8]>, Fault> {
        match self.usual_key() {
            Some(key) => Ok(Some(key)),
            None => self.any_key(),
        }
    }

    /// The next key as nearly all are: short, without escapes, a comma at most before it and a colon right behind it.
    fn usual_key(&mut self) -> Option<&'a [u8]> {
        let has_comma = self.bytes.get(self.at) == Some(&b',');
        if !has_comma && !self.opens_before(self.at) {
            return None;
        }
        let mut at = self.at + usize::from(has_comma);
        if *self.bytes.get(at)? <= b' ' {
            at = text::behind_blanks(self.bytes, at);
        }
        if self.bytes.get(at) != Some(&b'"') {
            return None;
        }
        let end = text::near_end_of_text(self.bytes, at + 1)?;
        if self.bytes.get(end + 1) != Some(&b':') {
            return None;
        }
        self.at = end + 2;
        Some(&self.bytes[at + 1..end])
    }

    /// Whether what begins at `at` is the first in its object or array.
    #[inline(always)]
    fn opens_before(&self, at: usize) -> bool {
        matches!(at.checked_sub(1).and_then(|before| self.bytes.get(before)), Some(b'{' | b'['))
    }

    fn any_key(&mut self) -> Result<Option<&'a [u8]>, Fault> {
        if !self.further(b'}')? {
            return Ok(None);
        }
        if self.next_byte() != Some(b'"') {
            return Err(self.fault("a key is missing"));
        }
        let span = self.raw_text()?;
        let mut key = self.raw_of(span);
        if span.has_escapes() {
            key = self.plain_key(key);
        }
        if self.next_byte() != Some(b':') {
            return Err(self.fault("a colon is missing behind a key"));
        }
        self.at += 1;
        Ok(Some(key))
    }

    /// A key as everybody writes it; one that stays spelled in escapes is noted.
    #[cold]
    #[inline(never)]
    fn plain_key(&mut self, key: &'a [u8]) -> &'a [u8] {
        match self.keys.and_then(|keys| keys.plain(key)) {
            Some(plain) => return plain,
            None if text::spells_out(key) => self.oddities.note(Oddities::SPELLED_OUT_KEY),
            None => {}
        }
        key
    }

    /// Whether another element of the array follows; its end is passed.
    ///
    /// # Errors
    /// When the item ends here.
    pub fn element(&mut self) -> Result<bool, Fault> {
        self.further(b']')
    }

    fn further(&mut self, end: u8) -> Result<bool, Fault> {
        let start = self.at;
        let mut comma = false;
        loop {
            match self.next_byte() {
                Some(b',') => {
                    self.note_comma(comma);
                    comma = true;
                    self.at += 1;
                }
                Some(byte) if byte == end => {
                    self.note_comma(comma);
                    self.at += 1;
                    self.depth = self.depth.saturating_sub(1);
                    return Ok(false);
                }
                Some(b'}' | b']') => return Err(self.fault("the brackets do not match")),
                Some(_) if comma || self.opens_before(start) => return Ok(true),
                Some(next) => return self.without_comma(start, next, end).map(|()| true),
                None => return Err(self.fault("it ends inside an object or an array")),
            }
        }
    }

    /// A comma with nothing behind it.
    #[inline(always)]
    fn note_comma(&mut self, is_met: bool) {
        self.oddities.note(if is_met { Oddities::COMMA } else { Oddities::default() });
    }

    /// No comma stands before what begins with `next`: right before the first value, and only there. Keys show by their colons
    /// that quotes are in step; values of a list do not.
    #[inline(never)]
    fn without_comma(&mut self, start: usize, next: u8, end: u8) -> Result<(), Fault> {
        let before = self.bytes[..start].trim_ascii_end().last();
        match before {
            None | Some(b'{' | b'[') => {}
            Some(b'}' | b']') if matches!(next, b'{' | b'[') => self.oddities.note(Oddities::NO_COMMA),
            _ if end == b'}' => self.oddities.note(Oddities::DOUBTFUL),
            _ => return Err(self.fault("a comma is missing")),
        }
        Ok(())
    }

    /// Passes over a value.
    ///
    /// # Errors
    /// When there is none, or it has no end.
    pub fn skip(&mut self) -> Result<(), Fault> {
        match self.kind() {
            Kind::Text => self.skip_text(),
            Kind::Word => {
                self.word();
                Ok(())
            }
            Kind::Nothing => Err(self.fault("a value is missing")),
            Kind::Object | Kind::Array => self.skip_nested(),
        }
    }

    #[inline]
    fn skip_text(&mut self) -> Result<(), Fault> {
        match text::near_end_of_text(self.bytes, self.at + 1) {
            Some(end) => {
                self.at = end + 1;
                Ok(())
            }
            None => self.raw_text().map(drop),
        }
    }

    /// Passes over the value of a member whose name nobody knows; the first such name is remembered.
    ///
    /// # Errors
    /// When there is none, or it has no end.
    pub fn skip_unknown(&mut self, name: &[u8]) -> Result<(), Fault> {
        self.unknown.get_or_insert_with(|| String::from_utf8_lossy(name).into_owned());
        self.skip()
    }

    /// The first name that nobody knew.
    pub fn unknown(&self) -> Option<&str> {
        self.unknown.as_deref()
    }

    /// A value as it is written.
    ///
    /// # Errors
    /// When there is none, or it has no end.
    pub fn raw(&mut self) -> Result<&'a [u8], Fault> {
        let span = self.raw_span()?;
        Ok(self.raw_of(span))
    }

    /// Where a value stands, as it is written.
    ///
    /// # Errors
    /// When there is none, or it has no end.
    pub fn raw_span(&mut self) -> Result<Span, Fault> {
        let _ = self.kind();
        let start = self.at;
        self.skip()?;
        Ok(Span { start, end: self.at, form: Form::Unchecked })
    }

    #[inline(always)]
    fn word(&mut self) -> &'a [u8] {
        let start = self.at;
        self.at = text::end_of_word(self.bytes, start).max(start + 1);
        let word = &self.bytes[start..self.at];
        if !words::looks_like_number(word) {
            self.note_word(word);
        }
        word
    }

    #[cold]
    #[inline(never)]
    fn note_word(&mut self, word: &[u8]) {
        match words::judge(word) {
            Word::Known => {}
            Word::Foreign => self.oddities.note(Oddities::FOREIGN),
            Word::Unknown => self.oddities.note(Oddities::DOUBTFUL),
        }
    }

    /// What stands between the quotes, escapes and all.
    #[inline(always)]
    fn raw_text(&mut self) -> Result<Span, Fault> {
        match text::text_from(self.bytes, self.at + 1) {
            Some(span) => {
                self.at = span.end + 1;
                Ok(span)
            }
            None => Err(Fault::cut("a text has no end", self.at)),
        }
    }

    /// For a word that nobody knows: it may be spelled in escapes, and is read once more without them then.
    #[cold]
    pub fn note_unknown(&mut self, span: Span) {
        if span.length() <= LONGEST_WORD && text::spells_out(self.raw_of(span)) {
            self.oddities.note(Oddities::SPELLED_OUT);
        }
    }

    /// Where a text stands; `None` for any other value, which is passed over.
    ///
    /// # Errors
    /// When there is no value.
    #[inline]
    pub fn text_span(&mut self) -> Result<Option<Span>, Fault> {
        if self.kind() != Kind::Text {
            self.skip()?;
            return Ok(None);
        }
        self.raw_text().map(Some)
    }

    /// Where a text, or a number or word, stands; `None` for `null`, objects and arrays, which are passed over.
    ///
    /// # Errors
    /// When there is no value.
    pub fn scalar_span(&mut self) -> Result<Option<Span>, Fault> {
        match self.kind() {
            Kind::Word => {
                let start = self.at;
                let word = self.word();
                let span = Span { start, end: self.at, form: Form::Unchecked };
                Ok((word != b"null").then_some(span))
            }
            _ => self.text_span(),
        }
    }

    /// A text; `None` for any other value, which is passed over.
    ///
    /// # Errors
    /// When there is no value.
    pub fn text(&mut self) -> Result<Option<Cow<'a, str>>, Fault> {
        Ok(self.text_span()?.map(|span| self.decode(span)))
    }

    /// A text, or a number or word as it is written; `None` for `null`, objects and arrays, which are passed over.
    ///
    /// # Errors
    /// When there is no value.
    pub fn scalar(&mut self) -> Result<Option<Cow<'a, str>>, Fault> {
        Ok(self.scalar_span()?.map(|span| self.decode(span)))
    }

    /// A whole number, which may be written as a text; `None` for anything else, which is passed over.
    ///
    /// # Errors
    /// When there is no value.
    pub fn number(&mut self) -> Result<Option<u64>, Fault> {
        let Some(span) = self.scalar_span()? else { return Ok(None) };
        Ok(text::number(self.raw_of(span)))
    }

    /// Appends a text, or a number or word as it is written, to `out`; whether there was one.
    ///
    /// # Errors
    /// When there is no value.
    pub fn push_scalar(&mut self, out: &mut String) -> Result<bool, Fault> {
        let span = self.scalar_span()?;
        if let Some(span) = span {
            self.push(span, out);
        }
        Ok(span.is_some())
    }

    /// Appends the text at a place found before to `out`.
    pub fn push(&mut self, span: Span, out: &mut String) {
        text::push(self.raw_of(span), span.form, &mut self.oddities, out);
    }

    /// Bytes that were cut out of the text at a place found before, because it was too long to be of use.
    pub fn missing(&self, span: Span) -> u64 {
        missing(self.cuts, span)
    }

    /// What stands at a place found before, as it is written.
    pub fn raw_of(&self, span: Span) -> &'a [u8] {
        &self.bytes[span.start..span.end]
    }

    fn decode(&mut self, span: Span) -> Cow<'a, str> {
        text::decode(self.raw_of(span), span.form, &mut self.oddities)
    }
}
