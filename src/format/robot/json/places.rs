//! Lines and columns of a document that is at hand.

use std::cell::Cell;

use crate::format::json;
use crate::model::Position;

/// Places in a document. Each is counted from the one asked for before, since they are asked for in order, and there may be
/// very many of them.
pub(super) struct Places<'a> {
    bytes: &'a [u8],
    start: Position,
    last: Cell<(usize, Position)>,
}

impl<'a> Places<'a> {
    /// Of `bytes`, which begin at `start`.
    pub(super) fn of(bytes: &'a [u8], start: Position) -> Places<'a> {
        Places { bytes, start, last: Cell::new((0, start)) }
    }

    /// The place of the byte at `offset`.
    pub(super) fn at(&self, offset: usize) -> Position {
        let offset = offset.min(self.bytes.len());
        let (passed, position) = match self.last.get() {
            (passed, position) if passed <= offset => (passed, position),
            _ => (0, self.start),
        };
        let place = json::position(offset - passed, &self.bytes[passed..], position);
        self.last.set((offset, place));
        place
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_the_same_in_whatever_order() {
        let bytes = b"{\n \"a\":\n\n1}\n";
        let start = Position { offset: 7, line: 3, column: 5 };
        let places = Places::of(bytes, start);
        for offset in [0, 1, 2, 2, 8, 9, 12, 40, 3, 0, 11] {
            assert_eq!(places.at(offset), json::position(offset, bytes, start), "{offset}");
        }
    }
}
