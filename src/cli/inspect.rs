//! `xraypack inspect`: what is in there.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::io;
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

use clap::builder::BoolishValueParser;
use clap::{Args, ValueHint};
use xraypack::bundle::ReportLine;
use xraypack::format::Attachments;
use xraypack::model::{CaseCounts, ReportState};
use xraypack::pipeline::{Intake, Observer, Report};
use xraypack::source::{self, Input};

use super::Verbosity;
use super::args::{ReadingArgs, TellingArgs, ZoneBy, check_inputs, check_limits};
use super::choices::{OutputChoice, TimeUnitChoice};
use super::commentary::{Commentary, ReportSeen};
use super::exit::{DamageAllowed, Ending, Failure, heard};
use super::inputs;
use super::job;
use super::nothing::NoReports;
use super::numbers::{self, count, counted};
use super::places::Places;
use super::problems::ProblemTally;
use super::summary::{SetAside, headed, write_cases, write_problems, write_set_aside};
use super::table::{Align, Table};
use super::terminal::{Printer, Terminal, harmless};

/// What `inspect` is asked for.
#[derive(Debug, Args)]
pub struct InspectArgs {
    /// Files, directories, archives, pipes, or - for standard input
    #[arg(required = true, value_name = "INPUT", value_hint = ValueHint::AnyPath)]
    pub inputs: Vec<PathBuf>,
    #[command(flatten)]
    pub reading: ReadingArgs,
    #[command(flatten)]
    pub telling: TellingArgs,
    /// Exit with 0 although a report was damaged
    #[arg(long, env = "XRAYPACK_ALLOW_DAMAGED", value_parser = BoolishValueParser::new())]
    pub allow_damaged: bool,
}

/// Runs the command.
pub fn run(args: &InspectArgs, terminal: &mut Terminal) -> Result<Ending, Failure> {
    check_inputs(&args.inputs)?;
    check_limits(&args.reading)?;
    let inputs = inputs::open(&args.inputs)?;
    let options = job::source_options(&args.reading)?;
    inputs::warn_of_overlaps(&inputs, terminal);
    let places = Places::of(&inputs);
    let commentary = Commentary::new(terminal, args.telling.progress, args.reading.zone_by());
    let listing = Mutex::new(Listing::new(args.telling.format, args.reading.zone_by(), &mut terminal.out));
    let inspected = inspect(args, &inputs, &options, &places, &|report| {
        commentary.report(report);
        listing.lock().unwrap_or_else(PoisonError::into_inner).add(report);
    });
    let Listing { view, printed, .. } = listing.into_inner().unwrap_or_else(PoisonError::into_inner);
    commentary.finish(terminal);
    inspected?;
    inputs::tell_unmet(&options, terminal);
    heard(printed.and_then(|()| show(&view, args.telling.format, terminal)))?;
    let ending = Ending::of_reports(view.reports, view.damaged, DamageAllowed::from(args.allow_damaged));
    if ending == Ending::NoReport {
        view.no_reports.tell(terminal);
    }
    Ok(ending)
}

fn show(view: &View, format: OutputChoice, terminal: &mut Terminal) -> io::Result<()> {
    if format == OutputChoice::Human && !terminal.is_quiet() {
        view.write_human(terminal.verbosity, &mut terminal.out)?;
    }
    terminal.out.flush()
}

/// Has the library read everything and calls `each` for every file, in report order.
fn inspect(
    args: &InspectArgs,
    inputs: &[Input],
    source: &source::Options,
    places: &Places,
    each: &(dyn Fn(&ReportSeen<'_>) + Sync),
) -> Result<(), Failure> {
    let mut reading = job::reading(&args.reading, TimeUnitChoice::S)?;
    reading.options.attachments = Attachments::None;
    let intake = Intake { inputs, source, reading: &reading, threads: job::threads(&args.reading) };
    xraypack::pipeline::inspect(intake, &Each { each, places }).map_err(job::failure)
}

struct Each<'e> {
    each: &'e (dyn Fn(&ReportSeen<'_>) + Sync),
    places: &'e Places,
}

