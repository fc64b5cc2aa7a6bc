//! What stands around the runs of a bundle: its head, what parts two runs, its tail (spec xray-json.md section 9).

use std::collections::HashSet;

use crate::model::{ExecutionField, StatedExecution, shorten};

use super::bind::with_key;
use super::encode::{DESCRIPTION_LIMIT, SUMMARY_LIMIT};
use super::json::{self, Object};
use super::wire::Second;

/// What parts two runs.
pub const SEPARATOR: &[u8] = b",\n";

/// What ends a bundle.
pub const TAIL: &[u8] = b"\n]}\n";

/// Fields of the Test Execution issue; what is empty is not written.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ExecutionInfo {
    /// What a report may state of it, too. The summary is one that the strict schema asks for; the user is a user name (Server) or
    /// an account id (Cloud); start and finish are those of the earliest and the latest run.
    pub stated: StatedExecution,
    /// Test environments: together one combination.
    pub environments: Vec<String>,
}

/// The name that a field has in the `info` of a document.
pub(crate) fn name_of_field(field: ExecutionField) -> &'static str {
    match field {
        ExecutionField::Project => "project",
        ExecutionField::Summary => "summary",
        ExecutionField::Description => "description",
        ExecutionField::Version => "version",
        ExecutionField::Revision => "revision",
        ExecutionField::User => "user",
        ExecutionField::TestPlan => "testPlanKey",
    }
}

/// Head of the first bundle: `info`, behind the key when that is known. An `info` that says nothing is not written.
pub(crate) fn first_head(info: &ExecutionInfo, key: Option<&str>) -> Vec<u8> {
    let mut fields = Vec::new();
    write_info(info, &mut fields);
    let is_empty = fields == b"{}";
    let mut head = key.map_or_else(|| b"{".to_vec(), |key| with_key(Some(key)));
    if !is_empty {
        head.extend_from_slice(if key.is_some() { b",\"info\":" } else { b"\"info\":" });
        head.extend_from_slice(&fields);
    }
    head.extend_from_slice(if key.is_none() && is_empty { b"\"tests\":[\n" } else { b",\"tests\":[\n" });
    head
}

/// Head of a later bundle; without a key, of one that waits for it.
pub fn later_head(key: Option<&str>) -> Vec<u8> {
    let mut head = with_key(key);
    head.extend_from_slice(b",\"tests\":[\n");
    head
}

fn write_info(info: &ExecutionInfo, out: &mut Vec<u8>) {
    let start = info.stated.start.map(|start| Second::of(start.floor_to_second()));
    let finish = info.stated.finish.map(|finish| Second::of(finish.ceil_to_second()));
    let finish = start.map_or(finish, |start| finish.map(|finish| finish.max(start)));
    let mut description = info.stated.description.clone();
    shorten::head_and_tail(&mut description, DESCRIPTION_LIMIT);
    let mut object = Object::open(out);
    object.filled("project", &info.stated.project);
    object.filled("summary", &shorten::one_line(&info.stated.summary, SUMMARY_LIMIT));
    object.filled("description", &description);
    object.filled("version", &info.stated.version);
    object.filled("revision", &info.stated.revision);
    object.filled("user", &info.stated.user);
    object.filled("startDate", start.as_ref().map_or("", Second::as_str));
    object.filled("finishDate", finish.as_ref().map_or("", Second::as_str));
    object.filled("testPlanKey", &info.stated.test_plan);
    let environments = distinct_environments(&info.environments);
    object.array("testEnvironments", &environments, |out, name| json::string(out, name));
    object.close();
}

/// Environments are label-like: blanks become `_`, none is written twice.
pub(super) fn distinct_environments(given: &[String]) -> Vec<String> {
    let mut environments: Vec<String> = Vec::new();
    let mut met = HashSet::new();
    for name in given {
        let blank = |c: char| c.is_whitespace() || c == '\u{feff}';
        let name: String = name.trim().chars().map(|c| if blank(c) { '_' } else { c }).take(255).collect();
        if !name.is_empty() && met.insert(name.clone()) {
            environments.push(name);
        }
    }
    environments
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_is_written_under_its_name() {
        for (field, _) in StatedExecution::default().texts() {
            let mut info = ExecutionInfo::default();
            info.stated.text_mut(field).push_str("DEMO-9");
            let head = String::from_utf8(first_head(&info, None)).unwrap();
            assert!(head.starts_with(&format!("{{\"info\":{{\"{}\":\"DEMO-9\"}}", name_of_field(field))), "{head}");
        }
    }
}
