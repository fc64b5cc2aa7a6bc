//! Failures, reasons and assertions: a message and a stack trace.

use super::STRUCTURE;
use crate::format::xml::{Mixed, XmlCursor};
use crate::format::{ClippedText, ParseError};
use crate::model::{CaseDetail, trim};

/// Reads the `failure`, `reason` or `assertion` that was started last into `detail`.
pub(super) fn read(xml: &mut XmlCursor<'_>, detail: &mut CaseDetail) -> Result<(), ParseError> {
    let depth = xml.depth();
    while let Some(part) = xml.next_mixed(depth, STRUCTURE)? {
        match part {
            Mixed::Child(tag) => match tag.name() {
                b"message" => detail.omitted += read_text(xml, &mut detail.message)?,
                b"stack-trace" => detail.omitted += read_text(xml, &mut detail.text)?,
                _ => xml.skip_element()?,
            },
            // Some loggers write the message without an element of its own.
            Mixed::Text(text) if !text.is_blank() && detail.message.len() < LONGEST_BARE_TEXT => {
                text.push_into(&mut detail.message);
            }
            Mixed::Text(_) => {}
        }
    }
    trim(&mut detail.message);
    detail.text.truncate(detail.text.trim_end().len());
    Ok(())
}

/// Bytes of a message without its own element after which no further piece is taken.
const LONGEST_BARE_TEXT: usize = 64 * 1024;

/// Reads the text of the element that was started last, CDATA sections and all (N5), and tells how many bytes were
/// left out.
pub(super) fn read_text(xml: &mut XmlCursor<'_>, out: &mut String) -> Result<u64, ParseError> {
    let mut clip = ClippedText::new(out);
    xml.element_text(STRUCTURE, |piece| clip.push(piece))?;
    Ok(clip.finish())
}
