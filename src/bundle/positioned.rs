//! Reading and writing at a place in a file without moving a shared cursor, so that threads need no lock.

use std::fs::File;
use std::io::{self, IoSlice};
use std::ops::Range;

/// Appends what is at this place of a file to `out`.
pub(super) fn append(file: &File, place: &Range<u64>, out: &mut Vec<u8>) -> io::Result<()> {
    let before = out.len();
    out.resize(before + (place.end - place.start) as usize, 0);
    read_exact_at(file, &mut out[before..], place.start)
}

/// Writes pieces one behind the other, as many in one call as the system takes.
#[cfg(target_os = "linux")]
pub(super) fn write_all_pieces_at(file: &File, mut pieces: &mut [IoSlice<'_>], mut offset: u64) -> io::Result<()> {
    /// None may be refused for their number.
    const MOST: usize = 1024;
    // Empty ones at the beginning are no reason to write nothing.
    IoSlice::advance_slices(&mut pieces, 0);
    while !pieces.is_empty() {
        match rustix::io::pwritev(file, pieces.get(..MOST).unwrap_or(pieces), offset) {
            Err(rustix::io::Errno::INTR) => {}
            Err(error) => return Err(error.into()),
            Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
            Ok(written) => {
                IoSlice::advance_slices(&mut pieces, written);
                offset += written as u64;
            }
        }
    }
    Ok(())
}

/// Writes pieces one behind the other.
#[cfg(not(target_os = "linux"))]
pub(super) fn write_all_pieces_at(file: &File, pieces: &mut [IoSlice<'_>], mut offset: u64) -> io::Result<()> {
    for piece in pieces {
        write_all_at(file, piece, offset)?;
        offset += piece.len() as u64;
    }
    Ok(())
}

#[cfg(unix)]
pub(super) fn write_all_at(file: &File, bytes: &[u8], offset: u64) -> io::Result<()> {
    std::os::unix::fs::FileExt::write_all_at(file, bytes, offset)
}

#[cfg(unix)]
pub(super) fn read_exact_at(file: &File, bytes: &mut [u8], offset: u64) -> io::Result<()> {
    std::os::unix::fs::FileExt::read_exact_at(file, bytes, offset)
}

#[cfg(windows)]
pub(super) fn write_all_at(file: &File, mut bytes: &[u8], mut offset: u64) -> io::Result<()> {
    use std::os::windows::fs::FileExt;
    while !bytes.is_empty() {
        let written = file.seek_write(bytes, offset)?;
        if written == 0 {
            return Err(io::ErrorKind::WriteZero.into());
        }
        bytes = &bytes[written..];
        offset += written as u64;
    }
    Ok(())
}

#[cfg(windows)]
pub(super) fn read_exact_at(file: &File, mut bytes: &mut [u8], mut offset: u64) -> io::Result<()> {
    use std::os::windows::fs::FileExt;
    while !bytes.is_empty() {
        let read = file.seek_read(bytes, offset)?;
        if read == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        bytes = &mut bytes[read..];
        offset += read as u64;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_stand_one_behind_the_other() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        let file = File::create_new(&path).unwrap();
        write_all_at(&file, b"before", 0).unwrap();
        // More than are taken at once, and empty ones.
        let texts: Vec<_> = (0..3000).map(|number| "x".repeat(number % 3)).collect();
        let mut pieces: Vec<_> = texts.iter().map(|text| IoSlice::new(text.as_bytes())).collect();
        write_all_pieces_at(&file, &mut pieces, 6).unwrap();
        assert_eq!(std::fs::read_to_string(&path).unwrap(), format!("before{}", texts.concat()));
        write_all_pieces_at(&file, &mut [], 0).unwrap();
        write_all_pieces_at(&file, &mut [IoSlice::new(b"")], 0).unwrap();
    }

    #[test]
    fn a_file_that_cannot_be_written_is_an_error() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        std::fs::write(&path, "").unwrap();
        let only_read = File::open(&path).unwrap();
        assert!(write_all_pieces_at(&only_read, &mut [IoSlice::new(b"a")], 0).is_err());
    }
}
