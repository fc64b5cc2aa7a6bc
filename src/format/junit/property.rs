//! Properties of a case, and the shapes in which their values come (spec junit.md section D).

use super::attachment::{self, Gathering, References};
use super::outcome::Children;
use super::{Reader, STRUCTURE};
use crate::format::held::{Held, MOST_PARTS, PROPERTIES_LEFT_OUT};
use crate::format::xml::{Inside, Mixed, Tag, XmlCursor};
use crate::format::{Attachments, ParseError};
use crate::model::{Parameter, Property, TestCase, trim};

/// Bytes that are read of an item that nobody asked for.
const LONGEST_UNWANTED: usize = 4096;

impl Reader<'_> {
    /// Reads the `properties` element that was started last into the case at hand.
    pub(super) fn read_properties(&mut self, xml: &mut XmlCursor<'_>) -> Result<(), ParseError> {
        let mut reading = Reading {
            case: &mut self.case,
            held: &mut self.held,
            references: &mut self.references,
            children: &mut self.children,
            wants_items: self.options.attachments != Attachments::None,
            left_out: false,
        };
        reading.read_all(xml)?;
        if reading.left_out {
            PROPERTIES_LEFT_OUT.remark(&self.case, &mut self.remarks, || xml.position());
        }
        Ok(())
    }
}

/// The reading of one `properties` element.
struct Reading<'r> {
    case: &'r mut TestCase,
    held: &'r mut Held,
    references: &'r mut References,
    children: &'r mut Children,
    wants_items: bool,
    /// Whether there was more than is held of one case.
    left_out: bool,
}

impl Reading<'_> {
    fn read_all(&mut self, xml: &mut XmlCursor<'_>) -> Result<(), ParseError> {
        let depth = xml.depth();
        while let Inside::Child(tag) = xml.next_child(depth, STRUCTURE)? {
            let is_property = tag.name() == b"property";
            if is_property && self.held.takes_property(self.case.properties.len()) {
                begin(&tag, self.case.properties.add());
                self.read_content(xml)?;
            } else {
                self.left_out |= is_property;
                xml.skip_element()?;
            }
        }
        Ok(())
    }

    /// Reads what stands inside the property added last: text when there is no `value` (J13), items always.
    fn read_content(&mut self, xml: &mut XmlCursor<'_>) -> Result<(), ParseError> {
        let last = self.case.properties.len() - 1;
        let Property { name, value, items, .. } = &mut self.case.properties[last];
        let takes_text = value.is_empty();
        let written = value.len();
        let mut text = self.held.content(value);
        let depth = xml.depth();
        while let Some(part) = xml.next_mixed(depth, STRUCTURE)? {
            match part {
                Mixed::Child(tag) if tag.name() == b"item" => {
                    if items.len() < MOST_PARTS && self.held.takes_property(0) {
                        let item = items.add();
                        if let Some(name) = tag.attribute(b"name") {
                            name.push_into(&mut item.name);
                        }
                        self.children.left_out |= !read_item(xml, item, self.held, self.wants_items)?;
                    } else {
                        self.left_out = true;
                        xml.skip_element()?;
                    }
                }
                Mixed::Text(piece) if takes_text => text.push(piece),
                Mixed::Child(_) | Mixed::Text(_) => {}
            }
        }
        let is_whole = text.is_whole();
        if !attachment::is_property(name) {
            self.held.add_property(name, &value[..written]);
        }
        self.finish(last, takes_text, is_whole);
        Ok(())
    }

    /// Trims a value that came as text, and takes out what is an attachment or nothing.
    fn finish(&mut self, index: usize, was_text: bool, is_whole: bool) {
        let property = &mut self.case.properties[index];
        if was_text {
            trim(&mut property.value);
        }
        let is_attachment = attachment::is_property(&property.name);
        if !is_whole {
            *(if is_attachment { &mut self.children.left_out } else { &mut self.left_out }) = true;
            self.case.properties.truncate(index);
        } else if is_attachment && !property.value.is_empty() {
            let mut gathering = Gathering {
                attachments: &mut self.case.attachments,
                known: self.references,
                held: self.held,
                left_out: &mut self.children.left_out,
            };
            gathering.add(&property.value);
            self.case.properties.truncate(index);
        } else if property.name == "_dummy_" {
            self.case.properties.truncate(index);
        } else if was_text {
            self.held.add_content(property.value.len());
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

/// Reads the value of an item, of one that is not wanted little; whether there was room for it.
fn read_item(
    xml: &mut XmlCursor<'_>,
    item: &mut Parameter,
    held: &mut Held,
    is_wanted: bool,
) -> Result<bool, ParseError> {
    let mut value = held.content(&mut item.value);
    xml.element_text(STRUCTURE, |text| {
        if is_wanted || value.len() < LONGEST_UNWANTED {
            value.push(text);
        }
    })?;
    let is_whole = value.is_whole();
    held.add_content(item.value.len());
    held.add_property(&item.name, "");
    Ok(is_whole || !is_wanted)
}
