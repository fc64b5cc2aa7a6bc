//! Who wrote the report, and what that one means by its fields (spec junit.md section E).
//!
//! A report is recognised only by marks that its producer alone leaves: a name that it always writes, or the whole list
//! of attributes in its own order. Whoever leaves none stays unknown, and is read by the general rules. Files that hold
//! the reports of several are common, so what a suite shows holds for it and for those inside it, not for the next one.

mod marks;
#[cfg(test)]
mod tests;

use crate::format::xml::{RawValue, Tag, Text};
use crate::model::NameTail;
use marks::{CASE_MARKS, Candidate, Compared, MARKS, Mark, PROPERTIES, Place, has_microseconds};

macro_rules! producers {
    ($($variant:ident = $name:literal, $means:ident, $zone:ident;)*) => {
        /// A producer of JUnit XML, as far as its reports can be told from others'.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
        pub(super) enum Producer {
            #[default]
            Unknown,
            $($variant,)*
        }

        impl Producer {
            /// The word in `reports.jsonl`; empty when nobody knows.
            pub(super) fn name(self) -> &'static str {
                match self {
                    Producer::Unknown => "",
                    $(Producer::$variant => $name,)*
                }
            }

            /// What the `timestamp` of a suite means. Unknown producers: its start (decision 17).
            pub(super) fn stamp_means(self) -> StampMeans {
                match self {
                    Producer::Unknown => StampMeans::Start,
                    $(Producer::$variant => StampMeans::$means,)*
                }
            }

            /// The zone of timestamps without one.
            pub(super) fn stamp_zone(self) -> StampZone {
                match self {
                    Producer::Unknown => StampZone::Unknown,
                    $(Producer::$variant => StampZone::$zone,)*
                }
            }
        }
    };
}

/// What a suite's timestamp tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum StampMeans {
    /// When the suite began.
    Start,
    /// When the report was written.
    End,
}

/// In which zone a timestamp without one is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum StampZone {
    /// UTC.
    Utc,
    /// That of the machine that ran the tests: only the user knows it.
    Unknown,
}

producers! {
    Android = "android", End, Utc;
    Ant = "ant", Start, Utc;
    AntLauncher = "ant-junitlauncher", End, Utc;
    Avocado = "avocado", End, Unknown;
    Bats = "bats", End, Utc;
    Bazel = "bazel", Start, Unknown;
    BcContainerHelper = "bccontainerhelper", End, Unknown;
    Behave = "behave", End, Unknown;
    Bruno = "bruno", End, Utc;
    Busted = "busted", Start, Unknown;
    Catch2 = "catch2", End, Utc;
    CppUTest = "cpputest", End, Unknown;
    Ctest = "ctest", Start, Unknown;
    CucumberJs = "cucumber-js", Start, Utc;
    CucumberRs = "cucumber-rs", Start, Utc;
    CucumberRuby = "cucumber-ruby", Start, Unknown;
    DartJunitReport = "dart-junitreport", Start, Utc;
    Doctest = "doctest", End, Utc;
    Dredd = "dredd", End, Utc;
    Gauge = "gauge", End, Unknown;
    GoJunitReport = "go-junit-report", Start, Utc;
    GoogleTest = "googletest", Start, Unknown;
    Gotestsum = "gotestsum", Start, Utc;
    Gradle = "gradle", Start, Utc;
    HelmUnittest = "helm-unittest", End, Unknown;
    Hoppscotch = "hoppscotch", End, Utc;
    JestJunit = "jest-junit", Start, Utc;
    JunitPlatform = "junit-platform", End, Unknown;
    JunitTestLogger = "junit-testlogger", Start, Utc;
    Karma = "karma-junit-reporter", Start, Utc;
    Kotest = "kotest", End, Unknown;
    Marathon = "marathon", End, Utc;
    Minitest = "minitest-reporters", End, Unknown;
    MochaJunit = "mocha-junit-reporter", Start, Utc;
    MochaXunit = "mocha-xunit", End, Utc;
    Newman = "newman", Start, Utc;
    Nextest = "nextest", Start, Utc;
    Node = "node", Start, Utc;
    Nose2 = "nose2", Start, Unknown;
    Nosetests = "nose", Start, Unknown;
    Pester = "pester", Start, Unknown;
    Phpunit = "phpunit", Start, Unknown;
    Playwright = "playwright", Start, Utc;
    Pytest = "pytest", Start, Unknown;
    QtTest = "qt-test", Start, Unknown;
    Robot = "robot", Start, Unknown;
    Rspec = "rspec-junit-formatter", Start, Utc;
    ShellSpec = "shellspec", Start, Utc;
    Surefire = "surefire", Start, Utc;
    TapHarness = "tap-harness-junit", Start, Unknown;
    TestCafe = "testcafe", End, Utc;
    Testem = "testem", End, Utc;
    TestngJunit = "testng-junitreports", End, Unknown;
    TestngJunitXml = "testng-junitxmlreporter", End, Unknown;
    UnittestXml = "unittest-xml-reporting", End, Unknown;
    Vitest = "vitest", End, Utc;
    WebdriverIo = "webdriverio", Start, Utc;
}

