//! Evidence: file names that Xray accepts, and what a file is by its first bytes (spec xray-json.md section 2.7).

use std::borrow::Cow;
use std::collections::hash_map::Entry;
use std::collections::{HashMap, HashSet};

use xxhash_rust::xxh3::xxh3_128;

use crate::model::{Attachment, Content, TestRun, bytes_in_base64};

use super::decode::{DecodeError, decode};
use super::encode::EncodeOptions;
use super::wire::EvidenceItem;

/// Most UTF-16 units of a file name.
const LONGEST_NAME: usize = 255;

/// Where evidence goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum EvidencePlace {
    /// Into the bundle, in base64.
    #[default]
    Bundle,
    /// Into files of its own.
    Files,
}

/// What becomes of evidence that is equal to some that is there already.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Equals {
    /// It is left out.
    #[default]
    Go,
    /// It stays: the report says so in the target's own words.
    Stay,
}

impl Equals {
    pub(super) fn of(run: &TestRun) -> Equals {
        if run.evidence_is_stated { Equals::Stay } else { Equals::Go }
    }
}

/// Gathers the evidence of one run and of its steps.
#[derive(Default)]
pub(super) struct Gathering {
    place: EvidencePlace,
    equals: Equals,
    pieces: u32,
}

impl Gathering {
    pub(super) fn new(place: EvidencePlace, equals: Equals) -> Gathering {
        Gathering { place, equals, pieces: 0 }
    }

    /// How many pieces there are.
    pub(super) fn pieces(&self) -> u32 {
        self.pieces
    }

    /// The evidence of the run or of a step, as it is written: text in base64, base64 as it is; the same content once, no
    /// name twice. What goes elsewhere is left out, as are attachments whose content was never found.
    pub(super) fn items<'a>(&mut self, attachments: &'a [Attachment]) -> Vec<EvidenceItem<'a>> {
        if attachments.is_empty() || self.place == EvidencePlace::Files {
            return Vec::new();
        }
        let mut list = Distinct { equals: self.equals, ..Distinct::default() };
        let items: Vec<_> = attachments.iter().filter_map(|attachment| list.item(attachment)).collect();
        self.pieces += items.len() as u32;
        items
    }
}

/// What is in a list already.
#[derive(Default)]
struct Distinct {
    equals: Equals,
    names: FileNames,
    contents: HashSet<u128>,
}

impl Distinct {
    fn item<'a>(&mut self, attachment: &'a Attachment) -> Option<EvidenceItem<'a>> {
        let data = match attachment.content {
            Content::Text => Cow::Owned(base64_simd::STANDARD.encode_to_string(attachment.data.as_bytes())),
            Content::Base64 => Cow::Borrowed(attachment.data.as_str()),
            Content::Path | Content::Link => return None,
        };
        let is_new = self.equals == Equals::Stay || self.contents.insert(xxh3_128(data.as_bytes()));
        let content_type = content_type(attachment, &data);
        let name = is_new.then(|| self.names.unused(file_name(&attachment.name, &content_type)))?;
        Some(EvidenceItem { data: data.into(), filename: name.into(), content_type: content_type.into() })
    }
}

impl EvidenceItem<'_> {
    /// Bytes of the content.
    pub(super) fn bytes(&self) -> u64 {
        bytes_in_base64(self.data.as_str())
    }
}

/// What became of a file that was offered to a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Addition {
    /// It is evidence of the run now.
    Added,
    /// The run has the same content already.
    Known,
    /// The run's evidence would be larger than it may be.
    NoRoom,
}

