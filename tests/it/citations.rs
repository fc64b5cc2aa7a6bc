//! What comments cite can be looked up: decisions in `docs/decisions.md`, quirks and sections on the pages of `docs/formats`
//! (see "Numbers in comments" in CONTRIBUTING.md).
//!
//! A citation is read as people read it: word by word, a list going on behind a comma, `and` and `to`.

use std::collections::{HashMap, HashSet};
use std::fs;
use std::path::Path;

use crate::support::repository;

/// Letters of quirks, and the page on which they stand.
const LETTERS: &[(char, &str)] = &[
    ('j', "junit"),
    ('t', "testng"),
    ('n', "nunit"),
    ('q', "nunit"),
    ('x', "xunit"),
    ('r', "robot"),
    ('b', "behave"),
    ('z', "bundle-zip"),
];

/// Folders whose comments mean this page where they name none.
const HOMES: &[(&str, &str)] = &[
    ("src/format/junit/", "junit"),
    ("src/format/testng/", "testng"),
    ("src/format/nunit/", "nunit"),
    ("src/format/xunit/", "xunit"),
    ("src/format/robot/", "robot"),
    ("src/format/behave/", "behave"),
    ("src/format/cucumber/", "cucumber"),
    ("src/format/messages/", "cucumber"),
    ("src/format/gherkin/", "cucumber"),
    ("src/format/xray_json/", "xray-json"),
    ("src/xray/", "xray-json"),
];

const DECISIONS: &str = "decisions";

#[test]
fn whatever_is_cited_is_defined() {
    let defined = Defined::read();
    let mut files = Vec::new();
    for folder in ["src", "tests/it"] {
        collect_sources(&repository().join(folder), &mut files);
    }
    let (mut count, mut missing) = (0, Vec::new());
    for path in files {
        let text = fs::read_to_string(&path).unwrap();
        let name = path.strip_prefix(repository()).unwrap().to_str().unwrap().replace('\\', "/");
        let cited = in_comments(&text, &name).into_iter().chain(in_names_of_tests(&text));
        for (page, number) in cited {
            count += 1;
            if !defined.has(&page, &number) {
                missing.push(format!("{name}: {page} {number}"));
            }
        }
    }
    assert!(missing.is_empty(), "cited and defined nowhere in docs/:\n{}", missing.join("\n"));
    assert!(count > 500, "only {count} citations were found: the test has lost its eyes");
}

#[test]
fn citations_are_found_as_people_read_them() {
    let found = |comment: &str| {
        let cited = in_comments(&format!("    /// {comment}\n"), "src/format/testng/rows.rs");
        let numbers = cited.into_iter().filter(|(_, number)| !number.is_empty());
        numbers.map(|(page, number)| format!("{page} {number}")).collect::<Vec<_>>()
    };
    assert_eq!(
        found("One (decisions 11, 13 and 2; junit.md C3)."),
        ["decisions 11", "decisions 13", "decisions 2", "junit c3"]
    );
    assert_eq!(found("J45 to J47 and nunit.md (a): a mark"), ["junit j45", "junit j47", "nunit a"]);
    assert_eq!(found("(spec C3, decision 5, T24)"), ["testng c3", "decisions 5", "testng t24"]);
    assert_eq!(found("xray-json.md sections 2.2 and 6)"), ["xray-json 2.2", "xray-json 6"]);
    assert_eq!(found("in junit.md C2, \"Unstable names\")."), ["junit c2", "junit unstable names"]);
    assert_eq!(found("`^[A-Z][A-Z0-9_]+$`, 20 sections of a comment, C0 controls, 2026-11-24T00:05"), [""; 0]);
    assert_eq!(found("(nothing.md 3)"), ["nothing 3"]);
}

/// Pages by name, each with what it defines.
struct Defined(HashMap<String, HashSet<String>>);

impl Defined {
    fn read() -> Defined {
        let mut pages = HashMap::new();
        let docs = repository().join("docs");
        for entry in fs::read_dir(docs.join("formats")).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
            pages.insert(name, rows(&fs::read_to_string(&path).unwrap()));
        }
        let decisions = fs::read_to_string(docs.join("decisions.md")).unwrap();
        let numbers = decisions.lines().filter_map(|line| line.split_once(". ")).map(|(number, _)| number.to_owned());
        pages.insert(DECISIONS.to_owned(), numbers.filter(|number| number.parse::<u8>().is_ok()).collect());
        Defined(pages)
    }

    /// Whether a page defines a number, or is there at all where it is cited as a whole.
    fn has(&self, page: &str, number: &str) -> bool {
        match self.0.get(page) {
            Some(numbers) => number.is_empty() || numbers.contains(number),
            None => number.is_empty() && is_elsewhere(page),
        }
    }
}

/// Whether a page lies outside `docs/formats`.
fn is_elsewhere(page: &str) -> bool {
    ["", "docs", "fixtures"].iter().any(|folder| repository().join(folder).join(format!("{page}.md")).is_file())
}

/// The first cells of the tables below the two headings.
fn rows(page: &str) -> HashSet<String> {
    let mut cells = HashSet::new();
    let mut is_wanted = false;
    for line in page.lines() {
        if let Some(heading) = line.strip_prefix("## ") {
            is_wanted = heading == "Quirks by number" || heading == "Sections cited in the code";
        }
        if is_wanted && let Some(cell) = line.strip_prefix("| ").and_then(|rest| rest.split(" | ").next()) {
            cells.extend(cell.split(", ").map(plain));
        }
    }
    cells
}

