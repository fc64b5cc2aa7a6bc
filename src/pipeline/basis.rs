//! What an outcome was made of: everything that must be as it was for the same outcome to come out again.

use std::io::{self, Read};
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use xxhash_rust::xxh3::{Xxh3Default, xxh3_128};

use super::hexadecimal;
use crate::format;
use crate::model::Body;
use crate::source::{self, ArchiveFile, Attached, AttachmentError, Entry, Found, Limits};

/// What an outcome was made of.
#[derive(Debug)]
pub(super) enum Basis {
    /// What the walk said of the file.
    Listing,
    /// An archive.
    Archive(Arc<ArchiveFile>),
    /// The file itself, and the files that it refers to.
    File(FileBasis),
    /// Something that cannot be read a second time, or of which too much would have to be.
    Stream,
}

/// References of one report that are remembered, of a few hundred bytes each.
const MOST_REFERENCES: usize = 20_000;

/// A file on disk, as far as it was read.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct FileBasis {
    /// Its bytes; nothing when it could not be read.
    pub(super) extent: Option<ReadExtent>,
    /// What came of its references to other files.
    pub(super) references: Vec<Reference>,
    /// Of a picture: how long it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    length: Option<u64>,
    /// Whether it was read to its end although it is no report.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    is_whole: bool,
}

/// Bytes from the beginning of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct ReadExtent {
    bytes: u64,
    #[serde(with = "hexadecimal")]
    pub(super) hash: u128,
    /// Whether it was seen that there are no more.
    is_whole: bool,
    /// Whether reading on failed: what came before may be the beginning of other bytes as well.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(super) has_failed: bool,
}

/// A reference to a file, followed with a limit on its size.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Reference {
    text: String,
    limit: u64,
    answer: Answer,
}

#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
enum Answer {
    Content(ReadExtent),
    Refusal(String),
}

impl Basis {
    /// The basis of what comes of a file, before it is read.
    pub(super) fn of(found: &Found) -> Basis {
        let place = found.place();
        match (&place.archive_file, found) {
            (Some(file), _) => Basis::Archive(Arc::clone(file)),
            // An archive that came as a stream.
            (None, _) if place.archive.is_some() => Basis::Stream,
            (None, Found::Entry(entry)) if entry.is_file() => Basis::File(FileBasis::default()),
            (None, Found::Entry(_)) => Basis::Stream,
            (None, Found::Skipped { .. } | Found::Unreadable { .. }) => Basis::Listing,
        }
    }

    /// The file was read as far as this.
    pub(super) fn read(&mut self, extent: ReadExtent) {
        if let Basis::File(file) = self {
            file.extent = Some(extent);
        }
    }

    /// The file is converted once more, and refers to the same again.
    pub(super) fn begin_again(&mut self) {
        if let Basis::File(file) = self {
            file.references.clear();
        }
    }

    /// The basis of a part of what is read.
    pub(super) fn of_part(&self) -> Basis {
        match self {
            Basis::File(_) => Basis::File(FileBasis::default()),
            _ => Basis::Listing,
        }
    }

    /// Takes in what the next part refers to.
    pub(super) fn take_in(&mut self, part: Basis) {
        match part {
            Basis::File(part) => part.references.into_iter().for_each(|reference| self.refers(reference)),
            Basis::Stream => self.refers_to_too_much(),
            Basis::Listing | Basis::Archive(_) => {}
        }
    }

    /// It is a picture of this many bytes.
    pub(super) fn note_length(&mut self, bytes: u64) {
        if let Basis::File(file) = self {
            file.length = Some(bytes);
        }
    }

    /// The picture was read to its end.
    pub(super) fn note_whole(&mut self, extent: ReadExtent) {
        if let Basis::File(file) = self {
            (file.extent, file.is_whole) = (Some(extent), true);
        }
    }

    /// The picture could not be read; another time it may be.
    pub(super) fn note_unreadable(&mut self) {
        if let Basis::File(file) = self {
            file.extent = None;
        }
    }

