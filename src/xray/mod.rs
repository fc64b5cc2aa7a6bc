//! Xray JSON: everything that knows its words, its two flavours and its limits.
//!
//! Runs become bytes ([`encode`]) as early as possible; later only the few that share a Test ([`merge`]) or that are too
//! large ([`shrink`]) are read again.

mod check;
mod decode;
mod encode;
mod evidence;
mod execution;
mod flavour;
mod json;
mod merge;
mod name;
mod oversize;
mod stated;
mod wire;

pub use check::{Checked, Unbound, check};
pub use decode::DecodeError;
pub use encode::{EncodeOptions, encode};
pub use execution::{ExecutionInfo, PLACEHOLDER, SEPARATOR, TAIL, first_head, later_head, placeholder_head};
pub use flavour::{StatusError, Statuses, TODO, Target};
pub use merge::{Merge, Merged, Part, merge};
pub use name::{TestName, name_of};
pub use oversize::shrink;

#[cfg(test)]
mod tests;
