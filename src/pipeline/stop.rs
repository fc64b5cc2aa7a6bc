//! When the work should end before its time.

use std::sync::atomic::{AtomicBool, Ordering};

use super::Error;

/// Whether the work should end: because somebody asks for it, or because something failed that ends everything.
#[derive(Debug)]
pub(super) struct Stop<'s> {
    asked: &'s AtomicBool,
    failed: AtomicBool,
}

impl<'s> Stop<'s> {
    pub(super) fn new(asked: &'s AtomicBool) -> Stop<'s> {
        Stop { asked, failed: AtomicBool::new(false) }
    }

    pub(super) fn is_set(&self) -> bool {
        self.failed.load(Ordering::Relaxed) || self.asked.load(Ordering::Relaxed)
    }

    /// Has everybody end as soon as possible.
    pub(super) fn fail(&self) {
        self.failed.store(true, Ordering::Relaxed);
    }

    /// Nothing, or the error that says that somebody asked.
    pub(super) fn check(&self) -> Result<(), Error> {
        if self.asked.load(Ordering::Relaxed) { Err(Error::Interrupted) } else { Ok(()) }
    }
}
