//! The plan for people: of every list the first few, and how many more there are.

use std::io;

use xraypack::bundle::manifest::Totals;
use xraypack::pipeline::{DividedTest, PlannedExecution, SharedKey};

use super::super::Verbosity;
use super::super::numbers::{self, count, counted};
use super::super::summary::{headed, write_cases, write_problems, write_set_aside};
use super::super::table::{Align, Table};
use super::super::terminal::{Printer, Style, harmless};
use super::View;

/// Entries of a list that are named without `-v`; the JSON names all.
const NAMED: usize = 10;

/// Names within one entry, and Test Executions that are shown, whatever `-v` says.
const NAMES_IN_A_LINE: usize = 3;

/// Writes the plan.
pub(super) fn write(view: &View, verbosity: Verbosity, out: &mut Printer) -> io::Result<()> {
    let Totals { reports, bytes_out, bundles, .. } = view.totals;
    out.line(format_args!(
        "{} ({}) would become {} ({}); nothing was written",
        counted(reports, "report", "reports"),
        numbers::size(view.report_bytes),
        counted(bundles, "bundle", "bundles"),
        numbers::size(bytes_out)
    ))?;
    write_cases(&view.totals.cases, out)?;
    write_executions(&view.executions, verbosity, out)?;
    let mut lists = Lists { out, most: if verbosity >= Verbosity::Verbose { usize::MAX } else { NAMED } };
    view.executions.iter().try_for_each(|execution| lists.execution(execution))?;
    let unmapped = view.unmapped.iter().map(|name| harmless(name));
    lists.list("Tests with neither a key nor a project (--project)", Some(Style::Red), unmapped)?;
    write_set_aside(&view.set_aside, verbosity, out)?;
    write_problems(&view.problems, out)
}

fn write_executions(executions: &[PlannedExecution], verbosity: Verbosity, out: &mut Printer) -> io::Result<()> {
    if executions.is_empty() {
        return Ok(());
    }
    let shown = if verbosity >= Verbosity::Verbose { executions.len() } else { executions.len().min(2 * NAMED) };
    let mut table =
        Table::new(&[Align::Left, Align::Right, Align::Right, Align::Right, Align::Right, Align::Right, Align::Left]);
    table.row(["Test Execution", "runs", "known Tests", "new Tests", "bundles", "size", "key"]);
    for execution in executions.iter().take(shown) {
        table.row([
            &format!("  {}", harmless(&execution.id)),
            &count(execution.runs),
            &count(execution.keys.len() as u64),
            &count(execution.definitions.len() as u64),
            &count(execution.bundles.len() as u64),
            &numbers::size(execution.bundles.iter().map(|bundle| bundle.bytes).sum()),
            execution.key.as_deref().unwrap_or("new"),
        ]);
    }
    headed(&table, out)?;
    more(executions.len() - shown, out)
}

/// Lists of names, each of which may be very long.
struct Lists<'o> {
    out: &'o mut Printer,
    most: usize,
}

impl Lists<'_> {
    fn execution(&mut self, execution: &PlannedExecution) -> io::Result<()> {
        let id = harmless(&execution.id);
        let plain = |text: &String| harmless(text);
        let yellow = Some(Style::Yellow);
        self.list(&format!("Tests of {id} without a key"), None, execution.definitions.iter().map(plain))?;
        let foreign = execution.foreign_keys.iter().map(plain);
        self.list(&format!("Keys of {id} outside the project"), yellow, foreign)?;
        let shared = execution.conflicts.keys.iter().map(shared_key);
        self.list(&format!("Keys of {id} that several tests have"), yellow, shared)?;
        let divided = execution.conflicts.definitions.iter().map(divided_test);
        self.list(&format!("Tests of {id} whose results go to several Tests"), yellow, divided)?;
        for trimmed in &execution.trimmed {
            let size = numbers::size(trimmed.bytes);
            let heading = format!(
                "{} alone is larger than a bundle: {size}, and {} fit",
                harmless(&trimmed.test),
                numbers::size(trimmed.allowed)
            );
            self.list(&heading, yellow, trimmed.steps.iter().map(plain))?;
        }
        Ok(())
    }

    /// A heading with the number of entries, the first of them, and how many more there are.
    fn list(
        &mut self,
        heading: &str,
        style: Option<Style>,
        entries: impl ExactSizeIterator<Item = String>,
    ) -> io::Result<()> {
        let number = entries.len();
        if number == 0 {
            return Ok(());
        }
        let heading = format!("{heading} ({})", count(number as u64));
        self.out.line(format_args!(""))?;
        match style {
            Some(style) => self.out.line(format_args!("{}", self.out.paint(style, &heading)))?,
            None => self.out.line(format_args!("{heading}"))?,
        }
        for entry in entries.take(self.most) {
            self.out.line(format_args!("  {entry}"))?;
        }
        more(number.saturating_sub(self.most), self.out)
    }
}

fn more(number: usize, out: &mut Printer) -> io::Result<()> {
    match number {
        0 => Ok(()),
        number => out.line(format_args!("  and {} more; -v names all", count(number as u64))),
    }
}

/// `DEMO-7: a.b, a.c and 2 more`
fn shared_key(shared: &SharedKey) -> String {
    format!("{}: {}", harmless(&shared.key), some_of(&shared.definitions))
}

/// `a.b: DEMO-7, DEMO-8`, `a.b: DEMO-7, and without a key`
fn divided_test(test: &DividedTest) -> String {
    let without = if test.also_without_key { ", and without a key" } else { "" };
    format!("{}: {}{without}", harmless(&test.definition), some_of(&test.keys))
}

fn some_of(names: &[String]) -> String {
    let shown: Vec<_> = names.iter().take(NAMES_IN_A_LINE).map(|name| harmless(name)).collect();
    let text = shown.join(", ");
    match names.len().saturating_sub(NAMES_IN_A_LINE) {
        0 => text,
        more => format!("{text} and {} more", count(more as u64)),
    }
}
