//! From a test run to its bytes in a bundle.

use std::borrow::Cow;

use serde_json::value::RawValue;
use xxhash_rust::xxh3::{xxh3_64, xxh3_128_with_seed};

use crate::model::{CustomField, DataRows, Identity, RunFacts, Step, TestRun, key, shorten};

use super::evidence::{Equals, EvidencePlace, Gathering};
use super::flavour::{Statuses, Target};
use super::wire::{Field, IterationResult, Run, Second, StepResult, TestInfo, Text, Texts};
use super::{rows, stated};

/// How runs are written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EncodeOptions {
    /// The product that will read them.
    pub target: Target,
    /// Status names.
    pub statuses: Statuses,
    /// Project of Tests without a key; empty when there is none, and then no such run may come.
    pub project: String,
    /// Type of Tests that are created. Default: `Generic`.
    pub test_type: String,
    /// Whether results that differ in their data stay data rows. Default: they become one result.
    pub rows: DataRows,
    /// Bytes of evidence of one test at most, before base64, when results are merged. Default: 20 MiB.
    pub max_evidence: u64,
    /// Where evidence goes. Default: into the bundle.
    pub evidence: EvidencePlace,
}

impl EncodeOptions {
    /// The defaults for `target`.
    pub fn new(target: Target, project: impl Into<String>) -> EncodeOptions {
        EncodeOptions {
            target,
            statuses: Statuses::new(target),
            project: project.into(),
            test_type: "Generic".to_owned(),
            rows: DataRows::Merged,
            max_evidence: 20 << 20,
            evidence: EvidencePlace::Bundle,
        }
    }
}

/// Appends `run` as one element of `tests`, always valid against the target's strict schema.
///
/// A common run (no evidence, fields or steps) allocates nothing.
#[inline(never)]
pub fn encode(run: &TestRun, options: &EncodeOptions, out: &mut Vec<u8>) -> RunFacts {
    let mut gathering = Gathering::new(options.evidence, Equals::of(run));
    view(run, options, &mut gathering).write(options.target, out);
    facts(run, options, gathering.pieces())
}

/// What the assembly must know of `run`, which is written with so many pieces of evidence.
#[inline]
pub(super) fn facts(run: &TestRun, options: &EncodeOptions, evidence: u32) -> RunFacts {
    RunFacts {
        identity: identity_hash(run.identity.key(), stated::project(run, options), run.identity.as_str()),
        outcome: run.outcome,
        attempt_group: run.attempt_group,
        superseded: run.superseded,
        evidence,
    }
}

/// Hash of the identity of the Test with this key, as in [`RunFacts::identity`].
pub(crate) fn key_identity(key: &str) -> u128 {
    identity_hash(Some(key), "", "")
}

/// Hash of what names a Test: its key, or project and definition.
#[inline]
pub(super) fn identity_hash(key: Option<&str>, project: &str, definition: &str) -> u128 {
    match key {
        Some(key) => xxh3_128_with_seed(key.as_bytes(), u64::from(b'k')),
        None => xxh3_128_with_seed(definition.as_bytes(), xxh3_64(project.as_bytes()) ^ u64::from(b'd')),
    }
}

/// The run as it will be written, borrowed wherever it can be.
fn view<'a>(run: &'a TestRun, options: &'a EncodeOptions, evidence: &mut Gathering) -> Run<'a> {
    let start = run.start.map(|start| Second::of(start.floor_to_second()));
    let finish = run.finish.map(|finish| Second::of(finish.ceil_to_second()));
    let examples = stated::examples(run, options.target);
    let evidences = evidence.items(&run.evidence);
    let mut iterations = if examples.is_empty() { stated::iterations(run, options, evidence) } else { Vec::new() };
    if iterations.is_empty() && rows::are_written(run, options) {
        iterations.push(own_row(run, options, evidence));
    }
    let steps = if examples.is_empty() && iterations.is_empty() { &*run.steps } else { &[] };
    Run {
        test_key: run.identity.key().map(Text::from),
        test_info: test_info(run, options),
        start,
        finish: match (start, finish) {
            (Some(start), Some(finish)) => Some(finish.max(start)),
            (_, finish) => finish,
        },
        comment: stated::comment(run, options.target),
        executed_by: stated::filled(&run.stated.executed_by),
        assignee: stated::filled(&run.stated.assignee),
        status: options.statuses.handed_on(&run.status_name, run.outcome).into(),
        steps: steps.iter().map(|step| step_result(step, options, evidence)).collect(),
        examples,
        iterations,
        defects: Texts::distinct(&run.defects, key::is_issue_key),
        evidences,
        custom_fields: run.custom_fields.iter().filter_map(|field| custom_field(field, options.target)).collect(),
        test_version: stated::filled(&run.stated.test_version),
    }
}

