//! `--include` and `--exclude`: patterns as people know them from ignore files.

use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

use globset::{Candidate, Glob, GlobSet, GlobSetBuilder};

use super::name::with_slashes;
use crate::model::Origin;

/// Patterns, of which one is enough.
///
/// A pattern without a slash inside is held against each part of a path as well as against the whole; `*` goes across
/// slashes. What matches a folder or an archive takes in all that lies in it. A path is that inside the innermost archive
/// or INPUT, or the whole origin.
#[derive(Debug)]
pub struct Globs {
    /// Each pattern in its variants.
    set: GlobSet,
    /// The pattern that a variant belongs to.
    pattern_of: Vec<usize>,
    patterns: Vec<Pattern>,
}

#[derive(Debug)]
struct Pattern {
    written: String,
    /// What every path begins with that it matches; empty when nobody can tell.
    beginning: String,
    has_met: AtomicBool,
}

impl Globs {
    /// Compiles patterns.
    ///
    /// # Errors
    /// In words, when one of them is no glob.
    pub fn new<'p>(patterns: impl IntoIterator<Item = &'p str>) -> Result<Globs, String> {
        let mut set = GlobSetBuilder::new();
        let (mut pattern_of, mut compiled) = (Vec::new(), Vec::new());
        for written in patterns {
            let pattern = with_slashes(written);
            for variant in variants(&pattern) {
                set.add(Glob::new(&variant).map_err(|error| error.to_string())?);
                pattern_of.push(compiled.len());
            }
            let has_met = AtomicBool::new(false);
            compiled.push(Pattern { written: written.to_owned(), beginning: beginning(&pattern), has_met });
        }
        let set = set.build().map_err(|error| error.to_string())?;
        Ok(Globs { set, pattern_of, patterns: compiled })
    }

    /// Whether a pattern matches what is at `origin`, or a folder or archive around it.
    pub(super) fn matches(&self, origin: &Origin) -> bool {
        let inner = origin.in_innermost().map(|(_, inner)| inner);
        let whole = origin.as_str();
        if self.unmet().next().is_some() {
            inner.into_iter().chain([whole]).for_each(|path| self.note(path));
        }
        inner.is_some_and(|inner| self.set.is_match(inner)) || self.set.is_match(whole)
    }

    /// Remembers which patterns have met something.
    fn note(&self, path: &str) {
        for variant in self.set.matches_candidate(&Candidate::new(Path::new(path))) {
            self.patterns[self.pattern_of[variant]].has_met.store(true, Ordering::Relaxed);
        }
    }

    /// Whether something in a folder could match whose names nobody has seen. Paths inside archives in it are not thought of.
    pub(super) fn may_match_below(&self, folder: &Origin) -> bool {
        let below = format!("{folder}/");
        self.matches(folder)
            || self
                .patterns
                .iter()
                .any(|Pattern { beginning, .. }| below.starts_with(beginning) || beginning.starts_with(&below))
    }

    /// The patterns that have met nothing so far, as they were written.
    pub fn unmet(&self) -> impl Iterator<Item = &str> {
        let unmet = |pattern: &&Pattern| !pattern.has_met.load(Ordering::Relaxed);
        self.patterns.iter().filter(unmet).map(|pattern| pattern.written.as_str())
    }
}

/// The pattern without what it may begin and end with, and whether it holds from the top on.
fn plain(written: &str) -> (&str, bool) {
    let mut pattern = written;
    while let Some(rest) = pattern.strip_prefix("./") {
        pattern = rest;
    }
    let from_top = pattern.strip_prefix('/');
    pattern = from_top.unwrap_or(pattern);
    if !pattern.ends_with("\\/") {
        pattern = pattern.trim_end_matches('/');
    }
    let pattern = if pattern.is_empty() { "**" } else { pattern };
    (pattern, from_top.is_some() || pattern.contains('/'))
}

