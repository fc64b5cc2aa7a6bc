//! What stands around the runs of a bundle: its head, what parts two runs, its tail (spec xray-json.md section 9).

use crate::model::{ExecutionField, StatedExecution, Timestamp, shorten};

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
    /// Project key.
    pub project: String,
    /// Summary; the strict schema asks for one.
    pub summary: String,
    /// Description.
    pub description: String,
    /// Name of a fix version.
    pub version: String,
    /// Revision of what was tested.
    pub revision: String,
    /// Who executed: a user name (Server) or an account id (Cloud).
    pub user: String,
    /// Start of the earliest run.
    pub start: Option<Timestamp>,
    /// Finish of the latest run.
    pub finish: Option<Timestamp>,
    /// Key of a test plan.
    pub test_plan: String,
    /// Test environments: together one combination.
    pub environments: Vec<String>,
}

impl ExecutionInfo {
    /// Its texts that a report may state, too.
    pub fn texts(&self) -> [(ExecutionField, &str); 7] {
        let ExecutionInfo { project, summary, description, version, revision, user, test_plan, .. } = self;
        [
            (ExecutionField::Project, project),
            (ExecutionField::Summary, summary),
            (ExecutionField::Description, description),
            (ExecutionField::Version, version),
            (ExecutionField::Revision, revision),
            (ExecutionField::User, user),
            (ExecutionField::TestPlan, test_plan),
        ]
    }

    fn text_mut(&mut self, field: ExecutionField) -> &mut String {
        match field {
            ExecutionField::Project => &mut self.project,
            ExecutionField::Summary => &mut self.summary,
            ExecutionField::Description => &mut self.description,
            ExecutionField::Version => &mut self.version,
            ExecutionField::Revision => &mut self.revision,
            ExecutionField::User => &mut self.user,
            ExecutionField::TestPlan => &mut self.test_plan,
        }
    }

    /// Takes from what reports state each text that is missing here.
    pub fn fill_missing(&mut self, stated: &StatedExecution) {
        for (field, text) in stated.texts() {
            let own = self.text_mut(field);
            if own.is_empty() {
                own.push_str(text);
            }
        }
    }
}

/// The name that a field has in the `info` of a document.
pub fn name_of_field(field: ExecutionField) -> &'static str {
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
pub fn first_head(info: &ExecutionInfo, key: Option<&str>) -> Vec<u8> {
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
    let start = info.start.map(|start| Second::of(start.floor_to_second()));
    let finish = info.finish.map(|finish| Second::of(finish.ceil_to_second()));
    let finish = start.map_or(finish, |start| finish.map(|finish| finish.max(start)));
    let mut description = info.description.clone();
    shorten::head_and_tail(&mut description, DESCRIPTION_LIMIT);
    let mut object = Object::open(out);
    object.filled("project", &info.project);
    object.filled("summary", &shorten::one_line(&info.summary, SUMMARY_LIMIT));
    object.filled("description", &description);
    object.filled("version", &info.version);
    object.filled("revision", &info.revision);
    object.filled("user", &info.user);
    object.filled("startDate", start.as_ref().map_or("", Second::as_str));
    object.filled("finishDate", finish.as_ref().map_or("", Second::as_str));
    object.filled("testPlanKey", &info.test_plan);
    let environments = distinct_environments(&info.environments);
    object.array("testEnvironments", &environments, |out, name| json::string(out, name));
    object.close();
}

/// Environments are label-like: blanks become `_`, none is written twice.
pub(super) fn distinct_environments(given: &[String]) -> Vec<String> {
    let mut environments: Vec<String> = Vec::new();
    for name in given {
        let blank = |c: char| c.is_whitespace() || c == '\u{feff}';
        let name: String = name.trim().chars().map(|c| if blank(c) { '_' } else { c }).take(255).collect();
        if !name.is_empty() && !environments.contains(&name) {
            environments.push(name);
        }
    }
    environments
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_reports_state_fills_gaps_only() {
        let mut info = ExecutionInfo { summary: "mine".into(), ..ExecutionInfo::default() };
        let (summary, test_plan) = ("theirs".to_owned(), "DEMO-9".to_owned());
        info.fill_missing(&StatedExecution { summary, test_plan, ..StatedExecution::default() });
        assert_eq!((info.summary.as_str(), info.test_plan.as_str()), ("mine", "DEMO-9"));
    }

    #[test]
    fn a_field_is_written_under_its_name() {
        for (field, _) in ExecutionInfo::default().texts() {
            let mut info = ExecutionInfo::default();
            info.text_mut(field).push_str("DEMO-9");
            assert_eq!(info.texts().into_iter().find(|(_, text)| !text.is_empty()), Some((field, "DEMO-9")));
            let head = String::from_utf8(first_head(&info, None)).unwrap();
            assert!(head.starts_with(&format!("{{\"info\":{{\"{}\":\"DEMO-9\"}}", name_of_field(field))), "{head}");
        }
    }
}
