//! Long texts, kept to their head and tail while they are read.

use super::xml::Text;

/// Bytes kept from the start of a long text. What is written is shorter (32,000 UTF-16 units, three quarters of them
/// from the start), so that this cut is never seen where the text is cut again.
pub(super) const HEAD: usize = 96 * 1024;

/// Bytes kept from its end.
pub(super) const TAIL: usize = 64 * 1024;

/// Stands between head and tail.
pub(super) const MARKER: &str = "\n[…]\n";

/// Collects pieces of a text into a string that never holds more than a few hundred KiB.
pub struct ClippedText<'o> {
    out: &'o mut String,
    start: usize,
    omitted: u64,
}

impl<'o> ClippedText<'o> {
    /// Appends to `out`.
    pub fn new(out: &'o mut String) -> ClippedText<'o> {
        let start = out.len();
        ClippedText { out, start, omitted: 0 }
    }

    /// Appends a piece.
    pub fn push(&mut self, piece: Text<'_>) {
        piece.push_into(self.out);
        if self.out.len() - self.start > HEAD + MARKER.len() + 2 * TAIL {
            self.cut_middle();
        }
    }

    /// Appends what stands between two pieces and is no piece itself.
    pub fn push_str(&mut self, text: &str) {
        self.out.push_str(text);
    }

    /// Forgets all pieces so far.
    pub fn restart(&mut self) {
        self.out.truncate(self.start);
        self.omitted = 0;
    }

    /// Ends the text and tells how many bytes were left out of its middle.
    pub fn finish(self) -> u64 {
        self.omitted
    }

    fn cut_middle(&mut self) {
        let mut from = self.start + HEAD;
        if self.omitted == 0 {
            from = self.out.floor_char_boundary(from);
            self.out.insert_str(from, MARKER);
        } else {
            from = self.out.floor_char_boundary(from);
        }
        let from = from + MARKER.len();
        let to = self.out.ceil_char_boundary(self.out.len() - TAIL);
        self.omitted += (to - from) as u64;
        self.out.replace_range(from..to, "");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::format::xml::{XmlCursor, XmlEvent};
    use crate::model::Body;

    fn clipped(text: &str) -> (String, u64) {
        let document = format!("<a>{text}</a>");
        let mut reader = document.as_bytes();
        let mut cursor = XmlCursor::new(Body::Stream(&mut reader));
        assert!(matches!(cursor.next().unwrap(), XmlEvent::Start(_)));
        let mut out = String::from("before ");
        let mut clip = ClippedText::new(&mut out);
        cursor.element_text(&[], |piece| clip.push(piece)).unwrap();
        let omitted = clip.finish();
        (out, omitted)
    }

    #[test]
    fn short_texts_stay() {
        assert_eq!(clipped("short"), ("before short".to_owned(), 0));
    }

    #[test]
    fn long_texts_keep_head_and_tail() {
        let text: String = (0..400_000).map(|line| format!("é{line}\n")).collect();
        let (out, omitted) = clipped(&text);
        assert!(out.len() < 300 * 1024);
        assert!(out.starts_with("before é0\né1\n") && out.ends_with("é399999\n"));
        assert_eq!(out.matches("[…]").count(), 1);
        assert_eq!(out.len() as u64 - 7 - MARKER.len() as u64 + omitted, text.len() as u64);
    }
}
