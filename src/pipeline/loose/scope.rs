//! Which run a picture is named after, and what is known of the evidence that reports carry.

use std::collections::hash_map::Entry;
use std::collections::{HashMap, HashSet};
use std::ops::Range;
use std::sync::Arc;

use xxhash_rust::xxh3::xxh3_64;

use super::{Picture, Print, Reports, base_name};
use crate::bundle::{IndexEntry, RunStore};
use crate::model::{HashedMap, LONGEST_SLUG, Origin, ReportId, key, slug_of};
use crate::pipeline::Error;
use crate::pipeline::execution::SettledExecution;
use crate::pipeline::outcome::ReportOutcome;
use crate::xray;

/// Bytes of a file name that is looked into, which is more than any file system allows. Names in archives may be
/// longer; these name nobody.
const LONGEST_NAME: usize = 1024;

/// Identities that are compared one by one where the name of a picture fits several scenarios; of more only the number
/// matters.
const COMPARED: usize = 16;

/// What the pictures of a group may belong to.
#[derive(Default)]
pub(super) struct Scope {
    pub(super) attached: HashSet<Origin>,
    pub(super) embedded: HashMap<Print, usize>,
    /// Lengths that embedded contents have.
    pub(super) lengths: HashSet<u64>,
    /// Scenarios by the hashes of their slugs: each once, and those that have runs.
    scenarios: HashedMap<Vec<[u64; 2]>>,
    /// Runs by identity, those that a picture may name, in the order of the places of their reports.
    runs: HashMap<[u64; 2], Vec<Candidate>>,
}

/// A run that a picture may belong to.
struct Candidate {
    /// Number of its Test Execution, and its place in it.
    run: (usize, usize),
    /// Where its report was found.
    report: Arc<str>,
}

impl Scope {
    /// Collects what the reports left behind, and finds the runs that the pictures may name.
    pub(super) fn of(
        pictures: &[Picture],
        reports: Reports<'_>,
        executions: &[SettledExecution],
        store: &RunStore,
    ) -> Result<Scope, Error> {
        let mut scope = Scope::default();
        for (number, traces) in &reports.kept.traces {
            scope.attached.extend(traces.attached.iter().cloned());
            for print in &traces.embedded {
                scope.embedded.entry(*print).or_insert(*number);
                scope.lengths.insert(print.length);
            }
            for (slug, identity) in &traces.scenarios {
                scope.scenarios.entry(*slug).or_default().push(*identity);
            }
        }
        for identities in scope.scenarios.values_mut() {
            identities.sort_unstable();
            identities.dedup();
        }
        scope.find_runs(&scope.named_by_any(pictures), reports, executions, store)?;
        Ok(scope)
    }

    /// Identities that the file names of the pictures may stand for.
    fn named_by_any(&self, pictures: &[Picture]) -> HashSet<[u64; 2]> {
        let (mut named, mut slugs) = (HashSet::new(), HashSet::new());
        for picture in pictures {
            let name = base_name(&picture.report.origin);
            named.extend(identities_in(name));
            slugs.extend(self.slugs_in(name));
        }
        named.extend(slugs.iter().filter_map(|slug| self.scenarios.get(slug)).flatten());
        named
    }

    /// Finds the runs with these identities. Scenarios that have none are forgotten.
    fn find_runs(
        &mut self,
        named: &HashSet<[u64; 2]>,
        reports: Reports<'_>,
        executions: &[SettledExecution],
        store: &RunStore,
    ) -> Result<(), Error> {
        let mut found: HashMap<[u64; 2], Vec<(usize, usize)>> = HashMap::new();
        for (number, execution) in executions.iter().enumerate() {
            let seen = execution.settled.each_identity(store, |run, identity| {
                if named.contains(&identity) {
                    found.entry(identity).or_default().push((number, run));
                }
            });
            seen.map_err(Error::Output)?;
        }
        let mut places: HashMap<ReportId, Arc<str>> = HashMap::new();
        for (identity, runs) in found {
            let candidate = |(execution, run): (usize, usize)| {
                let id = executions[execution].settled.report_of(run);
                let report = match places.entry(id) {
                    Entry::Occupied(known) => known.get().clone(),
                    Entry::Vacant(unknown) => unknown.insert(reports.name_of(id)?.into()).clone(),
                };
                Ok(Candidate { run: (execution, run), report })
            };
            let mut candidates = runs.into_iter().map(candidate).collect::<Result<Vec<_>, Error>>()?;
            candidates.sort_by(|one, other| one.report.split('/').cmp(other.report.split('/')));
            self.runs.insert(identity, candidates);
        }
        for identities in self.scenarios.values_mut() {
            identities.retain(|identity| self.runs.contains_key(identity));
        }
        Ok(())
    }

