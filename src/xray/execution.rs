//! What stands around the runs of a bundle: its head, what parts two runs, its tail (spec xray-json.md section 9).

use crate::model::{Timestamp, shorten};

use super::encode::{DESCRIPTION_LIMIT, SUMMARY_LIMIT};
use super::json::{self, Object};
use super::wire::Second;

/// Stands where the key of a Test Execution will be written; no schema takes it for a key.
pub const PLACEHOLDER: &str = "@@KEY@@";

/// Bytes of the longest key that can be patched in over the placeholder without moving what follows.
const LONGEST_KEY: usize = 32;

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

/// Head of the first bundle: with the key alone when it is known, with `info` otherwise.
pub fn first_head(info: &ExecutionInfo, key: Option<&str>) -> Vec<u8> {
    match key {
        Some(key) => later_head(key),
        None => {
            let mut head = b"{\"info\":".to_vec();
            write_info(info, &mut head);
            head.extend_from_slice(b",\"tests\":[\n");
            head
        }
    }
}

/// Head of a later bundle of an execution whose key is known.
pub fn later_head(key: &str) -> Vec<u8> {
    let mut head = b"{\"testExecutionKey\":".to_vec();
    json::string(&mut head, key);
    head.extend_from_slice(b",\"tests\":[\n");
    head
}

/// Head of a later bundle that waits for its key: blanks behind the placeholder leave room for one of 32 bytes.
pub fn placeholder_head() -> Vec<u8> {
    let mut head = b"{\"testExecutionKey\":".to_vec();
    json::string(&mut head, PLACEHOLDER);
    head.extend(std::iter::repeat_n(b' ', LONGEST_KEY - PLACEHOLDER.len()));
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
fn distinct_environments(given: &[String]) -> Vec<String> {
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
