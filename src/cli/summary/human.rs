//! The summary for people.

use std::collections::HashMap;
use std::io;

use xraypack::bundle::manifest::{Evidence, Totals};
use xraypack::bundle::{Cases, Runs};
use xraypack::model::{ReportState, Severity};

use super::super::Verbosity;
use super::super::numbers::{self, count, counted};
use super::super::problems::ProblemCount;
use super::super::table::{Align, Table};
use super::super::terminal::{Printer, Style, harmless};
use super::{SetAside, Summary};

/// Reports set aside that are named in the summary without `-v`; `reports.jsonl` names all.
const NAMED: usize = 20;

/// Unsupported files of the same kind among them.
const NAMED_OF_ONE_REASON: usize = 5;

/// Writes the summary for people.
pub fn write_human(summary: &Summary, verbosity: Verbosity, out: &mut Printer) -> io::Result<()> {
    headline(summary, out)?;
    write_cases(&summary.totals.cases, out)?;
    runs_and_evidence(&summary.totals, out)?;
    executions(summary, verbosity, out)?;
    write_set_aside(&summary.set_aside, verbosity, out)?;
    write_problems(&summary.problems, out)?;
    next_step(summary, out)
}

fn headline(summary: &Summary, out: &mut Printer) -> io::Result<()> {
    let Totals { files, reports, damaged, ignored, runs, .. } = summary.totals;
    let bytes = summary.report_bytes;
    let of_reports = counted(reports, "report", "reports");
    let size = numbers::size(bytes);
    let pace = format!("in {}, {}", numbers::duration(summary.elapsed), numbers::rate(bytes, summary.elapsed));
    if reports > 0 && damaged == reports && bytes == 0 {
        out.line(format_args!("Converted nothing: of {of_reports} not a byte could be read"))?;
    } else if reports > 0 && damaged == reports && runs.written == 0 {
        let are = if damaged == 1 { "is" } else { "are" };
        out.line(format_args!("Converted nothing: {} of {of_reports} ({size}) {are} damaged", count(damaged)))?;
    } else if damaged > 0 {
        let converted = count(reports.saturating_sub(damaged));
        let damaged = count(damaged);
        out.line(format_args!("Read {of_reports} ({size}) {pace}: {converted} converted, {damaged} damaged"))?;
    } else {
        out.line(format_args!("Converted {of_reports} ({size}) {pace}"))?;
    }
    if ignored > 0 {
        out.line(format_args!("Ignored {} of {}", count(ignored), counted(files, "file", "files")))?;
    }
    Ok(())
}

/// The four outcomes beneath the number of cases. Colour marks what somebody has to look at.
pub fn write_cases(cases: &Cases, out: &mut Printer) -> io::Result<()> {
    let mut table = Table::new(&[Align::Left, Align::Right]);
    table.row(["Cases", &count(cases.seen)]);
    let outcomes = [
        ("  passed", cases.passed, Style::Green),
        ("  failed", cases.failed, Style::Red),
        ("  errored", cases.errored, Style::Red),
        ("  skipped", cases.skipped, Style::Yellow),
    ];
    for (word, number, _) in outcomes {
        table.row([word, &count(number)]);
    }
    out.line(format_args!(""))?;
    let styles = std::iter::once(Some(Style::Bold))
        .chain(outcomes.iter().map(|&(_, number, style)| (number > 0).then_some(style)));
    for (line, style) in table.lines(0).iter().zip(styles) {
        match style {
            Some(style) => out.line(format_args!("{}", out.paint(style, line)))?,
            None => out.line(format_args!("{line}"))?,
        }
    }
    Ok(())
}

fn runs_and_evidence(totals: &Totals, out: &mut Printer) -> io::Result<()> {
    let Runs { written, merged, left_out } = totals.runs;
    let (written, merged, left_out) = (count(written), count(merged), count(left_out));
    out.line(format_args!("Runs: {written} written, {merged} merged into others, {left_out} left out"))?;
    let Evidence { kept, dropped } = totals.evidence;
    if kept + dropped > 0 {
        out.line(format_args!("Evidence: {} kept, {} dropped", count(kept), count(dropped)))?;
    }
    Ok(())
}

