//! Streams test reports of many formats into Xray JSON bundles.

#![cfg_attr(
    test,
    allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test that fails should panic")
)]

pub mod bundle;
pub mod format;
pub mod mapping;
pub mod model;
pub mod xray;
