//! Cucumber Messages: one envelope per line (cucumber.md 5.2).
//!
//! Attempts run side by side where a run is parallel; each is given out when it is finished.

mod attempt;
mod document;
mod embedded;
mod ids;
mod plan;
mod result;
mod running;
#[cfg(test)]
mod tests;
mod texts;
mod waiting;

use std::ops::ControlFlow;

use crate::format::head::{JsonHead, ValueKind};
use crate::format::json::{Fault, JsonCursor, JsonItems, Longest, Piece, SpelledKeys, number};
use crate::format::{Format, Head, ParseError, ReadOptions, Remarks, Signs, as_it_comes, fill};
use crate::model::{
    BareKeysSay, Body, Dialect, Position, Problem, ProblemKind, ReportVisitor, StatedExecution, Timestamp, shorten,
};

use plan::Plan;
use result::{Failure, StepResult};
use running::Running;

pub(super) const FORMAT: Format = Format {
    name: "cucumber-messages",
    title: "Cucumber Messages",
    recognised_by: "lines of JSON objects with one key each: meta, source, pickle, testCaseStarted, …",
    taken: "every attempt of every pickle: result, times, failing steps and hooks, tags, attachments",
    recognises,
    parse,
    wants_all_bytes: as_it_comes,
    signs: Signs { endings: &["ndjson", "jsonl"], keys: ENVELOPES, ..Signs::JSON },
    dialect: Dialect { bare_keys: BareKeysSay::WhichTest, ..Dialect::PLAIN },
    stands_for: &["cucumber"],
    tells_more_than: &[],
    told_again_as: None,
};

fn recognises(head: &Head<'_>) -> bool {
    head.json().is_some_and(is_messages)
}

/// Names of the envelopes.
const ENVELOPES: &[&str] = &[
    "meta",
    "source",
    "gherkinDocument",
    "pickle",
    "stepDefinition",
    "hook",
    "parameterType",
    "undefinedParameterType",
    "attachment",
    "externalAttachment",
    "parseError",
    "suggestion",
    "testCase",
    "testCaseStarted",
    "testCaseFinished",
    "testStepStarted",
    "testStepFinished",
    "testRunStarted",
    "testRunFinished",
    "testRunHookStarted",
    "testRunHookFinished",
];

/// What is in envelopes whose names alone may be somebody else's, too.
const CONTENTS: &[(&str, &[&str])] = &[
    ("meta", &["protocolVersion"]),
    ("source", &["data", "mediaType"]),
    ("pickle", &["astNodeIds"]),
    ("hook", &["sourceReference"]),
    ("parameterType", &["regularExpressions"]),
    ("attachment", &["mediaType", "contentEncoding"]),
    ("externalAttachment", &["url", "mediaType"]),
    ("parseError", &["source", "message"]),
    ("suggestion", &["snippets"]),
    ("testCase", &["pickleId"]),
];

/// One envelope a line. A stream that broke off after its first line is known by that one.
fn is_messages(json: &JsonHead<'_>) -> bool {
    let first = json.names("").next().unwrap_or_default();
    let Some(envelope) = ENVELOPES.iter().find(|envelope| envelope.as_bytes() == first) else { return false };
    json.names("").count() == 1 && (json.further_document() || tells_alone(json, envelope))
}

/// Whether an envelope is one of Messages also where it stands alone.
fn tells_alone(json: &JsonHead<'_>, envelope: &str) -> bool {
    let contents = CONTENTS.iter().find(|(name, _)| *name == envelope);
    json.kind("", envelope) == Some(ValueKind::Object)
        && contents.is_none_or(|(_, contents)| json.has_all(envelope, contents))
}

fn parse(body: Body<'_>, options: &ReadOptions, visitor: &mut dyn ReportVisitor) -> Result<(), ParseError> {
    let mut items = JsonItems::new(body).with_longest(Longest::of(options)).within(&options.limits);
    let mut reader = Reader {
        plan: Plan::new(options.limits.plan_bytes),
        attempts: Running::new(options),
        overflow: None,
        remarks: Remarks::default(),
        began: false,
        finished: false,
        hook_failed: false,
        stopped: false,
    };
    let result = reader.read(&mut items, visitor);
    reader.finish(&items, visitor);
    items.finish(visitor);
    result
}

/// UTF-16 units of what a failed hook says of its Test Execution, at most.
const LONGEST_DESCRIPTION: usize = 1000;

struct Reader<'o> {
    plan: Plan,
    attempts: Running<'o>,
    /// Where the plan first had no room.
    overflow: Option<Position>,
    remarks: Remarks,
    /// Whether a run began that says so when it ends. What Gherkin alone writes is no run, and old versions of
    /// cypress-cucumber-preprocessor tell neither of its start nor of its end.
    began: bool,
    /// Whether the run said that it ended.
    finished: bool,
    /// Whether a hook of the whole run failed.
    hook_failed: bool,
    stopped: bool,
}

