//! Pictures that lie beside reports: screenshots that a test framework left there (spec bundle-zip.md sections 2 and 4).
//!
//! Most are known already, referred to or embedded. Of the others, those whose names hold the key of a Test or the name
//! of one scenario become its evidence; the rest is listed. That is decided when all results of a group are merged and
//! none of its bundles is planned: a bundle written ahead whose runs get a picture is written anew.

mod deciding;
mod scope;

use xxhash_rust::xxh3::xxh3_64;

use deciding::Deciding;
use scope::{Meant, Scope};

use super::execution::SettledExecution;
use super::kept::KeptReports;
use super::outcome::{EvidenceCounts, ReportOutcome, Told};
use super::{Error, Observer, Report};
use crate::bundle::{IndexEntry, LineSpool, RunStore, Sidecar};
use crate::mapping::{Evidence, EvidencePolicy};
use crate::model::{Content, Origin, Problem, ProblemKind, ReportId, TestRun, push_slug};
use crate::source::{self, Later};
use crate::xray::EncodeOptions;

/// Scenarios of one group that are remembered by name. With more of them no picture is found to name one.
pub(super) const MOST_SCENARIOS: usize = 1 << 16;

/// Letters that a scenario's slug has at least: a shorter one is found in too many file names.
const SHORTEST_SLUG: usize = 4;

/// Which pictures become evidence, and how.
#[derive(Debug, Clone, Copy)]
pub(super) struct PictureRules<'r> {
    /// By which they were found, and are read again.
    pub(super) source: &'r source::Options,
    pub(super) evidence: &'r EvidencePolicy,
    pub(super) encoding: &'r EncodeOptions,
}

/// Where runs are, and where evidence goes that is no part of them.
#[derive(Debug, Clone, Copy)]
pub(super) struct Stores<'s> {
    pub(super) runs: &'s RunStore,
    pub(super) sidecar: Option<&'s Sidecar<'s>>,
}

/// What a report leaves behind for the pictures beside it.
#[derive(Debug, Default)]
pub(super) struct Traces {
    /// Files that its runs took as evidence.
    pub(super) attached: Vec<Origin>,
    /// Evidence of its runs.
    embedded: Vec<Print>,
    /// Slugs of its scenarios, each with the identity of its run.
    pub(super) scenarios: Vec<(u64, [u64; 2])>,
}

/// Length and hash of a content in base64: equal for equal contents, and nothing has to be decoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct Print {
    length: u64,
    hash: u64,
}

impl Print {
    fn of(base64: &str) -> Print {
        Print { length: base64.len() as u64, hash: xxh3_64(base64.as_bytes()) }
    }
}

impl Traces {
    /// Remembers what a run carries.
    pub(super) fn add_evidence(&mut self, run: &TestRun) {
        let of_steps = run.steps.iter().flat_map(|step| step.attachments.iter());
        let all = run.evidence.iter().chain(of_steps);
        let base64 = all.filter(|attachment| attachment.content == Content::Base64);
        self.embedded.extend(base64.map(|attachment| Print::of(&attachment.data)));
    }

    /// Takes in what the next part of the same report leaves behind.
    pub(super) fn take_in(&mut self, part: Traces) {
        self.attached.extend(part.attached);
        self.embedded.extend(part.embedded);
        let room = MOST_SCENARIOS.saturating_sub(self.scenarios.len());
        self.scenarios.extend(part.scenarios.into_iter().take(room));
    }

    /// Remembers the name of a scenario. `slug` is scratch.
    pub(super) fn add_scenario(&mut self, title: &str, identity: u128, slug: &mut String) {
        slug.clear();
        push_slug(title, slug);
        if slug.len() >= SHORTEST_SLUG && self.scenarios.len() < MOST_SCENARIOS {
            self.scenarios.push((xxh3_64(slug.as_bytes()), IndexEntry::identity_of(identity)));
        }
    }
}

/// How the pictures of a group come to the Tests that they are evidence of.
pub(super) struct Attaching<'a> {
    pub(super) rules: PictureRules<'a>,
    pub(super) stores: Stores<'a>,
    /// Where the lines of the files wait.
    pub(super) spool: &'a LineSpool,
    /// Told of what went wrong with one.
    pub(super) observer: &'a dyn Observer,
}

