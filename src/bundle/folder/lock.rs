//! Keeps two runs out of one output folder.

use std::fs::File;
#[cfg(not(windows))]
use std::fs::TryLockError;
use std::path::Path;

use crate::bundle::error::{WriteError, WriteErrorKind};

/// The file that is there while a folder is locked, where a folder itself cannot be. It goes with the run, however that
/// ends.
pub(super) const FILE: Option<&str> = if cfg!(windows) { Some(".lock.xraypack-tmp") } else { None };

/// Held as long as a run has to do with an output folder. Where the system has no locks it locks nothing.
#[derive(Debug)]
#[cfg_attr(not(target_os = "linux"), expect(dead_code, reason = "what is held needs no other use"))]
pub(super) struct Lock(Option<File>);

impl Lock {
    /// Locks the folder itself, so that no lock file is left in it.
    #[cfg(not(windows))]
    pub(super) fn on(path: &Path) -> Result<Lock, WriteError> {
        let Ok(folder) = File::open(path) else { return Ok(Lock(None)) };
        match folder.try_lock() {
            Ok(()) => Ok(Lock(Some(folder))),
            Err(TryLockError::WouldBlock) => Err(WriteErrorKind::InUse(path.to_path_buf()).into()),
            Err(TryLockError::Error(_)) => Ok(Lock(None)),
        }
    }

    /// Windows locks no folders: a file in it that nobody else may open, and that the system removes when it is closed.
    #[cfg(windows)]
    pub(super) fn on(path: &Path) -> Result<Lock, WriteError> {
        use std::os::windows::fs::OpenOptionsExt;

        const FILE_FLAG_DELETE_ON_CLOSE: u32 = 0x0400_0000;
        const ERROR_SHARING_VIOLATION: i32 = 32;
        let mut alone = File::options();
        alone.write(true).create(true).share_mode(0).custom_flags(FILE_FLAG_DELETE_ON_CLOSE);
        match alone.open(path.join(FILE.unwrap_or_default())) {
            Ok(file) => Ok(Lock(Some(file))),
            Err(error) if error.raw_os_error() == Some(ERROR_SHARING_VIOLATION) => {
                Err(WriteErrorKind::InUse(path.to_path_buf()).into())
            }
            Err(_) => Ok(Lock(None)),
        }
    }

    /// The folder, open.
    #[cfg(target_os = "linux")]
    pub(super) fn folder(&self) -> Option<&File> {
        self.0.as_ref()
    }
}