/// A number without what stands around it: `(C)` is `c`, `J06` is `j6`.
fn plain(number: &str) -> String {
    let bare = number.trim_matches(|c: char| !c.is_alphanumeric()).to_lowercase();
    match bare.split_at_checked(1) {
        Some((letter, digits)) if letter.chars().all(char::is_alphabetic) && is_number(digits) => {
            format!("{letter}{}", digits.trim_start_matches('0'))
        }
        _ => bare,
    }
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.')
}

/// Page and number of everything that comments cite; no number for a page as a whole.
fn in_comments(text: &str, file: &str) -> Vec<(String, String)> {
    let home = HOMES.iter().find(|(folder, _)| file.starts_with(folder)).map_or("", |(_, page)| page);
    let mut cited = Vec::new();
    let mut block = String::new();
    for line in text.lines().chain([""]) {
        match line.trim_start().strip_prefix("//") {
            Some(comment) => {
                block.push(' ');
                block.push_str(comment.trim_start_matches(['/', '!']));
            }
            None => {
                in_block(&block, home, &mut cited);
                block.clear();
            }
        }
    }
    cited
}

fn in_block(block: &str, home: &str, cited: &mut Vec<(String, String)>) {
    // The page whose numbers may come next, and whether a single letter is one of them.
    let mut page: Option<String> = None;
    let mut is_section = false;
    let mut words = block.split_whitespace();
    while let Some(word) = words.next() {
        let bare = word.trim_matches(['(', ')', ',', ';', ':', '.', '`', '\'']);
        let goes_on = word.ends_with(',');
        let ends = word.ends_with([')', ';', '.', ':']);
        if let Some(name) = bare.strip_suffix(".md").and_then(|path| path.rsplit('/').next()) {
            cited.push((name.to_owned(), String::new()));
            page = (!ends).then(|| name.to_owned());
            is_section = false;
        } else if matches!(bare, "section" | "sections" | "spec") {
            page = page.or_else(|| Some(home.to_owned()));
            is_section = bare != "spec";
        } else if matches!(bare, "decision" | "decisions" | "Decision" | "Decisions") {
            page = Some(DECISIONS.to_owned());
        } else if let Some(of_letter) = quirk(bare) {
            cited.push((of_letter.to_owned(), plain(bare)));
            page = page.filter(|_| goes_on || !ends);
        } else if let Some(known) = page.clone().filter(|_| word.starts_with('"')) {
            let mut name = word.to_owned();
            while !name[1..].contains('"')
                && let Some(next) = words.next()
            {
                name = format!("{name} {next}");
            }
            cited.push((known, plain(&name)));
            page = None;
        } else if let Some(known) = page.clone().filter(|page| is_of(page, word, bare, is_section)) {
            cited.push((known, plain(bare)));
            page = page.filter(|_| goes_on || !ends);
        } else if !matches!(bare, "and" | "to") {
            page = None;
        }
    }
}

/// The page of a quirk that is named by its letter and number alone.
fn quirk(word: &str) -> Option<&'static str> {
    let (letter, digits) = word.split_at_checked(1)?;
    let is_short = (1..=2).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit());
    let letter = letter.chars().next().filter(|letter| letter.is_uppercase() && is_short)?.to_ascii_lowercase();
    LETTERS.iter().find(|(known, _)| *known == letter).map(|(_, page)| *page)
}

/// Whether a word behind the name of a page is a number of it: `12`, `2.4`, `C1`, `A`, `(c)`.
fn is_of(page: &str, word: &str, bare: &str, is_section: bool) -> bool {
    if page == DECISIONS {
        return bare.parse::<u8>().is_ok();
    }
    let mut letters = bare.chars();
    match (letters.next(), letters.as_str()) {
        (Some(first), "") if first.is_lowercase() => is_section || word.starts_with('('),
        (Some(first), "") => first.is_ascii_alphanumeric(),
        (Some(first), rest) => first.is_ascii_alphanumeric() && bare.len() <= 4 && is_number(rest),
        _ => false,
    }
}

/// The numbers in names of tests: `j25_j26_attempts`; those of Cucumber's page stand behind a `c`.
fn in_names_of_tests(text: &str) -> Vec<(String, String)> {
    let names = text.lines().filter_map(|line| line.trim_start().strip_prefix("fn "));
    let parts = names.flat_map(|name| name.split('_').take_while(|part| is_part(part)));
    parts
        .map(|part| match part.strip_prefix('c') {
            Some(digits) => ("cucumber".to_owned(), digits.trim_start_matches('0').to_owned()),
            None => (quirk(&part.to_uppercase()).unwrap_or_default().to_owned(), plain(part)),
        })
        .collect()
}

fn is_part(part: &str) -> bool {
    let is_known = |letter: char| letter == 'c' || LETTERS.iter().any(|(known, _)| *known == letter);
    let mut letters = part.chars();
    letters.next().is_some_and(is_known) && !part.contains('.') && is_number(letters.as_str())
}

fn collect_sources(folder: &Path, files: &mut Vec<std::path::PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect_sources(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
}
