//! Attachments that a case points to: `[[ATTACHMENT|path]]` in its output, attachment properties, data URIs.

use std::collections::HashSet;
use std::sync::LazyLock;

use memchr::memmem::Finder;
use xxhash_rust::xxh3::xxh3_128;

use crate::format::held::Held;
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

/// The paths and addresses that one case names, by their hashes.
#[derive(Debug, Default)]
pub(super) struct References(HashSet<u128>);

impl References {
    /// Another case begins.
    pub(super) fn reset(&mut self) {
        self.0.clear();
    }
}

/// Where the attachments of one case are gathered.
pub(super) struct Gathering<'g> {
    pub(super) attachments: &'g mut List<Attachment>,
    pub(super) known: &'g mut References,
    pub(super) held: &'g mut Held,
    /// Set where there were too many.
    pub(super) left_out: &'g mut bool,
}

impl Gathering<'_> {
    /// Adds what `reference` names: a path, an address or a data URI. The same reference twice is one attachment.
    pub(super) fn add(&mut self, reference: &str) {
        let reference = reference.trim();
        let embedded = data_uri(reference);
        if reference.is_empty() || (embedded.is_none() && !self.known.0.insert(xxh3_128(reference.as_bytes()))) {
            return;
        }
        if !self.held.takes_content(self.attachments.len()) {
            *self.left_out = true;
            return;
        }
        self.held.add_content(reference.len());
        let attachment = self.attachments.add();
        if let Some((media_type, data)) = embedded {
            attachment.content = Content::Base64;
            attachment.media_type.push_str(media_type);
            attachment.data.push_str(data);
            return;
        }
        let is_link = reference.starts_with("http://") || reference.starts_with("https://");
        attachment.content = if is_link { Content::Link } else { Content::Path };
        attachment.data.push_str(reference);
    }
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
    pub(super) fn push(&mut self, piece: Text<'_>, gathering: &mut Gathering<'_>) {
        if self.pending.is_empty() && !may_hold_reference(piece.raw()) {
            return;
        }
        piece.push_into(&mut self.pending);
        self.take_references(gathering);
    }

    /// Forgets a reference that was never closed.
    pub(super) fn end(&mut self) {
        self.pending.clear();
    }

    fn take_references(&mut self, gathering: &mut Gathering<'_>) {
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
                gathering.add(&self.pending[from..from + length]);
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
