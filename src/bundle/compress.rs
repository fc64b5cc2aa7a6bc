//! Bundles that lie compressed in the output folder: the same bytes for the same body, on every machine.

use std::fmt;
use std::io::{self, BufReader, IoSlice, Read, Write};

use flate2::GzBuilder;
use flate2::read::MultiGzDecoder;
use flate2::write::GzEncoder;

/// Bytes that are handed to a compressor at once. A fixed number, so that what comes out depends on the body alone and
/// not on the pieces in which it came.
const BLOCK: usize = 128 << 10;
/// As `gzip` does by default.
const GZIP_LEVEL: u32 = 6;
/// As `zstd` does by default.
const ZSTD_LEVEL: i32 = 3;

/// How bundles lie in the output folder.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Compression {
    /// As they are sent.
    #[default]
    None,
    /// With gzip (RFC 1952), without a name and a time in the header.
    Gzip,
    /// With Zstandard (RFC 8878), with a checksum.
    Zstd,
}

impl Compression {
    /// What is appended to a file's name.
    pub const fn suffix(self) -> &'static str {
        match self {
            Compression::None => "",
            Compression::Gzip => ".gz",
            Compression::Zstd => ".zst",
        }
    }

    /// The compression that a file's name tells of.
    pub fn of_file(name: &str) -> Compression {
        let tells = |compression: &Compression| name.ends_with(compression.suffix());
        [Compression::Gzip, Compression::Zstd].into_iter().find(tells).unwrap_or_default()
    }

    /// Reads what a file holds.
    ///
    /// # Errors
    /// When no decoder can be made.
    pub(super) fn decoder<'r>(self, file: impl Read + 'r) -> io::Result<Box<dyn Read + 'r>> {
        Ok(match self {
            Compression::None => Box::new(file),
            Compression::Gzip => Box::new(MultiGzDecoder::new(BufReader::with_capacity(BLOCK, file))),
            Compression::Zstd => Box::new(zstd::stream::read::Decoder::new(file)?),
        })
    }
}

/// Writes a body into `sink`, compressed or as it is.
pub(super) struct Encoder<W: Write> {
    encoding: Encoding<W>,
    block: Vec<u8>,
}

enum Encoding<W: Write> {
    Plain(W),
    Gzip(Box<GzEncoder<W>>),
    Zstd(Box<zstd::stream::write::Encoder<'static, W>>),
}

impl<W: Write> Encoder<W> {
    /// Begins a body.
    ///
    /// # Errors
    /// When no encoder can be made.
    pub(super) fn new(compression: Compression, sink: W) -> io::Result<Encoder<W>> {
        let encoding = match compression {
            Compression::None => Encoding::Plain(sink),
            // The header says neither when nor on which system it was written.
            Compression::Gzip => {
                let header = GzBuilder::new().mtime(0).operating_system(255);
                Encoding::Gzip(Box::new(header.write(sink, flate2::Compression::new(GZIP_LEVEL))))
            }
            Compression::Zstd => {
                let mut encoder = zstd::stream::write::Encoder::new(sink, ZSTD_LEVEL)?;
                encoder.include_checksum(true)?;
                Encoding::Zstd(Box::new(encoder))
            }
        };
        Ok(Encoder { encoding, block: Vec::new() })
    }

