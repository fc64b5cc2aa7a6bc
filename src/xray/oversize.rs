//! One Test that alone is larger than a bundle is brought down by stated steps (contract; spec xray-json.md sections 8 and
//! 9). With evidence in files of its own none of it is in the run, and the first two steps have nothing to do.

mod evidence;
mod parts;
mod texts;

use crate::model::{Outcome, shorten};

use super::decode::{DecodeError, decode};
use super::encode::EncodeOptions;
use super::markup;
use super::note;
use super::wire::{Run, Text, pieces_of_evidence};

use evidence::Piece;

/// What was done to a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Shrunk {
    /// Each step that was needed, in words.
    pub steps: Vec<String>,
    /// Pieces of evidence that were left out.
    pub evidence: u32,
}

/// Appends `run`, brought down to `allowed` bytes, and tells each step that was needed. `note` is what was noted of it.
///
/// The steps, each as far as it is needed:
/// 1. what would not fit even without all that follows is cut: a definition longer than Jira takes, data rows, those that
///    passed first; then results of steps and examples, a scenario, the steps of a new Test, and lists;
/// 2. evidence of what passed goes: of a passed test all, else that of passed results, data rows and steps; the largest first;
/// 3. evidence of what failed: the largest first; a text is cut to its head and its tail before it goes;
/// 4. the comment is cut to its head and its tail;
/// 5. so is what data rows logged and what steps say; then that goes;
/// 6. the comment goes, then custom fields, then the description.
///
/// The result itself never goes: should even that be larger than `allowed`, the last step says so. Where evidence or data
/// rows were left out, the comment says so, too.
///
/// # Errors
/// When `run` is no encoded run, or `note` no note; nothing is appended then.
pub(crate) fn shrink(
    run: &[u8],
    note: &[u8],
    allowed: u64,
    options: &EncodeOptions,
    out: &mut Vec<u8>,
) -> Result<Shrunk, DecodeError> {
    let note = note::read(note)?;
    let decoded = decode(run)?;
    let pieces = pieces_of_evidence(&decoded);
    let passed: Vec<&str> = note.passed.iter().map(Text::as_str).collect();
    let mut shrinking = Shrinking {
        run: decoded,
        size: run.len() as u64,
        allowed,
        options,
        out,
        left_out: 0,
        told: Vec::new(),
        steps: Vec::new(),
    };
    shrinking.cut_parts();
    let word = options.statuses.name(Outcome::Passed);
    let [of_passed, _] = evidence::pieces(&shrinking.run, &passed, word);
    shrinking.drop_evidence(of_passed, "of what passed ");
    let [_, of_failed] = evidence::pieces(&shrinking.run, &passed, word);
    shrinking.cut_evidence(of_failed);
    shrinking.shorten_comment();
    shrinking.shorten_logs_and_steps();
    shrinking.drop_comment();
    shrinking.drop_fields();
    shrinking.drop_description();
    shrinking.tell_in_comment();
    if shrinking.size > allowed {
        let message =
            format!("{} bytes are left, more than the {allowed} allowed; nothing more can go", shrinking.size);
        shrinking.steps.push(message);
    }
    let Shrinking { run, steps, .. } = shrinking;
    run.write(options.target, out);
    Ok(Shrunk { steps, evidence: (pieces - pieces_of_evidence(&run)) as u32 })
}

struct Shrinking<'s, 'r> {
    run: Run<'r>,
    /// Bytes as written; an upper bound while evidence is being dropped.
    size: u64,
    allowed: u64,
    options: &'s EncodeOptions,
    /// What is written behind it stays no longer than it is measured.
    out: &'s mut Vec<u8>,
    /// Pieces of evidence that went.
    left_out: usize,
    /// What else whoever reads the comment must know.
    told: Vec<String>,
    steps: Vec<String>,
}

impl Shrinking<'_, '_> {
    fn fits(&self) -> bool {
        self.size <= self.allowed
    }

    /// Measures the run by writing it.
    fn measure(&mut self) {
        let before = self.out.len();
        self.run.write(self.options.target, self.out);
        self.size = (self.out.len() - before) as u64;
        self.out.truncate(before);
    }

    fn drop_fields(&mut self) {
        if self.fits() || self.run.custom_fields.is_empty() {
            return;
        }
        self.steps.push(format!("{} custom fields left out", self.run.custom_fields.len()));
        self.run.custom_fields.clear();
        self.measure();
    }

    fn drop_description(&mut self) {
        let fits = self.fits();
        let Some(info) = self.run.test_info.as_mut().filter(|info| !fits && info.description.is_some()) else { return };
        info.description = None;
        self.steps.push("description left out".to_owned());
        self.measure();
    }

    /// Lines for whoever looks for what is missing in Jira, as far as there is room.
    fn tell_in_comment(&mut self) {
        let mut lines = std::mem::take(&mut self.told);
        if self.left_out > 0 {
            lines.push(format!("{} pieces of evidence were left out: the bundle would be too large", self.left_out));
        }
        if lines.is_empty() || !self.fits() {
            return;
        }
        let target = self.options.target;
        let before = self.run.comment.clone();
        let part = markup::unframed(before.as_ref().map_or("", Text::as_str), target);
        let told = beneath(&part.text, &lines.join("\n"));
        let told = markup::framed_as(&told, &[part], target).into_owned();
        self.run.comment = Some(Text(told.into()));
        self.measure();
        if !self.fits() {
            self.run.comment = before;
            self.measure();
        }
    }
}

/// `text` with `lines` beneath, and cut where there would be no room for them.
fn beneath(text: &str, lines: &str) -> String {
    let most = shorten::COMMENT - shorten::COMMENT_FRAME;
    let mut told = text.to_owned();
    shorten::head_and_tail(&mut told, most.saturating_sub(lines.len() + 2));
    if !told.is_empty() {
        told.push_str("\n\n");
    }
    told + lines
}

/// What is told of each piece, while there are few.
fn told(piece: &Piece) -> String {
    format!("{:?} ({} bytes in base64)", piece.name, piece.data)
}
