//! One test case, from its start tag to its end tag.

use std::ops::ControlFlow;

use xxhash_rust::xxh3::xxh3_64_with_seed;

use super::attributes::{CaseAttributes, ClassName};
use super::outcome::{self, Children};
use super::producer::{CdataEnds, Producer};
use super::{Reader, STRUCTURE, soapui, times};
use crate::format::held::{CONTENTS_LEFT_OUT, DETAILS_LEFT_OUT, Held};
use crate::format::xml::{Mixed, Text, XmlCursor, XmlEvent};
use crate::format::{ClippedText, ParseError, incomplete};
use crate::model::{DetailKind, NameTail, Outcome, ProblemKind, ReportVisitor, Reuse, TestCase, trimmed};

/// Cases that may be open around another. Reports that nest them go one deep; deeper ones have no end tags.
const MOST_AROUND: usize = 4;

impl Reader<'_> {
    /// Reads the start tag of a case.
    fn begin_case(&mut self, xml: &XmlCursor<'_>) {
        let tag = xml.started_tag();
        self.case.reset();
        self.children = Children::default();
        self.told.reset();
        self.held.reset();
        self.references.reset();
        let repeated = self.attributes.read(&tag, &mut self.case);
        if repeated > 0 {
            self.remarks.add(
                ProblemKind::Repaired,
                "an attribute stands twice in one tag, the first one counts",
                String::new,
                || xml.position(),
            );
        }
        if self.suites.producer() == Producer::Unknown {
            self.suites.recognise(self.recognition.read_case(&tag));
        }
        if xml.depth() == 1 {
            self.remark_fragment(xml);
        }
        self.suites.settle_clocks(self.options, &mut self.remarks, xml);
        self.name_case();
        self.time_case(xml);
        self.case.host.push_str(self.suites.host());
        if self.suites.producer() == Producer::Playwright {
            // Its host is the project: a browser, a device (J63).
            self.case.setting.push_str(self.suites.host());
        }
        if self.options.suite_property.is_some() {
            self.case.suite_property.push_str(self.suites.property());
        }
    }

    /// Reads the case whose start tag was lent out last and gives it to the visitor.
    pub(super) fn read_case(
        &mut self,
        xml: &mut XmlCursor<'_>,
        visitor: &mut dyn ReportVisitor,
    ) -> Result<ControlFlow<()>, ParseError> {
        self.begin_case(xml);
        let depth = xml.depth();
        xml.note_misread();
        let (mut is_broken, mut holds_others, mut is_cut) = (false, false, false);
        loop {
            match xml.next_tag()? {
                XmlEvent::Start(tag) if STRUCTURE.contains(&tag.name()) => {
                    if is_broken || self.around == MOST_AROUND {
                        xml.retreat(depth - 1);
                        continue;
                    }
                    holds_others = true;
                    let flow = self.read_inside(xml, visitor)?;
                    if flow.is_break() {
                        return Ok(flow);
                    }
                }
                XmlEvent::Start(tag) => {
                    let child = Child::of(tag.name());
                    self.read_child(child, xml)?;
                    is_broken |= xml.end_was_implied();
                }
                XmlEvent::End(_, around) if around < depth => break,
                // What failed before others began inside it has failed, whether they belong to it or its end is missing.
                XmlEvent::Eof if holds_others => {
                    is_cut = true;
                    break;
                }
                XmlEvent::Eof => {
                    self.report_open_case(visitor);
                    return Ok(ControlFlow::Continue(()));
                }
                _ => {}
            }
        }
        self.decide(xml);
        let is_open = is_cut || xml.end_was_implied() || xml.was_misread(depth);
        let is_guess = xml.was_guessed(depth) && self.case.outcome == Outcome::Passed;
        if is_open && !self.case.outcome.is_failure() || is_guess {
            // Its end or one of its children is missing, or its tag a guess, so nobody knows what else it would have told: such a
            // case never passes.
            self.report_open_case(visitor);
            return Ok(ControlFlow::Continue(()));
        }
        self.case.container_failure = self.is_container_failure();
        self.case.name_tail = self.suites.producer().name_tail();
        if self.case.name_tail == NameTail::Number && !self.case.container_failure {
            self.remark_number_as_name(xml);
        }
        if self.attributes.class_name == ClassName::Blank && !self.case.container_failure {
            self.remark_empty_class(xml);
        }
        self.group_attempts();
        self.suites.count_case();
        if self.case.outcome.is_failure() || self.children.tell_of_failure() {
            self.suites.count_failure();
        }
        self.suites.advance(self.case.duration);
        Ok(visitor.case(&mut self.case))
    }

    /// Reads a case or suite whose start tag was lent out last and that begins inside the case at hand. Either the one belongs to
    /// the other, or the other's end tag is missing: its end tells.
    fn read_inside(
        &mut self,
        xml: &mut XmlCursor<'_>,
        visitor: &mut dyn ReportVisitor,
    ) -> Result<ControlFlow<()>, ParseError> {
        let is_case = xml.started_tag().name() == b"testcase";
        let case = std::mem::replace(&mut self.case, TestCase::with_room());
        let attributes = std::mem::replace(&mut self.attributes, CaseAttributes::with_room());
        let children = self.children;
        let held = std::mem::replace(&mut self.held, Held::new(self.options));
        let references = std::mem::take(&mut self.references);
        let told = std::mem::take(&mut self.told);
        self.around += 1;
        let flow = if is_case {
            self.read_case(xml, visitor)
        } else {
            self.begin_suite(xml, visitor);
            self.read(xml, xml.depth(), visitor)
        };
        self.around -= 1;
        (self.case, self.attributes, self.children) = (case, attributes, children);
        (self.held, self.references, self.told) = (held, references, told);
        flow
    }

    /// pytest-rerunfailures leaves each attempt as a case of the same name, those before the last without any child: they
    /// look passed. Only an error of set-up or tear-down makes another case of a test that ran (J31). Another suite is
    /// another run, of another machine or Python.
    fn group_attempts(&mut self) {
        if self.suites.producer() == Producer::Pytest && !self.children.error {
            let name = self.case.qualified_name.as_bytes();
            self.case.attempt_group = xxh3_64_with_seed(name, self.suites.number()).max(1);
        }
    }

    fn report_open_case(&self, visitor: &mut dyn ReportVisitor) {
        visitor.problem(incomplete("test case", &self.case.qualified_name));
    }

    #[cold]
    fn remark_fragment(&mut self, xml: &XmlCursor<'_>) {
        let topic = "the report is a fragment: its root is a test case";
        self.remarks.add(ProblemKind::Unusual, topic, String::new, || xml.position());
    }

    /// A number that depends on other files, and is all that names a test, may be that of another one next time.
    #[cold]
    fn remark_number_as_name(&mut self, xml: &XmlCursor<'_>) {
        let name = self.case.title.as_str();
        if name.starts_with("Unnamed test case ") {
            let topic = "tests without a name are called by numbers that depend on the order in which files ran, and may be \
                         other Tests next time; a name of their own mends that";
            self.remarks.add(ProblemKind::UnstableIdentity, topic, || name.to_owned(), || xml.position());
        }
    }

    /// The name of the Test may be another than meant where the class is there and empty.
    #[cold]
    fn remark_empty_class(&mut self, xml: &XmlCursor<'_>) {
        let topic = "a test case has an empty class, its suite names it";
        self.remarks.add(ProblemKind::Unusual, topic, || self.case.title.clone(), || xml.position());
    }

    /// Class and name as Xray's own importer joins them (spec junit.md C2, decision 8).
    fn name_case(&mut self) {
        let case = &mut self.case;
        if case.container.is_empty() {
            let class = match self.attributes.class_name {
                ClassName::Missing => trimmed(&self.attributes.class),
                _ => "",
            };
            case.container.push_str(if class.is_empty() { trimmed(self.suites.name()) } else { class });
        }
        case.qualified_name.push_str(&case.container);
        if !case.container.is_empty() && !case.title.is_empty() {
            case.qualified_name.push('.');
        }
        case.qualified_name.push_str(&case.title);
    }

    /// Duration, start and finish (spec junit.md C4, C5).
    fn time_case(&mut self, xml: &XmlCursor<'_>) {
        let producer = self.suites.producer();
        let attributes = &self.attributes;
        let written = if trimmed(&attributes.time).is_empty() { &attributes.duration } else { &attributes.time };
        self.case.duration = times::read_duration(written, self.options, &mut self.remarks, xml);
        let took = if producer.stamps_ends_of_cases() { self.case.duration.unwrap_or(0) } else { 0 };
        let mut stamp = || times::read_timestamp(&attributes.timestamp, self.options, producer, &mut self.remarks, xml);
        self.case.start = times::instant(&attributes.started)
            .or_else(|| stamp().map(|stamp| stamp.plus(-took)))
            .or_else(|| self.suites.clock());
        self.case.finish = times::instant(&attributes.finished);
    }

    fn read_child(&mut self, child: Child, xml: &mut XmlCursor<'_>) -> Result<(), ParseError> {
        match child {
            Child::Error => self.children.error = true,
            Child::Failure => self.children.failure = true,
            Child::Skipped => self.children.skipped = true,
            Child::Rerun => self.children.rerun = true,
            Child::Properties => return self.read_properties(xml),
            Child::Output | Child::ErrorOutput => return self.read_output(child, xml),
            Child::Flaky => self.children.flaky = true,
            Child::Warning => self.children.warning = true,
            Child::Other => {
                self.remark_result_like(xml);
                return xml.skip_element();
            }
        }
        self.read_detail(child, xml)
    }

    /// A child that no producer is known to write may mean that the case did not pass.
    fn remark_result_like(&mut self, xml: &XmlCursor<'_>) {
        let tag = xml.started_tag();
        if outcome::is_result_like(tag.name()) {
            self.remarks.add(
                ProblemKind::UnknownStatus,
                "an element of a test case is called like a result that no producer is known to write and was not read",
                || format!("<{}>", String::from_utf8_lossy(tag.name())),
                || xml.position(),
            );
        }
    }

    /// A result child: attributes, then text. An attempt's own output is not the case's (J28).
    fn read_detail(&mut self, child: Child, xml: &mut XmlCursor<'_>) -> Result<(), ParseError> {
        if !self.held.takes_detail(self.case.details.len()) {
            DETAILS_LEFT_OUT.remark(&self.case, &mut self.remarks, || xml.position());
            return xml.skip_element();
        }
        let detail = self.case.details.add();
        detail.kind = child.detail();
        for (name, value) in xml.started_tag().attributes() {
            match name {
                b"message" | b"error_msg" if detail.message.is_empty() => value.push_into(&mut detail.message),
                b"type" | b"error_type" if detail.type_name.is_empty() => value.push_into(&mut detail.type_name),
                _ => {}
            }
        }
        self.suites.producer().restore_message(&mut detail.message);
        let mut clip = ClippedText::new(&mut detail.text);
        let mut ends = CdataEnds::default();
        let mut take = |piece: Text<'_>| {
            ends.note(piece);
            clip.push(piece);
        };
        if detail.kind == DetailKind::Attempt {
            read_attempt(xml, &mut take)?;
        } else {
            xml.element_text(STRUCTURE, take)?;
        }
        detail.omitted = clip.finish();
        ends.restore(self.suites.producer(), &mut detail.text);
        soapui::take_tags_off(&mut detail.text);
        self.held.add_detail(detail);
        Ok(())
    }

    /// The outcome: children first, then the status attributes.
    fn decide(&mut self, xml: &XmlCursor<'_>) {
        if self.children.failure && self.children.skipped {
            self.children.pardoned = self.is_pardoned();
        }
        if self.children.rerun && !self.children.failure && !self.children.error {
            self.take_rerun_for_failure(xml);
        }
        self.case.outcome = self.children.outcome().unwrap_or_else(|| {
            let (outcome, unknown) = outcome::of_attributes(&self.attributes.result, &self.attributes.status);
            if let Some(word) = unknown {
                self.remarks.add_word(
                    ProblemKind::UnknownStatus,
                    "a status word that no producer is known to write was read as passed",
                    word,
                    || xml.position(),
                );
            }
            if self.attributes.is_not_run && outcome == Outcome::Passed { Outcome::Skipped } else { outcome }
        });
        if !self.told.text.is_empty() {
            self.tell_by_output();
        }
        if self.children.left_out && self.options.attachments.are_of(self.case.outcome) {
            CONTENTS_LEFT_OUT.remark(&self.case, &mut self.remarks, || xml.position());
        }
    }

    /// A rerun that failed, and no failure before it, is all that tells why the case failed (J28).
    #[cold]
    fn take_rerun_for_failure(&mut self, xml: &XmlCursor<'_>) {
        if let Some(detail) = self.case.details.iter_mut().find(|detail| detail.kind == DetailKind::Attempt) {
            detail.kind = DetailKind::Failure;
        }
        let topic = "a test case has a failed rerun and no failure; it was read as failed";
        self.remarks.add(ProblemKind::Unusual, topic, || self.case.qualified_name.clone(), || xml.position());
    }

    fn is_pardoned(&self) -> bool {
        let message = |kind| self.case.details.iter().find(|detail| detail.kind == kind).map(|detail| &*detail.message);
        outcome::is_pardon(message(DetailKind::Failure).unwrap_or(""), message(DetailKind::Skip).unwrap_or(""))
    }
}

