//! The keys of a JSON file: where each was first seen, and what stood behind it.
//!
//! A tokenizer that looks at keys only (cucumber.md section 1). It never fails: broken JSON shows the keys that it has.

/// Places that are told apart; what is deeper decides nothing.
const DEEPEST: usize = 6;

/// Different places and keys that are kept.
const MOST_PATHS: usize = 64;
const MOST_KEYS: usize = 256;

/// What the first bytes of a JSON file show.
///
/// A place is written like `[].elements[].steps[]`: the objects in the array `steps` of the objects in the array
/// `elements` of the objects in the root array. The root object is the empty place.
#[derive(Debug)]
pub struct JsonHead<'h> {
    root: JsonRoot,
    junk_before: usize,
    paths: Vec<String>,
    keys: Vec<Key<'h>>,
    further_document: bool,
}

/// What the document is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum JsonRoot {
    /// An object.
    Object,
    /// An array with something in it.
    Array,
    /// An array with nothing in it, or nothing yet.
    EmptyArray,
    /// A closing bracket alone: what Behave leaves when it selected no feature (B10).
    OnlyBracket,
}

/// What stands behind a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ValueKind {
    /// Text.
    Text,
    /// A number.
    Number,
    /// An object.
    Object,
    /// An array.
    Array,
    /// `true`, `false`, `null`, or nothing that JSON knows.
    Word,
}

#[derive(Debug, Clone, Copy)]
struct Key<'h> {
    path: usize,
    name: &'h [u8],
    kind: ValueKind,
    /// The raw text behind it, without its quotes, if it is text.
    text: &'h [u8],
}

impl<'h> JsonHead<'h> {
    /// Scans the document that begins at `start`; whether what stands before is more than blanks is seen here.
    pub(super) fn read(bytes: &'h [u8], start: usize) -> JsonHead<'h> {
        let junk_before = if bytes[..start].trim_ascii().is_empty() { 0 } else { start };
        let document = bytes[start..].trim_ascii_start();
        let root = match document.first() {
            Some(b'{') => JsonRoot::Object,
            Some(b']') => JsonRoot::OnlyBracket,
            _ => match document.get(1..).unwrap_or_default().trim_ascii_start().first() {
                None | Some(b']') => JsonRoot::EmptyArray,
                Some(_) => JsonRoot::Array,
            },
        };
        let mut scan = Scan { bytes: document, at: 0, open: Vec::new(), paths: Vec::new(), keys: Vec::new() };
        let further_document = scan.document();
        JsonHead { root, junk_before, paths: scan.paths, keys: scan.keys, further_document }
    }

    /// What the document is.
    pub fn root(&self) -> JsonRoot {
        self.root
    }

    /// Bytes of text before the document, which belong to no JSON (B9).
    pub fn junk_before(&self) -> usize {
        self.junk_before
    }

    /// Whether another document follows the first: newline-delimited JSON, or files appended to each other.
    pub fn further_document(&self) -> bool {
        self.further_document
    }

    fn key(&self, place: &str, name: &str) -> Option<&Key<'h>> {
        self.keys_at(place).find(|key| key.name == name.as_bytes())
    }

    fn keys_at(&self, place: &str) -> impl Iterator<Item = &Key<'h>> {
        let path = self.paths.iter().position(|path| path == place);
        self.keys.iter().filter(move |key| Some(key.path) == path)
    }

    /// Whether an object at this place has this key.
    pub fn has(&self, place: &str, name: &str) -> bool {
        self.key(place, name).is_some()
    }

    /// Whether objects at this place have all of these keys.
    pub fn has_all(&self, place: &str, names: &[&str]) -> bool {
        names.iter().all(|name| self.has(place, name))
    }

    /// Whether an object at this place has one of these keys.
    pub fn has_any(&self, place: &str, names: &[&str]) -> bool {
        names.iter().any(|name| self.has(place, name))
    }

    /// What stands behind a key.
    pub fn kind(&self, place: &str, name: &str) -> Option<ValueKind> {
        self.key(place, name).map(|key| key.kind)
    }

    /// The raw text behind a key, if it is text.
    pub fn text(&self, place: &str, name: &str) -> Option<&'h [u8]> {
        self.key(place, name).filter(|key| key.kind == ValueKind::Text).map(|key| key.text)
    }

    /// The keys of the objects at this place, in the order in which they were first seen.
    pub fn names(&self, place: &str) -> impl Iterator<Item = &'h [u8]> {
        self.keys_at(place).map(|key| key.name)
    }
}

