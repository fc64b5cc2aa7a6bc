//! The rules of the house, held against its source (ARCHITECTURE.md): rooms import downwards only, formats do not know
//! each other, a dependency has one door, Xray's words stay in Xray's rooms.
//!
//! It reads lines and not syntax. That is enough for code that `cargo fmt` has been over, and shows its rules plainly.

use std::fs;
use std::path::Path;

use crate::support::repository;

/// Rooms and their floors. A room imports from lower floors only.
const FLOORS: &[(&str, u8)] = &[
    ("model", 0),
    ("source", 1),
    ("format", 1),
    ("mapping", 1),
    ("xray", 1),
    ("bundle", 1),
    ("pipeline", 2),
    ("cli", 3),
];

/// Dependencies and the only places that may name them; a place ends in `/` or is a file.
const DOORS: &[(&str, &[&str])] = &[
    ("quick_xml", &["format/xml/"]),
    ("wide", &["format/json/marks.rs", "format/xml/marks.rs", "mapping/marks.rs", "xray/marks.rs"]),
    ("zip", &["source/archive.rs", "source/archive/"]),
    ("tar", &["source/archive.rs", "source/archive/"]),
    ("zstd", &["source/unpack.rs", "bundle/compress.rs"]),
    ("memmap2", &["source/mapped.rs", "bundle/segment.rs"]),
    ("parking_lot", &["bundle/segment.rs"]),
    ("rayon", &["pipeline/"]),
    ("signal_hook", &["cli/signals.rs"]),
    ("clap", &["cli/"]),
    ("clap_complete", &["cli/"]),
    ("clap_mangen", &["cli/"]),
    ("jiff", &["format/time.rs", "format/time/"]),
    ("regex", &["mapping/environment.rs", "mapping/pattern.rs"]),
    ("csv", &["mapping/key_map/from_csv.rs"]),
    ("encoding_rs", &["format/encoding.rs", "format/encoding/"]),
];

/// Where Xray's words stand: in what writes them, and in the format that reads them.
const XRAY: &[&str] = &["xray/", "format/xray_json.rs", "format/xray_json/"];

/// Where words for results stand that Xray has in common with TestNG and Robot Framework. Recognition knows a suite of the latter
/// by them.
const STATUS_WORDS: &[&str] =
    &["xray/", "format/xray_json.rs", "format/xray_json/", "format/testng/", "format/robot/", "format/recognise.rs"];

/// Text that only some places may hold. Recognition must know the keys of an Xray JSON report; TestNG and Robot
/// Framework happen to write Xray's status words, too, and `verify` says which word a bundle lacks.
const WORDS: &[(&str, &[&str])] = &[
    ("testKey", &["xray/", "format/xray_json.rs", "format/xray_json/", "format/recognise.rs"]),
    ("testInfo", &["xray/", "format/xray_json.rs", "format/xray_json/", "format/recognise.rs"]),
    (
        "testExecutionKey",
        &["xray/", "format/xray_json.rs", "format/xray_json/", "format/recognise.rs", "bundle/verify/belonging.rs"],
    ),
    ("testPlanKey", XRAY),
    ("testEnvironments", &["xray/", "format/xray_json.rs", "format/xray_json/", "format/lookalike.rs"]),
    ("testVersion", XRAY),
    ("testType", XRAY),
    ("finishDate", XRAY),
    ("executedBy", XRAY),
    ("actualResult", XRAY),
    ("customFields", XRAY),
    ("fixVersions", XRAY),
    ("xrayFields", XRAY),
    ("\"PASS\"", STATUS_WORDS),
    ("\"FAIL\"", STATUS_WORDS),
    ("\"TODO\"", XRAY),
    ("\"EXECUTING\"", XRAY),
    ("\"ABORTED\"", XRAY),
    ("unsafe {", &["source/mapped.rs"]),
    ("unsafe fn", &["source/mapped.rs"]),
    ("unsafe impl", &["source/mapped.rs"]),
    ("unsafe extern", &["source/mapped.rs"]),
    ("allow(unsafe_code", &["source/mapped.rs"]),
];

#[test]
fn the_house_keeps_its_rules() {
    let source = repository().join("src");
    let mut files = Vec::new();
    visit(&source, &mut |path, text| files.push((path.to_owned(), text.to_owned())));
    assert!(files.len() > 20, "only {} files were found below {}", files.len(), source.display());
    let mut formats: Vec<&str> = files.iter().filter_map(|(path, text)| format_defined(path, text)).collect();
    formats.dedup();
    assert!(formats.len() > 5, "formats are not found any more: {formats:?}");
    let mut found = Vec::new();
    for (path, text) in &files {
        found.extend(violations(path, text));
        found.extend(neighbours_named(path, text, &formats));
    }
    assert!(found.is_empty(), "{} violations:\n{}", found.len(), found.join("\n"));
}

