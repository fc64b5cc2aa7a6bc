//! What only one of several results can give the run that stands for them: its steps, rows or data rows as a report in
//! the target's own format states them, who executed it, and the value of a custom field. What the result that decides does not state comes from the
//! next one that does; what others say otherwise is said in the comment.

use std::cell::LazyCell;
use std::collections::{HashMap, HashSet};
use std::fmt::Write;

use serde_json::value::RawValue;

use super::merge::Results;
use super::wire::{self, Field, IterationResult, Run, StepResult, Text};

/// A statement of which a run has one, and what it is called.
type Single<'a, 'r> = (&'static str, Option<&'a Text<'r>>);

impl<'r> Results<'_, 'r> {
    /// The result whose steps or rows are those of the merged run.
    pub(super) fn giver(&self) -> usize {
        let model = self.verdict.model;
        let states_some = |index: &usize| self.notes[*index].stated;
        let others = || self.deciding.iter().copied().find(states_some);
        if has_parts(&self.runs[model]) { model } else { others().unwrap_or(model) }
    }

    /// What `of` finds in the result that decides, or else in the first that has it, those that count first.
    pub(super) fn first_stated(&self, of: impl Fn(&Run<'r>) -> Option<Text<'r>>) -> Option<Text<'r>> {
        self.those_that_count_first().find_map(of)
    }

    fn those_that_count_first(&self) -> impl Iterator<Item = &Run<'r>> {
        let counting = std::iter::once(&self.verdict.model).chain(&self.deciding).map(|index| &self.runs[*index]);
        counting.chain(&self.runs)
    }

    /// Every custom field that any result has, in order, each with the value of the result that decides, or else of the
    /// first that has it.
    pub(super) fn custom_fields(&self) -> Vec<Field<'r>> {
        let mut decided = HashMap::new();
        for field in self.those_that_count_first().flat_map(|run| &run.custom_fields) {
            decided.entry(field.key()).or_insert(field);
        }
        let fields = self.runs.iter().flat_map(|run| &run.custom_fields);
        fields.filter_map(|field| decided.remove(&field.key()).cloned()).collect()
    }

    /// Defects that steps state which the merged run has not.
    pub(super) fn defects_passed_over(&self) -> impl Iterator<Item = Text<'r>> {
        let giver = self.giver();
        let defects_of = |index: usize| {
            let steps = wire::all_steps(&self.runs[index]);
            steps.flat_map(|step| step.defects.clone().into_own())
        };
        let kept: HashSet<Text<'r>> = defects_of(giver).collect();
        let passed_over = move |index: &usize| *index != giver && self.notes[*index].stated;
        let results = self.deciding.iter().copied().filter(passed_over);
        results.flat_map(defects_of).filter(move |defect| !kept.contains(defect))
    }

    /// What each result that counts states otherwise than `run`, which stands for all; empty for nearly all.
    pub(super) fn said_otherwise(&self, run: &Run<'r>) -> Vec<String> {
        let (giver, parts_are_kept) = (self.giver(), self.keeps_all_parts());
        // Results of other formats state none, and have many steps where these are written.
        let parts_of_giver = LazyCell::new(|| parts_as_text(&self.runs[giver]));
        let taken_fields = run.custom_fields.iter().map(|field| (field.key(), field.value)).collect();
        let of_result = |(number, index): (usize, &usize)| {
            let other = &self.runs[*index];
            let mut text = String::new();
            for ((name, said), (_, taken)) in singles(other).into_iter().zip(singles(run)) {
                if let Some(said) = said.filter(|said| taken != Some(*said)) {
                    let _ = write!(text, "\n{name}: {}", said.as_str());
                }
            }
            fields_as_text(&other.custom_fields, &taken_fields, &mut text);
            if !parts_are_kept && self.notes[*index].stated && *index != giver {
                let parts = parts_as_text(other);
                text.push_str(if parts == *parts_of_giver { "" } else { &parts });
            }
            (!text.is_empty()).then(|| format!("result {number} ({}):{text}", other.status.as_str()))
        };
        (1..).zip(&self.deciding).filter_map(of_result).collect()
    }
}

fn singles<'a, 'r>(run: &'a Run<'r>) -> [Single<'a, 'r>; 3] {
    [
        ("executedBy", run.executed_by.as_ref()),
        ("assignee", run.assignee.as_ref()),
        ("testVersion", run.test_version.as_ref()),
    ]
}

/// What tells a custom field from others, and the value that the merged run has.
type Taken<'a> = HashMap<(Option<&'a str>, Option<&'a str>), &'a RawValue>;

/// A line for each field whose value is not the one that was `taken`, with both.
fn fields_as_text(fields: &[Field<'_>], taken: &Taken<'_>, text: &mut String) {
    for field in fields {
        let value = field.value.get();
        let kept = taken.get(&field.key()).map(|kept| kept.get());
        if let Some(kept) = kept.filter(|kept| *kept != value) {
            let _ = write!(text, "\ncustom field {}: {value} (the run has {kept})", field.called());
        }
    }
}

fn has_parts(run: &Run<'_>) -> bool {
    !(run.steps.is_empty() && run.examples.is_empty() && run.iterations.is_empty())
}

/// A line for each step and row, each behind a line end.
fn parts_as_text(run: &Run<'_>) -> String {
    let mut text = String::new();
    write_steps(&run.steps, "", &mut text);
    for (number, status) in (1..).zip(&run.examples) {
        let _ = write!(text, "\nexample {number}: {}", status.as_str());
    }
    for (number, row) in (1..).zip(&run.iterations) {
        write_row(number, row, &mut text);
    }
    text
}

fn write_row(number: usize, row: &IterationResult<'_>, text: &mut String) {
    let data = row.parameters.iter().map(|one| format!("{}={}", one.name.as_str(), one.value.as_str()));
    let data = data.collect::<Vec<_>>().join(", ");
    let _ = write!(text, "\niteration {number} ({data}): {}", row.status.as_str());
    if let Some(log) = &row.log {
        let _ = write!(text, " {}", log.as_str());
    }
    write_steps(&row.steps, &format!("iteration {number}, "), text);
}

fn write_steps(steps: &[StepResult<'_>], before: &str, text: &mut String) {
    for (number, step) in (1..).zip(steps) {
        let _ = write!(text, "\n{before}step {number}: {}", step.status.as_str());
        for said in [&step.comment, &step.actual_result].into_iter().flatten() {
            let _ = write!(text, " {}", said.as_str());
        }
    }
}
