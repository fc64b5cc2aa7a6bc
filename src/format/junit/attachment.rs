//! Attachments that a case points to: `[[ATTACHMENT|path]]` in its output, attachment properties, data URIs.

use std::sync::LazyLock;

use memchr::memmem::Finder;

use crate::format::xml::Text;
use crate::model::{Attachment, Content, List};

const OPENING: &[u8] = b"[[ATTACHMENT|";
const CLOSING: &[u8] = b"]]";

static OPENINGS: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new(OPENING));

/// Longest path that is looked for behind the opening.
const LONGEST_PATH: usize = 4096;

/// Whether a property of this name holds an attachment: `attachment`, `attachment1`, `attachment:video` (spec C6).
pub(super) fn is_property(name: &str) -> bool {
    let Some(rest) = name.strip_prefix("attachment") else { return false };
    rest.is_empty() || rest.starts_with(|c: char| c.is_ascii_digit() || c == ':' || c == '_')
}

/// Adds what `reference` names: a path, an address or a data URI. The same reference twice is one attachment.
pub(super) fn add_reference(reference: &str, attachments: &mut List<Attachment>) {
    let reference = reference.trim();
    if reference.is_empty() || attachments.iter().any(|known| known.data == reference) {
        return;
    }
    let attachment = attachments.add();
    if let Some((media_type, data)) = data_uri(reference) {
        attachment.content = Content::Base64;
        attachment.media_type.push_str(media_type);
        attachment.data.push_str(data);
        return;
    }
    let is_link = reference.starts_with("http://") || reference.starts_with("https://");
    attachment.content = if is_link { Content::Link } else { Content::Path };
    attachment.data.push_str(reference);
}

/// Media type and base64 text of a data URI.
fn data_uri(text: &str) -> Option<(&str, &str)> {
    let (header, data) = text.strip_prefix("data:")?.split_once(',')?;
    let media_type = header.strip_suffix(";base64")?;
    Some((media_type.split(';').next().unwrap_or(""), data))
}

/// Finds references in output that comes in pieces, wherever it is cut (J39).
#[derive(Default)]
pub(super) struct ReferenceFinder {
    /// Decoded text that may be the start of a reference.
    pending: String,
}

impl ReferenceFinder {
    pub(super) fn push(&mut self, piece: Text<'_>, attachments: &mut List<Attachment>) {
        if self.pending.is_empty() && !may_hold_reference(piece.raw()) {
            return;
        }
        piece.push_into(&mut self.pending);
        self.take_references(attachments);
    }

    /// Forgets a reference that was never closed.
    pub(super) fn end(&mut self) {
        self.pending.clear();
    }

    fn take_references(&mut self, attachments: &mut List<Attachment>) {
        let mut done = 0;
        loop {
            let rest = &self.pending.as_bytes()[done..];
            let Some(start) = OPENINGS.find(rest) else {
                done += rest.len() - partial_opening(rest);
                break;
            };
            let path = &rest[start + OPENING.len()..];
            let Some(length) = memchr::memmem::find(path, CLOSING) else {
                // Still open; a path this long is none.
                done += if path.len() > LONGEST_PATH { rest.len() } else { start };
                break;
            };
            let from = done + start + OPENING.len();
            if length <= LONGEST_PATH {
                add_reference(&self.pending[from..from + length], attachments);
            }
            done = from + length + CLOSING.len();
        }
        self.pending.drain(..done);
    }
}

/// Whether the piece holds an opening, or ends in the start of one.
fn may_hold_reference(raw: &[u8]) -> bool {
    OPENINGS.find(raw).is_some() || partial_opening(raw) > 0
}

/// How many bytes at the end of `bytes` are the start of an opening.
fn partial_opening(bytes: &[u8]) -> usize {
    let longest = bytes.len().min(OPENING.len() - 1);
    (1..=longest).rev().find(|length| bytes.ends_with(&OPENING[..*length])).unwrap_or(0)
}
