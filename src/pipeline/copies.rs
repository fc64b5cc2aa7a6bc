//! Reports of one format that tell the same results once more, as TestNG writes one for each suite below the one for all
//! (quirk T32): rows of the same Tests with the same times, in a folder inside the other's.
//!
//! A report is one of these where every row of it is known from reports above or below it: the whole one stands for its
//! parts, or all parts for the whole, whichever the walk meets first. A single row is never left out for being like another
//! (decision 14).

use std::collections::HashSet;

use xxhash_rust::xxh3::{xxh3_64, xxh3_64_with_seed};

use super::outcome::ReportOutcome;
use crate::model::{HashedMap, Parameter, ReportId, ReportState, TestRun};

/// Rows of one group that are remembered; reports behind them are compared with nothing.
const MOST: usize = 1 << 20;

/// Rows of one report, by all that tells them from others.
#[derive(Debug, Default)]
pub(super) struct Dated {
    is_wanted: bool,
    /// Whether some of them say too little of themselves, or there are too many.
    is_unknown: bool,
    rows: Vec<u64>,
}

impl Dated {
    /// For a report whose rows may stand in another, too.
    pub(super) fn wanted() -> Dated {
        Dated { is_wanted: true, ..Dated::default() }
    }

    /// Notes the run of a row, of the Test `identity` in Test Execution number `execution`.
    #[inline]
    pub(super) fn add(&mut self, run: &TestRun, execution: u32, identity: u128) {
        if self.is_wanted && !self.is_unknown {
            self.note(run, execution, identity);
        }
    }

    fn note(&mut self, run: &TestRun, execution: u32, identity: u128) {
        let (Some(start), Some(finish)) = (run.start, run.finish) else { return self.give_up() };
        if self.rows.len() == MOST {
            return self.give_up();
        }
        let facts = [
            identity as u64,
            (identity >> 64) as u64,
            start.nanos() as u64,
            finish.nanos() as u64,
            u64::from(execution) << 8 | run.outcome as u64,
            xxh3_64(run.comment.as_bytes()),
            run.evidence.len() as u64,
            hash_of_data(run),
        ];
        self.rows.push(xxh3_64(facts.map(u64::to_le_bytes).as_flattened()));
    }

    fn give_up(&mut self) {
        self.is_unknown = true;
        self.rows = Vec::new();
    }

    /// Takes in the rows of the next part.
    pub(super) fn take_in(&mut self, part: Dated) {
        if self.is_unknown || part.is_unknown || self.rows.len() + part.rows.len() > MOST {
            return self.give_up();
        }
        self.rows.extend(part.rows);
    }
}

/// What was seen of a group.
#[derive(Default)]
pub(super) struct Copies {
    /// Reports with such rows, in order, and where they lie.
    reports: Vec<(ReportId, String)>,
    /// The folders that they lie in, and all that are around these.
    folders: HashSet<String>,
    around: HashSet<String>,
    /// Their rows, as long as nobody has asked for them.
    unasked: Vec<(ReportId, Vec<u64>)>,
    known: HashedMap<ReportId>,
    rows: usize,
}

/// Where rows of a report are told, too.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Elsewhere {
    /// In this report,
    pub(super) first: ReportId,
    /// and in so many others.
    pub(super) others: usize,
}

impl Copies {
    /// Whether a report in a folder of INPUT number `input` may tell what others did.
    pub(super) fn may_be_told(&self, input: u32, folder: &str) -> bool {
        let place = place_of(input, folder);
        self.around.contains(&place) || folders_around(&place).any(|around| self.folders.contains(around))
    }

    /// The reports that tell every row of this one; none where some row is new. Then its rows are remembered.
    pub(super) fn look(&mut self, outcome: &mut ReportOutcome) -> Option<Elsewhere> {
        let Dated { rows, .. } = std::mem::take(&mut outcome.likeness.dated);
        if rows.is_empty() || outcome.told.state != ReportState::Converted {
            return None;
        }
        let folder = outcome.origin.folder();
        let place = place_of(outcome.surroundings.input, folder);
        if self.may_be_told(outcome.surroundings.input, folder) {
            self.hash();
            let told = self.telling(&rows, &place);
            if told.is_some() {
                return told;
            }
        }
        self.remember(outcome.id, place, rows);
        None
    }

