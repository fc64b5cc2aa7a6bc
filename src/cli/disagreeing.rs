//! Tests that passed in one report and failed in another: no report has a problem for that, so it is told here, once.

use xraypack::bundle::manifest::{Disagreeing, DisagreeingTest, Manifest, ReportPlace};

use super::numbers::counted;
use super::places::Places;
use super::terminal::{Style, Terminal, harmless};

/// How many there are in all Test Executions, and the first of them.
#[derive(Debug, Clone, Copy)]
pub struct Told<'d> {
    tests: u64,
    first: &'d DisagreeingTest,
}

impl<'d> Told<'d> {
    /// Those of these Test Executions, which come in order; none: there are none.
    pub fn of(executions: impl Iterator<Item = &'d Disagreeing>) -> Option<Told<'d>> {
        let of_one = executions.map(|Disagreeing { tests, first }| Told { tests: *tests, first });
        of_one.reduce(|all, one| Told { tests: all.tests.saturating_add(one.tests), ..all })
    }

    /// How many there are.
    pub fn tests(&self) -> u64 {
        self.tests
    }

    /// `c.login passed in b.xml and failed in a.xml`, and what counts.
    fn sentence(&self, places: &Places) -> String {
        let DisagreeingTest { test, passed, failed } = self.first;
        let place = |place: &ReportPlace| harmless(&[places.before(place.input), &place.report].concat());
        let tests = counted(self.tests, "Test", "Tests");
        let more = if self.tests == 1 { "" } else { ", the first of them," };
        format!(
            "{tests} passed in one report and failed in another, and the failure counts: {}{more} passed \
             in {} and failed in {}; where one of them is a rerun, --merge last has the later one count",
            harmless(test),
            place(passed),
            place(failed)
        )
    }
}

/// Those of an output.
pub fn of_manifest(manifest: &Manifest) -> Option<Told<'_>> {
    Told::of(manifest.executions.iter().filter_map(|execution| execution.disagreeing.as_ref()))
}

/// Says how many there are, and what can be done.
pub fn warn(told: Option<Told<'_>>, places: &Places, terminal: &mut Terminal) {
    let Some(told) = told.filter(|_| !terminal.is_quiet()) else { return };
    let warning = terminal.err.paint(Style::Yellow, "warning").to_string();
    // When standard error is closed there is nobody to tell.
    let _ = terminal.err.line(format_args!("{warning}: {} [disagreeing]", told.sentence(places)));
}

#[cfg(test)]
mod tests {
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
        warn(Told::of(all.iter()), &Places::default(), &mut terminal);
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
}
