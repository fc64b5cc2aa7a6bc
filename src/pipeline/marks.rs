//! By what two reports of one run know each other, whatever their formats: names of cases, places in feature files.

use xxhash_rust::xxh3::xxh3_64;

use crate::model::{HashedMap, Identity, ReportId, TestCase, trimmed};

/// Cases of one report that are marked; a report with more of them is compared with none.
const MOST: usize = 1 << 18;

/// Other names of one case that are tried.
const MOST_OTHERS: usize = 8;

/// Hashes of what a report tells of. Never more than some MiB, and gone when its folder has been read.
#[derive(Debug, Default)]
pub(super) struct Marks {
    /// Names of cases.
    names: Vec<u64>,
    /// Names under which another format may know a case, behind its own name.
    others: Vec<(u64, u64)>,
    /// What names each case, where that is asked for: a name for people is shared by tests of different classes.
    definitions: Option<Vec<u64>>,
    /// See [`TestCase::site`].
    sites: Vec<u64>,
    /// Cases that only a key names: nothing is known of them that another format would tell, so that they are never
    /// shared.
    nameless: usize,
    is_full: bool,
}

/// Names that some reports tell of, each with the first of these reports.
pub(super) type KnownNames = HashedMap<ReportId>;

/// What a report has in common with others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Shared {
    /// How many of its cases.
    pub(super) cases: usize,
    /// The first of the others that has one of them.
    pub(super) with: Option<ReportId>,
}

impl Marks {
    /// Marks a case that became a run of `identity`.
    pub(super) fn add(&mut self, case: &TestCase, identity: &Identity) {
        if self.cases() == MOST {
            *self = Marks::full();
        }
        if self.is_full {
            return;
        }
        if case.site != 0 {
            self.sites.push(case.site);
        }
        if let Some(definitions) = &mut self.definitions {
            definitions.push(hash_of_definition(case, identity));
        }
        let name = name_of(case, identity);
        if name.is_empty() {
            self.nameless += 1;
            return;
        }
        let hash = xxh3_64(name.as_bytes());
        self.names.push(hash);
        if may_have_others(name) {
            self.others.extend(other_names(name).map(|other| (hash, xxh3_64(other.as_bytes()))));
        }
    }

    /// Has what names each case kept, from the first one on.
    pub(super) fn keep_definitions(&mut self) {
        if !self.is_full && self.cases() == 0 {
            self.definitions.get_or_insert_default();
        }
    }

    /// Whether what names each case is kept.
    pub(super) fn keeps_definitions(&self) -> bool {
        self.definitions.is_some()
    }

    /// About so many cases are going to be marked.
    pub(super) fn expect(&mut self, cases: usize) {
        const MOST_EXPECTED: usize = 4096;
        if !self.is_full {
            self.names.reserve((cases + cases / 2).min(MOST_EXPECTED));
        }
    }

    /// Those of a report that has too many cases.
    pub(super) fn full() -> Marks {
        Marks { is_full: true, ..Marks::default() }
    }

    /// Takes in the marks of cases behind these.
    pub(super) fn take_in(&mut self, behind: Marks) {
        if self.is_full || behind.is_full || self.cases() + behind.cases() > MOST {
            *self = Marks::full();
            return;
        }
        if let Some(further) = behind.definitions {
            self.definitions.get_or_insert_default().extend(further);
        }
        self.names.extend(behind.names);
        self.others.extend(behind.others);
        self.sites.extend(behind.sites);
        self.nameless += behind.nameless;
    }

    /// How many hashes it holds.
    pub(super) fn len(&self) -> usize {
        self.names.len() + self.others.len() + self.sites.len() + self.definitions().len()
    }

    /// Whether there is nothing to compare.
    pub(super) fn is_empty(&self) -> bool {
        self.cases() == 0
    }

    /// All names, other ones too.
    pub(super) fn all_names(&self) -> impl Iterator<Item = u64> {
        self.names.iter().copied().chain(self.others.iter().map(|(_, other)| *other))
    }

