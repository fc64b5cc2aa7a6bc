#![no_main]

//! An archive or a packed file as it comes through standard input: zips, tars, gzip, zstd, inside each other. It is
//! listed or salvaged, and every entry is unpacked. The limits are low, and hold.

use std::io::Cursor;
use std::ops::ControlFlow;

use libfuzzer_sys::fuzz_target;
use xraypack::model::Body;
use xraypack::source::{self, Doubt, Found, Input, Limits, Options, Scratch};

const ENTRIES: u64 = 1000;
const BYTES: u64 = 1 << 20;

fuzz_target!(|bytes: &[u8]| {
    let limits = Limits {
        entry_bytes: BYTES,
        archive_bytes: 4 * BYTES,
        archive_entries: ENTRIES,
        in_memory: 4096,
        ..Limits::default()
    };
    let options = Options { limits, ..Options::default() };
    let mut scratch = Scratch::default();
    let mut entries = 0;
    let input = Input::stream(Cursor::new(bytes.to_vec()));
    let _ = source::walk(&[input], &options, &mut |found| {
        entries += 1;
        // Besides the entries, the archives themselves have a line when they are damaged.
        assert!(entries <= 2 * ENTRIES + 1, "more entries than the limit");
        if let Found::Entry(entry) = found {
            if let Ok(lent) = entry.with_body(&mut scratch, &options.limits, &|_| true, unpacked) {
                // What is one piece too much is told with it, and is at most a buffer.
                assert!(lent.value <= BYTES + (64 << 10) || lent.value <= bytes.len() as u64, "an entry over the limit");
            }
            let _ = entry.attachment("../a/b.png", &options.limits.with_most(1000), &mut Vec::new());
        }
        ControlFlow::Continue(())
    });
});

fn unpacked(body: Body<'_>, _: Doubt) -> u64 {
    match body {
        Body::Bytes(bytes) => bytes.len() as u64,
        Body::Stream(stream) => {
            let mut sink = vec![0; 64 << 10];
            let mut sum = 0;
            while let Ok(length @ 1..) = stream.read(&mut sink) {
                sum += length as u64;
            }
            sum
        }
    }
}
