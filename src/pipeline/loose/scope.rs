//! Which run a picture is named after, and what is known of the evidence that reports carry.

use std::collections::{HashMap, HashSet};

use xxhash_rust::xxh3::xxh3_64;

use super::{Picture, Print, Reports, base_name};
use crate::bundle::{IndexEntry, RunStore};
use crate::model::{HashedMap, Origin, key, push_slug};
use crate::pipeline::Error;
use crate::pipeline::finish::SettledExecution;
use crate::pipeline::kept::KeptReports;
use crate::pipeline::outcome::ReportOutcome;
use crate::xray;

/// Bytes of a file name that is looked into, which is more than any file system allows. Names in archives may be longer, and
/// whatever might stand in them is tried.
const LONGEST_NAME: usize = 1024;

/// What the pictures of a group may belong to.
#[derive(Default)]
pub(super) struct Scope {
    pub(super) attached: HashSet<Origin>,
    pub(super) embedded: HashMap<Print, usize>,
    /// Lengths that embedded contents have.
    pub(super) lengths: HashSet<u64>,
    scenarios: HashedMap<Vec<[u64; 2]>>,
    /// Runs by identity, those that a picture may name: Test Execution and place in it.
    runs: HashMap<[u64; 2], Vec<(usize, usize)>>,
}

impl Scope {
    /// Collects what the reports left behind, and finds the runs that the pictures may name.
    pub(super) fn of(
        pictures: &[Picture],
        reports: &KeptReports,
        executions: &[SettledExecution],
        store: &RunStore,
    ) -> Result<Scope, Error> {
        let mut scope = Scope::default();
        let traces = || reports.traces.iter().map(|(number, traces)| (*number, traces));
        for (number, traces) in traces() {
            scope.attached.extend(traces.attached.iter().cloned());
            for print in &traces.embedded {
                scope.embedded.entry(*print).or_insert(number);
                scope.lengths.insert(print.length);
            }
        }
        let scenarios = traces().flat_map(|(_, traces)| &traces.scenarios);
        scenarios.for_each(|(slug, identity)| scope.scenarios.entry(*slug).or_default().push(*identity));
        let named: HashSet<[u64; 2]> =
            pictures.iter().flat_map(|picture| scope.named_by(&picture.report)).flatten().collect();
        for (number, execution) in executions.iter().enumerate() {
            let seen = execution.settled.each_identity(store, |run, identity| {
                if named.contains(&identity) {
                    scope.runs.entry(identity).or_default().push((number, run));
                }
            });
            seen.map_err(Error::Output)?;
        }
        Ok(scope)
    }

    /// Identities that the file name of a picture may stand for: by key, and by the name of a scenario.
    fn named_by(&self, picture: &ReportOutcome) -> [Vec<[u64; 2]>; 2] {
        self.named_in(base_name(&picture.origin))
    }

    fn named_in(&self, name: &str) -> [Vec<[u64; 2]>; 2] {
        if name.len() > LONGEST_NAME {
            return [Vec::new(), Vec::new()];
        }
        let keys = keys_in(name).map(|key| IndexEntry::identity_of(xray::key_identity(key))).collect();
        [keys, self.scenarios_in(name)]
    }

    /// The scenarios whose slugs stand in a file name, but for those inside the slug of another.
    fn scenarios_in(&self, name: &str) -> Vec<[u64; 2]> {
        if self.scenarios.is_empty() {
            return Vec::new();
        }
        let mut slug = String::new();
        push_slug(name.rsplit_once('.').map_or(name, |(stem, _)| stem), &mut slug);
        let words: Vec<(usize, usize)> = slug
            .split('-')
            .scan(0, |at, word| {
                let start = *at;
                *at += word.len() + 1;
                Some((start, start + word.len()))
            })
            .collect();
        let mut found: Vec<(usize, usize, &Vec<[u64; 2]>)> = Vec::new();
        for (first, (start, _)) in words.iter().enumerate() {
            for (_, end) in &words[first..] {
                if let Some(scenarios) = self.scenarios.get(&xxh3_64(&slug.as_bytes()[*start..*end])) {
                    found.push((*start, *end, scenarios));
                }
            }
        }
        let inside = |one: &(usize, usize, _), other: &(usize, usize, _)| {
            other.0 <= one.0 && one.1 <= other.1 && (other.0, other.1) != (one.0, one.1)
        };
        let outermost = found.iter().filter(|one| !found.iter().any(|other| inside(one, other)));
        let mut identities: Vec<[u64; 2]> = outermost.flat_map(|(_, _, scenarios)| scenarios.iter().copied()).collect();
        identities.sort_unstable();
        identities.dedup();
        identities
    }

