//! One element of a feature, as it is written: a scenario, a background (cucumber.md 2.2 and 2.3).
//!
//! It remembers where its texts stand; only those that somebody wants are decoded. Filled again and again.

use std::borrow::Cow;

use crate::format::gherkin::status::Status;
use crate::format::json::{Fault, JsonCursor, Kind, Span, Spelled};
use crate::model::{List, Reuse};

/// A scenario or a background.
#[derive(Debug, Default)]
pub(super) struct Element {
    /// Whether the value was an object at all.
    pub(super) is_given: bool,
    pub(super) kind: Span,
    pub(super) keyword: Span,
    pub(super) id: Span,
    pub(super) name: Span,
    pub(super) line: Option<u64>,
    pub(super) start: Span,
    pub(super) tags: List<Tag>,
    pub(super) steps: List<Part>,
    pub(super) before: List<Part>,
    pub(super) around: List<Part>,
    pub(super) after: List<Part>,
    /// The worst that any of its parts says.
    pub(super) worst: Status,
    /// Whether there is a list of elements inside, as no known producer writes one.
    pub(super) holds_elements: bool,
    /// Whether a list of parts was written as an object with their numbers for keys, as PHP does.
    pub(super) numbers_parts: bool,
}

/// A tag, with its sign or without.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Tag {
    pub(super) name: Span,
    pub(super) line: Option<u64>,
}

/// A step or a hook.
#[derive(Debug, Default)]
pub(super) struct Part {
    pub(super) keyword: Span,
    pub(super) name: Span,
    /// The table or text below a step of cucumber-js, as it is written.
    pub(super) arguments: Span,
    pub(super) line: Option<u64>,
    pub(super) hidden: bool,
    pub(super) status: Option<Reported>,
    pub(super) duration: Option<Span>,
    pub(super) error: Span,
    /// Lines behind the first, of an error that is written as a list of them.
    pub(super) error_lines: List<Span>,
    pub(super) embeddings: List<Embedding>,
    pub(super) output: List<Span>,
    /// Hooks of this step.
    pub(super) before: List<Part>,
    pub(super) after: List<Part>,
}

/// What a part says became of it.
#[derive(Debug, Clone, Copy)]
pub(super) enum Reported {
    Known(Status),
    /// A word that is none of Cucumber's.
    Unknown(Span),
}

/// An embedding.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Embedding {
    pub(super) data: Span,
    /// Where the content is, of an embedding that holds none itself.
    pub(super) place: Span,
    pub(super) media_type: Span,
    pub(super) name: Span,
}

impl Reuse for Element {
    fn reset(&mut self) {
        self.is_given = false;
        self.kind = Span::default();
        self.keyword = Span::default();
        self.id = Span::default();
        self.name = Span::default();
        self.line = None;
        self.start = Span::default();
        self.tags.clear();
        self.steps.clear();
        self.before.clear();
        self.around.clear();
        self.after.clear();
        self.worst = Status::default();
        self.holds_elements = false;
        self.numbers_parts = false;
    }
}

impl Reuse for Tag {
    fn reset(&mut self) {
        *self = Tag::default();
    }
}

impl Reuse for Part {
    fn reset(&mut self) {
        self.keyword = Span::default();
        self.name = Span::default();
        self.arguments = Span::default();
        self.line = None;
        self.hidden = false;
        self.status = None;
        self.duration = None;
        self.error = Span::default();
        self.error_lines.clear();
        self.embeddings.clear();
        self.output.clear();
        self.before.clear();
        self.after.clear();
    }
}

impl Reuse for Embedding {
    fn reset(&mut self) {
        *self = Embedding::default();
    }
}

impl Element {
    /// Reads an element; of a value that is no object it remembers nothing.
    pub(super) fn read(&mut self, json: &mut JsonCursor<'_>) -> Result<(), Fault> {
        self.reset();
        if !json.begin_object()? {
            return Ok(());
        }
        self.is_given = true;
        while let Some(key) = json.key()? {
            match key {
                b"type" => self.kind = scalar(json)?,
                b"keyword" => self.keyword = scalar(json)?,
                b"id" => self.id = scalar(json)?,
                b"name" => self.name = scalar(json)?,
                b"line" => self.line = json.number()?,
                b"start_timestamp" => self.start = scalar(json)?,
                b"tags" => tags(json, &mut self.tags)?,
                b"steps" => self.numbers_parts |= parts(json, Depth::Outer, &mut self.steps)?,
                b"before" => self.numbers_parts |= parts(json, Depth::Outer, &mut self.before)?,
                b"around" => self.numbers_parts |= parts(json, Depth::Outer, &mut self.around)?,
                b"after" => self.numbers_parts |= parts(json, Depth::Outer, &mut self.after)?,
                b"children" | b"elements" => {
                    self.holds_elements = true;
                    json.skip()?;
                }
                _ => json.skip()?,
            }
        }
        self.worst =
            [&self.before, &self.around, &self.steps, &self.after].into_iter().map(worst).max().unwrap_or_default();
        Ok(())
    }

