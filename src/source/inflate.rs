//! Deflated bytes and what they should become: whole into a buffer, or as a stream.

use std::io::{self, Read};

use flate2::read::DeflateDecoder;
use libdeflater::{Crc, DecompressionError, Decompressor};

use super::{Limits, scratch};
use crate::model::{Limit, LimitReached};

const TOO_LARGE: &str = "it is larger than the archive's directory says";

/// What the archive says of an entry's content. A tar knows no checksum.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Expected {
    pub(super) bytes: u64,
    pub(super) crc: Option<u32>,
}

/// Inflates a whole entry into the beginning of `buffer`, which only ever grows, and lends it.
pub(super) fn whole<'b>(
    packed: &[u8],
    expected: Expected,
    decompressor: &mut Decompressor,
    buffer: &'b mut Vec<u8>,
) -> io::Result<&'b [u8]> {
    // The size is the directory's word; the caller has checked it against its limit before this allocation.
    let size = expected.bytes as usize;
    let out = scratch::first(buffer, size);
    let length = decompressor.deflate_decompress(packed, out).map_err(|error| match error {
        DecompressionError::InsufficientSpace => damaged(TOO_LARGE),
        DecompressionError::BadData => damaged("its packed data is damaged"),
    })?;
    if length != out.len() {
        return Err(damaged("it is smaller than the archive's directory says"));
    }
    check_crc(out, expected)?;
    Ok(out)
}

/// Checks a stored entry.
pub(super) fn check_crc(bytes: &[u8], expected: Expected) -> io::Result<()> {
    match expected.crc {
        Some(crc) if libdeflater::crc32(bytes) != crc => Err(damaged("its checksum does not match")),
        _ => Ok(()),
    }
}

pub(super) fn damaged(what: &'static str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, what)
}

/// An entry as it is inflated or copied: size, ratio and checksum are watched, and the end is an error when they are
/// wrong.
pub(super) struct Checked<R> {
    inner: R,
    expected: Expected,
    /// Most bytes that may come by the ratio, and by size.
    by_ratio: u64,
    limits: Limits,
    seen: u64,
    crc: Crc,
}

impl<R: Read> Checked<DeflateDecoder<R>> {
    /// Over `length` packed bytes.
    pub(super) fn inflating(packed: R, length: usize, expected: Expected, limits: &Limits) -> Self {
        let by_ratio = (length as u64).saturating_mul(limits.ratio).max(Limits::RATIO_FREE);
        Checked { by_ratio, limits: *limits, ..Checked::copying(DeflateDecoder::new(packed), expected) }
    }
}

impl<R: Read> Checked<R> {
    pub(super) fn copying(stored: R, expected: Expected) -> Self {
        let limits = Limits { entry_bytes: u64::MAX, ..Limits::default() };
        Checked { inner: stored, expected, by_ratio: u64::MAX, limits, seen: 0, crc: Crc::new() }
    }

    fn is_as_expected(&self) -> bool {
        self.seen == self.expected.bytes && self.expected.crc.is_none_or(|crc| self.crc.sum() == crc)
    }
}

impl<R: Read> Read for Checked<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let length = self.inner.read(buffer)?;
        if length == 0 && !buffer.is_empty() {
            return match self.is_as_expected() {
                true => Ok(0),
                false => Err(damaged("its size or checksum does not match the archive's directory")),
            };
        }
        self.seen += length as u64;
        // Before the limits: what lies is not to be inflated any further, and nothing of it is trusted.
        if self.seen > self.expected.bytes {
            return Err(damaged(TOO_LARGE));
        }
        let what = "it inflates to more";
        if self.seen > self.by_ratio {
            return Err(LimitReached::new(Limit::Ratio, self.limits.ratio, what).into());
        }
        if self.seen > self.limits.entry_bytes {
            return Err(LimitReached::new(Limit::EntryBytes, self.limits.entry_bytes, what).into());
        }
        if self.expected.crc.is_some() {
            self.crc.update(&buffer[..length]);
        }
        Ok(length)
    }
}

/// A deflated entry as it comes, for a look that ends before anything is to be checked.
pub(super) fn unchecked(packed: impl Read) -> impl Read {
    DeflateDecoder::new(packed)
}

/// The first bytes of a deflated entry, as many as fit into `out` or as there are.
pub(super) fn first(packed: &[u8], out: &mut [u8]) -> usize {
    let mut decoder = DeflateDecoder::new(packed);
    let mut filled = 0;
    while filled < out.len() {
        match decoder.read(&mut out[filled..]) {
            Ok(0) | Err(_) => break,
            Ok(length) => filled += length,
        }
    }
    filled
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_larger_than_was_said_is_not_inflated_to_its_end() {
        let expected = Expected { bytes: 1000, crc: None };
        // Beyond every limit as well: what lies is told as that.
        let mut checked = Checked { by_ratio: 1000, ..Checked::copying(io::repeat(b' '), expected) };
        let mut all = Vec::new();
        let error = checked.read_to_end(&mut all).unwrap_err();
        assert_eq!((error.kind(), error.to_string().as_str()), (io::ErrorKind::InvalidData, TOO_LARGE));
        let mut exact = Checked::copying(io::repeat(b' ').take(1000), expected);
        assert_eq!(exact.read_to_end(&mut Vec::new()).unwrap(), 1000);
    }
}
