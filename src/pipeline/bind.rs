//! The key of a Test Execution, written into the bundles that wait for it.

use std::collections::HashMap;
use std::fmt;
use std::path::Path;

use rayon::iter::{IntoParallelIterator, ParallelIterator};
use serde_json::Value;

use crate::bundle::manifest::{Execution, Manifest};
use crate::bundle::verify::{Mismatch, Verification};
use crate::bundle::{BundleRecord, Folder, NewBeginning, RewriteError, Rewritten, WriteError};
use crate::xray;

/// A key and the Test Execution that gets it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Binding {
    /// Id of the Test Execution in the manifest; `None`: the only one there is.
    pub id: Option<String>,
    /// The key, well-formed.
    pub key: String,
}

/// Whether a key that is there already may be replaced by another one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rebind {
    /// It may not.
    Refused,
    /// It may.
    Allowed,
}

/// What became of one Test Execution.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bound {
    /// Its id.
    pub id: String,
    /// Its key.
    pub key: String,
    /// Bundles that hold the key now, and did not when the manifest was written.
    pub bundles: u64,
}

/// Why nothing was bound.
#[derive(Debug)]
#[non_exhaustive]
pub enum BindError {
    /// The folder holds no output that can be understood.
    NoOutput(Mismatch),
    /// The output cannot be changed.
    Write(WriteError),
    /// No Test Execution has this id.
    UnknownId {
        /// The id that was given.
        id: String,
        /// Those that there are.
        known: Vec<String>,
    },
    /// A key without an id, and several Test Executions it could be meant for.
    WhichOne {
        /// The key that was given.
        key: String,
        /// The ids.
        known: Vec<String>,
    },
    /// Two keys for one Test Execution.
    Twice(String),
    /// The Test Execution has another key already.
    HasKey {
        /// Its id.
        id: String,
        /// The key it has.
        key: String,
    },
    /// Two Test Executions would have one key: each would overwrite results of the other.
    SameKey {
        /// The key.
        key: String,
        /// The two.
        ids: [String; 2],
    },
    /// A bundle would be larger than the limit it was made for.
    TooLarge {
        /// The bundle.
        file: String,
        /// Bytes it would have.
        bytes: u64,
        /// Bytes it may have.
        limit: u64,
    },
    /// A bundle is not what the manifest says.
    NotAsRecorded {
        /// The bundle.
        file: String,
        /// In what.
        reason: String,
    },
    /// No threads can be started.
    Threads(String),
}

/// Writes the keys into the bundles that wait for them, and into the manifest, which is replaced last.
///
/// Nothing is changed before everything has been checked and all new files lie whole beside the old ones. After a crash
/// the same call completes what was begun.
///
/// # Errors
/// Whatever is said against it; the bundles are as they were then, unless the file system refused in the very end.
pub fn bind(folder: &Path, bindings: &[Binding], rebind: Rebind, threads: usize) -> Result<Vec<Bound>, BindError> {
    // It says best why a folder is no output. What counts is what is read when nobody else can change it any more.
    Verification::open(folder).map_err(BindError::NoOutput)?;
    let output = Folder::complete(folder).map_err(BindError::Write)?;
    let verification = Verification::open(folder).map_err(BindError::NoOutput)?;
    let mut manifest = verification.manifest().clone();
    let keys = assign(&manifest, bindings, rebind)?;
    let tasks: Vec<_> = tasks(&manifest, &keys);
    let pool = super::threads::pool(threads);
    let pool = pool.map_err(|error| BindError::Threads(error.to_string()))?;
    let prepared: Result<Vec<_>, BindError> =
        pool.install(|| tasks.into_par_iter().map(|task| Ok((task.place, task.prepare(&output, rebind)?))).collect());
    let prepared = prepared?;
    check_sizes(&manifest, prepared.iter().map(|(_, bundle)| bundle.record()))?;
    let mut counts = HashMap::new();
    for ((execution, bundle), rewritten) in prepared {
        let record = BundleRecord { needs_key: false, ..rewritten.commit().map_err(BindError::Write)? };
        let recorded = &mut manifest.executions[execution].bundles[bundle];
        if *recorded != record {
            *counts.entry(execution).or_insert(0) += 1;
            *recorded = record;
        }
    }
    let bound = keys.into_iter().map(|(execution, key)| {
        let Execution { id, key: recorded, .. } = &mut manifest.executions[execution];
        *recorded = Some(key.clone());
        Bound { id: id.clone(), key, bundles: counts.get(&execution).copied().unwrap_or(0) }
    });
    let bound = bound.collect();
    let all = manifest.executions.iter().flat_map(|execution| &execution.bundles);
    manifest.totals.bytes_out = all.fold(0, |sum, bundle| sum.saturating_add(bundle.bytes));
    if &manifest != verification.manifest() {
        output.seal_again(&manifest).map_err(BindError::Write)?;
    }
    Ok(bound)
}

/// The key of each Test Execution that gets one, by its place in the manifest, in that order.
fn assign(manifest: &Manifest, bindings: &[Binding], rebind: Rebind) -> Result<Vec<(usize, String)>, BindError> {
    let ids = || manifest.executions.iter().map(|execution| execution.id.clone()).collect::<Vec<_>>();
    let mut keys: Vec<(usize, String)> = Vec::new();
    for Binding { id, key } in bindings {
        let place = match id {
            Some(id) => manifest.executions.iter().position(|execution| execution.id == *id),
            None if manifest.executions.len() > 1 => {
                return Err(BindError::WhichOne { key: key.clone(), known: ids() });
            }
            None => (!manifest.executions.is_empty()).then_some(0),
        };
        let Some(place) = place else {
            return Err(BindError::UnknownId { id: id.clone().unwrap_or_default(), known: ids() });
        };
        match keys.iter().find(|(known, _)| *known == place) {
            Some((_, known)) if known == key => continue,
            Some(_) => return Err(BindError::Twice(manifest.executions[place].id.clone())),
            None => keys.push((place, key.clone())),
        }
    }
    keys.sort_unstable();
    for (place, key) in &keys {
        let Execution { id, key: recorded, .. } = &manifest.executions[*place];
        if let Some(recorded) = recorded
            && recorded != key
            && rebind == Rebind::Refused
        {
            return Err(BindError::HasKey { id: id.clone(), key: recorded.clone() });
        }
    }
    check_distinct(manifest, &keys)?;
    Ok(keys)
}