    /// Which of its cases are in `names` by one of their own.
    pub(super) fn shared_with(&self, names: &KnownNames) -> Shared {
        let mut known: KnownNames = KnownNames::default();
        for (name, other) in &self.others {
            if let Some(with) = names.get(other) {
                known.entry(*name).or_insert(*with);
            }
        }
        let found = || self.names.iter().filter_map(|name| names.get(name).or_else(|| known.get(name)));
        Shared { cases: found().count(), with: found().min().copied() }
    }

    /// What names its cases, as far as it is kept.
    pub(super) fn definitions(&self) -> &[u64] {
        self.definitions.as_deref().unwrap_or_default()
    }

    /// Which of its cases are in `definitions` by what names them.
    pub(super) fn defined_in(&self, definitions: &KnownNames) -> Shared {
        let known = self.definitions().iter().filter(|definition| **definition != 0);
        let found = || known.clone().filter_map(|definition| definitions.get(definition));
        Shared { cases: found().count(), with: found().min().copied() }
    }

    /// Whether there were too many cases.
    pub(super) fn is_full(&self) -> bool {
        self.is_full
    }

    /// How many cases it tells of.
    pub(super) fn cases(&self) -> usize {
        self.names.len() + self.nameless
    }

    /// The places in feature files, sorted, each once; they are taken.
    pub(super) fn take_sites(&mut self) -> Vec<u64> {
        let mut sites = std::mem::take(&mut self.sites);
        sites.sort_unstable();
        sites.dedup();
        sites
    }
}

/// The name for people, or else the one that identifies the case, which is the definition where the mapper made that of
/// it.
fn name_of<'n>(case: &'n TestCase, identity: &'n Identity) -> &'n str {
    let name = match identity {
        _ if !case.title.is_empty() => &case.title,
        Identity::Definition(definition) => definition,
        Identity::Key(_) => &case.qualified_name,
    };
    trimmed(name)
}

/// Whether there is anything by which [`other_names`] part a name: all begin with a blank, but for a row's number.
fn may_have_others(name: &str) -> bool {
    let name = name.as_bytes();
    memchr::memchr_iter(b' ', name).any(|blank| matches!(name.get(blank + 1), Some(b'-' | b'('))) || is_row(name)
}

/// Whether a name ends as Surefire's do for rows of TestNG's data providers: `pays["card", "1"](2)`.
fn is_row(name: &[u8]) -> bool {
    let digits =
        name.strip_suffix(b")").map_or(0, |name| name.iter().rev().take_while(|byte| byte.is_ascii_digit()).count());
    digits > 0 && name[..name.len() - digits - 1].ends_with(b"](")
}

/// Stands for what names a case, whatever people call it; zero where nothing does, which is like nothing else.
fn hash_of_definition(case: &TestCase, identity: &Identity) -> u64 {
    let definition = method_of(match identity {
        Identity::Definition(definition) => definition,
        Identity::Key(_) => &case.qualified_name,
    });
    if definition.is_empty() { 0 } else { xxh3_64(definition.as_bytes()).max(1) }
}

/// What names all rows of a data provider.
fn method_of(name: &str) -> &str {
    let name = trimmed(name);
    if is_row(name.as_bytes()) { name.split('[').next().unwrap_or(name) } else { name }
}

