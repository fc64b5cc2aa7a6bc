//! Xray JSON: everything that knows its words, its two flavours and its limits.
//!
//! Runs become bytes ([`encode`]) as early as possible; later only the few that share a Test ([`merge`]) or that are too
//! large (`shrink`) are read again.

mod apart;
mod bind;
mod check;
mod deciding;
mod decode;
mod dispute;
mod encode;
mod evidence;
mod execution;
mod flavour;
mod info;
mod json;
mod marks;
mod markup;
mod merge;
mod multipart;
mod name;
mod note;
mod only_one;
mod outline;
mod oversize;
mod plain;
mod rows;
mod sections;
mod stated;
mod united;
mod unwritten;
mod wire;

pub use apart::Apart;
pub(crate) use apart::{EvidenceContent, add_apart, noted_evidence, set_apart};
pub use bind::{HEAD, PLACEHOLDER};
pub(crate) use bind::{key_place, with_key};
pub use check::{Checked, Unbound, check};
pub use decode::DecodeError;
pub(crate) use encode::key_identity;
pub use encode::{EncodeOptions, encode};
pub use evidence::EvidencePlace;
pub(crate) use evidence::{Addition, add_evidence};
pub use execution::{ExecutionInfo, SEPARATOR, TAIL, later_head};
pub(crate) use execution::{first_head, name_of_field};
pub use flavour::{StatusError, Statuses, TODO, Target};
pub use info::{InfoError, StatedInfo, read_info};
pub use merge::{Dispute, EncodedResult, Merge, Merged, merge};
pub use multipart::{ExecutionName, InfoTemplate};
pub(crate) use name::{TestName, name_of};
pub use note::note;
pub(crate) use oversize::shrink;
pub use plain::{Encoder, LastRun};
pub(crate) use unwritten::Unwritten;

#[cfg(test)]
mod tests;
