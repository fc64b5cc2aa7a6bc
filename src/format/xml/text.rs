//! From raw bytes between tags or quotes to text: references, line ends, bytes that are no text.

use super::marks::{self, InAttribute, InCData, InCharacters, Odd};
use super::repairs::RepairLog;

/// What had to be mended while text was decoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct TextRepairs {
    /// Byte sequences that are no UTF-8 and became U+FFFD.
    pub(super) bad_utf8: u64,
    /// Raw control characters that XML forbids; they are kept here and cleaned where text is written.
    pub(super) controls: u64,
    /// References to characters that XML forbids; they became U+FFFD, or the control character itself.
    pub(super) bad_references: u64,
    /// `&` that begins no reference XML defines; kept as it stands.
    pub(super) stray_ampersands: u64,
}

/// Which bytes stand for something else.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum RawKind {
    /// Between tags: references are resolved, line ends become line feeds.
    Characters,
    /// A CDATA section: line ends become line feeds.
    CData,
    /// Markup outside of CDATA sections that is read as text: line ends become line feeds.
    Markup,
    /// Between quotes: references are resolved, literal white space becomes blanks.
    Attribute,
}

/// Bytes of a report; text where they are known to be valid.
#[derive(Debug, Clone, Copy)]
pub(super) enum Raw<'t> {
    Text(&'t str),
    Bytes(&'t [u8]),
}

impl<'t> Raw<'t> {
    #[inline]
    pub(super) fn bytes(self) -> &'t [u8] {
        match self {
            Raw::Text(text) => text.as_bytes(),
            Raw::Bytes(bytes) => bytes,
        }
    }

    /// A part of it.
    #[inline]
    pub(super) fn slice(self, start: usize, end: usize) -> Raw<'t> {
        match self {
            Raw::Text(text) => match text.get(start..end) {
                Some(text) => Raw::Text(text),
                None => Raw::Bytes(&text.as_bytes()[start..end]),
            },
            Raw::Bytes(bytes) => Raw::Bytes(&bytes[start..end]),
        }
    }
}

/// A piece of character data or of a CDATA section.
#[derive(Debug, Clone, Copy)]
pub struct Text<'t> {
    raw: Raw<'t>,
    kind: RawKind,
    log: &'t RepairLog,
}

impl<'t> Text<'t> {
    #[inline]
    pub(super) fn new(raw: Raw<'t>, kind: RawKind, log: &'t RepairLog) -> Text<'t> {
        Text { raw, kind, log }
    }

    /// Appends the text to `out`, its references resolved.
    #[inline]
    pub fn push_into(self, out: &mut String) {
        decode(self.raw, self.kind, out, self.log);
    }

    /// The bytes as they stand in the report, references unresolved.
    #[inline]
    pub fn raw(self) -> &'t [u8] {
        self.raw.bytes()
    }

    /// Whether it stands in a CDATA section.
    pub fn is_cdata(self) -> bool {
        self.kind == RawKind::CData
    }

    /// Whether there is nothing in it but blanks and line ends.
    pub fn is_blank(self) -> bool {
        self.raw().iter().all(u8::is_ascii_whitespace)
    }
}

/// Appends what `raw` stands for and notes what had to be mended. A piece of text may come in several calls, cut
/// anywhere but inside a reference, a UTF-8 sequence or a CR LF pair.
pub(super) fn decode(raw: Raw<'_>, kind: RawKind, out: &mut String, log: &RepairLog) {
    match raw {
        Raw::Text(text) => decode_text(text, kind, out, log),
        Raw::Bytes(bytes) => match simdutf8::basic::from_utf8(bytes) {
            Ok(text) => decode_text(text, kind, out, log),
            Err(_) => {
                for chunk in bytes.utf8_chunks() {
                    decode_text(chunk.valid(), kind, out, log);
                    if !chunk.invalid().is_empty() {
                        log.text(|repairs| repairs.bad_utf8 += 1);
                        out.push(char::REPLACEMENT_CHARACTER);
                    }
                }
            }
        },
    }
}

