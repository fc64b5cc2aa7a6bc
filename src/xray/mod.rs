//! Xray JSON: everything that knows its words, its two flavours and its limits.
//!
//! Runs become bytes ([`encode`]) as early as possible; later only the few that share a Test ([`merge`]) or that are too
//! large ([`shrink`]) are read again.

mod apart;
mod bind;
mod check;
mod deciding;
mod decode;
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

pub use apart::{Apart, EvidenceContent, add_apart, noted_evidence, set_apart};
pub use bind::{HEAD, KeyPlace, PLACEHOLDER, key_place, with_key};
pub use check::{Checked, Unbound, check};
pub use decode::DecodeError;
pub use encode::{EncodeOptions, encode, key_identity};
pub use evidence::{Addition, EvidencePlace, add_evidence};
pub use execution::{ExecutionInfo, SEPARATOR, TAIL, first_head, later_head, name_of_field};
pub use flavour::{StatusError, Statuses, TODO, Target};
pub use info::{InfoError, StatedInfo, read_info};
pub use merge::{Dispute, EncodedResult, Merge, Merged, merge};
pub use multipart::{ExecutionName, InfoTemplate};
pub use name::{TestName, name_of};
pub use note::note;
pub use oversize::{Shrunk, shrink};
pub use plain::{Encoder, LastRun};
pub use unwritten::Unwritten;

#[cfg(test)]
mod tests;
