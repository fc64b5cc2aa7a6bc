//! The `status` element: the result of a test, a suite or a keyword, its times and its message.

use crate::format::time;
use crate::format::xml::XmlCursor;
use crate::format::{ClippedText, ParseError, ReadOptions, Remarks};
use crate::model::{Outcome, Position, ProblemKind, Timestamp};

use super::{STRUCTURE, html};

/// A status as written.
#[derive(Debug, Default)]
pub(super) struct Status {
    pub(super) word: String,
    pub(super) start: String,
    end: String,
    pub(super) elapsed: String,
    /// Whether `elapsed` counts milliseconds, as `rebot` of old wrote it.
    in_milliseconds: bool,
    /// The message as plain text.
    pub(super) message: String,
    /// Bytes left out of its middle.
    pub(super) omitted: u64,
    /// Whether there is a status at all.
    pub(super) is_present: bool,
    scratch: String,
}

/// When something ran.
#[derive(Debug, Default, Clone, Copy)]
pub(super) struct Times {
    pub(super) start: Option<Timestamp>,
    pub(super) finish: Option<Timestamp>,
    /// Nanoseconds.
    pub(super) duration: Option<i64>,
}

impl Status {
    pub(super) fn reset(&mut self) {
        for text in [&mut self.word, &mut self.start, &mut self.end, &mut self.elapsed, &mut self.message] {
            text.clear();
        }
        self.in_milliseconds = false;
        self.omitted = 0;
        self.is_present = false;
    }

    /// Reads the element whose start tag was lent out last, to its end. The names of both generations are known:
    /// `starttime` and `endtime`, or `start` and `elapsed` (spec robot.md section (b)).
    pub(super) fn read(&mut self, xml: &mut XmlCursor<'_>) -> Result<(), ParseError> {
        self.reset();
        self.is_present = true;
        for (name, value) in xml.started_tag().attributes() {
            match name {
                b"status" => value.read_into(&mut self.word),
                b"start" | b"starttime" => value.read_into(&mut self.start),
                b"endtime" => value.read_into(&mut self.end),
                b"elapsed" => value.read_into(&mut self.elapsed),
                b"elapsedtime" => {
                    value.read_into(&mut self.elapsed);
                    self.in_milliseconds = true;
                }
                _ => {}
            }
        }
        let mut clip = ClippedText::new(&mut self.message);
        xml.element_text(STRUCTURE, |piece| clip.push(piece))?;
        self.omitted = clip.finish();
        html::reduce(&mut self.message, &mut self.scratch);
        Ok(())
    }

    /// Takes the message as written.
    pub(super) fn set_message(&mut self, message: &str) {
        self.message.clear();
        let mut clip = ClippedText::new(&mut self.message);
        clip.push_str(message);
        self.omitted = clip.finish();
        html::reduce(&mut self.message, &mut self.scratch);
    }

    /// What the word says; `None` for one that Robot Framework does not write.
    pub(super) fn outcome(&self) -> Option<Outcome> {
        Some(match &*self.word {
            "PASS" => Outcome::Passed,
            // Robot Framework, too, takes a missing word for FAIL.
            "FAIL" | "" => Outcome::Failed,
            "SKIP" => Outcome::Skipped,
            "NOT RUN" | "NOT_RUN" => Outcome::NotRun,
            _ => return None,
        })
    }

    /// The word as written.
    pub(super) fn word(&self) -> &str {
        &self.word
    }

    /// Start, finish and duration: each told by the others where it is missing (R7, R8, R35).
    pub(super) fn times(&self, options: &ReadOptions, remarks: &mut Remarks, at: &dyn Fn() -> Position) -> Times {
        let start = read_stamp(&self.start, options, remarks, at);
        let end = read_stamp(&self.end, options, remarks, at);
        let elapsed = self.read_elapsed(remarks, at);
        let between = || Some(end?.nanos().checked_sub(start?.nanos())?.max(0));
        let duration = elapsed.or_else(between);
        let finish = end.or_else(|| Some(start?.plus(duration?)));
        Times { start, finish, duration }
    }

    fn read_elapsed(&self, remarks: &mut Remarks, at: &dyn Fn() -> Position) -> Option<i64> {
        let elapsed = time::seconds(&self.elapsed);
        if elapsed.nanos.is_none() && elapsed.remark.is_some() {
            let topic = "a duration cannot be read and was left out";
            remarks.add(ProblemKind::UnreadableTime, topic, || format!("'{}'", self.elapsed), at);
        }
        let nanos = elapsed.nanos?;
        Some(if self.in_milliseconds { nanos / 1000 } else { nanos })
    }
}

/// A local time of the machine that ran the tests, read in the assumed zone.
fn read_stamp(
    written: &str,
    options: &ReadOptions,
    remarks: &mut Remarks,
    at: &dyn Fn() -> Position,
) -> Option<Timestamp> {
    if written.trim().is_empty() || written.trim() == "N/A" {
        return None;
    }
    time::told_timestamp(written, options, remarks, at)
}
