//! Names that decide before any byte is read.

/// Whether an operating system left this behind.
pub(super) fn is_litter(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    name.starts_with("._")
        || [".DS_Store", "Thumbs.db", "desktop.ini"].iter().any(|litter| name.eq_ignore_ascii_case(litter))
        || (path.contains("__MACOSX") && path.split('/').any(|part| part == "__MACOSX"))
}

/// Whether this is an archive that nobody means to be an archive of reports.
pub(super) fn is_package(name: &str) -> bool {
    const PACKAGES: &[&str] = &[
        "jar", "war", "ear", "aar", "apk", "aab", "ipa", "docx", "xlsx", "pptx", "odt", "ods", "odp", "odg", "odf",
        "odb", "whl", "nupkg", "vsix", "xpi", "crx", "egg", "gem", "crate", "ova",
    ];
    has_ending(name, PACKAGES)
}

/// Endings of reports that are hardly ever packed.
const REPORTS: &[&str] = &["xml", "json", "ndjson", "jsonl"];

/// Whether a file of this name is worth a look whether it is an archive. Looking costs as much as reading a small
/// report, so files whose names promise text or pictures are not opened twice.
pub(super) fn may_be_archive(name: &str) -> bool {
    const PLAIN: &[&str] = &[
        "txt",
        "log",
        "html",
        "htm",
        "css",
        "js",
        "csv",
        "md",
        "yml",
        "yaml",
        "png",
        "jpg",
        "jpeg",
        "gif",
        "svg",
        "webp",
        "mp4",
        "webm",
        "pdf",
        "trx",
        "dumpstream",
        "properties",
        "bz2",
        "xz",
    ];
    !has_ending(name, REPORTS) && !has_ending(name, PLAIN)
}

/// Whether the name of a file has one of these endings, in whatever case.
pub(crate) fn has_ending(name: &str, endings: &[&str]) -> bool {
    let extension = extension(name);
    endings.iter().any(|ending| ending.eq_ignore_ascii_case(extension))
}

/// Whether a file is called a zip.
pub(crate) fn is_called_zip(name: &str) -> bool {
    has_ending(name, &["zip"])
}

/// Whether a file is called like an archive.
pub(crate) fn is_called_archive(name: &str) -> bool {
    let before = name.rsplit_once('.').map_or("", |(before, _)| before);
    has_ending(name, &["zip", "tar", "tgz", "tzst"]) || (is_called_packed(name) && has_ending(before, &["tar"]))
}

/// Whether a file is called like one that is packed by itself.
pub(crate) fn is_called_packed(name: &str) -> bool {
    has_ending(name, &["gz", "zst"])
}

/// Whether a file is called like a picture of a screen.
pub(super) fn is_picture(name: &str) -> bool {
    has_ending(name, &["png", "jpg", "jpeg", "gif", "webp"])
}

/// Whether a file is called like one JSON document.
pub(super) fn is_json(name: &str) -> bool {
    has_ending(name, &["json"])
}

/// Whether a file is called like lines of JSON, each a message: `cucumber.ndjson`, `messages.json`, `run.jsonl.gz`.
pub(super) fn is_json_lines(name: &str) -> bool {
    let name = name.rsplit('/').next().unwrap_or(name).to_ascii_lowercase();
    ["ndjson", "jsonl", "message"].iter().any(|word| name.contains(word))
}

fn extension(name: &str) -> &str {
    match memchr::memrchr2(b'.', b'/', name.as_bytes()) {
        Some(at) if name.as_bytes()[at] == b'.' => &name[at + 1..],
        _ => "",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn endings_are_those_of_the_last_name() {
        assert!(has_ending("a.xml", &["json", "xml"]) && has_ending("a/B.XML", &["xml"]));
        assert!(!has_ending("xml", &["xml"]) && !has_ending("a.json/b", &["json"]) && !has_ending("a.txt", &["xml"]));
        assert!(!may_be_archive("a.jsonl") && may_be_archive("a.junit") && may_be_archive("a.zip"));
    }

    #[test]
    fn lines_of_json_are_known_by_name() {
        let names = ["cucumber.ndjson", "out/run.JSONL.gz", "cucumber-messages.json", "messages"];
        assert!(names.iter().all(|name| is_json_lines(name)));
        let names = ["cucumber.json", "messages/cucumber.json", "json.txt"];
        assert!(!names.iter().any(|name| is_json_lines(name)));
        assert!(is_json("a.JSON") && !is_json("json") && !is_json("a.json/b"));
    }
}