    fn hash(&mut self) {
        for (id, mut rows) in self.unasked.drain(..) {
            each_numbered(&mut rows, |row| {
                self.known.entry(row).or_insert(id);
                Some(())
            });
        }
    }

    fn telling(&self, rows: &[u64], place: &str) -> Option<Elsewhere> {
        let mut tellers = HashSet::new();
        each_numbered(&mut rows.to_vec(), |row| {
            let id = *self.known.get(&row)?;
            let is_elsewhere = tellers.insert(id) && !self.is_above_or_below(id, place);
            (!is_elsewhere).then_some(())
        })?;
        let first = tellers.iter().min().copied()?;
        Some(Elsewhere { first, others: tellers.len() - 1 })
    }

    fn is_above_or_below(&self, id: ReportId, place: &str) -> bool {
        let found = self.reports.binary_search_by_key(&id, |(id, _)| *id);
        let Some((_, other)) = found.ok().and_then(|at| self.reports.get(at)) else { return false };
        folders_around(place).any(|around| around == other) || folders_around(other).any(|around| around == place)
    }

    fn remember(&mut self, id: ReportId, place: String, rows: Vec<u64>) {
        self.rows += rows.len();
        if self.rows > MOST {
            return;
        }
        if !self.folders.contains(&place) {
            let new = folders_around(&place).take_while(|around| !self.around.contains(*around));
            let new: Vec<String> = new.map(str::to_owned).collect();
            self.around.extend(new);
            self.folders.insert(place.clone());
        }
        self.reports.push((id, place));
        self.unasked.push((id, rows));
    }
}

/// Stands for the data of a row: within one second a method may have run with many.
fn hash_of_data(run: &TestRun) -> u64 {
    let of_one = |hash, parameter: &Parameter| xxh3_64_with_seed(parameter.value.as_bytes(), hash);
    run.parameters.iter().fold(0, of_one)
}

/// Gives each row, the second of two that are alike as another than the first: a report that has more of them than
/// another tells more. Ends with the first one for which there is nothing.
fn each_numbered(rows: &mut [u64], mut each: impl FnMut(u64) -> Option<()>) -> Option<()> {
    rows.sort_unstable();
    for alike in rows.chunk_by(|one, next| one == next) {
        (0..).zip(alike).try_for_each(|(number, row)| each(xxh3_64_with_seed(&row.to_le_bytes(), number)))?;
    }
    Some(())
}

/// A folder, apart from those of other INPUTs that are called alike.
fn place_of(input: u32, folder: &str) -> String {
    match folder {
        "" => input.to_string(),
        folder => format!("{input}/{folder}"),
    }
}

