//! Names of archive entries, made plain.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::path::is_separator;

use xxhash_rust::xxh3::xxh3_64_with_seed;

/// An entry's name with `/` between its parts and nothing before the first: no drive, no leading slash, no `./`. Parts
/// `..` stay: the name is a label, nothing is ever written or looked up on disk by it.
pub(super) fn normalise(name: &str) -> String {
    let name = name.replace('\\', "/");
    let name = match name.as_bytes() {
        [letter, b':', ..] if letter.is_ascii_alphabetic() => &name[2..],
        _ => &name[..],
    };
    let parts: Vec<&str> = name.split('/').filter(|part| !part.is_empty() && *part != ".").collect();
    parts.join("/")
}

/// Stands for those bytes of a name that are no text, since they are all shown alike; zero where there are none.
pub(super) fn spelling(raw: &[u8]) -> u64 {
    let odd = raw.utf8_chunks().map(|chunk| chunk.invalid()).filter(|bytes| !bytes.is_empty());
    odd.fold(0, |before, bytes| xxh3_64_with_seed(bytes, before).max(1))
}

/// The order of a walk: part by part, each by its bytes, so that a folder and its archive have the same. A part that ends is
/// less than one that goes on, and so `/` comes before every other byte.
pub(super) fn compare(one: &str, other: &str) -> Ordering {
    let bytes = one.as_bytes().iter().zip(other.as_bytes());
    match bytes.into_iter().find(|(one, other)| one != other) {
        None => one.len().cmp(&other.len()),
        Some((b'/', _)) => Ordering::Less,
        Some((_, b'/')) => Ordering::Greater,
        Some((one, other)) => one.cmp(other),
    }
}

/// A pattern with `/` between its parts. Where a `\` stands between the parts of a path it is no escape in a pattern, either.
pub(super) fn with_slashes(pattern: &str) -> Cow<'_, str> {
    if is_separator('\\') { pattern.replace('\\', "/").into() } else { pattern.into() }
}

/// The folder part of a plain name; empty at the top.
pub(super) fn folder(name: &str) -> &str {
    name.rsplit_once('/').map_or("", |(folder, _)| folder)
}

/// A path that a report refers to, relative to `folder`, with `..` and `.` resolved. `None` when it leads above the top.
pub(super) fn resolve(folder: &str, reference: &str) -> Option<String> {
    let mut parts: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
    for part in reference.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn z1_names_are_made_plain() {
        assert_eq!(normalise("target\\cucumber.json"), "target/cucumber.json");
        assert_eq!(normalise("C:\\a\\.\\b"), "a/b");
        assert_eq!(normalise("//a//b/"), "a/b");
        assert_eq!(normalise("../a"), "../a");
    }

    #[test]
    fn what_is_no_text_tells_names_apart() {
        assert_eq!(spelling("a/b/é.xml".as_bytes()), 0);
        assert_eq!(spelling(b"./a\xff.xml"), spelling(b"a\xff.xml"));
        let names: [&[u8]; 5] = [b"a\xff", b"a\xfe", b"a\xff\xff", b"a\xff/b\xfe", b"a\xfe/b\xff"];
        let distinct: std::collections::HashSet<_> = names.into_iter().map(spelling).collect();
        assert_eq!(distinct.len(), names.len());
    }

    #[test]
    fn order_goes_part_by_part() {
        assert_eq!(compare("a/b.xml", "a.xml"), Ordering::Less);
        assert_eq!(compare("a/b", "a/b/c"), Ordering::Less);
        let names =
            ["", "/", "/a", "a", "a/", "a//b", "a/!", "a/b", "a/b/c", "a!", "a!/b", "a.xml", "ab", "b", "\u{1}", "é/a"];
        for (one, other) in names.iter().flat_map(|one| names.iter().map(move |other| (one, other))) {
            let by_parts = one.split('/').map(str::as_bytes).cmp(other.split('/').map(str::as_bytes));
            assert_eq!(compare(one, other), by_parts, "{one:?} and {other:?}");
        }
    }

    #[test]
    fn references_never_lead_above_the_top() {
        assert_eq!(resolve("a/b", "../c.png").as_deref(), Some("a/c.png"));
        assert_eq!(resolve("a", "../../c.png"), None);
    }
}