fn executions(summary: &Summary, verbosity: Verbosity, out: &mut Printer) -> io::Result<()> {
    if summary.executions.is_empty() {
        return Ok(());
    }
    let mut table = Table::new(&[Align::Left, Align::Right, Align::Right, Align::Right, Align::Left]);
    table.row(["Test Execution", "runs", "bundles", "size", "key"]);
    for execution in &summary.executions {
        let bytes = execution.bundles.iter().map(|bundle| bundle.bytes).sum();
        let bundles = count(execution.bundles.len() as u64);
        let key = execution.key.as_deref().unwrap_or("new");
        table.row([
            &format!("  {}", harmless(&execution.id)),
            &count(execution.runs),
            &bundles,
            &numbers::size(bytes),
            key,
        ]);
        if verbosity >= Verbosity::Verbose {
            for bundle in &execution.bundles {
                let key = if bundle.needs_key { "waits" } else { "" };
                let file = format!("    {}", harmless(&bundle.file));
                table.row([&file, &count(bundle.runs), "", &numbers::size(bundle.bytes), key]);
            }
        }
    }
    headed(&table, out)
}

/// A blank line, the first row as a heading, the others as they are.
pub fn headed(table: &Table, out: &mut Printer) -> io::Result<()> {
    let lines = table.lines(0);
    match lines.split_first() {
        Some((heading, rows)) => section(heading, rows, out),
        None => Ok(()),
    }
}

fn section(heading: &str, rows: &[String], out: &mut Printer) -> io::Result<()> {
    out.line(format_args!(""))?;
    out.line(format_args!("{}", out.paint(Style::Bold, heading)))?;
    rows.iter().try_for_each(|row| out.line(format_args!("{row}")))
}

/// Names damaged and unsupported reports with the reason; first those that say what to do, which are results that were not
/// converted, and behind them what merely lies there.
pub fn write_set_aside(reports: &[SetAside], verbosity: Verbosity, out: &mut Printer) -> io::Result<()> {
    for (state, title) in [(ReportState::Damaged, "Damaged"), (ReportState::Unsupported, "Unsupported")] {
        let mut reports: Vec<&SetAside> = reports.iter().filter(|report| report.state == state).collect();
        reports.sort_by_key(|report| !report.has_advice);
        if reports.is_empty() {
            continue;
        }
        let all = reports.len();
        if verbosity < Verbosity::Verbose {
            if state == ReportState::Unsupported {
                keep_some_of_each_reason(&mut reports);
            }
            reports.truncate(NAMED);
        }
        let mut table = Table::new(&[Align::Left, Align::Left]);
        for report in &reports {
            table.row([&harmless(&report.shown), &harmless(&report.reason)]);
        }
        section(&format!("{title} ({})", count(all as u64)), &table.lines(2), out)?;
        if reports.len() < all {
            out.line(format_args!("  and {} more; -v names all", count((all - reports.len()) as u64)))?;
        }
    }
    Ok(())
}

/// A hundred results of one tool would hide that there are some of another.
fn keep_some_of_each_reason(reports: &mut Vec<&SetAside>) {
    let mut met: HashMap<&str, usize> = HashMap::new();
    reports.retain(|report| {
        let of_this = met.entry(report.reason.as_str()).or_default();
        *of_this += 1;
        *of_this <= NAMED_OF_ONE_REASON
    });
}

/// How many problems there were of each kind, the gravest first.
pub fn write_problems(problems: &[ProblemCount], out: &mut Printer) -> io::Result<()> {
    if problems.is_empty() {
        return Ok(());
    }
    let mut problems: Vec<&ProblemCount> = problems.iter().collect();
    problems.sort_by_key(|problem| std::cmp::Reverse((problem.severity, problem.count)));
    let mut table = Table::new(&[Align::Left, Align::Right, Align::Left]);
    for problem in &problems {
        table.row([problem.kind.name(), &count(problem.count), problem.severity.name()]);
    }
    let mut lines = table.lines(2);
    let gravest = problems.first().filter(|problem| problem.severity > Severity::Note);
    lines.extend(gravest.map(|problem| format!("  What to do: xraypack explain {}", problem.kind.name())));
    section("Problems", &lines, out)
}