    /// Hashes of the slugs of scenarios that stand in a file name, but for those inside the slug of another.
    fn slugs_in(&self, name: &str) -> Vec<u64> {
        if self.scenarios.is_empty() || name.len() > LONGEST_NAME {
            return Vec::new();
        }
        let slug = slug_of(name.rsplit_once('.').map_or(name, |(stem, _)| stem));
        let mut found: Vec<(usize, usize, u64)> = Vec::new();
        for window in windows_of(&slug) {
            let hash = xxh3_64(&slug.as_bytes()[window.clone()]);
            if self.scenarios.contains_key(&hash) {
                found.push((window.start, window.end, hash));
            }
        }
        let inside = |one: &(usize, usize, _), other: &(usize, usize, _)| {
            other.0 <= one.0 && one.1 <= other.1 && (other.0, other.1) != (one.0, one.1)
        };
        let outermost = found.iter().filter(|one| !found.iter().any(|other| inside(one, other)));
        let mut slugs: Vec<u64> = outermost.map(|(_, _, hash)| *hash).collect();
        slugs.sort_unstable();
        slugs.dedup();
        slugs
    }

    /// The run that a picture names: by key, else by scenario; of several Test Executions the one nearest by folder.
    pub(super) fn run_named_by(&self, picture: &ReportOutcome) -> Meant {
        let name = base_name(&picture.origin);
        let keys: Vec<[u64; 2]> = identities_in(name).collect();
        match self.run_of(picture, keys) {
            Meant::Nobody => self.run_of_scenario(picture, name),
            meant => meant,
        }
    }

    fn run_of_scenario(&self, picture: &ReportOutcome, name: &str) -> Meant {
        let slugs = self.slugs_in(name);
        let scenarios = || slugs.iter().filter_map(|slug| self.scenarios.get(slug));
        match scenarios().map(Vec::len).sum() {
            0..=COMPARED => self.run_of(picture, scenarios().flatten().copied().collect()),
            many => Meant::Several(many),
        }
    }

