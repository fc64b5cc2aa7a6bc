//! The keys of a JSON file: where each was first seen, and what stood behind it.
//!
//! A tokenizer that looks at keys only (cucumber.md section 1). It never fails: broken JSON shows the keys that it has.

use crate::format::json as text;
use crate::format::recognise;

/// Places that are told apart; what is deeper decides nothing.
const DEEPEST: usize = 6;

/// What is open at most when an item has ended: the root, its object, their list.
const ITEM_DEPTH: usize = 3;

/// Objects and arrays that are kept while they are open; what is deeper is counted.
const MOST_OPEN: usize = 64;

/// Different places and keys that are kept.
const MOST_PLACES: usize = 64;
const MOST_KEYS: usize = 256;

/// What the first bytes of a JSON file show.
///
/// A place is written like `[].elements[].steps[]`: the objects in the array `steps` of the objects in the array
/// `elements` of the objects in the root array. The root object is the empty place.
#[derive(Debug)]
pub struct JsonHead<'h> {
    root: JsonRoot,
    junk_before: usize,
    places: Vec<Place<'h>>,
    further_document: bool,
    holds_objects: bool,
    is_cut: bool,
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

/// One place, and the keys of its objects.
#[derive(Debug)]
struct Place<'h> {
    name: String,
    /// The places of what stands behind its keys.
    below: Vec<Below<'h>>,
    keys: Vec<Key<'h>>,
    /// Which of them is expected next: objects in one place mostly have the same keys in the same order.
    next: usize,
}

#[derive(Debug, Clone, Copy)]
struct Below<'h> {
    key: &'h [u8],
    is_array: bool,
    place: usize,
}

#[derive(Debug, Clone, Copy)]
struct Key<'h> {
    name: &'h [u8],
    kind: ValueKind,
    /// The raw text behind it, without its quotes, if it is text.
    text: &'h [u8],
    /// Whether the bytes end within that text.
    is_cut: bool,
}

impl Key<'_> {
    fn says_one(&self, words: &[&str]) -> bool {
        let is = |word: &&str| match self.is_cut {
            true => word.as_bytes().starts_with(self.text),
            false => word.as_bytes() == self.text,
        };
        self.kind == ValueKind::Text && words.iter().any(is)
    }
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
        let inside = document.get(1..).unwrap_or_default().trim_ascii_start();
        let holds_objects = root == JsonRoot::Object || inside.starts_with(b"{");
        let head =
            JsonHead { root, junk_before, places: Vec::new(), further_document: false, holds_objects, is_cut: false };
        let mut scan = Scan { bytes: document, at: 0, open: Vec::new(), deeper: 0, head, keys: 0, closed: 0 };
        scan.document();
        scan.head
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

    /// Whether the document is an object, or an array that begins with one.
    pub fn holds_objects(&self) -> bool {
        self.holds_objects
    }

    /// Whether the document goes on behind what is there, as far as that was looked at.
    pub fn is_cut(&self) -> bool {
        self.is_cut
    }

    fn key(&self, place: &str, name: &str) -> Option<&Key<'h>> {
        self.keys_at(place).find(|key| key.name == name.as_bytes())
    }

    fn keys_at(&self, place: &str) -> impl Iterator<Item = &Key<'h>> {
        let place = self.places.iter().find(|known| known.name == place);
        place.into_iter().flat_map(|place| &place.keys)
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

    /// Whether an object at this place, or anywhere below it, has one of these keys.
    pub fn has_any_below(&self, place: &str, names: &[&str]) -> bool {
        let below = self.places.iter().filter(|known| known.name.starts_with(place));
        below.flat_map(|known| &known.keys).any(|key| names.iter().any(|name| key.name == name.as_bytes()))
    }

    /// Whether at this place, or anywhere below it, one of these words is the text behind a key, or may have been going to
    /// be where it breaks off.
    pub fn says_below(&self, place: &str, name: &str, words: &[&str]) -> bool {
        let below = self.places.iter().filter(|known| known.name.starts_with(place));
        let mut keys = below.flat_map(|known| &known.keys).filter(|key| key.name == name.as_bytes());
        keys.any(|key| key.says_one(words))
    }

    /// The same at this place alone.
    pub fn says(&self, place: &str, name: &str, words: &[&str]) -> bool {
        self.key(place, name).is_some_and(|key| key.says_one(words))
    }

    /// What stands behind a key.
    pub fn kind(&self, place: &str, name: &str) -> Option<ValueKind> {
        self.key(place, name).map(|key| key.kind)
    }

    /// The raw text behind a key, if it is text; where it breaks off, what is there of it.
    pub fn text(&self, place: &str, name: &str) -> Option<&'h [u8]> {
        self.key(place, name).filter(|key| key.kind == ValueKind::Text).map(|key| key.text)
    }

    /// The same of a text that does not break off.
    pub fn whole_text(&self, place: &str, name: &str) -> Option<&'h [u8]> {
        self.text(place, name).filter(|_| self.key(place, name).is_some_and(|key| !key.is_cut))
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

impl<'h> Place<'h> {
    fn called(name: String) -> Place<'h> {
        Place { name, below: Vec::new(), keys: Vec::new(), next: 0 }
    }

    /// Whether a key is known.
    fn knows(&mut self, name: &[u8]) -> bool {
        let is = |key: &Key<'_>| key.name == name;
        let known = match self.keys.get(self.next) {
            Some(key) if is(key) => Some(self.next),
            _ => self.keys.iter().position(is),
        };
        if let Some(place) = known {
            self.next = place + 1;
        }
        known.is_some()
    }
}

