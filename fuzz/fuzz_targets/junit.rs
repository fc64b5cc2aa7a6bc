#![no_main]

mod read;

use libfuzzer_sys::fuzz_target;
use xraypack::format;

fuzz_target!(|bytes: &[u8]| {
    if let Some(junit) = format::by_name("junit") {
        read::report(junit, bytes);
    }
});
