//! Files of an output folder that are read again, and hashed on the way.

use std::fs::{self, File};
use std::io::{self, BufRead, BufReader, Read};
use std::path::Path;

use serde::de::DeserializeOwned;

use super::hashing::{Hashing, Sum};

/// Opens a file to read it. A pipe in its place would keep whoever opens it waiting for ever.
pub(super) fn open(path: &Path) -> io::Result<File> {
    match fs::metadata(path)?.is_file() {
        true => File::open(path),
        false => Err(io::Error::other("it is no regular file")),
    }
}

/// What is in a file.
pub(super) fn whole(path: &Path) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    open(path)?.read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Length and hash of a file.
pub(super) fn sum_of(path: &Path) -> io::Result<Sum> {
    let mut file = BufReader::with_capacity(256 << 10, Hashing::new(open(path)?));
    io::copy(&mut file, &mut io::sink())?;
    Ok(file.into_inner().finish().1)
}

/// Takes each line of a file of JSON lines, none of which may be longer than `most` bytes. Gives the file's length and
/// hash, and how many lines it has.
///
/// # Errors
/// When it cannot be read, or a line is not what it should be: its number is told.
pub(super) fn each_json_line<L: DeserializeOwned>(
    path: &Path,
    most: u64,
    mut take: impl FnMut(L),
) -> io::Result<(Sum, u64)> {
    let mut file = BufReader::with_capacity(64 << 10, Hashing::new(open(path)?));
    let (mut text, mut lines) = (Vec::new(), 0);
    loop {
        text.clear();
        if file.by_ref().take(most).read_until(b'\n', &mut text)? == 0 {
            return Ok((file.into_inner().finish().1, lines));
        }
        lines += 1;
        let line = serde_json::from_slice(&text);
        take(line.map_err(|error| io::Error::new(io::ErrorKind::InvalidData, format!("line {lines}: {error}")))?);
    }
}
