//! Attachments, embedded in a message or lying beside the report.

use crate::format::gherkin::attachment::{self, Filled};
use crate::format::json::{Fault, JsonCursor, Span};
use crate::model::{Attachment, Content};

use super::ids::{Id, NO_ID, id};
use super::text;

/// An attachment as a message states it; its content is still where it stands.
#[derive(Debug, Default)]
pub(super) struct Embedded {
    pub(super) attempt: Id,
    pub(super) step: Id,
    body: Option<Span>,
    media_type: String,
    file_name: String,
    encoding: String,
    address: String,
}

impl Embedded {
    pub(super) fn read(json: &mut JsonCursor<'_>) -> Result<Option<Embedded>, Fault> {
        let mut embedded = Embedded::default();
        if !json.begin_object()? {
            return Ok(None);
        }
        while let Some(key) = json.key()? {
            match key {
                b"testCaseStartedId" => embedded.attempt = id(json)?,
                b"testStepId" => embedded.step = id(json)?,
                b"body" | b"text" => embedded.body = json.scalar_span()?,
                // Before version 12 the encoding was told by the name.
                b"binary" => {
                    embedded.body = json.scalar_span()?;
                    embedded.encoding.push_str("BASE64");
                }
                b"mediaType" => embedded.media_type = text(json)?,
                b"fileName" => embedded.file_name = text(json)?,
                b"contentEncoding" => embedded.encoding = text(json)?,
                b"url" => embedded.address = text(json)?,
                _ => json.skip()?,
            }
        }
        Ok(Some(embedded))
    }

    /// Puts name and content into `attachment`, or only its size where there is no `room`.
    pub(super) fn fill(&self, json: &mut JsonCursor<'_>, room: usize, attachment: &mut Attachment) -> Filled {
        let filled = self.fill_content(json, room, attachment);
        attachment.name.push_str(self.name());
        if filled == Filled::NoBase64 {
            attachment::name_as_unknown(&mut attachment.name);
        }
        filled
    }

    fn fill_content(&self, json: &mut JsonCursor<'_>, room: usize, attachment: &mut Attachment) -> Filled {
        let length = self.body.map_or(0, Span::length);
        if length == 0 && !self.address.is_empty() {
            let is_web = self.address.starts_with("http://") || self.address.starts_with("https://");
            attachment.content = if is_web { Content::Link } else { Content::Path };
            attachment.media_type.push_str(&self.media_type);
            attachment.data.push_str(&self.address);
            return Filled::Content;
        }
        let Some(body) = self.body else { return Filled::Nothing };
        if length > room {
            return attachment::fill("", &self.media_type, length as u64 + json.missing(body), attachment);
        }
        let missing = json.missing(body);
        let mut data = String::new();
        json.push(body, &mut data);
        if self.encoding == "BASE64" || missing > 0 {
            return attachment::fill(&data, &self.media_type, missing, attachment);
        }
        attachment.content = if self.media_type == attachment::LINKS { Content::Link } else { Content::Text };
        attachment.media_type.push_str(&self.media_type);
        attachment.data = data;
        Filled::Content
    }

    /// Whether it says of which step it is, and not of which attempt.
    pub(super) fn names_only_its_step(&self) -> bool {
        self.attempt == NO_ID && self.step != NO_ID
    }

    /// The name that its producer gave it, if any.
    pub(super) fn name(&self) -> &str {
        match self.file_name.as_str() {
            "" => self.address.rsplit('/').next().unwrap_or(""),
            name => name,
        }
    }
}
