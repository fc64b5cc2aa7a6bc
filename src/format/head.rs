//! The first bytes of a file, looked at once.

/// The first bytes of a file and what they show.
pub struct Head<'h> {
    bytes: &'h [u8],
}

impl Head<'_> {
    /// Whether there is nothing.
    pub fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }
}
