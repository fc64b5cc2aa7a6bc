//! How many problems there were of each kind, and how grave the gravest of them was.

use std::collections::BTreeMap;

use serde::Serialize;
use xraypack::model::{Problem, ProblemKind, Severity};

use super::args::ZoneBy;

/// How much a problem matters to whom it is told: that times were read in the zone that the user has named is no news.
pub fn severity(problem: &Problem, zone: ZoneBy) -> Severity {
    match (problem.kind, zone) {
        (ProblemKind::NaiveTimestamp, ZoneBy::User) => Severity::Note,
        _ => problem.severity,
    }
}

/// Problems by kind, while they are told.
#[derive(Debug, Default)]
pub struct ProblemTally {
    zone: ZoneBy,
    kinds: BTreeMap<ProblemKind, (u64, Severity)>,
}

/// How often a kind of problem was met.
#[derive(Debug, Serialize)]
pub struct ProblemCount {
    /// The kind.
    #[serde(serialize_with = "kind_name")]
    pub kind: ProblemKind,
    /// How often.
    pub count: u64,
    /// How grave the gravest was: one kind is a warning here and a note there.
    #[serde(skip)]
    pub severity: Severity,
}

impl ProblemTally {
    /// Of none so far, in times of this zone.
    pub fn new(zone: ZoneBy) -> ProblemTally {
        ProblemTally { zone, kinds: BTreeMap::new() }
    }

    /// Counts these.
    pub fn add(&mut self, problems: &[Problem]) {
        for problem in problems {
            let severity = severity(problem, self.zone);
            let (count, gravest) = self.kinds.entry(problem.kind).or_insert((0, severity));
            *count += 1;
            *gravest = severity.max(*gravest);
        }
    }

    /// What was counted, by kind.
    pub fn counts(&self) -> Vec<ProblemCount> {
        self.kinds.iter().map(|(&kind, &(count, severity))| ProblemCount { kind, count, severity }).collect()
    }
}

fn kind_name<S: serde::Serializer>(kind: &ProblemKind, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(kind.name())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_gravest_of_a_kind_is_remembered() {
        let of = |severity| Problem { severity, ..Problem::new(ProblemKind::SameTestsTwice, "twice") };
        let mut tally = ProblemTally::default();
        tally.add(&[of(Severity::Note)]);
        assert_eq!(tally.counts()[0].severity, Severity::Note);
        tally.add(&[of(Severity::Warning), of(Severity::Note)]);
        let [ProblemCount { count: 3, severity: Severity::Warning, .. }] = tally.counts()[..] else {
            panic!("{tally:?}")
        };
    }

    #[test]
    fn a_zone_that_the_user_has_named_is_no_news() {
        let [naive, other] =
            [ProblemKind::NaiveTimestamp, ProblemKind::UnreadableTime].map(|kind| Problem::new(kind, "a time"));
        assert_eq!(severity(&naive, ZoneBy::Default), Severity::Warning);
        assert_eq!(severity(&naive, ZoneBy::User), Severity::Note);
        assert_eq!(severity(&other, ZoneBy::User), Severity::Warning);
    }
}
