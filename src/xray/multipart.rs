//! The `info` part of a multipart import: the issue that Jira is to make of a Test Execution (spec xray-json.md section 6).
//!
//! Jira's fields differ from instance to instance, so what is written comes from a template: JSON in whose texts
//! `{{summary}}` and the like stand for what is known of the Test Execution. What is not known vanishes, together with
//! the member or element that held nothing else.

use serde_json::{Map, Value};

use super::execution::ExecutionInfo;
use super::flavour::Target;
use super::wire::Second;

/// What can be filled in, in the order in which it is told to people.
const NAMES: [&str; 12] = [
    "id",
    "source",
    "project",
    "summary",
    "description",
    "version",
    "revision",
    "user",
    "start",
    "finish",
    "test_plan",
    "environments",
];

/// Nesting that a template may have.
const DEEPEST: usize = 32;

/// Project, title and type are what Jira asks for. Environments and Test Plan are custom fields of the instance here.
const SERVER: &str = r#"{"fields":{"project":{"key":"{{project}}"},"summary":"{{summary}}","description":"{{description}}",
"issuetype":{"name":"Test Execution"},"fixVersions":[{"name":"{{version}}"}]}}"#;

/// Cloud takes Xray's own fields by name; `testEnvironments` is refused, the name is `environments`.
const CLOUD: &str = r#"{"fields":{"project":{"key":"{{project}}"},"summary":"{{summary}}","description":"{{description}}",
"issuetype":{"name":"Test Execution"},"fixVersions":[{"name":"{{version}}"}]},
"xrayFields":{"testPlanKey":"{{test_plan}}","environments":"{{environments}}"}}"#;

/// A template that has been checked.
#[derive(Debug, Clone, PartialEq)]
pub struct InfoTemplate(Value);

/// What a Test Execution is called in the output folder.
#[derive(Debug, Clone, Copy)]
pub struct ExecutionName<'a> {
    /// First part of its bundles' names.
    pub id: &'a str,
    /// What its reports have in common.
    pub source: &'a str,
}

impl InfoTemplate {
    /// The template of a target: what every instance understands.
    pub fn of_target(target: Target) -> InfoTemplate {
        let text = match target {
            Target::Server => SERVER,
            Target::Cloud => CLOUD,
        };
        // Both are JSON: a test fills them.
        InfoTemplate(serde_json::from_str(text).unwrap_or_default())
    }

    /// The user's template.
    ///
    /// # Errors
    /// What is wrong with it, in words that name the place.
    pub fn parse(text: &str) -> Result<InfoTemplate, String> {
        // PowerShell and editors of Windows mark what they write as UTF-8.
        let text = text.strip_prefix('\u{FEFF}').unwrap_or(text);
        let value: Value = serde_json::from_str(text).map_err(|error| error.to_string())?;
        if !value.is_object() {
            return Err("the template is no JSON object".to_owned());
        }
        check(&value, DEEPEST)?;
        Ok(InfoTemplate(value))
    }

    /// The template as JSON.
    pub fn as_value(&self) -> &Value {
        &self.0
    }

    /// The `info` part of one Test Execution, as JSON with a line end after it.
    pub fn fill(&self, name: ExecutionName<'_>, info: &ExecutionInfo) -> Vec<u8> {
        let filled = fill(&self.0, &Known { name, info }).unwrap_or_else(|| Value::Object(Map::new()));
        let mut text = format!("{filled:#}").into_bytes();
        text.push(b'\n');
        text
    }
}

struct Known<'k> {
    name: ExecutionName<'k>,
    info: &'k ExecutionInfo,
}

impl Known<'_> {
    /// What `name` stands for; empty when that is not known.
    fn text(&self, name: &str) -> String {
        let info = self.info;
        let time = |time: Option<Second>| time.map_or_else(String::new, |time| time.as_str().to_owned());
        match name {
            "id" => self.name.id.to_owned(),
            "source" => self.name.source.to_owned(),
            "project" => info.stated.project.clone(),
            "summary" => info.stated.summary.clone(),
            "description" => info.stated.description.clone(),
            "version" => info.stated.version.clone(),
            "revision" => info.stated.revision.clone(),
            "user" => info.stated.user.clone(),
            "start" => time(info.stated.start.map(|start| Second::of(start.floor_to_second()))),
            "finish" => time(info.stated.finish.map(|finish| Second::of(finish.ceil_to_second()))),
            "test_plan" => info.stated.test_plan.clone(),
            _ => super::execution::distinct_environments(&info.environments).join(" "),
        }
    }
}