    /// Whether it is a background: the writers before cucumber-js 3.0.1 left the type of scenarios out (7).
    pub(super) fn is_background(&self, words: &Spelled<'_>) -> bool {
        match words.raw(self.kind) {
            b"background" => true,
            b"" => self.id.is_empty() && words.raw(self.keyword).trim_ascii() == b"Background",
            _ => false,
        }
    }
}

impl Part {
    /// Appends what its error says to `out`, clipped; gives the bytes left out.
    pub(super) fn push_error(&self, words: &mut Spelled<'_>, out: &mut String) -> u64 {
        let mut omitted = words.push_clipped(self.error, out);
        for line in self.error_lines.iter() {
            out.push('\n');
            omitted += words.push_clipped(*line, out);
        }
        omitted
    }
}

impl Tag {
    /// Its name without blanks and its sign; both are optional (9).
    pub(super) fn text<'a>(&self, words: &mut Spelled<'a>) -> Cow<'a, str> {
        match words.text(self.name) {
            Cow::Borrowed(name) => Cow::Borrowed(without_sign(name)),
            Cow::Owned(name) => Cow::Owned(without_sign(&name).to_owned()),
        }
    }
}

fn without_sign(name: &str) -> &str {
    let name = name.trim();
    name.strip_prefix('@').unwrap_or(name)
}

/// The worst that parts and their hooks say.
fn worst(parts: &List<Part>) -> Status {
    let said = |part: &Part| match part.status {
        Some(Reported::Known(status)) => status,
        _ => Status::Passed,
    };
    let of_part = |part: &Part| said(part).max(worst(&part.before)).max(worst(&part.after));
    parts.iter().map(of_part).max().unwrap_or_default()
}

/// A text or a number; empty for anything else.
fn scalar(json: &mut JsonCursor<'_>) -> Result<Span, Fault> {
    Ok(json.scalar_span()?.unwrap_or_default())
}

/// Tags: objects or plain texts. Of a list that stands twice the last counts (32).
pub(super) fn tags(json: &mut JsonCursor<'_>, tags: &mut List<Tag>) -> Result<(), Fault> {
    tags.clear();
    if !json.begin_array()? {
        return Ok(());
    }
    while json.element()? {
        let tag = tags.add();
        if json.kind() != Kind::Object {
            tag.name = scalar(json)?;
            continue;
        }
        json.begin_object()?;
        while let Some(key) = json.key()? {
            match key {
                b"name" => tag.name = scalar(json)?,
                b"line" => tag.line = json.number()?,
                b"location" => tag.line = line_of_location(json)?,
                _ => json.skip()?,
            }
        }
    }
    Ok(())
}

fn line_of_location(json: &mut JsonCursor<'_>) -> Result<Option<u64>, Fault> {
    let mut line = None;
    if json.begin_object()? {
        while let Some(key) = json.key()? {
            if key == b"line" { line = json.number()? } else { json.skip()? }
        }
    }
    Ok(line)
}

/// How deep hooks are looked for: those of a step have none of their own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Depth {
    Outer,
    Inner,
}

/// A list of parts, or one alone (45); whether the list is written as an object with numbers for keys.
fn parts(json: &mut JsonCursor<'_>, depth: Depth, parts: &mut List<Part>) -> Result<bool, Fault> {
    parts.clear();
    match json.kind() {
        Kind::Object if begins_with_number(json) => {
            json.begin_object()?;
            while json.key()?.is_some() {
                part(json, depth, parts)?;
            }
            return Ok(true);
        }
        Kind::Object => part(json, depth, parts)?,
        Kind::Array => {
            json.begin_array()?;
            while json.element()? {
                part(json, depth, parts)?;
            }
        }
        _ => json.skip()?,
    }
    Ok(false)
}

/// Whether the first key of the object that stands next is a number.
fn begins_with_number(json: &JsonCursor<'_>) -> bool {
    let mut ahead = json.clone();
    let first = ahead.begin_object().and_then(|_| ahead.key());
    matches!(first, Ok(Some(key)) if !key.is_empty() && key.iter().all(u8::is_ascii_digit))
}

