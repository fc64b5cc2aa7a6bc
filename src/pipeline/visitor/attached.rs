//! The files that attachments name, read while their run is at hand.

use std::collections::HashSet;

use xxhash_rust::xxh3::xxh3_128;

use super::{Conversion, ConversionFailure, Findings};
use crate::mapping;
use crate::model::{Attachment, Content, List, Origin, Problem, ProblemKind, ReportId, TestRun};
use crate::pipeline::outcome::ReportOutcome;
use crate::source::{Attached, AttachmentError, Entry, Limits, Shortage};

/// Begins the line of the comment that names what cannot be had.
const NOT_INCLUDED: &str = "attachment not included: ";

/// Bytes of such lines, of which a comment keeps a beginning and an end.
const MOST_LINES: usize = 256 << 10;

impl Conversion<'_> {
    /// Reads the files that the attachments of the run and of its steps name. What cannot be read is left out, and the
    /// run says so.
    pub(super) fn load_attachments(&mut self) {
        let run = &mut self.scratch.run;
        if run.evidence.is_empty() && run.steps.iter().all(|step| step.attachments.is_empty()) {
            return;
        }
        let limits = &self.context.rules.evidence;
        let mut loading = Loading {
            entry: self.entry,
            limits: self.context.limits,
            findings: &mut self.findings,
            last: &mut self.scratch.attachment,
            max_file: limits.max_file,
            room: limits.max_test.saturating_sub(inline_bytes(run)),
            missing: Missing::default(),
            lacking: None,
        };
        loading.load_all(&mut run.evidence);
        run.steps.iter_mut().for_each(|step| loading.load_all(&mut step.attachments));
        let Loading { missing: Missing { lines, .. }, lacking, .. } = loading;
        if let Some(shortage) = lacking {
            self.failure = Some(ConversionFailure::Shortage(shortage));
        }
        if !lines.is_empty() {
            mapping::add_comment_line(&lines, run);
        }
    }
}

/// Bytes of the evidence that the run and its steps hold; files that they only name are not read yet.
fn inline_bytes(run: &TestRun) -> u64 {
    let of_steps = run.steps.iter().flat_map(|step| step.attachments.iter());
    run.evidence.iter().chain(of_steps).map(Attachment::content_bytes).sum()
}

/// The reading of the files of one run.
struct Loading<'l, 'f> {
    entry: &'l Entry,
    limits: &'l Limits,
    findings: &'l mut Findings<'f>,
    last: &'l mut LastAttached,
    max_file: u64,
    /// Bytes that the run may still take.
    room: u64,
    missing: Missing,
    /// What the machine lacks to read them.
    lacking: Option<Shortage>,
}

/// The files that cannot be had.
#[derive(Default)]
struct Missing {
    /// Hashes of their paths.
    paths: HashSet<u128>,
    /// A line of the comment for each.
    lines: String,
}

impl Missing {
    /// Whether that was not known yet.
    fn add(&mut self, path: &str) -> bool {
        let is_new = self.paths.insert(xxh3_128(path.as_bytes()));
        if is_new && self.lines.len() < MOST_LINES {
            if !self.lines.is_empty() {
                self.lines.push('\n');
            }
            self.lines.extend([NOT_INCLUDED, path]);
        }
        is_new
    }
}

impl Loading<'_, '_> {
    fn load_all(&mut self, attachments: &mut List<Attachment>) {
        attachments.retain_mut(|attachment| match attachment.content {
            Content::Text | Content::Base64 => true,
            Content::Link => false,
            Content::Path => self.load(attachment),
        });
    }

    /// Replaces a path by the content of the file it names; whether that was possible.
    fn load(&mut self, attachment: &mut Attachment) -> bool {
        let limits = self.limits.with_most(self.max_file.min(self.room));
        match load(self.entry, attachment, &limits, self.last, self.findings.outcome) {
            Ok(loaded) => {
                self.room -= loaded.bytes;
                self.findings.outcome.traces().attached.extend(loaded.origin);
                true
            }
            Err(error) => {
                let problem = self.problem(&attachment.data, &error);
                if let AttachmentError::Shortage(shortage) = error {
                    self.lacking = Some(shortage);
                }
                self.findings.outcome.told.evidence.dropped += 1;
                self.miss(&attachment.data, problem);
                false
            }
        }
    }

    /// Says why a file cannot be had.
    fn problem(&self, path: &str, error: &AttachmentError) -> Problem {
        let kind = if error.is_over_limit() { ProblemKind::EvidenceDropped } else { ProblemKind::MissingAttachment };
        let why = match error {
            // What is left is a number that nobody has given.
            AttachmentError::TooLarge(left) if *left < self.max_file => {
                format!("it is larger than the {left} bytes that --max-evidence-per-test leaves to it")
            }
            _ => error.to_string(),
        };
        Problem::new(kind, format!("the attachment '{path}' was left out: {why}"))
    }

    /// Tells of a file that cannot be had, once however many steps name it.
    fn miss(&mut self, path: &str, problem: Problem) {
        if self.missing.add(path) {
            self.findings.note(problem);
        }
    }
}

/// The file that was read last: tests that fail together often refer to one file.
#[derive(Debug, Default)]
pub(super) struct LastAttached {
    content: Vec<u8>,
    /// Which report referred to it and how, and what it is.
    of: Option<(ReportId, String, Attached)>,
}

impl LastAttached {
    /// Reads what `reference` names into `content`, unless it is there.
    fn read(
        &mut self,
        entry: &Entry,
        report: ReportId,
        reference: &str,
        limits: &Limits,
    ) -> Result<Attached, AttachmentError> {
        let bytes = self.content.len() as u64;
        if let Some((of, known, attached)) = &self.of
            && (*of, known.as_str()) == (report, reference)
            && bytes <= limits.entry_bytes
        {
            entry.attached_again(bytes)?;
            return Ok(attached.clone());
        }
        self.of = None;
        self.content.clear();
        let attached = entry.attachment(reference, limits, &mut self.content)?;
        self.of = Some((report, reference.to_owned(), attached.clone()));
        Ok(attached)
    }
}

/// A file that was read.
struct Loaded {
    bytes: u64,
    origin: Option<Origin>,
}

/// Replaces a path by the content of the file it names.
fn load(
    entry: &Entry,
    attachment: &mut Attachment,
    limits: &Limits,
    last: &mut LastAttached,
    outcome: &mut ReportOutcome,
) -> Result<Loaded, AttachmentError> {
    let loaded = last.read(entry, outcome.id, &attachment.data, limits);
    let content = last.content.as_slice();
    outcome.basis.followed(&attachment.data, limits.entry_bytes, &loaded, content);
    let Attached { name, origin } = loaded?;
    if attachment.name.is_empty() {
        attachment.name.push_str(&name);
    }
    attachment.content = Content::Base64;
    attachment.data.clear();
    base64_simd::STANDARD.encode_append(content, &mut attachment.data);
    Ok(Loaded { bytes: content.len() as u64, origin })
}
