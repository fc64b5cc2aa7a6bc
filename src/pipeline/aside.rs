//! Files that are no reports: what is said of them instead.

use super::marks::Marks;
use super::outcome::ReportOutcome;
use crate::format::{Format, Recognition};
use crate::model::{Problem, ProblemKind, ReportState, Severity};
use crate::source::{is_called_like_a_report, is_called_zip};

/// Why a picture is set aside, as long as nothing more is known of it.
pub(super) const PICTURE: &str = "a picture";

/// A file that is no report: says what it is instead. `is_all`: whether nothing of it is behind what was looked at.
pub(super) fn set_aside(outcome: &mut ReportOutcome, recognition: Recognition, file_name: &str, is_all: bool) {
    outcome.content = None;
    let mut damaged = |kind, message| {
        outcome.state = ReportState::Damaged;
        outcome.problems.push(Problem::new(kind, message));
    };
    match recognition {
        Recognition::Report(_) => {}
        Recognition::NotYet(family) => {
            outcome.state = ReportState::Unsupported;
            outcome.reason = format!("recognised as {}, which is not read yet", family.title());
        }
        Recognition::Begun(_) if is_all && is_called_like_a_report(file_name) => {
            damaged(ProblemKind::Truncated, "the file ends before it says what it is");
        }
        Recognition::Unsupported(lookalike) | Recognition::Begun(lookalike) => {
            outcome.state = ReportState::Unsupported;
            outcome.reason = match lookalike.advice {
                Some(advice) => format!("{}: {advice}", lookalike.what),
                None => lookalike.what,
            };
        }
        Recognition::Empty if is_called_like_a_report(file_name) => damaged(
            ProblemKind::EmptyReport,
            "the file is empty, as a test run leaves it that died before it wrote its report",
        ),
        Recognition::Zeros if is_called_like_a_report(file_name) => damaged(
            ProblemKind::EmptyReport,
            "zero bytes stand where the report should begin, as a power failure leaves them",
        ),
        Recognition::Empty => outcome.reason = "empty".to_owned(),
        Recognition::Picture => outcome.reason = PICTURE.to_owned(),
        Recognition::Zeros | Recognition::Other if is_called_zip(file_name) => {
            let message = "the file is called a zip and is none; what was in it is not read";
            let mut problem = Problem::new(ProblemKind::Unreadable, message);
            problem.severity = Severity::Warning;
            outcome.reason = "neither XML nor JSON nor an archive".to_owned();
            outcome.problems.push(problem);
        }
        Recognition::Zeros | Recognition::Other => outcome.reason = "neither XML nor JSON nor an archive".to_owned(),
    }
}

/// A file that was read as `forced` because the user said so, and had no test case of that: when it looks like something else, it
/// is that, and no report of nothing.
pub(super) fn review_forced(
    outcome: &mut ReportOutcome,
    forced: &Format,
    recognised: Recognition,
    file_name: &str,
    is_all: bool,
) {
    match recognised {
        Recognition::Report(format) if format.name == forced.name => {}
        Recognition::Report(format) => {
            forget(outcome);
            outcome.state = ReportState::Unsupported;
            outcome.reason = format!("it looks like {}; read as {}, it has no test case", format.title, forced.title);
        }
        // Who forces a format may know better what this was going to be.
        Recognition::Unsupported(_) | Recognition::Begun(_) | Recognition::NotYet(_)
            if outcome.state == ReportState::Damaged => {}
        other => {
            forget(outcome);
            set_aside(outcome, other, file_name, is_all);
        }
    }
}

/// What a reader of another format found holds no more.
fn forget(outcome: &mut ReportOutcome) {
    outcome.format = None;
    outcome.state = ReportState::Ignored;
    outcome.content = None;
    outcome.producer.clear();
    outcome.problems.clear();
    outcome.shares.clear();
    outcome.marks = Marks::default();
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Origin, ReportId};

    #[test]
    fn an_empty_file_is_missed_where_it_is_called_like_a_report() {
        for (name, expected) in [
            ("a.xml", ReportState::Damaged),
            ("a.ndjson", ReportState::Damaged),
            ("a.jsonl", ReportState::Damaged),
            ("a.txt", ReportState::Ignored),
        ] {
            let mut outcome = ReportOutcome::new(ReportId(0), Origin::new(name), 0);
            set_aside(&mut outcome, Recognition::Empty, name, true);
            assert_eq!(outcome.state, expected, "{name}");
        }
    }

    #[test]
    fn a_file_that_is_called_a_zip_and_is_none_is_told() {
        for (name, expected) in [("a.ZIP", vec![Severity::Warning]), ("zip", vec![]), ("a.bin", vec![])] {
            let mut outcome = ReportOutcome::new(ReportId(0), Origin::new(name), 9);
            set_aside(&mut outcome, Recognition::Other, name, true);
            let told: Vec<_> = outcome.problems.iter().map(|problem| problem.severity).collect();
            assert_eq!(told, expected, "{name}");
            assert_eq!(outcome.reason, "neither XML nor JSON nor an archive");
        }
    }
}