fn next_step(summary: &Summary, out: &mut Printer) -> io::Result<()> {
    let waiting = summary.executions.iter().flat_map(|execution| &execution.bundles).filter(|bundle| bundle.needs_key);
    match waiting.count() as u64 {
        0 => Ok(()),
        waiting => {
            let bundles = counted(waiting, "bundle waits", "bundles wait");
            out.line(format_args!(""))?;
            out.line(format_args!(
                "Next: {bundles} for a Test Execution key. Import the first bundle of each Test Execution: Xray answers with its key, \
                 and `xraypack bind` writes it into the others."
            ))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::terminal::Ink;
    use super::super::super::terminal::tests::Paper;
    use super::super::tests::night;
    use super::*;

    fn shown(summary: &Summary, verbosity: Verbosity, ink: Ink) -> String {
        let paper = Paper::default();
        write_human(summary, verbosity, &mut paper.printer(ink)).unwrap();
        paper.text()
    }

    #[test]
    fn people_see_what_a_night_came_to() {
        let expected = "\
Read 1,235 reports (1.0 GiB) in 3.20 s, 344 MB/s: 1,234 converted, 1 damaged
Ignored 4 of 1,240 files

Cases      48,213
  passed   47,000
  failed      900
  errored       0
  skipped     313
Runs: 48,200 written, 13 merged into others, 0 left out
Evidence: 1,200 kept, 3 dropped

Test Execution    runs  bundles      size  key
  nightly       48,200        3  41.0 MiB  new

Damaged (1)
  nightly.zip!/ui/TEST-a.xml  the report ends inside <testcase>

Unsupported (1)
  nightly.zip!/r.trx  Visual Studio results (TRX)

Problems
  truncated            1  error
  naive-timestamp  1,204  warning
  What to do: xraypack explain truncated

Next: 2 bundles wait for a Test Execution key. Import the first bundle of each Test Execution: Xray answers with its key, \
and `xraypack bind` writes it into the others.
";
        assert_eq!(shown(&night(), Verbosity::Normal, Ink::Plain), expected);
    }

    #[test]
    fn a_report_of_which_nothing_could_be_read_was_not_converted() {
        let totals = Totals { files: 1, reports: 1, damaged: 1, ..Totals::default() };
        let text = shown(&Summary { totals, ..Summary::default() }, Verbosity::Normal, Ink::Plain);
        assert!(text.starts_with("Converted nothing: of 1 report not a byte could be read\n"), "{text}");
        let totals = Totals { files: 14, reports: 14, damaged: 14, ..Totals::default() };
        let summary = Summary { totals, report_bytes: 5000, ..Summary::default() };
        let text = shown(&summary, Verbosity::Normal, Ink::Plain);
        assert!(text.starts_with("Converted nothing: 14 of 14 reports (4.9 KiB) are damaged\n"), "{text}");
    }

    #[test]
    fn a_night_without_damage_was_converted() {
        let totals = Totals { damaged: 0, ..night().totals };
        let text = shown(&Summary { totals, ..night() }, Verbosity::Normal, Ink::Plain);
        assert!(text.starts_with("Converted 1,235 reports (1.0 GiB) in 3.20 s, 344 MB/s\n"), "{text}");
    }

    #[test]
    fn each_bundle_is_named_on_request() {
        let text = shown(&night(), Verbosity::Verbose, Ink::Plain);
        assert!(text.contains("\n    bundles/nightly.0002.json  18,000           20.0 MiB  waits\n"), "{text}");
    }

    #[test]
    fn only_outcomes_that_occurred_are_coloured() {
        let text = shown(&night(), Verbosity::Normal, Ink::Color);
        assert!(text.contains("\x1b[1;31m  failed      900\x1b[0m\n"), "{text}");
        assert!(text.contains("\n  errored       0\n"), "{text}");
    }

    #[test]
    fn a_long_list_is_cut_and_says_so() {
        let mut summary = night();
        let unsupported = |number| SetAside {
            report: format!("{number}.trx"),
            input: None,
            shown: format!("{number}.trx"),
            state: ReportState::Unsupported,
            reason: format!("TRX {}", number % 5),
            has_advice: number == 1029,
        };
        summary.set_aside = (0..1030).map(unsupported).collect();
        let text = shown(&summary, Verbosity::Normal, Ink::Plain);
        assert!(
            text.contains("\nUnsupported (1,030)\n  1029.trx  TRX 4\n  0.trx     TRX 0\n"),
            "what can be mended first: {text}"
        );
        assert!(text.contains("\n  18.trx    TRX 3\n  and 1,010 more; -v names all\n"), "{text}");
        assert!(shown(&summary, Verbosity::Verbose, Ink::Plain).contains("\n  1028.trx"));
        // Of one kind a few say enough.
        summary.set_aside.truncate(100);
        summary.set_aside.iter_mut().for_each(|file| file.reason = "TRX".to_owned());
        summary.set_aside[99].reason = "CTest".to_owned();
        let text = shown(&summary, Verbosity::Normal, Ink::Plain);
        assert!(text.contains("\n  4.trx   TRX\n  99.trx  CTest\n  and 94 more; -v names all\n"), "{text}");
    }
}
