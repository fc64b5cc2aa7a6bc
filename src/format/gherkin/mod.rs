//! What the formats of scenarios have in common: what names a scenario, status words, embeddings.
//!
//! Formats do not know each other; what two of them need alike is here, and knows none of them.

pub(super) mod attachment;
pub(super) mod identity;
pub(super) mod status;

/// Keys with which features begin, of Cucumber and of Behave.
pub(super) const KEYS_OF_FEATURES: &[&str] = &[
    "uri",
    "id",
    "line",
    "keyword",
    "name",
    "description",
    "tags",
    "language",
    "location",
    "status",
    "elements",
    "metadata",
];
