//! Our XML cursor and quick-xml read the same well-formed documents and must see the same: elements, attributes, texts.

use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use proptest::prelude::*;
use quick_xml::events::{BytesStart, Event};
use quick_xml::{Reader, XmlVersion};
use xraypack::format::encoding::{detect, to_utf8};
use xraypack::format::xml::{Tag, XmlCursor, XmlEvent};
use xraypack::model::{Body, Problem, ProblemKind, ReportVisitor, TestCase};

use crate::support::{corpus, repository};

/// Problems as they are told, without their places: a repair inside a text stands where its piece begins, and that
/// depends on how the bytes arrive.
pub fn told(problems: &[Problem]) -> Vec<(ProblemKind, &str)> {
    problems.iter().map(|problem| (problem.kind, problem.message.as_str())).collect()
}

/// What a reader saw. Texts are joined between two tags; blank ones count, empty ones do not.
#[derive(Debug, PartialEq, Eq)]
enum Seen {
    Start { name: String, attributes: Vec<(String, String)> },
    End(String),
    Text(String),
}

#[derive(Default)]
struct Log {
    seen: Vec<Seen>,
    text: String,
}

impl Log {
    fn add(&mut self, seen: Seen) {
        if !self.text.is_empty() {
            self.seen.push(Seen::Text(std::mem::take(&mut self.text)));
        }
        self.seen.push(seen);
    }
}

/// What the cursor saw, and what it mended.
fn cursor(body: Body<'_>) -> (Vec<Seen>, Vec<Problem>) {
    let mut cursor = XmlCursor::new(body);
    let mut log = Log::default();
    loop {
        match cursor.next().unwrap() {
            XmlEvent::Start(tag) => log.add(start_of(&tag)),
            XmlEvent::End(name, _) => log.add(Seen::End(text_of(name))),
            XmlEvent::Text(text) => text.push_into(&mut log.text),
            XmlEvent::Eof => break,
        }
    }
    let mut complaints = Complaints::default();
    cursor.finish(&mut complaints);
    (log.seen, complaints.0)
}

fn start_of(tag: &Tag<'_>) -> Seen {
    let attributes = tag.attributes().map(|(name, value)| (text_of(name), value.to_text())).collect();
    Seen::Start { name: text_of(tag.name()), attributes }
}

fn text_of(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

#[derive(Default)]
struct Complaints(Vec<Problem>);

impl ReportVisitor for Complaints {
    fn case(&mut self, _: &mut Box<TestCase>) -> std::ops::ControlFlow<()> {
        std::ops::ControlFlow::Continue(())
    }

    fn problem(&mut self, problem: Problem) {
        self.0.push(problem);
    }

    fn producer(&mut self, _: &str) {}
}

/// What quick-xml sees, or nothing when the document is not well-formed. It lets pass a few things that are not: those
/// are looked for here.
fn reference(text: &str) -> Option<Vec<Seen>> {
    let mut reader = Reader::from_str(text);
    reader.config_mut().enable_all_checks(true);
    let mut log = Log::default();
    let (mut depth, mut roots) = (0, 0);
    loop {
        match reader.read_event().ok()? {
            Event::Start(tag) => {
                roots += usize::from(depth == 0);
                depth += 1;
                log.add(reference_start(&tag)?);
            }
            Event::Empty(tag) => {
                roots += usize::from(depth == 0);
                log.add(reference_start(&tag)?);
                log.add(Seen::End(tag.local_name().as_ref().to_owned()));
            }
            Event::End(tag) => {
                depth -= 1;
                log.add(Seen::End(tag.local_name().as_ref().to_owned()));
            }
            Event::Text(piece) if depth > 0 => log.text.push_str(&piece.xml10_content()),
            Event::Text(piece) if piece.trim().is_empty() => {}
            Event::CData(piece) if depth > 0 => log.text.push_str(&piece.xml10_content()),
            Event::GeneralRef(reference) if depth > 0 => match reference.resolve_char_ref().ok()? {
                Some(character) => log.text.push(character),
                None => log.text.push_str(quick_xml::escape::resolve_predefined_entity(&reference)?),
            },
            Event::Text(_) | Event::CData(_) | Event::GeneralRef(_) => return None,
            Event::Comment(_) | Event::Decl(_) | Event::PI(_) | Event::DocType(_) => {}
            Event::Eof => break,
        }
    }
    (depth == 0 && roots == 1).then_some(log.seen)
}

fn reference_start(tag: &BytesStart<'_>) -> Option<Seen> {
    let mut attributes = Vec::new();
    for attribute in tag.attributes() {
        let attribute = attribute.ok()?;
        if attribute.value.contains('<') {
            return None;
        }
        let value = attribute.normalized_value(XmlVersion::Implicit1_0).ok()?;
        // What has another prefix than the element keeps it.
        let key = attribute.key;
        let is_of_element = key.prefix() == tag.name().prefix();
        let name = if is_of_element { key.local_name().as_ref().to_owned() } else { key.as_ref().to_owned() };
        attributes.push((name, value.into_owned()));
    }
    let name = tag.local_name().as_ref().to_owned();
    is_name(&name).then_some(Seen::Start { name, attributes })
}

fn is_name(name: &str) -> bool {
    name.starts_with(|first: char| first.is_alphabetic() || first == '_')
}

/// Whether every character may stand in an XML document, references to others included.
fn is_clean(text: &str) -> bool {
    let forbidden = |c: char| c < ' ' && !matches!(c, '\t' | '\n' | '\r');
    !text.contains(forbidden) && !text.contains("&#27;") && !text.contains("&#x1b;") && !text.contains("&#x1B;")
}

/// Gives at most so many bytes at a time, in a pattern that depends on `seed`.
pub struct Grains<'b> {
    rest: &'b [u8],
    most: usize,
    state: u64,
}

