//! Reads one item: a walk over its bytes that copies nothing but texts with escapes.

use std::borrow::Cow;

use crate::model::Position;

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

/// The structure cannot be read any further.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fault {
    /// What is wrong, in words.
    pub what: &'static str,
    /// Bytes from the start of the item.
    pub offset: usize,
}

impl Fault {
    /// The place in the document, where the item `bytes` begins at `start`.
    pub fn position(&self, bytes: &[u8], start: Position) -> Position {
        let passed = &bytes[..self.offset.min(bytes.len())];
        let after_break = memchr::memrchr(b'\n', passed).map(|at| (passed.len() - at) as u64);
        Position {
            offset: start.offset + passed.len() as u64,
            line: start.line + memchr::memchr_iter(b'\n', passed).count() as u64,
            column: after_break.unwrap_or(start.column + passed.len() as u64),
        }
    }
}

/// What no strict parser would have accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Oddities {
    /// Invalid UTF-8, a lone surrogate, an unknown escape: U+FFFD stands for it.
    pub replaced: bool,
    /// A raw control character in a text.
    pub control: bool,
    /// A comma with nothing behind it.
    pub comma: bool,
}

impl Oddities {
    /// What was mended, in words; `None` when nothing was.
    pub fn words(self) -> Option<&'static str> {
        match (self.replaced, self.control, self.comma) {
            (true, ..) => Some("text that is not valid was replaced by U+FFFD"),
            (_, true, _) => Some("raw control characters in texts were read as they are"),
            (_, _, true) => Some("a comma with nothing behind it was passed over"),
            _ => None,
        }
    }
}

/// A place in an item.
///
/// Reading goes forward only: `begin_object`, then `key` and a value until `key` gives `None`; `begin_array`, then a
/// value each time `element` says so. A value of another type than the one asked for is passed over, so that no wrong
/// type costs a report (cucumber.md 45). Nothing recurses.
#[derive(Debug, Clone)]
pub struct JsonCursor<'a> {
    bytes: &'a [u8],
    at: usize,
    oddities: Oddities,
}

