//! Patterns among the INPUTs that no shell has expanded.

use std::path::{MAIN_SEPARATOR, Path, PathBuf};

use globset::{GlobBuilder, GlobMatcher};
use walkdir::{DirEntry, WalkDir};

use super::name::with_slashes;
use super::{Shortage, SourceError};

/// What begins the part of a pattern that is one.
const SPECIAL: [char; 4] = ['*', '?', '[', '{'];

/// All that a pattern matches, in order, by the rules of a shell: `*` and `?` match no `/`, `**/` any folders, and a `/` at the end
/// means folders only. The folder that a pattern begins with does not match itself, and of what matches inside a folder that
/// matches itself nothing comes again. Names that begin with a dot are names like others, as where a folder is walked.
///
/// A link that leads nowhere matches as well, and so does a folder that nobody may look into: whoever reads them says so.
pub(super) fn expand(argument: &Path) -> Result<Vec<PathBuf>, SourceError> {
    let Some(written) = argument.to_str().filter(|text| text.contains(SPECIAL)) else {
        return Err(SourceError::Missing(argument.to_path_buf()));
    };
    let pattern = with_slashes(written);
    let (base, below) = pattern.split_at(fixed_part(&pattern));
    let wanted = Wanted::new(written, below)?;
    let root = if base.is_empty() { Path::new(".") } else { Path::new(base) };
    // As for a shell, only what is named level by level leads through links.
    let is_bounded = !below.contains("**");
    let levels = if is_bounded { below.split('/').count() } else { usize::MAX };
    let mut files =
        WalkDir::new(root).min_depth(1).max_depth(levels).follow_links(is_bounded).sort_by_file_name().into_iter();
    let mut found = Vec::new();
    while let Some(file) = files.next() {
        match file {
            Ok(file) if wanted.is_met_by(root, &file) => {
                found.push(named(base, file.path()));
                if file.file_type().is_dir() {
                    files.skip_current_dir();
                }
            }
            Ok(_) => {}
            Err(error) => match error.io_error().and_then(Shortage::of) {
                Some(shortage) => return Err(SourceError::Shortage(shortage)),
                None => found.extend(wanted.unread(root, &error).map(|path| named(base, path))),
            },
        }
    }
    if found.is_empty() {
        return Err(SourceError::NothingMatches(written.to_owned()));
    }
    Ok(found)
}

/// What is looked for below the folder that a pattern begins with.
struct Wanted {
    glob: GlobMatcher,
    only_folders: bool,
}

impl Wanted {
    fn new(pattern: &str, below: &str) -> Result<Wanted, SourceError> {
        let plain = below.trim_end_matches('/');
        let glob = GlobBuilder::new(plain)
            .literal_separator(true)
            .build()
            .map_err(|error| SourceError::Pattern(pattern.to_owned(), error.kind().to_string()))?;
        Ok(Wanted { glob: glob.compile_matcher(), only_folders: plain.len() < below.len() })
    }

    fn matches(&self, root: &Path, path: &Path) -> bool {
        self.glob.is_match(path.strip_prefix(root).unwrap_or(path))
    }

    fn is_met_by(&self, root: &Path, file: &DirEntry) -> bool {
        self.matches(root, file.path()) && (!self.only_folders || file.path().is_dir())
    }

    /// What could not be looked at and may not be passed over. A link to a folder around it leads to what is found there.
    fn unread<'e>(&self, root: &Path, error: &'e walkdir::Error) -> Option<&'e Path> {
        let path = error.path().filter(|path| *path != root && error.loop_ancestor().is_none())?;
        let is_wanted = path.is_dir() || (!self.only_folders && self.matches(root, path));
        is_wanted.then_some(path)
    }
}

/// A path as a shell writes it, which puts nothing before a pattern; all its parts with the same sign between them.
fn named(base: &str, path: &Path) -> PathBuf {
    let path = if base.is_empty() { path.strip_prefix(".").unwrap_or(path) } else { path };
    if MAIN_SEPARATOR == '/' { path.to_path_buf() } else { path.components().collect() }
}

