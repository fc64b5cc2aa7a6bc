//! What a document is cut into, and how much of it is kept.

use super::cursor::{Cut, JsonCursor, missing};
use super::fault::Fault;
use super::oddities::Oddities;
use super::text::Span;
use super::window::Place;
use crate::format::{Attachments, ReadOptions};
use crate::model::Position;

/// Bytes of a text that are kept at either end where its middle is cut out.
pub(super) const KEPT: usize = 256 * 1024;

/// How long texts may be in a document that is streamed. The middle of a longer one is forgotten: nobody would use it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Longest {
    /// Bytes of one text.
    pub text: usize,
    /// Bytes of one item: once it holds more, only short texts are kept whole.
    pub item: usize,
}

impl Longest {
    /// What readers need who are asked for `options`: without attachments long texts are of no use, with them those
    /// that could be evidence.
    pub fn of(options: &ReadOptions) -> Longest {
        let base64 = |bytes: u64| usize::try_from(bytes / 3 * 4).unwrap_or(usize::MAX).saturating_add(KEPT);
        match options.attachments {
            Attachments::None => Longest { text: 0, item: 0 },
            _ => Longest { text: base64(options.attachment_bytes), item: base64(options.case_attachment_bytes) },
        }
    }
}

/// What a piece is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// An item of the root array, or an object at the root. Where its children were handed out one by one, their array
    /// is empty here.
    Item,
    /// A child of the item that comes next.
    Child,
}

/// A complete part of the document, valid until the next one is asked for.
#[derive(Debug, Clone)]
pub struct Piece<'w> {
    /// What it is.
    pub part: Part,
    /// Its bytes.
    pub bytes: &'w [u8],
    /// Where it begins.
    pub place: Place<'w>,
    /// What was cut out of its texts, in their order.
    pub cuts: &'w [Cut],
    /// What came of reading it, where it was read.
    pub read: Result<(), Fault>,
    /// What was mended while it was read.
    pub oddities: Oddities,
}

impl Piece<'_> {
    /// Where it begins.
    pub fn at(&self) -> Position {
        self.place.position()
    }

    /// Bytes missing in the text at `span`, because it was too long to be of use.
    pub fn missing(&self, span: Span) -> u64 {
        missing(self.cuts, span)
    }
}

/// Reads the value at the cursor and stops behind it. It may be called again for the same value.
pub type Read<'r> = dyn FnMut(&mut JsonCursor<'_>) -> Result<(), Fault> + 'r;

/// A value whose end is known.
#[derive(Debug, Clone)]
pub(super) struct Taken {
    pub(super) length: usize,
    pub(super) read: Result<(), Fault>,
    pub(super) oddities: Oddities,
    pub(super) deepest: usize,
    /// Whether it was read from what is the same without escapes for letters.
    pub(super) is_unspelled: bool,
}

impl Taken {
    pub(super) fn unread(length: usize) -> Taken {
        Taken { length, read: Ok(()), oddities: Oddities::default(), deepest: 0, is_unspelled: false }
    }

    /// Reads the value at the start of `bytes`, which may be cut.
    pub(super) fn read(bytes: &[u8], cuts: &[Cut], read: &mut Read<'_>) -> Taken {
        let mut cursor = JsonCursor::with_cuts(bytes, cuts);
        let read = read(&mut cursor);
        let (length, oddities, deepest) = (cursor.offset(), cursor.oddities(), cursor.deepest());
        Taken { length, read, oddities, deepest, is_unspelled: false }
    }
}
