//! The first bytes of a file, looked at once.
//!
//! Everything that tells one format from another is found here, so that recognising a format is a question to a
//! [`Head`] and never a second reading of the bytes.

mod json;
mod xml;

pub use json::{JsonHead, JsonRoot, ValueKind};
pub use xml::{Element, XmlHead};

use super::recognise::{self, Family};
use super::{FORMATS, conflict, encoding};

/// Bytes of a file that nearly always tell what it is.
pub const HEAD: usize = 64 * 1024;

/// Bytes of a file that are looked at where these leave it open and [break off](Head::breaks_off): a text of that length may come before the
/// first key that tells one format from another (cucumber.md section 1). What is behind them decides nothing.
pub const LONGEST_HEAD: usize = 1024 * 1024;

/// The first bytes of a file and what they show.
pub struct Head<'h> {
    file_name: &'h str,
    bytes: &'h [u8],
    shape: Shape<'h>,
    family: Option<Family>,
}

/// What the bytes are, roughly.
#[derive(Debug)]
pub enum Shape<'h> {
    /// Nothing: no byte, a byte order mark, blanks, XML that breaks off before its first element, or in its tag (J41).
    Empty,
    /// XML, with the first elements.
    Xml(XmlHead<'h>),
    /// JSON, with the keys.
    Json(JsonHead<'h>),
    /// An archive or a compressed file.
    Archive(Archive),
    /// Anything else.
    Other,
}

/// Archives and compressions that are known by their first bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Archive {
    /// A zip archive, an empty one included.
    Zip,
    /// A part of a zip archive that spans several files.
    SpannedZip,
    /// A gzip stream.
    Gzip,
    /// A tar archive.
    Tar,
    /// A Zstandard stream.
    Zstd,
    /// An xz stream.
    Xz,
    /// A bzip2 stream.
    Bzip2,
    /// A 7z archive.
    SevenZip,
    /// A RAR archive.
    Rar,
}

impl Archive {
    /// What it is, for people.
    pub const fn described(self) -> &'static str {
        match self {
            Archive::Zip => "a zip archive",
            Archive::SpannedZip => "a part of a split zip archive",
            Archive::Gzip => "a gzip file",
            Archive::Tar => "a tar archive",
            Archive::Zstd => "a zstd file",
            Archive::Xz => "an xz file",
            Archive::Bzip2 => "a bzip2 file",
            Archive::SevenZip => "a 7z archive",
            Archive::Rar => "a RAR archive",
        }
    }

    /// The archive that begins with these bytes.
    pub fn recognise(first: &[u8]) -> Option<Archive> {
        // Zstd may begin with a frame to be skipped.
        if matches!(first, [0x50..=0x5F, 0x2A, 0x4D, 0x18, ..]) {
            return Some(Archive::Zstd);
        }
        let start = STARTS_OF_ARCHIVES.iter().find(|(start, _)| first.starts_with(start));
        let tar = || first.get(257..262).filter(|magic| *magic == b"ustar").map(|_| Archive::Tar);
        start.map(|(_, archive)| *archive).or_else(tar)
    }
}

const STARTS_OF_ARCHIVES: &[(&[u8], Archive)] = &[
    (b"PK\x03\x04", Archive::Zip),
    (b"PK\x05\x06", Archive::Zip),
    (b"PK\x07\x08", Archive::SpannedZip),
    (b"\x1F\x8B", Archive::Gzip),
    (b"\x28\xB5\x2F\xFD", Archive::Zstd),
    (b"\xFD7zXZ\0", Archive::Xz),
    (b"BZh", Archive::Bzip2),
    (b"7z\xBC\xAF\x27\x1C", Archive::SevenZip),
    (b"Rar!\x1A\x07", Archive::Rar),
];

