//! Reports that tell of exactly the same Tests: a run on several devices, one that was repeated, one that another folder
//! tells of in another format. Their results are merged, which not everybody wants.

use std::collections::{HashMap, HashSet};

use xxhash_rust::xxh3::xxh3_64;

use super::Error;
use super::grouping::Group;
use super::kept::KeptReports;
use super::outcome::ReportOutcome;
use crate::bundle::{LineSpool, SeenReport};
use crate::model::origin::is_below;
use crate::model::{Problem, ProblemKind, ReportId};

/// What was seen so far.
#[derive(Default)]
pub(super) struct Repeats {
    /// Place, among those of the group, of the first report with these Tests, which a hash tells from others: there are
    /// as many as reports, and all that comes of it is a warning.
    first: HashMap<u64, u32>,
    /// Pairs of folders that were told of: one warning says enough.
    told: HashSet<(u32, [InputFolder; 2])>,
    /// Reports of which it was told that others, in folders inside theirs, tell of the same Tests.
    told_around: HashSet<ReportId>,
}

/// A folder, and the number of its INPUT where there are several.
type InputFolder = (Option<u32>, String);

/// All Tests of a report in one Test Execution.
#[derive(Debug, Clone, Copy)]
struct Tests {
    execution: u32,
    runs: u64,
    /// Sum of the hashes of their identities.
    identities: u64,
}

impl Tests {
    fn hash(&self) -> u64 {
        let numbers = [u64::from(self.execution), self.runs, self.identities].map(u64::to_le_bytes);
        xxh3_64(numbers.as_flattened())
    }
}

impl Repeats {
    /// Looks whether an earlier report of `group` has the very same Tests, and warns. `reports` are those before.
    /// Whether one has.
    pub(super) fn look(
        &mut self,
        outcome: &mut ReportOutcome,
        group: &Group,
        reports: &KeptReports,
        spool: &LineSpool,
    ) -> Result<bool, Error> {
        let mut is_found = false;
        for share in outcome.runs.shares.iter() {
            let tests = Tests { execution: share.execution, runs: share.runs, identities: share.identities };
            let first = *self.first.entry(tests.hash()).or_insert(reports.len() as u32);
            let Some(first) = reports.seen(first as usize, spool)? else { continue };
            is_found = true;
            let own = (outcome.surroundings.told_input, folder_of(outcome.origin.as_str()));
            let folders = [(first.input, folder_of(&first.report)), own];
            let formats = [first.format.as_deref(), outcome.told.format];
            let are_twins = folders[0] == folders[1] && formats[0] != formats[1];
            // Of twins it has been told.
            if !are_twins && self.told.insert((share.execution, folders.map(own_folder))) {
                let tests = match share.runs {
                    1 => "the same test".to_owned(),
                    runs => format!("the same {runs} tests"),
                };
                let first = told_beside(&first, outcome.surroundings.told_input);
                let advice = advice(&group.key_of(share.execution).key, folders, formats);
                let message = format!("{tests} as {first}: their results are merged{advice}");
                outcome.told.problems.push(Problem::new(ProblemKind::SameTestsTwice, message));
            }
        }
        Ok(is_found)
    }

    /// Warns of a report whose Tests come in that report, too, if it lies in a folder around: what was put together of
    /// parts beside the parts themselves, as pabot leaves them.
    pub(super) fn look_around(
        &mut self,
        outcome: &mut ReportOutcome,
        around: ReportId,
        reports: &KeptReports,
        spool: &LineSpool,
    ) -> Result<(), Error> {
        if self.told_around.contains(&around) {
            return Ok(());
        }
        let seen = reports.seen_by_id(around, spool)?;
        let is_around = |seen: &SeenReport| {
            seen.input == outcome.surroundings.told_input
                && is_below(folder_of(outcome.origin.as_str()), folder_of(&seen.report))
        };
        let whole = seen.filter(|seen| seen.format.as_deref() == outcome.told.format && is_around(seen));
        if let Some(whole) = whole {
            self.told_around.insert(around);
            let message = format!(
                "all of its tests come before, the first and the last of them in {}, which may be put together of this \
                 report and others: their results are merged, and each counts as a case of its own; --exclude leaves out the parts",
                whole.report
            );
            outcome.told.problems.push(Problem::new(ProblemKind::SameTestsTwice, message));
        }
        Ok(())
    }
}

/// What a report is called beside one of INPUT number `input`: its place, and the number of its own INPUT where that is
/// another one. Numbers are told only where there are several.
pub(super) fn told_beside(report: &SeenReport, input: Option<u32>) -> String {
    match report.input.filter(|_| report.input != input) {
        Some(own) => format!("{} (INPUT {own})", report.report),
        None => report.report.clone(),
    }
}

/// Why the results of two reports, in these folders and of these formats, are merged, or how that is prevented.
fn advice(key: &str, folders: [(Option<u32>, &str); 2], formats: [Option<&str>; 2]) -> String {
    let what_helps = match (formats[0] == formats[1], folders[0] == folders[1]) {
        // Kept apart they would be two Test Executions of one key, and the one that is uploaded last would count.
        _ if !key.is_empty() => return format!(", as both belong to {key}"),
        (false, _) => "where both tell of one run, --exclude leaves one of them out",
        (true, true) => "--merge last has the later one count, --exclude leaves one of them out",
        (true, false) => "--environment-from or --group-by directory keeps devices or folders apart",
    };
    format!("; {what_helps}")
}

fn own_folder((input, folder): (Option<u32>, &str)) -> InputFolder {
    (input, folder.to_owned())
}

/// The folder of a report that is shown like this. Lines know no more of it, and it is only compared.
fn folder_of(report: &str) -> &str {
    report.rsplit_once('/').map_or("", |(folder, _)| folder)
}
