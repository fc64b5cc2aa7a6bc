//! Bundles on their way to the disk while others are still made.
//!
//! A conversion ends when the disk has everything. Were nothing brought there before, all of it would wait for that end:
//! 73 milliseconds of a conversion of 200 MB, as it was measured (`docs/performance.md`).

use std::fs::File;
use std::sync::OnceLock;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::JoinHandle;

/// Asks the system to begin writing whole files to the disk, on a thread of its own: where the disk is slow that takes
/// long, and nobody is to wait for it. Nothing is promised by it.
#[derive(Debug, Default)]
pub(super) struct Writeback(OnceLock<Option<Running>>);

#[derive(Debug)]
struct Running {
    files: SyncSender<File>,
    thread: JoinHandle<()>,
}

/// Files that may wait. What comes when there are as many is left to the system: the disk has enough to do.
const WAITING: usize = 32;

impl Writeback {
    /// Has the writing of this file begun, unless the disk is busy.
    pub(super) fn begin(&self, file: File) {
        if let Some(running) = self.0.get_or_init(Running::start) {
            let _ = running.files.try_send(file);
        }
    }
}

impl Running {
    fn start() -> Option<Running> {
        let (files, waiting) = sync_channel(WAITING);
        let thread = std::thread::Builder::new().name("writeback".to_owned()).spawn(move || run(&waiting)).ok()?;
        Some(Running { files, thread })
    }
}

fn run(files: &Receiver<File>) {
    files.iter().for_each(|file| begin_writing(&file));
}

impl Drop for Writeback {
    fn drop(&mut self) {
        if let Some(Running { files, thread }) = self.0.take().flatten() {
            drop(files);
            let _ = thread.join();
        }
    }
}

/// The system is told that nobody will read the file soon. It then begins to write what it has of it, and keeps the pages
/// that are not written yet.
#[cfg(target_os = "linux")]
fn begin_writing(file: &File) {
    let _ = rustix::fs::fadvise(file, 0, None, rustix::fs::Advice::DontNeed);
}

/// Elsewhere the system decides when it writes.
#[cfg(not(target_os = "linux"))]
fn begin_writing(_file: &File) {}
