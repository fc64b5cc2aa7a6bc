//! Files that are no reports: what is said of them instead.

mod strangers;

use std::io;

use super::marks::Marks;
use super::outcome::{ReportOutcome, Told};
use crate::format::{FORMATS, Format, Recognition};
use crate::model::{Origin, Problem, ProblemKind, ReportState, Severity};
use crate::source::{self, Entry, Skip, has_ending, is_called_archive, is_called_packed, is_called_zip};

/// Why a picture is set aside, as long as nothing more is known of it.
pub(super) const PICTURE: &str = "a picture";

/// A file, as far as it was looked at.
#[derive(Debug, Clone, Copy)]
pub(super) struct Looked<'l> {
    pub(super) origin: &'l Origin,
    /// Whether nothing of it is behind the bytes that were looked at.
    pub(super) is_all: bool,
    /// Whether it has not a byte, packed or not.
    pub(super) is_void: bool,
}

impl<'l> Looked<'l> {
    pub(super) fn at(entry: &'l Entry, head: &[u8], is_all: bool) -> Looked<'l> {
        let is_void = is_all && head.is_empty() && entry.length() == 0;
        Looked { origin: &entry.origin, is_all, is_void }
    }
}

/// A file that is no report: says what it is instead.
pub(super) fn set_aside(outcome: &mut ReportOutcome, recognition: Recognition, looked: Looked<'_>) {
    outcome.likeness.content = None;
    tell(&mut outcome.told, recognition, looked);
}

fn tell(told: &mut Told, recognition: Recognition, looked: Looked<'_>) {
    let Looked { origin, is_all, is_void, .. } = looked;
    let file_name = origin.as_str();
    let mut damaged = |kind, message| {
        told.state = ReportState::Damaged;
        told.problems.push(Problem::new(kind, message));
    };
    match recognition {
        Recognition::Report(_) => {}
        Recognition::Begun(_) if is_all && is_missed(file_name) => {
            damaged(ProblemKind::Truncated, "the file ends before it says what it is");
        }
        Recognition::Unsupported(lookalike) | Recognition::Begun(lookalike) => {
            told.state = ReportState::Unsupported;
            told.has_advice = lookalike.is_worth_mending();
            told.reason = match lookalike.advice {
                Some(advice) => format!("{}: {advice}", lookalike.what),
                None => lookalike.what,
            };
        }
        Recognition::Empty if is_all && is_called_archive(file_name) && origin.is_archived() => {
            // Quirk Z2: a script that packs its own folder finds there the archive that it has just begun.
            let problem = Problem { severity: Severity::Warning, ..empty_archive() };
            told.reason = Skip::EmptyArchive.to_string();
            told.problems.push(problem);
        }
        Recognition::Empty if is_all && is_called_archive(file_name) => {
            told.state = ReportState::Damaged;
            told.problems.push(empty_archive());
        }
        Recognition::Empty if is_all && is_missed(source::stem(file_name)) => damaged(
            ProblemKind::EmptyReport,
            "the file is empty, or ends before its first element, as a test run leaves it that died before it wrote its report",
        ),
        Recognition::Zeros if is_missed(file_name) => damaged(
            ProblemKind::EmptyReport,
            "zero bytes stand where the report should begin, as a power failure leaves them",
        ),
        Recognition::Empty if is_void && is_called_packed(file_name) => {
            damaged(ProblemKind::Truncated, "the packed file is empty: not a byte of it is there");
        }
        Recognition::Empty => told.reason = "empty".to_owned(),
        Recognition::Picture => told.reason = PICTURE.to_owned(),
        Recognition::Zeros | Recognition::Other if is_called_zip(file_name) => {
            let message = "the file is called a zip and is none; what was in it is not read";
            let mut problem = Problem::new(ProblemKind::Unreadable, message);
            problem.severity = Severity::Warning;
            told.reason = "neither XML nor JSON nor an archive".to_owned();
            told.problems.push(problem);
        }
        Recognition::Zeros | Recognition::Other => told.reason = "neither XML nor JSON nor an archive".to_owned(),
    }
}

/// The reading of a file that was set aside, or not looked at, failed.
pub(super) fn fail(told: &mut Told, error: &io::Error) {
    if told.state == ReportState::Ignored {
        // Nobody knows what it is.
        told.reason.clear();
    }
    told.state = ReportState::Damaged;
    told.problems.push(Problem::of_reading(error, "it cannot be read"));
}

/// Whether a file is called like a report, so that it is missed where nothing of it is there.
fn is_missed(file_name: &str) -> bool {
    FORMATS.iter().any(|format| has_ending(file_name, format.signs.endings)) && !strangers::is_stranger(file_name)
}

fn empty_archive() -> Problem {
    Problem::new(ProblemKind::Truncated, "the archive is empty: not a byte of it is there")
}

/// A file that was read as `forced` because the user said so, and had no test case of that: when it looks like
/// something else, it is that, and no report of nothing.
pub(super) fn review_forced(outcome: &mut ReportOutcome, forced: &Format, recognised: Recognition, looked: Looked<'_>) {
    match recognised {
        Recognition::Report(format) if format.name == forced.name => {}
        Recognition::Report(format) => {
            forget(outcome);
            outcome.told.state = ReportState::Unsupported;
            outcome.told.reason =
                format!("it looks like {}; read as {}, it has no test case", format.title, forced.title);
        }
        // Who forces a format may know better what this was going to be.
        Recognition::Unsupported(_) | Recognition::Begun(_) if outcome.told.state == ReportState::Damaged => {}
        other => {
            forget(outcome);
            set_aside(outcome, other, looked);
        }
    }
}

/// What a reader of another format found holds no more.
fn forget(outcome: &mut ReportOutcome) {
    outcome.likeness.content = None;
    outcome.likeness.marks = Marks::default();
    outcome.runs.shares.clear();
    outcome.told.format = None;
    outcome.told.state = ReportState::Ignored;
    outcome.told.producer.clear();
    outcome.told.problems.clear();
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::ReportId;

    fn looked(origin: &Origin) -> Looked<'_> {
        Looked { origin, is_all: true, is_void: true }
    }

