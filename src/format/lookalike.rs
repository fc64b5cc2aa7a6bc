//! Neighbours.
use super::Head;

/// A file that is XML, JSON or an archive and no supported report.
pub struct Lookalike {
    /// What it is.
    pub what: String,
}

pub(super) fn recognise(_head: &Head<'_>) -> Option<Lookalike> {
    None
}
