//! Steps 2 and 3: evidence.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

use crate::model::shorten;

use super::{Shrinking, told};
use crate::xray::wire::{EvidenceItem, IterationResult, Run, StepResult, Text};

/// Pieces that are told by name; of more than these their number is told.
const TOLD: usize = 20;

/// Bytes below which a text is not cut any further, but goes.
const SHORTEST_TEXT: usize = 4 << 10;

/// A piece of evidence of the run.
#[derive(Debug, Clone)]
pub(super) struct Piece {
    /// The list that it is in (that of the run, then those of its steps), and where.
    place: (usize, usize),
    pub(super) name: String,
    /// Bytes of its data.
    pub(super) data: usize,
    /// Bytes of all of it, as written.
    written: usize,
}

/// The pieces of what passed, and those of what did not, each the largest first; of equal ones the last first, so that the
/// earliest evidence stays longest. `of_passed` names those of the run that only passed results have.
pub(super) fn pieces(run: &Run<'_>, of_passed: &[&str], passed: &str) -> [Vec<Piece>; 2] {
    let of_passed: HashSet<&str> = of_passed.iter().copied().collect();
    let has_passed = run.status.as_str() == passed;
    let mut sorted = [Vec::new(), Vec::new()];
    let mut add = |list: usize, items: &[EvidenceItem<'_>], is_of_passed: &dyn Fn(&EvidenceItem<'_>) -> bool| {
        for (place, item) in items.iter().enumerate() {
            let piece = Piece {
                place: (list, place),
                name: item.filename.as_str().to_owned(),
                data: item.data.as_str().len(),
                written: written(item),
            };
            sorted[usize::from(!is_of_passed(item))].push(piece);
        }
    };
    add(0, &run.evidences, &|item| has_passed || of_passed.contains(item.filename.as_str()));
    let of_rows = run.iterations.iter().map(|row| (&row.steps, row.status.as_str() == passed));
    let steps = std::iter::once((&run.steps, has_passed)).chain(of_rows);
    let steps = steps.flat_map(|(steps, has_passed)| steps.iter().map(move |step| (step, has_passed)));
    for (list, (step, has_passed)) in (1..).zip(steps) {
        add(list, &step.evidences, &|_| has_passed || step.status.as_str() == passed);
    }
    for pieces in &mut sorted {
        pieces.sort_unstable_by_key(|piece| std::cmp::Reverse((piece.data, piece.place)));
    }
    sorted
}

/// Bytes of an item in a list of several.
fn written(item: &EvidenceItem<'_>) -> usize {
    let mut bytes = Vec::new();
    let empty = EvidenceItem { data: "".into(), ..item.clone() };
    empty.write(&mut bytes);
    bytes.len() + item.data.as_str().len() + 1
}

impl Shrinking<'_, '_> {
    /// Leaves out pieces, the largest first, until the run fits.
    pub(super) fn drop_evidence(&mut self, pieces: Vec<Piece>, whose: &str) {
        let mut gone = Vec::new();
        for piece in pieces {
            if self.fits() {
                break;
            }
            self.size -= (piece.written as u64).min(self.size);
            gone.push(piece);
        }
        self.leave_out(gone, whose);
    }

    /// Cuts texts and leaves out pieces, the largest first, until the run fits.
    pub(super) fn cut_evidence(&mut self, pieces: Vec<Piece>) {
        let mut gone = Vec::new();
        let mut cut = HashMap::new();
        for piece in pieces {
            if self.fits() {
                break;
            }
            let excess = usize::try_from(self.size - self.allowed).unwrap_or(usize::MAX);
            match self.shortened(&piece, excess) {
                Some(text) => {
                    self.size -= piece.data.saturating_sub(text.len()) as u64;
                    self.steps.push(format!("evidence {} shortened to {} bytes in base64", told(&piece), text.len()));
                    cut.insert(piece.place, text);
                }
                None => {
                    self.size -= (piece.written as u64).min(self.size);
                    gone.push(piece);
                }
            }
        }
        for (list, items) in lists(&mut self.run).enumerate() {
            for (place, item) in items.iter_mut().enumerate() {
                if let Some(text) = cut.remove(&(list, place)) {
                    item.data = Text(Cow::Owned(text));
                }
            }
        }
        self.leave_out(gone, "");
    }

    /// The data of a text, cut to its head and tail so that `excess` bytes of base64 are won; nothing where too little
    /// would be left of it, or it is no text.
    fn shortened(&self, piece: &Piece, excess: usize) -> Option<String> {
        let item = self.item(piece.place)?;
        if !item.content_type.as_str().starts_with("text/") || piece.data < excess {
            return None;
        }
        let room = (piece.data - excess) / 4 * 3;
        if room < SHORTEST_TEXT {
            return None;
        }
        let bytes = base64_simd::STANDARD.decode_to_vec(item.data.as_str()).ok()?;
        let mut text = String::from_utf8(bytes).ok()?;
        shorten::head_and_tail_bytes(&mut text, room);
        Some(base64_simd::STANDARD.encode_to_string(text.as_bytes()))
    }

    fn item(&self, (list, place): (usize, usize)) -> Option<&EvidenceItem<'_>> {
        match list {
            0 => self.run.evidences.get(place),
            _ => crate::xray::wire::all_steps(&self.run).nth(list - 1)?.evidences.get(place),
        }
    }

    fn leave_out(&mut self, pieces: Vec<Piece>, whose: &str) {
        if pieces.is_empty() {
            return;
        }
        let places: HashSet<_> = pieces.iter().map(|piece| piece.place).collect();
        for (list, items) in lists(&mut self.run).enumerate() {
            let mut place = 0;
            items.retain(|_| {
                place += 1;
                !places.contains(&(list, place - 1))
            });
        }
        self.left_out += pieces.len();
        for piece in pieces.iter().take(TOLD) {
            self.steps.push(format!("evidence {whose}left out: {}", told(piece)));
        }
        let further = pieces.iter().skip(TOLD);
        let (number, bytes) = further.fold((0, 0), |(number, bytes), piece| (number + 1, bytes + piece.data));
        if number > 0 {
            self.steps.push(format!("evidence {whose}left out: {number} further pieces ({bytes} bytes in base64)"));
        }
        self.measure();
    }
}

/// The evidence of the run, then that of each step.
fn lists<'a, 'r>(run: &'a mut Run<'r>) -> impl Iterator<Item = &'a mut Vec<EvidenceItem<'r>>> {
    let Run { evidences, steps, iterations, .. } = run;
    std::iter::once(evidences).chain(all_steps_mut(steps, iterations).map(|step| &mut step.evidences))
}

/// The steps of the run and of its data rows.
pub(super) fn all_steps_mut<'a, 'r>(
    steps: &'a mut [StepResult<'r>],
    rows: &'a mut [IterationResult<'r>],
) -> impl Iterator<Item = &'a mut StepResult<'r>> {
    steps.iter_mut().chain(rows.iter_mut().flat_map(|row| &mut row.steps))
}
