//! Runs from wherever they are into a bundle.

use std::io::IoSlice;
use std::ops::Range;

use super::body::BundleBody;
use super::error::WriteError;
use super::places::Stretch;
use super::segment::HeldBytes;
use super::store::{RunStore, Whereabouts};

/// Bytes that are given to the system, or read back from a file, at once. They pass the processor's cache twice, once to
/// be hashed.
const PIECE: usize = 512 << 10;

/// Files are cached in pages of this size, or a multiple of it.
const PAGE: usize = 4 << 10;

/// Pieces that are given to the system at once: each costs little, and none may be refused.
const MOST_PIECES: usize = 256;

/// A bundle that is being gathered.
pub(super) struct Gathering<'g, P> {
    parts: P,
    /// What is left of a part that was too long for a batch.
    rest: Option<BundlePart<'g>>,
    store: &'g RunStore,
    out: &'g mut BundleBody,
    batch: Batch,
}

/// What follows next in a bundle.
pub(super) enum BundlePart<'g> {
    Frame(&'g [u8]),
    /// Runs, and what follows them. In the store each run is followed by a separator, too, so that the two are mostly
    /// one piece.
    Runs(Stretch, &'g [u8]),
}

impl<'g, P: Iterator<Item = BundlePart<'g>>> Gathering<'g, P> {
    /// The [`parts`] of a bundle, whose runs are in `store`, on their way to `out`.
    pub(super) fn new(parts: P, store: &'g RunStore, out: &'g mut BundleBody) -> Gathering<'g, P> {
        Gathering { parts, rest: None, store, out, batch: Batch::default() }
    }

    /// Takes as much as is written at once; nothing when there is nothing left.
    fn fill(&mut self) -> Result<(), WriteError> {
        self.batch.begin_next();
        while !self.batch.is_full() {
            let Some(part) = self.rest.take().or_else(|| self.parts.next()) else { return Ok(()) };
            self.rest = self.batch.add(part, self.store)?;
        }
        self.batch.end_with_a_page();
        Ok(())
    }
}

/// Writes bundles: one, or two at once, which are hashed together. Runs are handed on from where they are; a long one
/// that is in a file is never in memory as a whole.
pub(super) fn gather<'g, P: Iterator<Item = BundlePart<'g>>>(
    bundles: &mut [Gathering<'g, P>],
) -> Result<(), WriteError> {
    loop {
        bundles.iter_mut().try_for_each(Gathering::fill)?;
        if bundles.iter().all(|bundle| bundle.batch.pieces.is_empty()) {
            return Ok(());
        }
        let batches = bundles.iter_mut().map(|Gathering { out, batch, .. }| (&mut **out, batch.slices()));
        BundleBody::write_together(&mut batches.collect::<Vec<_>>())?;
    }
}

/// `[head, separator, tail]` and the runs between them. Runs that follow each other in the store with nothing but a
/// separator between them are one part.
pub(super) fn parts<'g>(
    runs: impl Iterator<Item = Stretch>,
    [head, separator, tail]: [&'g [u8]; 3],
) -> impl Iterator<Item = BundlePart<'g>> {
    let mut runs = runs.peekable();
    let joined = std::iter::from_fn(move || {
        let mut stretch = runs.next()?;
        while runs.next_if(|next| stretch.join(next, separator.len())).is_some() {}
        let behind = if runs.peek().is_some() { separator } else { &[] };
        Some(BundlePart::Runs(stretch, behind))
    });
    std::iter::once(BundlePart::Frame(head)).chain(joined).chain([BundlePart::Frame(tail)])
}

/// What is written next.
#[derive(Default)]
struct Batch {
    pieces: Vec<Piece>,
    /// Of all pieces.
    bytes: usize,
    /// What is written with the next batch: pages that are on their way to the disk are not kept, and to go on within
    /// one means to wait for it and to read it back.
    left: Vec<u8>,
    /// What is not in the store's memory, or not worth a piece of its own.
    copied: Vec<u8>,
    window: Window,
}

