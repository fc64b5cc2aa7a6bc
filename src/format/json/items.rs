//! Cuts a document into complete items.

mod between;

use std::borrow::Cow;

use crate::format::{Limits, ParseError, ReadOptions};
use crate::model::{Body, Limit, LimitReached, Position, Problem, ProblemKind, ReportVisitor};

use super::cursor::Cut;
use super::oddities::Oddities;
use super::piece::{KEPT, Longest, Part, Piece, Read, Taken};
use super::skim::{Skim, Skimmed};
use super::text;
use super::window::{Mark, Window};
use between::{Behind, Next};

/// The items of a JSON document, or of several in a row, in document order.
///
/// A document may be one array, one object, several of them behind each other (cucumber.md 27), or one object per line.
/// Text around it is passed over (B9). With [`JsonItems::with_children`] the array behind one key of each item is taken
/// apart, too: each of its values comes as a [`Part::Child`], before the [`Part::Item`] that holds the rest.
///
/// Every byte is looked at once: the reader of an item finds its end on the way. Only an item that does not end in what
/// is held of a stream is skimmed to its end and read once more.
///
/// A document that ends too early gives all its complete pieces; [`JsonItems::finish`] then says so.
pub struct JsonItems<'s> {
    window: Window<'s>,
    children: Option<&'static [u8]>,
    longest: Longest,
    /// Bytes of one item, at most: what is larger is left out.
    pub(super) largest: usize,
    cuts: Vec<Cut>,
    /// Bytes of the piece that was handed out last.
    lent: usize,
    /// The piece without escapes for letters, where it has some in words.
    unspelled: Vec<u8>,
    /// Root arrays that are open.
    open: usize,
    /// Arrays of children that are open; inside an item when not zero.
    inner: usize,
    /// Where the item begins whose children are read.
    item: Mark,
    /// The item without its children, while they are read.
    shell: Vec<u8>,
    /// Whether there are escapes in it.
    has_escapes: bool,
    /// Whether the item was left behind its children's array.
    resumed: bool,
    behind: Behind,
    state: State,
    trailing_comma: Option<Position>,
    /// The first value that has no comma before it.
    no_comma: Option<Position>,
    strange_text: Option<Position>,
    /// The first of it that must have been part of a value.
    torn: Option<Position>,
    /// The first marker of a merge conflict.
    conflict: Option<Position>,
    /// The first item that was too large, and how many were.
    too_large: Option<(Position, u64)>,
    /// Objects and arrays that an item may have open at once.
    deepest: usize,
    /// The first item that was deeper, and how many were.
    too_deep: Option<(Position, u64)>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Reading,
    Ended,
    CutOff(Position),
}

impl<'s> JsonItems<'s> {
    /// The items of `body`.
    pub fn new(body: Body<'s>) -> JsonItems<'s> {
        let window = Window::new(body);
        JsonItems {
            children: None,
            longest: Longest::of(&ReadOptions::default()),
            largest: bytes_of(Limit::JsonItemBytes.default()),
            cuts: Vec::new(),
            lent: 0,
            unspelled: Vec::new(),
            open: 0,
            inner: 0,
            item: window.mark(),
            window,
            shell: Vec::new(),
            has_escapes: false,
            resumed: false,
            behind: Behind::Bracket,
            state: State::Reading,
            trailing_comma: None,
            no_comma: None,
            strange_text: None,
            torn: None,
            conflict: None,
            too_large: None,
            deepest: bytes_of(Limit::JsonDepth.default()),
            too_deep: None,
        }
    }

    /// Hands out the values of the array behind `key` of each item one by one.
    pub fn with_children(mut self, key: &'static str) -> JsonItems<'s> {
        self.children = Some(key.as_bytes());
        self
    }

    /// How long texts may be.
    pub fn with_longest(mut self, longest: Longest) -> JsonItems<'s> {
        self.longest = longest;
        self.largest = self.largest.max(longest.item.saturating_mul(2));
        self
    }

    /// How large and how deep an item may be. Where nobody moved the limit it leaves room for as much evidence as is asked for.
    pub fn within(mut self, limits: &Limits) -> JsonItems<'s> {
        if limits.json_item_bytes != Limit::JsonItemBytes.default() {
            self.largest = bytes_of(limits.json_item_bytes);
        }
        self.deepest = bytes_of(limits.json_depth);
        self
    }

    /// While children are handed out: what was seen of their item before them, up to and with the bracket that opens
    /// their array. With `]}` behind it, it is the item as far as it is known.
    pub fn item_so_far(&self) -> &[u8] {
        &self.shell
    }

    /// Where the item begins whose children are handed out.
    pub fn item_position(&self) -> Position {
        self.window.place(self.item).position()
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
    /// When the bytes stop coming.
    #[expect(clippy::should_implement_trait, reason = "an iterator cannot lend its items")]
    pub fn next(&mut self) -> Result<Option<Piece<'_>>, ParseError> {
        self.advance(None)
    }

