#![no_main]

//! Items of a JSON document: skimmed or read, whole or in pieces, they are the same.

use std::io::{self, Read};

use libfuzzer_sys::fuzz_target;
use xraypack::format::json::JsonItems;
use xraypack::model::Body;

/// Gives `grain` bytes at a time.
struct Grains<'b>(&'b [u8], usize);

impl Read for Grains<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let length = self.1.min(self.0.len()).min(buffer.len());
        buffer[..length].copy_from_slice(&self.0[..length]);
        self.0 = &self.0[length..];
        Ok(length)
    }
}

type Seen = Vec<(Vec<u8>, u64)>;

fn skimmed(body: Body<'_>) -> Seen {
    let mut items = JsonItems::new(body).with_children("elements");
    let mut seen = Vec::new();
    while let Ok(Some(piece)) = items.next() {
        seen.push((piece.bytes.to_vec(), piece.at().offset));
    }
    seen
}

fn read(body: Body<'_>) -> Seen {
    let mut items = JsonItems::new(body).with_children("elements");
    let mut seen = Vec::new();
    while let Ok(Some(piece)) = items.next_read(&mut |json| {
        if json.begin_object()? {
            while json.key()?.is_some() {
                json.text()?;
            }
        }
        Ok(())
    }) {
        seen.push((piece.bytes.to_vec(), piece.at().offset));
    }
    seen
}

fuzz_target!(|bytes: &[u8]| {
    let Some((grain, bytes)) = bytes.split_first() else { return };
    let grain = usize::from(*grain) + 1;
    let expected = skimmed(Body::Bytes(bytes));
    assert_eq!(read(Body::Bytes(bytes)), expected);
    assert_eq!(skimmed(Body::Stream(&mut Grains(bytes, grain))), expected);
    assert_eq!(read(Body::Stream(&mut Grains(bytes, grain))), expected);
});
