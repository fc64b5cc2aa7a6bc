//! What stands inside a test: keywords and control structures, their messages.
//!
//! Little of it is wanted: whether any keyword ran at all, pictures in messages, and on request steps and the log. What
//! is not wanted is passed over unread. Nesting is followed by a loop, not by recursion.

use crate::format::xml::{RawValue, XmlCursor, XmlEvent};
use crate::format::{Attachments, ClippedText, ParseError, ReadOptions, Remarks};
use crate::model::{Attachment, List, Outcome, Output, ProblemKind, Step, TestCase};

use super::status::Status;
use super::{html, picture, step};

/// Bytes of HTML messages that are searched in one test; screenshots stand in them in base64.
const MOST_SEARCHED: usize = 64 * 1024 * 1024;

/// Bytes of a message that is kept as text.
const LONGEST_MESSAGE: usize = 64 * 1024;

/// Steps of a test that are kept.
pub(super) const MOST_STEPS: usize = 1000;

/// What is told of a test with more of them.
pub(super) const STEPS_LEFT_OUT: &str = "steps behind the first thousand of a test were left out";

/// What is kept of the keywords of the test being read.
#[derive(Debug, Default)]
pub(super) struct Keywords {
    /// Scratch for names and messages.
    pub(super) text: String,
    wants_steps: bool,
    wants_pictures: bool,
    wants_output: bool,
    /// Whether a keyword that calls no other says that it did not run, and whether anything shows that the test did.
    missed: bool,
    ran: bool,
    /// Depth of the status that was read last, and whether it says that something did not run.
    last: (usize, bool),
    /// Depth of the open IF, or TRY, of which a branch did not run.
    chosen_in: usize,
    /// Whether nothing has ended since the last keyword began, and it has not said what became of it: that one calls no other.
    is_leaf: bool,
    /// Pictures without a name, and bytes searched for them.
    pictures: usize,
    searched: usize,
    status: Status,
    plain: String,
}

/// What an element inside a keyword is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    Keyword,
    Branch,
    Control,
    Status,
    Message,
    /// Argument, value of a loop or of a variable.
    Cell,
    Arguments,
    Structure,
    Other,
}

impl Part {
    fn of(name: &[u8]) -> Part {
        match name {
            b"kw" => Part::Keyword,
            b"branch" => Part::Branch,
            b"for" | b"iter" | b"if" | b"try" | b"while" | b"group" | b"variable" | b"return" | b"break"
            | b"continue" | b"error" => Part::Control,
            b"status" => Part::Status,
            b"msg" => Part::Message,
            b"arg" | b"value" | b"var" => Part::Cell,
            b"arguments" => Part::Arguments,
            b"test" | b"suite" => Part::Structure,
            _ => Part::Other,
        }
    }
}

impl Keywords {
    /// A keyword without others in it, and whether it ran.
    pub(super) fn note_leaf(&mut self, ran: bool) {
        self.missed |= !ran;
        self.ran |= ran;
    }

    /// Something was left out by choice, or a failure caught, which a dry run never does.
    pub(super) fn note_choice(&mut self) {
        self.ran = true;
    }

    /// A message of the log that is at hand: searched for pictures, kept as output.
    pub(super) fn take_message(&mut self, message: &str, level: &str, is_html: bool, case: &mut TestCase) {
        if self.wants_pictures && is_html && self.searched + message.len() <= MOST_SEARCHED {
            self.searched += message.len();
            picture::add_all(message, &mut case.attachments, &mut self.pictures);
        }
        if self.wants_output {
            self.text.clear();
            self.text.push_str(message);
            let text = self.plain_text(is_html);
            let mut clip = ClippedText::of_output(&mut case.stdout);
            [level, " ", text, "\n"].into_iter().for_each(|piece| clip.push_str(piece));
        }
    }

    /// Begins a test; pictures are looked for where the report `may_show` any.
    pub(super) fn begin_test(&mut self, options: &ReadOptions, may_show: bool) {
        self.wants_steps = options.steps;
        self.wants_pictures = may_show;
        self.wants_output = options.output != Attachments::None;
        self.missed = false;
        self.ran = false;
        self.pictures = 0;
        self.searched = 0;
    }

    /// Whether the test has keywords and every one that calls no other was not run (R18).
    pub(super) fn none_ran(&self) -> bool {
        self.missed && !self.ran
    }

    /// Whether nothing more is wanted of bodies.
    fn is_content(&self) -> bool {
        self.ran && !self.wants_steps && !self.wants_pictures && !self.wants_output
    }