impl<'h> Head<'h> {
    /// Looks at the first bytes of a file, at most [`LONGEST_HEAD`] of them, decoded to UTF-8 or nearly so (see
    /// [`encoding::to_utf8`]). The name never decides alone; it only keeps documents that quote a report from being
    /// taken for one with text before it.
    pub fn new(bytes: &'h [u8], file_name: &'h str) -> Head<'h> {
        let bytes = &bytes[..bytes.len().min(LONGEST_HEAD)];
        let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
        let head = Head::of(bytes, file_name, shape(bytes, file_name));
        match head.report_behind_markup().map(Shape::Xml).or_else(|| head.report_behind_objects()) {
            Some(shape) => Head::of(bytes, file_name, shape),
            None => head,
        }
    }

    /// These bytes, which are this.
    fn of(bytes: &'h [u8], file_name: &'h str, shape: Shape<'h>) -> Head<'h> {
        let family = recognise::family_of(&shape);
        Head { file_name, bytes, shape, family }
    }

    /// The report behind lines that look like markup: `<br />` of a PHP warning, or what tests printed that ran between the
    /// declaration and the root (J43). Pages show reports without being any.
    fn report_behind_markup(&self) -> Option<XmlHead<'h>> {
        let first = self.xml().filter(|xml| xml.junk_before() == 0)?;
        let is_page = || first.root().name().eq_ignore_ascii_case("html");
        if self.is_report() || is_page() || is_prose(self.file_name) {
            return None;
        }
        let start = self.bytes.len() - self.bytes.trim_ascii_start().len();
        let behind = || xml::report_behind(&self.bytes[start..]).map(|at| start + at);
        let xml = XmlHead::read(self.bytes, first.report_behind_text().or_else(behind)?)?;
        if_report(self.bytes, Shape::Xml(xml)).and_then(Shape::into_xml)
    }

    /// The report behind lines of a log that are JSON themselves.
    fn report_behind_objects(&self) -> Option<Shape<'h>> {
        let first = self.json().filter(|json| json.root() == JsonRoot::Object && json.further_document())?;
        if first.junk_before() > 0 || self.is_report() || is_prose(self.file_name) {
            return None;
        }
        if_report(self.bytes, behind_text(self.bytes, self.file_name))
    }

    /// What the bytes are.
    pub fn shape(&self) -> &Shape<'h> {
        &self.shape
    }

    /// The file's name, without folders or with them.
    pub fn file_name(&self) -> &'h str {
        self.file_name
    }

    /// The family of reports to which the file belongs, where the marks of several overlap.
    pub(super) fn family(&self) -> Option<Family> {
        self.family
    }

    /// Whether it is a report of some format.
    pub fn is_report(&self) -> bool {
        self.family.is_some() || FORMATS.iter().any(|format| (format.recognises)(self))
    }

    /// Whether these bytes end within a JSON document, or before the root element: a log may stand in front of it.
    pub fn breaks_off(&self) -> bool {
        match &self.shape {
            Shape::Json(json) => json.is_cut(),
            Shape::Other | Shape::Empty => xml::begins_with_prolog(self.bytes) || is_named_xml(self.file_name),
            _ => false,
        }
    }

    /// Whether there is nothing.
    pub fn is_empty(&self) -> bool {
        matches!(self.shape, Shape::Empty)
    }

    /// Whether there are zero bytes and no others: a file that had its length when the power failed, and not yet its
    /// bytes (J34).
    pub fn is_zeros(&self) -> bool {
        !self.bytes.is_empty() && self.bytes.iter().all(|byte| *byte == 0)
    }

    /// Whether it is a picture as screens are shot into.
    pub fn is_picture(&self) -> bool {
        let begins = |magic: &[u8]| self.bytes.starts_with(magic);
        PICTURES.iter().any(|magic| begins(magic))
            || (begins(b"RIFF") && self.bytes.get(8..12).is_some_and(|kind| kind == b"WEBP"))
    }

    /// What was seen, if it is XML.
    pub fn xml(&self) -> Option<&XmlHead<'h>> {
        match &self.shape {
            Shape::Xml(xml) => Some(xml),
            _ => None,
        }
    }

    /// What was seen, if it is JSON.
    pub fn json(&self) -> Option<&JsonHead<'h>> {
        match &self.shape {
            Shape::Json(json) => Some(json),
            _ => None,
        }
    }

    /// The archive, if it is one.
    pub fn archive(&self) -> Option<Archive> {
        match self.shape {
            Shape::Archive(archive) => Some(archive),
            _ => None,
        }
    }
}

fn shape<'h>(bytes: &'h [u8], file_name: &str) -> Shape<'h> {
    if let Some(archive) = Archive::recognise(bytes) {
        return Shape::Archive(archive);
    }
    let start = bytes.len() - bytes.trim_ascii_start().len();
    if start == bytes.len() {
        return Shape::Empty;
    }
    if bytes[start] == b'<' && !conflict::begins(&bytes[start..]) {
        return match XmlHead::read(bytes, 0) {
            Some(xml) => Shape::Xml(xml),
            None if xml::ends_before_root(&bytes[start..]) => Shape::Empty,
            None => Shape::Other,
        };
    }
    if json::begins(&bytes[start..]) {
        return Shape::Json(JsonHead::read(bytes, start));
    }
    if is_prose(file_name) { Shape::Other } else { behind_text(bytes, file_name) }
}

/// Objects that are looked at, at most, to find a report behind other text.
const MOST_OBJECTS: usize = 16;

