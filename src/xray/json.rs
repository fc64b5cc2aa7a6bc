//! JSON text, written by hand: the shape is known, and the strings are most of it.

use super::marks::next_escape;
use crate::model::hex_pair;

/// Appends `text` as a JSON string.
pub(super) fn string(out: &mut Vec<u8>, text: &str) {
    out.reserve(text.len() + 2);
    out.push(b'"');
    content(out, text);
    out.push(b'"');
}

/// Appends what stands between the quotes of `text` as a JSON string. Bytes between two that need an escape are copied in
/// one piece.
pub(super) fn content(out: &mut Vec<u8>, text: &str) {
    let bytes = text.as_bytes();
    let mut copied = 0;
    while let Some(ahead) = next_escape(&bytes[copied..]) {
        let at = copied + ahead;
        out.extend_from_slice(&bytes[copied..at]);
        escape(out, bytes[at]);
        copied = at + 1;
    }
    out.extend_from_slice(&bytes[copied..]);
}

fn escape(out: &mut Vec<u8>, byte: u8) {
    match LETTERS.get(usize::from(byte)) {
        Some(0) | None => {
            out.extend_from_slice(b"\\u00");
            out.extend_from_slice(&hex_pair(byte));
        }
        Some(letter) => out.extend_from_slice(&[b'\\', *letter]),
    }
}

/// What stands behind the backslash for the bytes that have a letter: looked up, since a stack trace mixes line ends, tabs and
/// quotes in no order that a processor could guess.
const LETTERS: [u8; 128] = {
    let mut letters = [0; 128];
    letters[b'"' as usize] = b'"';
    letters[b'\\' as usize] = b'\\';
    letters[b'\n' as usize] = b'n';
    letters[b'\r' as usize] = b'r';
    letters[b'\t' as usize] = b't';
    letters
};

/// Writes the members of one object, the comma before every one but the first.
pub(super) struct Object<'o> {
    out: &'o mut Vec<u8>,
    first: bool,
}

impl<'o> Object<'o> {
    /// Opens an object.
    pub(super) fn open(out: &'o mut Vec<u8>) -> Object<'o> {
        out.push(b'{');
        Object { out, first: true }
    }

    /// Goes on with an object whose first members are written.
    pub(super) fn resume(out: &'o mut Vec<u8>) -> Object<'o> {
        Object { out, first: false }
    }

    /// Writes the name of a member; its value follows. Names are ours and need no escape.
    pub(super) fn name(&mut self, name: &str) -> &mut Vec<u8> {
        if !std::mem::take(&mut self.first) {
            self.out.push(b',');
        }
        self.out.push(b'"');
        self.out.extend_from_slice(name.as_bytes());
        self.out.extend_from_slice(b"\":");
        self.out
    }

    /// Writes a member whose name is not ours: it is escaped, too.
    pub(super) fn member(&mut self, name: &str, value: &str) {
        if !std::mem::take(&mut self.first) {
            self.out.push(b',');
        }
        string(self.out, name);
        self.out.push(b':');
        string(self.out, value);
    }

    /// Writes a member that is a string.
    pub(super) fn string(&mut self, name: &str, value: &str) {
        string(self.name(name), value);
    }

    /// Writes a member that is a string, unless it is empty.
    pub(super) fn filled(&mut self, name: &str, value: &str) {
        if !value.is_empty() {
            self.string(name, value);
        }
    }

    /// Writes a member that is an array with at least one element; nothing when there is none.
    pub(super) fn array<T>(
        &mut self,
        name: &str,
        elements: impl IntoIterator<Item = T>,
        mut write: impl FnMut(&mut Vec<u8>, T),
    ) {
        let mut elements = elements.into_iter();
        let Some(first) = elements.next() else { return };
        let out = self.name(name);
        out.push(b'[');
        write(out, first);
        for element in elements {
            out.push(b',');
            write(out, element);
        }
        out.push(b']');
    }

    /// Closes the object.
    pub(super) fn close(self) {
        self.out.push(b'}');
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn written(text: &str) -> String {
        let mut out = Vec::new();
        string(&mut out, text);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn escapes_what_must_be_escaped() {
        assert_eq!(written("a\"b\\c\nd\te\u{1}\u{7f}é"), "\"a\\\"b\\\\c\\nd\\te\\u0001\u{7f}é\"");
    }

    proptest! {
        #[test]
        fn any_string_comes_back(text in ".*", controls in proptest::collection::vec(0..40_u8, 0..20)) {
            let mut text = text;
            controls.iter().for_each(|control| text.push(char::from(*control)));
            prop_assert_eq!(serde_json::from_str::<String>(&written(&text)).unwrap(), text);
        }
    }
}
