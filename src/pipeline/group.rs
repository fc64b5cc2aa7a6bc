//! Which Test Execution a run belongs to.

use crate::model::Origin;
use crate::model::origin::is_below;
use crate::source::{Place, Spelling, stem};

/// What all reports together are called.
const ALL: &str = "all";

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
    /// Tells sources apart that are shown alike.
    spelling: u64,
}

impl GroupKey {
    /// The group of a report, as far as its place decides.
    pub(super) fn of(by: GroupBy, place: &Place, report: &Origin) -> GroupKey {
        let input = if by == GroupBy::All { 0 } else { place.input };
        GroupKey { spelling: spelling_of(by, place), ..GroupKey::named(input, source_of(by, place, report)) }
    }

    pub(super) fn named(input: u32, source: &str) -> GroupKey {
        GroupKey { input, source: source.to_owned(), key: String::new(), environment: String::new(), spelling: 0 }
    }

    /// Number of its INPUT.
    pub(super) fn input(&self) -> u32 {
        self.input
    }

    /// Whether a report is of this group.
    pub(super) fn holds(&self, by: GroupBy, place: &Place, report: &Origin) -> bool {
        (by == GroupBy::All || self.input == place.input)
            && self.source == source_of(by, place, report)
            && self.spelling == spelling_of(by, place)
    }

    /// Whether reports of this group may still come when the walk is at this one.
    pub(super) fn reaches(&self, by: GroupBy, place: &Place, report: &Origin) -> bool {
        match by {
            GroupBy::All => true,
            _ if self.input != place.input => false,
            GroupBy::Input => true,
            // Loose files lie before, between and behind everything else.
            _ if *self.source == *place.input_name => true,
            GroupBy::Directory => *place.directory == *self.source || is_below(&place.directory, &self.source),
            GroupBy::Archive | GroupBy::Report => self.holds(by, place, report),
        }
    }

    /// The group of those of its runs that name a Test Execution or environments of their own.
    pub(super) fn with(&self, key: &str, environment: &str) -> GroupKey {
        GroupKey { key: key.to_owned(), environment: environment.to_owned(), ..self.clone() }
    }

    /// A name for the bundles' files: the source without the endings of archives, and what sets it apart.
    pub(super) fn label(&self) -> String {
        if self.source == ALL && !self.key.is_empty() {
            return self.key.clone();
        }
        let mut label = self.source.split("!/").map(stem).collect::<Vec<_>>().join("-");
        for part in [&self.key, &self.environment] {
            if !part.is_empty() {
                label.push('-');
                label.push_str(part);
            }
        }
        label
    }
}

/// What a report shares with the others of its group.
fn source_of<'p>(by: GroupBy, place: &'p Place, report: &'p Origin) -> &'p str {
    match by {
        GroupBy::All => ALL,
        GroupBy::Input => &place.input_name,
        GroupBy::Archive => place.archive.as_ref().map_or(&place.input_name, Origin::as_str),
        GroupBy::Directory if place.directory.is_empty() => &place.input_name,
        GroupBy::Directory => &place.directory,
        GroupBy::Report => report.as_str(),
    }
}

/// What tells that from others which are shown alike.
fn spelling_of(by: GroupBy, place: &Place) -> u64 {
    let Spelling { file, directory } = place.spelling;
    match by {
        GroupBy::All | GroupBy::Input => 0,
        GroupBy::Report => file,
        GroupBy::Archive | GroupBy::Directory if place.archive.is_some() => file,
        GroupBy::Archive => 0,
        GroupBy::Directory => directory,
    }
}