impl<'a> JsonCursor<'a> {
    /// At the start of an item.
    pub fn new(bytes: &'a [u8]) -> JsonCursor<'a> {
        JsonCursor { bytes, at: 0, oddities: Oddities::default() }
    }

    /// What was mended so far.
    pub fn oddities(&self) -> Oddities {
        self.oddities
    }

    /// Bytes from the start of the item.
    pub fn offset(&self) -> usize {
        self.at
    }

    fn fault(&self, what: &'static str) -> Fault {
        Fault { what, offset: self.at }
    }

    fn next_byte(&mut self) -> Option<u8> {
        while let Some(byte) = self.bytes.get(self.at) {
            if !byte.is_ascii_whitespace() {
                return Some(*byte);
            }
            self.at += 1;
        }
        None
    }

    /// What stands next.
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
            return Ok(true);
        }
        self.skip()?;
        Ok(false)
    }

    /// The next key of the object, raw; its value comes next. `None` at the object's end, which is passed.
    ///
    /// # Errors
    /// When no key and no end follows.
    pub fn key(&mut self) -> Result<Option<&'a [u8]>, Fault> {
        if !self.further(b'}')? {
            return Ok(None);
        }
        if self.next_byte() != Some(b'"') {
            return Err(self.fault("a key is missing"));
        }
        let key = self.raw_text()?;
        if self.next_byte() != Some(b':') {
            return Err(self.fault("a colon is missing behind a key"));
        }
        self.at += 1;
        Ok(Some(key))
    }

    /// Whether another element of the array follows; its end is passed.
    ///
    /// # Errors
    /// When the item ends here.
    pub fn element(&mut self) -> Result<bool, Fault> {
        self.further(b']')
    }

    fn further(&mut self, end: u8) -> Result<bool, Fault> {
        let mut comma = false;
        loop {
            match self.next_byte() {
                Some(b',') => {
                    comma = true;
                    self.at += 1;
                }
                Some(byte) if byte == end => {
                    self.oddities.comma |= comma;
                    self.at += 1;
                    return Ok(false);
                }
                Some(b'}' | b']') => return Err(self.fault("the brackets do not match")),
                Some(_) => return Ok(true),
                None => return Err(self.fault("it ends inside an object or an array")),
            }
        }
    }

    /// Passes over a value.
    ///
    /// # Errors
    /// When there is none, or it has no end.
    pub fn skip(&mut self) -> Result<(), Fault> {
        match self.kind() {
            Kind::Text => self.raw_text().map(drop),
            Kind::Word => {
                self.word();
                Ok(())
            }
            Kind::Nothing => Err(self.fault("a value is missing")),
            Kind::Object | Kind::Array => self.skip_nested(),
        }
    }

    /// A value as it is written.
    ///
    /// # Errors
    /// When there is none, or it has no end.
    pub fn raw(&mut self) -> Result<&'a [u8], Fault> {
        let _ = self.kind();
        let start = self.at;
        self.skip()?;
        Ok(&self.bytes[start..self.at])
    }

    fn skip_nested(&mut self) -> Result<(), Fault> {
        let mut depth = 0usize;
        while let Some(byte) = self.bytes.get(self.at) {
            match byte {
                b'"' => {
                    self.raw_text()?;
                    continue;
                }
                b'{' | b'[' => depth += 1,
                b'}' | b']' => depth -= 1,
                _ => {}
            }
            self.at += 1;
            if depth == 0 {
                return Ok(());
            }
        }
        Err(self.fault("it ends inside an object or an array"))
    }

    fn word(&mut self) -> &'a [u8] {
        let rest = &self.bytes[self.at..];
        let ends = |byte: &u8| byte.is_ascii_whitespace() || matches!(byte, b',' | b'}' | b']' | b':' | b'"');
        let length = rest.iter().position(ends).unwrap_or(rest.len()).max(1);
        self.at += length;
        &rest[..length]
    }

    /// The bytes between the quotes, escapes and all.
    fn raw_text(&mut self) -> Result<&'a [u8], Fault> {
        let start = self.at + 1;
        let mut at = start;
        while let Some(step) = self.bytes.get(at..).and_then(|rest| memchr::memchr2(b'"', b'\\', rest)) {
            at += step;
            if self.bytes[at] == b'"' {
                self.at = at + 1;
                return Ok(&self.bytes[start..at]);
            }
            at += 2;
        }
        Err(self.fault("a text has no end"))
    }

    /// A text; `None` for any other value, which is passed over.
    ///
    /// # Errors
    /// When there is no value.
    pub fn text(&mut self) -> Result<Option<Cow<'a, str>>, Fault> {
        if self.kind() != Kind::Text {
            self.skip()?;
            return Ok(None);
        }
        let raw = self.raw_text()?;
        Ok(Some(self.decode(raw)))
    }

    /// A text, or a number or word as it is written; `None` for `null`, objects and arrays, which are passed over.
    ///
    /// # Errors
    /// When there is no value.
    pub fn scalar(&mut self) -> Result<Option<Cow<'a, str>>, Fault> {
        match self.kind() {
            Kind::Word => {
                let word = self.word();
                Ok((word != b"null").then(|| String::from_utf8_lossy(word)))
            }
            _ => self.text(),
        }
    }

    fn decode(&mut self, raw: &'a [u8]) -> Cow<'a, str> {
        self.oddities.control |= raw.iter().any(|byte| *byte < 0x20);
        if memchr::memchr(b'\\', raw).is_some() {
            return Cow::Owned(self.unescape(raw));
        }
        match simdutf8::basic::from_utf8(raw) {
            Ok(text) => Cow::Borrowed(text),
            Err(_) => {
                self.oddities.replaced = true;
                String::from_utf8_lossy(raw)
            }
        }
    }

    fn unescape(&mut self, raw: &[u8]) -> String {
        let mut out = String::with_capacity(raw.len());
        let mut rest = raw;
        while let Some(at) = memchr::memchr(b'\\', rest) {
            self.push_lossy(&rest[..at], &mut out);
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
                Some(b'u') => out.push(self.code_point(&mut rest)),
                _ => {
                    self.oddities.replaced = true;
                    out.push('\u{FFFD}');
                }
            }
        }
        self.push_lossy(rest, &mut out);
        out
    }

    fn push_lossy(&mut self, bytes: &[u8], out: &mut String) {
        match simdutf8::basic::from_utf8(bytes) {
            Ok(text) => out.push_str(text),
            Err(_) => {
                self.oddities.replaced = true;
                out.push_str(&String::from_utf8_lossy(bytes));
            }
        }
    }

    /// The character behind `\u`; surrogates come in pairs, and one alone is none (cucumber.md 30).
    fn code_point(&mut self, rest: &mut &[u8]) -> char {
        let Some(unit) = take_hex(rest) else {
            self.oddities.replaced = true;
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
            self.oddities.replaced = true;
            '\u{FFFD}'
        })
    }
}

fn take_hex(rest: &mut &[u8]) -> Option<u32> {
    let (digits, behind) = rest.split_at_checked(4)?;
    let value = digits.iter().try_fold(0, |value, digit| Some(value * 16 + char::from(*digit).to_digit(16)?))?;
    *rest = behind;
    Some(value)
}