    fn run_of(&self, picture: &ReportOutcome, mut identities: Vec<[u64; 2]>) -> Meant {
        identities.sort_unstable();
        identities.dedup();
        let runs: Vec<_> = identities.iter().filter_map(|identity| self.runs.get(identity)).collect();
        match runs[..] {
            [] => Meant::Nobody,
            [candidates] => nearest(candidates, picture.origin.as_str()),
            _ => Meant::Several(runs.len()),
        }
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

/// The candidate whose report has most folders in common with the picture, if it is the only one. Those stand beside
/// the place that the picture would have among them.
fn nearest(candidates: &[Candidate], picture: &str) -> Meant {
    let place = candidates.partition_point(|candidate| candidate.report.split('/').lt(picture.split('/')));
    let common = |candidate: &Candidate| {
        candidate.report.split('/').zip(picture.split('/')).take_while(|(one, other)| one == other).count()
    };
    let beside = &candidates[place.saturating_sub(2)..candidates.len().min(place + 2)];
    let most = beside.iter().map(common).max();
    let mut near = beside.iter().filter(|candidate| Some(common(candidate)) == most);
    match (near.next(), near.next()) {
        (Some(Candidate { run: (execution, run), .. }), None) => Meant::One(*execution, *run),
        (None, _) => Meant::Nobody,
        _ => Meant::Several(candidates.len()),
    }
}

/// Where a slug of a scenario may stand in that of a file: from one word to another, no longer than slugs are; and,
/// since slugs of scenarios end where they are too long, as long as they are from each word on.
fn windows_of(slug: &str) -> impl Iterator<Item = Range<usize>> {
    let begins = std::iter::once(0).chain(memchr::memchr_iter(b'-', slug.as_bytes()).map(|hyphen| hyphen + 1));
    begins.flat_map(move |start| {
        let end = slug.len().min(start + LONGEST_SLUG);
        let part = &slug.as_bytes()[start..end];
        let words = memchr::memchr_iter(b'-', part).map(move |hyphen| start..start + hyphen);
        let whole = start..start + part.strip_suffix(b"-").unwrap_or(part).len();
        words.chain(std::iter::once(whole)).filter(|window| !window.is_empty())
    })
}

/// Identities of the keys that stand in a file name.
fn identities_in(name: &str) -> impl Iterator<Item = [u64; 2]> {
    let keys = if name.len() > LONGEST_NAME { None } else { Some(keys_in(name)) };
    keys.into_iter().flatten().map(|key| IndexEntry::identity_of(xray::key_identity(key)))
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
        for (letters, named) in [(LONGEST_NAME - 11, 1), (LONGEST_NAME, 0)] {
            let name = format!("AB-1-{}-login", "x".repeat(letters));
            assert_eq!((identities_in(&name).count(), scope.slugs_in(&name).len()), (named, named), "{}", name.len());
        }
    }

    #[test]
    fn a_long_title_is_found_in_a_longer_name() {
        let title = "Customers pay with a voucher that was bought in another currency a year ago and is worth less now";
        assert!(title.len() > LONGEST_SLUG);
        let scope = scope(&[title]);
        for name in [format!("{title}.png"), format!("2026-11-24 chrome - checkout - {title} (failed).png")] {
            assert_eq!(scope.slugs_in(&name).len(), 1, "{name}");
        }
        assert_eq!(scope.slugs_in(&format!("{}.png", &title[..60])).len(), 0, "half of it is another title");
    }

    #[test]
    fn the_nearest_report_is_meant_unless_two_are_as_near() {
        let candidates = |reports: &[&str]| {
            let mut all: Vec<Candidate> = reports
                .iter()
                .enumerate()
                .map(|(at, report)| Candidate { run: (at, 7), report: (*report).into() })
                .collect();
            all.sort_by(|one, other| one.report.split('/').cmp(other.report.split('/')));
            all
        };
        let meant = |reports: &[&str], picture: &str| nearest(&candidates(reports), picture);
        let reports = ["a/x/r.json", "b/r.json", "a/y/r.json", "a-z/r.json"];
        assert_eq!(meant(&reports, "a/y/shots/1.png"), Meant::One(2, 7));
        assert_eq!(meant(&reports, "b/1.png"), Meant::One(1, 7));
        assert_eq!(meant(&reports, "a/1.png"), Meant::Several(4), "x and y are as near");
        assert_eq!(meant(&reports, "c/1.png"), Meant::Several(4));
        assert_eq!(meant(&["a/r.json", "a/r.json"], "a/1.png"), Meant::Several(2), "two runs of one report");
        assert_eq!(meant(&["b/r.json"], "c/1.png"), Meant::One(0, 7), "there is no other");
        assert_eq!(meant(&[], "c/1.png"), Meant::Nobody);
    }

    #[test]
    fn scenarios_are_found_by_whole_words_and_the_longest_counts() {
        let scope = scope(&["Login", "Login works!", "日本語", "Pay", "Pays later"]);
        let found = |name: &str| {
            let slugs = scope.slugs_in(name);
            let mut found: Vec<u64> =
                slugs.iter().flat_map(|slug| &scope.scenarios[slug]).map(|[_, low]| *low).collect();
            found.sort_unstable();
            found
        };
        assert_eq!(found("login_0.png"), [0]);
        assert_eq!(found("01 - Login works (failed).png"), [1]);
        assert_eq!(found("logins.png"), [0; 0]);
        assert_eq!(found("pays-later-login.png"), [0, 4]);
        assert_eq!(found("pay.png"), [0; 0], "too short a name");
        assert_eq!(found("test.png"), [0; 0]);
    }
}
