//! The limit of open files, which strikes whoever opens one.

use std::io;

/// Whether the system refused to open a file since too many are open, of the process or of all.
pub(crate) fn is_of_open_files(error: &io::Error) -> bool {
    /// `EMFILE` and `ENFILE`, alike on every Unix.
    const TOO_MANY: [i32; 2] = [24, 23];
    /// `ERROR_TOO_MANY_OPEN_FILES`.
    const TOO_MANY_ON_WINDOWS: i32 = 4;
    error.raw_os_error().is_some_and(|code| match cfg!(windows) {
        true => code == TOO_MANY_ON_WINDOWS,
        false => TOO_MANY.contains(&code),
    })
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn knows_the_numbers_of_this_system() {
        use rustix::io::Errno;
        for errno in [Errno::MFILE, Errno::NFILE] {
            assert!(is_of_open_files(&errno.into()));
        }
        for errno in [Errno::INTR, Errno::NOENT, Errno::NOMEM, Errno::ACCESS, Errno::NOSPC] {
            assert!(!is_of_open_files(&errno.into()), "{errno}");
        }
        assert!(!is_of_open_files(&io::ErrorKind::NotFound.into()));
    }
}
