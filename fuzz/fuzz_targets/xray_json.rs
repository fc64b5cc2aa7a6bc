#![no_main]

//! Xray JSON: the whole and its pieces come to the same cases.

mod read;

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use xraypack::format::{self, Format};

static FORMAT: LazyLock<&Format> = LazyLock::new(|| format::by_name("xray").expect("the format is registered"));

fuzz_target!(|bytes: &[u8]| read::report(&FORMAT, bytes));