impl Reader<'_> {
    fn read(&mut self, items: &mut JsonItems<'_>, visitor: &mut dyn ReportVisitor) -> Result<(), ParseError> {
        let keys = SpelledKeys::default();
        while let Some(piece) = items.next()? {
            let (at, Piece { bytes, cuts, .. }) = (piece.at(), piece);
            let mut json = JsonCursor::with_cuts(bytes, cuts).knowing(&keys);
            let flow = self.envelope(&mut json, at, visitor).unwrap_or_else(|fault| {
                let message = format!("a message cannot be read: {}", fault.what());
                let place = fault.position(bytes, at);
                visitor.problem(Problem::new(ProblemKind::Malformed, message).at(place));
                ControlFlow::Continue(())
            });
            if flow.is_break() || self.attempts.make_room(&mut self.plan, visitor, at).is_break() {
                self.stopped = true;
                return Ok(());
            }
            if self.plan.is_full() {
                self.overflow.get_or_insert(at);
            }
            fill::note_oddities(json.oddities(), || at, &mut self.remarks);
        }
        Ok(())
    }

    fn envelope(
        &mut self,
        json: &mut JsonCursor<'_>,
        at: Position,
        visitor: &mut dyn ReportVisitor,
    ) -> Result<ControlFlow<()>, Fault> {
        let mut flow = ControlFlow::Continue(());
        if !json.begin_object()? {
            return Ok(flow);
        }
        while let Some(key) = json.key()? {
            match key {
                b"meta" => {
                    self.began = true;
                    read_meta(json, visitor)?;
                }
                b"gherkinDocument" => self.plan.read_document(json)?,
                b"pickle" => self.plan.read_pickle(json)?,
                b"hook" => self.plan.read_hook(json)?,
                b"testCase" => self.plan.read_case(json)?,
                b"testCaseStarted" => flow = self.attempts.start(json, &mut self.plan, visitor)?,
                b"testStepFinished" => self.attempts.step(json, &mut self.plan, &mut self.remarks, at)?,
                b"attachment" | b"externalAttachment" => {
                    self.attempts.attach(json, &mut self.plan, &mut self.remarks, at)?
                }
                b"testCaseFinished" => flow = self.attempts.finish(json, &mut self.plan, visitor)?,
                b"testRunHookFinished" => self.read_run_hook(json, at, visitor)?,
                b"parseError" => read_parse_error(json, at, visitor)?,
                b"testRunStarted" => {
                    self.began = true;
                    json.skip()?;
                }
                b"testRunFinished" => {
                    self.finished = true;
                    read_run_end(json, at, visitor)?;
                }
                _ => json.skip()?,
            }
        }
        Ok(flow)
    }

    /// A failed hook of the whole run is a problem of the report: no scenario tells of it. The first of them describes the Test
    /// Execution of what follows, where people look first.
    fn read_run_hook(
        &mut self,
        json: &mut JsonCursor<'_>,
        at: Position,
        visitor: &mut dyn ReportVisitor,
    ) -> Result<(), Fault> {
        let mut result = StepResult::default();
        if !json.begin_object()? {
            return Ok(());
        }
        while let Some(key) = json.key()? {
            if key == b"result" { result = StepResult::read(json)? } else { json.skip()? }
        }
        if !result.status.eq_ignore_ascii_case("failed") {
            return Ok(());
        }
        let line = result.message.lines().next().unwrap_or("no text");
        let message = format!("a hook of the whole run failed: {line}");
        if !std::mem::replace(&mut self.hook_failed, true) {
            let description = shorten::one_line(&message, LONGEST_DESCRIPTION).into_owned();
            visitor.execution(&StatedExecution { description, ..StatedExecution::default() });
        }
        visitor.problem(Problem::new(ProblemKind::ContainerFailure, message).at(at));
        Ok(())
    }

    fn finish(&mut self, items: &JsonItems<'_>, visitor: &mut dyn ReportVisitor) {
        if let Some(at) = self.overflow {
            visitor.problem(Problem::from(self.plan.overflow()).at(at));
        }
        self.attempts.tell_let_go(&self.plan, visitor);
        if !self.stopped {
            self.began |= self.attempts.are_open();
            self.attempts.interrupt(visitor);
            if let Some(message) = self.interruption(items.truncation().is_some()) {
                visitor.problem(Problem::new(ProblemKind::Truncated, message).at(items.position()));
            }
            if self.tells_of_no_run() && items.truncation().is_none() {
                let message = "no scenario ran in this report, so that it tells of no test";
                visitor.problem(Problem::new(ProblemKind::Unusual, message));
            }
            self.attempts.tell_waiting(&mut self.remarks);
        }
        self.remarks.finish(visitor);
    }

    /// Whether there are scenarios at most, as Gherkin writes them, and nothing of a run.
    fn tells_of_no_run(&self) -> bool {
        !self.began && !self.finished && self.attempts.begun == 0 && self.plan.never_ran().is_none()
    }

    /// What is to be told of a run that did not say that it ended. That the report breaks off is told of all kinds of reports.
    fn interruption(&self, breaks_off: bool) -> Option<String> {
        if self.finished {
            return None;
        }
        let never_ran = self.plan.never_ran();
        if !self.began && never_ran.is_none() {
            return None;
        }
        let what = "the run was interrupted";
        match (never_ran, breaks_off) {
            (Some(never), true) => Some(format!("{what}: {never}")),
            (None, true) => None,
            (Some(never), false) => Some(format!("{what}: the report does not say that it finished; {never}")),
            (None, false) => Some(format!("{what}: the report does not say that it finished")),
        }
    }
}

