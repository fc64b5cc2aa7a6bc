//! Reading JSON reports: one item at a time, in memory bound by one item, forgiving where writers are careless.
//!
//! [`JsonItems`] cuts a document of any size into complete items; [`JsonCursor`] reads one of them without building
//! anything. Both keep on where a strict parser stops (invalid UTF-8, lone surrogates, raw control characters, `NaN`,
//! trailing commas) and remember that they did: such reports are common, and what they tell is not in doubt.

mod cursor;
mod fault;
mod items;
mod marks;
mod piece;
mod skim;
mod spelled;
mod text;
mod window;

pub use cursor::{Cut, JsonCursor, Kind, Oddities};
pub use fault::{Fault, position};
pub use items::JsonItems;
pub use piece::{Longest, Part, Piece, Read};
pub use spelled::Spelled;
pub use text::Span;
pub(in crate::format) use text::{behind_blanks, end_of_text};
pub use window::Place;

#[cfg(test)]
mod tests;