fn check_distinct(manifest: &Manifest, keys: &[(usize, String)]) -> Result<(), BindError> {
    let mut owners: HashMap<&str, &str> = HashMap::new();
    for (place, execution) in manifest.executions.iter().enumerate() {
        let given = keys.iter().find(|(of, _)| *of == place).map(|(_, key)| key);
        let Some(key) = given.or(execution.key.as_ref()) else { continue };
        if let Some(other) = owners.insert(key, &execution.id) {
            // Two of one key that nobody touches now are none of this command's business.
            if keys.iter().any(|(_, bound)| bound == key) {
                let ids = [other.to_owned(), execution.id.clone()];
                return Err(BindError::SameKey { key: key.clone(), ids });
            }
        }
    }
    Ok(())
}

/// One bundle that is to hold another key than the manifest says.
struct Task<'m> {
    /// Places of the Test Execution and of the bundle in it.
    place: (usize, usize),
    record: &'m BundleRecord,
    /// The key that it holds as the manifest knows it.
    recorded: Option<&'m str>,
    key: &'m str,
}

/// The bundles that wait, and of a Test Execution that gets another key all.
fn tasks<'m>(manifest: &'m Manifest, keys: &'m [(usize, String)]) -> Vec<Task<'m>> {
    let mut tasks = Vec::new();
    for (place, key) in keys {
        let execution = &manifest.executions[*place];
        let is_other = execution.key.as_ref().is_some_and(|recorded| recorded != key);
        for (number, record) in execution.bundles.iter().enumerate() {
            if record.needs_key || is_other {
                let recorded = if record.needs_key { None } else { execution.key.as_deref() };
                tasks.push(Task { place: (*place, number), record, recorded, key });
            }
        }
    }
    tasks
}

impl Task<'_> {
    fn prepare(&self, folder: &Folder, rebind: Rebind) -> Result<Rewritten, BindError> {
        Rewritten::prepare(folder, self.record, xray::HEAD, &|start| self.beginning(start, rebind)).map_err(|error| {
            match error {
                RewriteError::Write(error) => BindError::Write(error),
                RewriteError::NotAsRecorded { file, reason } => BindError::NotAsRecorded { file, reason },
            }
        })
    }

    /// The new beginning of the bundle. One that has it already was left so by a run that was stopped.
    fn beginning(&self, start: &[u8], rebind: Rebind) -> Result<NewBeginning, String> {
        let Some(place) = xray::key_place(start) else {
            return match self.record.part {
                // The first bundle of a Test Execution that is new to Jira carries its fields and no key.
                1 => Ok(NewBeginning { replaced: 0, recorded: Vec::new(), new: Vec::new() }),
                _ => Err("it does not begin with the key of a Test Execution".to_owned()),
            };
        };
        if let Some(found) = &place.key
            && found != self.key
            && self.recorded != Some(found.as_str())
            && rebind == Rebind::Refused
        {
            return Err(format!("it has the key {found} of a bind that was stopped: bind that key, or force this one"));
        }
        Ok(NewBeginning {
            replaced: place.length,
            recorded: xray::with_key(self.recorded),
            new: xray::with_key(Some(self.key)),
        })
    }
}

/// A key that is longer than the blanks left for it makes its bundles longer.
fn check_sizes<'r>(manifest: &Manifest, records: impl Iterator<Item = &'r BundleRecord>) -> Result<(), BindError> {
    let Some(limit) = manifest.options.get("max-bytes").and_then(Value::as_u64) else { return Ok(()) };
    for record in records {
        if record.bytes > limit {
            return Err(BindError::TooLarge { file: record.file.clone(), bytes: record.bytes, limit });
        }
    }
    Ok(())
}

impl fmt::Display for BindError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            BindError::NoOutput(mismatch) => write!(f, "there is no complete output: {mismatch}"),
            BindError::Write(error) => error.fmt(f),
            BindError::UnknownId { known, .. } if known.is_empty() => f.write_str("the output has no Test Execution"),
            BindError::UnknownId { id, known } => {
                write!(f, "no Test Execution has the id {id:?}; there is {}", known.join(", "))
            }
            BindError::WhichOne { key, known } => {
                write!(f, "{key} is for which Test Execution? There is {}", known.join(", "))
            }
            BindError::Twice(id) => write!(f, "two keys are given for the Test Execution {id}"),
            BindError::HasKey { id, key } => write!(f, "the Test Execution {id} has the key {key} already"),
            BindError::SameKey { key, ids: [one, other] } => {
                write!(f, "{one} and {other} would both be {key}, and each would overwrite results of the other")
            }
            BindError::TooLarge { file, bytes, limit } => {
                write!(f, "{file} would have {bytes} bytes with this key, and {limit} are allowed")
            }
            BindError::NotAsRecorded { file, reason } => write!(f, "{file} is not what the manifest says: {reason}"),
            BindError::Threads(why) => write!(f, "worker threads failed: {why}"),
        }
    }
}

impl std::error::Error for BindError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            BindError::Write(error) => Some(error),
            _ => None,
        }
    }
}