    /// The file's reference `text` was followed, and `content` is what it led to.
    pub(super) fn followed(
        &mut self,
        text: &str,
        limit: u64,
        result: &Result<Attached, AttachmentError>,
        content: &[u8],
    ) {
        if let Basis::File(_) = self {
            self.refers(Reference { text: text.to_owned(), limit, answer: Answer::of(result, content) });
        }
    }

    fn refers(&mut self, reference: Reference) {
        let Basis::File(file) = self else { return };
        if file.references.len() < MOST_REFERENCES {
            file.references.push(reference);
        } else {
            self.refers_to_too_much();
        }
    }

    /// Nobody remembers all that it refers to, so that it is converted again when a conversion goes on.
    fn refers_to_too_much(&mut self) {
        if let Basis::File(_) = self {
            *self = Basis::Stream;
        }
    }
}

impl FileBasis {
    /// Reads the file again, as far as it was read before, and follows its references again.
    pub(super) fn is_as_before(&self, entry: &Entry, scratch: &mut source::Scratch, limits: &Limits) -> bool {
        let Some(extent) = &self.extent else { return false };
        let read = |body: Body<'_>, _| extent.begins(body);
        let is_wanted = |first: &[u8]| self.is_whole || format::head::could_be_report(first);
        let is_same = entry.with_body(scratch, limits, &is_wanted, read);
        let mut content = Vec::new();
        is_same.is_ok_and(|lent| lent.value)
            && self.length.is_none_or(|length| length == entry.length())
            && self.references.iter().all(|reference| {
                content.clear();
                let result = entry.attachment(&reference.text, &limits.with_most(reference.limit), &mut content);
                Answer::of(&result, &content) == reference.answer
            })
    }
}

impl Answer {
    fn of(result: &Result<Attached, AttachmentError>, content: &[u8]) -> Answer {
        match result {
            Ok(_) => Answer::Content(ReadExtent::whole(content)),
            Err(error) => Answer::Refusal(error.to_string()),
        }
    }
}

impl ReadExtent {
    /// These bytes and no more.
    pub(super) fn whole(bytes: &[u8]) -> ReadExtent {
        ReadExtent { bytes: bytes.len() as u64, hash: xxh3_128(bytes), is_whole: true, has_failed: false }
    }

    /// Whether a body is this, as far as it goes.
    fn begins(&self, body: Body<'_>) -> bool {
        match body {
            Body::Bytes(bytes) => *self == ReadExtent::whole(bytes),
            Body::Stream(stream) => {
                let mut hashing = HashingReader::new(stream);
                let copied = io::copy(&mut (&mut hashing).take(self.bytes), &mut io::sink());
                let extent = hashing.extent();
                let ends_alike = match (self.has_failed, self.is_whole) {
                    (true, _) => hashing.read(&mut [0]).is_err(),
                    (false, true) => matches!(hashing.read(&mut [0]), Ok(0)),
                    (false, false) => true,
                };
                copied.is_ok() && ends_alike && (extent.bytes, extent.hash) == (self.bytes, self.hash)
            }
        }
    }
}

/// Hashes what passes through.
pub(super) struct HashingReader<'r> {
    inner: &'r mut dyn Read,
    hasher: Xxh3Default,
    bytes: u64,
    is_whole: bool,
    has_failed: bool,
}

