//! Reports of one run in several formats, in one folder or in what one build leaves behind: the same tests twice (spec
//! bundle-zip.md section 2, quirk Z6, junit.md F).
//!
//! A report is *undecided* while one that is preferred to it may still come; it, and all behind it in its folder, are
//! decided together. The walk leaves a folder for good before it comes to the next one, so that every report is decided
//! then at the latest, and what is remembered is never more than the folders around the file at hand need.

pub(super) mod scope;
mod sites;

use std::collections::{HashSet, VecDeque};

use super::marks::{KnownNames, Marks, Shared};
use super::outcome::{ReportOutcome, Surroundings};
use crate::format::{self, Format};
use crate::model::origin::is_below;
use crate::model::{List, Problem, ProblemKind, ReportId, ReportState, Reuse};
use sites::{SameSites, SitesNumber};

/// Hashes that are remembered for one folder; what comes behind them is compared with nothing.
const MOST_IN_FOLDER: usize = 1 << 18;

/// Folders of one group whose files are coming by: the innermost last.
#[derive(Default)]
pub(super) struct Twins {
    open: List<Folder>,
}

/// What is to be done about a report.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum TwinVerdict {
    /// It is ignored: this other report tells of the same tests and is preferred.
    SetAside { by: ReportId },
    /// It counts, and so do these others of the same tests.
    Counts(Vec<Repetition>),
}

/// Tests that two formats tell of.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Repetition {
    Of {
        other: ReportId,
        format: &'static str,
        other_format: &'static str,
        shared: usize,
        cases: usize,
    },
    /// Whether there are some is not known: the folder holds more tests than are compared.
    Unknown,
}

/// Verdicts as they fall, in order of the reports of one folder.
pub(super) type Verdicts = Vec<(ReportId, TwinVerdict)>;

impl Twins {
    /// Whether a report of `format` counts whatever else comes, and has come, unless its
    /// [producer](Format::better_than) is asked for one that tells more.
    pub(super) fn are_out_of_question(format: &str, prefer: &[&str]) -> bool {
        prefer.is_empty() && !Format::may_be_stood_for(format)
    }

    /// Decides about the folders that the walk has left when it is at this file.
    pub(super) fn leave(&mut self, outcome: &ReportOutcome, prefer: &[&str], verdicts: &mut Verdicts) {
        let folder = outcome.origin.folder();
        let input = outcome.surroundings.input;
        let is_around = |open: &Folder| open.input == input && (open.path == folder || is_below(folder, &open.path));
        let around = self.open.iter().take_while(|open| is_around(open)).count();
        self.close(around, prefer, verdicts);
    }

    /// Decides about all folders, at the end.
    pub(super) fn leave_all(&mut self, prefer: &[&str], verdicts: &mut Verdicts) {
        self.close(0, prefer, verdicts);
    }

    /// Decides about all folders inside the `around` outermost.
    fn close(&mut self, around: usize, prefer: &[&str], verdicts: &mut Verdicts) {
        self.open.iter_mut().skip(around).for_each(|left| left.close(prefer, verdicts));
        self.open.truncate(around);
    }

    /// Meets the next file, which lies in the folder that the walk is in; [its scope](scope::of) is that or one around. A file without runs is nobody's twin, and a
    /// damaged report stands for nothing but itself: these are decided at once.
    pub(super) fn meet(&mut self, outcome: &mut ReportOutcome, prefer: &[&str], verdicts: &mut Verdicts) {
        let marks = std::mem::take(&mut outcome.likeness.marks);
        let is_whole = outcome.told.state == ReportState::Converted && !outcome.runs.shares.is_empty();
        let Some(format) = outcome.told.format.filter(|_| is_whole) else {
            verdicts.push((outcome.id, TwinVerdict::Counts(Vec::new())));
            return;
        };
        let Surroundings { input, scope, messages_may_follow, .. } = outcome.surroundings;
        let path = outcome.origin.as_str().get(..scope).unwrap_or_default();
        if self.open.last().is_none_or(|open| open.path != path || open.input != input) {
            self.open.add().begin(input, path);
        }
        let Some(folder) = self.open.last_mut() else { return };
        let better = Format::better_than(&outcome.told.producer).filter(|_| !prefer.contains(&format));
        let state = match prefer.first() {
            _ if better.is_some() => State::Undecided,
            Some(first) if *first != format => State::Undecided,
            None if messages_may_follow && Format::may_be_stood_for(format) => State::Undecided,
            _ => State::Counts,
        };
        let came = folder.came;
        folder.add(Member { id: outcome.id, format, marks, state, better, stood_for: None, came }, prefer, verdicts);
    }
}

