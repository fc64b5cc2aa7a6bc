//! The texts of an item that was read: looked up and decoded when somebody wants them.

use std::borrow::Cow;

use super::oddities::Oddities;
use super::text::{self, Span};
use crate::format::clip::MARKER;

/// The bytes of one item, in which [`Span`]s are looked up: what nobody wants is never decoded.
#[derive(Debug)]
pub struct Spelled<'a> {
    bytes: &'a [u8],
    oddities: Oddities,
}

impl<'a> Spelled<'a> {
    /// The item that a cursor found the spans in.
    pub fn new(bytes: &'a [u8]) -> Spelled<'a> {
        Spelled { bytes, oddities: Oddities::default() }
    }

    /// What was mended so far.
    pub fn oddities(&self) -> Oddities {
        self.oddities
    }

    /// The bytes as they are written.
    pub fn raw(&self, span: Span) -> &'a [u8] {
        self.bytes.get(span.start..span.end).unwrap_or_default()
    }

    /// The whole number that is written there; `None` for anything else.
    pub fn number(&self, span: Span) -> Option<u64> {
        text::number(self.raw(span))
    }

    /// The text.
    pub fn text(&mut self, span: Span) -> Cow<'a, str> {
        text::decode(self.raw(span), span.form, &mut self.oddities)
    }

    /// Appends the text to `out`, of a very long one head and tail around a marker; gives the bytes left out.
    pub fn push_clipped(&mut self, span: Span, out: &mut String) -> u64 {
        let raw = self.raw(span);
        let Some((head, tail)) = text::ends(raw) else {
            self.push(span, out);
            return 0;
        };
        text::push(head, span.form, &mut self.oddities, out);
        out.push_str(MARKER);
        text::push(tail, span.form, &mut self.oddities, out);
        (raw.len() - head.len() - tail.len()) as u64
    }

    /// Appends the text to `out`.
    pub fn push(&mut self, span: Span, out: &mut String) {
        text::push(self.raw(span), span.form, &mut self.oddities, out);
    }
}
