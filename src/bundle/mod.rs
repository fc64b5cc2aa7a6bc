//! Encoded runs in; bundles, `manifest.json` and `reports.jsonl` out.
//!
//! A run is an opaque slice of bytes here, with a few facts beside it. What the bytes mean is known to whoever gives
//! this room its merge function and its frame, never to the room itself.
//!
//! The way of a run:
//! 1. a worker puts a chunk of runs into the [`RunStore`] and makes a [`StoredRun`] of each of them;
//! 2. a collector adds them, in order, to the [`ExecutionIndex`] of their Test Execution, which knows results of the same
//!    Test and cuts the others into bundles;
//! 3. such a bundle is written [`Ahead`] of what is not known yet, with results of its Tests merged as far as they
//!    came, by whoever has time;
//! 4. `ExecutionIndex::find_repeats` ends that, `Unsettled::merge` makes one run of all results of a Test where that is
//!    not done;
//! 5. `plan` cuts the `Settled` runs into bundles by exact arithmetic;
//! 6. `Assembly::write` writes a bundle, or gives its name to one that was written ahead and came out the same;
//! 7. `Folder::seal` writes the manifest, last.
//!
//! Steps 1, 3, 4 (merging) and 6 may run on many threads at once. Nothing that is written depends on their order.

pub(crate) mod journal;
pub(crate) mod lines;
pub mod manifest;
pub mod verify;

mod ahead;
mod arriving;
mod body;
mod compress;
mod contents;
mod counts;
mod disk_load;
mod entries;
mod error;
mod folder;
mod frame;
mod gather;
mod hashing;
mod index;
mod known;
mod lengths;
mod location;
mod merging;
mod name;
mod new_file;
mod places;
mod plan;
mod positioned;
mod read_back;
mod reopened;
mod reports;
mod rewrite;
mod run_memory;
mod segment;
mod settle;
mod shelf;
mod sidecar;
mod spill;
mod spool;
mod store;
mod uncached;
mod write;
mod writeback;

pub use ahead::{Ahead, AheadFrame};
pub use arriving::{Arrived, ExecutionIndex};
pub use compress::Compression;
pub use counts::{Cases, Runs};
pub use error::{WriteError, WriteErrorKind};
pub use folder::{Opening, earlier_of};
pub use index::{IndexEntry, StoredRun};
pub use lines::{ProblemLine, ReportLine};
pub use location::{Location, StoredChunk};
pub use name::MANIFEST;
pub use places::RunPlace;
pub use plan::BundleLimits;
pub use spool::{LineSpool, SpooledLine};
pub use store::RunStore;

pub(crate) use entries::WaitingEntries;
pub(crate) use folder::Folder;
pub(crate) use frame::{ExecutionKey, Frame, FrameLengths};
pub(crate) use manifest::{BundleRecord, Manifest};
pub(crate) use merging::{Dispute, EvidenceLost, Merge, MergePart, MergedFacts};
pub(crate) use name::Ids;
pub(crate) use plan::{BundlePlan, Oversize, plan};
pub(crate) use reports::ReportLines;
pub(crate) use rewrite::{NewBeginning, RewriteError, Rewritten};
pub(crate) use run_memory::RunMemory;
pub(crate) use settle::{Disputes, Settled, Unsettled};
pub(crate) use sidecar::{EvidenceLine, EvidenceLines, Sidecar};
pub(crate) use spool::SeenReport;
pub(crate) use write::Assembly;
