//! The first elements of an XML file.

use std::cell::OnceCell;

use crate::format::xml::{Tag, XmlCursor, XmlEvent};

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
    /// there.
    pub(super) fn read(bytes: &'h [u8], junk_before: usize) -> Option<XmlHead<'h>> {
        let document = &bytes[junk_before..];
        let mut cursor = XmlCursor::at_head_of(document);
        // Broken XML is not for the sniffing to judge: it keeps what came before.
        while let Ok(event) = cursor.next() {
            match event {
                XmlEvent::Start(_) => {
                    let prolog = &document[..start_of(&cursor).min(document.len())];
                    let root = Element::started(&cursor, document);
                    return Some(XmlHead {
                        document,
                        prolog,
                        junk_before,
                        root,
                        namespace: OnceCell::new(),
                        first: OnceCell::new(),
                        below: OnceCell::new(),
                    });
                }
                XmlEvent::End(_, 0) | XmlEvent::Eof => break,
                _ => {}
            }
        }
        None
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
    let prefix = match memchr::memchr(b':', name) {
        Some(colon) => &name[..colon],
        None => b"xmlns",
    };
    tag.attribute(prefix).map(|value| text(value.raw())).unwrap_or_default()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// Whether there is nothing but an XML declaration, whole or cut.
pub(super) fn is_declaration_only(bytes: &[u8]) -> bool {
    if !bytes.starts_with(b"<?xml") {
        return false;
    }
    match memchr::memmem::find(bytes, b"?>") {
        Some(end) => bytes[end + 2..].trim_ascii().is_empty(),
        None => true,
    }
}

/// Whether a document begins here that is worth looking for behind other text: a declaration or the root of a report.
pub(super) fn begins_known(bytes: &[u8]) -> bool {
    const ROOTS: &[&[u8]] =
        &[b"testsuites", b"testsuite", b"testng-results", b"test-run", b"test-results", b"assemblies", b"robot"];
    let Some(name) = bytes.strip_prefix(b"<") else {
        return false;
    };
    let length = name.iter().position(|byte| byte.is_ascii_whitespace() || matches!(byte, b'>' | b'/'));
    length.is_some_and(|length| &name[..length] == b"?xml" || ROOTS.contains(&&name[..length]))
}
