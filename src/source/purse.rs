//! What the reports of one archive may attach, all together.

use std::sync::atomic::{AtomicU64, Ordering};

use super::Limits;
use crate::model::{Limit, LimitReached};

/// Bytes that reports of an outermost archive may still read of the files that they refer to. A file counts each time: it is written as
/// often as it is referred to, and a thousand references to one entry cost an archive nothing. Who comes too late depends on threads.
#[derive(Debug)]
pub(super) struct Purse {
    left: AtomicU64,
    ratio: u64,
}

impl Purse {
    /// Bytes that may come whatever the ratio is.
    const FREE: u64 = 256 << 20;

    /// Of an archive that has so many bytes, as it is packed.
    pub(super) fn of(packed: u64, limits: &Limits) -> Purse {
        let most = packed.saturating_mul(limits.ratio).saturating_add(Purse::FREE);
        Purse { left: AtomicU64::new(most), ratio: limits.ratio }
    }

    /// Takes so many bytes out of it.
    pub(super) fn spend(&self, bytes: u64) -> Result<(), LimitReached> {
        let spent = self.left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(bytes));
        spent.map(|_| ()).map_err(|_| {
            let what = "what is attached to the reports of its archive comes to more than 256 MiB and to more for each packed byte";
            LimitReached::new(Limit::Ratio, self.ratio, what)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_empty_some_time() {
        let purse = Purse::of(2, &Limits { ratio: 3, ..Limits::default() });
        assert!(purse.spend(Purse::FREE).is_ok() && purse.spend(7).is_err() && purse.spend(6).is_ok());
        let told = purse.spend(1).unwrap_err().to_string();
        assert!(told.ends_with("for each packed byte, which is over --limit ratio=3"), "{told}");
        assert!(Purse::of(u64::MAX, &Limits::default()).spend(1 << 60).is_ok());
    }
}
