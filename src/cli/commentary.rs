//! What is said on standard error while reports come by: their problems and how far the work has come.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use xraypack::model::{CaseCounts, Problem, ProblemKind, ReportState, Severity};
use xraypack::pipeline::Report;

use super::Verbosity;
use super::args::ZoneBy;
use super::choices::ProgressChoice;
use super::numbers;
use super::places::Places;
use super::problems;
use super::progress::Progress;
use super::terminal::{Printer, Style, Terminal, harmless};

/// Warnings of one kind that are shown without `-v`. A night has ten thousand naive timestamps; ten tell the story.
const SHOWN_PER_KIND: u64 = 10;

/// Containers of one report among them that failed. Readers gather what they have to tell of a report, but each of these is
/// told by itself, and a hundred set-ups of one report would hide that one of another failed, too.
const CONTAINERS_PER_REPORT: u64 = 3;

/// Errors of one kind that are shown without `-v`: as many as somebody looks at one by one. `reports.jsonl` has all.
const ERRORS_PER_KIND: u64 = 100;

/// One file that has been dealt with, in report order.
#[derive(Debug, Clone, Copy)]
pub struct ReportSeen<'r> {
    /// Its name, as in `reports.jsonl`.
    pub name: &'r str,
    /// Number of its INPUT, from one, where there are several.
    pub input: Option<u32>,
    /// What stands before its name for people, who must know which of several INPUTs is meant.
    pub before: &'r str,
    /// Name of its format, where one was recognised.
    pub format: Option<&'static str>,
    /// The program that wrote it, where it says so.
    pub producer: Option<&'r str>,
    /// What became of it.
    pub state: ReportState,
    /// Its size in bytes.
    pub bytes: u64,
    /// What it holds.
    pub cases: CaseCounts,
    /// What was wrong with it.
    pub problems: &'r [Problem],
    /// Why it was set aside; empty when it was read.
    pub set_aside: &'r str,
    /// Whether that says what to do about results that were not read.
    pub has_advice: bool,
}

impl<'r> ReportSeen<'r> {
    /// The view of what the library tells.
    pub fn of(report: &Report<'r>, places: &'r Places) -> ReportSeen<'r> {
        ReportSeen {
            name: report.origin.as_str(),
            input: report.input,
            before: places.before(report.input),
            format: report.format,
            producer: (!report.producer.is_empty()).then_some(report.producer),
            state: report.state,
            bytes: report.bytes,
            cases: report.cases,
            problems: report.problems,
            set_aside: report.reason,
            has_advice: report.has_advice,
        }
    }

    /// Its name for people.
    pub fn shown(&self) -> String {
        [self.before, self.name].concat()
    }

    /// Whether it was recognised as a report at all.
    pub fn is_report(&self) -> bool {
        matches!(self.state, ReportState::Converted | ReportState::Damaged)
    }

    /// Why it was set aside or cut, in words: its gravest problem, the first of equals, where nothing else is said.
    pub fn reason(&self) -> &str {
        if !self.set_aside.is_empty() {
            return self.set_aside;
        }
        let gravest = self.problems.iter().rev().max_by_key(|problem| problem.severity);
        gravest.map_or("no reason is known", |problem| problem.message.as_str())
    }
}

/// Takes every report in order and speaks of it. Can be shared between threads.
pub struct Commentary {
    speaker: Mutex<Speaker>,
}

struct Speaker {
    err: Printer,
    verbosity: Verbosity,
    zone: ZoneBy,
    progress: Progress,
    /// Lines kept back, the gravest first and by kind, with what was shown before.
    tally: BTreeMap<(Reverse<Severity>, ProblemKind), Tally>,
    /// Failed containers of the report at hand.
    containers: u64,
}

#[derive(Default)]
struct Tally {
    shown: u64,
    left_out: u64,
}

impl Commentary {
    /// Speaks through the terminal's standard error, which it takes over.
    pub fn new(terminal: &mut Terminal, progress: ProgressChoice, zone: ZoneBy) -> Commentary {
        let choice = if terminal.is_quiet() { ProgressChoice::None } else { progress };
        let progress = Progress::new(choice, terminal.is_watched, Instant::now());
        let silent = Printer::new(super::terminal::Ink::Plain, std::io::sink());
        let err = std::mem::replace(&mut terminal.err, silent);
        let speaker =
            Speaker { err, verbosity: terminal.verbosity, zone, progress, tally: BTreeMap::new(), containers: 0 };
        Commentary { speaker: Mutex::new(speaker) }
    }

    /// A report is done. To be called in report order.
    pub fn report(&self, report: &ReportSeen<'_>) {
        let mut speaker = self.speaker();
        speaker.problems(report, report.problems);
        if speaker.verbosity == Verbosity::Chatty {
            speaker.line(&described(report));
        }
        if let Some(line) = speaker.progress.advance(report.bytes, Instant::now()) {
            speaker.line(&line);
        }
    }

    /// More came to light about a report that was spoken of.
    pub fn further(&self, report: &ReportSeen<'_>, problems: &[Problem]) {
        self.speaker().problems(report, problems);
    }

