//! Chunks of runs, in segments of memory and, when these had to make room, in the file.

use std::collections::BTreeMap;
use std::ops::Range;

use super::run_memory::RunMemory;
use super::segment::{Adding, HeldBytes, Segment};

/// Chunks that were put into memory, by number. The number of a chunk that is gone is given again.
#[derive(Debug, Default)]
pub(super) struct Shelf {
    chunks: Vec<Option<Chunk>>,
    free: Vec<u32>,
    /// How many have ever been put.
    time: u64,
    /// All segments by the time of their first chunk, oldest first.
    segments: BTreeMap<u64, OnShelf>,
    /// Those that chunks are added to, newest last.
    open: Vec<u64>,
    /// Bytes of memory that the segments take.
    pub(super) held: u64,
}

#[derive(Debug)]
struct Chunk {
    kept: Kept,
    /// Tells chunks apart that had the same number.
    since: u64,
    /// Bytes of it that somebody may still ask for.
    wanted: u64,
}

/// How long a chunk is going to be wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wanted {
    /// As a rule until its bundle is written ahead.
    ForNow,
    /// To the end. One that lies among others keeps the memory of all of them.
    ToTheEnd,
}

/// Where a chunk is.
#[derive(Debug, Clone)]
enum Kept {
    InMemory {
        segment: u64,
        range: Range<usize>,
    },
    /// At this place of the file.
    InFile {
        begin: u64,
        end: u64,
    },
}

/// Where a chunk is found.
pub(super) enum Look {
    /// These bytes of a segment.
    InMemory(Segment, Range<usize>),
    /// This place of the file.
    InFile(Range<u64>),
}

#[derive(Debug)]
struct OnShelf {
    segment: Segment,
    of: Wanted,
    filled: usize,
    /// What was put into it, with the time of each.
    chunks: Vec<(u32, u64)>,
    /// How many of them are still wanted.
    wanted: usize,
    /// Whether it is on its way into the file.
    leaving: bool,
}

impl OnShelf {
    fn room(&self) -> usize {
        self.segment.size() - self.filled
    }

    /// Whether what room there is would hardly do for a chunk.
    fn is_nearly_full(&self) -> bool {
        self.room() <= self.segment.size() / 16
    }
}

/// A segment on its way into the file, with those of its chunks that are wanted.
#[derive(Debug)]
pub(super) struct Leaving {
    number: u64,
    segment: Segment,
    chunks: Vec<LeavingChunk>,
}

#[derive(Debug)]
struct LeavingChunk {
    number: u32,
    since: u64,
    range: Range<usize>,
}

impl Leaving {
    /// What of the segment goes into the file: chunks that lie one behind the other are one piece.
    pub(super) fn hold(&self) -> Vec<HeldBytes> {
        let mut pieces: Vec<Range<usize>> = Vec::new();
        for chunk in &self.chunks {
            match pieces.last_mut() {
                Some(last) if last.end == chunk.range.start => last.end = chunk.range.end,
                _ => pieces.push(chunk.range.clone()),
            }
        }
        pieces.into_iter().map(|piece| self.segment.hold(piece)).collect()
    }

    /// How many bytes these are.
    pub(super) fn bytes(&self) -> u64 {
        self.chunks.iter().map(|chunk| chunk.range.len() as u64).sum()
    }
}

impl Shelf {
    /// From here on segments are large.
    const MUCH: u64 = 4 << 20;
    /// So many segments are open at most.
    const MOST_OPEN: usize = 64;

    /// The size of a segment for a chunk of `length` bytes. A store that holds little takes little more, since there
    /// may be many.
    pub(super) fn size_for(&self, length: usize, wanted: Wanted, memory: &RunMemory) -> usize {
        let is_large = self.held >= Shelf::MUCH && wanted == Wanted::ForNow;
        let size = if is_large { memory.large_segment() } else { memory.small_segment() };
        length.max(size)
    }

    /// Room for a chunk in one of the segments that there are: its number, and the right to add it there. Where little
    /// is held all are one sort.
    pub(super) fn place(&mut self, length: usize, wanted: Wanted) -> Option<(u32, Adding)> {
        let is_little = self.held < Shelf::MUCH;
        let (at, adding) = self.open.iter().enumerate().rev().find_map(|(at, number)| {
            let is_fit = |one: &&OnShelf| one.room() >= length && (is_little || one.of == wanted);
            let one = self.segments.get(number).filter(is_fit)?;
            Some((at, one.segment.try_add()?))
        })?;
        let segment = self.open[at];
        let number = self.register(segment, length)?;
        let one = self.segments.get(&segment)?;
        if one.is_nearly_full() {
            self.open.remove(at);
        }
        Some((number, adding))
    }

