//! One test, from its start tag to its end tag.

use crate::format::xml::{Inside, XmlCursor};
use crate::format::{ClippedText, ParseError, incomplete};
use crate::model::{DetailKind, Outcome, Position, ProblemKind, ReportVisitor, Reuse, TestCase};

use super::{Reader, STRUCTURE};

/// Names a test by its suites and itself, as Robot Framework's long names do (spec robot.md section (c)). That a dot
/// joins them in Xray, too, is not documented (decision 10).
pub(super) fn name_test(case: &mut TestCase, suites: &str, name: &str) {
    case.container.push_str(suites);
    case.title.push_str(name);
    case.qualified_name.push_str(suites);
    if !suites.is_empty() && !name.is_empty() {
        case.qualified_name.push('.');
    }
    case.qualified_name.push_str(name);
}

/// What the message of a test with this outcome tells.
pub(super) fn detail_kind(outcome: Outcome) -> DetailKind {
    match outcome {
        Outcome::Failed => DetailKind::Failure,
        Outcome::Skipped => DetailKind::Skip,
        _ => DetailKind::Note,
    }
}

/// What a child of a test is. Only direct children count: a keyword has tags and a status of its own (R14).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Child {
    Status,
    Tag,
    Documentation,
    Message,
    /// A keyword or a control structure.
    Item,
    /// What only groups its children.
    Group,
    Other,
}

impl Child {
    fn of(name: &[u8]) -> Child {
        match name {
            b"status" => Child::Status,
            b"tag" => Child::Tag,
            b"tags" => Child::Group,
            b"doc" => Child::Documentation,
            b"msg" => Child::Message,
            b"kw" | b"for" | b"if" | b"try" | b"while" | b"group" | b"variable" | b"return" | b"break"
            | b"continue" | b"error" => Child::Item,
            _ => Child::Other,
        }
    }
}

impl Reader<'_> {
    /// Reads the test whose start tag was lent out last and gives it on.
    pub(super) fn read_test(
        &mut self,
        xml: &mut XmlCursor<'_>,
        visitor: &mut dyn ReportVisitor,
    ) -> Result<(), ParseError> {
        let number = self.begin_test(xml);
        let depth = xml.depth();
        xml.note_misread();
        loop {
            match xml.next_child(depth, STRUCTURE)? {
                Inside::Child(tag) => {
                    let child = Child::of(tag.name());
                    self.read_child(child, xml)?;
                }
                Inside::End => break,
                Inside::Cut => {
                    self.report_open_test(visitor);
                    return Ok(());
                }
            }
        }
        if xml.end_was_implied() && !self.status.is_present {
            self.report_open_test(visitor);
            return Ok(());
        }
        self.decide(&|| xml.position());
        if xml.is_doubtful(depth) && self.case.outcome == Outcome::Passed {
            // Its status, or that of something in it, may be another (J44).
            self.report_open_test(visitor);
            return Ok(());
        }
        self.give(number, visitor);
        Ok(())
    }

    /// Reads the start tag of a test and gives its number.
    fn begin_test(&mut self, xml: &XmlCursor<'_>) -> usize {
        self.case.reset();
        self.status.reset();
        self.keywords.begin_test(self.options, self.may_show);
        if let Some(name) = xml.started_tag().attribute(b"name") {
            name.read_into(&mut self.keywords.text);
        } else {
            self.keywords.text.clear();
        }
        name_test(&mut self.case, self.suites.path(), &self.keywords.text);
        let number = self.tests;
        self.tests += 1;
        number
    }

    fn report_open_test(&self, visitor: &mut dyn ReportVisitor) {
        visitor.problem(incomplete("test", &self.case.qualified_name));
    }

    fn read_child(&mut self, child: Child, xml: &mut XmlCursor<'_>) -> Result<(), ParseError> {
        match child {
            Child::Status => self.status.read(xml),
            Child::Tag => self.read_tag(xml),
            Child::Documentation => self.read_documentation(xml),
            Child::Message => {
                let attachments = &mut self.case.attachments;
                let output = &mut self.case.stdout;
                self.keywords.read_message(xml, attachments, output, None, &mut self.remarks)
            }
            Child::Item => self.keywords.read_item(xml, &mut self.case, &mut self.remarks),
            Child::Group => Ok(()),
            Child::Other => xml.skip_element(),
        }
    }

    /// A tag; those by which Robot Framework itself is steered are dropped.
    fn read_tag(&mut self, xml: &mut XmlCursor<'_>) -> Result<(), ParseError> {
        let tag = self.case.tags.add();
        let mut clip = ClippedText::new(tag);
        xml.element_text(STRUCTURE, |piece| clip.push(piece))?;
        clip.finish();
        self.sift_tag();
        Ok(())
    }

    /// Drops the tag added last when it is reserved or blank.
    pub(super) fn sift_tag(&mut self) {
        let Some(tag) = self.case.tags.last() else { return };
        let is_reserved = tag.get(..6).is_some_and(|start| start.eq_ignore_ascii_case("robot:"));
        if is_reserved || tag.trim().is_empty() {
            let kept = self.case.tags.len() - 1;
            self.case.tags.truncate(kept);
        }
    }

    /// The documentation describes the Test.
    fn read_documentation(&mut self, xml: &mut XmlCursor<'_>) -> Result<(), ParseError> {
        let text = &mut self.keywords.text;
        text.clear();
        let mut clip = ClippedText::new(text);
        xml.element_text(STRUCTURE, |piece| clip.push(piece))?;
        clip.finish();
        if !text.trim().is_empty() {
            self.case.add_property("test_description", text);
        }
        Ok(())
    }

    /// Outcome, times and message, once the whole test has been read.
    pub(super) fn decide(&mut self, at: &dyn Fn() -> Position) {
        self.case.outcome = self.outcome(at);
        let times = self.status.times(self.options, &mut self.remarks, at);
        self.case.start = times.start;
        self.case.finish = times.finish;
        self.case.duration = times.duration;
        if !self.status.message.is_empty() {
            let detail = self.case.details.add();
            detail.kind = detail_kind(self.case.outcome);
            detail.text.push_str(&self.status.message);
            detail.omitted = self.status.omitted;
        }
        if !self.options.attachments.are_of(self.case.outcome) {
            self.case.attachments.clear();
            self.case.steps.iter_mut().for_each(|step| step.attachments.clear());
        }
    }

    fn outcome(&mut self, at: &dyn Fn() -> Position) -> Outcome {
        if !self.status.is_present {
            let topic = "a test without a status was read as failed";
            let name = &self.case.qualified_name;
            self.remarks.add(ProblemKind::Malformed, topic, || format!("'{name}'"), at);
            return Outcome::Failed;
        }
        let Some(outcome) = self.status.outcome() else {
            let topic = "a status word that Robot Framework does not write was read as failed";
            self.remarks.add_word(ProblemKind::UnknownStatus, topic, self.status.word(), at);
            return Outcome::Failed;
        };
        if outcome == Outcome::Passed && self.keywords.none_ran() {
            let topic =
                "a test passed although none of its keywords ran: this looks like a dry run, which shows nothing";
            self.remarks.add(ProblemKind::DryRun, topic, String::new, at);
            return Outcome::NotRun;
        }
        outcome
    }
}
