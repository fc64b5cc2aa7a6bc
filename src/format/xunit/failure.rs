//! Failures and reasons, as both generations write them.

use super::STRUCTURE;
use crate::format::xml::{Mixed, XmlCursor};
use crate::format::{ClippedText, ParseError};
use crate::model::CaseDetail;

/// Reads the `failure` or `reason` that was started last. A reason of v1 holds a `message`, one of v2 is the text
/// itself (X18); texts in CDATA sections and others are equal.
pub(super) fn read(xml: &mut XmlCursor<'_>, detail: &mut CaseDetail) -> Result<(), ParseError> {
    if let Some(exception) = xml.started_tag().attribute(b"exception-type") {
        exception.read_into(&mut detail.type_name);
    }
    let start = detail.message.len();
    let mut own = ClippedText::new(&mut detail.message);
    let depth = xml.depth();
    while let Some(part) = xml.next_mixed(depth, STRUCTURE)? {
        match part {
            Mixed::Text(text) => own.push(text),
            Mixed::Child(tag) => match tag.name() {
                b"message" => {
                    own.restart();
                    xml.element_text(STRUCTURE, |piece| own.push(piece))?;
                }
                b"stack-trace" => {
                    let mut trace = ClippedText::new(&mut detail.text);
                    xml.element_text(STRUCTURE, |piece| trace.push(piece))?;
                    detail.omitted += trace.finish();
                }
                _ => xml.skip_element()?,
            },
        }
    }
    detail.omitted += own.finish();
    // The writer's indentation stands before and behind the children.
    detail.message.truncate(start + detail.message[start..].trim_end().len());
    let blanks = detail.message.len() - start - detail.message[start..].trim_start().len();
    detail.message.drain(start..start + blanks);
    Ok(())
}
