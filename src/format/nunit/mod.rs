//! NUnit XML of both generations: `test-results` of 2.x, `test-run` of 3.x and 4.x (spec nunit.md).
//!
//! Both nest suites around cases, write failures, reasons, properties and categories alike and share one reader. They
//! differ in how a case is named and in what tells its result. Suites are streamed: what open suites hand down to their
//! cases is kept on a stack, a case leaves at its end tag.

mod brackets;
mod case;
mod detail;
mod identity;
mod kind;
mod property;
mod result;
mod scope;
mod settle;
mod suite;
#[cfg(test)]
mod tests;

use crate::format::spare::{self, Spare};
use crate::format::xml::{Names, RawValue, Tag, XmlCursor, XmlEvent};
use crate::format::{
    Format, Head, ParseError, ReadOptions, Remarks, Signs, as_it_comes,
    dotnet::{self, RunTimes},
    recognise::Family,
};
use crate::model::{Body, CaseDetail, Dialect, List, Problem, ProblemKind, ReportVisitor, Reuse, Role, TestCase};

use case::{CaseAttributes, CaseChildren};
use identity::Scratch;
use property::Named;
use suite::{Inheritance, Suites};

/// What properties mean in both.
const DIALECT: Dialect = Dialect {
    roles: &[("description", Role::Description), ("Story", Role::Requirements), ("Category", Role::Tag)],
    ..Dialect::PLAIN
};

pub(super) const NUNIT3: Format = Format {
    name: "nunit3",
    title: "NUnit 3 and 4 XML",
    recognised_by: "root element test-run, or test-suite with testcasecount, runstate or classname",
    taken: "every test-case: result, times, messages, properties and categories of it and its suites, attachments",
    recognises: recognises_three,
    parse: parse_three,
    wants_all_bytes: as_it_comes,
    signs: Signs { roots: &[b"test-run"], ambiguous_roots: &[b"test-suite"], ..Signs::XML },
    dialect: DIALECT,
    stands_for: &[],
    tells_more_than: &[],
    told_again_as: None,
};

pub(super) const NUNIT2: Format = Format {
    name: "nunit2",
    title: "NUnit 2 XML",
    recognised_by: "root element test-results, or any other test-suite",
    taken: "every test-case: result, duration, messages, properties and categories of it and its suites",
    recognises: recognises_two,
    parse: parse_two,
    wants_all_bytes: as_it_comes,
    signs: Signs { roots: &[b"test-results"], ambiguous_roots: &[b"test-suite"], ..Signs::XML },
    dialect: DIALECT,
    stands_for: &[],
    tells_more_than: &[],
    told_again_as: None,
};

/// Whether a run of version 3 states a clock, and its date elsewhere, as drafts do (N39). Beside a whole time that date says
/// nothing.
fn is_draft(root: &Tag<'_>) -> bool {
    let is_clock = |time: RawValue<'_>| !time.to_text().contains('-');
    root.attribute(b"run-date").is_some() && root.attribute(b"start-time").is_some_and(is_clock)
}

fn recognises_three(head: &Head<'_>) -> bool {
    head.family() == Some(Family::Nunit3)
}

fn recognises_two(head: &Head<'_>) -> bool {
    head.family() == Some(Family::Nunit2)
}

/// Which of the two is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Generation {
    /// `test-results`; the name of a case is its full name.
    Two,
    /// `test-run`; class and method of a case have attributes of their own.
    Three,
}

/// The word for Pester, whose names are prose.
const PESTER: &str = "pester";

const EXPECTO: &str = "expecto";

const XUNIT: &str = "xunit";

const TESTCAFE: &str = "testcafe";

/// Roots of whole reports.
const ROOTS: &[&[u8]] = &[b"test-run", b"test-results"];

/// What the runner of Xamarin wraps around one.
const WRAPPER: &[u8] = b"TouchUnitTestRun";

/// Roots of parts of one.
const FRAGMENTS: &[&[u8]] = &[b"test-suite", b"test"];

/// Start tags that show that the end tag of a text is missing.
const STRUCTURE: &[&[u8]] = &[b"test-case", b"test-suite", b"test-run", b"test-results"];

/// Elements whose tags are mended where they break off (J44).
const NAMES: Names = Names {
    cases: &[b"test-case"],
    around: &[b"test-run", b"test-results", b"test-suite", b"results"],
    inside: &[
        b"failure",
        b"reason",
        b"message",
        b"stack-trace",
        b"properties",
        b"property",
        b"categories",
        b"category",
        b"assertions",
        b"attachments",
        b"output",
        b"environment",
        b"culture-info",
    ],
};

fn parse_three(body: Body<'_>, options: &ReadOptions, visitor: &mut dyn ReportVisitor) -> Result<(), ParseError> {
    parse(Generation::Three, body, options, visitor)
}

