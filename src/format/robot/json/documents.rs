//! Where the documents of a file begin. Mostly there is one, at the first byte; but jobs append to one file, and print
//! into it (decision 23).

/// The documents of `bytes`, as far as their ends are told.
pub(super) struct Documents<'a> {
    bytes: &'a [u8],
    at: usize,
    /// Whether a document ended on this line.
    behind_one: bool,
    /// Where the line ends that was looked at last: many documents may stand on one.
    line_end: usize,
    /// The first byte that belongs to no document.
    strange: Option<usize>,
}

impl<'a> Documents<'a> {
    pub(super) fn of(bytes: &'a [u8]) -> Documents<'a> {
        Documents { bytes, at: 0, behind_one: false, line_end: 0, strange: None }
    }

    /// Goes on behind the document that ended before `end`.
    pub(super) fn go_on_at(&mut self, end: usize) {
        self.at = end;
        self.behind_one = true;
    }

    /// What begins at `at` was no report.
    pub(super) fn was_none(&mut self, at: usize) {
        self.strange.get_or_insert(at);
    }

    /// The first byte that belongs to no document.
    pub(super) fn strange(&self) -> Option<usize> {
        self.strange
    }

    /// The place of the next document.
    pub(super) fn next(&mut self) -> Option<usize> {
        let is_first = self.at == 0;
        loop {
            self.pass_blanks();
            let rest = self.bytes.get(self.at..)?;
            match rest.first()? {
                b'{' if begins(rest) || (is_first && self.strange.is_none()) => return Some(self.at),
                // Bytes that a killed writer left, on which the next one went on.
                0 => {
                    self.was_none(self.at);
                    self.at += rest.iter().take_while(|byte| **byte == 0).count();
                }
                _ => {
                    self.was_none(self.at);
                    self.pass_text();
                }
            }
        }
    }

    fn pass_blanks(&mut self) {
        while let Some(rest) = self.bytes.get(self.at..) {
            match rest {
                [b'\n', ..] => {
                    self.behind_one = false;
                    self.at += 1;
                }
                [byte, ..] if byte.is_ascii_whitespace() => self.at += 1,
                [0xEF, 0xBB, 0xBF, ..] => self.at += 3,
                _ => return,
            }
        }
    }

    /// Passes over the rest of the line; behind a document only over what stands before the next one.
    fn pass_text(&mut self) {
        if self.line_end <= self.at {
            let rest = &self.bytes[self.at..];
            self.line_end = self.at + memchr::memchr(b'\n', rest).unwrap_or(rest.len());
        }
        let line = &self.bytes[self.at..self.line_end];
        let mut braces = memchr::memchr_iter(b'{', line).filter(|at| self.behind_one && begins(&line[*at..]));
        self.at += braces.next().unwrap_or(line.len());
    }
}

/// Whether an object with a key begins here, and no text in braces.
fn begins(bytes: &[u8]) -> bool {
    bytes.first() == Some(&b'{') && bytes[1..].iter().find(|byte| !byte.is_ascii_whitespace()) == Some(&b'"')
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Places of documents that are all `{"a":1}`, and of the first strange byte.
    fn found(text: &str) -> (Vec<usize>, Option<usize>) {
        let mut documents = Documents::of(text.as_bytes());
        let mut places = Vec::new();
        while let Some(at) = documents.next() {
            places.push(at);
            documents.go_on_at(at + r#"{"a":1}"#.len());
        }
        (places, documents.strange())
    }

    #[test]
    fn each_document_is_found_and_what_is_none_is_known() {
        for (text, places, strange) in [
            (" {\"a\":1}\n", vec![1], None),
            ("{\"a\":1}{\"a\":1}\n{\"a\":1}", vec![0, 7, 15], None),
            ("{\"a\":1}\u{FEFF}{\"a\":1}", vec![0, 10], None),
            ("{\"a\":1}\0\0{\"a\":1}\0", vec![0, 9], Some(7)),
            ("{\"a\":1}, {x} {\"a\":1}", vec![0, 13], Some(7)),
            ("{\"a\":1}\nsee {\"a\":1}\n", vec![0], Some(8)),
            ("banner {\"a\":1}\n{x}\n {\"a\":1} bye", vec![20], Some(0)),
            ("{", vec![0], None),
            ("nothing", vec![], Some(0)),
        ] {
            assert_eq!(found(text), (places, strange), "{text:?}");
        }
    }
}
