//! The elements that are open.

use std::ops::Range;

use super::tag;

/// Names of the open elements, end to end in one buffer.
#[derive(Default)]
pub(super) struct OpenElements {
    names: Vec<u8>,
    starts: Vec<usize>,
    /// Whether any name had a prefix.
    has_prefixes: bool,
    /// Bytes of `names` in use; a name stays readable behind them until the next one is opened.
    used: usize,
}

impl OpenElements {
    /// Room for the usual depth and names is made at once, since most reports are short.
    pub(super) fn new() -> OpenElements {
        const USUAL_DEPTH: usize = 8;
        const USUAL_NAME: usize = 16;
        OpenElements {
            names: vec![0; USUAL_DEPTH * USUAL_NAME],
            starts: Vec::with_capacity(USUAL_DEPTH),
            has_prefixes: false,
            used: 0,
        }
    }

    /// Bytes of memory that it takes.
    pub(super) fn room(&self) -> usize {
        self.names.capacity() + self.starts.capacity() * size_of::<usize>()
    }

    /// The same room, with nothing open.
    pub(super) fn emptied(mut self) -> OpenElements {
        self.starts.clear();
        OpenElements { names: self.names, starts: self.starts, ..OpenElements::default() }
    }

    #[inline]
    pub(super) fn depth(&self) -> usize {
        self.starts.len()
    }

    #[inline(always)]
    pub(super) fn open(&mut self, name: &[u8], has_prefix: bool) {
        let end = self.used + name.len();
        if self.names.len() < end {
            self.names.resize(end.max(2 * self.names.len()), 0);
        }
        self.names[self.used..end].copy_from_slice(name);
        self.has_prefixes |= has_prefix;
        self.starts.push(self.used);
        self.used = end;
    }

    /// Closes the innermost element and gives the range of its name.
    #[inline]
    pub(super) fn close(&mut self) -> Range<usize> {
        let end = self.used;
        let start = self.starts.pop().unwrap_or(0);
        self.used = start;
        start..end
    }

    /// The local name in this range, which [`OpenElements::close`] gave.
    #[inline]
    pub(super) fn local_name(&self, range: Range<usize>) -> &[u8] {
        let name = &self.names[range];
        if self.has_prefixes { tag::local_name(name) } else { name }
    }

    /// The name of the innermost open element; nothing when none is open.
    #[inline]
    pub(super) fn innermost(&self) -> &[u8] {
        &self.names[self.starts.last().copied().unwrap_or(self.used)..self.used]
    }

    /// Whether `text`, which follows `</`, is the end tag of the innermost open element and nothing else.
    #[inline]
    pub(super) fn is_closed_by(&self, text: &[u8]) -> bool {
        let name = self.innermost();
        !name.is_empty() && text.get(name.len()) == Some(&b'>') && text.starts_with(name)
    }

    /// Whether the innermost element stands directly in one called `name`, which is not empty.
    #[inline]
    pub(super) fn is_inside(&self, name: &[u8]) -> bool {
        let [.., outer, inner] = self.starts.as_slice() else { return false };
        !name.is_empty() && &self.names[*outer..*inner] == name
    }

    /// Whether the innermost `count` elements are all called `name`.
    pub(super) fn are_innermost(&self, count: usize, name: &[u8]) -> bool {
        let mut end = self.used;
        self.starts.iter().rev().take(count).all(|start| {
            let found = &self.names[*start..end];
            end = *start;
            found == name
        })
    }

    /// How many elements must be closed to close the innermost one called `name`.
    pub(super) fn distance(&self, name: &[u8]) -> Option<usize> {
        let mut end = self.used;
        for (distance, start) in self.starts.iter().rev().enumerate() {
            if &self.names[*start..end] == name {
                return Some(distance + 1);
            }
            end = *start;
        }
        None
    }
}