    /// Reads a keyword or control structure directly below a test, to its end.
    pub(super) fn read_item(
        &mut self,
        xml: &mut XmlCursor<'_>,
        case: &mut TestCase,
        remarks: &mut Remarks,
    ) -> Result<(), ParseError> {
        if self.is_content() {
            return xml.skip_element();
        }
        let depth = xml.depth();
        let mut step = self.begin_step(&mut case.steps, xml, remarks);
        self.is_leaf = xml.started_tag().name() == b"kw";
        self.chosen_in = 0;
        let mut in_arguments = false;
        loop {
            let part = match xml.next_tag()? {
                XmlEvent::Start(tag) => Part::of(tag.name()),
                XmlEvent::End(name, around) => {
                    // One that does not say what became of it does not say that it did not run either.
                    self.ran |= name == b"kw" && self.is_leaf;
                    self.is_leaf &= name != b"kw";
                    if !self.ran {
                        self.look_for_choice(name, around, depth);
                    }
                    in_arguments &= around > depth;
                    if around < depth {
                        return Ok(());
                    }
                    continue;
                }
                XmlEvent::Eof => return Ok(()),
                XmlEvent::Text(_) => continue,
            };
            let is_direct = xml.depth() == depth + 1;
            match part {
                Part::Structure => xml.retreat(depth - 1),
                Part::Message => {
                    let (attachments, comment) = match &mut step {
                        Some(step) => (&mut step.attachments, Some(&mut step.comment)),
                        None => (&mut case.attachments, None),
                    };
                    self.read_message(xml, attachments, &mut case.stdout, comment, remarks)?;
                }
                _ if self.is_content() => xml.skip_element()?,
                Part::Keyword => self.is_leaf = true,
                Part::Branch => {
                    self.is_leaf = false;
                    if let Some(step) = step.as_mut().filter(|step| is_direct && step.action == "IF") {
                        step::add_attribute(step, &xml.started_tag(), b"condition");
                    }
                }
                Part::Control => self.is_leaf = false,
                Part::Status => self.read_status(xml, step.as_deref_mut().filter(|_| is_direct))?,
                Part::Arguments if is_direct => in_arguments = true,
                Part::Cell => {
                    let is_own = is_direct || (in_arguments && xml.depth() == depth + 2);
                    match step.as_mut().filter(|_| is_own) {
                        Some(step) => step::add_cell(step, xml)?,
                        None => xml.skip_element()?,
                    }
                }
                Part::Arguments | Part::Other => xml.skip_element()?,
            }
        }
    }

    /// Whether what ends shows that the test ran: an IF that ran without one of its branches, or a FOR directly in the test, at
    /// `top`, without rounds. A dry run passes through all branches of an IF and one round of a FOR, though not of a WHILE,
    /// and not through the EXCEPT of a TRY.
    fn look_for_choice(&mut self, name: &[u8], around: usize, top: usize) {
        let (depth, missed) = self.last;
        let is_own = depth == around + 2;
        match name {
            b"branch" if is_own && missed => self.chosen_in = around,
            b"if" | b"try" if self.chosen_in == around + 1 => {
                self.chosen_in = 0;
                self.ran |= name == b"if" && is_own && !missed;
            }
            b"for" if is_own && missed && around + 1 == top => self.note_choice(),
            _ => {}
        }
    }