    /// As [`JsonItems::next`], and has each child read, or each item where there are no children; the rest of an item
    /// around its children is not.
    ///
    /// # Errors
    /// When the bytes stop coming.
    pub fn next_read(&mut self, read: &mut Read<'_>) -> Result<Option<Piece<'_>>, ParseError> {
        self.advance(Some(read))
    }

    fn advance(&mut self, mut read: Option<&mut Read<'_>>) -> Result<Option<Piece<'_>>, ParseError> {
        self.window.consume(std::mem::take(&mut self.lent));
        while self.state == State::Reading {
            if self.resumed {
                return self.rest_of_item();
            }
            match self.between()? {
                Next::End => {
                    let early = self.open > 0 || self.inner > 0;
                    self.state = if early { State::CutOff(self.window.position()) } else { State::Ended };
                }
                Next::ArrayEnd => {
                    self.shell.push(b']');
                    self.resumed = true;
                }
                Next::Value if self.inner > 0 || self.children.is_none() => {
                    let part = if self.inner > 0 { Part::Child } else { Part::Item };
                    if let Some(taken) = self.take(read.as_deref_mut())? {
                        return Ok(Some(self.lend(part, taken)));
                    }
                }
                Next::Value => {
                    self.item = self.window.mark();
                    self.shell.clear();
                    self.has_escapes = false;
                    self.cuts.clear();
                    match self.skim(Skim::default(), self.children)? {
                        Some(Skimmed::Done(length)) => return Ok(Some(self.lend(Part::Item, Taken::unread(length)))),
                        Some(Skimmed::Children(length)) => self.enter_children(length),
                        _ => {}
                    }
                }
            }
        }
        Ok(None)
    }

    /// Takes the value at the start of the window; `None` when it does not end, or is too large.
    fn take(&mut self, read: Option<&mut Read<'_>>) -> Result<Option<Taken>, ParseError> {
        self.cuts.clear();
        let Some(read) = read else {
            return Ok(self.end_of_value()?.map(Taken::unread));
        };
        let taken = Taken::read(self.window.bytes(), &[], read);
        match &taken.read {
            Ok(()) if taken.length > 0 && taken.deepest > self.deepest => {
                self.pass_too_deep(taken.length);
                return Ok(None);
            }
            Ok(()) if taken.length > 0 && !taken.oddities.are_spelled_out() => return Ok(Some(taken)),
            Err(fault) if !fault.is_cut() => {
                return Ok(self.end_of_value()?.map(|length| Taken { length, ..taken }));
            }
            _ => {}
        }
        let Some(length) = self.end_of_value()? else { return Ok(None) };
        let taken = Taken { length, ..Taken::read(&self.window.bytes()[..length], &self.cuts, read) };
        Ok(Some(if taken.oddities.are_spelled_out() { self.read_unspelled(taken, read) } else { taken }))
    }

    /// Reads a value once more, with the words in it as everybody writes them. One that was cut stays as it is.
    #[cold]
    fn read_unspelled(&mut self, taken: Taken, read: &mut Read<'_>) -> Taken {
        if !self.cuts.is_empty() {
            return taken;
        }
        self.unspelled = text::unspelled(&self.window.bytes()[..taken.length]).into_owned();
        Taken { length: taken.length, is_unspelled: true, ..Taken::read(&self.unspelled, &[], read) }
    }

    fn end_of_value(&mut self) -> Result<Option<usize>, ParseError> {
        match self.skim(Skim::default(), None)? {
            Some(Skimmed::Done(length)) => Ok(Some(length)),
            _ => Ok(None),
        }
    }

    fn lend(&mut self, part: Part, taken: Taken) -> Piece<'_> {
        self.lent = taken.length;
        Piece {
            part,
            bytes: if taken.is_unspelled { &self.unspelled } else { &self.window.bytes()[..taken.length] },
            place: self.window.here(),
            cuts: &self.cuts,
            read: taken.read,
            oddities: taken.oddities,
        }
    }

    fn enter_children(&mut self, length: usize) {
        self.shell.extend_from_slice(&self.window.bytes()[..length]);
        self.window.consume(length);
        self.inner = 1;
        self.behind = Behind::Bracket;
    }

    /// What follows the children of an item: it completes the shell.
    fn rest_of_item(&mut self) -> Result<Option<Piece<'_>>, ParseError> {
        self.resumed = false;
        // The children's key may come twice, or behind other keys of the rest; then it stays where it is.
        match self.skim(Skim::inside_object(), None)? {
            Some(Skimmed::Done(length)) => {
                self.shell.extend_from_slice(&self.window.bytes()[..length]);
                self.lent = length;
            }
            // Too large: the item is what it was before.
            _ if self.state == State::Reading => self.shell.push(b'}'),
            _ => return Ok(None),
        }
        if self.has_escapes
            && let Cow::Owned(unspelled) = text::unspelled(&self.shell)
        {
            self.shell = unspelled;
        }
        Ok(Some(Piece {
            part: Part::Item,
            bytes: &self.shell,
            place: self.window.place(self.item),
            cuts: &[],
            read: Ok(()),
            oddities: Oddities::default(),
        }))
    }

