//! Cuts a document into complete items.

use crate::format::ParseError;
use crate::model::{Body, Position, Problem, ProblemKind, ReportVisitor};

use super::skim::{Skim, Skimmed};
use super::window::Window;

/// Bytes of one item at most.
const LARGEST: usize = 256 << 20;

/// Bytes of a text that are kept where long texts are cut.
const KEPT: usize = 256 * 1024;

/// What becomes of very long texts in a document that is streamed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Long {
    /// They are kept whole.
    Keep,
    /// Their first 256 KiB are kept: nobody wants the attachments.
    Cut,
}

/// A complete part of the document, valid until the next one is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Piece<'w> {
    /// An item of the root array, or an object at the root. Where its children were handed out one by one, their array
    /// is empty here.
    Item(&'w [u8], Position),
    /// A child of the item that comes next.
    Child(&'w [u8], Position),
}

/// The items of a JSON document, or of several in a row, in document order.
///
/// A document may be one array, one object, several of them behind each other (cucumber.md 27), or one object per line.
/// Text around it is passed over (B9). With [`JsonItems::with_children`] the array behind one key of each item is taken
/// apart, too: each of its values comes as a [`Piece::Child`], before the [`Piece::Item`] that holds the rest.
///
/// A document that ends too early gives all its complete pieces; [`JsonItems::finish`] then says so.
pub struct JsonItems<'s> {
    window: Window<'s>,
    children: Option<&'static [u8]>,
    long: Long,
    /// Bytes of the piece that was handed out last.
    lent: usize,
    /// Root arrays that are open.
    open: usize,
    /// Arrays of children that are open; inside an item when not zero.
    inner: usize,
    item: Position,
    /// The item without its children, while they are read.
    shell: Vec<u8>,
    /// Whether the item was left behind its children's array.
    resumed: bool,
    after_comma: bool,
    state: State,
    trailing_comma: Option<Position>,
    strange_text: Option<Position>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Reading,
    Ended,
    CutOff(Position),
}

/// What stands between two items.
enum Next {
    Value,
    ArrayEnd,
    End,
}

impl<'s> JsonItems<'s> {
    /// The items of `body`.
    pub fn new(body: Body<'s>) -> JsonItems<'s> {
        JsonItems {
            window: Window::new(body),
            children: None,
            long: Long::Keep,
            lent: 0,
            open: 0,
            inner: 0,
            item: Position { offset: 0, line: 1, column: 1 },
            shell: Vec::new(),
            resumed: false,
            after_comma: false,
            state: State::Reading,
            trailing_comma: None,
            strange_text: None,
        }
    }

    /// Hands out the values of the array behind `key` of each item one by one.
    pub fn with_children(mut self, key: &'static str) -> JsonItems<'s> {
        self.children = Some(key.as_bytes());
        self
    }

    /// What becomes of very long texts.
    pub fn with_long_texts(mut self, long: Long) -> JsonItems<'s> {
        self.long = long;
        self
    }

    /// While children are handed out: what was seen of their item before them, up to and with the bracket that opens
    /// their array. With `]}` behind it, it is the item as far as it is known.
    pub fn item_so_far(&self) -> &[u8] {
        &self.shell
    }

    /// Where the item begins whose children are handed out.
    pub fn item_position(&self) -> Position {
        self.item
    }

    /// Where the reading stands.
    pub fn position(&self) -> Position {
        self.window.position()
    }

    /// Where the document broke off, if it did.
    pub fn truncation(&self) -> Option<Position> {
        match self.state {
            State::CutOff(position) => Some(position),
            State::Reading | State::Ended => None,
        }
    }

    /// The next complete piece; `None` at the end, early or not.
    ///
    /// # Errors
    /// When the bytes stop coming, or an item is larger than 256 MiB.
    #[expect(clippy::should_implement_trait, reason = "an iterator cannot lend its items")]
    pub fn next(&mut self) -> Result<Option<Piece<'_>>, ParseError> {
        self.window.consume(std::mem::take(&mut self.lent));
        if self.state != State::Reading {
            return Ok(None);
        }
        loop {
            if self.resumed {
                return self.rest_of_item();
            }
            match self.between()? {
                Next::End => {
                    let early = self.open > 0 || self.inner > 0;
                    self.state = if early { State::CutOff(self.window.position()) } else { State::Ended };
                    return Ok(None);
                }
                Next::ArrayEnd => {
                    self.shell.push(b']');
                    self.resumed = true;
                }
                Next::Value if self.inner > 0 => {
                    let at = self.window.position();
                    return match self.skim(Skim::default(), None)? {
                        Some(Skimmed::Done(length)) => Ok(Some(Piece::Child(self.lend(length), at))),
                        _ => Ok(None),
                    };
                }
                Next::Value => {
                    self.item = self.window.position();
                    self.shell.clear();
                    match self.skim(Skim::default(), self.children)? {
                        Some(Skimmed::Done(length)) => {
                            let at = self.item;
                            return Ok(Some(Piece::Item(self.lend(length), at)));
                        }
                        Some(Skimmed::Children(length)) => self.enter_children(length),
                        _ => return Ok(None),
                    }
                }
            }
        }
    }

    fn lend(&mut self, length: usize) -> &[u8] {
        self.lent = length;
        &self.window.bytes()[..length]
    }

    fn enter_children(&mut self, length: usize) {
        self.shell.extend_from_slice(&self.window.bytes()[..length]);
        self.window.consume(length);
        self.inner = 1;
        self.after_comma = false;
    }