/// `None`: nothing is left of it.
fn fill(template: &Value, known: &Known<'_>) -> Option<Value> {
    match template {
        Value::Object(members) => {
            let filled = members.iter().filter_map(|(name, value)| Some((name.clone(), fill(value, known)?)));
            let filled: Map<String, Value> = filled.collect();
            (!filled.is_empty() || members.is_empty()).then_some(Value::Object(filled))
        }
        Value::Array(elements) => {
            let filled: Vec<Value> = elements.iter().filter_map(|value| fill(value, known)).collect();
            (!filled.is_empty() || elements.is_empty()).then_some(Value::Array(filled))
        }
        // Alone, they are a list.
        Value::String(text) if text == "{{environments}}" => {
            let environments = super::execution::distinct_environments(&known.info.environments);
            (!environments.is_empty()).then(|| Value::from(environments))
        }
        Value::String(text) => filled_text(text, known).map(Value::String),
        other => Some(other.clone()),
    }
}

/// The text with what is known. A text that is nothing but one name vanishes when that is not known.
fn filled_text(text: &str, known: &Known<'_>) -> Option<String> {
    let mut filled = String::new();
    let mut rest = text;
    while let Some((before, name, after)) = next_name(rest) {
        let value = known.text(name);
        if value.is_empty() && before.is_empty() && after.is_empty() && filled.is_empty() {
            return None;
        }
        filled.push_str(before);
        filled.push_str(&value);
        rest = after;
    }
    filled.push_str(rest);
    Some(filled)
}

/// What stands before the next `{{name}}`, the name, and what stands behind.
fn next_name(text: &str) -> Option<(&str, &str, &str)> {
    let (before, rest) = text.split_once("{{")?;
    let (name, after) = rest.split_once("}}")?;
    Some((before, name.trim(), after))
}

fn check(value: &Value, depth: usize) -> Result<(), String> {
    let Some(depth) = depth.checked_sub(1) else { return Err("the template is nested too deeply".to_owned()) };
    match value {
        Value::Object(members) => members.values().try_for_each(|value| check(value, depth)),
        Value::Array(elements) => elements.iter().try_for_each(|value| check(value, depth)),
        Value::String(text) => {
            let mut rest = text.as_str();
            while let Some((_, name, after)) = next_name(rest) {
                if !NAMES.contains(&name) {
                    return Err(format!("{{{{{name}}}}} is not known; there is {}", NAMES.join(", ")));
                }
                rest = after;
            }
            Ok(())
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::model::{StatedExecution, Timestamp};

    const NAME: ExecutionName<'static> = ExecutionName { id: "night", source: "night.zip" };

    fn filled(template: &InfoTemplate, info: &ExecutionInfo) -> Value {
        serde_json::from_slice(&template.fill(NAME, info)).unwrap()
    }

    fn info() -> ExecutionInfo {
        ExecutionInfo {
            stated: StatedExecution {
                project: "DEMO".to_owned(),
                summary: "Night \"7\"".to_owned(),
                start: Some(Timestamp::from_nanos(1)),
                ..StatedExecution::default()
            },
            ..ExecutionInfo::default()
        }
    }

    #[test]
    fn the_templates_of_the_targets_hold_what_is_known_and_nothing_else() {
        let bare = json!({"fields": {
            "project": {"key": "DEMO"}, "summary": "Night \"7\"", "issuetype": {"name": "Test Execution"}
        }});
        for target in [Target::Server, Target::Cloud] {
            assert_eq!(filled(&InfoTemplate::of_target(target), &info()), bare);
        }
        let mut info = info();
        info.stated.version = "2.0".to_owned();
        info.stated.test_plan = "DEMO-3".to_owned();
        info.environments = vec!["chrome".to_owned(), "linux 6".to_owned()];
        let cloud = filled(&InfoTemplate::of_target(Target::Cloud), &info);
        assert_eq!(cloud["xrayFields"], json!({"testPlanKey": "DEMO-3", "environments": ["chrome", "linux_6"]}));
        assert_eq!(cloud["fields"]["fixVersions"], json!([{"name": "2.0"}]));
    }

    #[test]
    fn a_template_of_the_user_can_say_anything() {
        let text = r#"{"fields": {"summary": "{{ id }} of {{source}} {{version}}", "customfield_1": "{{environments}}",
            "customfield_2": ["{{test_plan}}", 7, null], "labels": [], "x": {"began": "{{start}}", "end": "{{finish}}"}}}"#;
        let template = InfoTemplate::parse(text).unwrap();
        assert_eq!(
            filled(&template, &info()),
            json!({"fields": {
                "summary": "night of night.zip ", "customfield_2": [7, null], "labels": [],
                "x": {"began": "1970-01-01T00:00:00Z"}
            }})
        );
    }

    #[test]
    fn what_is_wrong_with_a_template_is_told() {
        assert!(InfoTemplate::parse("[]").unwrap_err().contains("no JSON object"));
        assert!(InfoTemplate::parse("{\"a\":").is_err());
        let unknown = InfoTemplate::parse(r#"{"a": ["{{Summary}}"]}"#).unwrap_err();
        assert!(unknown.starts_with("{{Summary}} is not known; there is id, source"), "{unknown}");
        let deep = format!("{}1{}", "{\"a\":".repeat(40), "}".repeat(40));
        assert!(InfoTemplate::parse(&deep).unwrap_err().contains("nested"));
    }
}
