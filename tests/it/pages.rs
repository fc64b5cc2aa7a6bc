//! What the pages for people say is true: the README shows what the program prints, options that a page names exist, and
//! links lead somewhere.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use crate::support::{Workshop, repository};

/// The pages at the top and in `docs/`, by name, with their texts.
fn pages() -> BTreeMap<String, String> {
    let mut pages = BTreeMap::new();
    for folder in ["", "docs", "docs/formats"] {
        for entry in fs::read_dir(repository().join(folder)).unwrap() {
            let path = entry.unwrap().path();
            let name = path.strip_prefix(repository()).unwrap().to_str().unwrap().replace('\\', "/");
            if name.ends_with(".md") {
                pages.insert(name, fs::read_to_string(&path).unwrap());
            }
        }
    }
    assert!(pages.len() > 20, "{:?}", pages.keys());
    pages
}

/// `in 0.02 s, 1.6 MB/s` is another one each time.
fn without_time(text: &str) -> String {
    let (before, rest) = text.split_once(") in ").unwrap();
    let (_, after) = rest.split_once(" MB/s").unwrap();
    format!("{before}) in{after}")
}

#[test]
fn the_readme_shows_what_the_first_command_prints() {
    let readme = &pages()["README.md"];
    let (_, shown) = readme.split_once("```text\n").unwrap();
    let (shown, _) = shown.split_once("```").unwrap();
    let workshop = Workshop::new();
    let nightly = repository().join("fixtures/nightly");
    let ran = workshop.run(["convert", nightly.to_str().unwrap(), "--out", "bundles", "--project", "DEMO"]);
    assert_eq!(without_time(&ran.stdout), without_time(shown));
    let zoned = workshop.run(["convert", nightly.to_str().unwrap(), "-o", "z", "-p", "DEMO", "--assume-zone", "UTC"]);
    assert_eq!(zoned.stderr, "", "as it says below");
    assert_eq!(workshop.run(["verify", "bundles"]).code, Some(0));
}

/// Names of options in backquotes, and in lines of code that call the program.
fn options_in(text: &str) -> BTreeSet<&str> {
    let mut options = BTreeSet::new();
    let mut is_code = false;
    for line in text.lines() {
        if line.trim_start().starts_with("```") {
            is_code = !is_code;
            continue;
        }
        let parts: Vec<&str> = match is_code {
            true => line.split_once("xraypack ").map(|(_, call)| call).into_iter().collect(),
            // Every other part stands between backquotes.
            false => line.split('`').skip(1).step_by(2).collect(),
        };
        // Of a call of cargo what stands behind ` -- ` is ours.
        let ours = parts.iter().filter_map(|part| match part.split_once(" -- ") {
            Some((_, ours)) => Some(ours),
            None => (!part.starts_with("cargo ")).then_some(*part),
        });
        let words = ours.flat_map(|part| part.split([' ', '=', '|', '\\', '"', '\'']));
        options.extend(words.filter(|word| word.starts_with("--") && word.len() > 2));
    }
    options
}

#[test]
fn options_that_pages_name_exist() {
    let workshop = Workshop::new();
    let mut known = BTreeSet::new();
    for command in ["convert", "plan", "inspect", "verify", "bind", "bench", "explain", "formats", "limits"] {
        let help = workshop.run([command, "--help"]).stdout;
        known.extend(help.split_whitespace().filter(|word| word.starts_with("--")).map(str::to_owned));
    }
    assert!(known.contains("--assume-zone") && known.contains("--baseline"), "{known:?}");
    let mut count = 0;
    for name in [
        "README.md",
        "docs/configuration.md",
        "docs/ci.md",
        "docs/evidence.md",
        "docs/reruns.md",
        "docs/upload.md",
        "docs/output.md",
        "docs/problems.md",
        "docs/decisions.md",
    ] {
        let page = &pages()[name];
        for option in options_in(page) {
            // Of other tools, which these pages name.
            if !["--last-failed", "--retry"].contains(&option) {
                assert!(known.contains(option), "{name} names {option}, which no command has");
                count += 1;
            }
        }
    }
    assert!(count > 80, "only {count} were found");
}

#[test]
fn links_of_pages_lead_to_files_and_headings() {
    let pages = pages();
    let mut broken = Vec::new();
    for (name, page) in &pages {
        let folder = Path::new(name).parent().unwrap();
        for link in page.split("](").skip(1).filter_map(|rest| rest.split([')', ' ']).next()) {
            if link.contains("://") || link.is_empty() {
                continue;
            }
            let (file, heading) = link.split_once('#').unwrap_or((link, ""));
            let target = if file.is_empty() { repository().join(name) } else { repository().join(folder).join(file) };
            let has_heading = || {
                heading.is_empty()
                    || fs::read_to_string(&target).unwrap().lines().any(|line| anchor(line).as_deref() == Some(heading))
            };
            if !target.exists() || !has_heading() {
                broken.push(format!("{name}: {link}"));
            }
        }
    }
    assert!(broken.is_empty(), "{broken:#?}");
}

/// What a heading is called in links.
fn anchor(line: &str) -> Option<String> {
    let heading = line.starts_with('#').then(|| line.trim_start_matches('#').trim())?;
    let kept = heading.chars().filter(|c| c.is_alphanumeric() || " -_".contains(*c));
    Some(kept.map(|c| if c == ' ' { '-' } else { c.to_ascii_lowercase() }).collect())
}