impl Observer for Each<'_> {
    fn report(&self, report: &Report<'_>) {
        (self.each)(&ReportSeen::of(report, self.places));
    }
}

/// Collects the view and, for programs, prints each report as it comes.
struct Listing<'o> {
    format: OutputChoice,
    out: &'o mut Printer,
    /// The first error of standard output; nothing is printed after it.
    printed: io::Result<()>,
    view: View,
}

impl<'o> Listing<'o> {
    fn new(format: OutputChoice, zone: ZoneBy, out: &'o mut Printer) -> Listing<'o> {
        let view = View { problems: ProblemTally::new(zone), ..View::default() };
        Listing { format, out, printed: Ok(()), view }
    }

    fn add(&mut self, report: &ReportSeen<'_>) {
        self.view.add(report);
        if self.format == OutputChoice::Json && self.printed.is_ok() {
            self.printed = self.out.json(&line_of(report));
        }
    }
}

/// What was seen, by format and producer.
#[derive(Debug, Default)]
struct View {
    files: u64,
    reports: u64,
    damaged: u64,
    ignored: u64,
    bytes: u64,
    cases: CaseCounts,
    groups: BTreeMap<(String, String), Group>,
    set_aside: Vec<SetAside>,
    problems: ProblemTally,
    no_reports: NoReports,
}

#[derive(Debug, Default)]
struct Group {
    reports: u64,
    bytes: u64,
    cases: CaseCounts,
}

impl View {
    fn add(&mut self, report: &ReportSeen<'_>) {
        self.files += 1;
        self.bytes += report.bytes;
        self.no_reports.add(report);
        self.problems.add(report.problems);
        if report.is_report() {
            self.add_report(report);
        }
        match report.state {
            ReportState::Converted => {}
            ReportState::Ignored => self.ignored += 1,
            ReportState::Damaged | ReportState::Unsupported => self.set_aside.extend(SetAside::of(report)),
        }
    }

    fn add_report(&mut self, report: &ReportSeen<'_>) {
        self.reports += 1;
        self.damaged += u64::from(report.state == ReportState::Damaged);
        self.cases.merge(&report.cases);
        let name = (report.format.unwrap_or("?").to_owned(), report.producer.unwrap_or("").to_owned());
        let group = self.groups.entry(name).or_default();
        group.reports += 1;
        group.bytes += report.bytes;
        group.cases.merge(&report.cases);
    }

    fn write_human(&self, verbosity: Verbosity, out: &mut Printer) -> io::Result<()> {
        let (files, reports) = (counted(self.files, "file", "files"), counted(self.reports, "report", "reports"));
        out.line(format_args!("{files}, {}: {reports}, {} ignored", numbers::size(self.bytes), count(self.ignored)))?;
        if self.reports > 0 {
            self.write_groups(out)?;
            write_cases(&self.cases.into(), out)?;
        }
        write_set_aside(&self.set_aside, verbosity, out)?;
        write_problems(&self.problems.counts(), out)
    }

