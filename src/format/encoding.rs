//! In which encoding a report is written, and the way from there to UTF-8.
//!
//! The order of evidence is that of junit.md J45 to J47 and nunit.md (a): a byte order mark, the pattern of zero bytes,
//! the XML declaration, UTF-8. A declaration that its own bytes contradict is not believed.

use std::borrow::Cow;
use std::fmt;
use std::io::{self, Read};

use encoding_rs::{Decoder, DecoderResult, UTF_8, UTF_16BE, UTF_16LE};

/// The encoding of a report, as far as its first bytes show it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Detected {
    encoding: &'static encoding_rs::Encoding,
    mark: usize,
}

/// An XML declaration names another encoding than that of the report (J45).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FalseDeclaration {
    declared: String,
    encoding: &'static str,
}

impl fmt::Display for FalseDeclaration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let FalseDeclaration { declared, encoding } = self;
        write!(f, "its XML declaration says that it is written in {declared:?}; it was read as {encoding}")
    }
}

impl Detected {
    /// Whether the bytes are UTF-8, or taken for it, and can be read as they are behind the byte order mark.
    pub fn is_utf8(self) -> bool {
        self.encoding == UTF_8
    }

    /// Length of the byte order mark.
    pub fn mark(self) -> usize {
        self.mark
    }

    /// The encoding's name, for people.
    pub fn name(self) -> &'static str {
        self.encoding.name()
    }

    /// Whether the declaration, in the first bytes of the report as UTF-8, says something else.
    pub fn false_declaration(self, decoded: &[u8]) -> Option<FalseDeclaration> {
        /// What most reports begin with.
        const USUAL: &[u8] = br#"<?xml version="1.0" encoding="UTF-8""#;
        if self.is_utf8() && decoded.get(..USUAL.len()).is_some_and(|first| first.eq_ignore_ascii_case(USUAL)) {
            return None;
        }
        let label = declared_label(decoded)?;
        let is_true = is_ascii(label)
            || encoding_rs::Encoding::for_label(label).is_some_and(|declared| {
                declared == self.encoding || (declared == UTF_16LE && self.encoding == UTF_16BE)
            });
        let declared = || String::from_utf8_lossy(&label[..label.len().min(LONGEST_LABEL)]).into_owned();
        (!is_true).then(|| FalseDeclaration { declared: declared(), encoding: self.name() })
    }
}

/// Decides the encoding by the first bytes of a report; some hundred are enough.
pub fn detect(first: &[u8]) -> Detected {
    match first {
        [0xEF, 0xBB, 0xBF, ..] => Detected { encoding: UTF_8, mark: 3 },
        [0xFF, 0xFE, ..] => Detected { encoding: UTF_16LE, mark: 2 },
        [0xFE, 0xFF, ..] => Detected { encoding: UTF_16BE, mark: 2 },
        [1..=0xFF, 0, 1..=0xFF, 0, ..] => Detected { encoding: UTF_16LE, mark: 0 },
        [0, 1..=0xFF, 0, 1..=0xFF, ..] => Detected { encoding: UTF_16BE, mark: 0 },
        _ => Detected { encoding: declared(first).unwrap_or(UTF_8), mark: 0 },
    }
}

/// Bytes of a declared name that are told.
const LONGEST_LABEL: usize = 40;

/// How far a declaration is looked for.
const DECLARATION: usize = 512;

/// The encoding that the XML declaration names, unless it cannot be true: the declaration was found byte by byte, so
/// that the report is no UTF-16 (J45, Q1).
fn declared(first: &[u8]) -> Option<&'static encoding_rs::Encoding> {
    let label = declared_label(first).filter(|label| !is_ascii(label))?;
    encoding_rs::Encoding::for_label(label)
        .filter(|encoding| ![UTF_16LE, UTF_16BE, encoding_rs::REPLACEMENT].contains(encoding))
}

/// The name of an encoding that the XML declaration has.
fn declared_label(first: &[u8]) -> Option<&[u8]> {
    let first = first[..first.len().min(DECLARATION)].trim_ascii_start().strip_prefix(b"<?xml")?;
    let declaration = &first[..memchr::memmem::find(first, b"?>")?];
    let value = declaration[memchr::memmem::find(declaration, b"encoding")? + 8..].trim_ascii_start();
    let value = value.strip_prefix(b"=")?.trim_ascii_start();
    let quote = *value.first().filter(|quote| matches!(quote, b'"' | b'\''))?;
    Some(&value[1..][..memchr::memchr(quote, &value[1..])?])
}

/// UTF-8 is what writers put into a report that they call ASCII.
fn is_ascii(label: &[u8]) -> bool {
    label.eq_ignore_ascii_case(b"us-ascii") || label.eq_ignore_ascii_case(b"ascii")
}

