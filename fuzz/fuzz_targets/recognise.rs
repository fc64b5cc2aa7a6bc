#![no_main]

use libfuzzer_sys::fuzz_target;
use xraypack::format::encoding::{detect, to_utf8};
use xraypack::format::head::{HEAD, could_be_report};
use xraypack::format::{self, Head};

fuzz_target!(|bytes: &[u8]| {
    let head = &bytes[..bytes.len().min(HEAD)];
    could_be_report(head);
    let decoded = to_utf8(head, detect(head));
    for name in ["report.xml", "notes.md", ""] {
        format::detect(&Head::new(&decoded, name));
    }
});
