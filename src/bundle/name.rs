//! Names of the files in the output folder, and the ids of Test Executions that bundles are named by.

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};

use super::compress::Compression;
pub use crate::model::output::MANIFEST;
pub(super) use crate::model::output::REPORTS;
pub(super) use crate::model::output::{BUNDLES, EVIDENCE, JOURNAL};

/// End of the names of indexes of evidence.
const EVIDENCE_INDEX_SUFFIX: &str = ".jsonl";
/// Beginning of the names of bundles that do not know yet what they will be called.
const AHEAD: &str = "ahead-";
/// End of the names of files that are not whole. They begin with a dot, too.
pub(super) const TEMPORARY_SUFFIX: &str = ".xraypack-tmp";
/// End of the names of files with the `info` part of a multipart import.
const INFO_SUFFIX: &str = ".info.json";
/// Room for the part number and the temporary suffix stays below every file system's limit of 255 bytes.
const MAX_ID: usize = 100;
/// What an id is called when its name has no character that could stay.
const NAMELESS: &str = "execution";
/// Names that mean a device on Windows, whatever follows their first dot.
const DEVICES: [&str; 4] = ["con", "prn", "aux", "nul"];

/// File of part `part` (from one) of a Test Execution, relative to the output folder.
pub(super) fn bundle_file(execution: &str, part: u32, compression: Compression) -> String {
    format!("{BUNDLES}/{execution}.{part:04}.json{}", compression.suffix())
}

/// A bundle, relative to the output folder, that does not know yet what it will be called.
pub(super) fn ahead_file(number: u64) -> String {
    format!("{BUNDLES}/{AHEAD}{number}")
}

/// The name that the file for `path` has until it is whole.
pub(super) fn temporary_of(path: &Path) -> PathBuf {
    let name = path.file_name().map(|name| name.to_string_lossy()).unwrap_or_default();
    path.with_file_name(format!(".{name}{TEMPORARY_SUFFIX}"))
}

/// The name that people are told of the file for `path` while it is written: the one that it is going to have, or that
/// it has where the other is not known.
pub(super) fn told_of(path: &Path) -> PathBuf {
    let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    let number = name.strip_prefix(AHEAD).filter(|number| number.bytes().all(|byte| byte.is_ascii_digit()));
    if number.is_some() { temporary_of(path) } else { path.to_path_buf() }
}

/// File beside the bundles of a Test Execution with the `info` part of a multipart import, relative to the output folder.
pub(super) fn info_file(execution: &str) -> String {
    format!("{BUNDLES}/{execution}{INFO_SUFFIX}")
}

/// File of a piece of evidence, relative to the output folder: named by what is in it.
pub(super) fn evidence_file(sha256: &str, extension: &str) -> String {
    format!("{EVIDENCE}/{sha256}.{extension}")
}

/// Index of the evidence of a Test Execution, relative to the output folder.
pub(super) fn evidence_index_file(execution: &str) -> String {
    format!("{EVIDENCE}/{execution}{EVIDENCE_INDEX_SUFFIX}")
}

/// Whether a file called `name` in the folder of evidence is named as ours are: by a hash, or as an index.
pub(super) fn is_evidence_name(name: &str) -> bool {
    let is_index = name.strip_suffix(EVIDENCE_INDEX_SUFFIX).is_some_and(|id| !id.is_empty() && !id.starts_with('.'));
    is_index
        || name.split_once('.').is_some_and(|(hash, extension)| {
            hash.len() == 64
                && hash.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte))
                && (2..=4).contains(&extension.len())
                && extension.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
        })
}

/// Whether `file` is a file right inside the folder of evidence, wherever the name comes from.
pub(super) fn is_evidence_path(file: &str) -> bool {
    let name = file.strip_prefix(EVIDENCE).and_then(|rest| rest.strip_prefix('/'));
    name.is_some_and(|name| is_evidence_name(name) && !name.contains(['/', '\\', ':']))
}

