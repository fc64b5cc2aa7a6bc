//! Finds the end of a value without reading it: strings are jumped over, brackets counted.
//!
//! The nesting is a number, so that a bomb of brackets (cucumber.md 44) costs no stack.

use super::text;

/// Bytes of a text that is looked at before it is searched.
const SHORT: usize = 128;

/// How far a value was skimmed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Skimmed {
    /// Its end has not come yet.
    Open,
    /// It ends before this byte.
    Done(usize),
    /// The array of children begins behind this byte.
    Children(usize),
}

/// The state between two pieces of one value. Positions count from the value's first byte.
#[derive(Debug, Default)]
pub(super) struct Skim {
    at: usize,
    depth: usize,
    deepest: usize,
    text: Option<usize>,
    /// The last text of the outermost object, and whether a colon followed it.
    last: (usize, usize),
    is_key: bool,
    has_escapes: bool,
}

impl Skim {
    /// A skim inside an object that is already open: what follows an array of children.
    pub(super) fn inside_object() -> Skim {
        Skim { depth: 1, ..Skim::default() }
    }

    /// How many objects and arrays were open at once.
    pub(super) fn deepest(&self) -> usize {
        self.deepest
    }

    /// Whether there is a backslash in one of its texts.
    pub(super) fn has_escapes(&self) -> bool {
        self.has_escapes
    }

    /// First byte of the text in which the skim stands.
    pub(super) fn open_text(&self) -> Option<usize> {
        self.text
    }

    /// `length` bytes of the text in which the skim stands were cut out.
    pub(super) fn lose(&mut self, length: usize) {
        self.at -= length;
    }

    /// All bytes skimmed so far were dropped: the value is too large, and only its end is wanted. Gives their number.
    pub(super) fn forget(&mut self) -> usize {
        self.text = self.text.map(|_| 0);
        self.last = (0, 0);
        self.is_key = false;
        std::mem::take(&mut self.at)
    }

    /// Goes on over `bytes`, which begin at the value's first byte. `children`: the key whose array is read item by
    /// item.
    pub(super) fn over(&mut self, bytes: &[u8], children: Option<&[u8]>) -> Skimmed {
        while self.at < bytes.len() {
            if self.text.is_some() {
                if !self.end_of_text(bytes) {
                    return Skimmed::Open;
                }
                if self.depth == 0 {
                    return Skimmed::Done(self.at);
                }
                continue;
            }
            let byte = bytes[self.at];
            self.at += 1;
            match byte {
                b'"' => self.text = Some(self.at),
                b'{' => {
                    self.depth += 1;
                    self.deepest = self.deepest.max(self.depth);
                    self.is_key = false;
                }
                b'[' => {
                    let begins_children = self.depth == 1 && self.is_key && {
                        let key = &bytes[self.last.0..self.last.1];
                        children.is_some_and(|children| children == key || children == &*text::unspelled(key))
                    };
                    self.is_key = false;
                    if begins_children {
                        return Skimmed::Children(self.at);
                    }
                    self.depth += 1;
                    self.deepest = self.deepest.max(self.depth);
                }
                b'}' | b']' => {
                    self.depth = self.depth.saturating_sub(1);
                    if self.depth == 0 {
                        return Skimmed::Done(self.at);
                    }
                }
                b':' if self.depth == 1 => self.is_key = true,
                b',' => self.is_key = false,
                b' ' | b'\n' => self.at = text::behind_blanks(bytes, self.at),
                _ => {}
            }
        }
        Skimmed::Open
    }

    /// Moves behind the closing quote; `false` when it has not come. An escape that the end of `bytes` cuts waits.
    fn end_of_text(&mut self, bytes: &[u8]) -> bool {
        // Most texts are short and end right here. A long one is searched from where the last search ended.
        if self.text == Some(self.at)
            && let Some(span) = text::text_from(&bytes[..bytes.len().min(self.at + SHORT)], self.at)
        {
            self.has_escapes |= span.has_escapes();
            return self.ended_at(span.end);
        }
        while let Some(step) = memchr::memchr2(b'"', b'\\', &bytes[self.at..]) {
            let found = self.at + step;
            if bytes[found] == b'"' {
                return self.ended_at(found);
            }
            self.has_escapes = true;
            if found + 1 >= bytes.len() {
                self.at = found;
                return false;
            }
            self.at = found + 2;
            if self.at >= bytes.len() {
                return false;
            }
        }
        self.at = bytes.len();
        false
    }

    fn ended_at(&mut self, quote: usize) -> bool {
        self.last = (self.text.take().unwrap_or(quote), quote);
        self.is_key = false;
        self.at = quote + 1;
        true
    }
}