    /// Takes a segment whose first chunk is in it already, and gives the number of that.
    pub(super) fn add(&mut self, segment: Segment, length: usize, of: Wanted) -> Option<u32> {
        let number = self.time;
        self.held += segment.size() as u64;
        let one = OnShelf { segment, of, filled: 0, chunks: Vec::new(), wanted: 0, leaving: false };
        self.segments.insert(number, one);
        let chunk = self.register(number, length)?;
        if self.segments.get(&number).is_some_and(|one| !one.is_nearly_full()) {
            self.open.push(number);
        }
        if self.open.len() > Shelf::MOST_OPEN {
            self.open.remove(0);
        }
        Some(chunk)
    }

    fn register(&mut self, segment: u64, length: usize) -> Option<u32> {
        let one = self.segments.get_mut(&segment)?;
        let range = one.filled..one.filled + length;
        one.filled = range.end;
        one.wanted += 1;
        let since = self.time;
        self.time += 1;
        let number = self.free.pop().unwrap_or_else(|| {
            self.chunks.push(None);
            // Numbers cannot run out: with what a chunk costs, so many would fill the memory of any machine.
            (self.chunks.len() - 1) as u32
        });
        one.chunks.push((number, since));
        self.chunks[number as usize] =
            Some(Chunk { kept: Kept::InMemory { segment, range }, since, wanted: length as u64 });
        Some(number)
    }

    /// Where the chunk with this number is.
    pub(super) fn look(&self, number: u32) -> Option<Look> {
        match &self.chunks.get(number as usize)?.as_ref()?.kept {
            Kept::InMemory { segment, range } => {
                Some(Look::InMemory(self.segments.get(segment)?.segment.clone(), range.clone()))
            }
            Kept::InFile { begin, end } => Some(Look::InFile(*begin..*end)),
        }
    }

    /// The segments that have been here longest: one, and more until they come to `enough` bytes. They stay here until
    /// they have [left](Shelf::leave), and are not given again.
    pub(super) fn oldest(&mut self, enough: u64) -> Vec<Leaving> {
        let (mut leaving, mut sum) = (Vec::new(), 0);
        for (&number, one) in &mut self.segments {
            if !leaving.is_empty() && sum >= enough {
                break;
            }
            if one.leaving {
                continue;
            }
            one.leaving = true;
            sum += one.segment.size() as u64;
            self.open.retain(|open| *open != number);
            let chunks = one.chunks.iter().filter_map(|&(number, since)| {
                let chunk = self.chunks.get(number as usize)?.as_ref().filter(|chunk| chunk.since == since)?;
                let Kept::InMemory { range, .. } = &chunk.kept else { return None };
                Some(LeavingChunk { number, since, range: range.clone() })
            });
            leaving.push(Leaving { number, segment: one.segment.clone(), chunks: chunks.collect() });
        }
        leaving
    }

    /// What was wanted of a segment is in the file now, from `offset` on. Gives the segment.
    pub(super) fn leave(&mut self, leaving: &Leaving, offset: u64) -> Option<Segment> {
        let mut begin = offset;
        for LeavingChunk { number, since, range } in &leaving.chunks {
            let end = begin + range.len() as u64;
            let chunk = self.chunks.get_mut(*number as usize).and_then(Option::as_mut);
            if let Some(chunk) = chunk.filter(|chunk| chunk.since == *since) {
                chunk.kept = Kept::InFile { begin, end };
            }
            begin = end;
        }
        self.take(leaving.number)
    }

    /// Nobody will ask for `length` bytes of a chunk any more. Gives the segment when with that nothing in it is wanted.
    pub(super) fn release(&mut self, number: u32, length: u64) -> Option<Segment> {
        let place = self.chunks.get_mut(number as usize)?;
        let chunk = place.as_mut()?;
        chunk.wanted = chunk.wanted.saturating_sub(length);
        if chunk.wanted > 0 {
            return None;
        }
        let chunk = place.take()?;
        self.free.push(number);
        let Kept::InMemory { segment, .. } = chunk.kept else { return None };
        let one = self.segments.get_mut(&segment)?;
        one.wanted -= 1;
        if one.wanted > 0 || one.leaving {
            return None;
        }
        self.open.retain(|open| *open != segment);
        self.take(segment)
    }

    fn take(&mut self, number: u64) -> Option<Segment> {
        let one = self.segments.remove(&number)?;
        self.held -= one.segment.size() as u64;
        Some(one.segment)
    }

    #[cfg(test)]
    pub(super) fn wanted_in_memory(&self) -> u64 {
        let in_memory = self.chunks.iter().flatten().filter(|chunk| matches!(chunk.kept, Kept::InMemory { .. }));
        in_memory.map(|chunk| chunk.wanted).sum()
    }

    /// Takes all segments.
    pub(super) fn clear(&mut self) -> impl Iterator<Item = Segment> + use<> {
        self.held = 0;
        self.open.clear();
        std::mem::take(&mut self.segments).into_values().map(|one| one.segment)
    }
}