/// Whether a file called `name` in the folder of bundles is named as [`info_file`] names them.
pub(super) fn is_info_name(name: &str) -> bool {
    name.strip_suffix(INFO_SUFFIX).is_some_and(|id| !id.is_empty() && !id.starts_with('.'))
}

/// Whether `file` is a file right inside the folder of bundles, wherever the manifest comes from that names it.
pub(super) fn is_bundle_path(file: &str) -> bool {
    let name = file.strip_prefix(BUNDLES).and_then(|rest| rest.strip_prefix('/'));
    name.is_some_and(|name| (is_bundle_name(name) || is_info_name(name)) && !name.contains(['/', '\\', ':']))
}

/// Whether a file called `name` in the folder of bundles is named as [`bundle_file`] names them.
pub(super) fn is_bundle_name(name: &str) -> bool {
    let plain = name.strip_suffix(Compression::of_file(name).suffix()).unwrap_or(name);
    let parts = plain.strip_suffix(".json").and_then(|stem| stem.rsplit_once('.'));
    parts.is_some_and(|(id, part)| {
        !id.is_empty() && !id.starts_with('.') && part.len() >= 4 && part.bytes().all(|byte| byte.is_ascii_digit())
    })
}

/// Ids of Test Executions, each of which is a file name.
#[derive(Debug, Default)]
pub(crate) struct Ids {
    /// In lower case: some file systems know no other.
    taken: HashSet<String>,
    /// Number that is tried next behind a beginning, where it has so many digits: all before it are taken.
    next: HashMap<(String, usize), u64>,
}

impl Ids {
    /// An id made of `name` that can be a file name on every system, and differs from all given before.
    ///
    /// Letters, digits, `.`, `_` and `-` of ASCII stay, anything else becomes `-`. It is never empty, has no leading
    /// dot and at most 100 characters. A name that is taken, in whatever case, gets `-2`, `-3` and so on: the same
    /// names in the same order always give the same ids.
    pub(crate) fn give(&mut self, name: &str) -> String {
        let base = plain(name);
        if self.taken.insert(base.to_ascii_lowercase()) { base } else { self.number(&base) }
    }

    /// The first number that is free behind `base`. What stays of a long one depends on how many digits the number has.
    fn number(&mut self, base: &str) -> String {
        let (mut first, mut digits) = (2, 1);
        loop {
            let end = 10_u64.saturating_pow(digits as u32);
            let kept = &base[..base.len().min(MAX_ID - 1 - digits)];
            let next = self.next.entry((kept.to_ascii_lowercase(), digits)).or_insert(first);
            while *next < end {
                let id = format!("{kept}-{next}");
                *next += 1;
                if self.taken.insert(id.to_ascii_lowercase()) {
                    return id;
                }
            }
            (first, digits) = (end, digits + 1);
        }
    }
}

fn plain(name: &str) -> String {
    let stays = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
    let kept = name.chars().map(|c| if stays(c) { c } else { '-' });
    let mut id: String = kept.skip_while(|&c| c == '.').take(MAX_ID).collect();
    if !id.bytes().any(|byte| byte.is_ascii_alphanumeric()) {
        return NAMELESS.to_owned();
    }
    if is_device(&id) {
        id.insert(0, '_');
    }
    id.truncate(MAX_ID);
    id
}

