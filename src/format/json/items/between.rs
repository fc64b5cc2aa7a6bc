//! What stands between the items of a document, and between documents.

use super::super::piece::KEPT;
use super::super::words::{self, Word};
use super::JsonItems;
use crate::format::{ParseError, conflict};

/// What follows there.
pub(super) enum Next {
    Value,
    ArrayEnd,
    End,
}

/// What stands before a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Behind {
    /// The bracket that opens its list, or nothing.
    Bracket,
    /// Another value.
    Value,
    Comma,
}

const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";

/// Bytes that have to be seen of strange text, to know a word or a mark.
const LOOK: usize = 32;

impl JsonItems<'_> {
    /// Passes over what stands between two values.
    pub(super) fn between(&mut self) -> Result<Next, ParseError> {
        // Whether JSON stands before on the same line.
        let mut behind_json = !self.window.is_at_start();
        loop {
            behind_json &= !self.skip_blanks()?;
            let Some(byte) = self.window.first()? else { return Ok(Next::End) };
            let inside = self.inner > 0 || self.open > 0;
            match byte {
                b',' if inside => {
                    if self.behind != Behind::Value {
                        self.trailing_comma.get_or_insert(self.window.position());
                    }
                    self.behind = Behind::Comma;
                    self.window.consume(1);
                }
                b']' if inside => {
                    if self.behind == Behind::Comma {
                        self.trailing_comma.get_or_insert(self.window.position());
                    }
                    self.behind = Behind::Value;
                    self.window.consume(1);
                    let is_inner = self.inner > 0;
                    let level = if is_inner { &mut self.inner } else { &mut self.open };
                    *level -= 1;
                    if is_inner && self.inner == 0 {
                        return Ok(Next::ArrayEnd);
                    }
                    behind_json = true;
                }
                b'[' if inside || self.begins_document()? => {
                    self.begin_value(inside);
                    self.behind = Behind::Bracket;
                    self.window.consume(1);
                    let level = if self.inner > 0 { &mut self.inner } else { &mut self.open };
                    *level += 1;
                }
                b'{' if inside || self.begins_document()? => {
                    self.begin_value(inside);
                    return Ok(Next::Value);
                }
                b'"' if inside => {
                    self.begin_value(inside);
                    return Ok(Next::Value);
                }
                _ => self.pass_strange_text(inside, behind_json)?,
            }
        }
    }

    /// Documents follow each other without commas, and so do jobs that append to one list.
    fn begin_value(&mut self, inside: bool) {
        if inside && self.behind == Behind::Value {
            self.no_comma.get_or_insert(self.window.position());
        }
        self.behind = Behind::Value;
    }

    /// Says whether a line ended among them.
    fn skip_blanks(&mut self) -> Result<bool, ParseError> {
        let mut line_ended = false;
        loop {
            let bytes = self.window.bytes();
            let blanks = bytes.iter().take_while(|byte| byte.is_ascii_whitespace()).count();
            line_ended |= bytes[..blanks].contains(&b'\n');
            let all = blanks == bytes.len();
            self.window.consume(blanks);
            if !all || !self.window.more()? {
                return Ok(line_ended);
            }
        }
    }

    /// Whether the bracket or brace at the start of the window begins a document, and no log line such as `[INFO] …`.
    fn begins_document(&mut self) -> Result<bool, ParseError> {
        loop {
            let bytes = self.window.bytes();
            let next = bytes[1..].iter().find(|byte| !byte.is_ascii_whitespace()).copied();
            match (bytes[0], next) {
                (b'{', Some(byte)) => return Ok(matches!(byte, b'"' | b'}')),
                (_, Some(byte)) => return Ok(matches!(byte, b'{' | b'[' | b']')),
                // Nobody prints a log line and that many blanks.
                (_, None) if bytes.len() > KEPT => return Ok(true),
                (_, None) => {
                    if !self.window.more()? {
                        return Ok(true);
                    }
                }
            }
        }
    }

    /// Passes over what is no JSON. A value such as `null` in an array is passed over, too, and is nothing strange; nor
    /// is a byte order mark, which each of several documents may have.
    fn pass_strange_text(&mut self, inside: bool, behind_json: bool) -> Result<(), ParseError> {
        while self.window.bytes().len() < LOOK && self.window.more()? {}
        let bytes = self.window.bytes();
        if bytes.starts_with(BYTE_ORDER_MARK) {
            self.window.consume(BYTE_ORDER_MARK.len());
            return Ok(());
        }
        let word = bytes.iter().take_while(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'-' | b'.')).count();
        // A log line may begin with a time.
        let is_value = matches!(&bytes[..word], [b'0'..=b'9' | b'-', ..] | b"null" | b"true" | b"false");
        if inside && is_value && bytes.get(word) != Some(&b':') {
            self.begin_value(inside);
            self.window.consume(word);
            return Ok(());
        }
        if conflict::begins(bytes) {
            self.conflict.get_or_insert(self.window.position());
            return self.pass_line();
        }
        self.strange_text.get_or_insert(self.window.position());
        let bytes = self.window.bytes();
        let zeros = bytes.iter().take_while(|byte| **byte == 0).count();
        if zeros > 0 {
            // What a writer that was killed leaves behind; the next one goes on there.
            self.window.consume(zeros);
            return Ok(());
        }
        if inside && behind_json && words::judge(&bytes[..word]) != Word::Unknown {
            self.begin_value(inside);
            self.window.consume(word);
            return Ok(());
        }
        if behind_json && !inside {
            return self.pass_to_document();
        }
        if (inside && matches!(bytes.first(), Some(b':' | b'}'))) || is_list_of_members(bytes) {
            self.torn.get_or_insert(self.window.position());
        }
        self.pass_line()
    }

    /// Passes over the rest of the line. In a list it may be what others print; no part of a value is without quotes.
    fn pass_line(&mut self) -> Result<(), ParseError> {
        let inside = self.inner > 0 || self.open > 0;
        loop {
            let bytes = self.window.bytes();
            let line_end = memchr::memchr(b'\n', bytes);
            let line = &bytes[..line_end.unwrap_or(bytes.len())];
            if inside && memchr::memchr(b'"', line).is_some() {
                self.torn.get_or_insert(self.window.position());
            }
            self.window.consume(line.len());
            if line_end.is_some() || !self.window.more()? {
                return Ok(());
            }
        }
    }

    /// Passes over the rest of a line on which a document ended, or over what stands before the next one on it: jobs
    /// append to one file, with or without a line end between them.
    fn pass_to_document(&mut self) -> Result<(), ParseError> {
        loop {
            let bytes = self.window.bytes();
            let found = memchr::memchr3(b'\n', b'[', b'{', bytes);
            let ends_line = found.is_some_and(|at| bytes[at] == b'\n');
            self.window.consume(found.unwrap_or(self.window.bytes().len()));
            if ends_line || (found.is_some() && self.holds_something()?) {
                return Ok(());
            }
            if found.is_some() {
                self.window.consume(1);
            } else if !self.window.more()? {
                return Ok(());
            }
        }
    }

    /// Whether the bracket or brace at the start of the window begins a document that says anything: what is printed holds
    /// other brackets, too.
    fn holds_something(&mut self) -> Result<bool, ParseError> {
        while self.window.bytes().len() < LOOK && self.window.more()? {}
        let bytes = self.window.bytes();
        let next = bytes[1..].iter().find(|byte| !byte.is_ascii_whitespace());
        Ok(matches!((bytes[0], next), (b'[', Some(b'{')) | (b'{', Some(b'"'))))
    }
}

/// Whether a list of members begins here, `["uri": …`: their object lost its brace.
fn is_list_of_members(bytes: &[u8]) -> bool {
    let near = &bytes[..bytes.len().min(LOOK)];
    let inside = near.strip_prefix(b"[").unwrap_or_default().trim_ascii_start();
    let end = inside.strip_prefix(b"\"").and_then(|text| memchr::memchr(b'"', text));
    end.is_some_and(|end| inside[end + 2..].trim_ascii_start().starts_with(b":"))
}
