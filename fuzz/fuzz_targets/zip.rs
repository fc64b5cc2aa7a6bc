#![no_main]

//! An archive as it comes through standard input: the directory is read, every entry is inflated.

use std::io::{Cursor, Read};
use std::ops::ControlFlow;

use libfuzzer_sys::fuzz_target;
use xraypack::model::Body;
use xraypack::source::{self, Found, Input, Limits, Options, Scratch};

fuzz_target!(|bytes: &[u8]| {
    let limits = Limits { entry_bytes: 1 << 20, archive_entries: 1000, in_memory: 4096, ..Limits::default() };
    let options = Options { limits, ..Options::default() };
    let mut scratch = Scratch::default();
    let input = Input::stream(Cursor::new(bytes.to_vec()));
    let _ = source::walk(&[input], &options, &mut |found| {
        if let Found::Entry(entry) = found {
            let _ = entry.with_body(&mut scratch, &options.limits, &|_| true, inflated);
        }
        ControlFlow::Continue(())
    });
});

fn inflated(body: Body<'_>) -> u64 {
    match body {
        Body::Bytes(bytes) => bytes.len() as u64,
        Body::Stream(stream) => std::io::copy(&mut stream.take(1 << 24), &mut std::io::sink()).unwrap_or(0),
    }
}
