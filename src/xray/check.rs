//! Holds a bundle against the strict schema of its target, one test in memory at a time.
//!
//! The rules are those of the two schema files in `fixtures/schema`; the tests hold this file against them.

mod rules;
mod shape;

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor};

use crate::model::key;

use super::bind::PLACEHOLDER;
use super::encode::identity_hash;
use super::flavour::Target;
use shape::{Info, Test};

/// Whether a bundle may still wait for the key of its Test Execution.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unbound {
    /// The placeholder may stand where the key will be.
    Allowed,
    /// It is a fault.
    Refused,
}

/// What a bundle holds.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Checked {
    /// Tests read.
    pub runs: u64,
    /// Hash of what names each test, in order: the one of [`RunFacts`](crate::model::RunFacts).
    pub identities: Vec<u128>,
    /// Pieces of evidence, those of steps included.
    pub evidence: u64,
    /// Whether the placeholder stands where a key will be.
    pub unbound: bool,
    /// Key of the Test Execution; empty where there is none.
    pub key: String,
    /// Whether it says what the Test Execution is.
    pub has_info: bool,
    /// When that says that it began, and ended.
    pub times: [Option<String>; 2],
    /// What breaks the schema, each with its path; at most the first fifty.
    pub faults: Vec<String>,
}

/// Faults that are told; a bundle with so many is not worth reading further.
const MOST_FAULTS: usize = 50;

/// Reads the bundle in `bytes` and tells every rule of the strict schema that it breaks.
pub fn check(bytes: &[u8], target: Target, unbound: Unbound) -> Checked {
    let mut checking = Checking { target, unbound, checked: Checked::default() };
    let mut deserializer = serde_json::Deserializer::from_slice(bytes);
    let read = Bundle(&mut checking).deserialize(&mut deserializer).and_then(|()| deserializer.end());
    if let Err(error) = read {
        checking.checked.faults.push(error.to_string());
    }
    checking.checked
}

struct Checking {
    target: Target,
    unbound: Unbound,
    checked: Checked,
}

impl Checking {
    fn fault(&mut self, path: &str, what: impl fmt::Display) {
        if self.checked.faults.len() < MOST_FAULTS {
            self.checked.faults.push(format!("{path}: {what}"));
        }
    }

    fn execution_key(&mut self, value: &str) {
        if value == PLACEHOLDER {
            self.checked.unbound = true;
            if self.unbound == Unbound::Allowed {
                return;
            }
        }
        if key::is_issue_key(value) {
            value.clone_into(&mut self.checked.key);
        } else {
            self.fault("testExecutionKey", format_args!("{value:?} is no key"));
        }
    }
}

/// The object that a bundle is.
struct Bundle<'c>(&'c mut Checking);

impl<'de> DeserializeSeed<'de> for Bundle<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Bundle<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a bundle")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let checking = self.0;
        let (mut has_key, mut has_tests, mut summary) = (false, false, None);
        while let Some(name) = map.next_key::<String>()? {
            match name.as_str() {
                "testExecutionKey" if !has_key => {
                    has_key = true;
                    checking.execution_key(&map.next_value::<String>()?);
                }
                "info" if summary.is_none() => {
                    let info: Info = map.next_value().map_err(|error| A::Error::custom(format!("info: {error}")))?;
                    rules::info(&info, checking);
                    summary = Some(info.summary.is_some());
                    checking.checked.has_info = true;
                    let times = [&info.start_date, &info.finish_date];
                    checking.checked.times = times.map(|time| time.as_ref().map(|time| time.as_str().to_owned()));
                }
                "tests" if !has_tests => {
                    has_tests = true;
                    map.next_value_seed(Tests(&mut *checking))?;
                }
                _ => {
                    checking.fault(&name, "unknown or repeated property");
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        if !has_tests {
            checking.fault("tests", "missing");
        }
        match summary {
            _ if has_key => {}
            None => checking.fault("info", "missing, and there is no testExecutionKey"),
            Some(false) => checking.fault("info.summary", "missing, and there is no testExecutionKey"),
            Some(true) => {}
        }
        Ok(())
    }
}

/// The array of tests.
struct Tests<'c>(&'c mut Checking);

impl<'de> DeserializeSeed<'de> for Tests<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for Tests<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an array of tests")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut tests: A) -> Result<(), A::Error> {
        let checking = self.0;
        loop {
            let path = format!("tests[{}]", checking.checked.runs);
            let next = tests.next_element::<Test<'_>>();
            let Some(test) = next.map_err(|error| A::Error::custom(format!("{path}: {error}")))? else { break };
            rules::test(&test, &path, checking);
            checking.checked.runs += 1;
            checking.checked.identities.push(identity(&test));
        }
        if checking.checked.runs == 0 {
            checking.fault("tests", "empty");
        }
        Ok(())
    }
}

/// Hash of what names a test: its key; project and definition, or summary where there is no definition.
fn identity(test: &Test<'_>) -> u128 {
    let key = test.test_key.as_ref().map(|key| key.as_str());
    let Some(info) = &test.test_info else { return identity_hash(key, "", key.unwrap_or("")) };
    let name = info.definition.as_ref().or(info.summary.as_ref());
    let project = info.project_key.as_ref().map_or("", |project| project.as_str());
    identity_hash(key, project, name.map_or("", |name| name.as_str()))
}
