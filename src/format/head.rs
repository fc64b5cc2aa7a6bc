//! The first bytes of a file, looked at once.

use crate::format::xml::{XmlCursor, XmlEvent};
use crate::model::Body;

/// The first bytes of a file and what they show.
pub struct Head<'h> {
    bytes: &'h [u8],
    root: String,
}

impl<'h> Head<'h> {
    /// Head
    pub fn new(bytes: &'h [u8], _file: &str) -> Head<'h> {
        let mut root = String::new();
        let mut cursor = XmlCursor::new(Body::Bytes(bytes));
        if let Ok(XmlEvent::Start(tag)) = cursor.next() {
            root = String::from_utf8_lossy(tag.name()).into_owned();
        }
        Head { bytes, root }
    }
    /// Whether there is nothing.
    pub fn is_empty(&self) -> bool {
        self.bytes.trim_ascii().is_empty()
    }
    /// Root
    pub fn root(&self) -> &str {
        &self.root
    }
}
/// Stub
pub fn could_be_report(_first: &[u8]) -> bool {
    true
}
