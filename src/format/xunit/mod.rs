//! xUnit.net XML of every generation: v1 `class`, v2 and v3 `collection`, under `assemblies` or alone (spec xunit.md).
//!
//! The shape decides, never the name of the framework: other runners write this format too. Each `test` is complete at
//! its end tag, so that nothing but one case is held.

mod arguments;
mod failure;
mod identity;
mod result;
mod test;
#[cfg(test)]
mod tests;

use crate::format::dotnet::{self, RunTimes};
use crate::format::head::XmlHead;
use crate::format::held::Held;
use crate::format::spare::{self, Spare};
use crate::format::xml::{Inside, Names, Tag, XmlCursor, XmlEvent};
use crate::format::{Format, Head, ParseError, ReadOptions, Remarks, Signs, as_it_comes};
use crate::model::{Body, CaseDetail, Dialect, Position, Problem, ProblemKind, ReportVisitor, Role, TestCase};

use test::TestAttributes;

pub(super) const FORMAT: Format = Format {
    name: "xunit",
    title: "xUnit.net XML",
    recognised_by: "root element assemblies or assembly, or a collection or class that holds tests",
    taken: "every test: result, times, failure or reason, traits, arguments of theories, attachments, warnings",
    recognises,
    parse,
    wants_all_bytes: as_it_comes,
    signs: Signs { roots: &[b"assemblies"], ambiguous_roots: &[b"assembly"], ..Signs::XML },
    dialect: Dialect { roles: &[("test", Role::Key)], ..Dialect::PLAIN },
    stands_for: &[],
    tells_more_than: &[],
    told_again_as: None,
};

fn recognises(head: &Head<'_>) -> bool {
    head.xml().is_some_and(|xml| match xml.root().name() {
        "assemblies" => xml.has_child(&["assembly"]) || xml.first_child().is_none(),
        "assembly" => is_assembly(xml),
        "collection" | "class" => is_fragment(xml),
        _ => false,
    })
}

/// `assembly` is also the root of .NET manifests and of Maven's assembly descriptors.
fn is_assembly(xml: &XmlHead<'_>) -> bool {
    xml.root().has_any(&["run-date", "test-framework", "total"]) || xml.has_child(&["collection", "class", "errors"])
}

fn is_fragment(xml: &XmlHead<'_>) -> bool {
    xml.children().any(|child| child.name() == "test" && child.has("result"))
}

/// Roots of whole reports.
const ROOTS: &[&[u8]] = &[b"assemblies", b"assembly"];

/// Roots of parts of one.
const FRAGMENTS: &[&[u8]] = &[b"collection", b"class"];

/// When something began and ended, by date, time and zone.
const SPAN: [&[u8]; 2] = [b"start-rtf", b"finish-rtf"];

/// Start tags that show that the end tag of a text or of a test is missing.
const STRUCTURE: &[&[u8]] = &[b"test", b"collection", b"class", b"assembly", b"assemblies"];

/// Elements whose tags are mended where they break off (J44).
const NAMES: Names = Names {
    cases: &[b"test"],
    around: &[b"assemblies", b"assembly", b"collection", b"class"],
    inside: &[
        b"failure",
        b"reason",
        b"message",
        b"stack-trace",
        b"traits",
        b"trait",
        b"output",
        b"warnings",
        b"attachments",
        b"errors",
    ],
};

fn parse(body: Body<'_>, options: &ReadOptions, visitor: &mut dyn ReportVisitor) -> Result<(), ParseError> {
    spare::lend(&SPARE, spare::Length::of(&body), |records| {
        let mut xml =
            XmlCursor::new(body).within(&options.limits).of_roots(ROOTS).of_elements(&NAMES).or_fragments(FRAGMENTS);
        let mut reader = Reader::new(options, records);
        let result = reader.read(&mut xml, visitor);
        reader.finish(&xml, visitor);
        xml.finish(visitor);
        (result, reader.records())
    })
}

/// What a reader fills again and again: each record is emptied before it is filled.
struct Records {
    case: Box<TestCase>,
    attributes: TestAttributes,
}

impl Default for Records {
    fn default() -> Records {
        Records { case: TestCase::with_room(), attributes: TestAttributes::default() }
    }
}

thread_local! {
    static SPARE: Spare<Records> = const { Spare::new() };
}