/// A report with text before it: a log line, a banner (J43, B9). It begins at the start of a line. Logs hold objects, too,
/// and only one that is known counts.
fn behind_text<'h>(bytes: &'h [u8], file_name: &str) -> Shape<'h> {
    let mut objects = 0;
    for line_start in memchr::memchr_iter(b'\n', bytes).map(|end| end + 1) {
        let line = &bytes[line_start..];
        match line.trim_ascii_start().first() {
            Some(b'<') => {
                if let Some(xml) = xml_behind_text(bytes, line_start) {
                    return Shape::Xml(xml);
                }
            }
            Some(b'[') if json::begins_behind_text(line) => return Shape::Json(JsonHead::read(bytes, line_start)),
            Some(b'{') if objects < MOST_OBJECTS && json::begins(line.trim_ascii_start()) => {
                objects += 1;
                if let Some(shape) = if_report(bytes, Shape::Json(JsonHead::read(bytes, line_start))) {
                    return shape;
                }
            }
            _ => {}
        }
    }
    // A banner without a line end: `npm banner <testsuites>`. Behind the first line only a file that is called like a report
    // holds one; logs quote them.
    let first_line = memchr::memchr(b'\n', bytes).filter(|_| !is_named_xml(file_name)).unwrap_or(bytes.len());
    let xml = memchr::memchr_iter(b'<', &bytes[..first_line]).find_map(|at| xml_behind_text(bytes, at));
    xml.map_or(Shape::Other, Shape::Xml)
}

/// What these bytes are, where a format takes it for a report.
fn if_report<'h>(bytes: &'h [u8], shape: Shape<'h>) -> Option<Shape<'h>> {
    let head = Head::of(bytes, "", shape);
    head.is_report().then_some(head.shape)
}

impl<'h> Shape<'h> {
    fn into_xml(self) -> Option<XmlHead<'h>> {
        match self {
            Shape::Xml(xml) => Some(xml),
            _ => None,
        }
    }
}

/// The document that begins at `start`, behind other text, if it is one that is looked for there.
fn xml_behind_text(bytes: &[u8], start: usize) -> Option<XmlHead<'_>> {
    let begins = xml::begins(bytes[start..].trim_ascii_start())?;
    let xml = XmlHead::read(bytes, start)?;
    match begins {
        xml::Begins::Known => Some(xml),
        xml::Begins::Perhaps => if_report(bytes, Shape::Xml(xml)).and_then(Shape::into_xml),
    }
}

fn is_named_xml(file_name: &str) -> bool {
    file_name.rsplit_once('.').is_some_and(|(_, ending)| ending.eq_ignore_ascii_case("xml"))
}

/// Documents and sources, which quote reports without being any.
fn is_prose(file_name: &str) -> bool {
    const PROSE: &[&str] = &[
        "md", "markdown", "rst", "adoc", "java", "kt", "cs", "py", "rb", "js", "ts", "go", "rs", "c", "cc", "cpp", "h",
        "css", "yml", "yaml", "sh", "ps1", "feature",
    ];
    file_name.rsplit_once('.').is_some_and(|(_, ending)| PROSE.iter().any(|known| known.eq_ignore_ascii_case(ending)))
}

/// Whether the first bytes of a file, some KiB of them, undecoded, leave it possible that it is a report or an archive:
/// pictures, films and programs need not be read. Zero bytes are no objection inside XML or JSON: a writer that was
/// killed leaves them there (J34).
pub fn could_be_report(first: &[u8]) -> bool {
    if BINARIES.iter().any(|(offset, magic)| first.get(*offset..).is_some_and(|bytes| bytes.starts_with(magic))) {
        return false;
    }
    if Archive::recognise(first).is_some() || memchr::memchr(0, first).is_none() {
        return true;
    }
    let text = first.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(first);
    !encoding::detect(first).is_utf8() || matches!(text.trim_ascii_start().first(), Some(b'<' | b'{' | b'['))
}

/// How pictures begin.
const PICTURES: &[&[u8]] = &[b"\x89PNG\r\n\x1A\n", b"\xFF\xD8\xFF", b"GIF8"];

/// Where and how files begin that hold no report.
const BINARIES: &[(usize, &[u8])] = &[
    (0, b"\x89PNG\r\n\x1A\n"),
    (0, b"\xFF\xD8\xFF"),
    (0, b"GIF8"),
    (0, b"RIFF"),
    (4, b"ftyp"),
    (0, b"\x1A\x45\xDF\xA3"),
    (0, b"OggS"),
    (0, b"ID3"),
    (0, b"%PDF-"),
    (0, b"\x7FELF"),
    (0, b"MZ"),
    (0, b"\xCA\xFE\xBA\xBE"),
    (0, b"\xCF\xFA\xED\xFE"),
    (0, b"\0asm"),
    (0, b"wOFF"),
    (0, b"wOF2"),
    (0, b"SQLite format 3\0"),
    (0, b"JAVA PROFILE"),
];

#[cfg(test)]
mod tests;
