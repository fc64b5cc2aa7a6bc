//! Who wrote the report, and what that one means by its fields (spec junit.md section E).

use crate::format::xml::Tag;

macro_rules! producers {
    ($($(#[$doc:meta])* $variant:ident = $name:literal, $means:ident, $zone:ident;)*) => {
        /// A producer of JUnit XML, as far as its reports can be told from others'.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
        pub(super) enum Producer {
            #[default]
            Unknown,
            $($(#[$doc])* $variant,)*
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
    Surefire = "surefire", Start, Utc;
    Pytest = "pytest", Start, Unknown;
    JestJunit = "jest-junit", Start, Utc;
    MochaJunit = "mocha-junit-reporter", Start, Utc;
    Vitest = "vitest", End, Utc;
    GoogleTest = "googletest", Start, Unknown;
    Nextest = "nextest", Start, Utc;
    Catch2 = "catch2", End, Utc;
    TestngJunit = "testng-junitreports", End, Unknown;
    JunitPlatform = "junit-platform", End, Unknown;
}

impl Producer {
    /// Reads what a producer says of itself in a comment before the root.
    pub(super) fn read_comment(&mut self, comment: &str) {
        if comment.contains("org.testng.reporters.JUnitReportReporter") {
            *self = Producer::TestngJunit;
        }
    }

    /// Looks at the start tag of a suite, until the producer is known.
    pub(super) fn read_suite(&mut self, tag: &Tag<'_>) {
        if *self != Producer::Unknown {
            return;
        }
        for (name, value) in tag.attributes() {
            let found = match (name, value.raw()) {
                (b"name", b"pytest" | b"pytest tests") => Producer::Pytest,
                (b"name", b"jest tests") => Producer::JestJunit,
                (b"name", b"Mocha Tests") => Producer::MochaJunit,
                (b"name", b"vitest tests") => Producer::Vitest,
                (b"name", b"AllTests") => Producer::GoogleTest,
                (b"hostname", b"tbd") => Producer::Catch2,
                (b"uuid", _) => Producer::Nextest,
                (b"noNamespaceSchemaLocation", location) if memchr::memmem::find(location, b"surefire").is_some() => {
                    Producer::Surefire
                }
                (b"name", b"JUnit Jupiter" | b"JUnit Vintage" | b"JUnit Platform Suite") => Producer::JunitPlatform,
                _ => continue,
            };
            *self = found;
            return;
        }
    }

    /// Looks at the start tag of a case, until the producer is known.
    pub(super) fn read_case(&mut self, _tag: &Tag<'_>) {}
}
