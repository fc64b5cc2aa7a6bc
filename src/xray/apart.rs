//! Evidence that is no part of a bundle (spec xray-json.md section 8): each piece gets a file of its own, and the run a note
//! of what belongs to it.

use std::borrow::Cow;
use std::collections::HashSet;
use std::io::{self, Write};

use serde::Deserialize;

use crate::model::{Attachment, Content, EvidenceFile, TestRun};

use super::decode::DecodeError;
use super::encode::EncodeOptions;
use super::evidence::{self, Addition, Equals, FileNames};
use super::json::Object;
use super::name::{TestName, name_of};
use super::note;
use super::wire::Text;

/// Characters of base64 that are decoded at once.
const PIECE: usize = 16 << 10;

/// Bytes that are looked at to tell what a file is.
const HEAD: usize = 1024;

/// A piece of evidence in a file of its own.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Apart<'a> {
    /// Its name for people.
    #[serde(borrow)]
    filename: Text<'a>,
    #[serde(borrow)]
    content_type: Text<'a>,
    bytes: u64,
    #[serde(borrow)]
    sha256: Text<'a>,
    #[serde(borrow)]
    file: Text<'a>,
    /// Number of its step, from one.
    step: Option<u32>,
}

/// The content of a piece of evidence.
#[derive(Debug, Clone, Copy)]
pub(crate) struct EvidenceContent<'a> {
    attachment: &'a Attachment,
}

impl EvidenceContent<'_> {
    /// Writes the bytes, a piece at a time.
    ///
    /// # Errors
    /// What the sink answers.
    pub(crate) fn write(&self, out: &mut dyn Write) -> io::Result<()> {
        match self.attachment.content {
            Content::Base64 => decode(&self.attachment.data, out),
            _ => out.write_all(self.attachment.data.as_bytes()),
        }
    }

    /// An extension that tells what kind of file it is, by its first bytes alone: equal contents have equal extensions.
    pub(crate) fn extension(&self) -> &'static str {
        let data = &self.attachment.data;
        let mut head = Vec::new();
        match self.attachment.content {
            // What has been checked to be base64 can be decoded.
            Content::Base64 => {
                let groups = data.len().min(HEAD / 3 * 4) / 4 * 4;
                let _ = decode(data.get(..groups).unwrap_or(""), &mut head);
            }
            _ => head.extend_from_slice(&data.as_bytes()[..data.len().min(HEAD)]),
        }
        evidence::extension_of(&head)
    }
}

/// Decodes base64 with padding; bits of the last character that mean nothing are not looked at.
fn decode(text: &str, out: &mut dyn Write) -> io::Result<()> {
    let digits = text.trim_end_matches('=').as_bytes();
    let (whole, last) = digits.split_at(digits.len() / 4 * 4);
    let mut buffer = vec![0; PIECE / 4 * 3];
    for piece in whole.chunks(PIECE) {
        out.write_all(decode_groups(piece, &mut buffer)?)?;
    }
    if last.len() > 1 {
        let mut group = [b'A'; 4];
        group[..last.len()].copy_from_slice(last);
        let bytes = decode_groups(&group, &mut buffer)?;
        out.write_all(&bytes[..last.len() - 1])?;
    }
    Ok(())
}

fn decode_groups<'b>(groups: &[u8], buffer: &'b mut [u8]) -> io::Result<&'b [u8]> {
    let decoded = base64_simd::STANDARD.decode(groups, base64_simd::Out::from_slice(buffer));
    decoded.map(|bytes| &*bytes).map_err(|_| io::Error::new(io::ErrorKind::InvalidData, "it is not valid base64"))
}

