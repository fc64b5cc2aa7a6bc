//! The files that attachments name, read while their run is at hand.

use super::Conversion;
use crate::mapping;
use crate::model::{Attachment, Content, Origin, Problem, ProblemKind};
use crate::pipeline::basis::Basis;
use crate::source::{Attached, Entry};

impl Conversion<'_> {
    /// Reads the files that the run's attachments name. What cannot be read is left out, and the run says so.
    pub(super) fn load_attachments(&mut self) {
        let run = &mut self.scratch.run;
        if run.evidence.is_empty() {
            return;
        }
        let limits = &self.context.rules.evidence;
        let mut room = limits.max_test.saturating_sub(inline_bytes(&run.evidence));
        let mut missing = String::new();
        let findings = &mut self.findings;
        let (entry, buffer) = (self.entry, &mut self.scratch.attachment);
        run.evidence.retain_mut(|attachment| {
            let loaded = match attachment.content {
                Content::Text | Content::Base64 => return true,
                Content::Link => return false,
                Content::Path => {
                    load(entry, attachment, limits.max_file.min(room), buffer, &mut findings.outcome.basis)
                }
            };
            match loaded {
                Ok(loaded) => {
                    room -= loaded.bytes;
                    findings.outcome.traces().attached.extend(loaded.origin);
                    true
                }
                Err(problem) => {
                    if !missing.is_empty() {
                        missing.push('\n');
                    }
                    missing.extend(["attachment not included: ", &attachment.data]);
                    findings.note(problem);
                    findings.outcome.evidence.dropped += 1;
                    false
                }
            }
        });
        if !missing.is_empty() {
            mapping::add_comment_line(&missing, run);
        }
    }
}

fn inline_bytes(evidence: &[Attachment]) -> u64 {
    evidence.iter().map(Attachment::content_bytes).sum()
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
    limit: u64,
    buffer: &mut Vec<u8>,
    basis: &mut Basis,
) -> Result<Loaded, Problem> {
    buffer.clear();
    let loaded = entry.attachment(&attachment.data, limit, buffer);
    basis.followed(&attachment.data, limit, &loaded, buffer);
    match loaded {
        Ok(Attached { name, origin }) => {
            if attachment.name.is_empty() {
                attachment.name.push_str(&name);
            }
            attachment.content = Content::Base64;
            attachment.data.clear();
            base64_simd::STANDARD.encode_append(&buffer[..], &mut attachment.data);
            Ok(Loaded { bytes: buffer.len() as u64, origin })
        }
        Err(error) => {
            let kind =
                if error.is_over_limit() { ProblemKind::EvidenceDropped } else { ProblemKind::MissingAttachment };
            Err(Problem::new(kind, format!("the attachment '{}' was left out: {error}", attachment.data)))
        }
    }
}
