//! One `test-method`, from its start tag to its end tag.

use std::ops::ControlFlow;

use xxhash_rust::xxh3::xxh3_64_with_seed;

use super::clock::Written;
use super::identity::{push_without_identity_hashes, qualify};
use super::rows::RowKind;
use super::status::Status;
use super::{Reader, STRUCTURE, content};
use crate::format::held::{CONTENTS_LEFT_OUT, DETAILS_LEFT_OUT, MOST_PARTS, PROPERTIES_LEFT_OUT};
use crate::format::xml::{Inside, Tag, XmlCursor, XmlEvent};
use crate::format::{Attachments, ClippedText, ParseError, incomplete};
use crate::model::{
    Content, DetailKind, Outcome, Position, Problem, ProblemKind, ReportVisitor, Reuse, TestCase, trimmed,
};

/// What the start tag of a row says, beside what goes straight into the case.
#[derive(Default)]
pub(super) struct MethodAttributes {
    name: String,
    status: Status,
    /// The status as written, for the remark on one that nobody knows.
    status_word: String,
    /// Where the row begins, if its status says nothing that is known.
    undecided: Option<Position>,
    description: String,
    /// Method and types of its parameters, without what follows: `pay(int)`.
    signature: String,
    instance: String,
    is_config: bool,
    is_retried: bool,
    has_data_provider: bool,
    has_attributes: bool,
    times: Written,
    /// Scratch for the key of the row.
    key: String,
    key_without_hashes: String,
}

impl MethodAttributes {
    fn read(&mut self, tag: &Tag<'_>, case: &mut TestCase) {
        for text in
            [&mut self.name, &mut self.status_word, &mut self.description, &mut self.signature, &mut self.instance]
        {
            text.clear();
        }
        self.times.clear();
        self.status = Status::Unknown;
        self.is_config = false;
        self.is_retried = false;
        self.has_data_provider = false;
        self.has_attributes = false;
        for (name, value) in tag.attributes() {
            match name {
                b"name" => value.read_into(&mut self.name),
                b"status" => {
                    value.read_into(&mut self.status_word);
                    self.status = Status::of(self.status_word.as_bytes());
                }
                b"description" => value.read_into(&mut self.description),
                b"signature" => value.read_into(&mut self.signature),
                b"test-instance-name" => value.read_into(&mut self.instance),
                b"started-at" => value.read_into(&mut self.times.started),
                b"finished-at" => value.read_into(&mut self.times.finished),
                b"duration-ms" => value.read_into(&mut self.times.duration),
                b"is-config" => self.is_config = value.resolved().eq_ignore_ascii_case(b"true"),
                b"retried" => self.is_retried = value.resolved().eq_ignore_ascii_case(b"true"),
                b"data-provider" => self.has_data_provider = !value.raw().is_empty(),
                b"groups" => {
                    let mut groups = std::mem::take(&mut self.key);
                    value.read_into(&mut groups);
                    for group in groups.split(',').map(str::trim).filter(|group| !group.is_empty()).take(MOST_PARTS) {
                        case.tags.add().push_str(group);
                    }
                    self.key = groups;
                }
                _ => {}
            }
        }
        // `pay(int)[pri:0, instance:pkg.Cls@36d4b5c]`: the rest changes from run to run (T12).
        let signature = self.signature.as_bytes();
        let is_behind_types = |bracket: &usize| signature[..*bracket].ends_with(b")");
        if let Some(bracket) = memchr::memchr_iter(b'[', signature).find(is_behind_types) {
            self.signature.truncate(bracket);
        }
    }
}