/// All forms of a pattern: itself, what lies below it, what lies inside it, and each of these further down. As it was written
/// it counts in any case.
fn variants(written: &str) -> Vec<String> {
    let (pattern, is_anchored) = plain(written);
    let (above, inside) = if is_anchored { ("", "*!/") } else { ("**/", "**/") };
    vec![
        written.to_owned(),
        format!("{above}{pattern}"),
        format!("{above}{pattern}/**"),
        format!("{above}{pattern}!/**"),
        format!("{inside}{pattern}!/**"),
    ]
}

fn beginning(written: &str) -> String {
    match plain(written) {
        (pattern, true) => pattern.split(['*', '?', '[', '{', '\\']).next().unwrap_or_default().to_owned(),
        (_, false) => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matched<'p>(pattern: &str, paths: &[&'p str]) -> Vec<&'p str> {
        let globs = Globs::new([pattern]).unwrap();
        paths.iter().copied().filter(|path| globs.matches(&Origin::parse(*path))).collect()
    }

    const PATHS: &[&str] = &[
        "TEST-a.xml",
        "unit/TEST-b.xml",
        "api/unit/c.xml",
        "unity/d.xml",
        "ui.zip!/unit/e.xml",
        "ui.zip!/in.zip!/f.xml",
        "ui.zip!/deep/in.zip!/g.xml",
    ];

    #[test]
    fn a_pattern_without_a_slash_is_held_against_each_part() {
        let units = ["unit/TEST-b.xml", "api/unit/c.xml", "ui.zip!/unit/e.xml"];
        for pattern in ["unit", "unit/", "./unit/"] {
            assert_eq!(matched(pattern, PATHS), units, "{pattern}");
        }
        assert_eq!(matched("TEST-*.xml", PATHS), ["TEST-a.xml", "unit/TEST-b.xml"]);
        assert_eq!(matched("*.xml", PATHS), PATHS);
    }

    #[test]
    fn a_slash_inside_holds_a_pattern_to_the_top_of_the_input_or_archive() {
        let below = ["unit/TEST-b.xml", "ui.zip!/unit/e.xml"];
        for pattern in ["unit/*", "./unit/*", "/unit", "unit/**", "unit/*.xml"] {
            assert_eq!(matched(pattern, PATHS), below, "{pattern}");
        }
        assert_eq!(matched("api/unit", PATHS), ["api/unit/c.xml"]);
    }

    #[test]
    fn an_archive_takes_in_what_is_inside_it() {
        assert_eq!(matched("ui.zip", PATHS), PATHS[4..]);
        assert_eq!(matched("*.zip", PATHS), PATHS[4..]);
        assert_eq!(matched("in.zip", PATHS), PATHS[5..]);
        assert_eq!(matched("deep/in.zip", PATHS), PATHS[6..]);
        assert_eq!(matched("ui.zip!/unit/*", PATHS), ["ui.zip!/unit/e.xml"]);
    }

    #[test]
    fn every_pattern_that_was_a_glob_is_one() {
        for pattern in ["./", "/", "{a,b/c}", "[!a]", "a\\*", "a\\/", "**", "a/**/", "**/a"] {
            assert!(Globs::new([pattern]).is_ok(), "{pattern}");
        }
    }

    #[test]
    fn what_a_pattern_has_met_is_known() {
        let globs = Globs::new(["unit", "e2e", "./none/"]).unwrap();
        assert_eq!(PATHS.iter().filter(|path| globs.matches(&Origin::parse(**path))).count(), 3);
        assert_eq!(globs.unmet().collect::<Vec<_>>(), ["e2e", "./none/"]);
    }

    #[test]
    fn of_a_folder_nobody_could_read_it_is_known_whether_it_matters() {
        for (pattern, matters) in
            [("yes/**", false), ("no", true), ("no/a.xml", true), ("*.xml", true), ("n*/a", true), ("/x", false)]
        {
            assert_eq!(Globs::new([pattern]).unwrap().may_match_below(&Origin::new("no")), matters, "{pattern}");
        }
    }
}