    /// The run that a picture names: by key, else by scenario; of several Test Executions the one nearest by folder.
    pub(super) fn run_named_by(
        &self,
        picture: &ReportOutcome,
        reports: Reports<'_>,
        executions: &[SettledExecution],
    ) -> Result<Meant, Error> {
        for identities in self.named_by(picture) {
            let runs: Vec<_> = identities.iter().filter_map(|identity| self.runs.get(identity)).collect();
            match runs[..] {
                [] => {}
                [runs] => return nearest(runs, picture, reports, executions),
                _ => return Ok(Meant::Several(runs.len())),
            }
        }
        Ok(Meant::Nobody)
    }
}

/// Whom the name of a picture means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Meant {
    Nobody,
    /// This Test Execution, and the run's place in it.
    One(usize, usize),
    /// So many Tests.
    Several(usize),
}

fn nearest(
    runs: &[(usize, usize)],
    picture: &ReportOutcome,
    reports: Reports<'_>,
    executions: &[SettledExecution],
) -> Result<Meant, Error> {
    let distance = |(execution, place): (usize, usize)| {
        let report = reports.name_of(executions[execution].settled.report_of(place))?;
        let common = report.split('/').zip(picture.origin.as_str().split('/')).take_while(|(one, other)| one == other);
        Ok(usize::MAX - common.count())
    };
    let distances = runs.iter().map(|run| distance(*run)).collect::<Result<Vec<usize>, Error>>()?;
    let least = distances.iter().min();
    let mut near = runs.iter().zip(&distances).filter(|(_, distance)| Some(*distance) == least);
    Ok(match (near.next(), near.next()) {
        (Some(((execution, place), _)), None) => Meant::One(*execution, *place),
        (None, _) => Meant::Nobody,
        _ => Meant::Several(runs.len()),
    })
}

/// Keys of issues in a file name: `DEMO-47-failed.png`, and behind an underscore `TEST_DEMO-47.png`.
fn keys_in(name: &str) -> impl Iterator<Item = &str> {
    let bytes = name.as_bytes();
    memchr::memchr_iter(b'-', bytes).flat_map(move |hyphen| {
        let digits = bytes[hyphen + 1..].iter().take_while(|byte| byte.is_ascii_digit()).count();
        let end = hyphen + 1 + digits;
        let letters = |byte: &u8| byte.is_ascii_uppercase() || byte.is_ascii_digit() || *byte == b'_';
        let start = hyphen - bytes[..hyphen].iter().rev().take_while(|byte| letters(byte)).count();
        let begins = move |at: &usize| *at == 0 || !bytes[at - 1].is_ascii_alphanumeric();
        let keys = (start..hyphen).filter(begins).map(move |at| &name[at..end]);
        keys.filter(|candidate| key::is_issue_key(candidate))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pipeline::loose::Traces;

    #[test]
    fn keys_stand_between_other_characters() {
        let keys = |name| keys_in(name).collect::<Vec<_>>();
        assert_eq!(keys("DEMO-47-failed.png"), ["DEMO-47"]);
        assert_eq!(keys("screen_DEMO-47_0.png"), ["DEMO-47"]);
        assert_eq!(keys("TEST_DEMO-47.png"), ["TEST_DEMO-47", "DEMO-47"]);
        assert_eq!(keys("xDEMO-47.png"), Vec::<&str>::new());
        assert_eq!(keys("screenshot-1.png"), Vec::<&str>::new());
        assert_eq!(keys("A-1 DE-2 prüfÜ-3.png"), ["DE-2"]);
    }

    fn scope(titles: &[&str]) -> Scope {
        let mut traces = Traces::default();
        let mut slug = String::new();
        for (number, title) in titles.iter().enumerate() {
            traces.add_scenario(title, number as u128, &mut slug);
        }
        let mut scope = Scope::default();
        for (slug, identity) in traces.scenarios {
            scope.scenarios.entry(slug).or_default().push(identity);
        }
        scope
    }

    #[test]
    fn names_that_no_file_can_have_name_nobody() {
        let scope = scope(&["Login"]);
        for (blanks, named) in [(LONGEST_NAME - 11, [1, 1]), (LONGEST_NAME, [0, 0])] {
            let name = format!("AB-1-{}-login", "_".repeat(blanks));
            assert_eq!(scope.named_in(&name).map(|named| named.len()), named, "{}", name.len());
        }
    }

    #[test]
    fn scenarios_are_found_by_whole_words_and_the_longest_counts() {
        let scope = scope(&["Login", "Login works!", "日本語", "Pay", "Pays later"]);
        let found = |name: &str| scope.scenarios_in(name).iter().map(|[_, low]| *low).collect::<Vec<_>>();
        assert_eq!(found("login_0.png"), [0]);
        assert_eq!(found("01 - Login works (failed).png"), [1]);
        assert_eq!(found("logins.png"), [0; 0]);
        assert_eq!(found("pays-later-login.png"), [0, 4]);
        assert_eq!(found("pay.png"), [0; 0], "too short a name");
        assert_eq!(found("test.png"), [0; 0]);
    }
}
