//! How much memory the process held at most, as the system counts it.

use std::fs;

/// Begins to count anew, where the system can (Linux: `proc(5)`, `clear_refs`).
pub fn forget_peak() {
    let _ = fs::write("/proc/self/clear_refs", "5");
}

/// Most bytes resident at a time since then; `None` where the system does not say.
pub fn peak() -> Option<u64> {
    peak_in(&fs::read_to_string("/proc/self/status").ok()?)
}

fn peak_in(status: &str) -> Option<u64> {
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kibibytes: u64 = line.trim().strip_suffix(" kB")?.parse().ok()?;
    kibibytes.checked_mul(1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_line_of_the_high_water_mark() {
        assert_eq!(peak_in("VmPeak:\t   10 kB\nVmHWM:\t   2048 kB\nVmRSS:\t 5 kB\n"), Some(2 << 20));
        assert_eq!(peak_in("VmRSS:\t 5 kB\n"), None);
        assert_eq!(peak_in("VmHWM:\t lots\n"), None);
    }
}
