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

    /// Has all these pieces pass; they are still to be [written](Hashing::write_passed). That comes first since it
    /// reads them into the processor's caches without waiting for them, which a mere copy would have to.
    pub(super) fn pass_pieces(&mut self, pieces: &[IoSlice<'_>]) {
        pieces.iter().for_each(|piece| self.pass(piece));
    }

    fn pass(&mut self, bytes: &[u8]) {
        self.hash.update(bytes);
        self.bytes += bytes.len() as u64;
    }
}

/// Bytes of each of two that are hashed in turn.
const TURN: usize = 128;

/// Has pieces of two pass at once, each its own.
///
/// A hash is one chain, of which each step waits for the last one, and half of what a processor could do meanwhile is
/// left. Two chains of which it sees enough steps at a time it works at side by side: these take 1.5 times as long as
/// one alone. Turns end with blocks of the hash, so that nothing is copied.
pub(super) fn pass_both<T>(
    (one, pieces): (&mut Hashing<T>, &[IoSlice<'_>]),
    (other, others): (&mut Hashing<T>, &[IoSlice<'_>]),
) {
    let (mut turns, mut others) = (Turns::of(one, pieces), Turns::of(other, others));
    for bytes in &mut turns {
        one.pass(bytes);
        let Some(bytes) = others.next() else { break };
        other.pass(bytes);
    }
    turns.left().for_each(|bytes| one.pass(bytes));
    others.left().for_each(|bytes| other.pass(bytes));
}

/// Pieces that pass a turn at a time.
struct Turns<'p> {
    passed: u64,
    at_hand: &'p [u8],
    pieces: std::slice::Iter<'p, IoSlice<'p>>,
}

impl<'p> Turns<'p> {
    fn of<T>(hashing: &Hashing<T>, pieces: &'p [IoSlice<'p>]) -> Turns<'p> {
        Turns { passed: hashing.bytes, at_hand: &[], pieces: pieces.iter() }
    }

    /// What has not had its turn.
    fn left(self) -> impl Iterator<Item = &'p [u8]> {
        std::iter::once(self.at_hand).chain(self.pieces.map(|piece| &**piece))
    }
}

impl<'p> Iterator for Turns<'p> {
    type Item = &'p [u8];

    fn next(&mut self) -> Option<&'p [u8]> {
        while self.at_hand.is_empty() {
            self.at_hand = self.pieces.next()?;
        }
        let length = (TURN - self.passed as usize % TURN).min(self.at_hand.len());
        let (turn, rest) = self.at_hand.split_at(length);
        self.passed += length as u64;
        self.at_hand = rest;
        Some(turn)
    }
}

impl<W: Write> Hashing<W> {
    /// Writes all these pieces, which have passed, as many at a time as is taken.
    ///
    /// # Errors
    /// What the inner writer answers.
    pub(super) fn write_passed(&mut self, mut pieces: &mut [IoSlice<'_>]) -> io::Result<()> {
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
        let mut pieces = [&b""[..], b"a", b"", b"bc", b""].map(IoSlice::new);
        in_pieces.pass_pieces(&pieces);
        in_pieces.write_passed(&mut pieces).unwrap();
        let (TwoAtOnce(written), sum) = in_pieces.finish();
        assert_eq!((written.as_slice(), sum.sha256.as_str()), (&b"abc"[..], abc));
        let mut room = [0; 2];
        let error = Hashing::new(&mut room[..]).write_passed(&mut [IoSlice::new(b"abc")]).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::WriteZero, "as much as there is room for");
        let mut reading = Hashing::new(&b"abc"[..]);
        io::copy(&mut reading, &mut io::sink()).unwrap();
        assert_eq!(reading.finish().1.sha256, abc);
    }

    /// Begins inside a turn or a block, or at its end.
    fn begun(bytes: &[u8]) -> Hashing<()> {
        let mut hashing = Hashing::new(());
        hashing.pass(bytes);
        hashing
    }

    #[test]
    fn two_pass_at_once_as_each_would_alone() {
        let bytes: Vec<u8> = (0..6000_u32).map(|n| ((n * n) >> 3) as u8).collect();
        // Pieces of nothing, of less than a block, and of many turns.
        let lengths: [&[usize]; 6] = [&[], &[0, 0], &[1], &[63, 1, 64, 128], &[130, 0, 700], &[4000, 3, 900]];
        let (beginnings, count) = ([0, 1, 64, 200], lengths.len());
        for number in 0..beginnings.len() * count * count {
            let (before, one) = (beginnings[number / count / count], lengths[number / count % count]);
            let other = lengths[number % count];
            let cut = |lengths: &[usize]| {
                let mut left = &bytes[before..];
                let pieces = lengths.iter().map(|length| left.split_off(..*length).unwrap());
                pieces.map(IoSlice::new).collect::<Vec<_>>()
            };
            let (mut first, mut second) = (begun(&bytes[..before]), begun(&bytes[..77]));
            pass_both((&mut first, &cut(one)), (&mut second, &cut(other)));
            let alone = |before: usize, lengths: &[usize]| {
                let mut hashing = begun(&bytes[..before]);
                hashing.pass_pieces(&cut(lengths));
                hashing.finish().1
            };
            assert_eq!(first.finish().1, alone(before, one), "{before} bytes and {one:?} beside {other:?}");
            assert_eq!(second.finish().1, alone(77, other), "{other:?} beside {one:?}");
        }
    }
}
