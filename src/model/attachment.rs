//! What a report carries along with a result, or points to.

use super::Reuse;

/// In which form [`Attachment::data`] holds the content.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Content {
    /// Plain text.
    #[default]
    Text,
    /// Standard base64 with padding, free of blanks: checked, never decoded.
    Base64,
    /// The name of a file, as the report writes it; it is looked for beside the report.
    Path,
    /// An address. Nothing is downloaded: it is named in the comment.
    Link,
}

/// Evidence that lies in a file of its own, beside the bundles.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EvidenceFile {
    /// Where, relative to the output folder.
    pub file: String,
    /// How many bytes it has.
    pub bytes: u64,
    /// SHA-256 of its bytes, in lower-case hexadecimal digits.
    pub sha256: String,
}

/// One attachment of a test case or of a step.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Attachment {
    /// Its own name; empty when the report gives none.
    pub name: String,
    /// Media type as the report states it (`image/png`); empty when it does not.
    pub media_type: String,
    /// Form of `data`.
    pub content: Content,
    /// The content itself, or where it is.
    pub data: String,
    /// Bytes of the content that were left out of `data` because there were too many to be of use. What is there is
    /// none then; a limit that refuses it is told.
    pub omitted: u64,
}

impl Attachment {
    /// Bytes of the content that `data` holds; none where it only names the content.
    pub fn content_bytes(&self) -> u64 {
        match self.content {
            Content::Text => self.data.len() as u64,
            Content::Base64 => bytes_in_base64(&self.data),
            Content::Path | Content::Link => 0,
        }
    }
}

/// Bytes that standard base64 with padding stands for.
pub(crate) fn bytes_in_base64(text: &str) -> u64 {
    let digits = text.trim_end_matches('=').len() as u64;
    digits / 4 * 3 + (digits % 4).saturating_sub(1)
}

impl Reuse for Attachment {
    fn reset(&mut self) {
        self.name.clear();
        self.media_type.clear();
        self.content = Content::Text;
        self.data.clear();
        self.omitted = 0;
    }
}
