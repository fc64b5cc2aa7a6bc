//! One Test that alone is larger than a bundle is brought down by stated steps (contract; spec xray-json.md section 8).

use std::borrow::Cow;
use std::collections::HashSet;

use crate::model::{Outcome, shorten};

use super::decode::{DecodeError, decode};
use super::encode::EncodeOptions;
use super::wire::{IterationResult, Run, StepResult, Text, all_steps, pieces_of_evidence};

/// UTF-16 units to which a comment is shortened before it goes altogether.
const SHORTEST_COMMENT: usize = 500;

/// What was done to a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shrunk {
    /// Each step that was needed, in words.
    pub steps: Vec<String>,
    /// Pieces of evidence that were left out.
    pub evidence: u32,
}

/// Appends `run`, brought down to `allowed` bytes, and tells each step that was needed.
///
/// Evidence goes first: all of it when the test passed, the largest first otherwise; then the comment is shortened; then
/// what steps say, custom fields and the description go. The result itself never goes: should even that be larger than
/// `allowed`, the last step says so.
///
/// # Errors
/// When `run` is no encoded run; nothing is appended then.
pub fn shrink(run: &[u8], allowed: u64, options: &EncodeOptions, out: &mut Vec<u8>) -> Result<Shrunk, DecodeError> {
    let mut shrinking = Shrinking { run: decode(run)?, size: run.len() as u64, allowed, steps: Vec::new() };
    let pieces = pieces_of_evidence(&shrinking.run);
    let passed = options.statuses.name(Outcome::Passed);
    if shrinking.run.status.as_str() == passed {
        shrinking.drop_all_evidence();
    } else {
        shrinking.drop_largest_evidence();
    }
    shrinking.shorten_comment(options, out);
    shrinking.empty_steps(options, out);
    shrinking.drop_fields(options, out);
    shrinking.drop_description(options, out);
    if shrinking.size > allowed {
        let message =
            format!("{} bytes are left, more than the {allowed} allowed; nothing more can go", shrinking.size);
        shrinking.steps.push(message);
    }
    shrinking.run.write(options.target, out);
    let evidence = (pieces - pieces_of_evidence(&shrinking.run)) as u32;
    Ok(Shrunk { steps: shrinking.steps, evidence })
}

struct Shrinking<'r> {
    run: Run<'r>,
    /// Bytes as written; an upper bound while evidence is being dropped.
    size: u64,
    allowed: u64,
    steps: Vec<String>,
}

impl Shrinking<'_> {
    fn fits(&self) -> bool {
        self.size <= self.allowed
    }

    /// Measures the run by writing it behind what `out` holds, which stays as it was.
    fn measure(&mut self, options: &EncodeOptions, out: &mut Vec<u8>) {
        let before = out.len();
        self.run.write(options.target, out);
        self.size = (out.len() - before) as u64;
        out.truncate(before);
    }

    fn drop_all_evidence(&mut self) {
        let run = &mut self.run;
        let of_steps: usize = all_steps(run).map(|step| step.evidences.len()).sum();
        let files = run.evidences.len() + of_steps;
        if self.size <= self.allowed || files == 0 {
            return;
        }
        let of_run: Vec<_> = run.evidences.drain(..).collect();
        let of_steps = all_steps_mut(&mut run.steps, &mut run.iterations).flat_map(|step| step.evidences.drain(..));
        let bytes: usize = of_run.into_iter().chain(of_steps).map(|item| item.data.as_str().len()).sum();
        self.size -= (bytes as u64).min(self.size);
        self.steps.push(format!("evidence of a passed test left out: {files} files, {bytes} bytes in base64"));
    }

    fn drop_largest_evidence(&mut self) {
        let mut sizes: Vec<(usize, usize, usize)> = Vec::new();
        let lists = std::iter::once(&self.run.evidences).chain(all_steps(&self.run).map(|step| &step.evidences));
        for (list, items) in lists.enumerate() {
            sizes.extend(items.iter().enumerate().map(|(place, item)| (item.data.as_str().len(), list, place)));
        }
        // The largest first; of equal ones the last first, so that the earliest evidence stays longest.
        sizes.sort_unstable_by(|a, b| b.cmp(a));
        let mut dropped = HashSet::new();
        for (size, list, place) in sizes {
            if self.fits() {
                break;
            }
            self.size -= (size as u64).min(self.size);
            dropped.insert((list, place));
        }
        let Run { evidences, steps, iterations, .. } = &mut self.run;
        let of_steps = all_steps_mut(steps, iterations).map(|step| &mut step.evidences);
        for (list, items) in std::iter::once(evidences).chain(of_steps).enumerate() {
            let mut place = 0;
            items.retain(|item| {
                let goes = dropped.contains(&(list, place));
                place += 1;
                if goes {
                    let (name, size) = (item.filename.as_str(), item.data.as_str().len());
                    self.steps.push(format!("evidence {name:?} left out: {size} bytes in base64"));
                }
                !goes
            });
        }
    }

    fn shorten_comment(&mut self, options: &EncodeOptions, out: &mut Vec<u8>) {
        self.measure(options, out);
        let Some(comment) = self.run.comment.clone() else { return };
        let mut limit = comment.as_str().encode_utf16().count();
        let before = limit;
        while !self.fits() && limit > SHORTEST_COMMENT {
            limit = (limit / 2).max(SHORTEST_COMMENT);
            let mut text = comment.as_str().to_owned();
            shorten::head_and_tail(&mut text, limit);
            self.run.comment = Some(Text(Cow::Owned(text)));
            self.measure(options, out);
        }
        if !self.fits() {
            self.run.comment = None;
            self.measure(options, out);
            self.steps.push(format!("comment of {before} characters left out"));
        } else if limit < before {
            self.steps.push(format!("comment of {before} characters shortened to {limit}"));
        }
    }

    fn empty_steps(&mut self, options: &EncodeOptions, out: &mut Vec<u8>) {
        if self.fits() || all_steps(&self.run).next().is_none() {
            return;
        }
        for step in all_steps_mut(&mut self.run.steps, &mut self.run.iterations) {
            step.comment = None;
            step.actual_result = None;
        }
        self.steps.push("comments and actual results of its steps left out".to_owned());
        self.measure(options, out);
    }

    fn drop_fields(&mut self, options: &EncodeOptions, out: &mut Vec<u8>) {
        if self.fits() || self.run.custom_fields.is_empty() {
            return;
        }
        self.steps.push(format!("{} custom fields left out", self.run.custom_fields.len()));
        self.run.custom_fields.clear();
        self.measure(options, out);
    }

    fn drop_description(&mut self, options: &EncodeOptions, out: &mut Vec<u8>) {
        let fits = self.fits();
        let Some(info) = self.run.test_info.as_mut().filter(|info| !fits && info.description.is_some()) else { return };
        info.description = None;
        self.steps.push("description left out".to_owned());
        self.measure(options, out);
    }
}

fn all_steps_mut<'a, 'r>(
    steps: &'a mut [StepResult<'r>],
    rows: &'a mut [IterationResult<'r>],
) -> impl Iterator<Item = &'a mut StepResult<'r>> {
    steps.iter_mut().chain(rows.iter_mut().flat_map(|row| &mut row.steps))
}
