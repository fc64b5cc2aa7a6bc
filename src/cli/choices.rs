//! Options that are one word out of a few.

use clap::ValueEnum;

/// Flavour of Xray JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum TargetChoice {
    /// Xray for Jira Server and Data Center
    #[default]
    Server,
    /// Xray for Jira Cloud
    Cloud,
}

/// Which reports share a Test Execution.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum GroupChoice {
    /// One for each archive, and one for the loose files below each INPUT
    #[default]
    Archive,
    /// One for each INPUT
    Input,
    /// One for each directory
    Directory,
    /// One for each report
    Report,
    /// One for everything
    All,
}

/// How bundles lie in the output folder.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum CompressChoice {
    /// As they are sent
    #[default]
    None,
    /// With gzip: names end in .json.gz
    Gzip,
    /// With Zstandard: names end in .json.zst
    Zstd,
}

/// Which attachments become evidence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum EvidenceChoice {
    /// Those of failed tests
    Failed,
    /// Those of all tests
    All,
    /// None
    None,
    /// Those of failed tests, in files beside the bundles
    Sidecar,
    /// Those of all tests, in files beside the bundles
    SidecarAll,
}

/// Whose standard output and standard error become evidence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum OutputEvidenceChoice {
    /// Those of failed tests
    Failed,
    /// Those of all tests
    All,
    /// Nobody's
    #[default]
    None,
}

/// What a bare key-shaped Robot tag or NUnit category is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum BareKeysChoice {
    /// A label, with a warning
    #[default]
    Label,
    /// The key of a Test
    Test,
    /// The key of a requirement
    Requirement,
}

/// What several results of one Test in one Test Execution come to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum MergeChoice {
    /// The worst decides, as in Xray's own import
    #[default]
    Worst,
    /// The worst of those that ran decides: a skipped result counts only where none ran
    Ran,
    /// The last result of each data row decides: the one that started last, or else stands last
    Last,
    /// A data row passed if any of its results did
    AnyPass,
    /// The worst decides, and each result stays an iteration of a Test that is known by its key
    Iterations,
}

/// What becomes of the complete cases of a damaged report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum DamagedChoice {
    /// They are converted
    #[default]
    Keep,
    /// They are left out
    Drop,
}

/// Unit of the `time` attributes of JUnit reports.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum TimeUnitChoice {
    /// Seconds
    #[default]
    S,
    /// Milliseconds
    Ms,
}

impl TimeUnitChoice {
    /// Nanoseconds in one unit.
    pub const fn nanos(self) -> i64 {
        match self {
            TimeUnitChoice::S => 1_000_000_000,
            TimeUnitChoice::Ms => 1_000_000,
        }
    }
}

/// For whom data is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum OutputChoice {
    /// For people
    #[default]
    Human,
    /// For programs: versioned and stable
    Json,
}

/// When messages are coloured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum ColorChoice {
    /// On a terminal, unless NO_COLOR is set
    #[default]
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

/// How progress is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum ProgressChoice {
    /// A bar on a terminal, plain lines elsewhere
    #[default]
    Auto,
    /// Not at all
    None,
    /// A plain line every few seconds
    Plain,
    /// One line that is drawn anew
    Bar,
}