/// Appends `run` with one more file of evidence, unless it has that or has no room for it: then nothing is appended.
///
/// # Errors
/// When `run` is no encoded run.
pub(crate) fn add_evidence(
    run: &[u8],
    attachment: &Attachment,
    options: &EncodeOptions,
    out: &mut Vec<u8>,
) -> Result<Addition, DecodeError> {
    let mut run = decode(run)?;
    let of_steps = run.steps.iter().flat_map(|step| &step.evidences);
    let known: Vec<_> = run.evidences.iter().chain(of_steps).collect();
    let Some(item) = Gathering::default().items(std::slice::from_ref(attachment)).pop() else {
        return Ok(Addition::NoRoom);
    };
    if known.iter().any(|known| known.data == item.data) {
        return Ok(Addition::Known);
    }
    if known.iter().map(|known| known.bytes()).sum::<u64>() + item.bytes() > options.max_evidence {
        return Ok(Addition::NoRoom);
    }
    let mut names = FileNames::default();
    for known in &run.evidences {
        names.unused(known.filename.0.clone());
    }
    let filename = names.unused(item.filename.0.clone()).into();
    run.evidences.push(EvidenceItem { filename, ..item });
    run.write(options.target, out);
    Ok(Addition::Added)
}

/// File names that are taken inside one test.
#[derive(Default)]
pub(super) struct FileNames {
    /// How often each was asked for.
    taken: HashMap<String, usize>,
}

impl FileNames {
    /// `name`, or `a (2).png` for the second `a.png`.
    pub(super) fn unused<'n>(&mut self, name: Cow<'n, str>) -> Cow<'n, str> {
        let mut candidate = name.clone();
        loop {
            match self.taken.entry(candidate.to_string()) {
                Entry::Vacant(free) => {
                    free.insert(1);
                    return candidate;
                }
                Entry::Occupied(_) => {
                    let asked = self.taken.entry(name.to_string()).or_insert(1);
                    *asked += 1;
                    candidate = Cow::Owned(numbered(&name, *asked));
                }
            }
        }
    }
}

fn numbered(name: &str, number: usize) -> String {
    let (stem, extension) = split_extension(name);
    let suffix = format!(" ({number})");
    let stem = cut(stem, LONGEST_NAME - suffix.len() - extension.encode_utf16().count());
    format!("{stem}{suffix}{extension}")
}

/// A name without directories and controls, with an extension, that fits.
pub(super) fn file_name<'n>(name: &'n str, content_type: &str) -> Cow<'n, str> {
    let name = name.rsplit(['/', '\\']).find(|part| !part.trim().is_empty()).unwrap_or("attachment").trim();
    let mut name = if name.contains(char::is_control) {
        Cow::Owned(name.chars().filter(|c| !c.is_control()).collect())
    } else {
        Cow::Borrowed(name)
    };
    if name.trim().is_empty() {
        name = Cow::Borrowed("attachment");
    }
    if split_extension(&name).1.is_empty()
        && let Some((_, extension)) = TYPES.iter().find(|(media, _)| *media == content_type)
    {
        name = Cow::Owned(format!("{name}.{extension}"));
    }
    if name.encode_utf16().count() > LONGEST_NAME {
        let (stem, extension) = split_extension(&name);
        name = Cow::Owned(format!("{}{extension}", cut(stem, LONGEST_NAME - extension.len())));
    }
    name
}

/// Stem and extension, the dot with the latter; an extension is short and of ASCII letters and digits.
fn split_extension(name: &str) -> (&str, &str) {
    match name.rfind('.') {
        Some(dot) if dot > 0 && (2..=10).contains(&(name.len() - dot)) => {
            let is_extension = name.as_bytes()[dot + 1..].iter().all(u8::is_ascii_alphanumeric);
            if is_extension { name.split_at(dot) } else { (name, "") }
        }
        _ => (name, ""),
    }
}

fn cut(text: &str, units: usize) -> &str {
    let mut seen = 0;
    for (offset, character) in text.char_indices() {
        seen += character.len_utf16();
        if seen > units {
            return &text[..offset];
        }
    }
    text
}

/// Media types and the extensions of their files; the first extension of a type is the one that is written.
const TYPES: &[(&str, &str)] = &[
    ("image/png", "png"),
    ("image/jpeg", "jpg"),
    ("image/jpeg", "jpeg"),
    ("image/gif", "gif"),
    ("image/webp", "webp"),
    ("image/bmp", "bmp"),
    ("image/svg+xml", "svg"),
    ("video/mp4", "mp4"),
    ("video/webm", "webm"),
    ("application/pdf", "pdf"),
    ("application/zip", "zip"),
    ("application/gzip", "gz"),
    ("application/json", "json"),
    ("application/xml", "xml"),
    ("application/octet-stream", "bin"),
    ("text/html", "html"),
    ("text/html", "htm"),
    ("text/csv", "csv"),
    ("text/plain", "txt"),
    ("text/plain", "log"),
    ("text/xml", "xml"),
];

