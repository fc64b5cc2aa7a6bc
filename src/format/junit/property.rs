//! Properties of a case, and the shapes in which their values come (spec junit.md section D).

use super::STRUCTURE;
use super::attachment;
use crate::format::xml::{Tag, XmlCursor, XmlEvent};
use crate::format::{Attachments, ParseError, ReadOptions};
use crate::model::{Property, TestCase};

/// Longest value that is read, in bytes: evidence as base64. Longer ones are dropped whole.
const LONGEST_VALUE: usize = 64 * 1024 * 1024;

/// Most properties of one case; more is no report of a test.
const MOST_PROPERTIES: usize = 10_000;

/// Reads the `properties` element that was started last into `case`.
pub(super) fn read_all(xml: &mut XmlCursor<'_>, case: &mut TestCase, options: &ReadOptions) -> Result<(), ParseError> {
    let depth = xml.depth();
    loop {
        match xml.next_tag()? {
            XmlEvent::Start(tag) if tag.name() == b"property" => {
                begin(&tag, case.properties.add());
                read_content(xml, case, options)?;
            }
            XmlEvent::Start(tag) if STRUCTURE.contains(&tag.name()) => xml.retreat(depth - 1),
            XmlEvent::Start(_) => xml.skip_element()?,
            XmlEvent::End(_, around) if around < depth => return Ok(()),
            XmlEvent::Eof => return Ok(()),
            _ => {}
        }
    }
}

fn begin(tag: &Tag<'_>, property: &mut Property) {
    for (name, value) in tag.attributes() {
        match name {
            b"name" if property.name.is_empty() => value.push_into(&mut property.name),
            b"value" if property.value.is_empty() => value.push_into(&mut property.value),
            _ => {}
        }
    }
}

/// Reads what stands inside the property added last: text when there is no `value` (J13), items always.
fn read_content(xml: &mut XmlCursor<'_>, case: &mut TestCase, options: &ReadOptions) -> Result<(), ParseError> {
    let last = case.properties.len() - 1;
    let property = &mut case.properties[last];
    let takes_text = property.value.is_empty();
    let depth = xml.depth();
    loop {
        match xml.next()? {
            XmlEvent::Start(tag) if tag.name() == b"item" => {
                let item = property.items.add();
                if let Some(name) = tag.attribute(b"name") {
                    name.push_into(&mut item.name);
                }
                read_item(xml, &mut item.value, options)?;
            }
            XmlEvent::Start(tag) if STRUCTURE.contains(&tag.name()) => xml.retreat(depth - 1),
            XmlEvent::Text(text) if takes_text && property.value.len() + text.raw().len() <= LONGEST_VALUE => {
                text.push_into(&mut property.value);
            }
            XmlEvent::End(_, around) if around < depth => break,
            XmlEvent::Eof => break,
            _ => {}
        }
    }
    finish(case, last, takes_text);
    Ok(())
}

fn read_item(xml: &mut XmlCursor<'_>, value: &mut String, options: &ReadOptions) -> Result<(), ParseError> {
    let wanted = options.attachments != Attachments::None;
    let mut whole = true;
    xml.element_text(STRUCTURE, |text| {
        whole = whole && value.len() + text.raw().len() <= LONGEST_VALUE;
        if whole && (wanted || value.len() < 4096) {
            text.push_into(value);
        }
    })?;
    if !whole {
        value.clear();
    }
    Ok(())
}

/// Trims a value that came as text, and takes out what is an attachment or nothing.
fn finish(case: &mut TestCase, index: usize, was_text: bool) {
    let property = &mut case.properties[index];
    if was_text {
        trim(&mut property.value);
    }
    if attachment::is_property(&property.name) && !property.value.is_empty() {
        attachment::add_reference(&property.value, &mut case.attachments);
        case.properties.truncate(index);
    } else if property.name == "_dummy_" || index >= MOST_PROPERTIES {
        case.properties.truncate(index);
    }
}

fn trim(text: &mut String) {
    text.truncate(text.trim_end().len());
    let blanks = text.len() - text.trim_start().len();
    text.drain(..blanks);
}
