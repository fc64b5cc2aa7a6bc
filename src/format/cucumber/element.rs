//! One element of a feature, as it is written: a scenario, a background (cucumber.md 2.2 and 2.3).

use std::borrow::Cow;

use crate::format::json::{Fault, JsonCursor, Kind};

/// A scenario or a background.
#[derive(Debug, Default)]
pub(super) struct Element<'a> {
    pub(super) kind: Cow<'a, str>,
    pub(super) keyword: Cow<'a, str>,
    pub(super) id: Cow<'a, str>,
    pub(super) name: Cow<'a, str>,
    pub(super) line: Option<u64>,
    pub(super) start: Cow<'a, str>,
    pub(super) tags: Vec<Tag<'a>>,
    pub(super) steps: Vec<Part<'a>>,
    pub(super) before: Vec<Part<'a>>,
    pub(super) around: Vec<Part<'a>>,
    pub(super) after: Vec<Part<'a>>,
}

/// A tag, without its sign.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Tag<'a> {
    pub(super) name: Cow<'a, str>,
    pub(super) line: Option<u64>,
}

/// A step or a hook.
#[derive(Debug, Default)]
pub(super) struct Part<'a> {
    pub(super) keyword: Cow<'a, str>,
    pub(super) name: Cow<'a, str>,
    pub(super) line: Option<u64>,
    pub(super) hidden: bool,
    pub(super) status: Option<Cow<'a, str>>,
    pub(super) duration: Option<Cow<'a, str>>,
    pub(super) error: Cow<'a, str>,
    pub(super) embeddings: Vec<Embedding<'a>>,
    pub(super) output: Vec<Cow<'a, str>>,
    /// Hooks of this step.
    pub(super) before: Vec<Part<'a>>,
    pub(super) after: Vec<Part<'a>>,
}

/// An embedding.
#[derive(Debug, Default)]
pub(super) struct Embedding<'a> {
    pub(super) data: Cow<'a, str>,
    pub(super) media_type: Cow<'a, str>,
    pub(super) name: Cow<'a, str>,
}

impl<'a> Element<'a> {
    /// Reads an element; `None` when the value is no object.
    pub(super) fn read(json: &mut JsonCursor<'a>) -> Result<Option<Element<'a>>, Fault> {
        if !json.begin_object()? {
            return Ok(None);
        }
        let mut element = Element::default();
        while let Some(key) = json.key()? {
            match key {
                b"type" => element.kind = text(json)?,
                b"keyword" => element.keyword = text(json)?,
                b"id" => element.id = text(json)?,
                b"name" => element.name = text(json)?,
                b"line" => element.line = number(json)?,
                b"start_timestamp" => element.start = text(json)?,
                b"tags" => element.tags = tags(json)?,
                b"steps" => element.steps = parts(json, Depth::Outer)?,
                b"before" => element.before = parts(json, Depth::Outer)?,
                b"around" => element.around = parts(json, Depth::Outer)?,
                b"after" => element.after = parts(json, Depth::Outer)?,
                _ => json.skip()?,
            }
        }
        Ok(Some(element))
    }

    /// Whether it is a background: the writers before cucumber-js 3.0.1 left the type of scenarios out (7).
    pub(super) fn is_background(&self) -> bool {
        match &*self.kind {
            "background" => true,
            "" => self.id.is_empty() && self.keyword.trim() == "Background",
            _ => false,
        }
    }
}

/// A text or a number; empty for anything else.
pub(super) fn text<'a>(json: &mut JsonCursor<'a>) -> Result<Cow<'a, str>, Fault> {
    Ok(json.scalar()?.unwrap_or_default())
}

/// A number, which may be written as text (45).
pub(super) fn number(json: &mut JsonCursor<'_>) -> Result<Option<u64>, Fault> {
    Ok(json.scalar()?.and_then(|text| text.trim().parse().ok()))
}

