//! One test case, from its start tag to its end tag.

use crate::format::ClippedText;
use std::ops::ControlFlow;

use super::identity::{self, Names, Naming, Prose};
use super::property::{self, Role};
use super::suite::Suites;
use super::{EXPECTO, Generation, PESTER, Reader, STRUCTURE, TESTCAFE, brackets, detail};
use crate::format::xml::{Inside, Tag, XmlCursor};
use crate::format::{Attachments, ParseError, dotnet, incomplete, number_of};
use crate::model::{Content, DetailKind, Outcome, ProblemKind, ReportVisitor, Reuse, trim, trimmed};

/// Most failures, reasons, assertions or attachments of one case, each.
const MOST_CHILDREN: usize = 100;

/// Most properties of one case, and the bytes they may have together.
const MOST_PROPERTIES: usize = 10_000;
const MOST_PROPERTY_BYTES: usize = 4 * 1024 * 1024;

/// What the start tag of a case says.
#[derive(Default)]
pub(super) struct CaseAttributes {
    name: String,
    full_name: String,
    class_name: String,
    method_name: String,
    pub(super) result: String,
    pub(super) label: String,
    pub(super) site: String,
    start: String,
    end: String,
    duration: String,
    time: String,
    pub(super) executed: String,
    pub(super) success: String,
    description: String,
}

impl CaseAttributes {
    /// Reads the start tag.
    fn read(&mut self, tag: &Tag<'_>) {
        self.reset();
        for (name, value) in tag.attributes() {
            let target = match name {
                b"name" => &mut self.name,
                b"fullname" => &mut self.full_name,
                b"classname" => &mut self.class_name,
                b"methodname" => &mut self.method_name,
                b"result" => &mut self.result,
                b"label" => &mut self.label,
                b"site" => &mut self.site,
                b"start-time" => &mut self.start,
                b"end-time" => &mut self.end,
                b"duration" => &mut self.duration,
                b"time" => &mut self.time,
                b"executed" => &mut self.executed,
                b"success" => &mut self.success,
                b"description" => &mut self.description,
                _ => continue,
            };
            value.read_into(target);
        }
    }

    fn reset(&mut self) {
        for text in [
            &mut self.name,
            &mut self.full_name,
            &mut self.class_name,
            &mut self.method_name,
            &mut self.result,
            &mut self.label,
            &mut self.site,
            &mut self.start,
            &mut self.end,
            &mut self.duration,
            &mut self.time,
            &mut self.executed,
            &mut self.success,
            &mut self.description,
        ] {
            text.clear();
        }
    }

    /// Whether nothing at all tells of a run (an entry of a list of tests).
    fn tell_nothing(&self) -> bool {
        self.result.is_empty() && self.executed.is_empty() && self.success.is_empty()
    }
}

/// What the children of a case say, beside what goes straight into the case.
#[derive(Default)]
pub(super) struct CaseChildren {
    pub(super) has_failure: bool,
    /// The skip reason among the properties, where there is no `reason` element.
    pub(super) skip_reason: String,
    /// The method that xUnit.net names in a property.
    method: String,
    property_bytes: usize,
}

impl CaseChildren {
    fn reset(&mut self) {
        self.has_failure = false;
        self.skip_reason.clear();
        self.method.clear();
        self.property_bytes = 0;
    }
}