fn visit(folder: &Path, each: &mut dyn FnMut(&str, &str)) {
    let mut paths: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    for path in paths {
        if path.is_dir() {
            visit(&path, each);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let name = path.strip_prefix(repository().join("src")).unwrap().to_str().unwrap().replace('\\', "/");
            each(&name, &fs::read_to_string(&path).unwrap());
        }
    }
}

/// Every line of the file at `path`, relative to `src/`, that breaks a rule.
fn violations(path: &str, text: &str) -> Vec<String> {
    let Some(code) = code_of(path, text) else { return Vec::new() };
    let mut found = Vec::new();
    for (offset, room) in rooms_named(path, &code) {
        if let Some(complaint) = against_floors(path, &room) {
            found.push((offset, complaint));
        }
    }
    for &(dependency, doors) in DOORS {
        if !stands_in(path, doors) {
            let uses = paths_of(&code, dependency).into_iter();
            found.extend(uses.map(|offset| (offset, format!("{dependency} belongs into {}", doors[0]))));
        }
    }
    for &(word, places) in WORDS {
        if !stands_in(path, places) {
            let uses = code.match_indices(word);
            found.extend(uses.map(|(offset, _)| (offset, format!("{word} belongs into {}", places[0]))));
        }
    }
    found.sort();
    found.into_iter().map(|(offset, what)| format!("src/{path}:{}: {what}", line_of(&code, offset))).collect()
}

/// Where the formats are, and the file there that knows them all.
const FORMATS: &str = "format/";
const ALL_FORMATS: &str = "format/mod.rs";

/// The format that the file at `path` defines: the folder or file of a `Format` constant.
fn format_defined<'p>(path: &'p str, text: &str) -> Option<&'p str> {
    let code = code_of(path, text)?;
    code.contains(": Format = Format {").then(|| format_around(path)).flatten().filter(|_| path != ALL_FORMATS)
}

/// The folder or file below `format/` in which `path` is.
fn format_around(path: &str) -> Option<&str> {
    path.strip_prefix(FORMATS).and_then(|inside| inside.split(['/', '.']).next())
}

/// Every line of a file of `format/` that names one of the `formats` and is none of it: what two of them need has a place of
/// its own, which knows neither.
fn neighbours_named(path: &str, text: &str, formats: &[&str]) -> Vec<String> {
    let (Some(own), Some(code)) = (format_around(path), code_of(path, text)) else { return Vec::new() };
    if path == ALL_FORMATS {
        return Vec::new();
    }
    let mut named = Vec::new();
    for door in ["crate::format", "format"] {
        named.extend(names_behind(&code, door));
    }
    named.extend(names_climbed_to(&code, depth_of(path) - 1));
    named.retain(|(_, name)| name != own && formats.contains(&name.as_str()));
    named.sort();
    named
        .into_iter()
        .map(|(offset, name)| format!("src/{path}:{}: {own} knows the format {name}", line_of(&code, offset)))
        .collect()
}

/// The text without comments and without the tests at its end; nothing at all of a file of tests. Lines keep their
/// numbers.
fn code_of(path: &str, text: &str) -> Option<String> {
    if path.ends_with("tests.rs") || path.contains("tests/") {
        return None;
    }
    let mut code = String::with_capacity(text.len());
    let mut lines = text.lines().peekable();
    while let Some(line) = lines.next() {
        let opens_tests = lines.peek().is_some_and(|next| next.contains("mod tests") && next.ends_with('{'));
        if line.trim() == "#[cfg(test)]" && opens_tests {
            break;
        }
        code.push_str(if line.trim_start().starts_with("//") { "" } else { line.split(" // ").next().unwrap_or("") });
        code.push('\n');
    }
    Some(code)
}

fn line_of(code: &str, offset: usize) -> usize {
    code[..offset].matches('\n').count() + 1
}

fn stands_in(path: &str, places: &[&str]) -> bool {
    places.iter().any(|place| if place.ends_with('/') { path.starts_with(place) } else { path == *place })
}

fn room_of(path: &str) -> &str {
    path.split(['/', '.']).next().unwrap_or(path)
}

fn floor_of(room: &str) -> Option<u8> {
    FLOORS.iter().find(|(name, _)| *name == room).map(|&(_, floor)| floor)
}