/// An open object or array.
#[derive(Debug, Clone, Copy)]
struct Open<'h> {
    is_array: bool,
    place: Option<usize>,
    /// The key whose value comes next.
    key: &'h [u8],
}

struct Scan<'h> {
    bytes: &'h [u8],
    at: usize,
    open: Vec<Open<'h>>,
    /// How many are open in the innermost of these.
    deeper: usize,
    head: JsonHead<'h>,
    /// Keys of all places.
    keys: usize,
    /// Items, such as scenarios and tests, that ended.
    closed: u32,
}

impl<'h> Scan<'h> {
    /// Reads the first document, as far as there is anything to find out, and looks whether another one follows.
    fn document(&mut self) {
        while let Some(byte) = self.bytes.get(self.at) {
            self.at += 1;
            match byte {
                b' ' | b'\n' => self.at = text::behind_blanks(self.bytes, self.at),
                b'{' | b'[' if self.open.len() == MOST_OPEN => self.deeper += 1,
                b'{' | b'[' => self.enter(*byte == b'['),
                b'}' | b']' if self.deeper > 0 => self.deeper -= 1,
                b'}' | b']' => {
                    self.open.pop();
                    if self.open.is_empty() {
                        let rest = self.bytes.get(text::behind_blanks(self.bytes, self.at));
                        self.head.further_document = matches!(rest, Some(b'{' | b'['));
                        return;
                    }
                    if self.open.len() <= ITEM_DEPTH && self.has_settled() {
                        return;
                    }
                }
                b'"' => {
                    let start = self.at;
                    let end = end_of_text(self.bytes, start);
                    self.at = end + 1;
                    self.key(&self.bytes[start..end]);
                }
                _ => {}
            }
        }
        self.head.is_cut = true;
    }

    /// Whether the first items, which are complete, decide. That is asked now and then, since asking costs more than going
    /// on for a while.
    fn has_settled(&mut self) -> bool {
        self.closed += 1;
        self.closed.is_power_of_two() && recognise::is_settled(&self.head)
    }

    /// Notes `name`, if it is a key of the innermost object.
    fn key(&mut self, name: &'h [u8]) {
        let behind = text::behind_blanks(self.bytes, self.at);
        if self.bytes.get(behind) != Some(&b':') {
            return;
        }
        let Some(open) = self.open.last_mut().filter(|open| !open.is_array) else { return };
        self.at = behind + 1;
        open.key = name;
        let Some(place) = open.place else { return };
        if self.head.places[place].knows(name) || self.keys == MOST_KEYS {
            return;
        }
        let value = text::behind_blanks(self.bytes, self.at);
        let (kind, text) = match self.bytes.get(value) {
            Some(b'"') => (ValueKind::Text, &self.bytes[value + 1..end_of_text(self.bytes, value + 1)]),
            Some(b'{') => (ValueKind::Object, &[][..]),
            Some(b'[') => (ValueKind::Array, &[][..]),
            Some(b'0'..=b'9' | b'-') => (ValueKind::Number, &[][..]),
            _ => (ValueKind::Word, &[][..]),
        };
        let is_cut = kind == ValueKind::Text && value + 1 + text.len() == self.bytes.len();
        self.head.places[place].keys.push(Key { name, kind, text, is_cut });
        self.keys += 1;
    }

    fn enter(&mut self, is_array: bool) {
        let place = self.place_below(is_array);
        self.open.push(Open { is_array, place, key: &[] });
        if let Some(place) = place {
            self.head.places[place].next = 0;
        }
    }

    /// The place of what begins here, a new one if need be.
    fn place_below(&mut self, is_array: bool) -> Option<usize> {
        let Some(Open { is_array: in_array, place, key }) = self.open.last().copied() else {
            return self.place_called(if is_array { "[]" } else { "" }.to_owned());
        };
        if self.open.len() > DEEPEST {
            return None;
        }
        let outer = place?;
        // The objects in an array stand where the array is.
        if in_array && !is_array {
            return place;
        }
        let known = self.head.places[outer].below.iter().find(|below| below.is_array == is_array && below.key == key);
        if let Some(below) = known {
            return Some(below.place);
        }
        let mut name = self.head.places[outer].name.clone();
        if !in_array {
            if !name.is_empty() {
                name.push('.');
            }
            name.push_str(&String::from_utf8_lossy(key));
        }
        if is_array {
            name.push_str("[]");
        }
        let place = self.place_called(name)?;
        self.head.places[outer].below.push(Below { key, is_array, place });
        Some(place)
    }

    fn place_called(&mut self, name: String) -> Option<usize> {
        if let Some(known) = self.head.places.iter().position(|known| known.name == name) {
            return Some(known);
        }
        if self.head.places.len() == MOST_PLACES {
            return None;
        }
        self.head.places.push(Place::called(name));
        Some(self.head.places.len() - 1)
    }
}

/// The place of the closing quote of the text that begins at `start`, or the end of all.
fn end_of_text(bytes: &[u8], start: usize) -> usize {
    text::end_of_text(bytes, start).unwrap_or(bytes.len())
}
