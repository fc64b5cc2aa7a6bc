//! Durations: nanoseconds, unless all of a scenario's are small and one has a fraction (cucumber.md 2.4).

const NANOS_PER_SECOND: f64 = 1e9;

/// Above this no scenario's durations are seconds.
const MOST_SECONDS: f64 = 1e5;

/// Sums the durations of one scenario.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Durations {
    sum: f64,
    largest: f64,
    fraction: bool,
    seen: bool,
}

impl Durations {
    /// Adds a duration as it is written; what is said of it where it is not taken as it stands.
    pub(super) fn add(&mut self, written: &[u8]) -> Result<(), &'static str> {
        self.seen = true;
        let Some(value) = number(written).filter(|value| *value >= 0.0) else {
            return Err("a duration cannot be read and counts as zero");
        };
        self.sum += value;
        self.largest = self.largest.max(value);
        self.fraction |= value.fract() != 0.0;
        if value > i64::MAX as f64 { Err("a duration is longer than can be told and is shortened") } else { Ok(()) }
    }

    /// Adds those of another part of the same scenario.
    pub(super) fn merge(&mut self, other: &Durations) {
        self.sum += other.sum;
        self.largest = self.largest.max(other.largest);
        self.fraction |= other.fraction;
        self.seen |= other.seen;
    }

    /// The sum in nanoseconds; `None` when there was none.
    pub(super) fn nanos(&self) -> Option<i64> {
        let is_seconds = self.fraction && self.largest < MOST_SECONDS;
        let scale = if is_seconds { NANOS_PER_SECOND } else { 1.0 };
        // A float's cast saturates.
        self.seen.then_some((self.sum * scale) as i64)
    }

    /// Whether it took no time at all.
    pub(super) fn is_zero(&self) -> bool {
        self.sum == 0.0
    }
}

/// The number that is written; whole ones, as they nearly all are, take the short way.
fn number(written: &[u8]) -> Option<f64> {
    let short = written.len() <= 15 && !written.is_empty();
    if short && written.iter().all(u8::is_ascii_digit) {
        return Some(written.iter().fold(0, |value, digit| value * 10 + u64::from(digit - b'0')) as f64);
    }
    std::str::from_utf8(written).ok()?.trim().parse::<f64>().ok().filter(|value| value.is_finite())
}
