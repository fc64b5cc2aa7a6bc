//! The file of one bundle while it is written: body, compression, temporary name.

use std::io::{self, IoSlice, Write};
use std::path::PathBuf;

use super::compress::{Compression, Encoder};
use super::error::WriteError;
use super::folder::Folder;
use super::hashing::{Hashing, Sum, pass_both};
use super::name::told_of;
use super::new_file::NewFile;

/// A bundle that is being written. What goes in is its body.
#[derive(Debug)]
pub(super) struct BundleBody {
    out: Hashing<Encoder<Sink>>,
    path: PathBuf,
}

/// Where the encoded bytes go. They are hashed only when they are others than those of the body.
#[derive(Debug)]
enum Sink {
    AsItIs(NewFile),
    Compressed(Hashing<NewFile>),
}

/// The sums of a bundle that has been written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Sums {
    /// Of its body: what is sent.
    pub(super) body: Sum,
    /// Of its file, where that is compressed.
    pub(super) file: Option<Sum>,
}

impl BundleBody {
    /// Begins the file, under a temporary name; `file` is relative to the folder and tells the compression. Unpacked it
    /// is going to have about `length` bytes.
    pub(super) fn create(folder: &Folder, file: &str, length: u64) -> Result<BundleBody, WriteError> {
        let path = told_of(&folder.path().join(file));
        let compression = Compression::of_file(file);
        let sink = match compression {
            Compression::None => Sink::AsItIs(folder.create_uncached(file, length)?),
            // What is packed comes in small pieces.
            Compression::Gzip | Compression::Zstd => Sink::Compressed(Hashing::new(folder.create(file)?)),
        };
        let encoder = Encoder::new(compression, sink).map_err(WriteError::io("begin", &path))?;
        Ok(BundleBody { out: Hashing::new(encoder), path })
    }

    /// The body is complete. The file still has its temporary name.
    pub(super) fn finish(self) -> Result<(NewFile, Sums), WriteError> {
        let (encoder, body) = self.out.finish();
        let sink = encoder.finish().map_err(WriteError::io("write", &self.path))?;
        Ok(match sink {
            Sink::AsItIs(file) => (file, Sums { body, file: None }),
            Sink::Compressed(hashing) => {
                let (file, sum) = hashing.finish();
                (file, Sums { body, file: Some(sum) })
            }
        })
    }

    /// Writes pieces of some bundles, each its own. Two are hashed at once.
    ///
    /// # Errors
    /// When that fails.
    pub(super) fn write_together(bundles: &mut [(&mut BundleBody, Vec<IoSlice<'_>>)]) -> Result<(), WriteError> {
        match bundles {
            [(one, pieces), (other, others)] => pass_both((&mut one.out, pieces), (&mut other.out, others)),
            _ => bundles.iter_mut().for_each(|(body, pieces)| body.out.pass_pieces(pieces)),
        }
        bundles
            .iter_mut()
            .try_for_each(|(body, pieces)| body.out.write_passed(pieces).map_err(|error| body.failed(error)))
    }

    /// The error that says that writing this file failed.
    pub(super) fn failed(&self, error: io::Error) -> WriteError {
        WriteError::io("write", &self.path)(error)
    }
}

impl Write for BundleBody {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.out.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

impl Write for Sink {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Sink::AsItIs(file) => file.write(bytes),
            Sink::Compressed(file) => file.write(bytes),
        }
    }

    fn write_vectored(&mut self, pieces: &[IoSlice<'_>]) -> io::Result<usize> {
        match self {
            Sink::AsItIs(file) => file.write_vectored(pieces),
            Sink::Compressed(file) => file.write_vectored(pieces),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
