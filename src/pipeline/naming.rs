//! Which keys and definitions the Tests of a Test Execution go by: what a plan can say of them that the bundles cannot,
//! since a run with a key carries no definition.

use std::collections::{BTreeMap, BTreeSet};

/// A result with a key, and the definition that it would have without.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct KeyedName {
    pub(super) key: String,
    pub(super) definition: String,
}

/// All results of one Test Execution, by key.
#[derive(Debug, Default)]
pub(super) struct Naming {
    definitions: BTreeMap<String, BTreeSet<String>>,
}

/// Names that do not fit together, each list in order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Conflicts {
    /// Keys that several tests have: their results become one.
    pub keys: Vec<SharedKey>,
    /// Tests that have several keys, or a key in one report and none in another: their results become several.
    pub definitions: Vec<DividedTest>,
}

/// A key that several tests have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SharedKey {
    /// The key.
    pub key: String,
    /// The tests.
    pub definitions: Vec<String>,
}

/// A test whose results go to several Tests.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DividedTest {
    /// The test.
    pub definition: String,
    /// Its keys.
    pub keys: Vec<String>,
    /// Whether some of its results have no key.
    pub also_without_key: bool,
}

impl Naming {
    pub(super) fn add(&mut self, name: KeyedName) {
        if !name.definition.is_empty() {
            self.definitions.entry(name.key).or_default().insert(name.definition);
        }
    }

    /// What does not fit together; `without_key` are the definitions of runs that have no key.
    pub(super) fn conflicts(&self, without_key: &[String]) -> Conflicts {
        let mut keys: BTreeMap<&str, Vec<String>> = BTreeMap::new();
        for (key, definitions) in &self.definitions {
            definitions.iter().for_each(|definition| keys.entry(definition).or_default().push(key.clone()));
        }
        let without_key: BTreeSet<&str> = without_key.iter().map(String::as_str).collect();
        let divided = keys.into_iter().map(|(definition, keys)| DividedTest {
            definition: definition.to_owned(),
            keys,
            also_without_key: without_key.contains(definition),
        });
        let shared = self.definitions.iter().filter(|(_, definitions)| definitions.len() > 1);
        Conflicts {
            keys: shared
                .map(|(key, definitions)| SharedKey {
                    key: key.clone(),
                    definitions: definitions.iter().cloned().collect(),
                })
                .collect(),
            definitions: divided.filter(|test| test.keys.len() > 1 || test.also_without_key).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn conflicts(names: &[(&str, &str)], without_key: &[&str]) -> Conflicts {
        let mut naming = Naming::default();
        for (key, definition) in names {
            naming.add(KeyedName { key: (*key).to_owned(), definition: (*definition).to_owned() });
        }
        naming.conflicts(&without_key.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>())
    }

    #[test]
    fn one_name_and_one_key_are_no_conflict_however_often() {
        assert_eq!(conflicts(&[("K-1", "a"), ("K-1", "a"), ("K-2", "b"), ("K-3", "")], &["c"]), Conflicts::default());
    }

    #[test]
    fn a_key_of_several_tests_and_a_test_of_several_keys_are_told() {
        let found = conflicts(&[("K-2", "b"), ("K-2", "a"), ("K-1", "b"), ("K-3", "c")], &["c", "d"]);
        let texts = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>();
        assert_eq!(found.keys, [SharedKey { key: "K-2".to_owned(), definitions: texts(&["a", "b"]) }]);
        let divided = |definition: &str, keys: &[&str], also_without_key| DividedTest {
            definition: definition.to_owned(),
            keys: texts(keys),
            also_without_key,
        };
        assert_eq!(found.definitions, [divided("b", &["K-1", "K-2"], false), divided("c", &["K-3"], true)]);
    }
}