fn against_floors(path: &str, room: &str) -> Option<String> {
    let own = room_of(path);
    if own == room || matches!(own, "main" | "lib") {
        return None;
    }
    let Some(own_floor) = floor_of(own) else { return Some(format!("{own} is on no floor")) };
    match floor_of(room) {
        // A name at the crate's root that is no room: a file, or something re-exported there.
        None => None,
        Some(floor) if floor < own_floor => None,
        Some(floor) if floor == own_floor => Some(format!("{own} knows its neighbour {room}")),
        Some(_) => Some(format!("{own} knows {room}, which stands above it")),
    }
}

/// Rooms that the code names, from the root of the crate: `crate::room`, `xraypack::room`, `use crate::{room, …}`, or
/// enough `super::` to get there.
fn rooms_named(path: &str, code: &str) -> Vec<(usize, String)> {
    let mut named = Vec::new();
    for root in ["crate", "xraypack"] {
        named.extend(names_behind(code, root));
    }
    named.extend(names_climbed_to(code, depth_of(path)));
    named
}

/// The names behind each `door::`.
fn names_behind(code: &str, door: &str) -> Vec<(usize, String)> {
    let places = paths_of(code, door).into_iter().map(|offset| offset + door.len() + 2);
    places.flat_map(|after| heads_at(code, after)).collect()
}

/// The names behind so many `super::` one behind the other.
fn names_climbed_to(code: &str, steps: usize) -> Vec<(usize, String)> {
    let climb = "super::".repeat(steps);
    let mut named = Vec::new();
    for (offset, _) in code.match_indices(&climb) {
        // A longer chain is met again at its end; a shorter one inside a module stays in the room.
        let after = offset + climb.len();
        if !code[after..].starts_with("super::") {
            named.extend(heads_at(code, after));
        }
    }
    named
}

fn heads_at(code: &str, after: usize) -> Vec<(usize, String)> {
    heads(&code[after..]).into_iter().map(|(inside, name)| (after + inside, name)).collect()
}

/// How many `super::` lead from a file's own module to the root of the crate.
fn depth_of(path: &str) -> usize {
    let parts = path.matches('/').count() + 1;
    if path.ends_with("/mod.rs") { parts - 1 } else { parts }
}

/// Places where `name::` begins a path.
fn paths_of(code: &str, name: &str) -> Vec<usize> {
    let begins = |&offset: &usize| {
        let before = code[..offset].chars().next_back();
        let inside = code[..offset].ends_with("::") && !code[..offset].ends_with(" ::");
        !inside && !before.is_some_and(|c| c.is_alphanumeric() || c == '_')
    };
    let path = format!("{name}::");
    let mut places: Vec<usize> = code.match_indices(&path).map(|(offset, _)| offset).filter(begins).collect();
    // `use name;` and `use name as other;` open the door as well.
    for bare in [format!("use {name};"), format!("use {name} as ")] {
        places.extend(code.match_indices(&bare).map(|(offset, _)| offset + "use ".len()));
    }
    places
}

/// The first names of a path, or of each path in its braces.
fn heads(rest: &str) -> Vec<(usize, String)> {
    let identifier = |text: &str| text.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect::<String>();
    if !rest.starts_with('{') {
        return vec![(0, identifier(rest))];
    }
    let mut found = Vec::new();
    let mut depth = 0;
    for (offset, letter) in rest.char_indices() {
        match letter {
            '{' => depth += 1,
            '}' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            break;
        }
        if depth == 1 && matches!(letter, '{' | ',') {
            let blank = rest[offset + 1..].len() - rest[offset + 1..].trim_start().len();
            let place = offset + 1 + blank;
            found.push((place, identifier(&rest[place..])));
        }
    }
    found
}

#[test]
fn imports_lead_downwards() {
    assert_eq!(violations("format/junit.rs", "use crate::model::TestCase;\n"), Vec::<String>::new());
    assert_eq!(violations("pipeline/mod.rs", "use crate::{bundle, format::Format, model};\n"), Vec::<String>::new());
    assert_eq!(violations("cli/convert.rs", "use xraypack::pipeline::Job;\n"), Vec::<String>::new());
    assert_eq!(
        violations("format/junit.rs", "\nuse crate::xray::Flavour;\n"),
        ["src/format/junit.rs:2: format knows its neighbour xray"]
    );
    assert_eq!(
        violations("model/case.rs", "fn a() {\n    crate::format::detect();\n}\n"),
        ["src/model/case.rs:2: model knows format, which stands above it"]
    );
    assert_eq!(violations("attic/mod.rs", "use crate::model::Case;\n"), ["src/attic/mod.rs:1: attic is on no floor"]);
}

