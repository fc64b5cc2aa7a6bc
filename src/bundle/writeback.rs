//! Bundles are brought to the disk while others are still made.
//!
//! A conversion ends when the disk has everything. Were nothing brought there before, all of it would wait for that
//! end; and to ask for it then by one call for the whole file system waits for what everybody else has written, too: of
//! a conversion that takes 0.3 seconds another 0.4, where 300 MB of somebody else's were on their way
//! (`docs/performance.md`). Where others are quiet that one call is left for the end nevertheless, since it is the
//! cheapest for many small files.

use std::collections::HashMap;
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;

use super::disk_load::DiskLoad;

/// Whether the disk has a file.
#[derive(Debug, Clone, Default)]
pub(super) struct OnDisk(Arc<AtomicBool>);

impl OnDisk {
    /// Of a file that the disk has.
    pub(super) fn already() -> OnDisk {
        OnDisk(Arc::new(AtomicBool::new(true)))
    }
}

/// Brings whole files to the disk on a thread of its own: where the disk is slow that takes long, and nobody is to wait
/// for it.
#[derive(Debug, Default)]
pub(super) struct Writeback {
    running: Mutex<Thread>,
    disk_load: DiskLoad,
    /// Of the files that have their name.
    named: Mutex<HashMap<PathBuf, OnDisk>>,
    /// What the disk refused first. The system says so once and never again.
    refused: Arc<Mutex<Option<io::Error>>>,
}

#[derive(Debug, Default)]
enum Thread {
    #[default]
    NotYet,
    Running(Running),
    Ended,
}

#[derive(Debug)]
struct Running {
    files: SyncSender<(File, OnDisk)>,
    thread: JoinHandle<()>,
}

/// When a file that is whole is brought to the disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Haste {
    /// With all others in the end, where that is the cheaper way.
    MayWait,
    /// The disk needs its time for it, and a call more does not count beside what it costs itself.
    AtOnce,
}

/// Files that may wait. What comes when there are as many is left for the end: the disk has enough to do.
const WAITING: usize = 32;

impl Writeback {
    /// Has this file, which is whole, brought to the disk, unless that is busy, or it may wait and all can be brought
    /// there together at the end.
    pub(super) fn begin(&self, file: File, haste: Haste) -> OnDisk {
        let on_disk = OnDisk::default();
        if haste == Haste::MayWait && self.disk_load.is_low() {
            return on_disk;
        }
        let mut thread = lock(&self.running);
        if matches!(*thread, Thread::NotYet) {
            *thread = Running::start(&self.refused).map_or(Thread::Ended, Thread::Running);
        }
        if let Thread::Running(running) = &*thread {
            let _ = running.files.try_send((file, on_disk.clone()));
        }
        on_disk
    }

    /// The file has got its name.
    pub(super) fn note_named(&self, path: PathBuf, on_disk: OnDisk) {
        lock(&self.named).insert(path, on_disk);
    }

    /// Whether the disk has the file at `path`.
    pub(super) fn has(&self, path: &Path) -> bool {
        lock(&self.named).get(path).is_some_and(|on_disk| on_disk.0.load(Ordering::Acquire))
    }

    /// Waits for what has been begun. Nothing is begun any more.
    pub(super) fn finish(&self) {
        let thread = std::mem::replace(&mut *lock(&self.running), Thread::Ended);
        if let Thread::Running(Running { files, thread }) = thread {
            drop(files);
            let _ = thread.join();
        }
    }

    /// Whether all that is left can be brought to the disk together without waiting long for others.
    pub(super) fn disk_load_is_low(&self) -> bool {
        self.disk_load.is_low_now()
    }

    /// What the disk has refused since this was asked last.
    pub(super) fn refused(&self) -> io::Result<()> {
        lock(&self.refused).take().map_or(Ok(()), Err)
    }
}

impl Running {
    fn start(refused: &Arc<Mutex<Option<io::Error>>>) -> Option<Running> {
        let (files, waiting) = sync_channel(WAITING);
        let refused = Arc::clone(refused);
        let thread = std::thread::Builder::new().name("writeback".to_owned());
        let thread = thread.spawn(move || run(&waiting, &refused)).ok()?;
        Some(Running { files, thread })
    }
}

fn run(files: &Receiver<(File, OnDisk)>, refused: &Mutex<Option<io::Error>>) {
    for (file, on_disk) in files {
        match file.sync_all() {
            Ok(()) => on_disk.0.store(true, Ordering::Release),
            Err(error) => drop(lock(refused).get_or_insert(error)),
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Drop for Writeback {
    fn drop(&mut self) {
        self.finish();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn under(disk_load: DiskLoad) -> Writeback {
        let mut writeback = Writeback::default();
        writeback.disk_load = disk_load;
        writeback
    }

    #[test]
    fn the_disk_has_a_file_when_it_was_brought_there_and_has_its_name() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a");
        let writeback = under(DiskLoad::seen_by(|| false));
        let on_disk = writeback.begin(File::create(&path).unwrap(), Haste::MayWait);
        writeback.finish();
        assert!(!writeback.has(&path), "it has no name");
        writeback.note_named(path.clone(), on_disk);
        assert!(writeback.has(&path));
        writeback.refused().unwrap();
        let late = writeback.begin(File::create(&path).unwrap(), Haste::MayWait);
        writeback.note_named(path.clone(), late);
        assert!(!writeback.has(&path), "it was begun after the end");
    }

    #[test]
    fn under_a_low_load_a_file_is_left_for_the_end() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a");
        let writeback = under(DiskLoad::seen_by(|| true));
        let on_disk = writeback.begin(File::create(&path).unwrap(), Haste::MayWait);
        writeback.note_named(path.clone(), on_disk);
        let large = writeback.begin(File::create(&path).unwrap(), Haste::AtOnce);
        writeback.finish();
        assert!(!writeback.has(&path));
        writeback.note_named(path.clone(), large);
        assert!(writeback.has(&path), "a large one is not");
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn what_the_disk_refuses_is_told() {
        // A pipe cannot be brought to any disk.
        let (_reader, writer) = std::io::pipe().unwrap();
        let writeback = under(DiskLoad::seen_by(|| false));
        let on_disk = writeback.begin(File::from(std::os::fd::OwnedFd::from(writer)), Haste::MayWait);
        writeback.finish();
        writeback.note_named(PathBuf::from("pipe"), on_disk);
        assert!(!writeback.has(Path::new("pipe")));
        writeback.refused().unwrap_err();
    }
}