impl Reader<'_> {
    /// Reads the row whose start tag was lent out last and gives it to the visitor, unless it is a configuration
    /// method or must wait.
    pub(super) fn read_method(
        &mut self,
        xml: &mut XmlCursor<'_>,
        visitor: &mut dyn ReportVisitor,
    ) -> Result<ControlFlow<()>, ParseError> {
        self.begin_method(xml);
        let depth = xml.depth();
        xml.note_misread();
        loop {
            match xml.next_child(depth, STRUCTURE)? {
                Inside::Child(tag) => match tag.name() {
                    b"exception" => self.read_exception(xml)?,
                    b"param" => self.read_parameter(xml)?,
                    b"attribute" => self.read_attribute(xml)?,
                    b"attachment" => self.read_attachment(xml)?,
                    b"reporter-output" => self.read_output(xml)?,
                    b"params" | b"attributes" | b"attachments" => {}
                    _ => xml.skip_element()?,
                },
                Inside::End => break,
                Inside::Cut => {
                    self.report_open_row(visitor);
                    return Ok(ControlFlow::Continue(()));
                }
            }
        }
        self.tell_undecided();
        let is_doubtful = xml.is_doubtful(depth) && self.case.outcome == Outcome::Passed;
        if xml.end_was_implied() && !self.case.outcome.is_failure() || is_doubtful {
            // Its end is missing, or something in it was not understood, so nobody knows what else it would have told: such a row
            // never passes.
            self.report_open_row(visitor);
            return Ok(ControlFlow::Continue(()));
        }
        if self.attributes.is_config {
            self.end_configuration(xml, visitor);
            return Ok(ControlFlow::Continue(()));
        }
        Ok(self.end_row(xml, visitor))
    }

    /// What the start tag says: name, outcome, times.
    fn begin_method(&mut self, xml: &XmlCursor<'_>) {
        self.case.reset();
        self.held.reset();
        self.attributes.read(&xml.started_tag(), &mut self.case);
        let case = &mut self.case;
        qualify(&self.class_name, &self.attributes.name, &mut case.qualified_name);
        case.container.push_str(trimmed(&self.class_name));
        case.host.push_str(trimmed(&self.test_name));
        case.setting.push_str(trimmed(&self.test_name));
        let times = self.clock.times(&self.attributes.times, self.options, &mut self.remarks, xml);
        case.start = times.start;
        case.finish = times.finish;
        case.duration = times.duration;
        case.outcome = self.attributes.status.outcome();
        self.attributes.undecided = if self.attributes.status == Status::Unknown { Some(xml.position()) } else { None };
    }

    /// Tells of a status that is missing or unknown, and what was made of the row.
    fn tell_undecided(&mut self) {
        let Some(place) = self.attributes.undecided.take() else { return };
        let topic = "a status that TestNG does not write was read as skipped";
        self.remarks.add_word(ProblemKind::UnknownStatus, topic, &self.attributes.status_word, || place);
    }

    /// The exception never decides whether a row failed (C2); of one that did, its class tells a failure from an error.
    fn read_exception(&mut self, xml: &mut XmlCursor<'_>) -> Result<(), ParseError> {
        if self.attributes.status == Status::Passed {
            // It was expected (T02).
            return xml.skip_element();
        }
        if !self.held.takes_detail(self.case.details.len()) {
            DETAILS_LEFT_OUT.remark(&self.case, &mut self.remarks, || xml.position());
            return xml.skip_element();
        }
        let detail = self.case.details.add();
        if let Some(class) = xml.started_tag().attribute(b"class") {
            class.push_into(&mut detail.type_name);
        }
        detail.kind = match self.case.outcome {
            Outcome::Passed => DetailKind::Note,
            Outcome::Skipped => DetailKind::Skip,
            _ if detail.type_name.is_empty() || is_assertion(&detail.type_name) => DetailKind::Failure,
            _ => {
                self.case.outcome = Outcome::Errored;
                DetailKind::Error
            }
        };
        let depth = xml.depth();
        while let Inside::Child(tag) = xml.next_child(depth, STRUCTURE)? {
            match tag.name() {
                b"message" if detail.message.is_empty() => {
                    content::read(xml, &mut detail.message)?;
                }
                b"full-stacktrace" => {
                    detail.text.clear();
                    detail.omitted = content::read(xml, &mut detail.text)?;
                }
                b"short-stacktrace" | b"stack-trace" if detail.text.is_empty() => {
                    detail.omitted = content::read(xml, &mut detail.text)?;
                }
                _ => xml.skip_element()?,
            }
        }
        self.held.add_detail(detail);
        Ok(())
    }

    /// A test result attribute. An empty one says nothing (T22), and `attachments` is the name of a Java array.
    fn read_attribute(&mut self, xml: &mut XmlCursor<'_>) -> Result<(), ParseError> {
        self.attributes.has_attributes = true;
        let tag = xml.started_tag();
        let name = tag.attribute(b"name");
        let is_noise = name.is_none_or(|name| matches!(&*name.resolved(), b"" | b"attachments"));
        if is_noise || is_null(&tag) {
            return xml.skip_element();
        }
        if !self.held.takes_property(self.case.properties.len()) {
            PROPERTIES_LEFT_OUT.remark(&self.case, &mut self.remarks, || xml.position());
            return xml.skip_element();
        }
        let property = self.case.properties.add();
        if let Some(name) = name {
            name.push_into(&mut property.name);
        }
        content::read(xml, &mut property.value)?;
        self.held.add_property(&property.name, &property.value);
        if property.value.trim().is_empty() {
            self.case.properties.drop_last();
        }
        Ok(())
    }

    fn read_attachment(&mut self, xml: &mut XmlCursor<'_>) -> Result<(), ParseError> {
        if !self.wants_attachments() {
            return xml.skip_element();
        }
        if !self.held.takes_content(self.case.attachments.len()) {
            CONTENTS_LEFT_OUT.remark(&self.case, &mut self.remarks, || xml.position());
            return xml.skip_element();
        }
        let attachment = self.case.attachments.add();
        for (name, value) in xml.started_tag().attributes() {
            match name {
                b"filename" => value.read_into(&mut attachment.name),
                b"src" => value.read_into(&mut attachment.data),
                _ => {}
            }
        }
        attachment.content = Content::Path;
        let mut is_whole = true;
        let depth = xml.depth();
        while let Inside::Child(tag) = xml.next_child(depth, STRUCTURE)? {
            if tag.name() != b"rawcontent" {
                xml.skip_element()?;
                continue;
            }
            name_by_path(&mut attachment.name, &attachment.data);
            attachment.content = Content::Base64;
            attachment.data.clear();
            let mut content = self.held.content(&mut attachment.data);
            xml.element_text(STRUCTURE, |piece| content.push(piece))?;
            is_whole &= content.is_whole();
        }
        if attachment.content == Content::Base64 {
            attachment.data.retain(|c| !c.is_ascii_whitespace());
        }
        self.held.add_content(attachment.data.len());
        if !is_whole || attachment.data.is_empty() {
            self.case.attachments.drop_last();
        }
        if !is_whole {
            CONTENTS_LEFT_OUT.remark(&self.case, &mut self.remarks, || xml.position());
        }
        Ok(())
    }

    /// A retried row can still become one that failed (T06).
    fn wants_attachments(&self) -> bool {
        let outcome = if self.attributes.is_retried { Outcome::Failed } else { self.case.outcome };
        self.options.attachments.are_of(outcome)
    }

    /// What the row logged: kept only when asked for (T25).
    fn read_output(&mut self, xml: &mut XmlCursor<'_>) -> Result<(), ParseError> {
        if self.options.output == Attachments::None {
            return xml.skip_element();
        }
        let mut clip = ClippedText::of_output(&mut self.case.stdout);
        let depth = xml.depth();
        loop {
            match xml.next()? {
                XmlEvent::Text(text) if text.is_cdata() || !text.is_blank() => clip.push(text),
                XmlEvent::Start(tag) if STRUCTURE.contains(&tag.name()) => xml.retreat(depth - 1),
                XmlEvent::End(_, around) if around < depth => break,
                XmlEvent::End(b"line", _) => clip.push_str("\n"),
                XmlEvent::Eof => break,
                _ => {}
            }
        }
        Ok(())
    }

    /// A configuration method is never a case; one that failed is a failure of its class (T01).
    fn end_configuration(&mut self, xml: &XmlCursor<'_>, visitor: &mut dyn ReportVisitor) {
        if self.case.outcome == Outcome::Passed {
            return;
        }
        let name = &self.case.qualified_name;
        if self.case.outcome == Outcome::Skipped {
            self.remarks.add(
                ProblemKind::ContainerFailure,
                "a configuration method was skipped",
                || format!("'{name}'"),
                || xml.position(),
            );
        } else {
            let reason = reason(&self.case);
            let message = format!("the configuration method '{name}' failed{reason}");
            visitor.problem(Problem::new(ProblemKind::ContainerFailure, message).at(xml.position()));
            let hint = format!("the configuration method '{}' failed{reason}", self.attributes.name);
            self.rows.note_failed_set_up(hint, self.case.start);
        }
    }

    fn end_row(&mut self, xml: &XmlCursor<'_>, visitor: &mut dyn ReportVisitor) -> ControlFlow<()> {
        self.seen += 1;
        self.describe();
        self.note_percentage();
        let kind = self.row_kind();
        let key = self.row_key();
        self.rows.take(&mut self.case, kind, key, visitor, &mut self.remarks, || xml.position())
    }

    /// Title and description: the attribute `description` before that of the annotation, the method's name last
    /// (spec C3, decision 9).
    fn describe(&mut self) {
        let case = &mut self.case;
        let attributes = &self.attributes;
        let set = case.properties.iter().find(|property| property.name == "description");
        let title = match set {
            Some(property) => &property.value,
            None if trimmed(&attributes.description).is_empty() => &attributes.name,
            None => &attributes.description,
        };
        case.title.push_str(trimmed(title));
        if set.is_none() && !trimmed(&attributes.description).is_empty() {
            case.add_property("description", trimmed(&attributes.description));
        }
    }

    fn note_percentage(&mut self) {
        if self.attributes.status == Status::FailedWithinPercentage {
            let note = self.case.details.add();
            note.kind = DetailKind::Note;
            note.message.push_str("failed, but within the success percentage that the test allows");
        }
    }

    fn row_kind(&self) -> RowKind {
        let detail = self.case.details.first();
        match self.case.outcome {
            Outcome::Skipped if self.attributes.is_retried => RowKind::Attempt,
            Outcome::Skipped => match detail {
                None => RowKind::SkippedSilently,
                Some(detail) if detail.type_name.is_empty() || detail.type_name.ends_with("SkipException") => {
                    RowKind::Skipped
                }
                Some(_) => RowKind::Broken,
            },
            _ => RowKind::Ran,
        }
    }

    /// Stands for what attempts of one row have in common: method, instance and parameters, without the identity
    /// hashes that `toString` puts into them (T04). What rows of the method have in common is the first part of that.
    fn row_key(&mut self) -> u64 {
        let is_alone = self.is_alone();
        let attributes = &mut self.attributes;
        let key = &mut attributes.key;
        key.clear();
        let values = self.case.parameters.iter().map(|parameter| &parameter.value);
        for text in [&attributes.name, &attributes.signature, &attributes.instance].into_iter().chain(values) {
            key.push_str(text);
            // No part of a name: a hash does not reach over it.
            key.push('\u{1f}');
        }
        let (method, own) = key.split_at(attributes.name.len() + attributes.signature.len() + 1);
        let group = xxh3_64_with_seed(method.as_bytes(), self.class_number).max(1);
        // Any that is alone may be an attempt or an invocation before the key was set.
        let of_case = if is_alone { &mut self.case.lone_group } else { &mut self.case.row_group };
        *of_case = group;
        // Neither an instance nor parameters.
        if own.len() == 1 {
            return group;
        }
        if memchr::memchr(b'@', own.as_bytes()).is_none() {
            return xxh3_64_with_seed(own.as_bytes(), group);
        }
        attributes.key_without_hashes.clear();
        push_without_identity_hashes(own, &mut attributes.key_without_hashes);
        xxh3_64_with_seed(attributes.key_without_hashes.as_bytes(), group)
    }

    /// Whether nothing shows that the row is one of several that share a key (decision 5, T24): no parameters, attempts or
    /// attributes.
    fn is_alone(&self) -> bool {
        let attributes = &self.attributes;
        self.case.parameters.is_empty()
            && !attributes.is_retried
            && !attributes.has_data_provider
            && !attributes.has_attributes
    }

    fn report_open_row(&self, visitor: &mut dyn ReportVisitor) {
        visitor.problem(incomplete("test method", &self.case.qualified_name));
    }
}

