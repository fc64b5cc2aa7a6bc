//! Times as reports write them: points in time, the zones they are in, durations.
//!
//! Nothing here asks the machine for its clock or its zone: the same report gives the same instants everywhere.

mod duration;
mod named_month;
mod stamp;
mod told;
mod zone;

pub use duration::{Seconds, TimeRemark, clock, dotnet_seconds, seconds};
pub use stamp::{LastStamp, Stamp, date_and_time, is_absent, timestamp};
pub(super) use told::{readable, state_span, tell_assumed, told_timestamp};
pub use zone::{Zone, ZoneError};

const NANOS_PER_SECOND: i64 = 1_000_000_000;

/// Takes up to `most` digits off the front of `text` and gives their value and number.
fn take_digits(text: &mut &[u8], most: usize) -> (u64, usize) {
    let (mut value, mut length) = (0u64, 0);
    while length < most
        && let Some(digit @ 0..=9) = text.get(length).map(|byte| byte.wrapping_sub(b'0'))
    {
        value = value.wrapping_mul(10) + u64::from(digit);
        length += 1;
    }
    *text = &text[length..];
    (value, length)
}

/// Takes exactly `length` digits off the front of `text`.
fn take_number(text: &mut &[u8], length: usize) -> Option<i64> {
    match take_digits(text, length) {
        (value, taken) if taken == length => i64::try_from(value).ok(),
        _ => None,
    }
}

/// Takes `byte` off the front of `text`.
fn take_byte(text: &mut &[u8], byte: u8) -> Option<()> {
    *text = text.strip_prefix(&[byte])?;
    Some(())
}

/// Takes all digits of a fraction off the front of `text`, as nanoseconds; digits behind the ninth are cut.
fn take_fraction(text: &mut &[u8]) -> i64 {
    /// Nanoseconds of the last of so many digits.
    const WORTH: [i64; 10] = [1_000_000_000, 100_000_000, 10_000_000, 1_000_000, 100_000, 10_000, 1_000, 100, 10, 1];
    let (value, length) = take_digits(text, 9);
    if length == 9 {
        let rest = text.iter().take_while(|byte| byte.is_ascii_digit()).count();
        *text = &text[rest..];
    }
    i64::try_from(value).unwrap_or(0) * WORTH[length]
}
