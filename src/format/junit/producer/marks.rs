//! The marks by which producers of JUnit XML are recognised.

use std::borrow::Cow;
use std::cell::OnceCell;

use super::Producer;
use crate::format::xml::{RawValue, Tag};

/// Something that one producer alone writes.
pub(super) struct Mark {
    pub(super) producer: Producer,
    pub(super) place: Place,
    signs: &'static [Sign],
}

/// Where a mark is looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// A root called `testsuites`.
    Wrapper,
    /// A root called `testsuite`.
    Root,
    /// Any `testsuite`.
    Suite,
    /// A `testcase`.
    Case,
    /// A `testcase` of a root called `testsuite`, or of a suite whose timestamp has microseconds.
    PythonCase,
}

/// How values are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Compared {
    /// As they stand between the quotes, which is how producers write what they always write.
    AsWritten,
    /// With their references resolved, which a tool may have put in that wrote the report anew.
    AsMeant,
}

impl Compared {
    fn bytes<'t>(self, value: RawValue<'t>) -> Cow<'t, [u8]> {
        match self {
            Compared::AsWritten => Cow::Borrowed(value.raw()),
            Compared::AsMeant => value.resolved(),
        }
    }
}

/// What a tag must show.
enum Sign {
    /// These attributes, no others, in this order: what a producer writes by one fixed list.
    Shape(&'static str),
    /// An attribute is there.
    Has(&'static str),
    /// An attribute has this value.
    Is(&'static str, &'static str),
    /// An attribute's value begins so.
    Begins(&'static str, &'static str),
    /// An attribute's value ends so.
    Ends(&'static str, &'static str),
    /// The last part of an attribute's value, which is an address, begins so.
    Names(&'static str, &'static str),
    /// An attribute's value ends in a hyphen and the fourteen digits of a time.
    EndsInTime(&'static str),
    /// An attribute's value has no point: a time of whole seconds.
    IsWhole(&'static str),
}

/// A tag at which many marks are looked for, most of them in its name.
pub(super) struct Candidate<'t> {
    tag: &'t Tag<'t>,
    compared: Compared,
    name: OnceCell<Option<RawValue<'t>>>,
}

impl<'t> Candidate<'t> {
    pub(super) fn new(tag: &'t Tag<'t>, compared: Compared) -> Candidate<'t> {
        Candidate { tag, compared, name: OnceCell::new() }
    }

    fn value(&self, attribute: &str) -> Option<Cow<'t, [u8]>> {
        let value = match attribute {
            "name" => *self.name.get_or_init(|| self.tag.attribute(b"name")),
            other => self.tag.attribute(other.as_bytes()),
        };
        value.map(|value| self.compared.bytes(value))
    }

    /// Whether it has these attributes in this order, and no others.
    fn has_shape(&self, names: &str) -> bool {
        let mut rest = names.as_bytes();
        for (name, _) in self.tag.attributes() {
            rest = match rest.strip_prefix(name) {
                Some([]) => &[],
                Some([b' ', behind @ ..]) => behind,
                _ => return false,
            };
        }
        rest.is_empty()
    }
}

impl Mark {
    /// Whether a tag carries the mark.
    pub(super) fn is_on(&self, tag: &Candidate<'_>) -> bool {
        self.signs.iter().all(|sign| sign.is_on(tag))
    }
}

impl Sign {
    fn is_on(&self, tag: &Candidate<'_>) -> bool {
        match *self {
            Sign::Shape(names) => tag.has_shape(names),
            Sign::Has(name) => tag.value(name).is_some(),
            Sign::Is(name, text) => tag.value(name).is_some_and(|value| *value == *text.as_bytes()),
            Sign::Begins(name, text) => tag.value(name).is_some_and(|value| value.starts_with(text.as_bytes())),
            Sign::Ends(name, text) => tag.value(name).is_some_and(|value| value.ends_with(text.as_bytes())),
            Sign::Names(name, text) => {
                tag.value(name).is_some_and(|value| last_part(&value).starts_with(text.as_bytes()))
            }
            Sign::EndsInTime(name) => tag.value(name).is_some_and(|value| ends_in_time(&value)),
            Sign::IsWhole(name) => tag.value(name).is_some_and(|value| memchr::memchr(b'.', &value).is_none()),
        }
    }
}

fn last_part(address: &[u8]) -> &[u8] {
    memchr::memrchr(b'/', address).map_or(address, |slash| &address[slash + 1..])
}

fn ends_in_time(value: &[u8]) -> bool {
    let Some((_, [hyphen, digits @ ..])) = value.split_last_chunk::<15>() else { return false };
    *hyphen == b'-' && digits.iter().all(u8::is_ascii_digit) && digits.starts_with(b"20")
}

/// Whether a suite's timestamp has six digits of a fraction and no zone: `isoformat()` of Python's `datetime.now()`.
pub(super) fn has_microseconds(tag: &Tag<'_>) -> bool {
    let Some(stamp) = tag.attribute(b"timestamp") else { return false };
    stamp
        .raw()
        .split_last_chunk::<7>()
        .is_some_and(|(_, [dot, digits @ ..])| *dot == b'.' && digits.iter().all(u8::is_ascii_digit))
}

const fn mark(producer: Producer, place: Place, signs: &'static [Sign]) -> Mark {
    Mark { producer, place, signs }
}

use Place::{Case, PythonCase, Root, Suite, Wrapper};
use Sign::{Begins, Ends, EndsInTime, Has, Is, IsWhole, Names, Shape};

/// All marks of suites. The first one that a tag carries decides: names that are always the same come before shapes.
pub(super) const MARKS: &[Mark] = &[
    // Names that a producer always writes.
    mark(Producer::Pytest, Wrapper, &[Is("name", "pytest tests")]),
    mark(Producer::JestJunit, Wrapper, &[Is("name", "jest tests")]),
    mark(Producer::MochaJunit, Wrapper, &[Is("name", "Mocha Tests")]),
    mark(Producer::Vitest, Wrapper, &[Is("name", "vitest tests")]),
    mark(Producer::Nextest, Wrapper, &[Has("uuid")]),
    mark(Producer::GoogleTest, Wrapper, &[Is("name", "AllTests"), Has("disabled")]),
    // It names the same schema as Surefire, which is looked for first, since nights of many small reports are its.
    mark(
        Producer::Marathon,
        Root,
        &[Shape("xsi:noNamespaceSchemaLocation xmlns:xsi name tests failures errors time skipped timestamp")],
    ),
    mark(Producer::Surefire, Root, &[Names("xsi:noNamespaceSchemaLocation", "surefire-test-report")]),
    mark(Producer::Surefire, Root, &[Names("xsi:schemaLocation", "surefire-test-report")]),
    mark(Producer::Pester, Wrapper, &[Is("xsi:noNamespaceSchemaLocation", "junit_schema_4.xsd"), Has("disabled")]),
    mark(Producer::MochaXunit, Root, &[Is("name", "Mocha Tests")]),
    mark(Producer::Dredd, Root, &[Is("name", "Dredd Tests")]),
    mark(Producer::TestCafe, Root, &[Begins("name", "TestCafe Tests")]),
    mark(Producer::Testem, Root, &[Is("name", "Testem Tests")]),
    mark(Producer::Rspec, Root, &[Begins("name", "rspec"), Has("hostname")]),
    mark(Producer::Nose2, Root, &[Is("name", "nose2-junit")]),
    mark(Producer::Nosetests, Root, &[Is("name", "nosetests")]),
    mark(Producer::JunitPlatform, Root, &[Is("name", "JUnit Jupiter"), Has("hostname")]),
    mark(Producer::JunitPlatform, Root, &[Is("name", "JUnit Vintage"), Has("hostname")]),
    mark(Producer::JunitPlatform, Root, &[Is("name", "JUnit Platform Suite"), Has("hostname")]),
    mark(Producer::Pytest, Suite, &[Is("name", "pytest")]),
    mark(Producer::Catch2, Suite, &[Is("hostname", "tbd")]),
    mark(Producer::Doctest, Suite, &[Has("doctest_version")]),
    mark(Producer::Busted, Suite, &[Begins("name", "Run "), Has("skip")]),
    mark(Producer::TapHarness, Suite, &[Ends("name", "_t"), Shape("name errors failures skipped tests time")]),
    mark(Producer::TapHarness, Suite, &[Ends("name", "_t"), Shape("name errors failures tests time")]),
    mark(Producer::TapHarness, Suite, &[Ends("name", ".t"), Shape("name errors failures skipped tests time")]),
    mark(
        Producer::Bats,
        Suite,
        &[Ends("name", ".bats"), Shape("name tests failures errors skipped time timestamp hostname")],
    ),
    mark(
        Producer::CucumberRs,
        Suite,
        &[
            Begins("package", "testsuite/Feature: "),
            Shape("id name package tests errors failures hostname timestamp time"),
        ],
    ),
    // Avocado names the suite after its job and lists what Robot Framework lists.
    mark(
        Producer::Avocado,
        Root,
        &[Begins("name", "job-20"), Shape("name tests errors failures skipped time timestamp")],
    ),
    // Lists of attributes of a root.
    mark(Producer::Playwright, Wrapper, &[Shape("id name tests failures skipped errors time")]),
    mark(Producer::Ctest, Root, &[Shape("name tests failures disabled skipped hostname time timestamp")]),
    mark(Producer::Behave, Root, &[Shape("name tests errors failures skipped time timestamp hostname")]),
    mark(Producer::Robot, Root, &[Shape("name tests errors failures skipped time")]),
    mark(Producer::Robot, Root, &[Shape("name tests errors failures skipped time timestamp")]),
    mark(Producer::Gradle, Root, &[Shape("name tests skipped failures errors timestamp hostname time")]),
    mark(Producer::JunitPlatform, Root, &[Shape("name tests skipped failures errors time hostname timestamp")]),
    mark(Producer::AntLauncher, Root, &[Shape("name time timestamp tests failures skipped aborted")]),
    // Python before 3.8 sorts attributes, too: Behave is then told by its microseconds, and by its cases.
    mark(
        Producer::Ant,
        Root,
        &[Shape("errors failures hostname name skipped tests time timestamp"), IsWhole("timestamp")],
    ),
    mark(Producer::Kotest, Root, &[Shape("timestamp time hostname errors failures skipped tests name")]),
    // Bats has the same list.
    mark(
        Producer::Android,
        Root,
        &[Is("hostname", "localhost"), Shape("name tests failures errors skipped time timestamp hostname")],
    ),
    mark(Producer::CucumberJs, Root, &[Shape("name time tests skipped failures errors timestamp")]),
    mark(Producer::CucumberRuby, Root, &[Shape("failures errors skipped tests time name")]),
    // Lists of attributes of a suite.
    mark(Producer::Ant, Suite, &[Shape("errors failures hostname id name package skipped tests time timestamp")]),
    mark(
        Producer::BcContainerHelper,
        Suite,
        &[Shape("name timestamp hostname time tests failures errors skipped total")],
    ),
    mark(Producer::Bruno, Suite, &[Shape("name errors failures skipped tests timestamp hostname time")]),
    mark(Producer::Bruno, Suite, &[Shape("name file errors failures skipped tests timestamp hostname time")]),
    mark(Producer::DartJunitReport, Suite, &[Shape("errors failures tests skipped name timestamp")]),
    mark(Producer::Gauge, Suite, &[Shape("id tests failures package time timestamp name errors hostname")]),
    mark(Producer::Gauge, Suite, &[Shape("id tests failures package time timestamp name errors skipped hostname")]),
    mark(Producer::Hoppscotch, Suite, &[Ends("timestamp", "Z"), Shape("name time timestamp tests failures errors")]),
    mark(Producer::Newman, Suite, &[Shape("name id timestamp tests failures errors time")]),
    mark(Producer::Gotestsum, Suite, &[Shape("tests failures time name timestamp")]),
    mark(Producer::Gotestsum, Suite, &[Shape("tests failures skipped time name timestamp")]),
    mark(Producer::GoJunitReport, Suite, &[Shape("name tests failures errors id hostname time timestamp")]),
    mark(Producer::GoJunitReport, Suite, &[Shape("name tests failures errors id hostname skipped time timestamp")]),
    mark(Producer::GoJunitReport, Suite, &[Shape("name tests failures errors id hostname time timestamp file")]),
    mark(
        Producer::GoJunitReport,
        Suite,
        &[Shape("name tests failures errors id hostname skipped time timestamp file")],
    ),
    // Before version 1 its wrapper had no name.
    mark(Producer::Vitest, Suite, &[Shape("name timestamp hostname tests failures errors skipped time")]),
    mark(Producer::Karma, Suite, &[Shape("name package timestamp id hostname tests errors failures time")]),
    mark(
        Producer::JunitTestLogger,
        Suite,
        &[Shape("name tests skipped failures errors time timestamp hostname id package")],
    ),
    mark(Producer::ShellSpec, Suite, &[Shape("id tests failures skipped name hostname timestamp")]),
    mark(Producer::Minitest, Suite, &[Shape("name skipped failures errors tests assertions time")]),
    mark(Producer::Minitest, Suite, &[Shape("name filepath skipped failures errors tests assertions time")]),
    // Somebody may call a suite so: whoever has a list of its own is known by that.
    mark(Producer::UnittestXml, Suite, &[EndsInTime("name"), Has("tests"), Has("file")]),
];

/// Properties of suites that one producer alone writes.
pub(super) const PROPERTIES: &[(Producer, &str)] = &[
    (Producer::Karma, "browser.fullName"),
    (Producer::BcContainerHelper, "extensionid"),
    (Producer::BcContainerHelper, "processinfo.start"),
    (Producer::HelmUnittest, "helm-unittest.version"),
    (Producer::QtTest, "QTestVersion"),
    (Producer::WebdriverIo, "specId"),
    (Producer::Ant, "ant.project.name"),
    (Producer::Gradle, "org.gradle.test.worker"),
    (Producer::Surefire, "surefire.test.class.path"),
    (Producer::Surefire, "surefire.real.class.path"),
];

/// The marks of cases, of which many more are looked at.
pub(super) const CASE_MARKS: &[Mark] = &[
    mark(Producer::Phpunit, Case, &[Has("class"), Has("classname"), Has("assertions"), Has("line")]),
    mark(Producer::Bazel, Case, &[Shape("name status duration time")]),
    mark(Producer::Node, Case, &[Is("classname", "test"), Shape("name time classname")]),
    mark(Producer::Node, Case, &[Is("classname", "test"), Shape("name time classname file")]),
    mark(Producer::Node, Case, &[Is("classname", "test"), Has("failure")]),
    mark(Producer::CppUTest, Case, &[Shape("classname name assertions time file line")]),
    mark(Producer::Behave, PythonCase, &[Shape("classname name status time")]),
];
