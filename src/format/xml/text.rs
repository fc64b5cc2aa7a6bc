//! From raw bytes between tags or quotes to text: references, line ends, bytes that are no text.

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

impl TextRepairs {
    pub(super) fn is_clean(&self) -> bool {
        *self == TextRepairs::default()
    }
}

/// Which bytes stand for something else.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum RawKind {
    /// Between tags: references are resolved, line ends become line feeds.
    Characters,
    /// A CDATA section: line ends become line feeds.
    CData,
    /// Between quotes: references are resolved, literal white space becomes blanks.
    Attribute,
}

/// Appends what `raw` stands for. A piece of text may come in several calls, cut anywhere but inside a reference, a
/// UTF-8 sequence or a CR LF pair.
pub(super) fn decode(raw: &[u8], kind: RawKind, out: &mut String, repairs: &mut TextRepairs) {
    if is_plain(raw, kind)
        && let Ok(text) = simdutf8::basic::from_utf8(raw)
    {
        return out.push_str(text);
    }
    if kind == RawKind::CData {
        return append(raw, kind, out, repairs);
    }
    let mut rest = raw;
    while let Some(ampersand) = memchr::memchr(b'&', rest) {
        append(&rest[..ampersand], kind, out, repairs);
        rest = &rest[ampersand..];
        rest = &rest[append_reference(rest, out, repairs)..];
    }
    append(rest, kind, out, repairs);
}

/// Longest reference that is looked for: `&#x0010FFFF;` with room for leading zeros.
pub(super) const LONGEST_REFERENCE: usize = 32;

/// Appends what the reference at the start of `rest` stands for and tells its length; a lone `&` stays itself.
fn append_reference(rest: &[u8], out: &mut String, repairs: &mut TextRepairs) -> usize {
    let reach = &rest[..rest.len().min(LONGEST_REFERENCE)];
    if let Some(end) = memchr::memchr(b';', reach) {
        let name = &reach[1..end];
        if let Some(character) = predefined(name) {
            out.push(character);
            return end + 1;
        }
        if let Some(number) = name.strip_prefix(b"#").and_then(character_number) {
            out.push(referenced_character(number, repairs));
            return end + 1;
        }
    }
    repairs.stray_ampersands += 1;
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
fn referenced_character(number: u32, repairs: &mut TextRepairs) -> char {
    let character = char::from_u32(number).filter(|character| *character != '\0');
    if character.is_none_or(|c| is_forbidden_control(c as u32)) {
        repairs.bad_references += 1;
    }
    character.unwrap_or(char::REPLACEMENT_CHARACTER)
}

fn is_forbidden_control(number: u32) -> bool {
    number < 0x20 && !matches!(number, 0x09 | 0x0A | 0x0D)
}

/// Whether every byte stands for itself: ASCII without references, without control characters and, in an attribute,
/// without white space but blanks. Nearly all text is like this; one pass without branches tells.
#[inline]
fn is_plain(raw: &[u8], kind: RawKind) -> bool {
    let odd = match kind {
        RawKind::Attribute => {
            raw.iter().fold(0u8, |odd, byte| odd | u8::from(*byte < 0x20) | u8::from(*byte == b'&') | (byte & 0x80))
        }
        RawKind::Characters => raw.iter().fold(0u8, |odd, byte| {
            odd | u8::from(*byte < 0x20 && *byte != b'\n' && *byte != b'\t') | u8::from(*byte == b'&') | (byte & 0x80)
        }),
        RawKind::CData => raw
            .iter()
            .fold(0u8, |odd, byte| odd | u8::from(*byte < 0x20 && *byte != b'\n' && *byte != b'\t') | (byte & 0x80)),
    };
    odd == 0
}

/// Appends bytes that hold no reference.
fn append(raw: &[u8], kind: RawKind, out: &mut String, repairs: &mut TextRepairs) {
    if raw.is_empty() {
        return;
    }
    repairs.controls += forbidden_controls(raw);
    let start = out.len();
    match simdutf8::basic::from_utf8(raw) {
        Ok(text) => out.push_str(text),
        Err(_) => append_lossy(raw, out, repairs),
    }
    if kind == RawKind::Attribute {
        blank_white_space(out, start);
    } else {
        unify_line_ends(out, start);
    }
}

fn forbidden_controls(raw: &[u8]) -> u64 {
    // Branch-free over blocks, so that the compiler can use vectors; a block with a hit is counted exactly.
    let mut found = 0;
    for block in raw.chunks(64) {
        let low = block.iter().fold(0u8, |low, byte| low | u8::from(*byte < 0x20));
        if low != 0 {
            found += block.iter().filter(|byte| is_forbidden_control(u32::from(**byte))).count() as u64;
        }
    }
    found
}

fn append_lossy(raw: &[u8], out: &mut String, repairs: &mut TextRepairs) {
    for chunk in raw.utf8_chunks() {
        out.push_str(chunk.valid());
        if !chunk.invalid().is_empty() {
            repairs.bad_utf8 += 1;
            out.push(char::REPLACEMENT_CHARACTER);
        }
    }
}

/// Turns tab, LF, CR and CR LF from `start` on into one blank each (XML's attribute-value normalisation).
fn blank_white_space(out: &mut String, start: usize) {
    if !out.as_bytes()[start..].iter().any(|byte| matches!(byte, b'\t' | b'\n' | b'\r')) {
        return;
    }
    let tail = out[start..].replace("\r\n", " ").replace(['\t', '\n', '\r'], " ");
    out.truncate(start);
    out.push_str(&tail);
}

/// Turns CR LF and CR from `start` on into LF (XML's line-end handling).
fn unify_line_ends(out: &mut String, start: usize) {
    if memchr::memchr(b'\r', &out.as_bytes()[start..]).is_none() {
        return;
    }
    let tail = out[start..].replace("\r\n", "\n").replace('\r', "\n");
    out.truncate(start);
    out.push_str(&tail);
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
        let mut repairs = TextRepairs::default();
        decode(raw, kind, &mut out, &mut repairs);
        (out, repairs)
    }

    #[test]
    fn references_are_resolved() {
        let (text, repairs) = decoded(b"a &lt;b&gt; &amp;&quot;&apos; &#65;&#x1F600;", RawKind::Characters);
        assert_eq!(text, "a <b> &\"' A\u{1F600}");
        assert!(repairs.is_clean());
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
