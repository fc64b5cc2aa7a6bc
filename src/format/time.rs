//! Times as reports write them.
use crate::model::{ProblemKind, Timestamp};

/// A time zone for timestamps that carry none.
#[derive(Debug, Clone)]
pub struct Zone;

impl Zone {
    /// Coordinated universal time.
    pub fn utc() -> Zone {
        Zone
    }
    /// Name.
    pub fn name(&self) -> &str {
        "UTC"
    }
}
/// Stamp
pub struct Stamp {
    /// At
    pub at: Timestamp,
    /// Naive
    pub naive: bool,
}
/// Stub
pub fn timestamp(_text: &str, _zone: &Zone) -> Option<Stamp> {
    None
}
/// Stub
pub struct Seconds;
impl Seconds {
    /// Nanos
    pub fn nanos(&self) -> Option<i64> {
        None
    }
    /// Remark
    pub fn remark(&self) -> Option<(ProblemKind, &'static str)> {
        None
    }
    /// Unit
    pub fn has_unit(&self) -> bool {
        false
    }
}
/// Stub
pub fn seconds(_text: &str) -> Seconds {
    Seconds
}
