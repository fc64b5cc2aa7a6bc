//! Times as reports write them.

/// A time zone for timestamps that carry none.
#[derive(Debug, Clone)]
pub struct Zone;

impl Zone {
    /// Coordinated universal time.
    pub fn utc() -> Zone {
        Zone
    }
}
