//! Names that decide before any byte is read.

/// Whether an operating system left this behind.
pub(super) fn is_litter(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    name.starts_with("._")
        || [".DS_Store", "Thumbs.db", "desktop.ini"].iter().any(|litter| name.eq_ignore_ascii_case(litter))
        || path.split('/').any(|part| part == "__MACOSX")
}

/// Whether this is an archive that nobody means to be an archive of reports.
pub(super) fn is_package(name: &str) -> bool {
    const PACKAGES: &[&str] = &[
        "jar", "war", "ear", "aar", "apk", "aab", "ipa", "docx", "xlsx", "pptx", "odt", "ods", "odp", "whl", "nupkg",
        "vsix", "xpi", "crx", "egg", "gem", "crate", "ova",
    ];
    PACKAGES.iter().any(|package| package.eq_ignore_ascii_case(extension(name)))
}

/// Whether a file of this name is worth a look whether it is an archive. Looking costs as much as reading a small
/// report, so files whose names promise text or pictures are not opened twice.
pub(super) fn may_be_archive(name: &str) -> bool {
    const PLAIN: &[&str] = &[
        "xml",
        "json",
        "ndjson",
        "jsonl",
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
    !PLAIN.iter().any(|plain| plain.eq_ignore_ascii_case(extension(name)))
}

fn extension(name: &str) -> &str {
    let name = name.rsplit('/').next().unwrap_or(name);
    name.rsplit_once('.').map_or("", |(_, extension)| extension)
}
