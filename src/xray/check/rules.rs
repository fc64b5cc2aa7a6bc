//! The rules of the strict schemas, property by property.

use std::collections::HashSet;

use crate::model::key;
use crate::xray::encode::is_label;
use crate::xray::evidence::is_media_type;
use crate::xray::flavour::Target;
use crate::xray::wire::Text;

use super::Checking;
use super::shape::{Evidence, Field, Info, Iteration, Step, Test, TestInfo, TestStep};

/// Path of a property.
fn at(path: &str, name: &str) -> String {
    format!("{path}.{name}")
}

/// Path of an element.
fn nth(path: &str, name: &str, index: usize) -> String {
    format!("{path}.{name}[{index}]")
}

pub(super) fn info(info: &Info<'_>, checking: &mut Checking) {
    let path = "info";
    checking.text(path, "project", &info.project, "a project key", key::is_project_key);
    checking.text(path, "summary", &info.summary, "a summary", is_summary);
    checking.text(path, "description", &info.description, "a description", is_description);
    checking.text(path, "version", &info.version, "filled", is_filled);
    checking.text(path, "revision", &info.revision, "filled", is_filled);
    checking.text(path, "user", &info.user, "filled", is_filled);
    checking.text(path, "startDate", &info.start_date, "a date", is_date);
    checking.text(path, "finishDate", &info.finish_date, "a date", is_date);
    checking.text(path, "testPlanKey", &info.test_plan_key, "a key", key::is_issue_key);
    checking.set(path, "testEnvironments", &info.test_environments, "an environment", is_label);
}

/// Whether a time is before another one of the same zone.
fn is_before(one: &str, other: &str) -> bool {
    const SECONDS: usize = "2024-05-02T10:00:00".len();
    match (one.split_at_checked(SECONDS), other.split_at_checked(SECONDS)) {
        (Some((one, zone)), Some((other, same))) => zone == same && one < other,
        _ => false,
    }
}

pub(super) fn test(test: &Test<'_>, path: &str, checking: &mut Checking) {
    if test.test_key.is_none() && test.test_info.is_none() {
        checking.fault(path, "neither testKey nor testInfo");
    }
    checking.text(path, "testKey", &test.test_key, "a key", key::is_issue_key);
    if let Some(info) = &test.test_info {
        test_info(info, &at(path, "testInfo"), checking);
    }
    checking.text(path, "start", &test.start, "a date", is_date);
    checking.text(path, "finish", &test.finish, "a date", is_date);
    if let (Some(start), Some(finish)) = (&test.start, &test.finish)
        && is_before(finish.as_str(), start.as_str())
    {
        checking.fault(path, "it finishes before it starts");
    }
    checking.text(path, "executedBy", &test.executed_by, "filled", is_filled);
    checking.text(path, "assignee", &test.assignee, "filled", is_filled);
    checking.status(path, &test.status);
    let kinds = [test.steps.is_some(), test.examples.is_some(), test.iterations.is_some()];
    if kinds.iter().filter(|kind| **kind).count() > 1 {
        checking.fault(path, "more than one of steps, examples and iterations");
    }
    checking.steps(path, &test.steps);
    checking.examples(path, &test.examples);
    checking.filled_list(path, "iterations", &test.iterations);
    for (index, element) in test.iterations.iter().flatten().enumerate() {
        iteration(element, &nth(path, "iterations", index), checking);
    }
    checking.set(path, "defects", &test.defects, "a key", key::is_issue_key);
    checking.evidence(path, &test.evidence, &test.evidences);
    checking.filled_list(path, "customFields", &test.custom_fields);
    for (index, field) in test.custom_fields.iter().flatten().enumerate() {
        custom_field(field, &nth(path, "customFields", index), checking);
    }
    checking.foreign(path, "testVersion", Target::Cloud, &test.test_version);
    checking.text(path, "testVersion", &test.test_version, "filled", is_filled);
    if test.test_version.is_some() && test.test_key.is_none() {
        checking.fault(&at(path, "testVersion"), "without a testKey");
    }
}

