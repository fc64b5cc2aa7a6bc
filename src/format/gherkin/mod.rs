//! What the formats of scenarios have in common: what names a scenario, status words, embeddings.
//!
//! Formats do not know each other; what two of them need alike is here, and knows none of them.

pub(super) mod attachment;
pub(super) mod identity;
pub(super) mod status;
