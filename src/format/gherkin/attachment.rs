//! Embeddings: base64 or raw text, wrapped once or twice, or only the name of a file (cucumber.md 2.5).

use crate::model::{Attachment, Content};

/// How long a path may be.
const LONGEST_PATH: usize = 1024;

/// Type of a list of links, as `link()` of cucumber-js attaches one.
pub(in crate::format) const LINKS: &str = "text/uri-list";

/// What there was to fill an attachment from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::format) enum Filled {
    Nothing,
    Content,
    /// Text where base64 should be.
    NoBase64,
}

/// What is said of text where base64 should be.
pub(in crate::format) const NO_BASE64: &str = "attachments that are no base64 were kept as they stand";

/// Type of bytes of which nothing is known.
const UNKNOWN_TYPE: &str = "application/octet-stream";

/// Fills `attachment` from what a report carries under `media_type`. Of data of which `missing` bytes were left out, since it
/// is too long to be of use, only the length is noted.
pub(in crate::format) fn fill(data: &str, media_type: &str, missing: u64, attachment: &mut Attachment) -> Filled {
    let mut data = data.trim();
    let mut media_type = media_type.split(';').next().unwrap_or("").trim();
    if missing > 0 {
        attachment.media_type.push_str(media_type);
        attachment.content = if is_text(media_type) { Content::Text } else { Content::Base64 };
        attachment.omitted = data.len() as u64 + missing;
        return Filled::Content;
    }
    if let Some((inner, rest)) = data_address(data) {
        media_type = if media_type.is_empty() { inner } else { media_type };
        data = rest;
    }
    if data.is_empty() {
        return Filled::Nothing;
    }
    let unwrapped = twice_wrapped(data);
    let data = unwrapped.as_deref().and_then(data_address).map_or(data, |(_, rest)| rest);
    if media_type.is_empty() {
        media_type = by_magic(data);
    }
    attachment.media_type.push_str(media_type);
    if media_type == LINKS {
        attachment.content = Content::Link;
        attachment.data.push_str(decoded_text(data).as_deref().unwrap_or(data).trim());
        return Filled::Content;
    }
    if is_text(media_type) && is_path(data) && !data.contains(char::is_whitespace) && data.contains(['/', '\\']) {
        attachment.content = Content::Path;
        attachment.data.push_str(data);
        return Filled::Content;
    }
    if is_text(media_type) {
        attachment.content = Content::Text;
        attachment.data.push_str(decoded_text(data).as_deref().unwrap_or(data));
        return Filled::Content;
    }
    if data.starts_with("http://") || data.starts_with("https://") {
        attachment.content = Content::Link;
        attachment.data.push_str(data);
        return Filled::Content;
    }
    attachment.content = Content::Base64;
    if push_base64(data, &mut attachment.data) {
        return Filled::Content;
    }
    attachment.data.clear();
    attachment.data.push_str(data);
    if is_path(data) {
        attachment.content = Content::Path;
        return Filled::Content;
    }
    attachment.content = Content::Text;
    if ["+xml", "+json"].iter().any(|end| media_type.ends_with(end)) {
        return Filled::Content;
    }
    attachment.media_type.clear();
    attachment.media_type.push_str(UNKNOWN_TYPE);
    Filled::NoBase64
}

/// Appends to a name that has an extension the one of what cannot be what it says; the others get theirs by type.
pub(in crate::format) fn name_as_unknown(name: &mut String) {
    if name.contains('.') {
        name.push_str(".bin");
    }
}

/// Fills `attachment` with where its content is, a path or an address, if that is said.
pub(in crate::format) fn refer(place: &str, media_type: &str, attachment: &mut Attachment) -> Filled {
    let place = place.trim();
    if place.is_empty() || place.len() > LONGEST_PATH {
        return Filled::Nothing;
    }
    let is_link = ["http://", "https://"].iter().any(|scheme| place.starts_with(scheme));
    attachment.content = if is_link { Content::Link } else { Content::Path };
    attachment.media_type.push_str(media_type.split(';').next().unwrap_or("").trim());
    attachment.data.push_str(place);
    Filled::Content
}

fn is_text(media_type: &str) -> bool {
    media_type.starts_with("text/") || matches!(media_type, "application/json" | "application/xml")
}

/// Media type and content of `data:…;base64,…`.
fn data_address(text: &str) -> Option<(&str, &str)> {
    let (head, data) = text.strip_prefix("data:")?.split_once(',')?;
    Some((head.strip_suffix(";base64")?, data))
}

/// What is inside base64 of a `data:` address.
fn twice_wrapped(data: &str) -> Option<String> {
    // `data:` in base64.
    if !data.starts_with("ZGF0YT") {
        return None;
    }
    String::from_utf8(base64_simd::STANDARD.decode_to_vec(data).ok()?).ok()
}

/// The text inside base64: only what decodes to text is base64, so that the word "test" stays one (38).
fn decoded_text(data: &str) -> Option<String> {
    let text = String::from_utf8(base64_simd::STANDARD.decode_to_vec(data).ok()?).ok()?;
    let plain = |c: char| !c.is_control() || matches!(c, '\t' | '\n' | '\r' | '\u{1b}');
    text.chars().all(plain).then_some(text)
}

/// Appends standard base64, padded and free of blanks; `false` when `data` is no base64 at all.
fn push_base64(data: &str, out: &mut String) -> bool {
    if base64_simd::STANDARD.check(data.as_bytes()).is_ok() {
        out.push_str(data);
        return true;
    }
    out.reserve(data.len() + 2);
    let start = out.len();
    for byte in data.bytes().filter(|byte| !byte.is_ascii_whitespace()) {
        match byte {
            b'-' => out.push('+'),
            b'_' => out.push('/'),
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'+' | b'/' | b'=' => out.push(char::from(byte)),
            _ => return false,
        }
    }
    let digits = out.trim_end_matches('=').len();
    if out[start..digits].contains('=') || (digits - start) % 4 == 1 || digits == start {
        return false;
    }
    out.truncate(digits);
    while !(out.len() - start).is_multiple_of(4) {
        out.push('=');
    }
    true
}

/// Whether it looks like the name of a file.
fn is_path(data: &str) -> bool {
    let ending = data.rsplit_once('.').map_or("", |(_, ending)| ending);
    data.len() <= LONGEST_PATH
        && !data.contains(['\n', '{', '<'])
        && (1..=5).contains(&ending.len())
        && ending.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

fn by_magic(data: &str) -> &'static str {
    const MAGIC: [(&str, &str); 6] = [
        ("iVBORw0KGgo", "image/png"),
        ("/9j/", "image/jpeg"),
        ("R0lGOD", "image/gif"),
        ("UklGR", "image/webp"),
        ("JVBERi0", "application/pdf"),
        ("UEsDB", "application/zip"),
    ];
    MAGIC.iter().find(|(start, _)| data.starts_with(start)).map_or(UNKNOWN_TYPE, |(_, known)| known)
}