/// What was read back from the temporary file last. Runs of a bundle mostly lie there nearly in order, with some
/// between them that belong elsewhere: to read over these costs less than to ask for each stretch.
#[derive(Default)]
struct Window {
    /// This place of the file ...
    place: Range<u64>,
    /// ... is here in what was copied.
    at: usize,
    /// Bytes of the bundle that were read, and how many of these were asked for.
    read: u64,
    wanted: u64,
}

impl Window {
    /// Bytes that are read at once.
    const AHEAD: u64 = 64 << 10;

    /// Where in `copied` the bytes at `place` are, after they were read if need be.
    fn read(&mut self, place: &Range<u64>, store: &RunStore, copied: &mut Vec<u8>) -> Result<Range<usize>, WriteError> {
        if place.start < self.place.start || self.place.end < place.end {
            // Where little of what was read before was wanted, no more than is asked for.
            let ahead = if self.read <= 2 * self.wanted { Window::AHEAD } else { 0 };
            // What others are writing yet would be read as it was before.
            let end = place.end.max(place.start.saturating_add(ahead).min(store.spill_file().settled()));
            (self.place, self.at) = (place.start..end, copied.len());
            self.read += end - place.start;
            store.spill_file().read(&self.place, copied)?;
        }
        self.wanted += place.end - place.start;
        let from = self.at + (place.start - self.place.start) as usize;
        Ok(from..from + (place.end - place.start) as usize)
    }
}

enum Piece {
    Held(HeldBytes),
    Copied(Range<usize>),
}

impl Piece {
    /// Leaves as many bytes out at the end.
    fn shorten(&mut self, by: usize) {
        match self {
            Piece::Held(held) => held.shorten(by),
            Piece::Copied(range) => range.end -= by,
        }
    }

    fn bytes<'p>(&'p self, copied: &'p [u8]) -> &'p [u8] {
        match self {
            Piece::Held(held) => held,
            // A panic where it is not there, which whoever writes bundles catches: nothing in its place would be runs
            // lost in silence.
            Piece::Copied(range) => &copied[range.clone()],
        }
    }
}

impl Batch {
    /// Below this size a copy costs less than a piece does.
    const WORTH_A_PIECE: usize = 512;

    /// Begins with what was left.
    fn begin_next(&mut self) {
        self.pieces.clear();
        self.copied.clear();
        self.bytes = 0;
        self.window.place = 0..0;
        if !self.left.is_empty() {
            self.copied.append(&mut self.left);
            self.push_copied(0..self.copied.len());
        }
    }

    /// Leaves what is behind the last whole page, unless there is none: an empty batch would be the end. All batches
    /// before ended with one, too, but for such short ones.
    fn end_with_a_page(&mut self) {
        let mut beyond = if self.bytes < PAGE { 0 } else { self.bytes % PAGE };
        self.bytes -= beyond;
        while beyond > 0
            && let Some(mut last) = self.pieces.pop()
        {
            let bytes = last.bytes(&self.copied);
            let (stays, leaves) = bytes.split_at(bytes.len().saturating_sub(beyond));
            beyond -= leaves.len();
            self.left.splice(0..0, leaves.iter().copied());
            if !stays.is_empty() {
                last.shorten(leaves.len());
                self.pieces.push(last);
            }
        }
    }

    fn is_full(&self) -> bool {
        self.bytes >= PIECE || self.pieces.len() >= MOST_PIECES
    }

