//! The shape of Jira keys (decision 1): the one rule that mapping, writing and checking share.

/// Stands where the key of a Test Execution will be written; nothing takes it for a key.
pub const PLACEHOLDER: &str = "@@KEY@@";

/// Whether `text` is shaped like an issue key: `^[A-Z][A-Z0-9_]+-[1-9][0-9]*$`.
pub fn is_issue_key(text: &str) -> bool {
    let Some((project, number)) = text.split_once('-') else { return false };
    let number = number.as_bytes();
    is_project_key(project)
        && matches!(number.first(), Some(b'1'..=b'9'))
        && number.iter().all(|byte| byte.is_ascii_digit())
}

/// Whether `text` is shaped like a project key: `^[A-Z][A-Z0-9_]+$`.
pub fn is_project_key(text: &str) -> bool {
    let bytes = text.as_bytes();
    bytes.len() >= 2
        && bytes[0].is_ascii_uppercase()
        && bytes[1..].iter().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || *byte == b'_')
}

/// The project of an issue key: what stands before its hyphen.
pub fn project_of(key: &str) -> &str {
    key.split_once('-').map_or(key, |(project, _)| project)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_have_a_project_of_two_letters_and_a_number_without_leading_zero() {
        for good in ["DEMO-1", "AB-10", "A_1-999999", "UTF-8"] {
            assert!(is_issue_key(good), "{good}");
        }
        for bad in [
            "",
            "-",
            "D-1",
            "demo-1",
            "DEMO-01",
            "DEMO-0",
            "DEMO-",
            "DEMO 1",
            "DEMO-1 ",
            "1AB-1",
            "TES- 49",
            "DÉMO-1",
            "A-B-1",
            PLACEHOLDER,
        ] {
            assert!(!is_issue_key(bad), "{bad}");
        }
        assert_eq!(project_of("DEMO-12"), "DEMO");
    }
}
