//! One element of a feature as the report states it (spec behave.md section 2).
//!
//! It remembers where its texts stand; only those that somebody wants are decoded. Filled again and again.

use crate::format::json::{Fault, JsonCursor, Kind, Span, Spelled};
use crate::model::{List, Reuse};

/// A background, a scenario or a row of an outline.
#[derive(Debug, Default)]
pub(super) struct Element {
    /// Whether the value was an object at all.
    pub(super) is_given: bool,
    /// `background` or `scenario`.
    pub(super) kind: Span,
    pub(super) keyword: Span,
    pub(super) name: Span,
    pub(super) location: Span,
    pub(super) status: Span,
    pub(super) tags: List<Span>,
    pub(super) steps: List<Step>,
}

impl Reuse for Element {
    fn reset(&mut self) {
        self.is_given = false;
        self.kind = Span::default();
        self.keyword = Span::default();
        self.name = Span::default();
        self.location = Span::default();
        self.status = Span::default();
        self.tags.clear();
        self.steps.clear();
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
                b"name" => self.name = scalar(json)?,
                b"location" => self.location = scalar(json)?,
                b"status" => self.status = scalar(json)?,
                b"tags" => scalars(json, &mut self.tags)?,
                b"steps" => steps(json, &mut self.steps)?,
                _ => json.skip()?,
            }
        }
        Ok(())
    }

    /// Whether this is a background: a template without results (section 3).
    pub(super) fn is_background(&self, words: &Spelled<'_>) -> bool {
        words.raw(self.kind) == b"background"
    }
}

/// One step; its `match` is of no use (B6, B16).
#[derive(Debug, Default)]
pub(super) struct Step {
    pub(super) keyword: Span,
    pub(super) name: Span,
    pub(super) location: Span,
    /// Empty where the step was not reached (B5).
    pub(super) status: Span,
    /// Seconds, as written.
    pub(super) duration: Option<Span>,
    /// Lines, or all of it as one (B13).
    pub(super) error: List<Span>,
    pub(super) embeddings: List<Embedding>,
}

impl Reuse for Step {
    fn reset(&mut self) {
        self.keyword = Span::default();
        self.name = Span::default();
        self.location = Span::default();
        self.status = Span::default();
        self.duration = None;
        self.error.clear();
        self.embeddings.clear();
    }
}

/// Something attached to a step, in base64.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Embedding {
    pub(super) media_type: Span,
    pub(super) data: Span,
}

impl Reuse for Embedding {
    fn reset(&mut self) {
        *self = Embedding::default();
    }
}

/// A text, a number or a word; empty for anything else.
fn scalar(json: &mut JsonCursor<'_>) -> Result<Span, Fault> {
    Ok(json.scalar_span()?.unwrap_or_default())
}

/// A list of texts, or one alone. Of a list that stands twice the last counts.
pub(super) fn scalars(json: &mut JsonCursor<'_>, list: &mut List<Span>) -> Result<(), Fault> {
    list.clear();
    if json.kind() != Kind::Array {
        list.extend(json.scalar_span()?);
        return Ok(());
    }
    json.begin_array()?;
    while json.element()? {
        list.push(scalar(json)?);
    }
    Ok(())
}

/// A list of objects, or one alone; `read` reads each.
fn each(
    json: &mut JsonCursor<'_>,
    mut read: impl FnMut(&mut JsonCursor<'_>) -> Result<(), Fault>,
) -> Result<(), Fault> {
    match json.kind() {
        Kind::Object => read(json),
        Kind::Array => {
            json.begin_array()?;
            while json.element()? {
                if json.kind() == Kind::Object { read(json)? } else { json.skip()? }
            }
            Ok(())
        }
        _ => json.skip(),
    }
}

fn steps(json: &mut JsonCursor<'_>, steps: &mut List<Step>) -> Result<(), Fault> {
    steps.clear();
    each(json, |json| read_step(json, steps.add()))
}

fn read_step(json: &mut JsonCursor<'_>, step: &mut Step) -> Result<(), Fault> {
    json.begin_object()?;
    while let Some(key) = json.key()? {
        match key {
            b"keyword" => step.keyword = scalar(json)?,
            b"name" => step.name = scalar(json)?,
            b"location" => step.location = scalar(json)?,
            b"result" => read_result(json, step)?,
            b"embeddings" => {
                step.embeddings.clear();
                each(json, |json| read_embedding(json, step.embeddings.add()))?;
            }
            _ => json.skip()?,
        }
    }
    Ok(())
}

fn read_result(json: &mut JsonCursor<'_>, step: &mut Step) -> Result<(), Fault> {
    if !json.begin_object()? {
        return Ok(());
    }
    while let Some(key) = json.key()? {
        match key {
            b"status" => step.status = scalar(json)?,
            b"duration" => step.duration = json.scalar_span()?,
            b"error_message" => scalars(json, &mut step.error)?,
            _ => json.skip()?,
        }
    }
    Ok(())
}

fn read_embedding(json: &mut JsonCursor<'_>, embedding: &mut Embedding) -> Result<(), Fault> {
    json.begin_object()?;
    while let Some(key) = json.key()? {
        match key {
            b"mime_type" => embedding.media_type = scalar(json)?,
            b"data" => embedding.data = scalar(json)?,
            _ => json.skip()?,
        }
    }
    Ok(())
}
