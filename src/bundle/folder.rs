//! The output folder: when it may be used, what may be removed from it, and how files get into it whole.

mod earlier;
mod inventory;
mod lock;
mod made;

use std::collections::HashSet;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use super::error::{WriteError, WriteErrorKind};
use super::hashing::Hashing;
use super::manifest::{EvidenceIndex, InfoRecord, Manifest};
use super::name::{BUNDLES, EVIDENCE, JOURNAL, MANIFEST, REPORTS, ahead_file, info_file, is_evidence_path};
use super::new_file::NewFile;
use super::sidecar;
use super::writeback::{Haste, OnDisk, Writeback};
use earlier::Earlier;
pub use earlier::earlier_of;
use inventory::{Inventory, read_mark};
use lock::Lock;
use made::{Made, create_folder};

/// What to do with an earlier output in the folder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Opening {
    /// Refuse: the folder must be absent or empty.
    Fresh,
    /// Put another in its place (`--force`). It stays, set aside, until that is whole, and for good where no report is
    /// found.
    Replace,
    /// Go on with it (`--resume`): nothing is removed before `Folder::go_on`.
    Resume,
}

/// The output folder, locked against other runs where the system can do that.
#[derive(Debug)]
pub struct Folder {
    path: PathBuf,
    /// Itself and the folders around it, as far as they were not there before.
    made: Made,
    writeback: Writeback,
    lock: Lock,
}

impl Folder {
    /// Makes the folder ready to be written into.
    ///
    /// Only files of an earlier output are ever removed: those that its manifest names, `reports.jsonl`, files named as
    /// bundles and evidence are, and temporary files of a run that was stopped.
    ///
    /// # Errors
    /// When it holds an earlier output (with [`Opening::Fresh`]), anything else, or is in use; when the file system
    /// refuses.
    pub fn open(path: &Path, opening: Opening) -> Result<Folder, WriteError> {
        // Also a link that leads nowhere.
        if path.symlink_metadata().is_ok() && !path.is_dir() {
            return Err(WriteErrorKind::NoFolder(path.to_path_buf()).into());
        }
        let made = create_folder(path)?;
        let folder = Folder { path: path.to_path_buf(), made, writeback: Writeback::default(), lock: Lock::on(path)? };
        if opening != Opening::Fresh {
            Earlier::of(path).put_together()?;
        }
        let inventory = Inventory::of(path)?;
        inventory.check(path, opening)?;
        match opening {
            Opening::Fresh => remove_all(&inventory.temporary)?,
            Opening::Replace => earlier::make_way(path, &inventory)?,
            Opening::Resume => return Ok(folder),
        }
        create_folder(&path.join(BUNDLES)).map(|_| folder)
    }

    /// Takes an earlier output over, with [`Opening::Resume`]: its bundles stay until they are written again, its
    /// manifest goes, as it is not true any more.
    ///
    /// # Errors
    /// When the file system refuses.
    pub fn go_on(&self) -> Result<(), WriteError> {
        let inventory = Inventory::of(&self.path)?;
        if inventory.manifest.is_some() {
            // What is left of one that was replaced: without the manifest it would count.
            Earlier::of(&self.path).remove()?;
        }
        self.remove_manifest(&inventory)?;
        remove_all(&inventory.temporary)?;
        create_folder(&self.path.join(BUNDLES)).map(drop)
    }

    /// Whether an earlier output waits to be replaced.
    pub fn keeps_earlier(&self) -> bool {
        Earlier::of(&self.path).is_kept()
    }

    /// Removes what this run has written so far, when it turns out that it should not have begun, and brings the
    /// earlier output back that it was to replace.
    ///
    /// # Errors
    /// When the file system refuses.
    pub fn withdraw(self) -> Result<(), WriteError> {
        self.remove_journal()?;
        let inventory = Inventory::of(&self.path)?;
        remove_all(&inventory.ours)?;
        remove_all(&inventory.temporary)?;
        self.remove_empty_evidence();
        let _ = fs::remove_dir(self.path.join(BUNDLES));
        let earlier = Earlier::of(&self.path);
        if earlier.is_kept() {
            return earlier.restore();
        }
        if lock::FILE.is_some() {
            drop(self.lock);
        }
        self.made.remove();
        Ok(())
    }

    /// Makes the folder of evidence that is no part of a bundle.
    pub(super) fn create_evidence(&self) -> Result<(), WriteError> {
        create_folder(&self.path.join(EVIDENCE)).map(drop)
    }

    /// A folder that still holds something stays.
    fn remove_empty_evidence(&self) {
        let _ = fs::remove_dir(self.path.join(EVIDENCE));
    }

