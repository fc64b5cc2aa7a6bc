//! Reading JSON reports: one item at a time, in memory bound by one item, forgiving where writers are careless.
//!
//! [`JsonItems`] cuts a document of any size into complete items; [`JsonCursor`] reads one of them without building
//! anything. Both keep on where a strict parser stops (invalid UTF-8, lone surrogates, raw control characters, `NaN`,
//! trailing commas) and remember that they did: such reports are common, and what they tell is not in doubt. Where it is
//! (words without quotes, commas that are missing), they remember that, too; and what shows that quotes are out of step
//! cannot be read.

mod cursor;
mod fault;
mod items;
mod keys;
mod marks;
mod oddities;
mod piece;
mod skim;
mod spelled;
mod text;
mod window;
mod words;

pub use cursor::{Cut, JsonCursor, Kind};
pub use fault::{Fault, position};
pub use items::JsonItems;
pub use keys::SpelledKeys;
pub use oddities::Oddities;
pub use piece::{Longest, Part, Piece, Read};
pub use spelled::Spelled;
pub use text::Span;
pub(in crate::format) use text::{behind_blanks, end_of_text, number};
pub use window::Place;

#[cfg(test)]
mod tests;
