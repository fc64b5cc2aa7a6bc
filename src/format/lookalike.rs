//! Neighbours.
use super::Head;

/// A file that is XML, JSON or an archive and no supported report.
pub struct Lookalike {
    /// What it is.
    pub what: String,
}

impl std::fmt::Display for Lookalike {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.what)
    }
}

pub(super) fn recognise(_head: &Head<'_>) -> Option<Lookalike> {
    None
}