/// First bytes of files, and what they are.
const MAGIC: &[(&[u8], &str)] = &[
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"%PDF-", "application/pdf"),
    (b"PK\x03\x04", "application/zip"),
    (b"\x1f\x8b\x08", "application/gzip"),
    (b"\x1a\x45\xdf\xa3", "video/webm"),
];

/// What a file is: by its first bytes, by what the report says, by its name, in that order.
pub(super) fn content_type<'a>(attachment: &'a Attachment, data: &str) -> Cow<'a, str> {
    if attachment.content == Content::Base64
        && let Some(known) = by_magic(data)
    {
        return Cow::Borrowed(known);
    }
    let stated = attachment.media_type.split(';').next().unwrap_or("").trim();
    if is_media_type(stated) {
        return Cow::Borrowed(stated);
    }
    let extension = split_extension(&attachment.name).1.trim_start_matches('.');
    let by_name = TYPES.iter().find(|(_, known)| known.eq_ignore_ascii_case(extension));
    Cow::Borrowed(match (by_name, attachment.content) {
        (Some((media, _)), _) => media,
        (None, Content::Text) => "text/plain",
        (None, _) => "application/octet-stream",
    })
}

fn by_magic(base64: &str) -> Option<&'static str> {
    let mut head = [0; 18];
    let whole_groups = base64.len().min(24) / 4 * 4;
    let text = base64.as_bytes().get(..whole_groups)?;
    let head = base64_simd::STANDARD.decode(text, base64_simd::Out::from_slice(&mut head)).ok()?;
    media_of(head)
}

/// An extension for a file that begins with these bytes, as far as they tell what it is: text, or something.
pub(super) fn extension_of(head: &[u8]) -> &'static str {
    let media = media_of(head);
    if let Some((_, extension)) = TYPES.iter().find(|(known, _)| Some(*known) == media) {
        return extension;
    }
    // The last character may be cut.
    let text = match std::str::from_utf8(head) {
        Ok(text) => Some(text),
        Err(error) if error.error_len().is_none() => std::str::from_utf8(&head[..error.valid_up_to()]).ok(),
        Err(_) => None,
    };
    let is_text = |text: &str| !text.contains(|c: char| c.is_control() && !matches!(c, '\t' | '\n' | '\r' | '\u{1b}'));
    if text.is_some_and(is_text) { "txt" } else { "bin" }
}

fn media_of(head: &[u8]) -> Option<&'static str> {
    let known = MAGIC.iter().find(|(magic, _)| head.starts_with(magic)).map(|(_, media)| *media);
    known.or(match head {
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => Some("image/webp"),
        [_, _, _, _, b'f', b't', b'y', b'p', ..] => Some("video/mp4"),
        _ => None,
    })
}

