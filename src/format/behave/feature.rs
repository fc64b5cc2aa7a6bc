//! One feature as the report states it (spec behave.md section 2).

use crate::format::fill::{self, Record};
use crate::format::json::{Fault, JsonCursor};
use crate::model::{List, Reuse};

/// A feature, filled again and again.
#[derive(Default)]
pub(super) struct Feature {
    pub(super) name: String,
    pub(super) location: String,
    pub(super) tags: List<String>,
    pub(super) elements: List<Element>,
}

impl Reuse for Feature {
    fn reset(&mut self) {
        self.name.clear();
        self.location.clear();
        self.tags.clear();
        self.elements.clear();
    }
}

impl Record for Feature {
    fn member(&mut self, name: &[u8], cursor: &mut JsonCursor<'_>) -> Result<(), Fault> {
        match name {
            b"name" => fill::text(cursor, &mut self.name),
            b"location" => fill::text(cursor, &mut self.location),
            b"tags" => fill::texts(cursor, &mut self.tags),
            // Most of them were handed out before; what is here is a list of one without its brackets.
            b"elements" => fill::more_objects(cursor, &mut self.elements),
            // A feature's status says less than its scenarios do (B12).
            _ => cursor.skip(),
        }
    }
}

/// A background, a scenario or a row of an outline.
#[derive(Default)]
pub(super) struct Element {
    /// `background` or `scenario`.
    pub(super) kind: String,
    pub(super) keyword: String,
    pub(super) name: String,
    pub(super) location: String,
    pub(super) status: String,
    pub(super) tags: List<String>,
    pub(super) steps: List<Step>,
}

impl Reuse for Element {
    fn reset(&mut self) {
        self.kind.clear();
        self.keyword.clear();
        self.name.clear();
        self.location.clear();
        self.status.clear();
        self.tags.clear();
        self.steps.clear();
    }
}

impl Record for Element {
    fn member(&mut self, name: &[u8], cursor: &mut JsonCursor<'_>) -> Result<(), Fault> {
        match name {
            b"type" => fill::text(cursor, &mut self.kind),
            b"keyword" => fill::text(cursor, &mut self.keyword),
            b"name" => fill::text(cursor, &mut self.name),
            b"location" => fill::text(cursor, &mut self.location),
            b"status" => fill::text(cursor, &mut self.status),
            b"tags" => fill::texts(cursor, &mut self.tags),
            b"steps" => fill::objects(cursor, &mut self.steps),
            _ => cursor.skip(),
        }
    }
}

impl Element {
    /// Whether this is a background: a template without results (section 3).
    pub(super) fn is_background(&self) -> bool {
        self.kind == "background"
    }
}

/// One step; its `match` is of no use (B6, B16).
#[derive(Default)]
pub(super) struct Step {
    pub(super) keyword: String,
    pub(super) name: String,
    pub(super) location: String,
    pub(super) result: StepResult,
    pub(super) embeddings: List<Embedding>,
}

impl Reuse for Step {
    fn reset(&mut self) {
        self.keyword.clear();
        self.name.clear();
        self.location.clear();
        self.result.reset();
        self.embeddings.clear();
    }
}

impl Record for Step {
    fn member(&mut self, name: &[u8], cursor: &mut JsonCursor<'_>) -> Result<(), Fault> {
        match name {
            b"keyword" => fill::text(cursor, &mut self.keyword),
            b"name" => fill::text(cursor, &mut self.name),
            b"location" => fill::text(cursor, &mut self.location),
            b"result" => fill::object(cursor, &mut self.result),
            b"embeddings" => fill::objects(cursor, &mut self.embeddings),
            _ => cursor.skip(),
        }
    }
}

/// What became of a step; its status is empty where the step was not reached (B5).
#[derive(Default)]
pub(super) struct StepResult {
    pub(super) status: String,
    /// Seconds.
    pub(super) duration: Option<f64>,
    pub(super) error_message: String,
}

impl Reuse for StepResult {
    fn reset(&mut self) {
        self.status.clear();
        self.duration = None;
        self.error_message.clear();
    }
}

impl Record for StepResult {
    fn member(&mut self, name: &[u8], cursor: &mut JsonCursor<'_>) -> Result<(), Fault> {
        match name {
            b"status" => fill::text(cursor, &mut self.status),
            b"duration" => fill::number(cursor).map(|seconds| self.duration = seconds),
            b"error_message" => fill::text(cursor, &mut self.error_message),
            _ => cursor.skip(),
        }
    }
}

/// Something attached to a step, in base64.
#[derive(Default)]
pub(super) struct Embedding {
    pub(super) mime_type: String,
    pub(super) data: String,
}

impl Reuse for Embedding {
    fn reset(&mut self) {
        self.mime_type.clear();
        self.data.clear();
    }
}

impl Record for Embedding {
    fn member(&mut self, name: &[u8], cursor: &mut JsonCursor<'_>) -> Result<(), Fault> {
        match name {
            b"mime_type" => fill::text(cursor, &mut self.mime_type),
            b"data" => fill::text(cursor, &mut self.data),
            _ => cursor.skip(),
        }
    }
}
