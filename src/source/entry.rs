//! One file that can be read, on any thread.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use super::archive::{Archive, PACKED_PEEK, Packed};
use super::inflate::{self, Checked, Expected};
use super::root::Root;
use super::scratch::{FIRST_READ, Filling, Scratch};
use super::{Limits, Place, SourceError, plain};
use crate::model::{Body, Origin};

/// Bytes that are looked at before a large file is read or inflated whole.
pub(super) const PEEK: usize = 4096;

/// Below this size nothing is looked at first: reading all costs as much.
pub(super) const WORTH_A_PEEK: u64 = 64 * 1024;

/// A file, an archive's entry, or a stream.
#[derive(Debug)]
pub struct Entry {
    /// Where it is.
    pub origin: Origin,
    /// What it belongs to.
    pub place: Place,
    pub(super) handle: Handle,
}

pub(super) enum Handle {
    /// A file on disk, with the folder that references from it may not leave.
    File { at: At, root: Arc<Root> },
    /// An entry of an archive.
    Archived { archive: Arc<Archive>, number: usize },
    /// A stream, which can be read once.
    Stream(Mutex<Option<Box<dyn Read + Send>>>),
}

/// Where a file lies on disk.
#[derive(Debug)]
pub(super) enum At {
    /// Below its root, by the name that its origin has. Nothing is kept for it: most files lie so, and whoever reads one has
    /// another memory at hand than the walk.
    Origin,
    /// Elsewhere, or by a name that is no text.
    Path(PathBuf),
}

impl std::fmt::Debug for Handle {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Handle::File { at, .. } => f.debug_tuple("File").field(at).finish(),
            Handle::Archived { number, .. } => f.debug_tuple("Archived").field(number).finish(),
            Handle::Stream(_) => f.write_str("Stream"),
        }
    }
}

/// Whether bytes that are lent may yet turn out to be damaged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Doubt {
    /// What has come is what there is, whatever follows.
    None,
    /// The end of a stream may tell: by a checksum, by the length that an archive states, or by whatever the stream of a
    /// caller is made of.
    UntilTheEnd,
}

/// What a loan came to.
#[derive(Debug)]
pub struct Lent<T> {
    /// What the reader made of the bytes.
    pub value: T,
    /// Size of the file, unpacked; of a stream, the bytes that the reader took.
    pub bytes: u64,
}

impl Entry {
    /// Whether it is a file on disk by itself.
    pub fn is_file(&self) -> bool {
        matches!(self.handle, Handle::File { .. })
    }

    /// The path of this file, which is put together in `buffer` where it has to be.
    pub(super) fn locate<'p>(&self, at: &'p At, root: &Root, buffer: &'p mut PathBuf) -> &'p Path {
        match at {
            At::Path(path) => path,
            At::Origin => {
                buffer.clear();
                buffer.push(root.path());
                buffer.push(self.origin.as_str());
                buffer
            }
        }
    }