fn is_device(id: &str) -> bool {
    let stem = id.split('.').next().unwrap_or_default().to_ascii_lowercase();
    let port = stem.strip_prefix("com").or_else(|| stem.strip_prefix("lpt"));
    DEVICES.contains(&stem.as_str())
        || port.is_some_and(|number| number.len() == 1 && number.bytes().all(|byte| byte.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ids(names: &[&str]) -> Vec<String> {
        let mut ids = Ids::default();
        names.iter().map(|name| ids.give(name)).collect()
    }

    #[test]
    fn keeps_what_is_safe_and_replaces_the_rest() {
        assert_eq!(ids(&["nightly.zip", "a/b c", "..hidden", "über"]), ["nightly.zip", "a-b-c", "hidden", "-ber"]);
        assert_eq!(ids(&["", "...", "テスト"]), ["execution", "execution-2", "execution-3"]);
        assert_eq!(
            ids(&["con.zip", "COM1", "comic", "coma", "com10"]),
            ["_con.zip", "_COM1", "comic", "coma", "com10"]
        );
    }

    #[test]
    fn numbers_names_that_are_taken() {
        assert_eq!(ids(&["a", "a", "A", "a-2", "a"]), ["a", "a-2", "A-3", "a-2-2", "a-4"]);
    }

    #[test]
    fn stays_within_a_hundred_characters() {
        let long = "x".repeat(300);
        let ids = ids(&[
            &long,
            &long,
            "aux.aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
        ]);
        assert_eq!(ids.iter().map(String::len).collect::<Vec<_>>(), [100, 100, 100]);
        assert!(ids[1].ends_with("x-2") && ids[2].starts_with("_aux."));
    }

    #[test]
    fn numbers_go_on_where_they_stopped_as_if_each_were_tried() {
        let long = "x".repeat(97);
        let mut names = vec!["a-3".to_owned(), "a-10".to_owned(), format!("{long}-12")];
        for number in 0..300 {
            names.extend([["a", "A"][number % 2].to_owned(), format!("{long}{:03}", number % 7)]);
        }
        let mut ids = Ids::default();
        let mut taken = HashSet::new();
        for name in names {
            let base = plain(&name);
            let numbered = |number: u64| match number {
                1 => base.clone(),
                _ => format!("{}-{number}", &base[..base.len().min(MAX_ID - 1 - number.to_string().len())]),
            };
            let tried = (1..).map(numbered).find(|id| taken.insert(id.to_ascii_lowercase())).unwrap();
            assert_eq!(ids.give(&name), tried);
        }
    }

    #[test]
    fn knows_its_own_file_names() {
        assert_eq!(bundle_file("nightly", 7, Compression::None), "bundles/nightly.0007.json");
        assert_eq!(bundle_file("a", 12_345, Compression::Gzip), "bundles/a.12345.json.gz");
        assert_eq!(bundle_file("a", 1, Compression::Zstd), "bundles/a.0001.json.zst");
        for ours in ["nightly.0001.json", "a.b.12345.json", "a.0001.json.gz", "a.0001.json.zst"] {
            assert!(is_bundle_name(ours), "{ours}");
        }
        for foreign in [
            "notes.json",
            "nightly.001.json",
            ".0001.json",
            "a.0001.json.bak",
            "a.00x1.json",
            ".a.0001.json",
            "a.gz",
            "a.0001.json.xz",
        ] {
            assert!(!is_bundle_name(foreign), "{foreign}");
        }
        let evidence = evidence_file(&"0f".repeat(32), "png");
        assert!(is_evidence_path(&evidence) && is_evidence_path(&evidence_index_file("nightly")));
        for foreign in ["evidence/a.png", "evidence/../a.jsonl", "evidence/.jsonl", "a.jsonl", "evidence/a/b.jsonl"] {
            assert!(!is_evidence_path(foreign), "{foreign}");
        }
        assert!(!is_evidence_name(&format!("{}.html5", "0f".repeat(32))) && !is_evidence_name(&"0F.png".repeat(32)));
        assert_eq!(info_file("nightly"), "bundles/nightly.info.json");
        assert_eq!(told_of(Path::new("out/bundles/a.0001.json")), Path::new("out/bundles/a.0001.json"));
        assert_eq!(
            told_of(&Path::new("out").join(ahead_file(3))),
            Path::new("out/bundles/.ahead-3.xraypack-tmp"),
            "no file is ever called ahead-3"
        );
        assert!(is_info_name("nightly.info.json") && !is_info_name(".info.json") && !is_info_name("info.json"));
    }
}