    /// What follows the children of an item: it completes the shell.
    fn rest_of_item(&mut self) -> Result<Option<Piece<'_>>, ParseError> {
        self.resumed = false;
        // The children's key may come twice, or behind other keys of the rest; then it stays where it is.
        match self.skim(Skim::inside_object(), None)? {
            Some(Skimmed::Done(length)) => {
                self.shell.extend_from_slice(&self.window.bytes()[..length]);
                self.lent = length;
                Ok(Some(Piece::Item(&self.shell, self.item)))
            }
            _ => Ok(None),
        }
    }

    /// Skims the value at the start of the window; `None` when the document ends in it.
    fn skim(&mut self, mut skim: Skim, children: Option<&[u8]>) -> Result<Option<Skimmed>, ParseError> {
        loop {
            match skim.over(self.window.bytes(), children) {
                Skimmed::Open => {}
                found => return Ok(Some(found)),
            }
            self.cut_long_text(&mut skim);
            if self.window.bytes().len() > LARGEST {
                let what = format!("an item of more than {} MiB", LARGEST >> 20);
                return Err(ParseError::limit(what, self.window.position()));
            }
            if !self.window.more()? {
                self.state = State::CutOff(self.window.position());
                return Ok(None);
            }
        }
    }

    /// Forgets the rest of a long text that is still open.
    fn cut_long_text(&mut self, skim: &mut Skim) {
        let Some(start) = skim.open_text().filter(|_| self.long == Long::Cut) else { return };
        let bytes = self.window.bytes();
        // A backslash at either end could change what the closing quote means.
        if bytes.len() < start + 2 * KEPT || bytes.last() == Some(&b'\\') || bytes[bytes.len() - 2] == b'\\' {
            return;
        }
        let mut kept = start + KEPT;
        while bytes[kept - 1] == b'\\' && kept > start {
            kept -= 1;
        }
        if self.window.cut_to(kept) {
            skim.resume_at(kept);
        }
    }

    /// Passes over what stands between two values.
    fn between(&mut self) -> Result<Next, ParseError> {
        loop {
            self.skip_blanks()?;
            let Some(byte) = self.window.first()? else { return Ok(Next::End) };
            let inside = self.inner > 0 || self.open > 0;
            match byte {
                b',' if inside => {
                    self.after_comma = true;
                    self.window.consume(1);
                }
                b']' if inside => {
                    if self.after_comma {
                        self.trailing_comma.get_or_insert(self.window.position());
                    }
                    self.after_comma = false;
                    self.window.consume(1);
                    let is_inner = self.inner > 0;
                    let level = if is_inner { &mut self.inner } else { &mut self.open };
                    *level -= 1;
                    if is_inner && self.inner == 0 {
                        return Ok(Next::ArrayEnd);
                    }
                }
                b'[' if inside || self.begins_document()? => {
                    self.after_comma = false;
                    self.window.consume(1);
                    let level = if self.inner > 0 { &mut self.inner } else { &mut self.open };
                    *level += 1;
                }
                b'{' if inside || self.begins_document()? => {
                    self.after_comma = false;
                    return Ok(Next::Value);
                }
                b'"' if inside => {
                    self.after_comma = false;
                    return Ok(Next::Value);
                }
                _ => self.pass_strange_text(inside)?,
            }
        }
    }

    fn skip_blanks(&mut self) -> Result<(), ParseError> {
        loop {
            let bytes = self.window.bytes();
            let blanks = bytes.iter().take_while(|byte| byte.is_ascii_whitespace()).count();
            let all = blanks == bytes.len();
            self.window.consume(blanks);
            if !all || !self.window.more()? {
                return Ok(());
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

    /// Passes over what is no JSON: the rest of the line. A value such as `null` in an array is passed over, too, and
    /// is nothing strange.
    fn pass_strange_text(&mut self, inside: bool) -> Result<(), ParseError> {
        while self.window.bytes().len() < 32 && self.window.more()? {}
        let bytes = self.window.bytes();
        if self.window.position().offset == 0 && bytes.starts_with(b"\xEF\xBB\xBF") {
            self.window.consume(3);
            return Ok(());
        }
        let word = bytes.iter().take_while(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'-' | b'.')).count();
        if inside && matches!(&bytes[..word], [b'0'..=b'9' | b'-', ..] | b"null" | b"true" | b"false") {
            self.after_comma = false;
            self.window.consume(word);
            return Ok(());
        }
        self.strange_text.get_or_insert(self.window.position());
        loop {
            let bytes = self.window.bytes();
            let line_end = memchr::memchr(b'\n', bytes);
            self.window.consume(line_end.unwrap_or(self.window.bytes().len()));
            if line_end.is_some() || !self.window.more()? {
                return Ok(());
            }
        }
    }

    /// Says what was wrong with the document as a whole.
    pub fn finish(&self, visitor: &mut dyn ReportVisitor) {
        if let Some(position) = self.strange_text {
            let message = "text that is no JSON was passed over";
            visitor.problem(Problem::new(ProblemKind::Repaired, message).at(position));
        }
        if let Some(position) = self.trailing_comma {
            let message = "a comma with nothing behind it was passed over";
            visitor.problem(Problem::new(ProblemKind::Repaired, message).at(position));
        }
        if let State::CutOff(position) = self.state {
            let message = "the report ends before it is complete";
            visitor.problem(Problem::new(ProblemKind::Truncated, message).at(position));
        }
    }
}
