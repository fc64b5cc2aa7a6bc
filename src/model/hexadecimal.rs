//! Hashes as text.

/// The two digits of a byte, in lower case.
#[inline]
pub(crate) const fn hex_pair(byte: u8) -> [u8; 2] {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    [DIGITS[(byte >> 4) as usize], DIGITS[(byte & 15) as usize]]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_the_standard_library_does_it() {
        for byte in 0..=u8::MAX {
            assert_eq!(std::str::from_utf8(&hex_pair(byte)), Ok(format!("{byte:02x}").as_str()));
        }
    }
}