fn parse_two(body: Body<'_>, options: &ReadOptions, visitor: &mut dyn ReportVisitor) -> Result<(), ParseError> {
    parse(Generation::Two, body, options, visitor)
}

fn parse(
    generation: Generation,
    body: Body<'_>,
    options: &ReadOptions,
    visitor: &mut dyn ReportVisitor,
) -> Result<(), ParseError> {
    spare::lend(&SPARE, spare::Length::of(&body), |records| {
        let mut xml =
            XmlCursor::new(body).within(&options.limits).of_roots(ROOTS).of_elements(&NAMES).or_fragments(FRAGMENTS);
        let mut reader = Reader::new(generation, options, records);
        let result = reader.read(&mut xml, visitor);
        reader.finish(visitor);
        xml.finish(visitor);
        (result, reader.records())
    })
}

/// What a reader fills again and again: the case being read, its start tag, its children, its assertions. Each is emptied before it is
/// filled.
struct Records {
    case: Box<TestCase>,
    attributes: CaseAttributes,
    children: CaseChildren,
    assertions: List<CaseDetail>,
    names: Scratch,
    named: Named,
}

impl Default for Records {
    fn default() -> Records {
        Records {
            case: TestCase::with_room(),
            attributes: CaseAttributes::default(),
            children: CaseChildren::default(),
            assertions: List::default(),
            names: Scratch::default(),
            named: Named::default(),
        }
    }
}

thread_local! {
    static SPARE: Spare<Records> = const { Spare::new() };
}

/// What is known of the report so far.
struct Reader<'o> {
    generation: Generation,
    options: &'o ReadOptions,
    suites: Suites,
    /// When the run began, until the first case (NUnit 2: cases have no start).
    times: RunTimes,
    /// The case being read, its start tag, its children, its assertions.
    case: Box<TestCase>,
    attributes: CaseAttributes,
    children: CaseChildren,
    assertions: List<CaseDetail>,
    names: Scratch,
    named: Named,
    /// A failure or reason of a suite, while it is read.
    suite_detail: CaseDetail,
    /// The machine that ran the tests, and the depth of the element that says so.
    host: String,
    host_depth: usize,
    producer: &'static str,
    /// The report stands in a wrapper.
    is_wrapped: bool,
    /// The root has no result: it may be a list of tests instead of a run.
    is_listing: bool,
    /// Entries of such a list.
    listed: u64,
    remarks: Remarks,
}

