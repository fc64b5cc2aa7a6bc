//! `xraypack explain KIND`: what a kind of problem means, what became of the results, and what can be done.

mod topics;

use std::io;

use clap::Args;
use clap::builder::PossibleValuesParser;
use serde::Serialize;

use super::choices::OutputChoice;
use super::commentary::style_of;
use super::exit::{Ending, Failure};
use super::table::{Align, Table};
use super::terminal::{Printer, Style, Terminal};
use topics::{TOPICS, Topic};

/// Columns of a paragraph, its indent included.
const WIDTH: usize = 88;

/// What `explain` is asked for.
#[derive(Debug, Args)]
pub struct ExplainArgs {
    /// Kinds of problems: the words in square brackets behind messages [default: a list of all]
    #[arg(value_name = "KIND", hide_possible_values = true,
          value_parser = PossibleValuesParser::new(TOPICS.iter().map(|topic| topic.kind)))]
    pub kinds: Vec<String>,
    /// For whom data is printed
    #[arg(long, value_enum, env = "XRAYPACK_FORMAT", default_value_t)]
    pub format: OutputChoice,
}

/// The JSON of `explain --format json`.
#[derive(Serialize)]
struct Document<'t> {
    schema: &'static str,
    problems: &'t [&'t Topic],
}

/// Runs the command.
pub fn run(args: &ExplainArgs, terminal: &mut Terminal) -> Result<Ending, Failure> {
    let is_wanted = |topic: &&Topic| args.kinds.is_empty() || args.kinds.iter().any(|kind| kind == topic.kind);
    let topics: Vec<&Topic> = TOPICS.iter().filter(is_wanted).collect();
    match args.format {
        OutputChoice::Json => {
            terminal.out.json(&Document { schema: "xraypack/explain/1", problems: &topics })?;
        }
        OutputChoice::Human if args.kinds.is_empty() => write_list(&topics, &mut terminal.out)?,
        OutputChoice::Human => write_whole(&topics, &mut terminal.out)?,
    }
    terminal.out.flush()?;
    Ok(Ending::Complete)
}

/// A line for each.
fn write_list(topics: &[&Topic], out: &mut Printer) -> io::Result<()> {
    let mut table = Table::new(&[Align::Left, Align::Left, Align::Left]);
    for topic in topics {
        table.row([topic.kind, topic.severity.name(), topic.summary]);
    }
    for line in table.lines(0) {
        out.line(format_args!("{line}"))?;
    }
    Ok(())
}

/// Everything that is said of each.
fn write_whole(topics: &[&Topic], out: &mut Printer) -> io::Result<()> {
    for (place, topic) in topics.iter().enumerate() {
        if place > 0 {
            out.line(format_args!(""))?;
        }
        let kind = out.paint(Style::Bold, topic.kind).to_string();
        let severity = out.paint(style_of(topic.severity), topic.severity.name()).to_string();
        out.line(format_args!("{kind} ({severity})"))?;
        for (heading, text) in
            [("What happened", topic.summary), ("Results", topic.results), ("What to do", topic.advice)]
        {
            write_paragraph(heading, text, out)?;
        }
    }
    Ok(())
}

fn write_paragraph(heading: &str, text: &str, out: &mut Printer) -> io::Result<()> {
    out.line(format_args!(""))?;
    out.line(format_args!("  {}", out.paint(Style::Bold, heading)))?;
    for line in lines_of(text, WIDTH) {
        out.line(format_args!("    {line}"))?;
    }
    Ok(())
}

/// The words of a text in lines of at most `width` characters; a longer word has a line of its own.
fn lines_of(text: &str, width: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        match lines.last_mut() {
            Some(line) if line.chars().count() + 1 + word.chars().count() <= width => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use xraypack::model::ProblemKind;

    use super::super::Verbosity;
    use super::super::terminal::tests::terminal;
    use super::*;

    fn said(kinds: &[&str], format: OutputChoice) -> String {
        let (mut terminal, out, _) = terminal(Verbosity::Normal);
        let kinds = kinds.iter().map(|kind| (*kind).to_owned()).collect();
        assert_eq!(run(&ExplainArgs { kinds, format }, &mut terminal).unwrap(), Ending::Complete);
        out.text()
    }

    #[test]
    fn every_kind_is_explained_once() {
        let explained: BTreeSet<&str> = TOPICS.iter().map(|topic| topic.kind).collect();
        assert_eq!(explained.len(), TOPICS.len(), "a kind stands there twice");
        for kind in ProblemKind::ALL {
            assert!(explained.contains(kind.name()), "{} is not explained", kind.name());
        }
    }

    #[test]
    fn people_read_what_happened_and_what_to_do() {
        let text = said(&["replaced-entry", "truncated"], OutputChoice::Human);
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines[0], "truncated (error)", "in the order of gravity");
        assert_eq!(
            lines[2..4],
            ["  What happened", "    The report ends before it is complete, as after a killed run or a full disk."]
        );
        assert!(lines.contains(&"replaced-entry (warning)"));
        assert!(lines.iter().all(|line| line.len() <= WIDTH + 4), "{text}");
        let list = said(&[], OutputChoice::Human);
        assert_eq!(list.lines().count(), TOPICS.len());
        assert!(list.starts_with("truncated           error    The report ends"), "{list}");
    }

    #[test]
    fn programs_get_the_same_texts() {
        let document: serde_json::Value = serde_json::from_str(&said(&["trimmed"], OutputChoice::Json)).unwrap();
        assert_eq!(document["schema"], "xraypack/explain/1");
        assert_eq!(document["problems"].as_array().unwrap().len(), 1);
        assert_eq!(
            (&document["problems"][0]["kind"], &document["problems"][0]["severity"]),
            (&"trimmed".into(), &"warning".into())
        );
    }

    #[test]
    fn a_word_that_is_too_long_has_a_line_of_its_own() {
        assert_eq!(lines_of("a bb  ccccccc d", 4), ["a bb", "ccccccc", "d"]);
    }
}