/// Whether an exception of this class is an assertion that did not hold: `AssertionError` and what usual libraries
/// derive from it.
fn is_assertion(class: &str) -> bool {
    let simple = class.trim().rsplit(['.', '$']).next().unwrap_or("");
    simple.ends_with("AssertionError")
        || matches!(simple, "AssertionFailedError" | "ComparisonFailure" | "MultipleFailuresError")
}

pub(super) fn is_null(tag: &Tag<'_>) -> bool {
    tag.attribute(b"is-null").is_some_and(|value| *value.resolved() == *b"true")
}

/// Names an attachment after the last part of its path, if it has no name.
fn name_by_path(name: &mut String, path: &str) {
    if name.trim().is_empty() {
        name.clear();
        name.push_str(path.rsplit(['/', '\\']).next().unwrap_or(""));
    }
}

/// Class and message of the exception that was read last, or its first line, behind a colon.
pub(super) fn reason(case: &TestCase) -> String {
    let Some(detail) = case.details.last() else { return String::new() };
    let first_line = |text: &str| text.lines().map(str::trim).find(|line| !line.is_empty()).map(str::to_owned);
    match (first_line(&detail.message), first_line(&detail.text)) {
        (Some(message), _) if detail.type_name.is_empty() => format!(": {message}"),
        (Some(message), _) => format!(": {}: {message}", detail.type_name),
        (None, Some(line)) => format!(": {line}"),
        (None, None) if detail.type_name.is_empty() => String::new(),
        (None, None) => format!(": {}", detail.type_name),
    }
}
