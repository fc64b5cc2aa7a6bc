//! How many problems there were of each kind, and how grave the gravest of them was.

use std::collections::BTreeMap;

use serde::Serialize;
use xraypack::model::{Problem, ProblemKind, Severity};

/// Problems by kind, while they are told.
#[derive(Debug, Default)]
pub struct ProblemTally(BTreeMap<ProblemKind, (u64, Severity)>);

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
    /// Counts these.
    pub fn add(&mut self, problems: &[Problem]) {
        for problem in problems {
            let (count, gravest) = self.0.entry(problem.kind).or_insert((0, problem.severity));
            *count += 1;
            *gravest = problem.severity.max(*gravest);
        }
    }

    /// What was counted, by kind.
    pub fn counts(&self) -> Vec<ProblemCount> {
        self.0.iter().map(|(&kind, &(count, severity))| ProblemCount { kind, count, severity }).collect()
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
}
