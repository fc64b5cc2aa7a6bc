//! Reading JSON reports: one item at a time, in memory bound by one item, forgiving where writers are careless.
//!
//! [`JsonItems`] cuts a document of any size into complete items; [`JsonCursor`] reads one of them without building
//! anything. Both keep on where a strict parser stops (invalid UTF-8, lone surrogates, raw control characters, `NaN`,
//! trailing commas) and remember that they did: such reports are common, and what they tell is not in doubt.

mod cursor;
mod items;
mod skim;
mod window;

pub use cursor::{Fault, JsonCursor, Kind, Oddities};
pub use items::{JsonItems, Long, Piece};

#[cfg(test)]
mod tests;