impl Attaching<'_> {
    /// Decides about every picture, and adds those that name a Test to its evidence. Gives what came of it for the sums
    /// of evidence.
    pub(super) fn attach(
        &self,
        kept: &mut KeptReports,
        executions: &mut [SettledExecution],
    ) -> Result<EvidenceCounts, Error> {
        let &Attaching { rules, stores, spool, observer } = self;
        let mut pictures: Vec<Picture> = kept.take_pictures().into_iter().filter_map(Picture::of).collect();
        let mut evidence = EvidenceCounts::default();
        if pictures.is_empty() {
            return Ok(evidence);
        }
        let reports = Reports { kept, spool };
        let scope = Scope::of(&pictures, reports, executions, stores.runs)?;
        Deciding { rules, scope: &scope, reports, executions, stores }.decide(&mut pictures)?;
        for picture in pictures {
            let Picture { place, mut report, decision, .. } = picture;
            let known = report.told.problems.len();
            tell(&mut report.told, rules.evidence.of, decision);
            evidence.merge(report.told.evidence);
            if report.told.problems.len() > known {
                observer.further(&Report::of(&report), &report.told.problems[known..]);
            }
            kept.keep_picture(place, report, spool)?;
        }
        Ok(evidence)
    }
}

/// The files of the group, to ask for their names.
#[derive(Clone, Copy)]
struct Reports<'r> {
    kept: &'r KeptReports,
    spool: &'r LineSpool,
}

impl Reports<'_> {
    /// Where the file at `place` was found.
    fn name(&self, place: usize) -> Result<String, Error> {
        Ok(self.kept.seen(place, self.spool)?.map_or_else(String::new, |seen| seen.report))
    }

    /// Where the file with this id was found.
    fn name_of(&self, id: ReportId) -> Result<String, Error> {
        self.kept.place_of(id).map_or_else(|| Ok(String::new()), |place| self.name(place))
    }
}

/// A picture while it is decided about.
struct Picture {
    /// Its place among the reports.
    place: usize,
    report: ReportOutcome,
    file: Box<Later>,
    decision: Decision,
}

impl Picture {
    fn of((place, mut report): (usize, ReportOutcome)) -> Option<Picture> {
        let file = report.picture.take()?;
        report.basis.note_length(file.bytes());
        Some(Picture { place, report, file, decision: Decision::Orphan })
    }

    /// How long its content is in base64.
    fn encoded_length(&self) -> u64 {
        self.file.bytes().div_ceil(3).saturating_mul(4)
    }
}

/// What becomes of a picture.
enum Decision {
    /// A report refers to it.
    Attached,
    /// The evidence of a report holds the same.
    SameAs(String),
    /// It is evidence of this Test now.
    Added(String),
    /// The Test that it names has it already.
    Known(String),
    /// The Test that it names takes no evidence.
    Unwanted(String),
    /// The Test that it names would take it if it were smaller.
    TooLarge(String),
    /// It cannot be read.
    Unreadable(String),
    /// It names several Tests.
    Ambiguous(usize),
    Orphan,
    /// Its content decides: whether it is evidence of some report, else what becomes of the run that it is named after.
    Open(Meant),
}

/// Says what became of a picture, where tests of this kind take evidence.
fn tell(picture: &mut Told, of: Evidence, decision: Decision) {
    let whose = if of == Evidence::Failed { "failed test" } else { "test" };
    picture.reason = match decision {
        Decision::Attached => "an attachment that a test refers to".to_owned(),
        Decision::SameAs(report) => format!("the same content as evidence in {report}"),
        Decision::Added(test) => {
            picture.evidence.kept += 1;
            format!("evidence of {test}, which it is named after")
        }
        Decision::Known(test) => format!("the same content as evidence of {test}"),
        Decision::Unwanted(test) => format!("named after {test}, which did not fail (--evidence failed)"),
        Decision::TooLarge(test) => {
            picture.evidence.dropped += 1;
            let message = format!("it is named after {test} and larger than its evidence may be");
            picture.problems.push(Problem::new(ProblemKind::EvidenceDropped, message));
            format!("left out of the evidence of {test}")
        }
        Decision::Unreadable(why) => {
            picture.problems.push(Problem::new(ProblemKind::MissingAttachment, why));
            "orphan attachment: it cannot be read".to_owned()
        }
        Decision::Ambiguous(tests) => format!("orphan attachment: its name fits {tests} tests"),
        Decision::Orphan | Decision::Open(_) => {
            format!("orphan attachment: no {whose} refers to it, and it is named after none")
        }
    };
}

fn base_name(origin: &Origin) -> &str {
    origin.as_str().rsplit('/').next().unwrap_or_default()
}
