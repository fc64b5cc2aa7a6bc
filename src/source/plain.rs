//! Bodies without the packing around them.

use std::io::{self, Cursor, Read};

use super::entry::{Counted, Doubt, PEEK, Terms};
use super::scratch::{FIRST_READ, Filling};
use super::unpack::{self, Most, Packing};
use crate::model::Body;

/// Lends `body` to `read`: as it is when it is not packed, else unpacked, whole up to [`Limits::in_memory`](super::Limits::in_memory) and as a
/// stream above. `packed` then takes its unpacked size.
///
/// A packed file that breaks off is lent as a stream that ends in the error: what is complete in it is worth reading.
pub(super) fn lend<T>(
    (body, doubt): (Body<'_>, Doubt),
    buffer: &mut Vec<u8>,
    terms: Terms<'_>,
    packed: &mut Option<u64>,
    read: impl FnOnce(Body<'_>, Doubt) -> T,
) -> T {
    let mut stream;
    let whole: Box<dyn Read + '_> = match body {
        Body::Bytes(bytes) if Packing::of(bytes).is_none() => return read(Body::Bytes(bytes), doubt),
        Body::Bytes(bytes) => Box::new(bytes),
        Body::Stream(rest) => {
            let mut first = Vec::with_capacity(Packing::LOOK);
            let failed = (&mut *rest).take(Packing::LOOK as u64).read_to_end(&mut first).err();
            let is_packed = Packing::of(&first).is_some();
            stream = Cursor::new(first).chain(Resumed { failed, rest });
            if !is_packed {
                return read(Body::Stream(&mut stream), doubt);
            }
            Box::new(stream)
        }
    };
    let read = |body: Body<'_>| read(body, Doubt::UntilTheEnd);
    let (value, bytes) = lend_unpacked(whole, buffer, terms, read);
    *packed = Some(bytes);
    value
}

fn lend_unpacked<T>(
    whole: Box<dyn Read + '_>,
    buffer: &mut Vec<u8>,
    Terms { limits, wanted }: Terms<'_>,
    read: impl FnOnce(Body<'_>) -> T,
) -> (T, u64) {
    let (mut plain, mut failed): (Box<dyn Read + '_>, _) = match unpack::unpacked(whole, Most::entry(limits), limits) {
        Ok(plain) => (plain, None),
        Err(error) => (Box::new(io::empty()), Some(error)),
    };
    let mut filling = Filling::new(buffer);
    for room in [FIRST_READ, limits.in_memory_or(0)] {
        if failed.is_none() {
            failed = filling.by_pieces(room, &mut plain).err();
        }
        let bytes = filling.bytes();
        if failed.is_none() && bytes.len() < room {
            return (read(Body::Bytes(bytes)), bytes.len() as u64);
        }
        if failed.is_none() && room == FIRST_READ && !wanted(&bytes[..PEEK]) {
            return (read(Body::Bytes(&bytes[..PEEK])), bytes.len() as u64);
        }
    }
    let mut stream = Counted { inner: filling.bytes().chain(Resumed { failed, rest: &mut plain }), seen: 0 };
    let value = read(Body::Stream(&mut stream));
    (value, stream.seen)
}

/// A stream that has perhaps failed already, while its beginning was looked at: the failure comes first.
pub(crate) struct Resumed<R> {
    /// It, until it has come.
    pub(crate) failed: Option<io::Error>,
    pub(crate) rest: R,
}

impl<R: Read> Read for Resumed<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self.failed.take() {
            Some(error) => Err(error),
            None => self.rest.read(buffer),
        }
    }
}
