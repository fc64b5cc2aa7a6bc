//! Encoded runs in; bundles, `manifest.json` and `reports.jsonl` out.
//!
//! A run is an opaque slice of bytes here, with a few facts beside it. What the bytes mean is known to whoever gives
//! this room its merge function and its frame, never to the room itself.
//!
//! The way of a run:
//! 1. a worker puts a chunk of runs into the [`RunStore`] and makes one [`IndexEntry`] for each of them;
//! 2. a collector pushes the entries into the [`ExecutionIndex`] of their Test Execution, in any order;
//! 3. [`ExecutionIndex::group`] finds results of the same Test, [`Grouped::merge`] makes one run of each such group;
//! 4. [`plan`](fn@plan) cuts the [`Settled`] runs into bundles by exact arithmetic;
//! 5. [`Assembly::write`] writes a bundle, under a temporary name until it is whole;
//! 6. [`Folder::seal`] writes the manifest, last.
//!
//! Steps 1, 3 (merging) and 5 may run on many threads at once. Nothing that is written depends on their order.

pub mod journal;
pub mod lines;
pub mod manifest;
pub mod verify;

mod body;
mod compress;
mod counts;
mod error;
mod folder;
mod frame;
mod hashing;
mod index;
mod name;
mod new_file;
mod note;
mod plan;
mod positioned;
mod reports;
mod rewrite;
mod settle;
mod store;
mod write;

pub use compress::Compression;
pub use counts::{Cases, Runs};
pub use error::{WriteError, WriteErrorKind};
pub use folder::{Folder, Opening};
pub use frame::{ExecutionKey, Frame, FrameLengths};
pub use index::{ExecutionIndex, IndexEntry, PackedFacts};
pub use lines::{ProblemLine, ReportLine};
pub use manifest::{BundleRecord, Manifest};
pub use name::{MANIFEST, REPORTS, bundle_file, file_safe_id, info_file};
pub use new_file::NewFile;
pub use note::append_note;
pub use plan::{Budget, BundlePlan, Oversize, plan};
pub use reports::ReportLines;
pub use rewrite::{NewBeginning, RewriteError, Rewritten};
pub use settle::{Group, Grouped, Merge, MergePart, Merged, Settled, settle};
pub use store::{Location, RunMemory, RunStore, StoredChunk};
pub use write::Assembly;