/// The bytes behind the byte order mark as UTF-8, or nearly so: UTF-8 is passed on unchecked. For the head of a
/// report; a character that its end cuts becomes U+FFFD.
pub fn to_utf8(bytes: &[u8], detected: Detected) -> Cow<'_, [u8]> {
    if detected.is_utf8() {
        return Cow::Borrowed(bytes.get(detected.mark..).unwrap_or_default());
    }
    let mut text = Vec::with_capacity(bytes.len());
    // Reading from memory cannot fail.
    let _ = Transcoder::new(bytes, detected).read_to_end(&mut text);
    Cow::Owned(text)
}

/// Bytes that are decoded at a time.
const CHUNK: usize = 16 * 1024;

/// Reads a report in any encoding as UTF-8, in constant memory. What is malformed becomes U+FFFD and is counted; the
/// byte order mark is passed over.
pub struct Transcoder<R> {
    reader: R,
    decoder: Decoder,
    mark: usize,
    input: Box<[u8]>,
    /// The part of `input` that is not decoded yet.
    undecoded: std::ops::Range<usize>,
    output: Box<[u8]>,
    /// The part of `output` that nobody has read yet.
    unread: std::ops::Range<usize>,
    state: State,
    replaced: u64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Reading,
    /// The reader has nothing more, the decoder may.
    Draining,
    Done,
}

impl<R: Read> Transcoder<R> {
    /// Decodes what `reader` gives, from its first byte on.
    pub fn new(reader: R, detected: Detected) -> Transcoder<R> {
        Transcoder {
            reader,
            decoder: detected.encoding.new_decoder_without_bom_handling(),
            mark: detected.mark,
            input: vec![0; CHUNK].into(),
            undecoded: 0..0,
            output: vec![0; CHUNK].into(),
            unread: 0..0,
            state: State::Reading,
            replaced: 0,
        }
    }

    /// Malformed sequences replaced so far.
    pub fn replaced(&self) -> u64 {
        self.replaced
    }

    /// Refills `input` once it is used up.
    fn fill(&mut self) -> io::Result<()> {
        if self.state != State::Reading || !self.undecoded.is_empty() {
            return Ok(());
        }
        let read = loop {
            match self.reader.read(&mut self.input) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                result => break result?,
            }
        };
        if read == 0 {
            self.state = State::Draining;
        }
        // A reader may give the mark in pieces.
        let mark = self.mark.min(read);
        self.mark -= mark;
        self.undecoded = mark..read;
        Ok(())
    }

    /// Decodes what is there into the empty `output`.
    fn decode(&mut self) {
        let last = self.state == State::Draining;
        let mut written = 0;
        loop {
            let input = &self.input[self.undecoded.clone()];
            let (result, used, made) =
                self.decoder.decode_to_utf8_without_replacement(input, &mut self.output[written..], last);
            self.undecoded.start += used;
            written += made;
            match result {
                DecoderResult::InputEmpty => {
                    if last {
                        self.state = State::Done;
                    }
                    break;
                }
                DecoderResult::OutputFull => break,
                DecoderResult::Malformed(..) => {
                    self.replaced += 1;
                    let mark = "\u{FFFD}".as_bytes();
                    // The decoder reports a sequence only when one more character still has room; should it ever
                    // not, the sequence is counted and left out.
                    if let Some(room) = self.output.get_mut(written..written + mark.len()) {
                        room.copy_from_slice(mark);
                        written += mark.len();
                    }
                }
            }
        }
        self.unread = 0..written;
    }
}