#[test]
fn braces_and_climbing_hide_nothing() {
    assert_eq!(
        violations("source/mod.rs", "use crate::{\n    model::{Origin, format},\n    bundle::Sink,\n};\n"),
        ["src/source/mod.rs:3: source knows its neighbour bundle"]
    );
    assert_eq!(
        violations("format/xml/scan.rs", "use super::super::super::source::Entry;\n"),
        ["src/format/xml/scan.rs:1: format knows its neighbour source"]
    );
    assert_eq!(violations("format/xml/scan.rs", "use super::super::head::Head;\n"), Vec::<String>::new());
    assert_eq!(
        violations("format/mod.rs", "use super::source::Entry;\n"),
        ["src/format/mod.rs:1: format knows its neighbour source"]
    );
}

#[test]
fn formats_do_not_know_each_other() {
    let formats = ["cucumber", "behave"];
    let found = |path: &str, text: &str| neighbours_named(path, text, &formats);
    assert_eq!(format_defined("format/behave/mod.rs", "const FORMAT: Format = Format {\n"), Some("behave"));
    assert_eq!(format_defined("format/trx.rs", "const FORMAT: Format = Format {\n"), Some("trx"));
    assert_eq!(format_defined("format/mod.rs", "const NONE: Format = Format {\n"), None);
    assert_eq!(
        found("format/behave/feature.rs", "use crate::format::cucumber::identity;\n"),
        ["src/format/behave/feature.rs:1: behave knows the format cucumber"]
    );
    assert_eq!(
        found("format/gherkin/mod.rs", "\nuse super::{cucumber::identity, json};\n"),
        ["src/format/gherkin/mod.rs:2: gherkin knows the format cucumber"]
    );
    assert_eq!(
        found("format/behave/row.rs", "use crate::{format::{json, cucumber}, model};\n"),
        ["src/format/behave/row.rs:1: behave knows the format cucumber"]
    );
    assert_eq!(found("format/behave/row.rs", "use crate::format::behave::a;\nuse super::cucumber;\n"), [""; 0]);
    assert_eq!(found("format/mod.rs", "mod cucumber;\nuse self::cucumber::FORMAT;\n"), [""; 0]);
}

#[test]
fn a_dependency_has_one_door() {
    assert_eq!(violations("source/archive.rs", "use zip::ZipArchive;\n"), Vec::<String>::new());
    assert_eq!(
        violations("source/mod.rs", "let pairs = std::iter::zip(a, b);\nlet c = a.zip(b);\n"),
        Vec::<String>::new()
    );
    assert_eq!(
        violations("source/directory.rs", "fn a(x: &zip::ZipArchive<u8>) {}\n"),
        ["src/source/directory.rs:1: zip belongs into source/archive.rs"]
    );
    assert_eq!(
        violations("bundle/plan.rs", "use rayon::prelude::*;\nuse jiff as time;\n"),
        [
            "src/bundle/plan.rs:1: rayon belongs into pipeline/",
            "src/bundle/plan.rs:2: jiff belongs into format/time.rs"
        ]
    );
}

#[test]
fn words_and_unsafe_code_stay_in_their_rooms() {
    let text = "let key = \"testKey\";\nlet word = \"PASS\";\n";
    assert_eq!(violations("xray/encode.rs", text), Vec::<String>::new());
    assert_eq!(
        violations("format/junit.rs", text),
        ["src/format/junit.rs:1: testKey belongs into xray/", "src/format/junit.rs:2: \"PASS\" belongs into xray/"]
    );
    let field = "let name = \"testPlanKey\";\n";
    assert_eq!(violations("model/stated.rs", field), ["src/model/stated.rs:1: testPlanKey belongs into xray/"]);
    assert_eq!(violations("format/xray_json/record.rs", field), Vec::<String>::new());
    assert_eq!(
        violations("source/archive.rs", "let map = unsafe { Mmap::map(&file) };\n"),
        ["src/source/archive.rs:1: unsafe { belongs into source/mapped.rs"]
    );
}

#[test]
fn comments_and_tests_are_free() {
    let text = "// testKey\n/// [`crate::xray::encode`]\nfn a() {} // see crate::xray::b\n#[cfg(test)]\nmod tests {\n    \"PASS\";\n}\n";
    assert_eq!(violations("format/junit.rs", text), Vec::<String>::new());
    assert_eq!(violations("format/junit/tests.rs", "\"PASS\""), Vec::<String>::new());
    // A helper that is compiled for tests only does not end the code.
    let text = "#[cfg(test)]\nfn helper() {}\n\"PASS\";\n";
    assert_eq!(violations("format/junit.rs", text), ["src/format/junit.rs:3: \"PASS\" belongs into xray/"]);
}
