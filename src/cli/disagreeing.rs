//! Tests that passed in one report and failed in another, or did not run there: no report has a problem for that, so it is
//! told here, once for each of these.

use xraypack::bundle::manifest::{Disagreeing, Manifest, ReportPlace, Undecided};
use xraypack::model::Contrary;
use xraypack::pipeline::PlannedExecution;

use super::numbers::counted;
use super::places::Places;
use super::terminal::{Style, Terminal, harmless};

/// How many there are in all Test Executions, and the first of them.
#[derive(Debug, Clone, Copy)]
pub struct Told<'d> {
    tests: u64,
    test: &'d str,
    passed: &'d ReportPlace,
    other: &'d ReportPlace,
    contrary: Contrary,
}

/// Those that failed elsewhere, and those that did not run there.
type Both<'d> = [Option<Told<'d>>; 2];

impl<'d> From<&'d Disagreeing> for Told<'d> {
    fn from(Disagreeing { tests, first }: &'d Disagreeing) -> Told<'d> {
        let (passed, other) = (&first.passed, &first.failed);
        Told { tests: *tests, test: &first.test, passed, other, contrary: Contrary::Failed }
    }
}

impl<'d> From<&'d Undecided> for Told<'d> {
    fn from(Undecided { tests, first }: &'d Undecided) -> Told<'d> {
        let (passed, other) = (&first.passed, &first.not_run);
        Told { tests: *tests, test: &first.test, passed, other, contrary: Contrary::DidNotRun }
    }
}

impl<'d> Told<'d> {
    /// Those of these Test Executions, which come in order; none: there are none.
    fn of<T: 'd>(executions: impl Iterator<Item = Option<&'d T>>) -> Option<Told<'d>>
    where
        Told<'d>: From<&'d T>,
    {
        let of_one = executions.flatten().map(Told::from);
        of_one.reduce(|all, one| Told { tests: all.tests.saturating_add(one.tests), ..all })
    }

    /// How many there are.
    pub fn tests(&self) -> u64 {
        self.tests
    }

    /// The word for it, as `explain` takes it.
    fn kind(&self) -> &'static str {
        match self.contrary {
            Contrary::Failed => "disagreeing",
            Contrary::DidNotRun => "undecided",
        }
    }

    /// `c.login passed in b.xml and failed in a.xml`, and what counts.
    fn sentence(&self, places: &Places) -> String {
        let place = |place: &ReportPlace| harmless(&[places.before(place.input), &place.report].concat());
        let tests = counted(self.tests, "Test", "Tests");
        let more = if self.tests == 1 { "" } else { ", the first of them," };
        let (test, passed, other) = (harmless(self.test), place(self.passed), place(self.other));
        let [did, counts, advice] = match self.contrary {
            Contrary::Failed => {
                ["failed", "the failure counts", "where one of them is a rerun, --merge last has the later one count"]
            }
            Contrary::DidNotRun => [
                "did not run",
                "neither counts (TODO)",
                "where tests are skipped on some machines and run on others, --merge ran has those count that ran",
            ],
        };
        format!(
            "{tests} passed in one report and {did} in another, and {counts}: {test}{more} passed in {passed} and {did} in \
             {other}; {advice}"
        )
    }
}

/// Those of an output.
pub fn of_manifest(manifest: &Manifest) -> Both<'_> {
    let executions = manifest.executions.iter();
    [
        Told::of(executions.clone().map(|execution| execution.disagreeing.as_ref())),
        Told::of(executions.map(|execution| execution.undecided.as_ref())),
    ]
}

/// Those of a plan.
pub fn of_plan(executions: &[PlannedExecution]) -> Both<'_> {
    let executions = executions.iter();
    [
        Told::of(executions.clone().map(|execution| execution.disagreeing.as_ref())),
        Told::of(executions.map(|execution| execution.undecided.as_ref())),
    ]
}

/// Says how many there are, and what can be done.
pub fn warn(both: Both<'_>, places: &Places, terminal: &mut Terminal) {
    if terminal.is_quiet() {
        return;
    }
    let warning = terminal.err.paint(Style::Yellow, "warning").to_string();
    for told in both.into_iter().flatten() {
        // When standard error is closed there is nobody to tell.
        let _ = terminal.err.line(format_args!("{warning}: {} [{}]", told.sentence(places), told.kind()));
    }
}

#[cfg(test)]
mod tests {
    use xraypack::bundle::manifest::{DisagreeingTest, UndecidedTest};

    use super::super::Verbosity;
    use super::super::terminal::tests::terminal;
    use super::*;

    fn disagreeing(tests: u64, test: &str) -> Disagreeing {
        let place = |report: &str| ReportPlace { report: report.to_owned(), input: None };
        let first = DisagreeingTest { test: test.to_owned(), passed: place("b/t.xml"), failed: place("a/t.xml") };
        Disagreeing { tests, first }
    }

    fn told(all: &[Disagreeing], verbosity: Verbosity) -> String {
        let (mut terminal, _, err) = terminal(verbosity);
        warn([Told::of(all.iter().map(Some)), None], &Places::default(), &mut terminal);
        err.text()
    }

    #[test]
    fn one_line_tells_of_all_test_executions() {
        assert_eq!(
            told(&[disagreeing(1, "c.login")], Verbosity::Normal),
            "warning: 1 Test passed in one report and failed in another, and the failure counts: c.login \
             passed in b/t.xml and failed in a/t.xml; where one of them is a rerun, --merge last has the later one count \
             [disagreeing]\n"
        );
        let text = told(&[disagreeing(1000, "c.login"), disagreeing(234, "c.logout")], Verbosity::Normal);
        assert!(text.starts_with("warning: 1,234 Tests passed in one"), "{text}");
        assert!(text.contains(": c.login, the first of them, passed in b/t.xml"), "{text}");
        assert_eq!(text.lines().count(), 1);
        assert_eq!(told(&[disagreeing(1, "c.login")], Verbosity::Quiet), "");
        assert_eq!(told(&[], Verbosity::Normal), "");
    }

    #[test]
    fn what_passed_here_and_was_skipped_there_has_a_line_of_its_own() {
        let place = |report: &str| ReportPlace { report: report.to_owned(), input: None };
        let first =
            UndecidedTest { test: "c.pays".to_owned(), passed: place("linux.xml"), not_run: place("windows.xml") };
        let undecided = Undecided { tests: 12, first };
        let failed = disagreeing(1, "c.login");
        let (mut terminal, _, err) = terminal(Verbosity::Normal);
        let both = [Told::of([Some(&failed)].into_iter()), Told::of([None, Some(&undecided)].into_iter())];
        warn(both, &Places::default(), &mut terminal);
        let text = err.text();
        let (_, second) = text.split_once("[disagreeing]\n").unwrap();
        assert_eq!(
            second,
            "warning: 12 Tests passed in one report and did not run in another, and neither counts (TODO): c.pays, the \
             first of them, passed in linux.xml and did not run in windows.xml; where tests are skipped on some machines \
             and run on others, --merge ran has those count that ran [undecided]\n"
        );
    }
}
