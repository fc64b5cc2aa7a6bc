//! Keywords and control structures of a test as its steps: what each is called.

use crate::format::ParseError;
use crate::format::xml::{RawValue, Tag, XmlCursor};
use crate::model::Step;

use super::STRUCTURE;

/// Bytes of an action; arguments can hold whole files (R28).
const LONGEST_ACTION: usize = 2048;

/// What parts the cells of a row, as in Robot Framework's own plain text.
const GAP: &str = "    ";

/// Begins the action of a step with what the start tag says.
pub(super) fn begin(step: &mut Step, tag: &Tag<'_>) {
    let (keyword, attribute): (&str, &[u8]) = match tag.name() {
        b"kw" => (kind(tag), b"name"),
        b"for" => ("FOR", b""),
        b"if" => ("IF", b""),
        b"try" => ("TRY", b""),
        b"while" => ("WHILE", b"condition"),
        b"group" => ("GROUP", b"name"),
        b"variable" => ("VAR", b"name"),
        b"return" => ("RETURN", b""),
        b"break" => ("BREAK", b""),
        b"continue" => ("CONTINUE", b""),
        _ => ("ERROR", b""),
    };
    step.action.push_str(keyword);
    add_attribute(step, tag, attribute);
}

/// The word before a keyword's name: nothing for a plain one.
fn kind(tag: &Tag<'_>) -> &'static str {
    let kind = tag.attribute(b"type").map(RawValue::resolved).unwrap_or_default();
    let words: [(&[u8], &str); 4] =
        [(b"setup", "[Setup]"), (b"teardown", "[Teardown]"), (b"for", "FOR"), (b"foritem", "VAR")];
    words.iter().find(|(name, _)| kind.eq_ignore_ascii_case(name)).map_or("", |(_, word)| word)
}

/// Appends the value of an attribute as a cell.
pub(super) fn add_attribute(step: &mut Step, tag: &Tag<'_>, name: &[u8]) {
    if let Some(value) = tag.attribute(name).filter(|value| !value.raw().is_empty())
        && step.action.len() < LONGEST_ACTION
    {
        begin_cell(step);
        value.push_into(&mut step.action);
        cut(step);
    }
}

/// Appends the text of the element whose start tag was lent out last as a cell.
pub(super) fn add_cell(step: &mut Step, xml: &mut XmlCursor<'_>) -> Result<(), ParseError> {
    if step.action.len() >= LONGEST_ACTION {
        return xml.skip_element();
    }
    begin_cell(step);
    let action = &mut step.action;
    xml.element_text(STRUCTURE, |piece| {
        if action.len() < LONGEST_ACTION {
            piece.push_into(action);
        }
    })?;
    cut(step);
    Ok(())
}

fn begin_cell(step: &mut Step) {
    if !step.action.is_empty() {
        step.action.push_str(GAP);
    }
}

fn cut(step: &mut Step) {
    if step.action.len() > LONGEST_ACTION {
        step.action.truncate(step.action.floor_char_boundary(LONGEST_ACTION));
        step.action.push('…');
    }
}