/// What is known of the report so far.
struct Reader<'o> {
    options: &'o ReadOptions,
    producer: String,
    /// The machine, where the report names it.
    computer: String,
    assembly: Assembly,
    /// Whether the report says when all of it began and ended.
    has_span: bool,
    /// When the assembly began, until its first test.
    times: RunTimes,
    /// Name of the collection or class around the test.
    group: String,
    /// The test being read and what its start tag says.
    case: Box<TestCase>,
    attributes: TestAttributes,
    held: Held,
    remarks: Remarks,
}

/// The assembly around a test.
#[derive(Default)]
struct Assembly {
    /// Name of its file without folder and extension.
    name: String,
    /// Its target framework, for reports that hold one assembly built for several.
    framework: String,
    /// Value of its attribute that cases are to carry as a property of their suite.
    property: String,
    /// Tests that it declares, those not asked for among them or not.
    total: Option<u64>,
    not_run: u64,
    seen: u64,
}

impl<'o> Reader<'o> {
    fn new(options: &'o ReadOptions, Records { case, attributes }: Records) -> Reader<'o> {
        Reader {
            options,
            producer: String::new(),
            computer: String::new(),
            assembly: Assembly::default(),
            has_span: false,
            times: RunTimes::default(),
            group: String::new(),
            case,
            attributes,
            held: Held::new(options),
            remarks: Remarks::default(),
        }
    }

    fn records(self) -> Records {
        Records { case: self.case, attributes: self.attributes }
    }

    fn read(&mut self, xml: &mut XmlCursor<'_>, visitor: &mut dyn ReportVisitor) -> Result<(), ParseError> {
        loop {
            match xml.next_tag()? {
                XmlEvent::Start(tag) => match tag.name() {
                    b"test" => {
                        if self.read_test(xml, visitor)?.is_break() {
                            return Ok(());
                        }
                    }
                    b"assembly" => self.begin_assembly(xml, visitor),
                    b"collection" | b"class" => self.begin_group(xml),
                    b"error" => self.read_error(xml, visitor)?,
                    b"failure" => self.read_fixture_failure(xml, visitor)?,
                    b"assemblies" => self.begin_assemblies(xml, visitor),
                    b"errors" => {}
                    _ => xml.skip_element()?,
                },
                XmlEvent::End(b"assembly", _) => self.end_assembly(xml, visitor),
                XmlEvent::End(b"collection" | b"class", _) => self.group.clear(),
                XmlEvent::Eof => return Ok(()),
                _ => {}
            }
        }
    }

    fn begin_assemblies(&mut self, xml: &XmlCursor<'_>, visitor: &mut dyn ReportVisitor) {
        let tag = xml.started_tag();
        if let Some(computer) = tag.attribute(b"computer") {
            computer.read_into(&mut self.computer);
        }
        self.has_span = dotnet::state_span(&tag, SPAN, self.options, &mut self.remarks, xml, visitor);
    }

    fn begin_assembly(&mut self, xml: &XmlCursor<'_>, visitor: &mut dyn ReportVisitor) {
        let tag = xml.started_tag();
        self.assembly.read(&tag, self.options.suite_property.as_deref());
        let has_span = dotnet::state_span(&tag, SPAN, self.options, &mut self.remarks, xml, visitor);
        self.times = match has_span || self.has_span {
            true => RunTimes::default(),
            false => self.run_times(xml),
        };
        if self.producer.is_empty()
            && let Some(framework) = tag.attribute(b"test-framework")
        {
            framework.push_into(&mut self.producer);
        }
    }

    /// When the assembly began, in whatever zone, and how long it took: for reports that do not say it better.
    fn run_times(&mut self, xml: &XmlCursor<'_>) -> RunTimes {
        let tag = xml.started_tag();
        let topic = "the start of an assembly is no date and was left out";
        let start: [&[u8]; 2] = [b"run-date", b"run-time"];
        let mut times = RunTimes::read(&tag, start, topic, self.options, &mut self.remarks, xml);
        times.read_length(&tag);
        times
    }

    fn begin_group(&mut self, xml: &XmlCursor<'_>) {
        let tag = xml.started_tag();
        self.group.clear();
        if let Some(name) = tag.attribute(b"name") {
            name.push_into(&mut self.group);
        }
        if tag.depth() == 0 {
            let topic = "a collection or class without an assembly around it";
            self.remarks.add(ProblemKind::Unusual, topic, || format!("'{}'", self.group), || xml.position());
        }
    }

    /// A failure outside every test: a clean-up, a fatal error (X14).
    fn read_error(&mut self, xml: &mut XmlCursor<'_>, visitor: &mut dyn ReportVisitor) -> Result<(), ParseError> {
        let position = xml.position();
        let tag = xml.started_tag();
        let text = |name: &[u8]| tag.attribute(name).map(|value| value.to_text()).unwrap_or_default();
        let what = text(b"type").replace('-', " ");
        let name = text(b"name");
        let mut detail = CaseDetail::default();
        let depth = xml.depth();
        while let Inside::Child(tag) = xml.next_child(depth, STRUCTURE)? {
            match tag.name() {
                b"failure" => failure::read(xml, &mut detail)?,
                _ => xml.skip_element()?,
            }
        }
        let what = if what.trim().is_empty() { "an error" } else { what.trim() };
        let name = if name.trim().is_empty() { &self.assembly.name } else { name.trim() };
        report_container_failure(&format!("{what} in '{name}'"), &detail, position, visitor);
        Ok(())
    }

    /// A failure directly below a class is that of its fixture (X16).
    fn read_fixture_failure(
        &mut self,
        xml: &mut XmlCursor<'_>,
        visitor: &mut dyn ReportVisitor,
    ) -> Result<(), ParseError> {
        let position = xml.position();
        let mut detail = CaseDetail::default();
        failure::read(xml, &mut detail)?;
        report_container_failure(&format!("the fixture of '{}' failed", self.group), &detail, position, visitor);
        Ok(())
    }

    /// The tests that are listed count, whatever the assembly declares (X33).
    fn end_assembly(&mut self, xml: &XmlCursor<'_>, visitor: &mut dyn ReportVisitor) {
        if let Some(message) = self.assembly.mismatch() {
            visitor.problem(Problem::new(ProblemKind::CountMismatch, message).at(xml.position()));
        }
        self.assembly.clear();
    }

    fn finish(&mut self, xml: &XmlCursor<'_>, visitor: &mut dyn ReportVisitor) {
        let producer = self.producer.trim();
        visitor.producer(if producer.is_empty() { "xunit" } else { producer });
        self.remarks.finish(visitor);
        if xml.truncation().is_some()
            && let Some(message) = self.assembly.mismatch()
        {
            visitor.problem(Problem::new(ProblemKind::CountMismatch, message));
        }
    }
}

impl Assembly {
    fn read(&mut self, tag: &Tag<'_>, wanted: Option<&str>) {
        self.clear();
        for (name, value) in tag.attributes() {
            if wanted.is_some_and(|wanted| wanted.as_bytes() == name) {
                value.read_into(&mut self.property);
            }
            match name {
                b"name" => {
                    let path = value.to_text();
                    self.name.push_str(base_name(&path));
                }
                b"target-framework" => value.read_into(&mut self.framework),
                b"total" => self.total = number(&value.resolved()),
                b"not-run" => self.not_run = number(&value.resolved()).unwrap_or(0),
                _ => {}
            }
        }
    }

