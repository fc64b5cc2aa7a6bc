//! What the user lays down: how Tests are found and named, and what of their results is taken.

use std::sync::Arc;

use super::environment::EnvironmentFrom;
use super::evidence::EvidencePolicy;
use super::key_map::KeyMap;
use super::met::Met;
use super::pattern::{KeyPattern, Rewrite};
use super::prefixes::TagPrefixes;
use crate::model::DataRows;

/// The user's rules.
#[derive(Debug, Clone, Default)]
pub struct Rules {
    /// Project of Tests that have no key. Without it there is no run of such a case, which is wrong usage.
    pub project: Option<String>,
    /// What a bare key-shaped tag is where the format cannot tell. Default: a label.
    pub bare_keys: BareKeys,
    /// Whether a Test that is known by key is updated, too. Default: no.
    pub update_tests: UpdateTests,
    /// Which attachments become evidence.
    pub evidence: EvidencePolicy,
    /// How custom fields may be named. Default: by number.
    pub field_names: FieldNames,
    /// What tells the test environment of a result.
    pub environment_from: EnvironmentFrom,
    /// How Test keys are found, and names made to last.
    pub keys: KeyRules,
    /// Whether results that differ in their data are told apart. Default: no.
    pub rows: DataRows,
    /// Which of these rules have found something.
    pub met: Met,
}

impl Rules {
    /// What the place of a report says of its environments, joined by `;`; empty where it says nothing.
    pub fn environment_of_place(&self, place: &str) -> String {
        let environment = self.environment_from.of_place(place);
        if !environment.is_empty() {
            self.met.note_environment();
        }
        environment
    }
}

/// Where a Test key is looked for: what the report says comes first, then the table, then the pattern. Where none of
/// them has one, the definition names the Test.
#[derive(Debug, Clone, Default)]
pub struct KeyRules {
    /// Prefixes of tags that name a Test, a requirement, a Test Execution.
    pub prefixes: TagPrefixes,
    /// Table of definitions, names and numeric ids.
    pub map: Option<Arc<KeyMap>>,
    /// Pattern that finds keys in names and tags.
    pub pattern: Option<KeyPattern>,
    /// What is replaced in names before they name a Test, in order.
    pub rewrites: Vec<Rewrite>,
}

/// What a bare key-shaped Robot tag or NUnit category is (decision 6).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum BareKeys {
    /// A label, with a warning.
    #[default]
    Label,
    /// The key of a Test.
    Test,
    /// The key of a requirement.
    Requirement,
}

/// Whether a Test that is known by key is updated, too (decision 2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum UpdateTests {
    /// Its issue stays as it is.
    #[default]
    No,
    /// Its issue takes summary, labels and requirements of the report.
    Yes,
}

/// How the target knows custom fields (spec xray-json.md section 2.8).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum FieldNames {
    /// By number alone.
    #[default]
    Number,
    /// By number or by name.
    NumberOrName,
}