impl<'r> HashingReader<'r> {
    pub(super) fn new(inner: &'r mut dyn Read) -> HashingReader<'r> {
        HashingReader { inner, hasher: Xxh3Default::new(), bytes: 0, is_whole: false, has_failed: false }
    }

    /// What has passed.
    pub(super) fn extent(&self) -> ReadExtent {
        let HashingReader { bytes, is_whole, has_failed, .. } = *self;
        ReadExtent { bytes, hash: self.hasher.digest128(), is_whole, has_failed }
    }
}

impl Read for HashingReader<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer);
        self.has_failed |= read.as_ref().is_err_and(|error| error.kind() != io::ErrorKind::Interrupted);
        let length = read?;
        self.hasher.update(&buffer[..length]);
        self.bytes += length as u64;
        self.is_whole |= length == 0 && !buffer.is_empty();
        Ok(length)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn follow(basis: &mut Basis, times: usize) {
        let missing = Err(AttachmentError::NotFound);
        (0..times).for_each(|number| basis.followed(&number.to_string(), 7, &missing, b""));
    }

    #[test]
    fn a_report_that_refers_to_too_much_is_converted_again() {
        let mut basis = Basis::File(FileBasis::default());
        follow(&mut basis, MOST_REFERENCES);
        assert!(matches!(&basis, Basis::File(file) if file.references.len() == MOST_REFERENCES));
        follow(&mut basis, 1);
        assert!(matches!(basis, Basis::Stream));
        follow(&mut basis, 1);
        assert!(matches!(basis, Basis::Stream), "and nothing is kept of it any more");
    }

    #[test]
    fn parts_refer_to_too_much_together_or_alone() {
        let whole = || Basis::File(FileBasis::default());
        let part = |times| {
            let mut part = whole().of_part();
            follow(&mut part, times);
            part
        };
        let mut basis = whole();
        basis.take_in(part(MOST_REFERENCES / 2));
        basis.take_in(part(MOST_REFERENCES / 2));
        assert!(matches!(&basis, Basis::File(file) if file.references.len() == MOST_REFERENCES));
        basis.take_in(part(1));
        assert!(matches!(basis, Basis::Stream));
        let mut basis = whole();
        basis.take_in(part(MOST_REFERENCES + 1));
        assert!(matches!(basis, Basis::Stream));
    }

    fn read(mut bytes: &[u8], length: u64) -> ReadExtent {
        let mut hashing = HashingReader::new(&mut bytes);
        io::copy(&mut (&mut hashing).take(length), &mut io::sink()).unwrap();
        hashing.extent()
    }

    fn begins(extent: ReadExtent, mut bytes: &[u8]) -> bool {
        extent.begins(Body::Stream(&mut bytes))
    }

    #[test]
    fn a_stream_that_was_read_to_its_end_must_end_there_again() {
        let whole = read(b"0123456789", 100);
        assert!(begins(whole, b"0123456789") && !begins(whole, b"0123456789+") && !begins(whole, b"012345678"));
        assert!(!begins(whole, b"0123456780"));
    }

    #[test]
    fn of_a_stream_that_was_left_early_only_the_beginning_counts() {
        let part = read(b"0123456789", 5);
        assert!(begins(part, b"01234-and-more") && !begins(part, b"0123") && !begins(part, b"x1234"));
    }

    #[test]
    fn what_could_not_be_read_any_further_must_fail_again() {
        struct Broken;
        impl Read for Broken {
            fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
                Err(io::ErrorKind::UnexpectedEof.into())
            }
        }
        let cut = |bytes: &'static [u8]| bytes.chain(Broken);
        let mut stream = cut(b"01234");
        let mut hashing = HashingReader::new(&mut stream);
        assert!(io::copy(&mut hashing, &mut io::sink()).is_err());
        let extent = hashing.extent();
        assert!(extent.has_failed && !extent.is_whole);
        assert!(extent.begins(Body::Stream(&mut cut(b"01234"))));
        assert!(!extent.begins(Body::Stream(&mut cut(b"012345"))) && !extent.begins(Body::Stream(&mut cut(b"0123"))));
        assert!(!begins(extent, b"01234") && !begins(extent, b"012345"), "it was mended");
        assert!(!extent.begins(Body::Bytes(b"01234")));
    }

    #[test]
    fn bytes_are_compared_whole() {
        assert!(ReadExtent::whole(b"abc").begins(Body::Bytes(b"abc")));
        assert!(!ReadExtent::whole(b"abc").begins(Body::Bytes(b"abcd")));
    }
}
