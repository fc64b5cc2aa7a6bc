//! One `test`, from its start tag to its end tag.

use std::ops::ControlFlow;

use super::identity::Names;
use super::{Reader, STRUCTURE, arguments, failure, result};
use crate::format::held::{CONTENTS_LEFT_OUT, DETAILS_LEFT_OUT, PROPERTIES_LEFT_OUT};
use crate::format::xml::{Inside, Tag, XmlCursor};
use crate::format::{Attachments, ClippedText, ParseError, dotnet, incomplete, number_of, time};
use crate::model::{Content, DetailKind, Outcome, Position, ProblemKind, ReportVisitor, Reuse, trimmed};

/// A producer that writes the same method for every test.
const HELM: &str = "helm-unittest";

/// What the start tag of a test says.
#[derive(Default)]
pub(super) struct TestAttributes {
    names: Names,
    result: String,
    time: String,
    clock: String,
    started: String,
    finished: String,
    /// Where the test begins, if its result says nothing that is known: a failure in it decides.
    undecided: Option<Position>,
}

impl TestAttributes {
    fn read(&mut self, tag: &Tag<'_>) {
        self.names.clear();
        for text in [&mut self.result, &mut self.time, &mut self.clock, &mut self.started, &mut self.finished] {
            text.clear();
        }
        for (name, value) in tag.attributes() {
            match name {
                b"name" => value.read_into(&mut self.names.name),
                b"type" => value.read_into(&mut self.names.type_name),
                b"method" => value.read_into(&mut self.names.method),
                b"result" => value.read_into(&mut self.result),
                b"time" => value.read_into(&mut self.time),
                b"time-rtf" => value.read_into(&mut self.clock),
                b"start-rtf" => value.read_into(&mut self.started),
                b"finish-rtf" => value.read_into(&mut self.finished),
                _ => {}
            }
        }
    }
}