#[inline]
fn decode_text(text: &str, kind: RawKind, out: &mut String, log: &RepairLog) {
    match kind {
        RawKind::Characters => decode_from_hit_to_hit::<InCharacters>(text, kind, out, log),
        RawKind::CData | RawKind::Markup => decode_from_hit_to_hit::<InCData>(text, kind, out, log),
        RawKind::Attribute => decode_from_hit_to_hit::<InAttribute>(text, kind, out, log),
    }
}

/// Copies what stands for itself in one go, up to the next byte that does not.
fn decode_from_hit_to_hit<O: Odd>(text: &str, kind: RawKind, out: &mut String, log: &RepairLog) {
    // What is decoded is hardly ever longer than it was written.
    out.reserve(text.len());
    let mut rest = text;
    while let Some(hit) = marks::find_odd::<O>(rest.as_bytes()) {
        out.push_str(&rest[..hit]);
        let length = decode_odd(&rest.as_bytes()[hit..], kind, out, log);
        rest = &rest[hit + length..];
    }
    out.push_str(rest);
}

/// Appends what the odd byte at the start of `rest` stands for, and tells how many bytes that takes.
fn decode_odd(rest: &[u8], kind: RawKind, out: &mut String, log: &RepairLog) -> usize {
    match rest {
        [b'&', ..] => append_reference(rest, out, log),
        [b'\r', rest @ ..] => {
            out.push(line_end(kind));
            1 + usize::from(rest.first() == Some(&b'\n'))
        }
        [b'\n' | b'\t', ..] => {
            out.push(line_end(kind));
            1
        }
        [control, ..] => {
            log.text(|repairs| repairs.controls += 1);
            out.push(char::from(*control));
            1
        }
        [] => 0,
    }
}

/// What a line end is read as: in attributes all white space becomes a blank (XML's attribute-value normalisation).
fn line_end(kind: RawKind) -> char {
    if kind == RawKind::Attribute { ' ' } else { '\n' }
}

/// Longest reference that is looked for: `&#x0010FFFF;` with room for leading zeros.
pub(super) const LONGEST_REFERENCE: usize = 32;

/// Appends what the reference at the start of `rest` stands for and tells its length; a lone `&` stays itself.
fn append_reference(rest: &[u8], out: &mut String, log: &RepairLog) -> usize {
    let reach = &rest[..rest.len().min(LONGEST_REFERENCE)];
    if let Some(end) = memchr::memchr(b';', reach) {
        let name = &reach[1..end];
        if let Some(character) = predefined(name) {
            out.push(character);
            return end + 1;
        }
        if let Some(number) = name.strip_prefix(b"#").and_then(character_number) {
            out.push(referenced_character(number, log));
            return end + 1;
        }
    }
    log.text(|repairs| repairs.stray_ampersands += 1);
    out.push('&');
    1
}

fn predefined(name: &[u8]) -> Option<char> {
    Some(match name {
        b"lt" => '<',
        b"gt" => '>',
        b"amp" => '&',
        b"quot" => '"',
        b"apos" => '\'',
        _ => return None,
    })
}

/// The number of a character reference, decimal or hexadecimal.
fn character_number(digits: &[u8]) -> Option<u32> {
    let (digits, radix) = match digits.strip_prefix(b"x").or_else(|| digits.strip_prefix(b"X")) {
        Some(hexadecimal) => (hexadecimal, 16),
        None => (digits, 10),
    };
    if digits.is_empty() || !digits.iter().all(u8::is_ascii_alphanumeric) {
        return None;
    }
    u32::from_str_radix(std::str::from_utf8(digits).ok()?, radix).ok()
}