    /// An earlier conversion is gone on with.
    pub fn resumed(&self, kept: u64, changed: u64) {
        let speaker = self.speaker();
        if speaker.verbosity == Verbosity::Quiet || kept + changed == 0 {
            return;
        }
        let kept = numbers::counted(kept, "finished group of reports is", "finished groups of reports are");
        let changed = match changed {
            0 => String::new(),
            changed => format!("; {} changed since and converted again", numbers::counted(changed, "has", "have")),
        };
        drop(speaker);
        self.note(&format!("{kept} taken over{changed}"));
    }

    /// Something worth knowing that is no problem of a report.
    pub fn note(&self, what: &str) {
        let mut speaker = self.speaker();
        if speaker.verbosity != Verbosity::Quiet {
            let note = speaker.err.paint(Style::Cyan, "note").to_string();
            speaker.line(&format!("{note}: {what}"));
        }
    }

    /// The last report is done, or the work has stopped: the bar goes, and what was kept back is named. Gives standard
    /// error back to the terminal.
    pub fn finish(self, terminal: &mut Terminal) {
        let mut speaker = self.speaker.into_inner().unwrap_or_else(PoisonError::into_inner);
        speaker.progress.finish();
        for line in speaker.left_out() {
            speaker.line(&line);
        }
        terminal.err = speaker.err;
    }

    fn speaker(&self) -> MutexGuard<'_, Speaker> {
        // A speaker that panicked in another thread can still be used: each line is written whole or not.
        self.speaker.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Speaker {
    fn problems(&mut self, report: &ReportSeen<'_>, problems: &[Problem]) {
        self.containers = 0;
        for problem in problems {
            if self.is_wanted(problem) {
                self.problem(report, problem);
            }
        }
    }

    fn problem(&mut self, report: &ReportSeen<'_>, problem: &Problem) {
        let severity = problems::severity(problem, self.zone);
        let painted = self.err.paint(style_of(severity), severity.name()).to_string();
        let place = problem.position.map_or(String::new(), |place| format!(":{}:{}", place.line, place.column));
        let (report, message) = (report.shown(), harmless(&problem.message));
        self.line(&format!("{painted}: {}{place}: {message} [{}]", harmless(&report), problem.kind.name()));
    }

    /// Errors and warnings while they are few of their kind, or with `-v`; notes with `-v`.
    fn is_wanted(&mut self, problem: &Problem) -> bool {
        let severity = problems::severity(problem, self.zone);
        let most = match severity {
            _ if self.verbosity >= Verbosity::Verbose => return true,
            Severity::Note => return false,
            Severity::Warning if self.verbosity == Verbosity::Quiet => return false,
            Severity::Warning => SHOWN_PER_KIND,
            Severity::Error => ERRORS_PER_KIND,
        };
        let tally = self.tally.entry((Reverse(severity), problem.kind)).or_default();
        let is_container = problem.kind == ProblemKind::ContainerFailure;
        self.containers += u64::from(is_container);
        let is_wanted = tally.shown < most && !(is_container && self.containers > CONTAINERS_PER_REPORT);
        *(if is_wanted { &mut tally.shown } else { &mut tally.left_out }) += 1;
        is_wanted
    }

    fn left_out(&self) -> Vec<String> {
        let told = self.tally.iter().filter(|(_, tally)| tally.left_out > 0).map(|((severity, kind), tally)| {
            // That there are more errors is said to those, too, who want to hear of errors alone.
            let (word, more) = match severity.0 {
                Severity::Error => ("error", numbers::counted(tally.left_out, "more error", "more errors")),
                _ => ("note", numbers::counted(tally.left_out, "more warning", "more warnings")),
            };
            let style = if word == "error" { Style::Red } else { Style::Cyan };
            format!("{}: {more} [{}], not shown; -v shows all", self.err.paint(style, word), kind.name())
        });
        told.collect()
    }

    fn line(&mut self, text: &str) {
        let Speaker { err, progress, .. } = self;
        // When standard error is closed there is nobody to tell.
        let _ = progress.aside(|| err.line(format_args!("{text}")));
    }
}

/// The colour of a severity.
pub fn style_of(severity: Severity) -> Style {
    match severity {
        Severity::Error => Style::Red,
        Severity::Warning => Style::Yellow,
        Severity::Note => Style::Cyan,
    }
}

/// `report: a.xml: junit (surefire), 12 cases, converted`
fn described(report: &ReportSeen<'_>) -> String {
    let format = match (report.format, report.producer) {
        (Some(format), Some(producer)) => format!("{format} ({}), ", harmless(producer)),
        (Some(format), None) => format!("{format}, "),
        (None, _) => String::new(),
    };
    let cases = match report.is_report() {
        true => format!("{}, ", numbers::counted(report.cases.seen, "case", "cases")),
        false => String::new(),
    };
    format!("report: {}: {format}{cases}{}", harmless(&report.shown()), report.state.name())
}

#[cfg(test)]
pub mod tests {
    use super::super::terminal::tests::terminal;
    use super::*;
    use xraypack::model::Position;