/// The run as the one data row that it is.
fn own_row<'a>(run: &'a TestRun, options: &'a EncodeOptions, evidence: &mut Gathering) -> IterationResult<'a> {
    IterationResult {
        parameters: rows::parameters(&run.parameters).collect(),
        status: options.statuses.handed_on(&run.status_name, run.outcome).into(),
        steps: run.steps.iter().map(|step| step_result(step, options, evidence)).collect(),
        name: stated::filled(&run.row_name),
        log: None,
        duration: None,
    }
}

/// What finds or creates the Test; beside a key only where the run asks for an update by carrying a definition.
fn test_info<'a>(run: &'a TestRun, options: &'a EncodeOptions) -> Option<TestInfo<'a>> {
    if run.stated.test.given {
        return Some(stated::test_info(run, options));
    }
    let (definition, project) = match &run.identity {
        Identity::Definition(definition) => (definition, options.project.as_str()),
        Identity::Key(_) if run.definition.is_empty() => return None,
        Identity::Key(key) => (&run.definition, key::project_of(key)),
    };
    let summary = match shorten::one_line(&run.summary, SUMMARY_LIMIT) {
        line if line.is_empty() => shorten::one_line(definition, SUMMARY_LIMIT),
        line => line,
    };
    Some(TestInfo {
        summary: if summary.is_empty() { "unnamed".into() } else { summary.into() },
        project_key: project.into(),
        test_type: options.test_type.as_str().into(),
        requirement_keys: Texts::distinct(&run.requirements, key::is_issue_key),
        labels: Texts::distinct(&run.labels, is_label),
        definition: Some(definition.as_str().into()),
        steps: Vec::new(),
        scenario: None,
        scenario_type: None,
        description: (!run.description.is_empty()).then(|| fitting(&run.description, Some(DESCRIPTION_LIMIT))),
    })
}

/// UTF-16 units of a summary at most.
pub(super) const SUMMARY_LIMIT: usize = 255;

/// Characters of a description at most (spec xray-json.md section 8).
pub(super) const DESCRIPTION_LIMIT: usize = 32_767;

/// Whether a text can be a label: no blank in it, at most 255 UTF-16 units.
pub(super) fn is_label(text: &str) -> bool {
    !text.is_empty()
        && text.encode_utf16().count() <= 255
        && !text.contains(|c: char| c.is_whitespace() || c == '\u{feff}')
}

/// `text`, shortened where the target has a limit.
pub(super) fn fitting(text: &str, limit: Option<usize>) -> Text<'_> {
    match limit {
        Some(limit) if text.len() > limit => {
            let mut text = text.to_owned();
            shorten::head_and_tail(&mut text, limit);
            Text(Cow::Owned(text))
        }
        _ => text.into(),
    }
}

pub(super) fn step_result<'a>(step: &'a Step, options: &'a EncodeOptions, evidence: &mut Gathering) -> StepResult<'a> {
    let limit = options.target.step_text_limit();
    let status = match step.status_name.as_str() {
        // Custom statuses of runs do not apply to steps (spec section 5).
        "" => options.target.status(step.outcome),
        word => options.statuses.handed_on(word, step.outcome),
    };
    StepResult {
        status: status.into(),
        comment: (!step.comment.is_empty()).then(|| fitting(&step.comment, limit)),
        actual_result: (!step.actual_result.is_empty()).then(|| fitting(&step.actual_result, limit)),
        defects: Texts::distinct(&step.defects, key::is_issue_key),
        evidences: evidence.items(&step.attachments),
    }
}

/// A field that the target can find and whose value is JSON.
fn custom_field(field: &CustomField, target: Target) -> Option<Field<'_>> {
    let id = (!field.id.is_empty()).then(|| field.id.as_str().into());
    let name = (!field.name.is_empty() && target == Target::Cloud).then(|| field.name.as_str().into());
    if id.is_none() && name.is_none() {
        return None;
    }
    let value = serde_json::from_str::<&RawValue>(&field.value).ok()?;
    Some(Field { id, name, value })
}
