//! TestNG's own report, `testng-results.xml`, and its fragments (spec testng.md).
//!
//! The reader takes `test-method` elements below any root: the whole report, a per-suite file, or a fragment that
//! begins with `suite` or `test`. It never believes a counter. What a class holds back (see [`rows`]) is bounded.

mod clock;
mod content;
mod identity;
mod method;
mod parameter;
mod rows;
mod status;
#[cfg(test)]
mod tests;

use std::ops::ControlFlow;

use crate::format::held::Held;
use crate::format::spare::{self, Spare};
use crate::format::xml::{Names, RawValue, Tag, XmlCursor, XmlEvent};
use crate::format::{Format, Head, ParseError, ReadOptions, Remarks, Signs, as_it_comes, number_of, recognise::Family};
use crate::model::{Body, Dialect, Problem, ProblemKind, ReportVisitor, Role, TestCase};

use clock::Clock;
use method::MethodAttributes;
use rows::ClassRows;

pub(super) const FORMAT: Format = Format {
    name: "testng",
    title: "TestNG results",
    recognised_by: "root element testng-results, or a fragment of one: suite or test with started-at",
    taken: "every test method that is no configuration method: result, times, exception, parameters, attributes, \
            attachments, attempts",
    recognises,
    parse,
    wants_all_bytes: as_it_comes,
    signs: Signs { roots: &[b"testng-results"], ambiguous_roots: &[b"suite"], ..Signs::XML },
    dialect: Dialect {
        roles: &[("test", Role::Key), ("summary", Role::Summary), ("description", Role::Description)],
        ..Dialect::PLAIN
    },
    stands_for: &[],
    tells_more_than: &["testng-junitreports", "testng-junitxmlreporter"],
    told_again_as: Some("testng-results.xml"),
};

fn recognises(head: &Head<'_>) -> bool {
    head.family() == Some(Family::Testng)
}

/// Roots of whole reports.
const ROOTS: &[&[u8]] = &[b"testng-results"];

/// Roots of parts of one.
const FRAGMENTS: &[&[u8]] = &[b"suite", b"test"];

/// Start tags that show that the end tag of a text or of a row is missing.
const STRUCTURE: &[&[u8]] = &[b"test-method", b"class", b"test", b"suite", b"testng-results"];

