//! Reads back what [`encode`](super::encode) wrote, for merging and for making smaller.

use std::fmt;

use super::wire::Run;

/// Bytes that are no run of ours: a defect of this program or of the disk.
#[derive(Debug)]
pub struct DecodeError(serde_json::Error);

impl fmt::Display for DecodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "an encoded run cannot be read back: {}", self.0)
    }
}

impl std::error::Error for DecodeError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.0)
    }
}

impl From<serde_json::Error> for DecodeError {
    fn from(error: serde_json::Error) -> DecodeError {
        DecodeError(error)
    }
}

/// The run in `bytes`; strings without escapes are borrowed.
pub(super) fn decode(bytes: &[u8]) -> Result<Run<'_>, DecodeError> {
    serde_json::from_slice(bytes).map_err(DecodeError::from)
}
