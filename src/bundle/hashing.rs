//! Bytes that are hashed and counted while they pass.

use std::io::{self, IoSlice, Read, Write};

use sha2::{Digest, Sha256};

use crate::model::hex_pair;

/// Hashes and counts what is read from, or written to, something.
#[derive(Debug)]
pub(super) struct Hashing<T> {
    inner: T,
    hash: Sha256,
    bytes: u64,
}

/// Length and hash of bytes, as the manifest tells them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Sum {
    pub(super) bytes: u64,
    /// SHA-256 in lower-case hexadecimal digits.
    pub(super) sha256: String,
}

impl<T> Hashing<T> {
    pub(super) fn new(inner: T) -> Hashing<T> {
        Hashing { inner, hash: Sha256::new(), bytes: 0 }
    }

    /// What is wrapped.
    pub(super) fn get_ref(&self) -> &T {
        &self.inner
    }

    /// What was wrapped, and the sum of what has passed.
    pub(super) fn finish(self) -> (T, Sum) {
        (self.inner, Sum { bytes: self.bytes, sha256: hexadecimal(&self.hash.finalize()) })
    }

    fn pass(&mut self, bytes: &[u8]) {
        self.hash.update(bytes);
        self.bytes += bytes.len() as u64;
    }
}

impl<W: Write> Hashing<W> {
    /// Writes all these pieces, as many at a time as is taken. They are hashed first: that reads them into the processor's
    /// caches without waiting for them, which a mere copy would have to.
    ///
    /// # Errors
    /// What the inner writer answers; how much has passed is not known then.
    pub(super) fn write_pieces(&mut self, mut pieces: &mut [IoSlice<'_>]) -> io::Result<()> {
        pieces.iter().for_each(|piece| self.pass(piece));
        // Empty ones in front would look like a writer that takes no more.
        IoSlice::advance_slices(&mut pieces, 0);
        while !pieces.is_empty() {
            match self.inner.write_vectored(pieces) {
                Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
                Ok(written) => IoSlice::advance_slices(&mut pieces, written),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }
}

impl<W: Write> Write for Hashing<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.inner.write(bytes)?;
        self.pass(bytes.get(..written).unwrap_or_default());
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}

impl<R: Read> Read for Hashing<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        self.pass(buffer.get(..read).unwrap_or_default());
        Ok(read)
    }
}

/// The bytes of a hash as the manifest shows them.
fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().flat_map(|byte| hex_pair(*byte)).map(char::from).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Takes two bytes at most, as a system may.
    struct TwoAtOnce(Vec<u8>);

    impl Write for TwoAtOnce {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.write(&bytes[..bytes.len().min(2)])
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn the_hash_is_the_published_one_either_way() {
        // The hashes of nothing and of "abc", as published.
        let empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
        let abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(Hashing::new(io::sink()).finish().1, Sum { bytes: 0, sha256: empty.to_owned() });
        let mut writing = Hashing::new(Vec::new());
        writing.write_all(b"ab").unwrap();
        writing.write_all(b"c").unwrap();
        assert_eq!(writing.finish(), (b"abc".to_vec(), Sum { bytes: 3, sha256: abc.to_owned() }));
        let mut in_pieces = Hashing::new(TwoAtOnce(Vec::new()));
        in_pieces.write_pieces(&mut [&b""[..], b"a", b"", b"bc", b""].map(IoSlice::new)).unwrap();
        let (TwoAtOnce(written), sum) = in_pieces.finish();
        assert_eq!((written.as_slice(), sum.sha256.as_str()), (&b"abc"[..], abc));
        let mut room = [0; 2];
        let error = Hashing::new(&mut room[..]).write_pieces(&mut [IoSlice::new(b"abc")]).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::WriteZero, "as much as there is room for");
        let mut reading = Hashing::new(&b"abc"[..]);
        io::copy(&mut reading, &mut io::sink()).unwrap();
        assert_eq!(reading.finish().1.sha256, abc);
    }
}
