//! What stands around the runs of a bundle.

/// Whether the key of the Test Execution is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ExecutionKey {
    /// It is: every bundle is final.
    Known,
    /// It is not: the later bundles hold a placeholder.
    Awaited,
}

/// What stands around the runs of a bundle, as bytes whose meaning is the caller's.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Frame<'a> {
    /// Before the runs of the first bundle.
    pub first_head: &'a [u8],
    /// Before the runs of every other bundle.
    pub later_head: &'a [u8],
    /// Between two runs.
    pub separator: &'a [u8],
    /// After the runs.
    pub tail: &'a [u8],
    /// Whether the later head holds the key.
    pub key: ExecutionKey,
}

/// Lengths of a [`Frame`], in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct FrameLengths {
    /// Before the runs of the first bundle.
    pub first_head: u64,
    /// Before the runs of every other bundle.
    pub later_head: u64,
    /// Between two runs.
    pub separator: u64,
    /// After the runs.
    pub tail: u64,
}

impl Frame<'_> {
    /// Its lengths, for the plan.
    pub(crate) fn lengths(&self) -> FrameLengths {
        FrameLengths {
            first_head: self.first_head.len() as u64,
            later_head: self.later_head.len() as u64,
            separator: self.separator.len() as u64,
            tail: self.tail.len() as u64,
        }
    }
}