    /// Skims the value at the start of the window; `None` when the document ends in it, or when it is too large: then
    /// it is passed.
    fn skim(&mut self, mut skim: Skim, children: Option<&[u8]>) -> Result<Option<Skimmed>, ParseError> {
        loop {
            match skim.over(self.window.bytes(), children) {
                Skimmed::Open => {}
                Skimmed::Done(length) if skim.deepest() > self.deepest => {
                    self.pass_too_deep(length);
                    return Ok(None);
                }
                found => {
                    self.has_escapes |= skim.has_escapes();
                    return Ok(Some(found));
                }
            }
            self.cut_long_text(&mut skim);
            if self.window.bytes().len() > self.largest {
                self.pass_too_large(skim)?;
                return Ok(None);
            }
            if !self.window.more()? {
                self.state = State::CutOff(self.window.position());
                return Ok(None);
            }
        }
    }

    /// Passes over a value that is deeper than it may be.
    fn pass_too_deep(&mut self, length: usize) {
        self.too_deep.get_or_insert((self.window.position(), 0)).1 += 1;
        self.window.consume(length);
    }

    /// Passes over the rest of a value of which too much is held already.
    fn pass_too_large(&mut self, mut skim: Skim) -> Result<(), ParseError> {
        let at = self.window.position();
        self.too_large.get_or_insert((at, 0)).1 += 1;
        loop {
            self.window.consume(skim.forget());
            if !self.window.more()? {
                self.state = State::CutOff(at);
                return Ok(());
            }
            if let Skimmed::Done(length) = skim.over(self.window.bytes(), None) {
                self.window.consume(length);
                return Ok(());
            }
        }
    }

    /// Forgets the middle of a long text that is still open.
    fn cut_long_text(&mut self, skim: &mut Skim) {
        let Some(start) = skim.open_text() else { return };
        let bytes = self.window.bytes();
        let longest = if bytes.len() > self.longest.item { 0 } else { self.longest.text };
        if bytes.len() - start <= longest.max(3 * KEPT) {
            return;
        }
        let from = text::parting(bytes, start + KEPT);
        let to = text::parting(bytes, bytes.len() - KEPT);
        let (Some(from), Some(to)) = (from, to) else { return };
        if self.window.cut(from..to) {
            skim.lose(to - from);
            let bytes = (to - from) as u64;
            match self.cuts.last_mut().filter(|cut| cut.at == from) {
                Some(cut) => cut.bytes += bytes,
                None => self.cuts.push(Cut { at: from, bytes }),
            }
        }
    }

    /// Says what was wrong with the document as a whole.
    pub fn finish(&self, visitor: &mut dyn ReportVisitor) {
        if let Some(position) = self.conflict {
            let message = "a merge conflict that git left stands in the report (<<<<<<<): what its two sides hold was read, \
                           both";
            visitor.problem(Problem::new(ProblemKind::Malformed, message).at(position));
        }
        if let Some(position) = self.torn {
            let message =
                "text inside a list looks like a part of what the list holds: a bracket or a quote must be missing";
            visitor.problem(Problem::new(ProblemKind::Malformed, message).at(position));
        }
        for (first, message) in [
            (self.strange_text.filter(|_| self.torn.is_none()), "text that is no JSON was passed over"),
            (self.trailing_comma, "a comma with nothing behind it was passed over"),
            (self.no_comma, "no comma stands between two objects or lists, and both were read"),
        ] {
            if let Some(position) = first {
                visitor.problem(Problem::new(ProblemKind::Repaired, message).at(position));
            }
        }
        if let Some((position, count)) = self.too_large {
            let what = format!("{count} parts that are too large were left out, whatever they held");
            let reached = LimitReached::new(Limit::JsonItemBytes, self.largest as u64, what);
            visitor.problem(Problem::from(reached).at(position));
        }
        if let Some((position, count)) = self.too_deep {
            let what = format!("{count} parts with more brackets inside each other were left out, whatever they held");
            let reached = LimitReached::new(Limit::JsonDepth, self.deepest as u64, what);
            visitor.problem(Problem::from(reached).at(position));
        }
        if let State::CutOff(position) = self.state {
            let message = "the report ends before it is complete";
            visitor.problem(Problem::new(ProblemKind::Truncated, message).at(position));
        }
    }
}

fn bytes_of(limit: u64) -> usize {
    usize::try_from(limit).unwrap_or(usize::MAX)
}