/// What is remembered of a folder whose reports may be of one run.
#[derive(Default)]
struct Folder {
    input: u32,
    path: String,
    /// Reports from the first undecided one on.
    waiting: VecDeque<Member>,
    /// Those before it that count, by format.
    counted: List<Counted>,
    /// Who tells of the same places in feature files.
    same_sites: SameSites,
    /// How many reports have come.
    came: usize,
    /// Formats of which it was told that they repeat each other: one warning says enough.
    told: HashSet<(&'static str, &'static str)>,
    hashes: usize,
    told_of_limit: bool,
}

/// One report of a folder.
struct Member {
    id: ReportId,
    format: &'static str,
    marks: Marks,
    /// What is known of it alone; [`Member::state`] knows the others.
    state: State,
    /// The format whose report of the same run tells more, where what wrote this one writes both.
    better: Option<&'static str>,
    /// Where another may stand for it: who tells of the same places in feature files.
    stood_for: Option<SitesNumber>,
    /// How many had come before it.
    came: usize,
}

impl Member {
    /// What is known of it. Who stands for it may come while it waits: the last that came counts.
    fn state(&self, same: &SameSites) -> State {
        let deputy = self.stood_for.and_then(|number| same.last_since(number, self.format, self.came));
        deputy.map_or(self.state, State::SetAside)
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// A preferred twin may still come.
    Undecided,
    Counts,
    SetAside(ReportId),
}

/// Reports of one format that count.
#[derive(Default)]
struct Counted {
    format: &'static str,
    cases: usize,
    /// What they tell of, and how much of it each report adds.
    names: Vec<u64>,
    reports: Vec<(ReportId, usize)>,
    /// What names their cases, as far as it is kept.
    definitions: Vec<(u64, ReportId)>,
    /// The same as far as it was needed, to be asked.
    known: KnownNames,
    known_reports: usize,
}

impl Folder {
    fn begin(&mut self, input: u32, path: &str) {
        self.input = input;
        self.path.push_str(path);
    }

    fn add(&mut self, mut member: Member, prefer: &[&str], verdicts: &mut Verdicts) {
        self.came += 1;
        self.hashes += member.marks.len();
        if self.hashes > MOST_IN_FOLDER {
            member.marks = Marks::default();
        }
        let sites = member.marks.take_sites();
        if !sites.is_empty() {
            self.look_for_the_same_run(&mut member, sites, prefer);
        }
        if self.waiting.is_empty() && member.state != State::Undecided {
            self.tell(&member, verdicts);
        } else {
            self.waiting.push_back(member);
            self.decide(verdicts);
        }
    }

    /// Quirk Z6: the same scenarios of the same files are the same run. What the user prefers is not set aside for that.
    fn look_for_the_same_run(&mut self, member: &mut Member, sites: Vec<u64>, prefer: &[&str]) {
        let number = self.same_sites.number(sites);
        if format::by_name(member.format).is_some_and(|format| !format.stands_for.is_empty()) {
            self.same_sites.add(number, member.id, member.format, member.came);
        }
        if !prefer.contains(&member.format) && Format::may_be_stood_for(member.format) {
            member.stood_for = Some(number);
            if let Some(deputy) = self.same_sites.first(number, member.format) {
                member.state = State::SetAside(deputy);
            }
        }
    }

    /// There are no more reports: nobody is undecided any more.
    fn close(&mut self, prefer: &[&str], verdicts: &mut Verdicts) {
        for (rank, preferred) in prefer.iter().enumerate() {
            let more_wanted = &prefer[..=rank];
            self.prefer(preferred, |member| !more_wanted.contains(&member.format));
        }
        let mut better: Vec<&str> = self.waiting.iter().filter_map(|member| member.better).collect();
        better.sort_unstable();
        better.dedup();
        for format in better {
            let definitions = self.definitions_of(format);
            let told_better = |member: &Member| member.marks.defined_in(&definitions);
            self.set_aside(|member| (member.better == Some(format)).then(|| told_better(member)));
        }
        for member in self.waiting.iter_mut().filter(|member| member.state == State::Undecided) {
            member.state = State::Counts;
        }
        self.decide(verdicts);
    }