impl Reader<'_> {
    /// Reads the case whose start tag was lent out last and gives it to the visitor.
    pub(super) fn read_case(
        &mut self,
        xml: &mut XmlCursor<'_>,
        visitor: &mut dyn ReportVisitor,
    ) -> Result<ControlFlow<()>, ParseError> {
        self.begin_case(xml);
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
                    self.report_open_case(visitor);
                    return Ok(ControlFlow::Continue(()));
                }
            }
        }
        if self.is_listing && self.attributes.tell_nothing() && !self.children.has_failure {
            self.listed += 1;
            return Ok(ControlFlow::Continue(()));
        }
        self.decide(xml);
        let is_doubtful = xml.is_doubtful(depth) && self.case.outcome == Outcome::Passed;
        if xml.end_was_implied() && !self.case.outcome.is_failure() || is_doubtful {
            // Its end is missing, or something in it was not understood, so nobody knows what else it would have told: such a case
            // never passes.
            self.report_open_case(visitor);
            return Ok(ControlFlow::Continue(()));
        }
        self.complete(xml);
        self.times.state_before(&self.case, self.options, &mut self.remarks, xml, visitor);
        Ok(visitor.case(&mut self.case))
    }

    fn begin_case(&mut self, xml: &XmlCursor<'_>) {
        let tag = xml.started_tag();
        self.case.reset();
        self.children.reset();
        self.assertions.clear();
        self.attributes.read(&tag);
        let description = self.attributes.description.trim();
        if !description.is_empty() {
            self.case.add_property(Role::Description.name_of(""), description);
        }
    }

    #[cold]
    #[inline(never)]
    fn report_open_case(&mut self, visitor: &mut dyn ReportVisitor) {
        self.name_case();
        visitor.problem(incomplete("test case", &self.case.qualified_name));
    }

    fn read_child(&mut self, child: Child, xml: &mut XmlCursor<'_>) -> Result<(), ParseError> {
        match child {
            Child::Failure => {
                self.children.has_failure = true;
                self.read_detail(DetailKind::Failure, xml)
            }
            Child::Reason => self.read_detail(DetailKind::Skip, xml),
            Child::Properties => self.read_properties(xml),
            Child::Assertions => self.read_assertions(xml),
            Child::Attachments => self.read_attachments(xml),
            Child::Output if self.options.output != Attachments::None => {
                let mut clip = ClippedText::of_output(&mut self.case.stdout);
                xml.element_text(STRUCTURE, |piece| clip.push(piece))
            }
            Child::Output | Child::Other => xml.skip_element(),
        }
    }

    /// A failure or a reason; several failures of one case are all kept (N31).
    fn read_detail(&mut self, kind: DetailKind, xml: &mut XmlCursor<'_>) -> Result<(), ParseError> {
        let index = self.case.details.len();
        if index == MOST_CHILDREN {
            return xml.skip_element();
        }
        let detail = self.case.details.add();
        detail.kind = kind;
        detail::read(xml, detail)?;
        if detail.message.is_empty() && detail.text.is_empty() {
            self.case.details.truncate(index);
        }
        Ok(())
    }

    fn read_properties(&mut self, xml: &mut XmlCursor<'_>) -> Result<(), ParseError> {
        let (case, children) = (&mut self.case, &mut self.children);
        let mut dropped = false;
        property::read_all(xml, &mut self.named, |role, name, value| {
            children.property_bytes += value.len();
            let count = case.properties.len() + case.tags.len();
            if count >= MOST_PROPERTIES || children.property_bytes > MOST_PROPERTY_BYTES {
                dropped = true;
                return;
            }
            match role {
                Role::Internal => {}
                Role::SkipReason if children.skip_reason.is_empty() => children.skip_reason.push_str(value),
                Role::SkipReason => {}
                Role::Tag => property::add_tag(case, value),
                Role::Requirement | Role::Description | Role::Other => {
                    if name == "MethodName" && children.method.is_empty() {
                        children.method.push_str(value);
                    }
                    case.add_property(role.name_of(name), value);
                }
            }
        })?;
        if dropped {
            let topic = "properties beyond 10,000 or 4 MiB of one test case were left out";
            self.remarks.add(ProblemKind::LimitReached, topic, String::new, || xml.position());
        }
        Ok(())
    }

    /// Assertions are kept apart until it is known whether the failure tells them, too (N21).
    #[inline(never)]
    fn read_assertions(&mut self, xml: &mut XmlCursor<'_>) -> Result<(), ParseError> {
        let depth = xml.depth();
        while let Inside::Child(tag) = xml.next_child(depth, STRUCTURE)? {
            match tag.name() {
                b"assertion" if self.assertions.len() < MOST_CHILDREN => {
                    let assertion = self.assertions.add();
                    let is = |word: &[u8]| {
                        tag.attribute(b"result").is_some_and(|result| result.resolved().eq_ignore_ascii_case(word))
                    };
                    assertion.kind = match () {
                        () if is(b"Failed") => DetailKind::Failure,
                        () if is(b"Error") => DetailKind::Error,
                        () => DetailKind::Note,
                    };
                    detail::read(xml, assertion)?;
                }
                _ => xml.skip_element()?,
            }
        }
        Ok(())
    }

    /// Files that a case points to, by the path they had on the machine that ran it (N33).
    #[inline(never)]
    fn read_attachments(&mut self, xml: &mut XmlCursor<'_>) -> Result<(), ParseError> {
        if self.options.attachments == Attachments::None {
            return xml.skip_element();
        }
        let depth = xml.depth();
        while let Inside::Child(tag) = xml.next_child(depth, STRUCTURE)? {
            match tag.name() {
                b"filePath" if self.case.attachments.len() < MOST_CHILDREN => {
                    let attachment = self.case.attachments.add();
                    attachment.content = Content::Path;
                    detail::read_text(xml, &mut attachment.data)?;
                    trim(&mut attachment.data);
                    if attachment.data.is_empty() {
                        self.case.attachments.drop_last();
                    }
                }
                b"attachment" => {}
                _ => xml.skip_element()?,
            }
        }
        Ok(())
    }

    /// Everything that needs the whole case.
    fn complete(&mut self, xml: &XmlCursor<'_>) {
        if self.name_case() == Naming::UnknownType {
            let topic = "the class of a test case is not known, its method's name was taken instead";
            self.remarks.add(ProblemKind::Unusual, topic, || self.case.qualified_name.clone(), || xml.position());
        }
        self.add_arguments();
        self.time_case(xml);
        self.case.host.push_str(&self.host);
        self.suites.endow(&mut self.case);
        self.settle_details();
        if !self.case.parameters.is_empty() || self.suites.is_in_method() {
            self.case.row_group = number_of(&[&self.case.qualified_name]);
        }
    }

    fn name_case(&mut self) -> Naming {
        let (attributes, children) = (&self.attributes, &self.children);
        if self.generation == Generation::Three {
            let names = Names {
                name: &attributes.name,
                full_name: &attributes.full_name,
                class_name: &attributes.class_name,
                method_name: &attributes.method_name,
            };
            return self.names.name_three(&names, &mut self.case);
        }
        if let Some(prose) = prose(self.producer, attributes, &self.suites) {
            prose.name(&mut self.case);
            return Naming::Plain;
        }
        let collection = self.suites.collection().and_then(identity::collection_class);
        match collection {
            Some(class) if !children.method.is_empty() && !attributes.name.contains(&children.method) => {
                identity::name_by_collection(class, &children.method, &attributes.name, &mut self.case);
            }
            _ => identity::name_two(&attributes.name, &self.suites, self.producer, &mut self.case),
        }
        Naming::Plain
    }

    /// The arguments of the fixture, then those of the method (N10, N23).
    fn add_arguments(&mut self) {
        if self.producer == EXPECTO || self.producer == TESTCAFE {
            return;
        }
        let prose = match self.generation {
            Generation::Two => prose(self.producer, &self.attributes, &self.suites),
            Generation::Three => None,
        };
        if let Some(prose) = prose {
            return brackets::push_arguments(prose.arguments, &mut self.case.parameters);
        }
        let (name, full_name) = match self.generation {
            Generation::Two => ("", trimmed(&self.attributes.name)),
            Generation::Three => (trimmed(&self.attributes.name), trimmed(&self.attributes.full_name)),
        };
        let parameters = &mut self.case.parameters;
        if let Some(fixture) = self.suites.fixture() {
            // Where the case names its fixture without arguments, the suite still has them.
            if brackets::has_arguments(fixture) && !full_name.contains(fixture) {
                brackets::push_arguments(fixture, parameters);
            }
        }
        brackets::push_arguments(full_name, parameters);
        if brackets::has_arguments(name) && !full_name.ends_with(name) {
            brackets::push_arguments(name, parameters);
        }
    }

    fn time_case(&mut self, xml: &XmlCursor<'_>) {
        let attributes = &self.attributes;
        let written = if trimmed(&attributes.duration).is_empty() { &attributes.time } else { &attributes.duration };
        self.case.duration = dotnet::duration(written, &mut self.remarks, xml);
        if self.generation == Generation::Two {
            // Its cases have no times of their own, and none are made up.
            return;
        }
        self.case.start = dotnet::timestamp(&attributes.start, self.options, &mut self.remarks, xml);
        let end = dotnet::timestamp(&attributes.end, self.options, &mut self.remarks, xml);
        self.case.finish = match (self.case.start, end) {
            (Some(start), Some(end)) if end >= start => Some(end),
            (Some(start), _) => self.case.duration.map(|duration| start.plus(duration)),
            (None, end) => end,
        };
    }
}

/// The name of a case of version 2, where its description tells where it ends: Pester's, which is not known by the name of a
/// run that its user gave another one, and any that has its path in it.
fn prose<'a>(producer: &str, attributes: &'a CaseAttributes, suites: &Suites) -> Option<Prose<'a>> {
    let prose = Prose::of(&attributes.name, &attributes.description);
    prose.filter(|prose| producer == PESTER || prose.is_path(suites))
}

/// What a child element of a case is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Child {
    Failure,
    Reason,
    Properties,
    Assertions,
    Attachments,
    Output,
    Other,
}

impl Child {
    fn of(name: &[u8]) -> Child {
        match name {
            b"failure" => Child::Failure,
            b"reason" => Child::Reason,
            b"properties" | b"categories" => Child::Properties,
            b"assertions" => Child::Assertions,
            b"attachments" => Child::Attachments,
            b"output" => Child::Output,
            _ => Child::Other,
        }
    }
}