    fn begin_step<'s>(
        &self,
        steps: &'s mut List<Step>,
        xml: &XmlCursor<'_>,
        remarks: &mut Remarks,
    ) -> Option<&'s mut Step> {
        if !self.wants_steps {
            return None;
        }
        if steps.len() == MOST_STEPS {
            remarks.add(ProblemKind::TextShortened, STEPS_LEFT_OUT, String::new, || xml.position());
            return None;
        }
        let step = steps.add();
        step::begin(step, &xml.started_tag());
        Some(step)
    }

    /// The status of a keyword or control structure; that of `step` decides what became of it (R22).
    fn read_status(&mut self, xml: &mut XmlCursor<'_>, step: Option<&mut Step>) -> Result<(), ParseError> {
        let word = xml.started_tag().attribute(b"status").map(RawValue::resolved).unwrap_or_default();
        let missed = matches!(&*word, b"NOT RUN" | b"NOT_RUN");
        self.last = (xml.depth(), missed);
        // A failure that was caught: a dry run catches none.
        self.ran |= &*word == b"FAIL";
        if std::mem::take(&mut self.is_leaf) {
            self.note_leaf(!missed);
        }
        let Some(step) = step else {
            return xml.skip_element();
        };
        self.status.read(xml)?;
        step.outcome = self.status.outcome().unwrap_or(Outcome::Failed);
        if step.outcome != Outcome::Failed {
            step.comment.clear();
        }
        if matches!(step.outcome, Outcome::Failed | Outcome::Skipped) && !self.status.message.is_empty() {
            step.comment.clone_from(&self.status.message);
        }
        Ok(())
    }

    /// A message of the log: searched for pictures, kept as output, taken as the comment of a failed step.
    pub(super) fn read_message(
        &mut self,
        xml: &mut XmlCursor<'_>,
        attachments: &mut List<Attachment>,
        output: &mut Output,
        comment: Option<&mut String>,
        remarks: &mut Remarks,
    ) -> Result<(), ParseError> {
        let (mut is_html, mut level) = (None, None);
        for (name, value) in xml.started_tag().attributes() {
            match name {
                b"html" if is_html.is_none() => is_html = Some(matches!(&*value.resolved(), b"true" | b"yes")),
                b"level" if level.is_none() => level = Some(value),
                _ => {}
            }
        }
        let is_html = is_html.unwrap_or(false);
        let is_failure = level.is_some_and(|level| *level.resolved() == *b"FAIL");
        let comment = comment.filter(|comment| is_failure && comment.is_empty());
        let searched = self.wants_pictures && is_html;
        let kept = self.wants_output;
        if !searched && !kept && comment.is_none() {
            return pass_message(xml);
        }
        if kept && let Some(level) = level {
            level.push_into(&mut output.text);
            output.text.push(' ');
        }
        let most = if searched { MOST_SEARCHED - self.searched } else { LONGEST_MESSAGE };
        if !self.collect(xml, most)? && searched {
            let topic = "HTML messages of a test hold more than 64 MiB: what they show further on was left out";
            remarks.add(ProblemKind::EvidenceDropped, topic, String::new, || xml.position());
        }
        if searched {
            self.searched += self.text.len();
            picture::add_all(&self.text, attachments, &mut self.pictures);
        }
        if kept || comment.is_some() {
            let text = self.plain_text(is_html);
            if let Some(comment) = comment {
                comment.push_str(text);
            }
            if kept {
                output.text.push_str(text);
                ClippedText::of_output(output).push_str("");
            }
        }
        Ok(())
    }

    /// Reads the message whose start tag was lent out last, up to about `most` bytes. Whether that was all of it.
    fn collect(&mut self, xml: &mut XmlCursor<'_>, most: usize) -> Result<bool, ParseError> {
        let text = &mut self.text;
        let mut left_out = false;
        text.clear();
        message_pieces(xml, |piece| {
            if text.len() + piece.raw().len() <= most {
                piece.push_into(text);
            } else {
                left_out = true;
            }
        })?;
        Ok(!left_out)
    }

    /// The collected message without markup.
    fn plain_text(&mut self, is_html: bool) -> &str {
        let text = match is_html {
            true => {
                self.plain.clear();
                html::push_text(&self.text, &mut self.plain);
                &self.plain
            }
            false => &self.text,
        };
        text[..text.floor_char_boundary(LONGEST_MESSAGE)].trim()
    }
}

/// Passes over the message whose start tag was lent out last. It holds text only: where any element begins inside it,
/// its end tag was never written, because its text could not be (R12), and it ends there.
pub(super) fn pass_message(xml: &mut XmlCursor<'_>) -> Result<(), ParseError> {
    let around = xml.depth() - 1;
    loop {
        match xml.next_tag()? {
            XmlEvent::Start(_) => xml.retreat(around),
            XmlEvent::End(_, depth) if depth == around => return Ok(()),
            XmlEvent::Eof => return Ok(()),
            _ => {}
        }
    }
}

/// Gives the pieces of a message.
fn message_pieces(
    xml: &mut XmlCursor<'_>,
    mut piece: impl FnMut(crate::format::xml::Text<'_>),
) -> Result<(), ParseError> {
    let around = xml.depth() - 1;
    loop {
        match xml.next()? {
            XmlEvent::Text(text) => piece(text),
            XmlEvent::Start(_) => xml.retreat(around),
            XmlEvent::End(_, depth) if depth == around => return Ok(()),
            XmlEvent::End(..) => {}
            XmlEvent::Eof => return Ok(()),
        }
    }
}