impl Producer {
    /// Whether a literal `]]&gt;` inside CDATA stands for `]]>` (J36).
    pub(super) fn escapes_cdata_ends(self) -> bool {
        matches!(self, Producer::Behave | Producer::Playwright)
    }

    /// Undoes what it did to a message before it was written as XML.
    pub(super) fn restore_message(self, message: &mut String) {
        match self {
            // It escapes messages before the writer of its XML does so once more.
            Producer::TestngJunitXml => unescape(message),
            // It does so with quotes only.
            Producer::Node => replace(message, "&quot;", "\""),
            Producer::CppUTest => replace(message, "{newline}", "\n"),
            _ => {}
        }
    }

    /// Whether the counter `errors` counts something else than tests (Qt: warnings that were logged).
    pub(super) fn miscounts_errors(self) -> bool {
        self == Producer::QtTest
    }

    /// Undoes what it did to the output of a case.
    pub(super) fn restore_output(self, output: &mut String) {
        if self == Producer::Ctest {
            // A terminal's sequences then go as a whole.
            replace(output, "[NON-XML-CHAR-0x1B]", "\x1b");
        }
    }

    /// What it puts behind names.
    pub(super) fn name_tail(self) -> NameTail {
        match self {
            // Equal names, also those of several files, are told apart by numbers, in the order in which files ran.
            Producer::TapHarness => NameTail::Number,
            Producer::TestCafe => NameTail::Remark,
            _ => NameTail::None,
        }
    }

    /// Whether the timestamp of a case is when it ended.
    pub(super) fn stamps_ends_of_cases(self) -> bool {
        self == Producer::UnittestXml
    }

    /// What has no case and is counted by the root's counter `errors` alone (J30).
    pub(super) fn counts_errors_of(self) -> Option<&'static str> {
        match self {
            Producer::Gotestsum => Some("packages that did not build"),
            Producer::Karma => Some("a browser that was disconnected"),
            Producer::Pester => Some("files that could not be read, or blocks whose set-up or tear-down failed"),
            _ => None,
        }
    }

    /// Whether a request that failed outside its test cases is told in the suite's error output only (J30).
    pub(super) fn fails_in_suite_output(self) -> bool {
        matches!(self, Producer::Newman | Producer::Hoppscotch)
    }

    /// Whether no counter counts such a request.
    pub(super) fn fails_undeclared(self) -> bool {
        self == Producer::Hoppscotch
    }
}

/// Tags of suites, and of cases, that are looked at in vain one after another before the rest is given up: it is more of
/// the same.
const MOST_SUITES: u8 = 64;
const MOST_CASES: u8 = 24;

/// Finds out who wrote a suite while it is read.
#[derive(Debug, Default)]
pub(super) struct Recognition {
    /// The first one that was recognised.
    first: Producer,
    /// Looks in vain since the last one that told.
    suites: u8,
    cases: u8,
    /// Whether the suite that was looked at last may be one of Behave's.
    may_be_python: bool,
}

impl Recognition {
    /// The producer that stands for the whole report: the first one.
    pub(super) fn producer(&self) -> Producer {
        self.first
    }

    /// Whether another look at a suite whose producer is unknown may tell.
    pub(super) fn is_open(&self) -> bool {
        self.suites < MOST_SUITES
    }

