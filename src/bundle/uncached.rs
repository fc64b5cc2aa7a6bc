//! Bytes that nobody will read soon, written without a place in the system's cache.
//!
//! What a conversion writes is read when it is uploaded, which is later and perhaps elsewhere. Kept in the cache it
//! costs more than the writing itself: pages that were never used before, and on a virtual machine those come from its
//! host, one at a time. So the system is asked to bring each piece to the disk at once and to use its pages again for
//! the next. Little is then left to wait for when the conversion ends. The figures are in `docs/performance.md`.

use std::fs::File;
use std::io::{self, IoSlice};

/// Writes as much of these pieces as the system takes, where the file stands. Nothing where the system, or the file's
/// file system, knows no such way.
#[cfg(target_os = "linux")]
pub(super) fn write(file: &File, pieces: &[IoSlice<'_>]) -> Option<io::Result<usize>> {
    use rustix::io::{Errno, ReadWriteFlags, pwritev2};
    /// `RWF_DONTCACHE`.
    const DROP_BEHIND: ReadWriteFlags = ReadWriteFlags::from_bits_retain(0x80);
    const WHERE_IT_STANDS: u64 = u64::MAX;
    if !system::is_sound() {
        return None;
    }
    match pwritev2(file, pieces, WHERE_IT_STANDS, DROP_BEHIND) {
        Err(Errno::OPNOTSUPP | Errno::INVAL | Errno::NOSYS) => None,
        Err(error) => Some(Err(error.into())),
        Ok(written) => Some(Ok(written)),
    }
}

/// Other systems know no such way.
#[cfg(not(target_os = "linux"))]
pub(super) fn write(_file: &File, _pieces: &[IoSlice<'_>]) -> Option<io::Result<usize>> {
    None
}

/// Has the system find room on the disk for about `length` bytes at once, and not for one page after the other while
/// they are written. The file stays as long as it is; where that does not work, nothing is lost.
#[cfg(target_os = "linux")]
pub(super) fn make_room(file: &File, length: u64) {
    let _ = rustix::fs::fallocate(file, rustix::fs::FallocateFlags::KEEP_SIZE, 0, length);
}

/// Other systems know no such way.
#[cfg(not(target_os = "linux"))]
pub(super) fn make_room(_file: &File, _length: u64) {}

#[cfg(target_os = "linux")]
mod system {
    use std::sync::OnceLock;

    /// Linux has it since 6.14, and the usual file systems and its first mendings came until this version: as we read its
    /// history, unconfirmed, and careful rather than quick.
    const SOUND: (u32, u32) = (6, 16);

    pub(super) fn is_sound() -> bool {
        static IS_SOUND: OnceLock<bool> = OnceLock::new();
        *IS_SOUND.get_or_init(|| {
            let uname = rustix::system::uname();
            uname.release().to_str().ok().and_then(version).is_some_and(|version| version >= SOUND)
        })
    }

    /// The first two numbers of a release such as `6.18.44-generic`.
    pub(super) fn version(release: &str) -> Option<(u32, u32)> {
        let mut numbers = release.split(|character: char| !character.is_ascii_digit()).map(str::parse);
        Some((numbers.next()?.ok()?, numbers.next()?.ok()?))
    }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn versions_are_compared_by_number() {
        assert_eq!(system::version("6.18.44-fc-v657"), Some((6, 18)));
        assert_eq!(system::version("6.8.0-45-generic"), Some((6, 8)));
        assert_eq!(system::version("10.2"), Some((10, 2)));
        assert_eq!(system::version("next"), None);
        assert_eq!(system::version("7"), None);
    }

    /// Whether the system, and the file system of temporary files, can do it.
    #[allow(clippy::print_stderr, reason = "a test that is skipped says so")]
    fn there_is_a_way() -> bool {
        let there_is = write(&tempfile::tempfile().unwrap(), &[IoSlice::new(b"a")]).is_some();
        if !there_is {
            eprintln!("skipped: what is written here always gets a place in the cache");
        }
        there_is
    }

    #[test]
    fn where_there_is_a_way_all_bytes_come_through_in_order() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        let file = File::create(&path).unwrap();
        let pieces = [&b"a"[..], b"", b"bc"].map(IoSlice::new);
        if !there_is_a_way() {
            return;
        }
        assert_eq!(write(&file, &pieces).unwrap().unwrap(), 3);
        assert_eq!(write(&file, &[IoSlice::new(b"d")]).unwrap().unwrap(), 1);
        assert_eq!(std::fs::read(&path).unwrap(), b"abcd");
    }

    #[test]
    fn a_file_for_which_room_was_made_is_as_long_as_what_was_written() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        let mut file = File::create(&path).unwrap();
        make_room(&file, 0);
        make_room(&file, 100_000);
        std::io::Write::write_all(&mut file, b"short").unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), b"short");
        make_room(&File::open(&path).unwrap(), 100_000);
    }

    #[test]
    fn an_error_is_no_missing_way() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        std::fs::write(&path, "").unwrap();
        let only_read = File::open(&path).unwrap();
        if there_is_a_way() {
            assert!(matches!(write(&only_read, &[IoSlice::new(b"a")]), Some(Err(_))));
        }
    }
}