    /// Ends the body and gives the sink back.
    ///
    /// # Errors
    /// What the sink answers.
    pub(super) fn finish(mut self) -> io::Result<W> {
        let rest = std::mem::take(&mut self.block);
        self.encoding.write_all(&rest)?;
        match self.encoding {
            Encoding::Plain(sink) => Ok(sink),
            Encoding::Gzip(encoder) => encoder.finish(),
            Encoding::Zstd(encoder) => encoder.finish(),
        }
    }
}

impl<W: Write> Encoding<W> {
    fn write_all(&mut self, bytes: &[u8]) -> io::Result<()> {
        match self {
            Encoding::Plain(sink) => sink.write_all(bytes),
            Encoding::Gzip(encoder) => encoder.write_all(bytes),
            Encoding::Zstd(encoder) => encoder.write_all(bytes),
        }
    }
}

impl<W: Write> Write for Encoder<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if let Encoding::Plain(sink) = &mut self.encoding {
            return sink.write(bytes);
        }
        let taken = bytes.len().min(BLOCK - self.block.len());
        self.block.extend_from_slice(bytes.get(..taken).unwrap_or_default());
        if self.block.len() == BLOCK {
            self.encoding.write_all(&self.block)?;
            self.block.clear();
        }
        Ok(taken)
    }

    fn write_vectored(&mut self, pieces: &[IoSlice<'_>]) -> io::Result<usize> {
        match &mut self.encoding {
            Encoding::Plain(sink) => sink.write_vectored(pieces),
            _ => self.write(pieces.iter().find(|piece| !piece.is_empty()).map_or(&[], |piece| piece)),
        }
    }

    /// A body is whole only when it is finished; nothing is forced out before.
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<W: Write> fmt::Debug for Encoder<W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Encoder").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: [Compression; 3] = [Compression::None, Compression::Gzip, Compression::Zstd];

    /// A body like a bundle's: much that repeats, and some that does not.
    fn body() -> Vec<u8> {
        (0..40_000_u32)
            .flat_map(|n| format!("{{\"testKey\":\"DEMO-{}\"}},\n", n.wrapping_mul(2_654_435_761)).into_bytes())
            .collect()
    }

    fn compressed(compression: Compression, body: &[u8], piece: usize) -> Vec<u8> {
        let mut encoder = Encoder::new(compression, Vec::new()).unwrap();
        body.chunks(piece).for_each(|piece| encoder.write_all(piece).unwrap());
        encoder.finish().unwrap()
    }

    #[test]
    fn what_goes_in_comes_out() {
        for compression in ALL {
            for body in [body(), Vec::new(), vec![b'x'; BLOCK]] {
                let file = compressed(compression, &body, 1000);
                let mut read = Vec::new();
                compression.decoder(file.as_slice()).unwrap().read_to_end(&mut read).unwrap();
                assert!(read == body, "{compression:?}");
            }
        }
    }

    #[test]
    fn the_pieces_in_which_a_body_comes_make_no_difference() {
        let body = body();
        for compression in ALL {
            let expected = compressed(compression, &body, usize::MAX >> 1);
            for piece in [1, 777, BLOCK - 1, BLOCK + 1] {
                assert!(compressed(compression, &body, piece) == expected, "{compression:?} in pieces of {piece}");
            }
            let mut encoder = Encoder::new(compression, Vec::new()).unwrap();
            let mut pieces: Vec<_> =
                body.chunks(10_000).flat_map(|piece| [IoSlice::new(piece), IoSlice::new(b"")]).collect();
            let mut pieces = pieces.as_mut_slice();
            while !pieces.is_empty() {
                let written = encoder.write_vectored(pieces).unwrap();
                IoSlice::advance_slices(&mut pieces, written);
            }
            assert!(encoder.finish().unwrap() == expected, "{compression:?}, many pieces at once");
        }
    }

    #[test]
    fn a_gzip_header_tells_neither_time_nor_system() {
        assert_eq!(compressed(Compression::Gzip, b"x", 1)[..10], [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255]);
    }

    #[test]
    fn compressed_is_smaller() {
        let body = body();
        for compression in [Compression::Gzip, Compression::Zstd] {
            assert!(compressed(compression, &body, 4096).len() * 2 < body.len(), "{compression:?}");
        }
    }

    #[test]
    fn a_file_that_was_cut_is_an_error() {
        for compression in [Compression::Gzip, Compression::Zstd] {
            let file = compressed(compression, &body(), 4096);
            let cut = &file[..file.len() - 20];
            assert!(io::copy(&mut compression.decoder(cut).unwrap(), &mut io::sink()).is_err(), "{compression:?}");
        }
    }
}
