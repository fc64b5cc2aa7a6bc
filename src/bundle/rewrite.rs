//! Changing the first bytes of bundles that lie in a complete output, so that no moment shows half a change.
//!
//! All new files are written beside the old ones first; only when all are whole and on the disk does the first get its
//! name. Whatever stops the program, each bundle is either the old one or the new one, and doing it again completes it:
//! a bundle that has its new beginning already is recognised by what the manifest says of the rest.

use std::io::{self, BufWriter, Read, Write};
use std::path::PathBuf;

use super::body::{BundleBody, Sums};
use super::compress::Compression;
use super::error::WriteError;
use super::folder::Folder;
use super::hashing::{Hashing, Sum};
use super::manifest::{BundleRecord, CompressedFile};
use super::name::is_bundle_path;
use super::new_file::{Nameless, NewFile};
use super::read_back;

/// What becomes of the beginning of a bundle.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct NewBeginning {
    /// Bytes at the beginning of the file that are exchanged.
    pub replaced: usize,
    /// What stood there when the manifest was written.
    pub recorded: Vec<u8>,
    /// What is to stand there.
    pub new: Vec<u8>,
}

/// A bundle whose new file is ready, or needs none.
#[derive(Debug)]
pub(crate) struct Rewritten {
    record: BundleRecord,
    /// With its name.
    file: Option<(Nameless, PathBuf)>,
}

/// Why a bundle cannot be rewritten.
#[derive(Debug)]
pub(crate) enum RewriteError {
    /// The new file cannot be written.
    Write(WriteError),
    /// The bundle is not what the manifest says: it is left alone.
    NotAsRecorded {
        /// Which.
        file: String,
        /// In what.
        reason: String,
    },
}

impl From<WriteError> for RewriteError {
    fn from(error: WriteError) -> RewriteError {
        RewriteError::Write(error)
    }
}

impl Rewritten {
    /// Prepares the new file of a bundle. `decide` is given its first bytes, up to `head` of them.
    ///
    /// # Errors
    /// When the bundle cannot be read, is not what the manifest says, or the new file cannot be written. The old one is
    /// untouched.
    pub(crate) fn prepare(
        folder: &Folder,
        record: &BundleRecord,
        head: usize,
        decide: &dyn Fn(&[u8]) -> Result<NewBeginning, String>,
    ) -> Result<Rewritten, RewriteError> {
        let differs = |reason: String| RewriteError::NotAsRecorded { file: record.file.clone(), reason };
        let unreadable = |error: io::Error| differs(error.to_string());
        if !is_bundle_path(&record.file) {
            return Err(differs("it is not in the folder of the bundles".to_owned()));
        }
        let compression = Compression::of_file(&record.file);
        let file = read_back::open(&folder.path().join(&record.file)).map_err(unreadable)?;
        let mut old = Hashing::new(file);
        let mut body = compression.decoder(&mut old).map_err(unreadable)?;
        let mut start = Vec::new();
        (&mut body).take(head as u64).read_to_end(&mut start).map_err(unreadable)?;
        let beginning = decide(&start).map_err(differs)?;
        let rest = start.get(beginning.replaced..).unwrap_or_default();
        let is_done = start.get(..beginning.replaced) == Some(beginning.new.as_slice());
        let new = if is_done { Pending::InPlace(Hashing::new(io::sink())) } else { Pending::create(folder, record)? };
        let limit = record.bytes.saturating_add(1);
        let (recorded, written) = copy(&beginning, rest.chain(body.take(limit)), new).map_err(|error| match error {
            CopyError::Read(error) => unreadable(error),
            CopyError::Write(error) => RewriteError::Write(error),
        })?;
        if recorded != (Sum { bytes: record.bytes, sha256: record.sha256.clone() }) {
            return Err(differs("its content is not the one that was written".to_owned()));
        }
        let (file, sums) = match written {
            Written::InPlace(body) => {
                io::copy(&mut old, &mut io::sink()).map_err(unreadable)?;
                let file = old.finish().1;
                (None, Sums { body, file: (compression != Compression::None).then_some(file) })
            }
            Written::Beside(file, sums) => (Some((file.close_to_disk()?, folder.path().join(&record.file))), sums),
        };
        let Sums { body, file: compressed } = sums;
        let compressed = compressed.map(CompressedFile::from);
        let record = BundleRecord { bytes: body.bytes, sha256: body.sha256, compressed, ..record.clone() };
        Ok(Rewritten { record, file })
    }

    /// What the manifest is to say of it.
    pub(crate) fn record(&self) -> &BundleRecord {
        &self.record
    }

    /// Puts the new file in the place of the old one. Gives what the manifest is to say.
    ///
    /// # Errors
    /// When the file system refuses.
    pub(crate) fn commit(self) -> Result<BundleRecord, WriteError> {
        if let Some((file, path)) = self.file {
            file.commit_as(&path)?;
        }
        Ok(self.record)
    }
}

/// Where the new body goes.
enum Pending {
    /// Nowhere: the file has it already, and only its sum is wanted.
    InPlace(Hashing<io::Sink>),
    Beside(Box<BufWriter<BundleBody>>),
}

enum Written {
    InPlace(Sum),
    Beside(NewFile, Sums),
}

enum CopyError {
    Read(io::Error),
    Write(WriteError),
}

impl Pending {
    fn create(folder: &Folder, record: &BundleRecord) -> Result<Pending, WriteError> {
        let body = BundleBody::create(folder, &record.file, record.bytes)?;
        Ok(Pending::Beside(Box::new(BufWriter::with_capacity(256 << 10, body))))
    }

    fn write(&mut self, bytes: &[u8]) -> Result<(), CopyError> {
        match self {
            Pending::InPlace(sum) => sum.write_all(bytes).map_err(CopyError::Read),
            Pending::Beside(out) => out.write_all(bytes).map_err(|error| CopyError::Write(out.get_ref().failed(error))),
        }
    }

    fn finish(self) -> Result<Written, CopyError> {
        match self {
            Pending::InPlace(sum) => Ok(Written::InPlace(sum.finish().1)),
            Pending::Beside(mut out) => {
                out.flush().map_err(|error| CopyError::Write(out.get_ref().failed(error)))?;
                let (file, sums) = out.into_parts().0.finish().map_err(CopyError::Write)?;
                Ok(Written::Beside(file, sums))
            }
        }
    }
}

/// Copies the rest behind the new beginning, and sums up what it was behind the recorded one.
fn copy(beginning: &NewBeginning, mut rest: impl Read, mut new: Pending) -> Result<(Sum, Written), CopyError> {
    let mut recorded = Hashing::new(io::sink());
    recorded.write_all(&beginning.recorded).map_err(CopyError::Read)?;
    new.write(&beginning.new)?;
    let mut buffer = vec![0; 64 << 10];
    loop {
        let read = match rest.read(&mut buffer) {
            Ok(0) => break,
            Ok(read) => read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(CopyError::Read(error)),
        };
        let bytes = buffer.get(..read).unwrap_or_default();
        recorded.write_all(bytes).map_err(CopyError::Read)?;
        new.write(bytes)?;
    }
    Ok((recorded.finish().1, new.finish()?))
}