    /// A report with these problems and nothing else to say.
    pub fn seen<'r>(name: &'r str, problems: &'r [Problem]) -> ReportSeen<'r> {
        ReportSeen {
            name,
            input: None,
            before: "",
            format: Some("junit"),
            producer: Some("surefire"),
            state: ReportState::Converted,
            bytes: 100,
            cases: CaseCounts { seen: 12, passed: 12, ..CaseCounts::default() },
            problems,
            set_aside: "",
            has_advice: false,
        }
    }

    fn spoken(verbosity: Verbosity, reports: &[ReportSeen<'_>]) -> String {
        let (mut terminal, _, err) = terminal(verbosity);
        let commentary = Commentary::new(&mut terminal, ProgressChoice::None, ZoneBy::Default);
        reports.iter().for_each(|report| commentary.report(report));
        commentary.finish(&mut terminal);
        err.text()
    }

    #[test]
    fn a_problem_is_a_line_with_its_place() {
        let place = Position { offset: 99, line: 12, column: 5 };
        let problems = [
            Problem::new(ProblemKind::Truncated, "the report ends inside <testcase>").at(place),
            Problem::new(ProblemKind::Unusual, "a note"),
        ];
        assert_eq!(
            spoken(Verbosity::Normal, &[seen("nightly.zip!/ui/TEST-a.xml", &problems)]),
            "error: nightly.zip!/ui/TEST-a.xml:12:5: the report ends inside <testcase> [truncated]\n"
        );
    }

    #[test]
    fn of_several_inputs_the_one_that_is_meant_is_named() {
        let problems = [Problem::new(ProblemKind::Truncated, "it is cut")];
        let report = ReportSeen { before: "b/", ..seen("a.xml", &problems) };
        let text = spoken(Verbosity::Chatty, &[report]);
        assert!(text.starts_with("error: b/a.xml: it is cut") && text.contains("report: b/a.xml: junit"), "{text}");
    }

    #[test]
    fn many_warnings_of_a_kind_are_counted_and_not_shown() {
        let problems = vec![Problem::new(ProblemKind::NaiveTimestamp, "no zone"); 1234];
        let text = spoken(Verbosity::Normal, &[seen("a.xml", &problems)]);
        assert_eq!(text.lines().count(), 11);
        assert!(text.ends_with("note: 1,224 more warnings [naive-timestamp], not shown; -v shows all\n"), "{text}");
        assert_eq!(spoken(Verbosity::Verbose, &[seen("a.xml", &problems)]).lines().count(), 1234);
    }

    #[test]
    fn failed_containers_of_one_report_do_not_hide_those_of_another() {
        let container = Problem::new(ProblemKind::ContainerFailure, "setUpClass failed and is no test case");
        let problems = [vec![container; 100], vec![Problem::new(ProblemKind::UnknownStatus, "odd")]].concat();
        let text = spoken(Verbosity::Normal, &[seen("a.xml", &problems), seen("b.xml", &problems)]);
        for (line, times) in [("a.xml: setUpClass failed", 3), ("b.xml: setUpClass failed", 3), (".xml: odd", 2)] {
            assert_eq!(text.matches(line).count(), times, "{text}");
        }
        assert!(text.ends_with("note: 194 more warnings [container-failure], not shown; -v shows all\n"), "{text}");
        let text = spoken(Verbosity::Verbose, &[seen("a.xml", &problems)]);
        assert_eq!(text.lines().count(), 101, "{text}");
    }

    #[test]
    fn errors_are_kept_back_only_where_nobody_would_read_them() {
        let problems = vec![Problem::new(ProblemKind::Malformed, "broken"); 100];
        assert_eq!(spoken(Verbosity::Quiet, &[seen("a.xml", &problems)]).lines().count(), 100);
        let problems = vec![Problem::new(ProblemKind::Malformed, "broken"); 1334];
        for verbosity in [Verbosity::Quiet, Verbosity::Normal] {
            let text = spoken(verbosity, &[seen("a.xml", &problems)]);
            assert_eq!(text.lines().count(), 101);
            assert!(text.ends_with("error: 1,234 more errors [malformed], not shown; -v shows all\n"), "{text}");
        }
        assert_eq!(spoken(Verbosity::Verbose, &[seen("a.xml", &problems)]).lines().count(), 1334);
    }

    #[test]
    fn quiet_says_no_warning_and_chatty_names_each_report() {
        let problems = [Problem::new(ProblemKind::Repaired, "mended")];
        let report = seen("a.xml", &problems);
        assert_eq!(spoken(Verbosity::Quiet, &[report]), "");
        let text = spoken(Verbosity::Chatty, &[report]);
        assert!(text.ends_with("report: a.xml: junit (surefire), 12 cases, converted\n"), "{text}");
    }

    #[test]
    fn the_reason_is_the_first_of_the_gravest() {
        let problems = [
            Problem::new(ProblemKind::Repaired, "mended"),
            Problem::new(ProblemKind::Malformed, "broken"),
            Problem::new(ProblemKind::Truncated, "cut"),
        ];
        assert_eq!(seen("a.xml", &problems).reason(), "broken");
    }
}
