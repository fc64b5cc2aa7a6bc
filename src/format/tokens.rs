//! A report taken apart and nothing made of it: what reading costs before a format is asked.

use super::json::JsonItems;
use super::xml::{XmlCursor, XmlEvent};
use super::{ParseError, ReadOptions};
use crate::model::{Body, ReportVisitor};

/// Reads a report that begins with `head` as its format's reader would, tag for tag or item for item, and lets go of
/// everything. A measure for benchmarks; it has the signature of [`Format::parse`](super::Format::parse).
pub fn reader(head: &[u8]) -> fn(Body<'_>, &ReadOptions, &mut dyn ReportVisitor) -> Result<(), ParseError> {
    // A byte order mark is no ASCII.
    match head.iter().find(|byte| byte.is_ascii() && !byte.is_ascii_whitespace()) {
        Some(b'<') => xml,
        _ => json,
    }
}

fn xml(body: Body<'_>, options: &ReadOptions, _: &mut dyn ReportVisitor) -> Result<(), ParseError> {
    let mut cursor = XmlCursor::new(body).within(&options.limits);
    while !matches!(cursor.next()?, XmlEvent::Eof) {}
    Ok(())
}

fn json(body: Body<'_>, options: &ReadOptions, _: &mut dyn ReportVisitor) -> Result<(), ParseError> {
    let mut items = JsonItems::new(body).within(&options.limits);
    while items.next()?.is_some() {}
    Ok(())
}