    /// Those that wait and are `less_wanted` are set aside where reports of `format` tell of all that they tell of: by what
    /// names their cases where the two formats name any alike, else by their names for people.
    fn prefer(&mut self, format: &str, less_wanted: impl Fn(&Member) -> bool) {
        let (names, definitions) = (self.names_of(format), self.definitions_of(format));
        let named_alike = self.waiting.iter().filter(|member| member.marks.defined_in(&definitions).cases > 0);
        let named_alike: HashSet<&str> = named_alike.map(|member| member.format).collect();
        let shared = |member: &Member| match named_alike.contains(member.format) {
            true => member.marks.defined_in(&definitions),
            false => member.marks.shared_with(&names),
        };
        self.set_aside(|member| less_wanted(member).then(|| shared(member)));
    }

    /// Sets those aside that wait and share all that they tell of.
    fn set_aside(&mut self, shared: impl Fn(&Member) -> Option<Shared>) {
        for member in &mut self.waiting {
            let shared = shared(member).filter(|shared| shared.cases == member.marks.cases());
            if let Some(by) = shared.and_then(|shared| shared.with)
                && !matches!(member.state(&self.same_sites), State::SetAside(_))
            {
                member.state = State::SetAside(by);
            }
        }
    }

    /// What names all cases of the reports of one format, but for those that are set aside.
    fn definitions_of(&self, format: &str) -> KnownNames {
        let mut definitions = KnownNames::default();
        let counted = self.counted.iter().filter(|counted| counted.format == format);
        counted.flat_map(|counted| &counted.definitions).for_each(|(definition, id)| {
            definitions.entry(*definition).or_insert(*id);
        });
        self.add_waiting(format, |marks| marks.definitions().iter().copied(), &mut definitions);
        definitions
    }

    /// All names that reports of one format tell of, but for those that are set aside.
    fn names_of(&self, format: &str) -> KnownNames {
        let mut names = KnownNames::default();
        for counted in self.counted.iter().filter(|counted| counted.format == format) {
            counted.each_name(0, |name, id| {
                names.entry(name).or_insert(id);
            });
        }
        self.add_waiting(format, |marks| marks.all_names(), &mut names);
        names
    }

    /// Adds what those of one format tell that wait and are not set aside.
    fn add_waiting<'f, N: Iterator<Item = u64>>(
        &'f self,
        format: &str,
        told: impl Fn(&'f Marks) -> N,
        known: &mut KnownNames,
    ) {
        let waits =
            |member: &&Member| member.format == format && !matches!(member.state(&self.same_sites), State::SetAside(_));
        for member in self.waiting.iter().filter(waits) {
            told(&member.marks).for_each(|name| {
                known.entry(name).or_insert(member.id);
            });
        }
    }

    /// Tells the verdict about all before the first undecided one.
    fn decide(&mut self, verdicts: &mut Verdicts) {
        while let Some(member) = self.waiting.pop_front_if(|member| member.state(&self.same_sites) != State::Undecided)
        {
            self.tell(&member, verdicts);
        }
    }

    fn tell(&mut self, member: &Member, verdicts: &mut Verdicts) {
        let verdict = match member.state(&self.same_sites) {
            State::SetAside(by) => TwinVerdict::SetAside { by },
            State::Undecided | State::Counts => TwinVerdict::Counts(self.count(member)),
        };
        verdicts.push((member.id, verdict));
    }