    fn write_groups(&self, out: &mut Printer) -> io::Result<()> {
        use Align::{Left, Right};
        let mut table = Table::new(&[Left, Left, Right, Right, Right, Right, Right, Right, Right]);
        table.row(["Format", "producer", "reports", "size", "cases", "passed", "failed", "errored", "skipped"]);
        for ((format, producer), Group { reports, bytes, cases }) in &self.groups {
            let [seen, passed, failed, errored, skipped] =
                [cases.seen, cases.passed, cases.failed, cases.errored, cases.skipped].map(count);
            let (producer, reports, size) = (harmless(producer), count(*reports), numbers::size(*bytes));
            table.row([format, &producer, &reports, &size, &seen, &passed, &failed, &errored, &skipped]);
        }
        headed(&table, out)
    }
}

/// The line of a file, without what only a conversion knows.
fn line_of(report: &ReportSeen<'_>) -> ReportLine {
    ReportLine {
        report: report.name.to_owned(),
        input: report.input,
        format: report.format.map(Cow::Borrowed),
        producer: report.producer.map(str::to_owned),
        state: report.state,
        reason: (!report.set_aside.is_empty()).then(|| report.set_aside.to_owned()),
        bytes: report.bytes,
        cases: report.cases.into(),
        runs: None,
        execution: None,
        problems: report.problems.iter().cloned().map(Into::into).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::commentary::tests::seen;
    use super::super::terminal::Ink;
    use super::super::terminal::tests::Paper;
    use super::*;
    use xraypack::model::{Position, Problem, ProblemKind};

    #[test]
    fn people_see_formats_and_producers() {
        let broken = [Problem::new(ProblemKind::Malformed, "a tag is never closed")];
        let mut view = View::default();
        view.add(&seen("a.xml", &[]));
        view.add(&seen("b.xml", &[]));
        view.add(&ReportSeen {
            format: Some("robot"),
            producer: None,
            state: ReportState::Damaged,
            ..seen("o.xml", &broken)
        });
        view.add(&ReportSeen { format: None, producer: None, state: ReportState::Ignored, ..seen("c.txt", &[]) });
        let paper = Paper::default();
        view.write_human(Verbosity::Normal, &mut paper.printer(Ink::Plain)).unwrap();
        let expected = "\
4 files, 400 B: 3 reports, 1 ignored

Format  producer  reports   size  cases  passed  failed  errored  skipped
junit   surefire        2  200 B     24      24       0        0        0
robot                   1  100 B     12      12       0        0        0

Cases      36
  passed   36
  failed    0
  errored   0
  skipped   0

Damaged (1)
  o.xml  a tag is never closed

Problems
  malformed  1  error
  What to do: xraypack explain malformed
";
        assert_eq!(paper.text(), expected);
        assert_eq!((view.reports, view.damaged), (3, 1));
    }

    #[test]
    fn programs_get_a_line_for_each_file() {
        let place = Position { offset: 311, line: 2, column: 14 };
        let problems = [Problem::new(ProblemKind::NaiveTimestamp, "no zone").at(place)];
        let paper = Paper::default();
        let mut out = paper.printer(Ink::Plain);
        let mut listing = Listing::new(OutputChoice::Json, ZoneBy::Default, &mut out);
        listing.add(&seen("nightly.zip!/a.xml", &problems));
        let bare = ReportSeen { format: None, producer: None, state: ReportState::Ignored, ..seen("c.txt", &[]) };
        let broken = [Problem::new(ProblemKind::Malformed, "a tag is never closed")];
        listing.add(&ReportSeen { input: Some(2), set_aside: "not a report", cases: CaseCounts::default(), ..bare });
        listing.add(&ReportSeen { state: ReportState::Damaged, ..seen("b.xml", &broken) });
        assert_eq!(
            paper.text(),
            concat!(
                r#"{"report":"nightly.zip!/a.xml","format":"junit","producer":"surefire","state":"converted","bytes":100,"#,
                r#""cases":{"seen":12,"passed":12,"failed":0,"errored":0,"skipped":0},"#,
                r#""problems":[{"severity":"warning","kind":"naive-timestamp","message":"no zone","#,
                r#""offset":311,"line":2,"column":14}]}"#,
                "\n",
                r#"{"report":"c.txt","input":2,"state":"ignored","reason":"not a report","bytes":100,"#,
                r#""cases":{"seen":0,"passed":0,"failed":0,"errored":0,"skipped":0},"problems":[]}"#,
                "\n",
                r#"{"report":"b.xml","format":"junit","producer":"surefire","state":"damaged","bytes":100,"#,
                r#""cases":{"seen":12,"passed":12,"failed":0,"errored":0,"skipped":0},"#,
                r#""problems":[{"severity":"error","kind":"malformed","message":"a tag is never closed"}]}"#,
                "\n"
            )
        );
    }
}
