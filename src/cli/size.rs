//! Sizes as people write them: `20MiB`, `20MB`, `1048576`.

use std::fmt;
use std::str::FromStr;

use xraypack::pipeline::Memory;

/// A number of bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Size(u64);

const KIB: u64 = 1 << 10;
const MIB: u64 = 1 << 20;
const GIB: u64 = 1 << 30;

/// Units in lower case. Binary units carry an `i`, as the standards have it; `M` alone could mean either and is refused.
const UNITS: &[(&str, u64)] = &[
    ("", 1),
    ("b", 1),
    ("kib", KIB),
    ("mib", MIB),
    ("gib", GIB),
    ("kb", 1_000),
    ("mb", 1_000_000),
    ("gb", 1_000_000_000),
];

impl Size {
    /// This many mebibytes.
    pub const fn mib(mebibytes: u64) -> Size {
        Size(mebibytes * MIB)
    }

    /// This many bytes.
    pub const fn bytes(bytes: u64) -> Size {
        Size(bytes)
    }

    /// The number of bytes.
    pub const fn get(self) -> u64 {
        self.0
    }
}

impl FromStr for Size {
    type Err = String;

    fn from_str(text: &str) -> Result<Size, String> {
        let text = text.trim();
        let digits = text.len() - text.trim_start_matches(|c: char| c.is_ascii_digit()).len();
        let (number, unit) = text.split_at(digits);
        if number.is_empty() {
            return Err(format!("{EXPECTED}, and not `{text}`"));
        }
        let unit = unit.trim_start().to_ascii_lowercase();
        let Some(&(_, factor)) = UNITS.iter().find(|(name, _)| *name == unit) else {
            return Err(format!("{EXPECTED}; the units are B, KiB, MiB, GiB, KB, MB, GB"));
        };
        let bytes = number.parse::<u64>().ok().and_then(|number| number.checked_mul(factor));
        bytes.map(Size).ok_or_else(|| "the number is too large".to_owned())
    }
}

const EXPECTED: &str = "a size is a whole number with a unit, such as 20MiB or 500KB";

/// A size that leaves room for something.
pub fn parse_room(text: &str) -> Result<Size, String> {
    match text.parse()? {
        Size(0) => Err("nothing would fit into 0 bytes".to_owned()),
        size => Ok(size),
    }
}

/// A ceiling of memory.
pub fn parse_memory(text: &str) -> Result<Size, String> {
    let size: Size = text.parse()?;
    match Memory::of(size.get()) {
        Some(_) => Ok(size),
        None => Err(format!("a conversion needs at least {}", Size(Memory::LEAST.bytes()))),
    }
}

/// In the largest binary unit that keeps it whole, so that it reads back as the same size.
impl fmt::Display for Size {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (unit, name) in [(GIB, "GiB"), (MIB, "MiB"), (KIB, "KiB")] {
            if self.0 >= unit && self.0.is_multiple_of(unit) {
                return write!(f, "{}{name}", self.0 / unit);
            }
        }
        write!(f, "{}", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_binary_and_decimal_units() {
        for (text, bytes) in [
            ("1048576", 1_048_576),
            ("20MiB", 20 * MIB),
            ("20MB", 20_000_000),
            ("1GiB", GIB),
            ("512 kib", 512 * KIB),
            ("3b", 3),
            ("0", 0),
        ] {
            assert_eq!(text.parse(), Ok(Size(bytes)), "{text}");
        }
    }

    #[test]
    fn refuses_what_could_mean_two_things_or_nothing() {
        for text in ["", "MiB", "20M", "1.5GiB", "-1", "20 parsecs", "20MiBs", "٣MiB"] {
            let complaint = text.parse::<Size>().unwrap_err();
            assert!(complaint.contains("20MiB"), "{text}: {complaint}");
        }
        assert_eq!("99999999999999999999".parse::<Size>().unwrap_err(), "the number is too large");
        assert_eq!("18446744073709551615KiB".parse::<Size>().unwrap_err(), "the number is too large");
    }

    #[test]
    fn shows_a_size_as_it_can_be_read_again() {
        for size in [Size(0), Size(1), Size(1_000_000), Size::mib(20), Size(GIB), Size(u64::MAX)] {
            assert_eq!(size.to_string().parse(), Ok(size));
        }
        assert_eq!(Size::mib(20).to_string(), "20MiB");
    }

    #[test]
    fn too_little_memory_is_refused() {
        assert_eq!(parse_memory("16MiB"), Ok(Size(16 << 20)));
        assert_eq!(parse_memory("15MiB"), Err("a conversion needs at least 16MiB".to_owned()));
    }

    #[test]
    fn a_bundle_of_no_bytes_is_refused() {
        assert!(parse_room("0MiB").is_err());
        assert_eq!(parse_room("1"), Ok(Size(1)));
    }
}