fn read_meta(json: &mut JsonCursor<'_>, visitor: &mut dyn ReportVisitor) -> Result<(), Fault> {
    if !json.begin_object()? {
        return Ok(());
    }
    while let Some(key) = json.key()? {
        if key != b"implementation" || !json.begin_object()? {
            if key != b"implementation" {
                json.skip()?;
            }
            continue;
        }
        let (mut name, mut version) = (String::new(), String::new());
        while let Some(key) = json.key()? {
            match key {
                b"name" => name = text(json)?,
                b"version" => version = text(json)?,
                _ => json.skip()?,
            }
        }
        visitor.producer(format!("{name} {version}").trim());
    }
    Ok(())
}

/// A run may fail beside its hooks and its scenarios: that, too, is a problem of the report. That scenarios failed is none.
fn read_run_end(json: &mut JsonCursor<'_>, at: Position, visitor: &mut dyn ReportVisitor) -> Result<(), Fault> {
    let (mut succeeded, mut failure) = (String::new(), Failure::default());
    if !json.begin_object()? {
        return Ok(());
    }
    while let Some(key) = json.key()? {
        match key {
            b"success" => succeeded = text(json)?,
            b"message" => failure.message = text(json)?,
            b"exception" => failure.read_exception(json)?,
            _ => json.skip()?,
        }
    }
    let told = failure.text();
    if let Some(line) = told.lines().next().filter(|_| succeeded != "true") {
        let message = format!("the run failed outside of its scenarios: {line}");
        visitor.problem(Problem::new(ProblemKind::ContainerFailure, message).at(at));
    }
    Ok(())
}

fn read_parse_error(json: &mut JsonCursor<'_>, at: Position, visitor: &mut dyn ReportVisitor) -> Result<(), Fault> {
    let mut told = String::new();
    if json.begin_object()? {
        while let Some(key) = json.key()? {
            if key == b"message" { told = text(json)? } else { json.skip()? }
        }
    }
    let line = told.lines().next().unwrap_or("no text");
    let message = format!("a feature could not be parsed, so that none of its scenarios ran: {line}");
    visitor.problem(Problem::new(ProblemKind::ContainerFailure, message).at(at));
    Ok(())
}

/// A text or a number; empty for anything else.
fn text(json: &mut JsonCursor<'_>) -> Result<String, Fault> {
    Ok(json.scalar()?.unwrap_or_default().into_owned())
}

/// A whole number, which may be below zero.
fn whole(json: &mut JsonCursor<'_>) -> Result<Option<i64>, Fault> {
    let written = text(json)?;
    let (sign, digits) = written.strip_prefix('-').map_or((1, &*written), |digits| (-1, digits));
    Ok(number(digits.as_bytes()).and_then(|number| i64::try_from(number).ok()).map(|number| sign * number))
}

/// `{seconds, nanos}` as nanoseconds.
fn nanos(json: &mut JsonCursor<'_>) -> Result<Option<i64>, Fault> {
    let (mut seconds, mut nanos) = (None, 0);
    if !json.begin_object()? {
        return Ok(None);
    }
    while let Some(key) = json.key()? {
        match key {
            b"seconds" => seconds = whole(json)?,
            b"nanos" => nanos = whole(json)?.unwrap_or(0),
            _ => json.skip()?,
        }
    }
    Ok(seconds.map(|seconds| seconds.saturating_mul(1_000_000_000).saturating_add(nanos)))
}

/// A point in time; the zero of an unset one is none.
fn instant(json: &mut JsonCursor<'_>) -> Result<Option<Timestamp>, Fault> {
    Ok(nanos(json)?.filter(|nanos| *nanos > 0).map(Timestamp::from_nanos))
}
