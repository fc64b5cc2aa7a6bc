//! What `bench` shows to people.

use std::io;
use std::time::Duration;

use super::document::{Document, FormatLine, StageLine};
use super::laps::Stage;
use crate::cli::numbers::{self, count, counted};
use crate::cli::table::{Align, Table};
use crate::cli::terminal::{Printer, Style};

/// Length of the longest bar.
const BAR: f64 = 24.0;

/// Prints everything.
pub fn write(document: &Document, baseline: Option<&Document>, out: &mut Printer) -> io::Result<()> {
    let compared = document.compared_with(baseline);
    let input = &document.input;
    out.line(format_args!(
        "{}, {} ({} on disk), {}; medians of {}",
        counted(input.reports, "report", "reports"),
        numbers::size(input.bytes),
        numbers::size(input.packed_bytes),
        counted(input.cases, "case", "cases"),
        counted(u64::from(document.rounds), "round", "rounds"),
    ))?;
    let longest = compared.stages.iter().map(|line| line.seconds.median).fold(0.0, f64::max);
    let mut threads: Vec<usize> = compared.stages.iter().map(|line| line.threads).collect();
    threads.dedup();
    for threads in threads {
        let lines: Vec<&StageLine> = compared.stages.iter().filter(|line| line.threads == threads).collect();
        write_stages(threads, &lines, longest, out)?;
    }
    write_formats(&compared.formats, out)
}

fn write_stages(threads: usize, lines: &[&StageLine], longest: f64, out: &mut Printer) -> io::Result<()> {
    use Align::{Left, Right};
    let title = counted(threads as u64, "thread", "threads");
    let mut table = Table::new(&[Left, Right, Right, Right, Right, Right, Right, Right, Left]);
    table.row([&title, "time", "spread", "rate", "reports/s", "cases/s", "peak", "", ""]);
    for line in lines {
        let median = Duration::from_secs_f64(line.seconds.median);
        let peak = line.peak_bytes.map_or_else(String::new, numbers::size);
        let ratio = line.ratio.map_or_else(String::new, shown_ratio);
        table.row([
            &format!("  {}", title_of(&line.stage)),
            &milliseconds(line.seconds.median),
            &spread(line),
            &numbers::rate((line.bytes_per_second * line.seconds.median) as u64, median),
            &count(line.reports_per_second as u64),
            &count(line.cases_per_second as u64),
            &peak,
            &ratio,
            &bar(line.seconds.median, longest),
        ]);
    }
    write_table(&table, out)
}

fn write_formats(formats: &[FormatLine], out: &mut Printer) -> io::Result<()> {
    use Align::{Left, Right};
    if formats.is_empty() {
        return Ok(());
    }
    let mut table = Table::new(&[Left, Right, Right, Right, Right, Right, Right, Right]);
    let [read, inflate, tokenise, parse] = Stage::OF_REPORTS.map(Stage::name);
    table.row(["Format, one thread", "reports", "size", "cases", read, inflate, tokenise, parse]);
    for line in formats {
        let cells = Stage::OF_REPORTS.map(|stage| {
            let Some(rate) = line.bytes_per_second.get(stage.name()) else { return String::new() };
            let rate = numbers::rate(*rate as u64, Duration::from_secs(1));
            match line.ratio.get(stage.name()) {
                Some(ratio) => format!("{rate} {}", shown_ratio(*ratio)),
                None => rate,
            }
        });
        let [read, inflate, tokenise, parse] = &cells;
        let (reports, size, cases) = (count(line.reports), numbers::size(line.bytes), count(line.cases));
        table.row([&format!("  {}", line.format), &reports, &size, &cases, read, inflate, tokenise, parse]);
    }
    write_table(&table, out)
}

fn write_table(table: &Table, out: &mut Printer) -> io::Result<()> {
    out.line(format_args!(""))?;
    for (number, line) in table.lines(0).iter().enumerate() {
        match number {
            0 => {
                let head = out.paint(Style::Bold, line).to_string();
                out.line(format_args!("{head}"))?;
            }
            _ => out.line(format_args!("{line}"))?,
        }
    }
    Ok(())
}

/// The words of a stage's line: each does what the ones above it do.
fn title_of(stage: &str) -> &str {
    match stage {
        "inflate" => "+ inflate",
        "tokenise" => "+ tokenise",
        "parse" => "+ parse",
        "convert-without-writing" => "+ map, encode, settle",
        "convert" => "convert: + write",
        other => other,
    }
}

fn milliseconds(seconds: f64) -> String {
    let milliseconds = seconds * 1e3;
    if milliseconds < 100.0 { format!("{milliseconds:.1} ms") } else { format!("{} ms", count(milliseconds as u64)) }
}

/// How far the rounds lie apart, in hundredths of the median.
fn spread(line: &StageLine) -> String {
    let apart = (line.seconds.max - line.seconds.min) / line.seconds.median.max(1e-9) * 100.0;
    format!("{apart:.0} %")
}

fn shown_ratio(ratio: f64) -> String {
    format!("{ratio:.2}x")
}

fn bar(seconds: f64, longest: f64) -> String {
    "█".repeat((seconds / longest.max(1e-9) * BAR).round() as usize)
}