/// XML forbids references to most control characters and to surrogates (J35). ESC stays for those who strip terminal
/// colours later; NUL and surrogates become U+FFFD.
fn referenced_character(number: u32, log: &RepairLog) -> char {
    let character = char::from_u32(number).filter(|character| *character != '\0');
    if character.is_none_or(|c| is_forbidden_control(c as u32)) {
        log.text(|repairs| repairs.bad_references += 1);
    }
    character.unwrap_or(char::REPLACEMENT_CHARACTER)
}

fn is_forbidden_control(number: u32) -> bool {
    number < 0x20 && !matches!(number, 0x09 | 0x0A | 0x0D)
}

/// Where to cut `text`, which goes on behind its end, so that no reference, UTF-8 sequence or CR LF pair is torn.
pub(super) fn safe_cut(text: &[u8], kind: RawKind) -> usize {
    let mut cut = text.len();
    if kind != RawKind::CData {
        let reach = cut.saturating_sub(LONGEST_REFERENCE);
        if let Some(ampersand) = memchr::memrchr(b'&', &text[reach..cut])
            && memchr::memchr(b';', &text[reach + ampersand..cut]).is_none()
        {
            cut = reach + ampersand;
        }
    }
    let lead = (1..=3.min(cut)).find(|back| text[cut - back] & 0xC0 != 0x80);
    if let Some(back) = lead
        && text[cut - back] >= 0xC0
    {
        cut -= back;
    }
    if cut > 0 && text[cut - 1] == b'\r' {
        cut -= 1;
    }
    cut
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decoded(raw: &[u8], kind: RawKind) -> (String, TextRepairs) {
        let mut out = String::new();
        let log = RepairLog::default();
        decode(Raw::Bytes(raw), kind, &mut out, &log);
        (out, log.take().0)
    }

    #[test]
    fn references_are_resolved() {
        let (text, repairs) = decoded(b"a &lt;b&gt; &amp;&quot;&apos; &#65;&#x1F600;", RawKind::Characters);
        assert_eq!(text, "a <b> &\"' A\u{1F600}");
        assert_eq!(repairs, TextRepairs::default());
    }

    #[test]
    fn j35_references_to_forbidden_characters() {
        let (text, repairs) = decoded(b"a&#0;b&#x1b;[0m&#xD800;", RawKind::Characters);
        assert_eq!(text, "a\u{FFFD}b\u{1b}[0m\u{FFFD}");
        assert_eq!(repairs.bad_references, 3);
    }

    #[test]
    fn j38_undefined_entities_and_bare_ampersands_stay() {
        let (text, repairs) = decoded(b"R&D &nbsp; a&b; &", RawKind::Characters);
        assert_eq!(text, "R&D &nbsp; a&b; &");
        assert_eq!(repairs.stray_ampersands, 4);
    }

    #[test]
    fn attribute_white_space_becomes_blanks_but_references_stay() {
        assert_eq!(decoded(b"a\r\nb\tc&#10;d", RawKind::Attribute).0, "a b c\nd");
    }

    #[test]
    fn line_ends_become_line_feeds() {
        assert_eq!(decoded(b"a\r\nb\rc\n", RawKind::CData).0, "a\nb\nc\n");
    }

    #[test]
    fn j46_bytes_that_are_no_utf8_are_replaced() {
        let (text, repairs) = decoded(b"caf\xe9 \x00\x1b", RawKind::Characters);
        assert_eq!(text, "caf\u{FFFD} \0\u{1b}");
        assert_eq!((repairs.bad_utf8, repairs.controls), (1, 2));
    }

    #[test]
    fn cuts_tear_nothing() {
        assert_eq!(safe_cut(b"abc &am", RawKind::Characters), 4);
        assert_eq!(safe_cut(b"abc &amp;", RawKind::Characters), 9);
        assert_eq!(safe_cut("aé".as_bytes().split_at(2).0, RawKind::CData), 1);
        assert_eq!(safe_cut("aé".as_bytes(), RawKind::CData), 1, "a whole sequence may wait, too");
        assert_eq!(safe_cut(b"a\r", RawKind::CData), 1);
    }
}
