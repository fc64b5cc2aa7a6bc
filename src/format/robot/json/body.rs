//! What stands inside a test: keywords, control structures and messages, followed by a loop, not by recursion.

use crate::format::json::{Fault, JsonCursor, Kind};
use crate::model::{Outcome, TestCase};

use super::super::Reader;
use super::super::body::MOST_STEPS;

/// Bytes of a step's name and arguments.
const LONGEST_ACTION: usize = 2048;

/// What parts the cells of a step.
const GAP: &str = "    ";

/// What is open on the way into a body.
enum Frame {
    Items,
    Item(Item),
}

/// What is known of an item directly below the test.
#[derive(Clone, Copy)]
struct Top<'p> {
    /// What stands before its name.
    prefix: &'p str,
    /// How many attachments the test had when it began: those behind are its own.
    attachments: usize,
}

/// A keyword, a control structure or a message.
#[derive(Default)]
struct Item {
    kind: String,
    action: String,
    status: String,
    message: String,
    level: String,
    is_html: bool,
    /// What it holds besides messages.
    holds: Holds,
}

/// What an item tells of those inside it.
#[derive(Debug, Clone, Copy, Default)]
struct Holds {
    /// There are keywords or control structures.
    items: bool,
    /// A branch of an IF did not run.
    missed_branch: bool,
}

/// Reads the value behind `body`, `setup` or `teardown` of a test.
pub(super) fn read(key: &[u8], cursor: &mut JsonCursor<'_>, reader: &mut Reader<'_>) -> Result<(), Fault> {
    let mut open = Vec::new();
    let prefix = match key {
        b"setup" => "[Setup]",
        b"teardown" => "[Teardown]",
        _ => "",
    };
    enter(cursor, &mut open)?;
    let top = open.len().max(if key == b"body" { 2 } else { 1 });
    // Attachments of the test before what is at the top now.
    let mut before = reader.case.attachments.len();
    loop {
        match open.last_mut() {
            None => return Ok(()),
            Some(Frame::Items) => match cursor.element()? {
                true => enter(cursor, &mut open)?,
                false => drop(open.pop()),
            },
            Some(Frame::Item(item)) => match cursor.key()? {
                Some(b"body" | b"setup" | b"teardown") => enter(cursor, &mut open)?,
                Some(key) => item.read_part(key, cursor)?,
                None => {
                    let depth = open.len();
                    let Some(Frame::Item(item)) = open.pop() else { continue };
                    let place = (depth == top).then_some(Top { prefix, attachments: before });
                    let holds = item.end(reader, place);
                    if depth == top {
                        before = reader.case.attachments.len();
                    }
                    let around = open.iter_mut().rev().find_map(|frame| match frame {
                        Frame::Item(item) => Some(item),
                        Frame::Items => None,
                    });
                    if let Some(around) = around {
                        around.holds.items |= holds.items;
                        around.holds.missed_branch |= holds.missed_branch;
                    }
                }
            },
        }
    }
}

fn enter(cursor: &mut JsonCursor<'_>, open: &mut Vec<Frame>) -> Result<(), Fault> {
    match cursor.kind() {
        Kind::Object => {
            cursor.begin_object()?;
            open.push(Frame::Item(Item::default()));
        }
        Kind::Array => {
            cursor.begin_array()?;
            open.push(Frame::Items);
        }
        _ => cursor.skip()?,
    }
    Ok(())
}

impl Item {
    fn read_part(&mut self, key: &[u8], cursor: &mut JsonCursor<'_>) -> Result<(), Fault> {
        let text = |cursor: &mut JsonCursor<'_>| Ok(cursor.text()?.unwrap_or_default().into_owned());
        match key {
            b"type" => self.kind = text(cursor)?,
            b"status" => self.status = text(cursor)?,
            b"message" => self.message = text(cursor)?,
            b"level" => self.level = text(cursor)?,
            b"html" => self.is_html = cursor.scalar()?.is_some_and(|word| word == "true"),
            // The name stands before the arguments, whoever wrote the report.
            b"name" => self.add_cell(&text(cursor)?),
            b"args" if cursor.begin_array()? => {
                while cursor.element()? {
                    let cell = cursor.scalar()?.unwrap_or_default();
                    self.add_cell(&cell);
                }
            }
            b"args" => {}
            _ => cursor.skip()?,
        }
        Ok(())
    }

    fn add_cell(&mut self, cell: &str) {
        if self.action.len() >= LONGEST_ACTION {
            return;
        }
        if !self.action.is_empty() {
            self.action.push_str(GAP);
        }
        self.action.push_str(&cell[..cell.floor_char_boundary(LONGEST_ACTION)]);
    }

    /// Takes what is wanted of it, and says what it means to the item around it. `top` is given at the top of the test.
    fn end(self, reader: &mut Reader<'_>, top: Option<Top<'_>>) -> Holds {
        if self.kind == "MESSAGE" {
            reader.keywords.take_message(&self.message, &self.level, self.is_html, &mut reader.case);
            return Holds::default();
        }
        let missed = matches!(&*self.status, "NOT RUN" | "NOT_RUN");
        match &*self.kind {
            "" | "KEYWORD" | "SETUP" | "TEARDOWN" if !self.holds.items => reader.keywords.note_leaf(!missed),
            "IF/ELSE ROOT" if self.holds.missed_branch && !missed => reader.keywords.note_choice(),
            "FOR" if missed && top.is_some() => reader.keywords.note_choice(),
            _ if self.status == "FAIL" => reader.keywords.note_choice(),
            _ => {}
        }
        if let Some(top) = top {
            self.add_step(reader, top);
        }
        Holds { items: true, missed_branch: missed && matches!(&*self.kind, "IF" | "ELSE IF" | "ELSE") }
    }

    fn add_step(&self, reader: &mut Reader<'_>, Top { prefix, attachments }: Top<'_>) {
        // One more than are kept tells that there were more.
        if !reader.options.steps || reader.case.steps.len() > MOST_STEPS {
            return;
        }
        let TestCase { steps, attachments: of_test, .. } = &mut *reader.case;
        let fits = steps.len() < MOST_STEPS;
        let step = steps.add();
        if fits {
            for attachment in of_test.iter_mut().skip(attachments) {
                std::mem::swap(step.attachments.add(), attachment);
            }
            of_test.truncate(attachments);
        }
        let kind = if prefix.is_empty() { self.kind.split(['/', ' ']).next().unwrap_or("") } else { prefix };
        let gap = if kind.is_empty() || self.action.is_empty() { "" } else { GAP };
        step.action.extend([kind, gap, &self.action]);
        step.outcome = match &*self.status {
            "PASS" => Outcome::Passed,
            "SKIP" => Outcome::Skipped,
            "NOT RUN" | "NOT_RUN" => Outcome::NotRun,
            _ => Outcome::Failed,
        };
        if matches!(step.outcome, Outcome::Failed | Outcome::Skipped) {
            step.comment.push_str(&self.message);
        }
    }
}
