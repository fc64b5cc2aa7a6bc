//! Files that are packed one by one: gzip and zstd, known by their first bytes. The one door to the `zstd` crate.

use std::cell::Cell;
use std::io::{self, BufRead, BufReader, Cursor, Read};
use std::rc::Rc;

use flate2::bufread::GzDecoder;

use super::archive::Kind;
use super::{Budget, Limits};
use crate::model::{Limit, LimitReached};

/// How a file is packed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Packing {
    Gzip,
    Zstd,
}

impl Packing {
    /// Bytes that [`Packing::of`] wants to see.
    pub(super) const LOOK: usize = 4;

    /// How the file that begins with these bytes is packed, if it is.
    #[inline]
    pub(super) fn of(first: &[u8]) -> Option<Packing> {
        match first {
            [0x1F, 0x8B, 8, ..] => Some(Packing::Gzip),
            [0x28, 0xB5, 0x2F, 0xFD, ..] => Some(Packing::Zstd),
            // A frame to be skipped, in which writers leave words of their own.
            [0x50..=0x5F, 0x2A, 0x4D, 0x18, ..] => Some(Packing::Zstd),
            _ => None,
        }
    }
}

/// What a file is, seen through its packing.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Seen {
    /// The archive that it is, if any.
    pub(super) archive: Option<Kind>,
    /// Whether it is packed as a whole.
    pub(super) packed: bool,
}

/// Looks at the beginning of a file. What cannot be unpacked is no archive.
pub(super) fn look(file: &mut dyn Read, limits: &Limits) -> Seen {
    let mut first = Vec::with_capacity(Kind::LOOK);
    let _ = file.take(Kind::LOOK as u64).read_to_end(&mut first);
    if Packing::of(&first).is_none() {
        return Seen { archive: Kind::of(&first), packed: false };
    }
    let mut plain = Vec::with_capacity(Kind::LOOK);
    if let Ok(unpacked) = unpacked(Box::new(first.as_slice().chain(file)), Most::entry(limits), limits) {
        let _ = unpacked.take(Kind::LOOK as u64).read_to_end(&mut plain);
    }
    Seen { archive: Kind::of(&plain), packed: true }
}

/// How much may come out of a packed stream.
#[derive(Debug, Clone, Copy)]
pub(super) struct Most {
    bytes: u64,
    limit: Limit,
    /// What it is set to, which is more than what is left of it.
    value: u64,
}

impl Most {
    /// One file.
    pub(super) fn entry(limits: &Limits) -> Most {
        Most { bytes: limits.entry_bytes, limit: Limit::EntryBytes, value: limits.entry_bytes }
    }

    /// A whole archive: what the outermost one may still hold.
    pub(super) fn archive(budget: &Budget<'_>) -> Most {
        Most { bytes: budget.left(), limit: Limit::ArchiveBytes, value: budget.limits().archive_bytes }
    }
}

/// What is inside all packings around a stream; bytes that are not packed pass as they are.
///
/// # Errors
/// When the beginning cannot be read, or one packing lies inside another more often than archives may.
pub(super) fn unpacked<'r>(packed: Box<dyn Read + 'r>, most: Most, limits: &Limits) -> io::Result<Box<dyn Read + 'r>> {
    let mut reader = packed;
    let mut layers = 0;
    loop {
        let mut first = Vec::with_capacity(Packing::LOOK);
        (&mut reader).take(Packing::LOOK as u64).read_to_end(&mut first)?;
        let packing = Packing::of(&first);
        let whole = Cursor::new(first).chain(reader);
        let Some(packing) = packing else { return Ok(Box::new(whole)) };
        layers += 1;
        if layers > limits.archive_depth {
            let what = "it is packed again and again";
            return Err(LimitReached::new(Limit::ArchiveDepth, limits.archive_depth.into(), what).into());
        }
        reader = Box::new(Unpacking::new(packing, Box::new(whole), most, limits)?);
    }
}

/// A packed stream as it is unpacked: size and ratio are watched, and once it has failed it fails for ever.
struct Unpacking<'r> {
    stream: Stream<Taken<'r>>,
    taken: Rc<Cell<u64>>,
    given: u64,
    most: Most,
    ratio: u64,
    window: u64,
}

