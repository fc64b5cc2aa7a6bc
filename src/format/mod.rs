//! Reports: which format a file is, and how each is read.
//!
//! A format is one file here and one line in [`FORMATS`]. It reads bytes and pushes test cases; it knows no files, no
//! threads, and nothing of what becomes of a case.

mod behave;
mod clip;
#[cfg(test)]
mod corpus;
mod cucumber;
mod dotnet;
pub mod encoding;
mod error;
mod fill;
mod gherkin;
pub mod head;
mod held;
pub mod json;
mod junit;
mod limits;
mod lookalike;
mod messages;
mod number;
mod nunit;
mod options;
mod recognise;
mod remarks;
mod robot;
mod spare;
mod testng;
pub mod time;
pub mod tokens;
pub mod xml;
mod xray_json;
mod xunit;

use crate::model::{Body, ReportVisitor};

pub use clip::{ClippedOutput, ClippedText};
pub use error::{ParseError, ParseErrorKind};
pub use head::Head;
pub use limits::Limits;
pub use lookalike::{Lookalike, Notice};
pub use options::{Attachments, ReadOptions};
pub use recognise::Family;
pub use remarks::Remarks;

use number::number_of;

/// One report format.
#[derive(Debug)]
pub struct Format {
    /// Its name in `reports.jsonl` and for `--from`.
    pub name: &'static str,
    /// Its name for people.
    pub title: &'static str,
    /// How a report of it is recognised, in a sentence.
    pub recognised_by: &'static str,
    /// What is taken from a case, in a sentence.
    pub taken: &'static str,
    /// Whether a report that begins like this is one of this format. Looks at content, never at the file's name alone.
    pub recognises: fn(&Head<'_>) -> bool,
    /// Reads a report, UTF-8 or nearly so, and pushes what it finds.
    pub parse: fn(Body<'_>, &ReadOptions, &mut dyn ReportVisitor) -> Result<(), ParseError>,
}

/// Every format that is read, the specific before the general.
pub const FORMATS: &[Format] = &[
    junit::FORMAT,
    testng::FORMAT,
    nunit::NUNIT3,
    nunit::NUNIT2,
    xunit::FORMAT,
    robot::FORMAT,
    cucumber::FORMAT,
    messages::FORMAT,
    behave::FORMAT,
    xray_json::FORMAT,
];

/// What a file turned out to be.
pub enum Recognition {
    /// A report.
    Report(&'static Format),
    /// A report of a family for which no parser is registered yet.
    NotYet(Family),
    /// XML, JSON or an archive that is something else; the text says what, and what to do if there is something to do.
    Unsupported(Lookalike),
    /// JSON that breaks off and may have been going to be a report, unless there is more of it than was looked at; then
    /// it is this.
    Begun(Lookalike),
    /// Nothing at all.
    Empty,
    /// Zero bytes, and nothing else in sight.
    Zeros,
    /// A picture: a screenshot, perhaps.
    Picture,
    /// Neither XML nor JSON nor an archive.
    Other,
}

/// Recognises a file by its first bytes.
pub fn detect(head: &Head<'_>) -> Recognition {
    if head.is_empty() {
        return Recognition::Empty;
    }
    if let Some(format) = FORMATS.iter().find(|format| (format.recognises)(head)) {
        return Recognition::Report(format);
    }
    if let Some(family) = head.family() {
        return Recognition::NotYet(family);
    }
    match lookalike::recognise(head) {
        Some(lookalike) if head.json().is_some_and(recognise::may_become_report) => Recognition::Begun(lookalike),
        Some(lookalike) => Recognition::Unsupported(lookalike),
        None if head.is_picture() => Recognition::Picture,
        None if head.is_zeros() => Recognition::Zeros,
        None => Recognition::Other,
    }
}

impl Format {
    /// Whether a report that begins like this must be walked through twice: as a stream it is read up to a limit only.
    pub fn wants_all_bytes(&self, head: &[u8]) -> bool {
        self.name == robot::FORMAT.name && robot::is_json(head)
    }
}

/// The format called `name`.
pub fn by_name(name: &str) -> Option<&'static Format> {
    FORMATS.iter().find(|format| format.name == name)
}