impl Reader<'_> {
    /// Reads the test whose start tag was lent out last and gives it to the visitor.
    pub(super) fn read_test(
        &mut self,
        xml: &mut XmlCursor<'_>,
        visitor: &mut dyn ReportVisitor,
    ) -> Result<ControlFlow<()>, ParseError> {
        self.begin_test(xml);
        let depth = xml.depth();
        xml.note_misread();
        loop {
            match xml.next_child(depth, STRUCTURE)? {
                Inside::Child(tag) => match tag.name() {
                    b"failure" => {
                        if self.attributes.undecided.is_some() {
                            self.case.outcome = Outcome::Failed;
                        }
                        self.read_detail(DetailKind::Failure, xml)?;
                    }
                    b"reason" => self.read_detail(DetailKind::Skip, xml)?,
                    b"warning" => self.read_detail(DetailKind::Note, xml)?,
                    b"trait" => self.read_trait(xml)?,
                    b"attachment" => self.read_attachment(xml)?,
                    b"output" => self.read_output(xml)?,
                    b"traits" | b"warnings" | b"attachments" => {}
                    // Source files and lines that one logger writes as elements (X22).
                    _ => xml.skip_element()?,
                },
                Inside::End => break,
                Inside::Cut => {
                    self.report_open_test(visitor);
                    return Ok(ControlFlow::Continue(()));
                }
            }
        }
        self.tell_undecided();
        let is_doubtful = xml.is_doubtful(depth) && self.case.outcome == Outcome::Passed;
        if xml.end_was_implied() && !self.case.outcome.is_failure() || is_doubtful {
            // Its end is missing, or something in it was not understood, so nobody knows what else it would have told: such a test
            // never passes.
            self.report_open_test(visitor);
            return Ok(ControlFlow::Continue(()));
        }
        self.assembly.seen += 1;
        self.times.state_before(&self.case, self.options, &mut self.remarks, xml, visitor);
        Ok(visitor.case(&mut self.case))
    }

    fn begin_test(&mut self, xml: &XmlCursor<'_>) {
        self.case.reset();
        self.held.reset();
        self.attributes.read(&xml.started_tag());
        self.name_test();
        let (case, attributes) = (&mut self.case, &self.attributes);
        // One assembly that was built for several frameworks is told apart by them where no machine is named.
        let host = [&self.computer, &self.assembly.framework].map(|name| trimmed(name));
        case.host.push_str(host.into_iter().find(|name| !name.is_empty()).unwrap_or(""));
        case.suite_property.push_str(&self.assembly.property);
        // Without a duration the clock stands in for it, which has lost its days (X29).
        case.duration = match trimmed(&attributes.time).is_empty() {
            true => time::clock(&attributes.clock),
            false => dotnet::duration(&attributes.time, &mut self.remarks, xml),
        };
        case.start = dotnet::timestamp(&attributes.started, self.options, &mut self.remarks, xml);
        case.finish = dotnet::timestamp(&attributes.finished, self.options, &mut self.remarks, xml);
        self.case.outcome = self.outcome(xml);
    }

    fn name_test(&mut self) {
        if trimmed(&self.producer) == HELM {
            self.attributes.names.take_name_as_method();
        }
        let (case, names) = (&mut self.case, &self.attributes.names);
        names.push_qualified(&mut case.qualified_name);
        let (title, list) = names.title_and_arguments();
        case.title.push_str(title);
        let class = names.class();
        case.container.push_str(if class.is_empty() { trimmed(&self.group) } else { class });
        let lists = [names.class_arguments(), list];
        if names.is_custom(title) || lists.iter().any(Option::is_some) {
            case.row_group = number_of(&[&case.qualified_name]);
        }
        for list in lists.into_iter().flatten() {
            arguments::read(list, &mut case.parameters);
        }
    }

    /// The result decides, whatever children the test has (X34). Where it says nothing, a failure does.
    fn outcome(&mut self, xml: &XmlCursor<'_>) -> Outcome {
        let known = result::of_word(&self.attributes.result);
        self.attributes.undecided = if known.is_none() { Some(xml.position()) } else { None };
        known.unwrap_or(Outcome::Inconclusive)
    }

    /// Tells of a result that is missing or unknown, and what was made of the test.
    fn tell_undecided(&mut self) {
        let Some(place) = self.attributes.undecided.take() else { return };
        let topic = match self.case.outcome {
            Outcome::Failed => {
                "a test that holds a failure was read as failed; its result is none of Pass, Fail, Skip and NotRun"
            }
            _ => "a result that is none of Pass, Fail, Skip and NotRun was read as inconclusive",
        };
        self.remarks.add(ProblemKind::UnknownStatus, topic, || format!("'{}'", self.attributes.result), || place);
    }

    fn read_detail(&mut self, kind: DetailKind, xml: &mut XmlCursor<'_>) -> Result<(), ParseError> {
        if !self.held.takes_detail(self.case.details.len()) {
            DETAILS_LEFT_OUT.remark(&self.case, &mut self.remarks, || xml.position());
            return xml.skip_element();
        }
        let detail = self.case.details.add();
        detail.kind = kind;
        failure::read(xml, detail)?;
        self.held.add_detail(detail);
        Ok(())
    }

    fn read_trait(&mut self, xml: &mut XmlCursor<'_>) -> Result<(), ParseError> {
        if !self.held.takes_property(self.case.properties.len()) {
            PROPERTIES_LEFT_OUT.remark(&self.case, &mut self.remarks, || xml.position());
            return xml.skip_element();
        }
        let property = self.case.properties.add();
        for (name, value) in xml.started_tag().attributes() {
            match name {
                b"name" => value.read_into(&mut property.name),
                b"value" => value.read_into(&mut property.value),
                _ => {}
            }
        }
        self.held.add_property(&property.name, &property.value);
        xml.skip_element()
    }

    /// An attachment with a media type is base64, one without is text (X26, X27).
    fn read_attachment(&mut self, xml: &mut XmlCursor<'_>) -> Result<(), ParseError> {
        // A failure may still follow.
        let outcome = if self.attributes.undecided.is_some() { Outcome::Failed } else { self.case.outcome };
        if !self.options.attachments.are_of(outcome) {
            return xml.skip_element();
        }
        if !self.held.takes_content(self.case.attachments.len()) {
            CONTENTS_LEFT_OUT.remark(&self.case, &mut self.remarks, || xml.position());
            return xml.skip_element();
        }
        let attachment = self.case.attachments.add();
        for (name, value) in xml.started_tag().attributes() {
            match name {
                b"name" => value.read_into(&mut attachment.name),
                b"media-type" => value.read_into(&mut attachment.media_type),
                _ => {}
            }
        }
        if attachment.media_type.trim().is_empty() {
            attachment.media_type.clear();
            attachment.media_type.push_str("text/plain");
        } else {
            attachment.content = Content::Base64;
        }
        let mut content = self.held.content(&mut attachment.data);
        xml.element_text(STRUCTURE, |piece| content.push(piece))?;
        let is_whole = content.is_whole();
        if attachment.content == Content::Base64 {
            attachment.data.retain(|c| !c.is_ascii_whitespace());
        }
        self.held.add_content(attachment.data.len());
        if !is_whole {
            self.case.attachments.drop_last();
            CONTENTS_LEFT_OUT.remark(&self.case, &mut self.remarks, || xml.position());
        }
        Ok(())
    }

    fn read_output(&mut self, xml: &mut XmlCursor<'_>) -> Result<(), ParseError> {
        if self.options.output == Attachments::None {
            return xml.skip_element();
        }
        let mut clip = ClippedText::of_output(&mut self.case.stdout);
        xml.element_text(STRUCTURE, |piece| clip.push(piece))
    }

    fn report_open_test(&self, visitor: &mut dyn ReportVisitor) {
        visitor.problem(incomplete("test", &self.case.qualified_name));
    }
}