impl<R: Read> Read for Transcoder<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        if out.is_empty() {
            return Ok(0);
        }
        while self.unread.is_empty() {
            if self.state == State::Done {
                return Ok(0);
            }
            self.fill()?;
            self.decode();
        }
        let ready = &self.output[self.unread.clone()];
        let length = ready.len().min(out.len());
        out[..length].copy_from_slice(&ready[..length]);
        self.unread.start += length;
        Ok(length)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(first: &[u8]) -> &'static str {
        detect(first).name()
    }

    fn utf16(text: &str, bytes: fn(u16) -> [u8; 2]) -> Vec<u8> {
        text.encode_utf16().flat_map(bytes).collect()
    }

    fn decoded(bytes: &[u8]) -> String {
        String::from_utf8(to_utf8(bytes, detect(bytes)).into_owned()).unwrap()
    }

    #[test]
    fn a_declaration_that_its_bytes_contradict_is_told() {
        let said = |bytes: &[u8]| {
            let detected = detect(bytes);
            detected.false_declaration(&to_utf8(bytes, detected)).map(|told| told.to_string())
        };
        let written = |encoding: &str| format!("<?xml version='1.0' encoding='{encoding}'?><a/>");
        for name in ["UTF-8", "utf8", "US-ASCII", "ISO-8859-1", "windows-1252"] {
            assert_eq!(said(written(name).as_bytes()), None, "{name}");
        }
        let with_mark = |encoding: &str| format!("\u{FEFF}{}", written(encoding));
        for text in [written("UTF-16"), written("foo-8"), with_mark("ISO-8859-1")] {
            assert!(said(text.as_bytes()).is_some_and(|told| told.ends_with("it was read as UTF-8")), "{text}");
        }
        let little = |encoding: &str| utf16(&with_mark(encoding), u16::to_le_bytes);
        let big = |encoding: &str| utf16(&written(encoding), u16::to_be_bytes);
        assert_eq!([said(&little("utf-16")), said(&big("UTF-16")), said(&big("UTF-16BE"))], [None, None, None]);
        assert_eq!(
            said(&little("utf-8")).unwrap(),
            "its XML declaration says that it is written in \"utf-8\"; it was read as UTF-16LE"
        );
        assert_eq!(said(b"<?xml version='1.0'?><a/>"), None);
        assert_eq!(said(b"[{\"encoding\": \"UTF-16\"}]"), None);
    }

    #[test]
    fn j45_marks_then_zero_bytes_then_the_declaration() {
        assert_eq!(detect(b"\xEF\xBB\xBF<a/>").mark(), 3);
        assert_eq!(name(b"\xEF\xBB\xBF<?xml version='1.0' encoding='windows-1252'?>"), "UTF-8");
        assert_eq!(name(b"\xFF\xFE<\0a\0"), "UTF-16LE");
        assert_eq!(name(b"\xFE\xFF\0<\0a"), "UTF-16BE");
        assert_eq!(name(b"[\0{\0"), "UTF-16LE");
        assert_eq!(name(b"\0<\0?"), "UTF-16BE");
        assert_eq!(name(b"<?xml version='1.0' encoding='utf-16'?><a/>"), "UTF-8");
        assert_eq!(name(b"<?xml version='1.0' encoding='no-such'?><a/>"), "UTF-8");
        assert_eq!(name(b"<?xml version='1.0' encoding='"), "UTF-8");
        assert_eq!(name(b""), "UTF-8");
    }

    #[test]
    fn j47_names_in_any_spelling() {
        for (label, expected) in [
            ("utf8", "UTF-8"),
            ("UTF-8", "UTF-8"),
            ("US-ASCII", "UTF-8"),
            ("latin1", "windows-1252"),
            ("ISO-8859-1", "windows-1252"),
            ("Windows-1251", "windows-1251"),
        ] {
            assert_eq!(name(format!("\n<?xml version = \"1.0\" encoding = \"{label}\" ?>").as_bytes()), expected);
        }
    }

    #[test]
    fn utf16_is_decoded_in_either_order_across_chunks() {
        let text = "<a>\u{1F600}é</a>\n".repeat(4000);
        assert_eq!(decoded(&utf16(&format!("\u{FEFF}{text}"), u16::to_le_bytes)), text);
        assert_eq!(decoded(&utf16(&format!("\u{FEFF}{text}"), u16::to_be_bytes)), text);
        assert_eq!(decoded(&utf16(&text, u16::to_be_bytes)), text);
    }

    #[test]
    fn single_bytes_are_decoded() {
        let mut report = b"<?xml version='1.0' encoding='windows-1251'?><a>".to_vec();
        report.push(0xDF);
        assert!(decoded(&report).ends_with("<a>Я"));
    }

    #[test]
    fn malformed_sequences_are_replaced_and_counted() {
        let mut bytes = utf16("\u{FEFF}ab", u16::to_le_bytes);
        bytes.extend([0x00, 0xD8, b'c', 0, b'd']);
        let mut transcoder = Transcoder::new(&bytes[..], detect(&bytes));
        let mut text = String::new();
        transcoder.read_to_string(&mut text).unwrap();
        assert_eq!(text, "ab\u{FFFD}c\u{FFFD}");
        assert_eq!(transcoder.replaced(), 2);
    }

    #[test]
    fn a_reader_may_give_single_bytes_and_take_them() {
        struct Drip<'d>(&'d [u8]);
        impl Read for Drip<'_> {
            fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
                let length = out.len().min(1);
                self.0.read(&mut out[..length])
            }
        }
        let bytes = utf16("\u{FEFF}é\u{1F600}", u16::to_le_bytes);
        let transcoder = Transcoder::new(Drip(&bytes), detect(&bytes));
        let text: Vec<u8> = io::BufReader::with_capacity(1, transcoder).bytes().collect::<io::Result<_>>().unwrap();
        assert_eq!(text, "é\u{1F600}".as_bytes());
    }
}