fn test_info(info: &TestInfo<'_>, path: &str, checking: &mut Checking) {
    checking.required(path, "summary", &info.summary);
    checking.text(path, "summary", &info.summary, "a summary", is_summary);
    checking.required(path, "projectKey", &info.project_key);
    checking.text(path, "projectKey", &info.project_key, "a project key", key::is_project_key);
    checking.set(path, "requirementKeys", &info.requirement_keys, "a key", key::is_issue_key);
    checking.set(path, "labels", &info.labels, "a label", is_label);
    checking.foreign(path, "testType", Target::Cloud, &info.test_type);
    checking.foreign(path, "type", Target::Server, &info.cloud_type);
    let kind = match checking.target {
        Target::Server => &info.test_type,
        Target::Cloud => &info.cloud_type,
    };
    let kind_name = checking.target.type_property();
    checking.required(path, kind_name, kind);
    checking.text(path, kind_name, kind, "filled", is_filled);
    let contents = [info.steps.is_some(), info.scenario.is_some(), info.definition.is_some()];
    if contents.iter().filter(|content| **content).count() > 1 {
        checking.fault(path, "more than one of steps, scenario and definition");
    }
    match kind.as_ref().map(Text::as_str) {
        Some("Generic") => checking.required(path, "definition", &info.definition),
        Some("Cucumber") => checking.required(path, "scenario", &info.scenario),
        _ => {}
    }
    checking.text(path, "scenario", &info.scenario, "filled", is_filled);
    checking.text(path, "definition", &info.definition, "filled", is_filled);
    checking.foreign(path, "description", Target::Cloud, &info.description);
    checking.text(path, "description", &info.description, "a description", is_description);
    checking.foreign(path, "scenarioType", Target::Cloud, &info.scenario_type);
    let is_type = |text: &str| matches!(text, "Scenario" | "Scenario Outline");
    checking.text(path, "scenarioType", &info.scenario_type, "a type of scenario", is_type);
    if info.scenario_type.is_some() && info.scenario.is_none() {
        checking.fault(&at(path, "scenarioType"), "without a scenario");
    }
    checking.filled_list(path, "steps", &info.steps);
    for (index, step) in info.steps.iter().flatten().enumerate() {
        test_step(step, &nth(path, "steps", index), checking);
    }
}

fn test_step(step: &TestStep<'_>, path: &str, checking: &mut Checking) {
    checking.required(path, "action", &step.action);
    checking.text(path, "action", &step.action, "filled", is_filled);
    for (name, text) in [("action", &step.action), ("data", &step.data), ("result", &step.result)] {
        checking.step_text(path, name, text);
    }
}

fn step(step: &Step<'_>, path: &str, checking: &mut Checking) {
    checking.status(path, &step.status);
    checking.step_text(path, "comment", &step.comment);
    checking.step_text(path, "actualResult", &step.actual_result);
    checking.evidence(path, &step.evidence, &step.evidences);
    checking.set(path, "defects", &step.defects, "a key", key::is_issue_key);
}

fn iteration(iteration: &Iteration<'_>, path: &str, checking: &mut Checking) {
    checking.status(path, &iteration.status);
    checking.required(path, "parameters", &iteration.parameters);
    checking.filled_list(path, "parameters", &iteration.parameters);
    for (index, parameter) in iteration.parameters.iter().flatten().enumerate() {
        let path = nth(path, "parameters", index);
        checking.required(&path, "name", &parameter.name);
        checking.required(&path, "value", &parameter.value);
        checking.text(&path, "name", &parameter.name, "filled", is_filled);
    }
    checking.steps(path, &iteration.steps);
    checking.foreign(path, "name", Target::Server, &iteration.name);
    checking.foreign(path, "log", Target::Server, &iteration.log);
    checking.foreign(path, "duration", Target::Server, &iteration.duration);
    checking.text(path, "name", &iteration.name, "filled", is_filled);
}

fn evidence_item(item: &Evidence<'_>, path: &str, checking: &mut Checking) {
    checking.checked.evidence += 1;
    checking.required(path, "data", &item.data);
    checking.required(path, "filename", &item.filename);
    checking.required(path, "contentType", &item.content_type);
    // The data may be long: a fault does not repeat it.
    if item.data.as_ref().is_some_and(|data| !is_base64(data.as_str())) {
        checking.fault(&at(path, "data"), "not base64");
    }
    checking.text(path, "filename", &item.filename, "a file name", is_file_name);
    checking.text(path, "contentType", &item.content_type, "a media type", is_media_type);
}

fn custom_field(field: &Field<'_>, path: &str, checking: &mut Checking) {
    checking.required(path, "value", &field.value);
    checking.foreign(path, "name", Target::Server, &field.name);
    checking.text(path, "name", &field.name, "filled", is_filled);
    if field.id.is_none() && (checking.target == Target::Server || field.name.is_none()) {
        checking.fault(&at(path, "id"), "missing");
    }
    if let Some(id) = field.id {
        let is_text = id.get().starts_with('"') && id.get() != "\"\"";
        let is_number = id.get().parse::<u64>().is_ok_and(|number| number > 0);
        if !is_text && (checking.target == Target::Cloud || !is_number) {
            checking.fault(&at(path, "id"), "not the id of a custom field");
        }
    }
}

impl Checking {
    fn required<T>(&mut self, path: &str, name: &str, value: &Option<T>) {
        if value.is_none() {
            self.fault(&at(path, name), "missing");
        }
    }

    /// A property that one product does not know.
    fn foreign<T>(&mut self, path: &str, name: &str, unknown_to: Target, value: &Option<T>) {
        if value.is_some() && self.target == unknown_to {
            self.fault(&at(path, name), format_args!("unknown to the target {}", unknown_to.name()));
        }
    }

    fn text(&mut self, path: &str, name: &str, text: &Option<Text<'_>>, what: &str, fits: impl Fn(&str) -> bool) {
        if let Some(text) = text.as_ref().filter(|text| !fits(text.as_str())) {
            let shown: String = text.as_str().chars().take(60).collect();
            self.fault(&at(path, name), format_args!("{shown:?} is not {what}"));
        }
    }