/// What other formats call the case `name`: rows of outlines are numbered in JUnit reports and rules named before their
/// scenarios (`Discount - small - #1.1: Discount of 1 %`, `Pays -- @1.1 Cards`, `Pays (outline example : | 1 |)`).
fn other_names(name: &str) -> impl Iterator<Item = &str> {
    let row_mark = if is_row(name.as_bytes()) { "[" } else { " -- @" };
    let row = [row_mark, " (outline example"].into_iter().filter_map(|mark| Some(&name[..name.find(mark)?]));
    let parted = name.match_indices(" - ").map(|(at, _)| &name[..at]);
    let behind_rule = name.split_once(" - ").map(|(_, behind)| behind);
    let last = name.rsplit_once(" - ").map(|(_, last)| last);
    let of_row = last.and_then(|last| last.strip_prefix('#')?.split_once(": ")).map(|(_, row)| row);
    row.chain(parted).chain(behind_rule).chain(last).chain(of_row).take(MOST_OTHERS)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn marks(names: &[&str]) -> Marks {
        let mut marks = Marks::default();
        for name in names {
            marks.add(&TestCase { title: (*name).to_owned(), ..TestCase::default() }, &Identity::default());
        }
        marks
    }

    fn shared(one: &[&str], other: &[&str]) -> usize {
        let mut names = KnownNames::default();
        names.extend(marks(other).all_names().map(|name| (name, ReportId(7))));
        let shared = marks(one).shared_with(&names);
        assert_eq!(shared.with.is_some(), shared.cases > 0);
        shared.cases
    }

    #[test]
    fn rows_and_rules_are_known_under_their_plain_names() {
        let names = ["Discount of 1 %", "Pays", "Uses a voucher"];
        let rows = [
            "Discount of <n> % - small - #1.1: Discount of 1 %",
            "Pays -- @1.1 Cards",
            "Pays (outline example : | 1 |)",
            "Pays - Examples - Example #1.1",
            "Vouchers - Uses a voucher",
        ];
        assert_eq!(shared(&rows, &names), 5);
        assert_eq!(shared(&names, &rows), 3);
        assert_eq!(shared(&["Pays later"], &names), 0);
        for row in rows {
            assert_eq!(may_have_others(row), other_names(row).next().is_some(), "{row}");
        }
    }

    #[test]
    fn cases_without_a_title_are_known_by_what_identifies_them_and_never_by_a_key() {
        let of = |identities: &[Identity]| {
            let mut marks = Marks::default();
            identities.iter().for_each(|identity| marks.add(&TestCase::default(), identity));
            marks
        };
        let known = of(&[Identity::Definition("a.b".to_owned()), Identity::Key("DEMO-1".to_owned())]);
        let mut names = KnownNames::default();
        names.extend(known.all_names().map(|name| (name, ReportId(7))));
        assert_eq!((known.cases(), known.is_empty(), names.len()), (2, false, 1));
        for (name, expected) in [("a.b", 1), ("a.c", 0), ("DEMO-1", 0)] {
            let others = of(&[Identity::Definition(name.to_owned()), Identity::Key("DEMO-1".to_owned())]);
            assert_eq!(others.shared_with(&names).cases, expected, "{name}");
        }
        assert!(!of(&[Identity::Key("DEMO-1".to_owned())]).is_empty());
    }

    #[test]
    fn sites_are_a_set() {
        let of = |sites: &[u64]| Marks { sites: sites.to_vec(), ..Marks::default() }.take_sites();
        assert_eq!(of(&[2, 1, 2]), of(&[1, 2]));
    }

    #[test]
    fn a_report_of_very_many_cases_is_not_compared() {
        let mut marks = Marks::default();
        let case = TestCase { title: "t".to_owned(), site: 1, ..TestCase::default() };
        (0..=MOST).for_each(|_| marks.add(&case, &Identity::default()));
        assert!(marks.is_empty());
        assert_eq!(marks.len(), 0);
    }

    #[test]
    fn parts_are_as_full_as_the_whole() {
        let case = TestCase { title: "a -- @1.1".to_owned(), site: 1, ..TestCase::default() };
        let key = Identity::default();
        for count in [MOST, MOST + 1] {
            let mut whole = Marks::default();
            let (mut first, mut second) = (Marks::default(), Marks::default());
            (0..count).for_each(|_| whole.add(&case, &key));
            (0..count / 3).for_each(|_| first.add(&case, &key));
            (count / 3..count).for_each(|_| second.add(&case, &key));
            first.take_in(second);
            assert_eq!((first.is_full(), first.len(), first.cases()), (whole.is_full(), whole.len(), whole.cases()));
        }
    }
}