    /// Has a report count, and finds those of other formats that it repeats.
    fn count(&mut self, member: &Member) -> Vec<Repetition> {
        let mut repetitions = Vec::new();
        let place = self.counted.iter().position(|counted| counted.format == member.format);
        for (number, other) in self.counted.iter_mut().enumerate() {
            let pair = (member.format, other.format);
            if place != Some(number) && !self.told.contains(&pair) && !self.told.contains(&(pair.1, pair.0)) {
                let found = other.repeated_by(member);
                if found.is_some() {
                    self.told.insert(pair);
                }
                repetitions.extend(found);
            }
        }
        let place = place.unwrap_or_else(|| {
            self.counted.add().format = member.format;
            self.counted.len() - 1
        });
        self.counted[place].add(member);
        let are_compared = self.hashes <= MOST_IN_FOLDER && !member.marks.is_full();
        if self.counted.len() > 1 && !are_compared && !std::mem::replace(&mut self.told_of_limit, true) {
            repetitions.push(Repetition::Unknown);
        }
        repetitions
    }
}

/// Hashes for which a folder's record keeps room when it serves the next folder.
const USUAL_IN_FOLDER: usize = 4096;

impl Reuse for Folder {
    fn reset(&mut self) {
        self.input = 0;
        self.path.clear();
        self.waiting.clear();
        self.waiting.shrink_to(USUAL_IN_FOLDER / 64);
        self.counted.clear();
        self.same_sites.clear(USUAL_IN_FOLDER / 64);
        self.came = 0;
        self.told.clear();
        self.hashes = 0;
        self.told_of_limit = false;
    }
}

impl Reuse for Counted {
    fn reset(&mut self) {
        self.format = "";
        self.cases = 0;
        self.names.clear();
        self.names.shrink_to(USUAL_IN_FOLDER);
        self.reports.clear();
        self.reports.shrink_to(USUAL_IN_FOLDER);
        self.definitions.clear();
        self.definitions.shrink_to(USUAL_IN_FOLDER);
        self.known = KnownNames::default();
        self.known_reports = 0;
    }
}

impl Counted {
    fn add(&mut self, member: &Member) {
        if !member.marks.is_empty() {
            self.cases += member.marks.cases();
            self.names.extend(member.marks.all_names());
            self.reports.push((member.id, self.names.len()));
            self.definitions.extend(member.marks.definitions().iter().map(|definition| (*definition, member.id)));
        }
    }

    /// Every name with its report, from report number `from` on.
    fn each_name(&self, from: usize, mut each: impl FnMut(u64, ReportId)) {
        let mut start = from.checked_sub(1).and_then(|before| self.reports.get(before)).map_or(0, |(_, end)| *end);
        for (id, end) in self.reports.iter().skip(from) {
            self.names[start..*end].iter().for_each(|name| each(*name, *id));
            start = *end;
        }
    }

    /// Whether `member` tells of the same tests. A name that two unrelated tests happen to share says nothing; half of the
    /// smaller side does.
    fn repeated_by(&mut self, member: &Member) -> Option<Repetition> {
        let mut known = std::mem::take(&mut self.known);
        self.each_name(self.known_reports, |name, id| {
            known.entry(name).or_insert(id);
        });
        (self.known, self.known_reports) = (known, self.reports.len());
        let shared = member.marks.shared_with(&self.known);
        let cases = member.marks.cases();
        let is_much = 2 * shared.cases >= cases.min(self.cases);
        let other = shared.with.filter(|_| is_much)?;
        Some(Repetition::Of { other, format: member.format, other_format: self.format, shared: shared.cases, cases })
    }
}

impl Repetition {
    /// The other report.
    pub(super) fn other(&self) -> Option<ReportId> {
        match self {
            Repetition::Of { other, .. } => Some(*other),
            Repetition::Unknown => None,
        }
    }

    /// The warning, with the name of the other report.
    pub(super) fn problem(&self, other: &str, prefer: &[&str]) -> Problem {
        let message = match self {
            Repetition::Of { format, other_format, shared, cases, .. } => {
                let told = format!("{shared} of its {cases} tests are told by {other} ({other_format}), too");
                if prefer.contains(format) || prefer.contains(other_format) {
                    format!(
                        "{told}; both are converted, since the preferred one does not tell of all the other's tests"
                    )
                } else {
                    format!("{told}; both are converted: --prefer {format} or --prefer {other_format} takes one")
                }
            }
            Repetition::Unknown => format!(
                "its folder holds more than {MOST_IN_FOLDER} tests in several formats: whether it repeats another \
                 report's is not known"
            ),
        };
        Problem::new(ProblemKind::SameTestsTwice, message)
    }
}

#[cfg(test)]
mod tests;
