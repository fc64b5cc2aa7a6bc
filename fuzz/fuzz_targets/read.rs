//! Reads bytes as a report and checks what holds for all of them. Shared by the targets.

#![allow(dead_code, reason = "each target takes what it needs")]

use std::io::{self, Read};
use std::ops::ControlFlow;

use xraypack::format::{self, Format, ReadOptions};
use xraypack::model::{Body, Problem, ReportVisitor, TestCase};

struct Counted {
    cases: usize,
    most: usize,
}

impl ReportVisitor for Counted {
    fn case(&mut self, _: &mut Box<TestCase>) -> ControlFlow<()> {
        self.cases += 1;
        assert!(self.cases <= self.most, "more cases than bytes");
        ControlFlow::Continue(())
    }

    fn problem(&mut self, _: Problem) {}

    fn producer(&mut self, _: &str) {}
}

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

/// As [`report`], for the format of this name.
pub fn report_of(name: &str, bytes: &[u8]) {
    let format = format::by_name(name).unwrap_or_else(|| panic!("there is no format {name:?}"));
    report(format, bytes);
}

/// The whole and its pieces must come to the same cases. The first byte decides about the size of the pieces.
pub fn report(format: &Format, bytes: &[u8]) {
    let Some((grain, bytes)) = bytes.split_first() else { return };
    let whole = cases(format, Body::Bytes(bytes), bytes.len());
    let pieces = cases(format, Body::Stream(&mut Grains(bytes, usize::from(*grain) + 1)), bytes.len());
    assert_eq!(whole, pieces);
}

fn cases(format: &Format, body: Body<'_>, length: usize) -> usize {
    let options = ReadOptions { steps: true, output: xraypack::format::Attachments::All, ..ReadOptions::default() };
    let mut counted = Counted { cases: 0, most: length + 1 };
    let _ = (format.parse)(body, &options, &mut counted);
    counted.cases
}
