//! One `param` of a row.

use super::method::is_null;
use super::{Reader, STRUCTURE, content};
use crate::format::ParseError;
use crate::format::held::PROPERTIES_LEFT_OUT;
use crate::format::xml::{Inside, XmlCursor};

/// Bytes of a parameter behind which no further `value` of it is read: it has one.
const MOST_OF_PARAMETER: usize = 64 << 10;

impl Reader<'_> {
    /// A parameter has no name in the report: it is called by its place.
    pub(super) fn read_parameter(&mut self, xml: &mut XmlCursor<'_>) -> Result<(), ParseError> {
        if !self.held.takes_property(self.case.parameters.len()) {
            PROPERTIES_LEFT_OUT.remark(&self.case, &mut self.remarks, || xml.position());
            return xml.skip_element();
        }
        let place = self.case.parameters.len() + 1;
        let index = xml.started_tag().attribute(b"index").and_then(super::number);
        let parameter = self.case.parameters.add();
        parameter.name.push_str("param");
        push_number(index.map_or(place as u64, |index| index.saturating_add(1)), &mut parameter.name);
        let depth = xml.depth();
        while let Inside::Child(tag) = xml.next_child(depth, STRUCTURE)? {
            match tag.name() {
                b"value" if is_null(&tag) => {
                    parameter.value.push_str("null");
                    xml.skip_element()?;
                }
                b"value" if parameter.value.len() < MOST_OF_PARAMETER => {
                    content::read(xml, &mut parameter.value)?;
                }
                _ => xml.skip_element()?,
            }
        }
        self.held.add_property(&parameter.name, &parameter.value);
        Ok(())
    }
}

fn push_number(number: u64, out: &mut String) {
    use std::fmt::Write;
    // Writing to a string cannot fail.
    let _ = write!(out, "{number}");
}
