//! `xraypack formats`: what is read, how it is recognised, what is taken from it.

use std::io;

use clap::Args;
use serde::Serialize;
use xraypack::format::{FORMATS, Format};

use super::choices::OutputChoice;
use super::exit::{Ending, Failure};
use super::table::{Align, Table};
use super::terminal::{Printer, Style, Terminal};

/// What `formats` is asked for.
#[derive(Debug, Args)]
pub struct FormatsArgs {
    /// For whom data is printed
    #[arg(long, value_enum, env = "XRAYPACK_FORMAT", default_value_t)]
    pub format: OutputChoice,
}

/// One format, as it is shown.
#[derive(Debug, Serialize)]
struct Row {
    name: &'static str,
    title: &'static str,
    recognised_by: &'static str,
    taken: &'static str,
}

/// The JSON of `formats --format json`.
#[derive(Serialize)]
struct Document<'r> {
    schema: &'static str,
    formats: &'r [Row],
}

impl From<&Format> for Row {
    fn from(format: &Format) -> Row {
        Row { name: format.name, title: format.title, recognised_by: format.recognised_by, taken: format.taken }
    }
}

/// Runs the command.
pub fn run(args: &FormatsArgs, terminal: &mut Terminal) -> Result<Ending, Failure> {
    let rows: Vec<Row> = FORMATS.iter().map(Row::from).collect();
    match args.format {
        OutputChoice::Json => terminal.out.json(&Document { schema: "xraypack/formats/1", formats: &rows })?,
        OutputChoice::Human => write_human(&rows, &mut terminal.out)?,
    }
    terminal.out.flush()?;
    Ok(Ending::Complete)
}

/// A name and a title for each, and beneath them the two sentences: they are too long for columns.
fn write_human(rows: &[Row], out: &mut Printer) -> io::Result<()> {
    let mut names = Table::new(&[Align::Left, Align::Left]);
    for row in rows {
        names.row([row.name, row.title]);
    }
    for (row, heading) in rows.iter().zip(names.lines(0)) {
        out.line(format_args!("{}", out.paint(Style::Bold, &heading)))?;
        let mut sentences = Table::new(&[Align::Left, Align::Left]);
        sentences.row(["recognised by", row.recognised_by]);
        sentences.row(["taken", row.taken]);
        for line in sentences.lines(2) {
            out.line(format_args!("{line}"))?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::terminal::Ink;
    use super::super::terminal::tests::Paper;
    use super::*;

    const ROWS: &[Row] = &[
        Row { name: "junit", title: "JUnit XML", recognised_by: "the root element", taken: "names and results" },
        Row { name: "cucumber", title: "Cucumber JSON", recognised_by: "an array of features", taken: "scenarios" },
    ];

    #[test]
    fn people_see_names_and_sentences() {
        let paper = Paper::default();
        write_human(ROWS, &mut paper.printer(Ink::Plain)).unwrap();
        let expected = "\
junit     JUnit XML
  recognised by  the root element
  taken          names and results
cucumber  Cucumber JSON
  recognised by  an array of features
  taken          scenarios
";
        assert_eq!(paper.text(), expected);
    }
}