    /// Lends the bytes to `read`: whole up to [`Limits::in_memory`], as a stream above. Of a large file only the first
    /// bytes are lent when `wanted` says so after a look at them. A file that is packed by itself is lent unpacked.
    ///
    /// A stream ends in an error when the entry turns out to be damaged or over a limit; what `read` made of it until
    /// then is its own to judge. Beside the body it is told whether that may come.
    ///
    /// # Errors
    /// When the bytes cannot be read or are not what the archive says, before `read` has seen any of them.
    pub fn with_body<T>(
        &self,
        scratch: &mut Scratch,
        limits: &Limits,
        wanted: &dyn Fn(&[u8]) -> bool,
        read: impl FnOnce(Body<'_>, Doubt) -> T,
    ) -> Result<Lent<T>, SourceError> {
        let mut packed = None;
        let doubt = match self.handle {
            Handle::File { .. } => Doubt::None,
            Handle::Archived { .. } | Handle::Stream(_) => Doubt::UntilTheEnd,
        };
        let terms = Terms { limits, wanted };
        let read = |body: Body<'_>, spare: &mut Vec<u8>| plain::lend((body, doubt), spare, terms, &mut packed, read);
        let lent = self.with_raw_body(scratch, terms, read);
        lent.map(|lent| Lent { bytes: packed.unwrap_or(lent.bytes), ..lent })
    }

    /// Reads the bytes as they lie there, packed when they are packed, and lets go of them: what reading alone costs.
    /// Gives their number.
    ///
    /// # Errors
    /// When they cannot be read. A stream is refused: it can be read once only.
    pub fn read_through(&self, scratch: &mut Scratch, limits: &Limits) -> Result<u64, SourceError> {
        match &self.handle {
            Handle::File { at, root } => {
                let Scratch { path, came, .. } = scratch;
                let path = self.locate(at, root, path);
                let mut file = File::open(path).map_err(SourceError::io(path))?;
                read_through(&mut file, came, limits).map_err(SourceError::io(path))
            }
            Handle::Archived { archive, number } => {
                let (Packed::Stored(mut part) | Packed::Deflated(mut part)) =
                    archive.packed(*number).map_err(SourceError::Entry)?;
                read_through(&mut part, &mut scratch.came, limits).map_err(SourceError::entry)
            }
            Handle::Stream(_) => Err(SourceError::Entry("a stream can be read once only".to_owned())),
        }
    }

    /// As [`Entry::with_body`], packed or not. Beside the bytes that buffer is lent which is not in use for them.
    fn with_raw_body<T>(
        &self,
        scratch: &mut Scratch,
        terms: Terms<'_>,
        read: impl FnOnce(Body<'_>, &mut Vec<u8>) -> T,
    ) -> Result<Lent<T>, SourceError> {
        match &self.handle {
            Handle::File { at, root } => {
                let Scratch { path, came, made, .. } = scratch;
                let path = self.locate(at, root, path);
                let mut file = File::open(path).map_err(SourceError::io(path))?;
                lend_stream(&mut file, came, terms, |body| read(body, made)).map_err(SourceError::io(path))
            }
            Handle::Stream(stream) => {
                let stream = stream.lock().unwrap_or_else(PoisonError::into_inner).take();
                let mut stream = stream.ok_or_else(|| SourceError::Entry("it has been read already".to_owned()))?;
                let Scratch { came, made, .. } = scratch;
                lend_stream(&mut stream, came, terms, |body| read(body, made))
                    .map_err(SourceError::io(self.origin.as_str().as_ref()))
            }
            Handle::Archived { archive, number } => lend_archived(archive, *number, scratch, terms, read),
        }
    }
}

/// On which bytes are lent: the limits, and who tells after a look at the first of a large file whether more are wanted.
#[derive(Clone, Copy)]
pub(super) struct Terms<'t> {
    pub(super) limits: &'t Limits,
    pub(super) wanted: &'t dyn Fn(&[u8]) -> bool,
}

/// Reads to the end, a buffer at a time.
fn read_through(stream: &mut dyn Read, buffer: &mut Vec<u8>, limits: &Limits) -> io::Result<u64> {
    let mut read = 0;
    loop {
        let mut filling = Filling::new(buffer);
        filling.up_to(limits.in_memory_or(FIRST_READ), stream)?;
        match filling.bytes().len() {
            0 => return Ok(read),
            length => read += length as u64,
        }
    }
}

/// Lends what a reader gives: whole when it is short. The length is never asked for beforehand: one more call of `read`
/// tells the end as well, and a file may grow.
fn lend_stream<T>(
    stream: &mut dyn Read,
    buffer: &mut Vec<u8>,
    Terms { limits, wanted }: Terms<'_>,
    read: impl FnOnce(Body<'_>) -> T,
) -> io::Result<Lent<T>> {
    let mut filling = Filling::new(buffer);
    filling.up_to(FIRST_READ, stream)?;
    let is_whole = filling.bytes().len() < FIRST_READ;
    if !is_whole && !wanted(&filling.bytes()[..PEEK]) {
        return Ok(Lent { value: read(Body::Bytes(&filling.bytes()[..PEEK])), bytes: FIRST_READ as u64 });
    }
    let most = limits.in_memory_or(FIRST_READ);
    if !is_whole {
        filling.up_to(most, stream)?;
    }
    let filled = filling.bytes();
    if filled.len() < most {
        return Ok(Lent { value: read(Body::Bytes(filled)), bytes: filled.len() as u64 });
    }
    let mut whole = Counted { inner: filled.chain(stream), seen: 0 };
    let value = read(Body::Stream(&mut whole));
    Ok(Lent { value, bytes: whole.seen })
}

pub(super) struct Counted<R> {
    pub(super) inner: R,
    pub(super) seen: u64,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let length = self.inner.read(buffer)?;
        self.seen += length as u64;
        Ok(length)
    }
}

fn lend_archived<T>(
    archive: &Archive,
    number: usize,
    scratch: &mut Scratch,
    Terms { limits, wanted }: Terms<'_>,
    read: impl FnOnce(Body<'_>, &mut Vec<u8>) -> T,
) -> Result<Lent<T>, SourceError> {
    let expected = archive.entries()[number].expected;
    let entry_error = SourceError::entry;
    let Scratch { came, made, decompressor, .. } = scratch;
    let value = match archive.packed(number).map_err(SourceError::Entry)? {
        Packed::Stored(part) => {
            if expected.bytes > WORTH_A_PEEK {
                let peek = part.first(PEEK, came).map_err(entry_error)?;
                if !wanted(peek) {
                    return Ok(Lent { value: read(Body::Bytes(peek), made), bytes: expected.bytes });
                }
            }
            if expected.bytes <= limits.in_memory {
                let bytes = part.whole(came).map_err(entry_error)?;
                inflate::check_crc(bytes, expected).map_err(entry_error)?;
                read(Body::Bytes(bytes), made)
            } else {
                read(Body::Stream(&mut Checked::copying(part, expected)), made)
            }
        }
        Packed::Deflated(part) => {
            let mut peek = [0; PEEK];
            let length = part.len();
            if expected.bytes > limits.in_memory || (expected.bytes > WORTH_A_PEEK && hardly_shrank(length, expected)) {
                let first = part.first(PACKED_PEEK, came).map_err(entry_error)?;
                let length = inflate::first(first, &mut peek);
                if !wanted(&peek[..length]) {
                    return Ok(Lent { value: read(Body::Bytes(&peek[..length]), made), bytes: expected.bytes });
                }
            }
            // What is packed into more than it is said to become is a lie, and not worth a buffer.
            if expected.bytes.max(length as u64) <= limits.in_memory {
                let packed = part.whole(came).map_err(entry_error)?;
                let bytes = inflate::whole(packed, expected, decompressor, made).map_err(entry_error)?;
                // The packed bytes are done with, so that their buffer is free for what is packed once more.
                read(Body::Bytes(bytes), came)
            } else {
                read(Body::Stream(&mut Checked::inflating(part, length, expected, limits)), made)
            }
        }
    };
    Ok(Lent { value, bytes: expected.bytes })
}

/// Whether deflating saved less than half: so do pictures and films, which are worth a look before all is inflated.
/// Reports shrink to a fifth or a tenth, and a look costs as much as inflating a good part of one.
fn hardly_shrank(packed: usize, expected: Expected) -> bool {
    packed as u64 > expected.bytes / 2
}