    fn clear(&mut self) {
        self.name.clear();
        self.framework.clear();
        self.property.clear();
        self.total = None;
        self.not_run = 0;
        self.seen = 0;
    }

    fn mismatch(&self) -> Option<String> {
        let total = self.total?;
        let agrees = [total, total.saturating_add(self.not_run), total.saturating_sub(self.not_run)];
        let message =
            || format!("the assembly '{}' declares {total} tests, {} are listed and count", self.name, self.seen);
        (!agrees.contains(&self.seen)).then(message)
    }
}

fn number(raw: &[u8]) -> Option<u64> {
    std::str::from_utf8(raw).ok()?.trim().parse().ok()
}

/// Name of an assembly's file: behind the last separator of either kind, without `.dll` or `.exe` (X8).
fn base_name(path: &str) -> &str {
    let name = path.trim().rsplit(['/', '\\']).next().unwrap_or("");
    match name.rsplit_once('.') {
        Some((stem, extension)) if ["dll", "exe"].iter().any(|known| known.eq_ignore_ascii_case(extension)) => stem,
        _ => name,
    }
}

fn report_container_failure(what: &str, detail: &CaseDetail, position: Position, visitor: &mut dyn ReportVisitor) {
    let line = |text: &str| text.lines().map(str::trim).find(|line| !line.is_empty()).map(str::to_owned);
    let mut message = what.to_owned();
    for part in [Some(detail.type_name.trim().to_owned()), line(&detail.message).or_else(|| line(&detail.text))] {
        if let Some(part) = part.filter(|part| !part.is_empty()) {
            message.push_str(": ");
            message.push_str(&part);
        }
    }
    visitor.problem(Problem::new(ProblemKind::ContainerFailure, message).at(position));
}