    fn slices(&self) -> Vec<IoSlice<'_>> {
        self.pieces.iter().map(|piece| IoSlice::new(piece.bytes(&self.copied))).collect()
    }

    /// Takes a part, or as much of it as is read back at once, and gives the rest.
    fn add<'g>(&mut self, part: BundlePart<'g>, store: &RunStore) -> Result<Option<BundlePart<'g>>, WriteError> {
        let (stretch, behind) = match part {
            BundlePart::Frame(bytes) => {
                self.copy(bytes);
                return Ok(None);
            }
            BundlePart::Runs(stretch, behind) => (stretch, behind),
        };
        let length = stretch.bytes.min(PIECE as u64);
        match store.find(stretch.at, stretch.bytes as usize)? {
            Whereabouts::Held(held) => {
                self.hold(held, behind);
                return Ok(None);
            }
            Whereabouts::Spilled(place) => {
                let range = self.window.read(&(place.start..place.start + length), store, &mut self.copied)?;
                self.push_copied(range);
            }
            Whereabouts::Ahead { number, place } => {
                let from = self.copied.len();
                let place = place.start..place.start + length;
                store.copy(&Whereabouts::Ahead { number, place }, &mut self.copied)?;
                self.push_copied(from..self.copied.len());
            }
        }
        let rest = Stretch { at: stretch.at.forward(length), bytes: stretch.bytes - length, ..stretch };
        if rest.bytes > 0 {
            return Ok(Some(BundlePart::Runs(rest, behind)));
        }
        self.copy_unless_it_follows(behind);
        Ok(None)
    }

    /// Takes runs that are in memory, and what is `behind` them.
    fn hold(&mut self, mut held: HeldBytes, behind: &[u8]) {
        let follows = held.extend(behind);
        if held.len() < Batch::WORTH_A_PIECE {
            self.copy(&held);
        } else {
            self.bytes += held.len();
            self.pieces.push(Piece::Held(held));
        }
        if !follows {
            self.copy(behind);
        }
    }

    /// Takes what follows what was read back last: there as well, mostly.
    fn copy_unless_it_follows(&mut self, behind: &[u8]) {
        if let Some(Piece::Copied(last)) = self.pieces.last_mut()
            && self.copied.get(last.end..).is_some_and(|rest| rest.starts_with(behind))
        {
            last.end += behind.len();
            self.bytes += behind.len();
        } else {
            self.copy(behind);
        }
    }

    fn copy(&mut self, bytes: &[u8]) {
        let from = self.copied.len();
        self.copied.extend_from_slice(bytes);
        self.push_copied(from..self.copied.len());
    }

    /// This is written next of what was copied.
    fn push_copied(&mut self, range: Range<usize>) {
        self.bytes += range.len();
        match self.pieces.last_mut() {
            Some(Piece::Copied(last)) if last.end == range.start => last.end = range.end,
            _ => self.pieces.push(Piece::Copied(range)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bundle::folder::{Folder, Opening};
    use crate::bundle::places::RunPlace;

    const FRAME: [&[u8]; 3] = [b"{head[", b",", b"]}"];

    struct Bundle {
        folder: tempfile::TempDir,
        store: RunStore,
        runs: Vec<(Vec<u8>, Stretch)>,
    }

    impl Bundle {
        /// Runs, each in one of some chunks of equal length.
        fn of(lengths: &[usize], per_chunk: usize, ceiling: u64) -> Bundle {
            let folder = tempfile::tempdir().unwrap();
            let store = RunStore::new(folder.path(), ceiling);
            let texts: Vec<Vec<u8>> =
                lengths.iter().enumerate().map(|(number, &length)| text(number, length)).collect();
            let mut runs = Vec::new();
            for texts in texts.chunks(per_chunk) {
                let chunk =
                    store.put(&texts.iter().flat_map(|text| [text, &b","[..]].concat()).collect::<Vec<_>>()).unwrap();
                let mut from = 0;
                for text in texts {
                    runs.push((text.clone(), RunPlace::within(&chunk, &(from..from + text.len())).unwrap().into()));
                    from += text.len() + 1;
                }
            }
            Bundle { folder, store, runs }
        }

        /// The same without some of its runs.
        fn without(mut self, is_left_out: impl Fn(usize) -> bool) -> Bundle {
            let runs = self.runs.into_iter().enumerate();
            self.runs = runs.filter(|(number, _)| !is_left_out(*number)).map(|(_, run)| run).collect();
            self
        }

        /// What is written at once, each time.
        fn batches(&self) -> Vec<Vec<u8>> {
            let folder = Folder::open(&self.folder.path().join("out"), Opening::Fresh).unwrap();
            let mut body = BundleBody::create(&folder, "bundles/a.0001.json", 0).unwrap();
            let parts = parts(self.runs.iter().map(|(_, stretch)| *stretch), FRAME);
            let mut gathering = Gathering::new(parts, &self.store, &mut body);
            let mut batches = Vec::new();
            loop {
                gathering.fill().unwrap();
                if gathering.batch.pieces.is_empty() {
                    return batches;
                }
                let pieces = gathering.batch.slices();
                batches.push(pieces.iter().flat_map(|piece| piece.to_vec()).collect::<Vec<u8>>());
                assert_eq!(batches.last().unwrap().len(), gathering.batch.bytes);
            }
        }

        fn expected(&self) -> Vec<u8> {
            let runs: Vec<_> = self.runs.iter().map(|(text, _)| text.as_slice()).collect();
            [FRAME[0], &runs.join(FRAME[1]), FRAME[2]].concat()
        }
    }

    fn text(number: usize, length: usize) -> Vec<u8> {
        number.to_string().bytes().cycle().take(length).collect()
    }

    #[test]
    fn all_batches_but_the_last_end_with_a_page() {
        let lengths = [700 << 10, 10, 3, 600, 90_000, 1, 500_000, 5_000, 5_000, 1_000_000];
        // In memory, in the file, some here and some there; and whatever is left between two batches.
        for (ceiling, head) in [(u64::MAX, 1), (0, 2), (600 << 10, 3), (0, PAGE), (u64::MAX, 2 * PAGE - 20)] {
            let bundle = Bundle::of(&[&[head], &lengths[..]].concat(), 4, ceiling);
            let batches = bundle.batches();
            let (last, whole) = batches.split_last().unwrap();
            assert!(whole.len() >= 3 && whole.iter().all(|batch| batch.len() % PAGE == 0) && !last.is_empty());
            assert!(batches.concat() == bundle.expected(), "{ceiling} {head}");
        }
    }

    #[test]
    fn many_short_runs_are_as_many_batches_as_it_takes() {
        for ceiling in [0, u64::MAX] {
            let bundle = Bundle::of(&[700; 3000], 1, ceiling);
            assert!(bundle.batches().concat() == bundle.expected());
        }
    }

    #[test]
    fn runs_among_others_are_read_back_many_at_once() {
        let mut bundle = Bundle::of(&[3000; 400], 40, 0).without(|number| number % 3 == 2);
        // The second chunk comes before the first.
        bundle.runs.rotate_left(26);
        assert!(bundle.batches().concat() == bundle.expected());
    }

    #[test]
    fn pieces_that_come_to_less_than_a_page_are_not_the_end() {
        let bundle = Bundle::of(&[5; 4000], 2000, 0).without(|number| number % 2 == 1);
        let batches = bundle.batches();
        assert!(batches.len() > 1 && batches[0].len() < PAGE);
        assert!(batches.concat() == bundle.expected());
    }

    #[test]
    fn where_little_is_wanted_little_more_is_read() {
        let bundle = Bundle::of(&[3000; 2000], 2000, 0);
        let (mut window, mut copied) = (Window::default(), Vec::new());
        for (text, stretch) in bundle.runs.iter().step_by(40) {
            let Ok(Whereabouts::Spilled(place)) = bundle.store.find(stretch.at, stretch.bytes as usize) else {
                panic!()
            };
            let range = window.read(&place, &bundle.store, &mut copied).unwrap();
            assert_eq!(&copied[range], text);
            assert!(window.read <= 2 * window.wanted + Window::AHEAD + 3000, "{} {}", window.read, window.wanted);
        }
    }
}
