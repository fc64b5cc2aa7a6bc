//! What a tag with a prefix says: the prefixes that Xray and its users give keys (decision 6; cucumber.md section 4).

use std::borrow::Cow;
use std::collections::HashMap;
use std::fmt;
use std::str::FromStr;

/// What a tag with a prefix names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TagRole {
    /// The Test.
    Test,
    /// A requirement.
    Requirement,
    /// A Test Set: of no use for a result.
    TestSet,
    /// A precondition: of no use for a result.
    Precondition,
    /// The Test Execution.
    Execution,
}

impl TagRole {
    const ALL: [TagRole; 5] =
        [TagRole::Test, TagRole::Requirement, TagRole::TestSet, TagRole::Precondition, TagRole::Execution];

    /// The word used by `--tag-prefix`.
    pub const fn name(self) -> &'static str {
        match self {
            TagRole::Test => "test",
            TagRole::Requirement => "requirement",
            TagRole::TestSet => "test-set",
            TagRole::Precondition => "precondition",
            TagRole::Execution => "execution",
        }
    }
}

/// The prefixes that are known without an option.
const BUILT_IN: &[(&str, TagRole)] = &[
    ("TEST_", TagRole::Test),
    ("TestName:", TagRole::Test),
    ("test:", TagRole::Test),
    ("xray:", TagRole::Test),
    ("REQ_", TagRole::Requirement),
    ("req:", TagRole::Requirement),
    ("TESTSET_", TagRole::TestSet),
    ("PRECOND_", TagRole::Precondition),
    ("Precondition:", TagRole::Precondition),
];

/// One prefix and what it says: `test=TMS_`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TagPrefix {
    /// What a tag with this prefix names.
    pub role: TagRole,
    /// The prefix, without the `@` of Cucumber and Behave.
    pub prefix: String,
}

impl FromStr for TagPrefix {
    type Err = String;

    fn from_str(text: &str) -> Result<TagPrefix, String> {
        let (role, prefix) = text.split_once('=').ok_or("a role and a prefix are expected, such as test=TMS_")?;
        let role = TagRole::ALL.into_iter().find(|known| known.name() == role.trim());
        let role = role.ok_or_else(|| format!("the roles are {}", TagRole::ALL.map(TagRole::name).join(", ")))?;
        let prefix = prefix.trim();
        let prefix = prefix.strip_prefix('@').unwrap_or(prefix);
        if prefix.is_empty() || prefix.contains(|c: char| c.is_whitespace() || c.is_control()) {
            return Err(format!("the prefix of {} is missing or has blanks in it", role.name()));
        }
        Ok(TagPrefix { role, prefix: prefix.to_owned() })
    }
}

impl fmt::Display for TagPrefix {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}={}", self.role.name(), self.prefix)
    }
}

/// All prefixes, longer ones first, compared with case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TagPrefixes(Vec<(Cow<'static, str>, TagRole)>);

impl Default for TagPrefixes {
    fn default() -> TagPrefixes {
        TagPrefixes::with(&[])
    }
}

impl TagPrefixes {
    /// The built-in prefixes, where those `given` for a role replace the built-in ones of that role.
    pub fn with(given: &[TagPrefix]) -> TagPrefixes {
        let is_given = |role: TagRole| given.iter().any(|prefix| prefix.role == role);
        let built_in = BUILT_IN.iter().filter(|(_, role)| !is_given(*role));
        let built_in = built_in.map(|(prefix, role)| (Cow::Borrowed(*prefix), *role));
        let own = given.iter().map(|prefix| (Cow::Owned(prefix.prefix.clone()), prefix.role));
        let mut all: Vec<_> = built_in.chain(own).collect();
        all.sort_by_key(|(prefix, _)| std::cmp::Reverse(prefix.len()));
        TagPrefixes(all)
    }

    /// A prefix that has two roles, of which only one could ever be found, and these.
    pub fn contradiction(&self) -> Option<(&str, [TagRole; 2])> {
        let mut roles = HashMap::new();
        self.0.iter().find_map(|(prefix, role)| {
            let first = *roles.entry(&**prefix).or_insert(*role);
            (first != *role).then_some((&**prefix, [first, *role]))
        })
    }

    /// Role and remainder of a tag that begins with a known prefix.
    pub(super) fn of<'t>(&self, tag: &'t str) -> Option<(TagRole, &'t str)> {
        self.0.iter().find_map(|(prefix, role)| tag.strip_prefix(&**prefix).map(|rest| (*role, rest)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_prefix_says_what_a_tag_is() {
        let built_in = TagPrefixes::default();
        assert_eq!(built_in.of("TESTSET_DEMO-1"), Some((TagRole::TestSet, "DEMO-1")));
        assert_eq!(built_in.of("TEST_DEMO-1"), Some((TagRole::Test, "DEMO-1")));
        assert_eq!(built_in.of("test_DEMO-1"), None);
        let own = TagPrefixes::with(&["requirement=T".parse().unwrap(), "test=TR".parse().unwrap()]);
        assert_eq!(own.of("TRDEMO-1"), Some((TagRole::Test, "DEMO-1")));
        assert_eq!(own.of("TDEMO-1"), Some((TagRole::Requirement, "DEMO-1")));
    }

    #[test]
    fn a_given_prefix_replaces_those_of_its_role_alone() {
        let own = TagPrefixes::with(&["test=TMS_".parse().unwrap(), "execution=RUN_".parse().unwrap()]);
        assert_eq!(own.of("TMS_DEMO-1"), Some((TagRole::Test, "DEMO-1")));
        assert_eq!(own.of("xray:DEMO-1"), None);
        assert_eq!(own.of("RUN_DEMO-1"), Some((TagRole::Execution, "DEMO-1")));
        assert_eq!(own.of("REQ_DEMO-1"), Some((TagRole::Requirement, "DEMO-1")));
    }

    #[test]
    fn a_prefix_has_one_role() {
        assert_eq!(TagPrefixes::default().contradiction(), None);
        let with = |given: &[&str]| -> Vec<TagPrefix> { given.iter().map(|text| text.parse().unwrap()).collect() };
        let own = TagPrefixes::with(&with(&["test=A", "test=A", "requirement=AB"]));
        assert_eq!(own.contradiction(), None);
        let own = TagPrefixes::with(&with(&["test=A", "requirement=A"]));
        assert_eq!(own.contradiction(), Some(("A", [TagRole::Test, TagRole::Requirement])));
        let own = TagPrefixes::with(&with(&["requirement=TEST_"]));
        assert_eq!(own.contradiction(), Some(("TEST_", [TagRole::Test, TagRole::Requirement])));
    }

    #[test]
    fn says_what_is_wrong_with_a_prefix() {
        assert_eq!("test=@TMS_".parse::<TagPrefix>().unwrap().to_string(), "test=TMS_");
        assert!("TMS_".parse::<TagPrefix>().unwrap_err().contains("test=TMS_"));
        assert!("tests=TMS_".parse::<TagPrefix>().unwrap_err().contains("test-set"));
        assert!("test=".parse::<TagPrefix>().unwrap_err().contains("prefix of test"));
        assert!("test=a b".parse::<TagPrefix>().is_err());
    }
}