/// Gives each piece of evidence of `run` and of its steps to `keep`, which says where it is. What belongs to
/// the run, or to a step, names the same content once.
///
/// # Errors
/// What `keep` answers.
pub(crate) fn set_apart<'r, E>(
    run: &'r TestRun,
    keep: &mut dyn FnMut(&EvidenceContent<'_>) -> Result<EvidenceFile, E>,
) -> Result<Vec<Apart<'r>>, E> {
    let mut gathered = Vec::new();
    let mut names = FileNames::default();
    let of_rows = run.stated.iterations.iter().map(|row| &row.steps[..]);
    let steps = std::iter::once(&run.steps[..]).chain(of_rows).flat_map(|steps| (1..).zip(steps));
    let of_steps = steps.map(|(number, step)| (Some(number), &step.attachments[..]));
    for (step, attachments) in std::iter::once((None, &run.evidence[..])).chain(of_steps) {
        let mut known = HashSet::new();
        for attachment in attachments.iter().filter(|one| matches!(one.content, Content::Text | Content::Base64)) {
            let EvidenceFile { file, bytes, sha256 } = keep(&EvidenceContent { attachment })?;
            if !known.insert(sha256.clone()) && Equals::of(run) == Equals::Go {
                continue;
            }
            let content_type = evidence::content_type(attachment, &attachment.data);
            let filename = names.unused(evidence::file_name(&attachment.name, &content_type)).into();
            let (sha256, file) = (Text(Cow::Owned(sha256)), Text(Cow::Owned(file)));
            gathered.push(Apart { filename, content_type: content_type.into(), bytes, sha256, file, step });
        }
    }
    Ok(gathered)
}

/// As [`add_evidence`](super::add_evidence), for a run whose evidence lies in files: `note` is what was noted of it, and
/// the note that it has afterwards is given. The run's own bytes stay as they are.
///
/// # Errors
/// What `keep` answers; inside, when `run` is no encoded run or `note` no note.
pub(crate) fn add_apart<E>(
    run: &[u8],
    note: &[u8],
    attachment: &Attachment,
    options: &EncodeOptions,
    keep: &mut dyn FnMut(&EvidenceContent<'_>) -> Result<EvidenceFile, E>,
) -> Result<Result<(Addition, Vec<u8>), DecodeError>, E> {
    let EvidenceFile { file, bytes, sha256 } = keep(&EvidenceContent { attachment })?;
    Ok(note::read(note).and_then(|mut note| {
        if note.evidence.iter().any(|one| one.content() == sha256) {
            return Ok((Addition::Known, Vec::new()));
        }
        let used: u64 = note.evidence.iter().map(Apart::bytes).sum();
        if used.saturating_add(bytes) > options.max_evidence {
            return Ok((Addition::NoRoom, Vec::new()));
        }
        let mut names = FileNames::default();
        for one in &note.evidence {
            names.unused(one.filename.0.clone());
        }
        let content_type = evidence::content_type(attachment, &attachment.data);
        let filename = names.unused(evidence::file_name(&attachment.name, &content_type)).into();
        let (sha256, file) = (Text(Cow::Owned(sha256)), Text(Cow::Owned(file)));
        let mut gathered = std::mem::take(&mut note.evidence);
        gathered.push(Apart { filename, content_type: content_type.into(), bytes, sha256, file, step: None });
        match name_of(run)? {
            TestName::Key(key) => note.key = Some(Text(Cow::Owned(key))),
            TestName::Definition(definition) => note.test = Some(Text(Cow::Owned(definition))),
        }
        Ok((Addition::Added, note::of_evidence(&note, &gathered, &[])))
    }))
}

impl<'a> Apart<'a> {
    /// Its name for people, which differs from those of all others of the run.
    pub fn filename(&self) -> &str {
        self.filename.as_str()
    }

    /// Its media type.
    pub fn content_type(&self) -> &str {
        self.content_type.as_str()
    }

    /// Number, from one, of the step that it belongs to; none where it belongs to the run as a whole.
    pub fn step(&self) -> Option<u32> {
        self.step
    }

    /// Where it is.
    pub fn file(&self) -> EvidenceFile {
        let own = |text: &Text<'_>| text.as_str().to_owned();
        EvidenceFile { file: own(&self.file), bytes: self.bytes, sha256: own(&self.sha256) }
    }

    pub(super) fn bytes(&self) -> u64 {
        self.bytes
    }

    /// Stands for the content.
    pub(super) fn content(&self) -> &str {
        self.sha256.as_str()
    }

    pub(super) fn renamed(&self, names: &mut FileNames) -> Apart<'a> {
        Apart { filename: names.unused(self.filename.0.clone()).into(), ..self.clone() }
    }

    pub(super) fn write(&self, out: &mut Vec<u8>) {
        let mut object = Object::open(out);
        object.string("filename", self.filename.as_str());
        object.string("content_type", self.content_type.as_str());
        object.name("bytes").extend_from_slice(self.bytes.to_string().as_bytes());
        object.string("sha256", self.sha256.as_str());
        object.string("file", self.file.as_str());
        if let Some(step) = self.step {
            object.name("step").extend_from_slice(step.to_string().as_bytes());
        }
        object.close();
    }
}

