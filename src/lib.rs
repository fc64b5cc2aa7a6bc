//! Streams test reports of many formats into Xray JSON bundles.

#![cfg_attr(
    test,
    allow(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::panic,
        clippy::print_stderr,
        reason = "a test that fails should panic, one that is skipped says so"
    )
)]

pub mod bundle;
pub mod format;
pub mod mapping;
pub mod model;
pub mod pipeline;
pub mod source;
pub mod xray;