/// Whether `text` is a type and a subtype of the characters that the strict schema allows.
pub(super) fn is_media_type(text: &str) -> bool {
    let fits = |part: &str| {
        !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"!#$&^_.+-".contains(&byte))
    };
    text.split_once('/').is_some_and(|(media, subtype)| fits(media) && fits(subtype))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn attachment(name: &str, media_type: &str, content: Content, data: &str) -> Attachment {
        Attachment {
            name: name.to_owned(),
            media_type: media_type.to_owned(),
            content,
            data: data.to_owned(),
            omitted: 0,
        }
    }

    #[test]
    fn names_lose_their_directories_and_gain_an_extension() {
        let attachments = [
            attachment("C:\\shots\\a.png", "", Content::Base64, "iVBORw0KGgo="),
            attachment("out/a.png", "", Content::Base64, "iVBORw0KGgoA"),
            attachment("", "", Content::Base64, "iVBORw0KGgoB"),
            attachment("log", "text/plain;charset=utf-8", Content::Text, "hello"),
            attachment("gone.txt", "", Content::Path, "gone.txt"),
        ];
        let items = Gathering::default().items(&attachments);
        let names: Vec<_> = items.iter().map(|item| item.filename.as_str()).collect();
        assert_eq!(names, ["a.png", "a (2).png", "attachment.png", "log.txt"]);
        assert_eq!(items[3].data.as_str(), "aGVsbG8=");
        assert_eq!(items[3].content_type.as_str(), "text/plain");
    }

    #[test]
    fn a_name_that_looks_numbered_is_not_taken_twice() {
        let mut names = FileNames::default();
        let given: Vec<_> =
            ["a.png", "a (2).png", "a.png", "a.png"].map(|name| names.unused(name.into()).into_owned()).to_vec();
        assert_eq!(given, ["a.png", "a (2).png", "a (3).png", "a (4).png"]);
        let given = [".env", ".env"].map(|name| names.unused(name.into()).into_owned());
        assert_eq!(given, [".env", ".env (2)"], "a dot in front begins no extension");
    }

    #[test]
    fn long_names_keep_their_extension() {
        let name = file_name(&format!("{}.png", "ü".repeat(400)), "image/png").into_owned();
        assert!(name.ends_with(".png") && name.encode_utf16().count() == 255);
        assert_eq!(numbered(&name, 12).encode_utf16().count(), 255);
    }

    #[test]
    fn first_bytes_decide_before_what_is_said() {
        let jpeg = attachment("a.png", "image/png", Content::Base64, "/9j/4AAQSkZJRg==");
        assert_eq!(content_type(&jpeg, &jpeg.data), "image/jpeg");
        let stated = attachment("a", "image/webp", Content::Base64, "AAAA");
        assert_eq!(content_type(&stated, &stated.data), "image/webp");
        let unknown = attachment("a.xyz", "", Content::Base64, "AAAA");
        assert_eq!(content_type(&unknown, &unknown.data), "application/octet-stream");
    }

    #[test]
    fn a_media_type_has_two_parts() {
        assert!(is_media_type("image/svg+xml"));
        for other in ["image", "image/", "/png", "image/a b", "ima ge/png", "a/b/c"] {
            assert!(!is_media_type(other), "{other}");
        }
    }

    #[test]
    fn the_same_content_is_in_a_list_once_whatever_it_is_called() {
        let of_run = [
            attachment("a.txt", "", Content::Text, "hello"),
            attachment("b.txt", "", Content::Base64, "aGVsbG8="),
            attachment("a.txt", "", Content::Text, "other"),
        ];
        let of_step =
            [attachment("c.txt", "", Content::Text, "hello"), attachment("a.txt", "", Content::Text, "of a step")];
        let mut gathering = Gathering::default();
        let items: Vec<_> = gathering.items(&of_run).into_iter().chain(gathering.items(&of_step)).collect();
        let names: Vec<_> = items.iter().map(|item| (item.filename.as_str(), item.bytes())).collect();
        assert_eq!(names, [("a.txt", 5), ("a (2).txt", 5), ("c.txt", 5), ("a.txt", 9)]);
        assert_eq!(gathering.pieces(), 4);
        let stated = Gathering::new(EvidencePlace::Bundle, Equals::Stay).items(&of_run).len();
        assert_eq!(stated, 3);
        assert!(Gathering::new(EvidencePlace::Files, Equals::Go).items(&of_run).is_empty());
    }

    #[test]
    fn extensions_follow_from_first_bytes() {
        assert_eq!(extension_of(b"\x89PNG\r\n\x1a\n..."), "png");
        assert_eq!(extension_of("grün".as_bytes()), "txt");
        assert_eq!(extension_of(&"grün".as_bytes()[..3]), "txt");
        assert_eq!(extension_of(b"\0\x01"), "bin");
        assert_eq!(extension_of(b"\xff\xfeabc"), "bin");
        assert_eq!(extension_of(b""), "txt");
    }
}
