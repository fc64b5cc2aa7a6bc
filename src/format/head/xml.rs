//! The first elements of an XML file.

use std::cell::OnceCell;

use crate::format::FORMATS;
use crate::format::xml::{self, Before, Tag, XmlCursor, XmlEvent};

/// Elements below the root that are kept: enough for every second test of the formats' sniffing tables.
const ELEMENTS: usize = 32;

/// What the first bytes of an XML file show.
#[derive(Debug)]
pub struct XmlHead<'h> {
    document: &'h [u8],
    prolog: &'h [u8],
    junk_before: usize,
    root: Element<'h>,
    namespace: OnceCell<String>,
    /// Read when somebody asks, as its namespace and attributes are: for most reports the name of the root says it all, and
    /// there may be very many of them.
    first: OnceCell<Option<Element<'h>>>,
    below: OnceCell<Vec<Element<'h>>>,
}

/// An element near the start of a file.
#[derive(Debug)]
pub struct Element<'h> {
    depth: usize,
    name: String,
    /// Its start tag, and a byte or two behind that.
    tag: &'h [u8],
}

impl<'h> Element<'h> {
    /// The element whose start tag the cursor lent out last.
    fn started(cursor: &XmlCursor<'_>, document: &'h [u8]) -> Element<'h> {
        /// What surrounds the tag's content: `<` and `>`, and a slash before that.
        const AROUND: usize = 3;
        let tag = cursor.started_tag();
        let start = start_of(cursor).min(document.len());
        let end = (start + tag.raw().len() + AROUND).min(document.len());
        Element { depth: tag.depth(), name: text(tag.name()), tag: &document[start..end] }
    }

    /// What `look` makes of its tag.
    fn tag<T>(&self, look: impl FnOnce(Tag<'_>) -> T) -> Option<T> {
        match XmlCursor::at_head_of(self.tag).next() {
            Ok(XmlEvent::Start(tag)) => Some(look(tag)),
            _ => None,
        }
    }

    /// Elements around it; the root has depth zero.
    pub fn depth(&self) -> usize {
        self.depth
    }

    /// Its local name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Whether it has an attribute with this local name.
    pub fn has(&self, attribute: &str) -> bool {
        self.tag(|tag| tag.attribute(attribute.as_bytes()).is_some()).unwrap_or(false)
    }

    /// Whether it has one of these attributes.
    pub fn has_any(&self, attributes: &[&str]) -> bool {
        attributes.iter().any(|attribute| self.has(attribute))
    }
}

impl<'h> XmlHead<'h> {
    /// Reads the root of `bytes`, of which the first `junk_before` belong to no document. `None` when no element begins
    /// there. Of a file that breaks off inside the tag of its root the name is enough, where a report is called so.
    pub(super) fn read(bytes: &'h [u8], junk_before: usize) -> Option<XmlHead<'h>> {
        let document = &bytes[junk_before..];
        let mut cursor = XmlCursor::at_head_of(document);
        // Broken XML is not for the sniffing to judge: it keeps what came before.
        while let Ok(event) = cursor.next() {
            match event {
                XmlEvent::Start(_) => {
                    let prolog = &document[..start_of(&cursor).min(document.len())];
                    let root = Element::started(&cursor, document);
                    return Some(XmlHead::of(document, prolog, junk_before, root));
                }
                XmlEvent::End(_, 0) | XmlEvent::Eof => break,
                _ => {}
            }
        }
        let (start, name) = cut_root(document)?;
        let root = Element { depth: 0, name: text(name), tag: &document[start..] };
        Some(XmlHead::of(document, &document[..start], junk_before, root))
    }

    fn of(document: &'h [u8], prolog: &'h [u8], junk_before: usize, root: Element<'h>) -> XmlHead<'h> {
        let (namespace, first, below) = Default::default();
        XmlHead { document, prolog, junk_before, root, namespace, first, below }
    }

    /// What stands before the root: declaration, comments, document type.
    pub fn prolog(&self) -> &'h [u8] {
        self.prolog
    }

    /// Whether the document type names `text`.
    pub fn doctype_names(&self, text: &str) -> bool {
        memchr::memmem::find(self.prolog, b"<!DOCTYPE")
            .is_some_and(|at| memchr::memmem::find(&self.prolog[at..], text.as_bytes()).is_some())
    }

    /// Bytes of text before the document, which belong to no XML (J43).
    pub fn junk_before(&self) -> usize {
        self.junk_before
    }

    /// Where the report begins, if text stands before what looks like the root and is none of a report.
    pub(super) fn report_behind_text(&self) -> Option<usize> {
        behind_prolog(self.prolog).filter(|text| !text.is_empty())?;
        let root = self.prolog.len();
        let behind = xml::report_behind(&self.document[root..], Before::Text, is_root)?;
        Some(self.junk_before + root + behind)
    }

    /// The root element.
    pub fn root(&self) -> &Element<'h> {
        &self.root
    }

    /// The root's namespace, or nothing.
    pub fn namespace(&self) -> &str {
        self.namespace.get_or_init(|| self.root.tag(namespace).unwrap_or_default())
    }

    /// The first elements below the root, in document order.
    pub fn below(&self) -> &[Element<'h>] {
        self.below.get_or_init(|| first_elements(self.document, ELEMENTS))
    }

    /// The first child of the root, which mostly is like all others.
    pub fn first_child(&self) -> Option<&Element<'h>> {
        let first = self.first.get_or_init(|| first_elements(self.document, 1).pop());
        first.as_ref().filter(|element| element.depth == 1)
    }

    /// The first children of the root.
    pub fn children(&self) -> impl Iterator<Item = &Element<'h>> {
        self.below().iter().filter(|element| element.depth == 1)
    }

    /// Whether one of the first children has one of these names.
    pub fn has_child(&self, names: &[&str]) -> bool {
        let is_one = |element: &Element<'h>| names.contains(&element.name());
        self.first_child().is_some_and(is_one) || self.children().any(is_one)
    }

    /// Whether one of the first elements below the root, however deep, has one of these names.
    pub fn has_below(&self, names: &[&str]) -> bool {
        self.below().iter().any(|element| names.contains(&element.name()))
    }
}