    /// Opens a complete output to change it in place (`bind`).
    ///
    /// # Errors
    /// When there is no complete output, or it is in use.
    pub fn complete(path: &Path) -> Result<Folder, WriteError> {
        if read_mark(&path.join(MANIFEST)).is_none() {
            return Err(WriteErrorKind::NoManifest(path.to_path_buf()).into());
        }
        let writeback = Writeback::default();
        let folder = Folder { path: path.to_path_buf(), made: Made::default(), writeback, lock: Lock::on(path)? };
        remove_all(&Inventory::of(path)?.temporary)?;
        Ok(folder)
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Writes a small file beside the bundles and gives its record.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn write_info(&self, execution: &str, text: &[u8]) -> Result<InfoRecord, WriteError> {
        let file = info_file(execution);
        let mut out = Hashing::new(self.create(&file)?);
        let written = out.write_all(text);
        let (new, sum) = out.finish();
        written.map_err(|error| new.failed(error))?;
        new.commit()?;
        Ok(InfoRecord { file, sha256: sum.sha256 })
    }

    /// Begins a file, under a temporary name; `file` is relative to the folder, with `/` between its parts.
    ///
    /// # Errors
    /// When it cannot be made.
    pub fn create(&self, file: &str) -> Result<NewFile, WriteError> {
        NewFile::create(self.path.join(file))
    }

    /// As [`Folder::create`]: a file of about `length` bytes that is written in large pieces and nobody will read soon.
    pub(super) fn create_uncached(&self, file: &str, length: u64) -> Result<NewFile, WriteError> {
        NewFile::create_uncached(self.path.join(file), length)
    }

    /// A file is whole: it is brought to the disk while others are made, or with them in the end.
    pub(super) fn begin_writeback(&self, file: &NewFile, haste: Haste) -> OnDisk {
        file.another().map_or_else(OnDisk::default, |file| self.writeback.begin(file, haste))
    }

    /// That file has got its name.
    pub(super) fn note_named(&self, path: PathBuf, on_disk: OnDisk) {
        self.writeback.note_named(path, on_disk);
    }

    /// The disk has these files, which have their names and are not written again.
    pub(super) fn note_on_disk(&self, files: impl Iterator<Item = PathBuf>) {
        files.for_each(|path| self.writeback.note_named(path, OnDisk::already()));
    }

    /// Whether it is known that the disk has this file.
    pub(super) fn has_on_disk(&self, path: &Path) -> bool {
        self.writeback.has(path)
    }

    /// A name for a bundle that does not know yet what it will be called.
    pub(super) fn name_ahead() -> String {
        static NUMBER: AtomicU64 = AtomicU64::new(0);
        ahead_file(NUMBER.fetch_add(1, Ordering::Relaxed))
    }

    /// Completes the output: removes bundles of an earlier one that `manifest` does not name and evidence that no index
    /// names, brings all else to the disk, and then writes the manifest. Only when that is on the disk, too, an output
    /// that was set aside goes: until then it is the one that is whole.
    ///
    /// # Errors
    /// When the file system refuses. There is no manifest then, or it is that of an output that is whole.
    pub fn seal(&self, manifest: &Manifest) -> Result<(), WriteError> {
        let mut named: HashSet<PathBuf> = manifest.files().map(|file| self.path.join(file)).collect();
        for index in manifest.executions.iter().filter_map(|execution| execution.evidence.as_ref()) {
            named.extend(self.evidence_of(index)?);
        }
        named.extend(manifest.reports.iter().map(|_| self.path.join(REPORTS)));
        let found = Inventory::of(&self.path)?.ours;
        check_all_found(&named, &found)?;
        let is_stale = |path: &PathBuf| path.parent() != Some(&self.path) && !named.contains(path);
        let stale: Vec<PathBuf> = found.into_iter().filter(is_stale).collect();
        remove_all(&stale)?;
        self.remove_empty_evidence();
        let file = self.manifest_file(manifest)?;
        self.writeback.finish();
        match self.sync_bundles(&named)? {
            // The manifest under its temporary name as well.
            Synced::Everything => file.commit()?,
            Synced::Files => file.commit_to_disk()?,
        }
        sync_folder(&self.path)?;
        Earlier::of(&self.path).remove()?;
        // Only now: a run that is stopped before can go on where this one is.
        self.remove_journal()
    }

    /// The files of evidence that an index names.
    pub(super) fn evidence_of(&self, index: &EvidenceIndex) -> Result<HashSet<PathBuf>, WriteError> {
        let mut files = HashSet::new();
        let read = sidecar::each_line(&self.path, index, |line| {
            if is_evidence_path(&line.file) {
                files.insert(self.path.join(&line.file));
            }
        });
        read.map_err(WriteError::io("read", &self.path.join(&index.file)))?;
        Ok(files)
    }

    /// Brings these files, most of them bundles, and all names in the output folder to the disk.
    pub(super) fn sync_bundles(&self, files: &HashSet<PathBuf>) -> Result<Synced, WriteError> {
        /// From this number on one call for the whole file system is cheaper than a call for each file, also where
        /// others have something on their way: a disk that has not taken so many while they were made is slow.
        const MANY: usize = if cfg!(target_os = "linux") { 64 } else { usize::MAX };
        let left: Vec<_> = files.iter().filter(|path| !self.has_on_disk(path)).collect();
        let together = left.len() >= MANY || self.writeback.disk_load_is_low();
        let synced = if together { self.sync_everything() } else { self.sync_each(&left) }?;
        // Last, since a refusal is told once: of a file that was on its way in the background, there.
        self.writeback.refused().map_err(WriteError::io("sync", &self.path))?;
        Ok(synced)
    }

    /// The system tells of all that failed since the folder was opened, also of what was written early.
    fn sync_everything(&self) -> Result<Synced, WriteError> {
        #[cfg(target_os = "linux")]
        {
            let synced = match self.lock.folder() {
                Some(folder) => rustix::fs::syncfs(folder),
                None => {
                    let folder = File::open(&self.path).map_err(WriteError::io("open", &self.path))?;
                    rustix::fs::syncfs(&folder)
                }
            };
            synced.map_err(|error| WriteError::io("sync", &self.path)(error.into()))?;
        }
        Ok(Synced::Everything)
    }

    fn sync_each(&self, files: &[&PathBuf]) -> Result<Synced, WriteError> {
        for path in files {
            let synced = open_to_sync(path).and_then(|file| file.sync_all());
            synced.map_err(WriteError::io("sync", path))?;
        }
        let evidence = self.path.join(EVIDENCE);
        if evidence.is_dir() {
            sync_folder(&evidence)?;
        }
        sync_folder(&self.path.join(BUNDLES))?;
        sync_folder(&self.path)?;
        self.made.sync_names()?;
        Ok(Synced::Files)
    }

    /// Removes the journal, if there is one.
    pub(super) fn remove_journal(&self) -> Result<(), WriteError> {
        let path = self.path.join(JOURNAL);
        match fs::remove_file(&path) {
            Ok(()) => sync_folder(&self.path),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
            Err(error) => Err(WriteError::io("remove", &path)(error)),
        }
    }

    /// Completes a change of bundles in place: brings their names to the disk, and then writes the manifest.
    ///
    /// # Errors
    /// When the file system refuses; the earlier manifest then stays.
    pub fn seal_again(&self, manifest: &Manifest) -> Result<(), WriteError> {
        sync_folder(&self.path.join(BUNDLES))?;
        self.write_manifest(manifest)
    }

    /// Replaces the manifest, atomically.
    ///
    /// # Errors
    /// When the file system refuses; the earlier manifest, if any, then stays.
    pub fn write_manifest(&self, manifest: &Manifest) -> Result<(), WriteError> {
        self.manifest_file(manifest)?.commit_to_disk()?;
        sync_folder(&self.path)
    }

    /// The manifest under a temporary name.
    fn manifest_file(&self, manifest: &Manifest) -> Result<NewFile, WriteError> {
        let mut file = self.create(MANIFEST)?;
        let mut text = Vec::new();
        manifest.write_to(&mut text).and_then(|()| file.write_all(&text)).map_err(|error| file.failed(error))?;
        Ok(file)
    }

    /// The manifest goes first, so that no moment has a manifest whose bundles are gone.
    fn remove_manifest(&self, inventory: &Inventory) -> Result<(), WriteError> {
        if inventory.manifest.is_some() {
            remove(&self.path.join(MANIFEST))?;
            sync_folder(&self.path)?;
        }
        Ok(())
    }
}

/// What was brought to the disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Synced {
    /// The files that were asked for, and all names of files and folders.
    Files,
    /// All that was written to the file system until then.
    Everything,
}