    fn emptied(looked: Looked<'_>) -> (ReportState, String, Vec<Severity>) {
        let mut outcome = ReportOutcome::new(ReportId(0), looked.origin.clone(), 0);
        set_aside(&mut outcome, Recognition::Empty, looked);
        let Told { state, reason, problems, .. } = outcome.told;
        (state, reason, problems.iter().map(|problem| problem.severity).collect())
    }

    #[test]
    fn an_archive_without_a_byte_is_damaged() {
        let damaged = (ReportState::Damaged, String::new(), vec![Severity::Error]);
        for name in ["a.zip", "a.tar.gz", "A.TGZ", "a.tar", "a.tar.zst", "a.gz", "a.zst", "a.xml.gz", "z!/a.json.gz"] {
            assert_eq!(emptied(looked(&Origin::parse(name))), damaged, "{name}");
        }
        let begun = (ReportState::Ignored, "an empty archive".to_owned(), vec![Severity::Warning]);
        assert_eq!(emptied(looked(&Origin::parse("night.zip!/night.zip"))), begun);
        let empty = (ReportState::Ignored, "empty".to_owned(), Vec::new());
        assert_eq!(emptied(looked(&Origin::parse("a.log"))), empty);
        assert_eq!(emptied(Looked { is_void: false, ..looked(&Origin::parse("log.gz")) }), empty, "nothing was packed");
        assert_eq!(
            emptied(Looked { is_all: false, is_void: false, ..looked(&Origin::parse("a.xml.gz")) }),
            empty,
            "nothing could be unpacked"
        );
    }

    #[test]
    fn an_empty_file_is_missed_where_it_is_called_like_a_report() {
        for (name, expected) in [
            ("a.xml", ReportState::Damaged),
            ("a.ndjson", ReportState::Damaged),
            ("a.jsonl", ReportState::Damaged),
            ("a.txt", ReportState::Ignored),
            ("packages/a.1.0/lib/net45/ensureRedirect.xml", ReportState::Ignored),
            ("sources.zip!/web/node_modules/a/data.json", ReportState::Ignored),
        ] {
            assert_eq!(emptied(looked(&Origin::parse(name))).0, expected, "{name}");
        }
    }

    #[test]
    fn a_file_that_is_called_a_zip_and_is_none_is_told() {
        for (name, expected) in [("a.ZIP", vec![Severity::Warning]), ("zip", vec![]), ("a.bin", vec![])] {
            let mut outcome = ReportOutcome::new(ReportId(0), Origin::new(name), 9);
            set_aside(&mut outcome, Recognition::Other, looked(&Origin::parse(name)));
            let told: Vec<_> = outcome.told.problems.iter().map(|problem| problem.severity).collect();
            assert_eq!(told, expected, "{name}");
            assert_eq!(outcome.told.reason, "neither XML nor JSON nor an archive");
        }
    }
}
