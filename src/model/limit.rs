//! Bounds on what is taken from strangers: one table, so that every bound has a name, a default and an explanation.

use std::fmt;

/// What a bound is counted in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// Bytes.
    Bytes,
    /// Things.
    Count,
}

macro_rules! limits {
    ($($(#[$doc:meta])* $variant:ident = $name:literal, $unit:ident, $default:expr, $about:literal;)*) => {
        /// A bound on what is taken from one input. Reaching it is a problem of that input alone.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[non_exhaustive]
        pub enum Limit {
            $($(#[$doc])* $variant,)*
        }

        impl Limit {
            /// All of them, in the order in which they are shown.
            pub const ALL: &'static [Limit] = &[$(Limit::$variant,)*];

            /// Its name, as users write it.
            pub const fn name(self) -> &'static str {
                match self { $(Limit::$variant => $name,)* }
            }

            /// What it is counted in.
            pub const fn unit(self) -> Unit {
                match self { $(Limit::$variant => Unit::$unit,)* }
            }

            /// Its value where nobody sets another.
            pub const fn default(self) -> u64 {
                match self { $(Limit::$variant => $default,)* }
            }

            /// What it bounds: a fragment for people.
            pub const fn about(self) -> &'static str {
                match self { $(Limit::$variant => $about,)* }
            }
        }
    };
}

limits! {
    /// Inflated bytes of one file or entry.
    EntryBytes = "entry-bytes", Bytes, 8 << 30, "inflated size of one packed file or entry";
    /// Inflated bytes of one archive, archives inside it included.
    ArchiveBytes = "archive-bytes", Bytes, 64 << 30, "inflated size of all that one archive holds";
    /// Entries of one archive, those of archives inside it included.
    ArchiveEntries = "archive-entries", Count, 1_000_000, "entries of one archive, archives inside it included";
    /// Archives inside archives that are opened, and compressions around one file.
    ArchiveDepth = "archive-depth", Count, 2, "archives inside each other, and compressions around one file";
    /// Inflated bytes for each packed byte, after the first 10 MiB.
    Ratio = "ratio", Count, 1000, "inflated bytes for each packed byte, after the first 10 MiB";
    /// Window of a zstd stream.
    ZstdWindow = "zstd-window", Bytes, 32 << 20, "memory that a zstd stream may ask for";
    /// Elements that are open at once.
    XmlDepth = "xml-depth", Count, 1024, "elements inside each other";
    /// Bytes of one tag with its attributes.
    TagBytes = "tag-bytes", Bytes, 4 << 20, "one tag with all its attributes";
    /// Attributes of one tag.
    Attributes = "attributes", Count, 10_000, "attributes of one tag";
    /// Bytes of one item of a JSON report: a scenario, a feature without its scenarios, an envelope.
    JsonItemBytes = "json-item-bytes", Bytes, 128 << 20, "one scenario, or one line, of a JSON report";
    /// Objects and arrays of a JSON report that are open at once. Readers count them and hold none of them, so that the bound
    /// is there for those who want a lower one.
    JsonDepth = "json-depth", Count, 1_000_000, "objects and arrays inside each other, in one part of a JSON report";
    /// Bytes of memory for what Cucumber messages announce before it runs, a whole run of half a million scenarios, and for what
    /// of it runs.
    PlanBytes = "plan-bytes", Bytes, 512 << 20, "memory for the scenarios of Cucumber messages, announced or running";
    /// UTF-16 units kept of one text of a case. Readers keep about as much by themselves.
    TextLength = "text-length", Count, 163_840, "characters that are kept of one text of a case, its middle cut out; it can only be lowered";
    /// Cases of one report.
    Cases = "cases", Count, 10_000_000, "cases of one report";
}

impl Limit {
    /// The largest value that has an effect: readers keep no more of a text, whatever is asked for.
    pub const fn most(self) -> Option<u64> {
        match self {
            Limit::TextLength => Some(Limit::TextLength.default()),
            _ => None,
        }
    }
}

/// A bound was reached: what was found, and which option moves the bound.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LimitReached {
    /// The bound.
    pub limit: Limit,
    /// Its value.
    pub value: u64,
    /// What goes beyond it: a fragment such as `it inflates to more`.
    pub what: String,
}

impl LimitReached {
    /// `what` goes beyond `limit`, which is `value`.
    pub fn new(limit: Limit, value: u64, what: impl Into<String>) -> LimitReached {
        LimitReached { limit, value, what: what.into() }
    }
}

impl fmt::Display for LimitReached {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}, which is over --limit {}={}", self.what, self.limit.name(), self.value)
    }
}

impl std::error::Error for LimitReached {}

impl From<LimitReached> for std::io::Error {
    /// The form in which it passes through readers.
    fn from(reached: LimitReached) -> std::io::Error {
        std::io::Error::new(std::io::ErrorKind::FileTooLarge, reached)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_message_names_the_option_and_its_value() {
        let reached = LimitReached::new(Limit::Ratio, 1000, "it inflates to more");
        assert_eq!(reached.to_string(), "it inflates to more, which is over --limit ratio=1000");
    }

    #[test]
    fn names_are_unique_and_written_like_options() {
        let mut names: Vec<_> = Limit::ALL.iter().map(|limit| limit.name()).collect();
        assert!(names.iter().all(|name| name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-')));
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), Limit::ALL.len());
    }
}
