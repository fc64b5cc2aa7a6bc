//! Long texts, kept to their head and tail while they are read.

use super::xml::Text;
use crate::model::Output;

pub(super) use crate::model::shorten::{CUT as MARKER, CUT_HEAD as HEAD, CUT_TAIL as TAIL};

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

    /// Goes on with an output, of which much may have been left out before.
    pub fn of_output(output: &'o mut Output) -> ClippedOutput<'o> {
        let Output { text, omitted } = output;
        if !text.is_empty() && !text.ends_with('\n') {
            text.push('\n');
        }
        ClippedOutput { clip: ClippedText { out: text, start: 0, omitted: *omitted }, omitted }
    }

    /// Appends a piece.
    pub fn push(&mut self, piece: Text<'_>) {
        piece.push_into(self.out);
        self.cut();
    }

    fn cut(&mut self) {
        if self.out.len() - self.start > HEAD + MARKER.len() + 2 * TAIL {
            self.cut_middle();
        }
    }

    /// Appends what is no piece of the document itself.
    pub fn push_str(&mut self, text: &str) {
        self.out.push_str(text);
        self.cut();
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

/// Collects pieces of an output, as [`ClippedText`] does, piece after piece and element after element.
pub struct ClippedOutput<'o> {
    clip: ClippedText<'o>,
    omitted: &'o mut u64,
}

impl ClippedOutput<'_> {
    /// Appends a piece.
    pub fn push(&mut self, piece: Text<'_>) {
        self.clip.push(piece);
        *self.omitted = self.clip.omitted;
    }

    /// Appends what is no piece of the document itself.
    pub fn push_str(&mut self, text: &str) {
        self.clip.push_str(text);
        *self.omitted = self.clip.omitted;
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
    fn outputs_go_on_where_they_stopped() {
        let mut output = Output::default();
        for part in 0..100 {
            let mut clip = ClippedText::of_output(&mut output);
            (0..500).for_each(|line| clip.push_str(&format!("{part} {line} of the output\n")));
            clip.push_str("end of part");
        }
        assert!(output.text.len() < 300 * 1024);
        assert!(output.text.starts_with("0 0 of the output\n0 1 "));
        assert!(output.text.ends_with("99 499 of the output\nend of part"));
        assert_eq!(output.text.matches("[…]").count(), 1);
        let whole: usize = (0..100)
            .map(|part: usize| {
                (0..500).map(|line| format!("{part} {line} of the output\n").len()).sum::<usize>()
                    + "end of part\n".len()
            })
            .sum::<usize>()
            - 1;
        assert_eq!(output.text.len() as u64 - MARKER.len() as u64 + output.omitted, whole as u64);
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
