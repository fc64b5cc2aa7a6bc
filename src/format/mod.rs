//! Reports: which format a file is, and how each is read.
//!
//! A format is one file here, or a folder, and one line in [`FORMATS`]. It reads bytes and pushes test cases; it knows no
//! files, no threads, no other format, and nothing of what becomes of a case. All that others have to know of it is data in
//! its [`Format`].

mod behave;
mod clip;
mod conflict;
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
mod incomplete;
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

use crate::model::{Body, Dialect, ReportVisitor};

pub use clip::{ClippedOutput, ClippedText};
pub use error::{ParseError, ParseErrorKind};
pub use head::Head;
pub use limits::Limits;
pub use lookalike::{Lookalike, Notice};
pub use options::{Attachments, ReadOptions};
pub use remarks::Remarks;

use incomplete::incomplete;
use number::number_of;

/// One report format: all that anybody has to know of it beforehand.
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
    /// Whether a report that begins like this must be walked through twice: as a stream it is read up to a limit only.
    pub wants_all_bytes: fn(&[u8]) -> bool,
    /// What shows that something may be one of it, before it is known to be one.
    pub signs: Signs,
    /// What names and tags mean in it.
    pub dialect: Dialect,
    /// Names of formats that tell less of the same run: their report is set aside where one of this format tells of the
    /// same scenarios beside it (quirk Z6).
    pub stands_for: &'static [&'static str],
    /// Producers, by name, of reports in other formats that tell of the same run once more, and less of it: their report is set
    /// aside where one of this format has all its tests.
    pub tells_more_than: &'static [&'static str],
    /// What a report and parts of it are called where a runner writes these once more, in folders below it (quirk T32).
    pub told_again_as: Option<&'static str>,
}

/// What shows that something may be a report of a format where too little is there to recognise one.
#[derive(Debug, Clone, Copy)]
pub struct Signs {
    /// Endings of file names, without the dot: a file that is called so and holds nothing is a report that was lost.
    pub endings: &'static [&'static str],
    /// Roots that nothing but a report has: such a document is looked for behind other text, and known by its name where
    /// it breaks off within the first tag.
    pub roots: &'static [&'static [u8]],
    /// Roots that others have, too: such a document behind other text counts where it is recognised.
    pub ambiguous_roots: &'static [&'static [u8]],
    /// Keys with which an object begins, until one comes that decides.
    pub keys: &'static [&'static str],
    /// The same of the objects in an array.
    pub keys_in_array: &'static [&'static str],
}

impl Signs {
    /// Those of XML, but for the roots.
    pub const XML: Signs = Signs { endings: &["xml"], roots: &[], ambiguous_roots: &[], keys: &[], keys_in_array: &[] };
    /// Those of JSON, but for the keys.
    pub const JSON: Signs = Signs { endings: &["json"], ..Signs::XML };
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
    if let Some(format) = head.format() {
        return Recognition::Report(format);
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
    /// Whether a report of one format is to be set aside where one of another tells of the same scenarios.
    pub fn stands_for(name: &str, other: &str) -> bool {
        by_name(name).is_some_and(|format| format.stands_for.contains(&other))
    }

    /// The format in which the program that wrote a report as this producer tells more of the same run.
    pub fn better_than(producer: &str) -> Option<&'static str> {
        let tells_more = |format: &&Format| format.tells_more_than.contains(&producer);
        FORMATS.iter().find(tells_more).map(|format| format.name)
    }

    /// Whether reports of this format tell more than those of some [producer](Format::better_than).
    pub fn tells_more(name: &str) -> bool {
        by_name(name).is_some_and(|format| !format.tells_more_than.is_empty())
    }

    /// Whether a report of the format called `name` at `path` may be told once more in another one.
    pub fn may_be_told_again(name: &str, path: &str) -> bool {
        let is_called = |file: &str| path.rsplit('/').next() == Some(file);
        by_name(name).and_then(|format| format.told_again_as).is_some_and(is_called)
    }

    /// Whether some format stands for the one called `name`.
    pub fn may_be_stood_for(name: &str) -> bool {
        FORMATS.iter().any(|format| format.stands_for.contains(&name))
    }
}

/// For a format whose reports are walked through once.
fn as_it_comes(_: &[u8]) -> bool {
    false
}

/// The format called `name`.
pub fn by_name(name: &str) -> Option<&'static Format> {
    FORMATS.iter().find(|format| format.name == name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_of_one_format_and_every_name_of_some() {
        for (index, format) in FORMATS.iter().enumerate() {
            assert!(FORMATS[..index].iter().all(|other| other.name != format.name), "{}", format.name);
            assert!(format.stands_for.iter().all(|other| by_name(other).is_some()), "{}", format.name);
            assert!(!format.signs.endings.is_empty(), "{}", format.name);
        }
    }

    #[test]
    fn t32_a_report_may_be_told_again_under_the_name_that_its_runner_gave_it() {
        let may_be = |path| Format::may_be_told_again("testng", path);
        assert!(may_be("testng-results.xml") && may_be("night.zip!/out/testng-results.xml"));
        assert!(!may_be("out/my-testng-results.xml") && !may_be("out/results.xml"));
        assert!(!Format::may_be_told_again("junit", "testng-results.xml"));
    }
}