    /// Reads what a producer says of itself in a comment before the root.
    pub(super) fn read_comment(&mut self, comment: &str) -> Producer {
        let found = match comment {
            _ if comment.contains("org.testng.reporters.JUnitReportReporter") => Producer::TestngJunit,
            _ if comment.contains("org.testng.reporters.JUnitXMLReporter") => Producer::TestngJunitXml,
            _ => Producer::Unknown,
        };
        self.note(found)
    }

    /// Looks at the start tag of a suite.
    pub(super) fn read_suite(&mut self, tag: &Tag<'_>) -> Producer {
        self.may_be_python = false;
        if !self.is_open() {
            return Producer::Unknown;
        }
        let here = |place| match (tag.name(), tag.depth()) {
            (b"testsuites", 0) => place == Place::Wrapper,
            (_, 0) => matches!(place, Place::Root | Place::Suite),
            _ => place == Place::Suite,
        };
        let mut found = find(MARKS, tag, here);
        if found == Producer::Unknown && memchr::memchr(b'&', tag.raw()).is_some() {
            found = find_as(Compared::AsMeant, MARKS, tag, here);
        }
        if found == Producer::Unknown {
            self.suites += 1;
            self.may_be_python = (tag.depth() == 0 && tag.name() == b"testsuite") || has_microseconds(tag);
        }
        self.note(found)
    }

    /// Looks at the start tag of a case.
    pub(super) fn read_case(&mut self, tag: &Tag<'_>) -> Producer {
        if self.cases == MOST_CASES {
            return Producer::Unknown;
        }
        let is_python = self.may_be_python;
        let found = find(CASE_MARKS, tag, |place| place == Place::Case || is_python);
        self.cases += u8::from(found == Producer::Unknown);
        self.note(found)
    }

    /// Looks at a property of a suite.
    pub(super) fn read_property(&mut self, tag: &Tag<'_>) -> Producer {
        let name = tag.attribute(b"name").map_or(&b""[..], RawValue::raw);
        let found = PROPERTIES.iter().find(|(_, known)| known.as_bytes() == name);
        self.note(found.map_or(Producer::Unknown, |(producer, _)| *producer))
    }

    fn note(&mut self, found: Producer) -> Producer {
        if found != Producer::Unknown {
            (self.suites, self.cases) = (0, 0);
        }
        if self.first == Producer::Unknown {
            self.first = found;
        }
        found
    }
}

fn find(marks: &[Mark], tag: &Tag<'_>, here: impl Fn(Place) -> bool) -> Producer {
    find_as(Compared::AsWritten, marks, tag, here)
}

fn find_as(compared: Compared, marks: &[Mark], tag: &Tag<'_>, here: impl Fn(Place) -> bool) -> Producer {
    let tag = Candidate::new(tag, compared);
    let found = marks.iter().find(|mark| here(mark.place) && mark.is_on(&tag));
    found.map_or(Producer::Unknown, |mark| mark.producer)
}

fn replace(message: &mut String, written: &str, meant: &str) {
    if message.contains(written) {
        *message = message.replace(written, meant);
    }
}

/// Takes one layer of escapes off a message.
pub(super) fn unescape(message: &mut String) {
    const ESCAPES: &[(&str, &str)] = &[("&lt;", "<"), ("&gt;", ">"), ("&apos;", "'"), ("&quot;", "\""), ("&amp;", "&")];
    let Some(first) = message.find('&') else { return };
    let escaped = message.split_off(first);
    let mut rest = escaped.as_str();
    while let Some(at) = rest.find('&') {
        message.push_str(&rest[..at]);
        rest = &rest[at..];
        let found = ESCAPES.iter().find(|(escape, _)| rest.starts_with(escape));
        let (escape, plain) = found.copied().unwrap_or(("&", "&"));
        message.push_str(plain);
        rest = &rest[escape.len()..];
    }
    message.push_str(rest);
}

/// Undoes what a producer did to `]]>` inside CDATA. Text of which no piece was CDATA holds what it shows.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct CdataEnds {
    seen: bool,
}

impl CdataEnds {
    /// Notes one piece of a text.
    pub(super) fn note(&mut self, piece: Text<'_>) {
        self.seen |= piece.is_cdata();
    }

    /// Mends the whole text (J36).
    pub(super) fn restore(self, producer: Producer, text: &mut String) {
        if self.seen && producer.escapes_cdata_ends() && text.contains("]]&gt;") {
            *text = text.replace("]]&gt;", "]]>");
        }
    }
}
