//! Files that have the ending of a report and are known by name to be none.
//!
//! An empty `.xml` or `.json` is a test run that died before it wrote its report (J41), and makes a conversion end with a
//! code of its own. Folders of sources, which are handed in as well, hold files of these endings that no test run writes:
//! an empty one of them says nothing. Only of such a file the name decides, and only names that nobody gives a report.

/// Whether a file is none that a test run leaves behind.
pub(super) fn is_stranger(origin: &str) -> bool {
    let mut parts = origin.rsplit('/');
    let name = parts.next().unwrap_or_default();
    name.starts_with('.') || NAMES.iter().any(|(start, end)| fits(name, start, end)) || parts.any(is_foreign_folder)
}

/// How names begin and end: of tools for JavaScript, PHP, Java, .NET, Android.
const NAMES: &[(&str, &str)] = &[
    ("package", ".json"),
    ("package-lock", ".json"),
    ("tsconfig", "*.json"),
    ("composer", ".json"),
    ("pom", ".xml"),
    ("web", ".xml"),
    ("testng", ".xml"),
    ("log4j", "*.xml"),
    ("logback", "*.xml"),
    ("AndroidManifest", ".xml"),
    // Of NuGet's packages.
    ("ensureRedirect", ".xml"),
];

/// What others install, what editors and version control keep, and what a document of LibreOffice has inside.
fn is_foreign_folder(folder: &str) -> bool {
    matches!(folder, "node_modules" | ".git" | ".idea" | ".vscode" | ".settings" | "Configurations2")
}

/// Whether a name begins with this and ends with that, with anything between where a star says so.
fn fits(name: &str, start: &str, end: &str) -> bool {
    let Some(rest) = name.strip_prefix(start) else { return false };
    match end.strip_prefix('*') {
        Some(end) => rest.ends_with(end),
        None => rest == end,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_no_report_has() {
        for name in [
            "package.json",
            "a/b/package-lock.json",
            "tsconfig.json",
            "tsconfig.spec.json",
            ".eslintrc.json",
            "a.zip!/.config.xml",
            "log4j2-test.xml",
            "logback.xml",
            "src/main/webapp/WEB-INF/web.xml",
            "node_modules/a/b/c.json",
            "unpacked/Configurations2/accelerator/current.xml",
            "a.zip!/node_modules/c.json",
            ".idea/modules.xml",
        ] {
            assert!(is_stranger(name), "{name}");
        }
        for name in [
            "results.json",
            "TEST-package.xml",
            "my-package.json",
            "packages.json",
            "testng-results.xml",
            "web.json",
            "cobweb.xml",
            "reports.d/a.xml",
            ".reports/a.xml",
            "node_modules.xml",
        ] {
            assert!(!is_stranger(name), "{name}");
        }
    }
}
