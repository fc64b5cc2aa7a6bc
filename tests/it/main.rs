//! The integration tests, in one binary: one link instead of one for each file.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test that fails should panic")]
#![allow(clippy::print_stderr, reason = "a test that is skipped says so")]

mod archives;
mod bench;
mod bind;
mod build_folders;
mod citations;
mod cli;
mod conformance;
mod convert;
mod cut_rows;
mod differential;
mod documents;
mod early;
mod edges;
mod evidence;
mod executions;
#[cfg(target_os = "linux")]
mod faults;
mod fixtures;
#[path = "../../benches/support/mod.rs"]
mod generated;
mod giants;
mod growth;
mod hostile;
mod inputs;
mod json_quirks;
mod junit_quirks;
mod keys;
mod layers;
mod limits;
mod memory;
mod multipart;
#[cfg(unix)]
mod night;
mod pages;
mod pictures;
mod plan;
mod probes;
mod properties;
mod rebundle;
mod recognition;
mod replacing;
mod reruns;
#[cfg(unix)]
mod resume;
mod robot_json;
mod shards;
#[cfg(target_os = "linux")]
mod shortage;
mod support;
mod threads;
mod twins;
mod zips;