/// Tags: objects or plain texts, with or without their sign (9).
pub(super) fn tags<'a>(json: &mut JsonCursor<'a>) -> Result<Vec<Tag<'a>>, Fault> {
    let mut tags = Vec::new();
    if !json.begin_array()? {
        return Ok(tags);
    }
    while json.element()? {
        let mut tag = Tag::default();
        if json.kind() == Kind::Object {
            json.begin_object()?;
            while let Some(key) = json.key()? {
                match key {
                    b"name" => tag.name = text(json)?,
                    b"line" => tag.line = number(json)?,
                    b"location" => tag.line = line_of_location(json)?,
                    _ => json.skip()?,
                }
            }
        } else {
            tag.name = text(json)?;
        }
        let name = tag.name.trim();
        let name = name.strip_prefix('@').unwrap_or(name);
        if name.len() != tag.name.len() {
            tag.name = Cow::Owned(name.to_owned());
        }
        if !tag.name.is_empty() {
            tags.push(tag);
        }
    }
    Ok(tags)
}

fn line_of_location(json: &mut JsonCursor<'_>) -> Result<Option<u64>, Fault> {
    let mut line = None;
    if json.begin_object()? {
        while let Some(key) = json.key()? {
            if key == b"line" { line = number(json)? } else { json.skip()? }
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

/// A list of parts, or one alone (45).
fn parts<'a>(json: &mut JsonCursor<'a>, depth: Depth) -> Result<Vec<Part<'a>>, Fault> {
    let mut parts = Vec::new();
    match json.kind() {
        Kind::Object => parts.extend(part(json, depth)?),
        Kind::Array => {
            json.begin_array()?;
            while json.element()? {
                parts.extend(part(json, depth)?);
            }
        }
        _ => json.skip()?,
    }
    Ok(parts)
}

/// A step or hook; an object without any key says nothing.
fn part<'a>(json: &mut JsonCursor<'a>, depth: Depth) -> Result<Option<Part<'a>>, Fault> {
    if !json.begin_object()? {
        return Ok(None);
    }
    let mut part = Part::default();
    let mut keys = 0;
    while let Some(key) = json.key()? {
        keys += 1;
        match key {
            b"keyword" => part.keyword = text(json)?,
            b"name" => part.name = text(json)?,
            b"line" => part.line = number(json)?,
            b"hidden" => part.hidden = json.scalar()?.as_deref() == Some("true"),
            b"result" => result(json, &mut part)?,
            b"embeddings" | b"embedding" => embeddings(json, &mut part)?,
            b"output" => output(json, &mut part)?,
            b"before" if depth == Depth::Outer => part.before = parts(json, Depth::Inner)?,
            b"after" if depth == Depth::Outer => part.after = parts(json, Depth::Inner)?,
            _ => json.skip()?,
        }
    }
    Ok((keys > 0).then_some(part))
}

fn result<'a>(json: &mut JsonCursor<'a>, part: &mut Part<'a>) -> Result<(), Fault> {
    if !json.begin_object()? {
        return Ok(());
    }
    while let Some(key) = json.key()? {
        match key {
            b"status" => part.status = json.scalar()?,
            b"duration" => part.duration = json.scalar()?,
            b"error_message" => part.error = text(json)?,
            _ => json.skip()?,
        }
    }
    Ok(())
}

fn embeddings<'a>(json: &mut JsonCursor<'a>, part: &mut Part<'a>) -> Result<(), Fault> {
    if !json.begin_array()? {
        return Ok(());
    }
    while json.element()? {
        if !json.begin_object()? {
            continue;
        }
        let mut embedding = Embedding::default();
        while let Some(key) = json.key()? {
            match key {
                b"data" => embedding.data = text(json)?,
                b"mime_type" => embedding.media_type = text(json)?,
                b"name" | b"fileName" => embedding.name = text(json)?,
                b"media" => media(json, &mut embedding)?,
                _ => json.skip()?,
            }
        }
        part.embeddings.push(embedding);
    }
    Ok(())
}

fn media<'a>(json: &mut JsonCursor<'a>, embedding: &mut Embedding<'a>) -> Result<(), Fault> {
    if json.begin_object()? {
        while let Some(key) = json.key()? {
            if key == b"type" { embedding.media_type = text(json)? } else { json.skip()? }
        }
    }
    Ok(())
}

/// Output: a list of texts, or of lists of texts.
fn output<'a>(json: &mut JsonCursor<'a>, part: &mut Part<'a>) -> Result<(), Fault> {
    if json.kind() != Kind::Array {
        part.output.extend(json.text()?);
        return Ok(());
    }
    json.begin_array()?;
    while json.element()? {
        if json.kind() != Kind::Array {
            part.output.extend(json.text()?);
            continue;
        }
        json.begin_array()?;
        while json.element()? {
            part.output.extend(json.text()?);
        }
    }
    Ok(())
}
