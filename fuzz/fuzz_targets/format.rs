#![no_main]

//! Any format: `XRAYPACK_FUZZ_FORMAT=nunit3 cargo fuzz run format`.

mod read;

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use xraypack::format::{self, FORMATS, Format};

static FORMAT: LazyLock<&Format> = LazyLock::new(|| {
    let name = std::env::var("XRAYPACK_FUZZ_FORMAT").unwrap_or_default();
    let names: Vec<_> = FORMATS.iter().map(|format| format.name).collect();
    format::by_name(&name).unwrap_or_else(|| panic!("XRAYPACK_FUZZ_FORMAT must be one of {names:?}"))
});

fuzz_target!(|bytes: &[u8]| read::report(&FORMAT, bytes));
