//! The fields of a Test Execution as a file beside reports states them: the `info` of an import, or the Jira issue of a
//! multipart import (spec xray-json.md sections 2.2 and 6).

use std::fmt;

use serde_json::{Map, Value};

use crate::model::key;

use super::execution::ExecutionInfo;

/// What such a file says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct StatedInfo {
    /// The fields that are known; the others are empty.
    pub info: ExecutionInfo,
    /// Names of what it says beyond them.
    pub unused: Vec<String>,
}

/// Why a file is none of these.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InfoError(String);

impl fmt::Display for InfoError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for InfoError {}

/// Reads the payload of a Jira issue (`{"fields": …}`), a document with `info`, or that object alone.
///
/// # Errors
/// When it is neither, or holds a key that Jira could not have.
pub fn read_info(bytes: &[u8]) -> Result<StatedInfo, InfoError> {
    // PowerShell and editors of Windows mark what they write as UTF-8.
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    let root: Value = serde_json::from_slice(bytes).map_err(|error| InfoError(format!("it is no JSON: {error}")))?;
    let Value::Object(root) = root else { return Err(InfoError("it is no JSON object".to_owned())) };
    let mut stated = StatedInfo::default();
    match (root.get("fields"), root.get("info")) {
        (Some(Value::Object(fields)), _) => {
            stated.take_fields(fields);
            if let Some(Value::Object(fields)) = root.get("xrayFields") {
                stated.take_xray_fields(fields);
            }
        }
        (_, Some(Value::Object(info))) => stated.take_info("info.", info),
        _ => stated.take_info("", &root),
    }
    stated.check()
}

impl StatedInfo {
    /// Whether it says when the Test Execution began or ended, which the runs say themselves.
    pub fn has_times(&self) -> bool {
        self.unused.iter().any(|name| name.ends_with("startDate") || name.ends_with("finishDate"))
    }

    fn take_info(&mut self, place: &str, info: &Map<String, Value>) {
        for (name, value) in info {
            let taken = match name.as_str() {
                "project" => text(value, &mut self.info.stated.project),
                "summary" => text(value, &mut self.info.stated.summary),
                "description" => text(value, &mut self.info.stated.description),
                "version" => text(value, &mut self.info.stated.version),
                "revision" => text(value, &mut self.info.stated.revision),
                "user" => text(value, &mut self.info.stated.user),
                "testPlanKey" => text(value, &mut self.info.stated.test_plan),
                "testEnvironments" => texts(value, &mut self.info.environments),
                // `startDate` and `finishDate` among them: the runs themselves say when they began and ended.
                _ => false,
            };
            if !taken {
                self.leave_unused(place, name);
            }
        }
    }

    fn take_fields(&mut self, fields: &Map<String, Value>) {
        for (name, value) in fields {
            let taken = match name.as_str() {
                "project" => value.get("key").is_some_and(|key| text(key, &mut self.info.stated.project)),
                "summary" => text(value, &mut self.info.stated.summary),
                "description" => text(value, &mut self.info.stated.description),
                "fixVersions" => {
                    let name = value.get(0).and_then(|version| version.get("name"));
                    name.is_some_and(|name| text(name, &mut self.info.stated.version))
                }
                // What is imported is a Test Execution in any case.
                "issuetype" => true,
                _ => false,
            };
            if !taken {
                self.leave_unused("fields.", name);
            }
        }
    }

    fn take_xray_fields(&mut self, fields: &Map<String, Value>) {
        for (name, value) in fields {
            let taken = match name.as_str() {
                "testPlanKey" => text(value, &mut self.info.stated.test_plan),
                "environments" => texts(value, &mut self.info.environments),
                _ => false,
            };
            if !taken {
                self.leave_unused("xrayFields.", name);
            }
        }
    }

    fn leave_unused(&mut self, place: &str, name: &str) {
        self.unused.push(format!("{place}{name}"));
    }

    fn check(self) -> Result<StatedInfo, InfoError> {
        let info = &self.info;
        if *info == ExecutionInfo::default() {
            return Err(InfoError("it states no field of a Test Execution".to_owned()));
        }
        if !info.stated.project.is_empty() && !key::is_project_key(&info.stated.project) {
            return Err(InfoError(format!("{:?} is no key of a project", info.stated.project)));
        }
        if !info.stated.test_plan.is_empty() && !key::is_issue_key(&info.stated.test_plan) {
            return Err(InfoError(format!("{:?} is no key of a Test Plan", info.stated.test_plan)));
        }
        match info.environments.iter().find(|name| name.contains(char::is_whitespace) || name.is_empty()) {
            Some(name) => Err(InfoError(format!("{name:?} is no name of a test environment: it has blanks"))),
            None => Ok(self),
        }
    }
}

fn text(value: &Value, into: &mut String) -> bool {
    value.as_str().is_some_and(|text| {
        text.trim().clone_into(into);
        true
    })
}

fn texts(value: &Value, into: &mut Vec<String>) -> bool {
    let Some(list) = value.as_array() else { return false };
    into.extend(list.iter().filter_map(Value::as_str).map(str::to_owned));
    true
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::StatedExecution;

    #[test]
    fn all_three_shapes_are_read() {
        let issue = br#"{"fields":{"project":{"key":"DEMO"},"summary":"A night","issuetype":{"name":"Test Execution"},
            "fixVersions":[{"name":"v1"}],"labels":["a"]},"xrayFields":{"testPlanKey":"DEMO-9","environments":["ios"]}}"#;
        let stated = read_info(issue).unwrap();
        let ExecutionInfo { stated: StatedExecution { project, summary, version, test_plan, .. }, environments } =
            &stated.info;
        assert_eq!(
            [project, summary, version, test_plan, &environments[0]].map(String::as_str),
            ["DEMO", "A night", "v1", "DEMO-9", "ios"]
        );
        assert_eq!(stated.unused, ["fields.labels"]);
        let info = br#"{"project":"DEMO","summary":" A night ","testEnvironments":["ios"],"startDate":"x","colour":1}"#;
        let bare = read_info(info).unwrap();
        assert_eq!(
            (bare.info.stated.summary.as_str(), bare.unused.join(" ")),
            ("A night", "colour startDate".to_owned())
        );
        assert_eq!((stated.has_times(), bare.has_times()), (false, true));
        assert_eq!(read_info(&[b"\xEF\xBB\xBF", &info[..]].concat()).unwrap(), bare, "with a mark of UTF-8");
        let inside = [&b"{\"info\":"[..], info, b",\"tests\":[]}"].concat();
        assert_eq!(read_info(&inside).unwrap().info, bare.info);
    }

    #[test]
    fn what_jira_could_not_take_is_refused() {
        let why = |text: &str| read_info(text.as_bytes()).unwrap_err().to_string();
        assert!(why("{").starts_with("it is no JSON: "));
        assert_eq!(why("[]"), "it is no JSON object");
        assert_eq!(why("{\"tests\":[]}"), "it states no field of a Test Execution");
        assert_eq!(why("{\"project\":\"demo\"}"), "\"demo\" is no key of a project");
        assert_eq!(why("{\"testPlanKey\":\"DEMO\"}"), "\"DEMO\" is no key of a Test Plan");
        assert!(why("{\"testEnvironments\":[\"a b\"]}").contains("blanks"));
    }
}
