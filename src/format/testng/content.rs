//! Text of an element, by the rule for what TestNG's writer makes of it (spec testng.md B).

use super::STRUCTURE;
use crate::format::xml::XmlCursor;
use crate::format::{ClippedText, ParseError};

/// Appends the text of the element that was started last to `out` and tells how many bytes of its middle were left
/// out. The writer indents around CDATA sections: where there is one, only what stands in them is text (T16), all of
/// them joined (T19). Otherwise it is the text without the blanks around it.
pub(super) fn read(xml: &mut XmlCursor<'_>, out: &mut String) -> Result<u64, ParseError> {
    let start = out.len();
    let mut in_cdata = false;
    let mut clip = ClippedText::new(out);
    xml.element_text(STRUCTURE, |piece| {
        if piece.is_cdata() && !in_cdata {
            in_cdata = true;
            clip.restart();
        }
        if piece.is_cdata() == in_cdata {
            clip.push(piece);
        }
    })?;
    let omitted = clip.finish();
    if !in_cdata {
        trim_from(out, start);
    }
    Ok(omitted)
}

/// Takes the blanks off both ends of what stands in `text` from `start` on.
fn trim_from(text: &mut String, start: usize) {
    text.truncate(start + text[start..].trim_end().len());
    let blanks = text.len() - start - text[start..].trim_start().len();
    text.drain(start..start + blanks);
}