/// The folders around one, the innermost first; the last is the INPUT.
fn folders_around<'p>(place: &'p str) -> impl Iterator<Item = &'p str> {
    let above = |place: &str| {
        let (above, _) = place.rsplit_once('/')?;
        // What lies at the top of an archive has that for its folder.
        Some(above.strip_suffix('!').unwrap_or(above).len())
    };
    let above = move |place: &&'p str| above(place).map(|length| &place[..length]);
    std::iter::successors(above(&place), above)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Origin, Outcome, Timestamp};

    fn run(start: i64) -> TestRun {
        let start = Some(Timestamp::from_nanos(start));
        TestRun { start, finish: start, outcome: Outcome::Failed, ..TestRun::default() }
    }

    fn report(id: u32, origin: &str, rows: &[i64]) -> ReportOutcome {
        let mut outcome = ReportOutcome::new(ReportId(id), Origin::parse(origin), 9);
        outcome.told.state = ReportState::Converted;
        outcome.likeness.dated = Dated::wanted();
        rows.iter().for_each(|row| outcome.likeness.dated.add(&run(*row), 0, *row as u128));
        outcome
    }

    fn looked(reports: &[(&str, &[i64])]) -> Vec<Option<(u32, usize)>> {
        let mut copies = Copies::default();
        let look = |(id, (origin, rows)): (u32, &(&str, &[i64]))| {
            let told = copies.look(&mut report(id, origin, rows));
            told.map(|Elsewhere { first, others }| (first.0, others))
        };
        (0..).zip(reports).map(look).collect()
    }

    #[test]
    fn t32_the_whole_stands_for_its_parts_and_all_parts_for_the_whole() {
        let whole: (&str, &[i64]) = ("t/r.xml", &[1, 2, 3]);
        let one: (&str, &[i64]) = ("t/A/r.xml", &[1, 2]);
        let other: (&str, &[i64]) = ("t/B/r.xml", &[3]);
        assert_eq!(looked(&[one, other, whole]), [None, None, Some((0, 1))]);
        assert_eq!(looked(&[whole, one, other]), [None, Some((0, 0)), Some((0, 0))]);
        let packed: (&str, &[i64]) = ("n.zip!/A/r.xml", &[1]);
        assert_eq!(looked(&[packed, ("n.zip!/r.xml", &[1])]), [None, Some((0, 0))]);
        assert_eq!(
            looked(&[one, whole, other]),
            [None, None, Some((1, 0))],
            "one part is missing when the whole comes"
        );
    }

    #[test]
    fn what_lies_elsewhere_or_differs_in_one_row_is_no_copy() {
        let whole: (&str, &[i64]) = ("t/r.xml", &[1, 2]);
        for other in [("t/A/r.xml", &[1, 3][..]), ("t/s.xml", &[1, 2]), ("u/A/r.xml", &[1, 2]), ("t/A/r.xml", &[])] {
            assert_eq!(looked(&[whole, other]), [None, None], "{other:?}");
        }
        let mut copies = Copies::default();
        assert_eq!(copies.look(&mut report(0, "t/r.xml", &[1, 2])), None);
        let mut damaged = report(1, "t/A/r.xml", &[1]);
        damaged.told.state = ReportState::Damaged;
        assert_eq!(copies.look(&mut damaged), None, "what broke off is told as that");
        let mut undated = report(2, "t/A/r.xml", &[1]);
        undated.likeness.dated.add(&TestRun::default(), 0, 7);
        assert_eq!(copies.look(&mut undated), None);
        let mut of_other_input = report(3, "t/A/r.xml", &[1]);
        of_other_input.surroundings.input = 2;
        assert_eq!(copies.look(&mut of_other_input), None);
    }

    #[test]
    fn equal_rows_are_told_as_often_as_they_are_there() {
        let (once, twice) = (("t/r.xml", &[1][..]), ("t/A/r.xml", &[1, 1][..]));
        assert_eq!(looked(&[once, twice]), [None, None]);
        assert_eq!(looked(&[twice, once]), [None, Some((0, 0))]);
        assert_eq!(looked(&[twice, ("t/r.xml", &[1, 1])]), [None, Some((0, 0))]);
    }

    #[test]
    fn rows_of_one_second_are_known_by_what_they_tell() {
        let hash = |change: &dyn Fn(&mut TestRun)| {
            let mut run = run(1);
            change(&mut run);
            let mut dated = Dated::wanted();
            dated.add(&run, 0, 1);
            dated.rows[0]
        };
        let with = |value: &str| hash(&|run: &mut TestRun| run.parameters.add().value.push_str(value));
        let told = |comment: &str| hash(&|run: &mut TestRun| run.comment.push_str(comment));
        let shown = hash(&|run: &mut TestRun| {
            run.evidence.add();
        });
        let hashes = [hash(&|_| ()), with("1"), with("2"), told("a"), told("b"), shown];
        assert_eq!(hashes.iter().collect::<HashSet<_>>().len(), hashes.len());
    }

    #[test]
    fn what_may_be_a_copy_is_known_by_its_folder() {
        let mut copies = Copies::default();
        copies.look(&mut report(0, "t/A/r.xml", &[1]));
        let may_be_told = |folders: [&str; 3]| folders.map(|folder| copies.may_be_told(0, folder));
        assert_eq!(may_be_told(["", "t", "t/A/x"]), [true; 3]);
        assert_eq!(may_be_told(["t/A", "t/B", "u"]), [false; 3]);
        assert!(!copies.may_be_told(1, "t"));
    }

    #[test]
    fn parts_have_the_rows_of_the_whole() {
        let [mut first, second] = [[1, 2], [3, 4]].map(|rows| report(0, "a", &rows).likeness.dated);
        first.take_in(second);
        assert_eq!(first.rows, report(0, "a", &[1, 2, 3, 4]).likeness.dated.rows);
    }
}