/// What the note of a run says of its evidence in files, and of which Test it is; nothing where there is none.
///
/// # Errors
/// When `note` is none that [`note`](fn@super::note) or a merge wrote.
pub(crate) fn noted_evidence(note: &[u8]) -> Result<Option<(TestName, Vec<Apart<'_>>)>, DecodeError> {
    let note = note::read(note)?;
    let own = |text: &Text<'_>| text.as_str().to_owned();
    let test = match (&note.key, &note.test) {
        (Some(key), _) => TestName::Key(own(key)),
        (None, test) => TestName::Definition(test.as_ref().map(own).unwrap_or_default()),
    };
    Ok((!note.evidence.is_empty()).then_some((test, note.evidence)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decoded(text: &str) -> Vec<u8> {
        let mut out = Vec::new();
        decode(text, &mut out).unwrap();
        out
    }

    #[test]
    fn base64_of_any_length_is_decoded_in_pieces() {
        for length in [0, 1, 2, 3, 4, 12_287, 12_288, 12_289, 40_000] {
            let bytes: Vec<u8> = (0..length).map(|n| (n * 7 % 251) as u8).collect();
            assert_eq!(decoded(&base64_simd::STANDARD.encode_to_string(&bytes)), bytes, "{length}");
        }
        // Unused bits of the last character, as some producers leave them.
        assert_eq!(decoded("QR=="), b"A");
        assert!(decode("not base64!!", &mut Vec::new()).is_err());
    }

    #[test]
    fn the_same_content_is_noted_once_and_names_differ() {
        let mut run = TestRun::default();
        for (name, content, data) in [
            ("a.txt", Content::Text, "hello"),
            ("b.txt", Content::Base64, "aGVsbG8="),
            ("a.txt", Content::Text, "other"),
            ("gone.png", Content::Path, "gone.png"),
        ] {
            let one = run.evidence.add();
            (one.name, one.content, one.data) = (name.to_owned(), content, data.to_owned());
        }
        let one = run.steps.add().attachments.add();
        (one.name, one.data) = ("a.txt".to_owned(), "of a step".to_owned());
        let mut contents = Vec::new();
        let mut keep = |content: &EvidenceContent<'_>| -> Result<EvidenceFile, ()> {
            let mut bytes = Vec::new();
            content.write(&mut bytes).unwrap();
            let text = String::from_utf8(bytes).unwrap();
            contents.push((text.clone(), content.extension()));
            Ok(EvidenceFile { file: format!("evidence/{text}"), bytes: text.len() as u64, sha256: text })
        };
        let apart = set_apart(&run, &mut keep).unwrap();
        let noted: Vec<_> = apart.iter().map(|one| (one.filename(), one.bytes(), one.step())).collect();
        assert_eq!(noted, [("a.txt", 5, None), ("a (2).txt", 5, None), ("a (3).txt", 9, Some(1))]);
        assert_eq!(contents.len(), 4);
        assert!(contents.iter().all(|(_, extension)| *extension == "txt"));
    }
}