/// What a child element of a case is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Child {
    Error,
    Failure,
    Skipped,
    Rerun,
    Flaky,
    Warning,
    Properties,
    Output,
    ErrorOutput,
    Other,
}

impl Child {
    fn of(name: &[u8]) -> Child {
        match name {
            // An outcome of Serenity's that is no failure of what is tested, and no pass.
            b"error" | b"internalError" | b"compromised" => Child::Error,
            b"failure" => Child::Failure,
            // Ant's launcher of JUnit 5 calls it aborted where an assumption did not hold.
            b"skipped" | b"skip" | b"ignored" | b"disabled" | b"todo" | b"aborted" => Child::Skipped,
            b"rerunFailure" | b"rerunError" => Child::Rerun,
            b"flakyFailure" | b"flakyError" => Child::Flaky,
            b"warning" => Child::Warning,
            b"properties" => Child::Properties,
            b"system-out" | b"system.out" => Child::Output,
            b"system-err" | b"system.err" => Child::ErrorOutput,
            _ => Child::Other,
        }
    }

    fn detail(self) -> DetailKind {
        match self {
            Child::Error => DetailKind::Error,
            Child::Failure => DetailKind::Failure,
            Child::Skipped => DetailKind::Skip,
            Child::Rerun | Child::Flaky => DetailKind::Attempt,
            _ => DetailKind::Note,
        }
    }
}

/// The text of an attempt: that of its `stackTrace`, or its own.
fn read_attempt(xml: &mut XmlCursor<'_>, take: &mut impl FnMut(Text<'_>)) -> Result<(), ParseError> {
    let depth = xml.depth();
    while let Some(part) = xml.next_mixed(depth, STRUCTURE)? {
        match part {
            Mixed::Text(text) if text.is_blank() => {}
            Mixed::Text(text) => take(text),
            Mixed::Child(tag) if tag.name() == b"stackTrace" => xml.element_text(STRUCTURE, &mut *take)?,
            Mixed::Child(_) => xml.skip_element()?,
        }
    }
    Ok(())
}