impl<'b> Grains<'b> {
    pub fn new(bytes: &'b [u8], most: usize, seed: u64) -> Grains<'b> {
        Grains { rest: bytes, most, state: seed | 1 }
    }
}

impl Read for Grains<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.state ^= self.state << 13;
        self.state ^= self.state >> 7;
        self.state ^= self.state << 17;
        let wish = 1 + (self.state % self.most as u64) as usize;
        let length = wish.min(self.rest.len()).min(buffer.len());
        buffer[..length].copy_from_slice(&self.rest[..length]);
        self.rest = &self.rest[length..];
        Ok(length)
    }
}

/// Holds both readers against each other, the cursor over the whole document and over pieces of it. Tells whether the
/// document was well-formed; only then there is something to compare.
fn agree(text: &str) -> Result<bool, String> {
    let Some(expected) = reference(text) else { return Ok(false) };
    let (seen, problems) = cursor(Body::Bytes(text.as_bytes()));
    if let Some(at) = (0..seen.len().max(expected.len())).find(|at| seen.get(*at) != expected.get(*at)) {
        return Err(format!("event {at}: {:?} expected, {:?} seen", expected.get(at), seen.get(at)));
    }
    if is_clean(text) && !problems.is_empty() {
        return Err(format!("nothing was to be mended: {problems:?}"));
    }
    for (most, seed) in [(1, 1), (7, 2), (300, 3)] {
        let mut grains = Grains::new(text.as_bytes(), most, seed);
        let (streamed, further) = cursor(Body::Stream(&mut grains));
        if streamed != seen {
            return Err(format!("pieces of up to {most} bytes are read otherwise than the whole"));
        }
        if told(&further) != told(&problems) {
            return Err(format!("pieces of up to {most} bytes: {further:?}, the whole: {problems:?}"));
        }
    }
    Ok(true)
}

fn files_below(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files_below(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "xml") {
            found.push(path);
        }
    }
}

/// Compares all XML below a folder and tells how many documents were well-formed.
fn compare_all(folder: &Path) -> usize {
    let mut files = Vec::new();
    files_below(folder, &mut files);
    let mut differences = Vec::new();
    let mut compared = 0;
    for file in files {
        let bytes = fs::read(&file).unwrap();
        let detected = detect(&bytes);
        let Ok(text) = String::from_utf8(to_utf8(&bytes, detected).into_owned()) else { continue };
        match agree(text.trim_start_matches('\u{FEFF}')) {
            Ok(well_formed) => compared += usize::from(well_formed),
            Err(difference) => differences.push(format!("{}: {difference}", file.display())),
        }
    }
    assert!(differences.is_empty(), "{differences:#?}");
    compared
}

#[test]
fn fixtures_are_seen_alike() {
    let compared = compare_all(&repository().join("fixtures"));
    assert!(compared >= 60, "only {compared} fixtures were well-formed");
}

#[test]
fn the_corpus_is_seen_alike() {
    let Some(corpus) = corpus() else { return };
    let compared = compare_all(&corpus);
    assert!(compared >= 500, "only {compared} reports were well-formed");
}

#[test]
fn the_reference_refuses_what_is_not_well_formed() {
    for broken in
        ["<a>", "<a></b>", "<a/><b/>", "<a/>x", "<a b='<'/>", "<a>&nbsp;</a>", "<a b='1' b='2'/>", "<a b/>", "< a/>"]
    {
        assert!(reference(broken).is_none(), "{broken}");
    }
}