/// Where the first part of a pattern begins that is more than a name.
fn fixed_part(pattern: &str) -> usize {
    let special = pattern.find(SPECIAL).unwrap_or(pattern.len());
    pattern[..special].rfind('/').map_or(0, |slash| slash + 1)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    /// A folder with `reports/{ui,unit}/TEST-….xml` and some more.
    fn tree() -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for name in ["reports/ui/TEST-a.xml", "reports/unit/TEST-b.xml", "reports/unit/deep/c.xml", "reports/top.xml"] {
            let path = folder.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, "x").unwrap();
        }
        folder
    }

    /// What a pattern matches, below the folder.
    fn found(folder: &Path, pattern: &str) -> Vec<String> {
        let slashed = |path: &Path| path.to_str().unwrap().replace(MAIN_SEPARATOR, "/");
        let top = slashed(folder) + "/";
        let found = expand(Path::new(&format!("{top}{pattern}"))).unwrap_or_default();
        found.iter().map(|path| slashed(path).strip_prefix(&top).unwrap().to_owned()).collect()
    }

    #[test]
    fn patterns_are_expanded_in_order_as_a_shell_does_it() {
        let folder = tree();
        let found = |pattern: &str| found(folder.path(), pattern);
        assert_eq!(found("*"), ["reports"]);
        assert_eq!(found("reports/*"), ["reports/top.xml", "reports/ui", "reports/unit"]);
        assert_eq!(found("reports/*/"), ["reports/ui", "reports/unit"]);
        assert_eq!(found("reports/*.xml"), ["reports/top.xml"]);
        assert_eq!(found("reports/*/*.xml"), ["reports/ui/TEST-a.xml", "reports/unit/TEST-b.xml"]);
        assert_eq!(found("reports/u?/*"), ["reports/ui/TEST-a.xml"]);
        assert_eq!(found("{reports,none}/top.xml"), ["reports/top.xml"]);
        if cfg!(unix) {
            assert_eq!(found("./reports/u?/*"), ["./reports/ui/TEST-a.xml"]);
        } else {
            assert_eq!(found("reports\\*\\*.xml"), ["reports/ui/TEST-a.xml", "reports/unit/TEST-b.xml"]);
        }
        assert!(found("reports/?").is_empty() && found("none/*").is_empty() && found("reports/*.xml/").is_empty());
    }

    #[test]
    fn two_stars_match_all_below_once() {
        let folder = tree();
        let found = |pattern: &str| found(folder.path(), pattern);
        let all = ["reports/top.xml", "reports/ui", "reports/unit"];
        assert_eq!(found("reports/**"), all);
        assert_eq!(found("**"), ["reports"]);
        let files = ["reports/top.xml", "reports/ui/TEST-a.xml", "reports/unit/TEST-b.xml", "reports/unit/deep/c.xml"];
        assert_eq!(found("**/*.xml"), files);
        assert_eq!(found("reports/**/*.xml"), files);
        assert_eq!(found("**/u*/"), ["reports/ui", "reports/unit"]);
    }

    #[test]
    fn a_pattern_without_a_folder_gives_names_without_one() {
        assert_eq!(named("", Path::new("./a/b.xml")), Path::new("a/b.xml"));
        assert_eq!(named("./", Path::new("./a/b.xml")), Path::new("./a/b.xml"));
        assert_eq!(fixed_part("*.xml"), 0);
        assert_eq!(fixed_part("./a/b*/c"), 4);
    }

    #[cfg(unix)]
    #[test]
    fn links_match_whatever_they_lead_to() {
        use std::os::unix::fs::symlink;
        let folder = tree();
        let reports = folder.path().join("reports");
        symlink("nothing", reports.join("void.xml")).unwrap();
        symlink("ui", reports.join("last")).unwrap();
        symlink(".", reports.join("self")).unwrap();
        let found = |pattern: &str| found(folder.path(), pattern);
        assert_eq!(found("reports/*.xml"), ["reports/top.xml", "reports/void.xml"]);
        assert_eq!(found("reports/**/v*.xml"), ["reports/void.xml"]);
        assert_eq!(found("reports/*/*a.xml"), ["reports/last/TEST-a.xml", "reports/ui/TEST-a.xml"]);
        assert_eq!(found("reports/**/*a.xml"), ["reports/ui/TEST-a.xml"]);
    }
}