/// The first elements below the root.
fn first_elements(document: &[u8], most: usize) -> Vec<Element<'_>> {
    let mut cursor = XmlCursor::at_head_of(document);
    let mut below = Vec::new();
    let mut seen_root = false;
    while below.len() < most
        && let Ok(event) = cursor.next()
    {
        match event {
            XmlEvent::Start(_) if seen_root => below.push(Element::started(&cursor, document)),
            XmlEvent::Start(_) => seen_root = true,
            XmlEvent::End(_, 0) | XmlEvent::Eof => break,
            _ => {}
        }
    }
    below
}

/// Where the event lent out last begins.
fn start_of(cursor: &XmlCursor<'_>) -> usize {
    usize::try_from(cursor.position().offset).unwrap_or(usize::MAX)
}

/// The namespace of a root: the declaration for its prefix.
fn namespace(tag: Tag<'_>) -> String {
    let name = tag.qualified_name();
    let declared = |attribute: &[u8]| tag.attribute(attribute).map(|value| text(value.raw()));
    let found = match memchr::memchr(b':', name) {
        Some(colon) => declared(&[b"xmlns:", &name[..colon]].concat()),
        None => declared(b"xmlns"),
    };
    found.unwrap_or_default()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// Whether something begins that stands before a root element: a declaration, a comment, a document type.
pub(super) fn begins_with_prolog(bytes: &[u8]) -> bool {
    let document = bytes.trim_ascii_start();
    document.starts_with(b"<?") || document.starts_with(b"<!")
}

/// Whether a document breaks off before its root, or in the tag of that: there is nothing but a declaration, comments and a
/// document type, whole or cut, and perhaps the beginning of a root that reports have. A comment alone, or a document type, is
/// no such thing, unless it is cut.
pub(super) fn ends_before_root(bytes: &[u8]) -> bool {
    let Some(rest) = behind_prolog(bytes) else { return true };
    match rest {
        [] => bytes.starts_with(b"<?xml"),
        [b'<', name @ ..] if name_of_tag(rest).is_none() => rest.len() < bytes.len() && begins_root(name),
        _ => {
            let name = xml::local_name(name_of_tag(rest).unwrap_or_default());
            memchr::memchr(b'>', rest).is_none() && (is_root(name) || is_ambiguous_root(name))
        }
    }
}

/// How most documents begin.
const DECLARATION: &[u8] = b"<?xml";

fn begins_root(name: &[u8]) -> bool {
    roots().any(|root| root.starts_with(name))
}

/// What stands behind declaration, comments, instructions and document type; `None` where one of these is cut.
fn behind_prolog(document: &[u8]) -> Option<&[u8]> {
    let mut rest = document.trim_ascii_start();
    loop {
        let length = match rest {
            [b'<', b'?', ..] if DECLARATION.starts_with(rest.trim_ascii_end()) => return None,
            [b'<', b'?', ..] => memchr::memmem::find(rest, b"?>")? + 2,
            [b'<', b'!', b'-', b'-', ..] => memchr::memmem::find(&rest[4..], b"-->")? + 7,
            [b'<', b'!', ..] => xml::declaration_end(rest)?,
            _ => return Some(rest),
        };
        rest = rest[length..].trim_ascii_start();
    }
}

/// Roots that nothing but a report has.
fn roots() -> impl Iterator<Item = &'static [u8]> {
    FORMATS.iter().flat_map(|format| format.signs.roots).copied()
}

fn is_root(name: &[u8]) -> bool {
    roots().any(|root| root == name)
}

/// Whether others have such a root, too.
fn is_ambiguous_root(name: &[u8]) -> bool {
    FORMATS.iter().any(|format| format.signs.ambiguous_roots.contains(&name))
}

/// A document that is worth looking for behind other text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Begins {
    /// A declaration or the root of a report.
    Known,
    /// What may be the root of a report.
    Perhaps,
}

/// What begins here, as far as a name tells, with a prefix or without (J08).
pub(super) fn begins(bytes: &[u8]) -> Option<Begins> {
    let name = xml::local_name(name_of_tag(bytes)?);
    if name == b"?xml" || is_root(name) {
        return Some(Begins::Known);
    }
    is_ambiguous_root(name).then_some(Begins::Perhaps)
}

/// Where the report begins behind what begins `bytes` like an element and is none of it.
pub(super) fn report_behind(bytes: &[u8]) -> Option<usize> {
    let is_tag = bytes.get(1).is_some_and(u8::is_ascii_alphabetic);
    if is_tag { xml::report_behind(bytes, Before::Nothing, is_root) } else { None }
}

/// The whole name of the tag that begins here.
fn name_of_tag(bytes: &[u8]) -> Option<&[u8]> {
    let name = bytes.strip_prefix(b"<")?;
    let length = name.iter().position(|byte| byte.is_ascii_whitespace() || matches!(byte, b'>' | b'/'))?;
    Some(&name[..length])
}

/// Where the root begins whose tag is the last thing in `document`, cut, and what it is called: only roots that nothing but
/// a report has.
fn cut_root(document: &[u8]) -> Option<(usize, &[u8])> {
    let rest = behind_prolog(document)?;
    let name = xml::local_name(name_of_tag(rest)?);
    if !is_root(name) {
        return None;
    }
    Some((document.len() - rest.len(), name))
}
