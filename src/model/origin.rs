//! Where a report was found.

use std::fmt;
use std::sync::Arc;

/// What stands between an archive and what is in it.
const INTO: &str = "!/";

/// Where a report was found, relative to its INPUT: `/` on every system, `!/` into an archive.
///
/// A folder may be called `new!`, so what is an archive is remembered and not read off the name.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Origin {
    name: Arc<str>,
    /// Length of the name of the outermost archive; zero outside of archives.
    outermost: usize,
    /// Length of the name of the innermost one, with those around it.
    innermost: usize,
}

impl Origin {
    /// The origin of what lies in no archive.
    pub fn new(name: impl Into<Arc<str>>) -> Origin {
        Origin { name: name.into(), outermost: 0, innermost: 0 }
    }

    /// The origin that is shown as `name`: each `!/` leads into an archive.
    #[cfg(test)]
    pub(crate) fn parse(name: impl Into<Arc<str>>) -> Origin {
        let name = name.into();
        let outermost = name.find(INTO).unwrap_or(0);
        let innermost = name.rfind(INTO).unwrap_or(0);
        Origin { name, outermost, innermost }
    }

    /// The origin of `entry` inside this archive.
    pub fn inside(&self, entry: &str) -> Origin {
        let innermost = self.name.len();
        let outermost = if self.is_archived() { self.outermost } else { innermost };
        Origin { name: format!("{}{INTO}{entry}", self.name).into(), outermost, innermost }
    }

    /// The origin of `entry` inside the same archive.
    pub fn beside(&self, entry: &str) -> Origin {
        let name = format!("{}{INTO}{entry}", &self.name[..self.innermost]).into();
        Origin { name, ..self.clone() }
    }

    /// The name as shown.
    pub fn as_str(&self) -> &str {
        &self.name
    }

    /// Whether it lies in an archive.
    pub fn is_archived(&self) -> bool {
        self.innermost > 0
    }

    /// The outermost archive around it, or itself, as it may be one.
    pub fn outermost(&self) -> &str {
        self.in_outermost().map_or(self.as_str(), |(archive, _)| archive)
    }

    /// The outermost archive around it, and what it is called in there.
    pub fn in_outermost(&self) -> Option<(&str, &str)> {
        self.in_archive(self.outermost)
    }

    /// The innermost archive around it, and what it is called in there.
    pub fn in_innermost(&self) -> Option<(&str, &str)> {
        self.in_archive(self.innermost)
    }

    fn in_archive(&self, length: usize) -> Option<(&str, &str)> {
        let (archive, entry) = self.name.split_at(length);
        self.is_archived().then(|| (archive, entry.strip_prefix(INTO).unwrap_or(entry)))
    }

    /// The folder that it lies in, or the archive, where it lies at the top of one; empty at the top of its INPUT.
    pub fn folder(&self) -> &str {
        let inside = if self.is_archived() { self.innermost + INTO.len() } else { 0 };
        match memchr::memrchr(b'/', &self.name.as_bytes()[inside..]) {
            Some(length) => &self.name[..inside + length],
            None => &self.name[..self.innermost],
        }
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)
    }
}

/// Whether a [`folder`](Origin::folder) lies below another one, also in an archive that lies there.
pub fn is_below(folder: &str, top: &str) -> bool {
    let below = folder.strip_prefix(top);
    below
        .is_some_and(|below| !below.is_empty() && (top.is_empty() || below.starts_with('/') || below.starts_with(INTO)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_origin_knows_the_archives_around_it() {
        let outer = Origin::new("night/a.zip");
        let inner = outer.inside("b/c.tar");
        let report = inner.inside("d/e.xml");
        assert_eq!(report.as_str(), "night/a.zip!/b/c.tar!/d/e.xml");
        assert_eq!((outer.in_outermost(), outer.in_innermost()), (None, None));
        assert_eq!(inner.in_outermost(), Some(("night/a.zip", "b/c.tar")));
        assert_eq!(inner.in_innermost(), inner.in_outermost());
        assert_eq!(report.in_outermost(), Some(("night/a.zip", "b/c.tar!/d/e.xml")));
        assert_eq!(report.in_innermost(), Some(("night/a.zip!/b/c.tar", "d/e.xml")));
        assert_eq!(report.beside("f.png"), inner.inside("f.png"));
        assert_eq!(
            (report.outermost(), inner.outermost(), outer.outermost()),
            ("night/a.zip", "night/a.zip", "night/a.zip")
        );
        assert_eq!(Origin::parse(report.as_str()), report);
        assert_eq!(Origin::parse("a.xml"), Origin::new("a.xml"));
    }

    #[test]
    fn a_folder_is_what_lies_around_it() {
        let zip = Origin::new("night/a.zip");
        let folders =
            [Origin::new("a.xml"), zip.clone(), zip.inside("b.xml"), zip.inside("c/d/b.xml"), zip.inside("new!/b.xml")];
        let folders = folders.each_ref().map(Origin::folder);
        assert_eq!(folders, ["", "night", "night/a.zip", "night/a.zip!/c/d", "night/a.zip!/new!"]);
    }

    #[test]
    fn a_folder_whose_name_ends_like_an_archive_is_none() {
        let report = Origin::new("new!/a.xml");
        assert_eq!((report.is_archived(), report.in_outermost(), report.folder()), (false, None, "new!"));
    }

    #[test]
    fn what_lies_below_a_folder_begins_with_it() {
        for folder in ["a/b", "a!/b", "a/b/c"] {
            assert!(is_below(folder, "a") && is_below(folder, ""), "{folder}");
        }
        for folder in ["a", "ab", "b/a", ""] {
            assert!(!is_below(folder, "a"), "{folder}");
        }
    }
}