/// Elements whose tags are mended where they break off (J44).
const NAMES: Names = Names {
    cases: &[b"test-method"],
    around: &[b"testng-results", b"suite", b"test", b"class"],
    inside: &[
        b"exception",
        b"params",
        b"param",
        b"reporter-output",
        b"attributes",
        b"attribute",
        b"attachments",
        b"groups",
        b"group",
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
#[derive(Default)]
struct Records {
    case: Box<TestCase>,
    attributes: MethodAttributes,
    rows: ClassRows,
}

thread_local! {
    static SPARE: Spare<Records> = const { Spare::new() };
}

/// What is known of the report so far.
struct Reader<'o> {
    options: &'o ReadOptions,
    clock: Clock,
    /// Name of the `test` tag around the row: often a browser or a device.
    test_name: String,
    /// Package and name of the class around the row.
    class_name: String,
    /// Stands for that.
    class_number: u64,
    rows: ClassRows,
    /// The row being read and what its start tag says.
    case: Box<TestCase>,
    attributes: MethodAttributes,
    held: Held,
    /// Rows that the root declares, and rows that were there.
    declared: u64,
    seen: u64,
    remarks: Remarks,
}

impl<'o> Reader<'o> {
    fn new(options: &'o ReadOptions, Records { case, attributes, rows }: Records) -> Reader<'o> {
        Reader {
            options,
            clock: Clock::default(),
            test_name: String::new(),
            class_name: String::new(),
            class_number: 0,
            rows,
            case,
            attributes,
            held: Held::new(options),
            declared: 0,
            seen: 0,
            remarks: Remarks::default(),
        }
    }

    fn records(self) -> Records {
        Records { case: self.case, attributes: self.attributes, rows: self.rows.emptied() }
    }

    fn read(&mut self, xml: &mut XmlCursor<'_>, visitor: &mut dyn ReportVisitor) -> Result<(), ParseError> {
        loop {
            let flow = match xml.next_tag()? {
                XmlEvent::Start(tag) => match tag.name() {
                    b"test-method" => self.read_method(xml, visitor)?,
                    b"groups" | b"reporter-output" => {
                        xml.skip_element()?;
                        ControlFlow::Continue(())
                    }
                    _ => {
                        self.begin_container(xml, visitor);
                        ControlFlow::Continue(())
                    }
                },
                XmlEvent::End(b"class", _) => {
                    self.class_name.clear();
                    self.class_number = 0;
                    self.rows.end_class(visitor, &mut self.remarks, || xml.position())
                }
                XmlEvent::End(b"test", _) => {
                    self.test_name.clear();
                    self.clock.end_test();
                    ControlFlow::Continue(())
                }
                XmlEvent::Eof => {
                    // Rows outside any class, or in one that breaks off, wait for nothing any more.
                    let _ = self.rows.end_class(visitor, &mut self.remarks, || xml.position());
                    return Ok(());
                }
                _ => ControlFlow::Continue(()),
            };
            if flow.is_break() {
                return Ok(());
            }
        }
    }

    fn begin_container(&mut self, xml: &XmlCursor<'_>, visitor: &mut dyn ReportVisitor) {
        let tag = xml.started_tag();
        match tag.name() {
            b"testng-results" => self.declared = self.declared.saturating_add(declared_rows(&tag)),
            b"suite" => {
                self.clock.begin_suite(&tag, self.options, visitor);
                self.note_reference(&tag, xml);
            }
            b"test" => {
                self.clock.begin_test(&tag, self.options);
                self.test_name.clear();
                if let Some(name) = tag.attribute(b"name") {
                    name.push_into(&mut self.test_name);
                }
                self.note_reference(&tag, xml);
            }
            b"class" => {
                name_class(&tag, &mut self.class_name);
                self.class_number = number_of(&[&self.class_name]);
            }
            _ => {}
        }
    }

    /// A fragmented report names the files that hold its suites or tests (T30). Whoever walks the input meets them as
    /// reports of their own, and only there (T31).
    fn note_reference(&mut self, tag: &Tag<'_>, xml: &XmlCursor<'_>) {
        if let Some(url) = tag.attribute(b"url") {
            self.remarks.add(
                ProblemKind::Unusual,
                "results stand in a file of their own, which is read only if it is part of the input",
                || format!("'{}'", url.to_text()),
                || xml.position(),
            );
        }
    }

    fn finish(&mut self, xml: &XmlCursor<'_>, visitor: &mut dyn ReportVisitor) {
        visitor.producer("testng");
        self.remarks.finish(visitor);
        if xml.truncation().is_some() && self.declared > self.seen {
            let message = format!(
                "the broken report declares {} test methods, {} of them could be read",
                self.declared, self.seen
            );
            visitor.problem(Problem::new(ProblemKind::CountMismatch, message));
        }
    }
}

/// The class's name for good: the same with and without `splitClassAndPackageNames` (T14).
fn name_class(tag: &Tag<'_>, class_name: &mut String) {
    class_name.clear();
    if let Some(package) = tag.attribute(b"package")
        && !matches!(&*package.resolved(), b"" | b"[default]")
    {
        package.push_into(class_name);
        class_name.push('.');
    }
    if let Some(name) = tag.attribute(b"name") {
        name.push_into(class_name);
    }
}

/// Rows that the root's counters promise: ignored methods have none (T40).
fn declared_rows(tag: &Tag<'_>) -> u64 {
    let counter = |name: &[u8]| tag.attribute(name).and_then(number).unwrap_or(0);
    counter(b"total").saturating_sub(counter(b"ignored"))
}

fn number(value: RawValue<'_>) -> Option<u64> {
    std::str::from_utf8(&value.resolved()).ok()?.trim().parse().ok()
}
