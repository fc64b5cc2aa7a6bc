//! Which Test Execution a run belongs to.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use crate::source::Place;

/// Which reports share a Test Execution.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum GroupBy {
    /// Each archive is one; loose files under one INPUT are one.
    #[default]
    Archive,
    /// Each INPUT is one.
    Input,
    /// Each folder is one, in directories and archives.
    Directory,
    /// Each report is one.
    Report,
    /// All are one.
    All,
}

/// What makes a Test Execution differ from the others.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct GroupKey {
    /// Number of the INPUT; zero where all share one.
    input: u32,
    /// Where its reports come from: the name shown to people, and the base of its id.
    pub(super) source: String,
    /// Key of the Test Execution, where the reports name one.
    pub(super) key: String,
    /// Test environments, where the reports name some.
    pub(super) environment: String,
}

impl GroupKey {
    /// The group of a report, as far as its place decides.
    pub(super) fn of(by: GroupBy, place: &Place, report: &str) -> GroupKey {
        let source = match by {
            GroupBy::All => return GroupKey::named(0, "all"),
            GroupBy::Input => place.input_name.clone(),
            GroupBy::Archive => match &place.archive {
                Some(archive) => archive.as_str().to_owned(),
                None => place.input_name.clone(),
            },
            GroupBy::Directory if place.directory.is_empty() => place.input_name.clone(),
            GroupBy::Directory => place.directory.clone(),
            GroupBy::Report => report.to_owned(),
        };
        GroupKey::named(place.input, &source)
    }

    fn named(input: u32, source: &str) -> GroupKey {
        GroupKey { input, source: source.to_owned(), key: String::new(), environment: String::new() }
    }

    /// The group of those of its runs that name a Test Execution or environments of their own.
    pub(super) fn with(&self, key: &str, environment: &str) -> GroupKey {
        GroupKey { key: key.to_owned(), environment: environment.to_owned(), ..self.clone() }
    }

    /// A name for the bundles' files: the source without its extension, and what sets it apart.
    pub(super) fn label(&self) -> String {
        let mut label = self.source.replace(".zip!/", "-").replace("!/", "-");
        if let Some(stem) = label.strip_suffix(".zip") {
            label.truncate(stem.len());
        }
        for part in [&self.key, &self.environment] {
            if !part.is_empty() {
                label.push('-');
                label.push_str(part);
            }
        }
        label
    }
}

/// Numbers groups as they are met. The numbers depend on the threads' timing and never leave the program.
#[derive(Debug, Default)]
pub(super) struct Groups {
    numbers: Mutex<HashMap<GroupKey, u32>>,
}

impl Groups {
    pub(super) fn number(&self, key: &GroupKey) -> u32 {
        let mut numbers = self.numbers.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(number) = numbers.get(key) {
            return *number;
        }
        let number = numbers.len() as u32;
        numbers.insert(key.clone(), number);
        number
    }

    /// All groups by number.
    pub(super) fn into_keys(self) -> Vec<GroupKey> {
        let numbers = self.numbers.into_inner().unwrap_or_else(PoisonError::into_inner);
        let mut keys: Vec<_> = numbers.into_iter().map(|(key, number)| (number, key)).collect();
        keys.sort_unstable();
        keys.into_iter().map(|(_, key)| key).collect()
    }
}
