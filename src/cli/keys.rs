//! Keys of Jira: of projects and of issues.
//!
//! The patterns are those of the strict schemas: `DEMO`, `DEMO-12`.

use std::fmt;
use std::str::FromStr;

use xraypack::model::key::{is_issue_key, is_project_key};

/// Key of a Jira project.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProjectKey(String);

/// Key of a Jira issue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IssueKey(String);

impl ProjectKey {
    /// The key as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl IssueKey {
    /// The key as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for ProjectKey {
    type Err = String;

    fn from_str(text: &str) -> Result<ProjectKey, String> {
        if is_project_key(text) {
            return Ok(ProjectKey(text.to_owned()));
        }
        Err(match text.split_once('-') {
            Some((project, _)) if is_project_key(project) => {
                format!("this is the key of an issue; its project is {project}")
            }
            _ => with_capitals(text, is_project_key, "a project key is two or more of A-Z, 0-9 and _, such as DEMO"),
        })
    }
}

impl FromStr for IssueKey {
    type Err = String;

    fn from_str(text: &str) -> Result<IssueKey, String> {
        if is_issue_key(text) {
            return Ok(IssueKey(text.to_owned()));
        }
        Err(with_capitals(text, is_issue_key, "an issue key is a project key, a hyphen and a number, such as DEMO-12"))
    }
}

impl fmt::Display for ProjectKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Display for IssueKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

fn with_capitals(text: &str, is_key: fn(&str) -> bool, rule: &str) -> String {
    let capitals = text.trim().to_ascii_uppercase();
    if is_key(&capitals) { format!("{rule}; did you mean {capitals}?") } else { rule.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_the_keys_that_jira_makes() {
        for key in ["DEMO", "A1", "X_Y"] {
            assert_eq!(key.parse::<ProjectKey>().unwrap().as_str(), key);
        }
        for key in ["DEMO-1", "A1-20", "X_Y-9000"] {
            assert_eq!(key.parse::<IssueKey>().unwrap().as_str(), key);
        }
    }

    #[test]
    fn refuses_all_others() {
        for key in ["", "D", "demo", "1DEMO", "DE MO", "DEMO-1", "ÄB"] {
            assert!(key.parse::<ProjectKey>().is_err(), "{key}");
        }
        for key in ["", "DEMO", "DEMO-", "DEMO-0", "DEMO-01", "D-1", "demo-1", "DEMO-1-2", "DEMO-1 "] {
            assert!(key.parse::<IssueKey>().is_err(), "{key}");
        }
    }

    #[test]
    fn says_what_was_probably_meant() {
        assert!("demo-12".parse::<IssueKey>().unwrap_err().ends_with("did you mean DEMO-12?"));
        assert!("demo".parse::<ProjectKey>().unwrap_err().ends_with("did you mean DEMO?"));
        assert!("DEMO-12".parse::<ProjectKey>().unwrap_err().ends_with("its project is DEMO"));
    }
}