/// What somebody took away while it was made would be missed only by whoever uploads it.
fn check_all_found(named: &HashSet<PathBuf>, found: &[PathBuf]) -> Result<(), WriteError> {
    let found: HashSet<&PathBuf> = found.iter().collect();
    match named.iter().filter(|path| !found.contains(path)).min() {
        Some(gone) => Err(WriteError::io("find", gone)(io::ErrorKind::NotFound.into())),
        None => Ok(()),
    }
}

fn remove_all(paths: &[PathBuf]) -> Result<(), WriteError> {
    paths.iter().try_for_each(|path| remove(path))
}

fn remove(path: &Path) -> Result<(), WriteError> {
    fs::remove_file(path).map_err(WriteError::io("remove", path))
}

/// Opens a whole file to bring it to the disk.
#[cfg(unix)]
fn open_to_sync(path: &Path) -> io::Result<File> {
    File::open(path)
}

/// Elsewhere only who may write to a file may ask for that: Windows refuses `FlushFileBuffers` to all others.
#[cfg(not(unix))]
fn open_to_sync(path: &Path) -> io::Result<File> {
    fs::OpenOptions::new().write(true).open(path)
}

/// Brings the names in a folder to the disk.
#[cfg(unix)]
fn sync_folder(path: &Path) -> Result<(), WriteError> {
    File::open(path).and_then(|folder| folder.sync_all()).map_err(WriteError::io("sync", path))
}

/// Other systems keep the names of a folder safe by themselves, and offer nothing to call.
#[cfg(not(unix))]
fn sync_folder(_path: &Path) -> Result<(), WriteError> {
    Ok(())
}

#[cfg(test)]
mod tests;