impl<'o> Reader<'o> {
    fn new(generation: Generation, options: &'o ReadOptions, records: Records) -> Reader<'o> {
        let Records { case, attributes, children, assertions, names, named } = records;
        Reader {
            generation,
            options,
            suites: Suites::default(),
            times: RunTimes::default(),
            case,
            attributes,
            children,
            assertions,
            names,
            named,
            suite_detail: CaseDetail::default(),
            host: String::new(),
            host_depth: 0,
            producer: "nunit",
            is_wrapped: false,
            is_listing: false,
            listed: 0,
            remarks: Remarks::default(),
        }
    }

    fn records(self) -> Records {
        let Reader { case, attributes, children, assertions, names, named, .. } = self;
        Records { case, attributes, children, assertions, names, named }
    }

    fn read(&mut self, xml: &mut XmlCursor<'_>, visitor: &mut dyn ReportVisitor) -> Result<(), ParseError> {
        loop {
            match xml.next_tag()? {
                XmlEvent::Start(tag) if tag.name() == b"test-case" => {
                    let flow = self.read_case(xml, visitor)?;
                    if flow.is_break() {
                        return Ok(());
                    }
                }
                XmlEvent::Start(tag) => {
                    let element = Element::of(tag.name());
                    if self.is_root(&tag) {
                        self.begin_root(xml, visitor);
                    }
                    self.read_element(element, xml)?;
                }
                XmlEvent::End(b"test-suite", depth) => self.end_suite(depth, visitor),
                XmlEvent::Eof => return Ok(()),
                _ => {}
            }
        }
    }

    fn is_root(&mut self, tag: &Tag<'_>) -> bool {
        let is_outermost = tag.depth() == 0;
        self.is_wrapped |= is_outermost && tag.name() == WRAPPER;
        if self.is_wrapped { ROOTS.contains(&tag.name()) } else { is_outermost }
    }

    /// What stands around the cases.
    fn read_element(&mut self, element: Element, xml: &mut XmlCursor<'_>) -> Result<(), ParseError> {
        match element {
            Element::Suite => {
                if self.suites.are_closed() {
                    self.times.read_length(&xml.started_tag());
                }
                self.suites.begin(&xml.started_tag(), || xml.position());
                Ok(())
            }
            Element::Properties => self.read_suite_properties(xml),
            Element::Failure | Element::Reason => self.read_suite_detail(element, xml),
            Element::Environment => {
                self.read_environment(xml);
                xml.skip_element()
            }
            Element::Transparent => Ok(()),
            Element::Other => xml.skip_element(),
        }
    }

    fn begin_root(&mut self, xml: &XmlCursor<'_>, visitor: &mut dyn ReportVisitor) {
        let root = xml.started_tag();
        self.is_listing = self.generation == Generation::Three && root.attribute(b"result").is_none();
        let mut name = String::new();
        if let Some(value) = root.attribute(b"name") {
            value.push_into(&mut name);
        }
        match name.as_str() {
            "Pester" => self.producer = PESTER,
            "TestCafe Tests" => self.producer = TESTCAFE,
            "IEUnit Tests" => self.producer = "ieunit",
            _ => {}
        }
        let date_and_time: [&[u8]; 2] = match self.generation {
            Generation::Two => [b"date", b"time"],
            Generation::Three => [b"run-date", b"start-time"],
        };
        if self.generation == Generation::Three && !is_draft(&root) {
            let span: [&[u8]; 2] = [b"start-time", b"end-time"];
            dotnet::state_span(&root, span, self.options, &mut self.remarks, xml, visitor);
        } else {
            let topic = "the start of the run is not written as an ISO date and was left out";
            self.times = RunTimes::read(&root, date_and_time, topic, self.options, &mut self.remarks, xml);
        }
        if root.name() == b"test-suite" {
            let topic = "the report is a fragment: its root is a suite";
            self.remarks.add(ProblemKind::Unusual, topic, String::new, || xml.position());
        }
        if root.attribute(b"label").is_some_and(|label| *label.resolved() == *b"Cancelled") {
            let message = "the test run was cancelled before its end";
            visitor.problem(Problem::new(ProblemKind::ContainerFailure, message).at(xml.position()));
        }
    }

    fn end_suite(&mut self, depth: usize, visitor: &mut dyn ReportVisitor) {
        self.suites.end(visitor);
        if depth < self.host_depth {
            self.host.clear();
            self.host_depth = 0;
        }
    }

    fn read_suite_properties(&mut self, xml: &mut XmlCursor<'_>) -> Result<(), ParseError> {
        let (suites, wanted) = (&mut self.suites, self.options.suite_property.as_deref());
        let mut worst = Inheritance::Kept;
        property::read_all(xml, &mut self.named, |role, name, value| {
            if wanted == Some(name) {
                suites.keep_property(value);
            }
            match suites.inherit(role, name, value) {
                Inheritance::Kept => {}
                other => worst = other,
            }
        })?;
        let (kind, topic) = match worst {
            Inheritance::Kept => return Ok(()),
            Inheritance::TooLate => {
                (ProblemKind::Unusual, "properties of a suite that follow its test cases do not hold for them")
            }
            Inheritance::TooMuch => {
                (ProblemKind::LimitReached, "properties of suites beyond 64 KiB do not hold for their test cases")
            }
        };
        self.remarks.add(kind, topic, String::new, || xml.position());
        Ok(())
    }

    fn read_suite_detail(&mut self, element: Element, xml: &mut XmlCursor<'_>) -> Result<(), ParseError> {
        self.suite_detail.reset();
        detail::read(xml, &mut self.suite_detail)?;
        match element {
            Element::Reason => self.suites.take_reason(&self.suite_detail.message),
            _ => self.suites.take_failure(&self.suite_detail),
        }
        Ok(())
    }

    /// The machine, and which program wrote a report under NUnit's name.
    fn read_environment(&mut self, xml: &XmlCursor<'_>) {
        let tag = xml.started_tag();
        for (name, value) in tag.attributes() {
            match name {
                b"machine-name" => value.read_into(&mut self.host),
                b"expecto-version" => self.producer = EXPECTO,
                b"nunit-version" if value.resolved().starts_with(b"xUnit.net") => self.producer = XUNIT,
                _ => {}
            }
        }
        self.host_depth = tag.depth();
        if self.host == "unknown" {
            self.host.clear();
        }
    }

    fn finish(&mut self, visitor: &mut dyn ReportVisitor) {
        self.suites.end_all(visitor);
        visitor.producer(self.producer);
        if self.listed > 0 {
            let message = format!("no results: this is an exploration file, a list of {} tests", self.listed);
            visitor.problem(Problem::new(ProblemKind::Unsupported, message));
        }
        self.remarks.finish(visitor);
    }
}

/// What an element around the cases is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Element {
    Suite,
    Properties,
    Failure,
    Reason,
    Environment,
    /// It holds suites or cases.
    Transparent,
    Other,
}

impl Element {
    fn of(name: &[u8]) -> Element {
        match name {
            b"test-suite" => Element::Suite,
            b"properties" | b"categories" => Element::Properties,
            b"failure" => Element::Failure,
            b"reason" => Element::Reason,
            b"environment" => Element::Environment,
            b"settings" | b"setting" | b"command-line" | b"filter" | b"output" | b"attachments" | b"assertions"
            | b"culture-info" => Element::Other,
            _ => Element::Transparent,
        }
    }
}