/// Whether a JSON document that could be a report begins here: an object with a key, an array of something. A log line
/// such as `[INFO] …` is neither.
pub(super) fn begins(bytes: &[u8]) -> bool {
    let next = bytes.get(1..).unwrap_or_default().trim_ascii_start().first();
    match bytes.first() {
        Some(b'{') => matches!(next, None | Some(b'"' | b'}')),
        Some(b'[') => matches!(next, None | Some(b'{' | b'[' | b']' | b'"')),
        Some(b']') => next.is_none(),
        _ => false,
    }
}

/// Whether a line in the midst of other text begins an array of reports: `[` alone, or `[{` (B9).
pub(super) fn begins_behind_text(line: &[u8]) -> bool {
    let end = memchr::memchr(b'\n', line).unwrap_or(line.len());
    line.starts_with(b"[{") || line[..end].trim_ascii() == b"["
}

/// An open object or array.
#[derive(Debug, Clone, Copy)]
struct Open<'h> {
    is_array: bool,
    path: Option<usize>,
    /// The key whose value comes next.
    key: &'h [u8],
}

struct Scan<'h> {
    bytes: &'h [u8],
    at: usize,
    open: Vec<Open<'h>>,
    paths: Vec<String>,
    keys: Vec<Key<'h>>,
}

impl<'h> Scan<'h> {
    /// Reads the first document and tells whether another one follows.
    fn document(&mut self) -> bool {
        while let Some(byte) = self.bytes.get(self.at) {
            self.at += 1;
            match byte {
                b'{' | b'[' => self.enter(*byte == b'['),
                b'}' | b']' => {
                    self.open.pop();
                    if self.open.is_empty() {
                        return matches!(self.rest().trim_ascii_start().first(), Some(b'{' | b'['));
                    }
                }
                b'"' => {
                    let text = self.text();
                    self.key(text);
                }
                _ => {}
            }
        }
        false
    }

    fn rest(&self) -> &'h [u8] {
        &self.bytes[self.at.min(self.bytes.len())..]
    }

    /// The text from here to the closing quote, which is passed.
    fn text(&mut self) -> &'h [u8] {
        let rest = self.rest();
        let length = text_length(rest);
        self.at += length + 1;
        &rest[..length]
    }

    /// Notes `name`, if it is a key of the innermost object.
    fn key(&mut self, name: &'h [u8]) {
        let value = self.rest().trim_ascii_start();
        let (Some(open), Some(value)) = (self.open.last_mut(), value.strip_prefix(b":")) else {
            return;
        };
        if open.is_array {
            return;
        }
        open.key = name;
        let Some(path) = open.path else { return };
        let known = self.keys.iter().any(|key| key.path == path && key.name == name);
        if known || self.keys.len() == MOST_KEYS {
            return;
        }
        let value = value.trim_ascii_start();
        let (kind, text) = match value.first() {
            Some(b'"') => (ValueKind::Text, &value[1..=text_length(&value[1..])]),
            Some(b'{') => (ValueKind::Object, &[][..]),
            Some(b'[') => (ValueKind::Array, &[][..]),
            Some(b'0'..=b'9' | b'-') => (ValueKind::Number, &[][..]),
            _ => (ValueKind::Word, &[][..]),
        };
        self.keys.push(Key { path, name, kind, text });
    }

    fn enter(&mut self, is_array: bool) {
        let path = self.path_below(is_array);
        self.open.push(Open { is_array, path, key: &[] });
    }

    /// The place of what begins here, a new one if need be.
    fn path_below(&mut self, is_array: bool) -> Option<usize> {
        let mut path = match self.open.last() {
            None => String::new(),
            Some(_) if self.open.len() > DEEPEST => return None,
            // The objects in an array stand where the array is.
            Some(Open { is_array: true, path, .. }) if !is_array => return *path,
            Some(Open { is_array: true, path, .. }) => self.paths[(*path)?].clone(),
            Some(Open { path, key, .. }) => {
                let outer = &self.paths[(*path)?];
                let dot = if outer.is_empty() { "" } else { "." };
                format!("{outer}{dot}{}", String::from_utf8_lossy(key))
            }
        };
        if is_array {
            path.push_str("[]");
        }
        if let Some(known) = self.paths.iter().position(|known| *known == path) {
            return Some(known);
        }
        if self.paths.len() == MOST_PATHS {
            return None;
        }
        self.paths.push(path);
        Some(self.paths.len() - 1)
    }
}

/// Bytes before the closing quote, or all.
fn text_length(text: &[u8]) -> usize {
    let mut at = 0;
    while let Some(step) = memchr::memchr2(b'"', b'\\', &text[at..]) {
        at += step;
        if text[at] == b'"' {
            return at;
        }
        at = (at + 2).min(text.len());
    }
    text.len()
}