    fn status(&mut self, path: &str, status: &Option<Text<'_>>) {
        self.required(path, "status", status);
        let foreign = self.target.foreign_words();
        self.text(path, "status", status, "a status of the target", |word| {
            !word.is_empty() && !foreign.contains(&word)
        });
    }

    fn filled_list<T>(&mut self, path: &str, name: &str, list: &Option<Vec<T>>) {
        if list.as_ref().is_some_and(Vec::is_empty) {
            self.fault(&at(path, name), "empty");
        }
    }

    /// A list of distinct texts.
    fn set(&mut self, path: &str, name: &str, list: &Option<Vec<Text<'_>>>, what: &str, fits: impl Fn(&str) -> bool) {
        self.filled_list(path, name, list);
        let mut known = HashSet::new();
        for (index, text) in list.iter().flatten().enumerate() {
            if !fits(text.as_str()) {
                let shown: String = text.as_str().chars().take(60).collect();
                self.fault(&nth(path, name, index), format_args!("{shown:?} is not {what}"));
            } else if !known.insert(text.as_str()) {
                self.fault(&nth(path, name, index), format_args!("{:?} is there twice", text.as_str()));
            }
        }
    }

    fn examples(&mut self, path: &str, examples: &Option<Vec<Text<'_>>>) {
        self.filled_list(path, "examples", examples);
        let words = self.target.example_words();
        for (index, word) in examples.iter().flatten().enumerate() {
            if !words.contains(&word.as_str()) {
                self.fault(&nth(path, "examples", index), format_args!("{:?} is not one of {words:?}", word.as_str()));
            }
        }
    }

    fn steps(&mut self, path: &str, steps: &Option<Vec<Step<'_>>>) {
        self.filled_list(path, "steps", steps);
        for (index, element) in steps.iter().flatten().enumerate() {
            step(element, &nth(path, "steps", index), self);
        }
    }

    fn step_text(&mut self, path: &str, name: &str, text: &Option<Text<'_>>) {
        let Some(limit) = self.target.step_text_limit() else { return };
        if text.as_ref().is_some_and(|text| text.as_str().chars().count() > limit) {
            self.fault(&at(path, name), format_args!("longer than {limit} characters"));
        }
    }

    fn evidence(&mut self, path: &str, cloud: &Option<Vec<Evidence<'_>>>, server: &Option<Vec<Evidence<'_>>>) {
        self.foreign(path, "evidence", Target::Server, cloud);
        self.foreign(path, "evidences", Target::Cloud, server);
        for (name, list) in [("evidence", cloud), ("evidences", server)] {
            self.filled_list(path, name, list);
            for (index, item) in list.iter().flatten().enumerate() {
                evidence_item(item, &nth(path, name, index), self);
            }
        }
    }
}

fn is_filled(text: &str) -> bool {
    !text.is_empty()
}

fn is_summary(text: &str) -> bool {
    !text.is_empty() && text.chars().count() <= 255 && !text.contains(['\r', '\n'])
}

fn is_description(text: &str) -> bool {
    text.chars().count() <= 32_767
}

fn is_file_name(text: &str) -> bool {
    !text.is_empty() && text.chars().count() <= 255 && !text.contains(['/', '\\'])
}

/// Standard base64 with padding; unused bits are not looked at, as by the schema's pattern.
fn is_base64(data: &str) -> bool {
    let digits = data.strip_suffix("==").or_else(|| data.strip_suffix('=')).unwrap_or(data);
    data.len().is_multiple_of(4)
        && digits.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'+' || byte == b'/')
}

/// `2014-08-30T11:47:35+01:00` or `…Z`: whole seconds with an offset.
fn is_date(text: &str) -> bool {
    let bytes = text.as_bytes();
    let two = |place: usize| -> Option<u8> {
        match bytes.get(place..place + 2)? {
            [tens @ b'0'..=b'9', ones @ b'0'..=b'9'] => Some((tens - b'0') * 10 + (ones - b'0')),
            _ => None,
        }
    };
    let within = |place: usize, least: u8, most: u8| two(place).is_some_and(|value| (least..=most).contains(&value));
    let signs = [(4, b'-'), (7, b'-'), (10, b'T'), (13, b':'), (16, b':')];
    let offset_fits = match bytes.get(19..).unwrap_or(b"") {
        [b'Z'] => true,
        [b'+' | b'-', _, _, b':', _, _] => within(20, 0, 23) && within(23, 0, 59),
        _ => false,
    };
    offset_fits
        && signs.iter().all(|(place, sign)| bytes.get(*place) == Some(sign))
        && two(0).is_some()
        && two(2).is_some()
        && within(5, 1, 12)
        && within(8, 1, 31)
        && within(11, 0, 23)
        && within(14, 0, 59)
        && within(17, 0, 59)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_may_be_as_long_as_their_limit() {
        let long = |length: usize| "\u{fc}".repeat(length);
        assert!(is_summary(&long(255)) && !is_summary(&long(256)));
        assert!(is_description(&long(32_767)) && !is_description(&long(32_768)));
        assert!(is_file_name(&long(255)) && !is_file_name(&long(256)));
    }
}