/// Characters and references that are read in a way of their own, and some that are not.
fn characters() -> impl Strategy<Value = String> {
    const PIECES: &[&str] = &[
        "a",
        "text",
        " ",
        "\n",
        "\r\n",
        "\r",
        "\t",
        "é",
        "漢",
        "𝄞",
        "\u{FFFD}",
        "\u{85}",
        "\u{2028}",
        "&amp;",
        "&lt;",
        "&gt;",
        "&quot;",
        "&apos;",
        "&#10;",
        "&#13;",
        "&#9;",
        "&#xD;",
        "&#x1F600;",
        "&#0000065;",
        ">",
        "]",
        "]]",
        "/",
        "=",
        "%",
        ";",
        "#",
    ];
    prop::collection::vec(prop::sample::select(PIECES), 0..12).prop_map(|pieces| pieces.concat())
}

fn text() -> impl Strategy<Value = String> {
    (characters(), "['\"]{0,2}").prop_map(|(text, quotes)| without(&(text + &quotes), "]]>", "]] >"))
}

fn cdata() -> impl Strategy<Value = String> {
    const PIECES: &[&str] = &["<b>", "</b>", "&", "&lt;", "]", "]]", ">", "<!--", "\r\n", "\r", "x", "ü", "<![CDATA["];
    prop::collection::vec(prop::sample::select(PIECES), 0..8)
        .prop_map(|pieces| format!("<![CDATA[{}]]>", without(&pieces.concat(), "]]>", "]] >")))
}

fn comment() -> impl Strategy<Value = String> {
    "[a-z<>&'\"\\]\\n ]{0,12}".prop_map(|inside| format!("<!--{inside}-->"))
}

fn instruction() -> impl Strategy<Value = String> {
    "<\\?[a-w]{1,5}( [a-z<>&'\" ]{0,9})?\\?>"
}

/// Replaces a sequence as often as it takes.
fn without(text: &str, sequence: &str, instead: &str) -> String {
    let mut text = text.to_owned();
    while text.contains(sequence) {
        text = text.replace(sequence, instead);
    }
    text
}

fn name() -> impl Strategy<Value = String> {
    "([a-z]{1,3}:)?[A-Za-z_é][A-Za-z0-9_.é-]{0,9}".prop_filter("xml is reserved", |name| !name.starts_with("xml"))
}

/// Attributes as they stand in a tag, a number in each name so that no two are alike.
fn attributes() -> impl Strategy<Value = String> {
    let attribute = (name(), characters(), "['\"]", "[ \\n\\t]{1,2}", " ?=[ \\n]?");
    prop::collection::vec(attribute, 0..5).prop_map(|attributes| {
        let mut tag = String::new();
        for (number, (name, value, quote, before, equals)) in attributes.into_iter().enumerate() {
            let other = if quote == "'" { '"' } else { '\'' };
            tag.push_str(&format!("{before}{name}{number}{equals}{quote}{value}{other}{quote}"));
        }
        tag
    })
}

fn element() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        4 => text(),
        2 => cdata(),
        1 => comment(),
        1 => instruction(),
        2 => (name(), attributes(), "[ \\n]?").prop_map(|(name, attributes, blank)| format!("<{name}{attributes}{blank}/>")),
    ];
    let inside = leaf.prop_recursive(5, 60, 6, |inside| {
        (name(), attributes(), prop::collection::vec(inside, 0..6), "[ \\n]?").prop_map(wrap)
    });
    (name(), attributes(), prop::collection::vec(inside, 0..8), "[ \\n]?").prop_map(wrap)
}

/// Joins the content of an element and puts its tags around it.
fn wrap((name, attributes, inside, blank): (String, String, Vec<String>, String)) -> String {
    // A `]]` that ends one piece of text and a `>` that begins the next would be an error of this generator.
    let inside = inside.iter().map(|piece| piece.trim_start_matches('>')).collect::<String>();
    format!("<{name}{attributes}{blank}>{inside}</{name}{blank}>")
}

fn document() -> impl Strategy<Value = String> {
    let declaration =
        prop::sample::select(&["", "<?xml version=\"1.0\"?>", "<?xml version='1.0' encoding='UTF-8'?>\n"][..]);
    let doctype = prop::sample::select(&["", "<!DOCTYPE a>", "<!DOCTYPE a [<!ENTITY b \"c>\"><!-- ' -->]>\n"][..]);
    (declaration, doctype, prop::option::of(comment()), element(), "[ \\r\\n]{0,3}").prop_map(
        |(declaration, doctype, comment, element, end)| {
            format!("{declaration}{doctype}{}{element}{end}", comment.unwrap_or_default())
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(600) })]

    #[test]
    fn made_documents_are_seen_alike(document in document()) {
        match agree(&document) {
            Ok(well_formed) => prop_assert!(well_formed, "the generator made what is not well-formed: {document}"),
            Err(difference) => prop_assert!(false, "{difference}\n{document}"),
        }
    }
}
