//! JUnit XML: every dialect that test tools write under that name (spec junit.md).
//!
//! The reader takes `testcase` elements at any depth below any root and never believes a counter.

mod attachment;
mod attributes;
mod case;
mod container;
mod outcome;
mod output;
mod producer;
mod property;
mod soapui;
mod suite;
#[cfg(test)]
mod tests;
mod times;

use std::ops::ControlFlow;

use crate::format::head::XmlHead;
use crate::format::held::Held;
use crate::format::spare::{self, Spare};
use crate::format::xml::{Names, Tag, XmlCursor, XmlEvent};
use crate::format::{ClippedText, Format, Head, ParseError, ReadOptions, Remarks, Signs, as_it_comes, recognise};
use crate::model::{Body, Dialect, OtherCase, Output, Problem, ProblemKind, ReportVisitor, TestCase};

use attachment::References;
use attributes::CaseAttributes;
use outcome::Children;
use producer::{Producer, Recognition};
use suite::Suites;

pub(super) const FORMAT: Format = Format {
    name: "junit",
    title: "JUnit XML",
    recognised_by: "root element testsuites, testsuite, testcase or testrun",
    taken: "every testcase at any depth: result, times, all failures, attempts, Xray properties, attachments",
    recognises,
    parse,
    wants_all_bytes: as_it_comes,
    signs: Signs {
        endings: &["xml", "junit"],
        roots: &[b"testsuites", b"testsuite"],
        ambiguous_roots: &[b"testrun"],
        ..Signs::XML
    },
    dialect: Dialect { other_case: OtherCase::Told, ..Dialect::PLAIN },
    stands_for: &[],
    tells_more_than: &[],
    told_again_as: None,
};

fn recognises(head: &Head<'_>) -> bool {
    head.xml().is_some_and(|xml| match xml.root().name() {
        "testsuites" => xml.namespace() != recognise::CHECK_NAMESPACE,
        "testcase" if xml.namespace().starts_with(recognise::RQM_NAMESPACE) => false,
        "testsuite" | "testcase" => !recognise::is_testlink(xml),
        "testrun" => is_eclipse(xml),
        _ => false,
    })
}

/// Eclipse's export of a JUnit session; IntelliJ's has the same root.
fn is_eclipse(xml: &XmlHead<'_>) -> bool {
    xml.has_child(&["testsuite", "testcase"])
        || (xml.first_child().is_none() && xml.root().has("tests") && xml.root().has("started"))
}

/// Roots of reports. Cases behind the end of one count: writers by print close a suite too early.
const ROOTS: &[&[u8]] = &[b"testsuites", b"testsuite", b"testrun", b"testcase"];

/// Start tags that show that the end tag of a text is missing (J44).
const STRUCTURE: &[&[u8]] = &[b"testcase", b"testsuite", b"testsuites"];

/// Elements whose tags are mended where they break off (J44).
const NAMES: Names = Names {
    cases: &[b"testcase"],
    around: &[b"testsuites", b"testsuite", b"testrun"],
    inside: &[
        b"error",
        b"internalError",
        b"failure",
        b"skipped",
        b"skip",
        b"ignored",
        b"disabled",
        b"rerunFailure",
        b"rerunError",
        b"flakyFailure",
        b"flakyError",
        b"properties",
        b"property",
        b"system-out",
        b"system-err",
    ],
};

fn parse(body: Body<'_>, options: &ReadOptions, visitor: &mut dyn ReportVisitor) -> Result<(), ParseError> {
    spare::lend(&SPARE, spare::Length::of(&body), |records| {
        let mut xml = XmlCursor::new(body).within(&options.limits).of_roots(ROOTS).of_elements(&NAMES);
        let mut reader = Reader::new(options, records);
        let result = reader.read(&mut xml, 0, visitor).map(drop);
        reader.finish(&xml, visitor);
        xml.finish(visitor);
        (result, reader.records())
    })
}

/// What a reader fills again and again. Those of a small report serve the next one of the same thread: what is in them has
/// not grown, and there is nothing of it in the next report, since each record is emptied before it is filled.
struct Records {
    case: Box<TestCase>,
    attributes: CaseAttributes,
    suites: Suites,
}

impl Default for Records {
    fn default() -> Records {
        let (attributes, suites) = (CaseAttributes::with_room(), Suites::default());
        Records { case: TestCase::with_room(), attributes, suites }
    }
}

thread_local! {
    static SPARE: Spare<Records> = const { Spare::new() };
}

/// What is known of the report so far.
struct Reader<'o> {
    options: &'o ReadOptions,
    recognition: Recognition,
    suites: Suites,
    /// The case being read, its start tag and the kinds of its children.
    case: Box<TestCase>,
    attributes: CaseAttributes,
    children: Children,
    /// What it wrote, as far as nothing else says why it failed.
    told: Output,
    held: Held,
    /// The files that it refers to, each once.
    references: References,
    /// Cases that are open around it.
    around: usize,
    remarks: Remarks,
}

