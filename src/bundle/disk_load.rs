//! Whether much is on its way to the disk.
//!
//! All files of a conversion can be brought to the disk by one call for their whole file system, or by a call for each.
//! The one costs next to nothing, but waits for what everybody else has written, too; the many cost a twentieth of a
//! conversion, and wait for nobody else (`docs/performance.md`). So the first is better where little is on its way, and
//! the second where much is.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

/// How much is on its way, as it was seen last.
#[derive(Debug)]
pub(super) struct DiskLoad {
    look: fn() -> bool,
    asked: AtomicUsize,
    low: AtomicBool,
}

/// So many answers come from one look.
const ANSWERS: usize = 16;

impl Default for DiskLoad {
    fn default() -> DiskLoad {
        DiskLoad::seen_by(little_is_on_its_way)
    }
}

impl DiskLoad {
    /// As `look` says.
    pub(super) fn seen_by(look: fn() -> bool) -> DiskLoad {
        DiskLoad { look, asked: AtomicUsize::new(0), low: AtomicBool::new(false) }
    }

    /// Whether little is on its way to the disk, of others and of this process.
    pub(super) fn is_low(&self) -> bool {
        if self.asked.fetch_add(1, Ordering::Relaxed).is_multiple_of(ANSWERS) {
            self.low.store(self.is_low_now(), Ordering::Relaxed);
        }
        self.low.load(Ordering::Relaxed)
    }

    /// As [`is_low`](DiskLoad::is_low), by a look of its own.
    pub(super) fn is_low_now(&self) -> bool {
        (self.look)()
    }
}

/// Where the system does not tell, much may be.
#[cfg(target_os = "linux")]
fn little_is_on_its_way() -> bool {
    /// A usual disk takes this in some hundredths of a second.
    const LITTLE: u64 = 16 << 20;
    let text = std::fs::read_to_string("/proc/meminfo");
    text.ok().as_deref().and_then(on_its_way).is_some_and(|bytes| bytes <= LITTLE)
}

#[cfg(not(target_os = "linux"))]
fn little_is_on_its_way() -> bool {
    false
}

/// Bytes that are written and not on the disk.
#[cfg(target_os = "linux")]
fn on_its_way(meminfo: &str) -> Option<u64> {
    let kib = |name: &str| -> Option<u64> {
        let line = meminfo.lines().find_map(|line| line.strip_prefix(name))?;
        line.trim().strip_suffix(" kB")?.parse().ok()
    };
    kib("Dirty:")?.checked_add(kib("Writeback:")?)?.checked_mul(1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(target_os = "linux")]
    #[test]
    fn what_is_on_its_way_is_what_waits_and_what_is_being_written() {
        let meminfo = "MemFree: 1 kB\nDirty:               156 kB\nWriteback:            44 kB\nWritebackTmp:  7 kB\n";
        assert_eq!(on_its_way(meminfo), Some(200 * 1024));
        assert_eq!(on_its_way("Dirty: 156 kB\n"), None);
        assert_eq!(on_its_way("Dirty: many kB\nWriteback: 0 kB\n"), None);
        assert_eq!(on_its_way(&format!("Dirty: {} kB\nWriteback: 1 kB\n", u64::MAX)), None);
        assert!(on_its_way(&std::fs::read_to_string("/proc/meminfo").unwrap()).is_some());
    }

    #[test]
    fn one_look_serves_for_some_answers() {
        static LOOKS: AtomicUsize = AtomicUsize::new(0);
        let load = DiskLoad::seen_by(|| LOOKS.fetch_add(1, Ordering::Relaxed).is_multiple_of(2));
        let answers: Vec<bool> = (0..2 * ANSWERS + 1).map(|_| load.is_low()).collect();
        assert_eq!(LOOKS.load(Ordering::Relaxed), 3);
        assert_eq!(answers, [vec![true; ANSWERS], vec![false; ANSWERS], vec![true]].concat());
    }
}