enum Stream<R: Read> {
    /// A member of a gzip file, which may have several.
    Gzip(Box<GzDecoder<BufReader<R>>>),
    Zstd(zstd::stream::read::Decoder<'static, BufReader<R>>),
    /// Nothing comes any more.
    Over,
    /// Its end was no end.
    Failed(io::ErrorKind, &'static str),
}

impl<'r> Unpacking<'r> {
    fn new(packing: Packing, packed: Box<dyn Read + 'r>, most: Most, limits: &Limits) -> io::Result<Unpacking<'r>> {
        let taken = Rc::new(Cell::new(0));
        let packed = BufReader::new(Taken { inner: packed, count: Rc::clone(&taken) });
        let stream = match packing {
            Packing::Gzip => Stream::Gzip(Box::new(GzDecoder::new(packed))),
            Packing::Zstd => {
                let mut decoder = zstd::stream::read::Decoder::with_buffer(packed)?;
                decoder.window_log_max(limits.zstd_window.max(1).ilog2().clamp(10, 31))?;
                Stream::Zstd(decoder)
            }
        };
        Ok(Unpacking { stream, taken, given: 0, most, ratio: limits.ratio, window: limits.zstd_window })
    }

    fn check(&self) -> Result<(), LimitReached> {
        let what = "it inflates to more";
        if self.given > self.most.bytes {
            return Err(LimitReached::new(self.most.limit, self.most.value, what));
        }
        if self.given > Limits::RATIO_FREE && self.given > self.taken.get().saturating_mul(self.ratio) {
            return Err(LimitReached::new(Limit::Ratio, self.ratio, what));
        }
        Ok(())
    }

    fn failure(&mut self, error: io::Error) -> io::Error {
        const TOO_LARGE: &str = "it asks for more memory to be unpacked";
        if error.get_ref().is_some_and(|inner| inner.is::<LimitReached>()) {
            self.stream = Stream::Failed(error.kind(), "a limit was reached");
            return error;
        }
        if error.raw_os_error().is_some() {
            // The disk, or the machine: nothing of what came so far is in doubt for it.
            self.stream = Stream::Failed(error.kind(), "it cannot be read any further");
            return error;
        }
        let (kind, what) = match error.kind() {
            io::ErrorKind::UnexpectedEof => (error.kind(), "its packed data ends too early"),
            // The crate has no kind for it.
            _ if matches!(self.stream, Stream::Zstd(_)) && error.to_string().contains("too much memory") => {
                (io::ErrorKind::FileTooLarge, TOO_LARGE)
            }
            _ => (io::ErrorKind::InvalidData, "its packed data is damaged"),
        };
        self.stream = Stream::Failed(kind, what);
        if what == TOO_LARGE {
            return LimitReached::new(Limit::ZstdWindow, self.window, what).into();
        }
        io::Error::new(kind, what)
    }
}

impl Read for Unpacking<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            let result = match &mut self.stream {
                Stream::Gzip(decoder) => decoder.read(buffer),
                Stream::Zstd(decoder) => decoder.read(buffer),
                Stream::Over => return Ok(0),
                Stream::Failed(kind, what) => return Err(io::Error::new(*kind, *what)),
            };
            let given = match result {
                Ok(0) if !buffer.is_empty() => self.next_member().map(|()| None),
                result => result.map(Some),
            };
            match given {
                Ok(None) => {}
                Ok(Some(length)) => {
                    self.given += length as u64;
                    self.check()?;
                    return Ok(length);
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(self.failure(error)),
            }
        }
    }
}

impl Unpacking<'_> {
    /// Goes on behind a member of a gzip file. What follows and is no member is padding or garbage, as for gzip itself.
    fn next_member(&mut self) -> io::Result<()> {
        // Looked at first: where that fails, nobody may take what came for all there is.
        let goes_on = match &mut self.stream {
            Stream::Gzip(decoder) => decoder.get_mut().fill_buf()?.first() == Some(&0x1F),
            _ => false,
        };
        self.stream = match std::mem::replace(&mut self.stream, Stream::Over) {
            Stream::Gzip(decoder) if goes_on => Stream::Gzip(Box::new(GzDecoder::new(decoder.into_inner()))),
            _ => Stream::Over,
        };
        Ok(())
    }
}

/// Counts what a decoder takes.
struct Taken<'r> {
    inner: Box<dyn Read + 'r>,
    count: Rc<Cell<u64>>,
}

impl Read for Taken<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let length = self.inner.read(buffer)?;
        self.count.set(self.count.get() + length as u64);
        Ok(length)
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    /// Fails in the given way, once.
    struct Once(Option<io::Error>);

    impl Read for Once {
        fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
            self.0.take().map_or(Ok(0), Err)
        }
    }

    /// What comes of two parts of a packed file, between which the disk fails once, and of a further read.
    fn read(one: &[u8], error: io::Error, other: &[u8]) -> (String, io::Result<usize>, io::Result<usize>) {
        let limits = Limits::default();
        let packed = one.chain(Once(Some(error))).chain(other);
        let packing = Packing::of(one).unwrap();
        let mut unpacked = Unpacking::new(packing, Box::new(packed), Most::entry(&limits), &limits).unwrap();
        let mut text = String::new();
        let read = unpacked.read_to_string(&mut text);
        (text, read, unpacked.read(&mut [0]))
    }

    #[test]
    fn an_error_between_two_members_is_no_end() {
        let (one, other) = (gzip(b"one"), gzip(b"other"));
        let (_, first, again) = read(&one, io::ErrorKind::TimedOut.into(), &other);
        assert!(first.is_err() && again.is_err(), "{first:?} {again:?}");
        let (text, read, _) = read(&one, io::ErrorKind::Interrupted.into(), &other);
        assert_eq!((read.unwrap(), text.as_str()), (8, "oneother"));
    }

    #[cfg(unix)]
    #[test]
    fn what_the_disk_says_is_no_damage() {
        let (gzip, zstd) = (gzip(b"text"), zstd::encode_all(b"text".as_slice(), 1).unwrap());
        for packed in [gzip, zstd] {
            for errno in [rustix::io::Errno::IO, rustix::io::Errno::NOMEM] {
                let kind = io::Error::from(errno).kind();
                let (one, other) = packed.split_at(packed.len() / 2);
                let (_, first, again) = read(one, errno.into(), other);
                assert_eq!(first.unwrap_err().raw_os_error(), Some(errno.raw_os_error()));
                assert_eq!(again.unwrap_err().kind(), kind);
            }
        }
    }
}