impl<'o> Reader<'o> {
    fn new(options: &'o ReadOptions, Records { case, attributes, suites }: Records) -> Reader<'o> {
        Reader {
            options,
            recognition: Recognition::default(),
            suites,
            case,
            attributes,
            children: Children::default(),
            told: Output::default(),
            held: Held::new(options),
            references: References::default(),
            around: 0,
            remarks: Remarks::default(),
        }
    }

    fn records(self) -> Records {
        Records { case: self.case, attributes: self.attributes, suites: self.suites.emptied() }
    }

    /// Reads until fewer than `depth` elements are open.
    fn read(
        &mut self,
        xml: &mut XmlCursor<'_>,
        depth: usize,
        visitor: &mut dyn ReportVisitor,
    ) -> Result<ControlFlow<()>, ParseError> {
        loop {
            let flow = match xml.next_tag()? {
                XmlEvent::Start(tag) if tag.name() == b"testcase" => self.read_case(xml, visitor)?,
                XmlEvent::Start(tag) => {
                    match tag.name() {
                        b"testsuites" | b"testsuite" | b"testrun" => self.begin_suite(xml, visitor),
                        b"property" => self.read_suite_property(&tag),
                        b"properties" if self.may_be_recognised() || self.options.suite_property.is_some() => {}
                        b"system-err" if self.suites.may_have_last_words() => {
                            self.suites.read_last_words(xml)?;
                        }
                        b"properties" | b"system-out" | b"system-err" => xml.skip_element()?,
                        b"failure" | b"error" => self.read_suite_failure(xml, visitor)?,
                        _ => {}
                    }
                    ControlFlow::Continue(())
                }
                XmlEvent::End(name, around) => {
                    if matches!(name, b"testsuites" | b"testsuite" | b"testrun") {
                        self.suites.end(visitor, || xml.position());
                    }
                    if around < depth {
                        return Ok(ControlFlow::Continue(()));
                    }
                    ControlFlow::Continue(())
                }
                XmlEvent::Eof => return Ok(ControlFlow::Continue(())),
                XmlEvent::Text(_) => ControlFlow::Continue(()),
            };
            if flow.is_break() {
                return Ok(flow);
            }
        }
    }

    fn read_suite_property(&mut self, tag: &Tag<'_>) {
        if self.may_be_recognised() {
            self.suites.recognise(self.recognition.read_property(tag));
        }
        if let Some(wanted) = &self.options.suite_property {
            self.suites.read_property(tag, wanted);
        }
    }

    /// Whether another look may tell who wrote the suite at hand.
    fn may_be_recognised(&self) -> bool {
        self.suites.producer() == Producer::Unknown && self.recognition.is_open()
    }

    fn begin_suite(&mut self, xml: &XmlCursor<'_>, visitor: &mut dyn ReportVisitor) {
        self.suites.begin(xml);
        if xml.depth() == 1 {
            let named = self.recognition.read_comment(xml.prolog_comment());
            self.suites.recognise(named);
            if named != Producer::Unknown {
                // Before the first case: another report of these may tell more.
                visitor.producer(named.name());
            }
        }
        if self.may_be_recognised() {
            self.suites.recognise(self.recognition.read_suite(&xml.started_tag()));
        }
    }

    /// A failure directly below a suite is no test case: a class that could not be loaded, a failed set-up (J29).
    fn read_suite_failure(
        &mut self,
        xml: &mut XmlCursor<'_>,
        visitor: &mut dyn ReportVisitor,
    ) -> Result<(), ParseError> {
        let position = xml.position();
        let mut message = String::new();
        if let Some(value) = xml.started_tag().attribute(b"message") {
            value.push_into(&mut message);
        }
        let mut text = String::new();
        let mut clip = ClippedText::new(&mut text);
        xml.element_text(STRUCTURE, |piece| clip.push(piece))?;
        clip.finish();
        let first_line = |text: &'_ str| text.lines().map(str::trim).find(|line| !line.is_empty()).map(str::to_owned);
        let line = first_line(&message).or_else(|| first_line(&text)).unwrap_or_else(|| "no text".to_owned());
        let suite = self.suites.name();
        let message = format!("the suite '{suite}' failed outside its test cases: {line}");
        self.suites.count_failure();
        visitor.problem(Problem::new(ProblemKind::ContainerFailure, message).at(position));
        Ok(())
    }

    fn finish(&mut self, xml: &XmlCursor<'_>, visitor: &mut dyn ReportVisitor) {
        visitor.producer(self.recognition.producer().name());
        self.remarks.finish(visitor);
        if xml.truncation().is_some() {
            self.suites.report_missing(visitor);
        }
    }
}
