//! Where and why an item cannot be read any further.

use crate::model::Position;

/// The structure cannot be read any further. One pointer, so that the results of the hot path stay in registers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault(Box<Broken>);

#[derive(Debug, Clone, PartialEq, Eq)]
struct Broken {
    what: &'static str,
    offset: usize,
    is_cut: bool,
}

impl Fault {
    /// `what` is wrong at `offset`.
    #[cold]
    pub fn wrong(what: &'static str, offset: usize) -> Fault {
        Fault(Box::new(Broken { what, offset, is_cut: false }))
    }

    /// `what` is wrong with what begins at `offset`, because the bytes ended where more were to come.
    #[cold]
    pub fn cut(what: &'static str, offset: usize) -> Fault {
        Fault(Box::new(Broken { what, offset, is_cut: true }))
    }

    /// What is wrong, in words.
    pub fn what(&self) -> &'static str {
        self.0.what
    }

    /// Whether the bytes ended where more were to come.
    pub fn is_cut(&self) -> bool {
        self.0.is_cut
    }

    /// The place in the document, where the item `bytes` begins at `start`.
    pub fn position(&self, bytes: &[u8], start: Position) -> Position {
        position(self.0.offset, bytes, start)
    }
}

/// The place in the document of the byte at `offset` of the item `bytes`, which begins at `start`.
pub fn position(offset: usize, bytes: &[u8], start: Position) -> Position {
    let passed = &bytes[..offset.min(bytes.len())];
    let lines = memchr::memchr_iter(b'\n', passed).count() as u64;
    // A document on one line is not searched twice.
    let last_break = if lines == 0 { None } else { memchr::memrchr(b'\n', passed) };
    let after_break = last_break.map(|at| (passed.len() - at) as u64);
    Position {
        offset: start.offset + passed.len() as u64,
        line: start.line + lines,
        column: after_break.unwrap_or(start.column + passed.len() as u64),
    }
}