/// A step or hook; an object without any key says nothing.
fn part(json: &mut JsonCursor<'_>, depth: Depth, parts: &mut List<Part>) -> Result<(), Fault> {
    if !json.begin_object()? {
        return Ok(());
    }
    let part = parts.add();
    let mut keys = 0;
    let mut own_status = None;
    while let Some(key) = json.key()? {
        keys += 1;
        match key {
            b"keyword" => part.keyword = scalar(json)?,
            b"name" => part.name = scalar(json)?,
            b"arguments" => part.arguments = json.raw_span()?,
            b"line" => part.line = json.number()?,
            b"hidden" => part.hidden = json.scalar()?.as_deref() == Some("true"),
            b"result" => result(json, part)?,
            b"status" => own_status = status(json)?,
            b"embeddings" | b"embedding" => embeddings(json, part)?,
            b"output" => output(json, part)?,
            b"before" if depth == Depth::Outer => {
                self::parts(json, Depth::Inner, &mut part.before)?;
            }
            b"after" if depth == Depth::Outer => {
                self::parts(json, Depth::Inner, &mut part.after)?;
            }
            _ => json.skip()?,
        }
    }
    part.status = part.status.or(own_status);
    if keys == 0 {
        parts.truncate(parts.len() - 1);
    }
    Ok(())
}

/// A result: an object, or its status alone.
fn result(json: &mut JsonCursor<'_>, part: &mut Part) -> Result<(), Fault> {
    if json.kind() == Kind::Text {
        part.status = status(json)?;
        return Ok(());
    }
    if !json.begin_object()? {
        return Ok(());
    }
    while let Some(key) = json.key()? {
        match key {
            b"status" => part.status = status(json)?,
            b"duration" => part.duration = json.scalar_span()?,
            b"error_message" => error(json, part)?,
            _ => json.skip()?,
        }
    }
    Ok(())
}

#[inline]
fn status(json: &mut JsonCursor<'_>) -> Result<Option<Reported>, Fault> {
    let Some(word) = json.scalar_span()? else { return Ok(None) };
    Ok(Some(match Status::from_word(json.raw_of(word)) {
        Some(status) => Reported::Known(status),
        None => {
            json.note_unknown(word);
            Reported::Unknown(word)
        }
    }))
}

/// An error: a text, or a list or an object of texts, of which each is a line.
fn error(json: &mut JsonCursor<'_>, part: &mut Part) -> Result<(), Fault> {
    part.error_lines.clear();
    match json.kind() {
        Kind::Array => {
            part.error = Span::default();
            json.begin_array()?;
            while json.element()? {
                error_line(json, part)?;
            }
        }
        Kind::Object => {
            part.error = Span::default();
            json.begin_object()?;
            while json.key()?.is_some() {
                error_line(json, part)?;
            }
        }
        _ => part.error = scalar(json)?,
    }
    Ok(())
}

fn error_line(json: &mut JsonCursor<'_>, part: &mut Part) -> Result<(), Fault> {
    let Some(line) = json.scalar_span()? else { return Ok(()) };
    if part.error.is_empty() {
        part.error = line;
    } else {
        part.error_lines.push(line);
    }
    Ok(())
}

/// A list of embeddings, or one alone.
fn embeddings(json: &mut JsonCursor<'_>, part: &mut Part) -> Result<(), Fault> {
    if json.kind() == Kind::Object {
        return embedding(json, part);
    }
    if !json.begin_array()? {
        return Ok(());
    }
    while json.element()? {
        embedding(json, part)?;
    }
    Ok(())
}

/// An embedding; what is no object is none.
fn embedding(json: &mut JsonCursor<'_>, part: &mut Part) -> Result<(), Fault> {
    if !json.begin_object()? {
        return Ok(());
    }
    let embedding = part.embeddings.add();
    while let Some(key) = json.key()? {
        match key {
            b"data" => embedding.data = scalar(json)?,
            b"mime_type" => embedding.media_type = scalar(json)?,
            b"name" | b"fileName" => embedding.name = scalar(json)?,
            b"file" | b"url" | b"path" => embedding.place = scalar(json)?,
            b"media" => media(json, embedding)?,
            _ => json.skip()?,
        }
    }
    Ok(())
}

fn media(json: &mut JsonCursor<'_>, embedding: &mut Embedding) -> Result<(), Fault> {
    if json.begin_object()? {
        while let Some(key) = json.key()? {
            if key == b"type" { embedding.media_type = scalar(json)? } else { json.skip()? }
        }
    }
    Ok(())
}

/// Output: a list of texts, or of lists of texts.
fn output(json: &mut JsonCursor<'_>, part: &mut Part) -> Result<(), Fault> {
    if json.kind() != Kind::Array {
        part.output.extend(json.text_span()?);
        return Ok(());
    }
    json.begin_array()?;
    while json.element()? {
        if json.kind() != Kind::Array {
            part.output.extend(json.text_span()?);
            continue;
        }
        json.begin_array()?;
        while json.element()? {
            part.output.extend(json.text_span()?);
        }
    }
    Ok(())
}
