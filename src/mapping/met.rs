//! Whether what the user looks for is there at all.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Rules that have found something. All clones know the same.
#[derive(Debug, Clone, Default)]
pub struct Met {
    environment: Arc<AtomicBool>,
    key_pattern: Arc<AtomicBool>,
}

impl Met {
    /// Whether an environment was found by the rule for environments.
    pub fn environment(&self) -> bool {
        self.environment.load(Ordering::Relaxed)
    }

    /// Whether a key was found by the pattern.
    pub fn key_pattern(&self) -> bool {
        self.key_pattern.load(Ordering::Relaxed)
    }

    pub(super) fn note_environment(&self) {
        note(&self.environment);
    }

    pub(super) fn note_key_pattern(&self) {
        note(&self.key_pattern);
    }
}

/// Written once: what is only read is nobody's to wait for.
fn note(met: &AtomicBool) {
    if !met.load(Ordering::Relaxed) {
        met.store(true, Ordering::Relaxed);
    }
}
